//! What a turn reads, and the one transaction in which it saves all that it made.

use seleto_rules::conversation::{Author, Kind, Line, Memory, Record};
use seleto_rules::guardrails::Cleared;
use seleto_rules::lead::Lead;
use seleto_rules::qualification::Qualification;
use uuid::Uuid;

use super::engine::{Operation, Row, Statement, Tx, Value};
use super::queue::{Claim, Lane, wake};
use super::transcript::{State, VoiceNote};
use super::{Error, alert};
use crate::params;

/// How many earlier messages a brain may read.
const HISTORY: i64 = 20;
/// How many messages one turn answers at most; the rest follows in the next.
const BURST: i64 = 50;
/// How often a reply is thrown away for a newer message before one is sent anyway.
const REJOINS: i64 = 3;

/// Who answers in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The agent.
    Automatic,
    /// A human took over.
    Human,
}

/// All that a turn needs to know.
#[derive(Clone, Debug)]
pub struct Context {
    /// The lead.
    pub lead_id: Uuid,
    /// What is known of the lead.
    pub lead: Lead,
    /// The profile name.
    pub sender_name: Option<String>,
    /// Where replies go.
    pub address: String,
    /// How the customer's tables name the lead.
    pub lead_phone: String,
    /// Who answers.
    pub mode: Mode,
    /// What the dialogue policy remembers.
    pub memory: Memory,
    /// Earlier messages, oldest first.
    pub history: Vec<Line>,
    /// The messages to answer, oldest first.
    pub burst: Vec<Line>,
    /// Those of them that are voice notes nobody listened to yet.
    pub voice_notes: Vec<VoiceNote>,
    /// The position of the last message to answer.
    pub last_seq: i64,
    /// Even more messages wait: they are the next turn's.
    pub more: bool,
}

/// Loads what a turn needs; `None` when the conversation is gone.
pub struct LoadTurn {
    /// Which conversation.
    pub conversation: Uuid,
}

impl Operation for LoadTurn {
    type Output = Option<Context>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Context>, Error> {
        let id = params![self.conversation];
        let state = tx
            .row(
                "SELECT c.lead_id, c.address, c.lead_phone, c.mode, c.memory, p.profile,
                        p.sender_name
                 FROM conversation_states c LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id
                 WHERE c.id = $1",
                &id,
            )
            .await?;
        let Some(state) = state else { return Ok(None) };
        let burst = tx
            .rows(
                "SELECT m.author, m.kind, COALESCE(m.transcript, m.text), COALESCE(
                   (SELECT COALESCE(q.transcript, q.text) FROM messages q WHERE q.external_id = m.quoted_id
                      AND q.conversation_id = m.conversation_id LIMIT 1),
                   (SELECT d.body FROM deliveries d WHERE d.external_id = m.quoted_id
                      AND d.conversation_id = m.conversation_id LIMIT 1)), m.seq,
                   m.id, m.kind, m.media, m.transcript_state
                 FROM messages m
                 WHERE m.conversation_id = $1 AND m.author = 'lead' AND m.turn_id IS NULL
                 ORDER BY m.seq LIMIT $2",
                &[self.conversation.into(), (BURST + 1).into()],
            )
            .await?;
        let mut history = tx
            .rows(
                "SELECT m.author, m.kind, COALESCE(m.transcript, m.text), NULL FROM messages m
                 LEFT JOIN deliveries d ON d.id = m.delivery_id
                 WHERE m.conversation_id = $1 AND (m.author <> 'lead' OR m.turn_id IS NOT NULL)
                   AND (d.state IS NULL OR d.state NOT IN ('cancelled', 'rejected', 'expired'))
                 ORDER BY m.seq DESC LIMIT $2",
                &[self.conversation.into(), HISTORY.into()],
            )
            .await?;
        history.reverse();
        let more = burst.len() > usize::try_from(BURST).unwrap_or(usize::MAX);
        let burst = if more { &burst[..burst.len() - 1] } else { &burst };
        context(&state, burst, &history, more).map(Some)
    }
}

