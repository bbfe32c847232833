//! One conversation as people read it: messages, what became of them, who took it over, the lead.

use seleto_rules::conversation::Memory;
use seleto_rules::lead::Lead;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::params;
use crate::store::Error;
use crate::store::engine::{Operation, Row, Tx};

/// How many messages are shown at once.
const PAGE: i64 = 60;

/// Who and what a conversation is about.
#[derive(Clone, Debug)]
pub struct Head {
    /// Which one.
    pub id: Uuid,
    /// The lead.
    pub lead_id: Uuid,
    /// How the lead is reached.
    pub phone: String,
    /// The profile name on WhatsApp.
    pub sender_name: Option<String>,
    /// What is known of the lead.
    pub lead: Lead,
    /// How near the lead is to buying.
    pub temperature: Option<String>,
    /// Why.
    pub temperature_reason: Option<String>,
    /// The lead wants no more messages.
    pub opted_out: bool,
    /// A human answers.
    pub by_human: bool,
    /// Who changed that last.
    pub mode_by: Option<String>,
    /// When, in milliseconds.
    pub mode_at: i64,
    /// When the conversation began, in milliseconds.
    pub created_at: i64,
    /// When it was closed, in milliseconds.
    pub closed_at: Option<i64>,
    /// Since when the lead waits, in milliseconds.
    pub waiting_since: Option<i64>,
    /// How many messages nobody has seen.
    pub unread: i64,
    /// What the dialogue remembers.
    pub memory: Memory,
}

/// Loads who and what a conversation is about.
pub struct LoadHead {
    /// Which one.
    pub id: Uuid,
}

impl Operation for LoadHead {
    type Output = Option<Head>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Head>, Error> {
        let row = tx
            .row(
                "SELECT c.id, c.lead_id, COALESCE(l.phone, c.lead_phone), p.sender_name, p.profile,
                   l.temperature, l.temperature_reason, l.opted_out, c.mode, c.mode_by, c.mode_at,
                   c.created_at, c.closed_at, c.waiting_since, c.unread, c.memory
                 FROM conversation_states c JOIN leads l ON l.id = c.lead_id
                 LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id
                 WHERE c.id = $1",
                &params![self.id],
            )
            .await?;
        row.as_ref().map(head).transpose()
    }
}

fn head(row: &Row) -> Result<Head, Error> {
    let profile = row.maybe_text(4)?.unwrap_or_default();
    Ok(Head {
        id: row.uuid(0)?,
        lead_id: row.uuid(1)?,
        phone: row.text(2)?,
        sender_name: row.maybe_text(3)?,
        // A later version may have written what this one cannot read: better less than nothing.
        lead: serde_json::from_str(&profile).unwrap_or_default(),
        temperature: row.maybe_text(5)?,
        temperature_reason: row.maybe_text(6)?,
        opted_out: row.bool(7)?,
        by_human: row.text(8)? == "human",
        mode_by: row.maybe_text(9)?,
        mode_at: row.int(10)?,
        created_at: row.int(11)?,
        closed_at: row.maybe_int(12)?,
        waiting_since: row.maybe_int(13)?,
        unread: row.int(14)?,
        memory: serde_json::from_str(&row.text(15)?).unwrap_or_default(),
    })
}

/// What became of a message of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// The delivery's state.
    pub state: String,
    /// How far it came: 0 sent, 1 received, 2 read, 3 played.
    pub tick: i64,
    /// Why it did not.
    pub reason: Option<String>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its place.
    pub seq: i64,
    /// Which one.
    pub id: Uuid,
    /// Who wrote it: `lead`, `agent`, `human`, `note`.
    pub author: String,
    /// Of the company's people, who.
    pub by: Option<String>,
    /// What it carries.
    pub kind: String,
    /// Its words, or its caption.
    pub text: String,
    /// Its file, as it was announced.
    pub media: Option<Json>,
    /// What was heard in it.
    pub transcript: Option<String>,
    /// What it answers to.
    pub quoted: Option<String>,
    /// The turn that wrote it.
    pub turn: Option<Uuid>,
    /// When it was changed by its author, in milliseconds.
    pub edited_at: Option<i64>,
    /// Its author took it back.
    pub is_deleted: bool,
    /// When, in milliseconds.
    pub at: i64,
    /// What became of it.
    pub fate: Option<Fate>,
}

/// What somebody decided about the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place.
    pub seq: i64,
    /// When, in milliseconds.
    pub at: i64,
    /// Who: `console:maria`, `chatwoot:12`, `phone`.
    pub actor: String,
    /// What: `take_over`, `give_back`, `close`, `do_not_contact`.
    pub action: String,
}

/// A stretch of a conversation, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// The messages.
    pub messages: Vec<Said>,
    /// What was decided meanwhile.
    pub events: Vec<Event>,
    /// There is more before it.
    pub has_earlier: bool,
}

/// The last messages, or the last ones before a place.
pub struct LoadStretch {
    /// Of which conversation.
    pub conversation: Uuid,
    /// Before which place.
    pub before: Option<i64>,
}

const SAID: &str = "SELECT m.seq, m.id, m.author, m.kind, m.text, m.media, m.transcript,
    CASE WHEN m.quoted_id IS NULL THEN NULL ELSE COALESCE(
      (SELECT COALESCE(q.transcript, q.text) FROM messages q WHERE q.external_id = m.quoted_id
         AND q.conversation_id = m.conversation_id LIMIT 1),
      (SELECT o.body FROM deliveries o WHERE o.external_id = m.quoted_id
         AND o.conversation_id = m.conversation_id LIMIT 1)) END,
    m.turn_id, m.edited_at, m.created_at, d.state, d.tick, d.reason,
    (SELECT a.actor FROM audit a WHERE a.subject = $3 AND a.at = m.created_at
       AND a.action = CASE m.author WHEN 'human' THEN 'take_over' WHEN 'note' THEN 'note' END
       LIMIT 1),
    m.deleted_at
  FROM messages m LEFT JOIN deliveries d ON d.id = m.delivery_id";

