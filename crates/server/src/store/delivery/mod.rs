//! The outbox: claims what may be sent, writes the attempt before the call and the outcome after.

mod verdict;

use seleto_rules::{delivery, retry};
use uuid::Uuid;
pub use verdict::RecordVerdict;

use super::Error;
use super::engine::{Operation, Row, Tx};
use super::queue::{Claim, ClaimDue, Lane, release};
use super::{activity, alert, breaker, handoff, mirroring};
use crate::params;

/// One message to send, or to find out about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: Uuid,
    /// The exact address that wrote.
    pub address: String,
    /// The frozen text.
    pub body: String,
    /// Attempts so far, this one included.
    pub attempts: i64,
    /// How many of them do not count, because the vendor refused us and not the message.
    pub spared: i64,
    /// Nothing waits behind it.
    pub last: bool,
    /// It finds out whether a vendor that refused us is back.
    pub probe: bool,
    /// When the attempt that counts was written, in milliseconds.
    pub sent_at: i64,
    /// A second copy was already sent.
    pub resent: bool,
}

/// What is to be done for a claimed conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// It is due: begin an attempt, then make the call.
    Send(Claim, Delivery),
    /// An earlier attempt's outcome is unknown: look for evidence.
    Settle(Claim, Delivery, Clues),
}

/// What our own record says about an unknown attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clues {
    /// Another message was confirmed since.
    pub channels_alive: bool,
    /// The instance reported a disconnection that is not over, or one since.
    pub disconnected: bool,
}

/// Claims conversations with something to send.
pub struct ClaimDeliveries {
    /// To whom: leads or sellers.
    pub lane: Lane,
    /// Now, in milliseconds.
    pub now: i64,
    /// When the lease ends, in milliseconds.
    pub lease_until: i64,
    /// Who claims.
    pub replica: Uuid,
    /// How many at most.
    pub limit: i64,
}

impl Operation for ClaimDeliveries {
    type Output = Vec<Job>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Job>, Error> {
        let (limit, probe) = match breaker::may_pass(tx, breaker::ZAPI, self.now).await? {
            breaker::Passage::Closed => return Ok(Vec::new()),
            breaker::Passage::Probe => (1, true),
            breaker::Passage::Open => (self.limit, false),
        };
        let claims = ClaimDue {
            lane: self.lane,
            now: self.now,
            lease_until: self.lease_until,
            replica: self.replica,
            limit,
        };
        let mut jobs = Vec::new();
        for claim in claims.run(tx).await? {
            jobs.extend(self.next_job(tx, claim, probe).await?);
        }
        if probe && jobs.is_empty() {
            // Nothing was probed: the other lane behind this breaker may.
            breaker::probe_at(tx, breaker::ZAPI, self.now).await?;
        }
        Ok(jobs)
    }
}

impl ClaimDeliveries {
    /// The oldest message that is not settled: nothing overtakes it.
    async fn next_job(
        &self,
        tx: &mut Tx<'_>,
        claim: Claim,
        probe: bool,
    ) -> Result<Option<Job>, Error> {
        loop {
            let rows = tx
                .rows(
                    "SELECT id, address, body, state, attempts, due_at, sent_at, resent,
                            created_at, spared, turn_id
                     FROM deliveries WHERE conversation_id = $1 AND lane = $2
                       AND state IN ('pending', 'sending', 'unknown')
                     ORDER BY seq LIMIT 2",
                    &params![claim.conversation, claim.lane.name()],
                )
                .await?;
            let Some(row) = rows.first() else {
                release(tx, &claim, None).await?;
                return Ok(None);
            };
            let delivery = Delivery { last: rows.len() == 1, probe, ..delivery(row)? };
            let (state, due_at, created_at) = (row.text(3)?, row.int(5)?, row.int(8)?);
            if state != "pending" {
                return self.unknown(tx, claim, delivery).await.map(Some);
            }
            if due_at > self.now {
                release(tx, &claim, Some(due_at)).await?;
                return Ok(None);
            }
            let age_ms = self.now - created_at;
            // What sellers are told of a lead is withdrawn when it is over, and not before.
            if self.lane == Lane::Whatsapp && age_ms > delivery::STALE_AFTER_MS {
                let late = lead_wrote_since(tx, claim.conversation, created_at).await?
                    || was_not_asked_for(tx, row.maybe_uuid(10)?).await?;
                if delivery::is_stale(age_ms, late) {
                    self.expire(tx, delivery.id).await?;
                    continue;
                }
            }
            return Ok(Some(Job::Send(claim, delivery)));
        }
    }

