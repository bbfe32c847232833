//! A lead: writes, speaks, quotes and corrects, as webhooks that the agent gets.

use axum::body::Bytes;
use serde_json::{Value, json};

use super::envelope::{self, Message};
use super::{Event, Zapi, new_message_id};
use crate::phones::{Author, Kind, NewBubble, Ticks};
use crate::poster::PostError;

/// A person with a phone, who writes to the company.
#[derive(Clone)]
pub struct Lead {
    zapi: Zapi,
    phone: String,
    name: String,
    lid: Option<String>,
    hides_number: bool,
}

/// A webhook that the agent answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// The id of the message it told.
    pub message_id: String,
    /// What was posted; posting it again makes a duplicate.
    pub body: Value,
    /// The status that the agent answered.
    pub status: u16,
    /// The body that the agent answered.
    pub answer: String,
}

struct Said<'a> {
    author: Author,
    kind: Kind,
    text: &'a str,
    key: &'a str,
    content: Value,
    reference: Option<&'a str>,
}

impl Lead {
    pub(super) fn new(zapi: Zapi, phone: &str, name: &str) -> Self {
        zapi.phones().meet(phone, name, None);
        Self {
            zapi,
            phone: phone.to_owned(),
            name: name.to_owned(),
            lid: None,
            hides_number: false,
        }
    }

    /// The same person, whose webhooks carry this linked id beside the number.
    pub fn with_lid(mut self, lid: &str) -> Self {
        self.lid = Some(lid.to_owned());
        self.zapi.phones().meet(&self.phone, &self.name, Some(lid));
        self
    }

    /// The same person, whose webhooks carry the linked id in place of the number.
    pub fn by_lid_only(mut self, lid: &str) -> Self {
        self.hides_number = true;
        self.with_lid(lid)
    }

    /// The phone's number.
    pub fn phone(&self) -> &str {
        &self.phone
    }

    /// Writes a text.
    pub async fn write(&self, text: &str) -> Result<Posted, PostError> {
        self.say(text_said(Author::Lead, text, None)).await
    }

    /// Answers one message in particular.
    pub async fn quote(&self, message_id: &str, text: &str) -> Result<Posted, PostError> {
        self.say(text_said(Author::Lead, text, Some(message_id))).await
    }

    /// Sends a voice note that lies at `url`; see [`Zapi::host_media`].
    pub async fn speak(&self, url: &str, seconds: u32) -> Result<Posted, PostError> {
        let content = json!({
            "ptt": true,
            "seconds": seconds,
            "audioUrl": url,
            "mimeType": "audio/ogg; codecs=opus",
            "viewOnce": false,
        });
        self.say(Said {
            author: Author::Lead,
            kind: Kind::Audio,
            text: url,
            key: "audio",
            content,
            reference: None,
        })
        .await
    }

    /// Sends an image that lies at `url`.
    pub async fn show_image(&self, url: &str, caption: &str) -> Result<Posted, PostError> {
        let content = json!({
            "mimeType": "image/jpeg",
            "imageUrl": url,
            "thumbnailUrl": url,
            "downloadError": null,
            "caption": caption,
            "width": 600,
            "height": 315,
            "viewOnce": false,
        });
        self.say(Said {
            author: Author::Lead,
            kind: Kind::Image,
            text: caption,
            key: "image",
            content,
            reference: None,
        })
        .await
    }

    /// Puts an emoji on a message of the company.
    pub async fn react(&self, message_id: &str, emoji: &str) -> Result<Posted, PostError> {
        let content = json!({
            "value": emoji,
            "time": self.zapi.state.now_ms(),
            "reactionBy": self.phone,
            "referencedMessage": {
                "messageId": message_id,
                "fromMe": true,
                "phone": self.phone,
                "participant": null,
            },
        });
        self.say(Said {
            author: Author::Lead,
            kind: Kind::Reaction,
            text: emoji,
            key: "reaction",
            content,
            reference: None,
        })
        .await
    }

    /// Changes the text of a message of their own; the webhook repeats its id.
    pub async fn edit(&self, message_id: &str, text: &str) -> Result<Posted, PostError> {
        self.zapi.phones().edit(message_id, text);
        let body = self.envelope(&text_said(Author::Lead, text, None), message_id, true);
        self.post(message_id.to_owned(), body).await
    }

    /// Somebody at the company types to this lead on the company's own phone. Z-API then names
    /// the lead by the linked id, when there is one.
    pub async fn hear_from_company(&self, text: &str) -> Result<Posted, PostError> {
        self.say(text_said(Author::Company, text, None)).await
    }

    /// The envelope of a text that is not posted: for tests that change it first.
    pub fn text_body(&self, text: &str) -> Value {
        self.envelope(&text_said(Author::Lead, text, None), &new_message_id(), false)
    }

    async fn say(&self, said: Said<'_>) -> Result<Posted, PostError> {
        let message_id = new_message_id();
        self.zapi.phones().show(NewBubble {
            address: self.phone.clone(),
            author: said.author,
            kind: said.kind,
            text: said.text.to_owned(),
            message_id: message_id.clone(),
            zaap_id: None,
            at_ms: self.zapi.state.now_ms(),
            ticks: Ticks::Pending,
            quotes: said.reference.map(str::to_owned),
        });
        let body = self.envelope(&said, &message_id, false);
        self.post(message_id, body).await
    }

    async fn post(&self, message_id: String, body: Value) -> Result<Posted, PostError> {
        let bytes = Bytes::from(body.to_string());
        let answer = self.zapi.state.post(Event::Received, "application/json", bytes).await;
        let taken = answer.as_ref().is_ok_and(|answer| (200..300).contains(&answer.status));
        let ticks = if taken { Ticks::Received } else { Ticks::Failed };
        self.zapi.phones().tick(&message_id, ticks);
        let answer = answer?;
        Ok(Posted { message_id, body, status: answer.status, answer: answer.body })
    }

    fn envelope(&self, said: &Said<'_>, message_id: &str, is_edit: bool) -> Value {
        let from_me = said.author == Author::Company;
        let by_lid = self.hides_number || from_me;
        let phone = self.lid.as_deref().filter(|_| by_lid).unwrap_or(&self.phone);
        let message = Message {
            phone,
            lid: self.lid.as_deref(),
            name: &self.name,
            message_id,
            from_me,
            from_api: false,
            reference: said.reference,
            is_edit,
            content: (said.key, said.content.clone()),
        };
        envelope::received(&self.zapi.state, &message)
    }
}

fn text_said<'a>(author: Author, text: &'a str, reference: Option<&'a str>) -> Said<'a> {
    let content = json!({"message": text});
    Said { author, kind: Kind::Text, text, key: "text", content, reference }
}
