//! What one turn looks like to the dialogue policy, and what it leaves behind.

use crate::conversation::{Author, Draft, Intent, Memory, Record, Turn, Visitor};
use crate::guardrails::without_empty_promises;
use crate::lead::{Fact, Field, Lead, Value};
use crate::plain_text::plain;
use crate::playbook::{Playbook, Product};
use crate::understand::Understanding;

use super::cues;
use super::voice::Voice;

/// A turn as it was understood, with what the policy decides on the way.
pub(super) struct Scene<'a> {
    pub(super) turn: &'a Turn<'a>,
    pub(super) playbook: &'a Playbook,
    /// The lead with this burst's facts.
    pub(super) lead: Lead,
    pub(super) facts: Vec<Fact>,
    pub(super) intents: Vec<Intent>,
    /// The burst in plain text, one message a line.
    pub(super) text: String,
    /// Machines named in the burst, or else in the message it quotes.
    pub(super) named: Vec<&'a Product>,
    pub(super) voice: Voice<'a>,
    pub(super) memory: Memory,
    pub(super) records: Vec<Record>,
}

/// Intents of somebody who may buy.
const BUYING: &[Intent] = &[
    Intent::ProductQuestion,
    Intent::Price,
    Intent::Discount,
    Intent::Payment,
    Intent::DeliveryTime,
    Intent::Technical,
    Intent::UnavailableProduct,
    Intent::Catalog,
];

impl<'a> Scene<'a> {
    pub(super) fn new(turn: &'a Turn<'a>, understood: Understanding) -> Self {
        let mut facts = understood.facts;
        if understood.intents.contains(&Intent::Injection) {
            // What stands inside an instruction to the machine tells nothing about its writer.
            facts.clear();
        }
        let mut lead = turn.lead.clone();
        facts.iter().for_each(|fact| lead.apply(&fact.value));
        let text = plain_lines(turn, |line| Some(line.text.as_str()));
        let mut named = turn.playbook.catalogue.named_in(&text);
        // "a 300 ou a 700?": machines that only the understanding hears.
        for code in &understood.named {
            let heard = turn.playbook.catalogue.product(code);
            named.extend(heard.filter(|it| named.iter().all(|known| known.code != it.code)));
        }
        if named.is_empty() {
            let quoted = plain_lines(turn, |line| line.quoted.as_deref());
            named = turn.playbook.catalogue.named_in(&quoted);
        }
        let mut intents = understood.intents;
        let refused =
            turn.memory.used.iter().rev().take(6).any(|it| it.starts_with("price_refusal/"));
        let guesses = facts.is_empty() && cues::guesses_a_number(&text);
        if refused
            && (guesses || cues::insists_on_a_number(&text))
            && !intents.contains(&Intent::Price)
        {
            intents.push(Intent::Price);
        }
        let mut memory = Memory { asked: Vec::new(), ..turn.memory.clone() };
        memory.no_company |= cues::has_no_company(&text);
        Self {
            voice: Voice::new(turn, &lead),
            memory,
            playbook: turn.playbook,
            intents,
            records: Vec::new(),
            turn,
            lead,
            facts,
            text,
            named,
        }
    }

    pub(super) fn into_draft(self, reply: Option<String>) -> Draft {
        let mut memory = self.memory;
        memory.used = self.voice.into_used();
        if reply.is_none() {
            // The question before is still open.
            memory.asked.clone_from(&self.turn.memory.asked);
        }
        let reply = reply
            .map(|text| without_empty_promises(&text, &self.records))
            .filter(|text| !text.is_empty());
        Draft { reply, facts: self.facts, intents: self.intents, records: self.records, memory }
    }

    pub(super) fn wants(&self, intent: Intent) -> bool {
        self.intents.contains(&intent)
    }

    pub(super) fn wants_any(&self, intents: &[Intent]) -> bool {
        intents.iter().any(|intent| self.wants(*intent))
    }

    /// Whether the burst is about buying.
    pub(super) fn is_about_buying(&self) -> bool {
        self.wants_any(BUYING) || self.tells(Field::Product) || self.tells(Field::ProductCategory)
    }

    /// Whether the burst is about buying beyond doubt: a bare question may be about anything.
    pub(super) fn is_surely_about_buying(&self) -> bool {
        const SURE: &[Intent] =
            &[Intent::Price, Intent::Discount, Intent::Payment, Intent::UnavailableProduct];
        self.wants_any(SURE)
            || self.tells(Field::Product)
            || self.tells(Field::ProductCategory)
            || self.is_about_buying() && !self.named.is_empty()
    }

    /// Whether the burst tells the field.
    pub(super) fn tells(&self, field: Field) -> bool {
        self.facts.iter().any(|fact| fact.value.field() == field)
    }

