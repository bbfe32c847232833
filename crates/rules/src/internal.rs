//! Text for the company's own people: notes, cards, reminders to sellers.

/// Text that no lead may read. It is a type of its own beside [`crate::guardrails::Cleared`]: what
/// sends to leads does not take it, and what sends to sellers takes nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Internal(String);

impl Internal {
    /// Marks a text as one for the company alone.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for those who may read it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
