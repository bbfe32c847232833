//! The one structured model call of a turn: what is sent, and how the answer is read.

mod answer;
mod data;
mod fixed;
mod schema;

use crate::conversation::{Draft, Turn};

pub(crate) use fixed::instructions;
pub use schema::SEGMENTS;

/// What is sent to the model.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// The fixed part, equal for all leads of a playbook, so that the provider can cache it.
    pub system: String,
    /// The lead's data and the history, oldest first, as (role, text); roles are `system`, `user`, `assistant`.
    pub messages: Vec<(&'static str, String)>,
    /// JSON schema of the answer, within what strict structured output accepts.
    pub schema: serde_json::Value,
}

/// Why a model's answer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// Builds the call for a turn.
pub fn build(turn: &Turn<'_>) -> Prompt {
    Prompt {
        system: fixed::system(turn.playbook),
        messages: data::messages(turn),
        schema: schema::answer(),
    }
}

/// Reads the model's answer and checks it against the lead's words.
///
/// # Errors
/// When the text is not the JSON that was asked for, or holds no reply.
pub fn read(answer: &str, turn: &Turn<'_>) -> Result<Draft, Malformed> {
    answer::read(answer, turn)
}

#[cfg(test)]
mod tests;
