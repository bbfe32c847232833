//! Numbers in a plain text, in digits or in words, with the unit that follows.

use std::sync::LazyLock;

use regex::Regex;

use super::clauses::pattern;
use super::units::unit_after;

/// A number as it stands in a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Numeral {
    pub(super) start: usize,
    /// Behind the number itself.
    pub(super) end: usize,
    pub(super) value: f64,
    /// "mil", "k", a dot of thousands, or words that only a price is said in.
    pub(super) is_thousands: bool,
    /// The unit, in one spelling.
    pub(super) unit: Option<&'static str>,
    /// The time it counts in: "hora", "dia", …
    pub(super) per: Option<&'static str>,
}

/// Joins digits and letters that were spaced out to hide them: "1 8 9 0 0", "r e a i s".
pub(super) fn undisguised(plain: &str) -> String {
    static SPACED_DIGITS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\d(?:[\s._*|-]\d\b){3,}"));
    static SPACED_LETTERS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b[a-z](?:[\s._*|-][a-z0-9]\b){3,}"));
    static LETTER_O: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\d[\d.,]*o[\d.,o]*\b"));
    let join = |parts: &regex::Captures<'_>| -> String {
        parts[0].chars().filter(|c| c.is_alphanumeric()).collect()
    };
    let text = SPACED_DIGITS.replace_all(plain, join);
    // "a F B 9 0 0": the article is no part of the code.
    let apart = |parts: &regex::Captures<'_>| -> String {
        let coded = parts[0].bytes().any(|byte| byte.is_ascii_digit());
        let article = coded && parts[0].starts_with(['a', 'e', 'o']);
        let joined = join(parts);
        if article { format!("{} {}", &joined[..1], &joined[1..]) } else { joined }
    };
    let text = SPACED_LETTERS.replace_all(&text, apart);
    LETTER_O
        .replace_all(&text, |parts: &regex::Captures<'_>| parts[0].replace('o', "0"))
        .into_owned()
}

/// All numbers of a plain text, in its order. Of a range both ends carry the unit.
pub(super) fn numerals(plain: &str) -> Vec<Numeral> {
    let mut found = digits(plain);
    found.extend(in_words(plain));
    found.sort_by_key(|numeral| numeral.start);
    for index in (0..found.len().saturating_sub(1)).rev() {
        let between = plain.get(found[index].end..found[index + 1].start).unwrap_or_default();
        let is_range = matches!(between.trim(), "a" | "e" | "ou" | "ate" | "/" | "-" | ",");
        if found[index].unit.is_none() && is_range {
            found[index].unit = found[index + 1].unit;
            found[index].per = found[index].per.or(found[index + 1].per);
        }
    }
    found
}

fn digits(plain: &str) -> Vec<Numeral> {
    static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?P<number>\d{1,3}(?:[. ]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?)(?P<factor>\s?(?:k|mil|mi|milhoes|milhao)\b)?",
        )
    });
    DIGITS
        .captures_iter(plain)
        .filter_map(|parts| {
            let whole = parts.get(0)?;
            // A number inside a code or a word is no amount: "fb300", "1a".
            let before = plain[..whole.start()].chars().next_back();
            if before.is_some_and(|c| c.is_alphabetic()) {
                return None;
            }
            let number = &parts["number"];
            let dotted = number.contains([' ']) || dots_are_thousands(number);
            let text = if dotted { number.replace(['.', ' '], "") } else { number.to_owned() };
            let value: f64 = text.replace(',', ".").parse().ok()?;
            let factor = parts.name("factor").map_or(1.0, |it| match it.as_str().trim() {
                "k" | "mil" => 1e3,
                _ => 1e6,
            });
            let (unit, per) = unit_after(&plain[whole.end()..]);
            Some(Numeral {
                start: whole.start(),
                end: whole.end(),
                value: value * factor,
                is_thousands: factor > 1.0 || dotted,
                unit,
                per,
            })
        })
        .collect()
}

fn dots_are_thousands(number: &str) -> bool {
    number.split(',').next().is_some_and(|whole| {
        let mut groups = whole.split('.');
        groups.next();
        let mut rest = groups.peekable();
        rest.peek().is_some() && rest.all(|group| group.len() == 3)
    })
}

const SPOKEN: &[(&str, f64)] = &[
    ("dois", 2.0),
    ("duas", 2.0),
    ("tres", 3.0),
    ("quatro", 4.0),
    ("cinco", 5.0),
    ("seis", 6.0),
    ("sete", 7.0),
    ("oito", 8.0),
    ("nove", 9.0),
    ("dez", 10.0),
    ("onze", 11.0),
    ("doze", 12.0),
    ("treze", 13.0),
    ("quatorze", 14.0),
    ("catorze", 14.0),
    ("quinze", 15.0),
    ("dezesseis", 16.0),
    ("dezessete", 17.0),
    ("dezoito", 18.0),
    ("dezenove", 19.0),
    ("vinte", 20.0),
    ("trinta", 30.0),
    ("quarenta", 40.0),
    ("cinquenta", 50.0),
    ("sessenta", 60.0),
    ("setenta", 70.0),
    ("oitenta", 80.0),
    ("noventa", 90.0),
    ("cem", 100.0),
    ("cento", 100.0),
    ("duzentos", 200.0),
    ("duzentas", 200.0),
    ("trezentos", 300.0),
    ("trezentas", 300.0),
    ("quatrocentos", 400.0),
    ("quatrocentas", 400.0),
    ("quinhentos", 500.0),
    ("quinhentas", 500.0),
    ("seiscentos", 600.0),
    ("seiscentas", 600.0),
    ("setecentos", 700.0),
    ("setecentas", 700.0),
    ("oitocentos", 800.0),
    ("oitocentas", 800.0),
    ("novecentos", 900.0),
    ("novecentas", 900.0),
];

