//! Calls to one instance of Z-API.

use std::fmt;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;

use super::failure::{Doubt, Failure};
use super::wire::{self, Account, Queue, Status};
use crate::external_call::{Call, Outcome, Phones, Service};
use crate::http::{self, BODY_LIMIT, Interruption, ReadError};

/// One instance of Z-API.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    settings: Settings,
    client_token: Option<HeaderValue>,
}

/// How to reach an instance.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The vendor's address, `https://api.z-api.io` or a stand-in.
    pub base_url: String,
    /// The instance.
    pub instance_id: String,
    /// The instance's token; it becomes part of every address.
    pub token: SecretString,
    /// The account's security token, when it has one.
    pub client_token: Option<SecretString>,
    /// From the first byte out to the last byte in, connecting included.
    pub timeout: Duration,
    /// How phones appear in logs.
    pub phones: Phones,
}

/// Settings that no call could be made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// The address is none.
    #[error("ZAPI_API_URL não é um endereço http(s) válido; o padrão é https://api.z-api.io")]
    BaseUrl,
    /// The client token cannot be part of a request.
    #[error("ZAPI_CLIENT_TOKEN tem caracteres inválidos; copie-o de novo do painel da Z-API")]
    ClientToken,
}

/// The vendor queued the message; at least one id is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The vendor's queue id.
    pub zaap_id: Option<String>,
    /// The message's id in the conversation.
    pub message_id: Option<String>,
}

