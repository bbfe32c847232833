//! What each call does, and what it answers when all is well.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Bytes;
use serde_json::{Value, json};

use super::calls::Operation;
use super::queue::Queued;
use super::{State, WebhookUrls, new_message_id, new_zaap_id};
use crate::faults::Reply;
use crate::log::lock;
use crate::phones::Kind;

/// A call that passed the checks.
pub(super) struct Request<'a> {
    pub(super) operation: Operation,
    pub(super) argument: &'a str,
    pub(super) body: &'a Value,
}

/// A hosted file.
pub(super) struct Media {
    pub(super) name: String,
    pub(super) mime_type: String,
    pub(super) bytes: Bytes,
}

impl State {
    pub(super) fn act(self: &Arc<Self>, request: &Request<'_>) -> Reply {
        let body = request.body;
        match request.operation {
            Operation::SendText => self.send(body, Kind::Text, "message"),
            Operation::SendAudio => self.send(body, Kind::Audio, "audio"),
            Operation::SendImage => self.send(body, Kind::Image, "image"),
            Operation::SendDocument => self.send(body, Kind::Document, "document"),
            Operation::SendReaction => self.send(body, Kind::Reaction, "reaction"),
            Operation::ReadQueue => self.read_queue(body),
            Operation::ClearQueue => self.clear_queue(request.argument),
            Operation::Status => self.status(),
            Operation::Me => self.me(),
            Operation::Device => self.device(),
            Operation::PhoneExists => self.phone_exists(request.argument),
            Operation::SetWebhook => self.set_webhook(request.argument, body),
            Operation::ReadMessage => self.read_message(body),
            Operation::ModifyChat => self.modify_chat(body),
            Operation::Media => self.media_file(0, request.argument),
        }
    }

    fn send(self: &Arc<Self>, body: &Value, kind: Kind, content_key: &str) -> Reply {
        let queued = match self.queued(body, kind, content_key) {
            Ok(queued) => queued,
            Err(wrong) => return error(400, &wrong),
        };
        let (zaap_id, message_id) = (queued.zaap_id.clone(), queued.message_id.clone());
        if !self.enqueue(queued) {
            return error(400, "You need to be connected");
        }
        let answer = json!({"zaapId": zaap_id, "messageId": message_id, "id": message_id});
        Reply::json(200, &answer)
    }

    fn queued(&self, body: &Value, kind: Kind, content_key: &str) -> Result<Queued, String> {
        let seconds = |key| duration(body, key);
        let delay_typing = seconds("delayTyping")?.unwrap_or(0.0);
        let delay_message = seconds("delayMessage")?;
        let is_reaction = kind == Kind::Reaction;
        let named = |key: &str| body[key].as_str().map(str::to_owned);
        Ok(Queued {
            zaap_id: new_zaap_id(),
            message_id: new_message_id(),
            address: required(body, "phone")?,
            kind,
            text: required(body, content_key)?,
            quotes: if is_reaction {
                Some(required(body, "messageId")?)
            } else {
                named("messageId")
            },
            edits: named("editMessageId"),
            delay_typing,
            delay_message,
            created_ms: self.now_ms(),
        })
    }

    fn read_queue(&self, body: &Value) -> Reply {
        let page_size = body["pageSize"].as_u64().unwrap_or(20);
        if !(1..=30).contains(&page_size) {
            return error(400, "pageSize must be between 1 and 30");
        }
        let page_size = usize::try_from(page_size).unwrap_or(20);
        let start = body["pagingState"].as_str().and_then(|state| state.parse().ok()).unwrap_or(0);
        self.queue.read(|waiting| {
            let page = waiting.iter().skip(start).take(page_size);
            let messages: Vec<_> = page.map(|queued| self.queue_entry(queued)).collect();
            let next = start + messages.len();
            let has_more = next < waiting.len();
            let paging_state = has_more.then(|| next.to_string());
            let answer =
                json!({"messages": messages, "pagingState": paging_state, "hasMore": has_more});
            Reply::json(200, &answer)
        })
    }

    fn queue_entry(&self, queued: &Queued) -> Value {
        json!({
            "_id": queued.zaap_id,
            "DelayMessage": queued.delay_message,
            "Message": queued.text,
            "InstanceId": self.config.instance_id,
            "Phone": queued.address,
            "ZaapId": queued.zaap_id,
            "DelayTyping": queued.delay_typing,
            "MessageId": queued.message_id,
            "Created": queued.created_ms,
            "CreatedAt": queued.created_ms,
            "Beta": true,
            "IsTrial": false,
        })
    }

