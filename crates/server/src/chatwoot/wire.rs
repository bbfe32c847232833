//! The JSON of Chatwoot's calls and answers, read by what it means and not by where it stands.

use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A contact of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: String,
    /// `+` and digits.
    pub phone: Option<String>,
    /// A name from elsewhere; ours are linked ids.
    pub identifier: Option<String>,
}

/// A conversation, or as much of it as an answer tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Its number in the account.
    pub id: String,
    /// The inbox it lives in.
    pub inbox: Option<String>,
    /// The contact's address in the inbox.
    pub source_id: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the lead.
    Incoming,
    /// To the lead.
    Outgoing,
    /// News that the server writes itself.
    Activity,
    /// Greetings and surveys of the server.
    Template,
}

/// A message as an answer tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// The id that its poster gave it.
    pub source_id: Option<String>,
    /// The id in our marker.
    pub marked: Option<String>,
}

/// What to say of a contact.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactFields {
    /// How they are called.
    pub name: Option<String>,
    /// `+` and digits.
    pub phone: Option<String>,
    /// The linked id, where that is all we have.
    pub identifier: Option<String>,
    /// What else is known.
    pub attributes: Map<String, Value>,
}

/// A message to post.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    /// Our id of it: comes back with the echo.
    pub id: String,
    /// Its text, which may be empty beside a file.
    pub text: String,
    /// Which way it goes.
    pub direction: Direction,
    /// For colleagues only.
    pub private: bool,
    /// Its file.
    pub file: Option<File>,
}

/// A file to upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its type.
    pub mime_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// How far a message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// On the lead's phone.
    Delivered,
    /// Read.
    Read,
    /// It never left.
    Failed,
}

/// A registered webhook. Its address holds our secret.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Its id.
    pub id: String,
    /// Where events are posted.
    pub url: SecretString,
    /// Which events.
    pub subscriptions: Vec<String>,
    /// What they are signed with.
    pub secret: Option<SecretString>,
}

/// Who the token's owner is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Their role in the configured account; `None` when they do not belong to it.
    pub role: Option<String>,
}

/// An inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbox {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `Channel::Api` and others.
    pub channel: String,
    /// It assigns conversations to people by itself.
    pub assigns: bool,
}

impl Inbox {
    /// Whether messages can be put into it by API.
    pub fn is_api(&self) -> bool {
        self.channel == "Channel::Api"
    }
}

/// The key under which our marker stands in a message's own attributes.
pub(super) const MARKER: &str = "seleto_id";

#[derive(Serialize)]
pub(super) struct ContactBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbox_id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<&'a str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub custom_attributes: &'a Map<String, Value>,
}

#[derive(Serialize)]
pub(super) struct ConversationBody<'a> {
    pub inbox_id: Value,
    pub contact_id: Value,
    pub source_id: &'a str,
    pub status: &'static str,
}

#[derive(Serialize)]
pub(super) struct MessageBody<'a> {
    pub content: &'a str,
    pub message_type: &'static str,
    pub private: bool,
    pub source_id: &'a str,
    pub content_attributes: Value,
}

impl<'a> MessageBody<'a> {
    pub(super) fn of(message: &'a NewMessage) -> Self {
        Self {
            content: &message.text,
            message_type: match message.direction {
                Direction::Incoming => "incoming",
                _ => "outgoing",
            },
            private: message.private,
            source_id: &message.id,
            content_attributes: json!({ MARKER: message.id }),
        }
    }
}

impl Status {
    /// Its name there.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }
}

/// An id as the server wants it: a number where it is one.
pub(super) fn id_value(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| json!(id), |number| json!(number))
}

/// A text that says something, or a number in digits, without the NUL that no database takes.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace('\0', "")).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The first of these places at which an object with an id stands.
fn thing<'a>(answer: &'a Value, places: &[&str]) -> Option<&'a Value> {
    let at = |place: &&str| answer.pointer(place).filter(|it| text(&it["id"]).is_some());
    places.iter().find_map(at)
}

