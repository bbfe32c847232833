//! What the account holds: contacts, conversations, messages and registered webhooks.

use serde_json::{Map, Value};

/// A person of the account.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Its id.
    pub id: u64,
    /// How they are called.
    pub name: String,
    /// `+` and digits; unique.
    pub phone: Option<String>,
    /// A name from elsewhere; unique.
    pub identifier: Option<String>,
    /// What else is known.
    pub custom_attributes: Map<String, Value>,
}

/// A contact's address in the inbox.
#[derive(Clone, Debug)]
pub(super) struct Tie {
    pub contact: u64,
    pub source_id: String,
}

/// A conversation of the inbox.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// Its number in the account.
    pub id: u64,
    /// With whom.
    pub contact: u64,
    /// The contact's address in the inbox.
    pub source_id: String,
    /// `open`, `resolved`, `pending` or `snoozed`.
    pub status: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// What else is known.
    pub custom_attributes: Map<String, Value>,
    /// The person it is assigned to.
    pub assignee: Option<String>,
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// From the contact.
    Incoming,
    /// To the contact.
    Outgoing,
    /// Made by the server itself: greetings, surveys.
    Template,
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The contact.
    Contact,
    /// A person of the team, or whoever has their token.
    Person(String),
    /// A bot of the account.
    Bot(String),
    /// An automation of the server.
    Nobody,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// As it was uploaded.
    pub name: String,
    /// Its type.
    pub content_type: String,
    /// How many bytes.
    pub length: usize,
}

/// A message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id in the whole server.
    pub id: u64,
    /// Its conversation.
    pub conversation: u64,
    /// Its text.
    pub content: Option<String>,
    /// Which way it goes.
    pub kind: MessageKind,
    /// For colleagues only.
    pub private: bool,
    /// Who wrote it.
    pub sender: Sender,
    /// The caller's id; not unique.
    pub source_id: Option<String>,
    /// The caller's own marks.
    pub content_attributes: Value,
    /// `sent`, `delivered`, `read` or `failed`.
    pub status: String,
    /// Its files.
    pub files: Vec<File>,
    /// When it was stored, in milliseconds since 1970.
    pub at_ms: i64,
}

/// A registered address for webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: u64,
    /// Where events are posted.
    pub url: String,
    /// Which events.
    pub subscriptions: Vec<String>,
}

/// The whole account.
#[derive(Default)]
pub(super) struct Book {
    pub contacts: Vec<Contact>,
    pub ties: Vec<Tie>,
    pub conversations: Vec<Conversation>,
    pub messages: Vec<Message>,
    pub webhooks: Vec<Webhook>,
    last_webhook: u64,
    last_conversation: u64,
    last_message: u64,
}

impl Book {
    pub(super) fn contact(&self, id: u64) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.id == id)
    }

    pub(super) fn contact_mut(&mut self, id: u64) -> Option<&mut Contact> {
        self.contacts.iter_mut().find(|contact| contact.id == id)
    }

    pub(super) fn conversation(&self, id: u64) -> Option<&Conversation> {
        self.conversations.iter().find(|conversation| conversation.id == id)
    }

    pub(super) fn conversation_mut(&mut self, id: u64) -> Option<&mut Conversation> {
        self.conversations.iter_mut().find(|conversation| conversation.id == id)
    }

    /// The last thing that was said to or by the contact.
    pub(super) fn last_public_message(&self, conversation: u64) -> Option<&Message> {
        self.messages.iter().rfind(|it| it.conversation == conversation && !it.private)
    }

    /// Stores a message under the next id.
    pub(super) fn add_message(&mut self, mut message: Message) -> Message {
        self.last_message += 1;
        message.id = 500 + self.last_message;
        self.messages.push(message.clone());
        message
    }

    /// Opens a conversation; nobody has it yet.
    pub(super) fn add_conversation(&mut self, contact: u64, source_id: &str) -> Conversation {
        self.last_conversation += 1;
        let conversation = Conversation {
            id: self.last_conversation,
            contact,
            source_id: source_id.to_owned(),
            status: "open".to_owned(),
            labels: Vec::new(),
            custom_attributes: Map::new(),
            assignee: None,
        };
        self.conversations.push(conversation.clone());
        conversation
    }

    pub(super) fn add_webhook(&mut self, url: &str, subscriptions: Vec<String>) -> Webhook {
        self.last_webhook += 1;
        let webhook = Webhook { id: self.last_webhook, url: url.to_owned(), subscriptions };
        self.webhooks.push(webhook.clone());
        webhook
    }
}

impl MessageKind {
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Incoming => 0,
            Self::Outgoing => 1,
            Self::Template => 3,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Outgoing => "outgoing",
            Self::Template => "template",
        }
    }
}

impl Message {
    /// The message in one line, its files by name.
    pub fn line(&self) -> String {
        let mark = match (self.private, self.kind) {
            (true, _) => '#',
            (false, MessageKind::Incoming) => '>',
            (false, _) => '<',
        };
        let mut line = format!("{mark} {}", self.content.as_deref().unwrap_or_default());
        for file in &self.files {
            line.push_str(&format!(" [{}]", file.name));
        }
        line
    }
}
