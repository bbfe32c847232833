//! What the vendor reports of our own messages: echoes, deliveries, ticks, and a human's hand.

use seleto_rules::delivery::Tick;
use uuid::Uuid;

use super::control::{Decision, take_over};
use super::engine::{Operation, Row, Tx};
use super::identity::{Person, find, resolve};
use super::ingest::{Envelope, NewMessage, Stored, store_message};
use super::queue::{Lane, wake};
use super::{Error, activity, mirroring};
use crate::params;

/// How long an echo with another id may still claim a message of ours by its text, milliseconds.
const ECHO_MS: i64 = 120_000;

/// A message left from our own number: an echo of ours, or a human at the company's phone.
pub struct LeftOurNumber {
    /// The webhook.
    pub envelope: Envelope,
    /// The lead at the other end.
    pub person: Person,
    /// What left.
    pub message: NewMessage,
    /// Sent through the API: never a human at the phone.
    pub by_api: bool,
    /// The number of a seller, as the playbook has it, when the person is one: never a lead.
    pub seller: Option<String>,
}

impl Operation for LeftOurNumber {
    type Output = Stored;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stored, Error> {
        let envelope = &self.envelope;
        let chat = Chat::find(tx, &envelope.instance, &self.person, self.seller.as_deref()).await?;
        let conversation = chat.conversation();
        if let Some(ours) = self.ours(tx, &chat).await? {
            let wake_at = ours.wake(tx, envelope.now).await?;
            envelope.insert(tx, Some(ours.conversation)).await?;
            let id = self.message.external_id.as_deref();
            confirm(tx, ours.delivery, None, id, id, envelope.now).await?;
            return Ok(Stored::New { conversation: Some(ours.conversation), wake_at });
        }
        if self.by_api || self.seller.is_some() {
            envelope.insert(tx, conversation).await?;
            return Ok(Stored::New { conversation, wake_at: None });
        }
        let place = resolve(tx, &envelope.instance, &self.person, envelope.now).await?;
        let (conversation, now) = (place.conversation, envelope.now);
        take_over(tx, &Decision { conversation, actor: "phone".to_owned(), now }).await?;
        envelope.insert(tx, Some(conversation)).await?;
        let mut statements = store_message(&place, "human", &self.message, now).to_vec();
        statements.push(activity::we_wrote(conversation, "human", &self.message.text, now));
        statements.push(mirroring::wake_after_message(conversation, now));
        tx.batch(&statements).await?;
        Ok(Stored::New { conversation: Some(place.conversation), wake_at: None })
    }
}

impl LeftOurNumber {
    /// The delivery that this is the echo of: by its id, else by its text while nothing else
    /// claimed it.
    async fn ours(&self, tx: &mut Tx<'_>, chat: &Chat<'_>) -> Result<Option<Ours>, Error> {
        if let Some(id) = self.message.external_id.as_deref()
            && let Some(ours) = Ours::by_external_id(tx, id).await?
        {
            return Ok(Some(ours));
        }
        let (text, since) = (self.message.text.as_str(), self.envelope.now - ECHO_MS);
        let row = match chat {
            Chat::Lead(conversation) => {
                let lane = Lane::Whatsapp.name();
                tx.row(
                    "SELECT id, conversation_id, state, lane FROM deliveries
                     WHERE conversation_id = $1 AND lane = $2 AND body = $3 AND echo_id IS NULL
                       AND (state IN ('sending', 'unknown')
                            OR (state = 'accepted' AND sent_at > $4))
                     ORDER BY seq LIMIT 1",
                    &params![*conversation, lane, text, since],
                )
                .await?
            }
            Chat::Seller(phone) => {
                tx.row(
                    "SELECT id, conversation_id, state, lane FROM deliveries
                     WHERE lane = $1 AND address = $2 AND body = $3 AND echo_id IS NULL
                       AND (state IN ('sending', 'unknown')
                            OR (state = 'accepted' AND sent_at > $4))
                     ORDER BY seq LIMIT 1",
                    &params![Lane::Sellers.name(), *phone, text, since],
                )
                .await?
            }
            // A seller's chat under an address that we do not know; no lead gets such a text.
            Chat::Unknown => {
                tx.row(
                    "SELECT id, conversation_id, state, lane FROM deliveries
                     WHERE lane = $1 AND body = $2 AND echo_id IS NULL
                       AND state IN ('sending', 'unknown', 'accepted') AND sent_at > $3
                     ORDER BY seq LIMIT 1",
                    &params![Lane::Sellers.name(), text, since],
                )
                .await?
            }
        };
        row.as_ref().map(Ours::read).transpose()
    }
}

