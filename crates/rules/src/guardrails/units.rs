//! Units behind a number, each in one spelling.

use std::sync::LazyLock;

use regex::Regex;

use super::clauses::pattern;

/// What is counted: a name, and how it is written in plain text.
const UNITS: &[(&str, &str)] = &[
    ("hamburguer", r"hamburguer(?:es)?\b|burgers?\b|discos?\b|ciclos?\b"),
    ("espeto", r"espet(?:o|os|inho|inhos)\b"),
    ("linguica", r"linguicas?\b"),
    ("unidade", r"unidades?\b|pecas?\b"),
    ("kg", r"kgs?\b|quilos?\b|kilos?\b|toneladas?\b"),
    ("g", r"g\b|gramas?\b"),
    ("l", r"l\b|litros?\b"),
    ("cv", r"cv\b|hp\b|cavalos\b"),
    ("v", r"v\b|volts?\b"),
    ("kw", r"k?w\b|k?watts?\b|quilowatts?\b"),
    ("hz", r"hz\b"),
    ("mm", r"mm\b|milimetros?\b"),
    ("cm", r"cm\b|centimetros?\b"),
    ("m", r"m\b|metros?\b"),
    ("porcento", r"%|por cento\b"),
    ("grau", r"°|graus?\b"),
    ("bar", r"bar\b|psi\b"),
    ("db", r"db\b|decibeis\b"),
    ("ampere", r"amperes?\b|amps?\b"),
    ("rpm", r"rpm\b"),
    ("velocidade", r"velocidades?\b"),
    ("bico", r"bicos?\b"),
    ("faca", r"facas?\b"),
    ("eixo", r"eixos?\b"),
    ("mes", r"mes(?:es)?\b"),
    ("ano", r"anos?\b"),
    ("dia", r"dias?\b"),
    ("semana", r"semanas?\b"),
    ("hora", r"horas?\b|h\b"),
    ("minuto", r"min\b|minutos?\b"),
];

/// In what time: a name, and how it is written behind "por" or a slash.
const TIMES: &[(&str, &str)] = &[
    ("hora", r"hora\b|h\b"),
    ("dia", r"dia\b|diari"),
    ("semana", r"semana\b"),
    ("mes", r"mes\b"),
    ("minuto", r"minuto\b|min\b"),
    ("turno", r"turno\b"),
];

static UNIT: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"^\s*(?:de )?(?:{})", alternatives(UNITS))));

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    let times = alternatives(TIMES);
    pattern(&format!(r"^\s*(?:\w+ (?:de \w+ )?)?(?:por|/|ao|a cada|cada|a) ?(?:{times})"))
});

/// The unit and the time right behind a number.
pub(super) fn unit_after(rest: &str) -> (Option<&'static str>, Option<&'static str>) {
    let unit = UNIT.captures(rest);
    let end = unit.as_ref().and_then(|parts| parts.get(0)).map_or(0, |whole| whole.end());
    let time = TIME.captures(rest[end..].trim_start_matches(' '));
    (unit.and_then(|parts| matched(UNITS, &parts)), time.and_then(|parts| matched(TIMES, &parts)))
}

fn alternatives(table: &[(&str, &str)]) -> String {
    let groups: Vec<String> =
        table.iter().map(|(name, spellings)| format!("(?P<{name}>{spellings})")).collect();
    groups.join("|")
}

fn matched(table: &[(&'static str, &str)], parts: &regex::Captures<'_>) -> Option<&'static str> {
    table.iter().map(|(name, _)| *name).find(|name| parts.name(name).is_some())
}
