//! The queue: a row for each conversation and lane says when it is due and who holds it.
//!
//! `gen` counts what arrived, so that finishing work never hides what arrived meanwhile, and
//! `fence` counts who held it, so that a worker that lost its lease cannot save. Both are columns
//! of the row itself: on PostgreSQL a subquery inside an UPDATE reads an older snapshot.

use uuid::Uuid;

use super::engine::{Dialect, Operation, Statement, Tx, Value};
use super::{Error, alert};
use crate::params;

/// Work of one kind, in order within a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Answers the lead's messages.
    Turns,
    /// Sends to WhatsApp.
    Whatsapp,
    /// Keeps Chatwoot in step.
    Chatwoot,
    /// Keeps the customer's tables at Supabase in step.
    Supabase,
    /// Keeps the CRM in step.
    Piperun,
    /// Sends to the sellers' WhatsApp.
    Sellers,
    /// Reminds the sellers, and writes to leads that fell silent.
    FollowUp,
}

impl Lane {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Lane::Turns,
        Lane::Whatsapp,
        Lane::Chatwoot,
        Lane::Supabase,
        Lane::Piperun,
        Lane::Sellers,
        Lane::FollowUp,
    ];
    /// Those that keep a vendor's copy of our record in step.
    pub const MIRRORS: [Self; 3] = [Lane::Chatwoot, Lane::Supabase, Lane::Piperun];

    /// Its name in the database, the logs and the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Lane::Turns => "turns",
            Lane::Whatsapp => "whatsapp",
            Lane::Chatwoot => "chatwoot",
            Lane::Supabase => "supabase",
            Lane::Piperun => "piperun",
            Lane::Sellers => "sellers",
            Lane::FollowUp => "follow_up",
        }
    }
}

/// A conversation's lane, held by this replica until the lease ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose.
    pub conversation: Uuid,
    /// What had arrived when it was claimed.
    pub generation: i64,
    /// Proof of being the latest holder.
    pub fence: i64,
    /// How often it was claimed since it last went well.
    pub attempts: i64,
    /// How often a reply was thrown away for a newer message.
    pub rejoined: i64,
    /// The holder.
    pub replica: Uuid,
    /// Which work.
    pub lane: Lane,
}

/// Claims what is due, earliest first.
#[derive(Clone, Copy, Debug)]
pub struct ClaimDue {
    /// Which work.
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

impl Operation for ClaimDue {
    type Output = Vec<Claim>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Claim>, Error> {
        let skip = match tx.dialect() {
            Dialect::Sqlite => "",
            Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
        };
        let sql = format!(
            "WITH due AS MATERIALIZED (
               SELECT conversation_id, lane FROM queue
               WHERE lane = $1 AND wake_at <= $2 AND lease_until <= $2
               ORDER BY wake_at LIMIT $5 {skip})
             UPDATE queue SET lease_until = $3, lease_by = $4, fence = queue.fence + 1,
                              attempts = queue.attempts + 1
             FROM due
             WHERE queue.conversation_id = due.conversation_id AND queue.lane = due.lane
             RETURNING queue.conversation_id, queue.gen, queue.fence, queue.attempts,
                       queue.rejoined"
        );
        let values =
            params![self.lane.name(), self.now, self.lease_until, self.replica, self.limit];
        let claim = |row: super::engine::Row| {
            Ok(Claim {
                conversation: row.uuid(0)?,
                generation: row.int(1)?,
                fence: row.int(2)?,
                attempts: row.int(3)?,
                rejoined: row.int(4)?,
                replica: self.replica,
                lane: self.lane,
            })
        };
        tx.rows(&sql, &values).await?.into_iter().map(claim).collect()
    }
}

/// Wakes a lane at a time, or sooner if it would wake sooner.
pub(super) fn wake(conversation: Uuid, lane: Lane, at: i64) -> Statement<'static> {
    (
        "INSERT INTO queue (conversation_id, lane, wake_at, burst_at, gen)
         VALUES ($1, $2, $3, $3, 1)
         ON CONFLICT (conversation_id, lane) DO UPDATE SET
           gen = queue.gen + 1,
           wake_at = CASE WHEN queue.wake_at < excluded.wake_at THEN queue.wake_at
                          ELSE excluded.wake_at END",
        params![conversation, lane.name(), at].to_vec(),
    )
}

/// Gives a claim back. With nothing new since the claim, it sleeps until `wake_at`; else it stays
/// as due as it was. Answers when it wakes.
///
/// # Errors
/// [`Error::LeaseLost`] when somebody else holds it by now.
pub(super) async fn release(
    tx: &mut Tx<'_>,
    claim: &Claim,
    wake_at: Option<i64>,
) -> Result<Option<i64>, Error> {
    let row = tx
        .row(
            "UPDATE queue SET lease_until = 0, lease_by = NULL, attempts = 0, rejoined = 0,
               wake_at = CASE WHEN gen = $5 THEN $6 ELSE wake_at END
             WHERE conversation_id = $1 AND lane = $2 AND lease_by = $3 AND fence = $4
             RETURNING wake_at",
            &params![
                claim.conversation,
                claim.lane.name(),
                claim.replica,
                claim.fence,
                claim.generation,
                wake_at,
            ],
        )
        .await?;
    row.ok_or(Error::LeaseLost)?.maybe_int(0)
}

/// Takes a lane away from whoever holds it, so that nothing it was making can be saved.
pub(super) fn fence_off(conversation: Uuid, lane: Lane) -> Statement<'static> {
    (
        "UPDATE queue SET fence = fence + 1, lease_until = 0, lease_by = NULL
         WHERE conversation_id = $1 AND lane = $2",
        params![conversation, lane.name()].to_vec(),
    )
}

