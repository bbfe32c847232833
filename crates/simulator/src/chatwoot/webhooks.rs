//! The webhooks that go out: one attempt each, to every registered address, signed where there is
//! a secret.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use super::State;
use crate::log::lock;
use crate::poster::PostError;

/// What an account webhook can subscribe to.
pub(super) const EVENTS: [&str; 10] = [
    "conversation_created",
    "conversation_status_changed",
    "conversation_updated",
    "message_created",
    "message_updated",
    "contact_created",
    "contact_updated",
    "webwidget_triggered",
    "conversation_typing_on",
    "conversation_typing_off",
];

/// How long the server waits for an answer; it does not try again.
const PATIENCE: Duration = Duration::from_secs(5);

/// How webhooks are posted.
#[derive(Clone, Debug)]
pub struct Manner {
    /// How often each event arrives: an account, an inbox and a bot registration make three.
    pub copies: usize,
    /// An API call is answered only after its webhooks were.
    pub echo_first: bool,
    /// The webhooks of messages that come in by API wait until they are released.
    pub hold_echoes: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self { copies: 1, echo_first: false, hold_echoes: false }
    }
}

/// A webhook that went out.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// What it told.
    pub event: &'static str,
    /// What the agent answered: a status, or why there was none.
    pub outcome: Result<u16, PostError>,
}

/// Something that happened, to be told.
#[derive(Clone, Debug)]
pub(super) struct Told {
    event: &'static str,
    body: Value,
    echo: bool,
}

impl Told {
    pub(super) fn new(event: &'static str, body: Value) -> Self {
        Self { event, body, echo: false }
    }

    pub(super) fn mark_as_echo(&mut self) {
        self.echo = true;
    }
}

impl State {
    pub(super) fn now_ms(&self) -> i64 {
        self.config.clock.now_ms()
    }

    /// Posts in the background, one after the other.
    pub(super) fn tell(self: &Arc<Self>, told: Vec<Told>) {
        if told.is_empty() {
            return;
        }
        self.under_way.send_modify(|count| *count += 1);
        let state = self.clone();
        tokio::spawn(async move {
            state.stop.run_until_cancelled(state.post_all(told)).await;
            state.under_way.send_modify(|count| *count -= 1);
        });
    }

    /// Posts one after the other and waits for the answers.
    pub(super) async fn post_all(&self, told: Vec<Told>) {
        for one in told {
            let manner = lock(&self.manner).clone();
            if one.echo && manner.hold_echoes {
                lock(&self.held).push(one);
                continue;
            }
            let urls = self.subscribers(one.event);
            for url in urls {
                let copies = (0..manner.copies).map(|_| self.post(&url, &one));
                futures_util::future::join_all(copies).await;
            }
        }
    }

    fn subscribers(&self, event: &str) -> Vec<String> {
        let book = lock(&self.book);
        let fits = book.webhooks.iter().filter(|it| it.subscriptions.iter().any(|s| s == event));
        fits.map(|it| it.url.clone()).collect()
    }

    async fn post(&self, url: &str, told: &Told) {
        let body = told.body.to_string();
        let delivery = uuid::Uuid::new_v4().to_string();
        let timestamp = (self.now_ms() / 1000).to_string();
        let signature =
            self.config.webhook_secret.as_ref().map(|secret| sign(secret, &timestamp, &body));
        let mut headers =
            vec![("content-type", "application/json"), ("x-chatwoot-delivery", delivery.as_str())];
        if let Some(signature) = &signature {
            headers.push(("x-chatwoot-timestamp", &timestamp));
            headers.push(("x-chatwoot-signature", signature));
        }
        let posting = self.poster.post(url, &headers, Bytes::from(body));
        let answer = match tokio::time::timeout(PATIENCE, posting).await {
            Ok(answer) => answer.map(|answer| answer.status),
            Err(_) => Err(PostError::NoAnswer("it took too long".to_owned())),
        };
        self.posts.add(Post { event: told.event, outcome: answer });
    }
}

/// The value of `X-Chatwoot-Signature` for a body that was sent at this second.
pub fn sign(secret: &str, timestamp: &str, body: &str) -> String {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    let digits: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}
