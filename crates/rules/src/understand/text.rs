//! Cuts a burst into words that the readers compare: lower case, without accents, with everyday
//! abbreviations resolved, each knowing where it stands and what parts it from the word before.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::contact::Special;
use super::cutter;

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
        let first = self.tokens.len();
        let (line, ends) = cutter::cut(line, self.lines.len(), &mut self.tokens);
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
