//! Whole conversations with the offline brain, one snapshot each, so that every change of a reply is
//! seen and read. A line of `tests/talks/*.txt` is a turn, ` / ` parts the messages of a burst.

use std::fmt::Write as _;

use seleto_rules::conversation::{Author, Line, Memory, Turn};
use seleto_rules::lead::Lead;
use seleto_rules::playbook::Playbook;
use seleto_rules::qualification::{Circumstances, qualify};
use seleto_rules::{guardrails, offline};

/// Messages before the burst that a brain reads.
const HISTORY: usize = 20;

/// Plays the turns and writes down what is said, recorded and known at the end.
fn play(turns: &str) -> String {
    let playbook = Playbook::seleto();
    let (mut lead, mut memory, mut history) = (Lead::default(), Memory::default(), Vec::new());
    let mut told = String::new();
    for turn in turns.lines() {
        let burst: Vec<Line> = turn.split(" / ").map(|it| Line::text(Author::Lead, it)).collect();
        let recent: &[Line] = &history[history.len().saturating_sub(HISTORY)..];
        let turn_now = Turn {
            playbook: &playbook,
            lead: &lead,
            sender_name: None,
            history: recent,
            burst: &burst,
            memory: &memory,
            now: jiff::civil::datetime(2026, 11, 23, 14, 0, 0, 0),
        };
        let draft = offline::think(&turn_now);
        let reply = draft.reply.unwrap_or_default();
        if !reply.is_empty() {
            assert_eq!(guardrails::clear_for(&turn_now, &reply).err(), None, "{reply}");
            assert_eq!(guardrails::promises_without_record(&reply, &draft.records), None);
        }
        let _ = writeln!(told, "> {turn}");
        reply.lines().filter(|line| !line.is_empty()).for_each(|line| {
            let _ = writeln!(told, "  {line}");
        });
        draft.records.iter().for_each(|record| {
            let _ = writeln!(told, "  [{record:?}]");
        });
        draft.facts.iter().for_each(|fact| lead.apply(&fact.value));
        memory = draft.memory;
        history.extend(burst);
        if !reply.is_empty() {
            history.push(Line::text(Author::Agent, reply));
        }
    }
    let verdict = qualify(&playbook, &lead, &Circumstances::of(&memory, 0));
    let known = serde_json::to_value(&lead).unwrap_or_default();
    let _ = writeln!(
        told,
        "\n{known}\n{}: {}",
        verdict.temperature.as_str(),
        verdict.reasons.join("; ")
    );
    told
}

macro_rules! talks {
    ($($name:ident)+) => {
        $(
            #[test]
            fn $name() {
                let turns = include_str!(concat!("talks/", stringify!($name), ".txt"));
                insta::assert_snapshot!(stringify!($name), play(turns));
            }
        )+
    };
}

talks! {
    urgent_factory_compares
    home_cook_at_her_own_pace
    customer_needs_a_mould
    asks_for_a_seller_first
    insists_on_the_price
    skewers_then_cubes
    answers_late_and_in_bits
    outgrew_the_manual_one
    prefers_the_electric_one
    steel_supplier
}
