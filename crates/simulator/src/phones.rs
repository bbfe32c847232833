//! What the leads' phones show: the only truth about what a lead was told.

mod book;

use std::sync::Mutex;

use serde::Serialize;
use tokio::sync::{broadcast, watch};

use crate::log::lock;
use book::Book;
pub(crate) use book::NewBubble;

/// One message on a lead's phone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bubble {
    /// Position among all bubbles of all phones, from 1.
    pub order: u64,
    /// Position of the latest change among all changes; see [`Phones::since`].
    pub revision: u64,
    /// The phone that shows it: a number, or a lid whose number is unknown.
    pub phone: String,
    /// The address exactly as the sender wrote it, when the agent sent it.
    pub address: String,
    /// Who wrote it.
    pub author: Author,
    /// What it is.
    pub kind: Kind,
    /// The text, the caption or the address of the media.
    pub text: String,
    /// WhatsApp's id of the message.
    pub message_id: String,
    /// Z-API's id of the message, when it went through the API.
    pub zaap_id: Option<String>,
    /// When the phone showed it, in milliseconds since 1970.
    pub at_ms: i64,
    /// How far the message got.
    pub ticks: Ticks,
    /// The message that this one answers.
    pub quotes: Option<String>,
    /// Whether the text was changed after it was sent.
    pub edited: bool,
}

/// Who wrote a bubble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Author {
    /// The person whose phone it is.
    Lead,
    /// The agent, through the API.
    Agent,
    /// A person of the company, on the company's own phone.
    Company,
}

/// What a bubble holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Kind {
    Text,
    Audio,
    Image,
    Document,
    Reaction,
}

/// How far a message got; only ever forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Ticks {
    /// Still on its way.
    Pending,
    /// It could not be delivered: the agent did not take the webhook.
    Failed,
    /// One tick.
    Sent,
    /// Two ticks.
    Received,
    /// Two blue ticks.
    Read,
}

/// A lead's phone that the simulator knows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Position of the latest change among all changes.
    pub revision: u64,
    /// The phone's number, or its lid when only that is known.
    pub phone: String,
    /// The name in the lead's WhatsApp profile.
    pub name: String,
    /// The linked id, when it has one.
    pub lid: Option<String>,
}

/// A change on a phone, as told to whoever watches.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Change {
    /// A contact is new or has another name.
    Contact(Contact),
    /// A bubble is new or has changed.
    Bubble(Bubble),
    /// The company is, or is no longer, shown as typing.
    Typing {
        /// The phone that shows it.
        phone: String,
        /// Whether it is typing now.
        on: bool,
    },
}

/// All phones of all leads, up to a bound of bubbles.
pub struct Phones {
    book: Mutex<Book>,
    bound: usize,
    changes: broadcast::Sender<Change>,
    revisions: watch::Sender<u64>,
}

impl Phones {
    pub(crate) fn bounded(bound: usize) -> Self {
        Self {
            book: Mutex::default(),
            bound,
            changes: broadcast::Sender::new(1024),
            revisions: watch::Sender::new(0),
        }
    }

    /// What one phone shows, oldest first; `phone` is its number or its lid.
    pub fn bubbles(&self, phone: &str) -> Vec<Bubble> {
        lock(&self.book).of_phone(phone).cloned().collect()
    }

    /// The texts that the agent put on one phone, oldest first.
    pub fn replies(&self, phone: &str) -> Vec<String> {
        let bubbles = self.bubbles(phone).into_iter();
        bubbles.filter(|bubble| bubble.author == Author::Agent).map(|bubble| bubble.text).collect()
    }

    /// Every bubble that is still kept, oldest first.
    pub fn all(&self) -> Vec<Bubble> {
        lock(&self.book).bubbles.iter().cloned().collect()
    }

    /// Every contact, in the order of their latest change.
    pub fn contacts(&self) -> Vec<Contact> {
        let mut contacts: Vec<_> = lock(&self.book).contacts.values().cloned().collect();
        contacts.sort_by_key(|contact| contact.revision);
        contacts
    }

    /// Waits until one phone's bubbles satisfy `enough`, and gives them.
    pub async fn until(&self, phone: &str, enough: impl Fn(&[Bubble]) -> bool) -> Vec<Bubble> {
        let mut revisions = self.revisions.subscribe();
        loop {
            revisions.mark_unchanged();
            let bubbles = self.bubbles(phone);
            if enough(&bubbles) {
                return bubbles;
            }
            // The sender lives in `self`, so the channel cannot close under us.
            revisions.changed().await.ok();
        }
    }

