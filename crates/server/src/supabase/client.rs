//! Calls to one Supabase project.

use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};

use super::failure::{Failure, Refusal};
use super::wire::{self, Row};
use crate::external_call::{Call, Outcome, Phones, Service};
use crate::http::{self, BODY_LIMIT, Interruption};
use crate::store::customer::{Cells, Table};

/// One Supabase project.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    headers: HeaderMap,
    key: SecretString,
    timeout: Duration,
    phones: Phones,
}

/// How to reach a project.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The project's address, `https://….supabase.co`.
    pub base_url: String,
    /// The secret key (`sb_secret_…`), or the older `service_role` key.
    pub key: SecretString,
    /// From the first byte out to the last byte in, connecting included.
    pub timeout: Duration,
    /// How phones appear in logs.
    pub phones: Phones,
}

/// Settings that no call could be made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// The address is none.
    #[error(
        "SUPABASE_URL não é um endereço http(s) válido; é o do projeto, \
         https://SEU-PROJETO.supabase.co"
    )]
    BaseUrl,
    /// The key cannot be part of a request.
    #[error("SUPABASE_SERVICE_ROLE_KEY tem caracteres inválidos; copie-a de novo do painel")]
    Key,
}

/// What is asked of a table.
#[derive(Clone, Debug, Default)]
pub struct Select<'a> {
    /// The columns; empty for all.
    pub columns: &'a [&'a str],
    /// Conditions: a column and one of the values that it must have.
    pub among: &'a [(&'a str, &'a [&'a str])],
    /// The column to sort by, latest first.
    pub latest_by: Option<&'a str>,
    /// Most rows.
    pub limit: usize,
}

impl Client {
    /// Checks the settings; makes no call.
    pub fn new(http: reqwest::Client, settings: Settings) -> Result<Self, InvalidSettings> {
        let address = settings.base_url.trim().trim_end_matches('/').trim_end_matches("/rest/v1");
        let base = Url::parse(address).map_err(|_| InvalidSettings::BaseUrl)?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(InvalidSettings::BaseUrl);
        }
        let headers = headers(settings.key.expose_secret()).ok_or(InvalidSettings::Key)?;
        let Settings { key, timeout, phones, .. } = settings;
        Ok(Self { http, base, headers, key, timeout, phones })
    }

    /// Writes rows, replacing the given columns of those whose `conflict` columns are there already.
    ///
    /// All rows must have the same columns. The vendor takes all of them or none.
    pub async fn upsert(
        &self,
        table: Table,
        rows: &[Cells],
        conflict: &[&str],
        about: Option<&str>,
    ) -> Result<(), Failure> {
        let mut url = self.url(table);
        url.query_pairs_mut().append_pair("on_conflict", &conflict.join(","));
        let request = self
            .http
            .request(Method::POST, url)
            .header("Prefer", "resolution=merge-duplicates,return=minimal")
            .json(&wire::body(rows));
        self.ask(action(table, true), about, table, request, |_| Some(())).await
    }

    /// Reads rows.
    pub async fn select(
        &self,
        table: Table,
        select: &Select<'_>,
        about: Option<&str>,
    ) -> Result<Vec<Row>, Failure> {
        let url = self.question(table, select);
        let request = self.http.request(Method::GET, url);
        self.ask(action(table, false), about, table, request, wire::rows).await
    }

    /// Changes no row, and thereby finds out whether rows may be changed.
    pub async fn may_write(&self, table: Table) -> Result<(), Failure> {
        const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
        let mut url = self.url(table);
        url.query_pairs_mut().append_pair("id", &format!("eq.{NOBODY}"));
        let request = self
            .http
            .request(Method::PATCH, url)
            .header("Prefer", "return=minimal")
            .json(&serde_json::json!({ "id": NOBODY }));
        self.ask("may_write", None, table, request, |_| Some(())).await
    }

    async fn ask<T>(
        &self,
        action: &'static str,
        about: Option<&str>,
        table: Table,
        request: RequestBuilder,
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<T, Failure> {
        let call = Call::start(Service::Supabase, action).about(about, self.phones);
        let told = self.send(request, table.name(), read).await;
        call.end(match &told {
            Ok(_) => Outcome::Success,
            Err(failure) => Outcome::Failure(failure.label()),
        });
        told
    }

    async fn send<T>(
        &self,
        request: RequestBuilder,
        table: &'static str,
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<T, Failure> {
        let request = request.headers(self.headers.clone()).timeout(self.timeout);
        let response = request.send().await.map_err(Interruption::from)?;
        let status = response.status().as_u16();
        let retry_after = http::retry_after(response.headers());
        let body = http::read_capped(response, BODY_LIMIT).await;
        if (200..300).contains(&status) {
            return read(&body?).ok_or(Failure::Malformed);
        }
        // A refusal whose body cannot be read is a refusal all the same.
        let (code, words) = wire::error(&body.unwrap_or_default());
        let words = words.unwrap_or_else(|| "sem explicação".to_owned());
        let reason = http::clean(&words, &[self.key.expose_secret()]);
        Err(Failure::of_refusal(Refusal { status, code, reason, retry_after }, table))
    }

    fn question(&self, table: Table, select: &Select<'_>) -> Url {
        let mut url = self.url(table);
        let mut query = url.query_pairs_mut();
        if !select.columns.is_empty() {
            query.append_pair("select", &select.columns.join(","));
        }
        for (column, values) in select.among {
            query.append_pair(column, &condition(values));
        }
        if let Some(column) = select.latest_by {
            query.append_pair("order", &format!("{column}.desc"));
        }
        query.append_pair("limit", &select.limit.to_string());
        drop(query);
        url
    }

    fn url(&self, table: Table) -> Url {
        let mut url = self.base.clone();
        // An http(s) address always has a path to add to.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["rest", "v1", table.name()]);
        }
        url
    }
}

/// The new keys are no JWT: as a bearer they are refused, and alone the gateway puts a token in.
fn headers(key: &str) -> Option<HeaderMap> {
    let key = key.trim();
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("apikey"), secret(key)?);
    if !key.starts_with("sb_") {
        headers.insert(AUTHORIZATION, secret(&format!("Bearer {key}"))?);
    }
    Some(headers)
}

fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// `eq.a`, or `in.("a","b")` for several.
fn condition(values: &[&str]) -> String {
    match values {
        [one] => format!("eq.{one}"),
        several => {
            let quoted = several
                .iter()
                .map(|value| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")));
            format!("in.({})", quoted.collect::<Vec<_>>().join(","))
        }
    }
}

fn action(table: Table, writes: bool) -> &'static str {
    match (table, writes) {
        (Table::Leads, true) => "upsert_leads",
        (Table::Empresa, true) => "upsert_empresa",
        (Table::Orcamentos, true) => "upsert_orcamentos",
        (Table::Conversations, true) => "upsert_conversations",
        (Table::ConversationContext, true) => "upsert_conversation_context",
        (Table::TechnicalQuestions, true) => "upsert_technical_questions",
        (Table::Leads, false) => "select_leads",
        (Table::Empresa, false) => "select_empresa",
        (Table::Orcamentos, false) => "select_orcamentos",
        (Table::Conversations, false) => "select_conversations",
        (Table::ConversationContext, false) => "select_conversation_context",
        (Table::TechnicalQuestions, false) => "select_technical_questions",
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("supabase::Client").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::condition;

    #[test]
    fn values_cannot_break_out_of_a_condition() {
        assert_eq!(condition(&["5511"]), "eq.5511");
        assert_eq!(condition(&["a,b", r#"c")\"#]), r#"in.("a,b","c\")\\")"#);
    }
}
