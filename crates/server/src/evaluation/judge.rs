//! Judges a played dialogue: what its scenario expects, and what every reply must keep to.

use seleto_rules::guardrails;
use seleto_rules::lead::{Field, Lead};
use seleto_rules::plain_text::plain;
use seleto_rules::playbook::Playbook;

use super::dialogue::Played;
use super::suite::{Expectation, ReplyExpectation};
use crate::store::outcome::Register;

/// Rules that no reply may break whatever the lead wrote. The other guardrails let the lead's own
/// words be repeated, so that they cannot be judged by the reply alone.
const ALWAYS: &[&str] = &[
    "preço",
    "comparação de preço",
    "condição de pagamento",
    "desconto",
    "prazo",
    "frete",
    "link de fora",
    "perguntas demais",
];

/// Everything that is wrong with a dialogue, in words; nothing when all is well.
pub fn judge(playbook: &Playbook, expect: &Expectation, played: &Played) -> Vec<String> {
    let mut wrong = Vec::new();
    judge_rules(playbook, played, &mut wrong);
    judge_silence(expect, played, &mut wrong);
    for reply in &expect.replies {
        judge_words(reply, played, &mut wrong);
    }
    judge_record(expect, played, &mut wrong);
    wrong
}

fn judge_rules(playbook: &Playbook, played: &Played, wrong: &mut Vec<String>) {
    for (turn, (bubbles, answers)) in (1..).zip(played.replies.iter().zip(&played.answers)) {
        if *answers > 1 {
            wrong.push(format!("turno {turn}: {answers} respostas a uma só rajada"));
        }
        if bubbles.is_empty() {
            continue;
        }
        // Bubbles are judged together: what is split over two is still said.
        let reply = bubbles.join("\n\n");
        let questions = reply.matches('?').count();
        if questions > playbook.rules.guarding.max_questions {
            wrong.push(format!("turno {turn}: {questions} perguntas"));
        }
        if reply.contains("R$") || plain(&reply).contains(" reais") {
            wrong.push(format!("turno {turn}: fala em dinheiro"));
        }
        let breaches = guardrails::clear(playbook, &reply).err().unwrap_or_default();
        for breach in breaches.iter().filter(|breach| ALWAYS.contains(&breach.rule)) {
            wrong.push(format!("turno {turn}: {breach}"));
        }
    }
}

/// Every turn is answered, but for those that are to be met with silence.
fn judge_silence(expect: &Expectation, played: &Played, wrong: &mut Vec<String>) {
    for (turn, bubbles) in (1..).zip(&played.replies) {
        let silent = expect.replies.iter().any(|it| it.silent && it.turn == Some(turn));
        match (silent, bubbles.is_empty()) {
            (true, false) => wrong.push(format!("turno {turn}: devia ficar em silêncio")),
            (false, true) => wrong.push(format!("turno {turn}: ficou sem resposta")),
            _ => {}
        }
    }
}

fn judge_words(expect: &ReplyExpectation, played: &Played, wrong: &mut Vec<String>) {
    let (place, text) = match expect.turn {
        Some(turn) => {
            let bubbles = played.replies.get(turn - 1).map(Vec::as_slice).unwrap_or_default();
            (format!("turno {turn}"), bubbles.join(" "))
        }
        None => ("diálogo".to_owned(), played.replies.concat().join(" ")),
    };
    let text = comparable(&text);
    let holds = |alternatives: &str| {
        alternatives.split('|').any(|fragment| text.contains(&comparable(fragment)))
    };
    for missing in expect.mentions.iter().filter(|fragments| !holds(fragments)) {
        wrong.push(format!("{place}: não menciona {missing}"));
    }
    for found in expect.avoids.iter().filter(|fragments| holds(fragments)) {
        wrong.push(format!("{place}: menciona {found}"));
    }
}

/// Without case, accents, blanks and hyphens, so that "FB 300" is FB300.
fn comparable(text: &str) -> String {
    plain(text).chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect()
}

