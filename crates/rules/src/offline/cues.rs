//! Small readings of the lead's words that only the dialogue policy needs; the words themselves are
//! in `cues.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::plain_text::{has_any, words};

/// The lists of `cues.txt` by their names.
static LISTS: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    for line in include_str!("cues.txt").lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(next) => name = next,
            None => lists
                .entry(name)
                .or_default()
                .extend(line.split('|').map(str::trim).filter(|phrase| !phrase.is_empty())),
        }
    }
    lists
});

fn list(name: &str) -> &'static [&'static str] {
    LISTS.get(name).map_or(&[], Vec::as_slice)
}

/// Whether a text has a phrase of the list.
fn has(text: &str, name: &str) -> bool {
    has_any(text, list(name))
}

/// Longest line that may ask who writes: in longer ones the words mean something else.
const SHORT_LINE: usize = 8;

/// Most words of giving up or of an acknowledgement: longer ones say more than that.
const SHORT: usize = 6;

/// Whether a text asks who or what writes.
pub(super) fn asks_identity(text: &str) -> bool {
    text.lines().filter(|line| words(line).count() <= SHORT_LINE).any(|line| {
        let bare = line.trim_end_matches(['?', '!', '.']);
        list("asks identity alone").contains(&bare) || has(line, "asks identity")
    })
}

/// Whether a text wonders why it is written to.
pub(super) fn feels_bothered(text: &str) -> bool {
    has(text, "feels bothered")
}

/// Whether a text says it was meant for somebody else.
pub(super) fn is_wrong_number(text: &str) -> bool {
    has(text, "wrong number")
}

/// Whether a text says that there is no company.
pub(super) fn has_no_company(text: &str) -> bool {
    has(text, "has no company")
}

/// Whether a text says what its writer wants to make.
pub(super) fn wants_to_make(text: &str) -> bool {
    has(text, "wants to make")
}

/// Whether a text asks to be told when something is there.
pub(super) fn wants_to_be_told(text: &str) -> bool {
    has(text, "wants to be told")
}

/// Whether a text asks for a time.
pub(super) fn asks_when(text: &str) -> bool {
    has(text, "asks when")
}

/// Whether a text asks how two machines differ.
pub(super) fn asks_difference(text: &str) -> bool {
    has(text, "asks the difference")
}

/// Whether a text that names two machines compares them.
pub(super) fn compares(text: &str) -> bool {
    has(text, "compares")
}

/// Whether a text puts the answer off.
pub(super) fn puts_off(text: &str) -> bool {
    has(text, "puts off")
}

/// Whether a text wants to hear more of what was offered.
pub(super) fn wants_more(text: &str) -> bool {
    has(text, "wants more")
}

/// Whether a text still asks for the number that was just refused.
pub(super) fn insists_on_a_number(text: &str) -> bool {
    has(text, "insists on a number")
}

/// Whether a text throws numbers about: "100 mil? 50 mil?".
pub(super) fn guesses_a_number(text: &str) -> bool {
    let number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    text.contains('?')
        && words(text).next().is_some()
        && words(text).all(|word| number(word) || list("numbers").contains(&word))
}

/// Whether a text refuses to answer questions.
pub(super) fn refuses_questions(text: &str) -> bool {
    has(text, "refuses questions")
}

/// Whether a text gives up.
pub(super) fn gives_up(text: &str) -> bool {
    has(text, "gives up") && words(text).count() <= SHORT
}

/// Whether a text asks, with a mark or without.
pub(super) fn asks(text: &str) -> bool {
    text.contains('?') || has(text, "asks")
}

/// Whether a text asks which machine or size fits.
pub(super) fn asks_which(text: &str) -> bool {
    has(text, "which") && has(text, "fits")
}

/// Whether a text asks for a proposal, not for a number.
pub(super) fn asks_proposal(text: &str) -> bool {
    has(text, "proposal") && !has(text, "number")
}

