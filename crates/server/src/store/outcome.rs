//! What is on record of a lead at the end of a conversation, as an evaluation compares it.

use std::collections::BTreeSet;

use seleto_rules::lead::Lead;
use serde::{Deserialize, Serialize};

use super::Error;
use super::engine::{Operation, Row, Tx};
use crate::params;

/// Something on record beside the lead's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Register {
    /// Interest in a product that is not on sale now.
    UnavailableInterest,
    /// A question for engineering.
    TechnicalQuestion,
    /// The lead wants no more messages.
    OptOut,
    /// The lead wants a person.
    HumanRequest,
}

impl Register {
    /// Its name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnavailableInterest => "unavailable_interest",
            Self::TechnicalQuestion => "technical_question",
            Self::OptOut => "opt_out",
            Self::HumanRequest => "human_request",
        }
    }
}

/// One turn, as far as an evaluation needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Whether something was sent.
    pub answered: bool,
    /// The model that was asked, if one was.
    pub model: Option<String>,
    /// What it cost, in millionths of a US dollar; unknown for a model without a price.
    pub cost_micro_usd: Option<i64>,
}

/// What a conversation left behind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The lead.
    pub lead: Lead,
    /// `frio`, `morno` or `quente`; absent before the first turn.
    pub temperature: Option<String>,
    /// What is on record beside it.
    pub registers: BTreeSet<Register>,
    /// Every turn, in order.
    pub turns: Vec<Spent>,
}

/// Loads what is on record of a lead.
pub struct LoadOutcome {
    /// How the customer's tables name the lead.
    pub lead_phone: String,
}

impl Operation for LoadOutcome {
    type Output = Outcome;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Outcome, Error> {
        let phone = params![self.lead_phone.as_str()];
        let state = tx
            .row(
                "SELECT p.profile, l.temperature, l.opted_out FROM conversation_states c
                 JOIN leads l ON l.id = c.lead_id
                 LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id
                 WHERE c.lead_phone = $1",
                &phone,
            )
            .await?;
        let Some(state) = state else { return Ok(Outcome::default()) };
        let mut registers = BTreeSet::new();
        if state.bool(2)? {
            registers.insert(Register::OptOut);
        }
        let context =
            tx.rows("SELECT key FROM conversation_context WHERE lead_phone = $1", &phone).await?;
        for row in &context {
            registers.extend(context_register(&row.text(0)?));
        }
        let questions = "SELECT id FROM technical_questions WHERE phone = $1 LIMIT 1";
        registers.extend(tx.row(questions, &phone).await?.map(|_| Register::TechnicalQuestion));
        let turns = tx
            .rows(
                "SELECT t.outcome, t.model, t.cost_micro_usd FROM turns t
                 JOIN conversation_states c ON c.id = t.conversation_id
                 WHERE c.lead_phone = $1 ORDER BY t.started_at, t.id",
                &phone,
            )
            .await?;
        let profile = state.maybe_text(0)?.unwrap_or_default();
        Ok(Outcome {
            lead: serde_json::from_str(&profile).unwrap_or_default(),
            temperature: state.maybe_text(1)?,
            registers,
            turns: turns.iter().map(spent).collect::<Result<_, _>>()?,
        })
    }
}

fn context_register(key: &str) -> Option<Register> {
    [Register::UnavailableInterest, Register::HumanRequest]
        .into_iter()
        .find(|register| register.as_str() == key)
}

fn spent(row: &Row) -> Result<Spent, Error> {
    Ok(Spent {
        answered: row.text(0)? == "answered",
        model: row.maybe_text(1)?,
        cost_micro_usd: row.maybe_int(2)?,
    })
}
