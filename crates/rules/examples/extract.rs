//! Reads labelled messages as JSON Lines on standard input and writes what is understood of them.

use std::io::{self, BufRead, Write};

use seleto_rules::conversation::{Author, Line, Memory, Turn};
use seleto_rules::lead::Lead;
use seleto_rules::playbook::Playbook;
use seleto_rules::understand;
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let playbook = Playbook::seleto();
    let mut output = io::stdout().lock();
    for row in io::stdin().lock().lines() {
        let row = row?;
        if row.trim().is_empty() {
            continue;
        }
        let row: Value = serde_json::from_str(&row)?;
        writeln!(output, "{}", extract(&playbook, &row))?;
    }
    Ok(())
}

fn extract(playbook: &Playbook, row: &Value) -> Value {
    let history: Vec<Line> = row["history"].as_array().into_iter().flatten().map(line).collect();
    let message = row["message"].as_str().unwrap_or_default();
    let burst: Vec<Line> = message.lines().map(|text| Line::text(Author::Lead, text)).collect();
    let known = Lead::default();
    let understood = understand::read(&Turn {
        playbook,
        lead: &known,
        sender_name: None,
        history: &history,
        burst: &burst,
        memory: &Memory::default(),
        now: jiff::civil::datetime(2026, 11, 23, 14, 0, 0, 0),
    });
    let mut lead = Lead::default();
    for fact in &understood.facts {
        lead.apply(&fact.value);
    }
    json!({"id": row["id"], "lead": lead, "intents": understood.intents})
}

fn line(turn: &Value) -> Line {
    let author = if turn["role"] == "user" { Author::Lead } else { Author::Agent };
    Line::text(author, turn["content"].as_str().unwrap_or_default())
}
