//! The one structured model call of a turn: what is sent, and how the answer is read.

use crate::conversation::{Draft, Turn};

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
    let _ = turn;
    Prompt { system: String::new(), messages: Vec::new(), schema: serde_json::json!({}) }
}

/// Reads the model's answer and checks it against the lead's words.
///
/// # Errors
/// When the text is not the JSON that was asked for.
pub fn read(answer: &str, turn: &Turn<'_>) -> Result<Draft, Malformed> {
    let _ = (answer, turn);
    Err(Malformed("not implemented".to_owned()))
}

/// What the model is told to do; nothing of it may reach a lead.
pub(crate) fn instructions(company: &crate::playbook::Company) -> String {
    company.agent.tone.join("\n")
}
