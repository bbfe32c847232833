//! Registers our webhook at Chatwoot, and makes sure by reading back.

use secrecy::{ExposeSecret, SecretString};

use super::{Client, Failure, Registration};
use crate::web::CHATWOOT_WEBHOOK;

/// The events that we need.
pub const EVENTS: [&str; 3] =
    ["message_created", "conversation_status_changed", "conversation_updated"];

/// What came of registering.
#[derive(Clone, Debug)]
pub struct Registered {
    /// What had to be done.
    pub done: Done,
    /// What the server signs with, for `CHATWOOT_WEBHOOK_SECRET`; older servers sign nothing.
    pub secret: Option<SecretString>,
    /// Other webhooks of an agent are registered: each event arrives once for each of them.
    pub others: usize,
}

/// What had to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing: it was there.
    Nothing,
    /// It was there, without all of the events.
    Completed,
    /// It is there now.
    Made,
}

/// Why the webhook is not registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRegistered {
    /// A call failed.
    #[error("{0}")]
    Failed(#[from] Failure),
    /// The server said yes, and does not list it.
    #[error("o Chatwoot aceitou o webhook, mas ele não aparece na lista")]
    NotListed,
}

/// Where Chatwoot posts to us: our public address, with the secret that proves the caller.
pub fn address(public_url: &str, webhook_secret: &SecretString) -> SecretString {
    let (base, token) = (public_url.trim_end_matches('/'), webhook_secret.expose_secret());
    SecretString::from(format!("{base}{CHATWOOT_WEBHOOK}?token={token}"))
}

/// Registers the webhook at this address where it is missing, and reads it back.
///
/// # Errors
/// When a call fails, or what was registered is not listed.
pub async fn register(client: &Client, url: &SecretString) -> Result<Registered, NotRegistered> {
    let before = client.webhooks().await?;
    let done = match find(&before, url) {
        Some(there) if complete(there) => Done::Nothing,
        Some(there) => {
            client.update_webhook(&there.id, url, &wanted(there)).await?;
            Done::Completed
        }
        None => match client.register_webhook(url, &EVENTS).await {
            // Another process was faster: the list tells.
            Ok(_) | Err(Failure::Rejected { .. } | Failure::Unconfirmed(_)) => Done::Made,
            Err(failure) => return Err(failure.into()),
        },
    };
    let listed = client.webhooks().await?;
    let ours = find(&listed, url).ok_or(NotRegistered::NotListed)?;
    let is_agents = |it: &&Registration| it.url.expose_secret().contains(CHATWOOT_WEBHOOK);
    Ok(Registered {
        done,
        secret: ours.secret.clone(),
        others: listed.iter().filter(is_agents).count().saturating_sub(1),
    })
}

fn find<'a>(listed: &'a [Registration], url: &SecretString) -> Option<&'a Registration> {
    listed.iter().find(|it| it.url.expose_secret() == url.expose_secret())
}

fn complete(there: &Registration) -> bool {
    EVENTS.iter().all(|event| there.subscriptions.iter().any(|it| it == event))
}

/// What it has and what we need.
fn wanted(there: &Registration) -> Vec<&str> {
    let theirs = there.subscriptions.iter().map(String::as_str);
    let ours =
        EVENTS.iter().copied().filter(|event| !there.subscriptions.iter().any(|it| it == event));
    theirs.chain(ours).collect()
}
