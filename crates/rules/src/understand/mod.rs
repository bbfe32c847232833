//! Understands pt-BR WhatsApp messages without a model: which facts a burst tells about the lead,
//! and what the lead does or wants in it.
//!
//! A burst is cut into words (`text`); readers look for one kind of fact each and share what they
//! know in a `Reading`: whose words they are (`scope`), what the agent asked (`question`), which
//! words are used up. A missing value costs less than a wrong one, so each reader gives one value
//! or none. Words and patterns live in `crates/rules/data/`.

mod answer;
pub mod catalogue;
mod company;
pub mod contact;
mod cutter;
pub(crate) mod gazetteer;
mod identity;
mod intents;
mod lexicon;
mod machines;
mod measure;
mod mention;
mod numbers;
mod pattern;
mod place;
mod product;
mod purchase;
mod question;
mod reading;
mod scope;
mod segment;
mod text;
mod unavailable;
mod volume;
mod wants;

use std::cell::RefCell;

use crate::conversation::{Author, Intent, Kind, Line, Turn};
use crate::lead::{Fact, Lead, Value};
use crate::playbook::Playbook;
use catalogue::Catalogue;
use contact::Special;
use question::Question;
use reading::Reading;
use scope::Scope;
use text::Text;

/// How many lines back are read for what is spoken of.
const HISTORY: usize = 8;

/// What a burst tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understanding {
    /// Facts about the lead, each with the words it was read from.
    pub facts: Vec<Fact>,
    /// What the lead does or wants, in the order of [`Intent`].
    pub intents: Vec<Intent>,
    /// Codes of the machines it names and does not reject, in order.
    pub named: Vec<String>,
}

/// All that helps to understand a burst.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The machines.
    pub catalogue: &'a Catalogue,
    /// What the agent is called: leads greet it by its name.
    pub agent: &'a str,
    /// What is known of the lead before.
    pub lead: &'a Lead,
    /// Messages before the burst, oldest first.
    pub history: &'a [Line],
    /// The burst.
    pub burst: &'a [Line],
}

/// Understands the burst of a turn.
pub fn read(turn: &Turn<'_>) -> Understanding {
    let Turn { playbook, lead, history, burst, .. } = *turn;
    let agent = playbook.company.agent.name.as_str();
    understand(&Context { catalogue: &playbook.machines, agent, lead, history, burst })
}

/// What a few words say by themselves, outside any conversation.
pub fn words(playbook: &Playbook, words: &str) -> Vec<Fact> {
    let burst = [Line::text(Author::Lead, words)];
    let (catalogue, agent) = (&playbook.machines, playbook.company.agent.name.as_str());
    let lead = &Lead::default();
    understand(&Context { catalogue, agent, lead, history: &[], burst: &burst }).facts
}

/// Understands a burst.
pub fn understand(context: &Context<'_>) -> Understanding {
    let lines = context.burst.iter().map(|line| readable(line).unwrap_or_default());
    let text = Text::new(lines);
    let scope = Scope::new(&text);
    let question = question(context);
    let recent = context.history.iter().rev().take(HISTORY).rev();
    let history = Text::new(recent.map(|line| line.text.as_str()));
    let own = context.history.iter().rev().take(HISTORY).rev();
    let own = own.filter(|line| line.author == Author::Lead);
    let told = Text::new(own.map(|line| line.text.as_str()));
    let spoken_of =
        product::speaks_of_machines(&text) || product::speaks_of_machines(&question.text);
    let reading = Reading {
        text: &text,
        scope: &scope,
        question: &question,
        history: &history,
        told: &told,
        agent: text::fold(context.agent),
        lead: context.lead,
        catalogue: context.catalogue,
        cities: mention::mentions(&text),
        machines: context.catalogue.named(&text, spoken_of),
        taken: RefCell::default(),
    };
    let found = intents::matches(&text);
    let machines = product::read(&reading);
    let mut facts = facts(&reading, &machines);
    let intents = intents::read(&reading, &found, &machines, &facts);
    drop_untrue(&text, &found, &intents, &mut facts);
    let named = machines.wanted.iter().filter_map(|one| one.code.clone()).collect();
    Understanding { facts, intents, named }
}

/// The words of a line, when it has some: a sticker or a reaction has none.
fn readable(line: &Line) -> Option<&str> {
    match line.kind {
        Kind::Sticker | Kind::Reaction | Kind::Contact | Kind::Other => None,
        _ => Some(&line.text),
    }
}

