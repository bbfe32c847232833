//! Calls to the model server.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::dialect::{Dialect, Refusal};
use super::failure::Failure;
use super::models::{Model, Price, Usage};
use super::picture::Picture;
use super::wire;
use crate::external_call::{Call, Outcome, Phones, Service};
use crate::http::{self, BODY_LIMIT, Interruption};

/// A model server.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    authorization: Option<HeaderValue>,
    settings: Settings,
    // What each model of this server was found to take; lost with the process, and learnt anew.
    dialects: Arc<RwLock<HashMap<String, Dialect>>>,
}

/// How to reach a model server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its address, version included: `https://api.openai.com/v1` or a stand-in.
    pub base_url: String,
    /// The key; local servers need none.
    pub api_key: Option<SecretString>,
    /// The pause before the first repetition; it doubles with each.
    pub first_pause: Duration,
    /// What tokens cost, where it is not to be looked up by the model's name.
    pub price: Option<Price>,
    /// How phones appear in logs.
    pub phones: Phones,
}

/// Settings that no call could be made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// The address is none.
    #[error(
        "OPENAI_BASE_URL não é um endereço http(s) válido; o padrão é https://api.openai.com/v1"
    )]
    BaseUrl,
    /// The key cannot be part of a request.
    #[error("OPENAI_API_KEY tem caracteres inválidos; copie-a de novo")]
    ApiKey,
}

/// What the model is asked.
#[derive(Clone)]
pub struct Completion {
    /// The model.
    pub model: String,
    /// The fixed instructions; always the same text first, so that the server can cache it.
    pub system: String,
    /// The conversation, oldest first.
    pub messages: Vec<(Role, String)>,
    /// A picture beside the last message.
    pub picture: Option<Picture>,
    /// The shape of the answer, when it is to be JSON.
    pub schema: Option<Schema>,
    /// How freely the model words things; left out for models that refuse it.
    pub temperature: f64,
    /// The most tokens of an answer.
    pub max_tokens: u32,
    /// The time for all of it: repetitions, pauses, reading.
    pub deadline: Duration,
    /// On whose behalf, for the log.
    pub phone: Option<String>,
}

/// Who said something to the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The other side.
    User,
    /// The model.
    Assistant,
    /// We, after the fixed instructions: data about the lead, or a correction.
    System,
}

/// The shape of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// A JSON schema that strict mode accepts.
    pub body: Value,
}

/// What the model answered.
#[derive(Clone, PartialEq)]
pub struct Answer {
    /// Its text; the object alone, where a schema was asked for. Whether it keeps to the schema
    /// is for the caller to see.
    pub text: String,
    /// Why it ended, in the server's word.
    pub finish_reason: String,
    /// What it cost.
    pub bill: Bill,
    /// How long it took, repetitions included.
    pub took: Duration,
}

/// What an answer cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// The model that answered.
    pub model: String,
    /// The tokens, where the server told.
    pub usage: Option<Usage>,
    /// Millionths of a US dollar; `None` when the price is unknown, never zero for want of one.
    pub cost_micro_usd: Option<u64>,
}

pub(super) const MOST_REPETITIONS: u32 = 2;
const MOST_ADAPTATIONS: u32 = 8;
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
const MODELS_DEADLINE: Duration = Duration::from_secs(10);

/// A failed attempt, with what its refusal teaches.
pub(super) struct Attempt {
    failure: Failure,
    refusal: Option<Refusal>,
}

impl Attempt {
    pub(super) fn into_failure(self) -> Failure {
        self.failure
    }
}

impl From<Failure> for Attempt {
    fn from(failure: Failure) -> Self {
        Self { failure, refusal: None }
    }
}

