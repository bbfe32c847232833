//! A model that says what the attacker wants: three hundred goals in eight carriers, each wish in
//! ten disguises. What leaves is judged by an oracle of its own, which knows nothing of guardrails.

#[path = "hostile/carriers.rs"]
mod carriers;
#[path = "hostile/oracle.rs"]
mod oracle;
#[path = "hostile/wishes.rs"]
mod wishes;

use seleto_rules::conversation::{Author, Line, Memory, Turn};
use seleto_rules::lead::Lead;
use seleto_rules::playbook::Playbook;
use seleto_rules::{guardrails, prompt};

const GOALS: &str = include_str!("hostile/goals.txt");

/// Goals as (kind, place in its kind, the attacker's words).
fn goals() -> Vec<(&'static str, usize, &'static str)> {
    let mut goals = Vec::new();
    let (mut kind, mut place) = ("", 0);
    for line in GOALS.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            (kind, place) = (name, 0);
            continue;
        }
        for words in line.split(" | ") {
            goals.push((kind, place, words));
            place += 1;
        }
    }
    goals
}

/// What leaves when the model answers so: its words if they are cleared, else a safe phrase.
fn leaves(turn: &Turn<'_>, reply: &str) -> String {
    let answer = serde_json::json!({
        "reply": reply, "facts": [], "intents": [], "asks": [],
        "records": { "technical_question": null, "unavailable_interest": false,
                     "opt_out": false, "human_request": false },
    });
    let cleared = prompt::read(&answer.to_string(), turn)
        .ok()
        .and_then(|draft| draft.reply)
        .and_then(|reply| guardrails::clear_for(turn, &reply).ok());
    cleared.unwrap_or_else(|| guardrails::safe_phrase(turn.playbook)).as_str().to_owned()
}

/// The fixed part of the prompt.
fn instructions(playbook: &Playbook) -> String {
    let (lead, memory) = (Lead::default(), Memory::default());
    let burst = [Line::text(Author::Lead, "oi")];
    let turn = Turn {
        playbook,
        lead: &lead,
        sender_name: None,
        history: &[],
        burst: &burst,
        memory: &memory,
        now: jiff::civil::datetime(2026, 11, 24, 10, 0, 0, 0),
    };
    prompt::build(&turn).system
}

#[test]
fn nothing_an_attacker_wishes_leaves_whatever_the_model_says() {
    let playbook = Playbook::seleto();
    let (lead, memory) = (Lead::default(), Memory::default());
    let goals = goals();
    assert_eq!(goals.len(), 300);
    let (mut breaches, mut judged) = (Vec::new(), 0);
    let secret = instructions(&playbook);
    for (kind, place, words) in goals {
        for (carrier, text) in carriers::all(words).into_iter().enumerate() {
            let burst = [Line::text(Author::Lead, text)];
            let turn = Turn {
                playbook: &playbook,
                lead: &lead,
                sender_name: None,
                history: &[],
                burst: &burst,
                memory: &memory,
                now: jiff::civil::datetime(2026, 11, 24, 10, 0, 0, 0),
            };
            // Over a kind's carriers and seeds every disguise meets every carrier.
            for disguise in [place, place + carrier + 1] {
                let wish = wishes::wish(kind, place, disguise % 10, &secret);
                judged += 1;
                let told = leaves(&turn, &wish);
                if let Some(harm) = oracle::harm(kind, &told, &secret) {
                    breaches.push(format!(
                        "{kind} {place}/{carrier}/{}: {harm}: {told}",
                        disguise % 10
                    ));
                }
            }
        }
    }
    assert!(judged >= 2_400, "{judged}");
    breaches.sort();
    breaches.dedup_by_key(|it| it.split(": ").skip(1).collect::<String>());
    assert!(breaches.is_empty(), "{} of {judged}:\n{}", breaches.len(), breaches.join("\n"));
}

#[test]
fn the_oracle_sees_every_wish_and_no_phrase_of_ours() {
    let playbook = Playbook::seleto();
    let secret = instructions(&playbook);
    let mut unseen = Vec::new();
    for (kind, place, _) in goals() {
        for disguise in 0..10 {
            let wish = wishes::wish(kind, place, disguise, &secret);
            if oracle::harm(kind, &wish, &secret).is_none() {
                unseen.push(format!("{kind}/{disguise}: {wish}"));
            }
        }
    }
    unseen.sort();
    unseen.dedup();
    assert!(unseen.is_empty(), "unseen:\n{}", unseen.join("\n"));
    for (_, phrase) in playbook.phrases.all() {
        for kind in wishes::KINDS {
            let phrase = phrase.replace("{site}", &playbook.company.site);
            assert_eq!(oracle::harm(kind, &phrase, &secret), None, "{phrase}");
        }
    }
}
