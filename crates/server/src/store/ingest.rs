//! Stores what came in by webhook, in one transaction, before it is acknowledged.

use uuid::Uuid;

use super::engine::{Operation, Statement, Tx, Value};
use super::identity::{Person, Place, resolve};
use super::queue::Lane;
use super::{Error, activity, mirroring};
use crate::params;
use seleto_rules::quiet_time;

/// What every webhook has: where it came from, what it was taken for, and the body as it came.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The vendor, `zapi`.
    pub source: &'static str,
    /// The vendor's instance; two instances never share a conversation.
    pub instance: String,
    /// The vendor's id of this event: any number of copies is stored once.
    pub external_id: String,
    /// What it was taken for: `turn`, `state`, `ignored` or `unknown`.
    pub decision: &'static str,
    /// Why it was ignored.
    pub reason: Option<String>,
    /// The body, as it came.
    pub body: String,
    /// Now, in milliseconds.
    pub now: i64,
}

/// What became of a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is on disk; a lane wakes at this time, in milliseconds.
    New {
        /// The conversation it belongs to.
        conversation: Option<Uuid>,
        /// When its answer is due.
        wake_at: Option<i64>,
    },
    /// The same event was stored before.
    Duplicate,
}

impl Envelope {
    /// The row that makes this event unique.
    ///
    /// # Errors
    /// [`Error::Nothing`] when a copy is stored already: the whole operation is undone.
    pub(super) async fn insert(
        &self,
        tx: &mut Tx<'_>,
        conversation: Option<Uuid>,
    ) -> Result<(), Error> {
        let changed = tx
            .execute(
                "INSERT INTO inbound (source, instance, external_id, conversation_id, decision,
                                      reason, body, received_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                 ON CONFLICT (source, instance, external_id) DO NOTHING",
                &params![
                    self.source,
                    &self.instance,
                    &self.external_id,
                    conversation,
                    self.decision,
                    self.reason.as_deref(),
                    &self.body,
                    self.now,
                ],
            )
            .await?;
        if changed == 1 { Ok(()) } else { Err(Error::Nothing) }
    }
}

/// Turns the rollback of a copy into an answer.
pub(super) fn or_duplicate(result: Result<Stored, Error>) -> Result<Stored, Error> {
    match result {
        Err(Error::Nothing) => Ok(Stored::Duplicate),
        result => result,
    }
}

/// Keeps an event that changes nothing.
pub struct Keep(pub Envelope);

impl Operation for Keep {
    type Output = Stored;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stored, Error> {
        self.0.insert(tx, None).await?;
        Ok(Stored::New { conversation: None, wake_at: None })
    }
}

/// A message, as it is stored.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// `text`, `audio`, `image`, …
    pub kind: &'static str,
    /// What a reader sees.
    pub text: String,
    /// Address and type of a file, as JSON.
    pub media: Option<serde_json::Value>,
    /// The vendor's id.
    pub external_id: Option<String>,
    /// The vendor's id of the message it answers.
    pub quoted_id: Option<String>,
    /// When it was written, in milliseconds, by the vendor's clock.
    pub sent_at: i64,
}

/// Stores a message of the lead and wakes the conversation after the quiet time.
pub struct LeadWrote {
    /// The webhook.
    pub envelope: Envelope,
    /// Who wrote.
    pub person: Person,
    /// What.
    pub message: NewMessage,
    /// How long to wait for more, in milliseconds; `None` when it needs no answer.
    pub quiet_ms: Option<i64>,
}

impl Operation for LeadWrote {
    type Output = Stored;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stored, Error> {
        let envelope = &self.envelope;
        let place = resolve(tx, &envelope.instance, &self.person, envelope.now).await?;
        let wake_at = match self.quiet_ms {
            // The row's lock comes first: it puts the messages of one conversation in order.
            Some(quiet_ms) => Some(wake_after_quiet(tx, &place, envelope.now, quiet_ms).await?),
            None => None,
        };
        envelope.insert(tx, Some(place.conversation)).await?;
        let mut statements = store_message(&place, "lead", &self.message, envelope.now).to_vec();
        statements.extend(keep_profile_name(&place, &self.person));
        statements.extend(self.told(place.conversation));
        tx.batch(&statements).await?;
        Ok(Stored::New { conversation: Some(place.conversation), wake_at })
    }
}

impl LeadWrote {
    /// The list of conversations and the mirrors learn of the message.
    fn told(&self, conversation: Uuid) -> [Statement<'static>; 2] {
        let (text, now) = (self.message.text.as_str(), self.envelope.now);
        let text = if text.is_empty() { self.message.kind } else { text };
        [
            activity::lead_wrote(conversation, text, self.quiet_ms.is_some(), now),
            mirroring::wake_after_message(conversation, now),
        ]
    }
}