    /// Whether the burst tells the field and it is news.
    pub(super) fn is_news(&self, field: Field) -> bool {
        let before = self.turn.lead;
        self.facts.iter().any(|fact| {
            fact.value.field() == field
                && match &fact.value {
                    Value::Product(code) => before.product.as_ref() != Some(code),
                    Value::ProductCategory(id) => before.product_category.as_ref() != Some(id),
                    _ => {
                        let mut after = before.clone();
                        after.apply(&fact.value);
                        after != *before
                    }
                }
        })
    }

    /// Whether the burst says nothing beyond courtesy: no fact, no intent but these.
    pub(super) fn is_only(&self, intents: &[Intent]) -> bool {
        self.facts.is_empty() && self.intents.iter().all(|intent| intents.contains(intent))
    }

    /// Whether the burst asks about machines and about nothing that has answers of its own.
    pub(super) fn is_only_asking_of_machines(&self) -> bool {
        self.wants(Intent::ProductQuestion)
            && self
                .intents
                .iter()
                .all(|intent| matches!(intent, Intent::ProductQuestion | Intent::Greeting))
    }

    /// The machine that the burst is about: told or named in it, spoken of before, or the only one
    /// of the category of interest.
    pub(super) fn machine(&self) -> Option<&'a Product> {
        let catalogue = &self.playbook.catalogue;
        let told = self.lead.product.as_deref().and_then(|code| catalogue.product(code));
        if self.tells(Field::Product) {
            return told;
        }
        let only = || catalogue.only_one_of(self.lead.product_category.as_deref()?);
        // "tenho a FBM100, quero uma maior": the one named is not the one wanted.
        let owned = self.tells(Field::ProductCategory) && self.named.len() == 1;
        self.named.first().copied().filter(|_| !owned).or(told).or_else(only)
    }

    /// The category of interest: told, or that of the machine, or what the volume counts.
    pub(super) fn category(&self) -> Option<&'a str> {
        let catalogue = &self.playbook.catalogue;
        let of_product = self.lead.product.as_deref().and_then(|code| catalogue.product(code));
        let told = self.lead.product_category.as_deref().and_then(|id| catalogue.category(id));
        of_product
            .map(|product| product.category.as_str())
            .or(told.map(|category| category.id.as_str()))
            .or_else(|| {
                let unit = self.lead.volume?.unit;
                let makes = |product: &&Product| {
                    unit != crate::lead::Unit::Unidade
                        && unit != crate::lead::Unit::Kg
                        && product.capacity.iter().any(|capacity| capacity.unit.counts(unit))
                };
                catalogue.products.iter().find(makes).map(|product| product.category.as_str())
            })
            .or_else(|| {
                // Nobody asks a burger house what it makes.
                let burgers = self.lead.segment.as_deref() == Some("hamburgueria");
                let category = catalogue.category_making("hamburguer").filter(|_| burgers)?;
                Some(category.id.as_str())
            })
    }

    /// All that the lead wrote as far as it is at hand, in plain text.
    pub(super) fn said(&self) -> String {
        let lines = self.turn.history.iter().chain(self.turn.burst);
        let own = lines.filter(|line| line.author == Author::Lead);
        own.map(|line| plain(&line.text)).collect::<Vec<_>>().join("\n")
    }

    /// The burst as typed, for records.
    pub(super) fn words(&self) -> String {
        let texts: Vec<&str> = self.turn.burst.iter().map(|line| line.text.trim()).collect();
        texts.join("\n")
    }

    /// Puts something on record, once.
    pub(super) fn record(&mut self, record: Record) {
        if !self.records.contains(&record) {
            self.records.push(record);
        }
    }

    /// Whether somebody of the company is there now.
    pub(super) fn is_open(&self) -> bool {
        self.playbook.rules.business_hours.is_open(self.turn.now)
    }

    /// Who writes, when it is nobody who buys: told now, or known and not changed since.
    pub(super) fn visitor(&self) -> Option<Visitor> {
        let told = [
            (Intent::JobSeeker, Visitor::JobSeeker),
            (Intent::Supplier, Visitor::Supplier),
            (Intent::Spam, Visitor::Spam),
        ]
        .into_iter()
        .find_map(|(intent, visitor)| self.wants(intent).then_some(visitor));
        told.or_else(|| self.memory.visitor.filter(|_| !self.is_surely_about_buying()))
    }
}

fn plain_lines<'a>(
    turn: &Turn<'a>,
    text: impl Fn(&'a crate::conversation::Line) -> Option<&'a str>,
) -> String {
    let lines: Vec<String> = turn.burst.iter().filter_map(text).map(plain).collect();
    lines.join("\n")
}
