//! The bodies of webhooks, with the fields and the spelling that Z-API gives them.

use serde_json::{Value, json};

use super::State;
use crate::phones::{Bubble, Contact};

/// What a received-message envelope is about.
pub(super) struct Message<'a> {
    pub(super) phone: &'a str,
    pub(super) lid: Option<&'a str>,
    pub(super) name: &'a str,
    pub(super) message_id: &'a str,
    pub(super) from_me: bool,
    pub(super) from_api: bool,
    pub(super) reference: Option<&'a str>,
    pub(super) is_edit: bool,
    /// The content key and its value, such as `text`.
    pub(super) content: (&'a str, Value),
}

/// A message, whoever wrote it.
pub(super) fn received(state: &State, message: &Message<'_>) -> Value {
    let mut body = json!({
        "isStatusReply": false,
        "chatLid": message.lid,
        "senderLid": message.lid,
        "connectedPhone": state.config.connected_phone,
        "waitingMessage": false,
        "isEdit": message.is_edit,
        "isGroup": false,
        "isNewsletter": false,
        "instanceId": state.config.instance_id,
        "messageId": message.message_id,
        "phone": message.phone,
        "fromMe": message.from_me,
        "momment": state.now_ms(),
        "status": if message.from_me { "SENT" } else { "RECEIVED" },
        "chatName": message.name,
        "senderPhoto": null,
        "senderName": message.name,
        "photo": null,
        "broadcast": false,
        "participantPhone": null,
        "participantLid": null,
        "forwarded": false,
        "type": "ReceivedCallback",
        "fromApi": message.from_api,
        "messageExpirationSeconds": 0,
    });
    if let Some(reference) = message.reference {
        body["referenceMessageId"] = json!(reference);
    }
    let (key, value) = &message.content;
    body[*key] = value.clone();
    body
}

/// A message sent through the API, as it comes back.
pub(super) fn echo(state: &State, bubble: &Bubble) -> Value {
    let contact = state.phones.contact(&bubble.address);
    let message = Message {
        phone: &bubble.address,
        lid: contact.as_ref().and_then(|contact: &Contact| contact.lid.as_deref()),
        name: contact.as_ref().map_or("", |contact| &contact.name),
        message_id: &bubble.message_id,
        from_me: true,
        from_api: true,
        reference: bubble.quotes.as_deref(),
        is_edit: bubble.edited,
        content: ("text", json!({"message": bubble.text})),
    };
    received(state, &message)
}

/// WhatsApp took a message, or says why not.
pub(super) fn delivery(state: &State, bubble: &Bubble, error: Option<&str>) -> Value {
    let mut body = json!({
        "phone": bubble.address,
        "zaapId": bubble.zaap_id,
        "messageId": bubble.message_id,
        "type": "DeliveryCallback",
        "instanceId": state.config.instance_id,
    });
    if let Some(error) = error {
        body["error"] = json!(error);
    }
    body
}

/// Ticks.
pub(super) fn status(state: &State, bubble: &Bubble, status: &str) -> Value {
    json!({
        "instanceId": state.config.instance_id,
        "status": status,
        "ids": [bubble.message_id],
        "momment": state.now_ms(),
        "phoneDevice": 0,
        "phone": bubble.address,
        "type": "MessageStatusCallback",
        "isGroup": false,
    })
}

/// The company's phone came back or went away; the latter has its time in seconds.
pub(super) fn connection(state: &State, connected: bool) -> Value {
    if connected {
        return json!({
            "type": "ConnectedCallback",
            "connected": true,
            "momment": state.now_ms(),
            "instanceId": state.config.instance_id,
            "phone": state.config.connected_phone,
        });
    }
    json!({
        "type": "DisconnectedCallback",
        "momment": state.now_ms() / 1000,
        "error": "Device has been disconnected",
        "disconnected": true,
        "instanceId": state.config.instance_id,
    })
}
