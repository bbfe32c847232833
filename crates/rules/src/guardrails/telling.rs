//! "Um consultor te chama amanhã": words that tell the lead who goes on, and when.

use std::sync::LazyLock;

use regex::Regex;

use crate::plain_text::plain;

use super::clauses::{pattern, sentences};

/// Whether a text says that a person of the company goes on; and, where a time is given
/// ("amanhã a partir das 8h"), on which day.
pub fn tells_of_a_person(text: &str, when: Option<&str>) -> bool {
    static PERSON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:consultor(?:a|es|as)?|equipe|time|pessoa|especialista|vendedor(?:a|es)?|colega|alguem)\b",
        )
    });
    static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:cham(?:a|ar|ara)|escrev(?:e|er|era)|fal(?:a|ar|ara)|continu(?:a|ar|ara)|retorn(?:a|ar|ara)|respond(?:e|er|era)|trat(?:a|ar|ara)|volta|contato)\b|
            \b(?:passei|deixei|levando|sinalizado|(?:caso|pedido) (?:ja )?esta)\b",
        )
    });
    let plain = plain(text);
    let mut statements = sentences(&plain).filter(|sentence| !sentence.ends_with('?'));
    let said = statements.any(|it| PERSON.is_match(it) && GOES_ON.is_match(it));
    let when = when.map(crate::plain_text::plain);
    let day = when.as_deref().and_then(|when| when.split(" a partir").next());
    said && day.is_none_or(|day| plain.contains(day))
}
