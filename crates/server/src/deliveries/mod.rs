//! Sends due WhatsApp messages and books what came of each attempt.

mod settle;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use seleto_rules::delivery::typing_seconds;
use seleto_rules::retry::backoff_ms;

use crate::app::App;
use crate::clock;
use crate::config::Typing;
use crate::health::State;
use crate::lanes::{Claimed, Work};
use crate::store::Error;
use crate::store::delivery::{
    BeginAttempt, ClaimDeliveries, Delivery, Job, Outcome, RecordOutcome,
};
use crate::store::queue::{Claim, Lane, PutBack, ThenNextDue};
use crate::zapi::{self, Failure};

/// How many messages may be on their way at once, each of another conversation.
pub const SIDE_BY_SIDE: usize = 128;
/// How long a claim holds; a call takes at most a third of it.
const LEASE: Duration = Duration::from_secs(45);
/// Later than this after the claim nothing is sent: silent replicas lose their leases after 10 s.
const LATEST_START: Duration = Duration::from_secs(8);
/// How often an outcome is offered to a database that does not take it.
const RECORD_TRIES: u32 = 5;

/// A lane to WhatsApp: to the leads, or to the company's own sellers.
#[derive(Clone)]
pub struct Deliveries {
    app: Arc<App>,
    lane: Lane,
}

impl Deliveries {
    /// The lane to the leads; without a configured vendor there is none, and messages wait.
    pub fn new(app: Arc<App>) -> Option<Self> {
        app.zapi.is_some().then_some(Self { app, lane: Lane::Whatsapp })
    }

    /// The lane to the sellers.
    pub fn to_sellers(app: Arc<App>) -> Option<Self> {
        app.zapi.is_some().then_some(Self { app, lane: Lane::Sellers })
    }
}

impl Work for Deliveries {
    type Job = (Job, Instant);

    fn lane(&self) -> Lane {
        self.lane
    }

    /// As long as a call may take: cutting one off would leave its outcome in doubt.
    fn grace(&self) -> Duration {
        Duration::from_secs(17)
    }

    async fn claim(&self, limit: usize) -> Result<Claimed<(Job, Instant)>, Error> {
        let now = self.app.clock.now();
        let begun = Instant::now();
        let claim = ClaimDeliveries {
            lane: self.lane,
            now,
            lease_until: now + i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX),
            replica: self.app.replica,
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
        };
        let (jobs, next_due) = self.app.store.write(ThenNextDue { claim, lane: self.lane }).await?;
        let jobs = jobs.into_iter().map(|job| (job, begun)).collect();
        Ok(Claimed { jobs, next_due })
    }

    async fn perform(&self, (job, begun): (Job, Instant)) {
        match job {
            Job::Send(claim, delivery) => self.send(claim, delivery, begun).await,
            Job::Settle(claim, delivery, clues) => {
                settle::settle(&self.app, claim, delivery, clues).await;
            }
        }
    }
}

