//! The offline brain: understands pt-BR and answers from the playbook, without a model.

mod acknowledgements;
mod advice;
mod answers;
mod cues;
mod machines;
pub mod notices;
mod paths;
mod questions;
mod scene;
mod unavailable;
mod voice;

use crate::conversation::{Draft, Turn};

use crate::understand::{self, Understanding};

use scene::Scene;

/// A reply up to this many characters may hold an offer beside what was asked.
const ROOM_FOR_AN_OFFER: usize = 480;

/// A paragraph up to this many characters takes the question into it.
const SHORT: usize = 70;

/// Reads the burst and proposes a reply.
pub fn think(turn: &Turn<'_>) -> Draft {
    reply_to(turn, understand::read(turn))
}

/// The reply to a burst that no model should decide: nothing to answer, an opt-out, a goodbye, a
/// voice note without words. `None` where a model may do better.
pub fn without_model(turn: &Turn<'_>) -> Option<Draft> {
    let mut scene = Scene::new(turn, understand::read(turn));
    let course = paths::beyond_dispute(&mut scene)?;
    let reply = match course {
        paths::Course::Silence => None,
        paths::Course::Say(paragraphs) => joined(paragraphs),
    };
    Some(scene.into_draft(reply))
}

/// Proposes a reply to a burst that was read.
fn reply_to(turn: &Turn<'_>, understood: Understanding) -> Draft {
    let mut scene = Scene::new(turn, understood);
    let reply = match paths::whole_reply(&mut scene) {
        Some(paths::Course::Silence) => None,
        Some(paths::Course::Say(paragraphs)) => joined(paragraphs),
        None => joined(conversation(&mut scene)),
    };
    scene.into_draft(reply)
}

/// Greets, answers what was asked, and asks for the next useful thing.
fn conversation(scene: &mut Scene<'_>) -> Vec<String> {
    scene.memory.closed = false;
    let mut reply: Vec<String> = answers::greeting(scene).into_iter().collect();
    let greeted = !reply.is_empty();
    let answers = answers::to_what_was_asked(scene);
    let acknowledgement = acknowledgements::fitting(scene, greeted, !answers.is_empty());
    match (acknowledgement, answers.is_empty()) {
        (Some(words), true) => reply.push(words),
        (Some(words), false) => reply.push(format!("{words} {}", answers[0])),
        (None, true) => {}
        (None, false) => reply.push(answers[0].clone()),
    }
    reply.extend(answers.into_iter().skip(1));
    if reply.iter().map(|paragraph| paragraph.chars().count()).sum::<usize>() <= ROOM_FOR_AN_OFFER {
        reply.extend(answers::upsell(scene));
    }
    if reply.iter().any(|paragraph| paragraph.contains('?')) {
        // One thing at a time: the answer asks something itself.
        return reply;
    }
    let question = questions::next(scene, reply.len() > usize::from(greeted));
    match (question, reply.last_mut()) {
        (Some(question), Some(last)) if last.chars().count() <= SHORT => {
            *last = format!("{last} {question}");
        }
        (question, _) => reply.extend(question),
    }
    reply
}

fn joined(paragraphs: Vec<String>) -> Option<String> {
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n\n"))
}

#[cfg(test)]
mod tests;
