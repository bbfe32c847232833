//! The one HTTP client for every vendor, and guarded reading of what vendors answer.

use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::Resolve;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Response, redirect, retry};

/// Most bytes of an answer that anybody reads; vendors' answers are a few KiB.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// Longest wait that a vendor may ask for.
pub const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
// Shorter than the keep-alive of common proxies (60 s and more), so that few requests meet a
// connection that the other side has just closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
const IDLE_CONNECTIONS: usize = 64;
const LONGEST_REASON: usize = 300;
const LONGEST_DIGITS: usize = 7;

/// Builds the client that all vendors share.
///
/// It follows no redirect, reads no proxy from the environment and repeats nothing that was
/// written, if only in part: whether a request may be sent again is decided where its outcome is
/// known. (Only where an idle connection turns out to be closed before a first byte went out, a
/// new one is made.)
pub fn client() -> Result<Client, reqwest::Error> {
    client_connecting_within(CONNECT_TIMEOUT)
}

/// As [`client`], with another limit on reaching the vendor.
pub fn client_connecting_within(connect: Duration) -> Result<Client, reqwest::Error> {
    build(|| builder(connect))
}

/// As [`client`], with names resolved in a way of its own.
pub fn client_resolving_with<R: Resolve + 'static>(
    resolver: Arc<R>,
) -> Result<Client, reqwest::Error> {
    build(|| builder(CONNECT_TIMEOUT).dns_resolver(Arc::clone(&resolver)))
}

fn build(builder: impl Fn() -> ClientBuilder) -> Result<Client, reqwest::Error> {
    install_crypto();
    builder().build().or_else(|error| {
        // A machine without CA certificates must still start (demo, local model servers); calls
        // to https addresses fail there, with the reason, as "not sent".
        tracing::warn!(
            reason = %error.without_url(),
            "no usable CA certificates on this machine: https calls will fail (install ca-certificates)"
        );
        builder().tls_certs_only([]).build()
    })
}

fn builder(connect: Duration) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("seleto/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(connect)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .tcp_keepalive(Duration::from_secs(30))
}

/// Makes ring the process's TLS cryptography; does nothing the second time.
pub fn install_crypto() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster: the provider is there all the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// Why an answer's body could not be read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More bytes than the limit.
    #[error("resposta grande demais")]
    TooLarge,
    /// The deadline passed first.
    #[error("tempo esgotado durante a leitura da resposta")]
    TimedOut,
    /// The connection or its framing broke.
    #[error("resposta interrompida")]
    Broken,
}

/// Why nobody knows what a call did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// The deadline passed before the answer was there.
    #[error("tempo esgotado")]
    TimedOut,
    /// The connection ended before the answer did.
    #[error("a conexão caiu antes da resposta")]
    ConnectionLost,
    /// The server reported its own failure.
    #[error("erro do servidor (HTTP {0})")]
    ServerError(u16),
    /// The answer made no sense.
    #[error("resposta ilegível")]
    Unreadable,
}

impl From<ReadError> for Doubt {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TimedOut => Self::TimedOut,
            ReadError::Broken => Self::ConnectionLost,
            ReadError::TooLarge => Self::Unreadable,
        }
    }
}

/// Reads a body, at most `limit` bytes of it; the request's own deadline covers the reading.
pub async fn read_capped(mut response: Response, limit: usize) -> Result<Vec<u8>, ReadError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => return Err(ReadError::TooLarge),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) if error.is_timeout() => return Err(ReadError::TimedOut),
            Err(_) => return Err(ReadError::Broken),
        }
    }
}

/// How far a request got that brought no status line back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// No connection was made (name, connection, TLS): nothing was written.
    NotSent(String),
    /// The deadline passed after the connection was made, or while that is unknown.
    TimedOut,
    /// The connection ended before an answer; the request may have been read.
    Broken(String),
}

impl From<reqwest::Error> for Interruption {
    fn from(error: reqwest::Error) -> Self {
        // The connect timeout is a connection error too, so this test comes first.
        if error.is_connect() || error.is_builder() {
            Self::NotSent(root_cause(error))
        } else if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::Broken(root_cause(error))
        }
    }
}

/// The innermost reason of an error, without the address, which may hold a token.
fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    clean(&cause.to_string(), &[])
}

