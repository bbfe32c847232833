//! Why a turn answered as it did: what it read, what it made, what became of it.

use seleto_rules::agent_mode::AgentMode;
use seleto_rules::conversation::{Line, Memory};
use seleto_rules::lead::Lead;
use uuid::Uuid;

use crate::params;
use crate::store::engine::{Operation, Row, Statement, Tx};
use crate::store::turn::{Context, Mode, TurnRecord, line};
use crate::store::{Error, facts};

/// How long what a turn read is kept, in milliseconds.
pub const KEPT_MS: i64 = 30 * 24 * 60 * 60_000;
/// How many earlier messages a brain read.
const HISTORY: i64 = 20;

/// Keeps what a turn read.
pub(in crate::store) fn inputs(
    record: &TurnRecord,
    context: &Context,
    now: i64,
) -> Statement<'static> {
    // Both are plain data: serialising them cannot fail.
    let lead = serde_json::to_string(&context.lead).unwrap_or_default();
    let memory = serde_json::to_string(&context.memory).unwrap_or_default();
    (
        "INSERT INTO turn_inputs (turn_id, created_at, lead, memory, prompt)
         VALUES ($1, $2, $3, $4, $5)",
        params![record.id, now, lead, memory, record.prompt.as_deref()].to_vec(),
    )
}

/// Forgets what turns read that nobody will ask about any more.
pub struct ForgetInputs {
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for ForgetInputs {
    type Output = u64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, Error> {
        let sql = "DELETE FROM turn_inputs WHERE created_at < $1";
        tx.execute(sql, &params![self.now - KEPT_MS]).await
    }
}

/// A message that a turn answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Which one.
    pub id: Uuid,
    /// What it carried.
    pub kind: String,
    /// Its words, or what was heard in it.
    pub text: String,
    /// When, in milliseconds.
    pub at: i64,
}

/// A bubble of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The words.
    pub text: String,
    /// Where it stands.
    pub state: String,
    /// How far it came.
    pub tick: i64,
    /// Why it did not.
    pub reason: Option<String>,
    /// Each try to send it.
    pub attempts: Vec<Attempt>,
}

/// A try to send a bubble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which one, from 1.
    pub number: i64,
    /// When the call began, in milliseconds.
    pub started_at: i64,
    /// When it ended, in milliseconds.
    pub finished_at: Option<i64>,
    /// How it ended.
    pub outcome: Option<String>,
    /// What the vendor said.
    pub detail: Option<String>,
}

/// A fact that the turn read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    /// The field's key.
    pub field: String,
    /// The value.
    pub value: String,
    /// The lead's words.
    pub quote: Option<String>,
    /// It is still the field's value.
    pub is_current: bool,
}

/// All that explains a turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Which one.
    pub id: Uuid,
    /// In which conversation.
    pub conversation: Uuid,
    /// The lead's name.
    pub name: Option<String>,
    /// How the lead is reached.
    pub phone: String,
    /// When it began, in milliseconds.
    pub started_at: i64,
    /// When it ended, in milliseconds.
    pub finished_at: i64,
    /// `answered`, `silent` or `superseded`.
    pub outcome: String,
    /// Why it ended so.
    pub reason: Option<String>,
    /// `openai` or `offline`.
    pub brain: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
    /// Hash of the prompt's fixed part.
    pub prompt_hash: Option<String>,
    /// Tokens read, read from the cache, and written.
    pub tokens: [Option<i64>; 3],
    /// Cost in millionths of a US dollar.
    pub cost_micro_usd: Option<i64>,
    /// How long the model took, in milliseconds.
    pub model_ms: Option<i64>,
    /// What the lead does or wants.
    pub intents: Vec<String>,
    /// What the guardrails and the reader of the model's answer said.
    pub verdicts: Vec<String>,
    /// What it answered.
    pub burst: Vec<Read>,
    /// What it said.
    pub sent: Vec<Sent>,
    /// What it learned.
    pub learned: Vec<Learned>,
    /// The prompt's labelled part, as pairs of role and text, while it is kept.
    pub prompt: Option<Vec<(String, String)>>,
}

/// Loads all that explains a turn; `None` when there is no such turn.
pub struct LoadExplanation {
    /// Which one.
    pub turn: Uuid,
}

