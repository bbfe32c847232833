//! Looks at conversations in which nobody writes: reminds sellers, writes to silent leads, and sends
//! the manager the day's digest.

mod digest;

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::DateTime;
use seleto_rules::agent_mode::Conduct;
use seleto_rules::follow_up::{self, Brakes, Decision, Silence, Standing, Step, Waiting};
use seleto_rules::internal::Internal;
use seleto_rules::notes::{Dossier, handoff_reminder};
use seleto_rules::offline::notices;
use seleto_rules::phone::Phone;
use seleto_rules::playbook::Playbook;
use seleto_rules::qualification::{Circumstances, qualify};
use seleto_rules::retry::backoff_ms;
use uuid::Uuid;

use crate::app::App;
use crate::clock;
use crate::lanes::{Claimed, Work};
use crate::store::Error;
use crate::store::follow_up::{GiveUp, LoadQuiet, Quiet, Remind, SaveFollowUp};
use crate::store::handoff::Handoff;
use crate::store::queue::{Claim, ClaimDue, Lane, PutBack, Sleep, ThenNextDue};
use crate::store::sellers::ToSellers;
use crate::store::turn::{Mode, TurnRecord};

/// How many conversations are looked at at once; none of it calls a vendor.
pub const SIDE_BY_SIDE: usize = 16;
/// How long a claim holds.
const LEASE: Duration = Duration::from_secs(60);

/// The lane of follow-ups.
#[derive(Clone)]
pub struct FollowUps {
    app: Arc<App>,
    digest: digest::Daily,
}

/// What is to be done.
pub enum Job {
    /// Look at a conversation.
    Look(Claim),
    /// Tell the manager of the last days.
    Digest(digest::Due),
}

impl FollowUps {
    /// The lane of this process.
    pub fn new(app: Arc<App>) -> Self {
        Self { app, digest: digest::Daily::default() }
    }
}

impl Work for FollowUps {
    type Job = Job;

    fn lane(&self) -> Lane {
        Lane::FollowUp
    }

    fn grace(&self) -> Duration {
        Duration::from_secs(3)
    }

    async fn claim(&self, limit: usize) -> Result<Claimed<Job>, Error> {
        let now = self.app.clock.now();
        let claim = ClaimDue {
            lane: Lane::FollowUp,
            now,
            lease_until: now + i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX),
            replica: self.app.replica,
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
        };
        let (claims, next_due) =
            self.app.store.write(ThenNextDue { claim, lane: Lane::FollowUp }).await?;
        let mut jobs: Vec<Job> = claims.into_iter().map(Job::Look).collect();
        jobs.extend(self.digest.due(&self.app).await?.map(Job::Digest));
        Ok(Claimed { jobs, next_due })
    }

    async fn perform(&self, job: Job) {
        match job {
            Job::Look(claim) => self.look(claim).await,
            Job::Digest(due) => digest::send(&self.app, due).await,
        }
    }
}

impl FollowUps {
    #[tracing::instrument(name = "follow_up", skip_all, fields(
        conversation.id = %claim.conversation))]
    async fn look(&self, claim: Claim) {
        match self.decide_and_save(claim).await {
            Ok(()) => {}
            Err(Error::LeaseLost) => tracing::info!("the lease was lost"),
            Err(error) => {
                tracing::error!(%error, "the conversation could not be looked at");
                let now = self.app.clock.now();
                let wait = backoff_ms(claim.attempts, None, rand::random());
                let put_back = PutBack { claim, wake_at: Some(now + wait), now };
                if let Err(error) = self.app.store.write(put_back).await {
                    // The lease runs out, and the conversation is looked at again.
                    tracing::error!(%error, "the lane could not be given back");
                }
            }
        }
    }

    async fn decide_and_save(&self, claim: Claim) -> Result<(), Error> {
        let (app, playbook) = (&self.app, self.app.playbook());
        let load = LoadQuiet { conversation: claim.conversation };
        let Some(quiet) = app.store.read(load).await? else {
            let now = app.clock.now();
            return app.store.write(PutBack { claim, wake_at: None, now }).await;
        };
        let look = Look { playbook: &playbook, quiet: &quiet, claim, now_ms: app.clock.now() };
        let decision = follow_up::decide(&playbook.rules, &look.standing(), look.now());
        let look_again = decision.look_again.map(|at| look.ms(at));
        match (decision.step, &quiet.handoff) {
            (Step::Remind { reminders, last }, Some(handoff)) => {
                let remind = look.remind(handoff, reminders, last, look_again);
                if app.store.write(remind).await? {
                    tracing::info!(reminders, "the sellers are reminded");
                }
            }
            (Step::GiveUp, _) => app.store.write(GiveUp { claim, now: look.now_ms }).await?,
            (Step::FollowUp { sent }, _) => {
                let Some(save) = look.follow_up(sent, look_again) else {
                    return look
                        .sleep(app, Decision { step: Step::Nothing, look_again: None })
                        .await;
                };
                if app.store.write(save).await? {
                    metrics::counter!("seleto_follow_ups_total").increment(1);
                    app.bells.ring(Lane::Whatsapp, look.now_ms);
                    app.bells.ring_mirrors(look.now_ms);
                }
            }
            (Step::Nothing | Step::Remind { .. }, _) => return look.sleep(app, decision).await,
        }
        Ok(())
    }
}

