//! What was decided about a message of which nobody knows whether it left.

use seleto_rules::delivery::{Evidence, Verdict};

use super::Delivery;
use crate::params;
use crate::store::engine::{Operation, Tx};
use crate::store::queue::{Claim, Lane, release};
use crate::store::{Error, alert, handoff};

/// Records what was decided about an unknown attempt and gives the lane back.
pub struct RecordVerdict {
    /// The lease.
    pub claim: Claim,
    /// The message.
    pub delivery: Delivery,
    /// What was decided.
    pub verdict: Verdict,
    /// On what grounds.
    pub evidence: Evidence,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for RecordVerdict {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let wake_at = match self.verdict {
            Verdict::LookAgain(wait_ms) => self.now + wait_ms,
            _ => self.now,
        };
        release(tx, &self.claim, Some(wake_at)).await?;
        let state = match self.verdict {
            Verdict::LookAgain(_) => return Ok(()),
            Verdict::Arrived => "accepted",
            Verdict::Resend => "pending",
            Verdict::Undetermined => "undetermined",
        };
        let grounds = format!("{:?} by {:?}", self.verdict, self.evidence);
        let changed = tx
            .execute(
                "UPDATE deliveries SET state = $2, due_at = $3, settled_at = $3, reason = $4,
                   resent = resent + $5
                 WHERE id = $1 AND state = 'unknown'",
                &params![
                    self.delivery.id,
                    state,
                    self.now,
                    grounds,
                    self.verdict == Verdict::Resend
                ],
            )
            .await?;
        if self.claim.lane == Lane::Sellers && self.verdict == Verdict::Arrived {
            tx.batch(&[handoff::told(self.claim.conversation, self.now)]).await?;
        }
        if changed == 1 && self.verdict == Verdict::Undetermined {
            let subject = self.delivery.id.to_string();
            let to = if self.claim.lane == Lane::Sellers { "vendedor" } else { "lead" };
            let detail = format!(
                "não há como saber se a mensagem chegou ao {to}: confira no WhatsApp da empresa e, \
                 se preciso, envie de novo"
            );
            alert::raise(tx, alert::DELIVERY_UNDETERMINED, &subject, &detail, self.now).await?;
        }
        Ok(())
    }
}