    /// Somebody died between the attempt and its outcome, or could not tell it.
    async fn unknown(
        &self,
        tx: &mut Tx<'_>,
        claim: Claim,
        delivery: Delivery,
    ) -> Result<Job, Error> {
        tx.execute(
            "UPDATE deliveries SET state = 'unknown' WHERE id = $1 AND state = 'sending'",
            &params![delivery.id],
        )
        .await?;
        // The tick is written out: as a parameter it would not match the index's condition.
        let confirmed = tx
            .row(
                "SELECT 1 FROM deliveries WHERE sent_at > $1 AND id <> $2 AND tick >= 1 LIMIT 1",
                &params![delivery.sent_at, delivery.id],
            )
            .await?;
        let disconnected = tx
            .row(
                "SELECT 1 FROM alerts WHERE kind = 'disconnected'
                   AND (resolved_at IS NULL OR resolved_at > $1) LIMIT 1",
                &params![delivery.sent_at],
            )
            .await?;
        let clues =
            Clues { channels_alive: confirmed.is_some(), disconnected: disconnected.is_some() };
        Ok(Job::Settle(claim, delivery, clues))
    }

    async fn expire(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<(), Error> {
        tx.execute(
            "UPDATE deliveries SET state = 'expired', settled_at = $2, reason = 'stale'
             WHERE id = $1",
            &params![id, self.now],
        )
        .await?;
        Ok(())
    }
}

/// Writes the attempt, the last thing before the call: between the two nothing else happens, so that
/// a crash leaves as few attempts in doubt as can be.
pub struct BeginAttempt {
    /// The lease.
    pub claim: Claim,
    /// The message.
    pub delivery: Delivery,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for BeginAttempt {
    /// The message with the attempt counted.
    type Output = Delivery;

    /// # Errors
    /// [`Error::LeaseLost`] when the message was cancelled, or somebody else holds the lane by now.
    async fn run(&self, tx: &mut Tx<'_>) -> Result<Delivery, Error> {
        let (claim, delivery) = (&self.claim, &self.delivery);
        let begun = tx
            .execute(
                "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, sent_at = $2
                 WHERE id = $1 AND state = 'pending' AND EXISTS (
                   SELECT 1 FROM queue WHERE conversation_id = $3 AND lane = $4
                     AND lease_by = $5 AND fence = $6)",
                &params![
                    delivery.id,
                    self.now,
                    claim.conversation,
                    claim.lane.name(),
                    claim.replica,
                    claim.fence,
                ],
            )
            .await?;
        if begun == 0 {
            return Err(Error::LeaseLost);
        }
        let number = delivery.attempts + 1;
        tx.execute(
            "INSERT INTO attempts (delivery_id, number, replica, fence, body_hash, started_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            &params![
                delivery.id,
                number,
                claim.replica,
                claim.fence,
                crate::hash::short(&delivery.body),
                self.now
            ],
        )
        .await?;
        Ok(Delivery { attempts: number, sent_at: self.now, ..delivery.clone() })
    }
}

fn delivery(row: &Row) -> Result<Delivery, Error> {
    Ok(Delivery {
        id: row.uuid(0)?,
        address: row.text(1)?,
        body: row.text(2)?,
        attempts: row.int(4)?,
        sent_at: row.maybe_int(6)?.unwrap_or(0),
        resent: row.bool(7)?,
        spared: row.int(9)?,
        last: false,
        probe: false,
    })
}

async fn lead_wrote_since(tx: &mut Tx<'_>, conversation: Uuid, at: i64) -> Result<bool, Error> {
    let row = tx
        .row(
            "SELECT 1 FROM messages WHERE conversation_id = $1 AND author = 'lead'
               AND created_at > $2 LIMIT 1",
            &params![conversation, at],
        )
        .await?;
    Ok(row.is_some())
}

/// A reminder to a lead that fell silent: late, it would come at night.
async fn was_not_asked_for(tx: &mut Tx<'_>, turn: Option<Uuid>) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM turns WHERE id = $1 AND outcome = 'follow_up'";
    Ok(tx.row(sql, &params![turn]).await?.is_some())
}

/// What came of a call, told apart by what is done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The vendor has it.
    Accepted {
        /// The vendor's id of the queued message.
        queue_id: Option<String>,
        /// The vendor's id of the message.
        external_id: Option<String>,
    },
    /// Surely not sent: try again after this many milliseconds.
    NotSent {
        /// Why.
        detail: String,
        /// The wait.
        wait_ms: i64,
    },
    /// The vendor refuses us altogether: wait behind a breaker, burning no attempt.
    Unauthorized {
        /// Why, and what to do.
        detail: String,
    },
    /// The vendor refuses this message for good.
    Rejected {
        /// Why.
        detail: String,
    },
    /// Nobody knows: look for evidence.
    Unconfirmed {
        /// Why.
        detail: String,
    },
}

impl Outcome {
    /// Its name in the attempt's row and in the metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Accepted { .. } => "accepted",
            Outcome::NotSent { .. } => "not_sent",
            Outcome::Unauthorized { .. } => "unauthorized",
            Outcome::Rejected { .. } => "rejected",
            Outcome::Unconfirmed { .. } => "unconfirmed",
        }
    }

    fn detail(&self) -> Option<&str> {
        match self {
            Outcome::Accepted { .. } => None,
            Outcome::NotSent { detail, .. }
            | Outcome::Unauthorized { detail }
            | Outcome::Rejected { detail }
            | Outcome::Unconfirmed { detail } => Some(detail),
        }
    }
}

