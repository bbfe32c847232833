//! The one transaction in which a turn saves all that it made.

use seleto_rules::conversation::{Memory, Record};
use seleto_rules::facts::{Fate, Settled};
use seleto_rules::guardrails::Cleared;
use seleto_rules::lead::Lead;
use seleto_rules::qualification::Qualification;
use uuid::Uuid;

use super::bubble::Bubble;
use super::people::ForPeople;
use super::{Context, Mode};
use crate::params;
use crate::store::alert::Alarm;
use crate::store::console::explanation;
use crate::store::engine::{Operation, Statement, Tx, Value};
use crate::store::facts::NewFact;
use crate::store::queue::{Claim, Lane, wake};
use crate::store::{Error, activity, alert, handoff, lead, mirroring};

/// How often a reply is thrown away for a newer message before one is sent anyway.
const REJOINS: i64 = 3;

/// One row that explains one answer, or one silence.
#[derive(Clone, Debug, Default)]
pub struct TurnRecord {
    /// Its id; made before the model is called.
    pub id: Uuid,
    /// When it was claimed, in milliseconds.
    pub started_at: i64,
    /// `answered`, `silent`, `superseded`, `shadow` (a draft for people) or `follow_up`.
    pub outcome: &'static str,
    /// Why it ended so.
    pub reason: Option<String>,
    /// `openai` or `offline`.
    pub brain: Option<&'static str>,
    /// The model that answered.
    pub model: Option<String>,
    /// Hash of the prompt's fixed part.
    pub prompt_hash: Option<String>,
    /// The rest of the prompt, as JSON.
    pub prompt: Option<String>,
    /// Tokens read.
    pub prompt_tokens: Option<i64>,
    /// Tokens read from the provider's cache.
    pub cached_tokens: Option<i64>,
    /// Tokens written.
    pub completion_tokens: Option<i64>,
    /// Cost in millionths of a US dollar; unknown for a model without a price.
    pub cost_micro_usd: Option<i64>,
    /// How long the model took, in milliseconds.
    pub model_ms: Option<i64>,
    /// What the lead does or wants, as JSON.
    pub intents: Option<String>,
    /// What the guardrails said, as JSON.
    pub verdicts: Option<String>,
}

impl TurnRecord {
    /// The row.
    pub(in crate::store) fn row(
        &self,
        claim: &Claim,
        outcome: &'static str,
        now: i64,
    ) -> Statement<'static> {
        (
            "INSERT INTO turns (id, conversation_id, fence, started_at, finished_at, outcome,
               reason, brain, model, prompt_hash, prompt_tokens, cached_tokens,
               completion_tokens, cost_micro_usd, model_ms, intents, verdicts)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            params![
                self.id,
                claim.conversation,
                claim.fence,
                self.started_at,
                now,
                outcome,
                self.reason.as_deref(),
                self.brain,
                self.model.as_deref(),
                self.prompt_hash.as_deref(),
                self.prompt_tokens,
                self.cached_tokens,
                self.completion_tokens,
                self.cost_micro_usd,
                self.model_ms,
                self.intents.as_deref(),
                self.verdicts.as_deref(),
            ]
            .to_vec(),
        )
    }
}

/// Saves all that a turn made and gives the conversation back.
pub struct FinishTurn {
    /// The lease under which it was made.
    pub claim: Claim,
    /// Now, in milliseconds.
    pub now: i64,
    /// What explains it.
    pub record: TurnRecord,
    /// What it read.
    pub context: Context,
    /// The lead after it.
    pub lead: Lead,
    /// What was read about the lead.
    pub facts: Vec<Settled>,
    /// The dialogue's memory after it.
    pub memory: Memory,
    /// How near the lead is to buying, when that changed.
    pub qualification: Option<Qualification>,
    /// What to put on record.
    pub records: Vec<Record>,
    /// What to send, bubble by bubble.
    pub bubbles: Vec<Cleared>,
    /// What concerns the company's people.
    pub people: ForPeople,
    /// Who answers from now on and who decided it, when that changes.
    pub mode: Option<(Mode, &'static str)>,
    /// What an operator must learn, or may forget.
    pub alarms: Vec<Alarm>,
}

/// What became of a turn's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Whether it is saved. If not, the lead wrote meanwhile: nothing is sent, and the next turn
    /// answers everything together.
    pub saved: bool,
    /// When the conversation's next turn is due, in milliseconds.
    pub wake_at: Option<i64>,
}

