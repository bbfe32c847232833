//! What is understood of messages, as tables: `tests/understand/*.txt`, one file for each kind of
//! fact. `A:` is the agent's line before, `L:` each message of the burst, `=` the facts and `!` the
//! intents that must come out, no more and no less.

use seleto_rules::conversation::{Author, Intent, Kind, Line};
use seleto_rules::lead::{Lead, Value};
use seleto_rules::understand::catalogue::Catalogue;
use seleto_rules::understand::{Context, Understanding, understand};

/// One row of a table.
#[derive(Debug, Default)]
struct Case {
    history: Vec<Line>,
    burst: Vec<Line>,
    facts: Vec<String>,
    intents: Vec<String>,
}

fn cases(table: &str) -> Vec<Case> {
    let rows = table.split("\n\n").map(|row| {
        let mut case = Case::default();
        for line in row.lines() {
            let Some((mark, rest)) = line.split_at_checked(2) else { continue };
            match mark {
                "A:" => case.history.push(Line::text(Author::Agent, rest.trim())),
                "H:" => case.history.push(Line::text(Author::Lead, rest.trim())),
                "L:" => case.burst.push(Line::text(Author::Lead, rest.trim())),
                "= " => case.facts.extend(rest.split(';').map(|fact| fact.trim().to_owned())),
                "! " => case.intents.extend(rest.split_whitespace().map(str::to_owned)),
                _ => {}
            }
        }
        case.facts.sort();
        case.intents.sort();
        case
    });
    rows.filter(|case| !case.burst.is_empty()).collect()
}

fn read(case: &Case) -> Understanding {
    let lead = Lead::default();
    let Case { history, burst, .. } = case;
    understand(&Context {
        catalogue: Catalogue::seleto(),
        agent: "João",
        lead: &lead,
        history,
        burst,
    })
}

