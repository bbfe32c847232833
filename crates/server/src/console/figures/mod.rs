//! The figures of a period: headlines, and charts that can be read as tables.

pub(super) mod chart;
mod sections;

use std::sync::Arc;

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::icons::Icon;
use super::layout::{self, Section};
use super::{Console, Problem, Viewer, components, format};
use crate::store::console::figures::{LoadFigures, Period, Summarise, Summary};

/// How many days a page looks back at most.
const PERIODS: [i64; 3] = [7, 30, 90];
const USUAL: i64 = 30;

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    dias: Option<String>,
}

impl Asked {
    fn days(&self) -> i64 {
        let asked = self.dias.as_deref().and_then(|it| it.parse().ok());
        asked.filter(|days| PERIODS.contains(days)).unwrap_or(USUAL)
    }
}

/// The last days up to now, in the company's time zone.
pub(super) fn period(console: &Console, days: i64) -> Period {
    Period::last_days(&console.app.playbook().time_zone, console.app.clock.now(), days)
}

/// The page.
pub(super) async fn page(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let days = asked.days();
    let period = period(&console, days);
    let store = &console.app.store;
    let (now, before, figures) = tokio::try_join!(
        store.read(Summarise(period)),
        store.read(Summarise(period.before())),
        store.read(LoadFigures(period)),
    )?;
    let body = html! {
        (components::heading("Números", "O que chegou, com que rapidez foi atendido e quanto custou.", switch(days)))
        @if now.leads == 0 && now.answers == 0 {
            (components::empty(Icon::Chart, "Ainda não há o que contar", "Os números começam com a primeira mensagem de um lead. Escolha um período maior ou confira se o WhatsApp está ligado.", html! {
                a.button href="/integracoes" { "Conferir o WhatsApp" }
            }))
        } @else {
            (headlines(&now, &before, days))
            (sections::render(&console, &figures))
        }
    };
    Ok(layout::page(&viewer, Section::Figures, "Números", body))
}

fn switch(days: i64) -> Markup {
    html! {
        nav.switch aria-label="Período" {
            @for choice in PERIODS {
                a href=(format!("/numeros?dias={choice}")) aria-current=[(choice == days).then_some("page")] {
                    (choice) " dias"
                }
            }
        }
    }
}

fn headlines(now: &Summary, before: &Summary, days: i64) -> Markup {
    let share = |part: i64, whole: i64| if whole == 0 { 0 } else { part * 100 / whole };
    let cost_per_lead = |it: &Summary| if it.leads == 0 { 0 } else { it.cost / it.leads };
    html! {
        div.grid.figures {
            (components::figure("Leads novos", &format::count(now.leads), &change(now.leads, before.leads, days)))
            (components::figure("Primeira resposta", &wait(now.first_reply.p50), &format!("95% em até {}", wait(now.first_reply.p95))))
            (components::figure("Qualificados", &format!("{}%", share(now.qualified, now.leads)), &format!("{} mornos ou quentes; antes, {}%", format::count(now.qualified), share(before.qualified, before.leads))))
            (components::figure("Quentes", &format::count(now.hot), &change(now.hot, before.hot, days)))
            (components::figure("Custo por lead", &format::dollars(cost_per_lead(now)), &format!("{} em IA no período", format::dollars(now.cost))))
        }
    }
}

/// "12% acima dos 30 dias anteriores".
fn change(now: i64, before: i64, days: i64) -> String {
    if before == 0 {
        return format!("Sem leads nos {days} dias anteriores");
    }
    match (now - before) * 100 / before {
        0 => format!("Igual aos {days} dias anteriores"),
        more @ 1.. => format!("{more}% acima dos {days} dias anteriores"),
        less => format!("{}% abaixo dos {days} dias anteriores", -less),
    }
}

/// A wait in words: "9 s", "2 min 5 s", "3 h 10 min".
fn wait(ms: i64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 if seconds % 60 == 0 => format!("{} min", seconds / 60),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_against_the_days_before() {
        assert_eq!(change(112, 100, 30), "12% acima dos 30 dias anteriores");
        assert_eq!(change(50, 100, 7), "50% abaixo dos 7 dias anteriores");
        assert_eq!(change(5, 5, 7), "Igual aos 7 dias anteriores");
        assert_eq!(change(5, 0, 7), "Sem leads nos 7 dias anteriores");
    }

    #[test]
    fn waits_are_said_in_two_units_at_most() {
        assert_eq!(wait(9_400), "9 s");
        assert_eq!(wait(125_000), "2 min 5 s");
        assert_eq!(wait(11_400_000), "3 h 10 min");
        assert_eq!(wait(180_000_000), "2 d 2 h");
    }
}