fn context(state: &Row, burst: &[Row], history: &[Row], more: bool) -> Result<Context, Error> {
    let profile = state.maybe_text(5)?.unwrap_or_default();
    Ok(Context {
        lead_id: state.uuid(0)?,
        address: state.text(1)?,
        lead_phone: state.text(2)?,
        mode: if state.text(3)? == "human" { Mode::Human } else { Mode::Automatic },
        // A later version may have written what this one cannot read: better forget than stop.
        memory: serde_json::from_str(&state.text(4)?).unwrap_or_default(),
        lead: serde_json::from_str(&profile).unwrap_or_default(),
        sender_name: state.maybe_text(6)?,
        history: history.iter().map(line).collect::<Result<_, _>>()?,
        burst: burst.iter().map(heard_line).collect::<Result<_, _>>()?,
        voice_notes: voice_notes(burst)?,
        last_seq: burst.last().map_or(Ok(0), |row| row.int(4))?,
        more,
    })
}

fn voice_notes(burst: &[Row]) -> Result<Vec<VoiceNote>, Error> {
    let notes = burst.iter().enumerate().map(|(line, row)| VoiceNote::read(row, line, 5));
    notes.filter_map(Result::transpose).collect()
}

/// A line of the burst, whose row tells how surely a voice note was heard.
fn heard_line(row: &Row) -> Result<Line, Error> {
    let unsure = row.maybe_text(8)?.as_deref() == Some(State::Unsure.name());
    Ok(Line { unsure, ..line(row)? })
}

fn line(row: &Row) -> Result<Line, Error> {
    let author = match row.text(0)?.as_str() {
        "lead" => Author::Lead,
        "agent" => Author::Agent,
        _ => Author::Human,
    };
    let (kind, quoted) = (kind(&row.text(1)?), row.maybe_text(3)?);
    Ok(Line { kind, quoted, ..Line::text(author, row.text(2)?) })
}

/// The name of a kind in the database.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Audio => "audio",
        Kind::Image => "image",
        Kind::Video => "video",
        Kind::Document => "document",
        Kind::Location => "location",
        Kind::Contact => "contact",
        Kind::Sticker => "sticker",
        Kind::Reaction => "reaction",
        Kind::Other => "other",
    }
}

fn kind(name: &str) -> Kind {
    match name {
        "text" => Kind::Text,
        "audio" => Kind::Audio,
        "image" => Kind::Image,
        "video" => Kind::Video,
        "document" => Kind::Document,
        "location" => Kind::Location,
        "contact" => Kind::Contact,
        "sticker" => Kind::Sticker,
        "reaction" => Kind::Reaction,
        _ => Kind::Other,
    }
}

/// One row that explains one answer, or one silence.
#[derive(Clone, Debug, Default)]
pub struct TurnRecord {
    /// Its id; made before the model is called.
    pub id: Uuid,
    /// When it was claimed, in milliseconds.
    pub started_at: i64,
    /// `answered`, `silent` or `superseded`.
    pub outcome: &'static str,
    /// Why it ended so.
    pub reason: Option<String>,
    /// `openai` or `offline`.
    pub brain: Option<&'static str>,
    /// The model that answered.
    pub model: Option<String>,
    /// Hash of the prompt's fixed part.
    pub prompt_hash: Option<String>,
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
    /// The dialogue's memory after it.
    pub memory: Memory,
    /// How near the lead is to buying, when that changed.
    pub qualification: Option<Qualification>,
    /// What to put on record.
    pub records: Vec<Record>,
    /// What to send, bubble by bubble.
    pub bubbles: Vec<Cleared>,
    /// Who answers from now on, when that changes.
    pub mode: Option<Mode>,
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
        if !finished.saved {
            tx.batch(&[self.turn_row("superseded")]).await?;
            return Ok(finished);
        }
        let conversation = self.claim.conversation;
        let mut statements = vec![
            (
                "UPDATE messages SET turn_id = $3 WHERE conversation_id = $1 AND author = 'lead'
                   AND turn_id IS NULL AND seq <= $2",
                params![conversation, self.context.last_seq, self.record.id].to_vec(),
            ),
            (
                "UPDATE conversation_states SET memory = $2 WHERE id = $1",
                params![conversation, to_json(&self.memory)].to_vec(),
            ),
            self.turn_row(self.record.outcome),
        ];
        if let Some(mode) = self.mode {
            statements.push(self.mode_row(mode));
        }
        if self.lead != self.context.lead {
            statements.extend(self.lead_rows());
        }
        statements.extend(self.qualification_row());
        statements.extend(self.records.iter().map(|record| self.record_row(record)));
        for bubble in &self.bubbles {
            statements.extend(self.bubble_rows(bubble));
        }
        if !self.bubbles.is_empty() {
            statements.push(wake(conversation, Lane::Whatsapp, self.now));
        }
        tx.batch(&statements).await?;
        self.claim.went_well(tx, self.now).await?;
        for record in &self.records {
            self.tell_operator(tx, record).await?;
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

    fn turn_row(&self, outcome: &'static str) -> Statement<'static> {
        let record = &self.record;
        (
            "INSERT INTO turns (id, conversation_id, fence, started_at, finished_at, outcome,
               reason, brain, model, prompt_hash, prompt_tokens, cached_tokens,
               completion_tokens, cost_micro_usd, model_ms, intents, verdicts)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            params![
                record.id,
                self.claim.conversation,
                self.claim.fence,
                record.started_at,
                self.now,
                outcome,
                record.reason.as_deref(),
                record.brain,
                record.model.as_deref(),
                record.prompt_hash.as_deref(),
                record.prompt_tokens,
                record.cached_tokens,
                record.completion_tokens,
                record.cost_micro_usd,
                record.model_ms,
                record.intents.as_deref(),
                record.verdicts.as_deref(),
            ]
            .to_vec(),
        )
    }

    fn mode_row(&self, mode: Mode) -> Statement<'static> {
        let mode = if mode == Mode::Human { "human" } else { "automatic" };
        (
            "UPDATE conversation_states SET mode = $2, mode_by = 'agent', mode_at = $3
             WHERE id = $1",
            params![self.claim.conversation, mode, self.now].to_vec(),
        )
    }