/// How long a vendor asks to wait, at most [`LONGEST_WAIT`].
///
/// Reads `retry-after-ms`, then `retry-after` in seconds or as a date; a date is compared with
/// the answer's own `date`, so that no clock of ours matters. Negative and unreadable values say
/// nothing.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value: &_| value.to_str().ok()).map(str::trim);
    let milliseconds =
        text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()).map(|wait| wait / 1000.0);
    let asked = text(RETRY_AFTER.as_str());
    let seconds = || asked.and_then(|text| text.parse::<f64>().ok());
    let date = || {
        let until = jiff::fmt::rfc2822::parse(asked?).ok()?.timestamp();
        let from = jiff::fmt::rfc2822::parse(text(DATE.as_str())?).ok()?.timestamp();
        Some(until.duration_since(from).as_secs_f64().max(0.0))
    };
    let wait = milliseconds.or_else(seconds).or_else(date)?;
    (wait >= 0.0).then(|| Duration::from_secs_f64(wait.min(LONGEST_WAIT.as_secs_f64())))
}

/// Makes a vendor's words fit for a log: one line, short, without the given secrets, addresses
/// or long numbers (phones, ids).
pub fn clean(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        text = text.replace(secret, "[…]");
    }
    let words: Vec<String> = text.split_whitespace().map(clean_word).collect();
    let line: String = words.join(" ").chars().filter(|c| !c.is_control()).collect();
    match line.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn clean_word(word: &str) -> String {
    if word.contains("://") || word.contains("/token/") {
        return "[endereço]".to_owned();
    }
    // Keys of model vendors; their error texts quote part of the key that was refused.
    if word.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with("sk-") {
        return "[chave]".to_owned();
    }
    let digits = word.chars().filter(char::is_ascii_digit).count();
    // An IP address says which machine to allow, and its groups are short.
    if digits <= LONGEST_DIGITS || word.trim_matches(',').parse::<std::net::IpAddr>().is_ok() {
        return word.to_owned();
    }
    word.chars().map(|c| if c.is_ascii_digit() { '•' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn waits(headers: &[(&'static str, &'static str)]) -> Option<Duration> {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (reqwest::header::HeaderName::from_static(name), HeaderValue::from_static(value))
            })
            .collect();
        retry_after(&headers)
    }

    #[test]
    fn a_wait_is_read_in_seconds_milliseconds_or_as_a_date() {
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(waits(&[("retry-after", "2")]), seconds(2));
        assert_eq!(waits(&[("retry-after", " 1.5 ")]), Some(Duration::from_millis(1500)));
        assert_eq!(
            waits(&[("retry-after-ms", "40"), ("retry-after", "9")]),
            Some(Duration::from_millis(40))
        );
        let date = ("date", "Mon, 23 Nov 2026 10:00:00 GMT");
        assert_eq!(waits(&[date, ("retry-after", "Mon, 23 Nov 2026 10:00:20 GMT")]), seconds(20));
        assert_eq!(waits(&[date, ("retry-after", "Mon, 23 Nov 2026 09:00:00 GMT")]), seconds(0));
    }

    #[test]
    fn absurd_waits_are_capped_or_ignored() {
        assert_eq!(waits(&[("retry-after", "1000000000")]), Some(LONGEST_WAIT));
        assert_eq!(waits(&[("retry-after", "inf")]), Some(LONGEST_WAIT));
        assert_eq!(waits(&[("retry-after", "-1")]), None);
        assert_eq!(waits(&[("retry-after", "NaN")]), None);
        assert_eq!(waits(&[("retry-after", "soon")]), None);
        assert_eq!(waits(&[("retry-after", "Mon, 23 Nov 2026 10:00:20 GMT")]), None);
        assert_eq!(waits(&[]), None);
    }

    #[test]
    fn a_vendors_words_lose_secrets_addresses_and_phones() {
        let cleaned = clean(
            "POST https://x/token/T0K3N failed\nfor 5511987654321: T0K3N, key sk-abc**9 10.20.130.140 not allowed",
            &["T0K3N"],
        );
        assert_eq!(
            cleaned,
            "POST [endereço] failed for •••••••••••••: […], key [chave] 10.20.130.140 not allowed"
        );
        assert_eq!(clean(&"á ".repeat(400), &[]).chars().count(), LONGEST_REASON + 1);
    }
}
