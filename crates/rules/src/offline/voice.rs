//! Chooses among the playbook's phrases, so that a conversation does not repeat itself.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use crate::conversation::Turn;
use crate::lead::Lead;
use crate::plain_text::{has_words, plain};
use crate::playbook::{Playbook, Product, Say, fill};

/// How many used phrases are remembered.
const REMEMBERED: usize = 80;

/// Says phrases of the playbook, least used first.
pub(super) struct Voice<'a> {
    playbook: &'a Playbook,
    /// Keys of used phrases, the latest last.
    used: Vec<String>,
    blanks: Blanks,
}

/// Values for a phrase's blanks.
#[derive(Clone, Default)]
pub(super) struct Blanks(BTreeMap<&'static str, String>);

impl Blanks {
    pub(super) fn with(mut self, blank: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(blank, value.into());
        self
    }

    pub(super) fn with_product(self, product: &Product) -> Self {
        self.with("produto", &product.name)
            .with("o_produto", product.with_article())
            .with("O_produto", capitalised(&product.with_article()))
            .with("do_produto", product.with_of())
            .with("no_produto", product.with_in())
            .with("pitch", &product.pitch)
    }

    /// What can be said of a lead at that time.
    pub(super) fn of(playbook: &Playbook, lead: &Lead, now: DateTime) -> Self {
        let company = &playbook.company;
        let mut blanks = Self::default()
            .with("saudacao", salutation(now.hour()))
            .with("marca", &company.name)
            .with("marca_curta", &company.short_name)
            .with("site", &company.site)
            .with("agente", &company.agent.name)
            .with("papel", &company.agent.role)
            .with("sobre", &company.about);
        if let Some(name) = lead.name.as_deref().and_then(|name| name.split_whitespace().next()) {
            blanks = blanks.with("nome", name);
        }
        if let Some(company) = &lead.company {
            blanks = blanks.with("empresa", company);
        }
        if let Some(city) = &lead.city {
            blanks = blanks.with("cidade", city);
        }
        if let Some(volume) = &lead.volume {
            blanks = blanks.with("volume", volume.in_words());
        }
        if let Some(when) = playbook.rules.business_hours.next_opening_in_words(now) {
            blanks = blanks.with("quando", when);
        }
        blanks
    }
}

impl Blanks {
    /// The first of the phrases whose blanks can all be filled.
    pub(super) fn fill_first(&self, phrases: &[String]) -> Option<String> {
        phrases.iter().find_map(|phrase| fill(phrase, |blank| self.0.get(blank).cloned()))
    }
}

impl<'a> Voice<'a> {
    pub(super) fn new(turn: &Turn<'a>, lead: &Lead) -> Self {
        let used = turn.memory.used.clone();
        let mut blanks = Blanks::of(turn.playbook, lead, turn.now);
        if let Some(salutation) = salutation_of_the_lead(turn) {
            blanks = blanks.with("saudacao", salutation);
        }
        Self { playbook: turn.playbook, used, blanks }
    }

    /// A phrase for the occasion.
    pub(super) fn say(&mut self, say: Say) -> String {
        self.say_with(say, &Blanks::default())
    }

    /// A phrase for the occasion, with further values for its blanks.
    pub(super) fn say_with(&mut self, say: Say, blanks: &Blanks) -> String {
        let phrases = self.playbook.phrases.of(say);
        self.choose(say.key(), phrases, blanks).unwrap_or_default()
    }

    /// The least used of some phrases whose blanks can all be filled.
    pub(super) fn choose(
        &mut self,
        key: &str,
        phrases: &[String],
        blanks: &Blanks,
    ) -> Option<String> {
        let value = |blank: &str| blanks.0.get(blank).or_else(|| self.blanks.0.get(blank)).cloned();
        let (name, text) = phrases
            .iter()
            .enumerate()
            .filter_map(|(index, phrase)| Some((format!("{key}/{index}"), fill(phrase, value)?)))
            // Never used comes before all, then what was used longest ago.
            .min_by_key(|(name, _)| {
                self.used.iter().position(|used| used == name).map_or(0, |at| at + 1)
            })?;
        self.mark(&name);
        Some(text)
    }

    /// Whether something was said for the occasion.
    pub(super) fn has_said(&self, say: Say) -> bool {
        self.used.iter().any(|used| used.split('/').next() == Some(say.key()))
    }

    /// Whether a mark was set by [`Voice::mark`].
    pub(super) fn is_marked(&self, name: &str) -> bool {
        self.used.iter().any(|used| used == name)
    }

    /// Remembers that something was said.
    pub(super) fn mark(&mut self, name: &str) {
        self.used.retain(|used| used != name);
        self.used.push(name.to_owned());
        let surplus = self.used.len().saturating_sub(REMEMBERED);
        self.used.drain(..surplus);
    }

    pub(super) fn into_used(self) -> Vec<String> {
        self.used
    }
}

/// With a capital first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The lead's own "boa noite", which is answered as it was said, whatever the clock shows.
fn salutation_of_the_lead(turn: &Turn<'_>) -> Option<&'static str> {
    let texts = || turn.burst.iter().map(|line| plain(&line.text));
    [("bom dia", "Bom dia"), ("boa tarde", "Boa tarde"), ("boa noite", "Boa noite")]
        .into_iter()
        .find(|(said, _)| texts().any(|text| has_words(&text, said)))
        .map(|(_, salutation)| salutation)
}

fn salutation(hour: i8) -> &'static str {
    match hour {
        5..=11 => "Bom dia",
        12..=17 => "Boa tarde",
        _ => "Boa noite",
    }
}