/// The first message of a burst starts its cap; each later one starts the quiet time anew.
async fn wake_after_quiet(
    tx: &mut Tx<'_>,
    place: &Place,
    now: i64,
    quiet_ms: i64,
) -> Result<i64, Error> {
    let row = tx
        .row(
            "INSERT INTO queue (conversation_id, lane, wake_at, burst_at, gen)
             VALUES ($1, $2, $4, $3, 1)
             ON CONFLICT (conversation_id, lane) DO UPDATE SET
               gen = queue.gen + 1,
               burst_at = CASE WHEN queue.wake_at IS NULL THEN $3 ELSE queue.burst_at END,
               wake_at = CASE WHEN queue.wake_at IS NULL OR queue.burst_at + $5 > $4 THEN $4
                              ELSE queue.burst_at + $5 END
             RETURNING wake_at",
            &params![
                place.conversation,
                Lane::Turns.name(),
                now,
                now + quiet_ms,
                quiet_time::CAP_MS
            ],
        )
        .await?;
    row.ok_or(Error::Nothing)?.int(0)
}

/// The message in our history and in the customer's.
pub(super) fn store_message<'a>(
    place: &Place,
    author: &str,
    message: &NewMessage,
    now: i64,
) -> [Statement<'a>; 2] {
    let id = Uuid::now_v7();
    let role = if author == "lead" { "user" } else { "human" };
    let ours = params![
        id,
        place.conversation,
        author,
        message.kind,
        &message.text,
        message.media.clone(),
        message.external_id.as_deref(),
        message.quoted_id.as_deref(),
        message.sent_at,
        now,
    ];
    let theirs = [
        id.into(),
        place.lead_phone.as_str().into(),
        role.into(),
        message.text.as_str().into(),
        Value::Time(message.sent_at),
    ];
    [
        (
            "INSERT INTO messages (id, conversation_id, author, kind, text, media, external_id,
                                   quoted_id, sent_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            ours.to_vec(),
        ),
        (
            "INSERT INTO conversations (id, lead_phone, role, content, timestamp)
             VALUES ($1, $2, $3, $4, $5)",
            theirs.to_vec(),
        ),
    ]
}

fn keep_profile_name(place: &Place, person: &Person) -> Option<Statement<'static>> {
    let name = person.name.as_deref().filter(|_| !place.is_new)?;
    Some((
        "UPDATE lead_profiles SET sender_name = $2 WHERE lead_id = $1 AND sender_name IS NULL",
        params![place.lead, name].to_vec(),
    ))
}

/// The lead changed a message: one that waits is replaced, one that was answered is written anew.
pub struct LeadEdited {
    /// The edit, stored as a message of its own when the first one was answered.
    pub wrote: LeadWrote,
    /// The vendor's id of the message that was changed.
    pub original_id: String,
}

impl Operation for LeadEdited {
    type Output = Stored;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stored, Error> {
        let envelope = &self.wrote.envelope;
        let place = resolve(tx, &envelope.instance, &self.wrote.person, envelope.now).await?;
        let row = tx
            .row(
                "SELECT id FROM messages WHERE external_id = $1 AND conversation_id = $2
                 AND author = 'lead' AND turn_id IS NULL",
                &params![&self.original_id, place.conversation],
            )
            .await?;
        let Some(row) = row else { return self.wrote.run(tx).await };
        let id = row.uuid(0)?;
        let quiet_ms = self.wrote.quiet_ms.unwrap_or_default();
        let wake_at = wake_after_quiet(tx, &place, envelope.now, quiet_ms).await?;
        envelope.insert(tx, Some(place.conversation)).await?;
        let text = &self.wrote.message.text;
        tx.batch(&[
            (
                "UPDATE messages SET text = $2, edited_at = $3 WHERE id = $1",
                params![id, text, envelope.now].to_vec(),
            ),
            ("UPDATE conversations SET content = $2 WHERE id = $1", params![id, text].to_vec()),
            activity::touched(place.conversation, envelope.now),
            mirroring::wake_after_message(place.conversation, envelope.now),
        ])
        .await?;
        Ok(Stored::New { conversation: Some(place.conversation), wake_at: Some(wake_at) })
    }
}

/// The lead is typing or recording: a burst that waits, waits a little longer.
pub struct LeadTypes {
    /// The webhook.
    pub envelope: Envelope,
    /// Who types.
    pub person: Person,
    /// How much longer, in milliseconds.
    pub wait_ms: i64,
}

impl Operation for LeadTypes {
    type Output = Stored;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stored, Error> {
        let envelope = &self.envelope;
        let place = super::identity::find(tx, &envelope.instance, &self.person).await?;
        let Some(place) = place else {
            return Ok(Stored::New { conversation: None, wake_at: None });
        };
        tx.execute(
            "UPDATE queue SET wake_at = CASE WHEN burst_at + $4 > $3 THEN $3 ELSE burst_at + $4 END
             WHERE conversation_id = $1 AND lane = $2 AND wake_at IS NOT NULL AND wake_at < $3
               AND lease_until <= $5",
            &params![
                place.conversation,
                Lane::Turns.name(),
                envelope.now + self.wait_ms,
                quiet_time::CAP_MS,
                envelope.now,
            ],
        )
        .await?;
        Ok(Stored::New { conversation: Some(place.conversation), wake_at: None })
    }
}

impl super::Store {
    /// Stores a webhook; when this answers, it is on disk.
    ///
    /// # Errors
    /// When the database refuses: the webhook must not be acknowledged then.
    pub async fn ingest<O: Operation<Output = Stored>>(&self, event: O) -> Result<Stored, Error> {
        or_duplicate(self.write(event).await)
    }
}
