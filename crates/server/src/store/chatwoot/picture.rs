//! A conversation as Chatwoot should show it, beside what was shown of it so far.

use uuid::Uuid;

use crate::hash;
use crate::params;
use crate::store::Error;
use crate::store::engine::{Operation, Row, Tx};
use crate::store::queue::Lane;
use crate::store::remotes::{Remote, remote};

/// How many messages one look brings; the next brings the rest.
const MESSAGES: i64 = 50;

/// A conversation as Chatwoot should show it.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The lead.
    pub lead: Uuid,
    /// The lead's name, as they told it.
    pub name: Option<String>,
    /// The name in their WhatsApp profile.
    pub profile_name: Option<String>,
    /// The lead's number, in digits.
    pub phone: Option<String>,
    /// Where replies go: a number or a linked id.
    pub address: String,
    /// The company.
    pub company: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state.
    pub uf: Option<String>,
    /// What the lead wants to buy.
    pub product: Option<String>,
    /// How much they make.
    pub volume: Option<String>,
    /// How soon.
    pub urgency: Option<String>,
    /// `quente`, `morno` or `frio`.
    pub temperature: Option<String>,
    /// How near to buying, from 0 to 100.
    pub score: Option<i64>,
    /// When somebody wrote last, in milliseconds.
    pub last_at: i64,
    /// The contact there.
    pub contact: Option<Remote>,
    /// The conversation there.
    pub conversation: Option<Remote>,
    /// The labels that were set there.
    pub labels: Option<Remote>,
    /// The attributes that were set there.
    pub facts: Option<Remote>,
    /// Messages that are not there yet, or that nobody knows to be, in order.
    pub unposted: Vec<Unposted>,
    /// There are more than these.
    pub more: bool,
    /// Messages that read otherwise now than they did when they were posted.
    pub edits: Vec<Edit>,
    /// How far messages that are there got on WhatsApp, where that is news.
    pub progress: Vec<Progress>,
}

/// A message that is not there yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Unposted {
    /// Its id.
    pub id: Uuid,
    /// `lead`, `agent`, `human` or `note`.
    pub author: String,
    /// `text`, `audio`, `image`, …
    pub kind: String,
    /// Its words.
    pub text: String,
    /// What was heard in it.
    pub transcript: Option<String>,
    /// Nobody has listened to it yet.
    pub unheard: bool,
    /// Its file.
    pub media: Option<UnpostedMedia>,
    /// When it was stored, in milliseconds.
    pub at: i64,
    /// A call that would post it was begun so often; the outcome of the last is unknown.
    pub attempts: i64,
    /// It will not leave for WhatsApp any more.
    pub withdrawn: bool,
}

/// The file of a message.
#[derive(Clone, PartialEq, Eq)]
pub struct UnpostedMedia {
    /// Where it lies.
    pub url: String,
    /// Its type, as the webhook told it.
    pub mime: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

impl std::fmt::Debug for Unposted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unposted").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A message that the lead changed after it was posted.
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    /// The edit's own id.
    pub id: String,
    /// Our id of the message.
    pub message: String,
    /// Hash of the text.
    pub hash: String,
    /// How it reads now.
    pub text: String,
    /// What is known of its posting.
    pub posted: Option<Remote>,
}

impl std::fmt::Debug for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edit").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How far a message that is there got on WhatsApp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Our id of it.
    pub message: String,
    /// Chatwoot's.
    pub remote_id: String,
    /// What Chatwoot was told last.
    pub told: Option<String>,
    /// The delivery's state.
    pub state: String,
    /// The delivery's tick.
    pub tick: i64,
}

/// Reads a conversation; `None` when it is gone.
pub struct LoadPicture {
    /// Which conversation.
    pub conversation: Uuid,
}