impl Deliveries {
    #[tracing::instrument(name = "delivery", skip_all, fields(
        conversation.id = %claim.conversation, delivery.id = %delivery.id,
        delivery.attempt = delivery.attempts + 1))]
    async fn send(&self, claim: Claim, delivery: Delivery, claimed: Instant) {
        let Some(zapi) = &self.app.zapi else { return };
        if let Some(opening) = self.rest_until(&claim) {
            return self.put_back(claim, opening).await;
        }
        let delivery = match self.begin(claim, delivery).await {
            Ok(delivery) => delivery,
            Err(error) => return self.leave(claim, &error).await,
        };
        // A process that slept past its lease must not send: somebody else may be at it.
        let outcome = if claimed.elapsed() > LATEST_START {
            Outcome::NotSent { detail: "the lease was nearly over".to_owned(), wait_ms: 0 }
        } else {
            let typing = match self.lane {
                // Nobody has to be shown that somebody types.
                Lane::Sellers => None,
                _ => typing(self.app.config.typing, &delivery.body),
            };
            let answer = zapi.send_text(&delivery.address, &delivery.body, typing).await;
            self.app.health.note("zapi", state_of(&answer));
            outcome(answer, &delivery)
        };
        metrics::counter!("seleto_deliveries_total", "outcome" => outcome.name()).increment(1);
        self.record(claim, delivery, outcome).await;
    }

    /// Sellers are left in peace outside business hours, whatever held a message up; the digest,
    /// which is about no conversation, has an hour of its own.
    fn rest_until(&self, claim: &Claim) -> Option<i64> {
        if self.lane != Lane::Sellers || claim.conversation.is_nil() {
            return None;
        }
        let playbook = self.app.playbook();
        let (hours, zone) = (&playbook.rules.business_hours, &playbook.time_zone);
        let now = self.app.clock.local(zone);
        let opening = if hours.is_open(now) { None } else { hours.next_opening(now) };
        opening.map(|opening| clock::instant(opening, zone))
    }

    async fn begin(&self, claim: Claim, delivery: Delivery) -> Result<Delivery, Error> {
        let now = self.app.clock.now();
        self.app.store.write(BeginAttempt { claim, delivery, now }).await
    }

    /// Nothing was begun: a human took over meanwhile, or the database is away.
    async fn leave(&self, claim: Claim, error: &Error) {
        tracing::info!(%error, "not sent");
        self.put_back(claim, self.app.clock.now()).await;
    }

    async fn put_back(&self, claim: Claim, at: i64) {
        let now = self.app.clock.now();
        let put_back = PutBack { claim, wake_at: Some(at), now };
        if let Err(error) = self.app.store.write(put_back).await {
            // The lease runs out, and the lane is taken up again.
            tracing::warn!(%error, "the lane could not be given back");
        }
        self.app.bells.ring(self.lane, at);
    }

    /// The outcome is known only here: a database that is away for a moment gets more chances.
    async fn record(&self, claim: Claim, delivery: Delivery, outcome: Outcome) {
        for attempt in 1..=RECORD_TRIES {
            let record = RecordOutcome {
                claim,
                delivery: delivery.clone(),
                outcome: outcome.clone(),
                now: self.app.clock.now(),
            };
            match self.app.store.write(record).await {
                Ok(wake_at) => {
                    if let Some(at) = wake_at {
                        self.app.bells.ring(self.lane, at);
                    }
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, attempt, "the outcome could not be recorded");
                    tokio::time::sleep(Duration::from_millis(200 << attempt)).await;
                }
            }
        }
    }
}

fn typing(configured: Typing, text: &str) -> Option<u8> {
    match configured {
        Typing::Auto => Some(typing_seconds(text)),
        Typing::Seconds(0) => None,
        Typing::Seconds(seconds) => Some(seconds),
    }
}

fn outcome(answer: Result<zapi::Accepted, Failure>, delivery: &Delivery) -> Outcome {
    let wait = |asked: Option<Duration>| {
        let asked = asked.map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        backoff_ms(delivery.attempts - delivery.spared, asked, rand::random())
    };
    match answer {
        Ok(accepted) => {
            Outcome::Accepted { queue_id: accepted.zaap_id, external_id: accepted.message_id }
        }
        Err(Failure::AcceptedWithoutId) => Outcome::Accepted { queue_id: None, external_id: None },
        Err(failure) => {
            let detail = format!("{failure}. {}", failure.remedy());
            match failure {
                Failure::NotSent(_) => Outcome::NotSent { detail, wait_ms: wait(None) },
                Failure::Busy { retry_after } => {
                    Outcome::NotSent { detail, wait_ms: wait(retry_after) }
                }
                Failure::Unauthorized(_) => Outcome::Unauthorized { detail },
                Failure::Rejected { .. } => Outcome::Rejected { detail },
                Failure::Unconfirmed(_) | Failure::AcceptedWithoutId => {
                    Outcome::Unconfirmed { detail }
                }
            }
        }
    }
}

/// What a call says about the service.
pub fn state_of<T: Connected>(answer: &Result<T, Failure>) -> State {
    match answer {
        Ok(answer) if answer.connected() => State::Configured,
        Ok(_) | Err(Failure::Unauthorized(zapi::Access::Disconnected)) => State::Disconnected,
        Err(Failure::Unauthorized(_)) => State::Unauthorized,
        Err(Failure::NotSent(_) | Failure::Unconfirmed(_)) => State::Unreachable,
        Err(Failure::Busy { .. } | Failure::Rejected { .. } | Failure::AcceptedWithoutId) => {
            State::Configured
        }
    }
}

/// Whether an answer shows that WhatsApp is connected.
pub trait Connected {
    /// As far as this answer tells.
    fn connected(&self) -> bool;
}

impl Connected for zapi::Accepted {
    fn connected(&self) -> bool {
        true
    }
}

impl Connected for zapi::Status {
    fn connected(&self) -> bool {
        self.connected
    }
}
