//! What keeps a turn from costing too much, and a conversation from turning in circles.

use seleto_rules::brakes;
use seleto_rules::conversation::Turn;
use seleto_rules::understand;
use uuid::Uuid;

use crate::app::App;
use crate::config::Budget;
use crate::store::Error;
use crate::store::alert::{self, Alarm};
use crate::store::pace::{LoadPace, Pace};

/// What the brakes say of a turn.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Brakes {
    /// A budget is spent: the offline brain answers.
    pub no_models: bool,
    /// What an operator must learn, or may forget.
    pub alarms: Vec<Alarm>,
    beats: Vec<brakes::Beat>,
    now: i64,
}

/// Looks at what a conversation and the day have cost so far.
///
/// # Errors
/// When the store refuses.
pub async fn load(app: &App, conversation: Uuid) -> Result<Brakes, Error> {
    let budget = &app.config.budget;
    let now = app.clock.now();
    let load = LoadPace {
        conversation,
        day_from: now - since_midnight(app),
        whole_day: budget.day_micro_usd.is_some() && app.openai.is_some(),
        now,
    };
    let pace = app.store.read(load).await?;
    Ok(judge(budget, pace, conversation, now))
}

/// The company's day, not the server's.
fn since_midnight(app: &App) -> i64 {
    let time = app.clock.local(&app.playbook().time_zone).time();
    let seconds =
        (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    seconds * 1000 + i64::from(time.millisecond())
}

fn judge(budget: &Budget, pace: Pace, conversation: Uuid, now: i64) -> Brakes {
    let reached = |spent: u64, limit: Option<u64>| limit.is_some_and(|limit| spent >= limit);
    let day = reached(pace.day_micro_usd, budget.day_micro_usd);
    let tokens = reached(pace.lead_tokens, budget.lead_tokens_a_day);
    let turns = reached(pace.model_turns, budget.lead_turns_an_hour);
    let mut alarms = Vec::new();
    alarms.extend(alarm(
        day,
        pace.day_alerted,
        (alert::BUDGET_SPENT, "dia".to_owned()),
        "o orçamento do dia para a IA acabou (DAILY_BUDGET_USD): o modo offline responde até \
         amanhã",
    ));
    let detail = if tokens {
        "este lead chegou ao limite de tokens do dia (LEAD_DAILY_TOKENS): o modo offline responde"
    } else {
        "este lead chegou ao limite de respostas da IA por hora (LEAD_HOURLY_TURNS): o modo \
         offline responde"
    };
    let lead = (alert::LEAD_BUDGET, conversation.to_string());
    alarms.extend(alarm(tokens || turns, pace.lead_alerted, lead, detail));
    let beats = if budget.loop_brake { pace.beats } else { Vec::new() };
    Brakes { no_models: day || tokens || turns, alarms, beats, now }
}

/// An alert is raised once, and resolved when its reason is over.
fn alarm(
    holds: bool,
    is_open: bool,
    (kind, subject): (&'static str, String),
    detail: &'static str,
) -> Option<Alarm> {
    match (holds, is_open) {
        (true, false) => Some(Alarm::Raise { kind, subject, detail }),
        (false, true) => Some(Alarm::Resolve { kind, subject }),
        _ => None,
    }
}

impl Brakes {
    /// Whether the other side is a machine that turns in circles with us. Whoever tells something
    /// about themselves now is not.
    pub fn stop(&self, turn: &Turn<'_>) -> bool {
        brakes::is_loop(&self.beats, self.now)
            && !understand::read(turn)
                .facts
                .iter()
                .any(|fact| turn.lead.value(fact.value.field()).as_ref() != Some(&fact.value))
    }
}