/// Gives a claim back after a failure, to be tried again later.
pub struct PutBack {
    /// What is given back.
    pub claim: Claim,
    /// When to try again, in milliseconds; `None` forgets it until something new arrives.
    pub wake_at: Option<i64>,
    /// Now, in milliseconds.
    pub now: i64,
}

/// Gives a claim back after all went well.
pub struct Sleep {
    /// What is given back.
    pub claim: Claim,
    /// When to look again, in milliseconds, if at all.
    pub wake_at: Option<i64>,
}

impl Operation for Sleep {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        release(tx, &self.claim, self.wake_at).await.map(|_| ())
    }
}

/// After this many failures an operator is told.
const TOO_OFTEN: i64 = 6;

impl Operation for PutBack {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let claim = &self.claim;
        let given_back = tx
            .execute(
                "UPDATE queue SET lease_until = 0, lease_by = NULL, wake_at = $5
                 WHERE conversation_id = $1 AND lane = $2 AND lease_by = $3 AND fence = $4",
                &params![
                    claim.conversation,
                    claim.lane.name(),
                    claim.replica,
                    claim.fence,
                    self.wake_at
                ],
            )
            .await?;
        if given_back == 1 && claim.lane == Lane::Turns && claim.attempts >= TOO_OFTEN {
            let detail = "as mensagens desta conversa não puderam ser respondidas: veja o log";
            let subject = claim.conversation.to_string();
            alert::raise(tx, alert::TURN_FAILING, &subject, detail, self.now).await?;
        }
        Ok(())
    }
}

impl Claim {
    /// Takes back what [`PutBack`] told the operator.
    pub(super) async fn went_well(&self, tx: &mut Tx<'_>, now: i64) -> Result<(), Error> {
        if self.attempts <= TOO_OFTEN {
            return Ok(());
        }
        alert::resolve(tx, alert::TURN_FAILING, &self.conversation.to_string(), now).await
    }
}

/// Claims, and in the same transaction sees when the lane's next row is due after that.
pub struct ThenNextDue<C> {
    /// The claim.
    pub claim: C,
    /// Which work.
    pub lane: Lane,
}

impl<C: Operation> Operation for ThenNextDue<C> {
    /// What was claimed, and when the next is due, in milliseconds.
    type Output = (C::Output, Option<i64>);

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let claimed = self.claim.run(tx).await?;
        let row = tx
            .row(
                "SELECT MIN(CASE WHEN lease_until > wake_at THEN lease_until ELSE wake_at END)
                 FROM queue WHERE lane = $1 AND wake_at IS NOT NULL",
                &params![self.lane.name()],
            )
            .await?;
        Ok((claimed, row.map_or(Ok(None), |row| row.maybe_int(0))?))
    }
}

/// Reports that this replica lives, and gives back the leases of those that stopped reporting.
pub struct Heartbeat {
    /// Who reports.
    pub replica: Uuid,
    /// Now, in milliseconds.
    pub now: i64,
    /// Silence after which a replica counts as dead, in milliseconds.
    pub dead_after_ms: i64,
    /// The embedded engine has one process: whoever else holds a lease there is dead.
    pub alone: bool,
}

impl Operation for Heartbeat {
    type Output = u64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, Error> {
        tx.execute(
            "INSERT INTO replicas (id, seen_at) VALUES ($1, $2)
             ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
            &params![self.replica, self.now],
        )
        .await?;
        let silent_since = if self.alone { i64::MAX } else { self.now - self.dead_after_ms };
        let dead = tx
            .rows(
                "DELETE FROM replicas WHERE seen_at < $1 AND id <> $2 RETURNING id",
                &params![silent_since, self.replica],
            )
            .await?;
        let mut freed = 0;
        for row in dead {
            freed += tx
                .execute(
                    "UPDATE queue SET lease_until = 0 WHERE lease_by = $1 AND lease_until > 0",
                    &params![row.uuid(0)?],
                )
                .await?;
        }
        Ok(freed)
    }
}

/// Brings back what a clock that was set back put far into the future.
pub struct BringBack {
    /// Now, in milliseconds.
    pub now: i64,
}

/// No other lane sleeps longer on purpose than follow-ups do: the longest is a vendor's
/// `Retry-After`.
const LONGEST_SLEEP_MS: i64 = 20 * 60 * 1000;

impl Operation for BringBack {
    type Output = u64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, Error> {
        tx.execute(
            "UPDATE queue SET wake_at = $1 WHERE wake_at > $2 AND lane <> $3",
            &params![self.now, self.now + LONGEST_SLEEP_MS, Lane::FollowUp.name()],
        )
        .await
    }
}

/// Says goodbye, so that nobody waits for this replica's silence.
pub struct Leave {
    /// Who leaves.
    pub replica: Uuid,
}

impl Operation for Leave {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.batch(&[
            (
                "UPDATE queue SET lease_until = 0 WHERE lease_by = $1",
                params![self.replica].to_vec(),
            ),
            ("DELETE FROM replicas WHERE id = $1", params![self.replica].to_vec()),
        ])
        .await
    }
}

/// How many rows of a lane are due or leased, for the metrics.
pub struct Depth;

impl Operation for Depth {
    type Output = Vec<(String, i64)>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let rows = tx
            .rows(
                "SELECT lane, COUNT(*) FROM queue WHERE wake_at IS NOT NULL GROUP BY lane",
                &[] as &[Value],
            )
            .await?;
        rows.into_iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
    }
}
