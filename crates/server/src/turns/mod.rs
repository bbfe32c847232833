//! Answers one conversation's waiting messages: load, listen and look, think, judge, save.

mod brakes;
mod listen;
mod look;
mod people;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use seleto_rules::agent_mode::Conduct;
use seleto_rules::conversation::{Kind, Turn};
use seleto_rules::playbook::Playbook;
use seleto_rules::retry::backoff_ms;

use people::{Made, Scene};

use crate::app::App;
use crate::brain::{self, Thought};
use crate::lanes::{Claimed, Work};
use crate::openai::Bill;
use crate::store::Error;
use crate::store::alert::{self, Alarm};
use crate::store::queue::{Claim, ClaimDue, Lane, PutBack, ThenNextDue};
use crate::store::turn::{BRAKE, Context, FinishTurn, LoadTurn, Mode, TurnRecord};
use crate::supabase;

/// How many conversations are answered at once; most of the time is spent waiting for a model.
pub const SIDE_BY_SIDE: usize = 256;
/// How long a claim holds; a turn is cut off long before.
const LEASE: Duration = Duration::from_secs(90);
/// A turn that is not done by then is given back.
const LONGEST: Duration = Duration::from_secs(60);
/// From this attempt on the models are left out: they may be what keeps the turn from ending.
const OFFLINE_FROM: i64 = 4;

/// What was put into words, and what that took.
#[derive(Debug, Default)]
struct Perceived {
    /// The words for lines of the burst.
    words: Vec<(usize, String)>,
    /// The lines whose words may be misheard.
    unsure: Vec<usize>,
    /// Costs beside the bills, in millionths of a US dollar.
    cost_micro_usd: u64,
    /// What models of text took.
    bills: Vec<Bill>,
    /// How long it took.
    took: Duration,
}

/// The lane of turns.
#[derive(Clone)]
pub struct Turns {
    app: Arc<App>,
}

impl Turns {
    /// The lane of this process.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

impl Work for Turns {
    type Job = Claim;

    fn lane(&self) -> Lane {
        Lane::Turns
    }

    /// A turn that is cut off costs one more call of the model; a long wait costs webhooks.
    fn grace(&self) -> Duration {
        Duration::from_secs(3)
    }

    async fn claim(&self, limit: usize) -> Result<Claimed<Claim>, Error> {
        let now = self.app.clock.now();
        let claim = ClaimDue {
            lane: Lane::Turns,
            now,
            lease_until: now + i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX),
            replica: self.app.replica,
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
        };
        let (jobs, next_due) =
            self.app.store.write(ThenNextDue { claim, lane: Lane::Turns }).await?;
        Ok(Claimed { jobs, next_due })
    }

    #[tracing::instrument(name = "turn", skip_all, fields(
        conversation.id = %claim.conversation, turn.attempt = claim.attempts))]
    async fn perform(&self, claim: Claim) {
        let begun = Instant::now();
        let result = tokio::time::timeout(LONGEST, self.answer(claim)).await;
        let model_time = match result {
            Ok(Ok(model_time)) => model_time,
            Ok(Err(Error::LeaseLost)) => {
                tracing::info!("the lease was lost: a human took over or another replica did");
                return;
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "the turn failed");
                return self.put_back(claim).await;
            }
            Err(_) => {
                tracing::error!("the turn took too long");
                return self.put_back(claim).await;
            }
        };
        let overhead = begun.elapsed().saturating_sub(model_time);
        metrics::histogram!("seleto_turn_overhead_seconds").record(overhead);
    }
}

impl Turns {
    /// Answers how long the models took.
    async fn answer(&self, claim: Claim) -> Result<Duration, Error> {
        let app = &self.app;
        let started_at = app.clock.now();
        let load = LoadTurn { conversation: claim.conversation };
        let Some(mut context) = app.store.read(load).await? else {
            let now = started_at;
            app.store.write(PutBack { claim, wake_at: None, now }).await?;
            return Ok(Duration::ZERO);
        };
        if supabase::recall(app, claim.conversation, &context).await?
            && let Some(with_the_past) = app.store.read(load).await?
        {
            context = with_the_past;
        }
        let playbook = app.playbook();
        let mut record = TurnRecord { id: Uuid::now_v7(), started_at, ..TurnRecord::default() };
        let brakes = brakes::load(app, claim.conversation).await?;
        let models = claim.attempts < OFFLINE_FROM && !brakes.no_models;
        let mut model_time = Duration::ZERO;
        if models {
            // Also where a human answers: people read what was said and shown.
            model_time = self.perceive(&playbook, &mut context, &mut record).await?;
        }
        let conduct = context.agent_mode.toward(&context.lead_phone);
        if let Some(silence) = silence(&context, conduct, &playbook, app) {
            let record = TurnRecord { reason: Some(silence.to_owned()), ..record };
            let owe = context.mode == Mode::Human || conduct == Conduct::Silence;
            let made = Made::silence(Thought::silent(&context, record), owe);
            let made = Made { alarms: brakes.alarms, ..made };
            return Ok(model_time + self.finish(made, claim, context).await?);
        }
        // Outside business hours the agent takes the conversation back from a human.
        let takes_back = context.mode == Mode::Human && conduct == Conduct::Answer;
        if takes_back {
            context.memory.people_are_done();
        }
        let turn = Turn {
            playbook: &playbook,
            lead: &context.lead,
            sender_name: context.sender_name.as_deref(),
            history: &context.history,
            burst: &context.burst,
            memory: &context.memory,
            now: app.clock.local(&playbook.time_zone),
        };
        if brakes.stop(&turn) {
            let reason = Some("another machine answers".to_owned());
            let thought = Thought::silent(&context, TurnRecord { reason, ..record });
            let mut made = pause(&claim, thought);
            made.alarms.extend(brakes.alarms);
            return Ok(model_time + self.finish(made, claim, context).await?);
        }
        let thought = brain::think(app, &turn, &context, record, models).await;
        let scene = Scene {
            playbook: &playbook,
            context: &context,
            conversation: claim.conversation,
            now_ms: app.clock.now(),
            takes_back,
        };
        let mut made = scene.make(conduct, thought);
        made.alarms = brakes.alarms;
        if takes_back && context.braked_at.is_some() {
            let (kind, subject) = (alert::BOT_LOOP, claim.conversation.to_string());
            made.alarms.push(Alarm::Resolve { kind, subject });
        }
        Ok(model_time + self.finish(made, claim, context).await?)
    }

