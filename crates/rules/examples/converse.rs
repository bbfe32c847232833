//! Plays a conversation with the offline brain: one turn a line on standard input, ` / ` between
//! the messages of a burst.
//!
//! ```sh
//! printf 'oi\nsou a Carol da Ogro Burger, quero a FB300\n' | cargo run --example converse
//! ```

use std::io::BufRead;

use seleto_rules::bubbles;
use seleto_rules::conversation::{Author, Line, Memory, Turn};
use seleto_rules::guardrails;
use seleto_rules::lead::Lead;
use seleto_rules::offline;
use seleto_rules::playbook::Playbook;
use seleto_rules::qualification::{Circumstances, qualify};

/// Messages before the burst that a brain reads.
const HISTORY: usize = 20;

fn main() -> std::io::Result<()> {
    let playbook = Playbook::seleto();
    let (mut lead, mut memory, mut history) = (Lead::default(), Memory::default(), Vec::new());
    let now = jiff::civil::datetime(2026, 11, 23, 14, 0, 0, 0);
    let mut messages = 0;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let burst: Vec<Line> = line.split(" / ").map(|it| Line::text(Author::Lead, it)).collect();
        messages += 1;
        let recent = &history[history.len().saturating_sub(HISTORY)..];
        let draft = offline::think(&Turn {
            playbook: &playbook,
            lead: &lead,
            sender_name: None,
            history: recent,
            burst: &burst,
            memory: &memory,
            now,
        });
        println!("lead    {line}");
        draft.facts.iter().for_each(|fact| lead.apply(&fact.value));
        memory = draft.memory;
        history.extend(burst);
        if let Some(reply) = draft.reply {
            match guardrails::clear(&playbook, &reply) {
                Ok(cleared) => {
                    bubbles::split(&cleared)
                        .iter()
                        .for_each(|it| println!("agent   {}", it.as_str()));
                }
                Err(breaches) => println!("stopped {breaches:?}: {reply}"),
            }
            history.push(Line::text(Author::Agent, reply));
        }
        draft.records.iter().for_each(|record| println!("record  {record:?}"));
    }
    let verdict = qualify(&playbook, &lead, &Circumstances::of(&memory, messages));
    println!("\n{lead:#?}\n{verdict:#?}");
    Ok(())
}