impl Operation for FinishTurn {
    type Output = Finished;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Finished, Error> {
        let finished = self.give_back(tx).await?;
        let (conversation, record) = (self.claim.conversation, &self.record);
        if !finished.saved {
            tx.batch(&[record.row(&self.claim, "superseded", self.now)]).await?;
            return Ok(finished);
        }
        // Rows are locked in one order everywhere: the queue, what was said, the conversation, the
        // mirrors.
        let mut statements = Vec::new();
        if !self.bubbles.is_empty() {
            statements.push(wake(conversation, Lane::Whatsapp, self.now));
        }
        statements.extend(self.people.wakes(conversation));
        statements.push((
            "UPDATE messages SET turn_id = $3 WHERE conversation_id = $1 AND author = 'lead'
               AND turn_id IS NULL AND seq <= $2",
            params![conversation, self.context.last_seq, record.id].to_vec(),
        ));
        statements.push(record.row(&self.claim, record.outcome, self.now));
        if record.brain.is_some() {
            statements.push(explanation::inputs(record, &self.context, self.now));
        }
        if self.lead != self.context.lead {
            statements.extend(lead::rows(self.context.lead_id, &self.lead, self.now));
        }
        statements.extend(self.facts.iter().flat_map(|settled| self.fact_rows(settled)));
        if let Some(qualification) = &self.qualification {
            statements.extend(lead::qualified(self.context.lead_id, qualification, self.now));
        }
        statements.extend(self.records.iter().map(|record| self.record_row(record)));
        for bubble in &self.bubbles {
            statements.extend(
                Bubble { text: bubble, turn: record.id, to: &self.context }
                    .rows(conversation, self.now),
            );
        }
        if matches!(self.mode, Some((Mode::Automatic, _))) {
            statements.push(handoff::over_if_picked_up(conversation, self.now));
        }
        statements.extend(self.people.rows(self.now));
        statements.push((
            "UPDATE conversation_states SET memory = $2 WHERE id = $1",
            params![conversation, to_json(&self.memory)].to_vec(),
        ));
        statements.extend(self.mode.map(|(mode, by)| self.mode_row(mode, by)));
        statements.push(self.activity());
        statements.push(mirroring::wake_after_change(conversation, self.now));
        tx.batch(&statements).await?;
        self.claim.went_well(tx, self.now).await?;
        for record in &self.records {
            self.tell_operator(tx, record).await?;
        }
        for alarm in &self.alarms {
            alarm.sound(tx, self.now).await?;
        }
        Ok(finished)
    }
}

impl FinishTurn {
    async fn give_back(&self, tx: &mut Tx<'_>) -> Result<Finished, Error> {
        let may_rejoin = if self.bubbles.is_empty() { 0 } else { REJOINS };
        let row = tx
            .row(
                "UPDATE queue SET lease_until = 0, lease_by = NULL, attempts = 0,
                   rejoined = CASE WHEN gen <> $5 AND rejoined < $6 THEN rejoined + 1 ELSE 0 END,
                   wake_at = CASE WHEN gen = $5 THEN $7 ELSE wake_at END
                 WHERE conversation_id = $1 AND lane = $2 AND lease_by = $3 AND fence = $4
                 RETURNING rejoined, wake_at",
                &params![
                    self.claim.conversation,
                    self.claim.lane.name(),
                    self.claim.replica,
                    self.claim.fence,
                    self.claim.generation,
                    may_rejoin,
                    self.context.more.then_some(self.now),
                ],
            )
            .await?
            .ok_or(Error::LeaseLost)?;
        Ok(Finished { saved: row.int(0)? == 0, wake_at: row.maybe_int(1)? })
    }

