//! Calls to one account of Chatwoot.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use super::failure::{Access, Doubt, Failure};
use super::wire::{
    self, Contact, ContactFields, Conversation, Inbox, Message, NewMessage, Profile, Registration,
    Status,
};
use crate::external_call::{Call, Outcome, Phones, Service};
use crate::http::{self, BODY_LIMIT, Interruption, ReadError};

/// One account of Chatwoot.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    settings: Settings,
    token: HeaderValue,
    found: Arc<Found>,
}

/// What calls found out about the server.
#[derive(Default)]
struct Found {
    /// A proxy in front drops header names with underscores.
    dashed: AtomicBool,
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

/// An answer whose status was seen.
struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: Result<Value, Doubt>,
}

enum Body {
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

    async fn request(
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
    async fn exchange(
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
    fn told<T>(
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
    fn done(&self, answer: Result<Answer, Failure>) -> Result<(), Failure> {
        let answer = answer?;
        if (200..300).contains(&answer.status) { Ok(()) } else { Err(self.refusal(&answer)) }
    }

    fn refusal(&self, answer: &Answer) -> Failure {
        let words = answer.body.as_ref().ok().and_then(wire::explanation).unwrap_or_default();
        let words = http::clean(&words, &[self.settings.token.expose_secret()]);
        Failure::of_answer(answer.status, answer.retry_after, words)
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

fn extend(url: &mut Url, path: &[&str]) {
    // An http(s) address always has a path to add to.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
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
