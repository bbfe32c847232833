//! What a webhook tells, in our words.

use std::fmt;

use crate::chatwoot::Direction;

/// A webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// The account it is about.
    pub account: Option<String>,
    /// The inbox it is about.
    pub inbox: Option<String>,
    /// The conversation it is about.
    pub place: Option<Whereabouts>,
    /// What happened.
    pub kind: EventKind,
    /// When the thing it is about was changed last, as the server writes it.
    pub version: Option<String>,
    /// Hash of the body.
    pub digest: String,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A message was stored.
    Said(Box<Said>),
    /// The conversation has this status now.
    Status(String),
    /// The conversation changed otherwise.
    Changed(Vec<Change>),
    /// Something that this version does not know or need.
    Other,
}

/// A conversation and the person in it. Their number, name and ids stay out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// The conversation's number in the account.
    pub conversation: String,
    /// The contact.
    pub contact: Option<String>,
    /// The contact's number, as it is written there.
    pub phone: Option<String>,
    /// The contact's name from elsewhere; ours are linked ids.
    pub identifier: Option<String>,
    /// The contact's name.
    pub name: Option<String>,
}

/// A message. Its words stay out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Said {
    /// Its id.
    pub id: Option<String>,
    /// Which way it goes.
    pub direction: Direction,
    /// For colleagues only.
    pub private: bool,
    /// Who wrote it.
    pub author: Author,
    /// Its text, in Markdown.
    pub text: String,
    /// The addresses of its files.
    pub files: Vec<String>,
    /// The id that its poster gave it.
    pub source_id: Option<String>,
    /// The id in our marker.
    pub marked: Option<String>,
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// A person of the team, or a program with their token.
    Person {
        /// Their id.
        id: Option<String>,
    },
    /// A bot of the account.
    Bot,
    /// The contact.
    Contact,
    /// An automation, a greeting, a survey.
    Nobody,
}

/// A change of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is a person's now.
    Assigned {
        /// Their id.
        person: String,
    },
    /// Its labels changed.
    Labels {
        /// Those that it has now and had not.
        added: Vec<String>,
        /// Those that it had and has not.
        removed: Vec<String>,
    },
}

impl Event {
    /// The key that any number of copies shares.
    pub fn dedupe_key(&self) -> String {
        match (&self.kind, &self.place, &self.version) {
            (EventKind::Said(said), ..) if let Some(id) = &said.id => {
                format!("{}:{id}", self.name)
            }
            (EventKind::Status(status), Some(place), Some(version)) => {
                format!("{}:{}:{status}:{version}", self.name, place.conversation)
            }
            _ => format!("{}:{}", self.name, self.digest),
        }
    }
}

impl fmt::Debug for Whereabouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Whereabouts")
            .field("conversation", &self.conversation)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Said")
            .field("id", &self.id)
            .field("direction", &self.direction)
            .field("private", &self.private)
            .field("author", &self.author)
            .field("files", &self.files.len())
            .finish_non_exhaustive()
    }
}