    fn clear_queue(self: &Arc<Self>, zaap_id: &str) -> Reply {
        let _busy = self.busy();
        self.queue.remove((!zaap_id.is_empty()).then_some(zaap_id));
        Reply::json(200, &json!({"value": true}))
    }

    fn status(&self) -> Reply {
        let connected = self.queue.is_connected();
        let error = if connected { "" } else { "You are not connected." };
        let answer =
            json!({"connected": connected, "error": error, "smartphoneConnected": connected});
        Reply::json(200, &answer)
    }

    /// The phone that is connected.
    fn device(&self) -> Reply {
        let phone = &self.config.connected_phone;
        let answer =
            json!({"phone": phone, "name": "Simulador", "imgUrl": null, "isBusiness": true});
        Reply::json(200, &answer)
    }

    fn me(&self) -> Reply {
        let urls = lock(&self.webhooks);
        let answer = json!({
            "id": self.config.instance_id,
            "token": self.config.instance_token,
            "name": "Simulador",
            "connected": self.queue.is_connected(),
            "connectedCallbackUrl": urls.connected,
            "deliveryCallbackUrl": urls.delivery,
            "disconnectedCallbackUrl": urls.disconnected,
            "messageStatusCallbackUrl": urls.message_status,
            "presenceChatCallbackUrl": urls.chat_presence,
            "receivedCallbackUrl": urls.received,
            "initialDataCallbackUrl": null,
            "receiveCallbackSentByMe": self.echoes(),
            "autoReadMessage": false,
            "due": 4_102_444_800_u64,
            "paymentStatus": "PAID",
        });
        Reply::json(200, &answer)
    }

    fn phone_exists(&self, phone: &str) -> Reply {
        let exists = !self.is_absent(phone);
        let lid = self.phones.contact(phone).and_then(|contact| contact.lid);
        Reply::json(200, &json!([{"exists": exists, "phone": phone, "lid": lid}]))
    }

    fn set_webhook(&self, name: &str, body: &Value) -> Reply {
        if let Some(on) = body["notifySentByMe"].as_bool() {
            self.notify_sent_by_me.store(on, Ordering::Relaxed);
        }
        if name == "notify-sent-by-me" {
            return Reply::json(200, &json!({"value": true}));
        }
        let Ok(url) = required(body, "value") else { return error(400, "value is required") };
        if !WebhookUrls::set(&mut lock(&self.webhooks), name, &url) {
            return error(404, "NOT_FOUND");
        }
        Reply::json(200, &json!({"value": true}))
    }

    fn read_message(&self, body: &Value) -> Reply {
        match (required(body, "phone"), required(body, "messageId")) {
            (Ok(phone), Ok(_)) => {
                self.phones.read_all(&phone);
                Reply::new(204, "application/json", "")
            }
            (Err(wrong), _) | (_, Err(wrong)) => error(400, &wrong),
        }
    }

    fn modify_chat(&self, body: &Value) -> Reply {
        let action = body["action"].as_str().unwrap_or_default();
        match required(body, "phone") {
            Err(wrong) => error(400, &wrong),
            Ok(_) if !matches!(action, "read" | "unread") => error(400, "unknown action"),
            Ok(phone) => {
                if action == "read" {
                    self.phones.read_all(&phone);
                }
                Reply::json(200, &json!({"value": true}))
            }
        }
    }

    pub(super) fn media_file(&self, number: usize, name: &str) -> Reply {
        let hosted = lock(&self.media);
        match hosted.get(number).filter(|media| media.name == name) {
            Some(media) => Reply::new(200, &media.mime_type, media.bytes.to_vec()),
            None => error(404, "NOT_FOUND"),
        }
    }
}

fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"error": message}))
}

fn required(body: &Value, key: &str) -> Result<String, String> {
    match body[key].as_str() {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("{key} is required")),
    }
}

/// Seconds from 0 to 15; Z-API documents 1 to 15, and no delay when there is none.
fn duration(body: &Value, key: &str) -> Result<Option<f64>, String> {
    match &body[key] {
        Value::Null => Ok(None),
        value => match value.as_f64() {
            Some(seconds) if (0.0..=15.0).contains(&seconds) => Ok(Some(seconds)),
            _ => Err(format!("{key} must be a number from 1 to 15")),
        },
    }
}
