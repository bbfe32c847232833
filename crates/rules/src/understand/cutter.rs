//! Cuts a line into words and resolves everyday abbreviations.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::char::is_combining_mark;

use super::contact::{self, Special};
use super::text::{Gap, Token, fold, one_of};

/// A message longer than this is read up to here: nobody states facts beyond it.
const LONGEST_LINE: usize = 2_000;

/// One past the last word of a sentence, and whether a question mark ends it.
pub type End = (usize, bool);

fn shorten(line: &str) -> &str {
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

/// Cuts a line into words; tells how much of it was read, and where sentences end.
pub fn cut<'a>(line: &'a str, number: usize, tokens: &mut Vec<Token>) -> (&'a str, Vec<End>) {
    let line = shorten(line);
    let mut cutter = Cutter { line, number, tokens, ends: Vec::new() };
    cutter.run(&contact::specials(line));
    (line, cutter.ends)
}

struct Cutter<'a> {
    line: &'a str,
    number: usize,
    tokens: &'a mut Vec<Token>,
    ends: Vec<End>,
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