    /// Waits until the agent has put `count` texts on one phone, and gives them.
    pub async fn replies_until(&self, phone: &str, count: usize) -> Vec<String> {
        let agents = |bubble: &&Bubble| bubble.author == Author::Agent;
        let bubbles = self.until(phone, |all| all.iter().filter(agents).count() >= count).await;
        bubbles.iter().filter(agents).map(|bubble| bubble.text.clone()).collect()
    }

    /// What changed after `revision` (contacts, then bubbles as they stand on the phones), the
    /// revision that this brings up to, and all that changes from then on, without a gap.
    pub fn since(&self, revision: u64) -> (Vec<Change>, u64, broadcast::Receiver<Change>) {
        let book = lock(&self.book);
        // Subscribing under the lock: nothing falls between the past and the future.
        let future = self.changes.subscribe();
        let mut contacts: Vec<_> = book.contacts.values().cloned().collect();
        contacts.sort_by_key(|contact| contact.revision);
        let contacts = contacts.into_iter().map(Change::Contact);
        let bubbles = book.bubbles.iter().cloned().map(Change::Bubble);
        let past = contacts.chain(bubbles).filter(|change| change.revision() > Some(revision));
        (past.collect(), book.last_revision, future)
    }

    pub(crate) fn meet(&self, phone: &str, name: &str, lid: Option<&str>) {
        let mut book = lock(&self.book);
        if let Some(lid) = lid {
            book.phone_of_lid.insert(lid.to_owned(), phone.to_owned());
        }
        if book.contacts.get(phone).is_some_and(|known| known.name == name) {
            return;
        }
        let contact = Contact {
            revision: book.next_revision(),
            phone: phone.to_owned(),
            name: name.to_owned(),
            lid: lid.map(str::to_owned),
        };
        book.contacts.insert(phone.to_owned(), contact.clone());
        self.tell(&book, Change::Contact(contact));
    }

    pub(crate) fn contact(&self, address: &str) -> Option<Contact> {
        let book = lock(&self.book);
        book.contacts.get(book.phone_at(address)).cloned()
    }

    pub(crate) fn show(&self, new: NewBubble) -> Bubble {
        let mut book = lock(&self.book);
        let bubble = book.place(new, self.bound);
        self.tell(&book, Change::Bubble(bubble.clone()));
        bubble
    }

    /// Changes a bubble; false when no phone shows it any more.
    pub(crate) fn edit(&self, message_id: &str, text: &str) -> bool {
        self.change(message_id, |bubble| {
            bubble.text = text.to_owned();
            bubble.edited = true;
        })
    }

    pub(crate) fn tick(&self, message_id: &str, ticks: Ticks) {
        self.change(message_id, |bubble| bubble.ticks = bubble.ticks.max(ticks));
    }

    /// The lead's messages on this phone up to now were read by the company.
    pub(crate) fn read_all(&self, address: &str) {
        let mut book = lock(&self.book);
        let is_unread =
            |bubble: &&Bubble| bubble.author == Author::Lead && bubble.ticks == Ticks::Received;
        let unread = book.of_phone(address).filter(is_unread);
        let ids: Vec<_> = unread.map(|bubble| bubble.message_id.clone()).collect();
        for id in &ids {
            if let Some(changed) = book.change(id, |bubble| bubble.ticks = Ticks::Read) {
                self.tell(&book, Change::Bubble(changed));
            }
        }
    }

    pub(crate) fn typing(&self, address: &str, on: bool) {
        let book = lock(&self.book);
        let phone = book.phone_at(address).to_owned();
        self.tell(&book, Change::Typing { phone, on });
    }

    fn change(&self, message_id: &str, edit: impl FnOnce(&mut Bubble)) -> bool {
        let mut book = lock(&self.book);
        let Some(changed) = book.change(message_id, edit) else { return false };
        self.tell(&book, Change::Bubble(changed));
        true
    }

    /// Takes the book to show that it is locked: watchers must see changes in their order.
    fn tell(&self, book: &Book, change: Change) {
        // An error only says that nobody watches.
        self.changes.send(change).ok();
        self.revisions.send_replace(book.last_revision);
    }
}

impl Change {
    /// Its position among all changes; typing has none, it is never told twice.
    pub fn revision(&self) -> Option<u64> {
        match self {
            Self::Contact(contact) => Some(contact.revision),
            Self::Bubble(bubble) => Some(bubble.revision),
            Self::Typing { .. } => None,
        }
    }
}
