//! Keeps a vendor's copy of our record in step, conversation by conversation.
//!
//! What a vendor is told is decided by comparing, never by replaying: so an outage of any length
//! ends with nothing missing and nothing double.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use seleto_rules::retry::backoff_ms;

use crate::app::App;
use crate::health::State;
use crate::lanes::{Claimed, Work};
use crate::store::Error;
use crate::store::mirroring::{ClaimMirror, EndMirror, MirrorEnd, MirrorJob};
use crate::store::queue::{Claim, ClaimDue, Lane, ThenNextDue};

/// How many conversations are brought into step at once; vendors limit the rate of calls.
pub const SIDE_BY_SIDE: usize = 8;
/// How long a claim holds.
const LEASE: Duration = Duration::from_secs(120);
/// What is not in step by then goes on with the next claim.
const LONGEST: Duration = Duration::from_secs(90);
/// So many failures in a row, whichever the conversations, are an outage and not bad luck.
const OUTAGE: u32 = 8;

/// Why a conversation could not be brought into step, told apart by what is done next.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// Our own database refused, or the lease is lost.
    #[error(transparent)]
    Store(#[from] Error),
    /// A call failed in passing, or its outcome is unknown: the next try looks first.
    #[error("{0}")]
    Passing(String),
    /// The vendor asks for time.
    #[error("the vendor asks to wait")]
    Busy {
        /// How long, when it said.
        retry_after: Option<Duration>,
    },
    /// It refuses us altogether, with the remedy: credentials, permissions, a wrong address.
    #[error("{0}")]
    Refused(String),
}

/// A vendor that keeps a copy of our record.
pub trait Mirror: Clone + Send + Sync + 'static {
    /// Its lane; also the name of its breaker and of its state on the health page.
    fn lane(&self) -> Lane;

    /// Brings one conversation into step; answers when to look again, in milliseconds, if at all.
    /// It may be cut off at any call and run again: each effect is looked for before it is made.
    /// What the vendor refuses for good is noted in `remotes`, and does not stop the rest.
    fn converge(&self, claim: Claim) -> impl Future<Output = Result<Option<i64>, Stopped>> + Send;
}

/// The lane of a mirror.
#[derive(Clone)]
pub struct MirrorLane<M> {
    app: Arc<App>,
    mirror: M,
    failures: Arc<AtomicU32>,
}

impl<M: Mirror> MirrorLane<M> {
    /// The lane of this process.
    pub fn new(app: Arc<App>, mirror: M) -> Self {
        Self { app, mirror, failures: Arc::default() }
    }
}

impl<M: Mirror> Work for MirrorLane<M> {
    type Job = MirrorJob;

    fn lane(&self) -> Lane {
        self.mirror.lane()
    }

    /// A call that is cut off is looked for by the next process.
    fn grace(&self) -> Duration {
        Duration::from_secs(8)
    }

    async fn claim(&self, limit: usize) -> Result<Claimed<MirrorJob>, Error> {
        let now = self.app.clock.now();
        let lane = self.lane();
        let due = ClaimDue {
            lane,
            now,
            lease_until: now + i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX),
            replica: self.app.replica,
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
        };
        let claim = ClaimMirror { due };
        let (jobs, next_due) = self.app.store.write(ThenNextDue { claim, lane }).await?;
        Ok(Claimed { jobs, next_due })
    }

    #[tracing::instrument(name = "mirror", skip_all, fields(
        lane = self.lane().name(), conversation.id = %job.claim.conversation))]
    async fn perform(&self, job: MirrorJob) {
        let result = tokio::time::timeout(LONGEST, self.mirror.converge(job.claim)).await;
        let result = result.unwrap_or_else(|_| {
            Err(Stopped::Passing("bringing the conversation into step took too long".to_owned()))
        });
        let outcome = if result.is_ok() { "in_step" } else { "stopped" };
        metrics::counter!("seleto_mirror_runs_total",
            "lane" => self.lane().name(), "outcome" => outcome)
        .increment(1);
        let end = match result {
            Ok(look_again) => {
                self.failures.store(0, Ordering::Relaxed);
                MirrorEnd::InStep(look_again)
            }
            Err(Stopped::Store(Error::LeaseLost)) => {
                tracing::info!("the lease was lost");
                return;
            }
            Err(stopped) => self.after(&job, &stopped),
        };
        let now = self.app.clock.now();
        match self.app.store.write(EndMirror { job, end, now }).await {
            Ok(Some(at)) => self.app.bells.ring(self.lane(), at),
            Ok(None) => {}
            // The lease runs out, and the conversation is taken up again.
            Err(error) => tracing::warn!(%error, "the lane could not be given back"),
        }
    }
}

impl<M: Mirror> MirrorLane<M> {
    fn after(&self, job: &MirrorJob, stopped: &Stopped) -> MirrorEnd {
        let (name, now) = (self.lane().name(), self.app.clock.now());
        let again = |asked: Option<Duration>| {
            let asked = asked.map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
            MirrorEnd::Again(now + backoff_ms(job.claim.attempts, asked, rand::random()))
        };
        tracing::warn!(error = %stopped, attempt = job.claim.attempts, "not in step yet");
        match stopped {
            Stopped::Store(_) => again(None),
            Stopped::Busy { retry_after } => again(*retry_after),
            Stopped::Refused(reason) => {
                self.app.health.note(name, State::Unauthorized);
                MirrorEnd::Away(reason.clone())
            }
            Stopped::Passing(reason) => {
                let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
                if job.probe || failures >= OUTAGE {
                    self.app.health.note(name, State::Unreachable);
                    return MirrorEnd::Away(reason.clone());
                }
                again(None)
            }
        }
    }
}
