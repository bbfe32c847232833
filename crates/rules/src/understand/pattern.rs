//! Small patterns over words, written as data: `quanto custa|fica`, `nao .. receber mensagem*`.
//!
//! Elements are parted by blanks. `a|b` is either word, `mand*` any word that starts so, `a?` may be
//! missing, `#` is a number, `_` any word, `..` up to four words and `...` up to ten. `^` and `$` are
//! the edges of a sentence, `<a|b>` holds when the word before is neither `a` nor `b`. A match never
//! leaves its sentence, and gaps are short, so that no message can make matching slow.

use std::collections::HashMap;

use super::text::{Gap, Text};

#[derive(Clone, Debug)]
enum Element {
    Words { exact: Vec<&'static str>, prefixes: Vec<&'static str>, optional: bool },
    Number,
    Any,
    Gap(usize),
    Start,
    End,
    Edge,
    NotAfter(Vec<&'static str>),
}

/// One pattern.
#[derive(Clone, Debug)]
pub struct Pattern(Vec<Element>);

impl Pattern {
    /// Reads a pattern.
    pub fn new(source: &'static str) -> Self {
        Self(source.split_whitespace().map(element).collect())
    }

    /// The words it can start with, when only known words can; a gap or a prefix has none.
    fn first_words(&self) -> Option<&[&'static str]> {
        let first = self
            .0
            .iter()
            .find(|e| !matches!(e, Element::Start | Element::Edge | Element::NotAfter(_)))?;
        match first {
            Element::Words { exact, prefixes, optional: false } if prefixes.is_empty() => {
                Some(exact)
            }
            _ => None,
        }
    }
}

fn element(source: &'static str) -> Element {
    let words = |source: &'static str| source.split('|').collect::<Vec<_>>();
    match source {
        "#" => Element::Number,
        "_" => Element::Any,
        ".." => Element::Gap(4),
        "..." => Element::Gap(10),
        "^" => Element::Start,
        "$" => Element::End,
        "~" => Element::Edge,
        _ => {
            if let Some(inner) = source.strip_prefix('<').and_then(|s| s.strip_suffix('>')) {
                return Element::NotAfter(words(inner));
            }
            let (source, optional) =
                source.strip_suffix('?').map_or((source, false), |source| (source, true));
            let (prefixes, exact): (Vec<_>, Vec<_>) =
                words(source).into_iter().partition(|word| word.ends_with('*'));
            let prefixes = prefixes.into_iter().map(|word| word.trim_end_matches('*')).collect();
            Element::Words { exact, prefixes, optional }
        }
    }
}

fn matches(elements: &[Element], text: &Text, at: usize, edge: (usize, usize)) -> Option<usize> {
    let Some((first, rest)) = elements.split_first() else { return Some(at) };
    let go = |at| matches(rest, text, at, edge);
    match first {
        Element::Start => (at == edge.0).then(|| go(at)).flatten(),
        Element::End => (at == edge.1).then(|| go(at)).flatten(),
        Element::Edge => {
            let free = at <= edge.0 || at >= edge.1 || text.gap(at) >= Gap::Comma;
            free.then(|| go(at)).flatten()
        }
        Element::NotAfter(words) => {
            let after = at > edge.0 && words.contains(&text.word(at - 1));
            (!after).then(|| go(at)).flatten()
        }
        Element::Gap(longest) => (at..=at + longest).take_while(|at| *at <= edge.1).find_map(go),
        _ if at >= edge.1 => match first {
            Element::Words { optional: true, .. } => go(at),
            _ => None,
        },
        Element::Any => go(at + 1),
        Element::Number => super::numbers::is_number(text, at).then(|| go(at + 1)).flatten(),
        Element::Words { exact, prefixes, optional } => {
            let word = text.word(at);
            let holds = exact.contains(&word) || prefixes.iter().any(|p| word.starts_with(p));
            let taken = if holds { go(at + 1) } else { None };
            if taken.is_none() && *optional { go(at) } else { taken }
        }
    }
}

/// Patterns with the label each one stands for, found by their first word.
#[derive(Debug)]
pub struct PatternSet<L> {
    patterns: Vec<(L, Pattern)>,
    by_word: HashMap<&'static str, Vec<usize>>,
    anywhere: Vec<usize>,
}

/// A pattern that holds: its label, first word, and the word after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<L> {
    /// What the pattern stands for.
    pub label: L,
    /// Its first word.
    pub start: usize,
    /// One past its last word.
    pub end: usize,
}

impl<L: Copy> PatternSet<L> {
    /// Reads `label: pattern` lines; blank lines and lines with `#` and a blank are skipped.
    pub fn new(source: &'static str, label: impl Fn(&str) -> Option<L>) -> Self {
        let lines = source.lines().filter(|line| !line.starts_with("# "));
        let pairs = lines
            .filter_map(|line| line.split_once(':'))
            .filter_map(|(name, pattern)| Some((label(name.trim())?, Pattern::new(pattern))));
        Self::from_pairs(pairs.collect())
    }

    fn from_pairs(patterns: Vec<(L, Pattern)>) -> Self {
        let mut by_word: HashMap<_, Vec<_>> = HashMap::new();
        let mut anywhere = Vec::new();
        for (index, (_, pattern)) in patterns.iter().enumerate() {
            match pattern.first_words() {
                Some(words) => {
                    for word in words {
                        by_word.entry(*word).or_default().push(index);
                    }
                }
                None => anywhere.push(index),
            }
        }
        Self { patterns, by_word, anywhere }
    }

    /// Every place where a pattern holds, in the order of the words.
    pub fn find(&self, text: &Text) -> Vec<Match<L>> {
        let mut found = Vec::new();
        for sentence in &text.sentences {
            for start in sentence.start..sentence.end {
                let known = self.by_word.get(text.word(start)).into_iter().flatten();
                for index in known.chain(&self.anywhere) {
                    let (label, pattern) = &self.patterns[*index];
                    let edge = (sentence.start, sentence.end);
                    if let Some(end) = matches(&pattern.0, text, start, edge) {
                        found.push(Match { label: *label, start, end });
                    }
                }
            }
        }
        found
    }
}
