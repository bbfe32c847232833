//! What each call does to the account, and the events that follow from it.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::State;
use super::book::File;
use super::calls::Operation;
use super::webhooks::Told;
use crate::faults::Reply;
use crate::log::lock;

/// A call that may act.
pub(super) struct Request {
    pub operation: Operation,
    pub ids: Vec<u64>,
    pub query: HashMap<String, String>,
    pub body: Value,
    pub files: Vec<File>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            operation: Operation::Profile,
            ids: Vec::new(),
            query: HashMap::new(),
            body: Value::Null,
            files: Vec::new(),
        }
    }
}

/// The answer, and what webhooks tell of it.
pub(super) type Done = (Reply, Vec<Told>);

impl Request {
    /// The `n`-th id of the path; ids start at 1, so 0 is nobody's.
    pub(super) fn id(&self, n: usize) -> u64 {
        self.ids.get(n).copied().unwrap_or_default()
    }

    /// A text of the body that says something.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        match &self.body[key] {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A whole number of the body, as a number or in digits.
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.text(key)?.parse().ok()
    }
}

impl State {
    pub(super) fn act(&self, request: &Request) -> Done {
        match request.operation {
            Operation::Profile => (self.profile(), Vec::new()),
            Operation::ListInboxes => (ok(&json!({"payload": [self.inbox()]})), Vec::new()),
            Operation::ShowInbox if request.id(0) == self.config.inbox => {
                (ok(&self.inbox()), Vec::new())
            }
            Operation::ShowInbox => not_found(),
            Operation::SearchContacts => self.search_contacts(request),
            Operation::FilterContacts => self.filter_contacts(request),
            Operation::CreateContact => self.create_contact(request),
            Operation::ShowContact => self.show_contact(request),
            Operation::UpdateContact => self.update_contact(request),
            Operation::ContactConversations => self.contact_conversations(request),
            Operation::CreateContactInbox => self.create_contact_inbox(request),
            Operation::ListConversations => self.list_conversations(request),
            Operation::CreateConversation => self.create_conversation(request),
            Operation::ShowConversation => self.show_conversation(request),
            Operation::ToggleStatus => self.toggle_status(request),
            Operation::Assign => self.assign_by_call(request),
            Operation::ListLabels => self.list_labels(request),
            Operation::SetLabels => self.set_labels(request),
            Operation::SetCustomAttributes => self.set_custom_attributes(request),
            Operation::CreateMessage => self.create_message(request),
            Operation::ListMessages => self.list_messages(request),
            Operation::UpdateMessage => self.update_message(request),
            Operation::ListWebhooks => self.list_webhooks(),
            Operation::CreateWebhook => self.create_webhook(request),
            Operation::UpdateWebhook => self.update_webhook(request),
        }
    }

    fn profile(&self) -> Reply {
        let account = json!({"id": self.config.account, "name": "Empresa Exemplo",
            "role": "administrator", "status": "active", "permissions": ["administrator"]});
        ok(&json!({"id": 3, "account_id": self.config.account, "name": self.config.owner,
            "email": "maria@example.com", "role": "administrator", "type": "user",
            "accounts": [account]}))
    }

    fn inbox(&self) -> Value {
        json!({"id": self.config.inbox, "name": "WhatsApp SDR", "channel_id": 1,
            "channel_type": "Channel::Api", "lock_to_single_conversation": false,
            "webhook_url": null})
    }

    fn list_webhooks(&self) -> Done {
        let book = lock(&self.book);
        let webhooks: Vec<Value> = book.webhooks.iter().map(|it| self.webhook(it)).collect();
        (ok(&json!({"payload": {"webhooks": webhooks}})), Vec::new())
    }

    fn create_webhook(&self, request: &Request) -> Done {
        let body = &request.body["webhook"];
        let body = if body.is_object() { body } else { &request.body };
        let Some(url) = body["url"].as_str().filter(|url| url.starts_with("http")) else {
            return invalid("Url Is Invalid", &["url"]);
        };
        let mut book = lock(&self.book);
        if book.webhooks.iter().any(|it| it.url == url) {
            return invalid("Url has already been taken", &["url"]);
        }
        let webhook = book.add_webhook(url, subscriptions(&body["subscriptions"]));
        (ok(&json!({"payload": {"webhook": self.webhook(&webhook)}})), Vec::new())
    }

    fn update_webhook(&self, request: &Request) -> Done {
        let body = &request.body["webhook"];
        let body = if body.is_object() { body } else { &request.body };
        let mut book = lock(&self.book);
        let Some(webhook) = book.webhooks.iter_mut().find(|it| it.id == request.id(0)) else {
            return not_found();
        };
        if let Some(url) = body["url"].as_str() {
            webhook.url = url.to_owned();
        }
        if body["subscriptions"].is_array() {
            webhook.subscriptions = subscriptions(&body["subscriptions"]);
        }
        (ok(&json!({"payload": {"webhook": self.webhook(webhook)}})), Vec::new())
    }

    fn webhook(&self, webhook: &super::Webhook) -> Value {
        json!({"id": webhook.id, "url": webhook.url, "account_id": self.config.account,
            "subscriptions": webhook.subscriptions, "secret": self.config.webhook_secret})
    }
}

fn subscriptions(value: &Value) -> Vec<String> {
    let names = value.as_array().into_iter().flatten();
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

pub(super) fn ok(body: &Value) -> Reply {
    Reply::json(200, body)
}

/// 404 as Chatwoot says it.
pub(super) fn not_found() -> Done {
    (Reply::json(404, &json!({"error": "Resource could not be found"})), Vec::new())
}

/// 422 as Chatwoot says it of one record.
pub(super) fn invalid(message: &str, attributes: &[&str]) -> Done {
    (Reply::json(422, &json!({"message": message, "attributes": attributes})), Vec::new())
}

/// 422 as Chatwoot says it of a call.
pub(super) fn refused(message: &str) -> Done {
    (Reply::json(422, &json!({"error": message})), Vec::new())
}
