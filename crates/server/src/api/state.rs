//! How things are: the figures of a period, and the systems in step.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::Query;
use super::{Api, Problem, time};
use crate::store::console::figures::{Day, LoadFigures, Period, Share, Spread, Summarise};
use crate::store::console::integrations::{LoadFlow, OpenBreaker, Waiting};

/// How many days a period has without being asked for.
const USUAL: i64 = 30;
/// How many it has at most.
const LONGEST: i64 = 366;
/// How far back what was not delivered counts, in milliseconds.
const DEAD_FOR: i64 = 30 * 86_400_000;

/// What the address asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    days: Option<i64>,
}

/// The figures of the last days, today among them.
pub(super) async fn figures(
    State(api): State<Arc<Api>>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Problem> {
    let days = asked.days.unwrap_or(USUAL);
    if !(1..=LONGEST).contains(&days) {
        return Err(Problem::Invalid(format!("O parâmetro “days” vai de 1 a {LONGEST}.")));
    }
    let app = &api.app;
    let period = Period::last_days(&app.playbook().time_zone, app.clock.now(), days);
    let (summary, figures) =
        tokio::try_join!(app.store.read(Summarise(period)), app.store.read(LoadFigures(period)))?;
    let failures =
        figures.failures.iter().map(|(name, count)| json!({ "name": name, "count": count }));
    Ok(Json(json!({
        "since": time(period.since),
        "until": time(period.until),
        "leads": summary.leads,
        "qualified": summary.qualified,
        "hot": summary.hot,
        "won": summary.won,
        "answers": summary.answers,
        "cost_micro_usd": summary.cost,
        "first_reply": spread(summary.first_reply),
        "human_pick_up": spread(figures.pick_up),
        "waiting_for_human": figures.waiting,
        "days": figures.days.iter().map(day).collect::<Vec<_>>(),
        "leads_by_hour": figures.hours,
        "temperatures": shares(&figures.temperatures),
        "products": shares(&figures.products),
        "states": shares(&figures.states),
        "failures": failures.collect::<Vec<_>>(),
    })))
}

fn spread(spread: Spread) -> Value {
    json!({ "p50_ms": spread.p50, "p95_ms": spread.p95, "count": spread.count })
}

fn day(day: &Day) -> Value {
    // Its midnight, taken for that of Greenwich: only the date is read.
    let date = time(day.day.saturating_mul(86_400_000));
    json!({
        "date": date.split('T').next(),
        "leads": day.leads,
        "qualified": day.qualified,
        "answers": day.answers,
        "offline_answers": day.offline,
        "takeovers": day.takeovers,
        "cost_micro_usd": day.cost,
        "first_reply": spread(day.first_reply),
    })
}

fn shares(shares: &[Share]) -> Vec<Value> {
    shares.iter().map(|(value, leads)| json!({ "value": value, "leads": leads })).collect()
}

/// The services, what waits for them, and which are left alone.
pub(super) async fn health(State(api): State<Arc<Api>>) -> Result<Json<Value>, Problem> {
    let (_, page) = crate::health::page(&api.app).await;
    let now = api.app.clock.now();
    let flow = api.app.store.read(LoadFlow { now, since: now - DEAD_FOR }).await?;
    let lane = |lane: &Waiting| {
        json!({
            "lane": lane.lane,
            "waiting": lane.waiting,
            "in_work": lane.held,
            "oldest_due_at": time(lane.oldest),
            "most_attempts": lane.attempts,
        })
    };
    let breaker = |breaker: &OpenBreaker| {
        json!({
            "name": breaker.name,
            "opened_at": time(breaker.opened_at),
            "probe_at": time(breaker.probe_at),
            "reason": breaker.reason,
        })
    };
    Ok(Json(json!({
        "status": page.get("status"),
        "services": page.get("services"),
        "lanes": flow.waiting.iter().map(lane).collect::<Vec<_>>(),
        "breakers": flow.breakers.iter().map(breaker).collect::<Vec<_>>(),
        "dead_letters": flow.dead,
    })))
}
