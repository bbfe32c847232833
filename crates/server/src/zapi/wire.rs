//! The JSON of Z-API's calls and answers.

use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;

use super::fields::Fields;
use super::webhook::Private;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SendText<'a> {
    pub phone: &'a str,
    pub message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_typing: Option<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueuePage<'a> {
    pub page_size: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paging_state: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EveryWebhook<'a> {
    pub value: &'a str,
    pub notify_sent_by_me: bool,
}

/// Messages that Z-API has accepted and not yet handed to WhatsApp.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Queue {
    /// The messages.
    pub messages: Vec<Queued>,
    /// Whether these are all of them; absence proves nothing when they are not.
    pub complete: bool,
}

/// One message in the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// The vendor's queue id.
    pub zaap_id: Option<String>,
    /// The message's id.
    pub message_id: Option<String>,
    /// To whom.
    pub phone: Option<Private>,
    /// Its text.
    pub text: Option<Private>,
    /// When it was accepted, in milliseconds since 1970.
    pub created_ms: Option<u64>,
}

/// Whether the instance reaches WhatsApp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// It does.
    pub connected: bool,
    /// The company's phone is online.
    pub smartphone_connected: Option<bool>,
    /// What the vendor says about it; set even when all is well.
    pub said: Option<String>,
}

/// The instance's settings.
#[derive(Clone, Debug)]
pub struct Account {
    /// It reaches WhatsApp.
    pub connected: Option<bool>,
    /// Where received messages are posted. The address holds our webhook secret.
    pub received_url: Option<SecretString>,
    /// Where deliveries are posted.
    pub delivery_url: Option<SecretString>,
    /// Where status ticks are posted.
    pub status_url: Option<SecretString>,
    /// Messages of the connected number are posted too; takeover by phone needs it.
    pub notifies_sent_by_me: bool,
    /// The subscription, in the vendor's word.
    pub payment_status: Option<String>,
}

/// The ids in the answer to a send call.
pub(super) fn ids(answer: &Value) -> (Option<String>, Option<String>) {
    let answer = Fields::of(answer);
    (answer.text("zaapId"), answer.first_text(&["messageId", "id"]))
}

/// The vendor's words for a refusal.
pub(super) fn error(answer: &Value) -> Option<String> {
    let fields = Fields::of(answer);
    let nested = fields.child("error").text("message");
    let words: Vec<String> =
        [fields.text("error").or(nested), fields.text("message")].into_iter().flatten().collect();
    // `message` alone explains a refusal only where the status already is one.
    fields.present("error").map(|_| words.join(": "))
}

/// Words to explain an answer whose status already is a refusal.
pub(super) fn explanation(answer: &Value) -> Option<String> {
    error(answer).or_else(|| Fields::of(answer).text("message"))
}

/// One page of the queue, and where the next begins.
pub(super) fn queue_page(answer: &Value) -> Option<(Vec<Queued>, Option<String>, bool)> {
    let fields = Fields::of(answer);
    let rows = answer.as_array().or_else(|| fields.value("messages")?.as_array())?;
    let messages = rows.iter().map(Fields::of).map(queued).collect();
    let more = fields.flag("hasMore");
    Some((messages, fields.text("pagingState"), more))
}

fn queued(row: Fields) -> Queued {
    Queued {
        zaap_id: row.text("ZaapId"),
        message_id: row.text("MessageId"),
        phone: row.text("Phone").map(Private::from),
        text: row.text("Message").map(Private::from),
        created_ms: row.count("Created"),
    }
}

pub(super) fn status(answer: &Value) -> Option<Status> {
    let fields = Fields::of(answer);
    fields.value("connected")?;
    Some(Status {
        connected: fields.flag("connected"),
        smartphone_connected: fields
            .value("smartphoneConnected")
            .map(|_| fields.flag("smartphoneConnected")),
        said: fields.text("error"),
    })
}

/// The digits of the connected number; a linked id is none.
pub(super) fn own_phone(answer: &Value) -> Option<String> {
    let phone = Fields::of(answer).text("phone")?;
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    (!phone.contains('@') && (10..=15).contains(&digits.len())).then_some(digits)
}

pub(super) fn account(answer: &Value) -> Option<Account> {
    let fields = Fields::of(answer);
    let url = |key| fields.text(key).map(SecretString::from);
    fields.value("id").or_else(|| fields.value("connected"))?;
    Some(Account {
        connected: fields.value("connected").map(|_| fields.flag("connected")),
        received_url: url("receivedCallbackUrl"),
        delivery_url: url("deliveryCallbackUrl"),
        status_url: url("messageStatusCallbackUrl"),
        notifies_sent_by_me: fields.flag("receiveCallbackSentByMe"),
        payment_status: fields.text("paymentStatus"),
    })
}
