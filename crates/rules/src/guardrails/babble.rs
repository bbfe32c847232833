//! Text that is none: stutter, foreign scripts, words without a sentence, notes of our own.

use std::sync::LazyLock;

use regex::Regex;

use crate::plain_text::words;

use super::clauses::pattern;
use super::{Breach, Case};

/// So many times the same word in a row, or the same two or three words.
const STUTTER: usize = 4;
/// So many words hold at least one of the small ones, in any sentence of ours.
const SENTENCE: usize = 10;

pub(super) fn judge(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    static NOTE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\[(?:imagem|a imagem|audio|video|documento|localizacao|contato|figurinha|reacao|outro|consultor|talvez o cliente|em resposta a)\b",
        )
    });
    let note = NOTE.find(&case.plain).map(|it| it.as_str().to_owned());
    breaches.extend(note.map(|it| Breach::new("anotação interna", it)));
    let said: Vec<&str> = words(&case.plain).collect();
    if (1..=3).any(|length| stutters(&said, length)) || is_no_sentence(&said) {
        breaches.push(Breach::new("texto sem sentido", ""));
    }
    if case.text.chars().filter(|c| c.is_alphabetic() && !is_latin(*c)).count() > 1 {
        breaches.push(Breach::new("outro idioma", ""));
    }
}

fn stutters(said: &[&str], length: usize) -> bool {
    said.windows(length * STUTTER).any(|run| {
        let first = &run[..length];
        // Digits repeat in numbers that were taken apart.
        let wordy = first.iter().any(|word| word.chars().any(char::is_alphabetic));
        wordy && run.chunks(length).all(|chunk| chunk == first)
    })
}

fn is_no_sentence(said: &[&str]) -> bool {
    const SMALL: &[&str] = &[
        "o", "a", "os", "as", "de", "do", "da", "dos", "das", "e", "em", "no", "na", "nos", "nas",
        "um", "uma", "que", "para", "pra", "por", "pelo", "pela", "com", "sem", "ao", "se", "ou",
        "voce", "voces", "seu", "sua", "me", "te", "nao", "sim", "mais", "ja", "qual", "como",
        "ate", "tem", "sao", "aqui", "isso", "esse", "essa", "este", "esta",
    ];
    said.len() >= SENTENCE && !said.iter().any(|word| SMALL.contains(word))
}

/// The letters of Portuguese, and those of names from all over Europe.
fn is_latin(c: char) -> bool {
    matches!(c, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{300}'..='\u{36f}')
        || matches!(c, '\u{ff00}'..='\u{ffef}' | '\u{1d400}'..='\u{1d7ff}' | '\u{2070}'..='\u{218f}')
}
