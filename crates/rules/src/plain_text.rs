//! Text made comparable: lower case, no accents, disguises undone.

use unicode_normalization::UnicodeNormalization;

/// Lower case without accents; full-width digits, look-alike letters and invisible characters
/// undone; runs of blanks become one, line breaks stay.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|c| !is_mark(*c) && !is_invisible(*c)) {
        for lower in letter.to_lowercase().nfkd().filter(|c| !is_mark(*c)) {
            push_squeezed(&mut out, look_alike(lower));
        }
    }
    out.trim().to_owned()
}

/// Whether `needle` stands in `text` as whole words; both plain.
pub fn has_words(text: &str, needle: &str) -> bool {
    find_words(text, needle, 0).is_some()
}

/// Whether one of `needles` stands in `text` as whole words; all plain.
pub fn has_any(text: &str, needles: &[&str]) -> bool {
    needles.iter().any(|needle| has_words(text, needle))
}

/// Where `needle` stands in `text` as whole words, at `from` or later; both plain.
pub fn find_words(text: &str, needle: &str, from: usize) -> Option<usize> {
    if needle.is_empty() {
        return None;
    }
    let mut start = from;
    while let Some(found) = text.get(start..)?.find(needle) {
        let at = start + found;
        let before = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let after = text[at + needle.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric());
        if before && after {
            return Some(at);
        }
        start = at + needle.chars().next().map_or(1, char::len_utf8);
    }
    None
}

/// Letters and digits alone, so that "FB 300" and "fb-300" are one.
pub fn squeezed(text: &str) -> String {
    plain(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The words of a plain text, without punctuation.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Text without characters that show nothing: they hide words from readers and from rules.
pub fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c) && (!c.is_control() || *c == '\n')).collect()
}

fn push_squeezed(out: &mut String, letter: char) {
    match letter {
        '\n' => {
            while out.ends_with(' ') {
                out.pop();
            }
            out.push('\n');
        }
        c if c.is_whitespace() => {
            if !out.ends_with([' ', '\n']) {
                out.push(' ');
            }
        }
        c => out.push(c),
    }
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{e0000}'..='\u{e01ef}')
}

/// Cyrillic and Greek letters that look Latin, and the like.
fn look_alike(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ς' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' => 'e',
        'һ' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' | 'μ' => 'm',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'г' => 'r',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'ν' => 'v',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
        '’' | '‘' => '\'',
        '“' | '”' => '"',
        '⁄' => '/',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_disguises_are_undone() {
        assert_eq!(plain("  PREÇO\u{200b}   é\tR＄ １８.９００ "), "preco e r$ 18.900");
        assert_eq!(plain("рrесо"), "preco");
        assert_eq!(plain("linha \n outra"), "linha\n outra".replace("\n ", "\n"));
    }

    #[test]
    fn words_are_found_whole_only() {
        assert!(has_words("quero a fb300, sim", "fb300"));
        assert!(!has_words("quero a fb3000", "fb300"));
        assert!(has_words("açai a a b", "a b"));
    }

    #[test]
    fn invisible_characters_go_and_lines_stay() {
        assert_eq!(visible("a\u{202e}b\u{200b}\nc\u{7}"), "ab\nc");
    }
}
