//! Sentences and clauses of a plain text, and the turns of speech that make them harmless.

use std::sync::LazyLock;

use regex::Regex;

/// Compiles a pattern in which a blank stands for any white space, and a line break with its
/// indent for nothing.
pub(super) fn pattern(text: &str) -> Regex {
    let mut expanded = String::with_capacity(text.len() * 2);
    let (mut in_class, mut escaped) = (false, false);
    for letter in text.split('\n').map(str::trim_start).flat_map(str::chars) {
        match letter {
            ' ' if in_class => expanded.push_str(r"\s"),
            ' ' => expanded.push_str(r"(?:\s+)"),
            other => expanded.push(other),
        }
        in_class = match letter {
            '[' if !escaped => true,
            ']' if !escaped => false,
            _ => in_class,
        };
        escaped = letter == '\\' && !escaped;
    }
    Regex::new(&expanded).unwrap_or_else(|error| panic!("pattern of a guardrail: {error}"))
}

/// Sentences: up to a mark followed by a blank, or a line break.
pub(super) fn sentences(plain: &str) -> impl Iterator<Item = &str> {
    let mut rest = plain;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let end = sentence_end(rest);
        let (sentence, after) = rest.split_at(end);
        rest = after;
        Some(sentence.trim())
    })
}

fn sentence_end(text: &str) -> usize {
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        let ends = matches!(letter, '.' | '!' | '?' | ';') && next.is_none_or(char::is_whitespace);
        if letter == '\n' || ends {
            return at + letter.len_utf8();
        }
    }
    text.len()
}

static CONTRAST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r",? \b(?:mas|porem|contudo|entretanto|so que|no entanto)\b"));

/// Clauses: sentences cut where a contrast may take back what was said before.
pub(super) fn clauses(plain: &str) -> impl Iterator<Item = &str> {
    sentences(plain).flat_map(|sentence| CONTRAST.split(sentence)).map(str::trim)
}

static REFUSES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:nao|nem|nunca) (?:\w+ ){0,2}?(?:posso|podemos|consigo|conseguimos|tenho|temos|trabalh\w+|
        oferec\w+|conced\w+|faco|fazemos|dou|damos|ha|existe|trat\w+|e comigo|e por aqui|
        passa por mim|fal\w+|confirm\w+|aplic\w+|inform\w+|pass\w+|autoriz\w+|sou eu|cabe|
        da para|da pra|negoci\w+|defin\w+|promet\w+|garant\w+|me compromet\w+|sei|depende de mim)
        |\bsem (?:compromisso|promessa|autonomia|autorizacao)",
    )
});

static DELEGATES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:consultor\w*|especialista\w*|vendedor\w*|comercial|comerciais|engenharia|equipe|time|setor)\b",
    )
});

/// Whether a clause says no.
pub(super) fn refuses(clause: &str) -> bool {
    REFUSES.is_match(clause)
}

/// Whether a clause leaves the matter to a person of the company.
pub(super) fn delegates(clause: &str) -> bool {
    DELEGATES.is_match(clause)
}

static ECHOES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:voces?|vcs?|sua|seu|suas|seus|anot\w+|registr\w+|entend\w+|cadastr\w+|corrigi\w*|
        atualiz\w+|contou|disse|comentou|hoje fazem|sao os|desses|dessas)\b|^(?:\W*(?:para|pra|com|de|boa|perfeito|certo|otimo|legal|uns|umas|cerca de),? )",
    )
});

/// Whether a clause speaks of the lead, or repeats what it said.
pub(super) fn echoes(clause: &str) -> bool {
    ECHOES.is_match(clause) || clause.ends_with('?')
}
