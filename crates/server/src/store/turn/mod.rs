//! What a turn reads; what it saves is in `finish`.

mod bubble;
mod finish;
mod people;

pub(in crate::store) use bubble::Bubble;
pub use finish::{FinishTurn, Finished, TurnRecord};
pub use people::ForPeople;
use seleto_rules::agent_mode::AgentMode;
use seleto_rules::conversation::{Author, Kind, Line, Memory};
use seleto_rules::lead::{Field, Lead};
use seleto_rules::qualification::Temperature;
use uuid::Uuid;

use super::engine::{Operation, Row, Tx};
use super::transcript::{Attachment, State};
use super::{Error, agent_mode, facts, recalled};
use crate::params;

/// How many earlier messages a brain may read.
const HISTORY: i64 = 20;
/// How many messages one turn answers at most; the rest follows in the next.
const BURST: i64 = 50;

/// Who set the mode, when the agent stopped talking with another machine.
pub const BRAKE: &str = "brake";

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
    /// When the agent stopped talking with another machine, in milliseconds, if it did.
    pub braked_at: Option<i64>,
    /// What the dialogue policy remembers.
    pub memory: Memory,
    /// How near the lead was to buying before this turn.
    pub temperature: Option<Temperature>,
    /// The lead was passed on to people already, and that is not over.
    pub handed_over: bool,
    /// How far the agent is let loose.
    pub agent_mode: AgentMode,
    /// Earlier messages, oldest first.
    pub history: Vec<Line>,
    /// The messages to answer, oldest first.
    pub burst: Vec<Line>,
    /// Their ids.
    pub burst_ids: Vec<Uuid>,
    /// Fields that a human set: no brain changes them.
    pub held: Vec<Field>,
    /// Those of them that are voice notes nobody listened to yet.
    pub voice_notes: Vec<Attachment>,
    /// Those of them that are pictures nobody looked at yet.
    pub pictures: Vec<Attachment>,
    /// The position of the last message to answer.
    pub last_seq: i64,
    /// Even more messages wait: they are the next turn's.
    pub more: bool,
}

/// Loads what a turn needs; `None` when the conversation is gone.
#[derive(Clone, Copy, Debug)]
pub struct LoadTurn {
    /// Which conversation.
    pub conversation: Uuid,
}

impl Operation for LoadTurn {
    type Output = Option<Context>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Context>, Error> {
        let state = tx
            .row(
                "SELECT c.lead_id, c.address, c.lead_phone, c.mode, c.memory, p.profile,
                        p.sender_name, l.temperature,
                        (SELECT COUNT(*) FROM handoffs h
                         WHERE h.conversation_id = c.id AND h.closed_at IS NULL),
                        (SELECT value FROM settings WHERE key = 'agent_mode'),
                        CASE WHEN c.mode_by = $2 THEN c.mode_at END
                 FROM conversation_states c
                 JOIN leads l ON l.id = c.lead_id
                 LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id
                 WHERE c.id = $1",
                &params![self.conversation, BRAKE],
            )
            .await?;
        let Some(state) = state else { return Ok(None) };
        let burst = tx
            .rows(
                "SELECT m.author, m.kind, m.text, m.transcript, m.deleted_at, NULL, COALESCE(
                   (SELECT COALESCE(q.transcript, q.text) FROM messages q WHERE q.external_id = m.quoted_id
                      AND q.conversation_id = m.conversation_id LIMIT 1),
                   (SELECT d.body FROM deliveries d WHERE d.external_id = m.quoted_id
                      AND d.conversation_id = m.conversation_id LIMIT 1)), m.seq,
                   m.id, m.kind, m.media, m.transcript_state
                 FROM messages m
                 WHERE m.conversation_id = $1 AND m.author = 'lead' AND m.turn_id IS NULL
                   AND m.deleted_at IS NULL
                 ORDER BY m.seq LIMIT $2",
                &[self.conversation.into(), (BURST + 1).into()],
            )
            .await?;
        let mut history = tx
            .rows(
                "SELECT m.author, m.kind, m.text, m.transcript, m.deleted_at, d.state, NULL
                 FROM messages m
                 LEFT JOIN deliveries d ON d.id = m.delivery_id
                 WHERE m.conversation_id = $1 AND m.author <> 'note'
                   AND (m.author <> 'lead' OR m.turn_id IS NOT NULL)
                   AND (d.state IS NULL OR d.state NOT IN ('cancelled', 'rejected', 'expired'))
                 ORDER BY m.seq DESC LIMIT $2",
                &[self.conversation.into(), HISTORY.into()],
            )
            .await?;
        history.reverse();
        let more = burst.len() > usize::try_from(BURST).unwrap_or(usize::MAX);
        let burst = if more { &burst[..burst.len() - 1] } else { &burst };
        let held = facts::held(tx, state.uuid(0)?).await?;
        let room = usize::try_from(HISTORY).unwrap_or(0).saturating_sub(history.len());
        let mut context = context(&state, burst, &history, held, more)?;
        let earlier = recalled::history(tx, self.conversation, room).await?;
        context.history.splice(..0, earlier);
        Ok(Some(context))
    }
}