    /// A fact with its evidence; the one it takes the place of stays in the history.
    fn fact_rows(&self, settled: &Settled) -> Vec<Statement<'static>> {
        let fact = &settled.fact;
        let written = NewFact {
            lead: self.context.lead_id,
            field: fact.value.field(),
            value: fact.value.to_string(),
            quote: Some(fact.quote.clone()),
            message: self.context.burst_ids.get(fact.line).copied(),
            source: fact.reader.into(),
            actor: None,
            turn: Some(self.record.id),
            at: self.now,
        };
        match &settled.fate {
            Fate::Taken(lost) => written.takes_the_place_of(lost),
            Fate::Outranked(by) => vec![written.outranked_by(*by)],
        }
    }

    /// What the list of conversations shows of the turn.
    fn activity(&self) -> Statement<'static> {
        let conversation = self.claim.conversation;
        match self.bubbles.last() {
            Some(bubble) => activity::we_wrote(conversation, "agent", bubble.as_str(), self.now),
            None if self.people.owe => activity::touched(conversation, self.now),
            None => activity::nothing_owed(conversation, self.now),
        }
    }

    fn mode_row(&self, mode: Mode, by: &'static str) -> Statement<'static> {
        let mode = if mode == Mode::Human { "human" } else { "automatic" };
        (
            "UPDATE conversation_states SET mode = $2, mode_by = $4, mode_at = $3
             WHERE id = $1",
            params![self.claim.conversation, mode, self.now, by].to_vec(),
        )
    }

    fn record_row(&self, record: &Record) -> Statement<'static> {
        let phone = self.context.lead_phone.as_str();
        let at = Value::Time(self.now);
        match record {
            Record::TechnicalQuestion(question) => (
                "INSERT INTO technical_questions (id, phone, question, timestamp, context)
                 VALUES ($1, $2, $3, $4, $5)",
                vec![
                    Uuid::now_v7().into(),
                    phone.into(),
                    question.into(),
                    at,
                    self.lead.product.as_deref().into(),
                ],
            ),
            Record::OptOut => (
                "UPDATE leads SET opted_out = (1 = 1), updated_at = $2 WHERE id = $1",
                vec![self.context.lead_id.into(), at],
            ),
            Record::UnavailableInterest => self.context_row("unavailable_interest", "true", at),
            Record::HumanRequest => self.context_row("human_request", "true", at),
            Record::Complaint(words) => self.context_row("complaint", words, at),
        }
    }

    /// The lead was told that somebody will write: somebody must learn of it.
    async fn tell_operator(&self, tx: &mut Tx<'_>, record: &Record) -> Result<(), Error> {
        let (kind, detail) = match record {
            Record::HumanRequest => (alert::HUMAN_REQUESTED, "o lead pediu para falar com alguém"),
            Record::Complaint(_) => (alert::COMPLAINT, "o lead reclamou"),
            Record::TechnicalQuestion(_) | Record::UnavailableInterest | Record::OptOut => {
                return Ok(());
            }
        };
        let subject = self.claim.conversation.to_string();
        alert::raise(tx, kind, &subject, detail, self.now).await.map(|_| ())
    }

    fn context_row(&self, key: &str, value: &str, at: Value) -> Statement<'static> {
        let phone = self.context.lead_phone.as_str();
        (
            "INSERT INTO conversation_context (id, lead_phone, key, value, created_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (lead_phone, key) DO UPDATE SET value = excluded.value",
            vec![Uuid::now_v7().into(), phone.into(), key.into(), value.into(), at],
        )
    }
}

fn to_json(value: &impl serde::Serialize) -> String {
    // Both types are plain data: serialising them cannot fail.
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}