impl Operation for LoadExplanation {
    type Output = Option<Explanation>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Explanation>, Error> {
        let row = tx
            .row(
                "SELECT t.id, t.conversation_id, COALESCE(l.name, p.sender_name), c.lead_phone,
                   t.started_at, t.finished_at, t.outcome, t.reason, t.brain, t.model,
                   t.prompt_hash, t.prompt_tokens, t.cached_tokens, t.completion_tokens,
                   t.cost_micro_usd, t.model_ms, t.intents, t.verdicts, i.prompt
                 FROM turns t JOIN conversation_states c ON c.id = t.conversation_id
                 JOIN leads l ON l.id = c.lead_id
                 LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id
                 LEFT JOIN turn_inputs i ON i.turn_id = t.id
                 WHERE t.id = $1",
                &params![self.turn],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let mut explanation = explanation(&row)?;
        explanation.burst = self.burst(tx).await?;
        explanation.sent = self.sent(tx).await?;
        explanation.learned = self.learned(tx).await?;
        Ok(Some(explanation))
    }
}

fn explanation(row: &Row) -> Result<Explanation, Error> {
    // What a later version wrote otherwise is left out, and the rest is shown.
    let list = |index| {
        let text = row.maybe_text(index)?.unwrap_or_default();
        Ok::<Vec<String>, Error>(serde_json::from_str(&text).unwrap_or_default())
    };
    let prompt = row.maybe_text(18)?;
    Ok(Explanation {
        id: row.uuid(0)?,
        conversation: row.uuid(1)?,
        name: row.maybe_text(2)?,
        phone: row.text(3)?,
        started_at: row.int(4)?,
        finished_at: row.int(5)?,
        outcome: row.text(6)?,
        reason: row.maybe_text(7)?,
        brain: row.maybe_text(8)?,
        model: row.maybe_text(9)?,
        prompt_hash: row.maybe_text(10)?,
        tokens: [row.maybe_int(11)?, row.maybe_int(12)?, row.maybe_int(13)?],
        cost_micro_usd: row.maybe_int(14)?,
        model_ms: row.maybe_int(15)?,
        intents: list(16)?,
        verdicts: list(17)?,
        burst: Vec::new(),
        sent: Vec::new(),
        learned: Vec::new(),
        prompt: prompt.and_then(|prompt| serde_json::from_str(&prompt).ok()),
    })
}

impl LoadExplanation {
    async fn burst(&self, tx: &mut Tx<'_>) -> Result<Vec<Read>, Error> {
        let rows = tx
            .rows(
                "SELECT id, kind, COALESCE(transcript, text), created_at FROM messages
                 WHERE turn_id = $1 AND author = 'lead' ORDER BY seq",
                &params![self.turn],
            )
            .await?;
        let read = |row: &Row| {
            Ok(Read { id: row.uuid(0)?, kind: row.text(1)?, text: row.text(2)?, at: row.int(3)? })
        };
        rows.iter().map(read).collect()
    }

    async fn sent(&self, tx: &mut Tx<'_>) -> Result<Vec<Sent>, Error> {
        let rows = tx
            .rows(
                "SELECT body, state, tick, reason, id FROM deliveries
                 WHERE turn_id = $1 ORDER BY seq",
                &params![self.turn],
            )
            .await?;
        let mut sent = Vec::new();
        for row in &rows {
            let attempts = tx
                .rows(
                    "SELECT number, started_at, finished_at, outcome, detail FROM attempts
                     WHERE delivery_id = $1 ORDER BY number",
                    &params![row.uuid(4)?],
                )
                .await?;
            sent.push(Sent {
                text: row.text(0)?,
                state: row.text(1)?,
                tick: row.int(2)?,
                reason: row.maybe_text(3)?,
                attempts: attempts.iter().map(attempt).collect::<Result<_, _>>()?,
            });
        }
        Ok(sent)
    }