fn context(
    state: &Row,
    burst: &[Row],
    history: &[Row],
    held: Vec<Field>,
    more: bool,
) -> Result<Context, Error> {
    let profile = state.maybe_text(5)?.unwrap_or_default();
    Ok(Context {
        lead_id: state.uuid(0)?,
        address: state.text(1)?,
        lead_phone: state.text(2)?,
        mode: if state.text(3)? == "human" { Mode::Human } else { Mode::Automatic },
        braked_at: state.maybe_int(10)?,
        // A later version may have written what this one cannot read: better forget than stop.
        memory: serde_json::from_str(&state.text(4)?).unwrap_or_default(),
        temperature: state.maybe_text(7)?.as_deref().and_then(Temperature::parse),
        handed_over: state.int(8)? > 0,
        agent_mode: agent_mode::read(state.maybe_text(9)?.as_deref()),
        lead: serde_json::from_str(&profile).unwrap_or_default(),
        sender_name: state.maybe_text(6)?,
        history: history.iter().map(line).collect::<Result<_, _>>()?,
        burst: burst.iter().map(heard_line).collect::<Result<_, _>>()?,
        burst_ids: burst.iter().map(|row| row.uuid(8)).collect::<Result<_, _>>()?,
        held,
        voice_notes: attachments(burst, "audio")?,
        pictures: attachments(burst, "image")?,
        last_seq: burst.last().map_or(Ok(0), |row| row.int(7))?,
        more,
    })
}

fn attachments(burst: &[Row], kind: &str) -> Result<Vec<Attachment>, Error> {
    let read = burst.iter().enumerate().map(|(line, row)| Attachment::read(row, line, 8, kind));
    read.filter_map(Result::transpose).collect()
}

/// A line of the burst, whose row tells how surely a voice note was heard.
fn heard_line(row: &Row) -> Result<Line, Error> {
    let unsure = row.maybe_text(11)?.as_deref() == Some(State::Unsure.name());
    Ok(Line { unsure, ..line(row)? })
}

/// A line of a history, from its row.
pub(in crate::store) fn line(row: &Row) -> Result<Line, Error> {
    let kind = kind(&row.text(1)?);
    let (text, transcript) = (row.text(2)?, row.maybe_text(3)?);
    let deleted = row.maybe_int(4)?.is_some();
    let (text, seen) = match kind {
        // What the lead took back is not talked about.
        _ if deleted => (String::new(), None),
        // What a model saw is not what the lead wrote.
        Kind::Image => (text, transcript),
        _ => (transcript.unwrap_or(text), None),
    };
    Ok(Line {
        author: match row.text(0)?.as_str() {
            "lead" => Author::Lead,
            "agent" => Author::Agent,
            _ => Author::Human,
        },
        kind: if deleted { Kind::Other } else { kind },
        text,
        quoted: row.maybe_text(6)?,
        seen,
        doubtful: row.maybe_text(5)?.as_deref() == Some("undetermined"),
        unsure: false,
    })
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
