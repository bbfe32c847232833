//! The systems in step: how they are, what waits, what was given up, and how to mend it.

mod alerts;
mod dead;
mod messages;
mod systems;
mod webhooks;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

pub(super) use alerts::{resolve, title as alert_title};
pub(super) use dead::decide;
pub(super) use messages::{list as messages, one as message};
pub(super) use systems::examine;

use super::figures::chart;
use super::format::{self, Times};
use super::icons::{Icon, icon};
use super::layout::{self, Section};
use super::{Console, Problem, Viewer, components};
use crate::hash;
use crate::store::alert::OpenAlerts;
use crate::store::console::accounts::Role;
use crate::store::console::calls::{CallHour, LoadCalls};
use crate::store::console::integrations::{ListDeadLetters, LoadFlow};

const HOUR: i64 = 3_600_000;
/// How far back what was not delivered is worth a look.
const DEAD_FOR: i64 = 30 * 24 * HOUR;
/// How many dead letters are shown.
const SHOWN: i64 = 25;

/// The page.
pub(super) async fn page(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
) -> Result<Markup, Problem> {
    let now = console.app.clock.now();
    let calls = console.app.store.read(LoadCalls { since: now - 24 * HOUR }).await?;
    let times = console.times();
    let body = html! {
        (components::heading("Integrações", "Cada sistema como está agora, o que espera na fila e o que precisa de você.", html! {
            a.button href="/integracoes/mensagens" { (icon(Icon::Send)) "Mensagens enviadas" }
            @if viewer.may(Role::Admin) {
                button.button type="button" hx-post="/integracoes/testar" hx-target="#testes" hx-disabled-elt="this" {
                    (icon(Icon::Check)) "Testar tudo agora"
                }
            }
        }))
        div #testes aria-live="polite" {}
        (live(&console, &viewer).await?)
        div.charts {
            (calls_chart(&times, "Envios ao WhatsApp", "falharam", &calls.whatsapp))
            (calls_chart(&times, "Respostas da IA", "sem IA", &calls.model))
        }
        @if viewer.may(Role::Admin) { (webhooks::render(&console)) }
    };
    Ok(layout::page(&viewer, Section::Integrations, "Integrações", body))
}

/// What the browser has already.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Seen {
    visto: String,
}

/// What changes by itself; nothing when the browser has it already.
pub(super) async fn panel(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Query(seen): Query<Seen>,
) -> Result<Response, Problem> {
    let panel = panel_of(&console, &viewer).await?;
    if hash::short(&panel.0) == seen.visto {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(framed(&panel).into_response())
}

async fn live(console: &Console, viewer: &Viewer) -> Result<Markup, Problem> {
    Ok(framed(&panel_of(console, viewer).await?))
}

/// Asks for itself anew as long as the page is open.
fn framed(panel: &Markup) -> Markup {
    let address = format!("/integracoes/painel?visto={}", hash::short(&panel.0));
    html! {
        div.panel #painel hx-get=(address) hx-trigger="every 1s" hx-swap="outerHTML" {
            (panel)
        }
    }
}

async fn panel_of(console: &Console, viewer: &Viewer) -> Result<Markup, Problem> {
    let now = console.app.clock.now();
    let store = &console.app.store;
    let (flow, letters, open) = tokio::try_join!(
        store.read(LoadFlow { now, since: now - DEAD_FOR }),
        store.read(ListDeadLetters { since: now - DEAD_FOR, before: i64::MAX, limit: SHOWN }),
        store.read(OpenAlerts),
    )?;
    let times = console.times();
    Ok(html! {
        (alerts::render(viewer, &times, &open))
        (systems::render(console, &times, &flow))
        (dead::render(viewer, &times, &letters, flow.dead))
    })
}

fn calls_chart(times: &Times, title: &str, failed: &str, hours: &[CallHour]) -> Markup {
    let point = |hour: &CallHour| chart::Point {
        label: times.clock(hour.at),
        value: hour.calls,
        part: hour.failed,
        words: format!(
            "{}: {} chamadas, {} em média, {} {failed}",
            times.clock(hour.at),
            hour.calls,
            format::duration(hour.took),
            hour.failed
        ),
    };
    let points: Vec<_> = hours.iter().map(point).collect();
    let (calls, bad) = hours.iter().fold((0, 0), |sum, it| (sum.0 + it.calls, sum.1 + it.failed));
    let took: i64 = hours.iter().map(|it| it.took * it.calls).sum::<i64>() / calls.max(1);
    let says = match calls {
        0 => "Nenhuma chamada nas últimas 24 horas.".to_owned(),
        _ => format!(
            "{} nas últimas 24 horas, {} em média, {} {failed}.",
            format::count(calls),
            format::duration(took),
            format::count(bad)
        ),
    };
    let rows = hours.iter().map(|it| {
        vec![
            times.clock(it.at),
            format::count(it.calls),
            format::duration(it.took),
            format::count(it.failed),
        ]
    });
    let table =
        chart::Table { head: vec!["Hora", "Chamadas", "Média", "Falhas"], rows: rows.collect() };
    let most = hours.iter().map(|it| it.calls).max().unwrap_or_default();
    let drawing = html! {
        @if calls > 0 { (chart::bars(title, &points, &format!("máx. {most} por hora"))) }
    };
    chart::framed(title, &says, drawing, &table)
}
