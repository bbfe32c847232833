//! Messages that the lead took back: not answered if they wait, not repeated if they were answered.

use super::engine::{Operation, Tx};
use super::ingest::{Envelope, Stored};
use super::queue::Lane;
use super::{Error, activity, mirroring};
use crate::params;

/// The lead deleted a message for everybody. What we said stays said, whoever takes it back.
pub struct LeadRevoked {
    /// The webhook.
    pub envelope: Envelope,
    /// The vendor's id of the message.
    pub external_id: String,
}

impl Operation for LeadRevoked {
    type Output = Stored;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stored, Error> {
        let (envelope, now) = (&self.envelope, self.envelope.now);
        let row = tx
            .row(
                "SELECT m.id, m.conversation_id, m.turn_id FROM messages m
                 JOIN conversation_states c ON c.id = m.conversation_id
                 WHERE m.external_id = $1 AND c.instance = $2 AND m.author = 'lead'
                   AND m.deleted_at IS NULL LIMIT 1",
                &params![&self.external_id, &envelope.instance],
            )
            .await?;
        let Some(row) = row else {
            envelope.insert(tx, None).await?;
            return Ok(Stored::New { conversation: None, wake_at: None });
        };
        let (message, conversation) = (row.uuid(0)?, row.uuid(1)?);
        if row.maybe_uuid(2)?.is_none() {
            // A reply in the making read it: it is not saved, and made again without it.
            tx.execute(
                "UPDATE queue SET gen = gen + 1 WHERE conversation_id = $1 AND lane = $2",
                &params![conversation, Lane::Turns.name()],
            )
            .await?;
        }
        envelope.insert(tx, Some(conversation)).await?;
        tx.batch(&[
            ("UPDATE messages SET deleted_at = $2 WHERE id = $1", params![message, now].to_vec()),
            activity::touched(conversation, now),
            mirroring::wake_after_message(conversation, now),
        ])
        .await?;
        Ok(Stored::New { conversation: Some(conversation), wake_at: None })
    }
}
