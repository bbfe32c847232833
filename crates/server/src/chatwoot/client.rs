//! Calls to one account of Chatwoot.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use super::failure::{Access, Failure};
use super::transport::{Body, extend};
use super::wire::{
    self, Contact, ContactFields, Conversation, Inbox, Message, NewMessage, Profile, Registration,
    Status,
};
use crate::external_call::{Call, Outcome, Phones, Service};

/// One account of Chatwoot.
#[derive(Clone)]
pub struct Client {
    pub(super) http: reqwest::Client,
    pub(super) base: Url,
    pub(super) settings: Settings,
    pub(super) token: HeaderValue,
    pub(super) found: Arc<Found>,
}

/// What calls found out about the server.
#[derive(Default)]
pub(super) struct Found {
    /// A proxy in front drops header names with underscores.
    pub(super) dashed: AtomicBool,
    /// The inbox assigns conversations to people by itself.
    assigns: AtomicBool,
    /// The account's only API inbox.
    inbox: OnceCell<String>,
}

/// How to reach an account.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's address, without `/api/…`.
    pub base_url: String,
    /// The token of a person of the account.
    pub token: SecretString,
    /// The account's number.
    pub account: u64,
    /// The API inbox in which conversations live; `None` takes the account's only one.
    pub inbox: Option<u64>,
    /// From the first byte out to the last byte in, connecting included.
    pub timeout: Duration,
    /// How phones appear in logs.
    pub phones: Phones,
}

/// Settings that no call could be made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// The address is none.
    #[error(
        "CHATWOOT_API_URL não é um endereço http(s) válido, como https://chat.suaempresa.com.br"
    )]
    BaseUrl,
    /// The token cannot be part of a request.
    #[error("CHATWOOT_API_TOKEN tem caracteres inválidos; copie-o de novo do perfil no Chatwoot")]
    Token,
}

