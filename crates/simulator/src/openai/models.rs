//! The models that exist, and the days on which some of them end.

use serde_json::{Value, json};

/// A model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its name.
    pub id: String,
    /// The day on which it ends, as `YYYY-MM-DD`.
    pub shutdown_date: Option<String>,
}

impl Model {
    /// A model with no end announced.
    pub fn current(id: &str) -> Self {
        Self { id: id.to_owned(), shutdown_date: None }
    }

    /// A model that ends on this day.
    pub fn ending(id: &str, day: &str) -> Self {
        Self { id: id.to_owned(), shutdown_date: Some(day.to_owned()) }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "object": "model",
            "created": 1_715_367_049,
            "owned_by": "system",
            "shutdown_date": self.shutdown_date,
        })
    }
}

/// The models of late 2026 that the product may name.
pub(super) fn usual() -> Vec<Model> {
    vec![
        Model::current("gpt-4o"),
        Model::current("gpt-4o-mini"),
        Model::ending("gpt-4o-2024-08-06", "2027-01-14"),
        Model::ending("gpt-4o-2024-11-20", "2027-01-14"),
        Model::ending("gpt-4o-mini-2024-07-18", "2027-01-14"),
        Model::current("gpt-6-luna"),
        Model::current("gpt-6-sol"),
        Model::current("gpt-6.1-sol"),
        Model::ending("whisper-1", "2027-02-26"),
        Model::ending("gpt-4o-transcribe", "2027-02-26"),
        Model::ending("gpt-4o-mini-transcribe", "2027-02-26"),
        Model::current("gpt-transcribe"),
    ]
}
