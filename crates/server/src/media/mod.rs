//! Fetches what a lead sent, from public addresses only: whoever writes a webhook chooses the URL.

mod address;
mod allowed;
mod resolver;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{StatusCode, Url};
use tokio::time::Instant;

pub use allowed::{AllowedHosts, InvalidHost};

use crate::external_call::{Call, Outcome, Phones, Service};
use crate::http::{self, Interruption, ReadError};

/// Most bytes of a file; the transcription takes 25 MiB at most.
pub const LARGEST: usize = 16 * 1024 * 1024;

/// Longest time for a file, from its name to its last byte.
pub const LONGEST: Duration = Duration::from_secs(20);

/// Fetches files.
#[derive(Clone)]
pub struct Client {
    /// Reaches public addresses only.
    guarded: reqwest::Client,
    /// For the hosts that the operator allows.
    open: reqwest::Client,
    allowed: AllowedHosts,
    phones: Phones,
}

/// How much a fetch may take, and on whose behalf it is made.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most bytes.
    pub bytes: usize,
    /// Until when.
    pub until: Instant,
    /// Whose, for the log.
    pub phone: Option<String>,
}

/// A file.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// What it holds.
    pub bytes: bytes::Bytes,
    /// Its type, as the server tells it.
    pub mime: Option<String>,
}

/// Why a file was not fetched. None of it tells the address, which opens the file to anybody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no address of a file on the web.
    #[error("endereço de mídia inválido")]
    Invalid,
    /// Neither https nor an allowed host.
    #[error("endereço de mídia sem https; se o servidor é seu, inclua-o em MEDIA_ALLOWED_HOSTS")]
    Insecure,
    /// The host is not on the public internet, and not allowed.
    #[error(
        "endereço de mídia em rede interna; se o servidor é seu, inclua-o em MEDIA_ALLOWED_HOSTS"
    )]
    Private,
    /// The server does not give it out; redirects count as this, as they are not followed.
    #[error("o servidor da mídia respondeu HTTP {0}")]
    Status(u16),
    /// More bytes than the limit.
    #[error("mídia grande demais")]
    TooLarge,
    /// Not a single byte.
    #[error("mídia vazia")]
    Empty,
    /// The deadline passed.
    #[error("a mídia não chegou a tempo")]
    TimedOut,
    /// No connection, or it broke.
    #[error("sem conexão com o servidor da mídia: {0}")]
    Unreachable(String),
}

impl Client {
    /// Builds what it needs; makes no call.
    ///
    /// # Errors
    /// When the process can make no HTTP client.
    pub fn new(allowed: AllowedHosts, phones: Phones) -> Result<Self, reqwest::Error> {
        let guarded = http::client_resolving_with(Arc::new(resolver::PublicOnly))?;
        Ok(Self { guarded, open: http::client()?, allowed, phones })
    }

    /// Fetches a file: one attempt, one log line.
    ///
    /// # Errors
    /// When it may not be fetched, cannot be, or is too large.
    pub async fn fetch(&self, url: &str, limits: &Limits) -> Result<Fetched, Refused> {
        let call = Call::start(Service::Media, "fetch").about(limits.phone.as_deref(), self.phones);
        let fetched = self.attempt(url, limits).await;
        call.end(match &fetched {
            Ok(_) => Outcome::Success,
            Err(refused) => Outcome::Failure(refused.label()),
        });
        fetched
    }

    async fn attempt(&self, url: &str, limits: &Limits) -> Result<Fetched, Refused> {
        let (url, client) = self.judge(url)?;
        let left = limits.until.saturating_duration_since(Instant::now()).min(LONGEST);
        if left.is_zero() {
            return Err(Refused::TimedOut);
        }
        let response = client.get(url).timeout(left).send().await.map_err(refused)?;
        if response.status() != StatusCode::OK {
            return Err(Refused::Status(response.status().as_u16()));
        }
        if response.content_length().is_some_and(|length| length > limits.bytes as u64) {
            return Err(Refused::TooLarge);
        }
        let mime = response.headers().get(CONTENT_TYPE);
        let mime = mime.and_then(|mime| mime.to_str().ok()).map(str::to_owned);
        let bytes = http::read_capped(response, limits.bytes).await?;
        if bytes.is_empty() {
            return Err(Refused::Empty);
        }
        Ok(Fetched { bytes: bytes.into(), mime })
    }

    /// The address, and the client that may call it. A literal IP address is judged here, since
    /// no resolver is asked for it.
    fn judge(&self, url: &str) -> Result<(Url, &reqwest::Client), Refused> {
        let url = Url::parse(url.trim()).map_err(|_| Refused::Invalid)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(Refused::Invalid);
        }
        if self.allowed.has(&url) {
            return Ok((url, &self.open));
        }
        if url.scheme() != "https" {
            return Err(Refused::Insecure);
        }
        let literal = url
            .host_str()
            .and_then(|host| host.trim_start_matches('[').trim_end_matches(']').parse().ok());
        if literal.is_some_and(|literal| !address::is_public(literal)) {
            return Err(Refused::Private);
        }
        Ok((url, &self.guarded))
    }
}

impl Refused {
    /// The reason in one word, for logs and metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Insecure => "insecure",
            Self::Private => "private",
            Self::Status(404 | 410) => "not_found",
            Self::Status(_) => "refused",
            Self::TooLarge => "too_large",
            Self::Empty => "empty",
            Self::TimedOut => "timed_out",
            Self::Unreachable(_) => "unreachable",
        }
    }

    /// Whether the same fetch may fare better a little later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::TimedOut | Self::Unreachable(_) | Self::Status(408 | 425 | 429 | 500..)
        )
    }
}

impl From<ReadError> for Refused {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge => Self::TooLarge,
            ReadError::TimedOut => Self::TimedOut,
            ReadError::Broken => Self::Unreachable(error.to_string()),
        }
    }
}

/// What a request that brought no answer means; the resolver's refusal is inside the error.
fn refused(error: reqwest::Error) -> Refused {
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = cause {
        if error.is::<resolver::NotPublic>() {
            return Refused::Private;
        }
        cause = error.source();
    }
    match Interruption::from(error) {
        Interruption::TimedOut => Refused::TimedOut,
        Interruption::NotSent(reason) | Interruption::Broken(reason) => {
            Refused::Unreachable(reason)
        }
    }
}

/// Without what it holds.
impl std::fmt::Debug for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetched")
            .field("bytes", &self.bytes.len())
            .field("mime", &self.mime)
            .finish()
    }
}

#[cfg(test)]
mod tests;
