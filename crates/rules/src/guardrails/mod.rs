//! Judges every text before it may leave for the lead.
//!
//! Whatever looks like a price, a promise or a fact must be one that the playbook holds. The judge
//! is plain code over the text alone, so it holds with any model, however it was talked into it.

mod babble;
mod clauses;
mod contacts;
mod facts;
mod money;
mod numerals;
mod promises;
mod records;
mod secrets;
mod shape;
mod telling;
mod units;

use std::collections::BTreeSet;

use crate::conversation::{Author, Turn};
use crate::plain_text::plain;
use crate::playbook::{Catalogue, Company, Playbook, Rules, Say, fill};
use crate::prompt;

pub use records::promises_without_record;
pub(crate) use records::without_empty_promises;
pub use telling::tells_of_a_person;

use numerals::undisguised;

/// Text that may leave for the lead. Only [`clear`], [`clear_for`] and [`safe_phrase`] make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleared(String);

impl Cleared {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Wraps a piece of an already cleared text.
    pub(crate) fn piece(text: String) -> Self {
        Self(text)
    }
}

/// Why a text may not leave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {found}")]
pub struct Breach {
    /// The rule's name.
    pub rule: &'static str,
    /// The words that broke it.
    pub found: String,
}

impl Breach {
    fn new(rule: &'static str, found: impl Into<String>) -> Self {
        Self { rule, found: found.into() }
    }
}

/// What a playbook tells the judge, made ready once.
#[derive(Clone, Debug)]
pub(crate) struct Knowledge {
    facts: facts::Facts,
    /// Names of other makers, plain.
    brands: Vec<String>,
    /// What the model was told.
    secret: secrets::Secret,
}

impl Knowledge {
    pub(crate) fn of(company: &Company, catalogue: &Catalogue, rules: &Rules) -> Self {
        Self {
            facts: facts::Facts::of(catalogue),
            brands: rules.guarding.foreign_brands.iter().map(|brand| plain(brand)).collect(),
            secret: secrets::Secret::of(&prompt::instructions(company)),
        }
    }
}

/// What the judge looks at.
struct Case<'a> {
    playbook: &'a Playbook,
    /// As it would leave.
    text: &'a str,
    /// Plain, with spaced digits and letters joined.
    plain: String,
    /// What the lead wrote, plain; its numbers and addresses may be repeated.
    heard: &'a str,
}

type Rule = fn(&Case<'_>, &mut Vec<Breach>);

const RULES: &[Rule] = &[
    shape::judge,
    secrets::judge,
    babble::judge,
    money::judge,
    promises::judge,
    contacts::judge,
    facts::judge_codes,
    facts::judge_numbers,
    facts::judge_claims,
];

/// Lets a text pass, or says which rules it breaks.
///
/// # Errors
/// Every breach found.
pub fn clear(playbook: &Playbook, text: &str) -> Result<Cleared, Vec<Breach>> {
    judge(playbook, text, "")
}

/// The same for a reply in a conversation: what the lead wrote may be repeated, and a bare "sim" to
/// a request that only a person may grant is stopped.
///
/// # Errors
/// Every breach found.
pub fn clear_for(turn: &Turn<'_>, text: &str) -> Result<Cleared, Vec<Breach>> {
    let lines = turn.history.iter().chain(turn.burst);
    let mut heard: Vec<String> = lines
        .filter(|line| line.author == Author::Lead)
        .map(|line| undisguised(&plain(&line.text)))
        .collect();
    let lead = turn.lead;
    heard.extend(lead.volume.map(|volume| plain(&volume.in_words())));
    heard.extend(lead.email.iter().chain(&lead.cnpj).map(|text| plain(text)));
    let mut breaches = judge(turn.playbook, text, &heard.join("\n")).err().unwrap_or_default();
    breaches.extend(promises::assent(turn, &plain(text)));
    if breaches.is_empty() { Ok(Cleared(text.trim().to_owned())) } else { Err(breaches) }
}

fn judge(playbook: &Playbook, text: &str, heard: &str) -> Result<Cleared, Vec<Breach>> {
    // What bold and strikethrough marks part belongs together.
    let plain = undisguised(&plain(text)).replace(['*', '~'], "");
    let joined = plain.contains('\n').then(|| words_together(&plain));
    let mut breaches = Vec::new();
    for plain in std::iter::once(plain).chain(joined) {
        let case = Case { playbook, text, plain, heard };
        RULES.iter().for_each(|rule| rule(&case, &mut breaches));
    }
    let mut seen = BTreeSet::new();
    breaches.retain(|breach| seen.insert((breach.rule, breach.found.clone())));
    if breaches.is_empty() { Ok(Cleared(text.trim().to_owned())) } else { Err(breaches) }
}

/// Lines without a mark at their end as one sentence: a wish may be split over bubbles.
fn words_together(plain: &str) -> String {
    let mut whole = String::with_capacity(plain.len());
    for line in plain.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !whole.is_empty() {
            let closed = whole.ends_with(['.', '!', '?', ';', ':']);
            whole.push(if closed { '\n' } else { ' ' });
        }
        whole.push_str(line);
    }
    whole
}

/// A phrase of the playbook that is always allowed, for when a text was stopped.
pub fn safe_phrase(playbook: &Playbook) -> Cleared {
    let company = &playbook.company;
    let value = |blank: &str| match blank {
        "marca" => Some(company.name.clone()),
        "marca_curta" => Some(company.short_name.clone()),
        _ => None,
    };
    let phrases = playbook.phrases.of(Say::Safe);
    let filled = phrases.iter().find_map(|phrase| fill(phrase, value));
    Cleared(filled.unwrap_or_else(|| "Um consultor te responde por aqui.".to_owned()))
}

#[cfg(test)]
mod tests;
