//! What every reader of facts looks at.

use std::cell::RefCell;
use std::ops::Range;

use super::catalogue::{Catalogue, Named};
use super::mention::Mention;
use super::question::Question;
use super::scope::Scope;
use super::text::Text;
use crate::lead::{Fact, Lead, Reader, Value};

/// A burst with all that helps to read it.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The burst.
    pub text: &'a Text,
    /// Whom its words are about.
    pub scope: &'a Scope,
    /// What the agent asked before it.
    pub question: &'a Question,
    /// The lead's earlier messages and the agent's.
    pub history: &'a Text,
    /// The lead's earlier messages alone.
    pub told: &'a Text,
    /// What the agent is called, without accents.
    pub agent: String,
    /// What is known of the lead.
    pub lead: &'a Lead,
    /// The machines.
    pub catalogue: &'a Catalogue,
    /// The cities named in it.
    pub cities: Vec<Mention>,
    /// The machines named in it.
    pub machines: Vec<Named>,
    /// Words that earlier readers have used up: a city inside a company's name is no place.
    pub taken: RefCell<Vec<Range<usize>>>,
}

impl Reading<'_> {
    /// Whether a machine is named right here.
    pub fn names_machine(&self, at: usize) -> bool {
        self.machines.iter().any(|named| named.start == at)
    }

    /// A fact with the words it was read from.
    pub fn fact(&self, value: Value, start: usize, end: usize) -> Fact {
        Fact {
            value,
            quote: self.text.quote(start, end).to_owned(),
            line: self.text.tokens.get(start).map_or(0, |token| token.line),
            reader: Reader::Offline,
        }
    }

    /// Uses words up.
    pub fn take(&self, words: Range<usize>) {
        self.taken.borrow_mut().push(words);
    }

    /// Whether a word is used up.
    pub fn is_taken(&self, at: usize) -> bool {
        self.taken.borrow().iter().any(|words| words.contains(&at))
    }
}