/// The chat that a report is about.
enum Chat<'a> {
    Lead(Uuid),
    Seller(&'a str),
    Unknown,
}

impl<'a> Chat<'a> {
    async fn find(
        tx: &mut Tx<'_>,
        instance: &str,
        person: &Person,
        seller: Option<&'a str>,
    ) -> Result<Self, Error> {
        if let Some(phone) = seller {
            return Ok(Self::Seller(phone));
        }
        let place = find(tx, instance, person).await?;
        Ok(place.map_or(Self::Unknown, |place| Self::Lead(place.conversation)))
    }

    fn conversation(&self) -> Option<Uuid> {
        match self {
            Self::Lead(conversation) => Some(*conversation),
            Self::Seller(_) | Self::Unknown => None,
        }
    }
}

/// A message of ours that a report is about.
struct Ours {
    delivery: Uuid,
    conversation: Uuid,
    lane: Lane,
    /// Its lane sleeps until the next look for evidence. In any other state the lane is at work
    /// on it, or went on long ago: no report need wake it.
    unknown: bool,
}

impl Ours {
    fn read(row: &Row) -> Result<Self, Error> {
        let unknown = row.text(2)? == "unknown";
        let lane =
            if row.text(3)? == Lane::Sellers.name() { Lane::Sellers } else { Lane::Whatsapp };
        Ok(Self { delivery: row.uuid(0)?, conversation: row.uuid(1)?, lane, unknown })
    }

    async fn by_external_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Self>, Error> {
        let sql = "SELECT id, conversation_id, state, lane FROM deliveries WHERE external_id = $1";
        let row = tx.row(sql, &params![id]).await?;
        row.as_ref().map(Self::read).transpose()
    }

    /// Wakes the lane when it waits for this report; answers when it wakes, in milliseconds.
    async fn wake(&self, tx: &mut Tx<'_>, now: i64) -> Result<Option<i64>, Error> {
        if !self.unknown {
            return Ok(None);
        }
        tx.batch(&[wake(self.conversation, self.lane, now)]).await?;
        Ok(Some(now))
    }
}

/// Positive evidence: the message left, whatever became of our call.
async fn confirm(
    tx: &mut Tx<'_>,
    delivery: Uuid,
    queue_id: Option<&str>,
    external_id: Option<&str>,
    echo_id: Option<&str>,
    now: i64,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE deliveries SET
           reason = CASE WHEN state IN ('unknown', 'undetermined') THEN 'confirmed by a report'
                         ELSE reason END,
           state = CASE WHEN state IN ('sending', 'unknown', 'undetermined') THEN 'accepted'
                        ELSE state END,
           queue_id = COALESCE(queue_id, $2), external_id = COALESCE(external_id, $3),
           echo_id = COALESCE(echo_id, $4), settled_at = COALESCE(settled_at, $5),
           tick = CASE WHEN tick < $6 THEN $6 ELSE tick END
         WHERE id = $1",
        &params![delivery, queue_id, external_id, echo_id, now, Tick::Sent as i64],
    )
    .await?;
    Ok(())
}

/// The vendor handed a message to WhatsApp, or failed to.
pub struct DeliveryReported {
    /// The webhook.
    pub envelope: Envelope,
    /// Who it went to.
    pub person: Person,
    /// The vendor's id of the queued message.
    pub queue_id: Option<String>,
    /// The vendor's id of the message.
    pub external_id: Option<String>,
    /// Why it could not be delivered.
    pub error: Option<String>,
    /// The number of a seller, as the playbook has it, when it went to one.
    pub seller: Option<String>,
}