/// What the burst answers: the message it quotes, or else the agent's last line.
fn question(context: &Context<'_>) -> Question {
    let quoted = context.burst.iter().find_map(|line| line.quoted.as_deref());
    let last = context.history.last().filter(|line| line.author != Author::Lead);
    quoted.or(last.map(|line| line.text.as_str())).map(Question::new).unwrap_or_default()
}

fn facts(reading: &Reading<'_>, machines: &product::Machines) -> Vec<Fact> {
    let mut facts = Vec::new();
    let name = identity::read(reading);
    let name = name.map(|(fact, start, end)| {
        facts.push(fact);
        reading.take(start..end);
        (start, end)
    });
    let mut companies = Vec::new();
    if let Some((fact, start, end)) = company::read(reading, name) {
        facts.push(fact);
        reading.take(start..end);
        companies.push((start, end));
    }
    facts.extend(place::read(reading));
    facts.extend(contacts(reading));
    facts.extend(machines.fact.clone());
    let models = machines.wanted.iter().chain(&machines.owned);
    let models: Vec<_> = models.filter(|m| m.code.is_some()).map(|m| (m.start, m.end)).collect();
    facts.extend(volume::read(reading, &models));
    facts.extend(purchase::read(reading, machines));
    facts.extend(segment::read(reading, &companies));
    facts
}

/// The e-mail and the CNPJ; the last one said after a correction wins.
fn contacts(reading: &Reading<'_>) -> Vec<Fact> {
    let text = reading.text;
    let mut email: Option<(usize, String)> = None;
    let mut cnpj: Option<(usize, String)> = None;
    for (at, token) in text.tokens.iter().enumerate() {
        if scope::denied_before(text, at, 4) || reading.scope.third(at) {
            continue;
        }
        let wins = |earlier: Option<usize>| {
            let own = (at.saturating_sub(4)..at).any(|i| {
                text.word(i) == "mim"
                    || text.is(i, "meu minha") && text.is(i + 1, "e email cnpj pessoal proprio")
            });
            earlier.is_none_or(|earlier| own || scope::corrected_between(text, earlier, at))
        };
        match &token.special {
            Some(Special::Email(address)) if wins(email.as_ref().map(|e| e.0)) => {
                email = Some((at, address.clone()));
            }
            Some(Special::Cnpj(number)) if wins(cnpj.as_ref().map(|c| c.0)) => {
                cnpj = Some((at, number.clone()));
            }
            _ => {}
        }
    }
    let email = email.map(|(at, address)| reading.fact(Value::Email(address), at, at + 1));
    let cnpj = cnpj.map(|(at, number)| reading.fact(Value::Cnpj(number), at, at + 1));
    email.into_iter().chain(cnpj).collect()
}

/// Text of an injected instruction tells no facts, nor does a mass message; suppliers and job
/// seekers have no segment.
fn drop_untrue(
    text: &Text,
    found: &[pattern::Match<Intent>],
    intents: &[Intent],
    facts: &mut Vec<Fact>,
) {
    let has = |intent| intents.contains(&intent);
    if has(Intent::Spam) {
        facts.clear();
    }
    if has(Intent::Supplier) || has(Intent::JobSeeker) {
        facts.retain(|fact| {
            matches!(
                fact.value,
                Value::Name(_)
                    | Value::Company(_)
                    | Value::City(_)
                    | Value::Uf(_)
                    | Value::Email(_)
                    | Value::Cnpj(_)
            )
        });
    }
    if has(Intent::Injection) {
        let injected: Vec<usize> =
            found.iter().filter(|m| m.label == Intent::Injection).map(|m| m.start).collect();
        facts.retain(|fact| {
            let machine = matches!(fact.value, Value::Product(_) | Value::ProductCategory(_));
            let same_line = injected
                .iter()
                .any(|at| text.tokens.get(*at).is_some_and(|token| token.line == fact.line));
            machine || !same_line
        });
    }
}

/// Whether "burger" and the like stand for a business here, not for the food.
fn segment_word(text: &Text, at: usize) -> bool {
    text.is_typed(at, "burger burguer burgers burguers")
        && text.capitalised(at)
        && !text.capitals_mean_nothing(at)
}