fn judge_record(expect: &Expectation, played: &Played, wrong: &mut Vec<String>) {
    for &field in Field::ALL {
        let (wanted, found) = (value(&expect.lead, field), value(&played.lead, field));
        let must_be_unknown = expect.unknown.contains(&field);
        if wanted.is_some() && wanted != found || must_be_unknown && found.is_some() {
            let shown = |value: Option<_>| value.map_or("nada".to_owned(), |it: String| it);
            wrong.push(format!("{}: {} em vez de {}", field.key(), shown(found), shown(wanted)));
        }
    }
    if let Some(wanted) = expect.temperature
        && played.temperature.as_deref() != Some(wanted.as_str())
    {
        let found = played.temperature.as_deref().unwrap_or("nenhuma");
        wrong.push(format!("temperatura: {found} em vez de {}", wanted.as_str()));
    }
    if played.registers != expect.registers {
        let names = |registers: &std::collections::BTreeSet<Register>| {
            let names: Vec<_> = registers.iter().map(|it| it.as_str()).collect();
            if names.is_empty() { "nada".to_owned() } else { names.join(", ") }
        };
        let (found, wanted) = (names(&played.registers), names(&expect.registers));
        wrong.push(format!("registros: {found} em vez de {wanted}"));
    }
}

fn value(lead: &Lead, field: Field) -> Option<String> {
    let record = serde_json::to_value(lead).ok()?;
    match record.get(field.key())? {
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(replies: &[&[&str]]) -> Played {
        let owned = |bubbles: &&[&str]| bubbles.iter().map(|it| (*it).to_owned()).collect();
        Played {
            id: "a".to_owned(),
            replies: replies.iter().map(owned).collect(),
            answers: vec![1; replies.len()],
            lead: Lead { name: Some("Ana".into()), ..Lead::default() },
            temperature: Some("frio".to_owned()),
            registers: [Register::OptOut].into(),
            spent: Vec::new(),
        }
    }

    fn opted_out() -> Expectation {
        Expectation { registers: [Register::OptOut].into(), ..Expectation::default() }
    }

    fn check(expect: Expectation, played: &Played, told: &[&str]) {
        let wrong = judge(&Playbook::seleto(), &expect, played);
        assert_eq!(wrong.len(), told.len(), "{wrong:?}");
        for (wrong, told) in wrong.iter().zip(told) {
            assert!(wrong.contains(told), "{wrong} does not say {told}");
        }
    }

    #[test]
    fn a_price_split_over_two_bubbles_is_one() {
        let split = played(&[&["Sobre o valor, fica", "12 mil reais."]]);
        let wrong = judge(&Playbook::seleto(), &opted_out(), &split);
        assert!(wrong.iter().any(|it| it.contains("preço")), "{wrong:?}");
    }

    #[test]
    fn too_many_questions_and_a_second_answer_are_told() {
        let mut much = played(&[&["Qual a cidade? Qual a empresa?", "E o volume?"]]);
        much.answers = vec![2];
        check(opted_out(), &much, &["2 respostas", "3 perguntas", "perguntas demais"]);
    }

    #[test]
    fn silence_is_expected_only_where_it_is_said() {
        let turn = |turn| ReplyExpectation { turn: Some(turn), silent: true, ..Default::default() };
        let expect = Expectation { replies: vec![turn(1)], ..opted_out() };
        check(expect, &played(&[&["Oi!"], &[]]), &["devia ficar", "ficou sem resposta"]);
    }

    #[test]
    fn words_are_compared_without_blanks_and_accents() {
        let expect = |mentions: &str, avoids: &str| Expectation {
            replies: vec![ReplyExpectation {
                turn: Some(1),
                mentions: vec![mentions.to_owned()],
                avoids: vec![avoids.to_owned()],
                silent: false,
            }],
            ..opted_out()
        };
        let reply = played(&[&["A FB300 é semiautomática."]]);
        check(expect("fb 300|ct200", "manual"), &reply, &[]);
        check(expect("ct200", "semi automatica"), &reply, &["não menciona ct200", "menciona semi"]);
    }

    #[test]
    fn the_record_is_compared_field_by_field() {
        let expect = Expectation {
            lead: Lead {
                name: Some("Bia".into()),
                city: Some("Londrina".into()),
                ..Lead::default()
            },
            unknown: vec![Field::Name],
            temperature: Some(seleto_rules::qualification::Temperature::Quente),
            ..Expectation::default()
        };
        let told =
            ["name: Ana em vez de Bia", "city: nada em vez de Londrina", "quente", "opt_out"];
        check(expect, &played(&[&["Oi!"]]), &told);
    }
}