pub(super) fn created_contact(answer: &Value) -> Option<Contact> {
    contact(thing(answer, &["/payload/contact", "/contact", "/payload", "/data", ""])?)
}

pub(super) fn contact(value: &Value) -> Option<Contact> {
    Some(Contact {
        id: text(&value["id"])?,
        phone: text(&value["phone_number"]),
        identifier: text(&value["identifier"]),
    })
}

pub(super) fn created_conversation(answer: &Value) -> Option<Conversation> {
    conversation(thing(
        answer,
        &["", "/payload", "/payload/conversation", "/conversation", "/data"],
    )?)
}

pub(super) fn conversation(value: &Value) -> Option<Conversation> {
    Some(Conversation {
        id: text(&value["id"])?,
        inbox: text(&value["inbox_id"]),
        source_id: text(&value["contact_inbox"]["source_id"]).or_else(|| {
            text(&value["last_non_activity_message"]["conversation"]["contact_inbox"]["source_id"])
        }),
        labels: texts(&value["labels"]),
    })
}

pub(super) fn created_message(answer: &Value) -> Option<Message> {
    message(thing(answer, &["", "/payload", "/payload/message", "/message", "/data"])?)
}

pub(super) fn message(value: &Value) -> Option<Message> {
    Some(Message {
        id: text(&value["id"])?,
        source_id: text(&value["source_id"]),
        marked: marker(&value["content_attributes"]),
    })
}

/// Our id in a message's own attributes, which some senders carry as a text.
pub(super) fn marker(attributes: &Value) -> Option<String> {
    match attributes {
        Value::String(inner) => text(&serde_json::from_str::<Value>(inner).ok()?[MARKER]),
        attributes => text(&attributes[MARKER]),
    }
}

/// The list in an answer, wherever it stands.
pub(super) fn list<T>(answer: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let places = ["/payload", "/data/payload", "/payload/webhooks", "/data", "/messages", ""];
    let rows = places.iter().find_map(|place| answer.pointer(place)?.as_array())?;
    Some(rows.iter().filter_map(read).collect())
}

pub(super) fn registration(value: &Value) -> Option<Registration> {
    Some(Registration {
        id: text(&value["id"])?,
        url: SecretString::from(text(&value["url"])?),
        subscriptions: texts(&value["subscriptions"]),
        secret: text(&value["secret"]).map(SecretString::from),
    })
}

pub(super) fn created_registration(answer: &Value) -> Option<Registration> {
    registration(thing(answer, &["/payload/webhook", "/webhook", "/payload", ""])?)
}

pub(super) fn profile(answer: &Value, account: &str) -> Option<Profile> {
    let profile = thing(answer, &["", "/payload", "/payload/data", "/data"])?;
    let accounts = profile["accounts"].as_array();
    let ours = accounts
        .and_then(|list| list.iter().find(|it| text(&it["id"]).as_deref() == Some(account)));
    let role = match accounts {
        Some(_) => ours.and_then(|it| text(&it["role"]).or_else(|| Some("agent".to_owned()))),
        None => Some(text(&profile["role"]).unwrap_or_else(|| "agent".to_owned())),
    };
    Some(Profile { role })
}

pub(super) fn inbox(value: &Value) -> Option<Inbox> {
    Some(Inbox {
        id: text(&value["id"])?,
        name: text(&value["name"]).unwrap_or_default(),
        channel: text(&value["channel_type"]).unwrap_or_default(),
        assigns: value["enable_auto_assignment"] == true,
    })
}

pub(super) fn shown_inbox(answer: &Value) -> Option<Inbox> {
    inbox(thing(answer, &["", "/payload"])?)
}

/// The vendor's words for a refusal.
pub(super) fn explanation(answer: &Value) -> Option<String> {
    let words = |key: &str| match &answer[key] {
        Value::Array(many) => {
            let many: Vec<String> = many.iter().filter_map(text).collect();
            (!many.is_empty()).then(|| many.join(", "))
        }
        one => text(one),
    };
    ["error", "message", "errors"].into_iter().find_map(words)
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(text).collect()
}