const QUEUE_PAGE: u8 = 30;
const VENDORS_QUEUE_PAGE: usize = 20;
// The vendor keeps at most 1,000 messages.
const MOST_QUEUE_PAGES: usize = 40;
const LONGEST_TYPING: u8 = 15;

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
        let client_token = match &settings.client_token {
            Some(token) => Some(header(token).ok_or(InvalidSettings::ClientToken)?),
            None => None,
        };
        Ok(Self { http, base, settings, client_token })
    }

    /// Queues a text for a number or a linked id, after showing "typing" for some seconds.
    pub async fn send_text(
        &self,
        to: &str,
        text: &str,
        typing_seconds: Option<u8>,
    ) -> Result<Accepted, Failure> {
        let body = wire::SendText {
            phone: to,
            message: text,
            delay_typing: typing_seconds
                .filter(|seconds| *seconds > 0)
                .map(|seconds| seconds.min(LONGEST_TYPING)),
        };
        let call = self.start("send_text").about(Some(to), self.settings.phones);
        let sent = match self.request(Method::POST, "send-text", Some(&body)).await {
            Ok(answer) => self.accepted(answer, &[to, text]),
            Err(failure) => Err(failure),
        };
        end(call, sent)
    }

    /// Lists the messages that wait to be handed to WhatsApp.
    pub async fn queue(&self) -> Result<Queue, Failure> {
        let call = self.start("queue");
        end(call, self.whole_queue().await)
    }

    /// Asks whether the instance reaches WhatsApp.
    pub async fn status(&self) -> Result<Status, Failure> {
        self.ask("status", Method::GET, "status", None::<&()>, wire::status).await
    }

    /// Asks for the digits of the connected number.
    pub async fn own_phone(&self) -> Result<String, Failure> {
        self.ask("device", Method::GET, "device", None::<&()>, wire::own_phone).await
    }

    /// Reads the instance's settings.
    pub async fn me(&self) -> Result<Account, Failure> {
        self.ask("me", Method::GET, "me", None::<&()>, wire::account).await
    }

    /// Points every kind of callback to one address, our own messages included. The vendor takes
    /// `https` addresses only.
    pub async fn set_webhooks(&self, url: &SecretString) -> Result<(), Failure> {
        let body = wire::EveryWebhook { value: url.expose_secret(), notify_sent_by_me: true };
        let done = |answer: &Value| wire::error(answer).is_none().then_some(());
        self.ask("set_webhooks", Method::PUT, "update-every-webhooks", Some(&body), done).await
    }

    async fn whole_queue(&self) -> Result<Queue, Failure> {
        let mut queue = Queue::default();
        let mut from: Option<String> = None;
        for _ in 0..MOST_QUEUE_PAGES {
            let page = wire::QueuePage { page_size: QUEUE_PAGE, paging_state: from.as_deref() };
            let answer = self.request(Method::POST, "queue", Some(&page)).await?;
            if from.is_none() && matches!(answer.status, 404 | 405) {
                return self.unpaged_queue().await;
            }
            let (messages, next, more) = self.told(answer, wire::queue_page)?;
            queue.messages.extend(messages);
            if !more || next.is_none() || next == from {
                queue.complete = !more;
                break;
            }
            from = next;
        }
        Ok(queue)
    }

    /// The older call, for instances without the paged one. It does not tell whether it told all.
    async fn unpaged_queue(&self) -> Result<Queue, Failure> {
        let answer = self.request(Method::GET, "queue", None::<&()>).await?;
        let (messages, _, more) = self.told(answer, wire::queue_page)?;
        let complete = !more && messages.len() < VENDORS_QUEUE_PAGE;
        Ok(Queue { messages, complete })
    }

    /// A call that only asks, or that may be repeated.
    async fn ask<T>(
        &self,
        action: &'static str,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<T, Failure> {
        let call = self.start(action);
        let told = match self.request(method, path, body).await {
            Ok(answer) => self.told(answer, read),
            Err(failure) => Err(failure),
        };
        end(call, told)
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<Answer, Failure> {
        let mut request = self.http.request(method, self.url(path)).timeout(self.settings.timeout);
        if let Some(token) = &self.client_token {
            request = request.header("Client-Token", token);
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

    /// Judges the answer to a send.
    fn accepted(&self, answer: Answer, private: &[&str]) -> Result<Accepted, Failure> {
        let success = (200..300).contains(&answer.status);
        if success && let Ok(body) = &answer.body {
            let (zaap_id, message_id) = wire::ids(body);
            if zaap_id.is_some() || message_id.is_some() {
                return Ok(Accepted { zaap_id, message_id });
            }
        }
        match self.refusal(&answer, private) {
            Some(failure) => Err(failure),
            None => Err(Failure::AcceptedWithoutId),
        }
    }

    /// Judges the answer to a question.
    fn told<T>(&self, answer: Answer, read: impl Fn(&Value) -> Option<T>) -> Result<T, Failure> {
        let success = (200..300).contains(&answer.status);
        if success && let Some(told) = answer.body.as_ref().ok().and_then(read) {
            return Ok(told);
        }
        let doubt = answer.body.as_ref().err().copied().unwrap_or(Doubt::Unreadable);
        Err(self.refusal(&answer, &[]).unwrap_or(Failure::Unconfirmed(doubt)))
    }

    fn refusal(&self, answer: &Answer, private: &[&str]) -> Option<Failure> {
        let explain = match answer.status {
            200..=299 => wire::error,
            _ => wire::explanation,
        };
        let words = answer.body.as_ref().ok().and_then(explain);
        let words = words.map(|words| self.clean(&words, private));
        Failure::of_answer(answer.status, answer.retry_after, words)
    }

    fn clean(&self, words: &str, private: &[&str]) -> String {
        let client_token = self.settings.client_token.as_ref().map(ExposeSecret::expose_secret);
        let ours = [self.settings.token.expose_secret(), self.settings.instance_id.as_str()];
        let secrets: Vec<&str> =
            ours.into_iter().chain(client_token).chain(private.iter().copied()).collect();
        http::clean(words, &secrets)
    }

    fn start(&self, action: &'static str) -> Call {
        Call::start(Service::ZApi, action)
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        // An http(s) address always has a path to add to.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend([
                "instances",
                self.settings.instance_id.trim(),
                "token",
                self.settings.token.expose_secret().trim(),
                path,
            ]);
        }
        url
    }
}

fn header(secret: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(secret.expose_secret().trim()).ok()?;
    value.set_sensitive(true);
    Some(value)
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
        f.debug_struct("zapi::Client").finish_non_exhaustive()
    }
}
