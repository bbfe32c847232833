//! The agent's addresses, one for each class of event, as the panel of Z-API has them.

use super::Event;

/// Where each class of event is posted; a class without an address is not posted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookUrls {
    /// Received messages of every kind, and echoes of sent ones.
    pub received: Option<String>,
    /// Whether WhatsApp took a message that was sent.
    pub delivery: Option<String>,
    /// Ticks.
    pub message_status: Option<String>,
    /// The company's phone came back.
    pub connected: Option<String>,
    /// The company's phone went away.
    pub disconnected: Option<String>,
    /// Typing and presence.
    pub chat_presence: Option<String>,
}

impl WebhookUrls {
    /// One address for all; `type` in the body tells the classes apart.
    pub fn all(url: &str) -> Self {
        let url = Some(url.to_owned());
        Self {
            received: url.clone(),
            delivery: url.clone(),
            message_status: url.clone(),
            connected: url.clone(),
            disconnected: url.clone(),
            chat_presence: url,
        }
    }

    /// The agent's `/webhook/zapi` for all, with its secret in the URL.
    pub fn of_agent(base_url: &str, secret: &str) -> Self {
        Self::all(&format!("{}/webhook/zapi?token={secret}", base_url.trim_end_matches('/')))
    }

    /// The address of one kind of event.
    pub(super) fn of(&self, event: Event) -> Option<&str> {
        let url = match event {
            Event::Received | Event::Echo => &self.received,
            Event::Delivery => &self.delivery,
            Event::Sent | Event::Reached | Event::Read => &self.message_status,
            Event::Connected => &self.connected,
            Event::Disconnected => &self.disconnected,
            Event::Presence => &self.chat_presence,
        };
        url.as_deref()
    }

    /// Sets what `PUT /update-{name}` names; false when there is no such class.
    pub(super) fn set(&mut self, name: &str, url: &str) -> bool {
        let url = Some(url.to_owned());
        match name {
            "every-webhooks" => {
                *self = Self::all(url.as_deref().unwrap_or_default());
            }
            "webhook-received" | "webhook-received-delivery" => self.received = url,
            "webhook-delivery" => self.delivery = url,
            "webhook-message-status" => self.message_status = url,
            "webhook-connected" => self.connected = url,
            "webhook-disconnected" => self.disconnected = url,
            "webhook-chat-presence" => self.chat_presence = url,
            _ => return false,
        }
        true
    }
}
