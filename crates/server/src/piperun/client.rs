//! Calls to PipeRun with the token of one user.

use std::fmt;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;

use super::failure::{Doubt, Failure};
use super::wire::{
    self, City, Company, CompanyFields, Deal, DealFields, Named, NewNote, Note, Person,
    PersonFields, Stage,
};
use crate::external_call::{Call, Outcome, Phones, Service};
use crate::http::{self, BODY_LIMIT, Interruption, ReadError};

/// PipeRun, as one of its users sees it.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    settings: Settings,
    token: HeaderValue,
    phone: Option<String>,
}

/// How to reach PipeRun.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The vendor's address with its version, `https://api.pipe.run/v1` or a stand-in.
    pub base_url: String,
    /// The user's token.
    pub token: SecretString,
    /// From the first byte out to the last byte in, connecting included.
    pub timeout: Duration,
    /// How phones appear in logs.
    pub phones: Phones,
}

/// Settings that no call could be made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// The address is none.
    #[error("PIPERUN_API_URL não é um endereço http(s) válido; o padrão é https://api.pipe.run/v1")]
    BaseUrl,
    /// The token cannot be part of a request.
    #[error("PIPERUN_API_TOKEN tem caracteres inválidos; copie-o de novo do PipeRun")]
    Token,
}

const PAGE: &str = "100";
/// Lists that go on beyond this are longer than any answer we need.
const MOST_PAGES: usize = 50;

/// An answer whose status was seen.
struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: Result<Value, Doubt>,
}

