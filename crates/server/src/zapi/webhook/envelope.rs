//! From a body to an event: which kind it is, and the fields of its envelope.

use sha2::{Digest, Sha256};

use super::Undecodable;
use super::chat::{Chat, linked_id};
use super::content::Content;
use super::decision::Typing;
use super::event::{Ad, Event, EventKind, Received};
use super::mend;
use super::private::Private;
use crate::zapi::fields::Fields;

const LONGEST_NAME: usize = 120;

/// Reads a body. Anything that is a JSON object is an event, if only an unknown one.
pub fn decode(body: &[u8]) -> Result<Event, Undecodable> {
    let value = mend::parse(body).ok_or(Undecodable::NotJson)?;
    let fields = Fields::new(value.as_object().ok_or(Undecodable::NotAnObject)?);
    Ok(Event {
        instance_id: fields.text("instanceId").map(|id| id.trim().to_owned()),
        at_ms: time(fields),
        kind: kind(fields),
        digest: Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

fn kind(body: Fields) -> EventKind {
    let type_name = body.text("type");
    let name: String = type_name
        .as_deref()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    match name.as_str() {
        "receivedcallback" => received(body),
        "deliverycallback" => delivery(body),
        "messagestatuscallback" => status(body),
        "presencechatcallback" => presence(body),
        "connectedcallback" => connected(body),
        "disconnectedcallback" => disconnected(body),
        "" => kind_by_shape(body),
        _ => EventKind::Unknown {
            type_name: type_name.map(|name| name.chars().take(LONGEST_NAME).collect()),
        },
    }
}

/// Some senders leave `type` out; the keys of each kind are its own.
fn kind_by_shape(body: Fields) -> EventKind {
    if Content::is_in(body) || body.flag("waitingMessage") {
        received(body)
    } else if body.flag("disconnected") {
        disconnected(body)
    } else if body.flag("connected") {
        connected(body)
    } else if body.present("ids").is_some() {
        status(body)
    } else if body.present("zaapId").is_some() {
        delivery(body)
    } else if body.text("status").is_some_and(|status| Typing::parse(&status).is_some()) {
        presence(body)
    } else {
        EventKind::Unknown { type_name: None }
    }
}

fn received(body: Fields) -> EventKind {
    let from_me = body.flag("fromMe");
    // In older bodies the only linked id is the sender's, which is ours when we wrote.
    let lid_keys: &[&str] = if from_me { &["chatLid"] } else { &["chatLid", "senderLid"] };
    let chat_lid = lid_keys.iter().find_map(|key| linked_id(&body.text(key)?));
    EventKind::Received(Box::new(Received {
        message_id: id(body, "messageId"),
        chat: chat(body, chat_lid.as_ref()),
        chat_lid,
        from_me,
        from_api: body.flag("fromApi"),
        is_edit: body.flag("isEdit"),
        is_status_reply: body.flag("isStatusReply"),
        waiting: body.flag("waitingMessage"),
        forwarded: body.flag("forwarded"),
        sender_name: sender_name(body),
        connected_phone: body.text("connectedPhone").map(Private::from),
        quoted_message_id: id(body, "referenceMessageId"),
        ad: ad(body.child("externalAdReply")),
        content: Content::of(body),
    }))
}

/// The flags of the body know a crowd even where its address does not look like one.
fn chat(body: Fields, chat_lid: Option<&Private>) -> Chat {
    let phone = body.text("phone");
    let chat = phone.as_deref().map_or(Chat::Unparsable, Chat::parse);
    match chat {
        Chat::Person(_) | Chat::Lid(_) | Chat::Unparsable if body.flag("isGroup") => Chat::Group,
        Chat::Person(_) | Chat::Lid(_) | Chat::Unparsable if body.flag("isNewsletter") => {
            Chat::Newsletter
        }
        Chat::Person(_) | Chat::Lid(_) | Chat::Unparsable if body.flag("broadcast") => {
            Chat::Broadcast
        }
        Chat::Unparsable => chat_lid.cloned().map_or(Chat::Unparsable, Chat::Lid),
        // A linked id without its suffix looks like a number, and would be written to as one.
        Chat::Person(digits) => match chat_lid {
            Some(lid) if lid.strip_suffix("@lid") == Some(&digits) => Chat::Lid(lid.clone()),
            _ => Chat::Person(digits),
        },
        chat => chat,
    }
}

fn delivery(body: Fields) -> EventKind {
    EventKind::Delivery {
        chat: chat(body, None),
        zaap_id: id(body, "zaapId"),
        message_id: id(body, "messageId").or_else(|| id(body, "id")),
        error: body.text("error"),
    }
}

fn status(body: Fields) -> EventKind {
    let mut ids = body.texts("ids");
    if ids.is_empty() {
        ids.extend(["id", "messageId"].iter().find_map(|key| id(body, key)));
    }
    EventKind::Status { status: word(body, "status"), ids, chat: chat(body, None) }
}

fn presence(body: Fields) -> EventKind {
    EventKind::Presence { chat: chat(body, None), status: word(body, "status") }
}

fn connected(body: Fields) -> EventKind {
    if body.value("connected").is_some() && !body.flag("connected") {
        return disconnected(body);
    }
    EventKind::Connected { phone: body.text("phone").map(Private::from) }
}

fn disconnected(body: Fields) -> EventKind {
    EventKind::Disconnected { error: body.text("error") }
}

fn id(body: Fields, key: &str) -> Option<String> {
    body.text(key).map(|id| id.trim().to_owned())
}

fn word(body: Fields, key: &str) -> String {
    let word = body.text(key).unwrap_or_default();
    word.trim().chars().take(40).collect::<String>().to_ascii_uppercase()
}

fn sender_name(body: Fields) -> Option<Private> {
    let name = body.text("senderName")?;
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    // Without a profile name the vendor repeats the number here.
    name.chars().any(char::is_alphabetic).then(|| name.into())
}

fn ad(ad: Fields) -> Option<Ad> {
    let read = Ad {
        title: ad.text("title"),
        body: ad.text("body"),
        source_type: ad.text("sourceType"),
        source_id: ad.text("sourceId"),
        source_url: ad.text("sourceUrl").map(Private::from),
    };
    let says_something = ad.entries().any(|(_, value)| !value.is_null());
    says_something.then_some(read)
}

/// The vendor counts in milliseconds or in seconds and spells the key in three ways.
fn time(body: Fields) -> Option<i64> {
    const YEAR_5138_IN_SECONDS: u64 = 100_000_000_000;
    const YEAR_5138_IN_MS: u64 = YEAR_5138_IN_SECONDS * 1000;
    let time = ["momment", "moment", "timestamp"].iter().find_map(|key| body.count(key))?;
    let ms = match time {
        0 => return None,
        1..YEAR_5138_IN_SECONDS => time * 1000,
        YEAR_5138_IN_SECONDS..YEAR_5138_IN_MS => time,
        _ => return None,
    };
    i64::try_from(ms).ok()
}
