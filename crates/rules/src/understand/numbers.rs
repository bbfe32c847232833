//! Numbers as Brazilians write and say them: `1.400`, `2,5 mil`, `1.5k`, "cento e vinte".

use super::text::{Gap, Text};

/// No spoken number has more words.
const LONGEST: usize = 12;

/// A number and the words it takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// Its value.
    pub value: f64,
    /// First word.
    pub start: usize,
    /// One past the last word.
    pub end: usize,
    /// Written with digits.
    pub digits: bool,
}

/// Whether a number can start here.
pub fn is_number(text: &Text, at: usize) -> bool {
    text.tokens.get(at).is_some_and(|token| token.special.is_none())
        && (digits(text.fold(at)).is_some() || word_value(text.fold(at)).is_some())
}

/// The number that starts here, with all its words.
pub fn read(text: &Text, at: usize) -> Option<Number> {
    if !is_number(text, at) {
        return None;
    }
    match digits(text.fold(at)) {
        Some(value) => Some(with_thousands(text, at, value)),
        None => spoken(text, at),
    }
}

/// `1.400` is one thousand four hundred, `2,5` two and a half, `1.5` one and a half.
fn digits(word: &str) -> Option<f64> {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let groups: Vec<&str> = word.split('.').collect();
    let thousands = groups.len() > 1
        && groups[1..]
            .iter()
            .all(|group| group.split(',').next().is_some_and(|whole| whole.len() == 3));
    let plain = if thousands { word.replace('.', "") } else { word.to_owned() };
    let commas = plain.matches(',').count();
    if commas > 1 || (commas == 1 && plain.contains('.')) {
        return None;
    }
    plain.replace(',', ".").parse().ok()
}

fn with_thousands(text: &Text, at: usize, value: f64) -> Number {
    let number = |value, end| Number { value, start: at, end, digits: true };
    let near = |at: usize| text.gap(at) <= Gap::Hyphen;
    if !near(at + 1) {
        return number(value, at + 1);
    }
    match text.fold(at + 1) {
        "k" => number(value * 1_000.0, at + 2),
        "mil" => {
            // "2 mil e 500", "2 mil 500"
            let plus = if text.fold(at + 2) == "e" { at + 3 } else { at + 2 };
            match digits(text.fold(plus))
                .filter(|rest| near(plus) && *rest < 1_000.0 && *rest >= 100.0)
            {
                Some(rest) => number(value.mul_add(1_000.0, rest), plus + 1),
                None => number(value * 1_000.0, at + 2),
            }
        }
        "milhao" | "milhoes" => number(value * 1_000_000.0, at + 2),
        "cento" | "centos" => number(value * 100.0, at + 2),
        "duzia" | "duzias" => number(value * 12.0, at + 2),
        _ => number(value, at + 1),
    }
}

/// The value of a number word; "mil", "cento" and "dúzia" multiply what stands before them.
fn word_value(word: &str) -> Option<f64> {
    Some(match word {
        "um" | "uma" => 1.0,
        "dois" | "duas" => 2.0,
        "tres" => 3.0,
        "quatro" => 4.0,
        "cinco" => 5.0,
        "seis" => 6.0,
        "sete" => 7.0,
        "oito" => 8.0,
        "nove" => 9.0,
        "dez" => 10.0,
        "onze" => 11.0,
        "doze" => 12.0,
        "treze" => 13.0,
        "quatorze" | "catorze" => 14.0,
        "quinze" => 15.0,
        "dezesseis" => 16.0,
        "dezessete" => 17.0,
        "dezoito" => 18.0,
        "dezenove" => 19.0,
        "vinte" => 20.0,
        "trinta" => 30.0,
        "quarenta" => 40.0,
        "cinquenta" | "cincoenta" => 50.0,
        "sessenta" => 60.0,
        "setenta" => 70.0,
        "oitenta" => 80.0,
        "noventa" => 90.0,
        "cem" | "cento" => 100.0,
        "duzentos" | "duzentas" => 200.0,
        "trezentos" | "trezentas" => 300.0,
        "quatrocentos" | "quatrocentas" => 400.0,
        "quinhentos" | "quinhentas" => 500.0,
        "seiscentos" | "seiscentas" => 600.0,
        "setecentos" | "setecentas" => 700.0,
        "oitocentos" | "oitocentas" => 800.0,
        "novecentos" | "novecentas" => 900.0,
        "mil" | "milhar" | "milhares" | "milheiro" | "milheiros" => 1_000.0,
        "meia" | "meio" => 0.5,
        "duzia" | "duzias" => 12.0,
        "centena" | "centenas" => 100.0,
        _ => return None,
    })
}

/// "cento e vinte", "dois mil e quinhentos", "mil e duzentos", "meia dúzia".
fn spoken(text: &Text, at: usize) -> Option<Number> {
    let mut total = 0.0;
    let mut part = 0.0;
    let mut last = f64::INFINITY;
    let mut end = at;
    let mut next = at;
    while let Some(value) = word_value(text.fold(next)).filter(|_| next < at + LONGEST) {
        let scale = text
            .is_typed(next, "mil duzia duzias centena centenas milhar milhares milheiro milheiros")
            || (text.fold(next) == "cento"
                && end == next
                && part > 0.0
                && part < 10.0
                && next > at);
        // "entre mil e mil e quinhentos": two numbers.
        if scale && total > 0.0 && part == 0.0 {
            break;
        }
        if scale {
            part = if part == 0.0 { value } else { part * value };
            total += part;
            part = 0.0;
            last = value;
        } else if value < last && (part == 0.0 || value < 100.0 || part >= 1_000.0) {
            part += value;
            last = if value >= 100.0 {
                100.0
            } else if value >= 20.0 {
                10.0
            } else {
                1.0
            };
        } else {
            break;
        }
        end = next + 1;
        next = if text.fold(end) == "e" && text.gap(end) <= Gap::Space { end + 1 } else { end };
        if text.gap(end) > Gap::Hyphen {
            break;
        }
    }
    (end > at).then_some(Number { value: total + part, start: at, end, digits: false })
}
