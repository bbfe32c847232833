//! Calls about conversations.

use serde_json::{Value, json};

use super::State;
use super::actions::{Done, Request, not_found, ok, refused};
use super::book::{Book, Conversation, Tie};
use super::webhooks::Told;
use crate::log::lock;

const PAGE: usize = 25;
/// The people of the team; the first is the token's owner.
pub(super) const TEAM: [u64; 2] = [3, 4];

impl State {
    /// There is no filter by contact: what callers give as `contact_id` is ignored.
    pub(super) fn list_conversations(&self, request: &Request) -> Done {
        let book = lock(&self.book);
        let status = request.query.get("status").map_or("open", String::as_str);
        let source_id = request.query.get("source_id");
        let page = request.query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1);
        let fits = |it: &&Conversation| {
            (status == "all" || it.status == status)
                && source_id.is_none_or(|wanted| *wanted == it.source_id)
        };
        let found = book.conversations.iter().rev().filter(fits).skip((page - 1) * PAGE);
        let shown: Vec<Value> = found.take(PAGE).map(|it| self.conversation(&book, it)).collect();
        (ok(&json!({"data": {"meta": {"all_count": shown.len()}, "payload": shown}})), Vec::new())
    }

    pub(super) fn create_conversation(&self, request: &Request) -> Done {
        let mut book = lock(&self.book);
        if request.number("inbox_id") != Some(self.config.inbox) {
            return not_found();
        }
        let Some(contact) = request.number("contact_id").filter(|&id| book.contact(id).is_some())
        else {
            return not_found();
        };
        // Without one each call makes a fresh address, and so a fresh conversation.
        let given = request.text("source_id");
        let source_id = given.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        match book.ties.iter().find(|tie| tie.source_id == source_id) {
            Some(tie) if tie.contact != contact => return refused("source_id should be unique"),
            Some(_) => {}
            None => book.ties.push(Tie { contact, source_id: source_id.clone() }),
        }
        let id = book.add_conversation(contact, &source_id).id;
        if let (Some(conversation), Some(status)) =
            (book.conversation_mut(id), request.text("status"))
        {
            conversation.status = status;
        }
        let Some(made) = book.conversation(id) else { return not_found() };
        let shown = self.conversation(&book, made);
        (ok(&shown), vec![self.conversation_event(&book, made, "conversation_created", &[])])
    }

    pub(super) fn show_conversation(&self, request: &Request) -> Done {
        let book = lock(&self.book);
        match book.conversation(request.id(0)) {
            Some(found) => (ok(&self.conversation(&book, found)), Vec::new()),
            None => not_found(),
        }
    }

    pub(super) fn toggle_status(&self, request: &Request) -> Done {
        let mut book = lock(&self.book);
        let Some(conversation) = book.conversation(request.id(0)) else { return not_found() };
        let flipped = if conversation.status == "open" { "resolved" } else { "open" };
        let status = request.text("status").unwrap_or_else(|| flipped.to_owned());
        let told = self.change_status(&mut book, request.id(0), &status);
        let answer = json!({"payload": {"success": true, "conversation_id": request.id(0),
            "current_status": status, "snoozed_until": null}});
        (ok(&answer), told)
    }

    pub(super) fn assign_by_call(&self, request: &Request) -> Done {
        let mut book = lock(&self.book);
        let person = request.number("assignee_id").filter(|id| TEAM.contains(id));
        let name = person.map(|_| self.config.owner.clone());
        let told = self.change_assignee(&mut book, request.id(0), name.clone());
        (ok(&json!({"id": person, "name": name})), told)
    }

    pub(super) fn list_labels(&self, request: &Request) -> Done {
        let book = lock(&self.book);
        match book.conversation(request.id(0)) {
            Some(found) => (ok(&json!({"payload": found.labels})), Vec::new()),
            None => not_found(),
        }
    }

    pub(super) fn set_labels(&self, request: &Request) -> Done {
        let labels = request.body["labels"].as_array().into_iter().flatten();
        let labels: Vec<String> = labels.filter_map(|it| it.as_str().map(str::to_owned)).collect();
        let mut book = lock(&self.book);
        if book.conversation(request.id(0)).is_none() {
            return not_found();
        }
        let told = self.change_labels(&mut book, request.id(0), labels.clone());
        (ok(&json!({ "payload": labels })), told)
    }

    pub(super) fn set_custom_attributes(&self, request: &Request) -> Done {
        let mut book = lock(&self.book);
        let Some(conversation) = book.conversation_mut(request.id(0)) else { return not_found() };
        let given = request.body["custom_attributes"].as_object().cloned().unwrap_or_default();
        if request.body["merge"] == true {
            conversation.custom_attributes.extend(given);
        } else {
            conversation.custom_attributes = given;
        }
        let conversation = conversation.clone();
        let told = self.conversation_event(&book, &conversation, "conversation_updated", &[]);
        (ok(&json!({"custom_attributes": conversation.custom_attributes})), vec![told])
    }

    /// A change of status raises two events, and only the second knows the status before.
    pub(super) fn change_status(&self, book: &mut Book, id: u64, status: &str) -> Vec<Told> {
        let Some(conversation) = book.conversation_mut(id) else { return Vec::new() };
        if conversation.status == status {
            return Vec::new();
        }
        let before = std::mem::replace(&mut conversation.status, status.to_owned());
        let changed = [("status", json!(before), json!(status))];
        let conversation = conversation.clone();
        vec![
            self.conversation_event(book, &conversation, "conversation_status_changed", &[]),
            self.conversation_event(book, &conversation, "conversation_updated", &changed),
        ]
    }

    pub(super) fn change_assignee(
        &self,
        book: &mut Book,
        id: u64,
        person: Option<String>,
    ) -> Vec<Told> {
        let Some(conversation) = book.conversation_mut(id) else { return Vec::new() };
        let before = std::mem::replace(&mut conversation.assignee, person.clone());
        let number = |person: Option<String>| person.map_or(Value::Null, |_| json!(TEAM[0]));
        let changed = [("assignee_id", number(before), number(person))];
        let conversation = conversation.clone();
        vec![self.conversation_event(book, &conversation, "conversation_updated", &changed)]
    }

    pub(super) fn change_labels(&self, book: &mut Book, id: u64, labels: Vec<String>) -> Vec<Told> {
        let Some(conversation) = book.conversation_mut(id) else { return Vec::new() };
        let before = std::mem::replace(&mut conversation.labels, labels.clone());
        let conversation = conversation.clone();
        let changed = [("label_list", json!(before), json!(labels))];
        vec![self.conversation_event(book, &conversation, "conversation_updated", &changed)]
    }
}
