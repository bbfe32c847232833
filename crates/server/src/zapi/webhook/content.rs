//! What a received message carries, from the one content key that its body has.

use seleto_rules::conversation::Kind;
use serde_json::Value;

use super::private::Private;
use crate::zapi::fields::{Fields, as_text};

/// What a message carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Written text.
    Text(Private),
    /// A file of some kind.
    Media(Media),
    /// A contact card: the name on it, or else its number.
    Contact(Private),
    /// A place: its name, address and coordinates, as far as given.
    Location(Private),
    /// An emoji on an earlier message; `None` takes the earlier one back.
    Reaction {
        /// The emoji.
        emoji: Option<Private>,
        /// The message it was put on.
        on: Option<String>,
    },
    /// A button or a row of a list that the person chose.
    Choice(Private),
    /// A message with buttons, as businesses send them.
    Template(Private),
    /// A kind that needs no more than a word about it.
    Special(Special, Private),
    /// News about the chat instead of a message, by its vendor name.
    Notification(String),
    /// None at all.
    Nothing,
    /// Objects under these keys, which this version does not know.
    Unknown(Vec<String>),
}

/// A file that came with a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Media {
    /// Image, audio, video, document or sticker.
    pub kind: Kind,
    /// Where it can be fetched, for 30 days; foreign, so to be guarded. Absent when Z-API failed.
    pub url: Option<Private>,
    /// Its type as the sender's phone named it.
    pub mime_type: Option<String>,
    /// The text under it.
    pub caption: Option<Private>,
    /// The name of a document.
    pub file_name: Option<Private>,
    /// The length of audio and video.
    pub seconds: Option<u64>,
    /// It may be looked at once only.
    pub view_once: bool,
    /// Why Z-API has no file to offer.
    pub download_error: Option<String>,
}

/// Kinds of messages that have no handling of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    /// A poll.
    Poll,
    /// A vote in a poll.
    PollVote,
    /// A cart sent from the catalogue, or news of an order.
    Order,
    /// A product of the catalogue.
    Product,
    /// A payment, made or requested.
    Payment,
    /// A Pix key.
    Pix,
    /// A date to meet.
    Event,
    /// An answer to such a date.
    EventResponse,
    /// An invitation to run a channel.
    ChannelInvite,
    /// A message pinned to the top.
    Pin,
}

type Reader = fn(Fields, &Value) -> Content;

/// Content keys of the vendor, the likelier ones first.
const READERS: &[(&str, Reader)] = &[
    ("audio", |media, value| file(Kind::Audio, "audioUrl", media, value)),
    ("image", |media, value| file(Kind::Image, "imageUrl", media, value)),
    ("video", |media, value| file(Kind::Video, "videoUrl", media, value)),
    ("document", |media, value| file(Kind::Document, "documentUrl", media, value)),
    ("sticker", |media, value| file(Kind::Sticker, "stickerUrl", media, value)),
    ("contact", contact),
    ("location", location),
    ("reaction", reaction),
    ("buttonsResponseMessage", |choice, _| {
        Content::Choice(words(choice, &["message", "selectedDisplayText", "buttonId"]))
    }),
    ("listResponseMessage", |choice, _| {
        Content::Choice(words(choice, &["message", "title", "selectedRowId"]))
    }),
    ("hydratedTemplate", template),
    ("buttonsMessage", template),
    ("carouselMessage", template),
    ("poll", |poll, _| special(Special::Poll, "Enquete", &question_and_options(poll))),
    ("pollVote", |vote, _| special(Special::PollVote, "Voto na enquete", &names(vote, "options"))),
    ("order", order),
    ("product", |product, _| {
        special(
            Special::Product,
            "Produto",
            &product.first_text(&["title", "name"]).unwrap_or_default(),
        )
    }),
    ("requestPayment", |_, _| special(Special::Payment, "Pedido de pagamento", "")),
    ("sendPayment", |_, _| special(Special::Payment, "Pagamento", "")),
    ("reviewAndPay", order),
    ("reviewOrder", order),
    ("pixKeyMessage", |_, _| special(Special::Pix, "Chave Pix", "")),
    ("newsletterAdminInvite", |_, _| special(Special::ChannelInvite, "Convite de canal", "")),
    ("pinMessage", |_, _| special(Special::Pin, "Mensagem fixada", "")),
    ("event", |event, _| {
        special(Special::Event, "Evento", &event.text("name").unwrap_or_default())
    }),
    ("eventResponse", |answer, _| {
        let answer = match answer.text("response").unwrap_or_default().as_str() {
            "GOING" => "vou",
            "NOT_GOING" => "não vou",
            "MAYBE" => "talvez",
            _ => "",
        };
        special(Special::EventResponse, "Resposta ao evento", answer)
    }),
];