impl Client {
    /// Checks the settings; makes no call.
    pub fn new(http: reqwest::Client, settings: Settings) -> Result<Self, InvalidSettings> {
        let base = Url::parse(settings.base_url.trim()).map_err(|_| InvalidSettings::BaseUrl)?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(InvalidSettings::BaseUrl);
        }
        let token = settings.token.expose_secret().trim();
        let mut token = HeaderValue::from_str(token).map_err(|_| InvalidSettings::Token)?;
        token.set_sensitive(true);
        Ok(Self { http, base, settings, token, phone: None })
    }

    /// The same client, whose calls are logged as made on behalf of this person.
    pub fn on_behalf_of(&self, phone: Option<&str>) -> Self {
        Self { phone: phone.map(str::to_owned), ..self.clone() }
    }

    /// Makes a person; a repeated call makes a second one.
    pub async fn create_person(&self, fields: &PersonFields) -> Result<i64, Failure> {
        self.create("create_person", "persons", fields).await
    }

    /// Changes a person.
    pub async fn update_person(&self, id: i64, fields: &PersonFields) -> Result<(), Failure> {
        self.update("update_person", &format!("persons/{id}"), fields).await
    }

    /// The persons with exactly this name.
    pub async fn persons_named(&self, name: &str) -> Result<Vec<Person>, Failure> {
        self.list("find_person", "persons", &[("name", name)], wire::person).await
    }

    /// Makes a company; a repeated call makes a second one.
    pub async fn create_company(&self, fields: &CompanyFields) -> Result<i64, Failure> {
        self.create("create_company", "companies", fields).await
    }

    /// Changes a company.
    pub async fn update_company(&self, id: i64, fields: &CompanyFields) -> Result<(), Failure> {
        self.update("update_company", &format!("companies/{id}"), fields).await
    }

    /// The companies with this CNPJ.
    pub async fn companies_with_cnpj(&self, cnpj: &str) -> Result<Vec<Company>, Failure> {
        self.list("find_company", "companies", &[("cnpj", cnpj)], wire::company).await
    }

    /// The companies with exactly this name.
    pub async fn companies_named(&self, name: &str) -> Result<Vec<Company>, Failure> {
        self.list("find_company", "companies", &[("name", name)], wire::company).await
    }

    /// Makes a deal; a repeated call makes a second one.
    pub async fn create_deal(&self, fields: &DealFields) -> Result<i64, Failure> {
        self.create("create_deal", "deals", fields).await
    }

    /// Changes a deal.
    pub async fn update_deal(&self, id: i64, fields: &DealFields) -> Result<(), Failure> {
        self.update("update_deal", &format!("deals/{id}"), fields).await
    }

    /// Reads a deal; `None` when there is none.
    pub async fn deal(&self, id: i64) -> Result<Option<Deal>, Failure> {
        let call = self.start("read_deal");
        let path = format!("deals/{id}");
        let answer = self.request(Method::GET, &path, &[], None::<&()>).await;
        let read = answer.and_then(|answer| {
            self.told(answer, |body| {
                let records = wire::records(body)?;
                let mut deals = records.into_iter().filter_map(wire::deal);
                deals.find(|deal| deal.id == id).map(Some)
            })
        });
        end(call, if read == Err(Failure::Missing) { Ok(None) } else { read })
    }

    /// The open deals of a person in a funnel.
    pub async fn open_deals_of(&self, person: i64, pipeline: i64) -> Result<Vec<Deal>, Failure> {
        let (person, pipeline) = (person.to_string(), pipeline.to_string());
        let filters = [("person_id", person.as_str()), ("pipeline_id", &pipeline), ("status", "0")];
        self.list("find_deal", "deals", &filters, wire::deal).await
    }

    /// The deals of a funnel that changed at or after a time, in the vendor's notation.
    pub async fn deals_changed_since(
        &self,
        pipeline: i64,
        since: &str,
    ) -> Result<Vec<Deal>, Failure> {
        let pipeline = pipeline.to_string();
        let filters = [("pipeline_id", pipeline.as_str()), ("updated_at_start", since)];
        self.list("poll_deals", "deals", &filters, wire::deal).await
    }

    /// All deals of a funnel, won and lost ones too.
    pub async fn deals_of(&self, pipeline: i64) -> Result<Vec<Deal>, Failure> {
        let pipeline = pipeline.to_string();
        self.list("list_deals", "deals", &[("pipeline_id", &pipeline)], wire::deal).await
    }

    /// Adds a note to a deal; `html` must have what people wrote escaped.
    pub async fn create_note(&self, deal: i64, html: &str) -> Result<i64, Failure> {
        self.create("create_note", "notes", &NewNote { deal, text: html }).await
    }

    /// The notes of a deal.
    pub async fn notes_of(&self, deal: i64) -> Result<Vec<Note>, Failure> {
        let deal = deal.to_string();
        self.list("find_note", "notes", &[("deal_id", &deal)], wire::note).await
    }

    /// The cities that a name may mean; compare before use.
    pub async fn cities(&self, name: &str, uf: &str) -> Result<Vec<City>, Failure> {
        self.list("find_city", "cities", &[("name", name), ("uf", uf)], wire::city).await
    }

    /// The account's funnels.
    pub async fn pipelines(&self) -> Result<Vec<Named>, Failure> {
        self.list("list_pipelines", "pipelines", &[], wire::named).await
    }

    /// The stages of a funnel.
    pub async fn stages(&self, pipeline: i64) -> Result<Vec<Stage>, Failure> {
        let pipeline = pipeline.to_string();
        self.list("list_stages", "stages", &[("pipeline_id", &pipeline)], wire::stage).await
    }

    /// The account's origins.
    pub async fn origins(&self) -> Result<Vec<Named>, Failure> {
        self.list("list_origins", "origins", &[], wire::named).await
    }

    async fn create(
        &self,
        action: &'static str,
        path: &str,
        body: &impl Serialize,
    ) -> Result<i64, Failure> {
        let call = self.start(action);
        let answer = self.request(Method::POST, path, &[], Some(body)).await;
        let id = |body: &Value| wire::records(body)?.into_iter().find_map(wire::id);
        end(call, answer.and_then(|answer| self.told(answer, id)))
    }

    async fn update(
        &self,
        action: &'static str,
        path: &str,
        body: &impl Serialize,
    ) -> Result<(), Failure> {
        let call = self.start(action);
        let answer = self.request(Method::PUT, path, &[], Some(body)).await;
        end(call, answer.and_then(|answer| self.told(answer, |_| Some(()))))
    }

    async fn list<T>(
        &self,
        action: &'static str,
        path: &str,
        filters: &[(&str, &str)],
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Vec<T>, Failure> {
        let call = self.start(action);
        end(call, self.all_pages(path, filters, read).await)
    }

    async fn all_pages<T>(
        &self,
        path: &str,
        filters: &[(&str, &str)],
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Vec<T>, Failure> {
        let mut found = Vec::new();
        let mut cursor = String::new();
        for _ in 0..MOST_PAGES {
            let query = [filters, &[("show", PAGE), ("cursor", cursor.as_str())]].concat();
            let answer = self.request(Method::GET, path, &query, None::<&()>).await?;
            let next = self.told(answer, |body| {
                found.extend(wire::records(body)?.into_iter().filter_map(&read));
                Some(wire::next_page(body).map(str::to_owned))
            })?;
            match next {
                // A server without pages gives the same one for ever.
                Some(next) if next != cursor => cursor = next,
                _ => break,
            }
        }
        Ok(found)
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&impl Serialize>,
    ) -> Result<Answer, Failure> {
        let mut request = self
            .http
            .request(method, self.url(path))
            .timeout(self.settings.timeout)
            .header("token", &self.token)
            .header("accept", "application/json");
        if !query.is_empty() {
            request = request.query(query);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(Interruption::from)?;
        let status = response.status().as_u16();
        let retry_after = http::retry_after(response.headers());
        let body = match http::read_capped(response, BODY_LIMIT).await {
            Ok(body) if body.is_empty() => Ok(Value::Null),
            Ok(body) => serde_json::from_slice(&body).map_err(|_| Doubt::Unreadable),
            Err(error) => Err(ReadError::into(error)),
        };
        Ok(Answer { status, retry_after, body })
    }

    /// Judges an answer.
    fn told<T>(
        &self,
        answer: Answer,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<T, Failure> {
        let words = answer.body.as_ref().ok().and_then(wire::explanation);
        let reason = words.map(|words| self.clean(&words));
        if let Some(failure) = Failure::of_status(answer.status, answer.retry_after, reason.clone())
        {
            return Err(failure);
        }
        let body = answer.body.map_err(Failure::Unconfirmed)?;
        if wire::is_refusal(&body) {
            let reason = reason.unwrap_or_else(|| "sem explicação".to_owned());
            return Err(Failure::Rejected { status: answer.status, reason });
        }
        read(&body).ok_or(Failure::Unconfirmed(Doubt::Unreadable))
    }

    fn clean(&self, words: &str) -> String {
        http::clean(words, &[self.settings.token.expose_secret().trim()])
    }

    fn start(&self, action: &'static str) -> Call {
        Call::start(Service::PipeRun, action).about(self.phone.as_deref(), self.settings.phones)
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        // An http(s) address always has a path to add to.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/'));
        }
        url
    }
}

fn end<T>(call: Call, result: Result<T, Failure>) -> Result<T, Failure> {
    call.end(match &result {
        Ok(_) => Outcome::Success,
        Err(failure) => Outcome::Failure(failure.label()),
    });
    result
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("piperun::Client").finish_non_exhaustive()
    }
}
