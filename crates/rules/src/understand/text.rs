//! Cuts a burst into words that the readers compare: lower case, without accents, with everyday
//! abbreviations resolved, each knowing where it stands and what parts it from the word before.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::contact::{self, Special};

/// A message longer than this is read up to here: nobody states facts beyond it.
const LONGEST_LINE: usize = 2_000;

/// What stands between a word and the one before it, from weak to strong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Nothing: two halves of one written word, as in `30kg`.
    Glued,
    /// A blank, or punctuation without weight.
    Space,
    /// A hyphen inside a word.
    Hyphen,
    /// A slash.
    Slash,
    /// A comma, a bracket, quotes.
    Comma,
    /// A colon.
    Colon,
    /// A dash, a bar or three dots between parts.
    Dash,
    /// The end of a sentence.
    Stop,
    /// A line break or the start of a message.
    Line,
}

/// One word.
#[derive(Clone, Debug)]
pub struct Token {
    /// Place in its line's text, in bytes.
    pub start: usize,
    /// End in its line's text, in bytes.
    pub end: usize,
    /// Lower case, without accents.
    pub fold: String,
    /// The fold with abbreviations resolved.
    pub word: String,
    /// Which message of the burst, from 0.
    pub line: usize,
    /// What parts it from the word before.
    pub gap: Gap,
    /// An address, a registration or another number that is not a quantity.
    pub special: Option<Special>,
}

/// A stretch of words up to the end of a sentence.
#[derive(Clone, Copy, Debug)]
pub struct Sentence {
    /// First word.
    pub start: usize,
    /// One past the last word.
    pub end: usize,
    /// Ends with a question mark.
    pub question: bool,
}

/// A burst, cut into words.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// The messages as typed.
    pub lines: Vec<String>,
    /// All words, in order.
    pub tokens: Vec<Token>,
    /// The sentences, in order; together they cover all words.
    pub sentences: Vec<Sentence>,
    /// For each word, the place of its sentence.
    sentence_of: Vec<usize>,
}

impl Text {
    /// Cuts messages into words.
    pub fn new<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = Self::default();
        for line in lines {
            text.add(line);
        }
        for (index, sentence) in text.sentences.iter().enumerate() {
            text.sentence_of.resize(sentence.end, index);
        }
        text
    }

    fn add(&mut self, line: &str) {
        let line = cut(line);
        let number = self.lines.len();
        let first = self.tokens.len();
        let mut cutter = Cutter { line, number, tokens: &mut self.tokens, ends: Vec::new() };
        cutter.run(&contact::specials(line));
        let ends = cutter.ends;
        self.lines.push(line.to_owned());
        let mut start = first;
        for (end, question) in ends {
            if end > start {
                self.sentences.push(Sentence { start, end, question });
                start = end;
            } else if question && let Some(last) = self.sentences.last_mut() {
                last.question |= last.end == end;
            }
        }
        if self.tokens.len() > start {
            let end = self.tokens.len();
            self.sentences.push(Sentence { start, end, question: false });
        }
    }

    /// The word at a place, or nothing.
    pub fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.word.as_str())
    }

    /// The unresolved word at a place, or nothing.
    pub fn fold(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.fold.as_str())
    }

    /// Whether the word at a place is one of a list, parted by blanks.
    pub fn is(&self, at: usize, list: &str) -> bool {
        one_of(self.word(at), list)
    }

    /// The same, for the word as typed.
    pub fn is_typed(&self, at: usize, list: &str) -> bool {
        one_of(self.fold(at), list)
    }

    /// The word so many places before one, inside its sentence; else nothing.
    pub fn before(&self, at: usize, places: usize) -> &str {
        let start = self.sentence(at).start;
        if at >= start + places { self.word(at - places) } else { "" }
    }

    /// Whether one of up to so many words before a place, inside its sentence, is in a list.
    pub fn near_before(&self, at: usize, reach: usize, list: &str) -> bool {
        let start = self.sentence(at).start.max(at.saturating_sub(reach));
        self.any(start..at, list)
    }

    /// Whether one of the words of a stretch is in a list.
    pub fn any(&self, mut words: std::ops::Range<usize>, list: &str) -> bool {
        words.any(|at| self.is(at, list))
    }

    /// The gap before a word; beyond the end, that of a line.
    pub fn gap(&self, at: usize) -> Gap {
        self.tokens.get(at).map_or(Gap::Line, |token| token.gap)
    }

    /// The word as typed.
    pub fn raw(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| self.slice(token.line, token.start, token.end))
    }

    /// The typed text from one word up to, not including, another; it stays in one message.
    pub fn quote(&self, start: usize, end: usize) -> &str {
        let Some(first) = self.tokens.get(start) else { return "" };
        let last = self.tokens[start..end.clamp(start + 1, self.tokens.len())]
            .iter()
            .rev()
            .find(|token| token.line == first.line)
            .unwrap_or(first);
        self.slice(first.line, first.start, last.end)
    }

    fn slice(&self, line: usize, start: usize, end: usize) -> &str {
        self.lines.get(line).and_then(|text| text.get(start..end)).unwrap_or("")
    }

    /// The sentence that holds a word.
    pub fn sentence(&self, at: usize) -> Sentence {
        self.sentence_of
            .get(at)
            .and_then(|index| self.sentences.get(*index))
            .copied()
            .unwrap_or(Sentence { start: at, end: at + 1, question: false })
    }

    /// Whether the typed word starts with a capital.
    pub fn capitalised(&self, at: usize) -> bool {
        self.raw(at).chars().next().is_some_and(char::is_uppercase)
    }

    /// Whether the message around a word is all capitals, or has none: then they tell nothing.
    pub fn capitals_mean_nothing(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return true };
        let line = self.lines.get(token.line).map_or("", String::as_str);
        let upper = line.chars().filter(|c| c.is_uppercase()).count();
        let lower = line.chars().filter(|c| c.is_lowercase()).count();
        upper == 0 || upper > lower * 3
    }
}