impl Client {
    /// Checks the settings; makes no call.
    pub fn new(http: reqwest::Client, settings: Settings) -> Result<Self, InvalidSettings> {
        let base = Url::parse(settings.base_url.trim()).map_err(|_| InvalidSettings::BaseUrl)?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(InvalidSettings::BaseUrl);
        }
        let authorization = match &settings.api_key {
            Some(key) => Some(bearer(key).ok_or(InvalidSettings::ApiKey)?),
            None => None,
        };
        Ok(Self { http, base, authorization, settings, dialects: Arc::default() })
    }

    /// Asks the model once. Parameters that it refuses are left out and remembered; passing
    /// troubles are repeated, all within the deadline.
    pub async fn complete(&self, request: &Completion) -> Result<Answer, Failure> {
        let started = Instant::now();
        let until = started + request.deadline;
        let (mut repetitions, mut adaptations) = (0, 0);
        loop {
            let dialect = self.dialect(&request.model);
            if request.picture.is_some() && !dialect.sees {
                return Err(Failure::Blind);
            }
            let Attempt { failure, refusal } = match self.attempt(request, &dialect, until).await {
                Ok((text, finish_reason, bill)) => {
                    return Ok(Answer { text, finish_reason, bill, took: started.elapsed() });
                }
                Err(attempt) => attempt,
            };
            let adapted = refusal.and_then(|refusal| {
                let blind = request.picture.as_ref().and(dialect.without_pictures(&refusal));
                blind.or_else(|| dialect.avoiding(&refusal))
            });
            if let Some(adapted) = adapted.filter(|_| adaptations < MOST_ADAPTATIONS) {
                adaptations += 1;
                self.remember(&request.model, &dialect, adapted);
                continue;
            }
            let pause = failure
                .retry_after()
                .unwrap_or_else(|| backoff(self.settings.first_pause, repetitions, rand::random()));
            let in_time = Instant::now() + pause < until;
            if !failure.is_passing() || repetitions >= MOST_REPETITIONS || !in_time {
                return Err(failure);
            }
            repetitions += 1;
            sleep(pause).await;
        }
    }

    /// Whether a model takes pictures, as far as it is known.
    pub fn sees(&self, model: &str) -> bool {
        self.dialect(model).sees
    }

    /// Lists the server's models, with their announced ends.
    pub async fn models(&self) -> Result<Vec<Model>, Failure> {
        let call = Call::start(Service::OpenAi, "models");
        let request = self.http.get(self.url(&["models"])).timeout(MODELS_DEADLINE);
        let models =
            self.exchange(request).await.map_err(|attempt| attempt.failure).and_then(|body| {
                wire::models(&body).ok_or(Failure::Malformed("nenhuma lista de modelos"))
            });
        end(call, &models, |failure| failure.label());
        models
    }

    async fn attempt(
        &self,
        request: &Completion,
        dialect: &Dialect,
        until: Instant,
    ) -> Result<(String, String, Bill), Attempt> {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::TimedOut.into());
        }
        let call = Call::start(Service::OpenAi, "chat")
            .about(request.phone.as_deref(), self.settings.phones);
        let post = self.post(&["chat", "completions"]).timeout(left);
        let answer = match self.exchange(post.json(&wire::chat(request, dialect))).await {
            Ok(body) => {
                let price = self.settings.price;
                wire::answer(&body, request, dialect.format, price).map_err(Attempt::from)
            }
            Err(attempt) => Err(attempt),
        };
        end(call, &answer, |attempt| attempt.failure.label());
        answer
    }

    /// Sends a request and reads an answer that is no refusal.
    pub(super) async fn exchange(&self, mut request: RequestBuilder) -> Result<Value, Attempt> {
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let response = request.send().await.map_err(Interruption::from).map_err(Failure::from)?;
        let status = response.status();
        let retry_after = http::retry_after(response.headers());
        let body = http::read_capped(response, BODY_LIMIT).await;
        if status.is_success() {
            let body = body.map_err(Failure::from)?;
            let value: Value =
                serde_json::from_slice(&body).map_err(|_| Failure::Malformed("não é JSON"))?;
            if !wire::is_refusal(&value) {
                return Ok(value);
            }
            return Err(self.refused(status.as_u16(), &body, retry_after));
        }
        // The status says enough where its explanation cannot be read.
        Err(self.refused(status.as_u16(), &body.unwrap_or_default(), retry_after))
    }

    fn refused(&self, status: u16, body: &[u8], retry_after: Option<Duration>) -> Attempt {
        let (refusal, kind, words) = wire::refusal(status, body);
        let key = self.settings.api_key.as_ref().map_or("", |key| key.expose_secret());
        let reason = http::clean(&words, &[key]);
        let failure = Failure::of_refusal(&refusal, kind.as_deref(), retry_after, reason);
        Attempt { failure, refusal: Some(refusal) }
    }

    fn dialect(&self, model: &str) -> Dialect {
        let known = self.dialects.read().unwrap_or_else(PoisonError::into_inner);
        known.get(model).cloned().unwrap_or_else(|| Dialect::of(model))
    }

    /// Keeps what an attempt taught, unless another one has learnt something meanwhile.
    fn remember(&self, model: &str, tried: &Dialect, adapted: Dialect) {
        tracing::info!(model, ?adapted, "the model server refused a parameter; adapted");
        let mut known = self.dialects.write().unwrap_or_else(PoisonError::into_inner);
        let current = known.entry(model.to_owned()).or_insert_with(|| tried.clone());
        if current == tried {
            *current = adapted;
        }
    }

    pub(super) fn post(&self, path: &[&str]) -> RequestBuilder {
        self.http.post(self.url(path))
    }

    pub(super) fn first_pause(&self) -> Duration {
        self.settings.first_pause
    }

    pub(super) fn phones(&self) -> Phones {
        self.settings.phones
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // An http(s) address always has a path to add to.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

/// The pause before a repetition: doubling, capped, shortened by up to a quarter by chance.
pub(super) fn backoff(first: Duration, repetitions: u32, chance: f64) -> Duration {
    let full = first.saturating_mul(2_u32.saturating_pow(repetitions)).min(LONGEST_PAUSE);
    full.mul_f64(1.0 - chance.clamp(0.0, 1.0) / 4.0)
}

fn bearer(key: &SecretString) -> Option<HeaderValue> {
    let mut value =
        HeaderValue::from_str(&format!("Bearer {}", key.expose_secret().trim())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

pub(super) fn end<T, E>(call: Call, result: &Result<T, E>, label: impl Fn(&E) -> &'static str) {
    call.end(match result {
        Ok(_) => Outcome::Success,
        Err(error) => Outcome::Failure(label(error)),
    });
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("openai::Client").finish_non_exhaustive()
    }
}

/// Without the conversation, which no log may show.
impl fmt::Debug for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completion")
            .field("model", &self.model)
            .field("messages", &self.messages.len())
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// Without the text, which is for the lead alone.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("finish_reason", &self.finish_reason)
            .field("bill", &self.bill)
            .field("took", &self.took)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_never_grow_by_chance() {
        let pause = |repetitions, chance| backoff(Duration::from_millis(500), repetitions, chance);
        assert_eq!(pause(0, 0.0), Duration::from_millis(500));
        assert_eq!(pause(1, 0.0), Duration::from_secs(1));
        assert_eq!(pause(1, 1.0), Duration::from_millis(750));
        assert_eq!(pause(40, 0.0), LONGEST_PAUSE);
    }
}