/// Records what came of a call and gives the lane back.
pub struct RecordOutcome {
    /// The lease under which the call was made.
    pub claim: Claim,
    /// The message.
    pub delivery: Delivery,
    /// What came of it.
    pub outcome: Outcome,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for RecordOutcome {
    /// When the lane has more to do, in milliseconds.
    type Output = Option<i64>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
        // The lane's row first: reports of the vendor lock in the same order.
        let wake_at = match release(tx, &self.claim, self.wake_at()).await {
            Ok(wake_at) => wake_at,
            // Another worker settles it by now; what we know still belongs into the record.
            Err(Error::LeaseLost) => None,
            Err(error) => return Err(error),
        };
        self.finish_attempt(tx).await?;
        self.update_delivery(tx).await?;
        self.tell(tx).await?;
        match &self.outcome {
            Outcome::Accepted { .. } if self.delivery.probe => {
                breaker::close(tx, breaker::ZAPI, self.now).await?;
                // All the others waited for this.
                return Ok(Some(self.now));
            }
            Outcome::Unauthorized { detail } => {
                breaker::open(tx, breaker::ZAPI, detail, self.now).await?;
            }
            Outcome::Rejected { detail } => {
                self.alert(tx, alert::DELIVERY_REJECTED, detail).await?
            }
            Outcome::NotSent { detail, .. } if self.exhausted() => {
                self.alert(tx, alert::DELIVERY_REJECTED, detail).await?;
            }
            Outcome::Accepted { .. } | Outcome::NotSent { .. } | Outcome::Unconfirmed { .. } => {}
        }
        Ok(wake_at)
    }
}

impl RecordOutcome {
    fn exhausted(&self) -> bool {
        self.delivery.attempts - self.delivery.spared >= retry::MOST_ATTEMPTS
    }

    /// The next message of the conversation is due at once, if there is one.
    fn wake_at(&self) -> Option<i64> {
        match &self.outcome {
            Outcome::NotSent { wait_ms, .. } if !self.exhausted() => Some(self.now + wait_ms),
            Outcome::Unauthorized { .. } | Outcome::Unconfirmed { .. } => Some(self.now),
            _ if self.delivery.last => None,
            _ => Some(self.now),
        }
    }

    /// The list of conversations and Chatwoot show what became of the message.
    async fn tell(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let conversation = self.claim.conversation;
        if self.claim.lane == Lane::Sellers {
            let arrived = matches!(self.outcome, Outcome::Accepted { .. });
            let told = arrived.then(|| handoff::told(conversation, self.now));
            return tx.batch(told.as_slice()).await;
        }
        let mut statements = vec![activity::touched(conversation, self.now)];
        if matches!(self.outcome, Outcome::Rejected { .. }) || self.exhausted() {
            statements.push(mirroring::wake_after_message(conversation, self.now));
        }
        tx.batch(&statements).await
    }

    async fn finish_attempt(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.execute(
            "UPDATE attempts SET finished_at = $3, outcome = $4, detail = $5
             WHERE delivery_id = $1 AND number = $2",
            &params![
                self.delivery.id,
                self.delivery.attempts,
                self.now,
                self.outcome.name(),
                self.outcome.detail()
            ],
        )
        .await?;
        Ok(())
    }

    async fn update_delivery(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let id = self.delivery.id;
        let (state, due_at, spared) = match &self.outcome {
            Outcome::Accepted { queue_id, external_id } => {
                tx.execute(
                    "UPDATE deliveries SET state = 'accepted', settled_at = $2,
                       queue_id = COALESCE(queue_id, $3), external_id = COALESCE(external_id, $4)
                     WHERE id = $1 AND state IN ('sending', 'unknown', 'accepted')",
                    &params![id, self.now, queue_id.as_deref(), external_id.as_deref()],
                )
                .await?;
                return Ok(());
            }
            Outcome::NotSent { .. } if self.exhausted() => ("rejected", self.now, 0),
            Outcome::NotSent { wait_ms, .. } => ("pending", self.now + wait_ms, 0),
            Outcome::Unauthorized { .. } => ("pending", self.now, 1),
            Outcome::Rejected { .. } => ("rejected", self.now, 0),
            Outcome::Unconfirmed { .. } => ("unknown", self.now, 0),
        };
        // A report that came meanwhile knows better than a call that failed.
        tx.execute(
            "UPDATE deliveries SET state = $2, due_at = $3, reason = $4, spared = spared + $5,
               settled_at = CASE WHEN $2 = 'rejected' THEN CAST($6 AS BIGINT) END
             WHERE id = $1 AND state = 'sending'",
            &params![id, state, due_at, self.outcome.detail(), spared, self.now],
        )
        .await?;
        Ok(())
    }

    async fn alert(&self, tx: &mut Tx<'_>, kind: &str, detail: &str) -> Result<(), Error> {
        alert::raise(tx, kind, &self.delivery.id.to_string(), detail, self.now).await.map(|_| ())
    }
}
