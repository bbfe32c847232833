//! Runs a lane's loop: claims what is due, works on it side by side, sleeps until the next.

pub mod all;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::store::Error;
use crate::store::queue::Lane;

/// The longest sleep between two looks: other replicas' work is found by looking.
const LONGEST_SLEEP_MS: i64 = 500;
/// How many rows one claim takes at most.
const CLAIM: usize = 32;
/// Tells a lane when its next work is due, without waking it for work that is later anyway.
#[derive(Debug)]
pub struct Bell {
    next: AtomicI64,
    notify: Notify,
}

impl Default for Bell {
    fn default() -> Self {
        Self { next: AtomicI64::new(i64::MAX), notify: Notify::new() }
    }
}

impl Bell {
    /// Something is due at this time, in milliseconds.
    pub fn ring(&self, at: i64) {
        if self.next.fetch_min(at, Ordering::SeqCst) > at {
            self.notify.notify_one();
        }
    }
}

/// The bells of all lanes of this process.
#[derive(Debug, Default)]
pub struct Bells {
    bells: [Arc<Bell>; Lane::ALL.len()],
}

impl Bells {
    /// The bell of a lane.
    pub fn of(&self, lane: Lane) -> &Arc<Bell> {
        &self.bells[lane as usize]
    }

    /// Something is due in a lane at this time, in milliseconds.
    pub fn ring(&self, lane: Lane, at: i64) {
        self.of(lane).ring(at);
    }

    /// Something changed that the mirrors may have to show.
    pub fn ring_mirrors(&self, at: i64) {
        for lane in Lane::MIRRORS {
            self.ring(lane, at);
        }
    }
}

/// What a claim brought.
pub struct Claimed<J> {
    /// What is to be done now.
    pub jobs: Vec<J>,
    /// When the next row is due, in milliseconds.
    pub next_due: Option<i64>,
}

/// What a lane does.
pub trait Work: Clone + Send + Sync + 'static {
    /// What is claimed.
    type Job: Send + 'static;

    /// The lane.
    fn lane(&self) -> Lane;

    /// How long running work may take to finish when the process is asked to stop.
    fn grace(&self) -> Duration;

    /// Claims at most `limit` conversations that are due.
    fn claim(&self, limit: usize)
    -> impl Future<Output = Result<Claimed<Self::Job>, Error>> + Send;

    /// Does one job to its end; it records its own failures.
    fn perform(&self, job: Self::Job) -> impl Future<Output = ()> + Send;
}

/// Runs a lane until it is asked to stop, then lets running work finish.
pub async fn run<W: Work>(
    work: W,
    clock: Clock,
    bell: Arc<Bell>,
    side_by_side: usize,
    stop: CancellationToken,
) {
    let mut running = JoinSet::new();
    while !stop.is_cancelled() {
        while running.try_join_next().is_some() {}
        let free = side_by_side.saturating_sub(running.len()).min(CLAIM);
        let sleep = if free == 0 {
            LONGEST_SLEEP_MS
        } else {
            // Reset first: what rings from here on is either seen by the claim or wakes us.
            bell.next.store(i64::MAX, Ordering::SeqCst);
            claim_and_start(&work, &mut running, free, &clock).await
        };
        if sleep == 0 {
            continue;
        }
        bell.next.fetch_min(clock.now() + sleep, Ordering::SeqCst);
        tokio::select! {
            () = stop.cancelled() => {}
            () = bell.notify.notified(), if free > 0 => {}
            () = tokio::time::sleep(Duration::from_millis(sleep.unsigned_abs())) => {}
            Some(_) = running.join_next(), if free == 0 => {}
        }
    }
    let finish = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(work.grace(), finish).await.is_err() {
        tracing::warn!(lane = work.lane().name(), "work cut off; another start takes it up");
    }
}

/// Answers how long to sleep before the next claim, in milliseconds.
async fn claim_and_start<W: Work>(
    work: &W,
    running: &mut JoinSet<()>,
    free: usize,
    clock: &Clock,
) -> i64 {
    let Claimed { jobs, next_due } = match work.claim(free).await {
        Ok(claimed) => claimed,
        Err(error) => {
            tracing::warn!(lane = work.lane().name(), %error, "cannot claim work");
            return LONGEST_SLEEP_MS;
        }
    };
    let claimed = jobs.len();
    for job in jobs {
        let work = work.clone();
        running.spawn(async move { work.perform(job).await });
    }
    match next_due {
        _ if claimed == free => 0,
        // Due, but not to be had: behind a breaker, or just taken by another replica.
        Some(at) if at <= clock.now() && claimed == 0 => LONGEST_SLEEP_MS,
        Some(at) => (at - clock.now()).clamp(1, LONGEST_SLEEP_MS),
        None => LONGEST_SLEEP_MS,
    }
}

/// Does all that is due now, one claim after the other; answers how much that was.
///
/// # Errors
/// When the database refuses a claim.
pub async fn run_due<W: Work>(work: &W) -> Result<usize, Error> {
    let mut done = 0;
    loop {
        let Claimed { jobs, .. } = work.claim(CLAIM).await?;
        if jobs.is_empty() {
            return Ok(done);
        }
        done += jobs.len();
        futures_util::future::join_all(jobs.into_iter().map(|job| work.perform(job))).await;
    }
}