    /// Puts into words what is none, and books what it took; answers how long that was.
    async fn perceive(
        &self,
        playbook: &Playbook,
        context: &mut Context,
        record: &mut TurnRecord,
    ) -> Result<Duration, Error> {
        let app = &self.app;
        let (heard, seen) =
            tokio::try_join!(listen::listen(app, playbook, context), look::look(app, context))?;
        let mut took = Duration::ZERO;
        for perceived in [heard, seen] {
            took = took.max(perceived.took);
            for (line, words) in perceived.words {
                match context.burst.get_mut(line) {
                    Some(line) if line.kind == Kind::Image => line.seen = Some(words),
                    Some(line) => line.text = words,
                    None => {}
                }
            }
            for line in perceived.unsure {
                if let Some(line) = context.burst.get_mut(line) {
                    line.unsure = true;
                }
            }
            perceived.bills.iter().for_each(|bill| brain::book(record, bill));
            if perceived.cost_micro_usd > 0 {
                let cost = i64::try_from(perceived.cost_micro_usd).unwrap_or(i64::MAX);
                record.cost_micro_usd = Some(record.cost_micro_usd.unwrap_or(0) + cost);
            }
        }
        Ok(took)
    }

    async fn finish(&self, made: Made, claim: Claim, context: Context) -> Result<Duration, Error> {
        let app = &self.app;
        let Made { thought, bubbles, people, outcome, mode, alarms } = made;
        let model_time = thought.model_time;
        let record = TurnRecord { outcome, ..thought.record };
        let brain = record.brain.unwrap_or("none");
        let told_at = people.handoff.as_ref().map(|handoff| handoff.message.due_at);
        let finish = FinishTurn {
            claim,
            now: app.clock.now(),
            record,
            context,
            lead: thought.lead,
            facts: thought.facts,
            memory: thought.memory,
            qualification: thought.qualification,
            records: thought.records,
            bubbles,
            people,
            mode,
            alarms,
        };
        let finished = app.store.write(finish).await?;
        if finished.saved && outcome == "answered" {
            app.bells.ring(Lane::Whatsapp, app.clock.now());
        }
        if finished.saved {
            app.bells.ring_mirrors(app.clock.now());
            told_at.into_iter().for_each(|at| app.bells.ring(Lane::Sellers, at));
        }
        if let Some(at) = finished.wake_at {
            app.bells.ring(Lane::Turns, at);
        }
        let outcome = if finished.saved { outcome } else { "superseded" };
        metrics::counter!("seleto_turns_total", "brain" => brain, "outcome" => outcome)
            .increment(1);
        Ok(model_time)
    }

    async fn put_back(&self, claim: Claim) {
        let wait = backoff_ms(claim.attempts, None, rand::random());
        let now = self.app.clock.now();
        let put_back = PutBack { claim, wake_at: Some(now + wait), now };
        if let Err(error) = self.app.store.write(put_back).await {
            // The lease runs out, and the conversation is taken up again.
            tracing::error!(%error, "the turn could not be given back");
        }
    }
}

/// The agent stops, and somebody is told: if a person is at the other end, a person answers.
fn pause(claim: &Claim, thought: Thought) -> Made {
    let alarm = Alarm::Raise {
        kind: alert::BOT_LOOP,
        subject: claim.conversation.to_string(),
        detail: "o outro lado responde na hora e não diz nada de novo, como um robô: o agente \
                 parou; se for um cliente, assuma ou devolva a conversa",
    };
    let mode = Some((Mode::Human, BRAKE));
    Made { mode, alarms: vec![alarm], ..Made::silence(thought, true) }
}

/// How long the agent stays away from another machine, also outside business hours.
const BRAKED_MS: i64 = 60 * 60 * 1000;

/// Why nothing is answered, when nothing is to be answered.
fn silence(
    context: &Context,
    conduct: Conduct,
    playbook: &Playbook,
    app: &App,
) -> Option<&'static str> {
    if context.burst.is_empty() {
        return Some("nothing waits for an answer");
    }
    match conduct {
        Conduct::Silence => return Some("the agent is off"),
        // A draft disturbs nobody.
        Conduct::Draft => return None,
        Conduct::Answer => {}
    }
    if context.mode != Mode::Human {
        return None;
    }
    if context.braked_at.is_some_and(|at| app.clock.now() - at < BRAKED_MS) {
        return Some("another machine answers");
    }
    let open = playbook.rules.business_hours.is_open(app.clock.local(&playbook.time_zone));
    open.then_some("a human is in charge")
}
