//! What each event asks for: the whole policy of takeover by Chatwoot, without any IO.

use super::command::Command;
use super::event::{Author, Change, Event, EventKind, Said};
use crate::chatwoot::{Direction, markdown};

/// What is known of our side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ours {
    /// The account.
    pub account: Option<String>,
    /// The inbox in which our conversations live.
    pub inbox: Option<String>,
    /// The inbox assigns conversations by itself, so that an assignment is nobody's doing.
    pub assigns_by_itself: bool,
}

/// What to do with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A person wrote to the lead: send it on WhatsApp, and leave the conversation to them.
    Relay {
        /// The words, with WhatsApp's marks.
        text: String,
    },
    /// A person takes the conversation.
    TakeOver,
    /// The agent may answer again.
    GiveBack,
    /// The matter is settled: the agent may answer again, and nothing follows up.
    Close,
    /// The lead wants no more messages.
    DoNotContact,
    /// Keep the body, do nothing.
    Ignored(Reason),
}

/// Why an event asks for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A message that we posted ourselves.
    OwnEcho,
    /// A note among colleagues.
    PrivateNote,
    /// What the lead wrote: WhatsApp told us already.
    FromContact,
    /// A bot of the account.
    FromBot,
    /// A greeting, a survey, an automation.
    FromServer,
    /// Neither words nor a file.
    NoContent,
    /// A status that says nothing about who answers.
    OtherStatus,
    /// The inbox assigned it, no person.
    AutoAssigned,
    /// A change that says nothing about who answers.
    OtherChange,
    /// Another inbox of the account.
    OtherInbox,
    /// Another account of the server.
    OtherAccount,
    /// An event that this version does not know or need.
    OtherEvent,
}

/// Labels that leave a conversation to people for as long as they are on it.
const PAUSING_LABELS: [&str; 2] = ["pausar-ia", "ia-pausada"];
/// Labels that say that the lead wants no more messages.
const OPT_OUT_LABELS: [&str; 2] = ["opt-out", "nao-contatar"];

/// Decides what an event asks for.
pub fn decide(event: &Event, ours: &Ours) -> Decision {
    let other = |told: &Option<String>, ours: &Option<String>| matches!((told, ours), (Some(told), Some(ours)) if told != ours);
    if other(&event.account, &ours.account) {
        return Decision::Ignored(Reason::OtherAccount);
    }
    if other(&event.inbox, &ours.inbox) {
        return Decision::Ignored(Reason::OtherInbox);
    }
    match &event.kind {
        EventKind::Said(said) => hear(said),
        EventKind::Status(status) if status == "resolved" => Decision::Close,
        // A lead's message opens a conversation as well as a person does, and looks the same.
        EventKind::Status(_) => Decision::Ignored(Reason::OtherStatus),
        EventKind::Changed(changes) => changed(changes, ours),
        EventKind::Other => Decision::Ignored(Reason::OtherEvent),
    }
}

fn hear(said: &Said) -> Decision {
    if said.marked.is_some() {
        return Decision::Ignored(Reason::OwnEcho);
    }
    match (&said.author, said.direction) {
        (Author::Bot, _) => return Decision::Ignored(Reason::FromBot),
        (Author::Contact, _) | (_, Direction::Incoming) => {
            return Decision::Ignored(Reason::FromContact);
        }
        (Author::Nobody, _) | (_, Direction::Template | Direction::Activity) => {
            return Decision::Ignored(Reason::FromServer);
        }
        (Author::Person { .. }, Direction::Outgoing) => {}
    }
    match Command::parse(&said.text) {
        Some(Command::Resume) => return Decision::GiveBack,
        Some(Command::Pause) => return Decision::TakeOver,
        None => {}
    }
    if said.private {
        return Decision::Ignored(Reason::PrivateNote);
    }
    let words = markdown::to_whatsapp(&said.text);
    let parts = std::iter::once(&words).chain(&said.files).filter(|part| !part.is_empty());
    let text = parts.cloned().collect::<Vec<_>>().join("\n");
    if text.is_empty() { Decision::Ignored(Reason::NoContent) } else { Decision::Relay { text } }
}

fn changed(changes: &[Change], ours: &Ours) -> Decision {
    let mut decision = Decision::Ignored(Reason::OtherChange);
    for change in changes {
        match change {
            Change::Labels { added, .. } if has(added, &OPT_OUT_LABELS) => {
                return Decision::DoNotContact;
            }
            Change::Labels { added, .. } if has(added, &PAUSING_LABELS) => {
                return Decision::TakeOver;
            }
            Change::Labels { removed, .. } if has(removed, &PAUSING_LABELS) => {
                return Decision::GiveBack;
            }
            Change::Labels { .. } => {}
            Change::Assigned { .. } if ours.assigns_by_itself => {
                decision = Decision::Ignored(Reason::AutoAssigned);
            }
            Change::Assigned { .. } => return Decision::TakeOver,
        }
    }
    decision
}

fn has(labels: &[String], wanted: &[&str]) -> bool {
    labels.iter().any(|label| wanted.contains(&label.trim().to_lowercase().as_str()))
}

impl Decision {
    /// The decision in one word, for the record, the answer and the metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Relay { .. } => "relayed",
            Self::TakeOver => "taken_over",
            Self::GiveBack => "given_back",
            Self::Close => "closed",
            Self::DoNotContact => "do_not_contact",
            Self::Ignored(_) => "ignored",
        }
    }
}

impl Reason {
    /// The reason in one word, for the record, the answer and the metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::OwnEcho => "own_echo",
            Self::PrivateNote => "private_note",
            Self::FromContact => "from_contact",
            Self::FromBot => "from_bot",
            Self::FromServer => "from_server",
            Self::NoContent => "no_content",
            Self::OtherStatus => "other_status",
            Self::AutoAssigned => "auto_assigned",
            Self::OtherChange => "other_change",
            Self::OtherInbox => "other_inbox",
            Self::OtherAccount => "other_account",
            Self::OtherEvent => "other_event",
        }
    }
}