impl Operation for LoadStretch {
    type Output = Stretch;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stretch, Error> {
        let subject = self.conversation.to_string();
        let sql = format!(
            "{SAID} WHERE m.conversation_id = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT {}",
            PAGE + 1
        );
        let before = self.before.unwrap_or(i64::MAX);
        let rows = tx.rows(&sql, &params![self.conversation, before, &subject]).await?;
        let mut messages = rows.iter().map(said).collect::<Result<Vec<_>, _>>()?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let has_earlier = messages.len() > page;
        messages.truncate(page);
        messages.reverse();
        let since = messages.first().filter(|_| has_earlier).map_or(0, |first| first.at);
        let until = if self.before.is_some() {
            messages.last().map_or(0, |last| last.at)
        } else {
            i64::MAX
        };
        let events = tx
            .rows(
                "SELECT seq, at, actor, action FROM audit WHERE subject = $1 AND at >= $2
                   AND at <= $3 AND action IN ('take_over', 'give_back', 'close', 'do_not_contact')
                 ORDER BY seq LIMIT 500",
                &params![subject, since, until],
            )
            .await?;
        let events = events.iter().map(event).collect::<Result<_, _>>()?;
        Ok(Stretch { messages, events, has_earlier })
    }
}

fn said(row: &Row) -> Result<Said, Error> {
    let fate = row.maybe_text(11)?.map(|state| {
        Ok::<_, Error>(Fate { state, tick: row.int(12)?, reason: row.maybe_text(13)? })
    });
    Ok(Said {
        seq: row.int(0)?,
        id: row.uuid(1)?,
        author: row.text(2)?,
        kind: row.text(3)?,
        text: row.text(4)?,
        media: row.maybe_text(5)?.and_then(|media| serde_json::from_str(&media).ok()),
        transcript: row.maybe_text(6)?,
        quoted: row.maybe_text(7)?,
        turn: row.maybe_uuid(8)?,
        edited_at: row.maybe_int(9)?,
        at: row.int(10)?,
        fate: fate.transpose()?,
        by: row.maybe_text(14)?,
        is_deleted: row.maybe_int(15)?.is_some(),
    })
}

fn event(row: &Row) -> Result<Event, Error> {
    Ok(Event { seq: row.int(0)?, at: row.int(1)?, actor: row.text(2)?, action: row.text(3)? })
}

/// Somebody of the company has seen the conversation.
pub struct MarkRead {
    /// Which one.
    pub conversation: Uuid,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for MarkRead {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.execute(
            "UPDATE conversation_states SET unread = 0, touched_at = $2
             WHERE id = $1 AND unread > 0",
            &params![self.conversation, self.now],
        )
        .await?;
        Ok(())
    }
}

/// Where the file of a message is, and whose it is.
pub struct FindMedia {
    /// The message.
    pub message: Uuid,
}

impl Operation for FindMedia {
    /// The announced file, and the lead's phone.
    type Output = Option<(Json, String)>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let row = tx
            .row(
                "SELECT m.media, c.lead_phone FROM messages m
                 JOIN conversation_states c ON c.id = m.conversation_id WHERE m.id = $1",
                &params![self.message],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let media = row.maybe_text(0)?.and_then(|media| serde_json::from_str(&media).ok());
        Ok(media.zip(Some(row.text(1)?)))
    }
}

/// Something of a conversation in another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The vendor's lane.
    pub lane: String,
    /// What it is: `conversation`, `deal`.
    pub kind: String,
    /// The vendor's id.
    pub remote_id: Option<String>,
    /// Where it stands.
    pub state: String,
    /// What the vendor said.
    pub detail: Option<String>,
}

/// What other systems have of a conversation as a whole.
pub struct FindElsewhere {
    /// Which one.
    pub conversation: Uuid,
}

impl Operation for FindElsewhere {
    type Output = Vec<Elsewhere>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let rows = tx
            .rows(
                "SELECT lane, kind, remote_id, state, detail FROM remotes
                 WHERE conversation_id = $1 AND lane IN ('chatwoot', 'piperun')
                   AND kind IN ('conversation', 'deal') ORDER BY lane, kind",
                &params![self.conversation],
            )
            .await?;
        let elsewhere = |row: &Row| {
            Ok(Elsewhere {
                lane: row.text(0)?,
                kind: row.text(1)?,
                remote_id: row.maybe_text(2)?,
                state: row.text(3)?,
                detail: row.maybe_text(4)?,
            })
        };
        rows.iter().map(elsewhere).collect()
    }
}

/// Conversations that changed since a time, in milliseconds, and when.
pub struct ChangedSince {
    /// Since when.
    pub since: i64,
}

impl Operation for ChangedSince {
    type Output = Vec<(Uuid, i64)>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let rows = tx
            .rows(
                "SELECT id, touched_at FROM conversation_states WHERE touched_at >= $1
                 ORDER BY touched_at DESC LIMIT 500",
                &params![self.since],
            )
            .await?;
        rows.iter().map(|row| Ok((row.uuid(0)?, row.int(1)?))).collect()
    }
}
