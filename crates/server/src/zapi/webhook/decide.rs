//! What each event asks for: a turn, a change of state, or nothing, with the reason.

use seleto_rules::conversation::Kind;
use seleto_rules::playbook::Rules;

use super::chat::Chat;
use super::content::{Content, Special};
use super::decision::{Decision, FromMe, Inbound, Reason, StateChange, Tick, Typing};
use super::event::{Event, EventKind, Received};
use super::private::Private;

/// What is known of our side, beyond the event itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ours<'a> {
    /// The connected number's digits, when known from a source of ours. (The body's own
    /// `connectedPhone` is not used: nothing vouches for it.)
    pub phone: Option<&'a str>,
    /// The playbook, for the numbers of the company's own people.
    pub rules: Option<&'a Rules>,
}

impl Ours<'_> {
    /// The number of one of the company's own people, as the playbook has it.
    pub fn insider(&self, address: &str) -> Option<&str> {
        self.rules?.insider(address)
    }
}

/// Says what an event asks for.
pub fn decide(event: &Event, ours: &Ours) -> Decision {
    match &event.kind {
        EventKind::Received(received) => message(event, received, ours),
        EventKind::Delivery { zaap_id, message_id, error, .. } => {
            delivery(zaap_id.clone(), message_id.clone(), error.clone())
        }
        EventKind::Status { status, ids, chat } => ticked(status, ids, chat),
        EventKind::Presence { chat, status } => match (Typing::parse(status), chat.address()) {
            (Some(typing), Some(_)) => {
                Decision::State(StateChange::Typing { chat: chat.clone(), typing })
            }
            _ => Decision::Ignored(crowd(chat).unwrap_or(Reason::NoUse)),
        },
        EventKind::Connected { phone } => {
            Decision::State(StateChange::Connected { phone: phone.clone() })
        }
        EventKind::Disconnected { error } => {
            Decision::State(StateChange::Disconnected { error: error.clone() })
        }
        EventKind::Unknown { type_name } => {
            Decision::Ignored(Reason::UnknownType(type_name.clone()))
        }
    }
}

fn message(event: &Event, received: &Received, ours: &Ours) -> Decision {
    if let Some(reason) = not_a_message(received, ours) {
        return Decision::Ignored(reason);
    }
    if let Content::Notification(name) = &received.content {
        return notification(name, received);
    }
    let Some(inbound) = inbound(event, received) else {
        return Decision::Ignored(Reason::NoAddress);
    };
    if received.from_me {
        return from_me(inbound, received);
    }
    let inbound = Box::new(inbound);
    match &received.content {
        Content::Reaction { .. } => Decision::State(StateChange::Reacted(inbound)),
        content => match no_question(content) {
            Some(reason) => Decision::Ignored(reason),
            None if received.is_edit => Decision::State(StateChange::Edited(inbound)),
            None => Decision::Turn(inbound),
        },
    }
}

/// Reasons that hold whatever the message carries.
fn not_a_message(received: &Received, ours: &Ours) -> Option<Reason> {
    let from_ourselves =
        matches!((&received.chat, ours.phone), (Chat::Person(a), Some(b)) if a.as_str() == b);
    let from_insider = !received.from_me
        && matches!(&received.chat, Chat::Person(phone) if ours.insider(phone.as_str()).is_some());
    crowd(&received.chat)
        .or_else(|| from_insider.then_some(Reason::Seller))
        .or_else(|| received.waiting.then_some(Reason::Waiting))
        .or_else(|| from_ourselves.then_some(Reason::OwnNumber))
        // A seller who answers a lead's story does take over; a lead who answers ours asks nothing.
        .or_else(|| (received.is_status_reply && !received.from_me).then_some(Reason::StatusReply))
}

fn crowd(chat: &Chat) -> Option<Reason> {
    match chat {
        Chat::Group => Some(Reason::Group),
        Chat::Newsletter => Some(Reason::Newsletter),
        Chat::Broadcast => Some(Reason::Broadcast),
        Chat::Status => Some(Reason::Story),
        Chat::Person(_) | Chat::Lid(_) | Chat::Unparsable => None,
    }
}

/// Content that waits for no answer.
fn no_question(content: &Content) -> Option<Reason> {
    match content {
        Content::Nothing => Some(Reason::NoContent),
        Content::Unknown(keys) => Some(Reason::UnknownContent(keys.clone())),
        Content::Special(Special::ChannelInvite | Special::Pin, _) => Some(Reason::NoQuestion),
        Content::Choice(text) | Content::Template(text) if text.is_empty() => {
            Some(Reason::NoContent)
        }
        _ => None,
    }
}

