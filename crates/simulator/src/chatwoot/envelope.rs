//! The JSON of answers and of webhooks, in the two dialects that Chatwoot has for the same things.

use serde_json::{Map, Value, json};

use super::State;
use super::book::{Book, Contact, Conversation, Message, MessageKind, Sender};
use super::conversations::TEAM;
use super::webhooks::Told;

impl State {
    /// A contact in an answer.
    pub(super) fn contact(&self, book: &Book, contact: &Contact) -> Value {
        let ties = book.ties.iter().filter(|tie| tie.contact == contact.id);
        let inboxes: Vec<Value> = ties
            .map(|tie| json!({"source_id": tie.source_id, "inbox": {"id": self.config.inbox}}))
            .collect();
        let mut value = self.contact_event(contact);
        value["contact_inboxes"] = json!(inboxes);
        value
    }

    /// A contact in a webhook.
    pub(super) fn contact_event(&self, contact: &Contact) -> Value {
        json!({"account": self.account(), "additional_attributes": {}, "avatar": "",
            "custom_attributes": contact.custom_attributes, "email": null, "id": contact.id,
            "identifier": contact.identifier, "name": contact.name,
            "phone_number": contact.phone, "thumbnail": "", "blocked": false})
    }

    /// A conversation, alike in answers and in webhooks.
    pub(super) fn conversation(&self, book: &Book, conversation: &Conversation) -> Value {
        let seconds = self.now_ms() / 1000;
        let mut sender = book
            .contact(conversation.contact)
            .map_or(Value::Null, |contact| self.contact_event(contact));
        if sender.is_object() {
            sender["type"] = json!("contact");
        }
        let assignee = conversation.assignee.as_ref().map(|name| person(name));
        let last = book.last_public_message(conversation.id);
        let messages: Vec<Value> = last.into_iter().map(|it| self.message(it)).collect();
        json!({"additional_attributes": {}, "can_reply": true, "channel": "Channel::Api",
            "contact_inbox": {"id": conversation.id, "contact_id": conversation.contact,
                "inbox_id": self.config.inbox, "source_id": conversation.source_id,
                "hmac_verified": false},
            "id": conversation.id, "inbox_id": self.config.inbox, "messages": messages,
            "labels": conversation.labels,
            "meta": {"sender": sender, "assignee": assignee,
                "assignee_type": assignee.as_ref().map(|_| "User"), "team": null,
                "hmac_verified": false},
            "status": conversation.status, "custom_attributes": conversation.custom_attributes,
            "snoozed_until": null, "priority": null, "timestamp": seconds,
            "created_at": seconds, "updated_at": seconds, "account": self.account()})
    }

    /// A message in an answer: its kind is a number.
    pub(super) fn message(&self, message: &Message) -> Value {
        json!({"id": message.id, "content": message.content,
            "inbox_id": self.config.inbox, "conversation_id": message.conversation,
            "message_type": message.kind.number(), "content_type": "text",
            "content_attributes": message.content_attributes, "status": message.status,
            "created_at": message.at_ms / 1000, "private": message.private,
            "source_id": message.source_id, "sender": self.sender(None, message),
            "attachments": self.files(message)})
    }

    /// A message in a webhook: its kind is a word, and it has no status.
    pub(super) fn message_event(
        &self,
        book: &Book,
        message: &Message,
        event: &'static str,
    ) -> Told {
        let conversation = book.conversation(message.conversation);
        let contact = conversation.and_then(|it| book.contact(it.contact));
        let mut body = json!({"account": self.account(), "additional_attributes": {},
            "content_attributes": message.content_attributes, "content_type": "text",
            "content": message.content,
            "conversation": conversation.map(|it| self.conversation(book, it)),
            "created_at": "2026-08-18T12:00:00.000Z", "id": message.id,
            "inbox": {"id": self.config.inbox, "name": "WhatsApp SDR"},
            "message_type": message.kind.name(), "private": message.private,
            "sender": self.sender(contact, message), "source_id": message.source_id,
            "event": event});
        if !message.files.is_empty() {
            body["attachments"] = json!(self.files(message));
        }
        Told::new(event, body)
    }

    /// A conversation in a webhook; `changed` has the name, the old and the new value.
    pub(super) fn conversation_event(
        &self,
        book: &Book,
        conversation: &Conversation,
        event: &'static str,
        changed: &[(&str, Value, Value)],
    ) -> Told {
        let mut body = self.conversation(book, conversation);
        body["event"] = json!(event);
        if event != "conversation_created" {
            let list: Vec<Value> = changed
                .iter()
                .map(|(name, before, now)| {
                    let change = json!({"previous_value": before, "current_value": now});
                    Value::Object(Map::from_iter([((*name).to_owned(), change)]))
                })
                .collect();
            body["changed_attributes"] = if list.is_empty() { Value::Null } else { json!(list) };
        }
        Told::new(event, body)
    }

    fn sender(&self, contact: Option<&Contact>, message: &Message) -> Value {
        match &message.sender {
            Sender::Contact => contact
                .map_or_else(|| json!({"type": "contact"}), |contact| self.contact_event(contact)),
            Sender::Person(name) => person(name),
            Sender::Bot(name) => json!({"id": 9, "name": name, "type": "agent_bot"}),
            Sender::Nobody => Value::Null,
        }
    }

    fn files(&self, message: &Message) -> Vec<Value> {
        let kind = |label: &str| match label.split('/').next() {
            Some(kind @ ("image" | "audio" | "video")) => kind.to_owned(),
            _ => "file".to_owned(),
        };
        let files = message.files.iter().enumerate();
        files
            .map(|(n, file)| {
                let url =
                    format!("https://chatwoot.example.com/files/{}/{}", message.id, file.name);
                json!({"id": message.id * 100 + n as u64, "message_id": message.id,
                    "file_type": kind(&file.content_type), "account_id": self.config.account,
                    "content_type": file.content_type, "data_url": url,
                    "file_size": file.length})
            })
            .collect()
    }

    fn account(&self) -> Value {
        json!({"id": self.config.account, "name": "Empresa Exemplo"})
    }
}

fn person(name: &str) -> Value {
    json!({"id": TEAM[0], "name": name, "available_name": name, "email": "maria@example.com",
        "type": "user"})
}

impl Told {
    /// What happened to a contact.
    pub(super) fn of_contact(event: &'static str, mut body: Value) -> Self {
        body["event"] = json!(event);
        Self::new(event, body)
    }
}

impl Message {
    /// A message that somebody of the team types.
    pub(super) fn typed(conversation: u64, name: &str, text: &str, at_ms: i64) -> Self {
        Self {
            id: 0,
            conversation,
            content: Some(text.to_owned()),
            kind: MessageKind::Outgoing,
            private: false,
            sender: Sender::Person(name.to_owned()),
            source_id: None,
            content_attributes: json!({}),
            status: "sent".to_owned(),
            files: Vec::new(),
            at_ms,
        }
    }
}
