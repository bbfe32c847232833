//! Calls about messages.

use serde_json::{Value, json};

use super::State;
use super::actions::{Done, Request, not_found, ok, refused};
use super::book::{Message, MessageKind, Sender};
use super::webhooks::Told;
use crate::log::lock;

const PAGE: usize = 20;
const PAGE_AFTER: usize = 100;

impl State {
    pub(super) fn create_message(&self, request: &Request) -> Done {
        let id = request.id(0);
        let incoming = request.text("message_type").as_deref() == Some("incoming");
        if lock(&self.book).conversation(id).is_none() {
            return not_found();
        }
        let content = request.text("content");
        if content.is_none() && request.files.is_empty() {
            return refused("Content can't be blank");
        }
        let sender = match (incoming, request.text("sender_type").as_deref()) {
            (true, _) => Sender::Contact,
            (false, Some("AgentBot")) => Sender::Bot("Seleto SDR".to_owned()),
            (false, _) => Sender::Person(self.config.owner.clone()),
        };
        // A form carries the marks as a text.
        let marks = match &request.body["content_attributes"] {
            Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
            Value::Null => json!({}),
            marks => marks.clone(),
        };
        let flag = &request.body["private"];
        let (message, mut told) = self.store(Message {
            id: 0,
            conversation: id,
            content,
            kind: if incoming { MessageKind::Incoming } else { MessageKind::Outgoing },
            private: flag == true || flag == "true",
            sender,
            source_id: request.text("source_id"),
            content_attributes: marks,
            status: "sent".to_owned(),
            files: request.files.clone(),
            at_ms: self.now_ms(),
        });
        told.iter_mut().for_each(Told::mark_as_echo);
        (ok(&self.message(&message)), told)
    }

    /// Stores a message, wakes its conversation where it slept, and says what webhooks tell.
    pub(super) fn store(&self, message: Message) -> (Message, Vec<Told>) {
        let mut book = lock(&self.book);
        let message = book.add_message(message);
        let mut told = vec![self.message_event(&book, &message, "message_created")];
        let asleep = book
            .conversation(message.conversation)
            .is_some_and(|it| matches!(it.status.as_str(), "resolved" | "snoozed"));
        if message.kind == MessageKind::Incoming && asleep {
            told.extend(self.change_status(&mut book, message.conversation, "open"));
        }
        (message, told)
    }

    pub(super) fn list_messages(&self, request: &Request) -> Done {
        let book = lock(&self.book);
        if book.conversation(request.id(0)).is_none() {
            return not_found();
        }
        let bound = |key: &str| request.query.get(key).and_then(|id| id.parse::<u64>().ok());
        let all: Vec<&Message> =
            book.messages.iter().filter(|it| it.conversation == request.id(0)).collect();
        let shown: Vec<&Message> = match (bound("before"), bound("after")) {
            (None, Some(after)) => {
                all.into_iter().filter(|it| it.id > after).take(PAGE_AFTER).collect()
            }
            (before, after) => {
                let fits = |it: &&Message| {
                    before.is_none_or(|id| it.id < id) && after.is_none_or(|id| it.id > id)
                };
                let fitting: Vec<&Message> = all.into_iter().filter(fits).collect();
                let start = fitting.len().saturating_sub(PAGE);
                fitting.get(start..).unwrap_or_default().to_vec()
            }
        };
        let payload: Vec<Value> = shown.into_iter().map(|it| self.message(it)).collect();
        (ok(&json!({"meta": {"labels": []}, "payload": payload})), Vec::new())
    }

    pub(super) fn update_message(&self, request: &Request) -> Done {
        let mut book = lock(&self.book);
        let (conversation, id) = (request.id(0), request.id(1));
        let fits = |it: &&mut Message| it.conversation == conversation && it.id == id;
        let Some(message) = book.messages.iter_mut().find(fits) else { return not_found() };
        if let Some(status) = request.text("status") {
            message.status = status;
        }
        let message = message.clone();
        let told = self.message_event(&book, &message, "message_updated");
        (ok(&self.message(&message)), vec![told])
    }
}
