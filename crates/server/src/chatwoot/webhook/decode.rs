//! From a body to an event, by what stands in it and not by where it should stand.

use serde_json::Value;

use super::event::{Author, Change, Event, EventKind, Said, Whereabouts};
use crate::chatwoot::Direction;
use crate::chatwoot::wire::{marker, text};
use crate::hash;

const LONGEST_NAME: usize = 60;

/// A body that holds no event at all; the sender gets a 4xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// Not JSON.
    #[error("o corpo não é JSON")]
    NotJson,
    /// JSON, but no object.
    #[error("o corpo não é um objeto JSON")]
    NotAnObject,
}

/// Reads a body. Anything that is a JSON object is an event, if only an unknown one.
pub fn decode(body: &[u8]) -> Result<Event, Undecodable> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Undecodable::NotJson)?;
    if !value.is_object() {
        return Err(Undecodable::NotAnObject);
    }
    let name = text(&value["event"]).unwrap_or_default();
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    let conversation = match value.get("conversation") {
        Some(conversation) if conversation.is_object() => conversation,
        _ if name.starts_with("conversation_") => &value,
        _ => &Value::Null,
    };
    Ok(Event {
        account: text(&value["account"]["id"]).or_else(|| text(&conversation["account"]["id"])),
        inbox: text(&value["inbox"]["id"]).or_else(|| text(&conversation["inbox_id"])),
        place: place(conversation),
        kind: kind(&name, &value, conversation),
        version: text(&conversation["updated_at"]),
        digest: hash::full(&String::from_utf8_lossy(body)),
        name,
    })
}

fn kind(name: &str, body: &Value, conversation: &Value) -> EventKind {
    match name {
        "message_created" => EventKind::Said(Box::new(said(body))),
        "conversation_status_changed" | "conversation_resolved" => {
            let told = text(&conversation["status"]);
            let status = told.unwrap_or_else(|| "resolved".to_owned());
            EventKind::Status(status.trim().to_lowercase())
        }
        "conversation_updated" => EventKind::Changed(changes(body, conversation)),
        _ => EventKind::Other,
    }
}

fn said(body: &Value) -> Said {
    let attachments = body["attachments"].as_array().into_iter().flatten();
    Said {
        id: text(&body["id"]),
        direction: direction(&body["message_type"]),
        private: body["private"] == true || body["private"] == "true",
        author: author(&body["sender"]),
        text: text(&body["content"]).unwrap_or_default(),
        files: attachments
            .filter_map(|file| text(&file["data_url"]).or_else(|| text(&file["url"])))
            .collect(),
        source_id: text(&body["source_id"]),
        marked: marker(&body["content_attributes"]),
    }
}

/// A word in webhooks, a number in answers.
fn direction(value: &Value) -> Direction {
    match text(value).unwrap_or_default().as_str() {
        "incoming" | "0" => Direction::Incoming,
        "outgoing" | "1" => Direction::Outgoing,
        "activity" | "2" => Direction::Activity,
        _ => Direction::Template,
    }
}

/// A contact says no type here, and is known by what only contacts have.
fn author(sender: &Value) -> Author {
    if !sender.is_object() {
        return Author::Nobody;
    }
    let kind = text(&sender["type"]).unwrap_or_default().to_lowercase();
    match kind.as_str() {
        "agent_bot" | "agentbot" | "bot" | "captain_assistant" => Author::Bot,
        "contact" => Author::Contact,
        "" if sender.get("phone_number").is_some() || sender.get("identifier").is_some() => {
            Author::Contact
        }
        _ => Author::Person { id: text(&sender["id"]) },
    }
}

fn place(conversation: &Value) -> Option<Whereabouts> {
    let sender = &conversation["meta"]["sender"];
    let address = &conversation["contact_inbox"];
    let number = |value: &Value| text(value).filter(|text| looks_like_a_number(text));
    Some(Whereabouts {
        conversation: text(&conversation["id"])?,
        contact: text(&sender["id"]).or_else(|| text(&address["contact_id"])),
        phone: number(&sender["phone_number"])
            .or_else(|| number(&address["source_id"]))
            .or_else(|| number(&sender["identifier"])),
        identifier: text(&sender["identifier"]),
        name: text(&sender["name"]),
    })
}

fn looks_like_a_number(text: &str) -> bool {
    let digits = text.trim().strip_prefix('+').unwrap_or(text.trim());
    digits.len() >= 8 && digits.chars().all(|c| c.is_ascii_digit() || " ()-.".contains(c))
}

fn changes(body: &Value, conversation: &Value) -> Vec<Change> {
    let listed = match &body["changed_attributes"] {
        Value::Array(list) => list.iter().collect(),
        Value::Object(_) => vec![&body["changed_attributes"]],
        _ => Vec::new(),
    };
    listed.into_iter().flat_map(|change| change_of(change, conversation)).collect()
}

fn change_of(change: &Value, conversation: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    let by_bot = text(&conversation["meta"]["assignee_type"]).is_some_and(|kind| kind != "User");
    if let Some(person) = text(&change["assignee_id"]["current_value"]).filter(|_| !by_bot) {
        found.push(Change::Assigned { person });
    }
    for key in ["label_list", "labels", "cached_label_list"] {
        let Some(labels) = change.get(key) else { continue };
        let (before, now) = (words(&labels["previous_value"]), words(&labels["current_value"]));
        let without = |these: &[String], those: &[String]| {
            these.iter().filter(|label| !those.contains(label)).cloned().collect()
        };
        found.push(Change::Labels {
            added: without(&now, &before),
            removed: without(&before, &now),
        });
        break;
    }
    found
}

/// A list, or its words in one text with commas.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().filter_map(text).collect(),
        Value::String(list) => list
            .split(',')
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect(),
        _ => Vec::new(),
    }
}