/// Whether a word is one of a list, parted by blanks.
pub fn one_of(word: &str, list: &str) -> bool {
    let (word, list) = (word.as_bytes(), list.as_bytes());
    let mut at = 0;
    while !word.is_empty() && at + word.len() <= list.len() {
        let end = at + word.len();
        if &list[at..end] == word && list.get(end).is_none_or(|byte| *byte == b' ') {
            return true;
        }
        match list[at..].iter().position(|byte| *byte == b' ') {
            Some(blank) => at += blank + 1,
            None => break,
        }
    }
    false
}

/// Lower case, without accents.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

fn cut(line: &str) -> &str {
    let mut end = line.len().min(LONGEST_LINE);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    &line[..end]
}

/// What each typed spelling means; a meaning may be several words.
static MEANINGS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut meanings = HashMap::new();
    for line in include_str!("../../data/words.txt").lines() {
        let Some((meaning, spellings)) = line.split_once(": ").filter(|_| !line.starts_with('#'))
        else {
            continue;
        };
        for spelling in spellings.split(' ') {
            meanings.insert(spelling, meaning.split('_').collect());
        }
    }
    meanings
});

struct Cutter<'a> {
    line: &'a str,
    number: usize,
    tokens: &'a mut Vec<Token>,
    /// Where sentences end, and whether with a question mark.
    ends: Vec<(usize, bool)>,
}

