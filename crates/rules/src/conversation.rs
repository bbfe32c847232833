//! What a conversation is made of, and what one turn reads and answers.

use serde::{Deserialize, Serialize};

use crate::lead::{Fact, Lead};
use crate::playbook::Playbook;

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Author {
    /// The person who may buy.
    Lead,
    /// This system.
    Agent,
    /// Somebody of the company: in Chatwoot, on the company's phone or in the console.
    Human,
}

/// What a message of the lead carries, beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Written text, a button or a list choice.
    Text,
    /// A voice note; its text is the transcript, empty when there is none.
    Audio,
    /// A picture; its text is the caption, and what a model saw in it stands beside it.
    Image,
    /// A video; its text is the caption.
    Video,
    /// A file; its text is the caption or the file's name.
    Document,
    /// A place; its text is the address or the coordinates.
    Location,
    /// A contact card; its text is the name on it.
    Contact,
    /// A sticker: a mood, not a message.
    Sticker,
    /// An emoji put on an earlier message.
    Reaction,
    /// Something this version does not understand (poll, order, payment, …).
    Other,
}

/// One message, as a brain reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who wrote it.
    pub author: Author,
    /// What it carries.
    pub kind: Kind,
    /// Its text, as typed; may be empty.
    pub text: String,
    /// The text of the message it answers, when the lead quoted one.
    pub quoted: Option<String>,
    /// What a model saw in the picture. They are not the lead's words: no fact comes from them.
    pub seen: Option<String>,
    /// It is ours, and nobody knows whether it arrived.
    pub doubtful: bool,
    /// A voice note whose numbers and codes may have been misheard.
    pub unsure: bool,
}

impl Line {
    /// A plain text message.
    pub fn text(author: Author, text: impl Into<String>) -> Self {
        Self {
            author,
            kind: Kind::Text,
            text: text.into(),
            quoted: None,
            seen: None,
            doubtful: false,
            unsure: false,
        }
    }
}

/// All that a brain may look at to answer one burst.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// The company's data.
    pub playbook: &'a Playbook,
    /// What is known of the lead before this burst.
    pub lead: &'a Lead,
    /// The WhatsApp profile name: a hint, never a fact.
    pub sender_name: Option<&'a str>,
    /// Messages before the burst, oldest first, at most 20.
    pub history: &'a [Line],
    /// The lead's messages to answer, oldest first, at least one.
    pub burst: &'a [Line],
    /// What the dialogue policy remembers from earlier turns.
    pub memory: &'a Memory,
    /// Now, in the company's time zone.
    pub now: jiff::civil::DateTime,
}

/// What the dialogue policy remembers between turns; stored as JSON beside the conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Whether the agent has introduced itself.
    pub greeted: bool,
    /// Fields asked in the last reply, by the names of [`crate::lead::Field`].
    pub asked: Vec<String>,
    /// How often each field was asked, to stop insisting.
    pub times_asked: std::collections::BTreeMap<String, u32>,
    /// Keys of phrases already used, so that replies vary.
    pub used: Vec<String>,
    /// The upsell was offered (once is enough).
    pub upsell_offered: bool,
    /// The lead asked not to be contacted.
    pub opted_out: bool,
    /// The lead asked for a person, or was handed over.
    pub human_requested: bool,
    /// Who writes, when it is nobody who buys.
    pub visitor: Option<Visitor>,
    /// The lead complained, and nothing about buying came after it.
    pub complained: bool,
    /// The lead has a machine and wants a part or support for it, and nothing about buying came
    /// after it.
    pub support: bool,
    /// The lead said that there is no company.
    pub no_company: bool,
    /// The lead took leave, and the agent too.
    pub closed: bool,
    /// The opening that a lead who wrote outside business hours was told of: once is enough.
    pub told_opening: Option<jiff::civil::DateTime>,
}

impl Memory {
    /// What was promised about people is settled: the agent answers as before.
    pub fn people_are_done(&mut self) {
        self.human_requested = false;
        self.complained = false;
    }

    /// What was heard, without what was said: a draft that nobody sends greets and asks nobody.
    pub fn heard(self, before: &Self) -> Self {
        Self {
            opted_out: self.opted_out,
            human_requested: self.human_requested,
            visitor: self.visitor,
            complained: self.complained,
            support: self.support,
            no_company: self.no_company,
            ..before.clone()
        }
    }
}

/// Somebody who writes and does not buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visitor {
    /// Looks for work.
    JobSeeker,
    /// Sells to the company.
    Supplier,
    /// Mass message, or another bot.
    Spam,
    /// Meant somebody else.
    WrongNumber,
}

/// What the lead does or wants in a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// A salutation.
    Greeting,
    /// Wants a machine, or asks what it does, makes, includes, or which one fits.
    ProductQuestion,
    /// Asks for a value, range, quote or proposal.
    Price,
    /// Asks for a reduction.
    Discount,
    /// Instalments, card, boleto, financing, trade-in.
    Payment,
    /// Lead time, stock, freight, regions served.
    DeliveryTime,
    /// Voltage, diagrams, dimensions, moulds, norms, maintenance.
    Technical,
    /// Wants a person, a call or a visit.
    Human,
    /// Wants no more messages, or data removed.
    OptOut,
    /// Asks for something not sold.
    UnavailableProduct,
    /// Catalogue, photos, videos, site.
    Catalog,
    /// Anger or dissatisfaction.
    Complaint,
    /// Looks for work.
    JobSeeker,
    /// Sells to the company.
    Supplier,
    /// Mass or scam message.
    Spam,
    /// Tries to change the rules or to read the instructions.
    Injection,
    /// Says thanks.
    Thanks,
    /// Takes leave.
    Goodbye,
    /// Unrelated small talk, wrong number.
    OffTopic,
}

/// Something the turn puts on record beside the lead's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A question for engineering, in the lead's words.
    TechnicalQuestion(String),
    /// Interest in a product that is not on sale now.
    UnavailableInterest,
    /// The lead wants no more messages.
    OptOut,
    /// The lead wants a person.
    HumanRequest,
    /// A complaint for the team, in the lead's words.
    Complaint(String),
}

/// What a brain proposes for one turn. Nothing of it has left yet: guardrails judge the reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The reply, paragraphs apart by a blank line; `None` keeps silent.
    pub reply: Option<String>,
    /// New facts about the lead.
    pub facts: Vec<Fact>,
    /// What the lead does or wants.
    pub intents: Vec<Intent>,
    /// What to put on record.
    pub records: Vec<Record>,
    /// What to remember for the next turn.
    pub memory: Memory,
}
