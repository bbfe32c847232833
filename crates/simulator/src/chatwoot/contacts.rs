//! Calls about contacts.

use serde_json::{Value, json};

use super::State;
use super::actions::{Done, Request, invalid, not_found, ok, refused};
use super::book::{Book, Contact, Tie};
use super::webhooks::Told;
use crate::log::lock;

const PAGE: usize = 15;

impl State {
    pub(super) fn search_contacts(&self, request: &Request) -> Done {
        let wanted = request.query.get("q").map(|q| q.trim().to_lowercase()).unwrap_or_default();
        if wanted.is_empty() {
            return refused("Specify search string with parameter q");
        }
        let says =
            |text: Option<&str>| text.is_some_and(|text| text.to_lowercase().contains(&wanted));
        let book = lock(&self.book);
        let found = book.contacts.iter().filter(|contact| {
            says(Some(&contact.name))
                || says(contact.phone.as_deref())
                || says(contact.identifier.as_deref())
        });
        (ok(&self.page(&book, found.collect(), request)), Vec::new())
    }

    pub(super) fn filter_contacts(&self, request: &Request) -> Done {
        let condition = &request.body["payload"][0];
        let value = condition["values"][0].as_str().unwrap_or_default();
        let book = lock(&self.book);
        let found =
            book.contacts.iter().filter(|contact| match condition["attribute_key"].as_str() {
                // The server puts the plus before the value, whatever the value begins with.
                Some("phone_number") => contact.phone.as_deref() == Some(&format!("+{value}")),
                Some("identifier") => contact.identifier.as_deref() == Some(value),
                _ => false,
            });
        (ok(&self.page(&book, found.collect(), request)), Vec::new())
    }

    fn page(&self, book: &Book, found: Vec<&Contact>, request: &Request) -> Value {
        let page = request.query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1);
        let count = found.len();
        let shown = found.into_iter().skip((page - 1) * PAGE).take(PAGE);
        let shown: Vec<Value> = shown.map(|contact| self.contact(book, contact)).collect();
        let has_more = count > page * PAGE;
        json!({"meta": {"count": count, "current_page": page, "has_more": has_more},
            "payload": shown})
    }

    pub(super) fn create_contact(&self, request: &Request) -> Done {
        let mut book = lock(&self.book);
        if let Some(refusal) = objection(&book, request, None) {
            return refusal;
        }
        let contact = Contact {
            id: 1 + book.contacts.len() as u64,
            name: request.text("name").unwrap_or_default(),
            phone: request.text("phone_number"),
            identifier: request.text("identifier"),
            custom_attributes: request.body["custom_attributes"]
                .as_object()
                .cloned()
                .unwrap_or_default(),
        };
        let mut source_id = None;
        if request.number("inbox_id").is_some() {
            let given = request.text("source_id");
            let id = given.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
            if book.ties.iter().any(|tie| tie.source_id == id) {
                return refused("source_id should be unique");
            }
            book.ties.push(Tie { contact: contact.id, source_id: id.clone() });
            source_id = Some(id);
        }
        book.contacts.push(contact.clone());
        let shown = self.contact(&book, &contact);
        let tie = source_id.map(|id| json!({"inbox": {"id": self.config.inbox}, "source_id": id}));
        let told = Told::of_contact("contact_created", self.contact_event(&contact));
        (ok(&json!({"payload": {"contact": shown, "contact_inbox": tie}})), vec![told])
    }

    pub(super) fn show_contact(&self, request: &Request) -> Done {
        let book = lock(&self.book);
        match book.contact(request.id(0)) {
            Some(contact) => (ok(&json!({"payload": self.contact(&book, contact)})), Vec::new()),
            None => not_found(),
        }
    }

    pub(super) fn update_contact(&self, request: &Request) -> Done {
        let mut book = lock(&self.book);
        if let Some(refusal) = objection(&book, request, Some(request.id(0))) {
            return refusal;
        }
        let Some(contact) = book.contact_mut(request.id(0)) else { return not_found() };
        if let Some(name) = request.text("name") {
            contact.name = name;
        }
        contact.phone = request.text("phone_number").or(contact.phone.take());
        contact.identifier = request.text("identifier").or(contact.identifier.take());
        if let Some(more) = request.body["custom_attributes"].as_object() {
            contact.custom_attributes.extend(more.clone());
        }
        let contact = contact.clone();
        let shown = self.contact(&book, &contact);
        let told = Told::of_contact("contact_updated", self.contact_event(&contact));
        (ok(&json!({"payload": shown})), vec![told])
    }

    pub(super) fn contact_conversations(&self, request: &Request) -> Done {
        let book = lock(&self.book);
        if book.contact(request.id(0)).is_none() {
            return not_found();
        }
        let theirs = book.conversations.iter().rev().filter(|it| it.contact == request.id(0));
        let shown: Vec<Value> = theirs.take(20).map(|it| self.conversation(&book, it)).collect();
        (ok(&json!({"payload": shown})), Vec::new())
    }

    pub(super) fn create_contact_inbox(&self, request: &Request) -> Done {
        let mut book = lock(&self.book);
        if book.contact(request.id(0)).is_none() {
            return not_found();
        }
        let given = request.text("source_id");
        let source_id = given.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        match book.ties.iter().find(|tie| tie.source_id == source_id) {
            Some(tie) if tie.contact != request.id(0) => {
                return refused("source_id should be unique");
            }
            Some(_) => {}
            None => book.ties.push(Tie { contact: request.id(0), source_id: source_id.clone() }),
        }
        (ok(&json!({"source_id": source_id, "inbox": {"id": self.config.inbox}})), Vec::new())
    }
}

/// Why the account does not take a contact like this.
fn objection(book: &Book, request: &Request, own: Option<u64>) -> Option<Done> {
    let others = || book.contacts.iter().filter(|contact| Some(contact.id) != own);
    if let Some(phone) = request.text("phone_number") {
        let digits = phone.strip_prefix('+').unwrap_or_default();
        let is_number = digits.chars().all(|c| c.is_ascii_digit());
        if !is_number || digits.starts_with('0') || !(2..=15).contains(&digits.len()) {
            return Some(invalid("Phone number should be in e164 format", &["phone_number"]));
        }
        if others().any(|contact| contact.phone.as_ref() == Some(&phone)) {
            return Some(invalid("Phone number has already been taken", &["phone_number"]));
        }
    }
    let identifier = request.text("identifier")?;
    let taken = others().any(|contact| contact.identifier.as_ref() == Some(&identifier));
    taken.then(|| invalid("Identifier has already been taken", &["identifier"]))
}