/// Whether a text asks how else to reach us.
pub(super) fn asks_for_our_contact(text: &str) -> bool {
    has(text, "means of contact") && has(text, "ours") && has(text, "asks for")
}

/// Whether a text seems to give a CNPJ.
pub(super) fn gives_cnpj(text: &str) -> bool {
    const SHORTEST: usize = 11;
    has_any(text, &["cnpj"]) && text.chars().filter(char::is_ascii_digit).count() >= SHORTEST
}

/// Whether a text seems to give an e-mail address.
pub(super) fn gives_email(text: &str) -> bool {
    text.contains('@') && has(text, "says e-mail")
}

/// Whether a text asks what something costs, in its own words.
pub(super) fn asks_cost(text: &str) -> bool {
    has(text, "number")
}

/// Whether a text says that its writer has one of the machines named so.
pub(super) fn owns(text: &str, names: &[String]) -> bool {
    list("owning").iter().any(|owning| {
        names.iter().any(|name| {
            text.contains(name.as_str()) && has_any(text, &[&format!("{owning} {name}")])
        })
    })
}

/// Whether a text speaks of a machine that its writer has.
pub(super) fn owns_a_machine(text: &str) -> bool {
    let has_one =
        |word: &&str| list("owning").iter().any(|it| has_any(text, &[&format!("{it} {word}")]));
    list("machines").iter().any(has_one)
}

/// Whether a text asks for a part or for help with a machine.
pub(super) fn needs_support(text: &str) -> bool {
    has(text, "needs support")
}

/// Whether a text wants an automatic machine.
pub(super) fn wants_automatic(text: &str) -> bool {
    let text = text.replace("semi automatic", "semi").replace("semi-automatic", "semi");
    has(&text, "automatic")
}

/// Whether a text wants a machine without compressed air.
pub(super) fn wants_electric(text: &str) -> bool {
    has(text, "electric")
}

/// Whether a text tells that something arrived wrong.
pub(super) fn arrived_wrong(text: &str) -> bool {
    has(text, "arrived wrong")
}

/// Whether a text asks if a machine copes.
pub(super) fn asks_whether_it_copes(text: &str) -> bool {
    asks(text) && has(text, "copes")
}

/// Whether a text asks when, or who of the company, answers.
pub(super) fn asks_who_answers(text: &str) -> bool {
    (asks_when(text) || has(text, "who")) && has(text, "answers")
}

/// Whether a text complains of having waited.
pub(super) fn waited(text: &str) -> bool {
    has(text, "waited")
}

/// Whether a text asks for a person, not only whether this is one.
pub(super) fn asks_for_a_person(text: &str) -> bool {
    has(text, "for a person")
}

/// Whether a text only acknowledges: "ok", "hum, tá", a thumb.
pub(super) fn only_acknowledges(text: &str) -> bool {
    !text.contains('?')
        && words(text).all(|word| list("acknowledging words").contains(&word))
        && words(text).count() <= SHORT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain_text::plain;

    #[test]
    fn every_list_that_is_asked_for_exists_and_is_plain() {
        let code = include_str!("cues.rs");
        for name in LISTS.keys() {
            assert!(code.contains(&format!("\"{name}\"")), "nobody asks for {name}");
        }
        for name in code.split("has(text, \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(!list(name).is_empty(), "{name} has no words");
        }
        for phrase in LISTS.values().flatten() {
            assert_eq!(*phrase, plain(phrase));
        }
    }

    #[test]
    fn words_count_only_where_they_mean_it() {
        assert!(asks_identity(&plain("Quem é?")));
        assert!(!asks_identity(&plain("pra quem é iniciante serve?")));
        assert!(only_acknowledges(&plain("hum, tá")));
        assert!(!only_acknowledges(&plain("ok, e o preço?")));
        assert!(gives_up(&plain("deixa pra lá")));
        assert!(!gives_up(&plain("não quero mais esperar tanto pela proposta de vocês")));
        assert!(asks_which(&plain("qual vocês indicam?")));
    }
}