fn notification(name: &str, received: &Received) -> Decision {
    let upper = name.to_ascii_uppercase();
    let revoked = received.quoted_message_id.as_ref().or(received.message_id.as_ref());
    match (upper.as_str(), revoked) {
        ("REVOKE", Some(id)) => Decision::State(StateChange::Revoked { message_id: id.clone() }),
        _ if upper.starts_with("CALL_MISSED") => Decision::Ignored(Reason::MissedCall),
        _ => Decision::Ignored(Reason::Notification(upper)),
    }
}

fn from_me(inbound: Inbound, received: &Received) -> Decision {
    let gesture = matches!(
        received.content,
        Content::Reaction { .. } | Content::Special(Special::PollVote | Special::Pin, _)
    );
    if gesture {
        return Decision::Ignored(Reason::OwnGesture);
    }
    // Unknown content still shows that somebody wrote to the lead.
    if received.content == Content::Nothing {
        return Decision::Ignored(Reason::NoContent);
    }
    Decision::State(StateChange::FromMe(Box::new(FromMe {
        message_id: inbound.message_id,
        address: inbound.address,
        phone: inbound.phone,
        lid: inbound.lid,
        through_api: received.from_api,
        at_ms: inbound.at_ms,
        kind: inbound.kind,
        text: inbound.text,
        quoted_message_id: inbound.quoted_message_id,
        is_edit: received.is_edit,
    })))
}

fn inbound(event: &Event, received: &Received) -> Option<Inbound> {
    let (phone, lid) = match &received.chat {
        Chat::Person(phone) => (Some(phone.clone()), received.chat_lid.clone()),
        Chat::Lid(lid) => (None, Some(lid.clone())),
        _ => return None,
    };
    let (kind, text) = kind_and_text(&received.content);
    let reacted_to = match &received.content {
        Content::Reaction { on, .. } => on.clone(),
        _ => None,
    };
    Some(Inbound {
        message_id: received.message_id.clone(),
        address: received.chat.address()?.into(),
        phone,
        lid,
        sender_name: received.sender_name.clone(),
        at_ms: event.at_ms,
        kind,
        text,
        media: match &received.content {
            Content::Media(media) => Some(media.clone()),
            _ => None,
        },
        quoted_message_id: reacted_to.or_else(|| received.quoted_message_id.clone()),
        forwarded: received.forwarded,
        ad: received.ad.clone(),
    })
}

fn kind_and_text(content: &Content) -> (Kind, Private) {
    match content {
        Content::Text(text) | Content::Choice(text) | Content::Template(text) => {
            (Kind::Text, text.clone())
        }
        Content::Media(media) => {
            let name = if media.kind == Kind::Document { media.file_name.clone() } else { None };
            (media.kind, media.caption.clone().or(name).unwrap_or_default())
        }
        Content::Contact(name) => (Kind::Contact, name.clone()),
        Content::Location(place) => (Kind::Location, place.clone()),
        Content::Reaction { emoji, .. } => (Kind::Reaction, emoji.clone().unwrap_or_default()),
        // What somebody picks from the catalogue is what they are interested in.
        Content::Special(Special::Order | Special::Product, text) => (Kind::Text, text.clone()),
        Content::Special(_, text) => (Kind::Other, text.clone()),
        Content::Notification(_) | Content::Nothing | Content::Unknown(_) => {
            (Kind::Other, Private::default())
        }
    }
}

fn delivery(
    zaap_id: Option<String>,
    message_id: Option<String>,
    error: Option<String>,
) -> Decision {
    if zaap_id.is_none() && message_id.is_none() {
        return Decision::Ignored(Reason::NoUse);
    }
    Decision::State(match error {
        Some(error) => StateChange::NotSent { zaap_id, message_id, error },
        None => StateChange::Sent { zaap_id, message_id },
    })
}

fn ticked(status: &str, ids: &[String], chat: &Chat) -> Decision {
    match Tick::parse(status) {
        _ if crowd(chat).is_some() => Decision::Ignored(crowd(chat).unwrap_or(Reason::NoUse)),
        Some(tick) if !ids.is_empty() => {
            Decision::State(StateChange::Ticked { ids: ids.to_vec(), tick })
        }
        _ => Decision::Ignored(Reason::NoUse),
    }
}
