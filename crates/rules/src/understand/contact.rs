//! E-mail addresses, CNPJ and other long numbers, read from the text as typed.

use std::sync::LazyLock;

use regex::Regex;

/// A stretch of text that is no ordinary word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Special {
    /// A whole address, lower case.
    Email(String),
    /// Something with an `@` that is no whole address.
    Handle,
    /// A link.
    Link,
    /// A CNPJ whose check digits hold: 14 characters.
    Cnpj(String),
    /// A phone, CPF, failed CNPJ or another number that counts nothing.
    Digits,
}

impl Special {
    /// The word that patterns see.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Email(_) => "<email>",
            Self::Handle => "<handle>",
            Self::Link => "<link>",
            Self::Cnpj(_) => "<cnpj>",
            Self::Digits => "<digits>",
        }
    }
}

macro_rules! regex {
    ($name:ident, $pattern:expr) => {
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($pattern).ok());
    };
}

regex!(
    LINK,
    r"(?i)\b(?:https?://|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|ly|me|br|io|app|site|online|link)(?:\.br)?(?:/\S*)?"
);
regex!(AT, r"(?i)[a-z0-9._%+-]*@[a-z0-9._-]+");
regex!(
    DICTATED,
    r"(?i)[a-z0-9._-]+(?:\s+(?:ponto|underline|underscore|traço|traco|hífen|hifen)\s+[a-z0-9._-]+)*(?:\s+(?:arroba|@)\s*|\s*\(arroba\)\s*)[a-z0-9.-]+(?:\s+(?:ponto|traço|traco|hífen|hifen)\s+[a-z0-9-]+|\s*\.[a-z0-9-]+)+"
);
regex!(CNPJ, r"(?i)\b[0-9a-z]{2}[. ]?[0-9a-z]{3}[. ]?[0-9a-z]{3}[/ ]?[0-9a-z]{4}[- ]?[0-9]{2}\b");
regex!(
    DIGITS,
    r"(?:\+?\d{1,3}[ -])?\(?\b\d{2}\)?[ -]?9? ?\d{4}[- ]?\d{4}\b|\b\d{3}\.\d{3}\.\d{3}(?:-\d{2}|\.\d{3})\b|\b\d{5}-\d{3}\b|\b\d{8,}\b"
);

/// Every special stretch of a text, by place, without overlaps.
pub fn specials(line: &str) -> Vec<(usize, usize, Special)> {
    let mut found: Vec<(usize, usize, Special)> = Vec::new();
    let mut add = |start: usize, end: usize, special: Special| {
        if found.iter().all(|(from, to, _)| end <= *from || start >= *to) {
            found.push((start, end, special));
        }
    };
    for m in AT.iter().flat_map(|regex| regex.find_iter(line)) {
        let (address, length) = address(m.as_str());
        if !m.as_str().starts_with('@') || m.len() > 1 {
            add(m.start(), m.start() + length, address.map_or(Special::Handle, Special::Email));
        }
    }
    for m in DICTATED.iter().flat_map(|regex| regex.find_iter(line)) {
        // "carlos souza arroba gmail": who knows how the two are joined.
        let whole = ends_with_link(&line[..m.start()]);
        if let Some(address) = dictated(m.as_str()) {
            let special = if whole { Special::Email(address) } else { Special::Handle };
            add(m.start(), m.end(), special);
        }
    }
    for m in LINK.iter().flat_map(|regex| regex.find_iter(line)) {
        add(m.start(), m.end(), Special::Link);
    }
    for m in CNPJ.iter().flat_map(|regex| regex.find_iter(line)) {
        if let Some(special) = registration(line, m.start(), m.end()) {
            add(m.start(), m.end(), special);
        }
    }
    for m in DIGITS.iter().flat_map(|regex| regex.find_iter(line)) {
        add(m.start(), m.end(), Special::Digits);
    }
    found.sort_by_key(|(start, ..)| *start);
    found
}

/// A written address and how much of the match it takes; full stops at its end are not part of it.
fn address(typed: &str) -> (Option<String>, usize) {
    let trimmed = typed.trim_end_matches(['.', '-', '_']);
    let whole = trimmed.split_once('@').is_some_and(|(local, domain)| {
        let labels: Vec<_> = domain.split('.').collect();
        !local.is_empty()
            && labels.len() >= 2
            && labels.iter().all(|label| !label.is_empty())
            && labels.last().is_some_and(|l| l.len() >= 2 && l.chars().all(|c| c.is_alphabetic()))
    });
    (whole.then(|| trimmed.trim_start_matches('.').to_lowercase()), trimmed.len())
}

/// Whether nothing, punctuation or a small word stands before a dictated address.
fn ends_with_link(before: &str) -> bool {
    const LINKS: &str =
        "e eh o a no em para pra pro meu email mail anota ai aqui manda por favor so";
    let last = before.split_whitespace().next_back().map(super::text::fold).unwrap_or_default();
    last.is_empty()
        || last.ends_with([':', ',', '.', ';', '-'])
        || super::text::one_of(&last, LINKS)
}

/// "otavio arroba frigo ponto com ponto br" as an address.
fn dictated(spoken: &str) -> Option<String> {
    let mut written = String::new();
    for word in spoken.to_lowercase().replace("(arroba)", " arroba ").split_whitespace() {
        written.push_str(match word {
            "arroba" => "@",
            "ponto" => ".",
            "underline" | "underscore" => "_",
            "traço" | "traco" | "hífen" | "hifen" => "-",
            word => word,
        });
    }
    address(&written).0.map(|address| super::text::fold(&address))
}

/// Decides whether a stretch shaped like a CNPJ is one. Letters and blanks occur in plain text too,
/// so without digits in the right places it is left alone.
fn registration(line: &str, start: usize, end: usize) -> Option<Special> {
    let typed = &line[start..end];
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    if digits < 7 {
        return None;
    }
    let longer = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let rest = &line[end..];
    if longer(rest.chars().next())
        || rest.strip_prefix(['.', '-', '/']).is_some_and(|rest| longer(rest.chars().next()))
        || line[..start].ends_with(['.', '-', '/'])
    {
        return Some(Special::Digits);
    }
    match cnpj(typed) {
        Some(cnpj) => Some(Special::Cnpj(cnpj)),
        None if digits == 14 || !typed.contains(' ') => Some(Special::Digits),
        None => None,
    }
}

/// The 14 characters of a CNPJ, when its check digits hold; letters are legal in the first 12.
pub fn cnpj(typed: &str) -> Option<String> {
    let characters: Vec<u8> = typed
        .bytes()
        .filter(|byte| !matches!(byte, b'.' | b'-' | b'/' | b' '))
        .map(|byte| byte.to_ascii_uppercase())
        .collect();
    let legal = characters.len() == 14
        && characters.iter().all(u8::is_ascii_alphanumeric)
        && characters.iter().any(|byte| *byte != characters[0]);
    let holds = |at: usize| characters[at] == check_digit(&characters[..at]);
    (legal && holds(12) && holds(13)).then(|| String::from_utf8(characters.clone()).ok()).flatten()
}

fn check_digit(characters: &[u8]) -> u8 {
    let sum: u32 = characters
        .iter()
        .rev()
        .zip((2..=9).cycle())
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum();
    match sum % 11 {
        0 | 1 => b'0',
        remainder => b'0' + u8::try_from(11 - remainder).unwrap_or(0),
    }
}