impl Cutter<'_> {
    fn run(&mut self, specials: &[(usize, usize, Special)]) {
        let mut gap = Gap::Line;
        let mut at = 0;
        while let Some(c) = self.line[at..].chars().next() {
            if let Some((start, end, special)) = specials.iter().find(|(start, ..)| *start == at) {
                self.push(*start, *end, gap, Some(special.clone()));
                gap = Gap::Space;
                at = *end;
            } else if c.is_alphanumeric() {
                let stop = specials.iter().map(|special| special.0).find(|start| *start > at);
                at = self.words(at, stop.unwrap_or(self.line.len()), gap);
                gap = Gap::Glued;
            } else {
                gap = gap.max(self.separator(at, c));
                at += c.len_utf8();
            }
        }
    }

    /// Takes one run of letters and digits; `30kg` falls in two, `fb300` stays whole.
    fn words(&mut self, start: usize, stop: usize, gap: Gap) -> usize {
        let mut end = start;
        let digits = self.line[start..].starts_with(|c: char| c.is_ascii_digit());
        while end < stop {
            let rest = &self.line[end..stop];
            let Some(c) = rest.chars().next() else { break };
            let next = rest[c.len_utf8()..].chars().next();
            let inside = if digits {
                c.is_ascii_digit()
                    || (matches!(c, '.' | ',') && next.is_some_and(|n| n.is_ascii_digit()))
            } else {
                c.is_alphanumeric()
                    || is_combining_mark(c)
                    || (matches!(c, '\'' | '’' | '´') && next.is_some_and(char::is_alphabetic))
            };
            if !inside {
                break;
            }
            end += c.len_utf8();
        }
        end = end.max(start + self.line[start..].chars().next().map_or(1, char::len_utf8));
        self.push(start, end, gap, None);
        end
    }

    fn push(&mut self, start: usize, end: usize, gap: Gap, special: Option<Special>) {
        let fold = fold(&self.line[start..end]).replace(['\'', '’', '´'], "");
        let token = |word: &str, gap| Token {
            start,
            end,
            fold: fold.clone(),
            word: word.to_owned(),
            line: self.number,
            gap,
            special: special.clone(),
        };
        if let Some(special) = &special {
            self.tokens.push(token(special.word(), gap));
            return;
        }
        let short = squeeze(&fold);
        let meaning = MEANINGS.get(fold.as_str()).or_else(|| MEANINGS.get(short.as_str()));
        match meaning {
            Some(words) => {
                for (index, word) in words.iter().enumerate() {
                    self.tokens.push(token(word, if index == 0 { gap } else { Gap::Space }));
                }
            }
            None => self.tokens.push(token(&short, gap)),
        }
    }

    fn separator(&mut self, at: usize, c: char) -> Gap {
        let after = self.line[at + c.len_utf8()..].chars().next();
        match c {
            '\n' | '\r' => {
                self.ends.push((self.tokens.len(), false));
                Gap::Line
            }
            '?' => self.end_sentence(true),
            '!' | ';' => self.end_sentence(false),
            '.' if self.after_initial() => Gap::Space,
            '.' if after == Some('.') || self.line[..at].ends_with('.') => Gap::Dash,
            '.' if after.is_some_and(|c| !c.is_whitespace()) => Gap::Space,
            '.' => self.end_sentence(false),
            '…' | '–' | '—' | '|' | '•' => Gap::Dash,
            '-' if self.line[..at].ends_with(' ') || after == Some(' ') => Gap::Dash,
            '-' => Gap::Hyphen,
            '/' if self.line[..at].ends_with(' ') && after == Some(' ') => Gap::Dash,
            '/' => Gap::Slash,
            ':' => Gap::Colon,
            ',' | '(' | ')' | '[' | ']' | '"' | '“' | '”' => Gap::Comma,
            c if u32::from(c) >= 0x2190 => Gap::Comma,
            _ => Gap::Space,
        }
    }

    fn end_sentence(&mut self, question: bool) -> Gap {
        self.ends.push((self.tokens.len(), question));
        Gap::Stop
    }

    /// "s. j. dos campos", "dr. Ivo": a full stop that ends no sentence.
    fn after_initial(&self) -> bool {
        self.tokens.last().is_some_and(|token| {
            token.line == self.number
                && (token.fold.len() == 1 && token.fold.as_bytes()[0].is_ascii_alphabetic()
                    || one_of(&token.fold, "dr dra sr sra sta sto av faz ltda cia"))
        })
    }
}

/// "boaaa" and "tardee" as they are spelt: no letter three times, no doubled vowel at the end.
fn squeeze(word: &str) -> String {
    let first = word.chars().next();
    // "ddd", "www" and numbers are no stretched words.
    if word.chars().all(|c| Some(c) == first || c.is_ascii_digit()) {
        return word.to_owned();
    }
    let mut short = String::with_capacity(word.len());
    let mut run = 0;
    let mut previous = None;
    for c in word.chars() {
        run = if previous == Some(c) { run + 1 } else { 1 };
        if run >= 3 && c.is_alphabetic() {
            while short.ends_with(c) && run == 3 && short[..short.len() - c.len_utf8()].ends_with(c)
            {
                short.pop();
            }
        } else {
            short.push(c);
        }
        previous = Some(c);
    }
    let doubled = short.len() > 2
        && short.ends_with(['a', 'e', 'i', 'o', 'u'])
        && short[..short.len() - 1].ends_with(&short[short.len() - 1..]);
    if doubled {
        short.pop();
    }
    short
}
