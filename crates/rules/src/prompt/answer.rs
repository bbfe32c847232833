//! Reads the model's answer: tolerant of its form, strict about what it claims.
//!
//! The model only proposes. A fact is taken when its quoted words stand in the lead's messages and
//! the field's validator agrees; what the offline reader found itself wins.

use serde::Deserialize;

use crate::conversation::{Author, Draft, Intent, Line, Memory, Record, Turn, Visitor};
use crate::guardrails::without_empty_promises;
use crate::lead::{Fact, Field, Reader, Urgency, Value};
use crate::plain_text::{has_words, plain, visible, words};
use crate::understand;

use super::Malformed;
use super::schema::SEGMENTS;

/// Longest value of a field.
const LONGEST_VALUE: usize = 120;

/// How many of our messages an answer such as "a segunda" may refer to.
const RECENT: usize = 3;

#[derive(Deserialize)]
struct Answer {
    reply: String,
    #[serde(default)]
    facts: Vec<Claim>,
    #[serde(default)]
    intents: Vec<serde_json::Value>,
    #[serde(default)]
    records: Records,
    #[serde(default)]
    asks: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claim {
    field: serde_json::Value,
    value: serde_json::Value,
    #[serde(default)]
    quote: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Records {
    technical_question: Option<String>,
    unavailable_interest: bool,
    opt_out: bool,
    human_request: bool,
}

pub(super) fn read(text: &str, turn: &Turn<'_>) -> Result<Draft, Malformed> {
    let answer = decode(text)?;
    let reply = tidy(&answer.reply);
    if reply.is_empty() {
        return Err(Malformed("a resposta do modelo veio vazia".to_owned()));
    }
    let understood = understand::read(turn);
    let mut intents = understood.intents;
    for claimed in answer.intents.into_iter().filter_map(|it| serde_json::from_value(it).ok()) {
        if !intents.contains(&claimed) {
            intents.push(claimed);
        }
    }
    let mut facts = understood.facts;
    if intents.contains(&Intent::Injection) {
        facts.clear();
    } else {
        let claims = answer.facts.iter().filter_map(|claim| checked(turn, claim));
        claims.for_each(|claim| merge(&mut facts, claim));
    }
    let records = records(turn, &answer.records, &intents);
    let reply = without_empty_promises(&reply, &records);
    if reply.is_empty() {
        return Err(Malformed("a resposta do modelo só promete o que não registrou".to_owned()));
    }
    let asks = answer.asks.into_iter().filter_map(|it| serde_json::from_value(it).ok()).collect();
    let memory = remembered(turn, &reply, asks, &intents, &records);
    Ok(Draft { reply: Some(reply), facts, intents, records, memory })
}

/// Finds the object among code fences and chatter.
fn decode(text: &str) -> Result<Answer, Malformed> {
    let mut reason = "não há um objeto JSON na resposta do modelo".to_owned();
    for (at, _) in text.match_indices('{') {
        match serde_json::Deserializer::from_str(&text[at..]).into_iter::<Answer>().next() {
            Some(Ok(answer)) => return Ok(answer),
            // The outermost object says best what is wrong.
            Some(Err(error)) if reason.starts_with("não há") => {
                reason = format!("a resposta do modelo não tem o formato pedido: {error}");
            }
            _ => {}
        }
    }
    Err(Malformed(reason))
}

/// The reply as WhatsApp shows it: visible characters, its own bold, no quotes around the whole.
fn tidy(reply: &str) -> String {
    let mut text = visible(reply).replace("**", "*");
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text.trim().trim_matches('"').trim().to_owned()
}

/// The fact, when its words are the lead's and its value is one.
fn checked(turn: &Turn<'_>, claim: &Claim) -> Option<Fact> {
    let field: Field = serde_json::from_value(claim.field.clone()).ok()?;
    let value = match &claim.value {
        serde_json::Value::String(text) => visible(text).trim().to_owned(),
        serde_json::Value::Null => return None,
        other => other.to_string(),
    };
    let quote = plain(&claim.quote);
    if quote.is_empty() || value.is_empty() || value.chars().count() > LONGEST_VALUE {
        return None;
    }
    let holds = |line: &Line| line.author == Author::Lead && has_words(&plain(&line.text), &quote);
    let line = turn.burst.iter().position(holds)?;
    let value = validated(turn, field, &value, line, &claim.quote)?;
    Some(Fact { value, quote: claim.quote.clone(), line, reader: Reader::Model })
}

fn validated(
    turn: &Turn<'_>,
    field: Field,
    value: &str,
    line: usize,
    quote: &str,
) -> Option<Value> {
    let message = plain(&turn.burst.get(line)?.text);
    let said = || words(&plain(value)).all(|word| has_words(&message, word));
    match field {
        Field::Name => {
            let agent = plain(&turn.playbook.company.agent.name);
            let is_name = said() && !value.chars().any(|c| c.is_numeric()) && plain(value) != agent;
            is_name.then(|| Value::Name(value.to_owned()))
        }
        Field::Company => said().then(|| Value::Company(value.to_owned())),
        Field::Segment => SEGMENTS.contains(&value).then(|| Value::Segment(value.to_owned())),
        Field::Urgency => match value {
            "alta" => Some(Value::Urgency(Urgency::Alta)),
            "media" | "média" => Some(Value::Urgency(Urgency::Media)),
            "baixa" => Some(Value::Urgency(Urgency::Baixa)),
            _ => None,
        },
        Field::KnowsSeleto => value.parse().ok().map(Value::KnowsSeleto),
        Field::Product => product(turn, value, &message),
        Field::ProductCategory => {
            turn.playbook.catalogue.category(value).map(|it| Value::ProductCategory(it.id.clone()))
        }
        Field::City | Field::Uf | Field::Email | Field::Cnpj | Field::Volume => {
            reread(turn, field, line, quote)
        }
    }
}

/// A machine of the catalogue, named by the lead or by the message it answers.
fn product(turn: &Turn<'_>, code: &str, message: &str) -> Option<Value> {
    let product = turn.playbook.catalogue.product(code)?;
    let names = |text: &str| {
        turn.playbook.catalogue.named_in(text).iter().any(|it| it.code == product.code)
    };
    let recent = turn.history.iter().rev().filter(|line| line.author != Author::Lead);
    let named = names(message) || recent.take(RECENT).any(|line| names(&plain(&line.text)));
    named.then(|| Value::Product(product.code.clone()))
}

/// Values with a strict form are what the offline reader makes of the quoted words, read as an
/// answer to the question for that field.
fn reread(turn: &Turn<'_>, field: Field, line: usize, quote: &str) -> Option<Value> {
    let question = turn.playbook.rules.question_for(field).unwrap_or_default();
    let history = [Line::text(Author::Agent, question)];
    let kind = turn.burst.get(line)?.kind;
    let burst = [Line { kind, ..Line::text(Author::Lead, quote) }];
    let narrow = Turn { history: &history, burst: &burst, ..*turn };
    let found = understand::read(&narrow).facts.into_iter().map(|fact| fact.value);
    found.into_iter().find(|value| value.field() == field)
}

/// Adds a claim where the offline reader found nothing, or less of a name.
fn merge(facts: &mut Vec<Fact>, claim: Fact) {
    let field = claim.value.field();
    let rival = |fact: &&mut Fact| {
        let other = fact.value.field();
        let machine = [Field::Product, Field::ProductCategory];
        other == field || machine.contains(&other) && machine.contains(&field)
    };
    match facts.iter_mut().find(rival) {
        None => facts.push(claim),
        Some(known) => {
            if let (Value::Name(known_text), Value::Name(text))
            | (Value::Company(known_text), Value::Company(text)) = (&known.value, &claim.value)
                && plain(text) != plain(known_text)
                && plain(text).starts_with(&plain(known_text))
            {
                *known = claim;
            }
        }
    }
}

fn records(turn: &Turn<'_>, claimed: &Records, intents: &[Intent]) -> Vec<Record> {
    let words: Vec<&str> = turn.burst.iter().map(|line| line.text.trim()).collect();
    let words = words.join("\n");
    let mut records = Vec::new();
    // The lead's own words go on record, not the model's rendering of them.
    if claimed.technical_question.as_deref().is_some_and(|text| !text.trim().is_empty()) {
        records.push(Record::TechnicalQuestion(words.clone()));
    }
    if claimed.unavailable_interest {
        records.push(Record::UnavailableInterest);
    }
    // Silence for good needs two witnesses: the flag and the intent.
    if claimed.opt_out && intents.contains(&Intent::OptOut) {
        records.push(Record::OptOut);
    }
    if claimed.human_request || intents.contains(&Intent::Human) {
        records.push(Record::HumanRequest);
    }
    if intents.contains(&Intent::Complaint) {
        records.push(Record::Complaint(words));
    }
    records
}

fn remembered(
    turn: &Turn<'_>,
    reply: &str,
    asks: Vec<Field>,
    intents: &[Intent],
    records: &[Record],
) -> Memory {
    let mut memory = Memory { greeted: true, asked: Vec::new(), ..turn.memory.clone() };
    for field in asks {
        *memory.times_asked.entry(field.key().to_owned()).or_default() += 1;
        memory.asked.push(field.key().to_owned());
    }
    let named = turn.playbook.catalogue.named_in(&plain(reply));
    memory.upsell_offered |= turn
        .playbook
        .catalogue
        .upsells
        .iter()
        .any(|upsell| named.iter().any(|product| product.code == upsell.to));
    memory.opted_out |= records.contains(&Record::OptOut);
    memory.human_requested |= records.contains(&Record::HumanRequest);
    memory.complained |= intents.contains(&Intent::Complaint);
    let visitors = [
        (Intent::JobSeeker, Visitor::JobSeeker),
        (Intent::Supplier, Visitor::Supplier),
        (Intent::Spam, Visitor::Spam),
    ];
    let visitor = visitors.into_iter().find(|(intent, _)| intents.contains(intent));
    memory.visitor = visitor.map(|(_, visitor)| visitor).or(memory.visitor);
    memory
}
