//! What people do at Chatwoot's dashboard; each returns once the agent has taken the webhooks.

use serde_json::{Map, Value};

use super::Chatwoot;
use super::book::{Contact, File, Message, MessageKind, Sender, Tie};
use super::webhooks::Told;
use crate::log::lock;

impl Chatwoot {
    /// Somebody of the team writes to the contact.
    pub async fn agent_writes(&self, conversation: u64, text: &str) -> Message {
        self.say(Message::typed(conversation, "Ana Souza", text, self.state.now_ms())).await
    }

    /// Somebody of the team writes a private note.
    pub async fn agent_notes(&self, conversation: u64, text: &str) -> Message {
        let note = Message::typed(conversation, "Ana Souza", text, self.state.now_ms());
        self.say(Message { private: true, ..note }).await
    }

    /// Somebody of the team sends a file with a caption.
    pub async fn agent_sends_file(&self, conversation: u64, caption: &str, name: &str) -> Message {
        let typed = Message::typed(conversation, "Ana Souza", caption, self.state.now_ms());
        let content_type = "image/jpeg".to_owned();
        let file = File { name: name.to_owned(), content_type, length: 1024 };
        self.say(Message { files: vec![file], ..typed }).await
    }

    /// A bot of the account writes to the contact.
    pub async fn bot_writes(&self, conversation: u64, text: &str) -> Message {
        let typed = Message::typed(conversation, "", text, self.state.now_ms());
        self.say(Message { sender: Sender::Bot("Outro robô".to_owned()), ..typed }).await
    }

    /// The server greets by itself.
    pub async fn template_greets(&self, conversation: u64, text: &str) -> Message {
        let typed = Message::typed(conversation, "", text, self.state.now_ms());
        self.say(Message { sender: Sender::Nobody, kind: MessageKind::Template, ..typed }).await
    }

    /// Somebody sets the conversation's status.
    pub async fn set_status(&self, conversation: u64, status: &str) {
        let told = {
            let mut book = lock(&self.state.book);
            self.state.change_status(&mut book, conversation, status)
        };
        self.state.post_all(told).await;
    }

    /// Somebody resolves the conversation.
    pub async fn resolve(&self, conversation: u64) {
        self.set_status(conversation, "resolved").await;
    }

    /// Somebody assigns the conversation to a person, or to nobody.
    pub async fn assign(&self, conversation: u64, person: Option<&str>) {
        let told = {
            let mut book = lock(&self.state.book);
            self.state.change_assignee(&mut book, conversation, person.map(str::to_owned))
        };
        self.state.post_all(told).await;
    }

    /// Somebody changes the labels.
    pub async fn label(&self, conversation: u64, labels: &[&str]) {
        let labels = labels.iter().map(|&label| label.to_owned()).collect();
        let told = {
            let mut book = lock(&self.state.book);
            self.state.change_labels(&mut book, conversation, labels)
        };
        self.state.post_all(told).await;
    }

    /// Somebody makes a contact by hand, with a conversation in the inbox; answers its number.
    pub async fn agent_opens_conversation(&self, phone: &str, name: &str) -> u64 {
        let (id, told) = {
            let mut book = lock(&self.state.book);
            let contact = Contact {
                id: 1 + book.contacts.len() as u64,
                name: name.to_owned(),
                phone: Some(format!("+{phone}")),
                identifier: None,
                custom_attributes: Map::new(),
            };
            let source_id = uuid::Uuid::new_v4().to_string();
            book.ties.push(Tie { contact: contact.id, source_id: source_id.clone() });
            let conversation = book.add_conversation(contact.id, &source_id);
            book.contacts.push(contact);
            let told =
                self.state.conversation_event(&book, &conversation, "conversation_created", &[]);
            (conversation.id, told)
        };
        self.state.post_all(vec![told]).await;
        id
    }

    /// Somebody deletes the conversation and all that was said in it.
    pub fn delete_conversation(&self, conversation: u64) {
        let mut book = lock(&self.state.book);
        book.conversations.retain(|it| it.id != conversation);
        book.messages.retain(|it| it.conversation != conversation);
    }

    /// Posts any JSON to the registered addresses as this event.
    pub async fn post_event(&self, event: &'static str, body: Value) {
        self.state.post_all(vec![Told::new(event, body)]).await;
    }

    async fn say(&self, message: Message) -> Message {
        let (message, told) = self.state.store(message);
        self.state.post_all(told).await;
        message
    }
}