impl Client {
    /// Checks the settings; makes no call.
    pub fn new(http: reqwest::Client, settings: Settings) -> Result<Self, InvalidSettings> {
        let mut base =
            Url::parse(settings.base_url.trim()).map_err(|_| InvalidSettings::BaseUrl)?;
        // Some copy the address of a call instead of the server's.
        if let Some(at) = base.path().find("/api/v1") {
            let server = base.path()[..at].to_owned();
            base.set_path(&server);
        }
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(InvalidSettings::BaseUrl);
        }
        let mut token = HeaderValue::from_str(settings.token.expose_secret().trim())
            .map_err(|_| InvalidSettings::Token)?;
        token.set_sensitive(true);
        Ok(Self { http, base, settings, token, found: Arc::default() })
    }

    /// The account.
    pub fn account(&self) -> u64 {
        self.settings.account
    }

    /// The inbox in which conversations live, as far as it is known without a call.
    pub fn known_inbox(&self) -> Option<String> {
        let configured = self.settings.inbox.map(|inbox| inbox.to_string());
        configured.or_else(|| self.found.inbox.get().cloned())
    }

    /// Whether the inbox assigns conversations by itself, as far as a call told: an assignment
    /// says nothing then.
    pub fn assigns_by_itself(&self) -> bool {
        self.found.assigns.load(Ordering::Relaxed)
    }

    /// The number of the inbox in which conversations live.
    pub async fn inbox_id(&self) -> Result<String, Failure> {
        if let Some(inbox) = self.known_inbox() {
            return Ok(inbox);
        }
        let found = self.found.inbox.get_or_try_init(async || {
            let only = self.inboxes().await?.into_iter().filter(|inbox| inbox.is_api());
            match only.collect::<Vec<_>>().as_slice() {
                [inbox] => Ok(inbox.id.clone()),
                _ => Err(Failure::Unauthorized(Access::Inbox)),
            }
        });
        found.await.cloned()
    }

    /// The contacts in which this text occurs; it may stand anywhere, so compare afterwards.
    pub async fn search_contacts(&self, text: &str) -> Result<Vec<Contact>, Failure> {
        let call = self.start("search_contacts");
        let query = [("q", text)];
        let path = ["contacts", "search"];
        let answer = self.request(Method::GET, &path, &query, Body::None).await;
        end(call, self.told(answer, |answer| wire::list(answer, wire::contact)))
    }

    /// Makes a contact, with its address in the inbox.
    pub async fn create_contact(
        &self,
        fields: &ContactFields,
        source_id: &str,
    ) -> Result<Contact, Failure> {
        let call =
            self.start("create_contact").about(fields.phone.as_deref(), self.settings.phones);
        let inbox = self.inbox_id().await?;
        let body = contact_body(fields, Some(wire::id_value(&inbox)), Some(source_id));
        let answer = self.request(Method::POST, &["contacts"], &[], body).await;
        end(call, self.told(answer, wire::created_contact))
    }

    /// Brings a contact up to date; what is not given stays.
    pub async fn update_contact(&self, id: &str, fields: &ContactFields) -> Result<(), Failure> {
        let call =
            self.start("update_contact").about(fields.phone.as_deref(), self.settings.phones);
        let body = contact_body(fields, None, None);
        let answer = self.request(Method::PUT, &["contacts", id], &[], body).await;
        end(call, self.done(answer))
    }

    /// The latest conversations of a contact, in every inbox.
    pub async fn conversations_of(&self, contact: &str) -> Result<Vec<Conversation>, Failure> {
        let call = self.start("contact_conversations");
        let path = ["contacts", contact, "conversations"];
        let answer = self.request(Method::GET, &path, &[], Body::None).await;
        end(call, self.told(answer, |answer| wire::list(answer, wire::conversation)))
    }

    /// Opens a conversation under a fixed address: another call with the same one makes no other
    /// address, but it may make another conversation.
    pub async fn create_conversation(
        &self,
        contact: &str,
        source_id: &str,
    ) -> Result<Conversation, Failure> {
        let call = self.start("create_conversation");
        let body = json_body(&wire::ConversationBody {
            inbox_id: wire::id_value(&self.inbox_id().await?),
            contact_id: wire::id_value(contact),
            source_id,
            status: "open",
        });
        let answer = self.request(Method::POST, &["conversations"], &[], body).await;
        end(call, self.told(answer, wire::created_conversation))
    }

    /// One conversation.
    pub async fn conversation(&self, id: &str) -> Result<Conversation, Failure> {
        let call = self.start("conversation");
        let answer = self.request(Method::GET, &["conversations", id], &[], Body::None).await;
        end(call, self.told(answer, wire::created_conversation))
    }

    /// Messages of a conversation: those after an id, or the latest.
    pub async fn messages(
        &self,
        conversation: &str,
        before: Option<&str>,
    ) -> Result<Vec<Message>, Failure> {
        let call = self.start("messages");
        let query: Vec<(&str, &str)> = before.map(|id| ("before", id)).into_iter().collect();
        let path = ["conversations", conversation, "messages"];
        let answer = self.request(Method::GET, &path, &query, Body::None).await;
        end(call, self.told(answer, |answer| wire::list(answer, wire::message)))
    }

    /// Posts a message, marked as ours. There is no key against double posts: read before posting
    /// again.
    pub async fn post(&self, conversation: &str, message: &NewMessage) -> Result<Message, Failure> {
        let call = self.start("post_message");
        let path = ["conversations", conversation, "messages"];
        let body = Body::Message(message.clone());
        let answer = self.request(Method::POST, &path, &[], body).await;
        end(call, self.told(answer, wire::created_message))
    }

    /// Reports how far a message got on WhatsApp.
    pub async fn report(
        &self,
        conversation: &str,
        message: &str,
        status: Status,
        error: Option<&str>,
    ) -> Result<(), Failure> {
        let call = self.start("report_status");
        let path = ["conversations", conversation, "messages", message];
        let body = Body::Json(json!({"status": status.name(), "external_error": error}));
        let answer = self.request(Method::PATCH, &path, &[], body).await;
        end(call, self.done(answer))
    }

    /// Replaces the labels of a conversation.
    pub async fn set_labels(&self, conversation: &str, labels: &[String]) -> Result<(), Failure> {
        let call = self.start("set_labels");
        let path = ["conversations", conversation, "labels"];
        let body = Body::Json(json!({ "labels": labels }));
        let answer = self.request(Method::POST, &path, &[], body).await;
        end(call, self.done(answer))
    }

    /// Adds to what is known of a conversation.
    pub async fn set_attributes(
        &self,
        conversation: &str,
        attributes: &Map<String, Value>,
    ) -> Result<(), Failure> {
        let call = self.start("set_attributes");
        let path = ["conversations", conversation, "custom_attributes"];
        let body = Body::Json(json!({"custom_attributes": attributes, "merge": true}));
        let answer = self.request(Method::POST, &path, &[], body).await;
        end(call, self.done(answer))
    }

    /// The registered webhooks.
    pub async fn webhooks(&self) -> Result<Vec<Registration>, Failure> {
        let call = self.start("webhooks");
        let answer = self.request(Method::GET, &["webhooks"], &[], Body::None).await;
        end(call, self.told(answer, |answer| wire::list(answer, wire::registration)))
    }

    /// Registers a webhook for these events.
    pub async fn register_webhook(
        &self,
        url: &SecretString,
        events: &[&str],
    ) -> Result<Registration, Failure> {
        let call = self.start("register_webhook");
        let body = webhook_body(url, events);
        let answer = self.request(Method::POST, &["webhooks"], &[], body).await;
        end(call, self.told(answer, wire::created_registration))
    }

    /// Changes the events of a registered webhook.
    pub async fn update_webhook(
        &self,
        id: &str,
        url: &SecretString,
        events: &[&str],
    ) -> Result<(), Failure> {
        let call = self.start("update_webhook");
        let body = webhook_body(url, events);
        let answer = self.request(Method::PATCH, &["webhooks", id], &[], body).await;
        end(call, self.done(answer))
    }

    /// Who the token's owner is.
    pub async fn profile(&self) -> Result<Profile, Failure> {
        let call = self.start("profile");
        let mut url = self.base.clone();
        extend(&mut url, &["api", "v1", "profile"]);
        let answer = self.exchange(Method::GET, url, &[], &Body::None).await;
        let account = self.settings.account.to_string();
        end(call, self.told(answer, |answer| wire::profile(answer, &account)))
    }

    /// The inbox in which conversations live.
    pub async fn inbox(&self) -> Result<Inbox, Failure> {
        let id = self.inbox_id().await?;
        let call = self.start("inbox");
        let answer = self.request(Method::GET, &["inboxes", &id], &[], Body::None).await;
        let inbox = end(call, self.told(answer, wire::shown_inbox))?;
        self.found.assigns.store(inbox.assigns, Ordering::Relaxed);
        Ok(inbox)
    }

    async fn inboxes(&self) -> Result<Vec<Inbox>, Failure> {
        let call = self.start("inboxes");
        let answer = self.request(Method::GET, &["inboxes"], &[], Body::None).await;
        end(call, self.told(answer, |answer| wire::list(answer, wire::inbox)))
    }

    fn start(&self, action: &'static str) -> Call {
        Call::start(Service::Chatwoot, action)
    }
}

fn contact_body(fields: &ContactFields, inbox_id: Option<Value>, source_id: Option<&str>) -> Body {
    json_body(&wire::ContactBody {
        inbox_id,
        source_id,
        name: fields.name.as_deref(),
        phone_number: fields.phone.as_deref(),
        identifier: fields.identifier.as_deref(),
        custom_attributes: &fields.attributes,
    })
}

fn webhook_body(url: &SecretString, events: &[&str]) -> Body {
    let webhook =
        json!({"url": url.expose_secret(), "subscriptions": events, "name": "Seleto SDR"});
    // Servers read the fields inside `webhook`, or at the root.
    let mut body = webhook.clone();
    body["webhook"] = webhook;
    Body::Json(body)
}

fn json_body(body: &impl Serialize) -> Body {
    // Maps of texts and numbers always become JSON.
    Body::Json(serde_json::to_value(body).unwrap_or_default())
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
        f.debug_struct("chatwoot::Client").finish_non_exhaustive()
    }
}