/// Numbers in words: runs such as "dezoito mil e novecentos".
fn in_words(plain: &str) -> Vec<Numeral> {
    let mut found = Vec::new();
    let mut run: Option<Run> = None;
    let mut joined_by = None;
    for (start, word) in words_at(plain) {
        let end = start + word.len();
        let spoken = SPOKEN.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        let factor = match word {
            "mil" => Some(1e3),
            "milhao" | "milhoes" => Some(1e6),
            _ => None,
        };
        // "12 mil" is read with its digits.
        let after_digits =
            run.is_none() && plain[..start].trim_end().ends_with(|c: char| c.is_ascii_digit());
        match (spoken, factor) {
            (Some(value), _) => {
                run.get_or_insert_with(|| Run::at(start)).add(value, end);
            }
            (None, Some(factor)) if !after_digits => {
                run.get_or_insert_with(|| Run::at(start)).multiply(factor, end);
            }
            _ if word == "e" && run.is_some() => joined_by = Some(end),
            _ => found.extend(run.take().map(|run| run.numeral(plain))),
        }
        if let (Some(current), None) = (&run, joined_by)
            && plain[current.end..].starts_with(['.', ',', ';', '!', '?', '\n', ':'])
        {
            found.extend(run.take().map(|run| run.numeral(plain)));
        }
        joined_by = None;
    }
    found.extend(run.map(|run| run.numeral(plain)));
    found
}

struct Run {
    start: usize,
    end: usize,
    total: f64,
    /// Below the next "mil".
    part: f64,
    last: f64,
    is_thousands: bool,
}

impl Run {
    fn at(start: usize) -> Self {
        Self { start, end: start, total: 0.0, part: 0.0, last: f64::MAX, is_thousands: false }
    }

    fn add(&mut self, value: f64, end: usize) {
        // "Dezoito e novecentos" says thousands without the word.
        self.is_thousands |= value > self.last;
        (self.part, self.last, self.end) = (self.part + value, value, end);
    }

    fn multiply(&mut self, factor: f64, end: usize) {
        self.total += self.part.max(1.0) * factor;
        (self.part, self.last, self.is_thousands, self.end) = (0.0, f64::MAX, true, end);
    }

    fn numeral(self, plain: &str) -> Numeral {
        let (unit, per) = unit_after(&plain[self.end..]);
        Numeral {
            start: self.start,
            end: self.end,
            value: self.total + self.part,
            is_thousands: self.is_thousands,
            unit,
            per,
        }
    }
}

fn words_at(plain: &str) -> impl Iterator<Item = (usize, &str)> {
    plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        // The words are slices of the text, so their place in it is their distance from its start.
        .map(move |word| (word.as_ptr().addr() - plain.as_ptr().addr(), word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain_text::plain;

    #[track_caller]
    fn check(text: &str, expected: &[(f64, Option<&str>, Option<&str>)]) {
        let found: Vec<_> = numerals(&undisguised(&plain(text)))
            .iter()
            .map(|numeral| (numeral.value, numeral.unit, numeral.per))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn numbers_are_read_in_digits_and_in_words() {
        check("1.200 hambúrgueres por dia", &[(1200.0, Some("hamburguer"), Some("dia"))]);
        check("motor de 0,75 cv", &[(0.75, Some("cv"), None)]);
        check("setecentos por hora", &[(700.0, None, Some("hora"))]);
        check("dezoito mil e novecentos reais", &[(18_900.0, None, None)]);
        check("dois mil, ou três", &[(2000.0, None, None), (3.0, None, None)]);
        check("2,5 mil kg/mês", &[(2500.0, Some("kg"), Some("mes"))]);
        check("18k", &[(18_000.0, None, None)]);
    }

    #[test]
    fn both_ends_of_a_range_carry_the_unit() {
        let per_hour = (Some("hamburguer"), Some("hora"));
        check(
            "300 a 350 hambúrgueres por hora",
            &[(300.0, per_hour.0, per_hour.1), (350.0, per_hour.0, per_hour.1)],
        );
    }

    #[test]
    fn disguises_are_undone_and_codes_are_no_numbers() {
        check("1 8 9 0 0", &[(18_900.0, None, None)]);
        check("18.9OO", &[(18_900.0, None, None)]);
        check("1️⃣8️⃣9️⃣0️⃣0️⃣", &[(18_900.0, None, None)]);
        check("a FB300 e a SE3000", &[]);
        assert_eq!(undisguised("o v a l o r"), "ovalor");
    }
}