impl Operation for DeliveryReported {
    type Output = Stored;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stored, Error> {
        let now = self.envelope.now;
        let Some(ours) = self.delivery(tx).await? else {
            self.envelope.insert(tx, None).await?;
            return Ok(Stored::New { conversation: None, wake_at: None });
        };
        let Ours { delivery, conversation, .. } = ours;
        let wake_at = ours.wake(tx, now).await?;
        self.envelope.insert(tx, Some(conversation)).await?;
        match &self.error {
            None => {
                let (queue, external) = (self.queue_id.as_deref(), self.external_id.as_deref());
                confirm(tx, delivery, queue, external, None, now).await?;
            }
            Some(error) => {
                tx.execute(
                    "UPDATE deliveries SET state = 'rejected', settled_at = $2, reason = $3
                     WHERE id = $1",
                    &params![delivery, now, error],
                )
                .await?;
                super::alert::raise(
                    tx,
                    super::alert::DELIVERY_FAILED,
                    &delivery.to_string(),
                    error,
                    now,
                )
                .await?;
            }
        }
        Ok(Stored::New { conversation: Some(conversation), wake_at })
    }
}

impl DeliveryReported {
    /// By id; an unknown id belongs to the one message in flight to this person, if there is one.
    async fn delivery(&self, tx: &mut Tx<'_>) -> Result<Option<Ours>, Error> {
        if let Some(id) = self.external_id.as_deref()
            && let Some(ours) = Ours::by_external_id(tx, id).await?
        {
            return Ok(Some(ours));
        }
        let instance = &self.envelope.instance;
        let row = match Chat::find(tx, instance, &self.person, self.seller.as_deref()).await? {
            Chat::Lead(conversation) => {
                tx.row(
                    "SELECT id, conversation_id, state, lane FROM deliveries
                     WHERE conversation_id = $1 AND lane = $2
                       AND state IN ('sending', 'unknown') AND external_id IS NULL
                     ORDER BY seq LIMIT 1",
                    &params![conversation, Lane::Whatsapp.name()],
                )
                .await?
            }
            // A seller may get messages about several leads at once: only an id tells them apart.
            Chat::Seller(_) | Chat::Unknown => None,
        };
        row.as_ref().map(Ours::read).transpose()
    }
}

/// Ticks of messages of ours: sent, received, read, played; they only go forward.
pub struct Ticked {
    /// The webhook.
    pub envelope: Envelope,
    /// The vendor's ids of the messages.
    pub ids: Vec<String>,
    /// How far they came.
    pub tick: Tick,
}

impl Operation for Ticked {
    type Output = Stored;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stored, Error> {
        self.envelope.insert(tx, None).await?;
        for id in &self.ids {
            let moved = tx
                .row(
                    "UPDATE deliveries SET tick = $2 WHERE external_id = $1 AND tick < $2
                     RETURNING conversation_id, lane",
                    &params![id, self.tick as i64],
                )
                .await?;
            // What sellers read is no part of the conversation.
            if let Some(moved) = moved
                && moved.text(1)? == Lane::Whatsapp.name()
            {
                let conversation = moved.uuid(0)?;
                tx.batch(&[
                    activity::touched(conversation, self.envelope.now),
                    mirroring::wake_after_message(conversation, self.envelope.now),
                ])
                .await?;
            }
        }
        Ok(Stored::New { conversation: None, wake_at: None })
    }
}

/// The instance connected to WhatsApp, or lost the connection.
pub struct ConnectionChanged {
    /// The webhook.
    pub envelope: Envelope,
    /// Whether it is connected now.
    pub connected: bool,
    /// What the vendor says of it.
    pub detail: String,
}

impl Operation for ConnectionChanged {
    type Output = Stored;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stored, Error> {
        let (envelope, subject) = (&self.envelope, format!("zapi:{}", self.envelope.instance));
        envelope.insert(tx, None).await?;
        if self.connected {
            super::alert::resolve(tx, super::alert::DISCONNECTED, &subject, envelope.now).await?;
        } else {
            super::alert::raise(
                tx,
                super::alert::DISCONNECTED,
                &subject,
                &self.detail,
                envelope.now,
            )
            .await?;
        }
        Ok(Stored::New { conversation: None, wake_at: None })
    }
}
