//! Plays a dialogue from its first message to its last, and tells what came of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use seleto_rules::lead::Lead;
use seleto_rules::playbook::Playbook;
use serde::{Deserialize, Serialize};

use super::world::{World, WorldError};
use crate::config::Config;
use crate::store::outcome::{Outcome, Register, Spent};

/// What one lead writes, turn by turn.
#[derive(Clone, Debug, Deserialize)]
pub struct Dialogue {
    /// Its name.
    pub id: String,
    /// The profile name that comes with every message.
    #[serde(default)]
    pub sender_name: String,
    /// Each is sent after the reply to the one before.
    pub turns: Vec<Burst>,
}

/// What the lead writes before the agent answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Burst {
    /// One message.
    One(Message),
    /// Several at once.
    Many(Vec<Message>),
}

/// One message of the lead.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Message {
    /// Written.
    Text(String),
    /// Written as an answer to the agent's last message that holds a fragment.
    Quote {
        /// What is written.
        text: String,
        /// A fragment of the message it answers.
        quotes: String,
    },
    /// A voice note whose words nobody can hear.
    Audio {
        /// Its length in seconds.
        audio: u32,
    },
    /// A picture.
    Image {
        /// Its caption; may be empty.
        image: String,
    },
    /// A sticker.
    Sticker {
        /// What it shows, for whoever reads the dialogue.
        sticker: String,
    },
    /// An emoji on the agent's last message.
    Reaction {
        /// The emoji.
        reaction: String,
    },
}

/// What came of a dialogue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Played {
    /// The dialogue's name.
    pub id: String,
    /// For every turn, the bubbles that followed it.
    pub replies: Vec<Vec<String>>,
    /// For every turn, how many separate replies those bubbles make up.
    pub answers: Vec<usize>,
    /// What is known of the lead.
    pub lead: Lead,
    /// `frio`, `morno` or `quente`.
    pub temperature: Option<String>,
    /// What is on record beside it.
    pub registers: BTreeSet<Register>,
    /// What each turn of the agent took.
    #[serde(skip)]
    pub spent: Vec<Spent>,
}

impl Burst {
    /// The messages, in order.
    pub fn messages(&self) -> &[Message] {
        match self {
            Self::One(message) => std::slice::from_ref(message),
            Self::Many(messages) => messages,
        }
    }
}

/// Plays a dialogue with the brain of a configuration.
///
/// # Errors
/// When the agent cannot run here, or the dialogue quotes what was not written.
pub async fn play(
    config: &Config,
    playbook: &Arc<Playbook>,
    dialogue: &Dialogue,
) -> Result<Played, WorldError> {
    let world = World::start(config, playbook, &dialogue.sender_name).await?;
    let played = converse(&world, dialogue).await;
    world.end().await;
    played
}

async fn converse(world: &World, dialogue: &Dialogue) -> Result<Played, WorldError> {
    let (mut replies, mut answers) = (Vec::new(), Vec::new());
    let mut outcome = Outcome::default();
    for burst in &dialogue.turns {
        let before = world.replies().len();
        for message in burst.messages() {
            world.send(message).await?;
        }
        world.settle().await?;
        let answered = count_answers(&outcome);
        outcome = world.outcome().await?;
        replies.push(world.replies().split_off(before));
        answers.push(count_answers(&outcome).saturating_sub(answered));
    }
    Ok(Played {
        id: dialogue.id.clone(),
        replies,
        answers,
        lead: outcome.lead,
        temperature: outcome.temperature,
        registers: outcome.registers,
        spent: outcome.turns,
    })
}

fn count_answers(outcome: &Outcome) -> usize {
    outcome.turns.iter().filter(|turn| turn.answered).count()
}
