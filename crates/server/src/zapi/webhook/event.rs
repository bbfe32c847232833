//! One body of Z-API as an event: the envelope and what it is about.

use sha2::{Digest, Sha256};

use super::chat::Chat;
use super::content::Content;
use super::private::Private;

/// One thing that Z-API reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The instance it is about.
    pub instance_id: Option<String>,
    /// When it happened, in milliseconds since 1970.
    pub at_ms: Option<i64>,
    /// What happened.
    pub kind: EventKind,
    /// SHA-256 of the body, in hexadecimal digits.
    pub(super) digest: String,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A message, of either side.
    Received(Box<Received>),
    /// A message of ours was handed to WhatsApp, or could not be.
    Delivery {
        /// The other side.
        chat: Chat,
        /// The vendor's queue id.
        zaap_id: Option<String>,
        /// The message's id.
        message_id: Option<String>,
        /// Why it could not.
        error: Option<String>,
    },
    /// Messages were sent, received, read or played.
    Status {
        /// Which of these, in the vendor's word.
        status: String,
        /// The messages.
        ids: Vec<String>,
        /// The other side.
        chat: Chat,
    },
    /// Somebody types, or comes and goes.
    Presence {
        /// Who.
        chat: Chat,
        /// What they do, in the vendor's word.
        status: String,
    },
    /// The instance is connected to WhatsApp.
    Connected {
        /// With this number.
        phone: Option<Private>,
    },
    /// The instance lost its connection to WhatsApp.
    Disconnected {
        /// Why.
        error: Option<String>,
    },
    /// A kind this version does not know.
    Unknown {
        /// Its name.
        type_name: Option<String>,
    },
}

/// A message, of either side.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// Its id in the conversation.
    pub message_id: Option<String>,
    /// The other side.
    pub chat: Chat,
    /// The other side's linked id, `digits@lid`.
    pub chat_lid: Option<Private>,
    /// Sent by the connected number.
    pub from_me: bool,
    /// Sent through the API.
    pub from_api: bool,
    /// A new version of an earlier message.
    pub is_edit: bool,
    /// An answer to one of our stories.
    pub is_status_reply: bool,
    /// WhatsApp has announced it but not yet decrypted it; it comes again.
    pub waiting: bool,
    /// Passed on from another chat.
    pub forwarded: bool,
    /// The profile name, unless it is only the number: a hint, never a fact.
    pub sender_name: Option<Private>,
    /// Our number.
    pub connected_phone: Option<Private>,
    /// The message it answers.
    pub quoted_message_id: Option<String>,
    /// The advertisement that brought the person here.
    pub ad: Option<Ad>,
    /// What it carries.
    pub content: Content,
}

/// A click-to-WhatsApp advertisement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ad {
    /// Its headline.
    pub title: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// What kind of source it is, such as `ad`.
    pub source_type: Option<String>,
    /// Its id at the network.
    pub source_id: Option<String>,
    /// Its address.
    pub source_url: Option<Private>,
}

impl Event {
    /// What makes this event the same as another one; `None` where each repetition is news.
    ///
    /// A message keeps one key whatever address it came under. News about a message (an edit, the
    /// announcement that it is still encrypted) must not use up the key of the message itself.
    pub fn dedupe_key(&self) -> Option<String> {
        let at = self.at_ms.map(|at| at.to_string()).unwrap_or_default();
        let key = match &self.kind {
            EventKind::Presence { .. } => return None,
            EventKind::Received(received) => {
                received.message_id.as_ref().map(|id| match &received.content {
                    _ if received.waiting => format!("waiting:{id}"),
                    Content::Notification(name) => format!("notification:{name}:{id}:{at}"),
                    _ if received.is_edit => format!("edit:{id}:{at}:{}", &self.digest[..16]),
                    _ => format!("message:{id}"),
                })
            }
            EventKind::Delivery { zaap_id, message_id, error, .. } => {
                let outcome = if error.is_some() { "failed" } else { "sent" };
                let id = message_id.as_ref().or(zaap_id.as_ref());
                id.map(|id| format!("delivery:{outcome}:{id}"))
            }
            EventKind::Status { status, ids, .. } if !ids.is_empty() => {
                Some(format!("status:{status}:{at}:{}", digest(&ids.join(","))))
            }
            _ => None,
        };
        Some(key.unwrap_or_else(|| format!("body:{}", self.digest)))
    }

    /// The kind in one word, for logs and metrics.
    pub fn name(&self) -> &'static str {
        match self.kind {
            EventKind::Received(_) => "received",
            EventKind::Delivery { .. } => "delivery",
            EventKind::Status { .. } => "status",
            EventKind::Presence { .. } => "presence",
            EventKind::Connected { .. } => "connected",
            EventKind::Disconnected { .. } => "disconnected",
            EventKind::Unknown { .. } => "unknown",
        }
    }
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