/// A conversation at one time.
struct Look<'a> {
    playbook: &'a Playbook,
    quiet: &'a Quiet,
    claim: Claim,
    now_ms: i64,
}

impl Look<'_> {
    fn now(&self) -> DateTime {
        self.local(self.now_ms)
    }

    fn local(&self, ms: i64) -> DateTime {
        clock::local(ms, &self.playbook.time_zone)
    }

    fn ms(&self, at: DateTime) -> i64 {
        clock::instant(at, &self.playbook.time_zone)
    }

    async fn sleep(&self, app: &App, decision: Decision) -> Result<(), Error> {
        let wake_at = decision.look_again.map(|at| self.ms(at));
        app.store.write(Sleep { claim: self.claim, wake_at }).await
    }

    fn standing(&self) -> Standing {
        let quiet = self.quiet;
        let memory = quiet.memory();
        let hours = &self.playbook.rules.business_hours;
        Standing {
            handoff: quiet.handoff.as_ref().map(|handoff| Waiting {
                since: follow_up::told_at(hours, self.local(handoff.created_at)),
                reminders: usize::try_from(handoff.reminders).unwrap_or(0),
                picked_up: handoff.picked_up_at.is_some(),
            }),
            silence: quiet.ours.map(|ours| Silence {
                since: self.local(ours.answered_at),
                sent: ours.sent,
                last: ours.followed_up_at.map(|at| self.local(at)),
                asked: ours.asked,
                arrived: ours.arrived,
            }),
            brakes: Brakes {
                opted_out: quiet.opted_out || memory.opted_out,
                human: quiet.context.mode == Mode::Human,
                closed: quiet.closed || memory.closed,
                decided: quiet.crm_status.as_deref().is_some_and(follow_up::is_decided),
                visitor: memory.visitor.is_some(),
                waits_for_people: memory.human_requested || memory.complained || memory.support,
                agent_is_off: quiet.conduct() != Conduct::Answer,
            },
        }
    }

    fn remind(
        &self,
        handoff: &Handoff,
        reminders: usize,
        last: bool,
        look_again: Option<i64>,
    ) -> Remind {
        let sellers = &self.playbook.rules.sellers;
        Remind {
            claim: self.claim,
            handoff: handoff.id,
            before: handoff.reminders,
            after: i64::try_from(reminders).unwrap_or(i64::MAX),
            message: ToSellers {
                conversation: self.claim.conversation,
                turn: None,
                phones: sellers.iter().map(|seller| seller.phone.clone()).collect(),
                text: self.reminder(handoff, last),
                due_at: self.now_ms,
            },
            last,
            look_again,
            now: self.now_ms,
        }
    }

    fn reminder(&self, handoff: &Handoff, last: bool) -> Internal {
        let context = &self.quiet.context;
        let phone: Option<Phone> = context.lead_phone.parse().ok();
        let around = Circumstances::of(&context.memory, 0);
        let dossier = Dossier {
            playbook: self.playbook,
            lead: &context.lead,
            sender_name: context.sender_name.as_deref(),
            phone: phone.as_ref(),
            qualification: &qualify(self.playbook, &context.lead, &around),
            memory: &context.memory,
            lines: &self.quiet.lines,
        };
        let since = self.local(handoff.created_at);
        Internal::new(handoff_reminder(&dossier, handoff.why, since, self.now(), last))
    }

    fn follow_up(&self, sent: usize, look_again: Option<i64>) -> Option<SaveFollowUp> {
        let context = &self.quiet.context;
        let text = notices::follow_up(self.playbook, &context.lead, sent, self.now())?;
        Some(SaveFollowUp {
            claim: self.claim,
            context: context.clone(),
            last_seq: self.quiet.last_seq,
            text,
            record: TurnRecord {
                id: Uuid::now_v7(),
                started_at: self.now_ms,
                reason: Some("the lead left our question open".to_owned()),
                brain: Some("offline"),
                ..TurnRecord::default()
            },
            look_again,
            now: self.now_ms,
        })
    }
}