impl Operation for LoadPicture {
    type Output = Option<Picture>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Picture>, Error> {
        let row = tx
            .row(
                "SELECT c.lead_id, l.name, l.phone, c.address, l.company, l.city, l.uf, l.product,
                        l.volume, l.urgency, l.temperature, c.last_at, p.sender_name,
                        p.score
                 FROM conversation_states c JOIN leads l ON l.id = c.lead_id
                 LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id
                 WHERE c.id = $1",
                &params![self.conversation],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let lead = row.uuid(0)?;
        let (ours, theirs) = (self.conversation.to_string(), lead.to_string());
        let mut unposted = self.unposted(tx).await?;
        let more = unposted.len() > usize::try_from(MESSAGES).unwrap_or(usize::MAX);
        if more {
            unposted.pop();
        }
        Ok(Some(Picture {
            lead,
            name: row.maybe_text(1)?,
            profile_name: row.maybe_text(12)?,
            phone: row.maybe_text(2)?,
            address: row.text(3)?,
            company: row.maybe_text(4)?,
            city: row.maybe_text(5)?,
            uf: row.maybe_text(6)?,
            product: row.maybe_text(7)?,
            volume: row.maybe_text(8)?,
            urgency: row.maybe_text(9)?,
            temperature: row.maybe_text(10)?,
            score: row.maybe_int(13)?,
            last_at: row.int(11)?,
            contact: remote(tx, Lane::Chatwoot, "contact", &theirs).await?,
            conversation: remote(tx, Lane::Chatwoot, "conversation", &ours).await?,
            labels: remote(tx, Lane::Chatwoot, "labels", &ours).await?,
            facts: remote(tx, Lane::Chatwoot, "facts", &theirs).await?,
            unposted,
            more,
            edits: self.edits(tx).await?,
            progress: self.progress(tx).await?,
        }))
    }
}

impl LoadPicture {
    async fn unposted(&self, tx: &mut Tx<'_>) -> Result<Vec<Unposted>, Error> {
        let rows = tx
            .rows(
                "SELECT m.id, m.author, m.kind, m.text, m.transcript, m.transcript_state, m.media,
                        m.created_at, COALESCE(r.attempts, 0), d.state
                 FROM messages m
                 LEFT JOIN remotes r ON r.lane = 'chatwoot' AND r.kind = 'message'
                   AND r.id = CAST(m.id AS TEXT)
                 LEFT JOIN deliveries d ON d.id = m.delivery_id
                 WHERE m.conversation_id = $1 AND (r.id IS NULL OR r.state = 'sending')
                 ORDER BY m.seq LIMIT $2",
                &params![self.conversation, MESSAGES + 1],
            )
            .await?;
        rows.iter().map(Unposted::read).collect()
    }

    async fn edits(&self, tx: &mut Tx<'_>) -> Result<Vec<Edit>, Error> {
        let rows = tx
            .rows(
                "SELECT r.id, m.text, r.hash FROM messages m
                 JOIN remotes r ON r.lane = 'chatwoot' AND r.kind = 'message'
                   AND r.id = CAST(m.id AS TEXT)
                 WHERE m.conversation_id = $1 AND m.author = 'lead' AND m.edited_at IS NOT NULL
                   AND r.state = 'done' AND r.hash IS NOT NULL
                 ORDER BY m.seq",
                &params![self.conversation],
            )
            .await?;
        let mut edits = Vec::new();
        for row in rows {
            let (message, text) = (row.text(0)?, row.text(1)?);
            let hash = hash::short(&text);
            if row.maybe_text(2)?.as_deref() == Some(&hash) {
                continue;
            }
            let id = format!("{message}:{hash}");
            let posted = remote(tx, Lane::Chatwoot, "edit", &id).await?;
            edits.push(Edit { id, message, hash, text, posted });
        }
        Ok(edits)
    }

    async fn progress(&self, tx: &mut Tx<'_>) -> Result<Vec<Progress>, Error> {
        let rows = tx
            .rows(
                "SELECT r.id, r.remote_id, r.hash, d.state, d.tick
                 FROM messages m
                 JOIN deliveries d ON d.id = m.delivery_id
                 JOIN remotes r ON r.lane = 'chatwoot' AND r.kind = 'message'
                   AND r.id = CAST(m.id AS TEXT)
                 WHERE m.conversation_id = $1 AND r.state = 'done' AND r.remote_id IS NOT NULL
                   AND (r.hash IS NULL OR r.hash NOT IN ('read', 'failed'))
                   AND (d.tick >= 2 OR d.state IN ('rejected', 'cancelled', 'expired'))
                 ORDER BY m.seq",
                &params![self.conversation],
            )
            .await?;
        let read = |row: &Row| {
            Ok(Progress {
                message: row.text(0)?,
                remote_id: row.text(1)?,
                told: row.maybe_text(2)?,
                state: row.text(3)?,
                tick: row.int(4)?,
            })
        };
        rows.iter().map(read).collect()
    }
}

impl Unposted {
    fn read(row: &Row) -> Result<Self, Error> {
        let media = row.maybe_text(6)?;
        let delivery = row.maybe_text(9)?.unwrap_or_default();
        Ok(Self {
            id: row.uuid(0)?,
            author: row.text(1)?,
            kind: row.text(2)?,
            text: row.text(3)?,
            transcript: row.maybe_text(4)?,
            unheard: row.maybe_text(5)?.is_none(),
            media: media.as_deref().and_then(UnpostedMedia::read),
            at: row.int(7)?,
            attempts: row.int(8)?,
            withdrawn: matches!(delivery.as_str(), "cancelled" | "expired"),
        })
    }
}

impl UnpostedMedia {
    fn read(json: &str) -> Option<Self> {
        // It is JSON of ours; what is not as it should be has no file.
        let media: serde_json::Value = serde_json::from_str(json).ok()?;
        Some(Self {
            url: media["url"].as_str()?.to_owned(),
            mime: media["mime_type"].as_str().map(str::to_owned),
            name: media["file_name"].as_str().map(str::to_owned),
        })
    }
}