/// Facts as the tables write them: `city=Bauru`, `volume=300 hamburguer/dia`.
fn written(understood: &Understanding) -> (Vec<String>, Vec<String>) {
    let mut lead = Lead::default();
    for fact in &understood.facts {
        lead.apply(&fact.value);
    }
    let text = |value: serde_json::Value| match value {
        serde_json::Value::Object(volume) => {
            let part = |key: &str| volume[key].as_str().unwrap_or_default().to_owned();
            format!(
                "{} {}/{}",
                volume["amount"].as_f64().unwrap_or_default(),
                part("unit"),
                part("period")
            )
        }
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let fields = serde_json::to_value(&lead).unwrap_or_default();
    let fields = fields.as_object().cloned().unwrap_or_default();
    let mut facts: Vec<_> =
        fields.into_iter().map(|(key, value)| format!("{key}={}", text(value))).collect();
    let intents = understood
        .intents
        .iter()
        .map(|intent| text(serde_json::to_value(intent).unwrap_or_default()));
    let mut intents: Vec<_> = intents.collect();
    facts.sort();
    intents.sort();
    (facts, intents)
}

/// Compares every row of a table; all that differ are told at once.
fn check(table: &str, at_least: usize) {
    let cases = cases(table);
    assert!(cases.len() >= at_least, "the table lost rows: {}", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let understood = read(case);
        let (facts, intents) = written(&understood);
        if facts != case.facts || intents != case.intents {
            let said: Vec<_> = case.burst.iter().map(|line| line.text.as_str()).collect();
            wrong.push(format!(
                "{said:?}\n  expected {:?} {:?}\n  read     {facts:?} {intents:?}",
                case.facts, case.intents
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn places_are_told_from_what_only_looks_like_one() {
    check(include_str!("understand/place.txt"), 40);
}

#[test]
fn names_and_companies_are_the_senders_own() {
    check(include_str!("understand/identity.txt"), 40);
}

#[test]
fn a_volume_is_an_amount_a_unit_and_a_period() {
    check(include_str!("understand/volume.txt"), 40);
}

#[test]
fn the_machine_is_the_one_the_lead_wants() {
    check(include_str!("understand/product.txt"), 30);
}

#[test]
fn urgency_and_acquaintance_are_about_the_purchase() {
    check(include_str!("understand/purchase.txt"), 35);
}

#[test]
fn the_segment_is_the_leads_own_business() {
    check(include_str!("understand/segment.txt"), 20);
}

#[test]
fn addresses_and_registrations_are_whole_and_valid() {
    check(include_str!("understand/contact.txt"), 15);
}

#[test]
fn intents_are_what_the_lead_does_or_wants() {
    check(include_str!("understand/intents.txt"), 70);
}

#[test]
fn messages_as_leads_write_them_are_read_whole() {
    check(include_str!("understand/leads.txt"), 400);
}

#[test]
fn short_answers_are_read_with_their_question() {
    check(include_str!("understand/answers.txt"), 90);
}

#[test]
fn talk_of_owners_voice_notes_and_corrections_is_read_whole() {
    check(include_str!("understand/talk.txt"), 120);
}

#[test]
fn questions_requests_and_orders_are_told_apart() {
    check(include_str!("understand/wishes.txt"), 150);
}

#[test]
fn every_fact_quotes_the_message_it_was_read_from() {
    let burst = ["boa tarde", "aqui é a Rute", "a cozinha fica em Itatiba"];
    let case = Case {
        burst: burst.iter().map(|text| Line::text(Author::Lead, *text)).collect(),
        ..Case::default()
    };
    let facts = read(&case).facts;
    let quoted = |wanted: &Value| {
        let fact = facts.iter().find(|fact| fact.value == *wanted);
        fact.map(|fact| (fact.quote.as_str(), fact.line))
    };
    assert_eq!(quoted(&Value::Name("Rute".to_owned())), Some(("Rute", 1)));
    assert_eq!(quoted(&Value::City("Itatiba".to_owned())), Some(("Itatiba", 2)));
    for fact in &facts {
        assert!(burst[fact.line].contains(&fact.quote), "{fact:?}");
    }
}

#[test]
fn a_quoted_question_is_the_one_that_is_answered() {
    let mut answer = Line::text(Author::Lead, "250");
    answer.quoted = Some("Quantos hambúrgueres você faz por semana?".to_owned());
    let case = Case {
        history: vec![Line::text(Author::Agent, "E de qual cidade você fala?")],
        burst: vec![answer],
        ..Case::default()
    };
    assert_eq!(written(&read(&case)).0, ["volume=250 hamburguer/semana"]);
}

#[test]
fn stickers_reactions_and_contact_cards_say_nothing() {
    for kind in [Kind::Sticker, Kind::Reaction, Kind::Contact, Kind::Other] {
        let line = Line { kind, ..Line::text(Author::Lead, "sou o Marcos de Bauru") };
        let understood = read(&Case { burst: vec![line], ..Case::default() });
        assert_eq!(understood, Understanding::default(), "{kind:?}");
    }
}

#[test]
fn any_text_is_read_without_a_panic() {
    let strange = [
        "",
        " ",
        "\u{0}",
        "R$",
        "@",
        "....",
        "1.2.3,4",
        "ｆｂ３００",
        "🙏🙏",
        "a\u{301}",
        "²³",
        "é",
        "''''",
        "-",
        "00000000000000",
        "mil mil mil mil",
        "não não não",
        "ponto arroba ponto",
        "a de",
        "sou do",
    ];
    for text in strange {
        for other in strange {
            let burst = vec![
                Line::text(Author::Lead, format!("{text}{other} {text}")),
                Line::text(Author::Lead, other),
            ];
            let history = vec![Line::text(Author::Agent, text)];
            let understood = read(&Case { burst, history, ..Case::default() });
            assert!(understood.facts.len() <= 12, "{text:?} {other:?}");
        }
    }
}

#[test]
fn every_pattern_of_the_data_stands_for_a_known_intent() {
    let lines = include_str!("../data/intents.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("# "));
    for line in lines {
        let name = line.split(':').next().unwrap_or_default();
        let intent = serde_json::from_value::<Intent>(name.into());
        assert!(intent.is_ok(), "{line}");
    }
}
