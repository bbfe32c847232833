//! One call to Chatwoot: the request, its second try under another header, and what came of it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, Url};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::client::Client;
use super::failure::{Doubt, Failure};
use super::wire::{self, NewMessage};
use crate::http::{self, BODY_LIMIT, Interruption, ReadError};

/// An answer whose status was seen.
pub(super) struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: Result<Value, Doubt>,
}

pub(super) enum Body {
    None,
    Json(Value),
    // A form is used up by one request; it is made anew where the request is.
    Message(NewMessage),
}

/// The header that carries the token, as the server names it.
const TOKEN: &str = "api_access_token";
/// The same to the server, and it passes proxies that drop underscores.
const DASHED_TOKEN: &str = "api-access-token";

impl Client {
    pub(super) async fn request(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Body,
    ) -> Result<Answer, Failure> {
        let mut url = self.base.clone();
        extend(&mut url, &["api", "v1", "accounts", &self.settings.account.to_string()]);
        extend(&mut url, path);
        self.exchange(method, url, query, &body).await
    }

    /// A refused token is offered once more under the header's other name: a proxy that drops
    /// underscores looks just like a wrong token.
    pub(super) async fn exchange(
        &self,
        method: Method,
        url: Url,
        query: &[(&str, &str)],
        body: &Body,
    ) -> Result<Answer, Failure> {
        let dashed = self.found.dashed.load(Ordering::Relaxed);
        let name = if dashed { DASHED_TOKEN } else { TOKEN };
        let answer = self.send(method.clone(), url.clone(), query, body, name).await?;
        if dashed || answer.status != 401 {
            return Ok(answer);
        }
        let again = self.send(method, url, query, body, DASHED_TOKEN).await?;
        if again.status == 401 {
            return Ok(answer);
        }
        self.found.dashed.store(true, Ordering::Relaxed);
        Ok(again)
    }

    async fn send(
        &self,
        method: Method,
        url: Url,
        query: &[(&str, &str)],
        body: &Body,
        token: &'static str,
    ) -> Result<Answer, Failure> {
        let mut request = self
            .http
            .request(method, url)
            .timeout(self.settings.timeout)
            .header(token, &self.token)
            .query(query);
        request = match body {
            Body::None => request,
            Body::Json(value) => request.json(value),
            Body::Message(message) => match form(message) {
                Some(form) => request.multipart(form),
                None => request.json(&wire::MessageBody::of(message)),
            },
        };
        let response = request.send().await.map_err(Interruption::from)?;
        let status = response.status().as_u16();
        let retry_after = http::retry_after(response.headers());
        let body = match http::read_capped(response, BODY_LIMIT).await {
            // The throttle answers in plain text: only a success must be JSON.
            Ok(body) => serde_json::from_slice(&body).map_err(|_| Doubt::Unreadable),
            Err(error) => Err(ReadError::into(error)),
        };
        Ok(Answer { status, retry_after, body })
    }

    /// Judges an answer that must tell something: what was asked, or the id of what was made.
    pub(super) fn told<T>(
        &self,
        answer: Result<Answer, Failure>,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<T, Failure> {
        let answer = answer?;
        if (200..300).contains(&answer.status) {
            let doubt = answer.body.as_ref().err().copied().unwrap_or(Doubt::Unreadable);
            let read = answer.body.as_ref().ok().and_then(read);
            return read.ok_or(Failure::Unconfirmed(doubt));
        }
        Err(self.refusal(&answer))
    }

    /// Judges the answer to a change, of which only the status matters.
    pub(super) fn done(&self, answer: Result<Answer, Failure>) -> Result<(), Failure> {
        let answer = answer?;
        if (200..300).contains(&answer.status) { Ok(()) } else { Err(self.refusal(&answer)) }
    }

    fn refusal(&self, answer: &Answer) -> Failure {
        let words = answer.body.as_ref().ok().and_then(wire::explanation).unwrap_or_default();
        let words = http::clean(&words, &[self.settings.token.expose_secret()]);
        Failure::of_answer(answer.status, answer.retry_after, words)
    }
}

fn form(message: &NewMessage) -> Option<Form> {
    let file = message.file.as_ref()?;
    let body = wire::MessageBody::of(message);
    let part = Part::bytes(file.bytes.clone()).file_name(file.name.clone());
    let part = part.mime_str(&file.mime_type).ok()?;
    let mut form = Form::new()
        .text("message_type", body.message_type)
        .text("private", body.private.to_string())
        .text("source_id", message.id.clone())
        .text("content_attributes", body.content_attributes.to_string());
    if !message.text.is_empty() {
        form = form.text("content", message.text.clone());
    }
    Some(form.part("attachments[]", part))
}

pub(super) fn extend(url: &mut Url, path: &[&str]) {
    // An http(s) address always has a path to add to.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
}