    /// The lead in our shape and in the customer's columns.
    fn lead_rows(&self) -> [Statement<'static>; 2] {
        let lead = &self.lead;
        let product = lead.product.as_deref().or(lead.product_category.as_deref());
        let mut columns = params![
            self.context.lead_id,
            lead.name.as_deref(),
            lead.email.as_deref(),
            lead.company.as_deref(),
            lead.city.as_deref(),
            lead.uf.as_deref(),
            product,
            lead.volume.map(|volume| volume.to_string()),
            lead.urgency.map(|urgency| urgency.as_str()),
            lead.knows_seleto,
        ]
        .to_vec();
        columns.push(Value::Time(self.now));
        [
            (
                "UPDATE leads SET name = $2, email = $3, company = $4, city = $5, uf = $6,
                   product = $7, volume = $8, urgency = $9, knows_seleto = $10, updated_at = $11
                 WHERE id = $1",
                columns,
            ),
            (
                "INSERT INTO lead_profiles (lead_id, profile) VALUES ($1, $2)
                 ON CONFLICT (lead_id) DO UPDATE SET profile = excluded.profile",
                params![self.context.lead_id, to_json(lead)].to_vec(),
            ),
        ]
    }

    fn qualification_row(&self) -> Option<Statement<'static>> {
        let qualification = self.qualification.as_ref()?;
        Some((
            "UPDATE leads SET temperature = $2, temperature_reason = $3, updated_at = $4
             WHERE id = $1",
            vec![
                self.context.lead_id.into(),
                qualification.temperature.as_str().into(),
                qualification.reasons.join("; ").into(),
                Value::Time(self.now),
            ],
        ))
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

    /// A bubble: the message in both histories, and its delivery with the text frozen.
    fn bubble_rows(&self, bubble: &Cleared) -> [Statement<'static>; 3] {
        let (message, delivery) = (Uuid::now_v7(), Uuid::now_v7());
        let conversation = self.claim.conversation;
        let text = bubble.as_str();
        [
            (
                "INSERT INTO messages (id, conversation_id, author, kind, text, turn_id,
                                       delivery_id, sent_at, created_at)
                 VALUES ($1, $2, 'agent', 'text', $3, $4, $5, $6, $6)",
                params![message, conversation, text, self.record.id, delivery, self.now].to_vec(),
            ),
            (
                "INSERT INTO deliveries (id, conversation_id, lane, turn_id, message_id, address,
                                         body, state, due_at, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $8)",
                params![
                    delivery,
                    conversation,
                    Lane::Whatsapp.name(),
                    self.record.id,
                    message,
                    &self.context.address,
                    text,
                    self.now,
                ]
                .to_vec(),
            ),
            (
                "INSERT INTO conversations (id, lead_phone, role, content, timestamp)
                 VALUES ($1, $2, 'assistant', $3, $4)",
                vec![
                    message.into(),
                    self.context.lead_phone.as_str().into(),
                    text.into(),
                    Value::Time(self.now),
                ],
            ),
        ]
    }
}

fn to_json(value: &impl serde::Serialize) -> String {
    // Both types are plain data: serialising them cannot fail.
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}
