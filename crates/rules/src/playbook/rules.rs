//! How leads are served: thresholds, hours, questions, and what may never be said.

use jiff::civil::{DateTime, Time};
use serde::Deserialize;

use crate::hours::BusinessHours;
use crate::lead::{Field, Unit};
use crate::phone::Phone;

/// The rules of service.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What counts as much and as little, and how capacities are reckoned.
    pub volume: VolumeRules,
    /// When somebody of the company answers.
    pub business_hours: BusinessHours,
    /// Who gets the hot leads.
    #[serde(default, rename = "seller")]
    pub sellers: Vec<Seller>,
    /// When a lead that fell silent is written to again.
    #[serde(default)]
    pub follow_up: FollowUp,
    /// Who gets the daily digest; nobody when absent.
    #[serde(default)]
    pub digest: Option<Digest>,
    /// Limits of asking.
    #[serde(rename = "questions")]
    pub asking: Asking,
    /// What to ask, most useful first.
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
    /// What may never leave.
    #[serde(rename = "guardrails")]
    pub guarding: Guarding,
    /// What engineering answers.
    pub technical: Technical,
}

impl Rules {
    /// How the agent asks for a field, when it asks for nothing else beside it.
    pub fn question_for(&self, field: Field) -> Option<String> {
        let question = self.questions.iter().find(|question| question.fields == [field])?;
        question.ask.first().cloned()
    }
}

/// Thresholds of volume, and hours and days for reckoning.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeRules {
    /// From here on a daily output in pieces is significant.
    pub significant_units_per_day: f64,
    /// From here on a daily output in kilograms is significant.
    pub significant_kg_per_day: f64,
    /// Below this a daily output in pieces is a hobby.
    pub tiny_units_per_day: f64,
    /// Below this a daily output in kilograms is a hobby.
    pub tiny_kg_per_day: f64,
    /// Hours a machine runs in a day.
    pub hours_per_day: f64,
    /// Working days in a week.
    pub days_per_week: f64,
    /// Batches that are comfortable in a day.
    pub batches_per_day: f64,
}

/// Somebody who gets hot leads.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seller {
    /// Name.
    pub name: String,
    /// WhatsApp number, digits with country code.
    pub phone: String,
}

/// Who gets the daily digest, and when.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// WhatsApp number, digits with country code.
    pub phone: String,
    /// From what time of a working day on.
    pub hour: Time,
}

impl Rules {
    /// The company's own people whom we write to, by number.
    pub fn insiders(&self) -> impl Iterator<Item = &str> {
        let sellers = self.sellers.iter().map(|seller| seller.phone.as_str());
        sellers.chain(self.digest.iter().map(|digest| digest.phone.as_str()))
    }

    /// The number of an insider as the playbook has it, by any variant of it.
    pub fn insider(&self, address: &str) -> Option<&str> {
        let canonical = |text: &str| text.parse::<Phone>().ok().map(|phone| phone.canonical());
        let wanted = canonical(address)?;
        self.insiders().find(|phone| canonical(phone).as_ref() == Some(&wanted))
    }
}

/// When a lead that fell silent is written to again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// Hours without an answer after which each follow-up leaves, counted from our last reply;
    /// empty for none.
    pub after_hours: Vec<u32>,
}

impl FollowUp {
    /// No lead is reminded more often than this.
    pub const MOST: usize = 2;

    /// When the next follow-up may leave: after its waiting time, and only within business hours.
    ///
    /// `silent_since` is when our last reply to the lead's own words left, `sent` how many
    /// follow-ups have left since. `None` when there is none left to send.
    pub fn due_at(
        &self,
        sent: usize,
        silent_since: DateTime,
        hours: &BusinessHours,
    ) -> Option<DateTime> {
        let wait = self.after_hours.iter().take(Self::MOST).nth(sent)?;
        let due = silent_since.checked_add(jiff::Span::new().hours(i64::from(*wait))).ok()?;
        if hours.is_open(due) { Some(due) } else { hours.next_opening(due) }
    }
}

/// Limits of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    /// Questions in one reply.
    pub max_per_reply: u32,
    /// How often one field is asked.
    pub max_times_asked: u32,
}

/// One question, in several wordings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What it asks for; put only when none of them is known.
    pub fields: Vec<Field>,
    /// For volumes: what the lead makes; other volume questions are passed over then.
    #[serde(default)]
    pub about: Option<Unit>,
    /// Asks whether the machine that was recommended is the one wanted.
    #[serde(default)]
    pub confirms: bool,
    /// Not put to somebody who waits for a person.
    #[serde(default)]
    pub optional: bool,
    /// The wordings; it is put at most once with each.
    pub ask: Vec<String>,
}

/// Limits of every outgoing text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guarding {
    /// Longest text.
    pub max_characters: usize,
    /// Most questions.
    pub max_questions: usize,
    /// Makers that are never named.
    pub foreign_brands: Vec<String>,
}

/// What engineering answers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Technical {
    /// Words of questions that go to engineering even when the catalogue answers in part.
    pub engineering_words: Vec<String>,
}
