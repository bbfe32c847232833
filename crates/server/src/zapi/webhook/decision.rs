//! The words for what an event asks for.

use seleto_rules::conversation::Kind;

use super::chat::Chat;
use super::content::Media;
use super::event::Ad;
use super::private::Private;

/// What to do with an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// A lead wrote: a turn is due.
    Turn(Box<Inbound>),
    /// Something known changed; no turn.
    State(StateChange),
    /// Keep the body, do nothing.
    Ignored(Reason),
}

/// A message of a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    /// Its id; without one, the event's key tells it from others.
    pub message_id: Option<String>,
    /// The exact address that wrote, which is where the answer goes.
    pub address: Private,
    /// The person's number, when the address is one.
    pub phone: Option<Private>,
    /// The person's linked id, `digits@lid`.
    pub lid: Option<Private>,
    /// The profile name: a hint, never a fact.
    pub sender_name: Option<Private>,
    /// When it was written, in milliseconds since 1970.
    pub at_ms: Option<i64>,
    /// What it carries beside its text.
    pub kind: Kind,
    /// Its text; may be empty for media.
    pub text: Private,
    /// The file that came with it.
    pub media: Option<Media>,
    /// The message it answers, or reacts to.
    pub quoted_message_id: Option<String>,
    /// Passed on from another chat.
    pub forwarded: bool,
    /// The advertisement that brought the person here.
    pub ad: Option<Ad>,
}

/// A change of state.
#[derive(Clone, Debug, PartialEq)]
pub enum StateChange {
    /// A message of ours was handed to WhatsApp.
    Sent {
        /// The vendor's queue id.
        zaap_id: Option<String>,
        /// The message's id.
        message_id: Option<String>,
    },
    /// A message of ours could not be handed to WhatsApp.
    NotSent {
        /// The vendor's queue id.
        zaap_id: Option<String>,
        /// The message's id.
        message_id: Option<String>,
        /// Why, in the vendor's words.
        error: String,
    },
    /// Messages of ours got this far; never a step back.
    Ticked {
        /// The messages.
        ids: Vec<String>,
        /// How far.
        tick: Tick,
    },
    /// The lead changed an earlier message; unknown ids are messages missed, so worth keeping.
    Edited(Box<Inbound>),
    /// A message was deleted for everybody.
    Revoked {
        /// The message.
        message_id: String,
    },
    /// The lead put an emoji on a message; part of the history, but it calls for no answer.
    Reacted(Box<Inbound>),
    /// The connected number wrote: our own echo, or a human taking over.
    FromMe(Box<FromMe>),
    /// The lead types, or stops.
    Typing {
        /// Where.
        chat: Chat,
        /// What they do.
        typing: Typing,
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
}

/// A message that the connected number sent. The store tells our own echo, by id or by text, from
/// a human's words.
#[derive(Clone, Debug, PartialEq)]
pub struct FromMe {
    /// Its id.
    pub message_id: Option<String>,
    /// The lead's address, often the linked id even where the lead wrote by number.
    pub address: Private,
    /// The lead's number, when the address is one.
    pub phone: Option<Private>,
    /// The lead's linked id.
    pub lid: Option<Private>,
    /// It went through the API, ours or another program's; else it was typed on a phone.
    pub through_api: bool,
    /// When, in milliseconds since 1970.
    pub at_ms: Option<i64>,
    /// What it carries beside its text.
    pub kind: Kind,
    /// Its text.
    pub text: Private,
    /// The message it answers.
    pub quoted_message_id: Option<String>,
    /// A new version of an earlier message.
    pub is_edit: bool,
}

/// How far a message of ours got. The order is the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tick {
    /// Left for WhatsApp.
    Sent,
    /// On the lead's phone.
    Received,
    /// Read.
    Read,
    /// Listened to or watched.
    Played,
}

/// What the lead is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Typing {
    /// Writes.
    Composing,
    /// Records audio.
    Recording,
    /// Stopped writing.
    Paused,
    /// Looks at the chat.
    Available,
    /// Left.
    Unavailable,
}

/// Why an event asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is about a group.
    Group,
    /// It is about a channel.
    Newsletter,
    /// It is about a broadcast list.
    Broadcast,
    /// It is a story.
    Story,
    /// It answers a story.
    StatusReply,
    /// Its content is still encrypted; it comes again.
    Waiting,
    /// A call that nobody took.
    MissedCall,
    /// News about the chat, by the vendor's name.
    Notification(String),
    /// It came from our own number.
    OwnNumber,
    /// It came from a seller or the manager: the company's own people are no leads.
    Seller,
    /// A reaction, a vote or the like by our own side, which takes nothing over.
    OwnGesture,
    /// It has no address that could be answered.
    NoAddress,
    /// It carries nothing.
    NoContent,
    /// It carries only keys that this version does not know.
    UnknownContent(Vec<String>),
    /// An invitation, a pin: nothing that waits for an answer.
    NoQuestion,
    /// It names no message, or no known status.
    NoUse,
    /// A kind of event that this version does not know.
    UnknownType(Option<String>),
}

impl Tick {
    /// Reads the vendor's word; `READ_BY_ME` is about the lead's messages, not ours.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "SENT" => Some(Self::Sent),
            "RECEIVED" => Some(Self::Received),
            "READ" => Some(Self::Read),
            "PLAYED" => Some(Self::Played),
            _ => None,
        }
    }
}

impl Typing {
    /// Reads the vendor's word.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word.trim().to_ascii_uppercase().as_str() {
            "COMPOSING" => Some(Self::Composing),
            "RECORDING" => Some(Self::Recording),
            "PAUSED" => Some(Self::Paused),
            "AVAILABLE" => Some(Self::Available),
            "UNAVAILABLE" => Some(Self::Unavailable),
            _ => None,
        }
    }
}

impl Reason {
    /// The reason in one word, for the record, logs and metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Newsletter => "newsletter",
            Self::Broadcast => "broadcast",
            Self::Story => "story",
            Self::StatusReply => "status_reply",
            Self::Waiting => "waiting",
            Self::MissedCall => "missed_call",
            Self::Notification(_) => "notification",
            Self::OwnNumber => "own_number",
            Self::Seller => "seller",
            Self::OwnGesture => "own_gesture",
            Self::NoAddress => "no_address",
            Self::NoContent => "no_content",
            Self::UnknownContent(_) => "unknown_content",
            Self::NoQuestion => "no_question",
            Self::NoUse => "no_use",
            Self::UnknownType(_) => "unknown_type",
        }
    }
}
