//! The vendors that keep a copy of our record: who is woken by a change, and what becomes of it.
//!
//! A mirror works on the state, not on events: its queue row says that something changed in a
//! conversation, and the lane looks for the difference itself. So a change can be told any number
//! of times, and one that was never told is found with the next.

use uuid::Uuid;

use super::engine::{Operation, Statement, Tx};
use super::queue::{Claim, ClaimDue, Lane, release};
use super::{Error, breaker};
use crate::params;

/// Makes these lanes, and no others, wake on changes; a lane that is new is woken for nothing old.
pub struct ConfigureMirrors {
    /// The configured ones.
    pub lanes: Vec<Lane>,
}

impl Operation for ConfigureMirrors {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        for lane in Lane::MIRRORS {
            if self.lanes.contains(&lane) {
                tx.execute(
                    "INSERT INTO mirrors (lane, after_message_ms) VALUES ($1, $2)
                     ON CONFLICT (lane) DO UPDATE SET after_message_ms = excluded.after_message_ms",
                    &params![lane.name(), after_message_ms(lane)],
                )
                .await?;
            } else {
                tx.execute("DELETE FROM mirrors WHERE lane = $1", &params![lane.name()]).await?;
            }
        }
        Ok(())
    }
}

/// How long after a lead's message a mirror looks. People watch Chatwoot while the agent thinks;
/// the database in the cloud gets question and answer in one request; the CRM wants conclusions.
fn after_message_ms(lane: Lane) -> Option<i64> {
    match lane {
        Lane::Chatwoot => Some(0),
        Lane::Supabase => Some(20_000),
        _ => None,
    }
}

/// A lead wrote: the mirrors that show messages look.
pub(super) fn wake_after_message(conversation: Uuid, now: i64) -> Statement<'static> {
    (
        "INSERT INTO queue (conversation_id, lane, wake_at, burst_at, gen)
         SELECT $1, lane, $2 + after_message_ms, $2, 1 FROM mirrors
         WHERE after_message_ms IS NOT NULL ORDER BY lane
         ON CONFLICT (conversation_id, lane) DO UPDATE SET
           gen = queue.gen + 1,
           wake_at = CASE WHEN queue.wake_at < excluded.wake_at THEN queue.wake_at
                          ELSE excluded.wake_at END",
        params![conversation, now].to_vec(),
    )
}

/// Something else changed in a conversation: all mirrors look.
pub(super) fn wake_after_change(conversation: Uuid, now: i64) -> Statement<'static> {
    (
        "INSERT INTO queue (conversation_id, lane, wake_at, burst_at, gen)
         SELECT $1, lane, $2, $2, 1 FROM mirrors WHERE lane IS NOT NULL ORDER BY lane
         ON CONFLICT (conversation_id, lane) DO UPDATE SET
           gen = queue.gen + 1,
           wake_at = CASE WHEN queue.wake_at < excluded.wake_at THEN queue.wake_at
                          ELSE excluded.wake_at END",
        params![conversation, now].to_vec(),
    )
}

/// Wakes every mirror for a conversation, for whoever changed it by other means.
pub struct WakeMirrors {
    /// Which conversation.
    pub conversation: Uuid,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for WakeMirrors {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.batch(&[wake_after_change(self.conversation, self.now)]).await
    }
}

/// Claims a mirror's conversations that are due, behind its breaker.
pub struct ClaimMirror {
    /// What to claim.
    pub due: ClaimDue,
}

/// A conversation to bring into step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MirrorJob {
    /// The lease.
    pub claim: Claim,
    /// It finds out whether a vendor that was away is back.
    pub probe: bool,
}

impl Operation for ClaimMirror {
    type Output = Vec<MirrorJob>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<MirrorJob>, Error> {
        let due = &self.due;
        let probe = match breaker::may_pass(tx, due.lane.name(), due.now).await? {
            breaker::Passage::Closed => return Ok(Vec::new()),
            breaker::Passage::Probe => true,
            breaker::Passage::Open => false,
        };
        let limit = if probe { 1 } else { due.limit };
        let claims = ClaimDue { limit, ..*due }.run(tx).await?;
        if probe && claims.is_empty() {
            // Nothing waits, so nothing was probed: the next work finds out at once.
            breaker::probe_at(tx, due.lane.name(), due.now).await?;
        }
        Ok(claims.into_iter().map(|claim| MirrorJob { claim, probe }).collect())
    }
}

/// How the work on a mirror's conversation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MirrorEnd {
    /// The vendor is in step; look again at this time, in milliseconds, if at all.
    InStep(Option<i64>),
    /// It is to be tried again at this time, in milliseconds.
    Again(i64),
    /// The vendor is away or refuses us altogether: all its work waits.
    Away(String),
}

/// Gives a mirror's conversation back.
pub struct EndMirror {
    /// What was claimed.
    pub job: MirrorJob,
    /// How it ended.
    pub end: MirrorEnd,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for EndMirror {
    type Output = Option<i64>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
        let (claim, lane) = (&self.job.claim, self.job.claim.lane.name());
        match &self.end {
            MirrorEnd::InStep(wake_at) => {
                let wake_at = release(tx, claim, *wake_at).await?;
                if self.job.probe {
                    breaker::close(tx, lane, self.now).await?;
                    return Ok(Some(self.now));
                }
                Ok(wake_at)
            }
            MirrorEnd::Again(at) => {
                self.put_back(tx, *at).await?;
                Ok(Some(*at))
            }
            MirrorEnd::Away(reason) => {
                breaker::open(tx, lane, reason, self.now).await?;
                self.put_back(tx, self.now).await?;
                Ok(None)
            }
        }
    }
}

impl EndMirror {
    /// The attempts stay counted: they make the next wait longer.
    async fn put_back(&self, tx: &mut Tx<'_>, at: i64) -> Result<(), Error> {
        let claim = &self.job.claim;
        let spared = i64::from(matches!(self.end, MirrorEnd::Away(_)));
        tx.execute(
            "UPDATE queue SET lease_until = 0, lease_by = NULL, wake_at = $5,
                              attempts = attempts - $6
             WHERE conversation_id = $1 AND lane = $2 AND lease_by = $3 AND fence = $4",
            &params![claim.conversation, claim.lane.name(), claim.replica, claim.fence, at, spared],
        )
        .await?;
        Ok(())
    }
}