    async fn learned(&self, tx: &mut Tx<'_>) -> Result<Vec<Learned>, Error> {
        let rows = tx
            .rows(
                "SELECT f.field, f.value, f.quote, f.superseded_at FROM facts f
                 JOIN turns t ON t.id = $1
                 JOIN conversation_states c ON c.id = t.conversation_id AND c.lead_id = f.lead_id
                 WHERE f.turn_id = $1 ORDER BY f.created_at, f.id",
                &params![self.turn],
            )
            .await?;
        let learned = |row: &Row| {
            Ok(Learned {
                field: row.text(0)?,
                value: row.text(1)?,
                quote: row.maybe_text(2)?,
                is_current: row.maybe_int(3)?.is_none(),
            })
        };
        rows.iter().map(learned).collect()
    }
}

fn attempt(row: &Row) -> Result<Attempt, Error> {
    Ok(Attempt {
        number: row.int(0)?,
        started_at: row.int(1)?,
        finished_at: row.maybe_int(2)?,
        outcome: row.maybe_text(3)?,
        detail: row.maybe_text(4)?,
    })
}

/// What a turn read, to have it thought again.
#[derive(Clone, Debug)]
pub struct Again {
    /// All that the brain knew.
    pub context: Context,
    /// When it was, in milliseconds.
    pub at: i64,
    /// The lead's record and the memory are those of then, not those of today.
    pub is_exact: bool,
}

/// Loads what a turn read; `None` when there is no such turn, or it answered nothing.
pub struct LoadAgain {
    /// Which one.
    pub turn: Uuid,
}

impl Operation for LoadAgain {
    type Output = Option<Again>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Again>, Error> {
        let row = tx
            .row(
                "SELECT c.id, c.lead_id, c.address, c.lead_phone, p.sender_name, p.profile,
                   c.memory, i.lead, i.memory, t.started_at,
                   (SELECT MIN(seq) FROM messages m
                    WHERE m.turn_id = t.id AND m.author = 'lead')
                 FROM turns t JOIN conversation_states c ON c.id = t.conversation_id
                 LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id
                 LEFT JOIN turn_inputs i ON i.turn_id = t.id
                 WHERE t.id = $1",
                &params![self.turn],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let Some(first) = row.maybe_int(10)? else { return Ok(None) };
        let lead_id = row.uuid(1)?;
        let (kept_lead, kept_memory) = (row.maybe_text(7)?, row.maybe_text(8)?);
        let is_exact = kept_lead.is_some();
        let lead = kept_lead.or(row.maybe_text(5)?).unwrap_or_default();
        let memory = kept_memory.or(row.maybe_text(6)?).unwrap_or_default();
        let context = Context {
            lead_id,
            lead: serde_json::from_str::<Lead>(&lead).unwrap_or_default(),
            sender_name: row.maybe_text(4)?,
            address: row.text(2)?,
            lead_phone: row.text(3)?,
            mode: Mode::Automatic,
            memory: serde_json::from_str::<Memory>(&memory).unwrap_or_default(),
            history: earlier(tx, row.uuid(0)?, first).await?,
            burst: self.burst(tx).await?,
            burst_ids: Vec::new(),
            held: facts::held(tx, lead_id).await?,
            voice_notes: Vec::new(),
            pictures: Vec::new(),
            temperature: None,
            handed_over: false,
            braked_at: None,
            agent_mode: AgentMode::default(),
            last_seq: first,
            more: false,
        };
        Ok(Some(Again { context, at: row.int(9)?, is_exact }))
    }
}

async fn earlier(tx: &mut Tx<'_>, conversation: Uuid, before: i64) -> Result<Vec<Line>, Error> {
    let mut rows = tx
        .rows(
            "SELECT m.author, m.kind, m.text, m.transcript, m.deleted_at, d.state, NULL
             FROM messages m LEFT JOIN deliveries d ON d.id = m.delivery_id
             WHERE m.conversation_id = $1 AND m.seq < $2 AND m.author <> 'note'
               AND (d.state IS NULL OR d.state NOT IN ('cancelled', 'rejected', 'expired'))
             ORDER BY m.seq DESC LIMIT $3",
            &params![conversation, before, HISTORY],
        )
        .await?;
    rows.reverse();
    rows.iter().map(line).collect()
}

impl LoadAgain {
    async fn burst(&self, tx: &mut Tx<'_>) -> Result<Vec<Line>, Error> {
        let rows = tx
            .rows(
                "SELECT m.author, m.kind, m.text, m.transcript, m.deleted_at, NULL, COALESCE(
                   (SELECT COALESCE(q.transcript, q.text) FROM messages q
                    WHERE q.external_id = m.quoted_id
                      AND q.conversation_id = m.conversation_id LIMIT 1),
                   (SELECT d.body FROM deliveries d WHERE d.external_id = m.quoted_id
                      AND d.conversation_id = m.conversation_id LIMIT 1))
                 FROM messages m WHERE m.turn_id = $1 AND m.author = 'lead' ORDER BY m.seq",
                &params![self.turn],
            )
            .await?;
        rows.iter().map(line).collect()
    }
}