/// Objects of the envelope that are no content.
const ENVELOPE: &[&str] = &["text", "externalAdReply", "statusImage", "referencedMessage"];
const MOST_UNKNOWN: usize = 8;
const LONGEST_NAME: usize = 60;

impl Content {
    /// Reads the content of a body.
    pub(super) fn of(body: Fields) -> Self {
        if let Some(name) = body.text("notification") {
            return Self::Notification(name.chars().take(LONGEST_NAME).collect());
        }
        if let Some(text) = message_text(body) {
            return Self::Text(text);
        }
        let known = READERS
            .iter()
            .find_map(|(key, read)| body.present(key).map(|value| read(Fields::of(value), value)));
        known.unwrap_or_else(|| {
            let keys: Vec<String> = body
                .entries()
                .filter(|(key, value)| value.is_object() && !ENVELOPE.contains(&key.as_str()))
                .map(|(key, _)| key.replace('\0', "").chars().take(LONGEST_NAME).collect())
                .take(MOST_UNKNOWN)
                .collect();
            if keys.is_empty() { Self::Nothing } else { Self::Unknown(keys) }
        })
    }

    /// Whether a body has a content key of a received message.
    pub(super) fn is_in(body: Fields) -> bool {
        ["text", "notification"].iter().any(|key| body.present(key).is_some())
            || READERS.iter().any(|(key, _)| body.present(key).is_some())
    }
}

/// The text, whether as `text.message` or bare.
fn message_text(body: Fields) -> Option<Private> {
    let text = body.child("text");
    text.first_text(&["message", "title", "description", "url"])
        .or_else(|| body.value("text").and_then(as_text))
        .map(Private::from)
}

fn words(fields: Fields, keys: &[&str]) -> Private {
    fields.first_text(keys).unwrap_or_default().into()
}

fn file(kind: Kind, url_key: &str, media: Fields, value: &Value) -> Content {
    let url = media.first_text(&[url_key, "url"]).or_else(|| value.as_str().map(str::to_owned));
    Content::Media(Media {
        kind,
        url: url.map(Private::from),
        mime_type: media.text("mimeType"),
        caption: media.text("caption").map(Private::from),
        file_name: media.first_text(&["fileName", "title"]).map(Private::from),
        seconds: media.count("seconds"),
        view_once: media.flag("viewOnce"),
        download_error: media.text("downloadError"),
    })
}

fn contact(contact: Fields, _: &Value) -> Content {
    let phone = contact.texts("phones").into_iter().next();
    Content::Contact(contact.text("displayName").or(phone).unwrap_or_default().into())
}

fn location(place: Fields, _: &Value) -> Content {
    let mut parts: Vec<String> =
        ["name", "address"].iter().filter_map(|key| place.text(key)).collect();
    if let (Some(latitude), Some(longitude)) = (place.number("latitude"), place.number("longitude"))
    {
        parts.push(format!("({latitude}, {longitude})"));
    }
    Content::Location(parts.join(" ").into())
}

fn reaction(reaction: Fields, _: &Value) -> Content {
    Content::Reaction {
        emoji: reaction.text("value").map(Private::from),
        on: reaction.child("referencedMessage").text("messageId"),
    }
}

fn template(template: Fields, _: &Value) -> Content {
    let card = template.children("cards").find_map(|card| card.first_text(&["message", "text"]));
    let text = template.first_text(&["message", "text", "title", "footer"]).or(card);
    Content::Template(text.unwrap_or_default().into())
}

fn order(order: Fields, _: &Value) -> Content {
    let message = order.text("message");
    let products = names(order, "products");
    let what = [message, Some(products)].into_iter().flatten().filter(|text| !text.is_empty());
    special(Special::Order, "Pedido", &what.collect::<Vec<_>>().join(" – "))
}

fn question_and_options(poll: Fields) -> String {
    let question = poll.text("question").unwrap_or_default();
    format!("{question} ({})", names(poll, "options"))
}

fn names(parent: Fields, key: &str) -> String {
    let names: Vec<String> =
        parent.children(key).filter_map(|child| child.text("name")).take(20).collect();
    names.join(", ")
}

/// A word for what it is, and the words in it.
fn special(what: Special, label: &str, words: &str) -> Content {
    let text = if words.is_empty() { label.to_owned() } else { format!("{label}: {words}") };
    Content::Special(what, text.into())
}
