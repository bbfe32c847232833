//! What was given up, tried again or dropped by an operator.

use uuid::Uuid;

use crate::params;
use crate::store::control::audit;
use crate::store::engine::{Operation, Statement, Tx};
use crate::store::mirroring::wake_after_change;
use crate::store::queue::{Lane, wake};
use crate::store::{Error, activity, alert};

/// What to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Try again.
    Retry,
    /// Leave it.
    Drop,
}

impl Verdict {
    fn action(self) -> &'static str {
        match self {
            Self::Retry => "retry_dead_letter",
            Self::Drop => "drop_dead_letter",
        }
    }
}

/// Decides about a message that WhatsApp did not take, or about which nobody knows.
pub struct DecideMessage {
    /// The delivery.
    pub delivery: Uuid,
    /// What to do.
    pub verdict: Verdict,
    /// Who decides.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for DecideMessage {
    /// `false` when it is no dead letter, or no longer one.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let dead = tx
            .row(
                "SELECT conversation_id FROM deliveries
                 WHERE id = $1 AND state IN ('rejected', 'undetermined')",
                &params![self.delivery],
            )
            .await?;
        let Some(dead) = dead else { return Ok(false) };
        let conversation = dead.uuid(0)?;
        // The queue's row before the message's: a delivery that is just recorded locks them so.
        tx.batch(&[wake(conversation, Lane::Whatsapp, self.now)]).await?;
        let state = if self.verdict == Verdict::Retry { "resent" } else { "dropped" };
        let taken = tx
            .execute(
                "UPDATE deliveries SET state = 'cancelled', reason = $2, settled_at = $3
                 WHERE id = $1 AND state IN ('rejected', 'undetermined')",
                &params![self.delivery, format!("{state} by {}", self.actor), self.now],
            )
            .await?;
        if taken == 0 {
            return Ok(false);
        }
        if self.verdict == Verdict::Retry {
            tx.batch(&self.anew()).await?;
        }
        let subject = self.delivery.to_string();
        for kind in [alert::DELIVERY_REJECTED, alert::DELIVERY_FAILED, alert::DELIVERY_UNDETERMINED]
        {
            alert::resolve(tx, kind, &subject, self.now).await?;
        }
        tx.batch(&[
            activity::touched(conversation, self.now),
            audit(&self.actor, self.verdict.action(), &subject, None, self.now),
            wake_after_change(conversation, self.now),
        ])
        .await?;
        Ok(true)
    }
}

impl DecideMessage {
    /// The same text as a message of its own: what was tried before stays on record as it was.
    fn anew(&self) -> [Statement<'static>; 2] {
        let id = Uuid::now_v7();
        [
            (
                "INSERT INTO deliveries (id, conversation_id, lane, turn_id, message_id, address,
                                         body, state, due_at, created_at)
                 SELECT $2, conversation_id, lane, turn_id, message_id, address, body, 'pending',
                        $3, $3
                 FROM deliveries WHERE id = $1",
                params![self.delivery, id, self.now].to_vec(),
            ),
            (
                "UPDATE messages SET delivery_id = $2 WHERE id = (
                   SELECT message_id FROM deliveries WHERE id = $1)",
                params![self.delivery, id].to_vec(),
            ),
        ]
    }
}

/// Decides about something of ours that another system refused.
pub struct DecideRemote {
    /// The system's lane.
    pub lane: Lane,
    /// What it is.
    pub kind: String,
    /// Our id of it.
    pub id: String,
    /// What to do.
    pub verdict: Verdict,
    /// Who decides.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for DecideRemote {
    /// `false` when it is no dead letter, or no longer one.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let lane = self.lane.name();
        // Begun and of unknown outcome: the mirror looks at the vendor before it writes anew.
        let state = if self.verdict == Verdict::Retry { "sending" } else { "dropped" };
        let row = tx
            .row(
                "UPDATE remotes SET state = $4, hash = NULL, updated_at = $5
                 WHERE lane = $1 AND kind = $2 AND id = $3 AND state = 'refused'
                 RETURNING conversation_id",
                &params![lane, &self.kind, &self.id, state, self.now],
            )
            .await?;
        let Some(row) = row else { return Ok(false) };
        let subject = format!("{lane}:{}:{}", self.kind, self.id);
        alert::resolve(tx, alert::SYNC_REFUSED, &subject, self.now).await?;
        let mut statements =
            vec![audit(&self.actor, self.verdict.action(), &subject, None, self.now)];
        if self.verdict == Verdict::Retry {
            statements.push(wake(row.uuid(0)?, self.lane, self.now));
        }
        tx.batch(&statements).await?;
        Ok(true)
    }
}
