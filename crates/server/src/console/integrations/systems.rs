//! Each system in a box: its measured state, its breaker, what waits for it.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};

use crate::app::App;
use crate::console::components::{Tone, badge};
use crate::console::format::{self, Times};
use crate::console::{Console, Problem};
use crate::doctor::{self, Finding, Works};
use crate::health;
use crate::openai;
use crate::store::console::integrations::{Flow, OpenBreaker, Waiting};
use crate::store::engine::Dialect;
use crate::store::setting::Ping;

/// A system as the page shows it.
struct System {
    name: &'static str,
    /// What it is here for.
    purpose: &'static str,
    /// Its name in the health's measurements.
    health: &'static str,
    /// Its lanes, which are also the names of its breakers.
    lanes: &'static [&'static str],
}

const SYSTEMS: [System; 6] = [
    System {
        name: "WhatsApp",
        purpose: "Z-API: recebe e envia",
        health: "zapi",
        lanes: &["whatsapp", "zapi", "sellers", "follow_up"],
    },
    System { name: "IA", purpose: "Entende e escreve", health: "openai", lanes: &["turns"] },
    System {
        name: "Supabase",
        purpose: "Banco da empresa na nuvem",
        health: "supabase",
        lanes: &["supabase"],
    },
    System {
        name: "Chatwoot",
        purpose: "Onde a equipe acompanha",
        health: "chatwoot",
        lanes: &["chatwoot"],
    },
    System { name: "PipeRun", purpose: "CRM", health: "piperun", lanes: &["piperun"] },
    System { name: "Banco", purpose: "Guarda tudo", health: "database", lanes: &[] },
];

pub(super) fn render(console: &Console, times: &Times, flow: &Flow) -> Markup {
    html! {
        div.systems {
            @for system in &SYSTEMS { (one(&console.app, times, flow, system)) }
        }
    }
}

fn one(app: &App, times: &Times, flow: &Flow, system: &System) -> Markup {
    let (tone, state) = state(app, system.health);
    let breaker = flow.breakers.iter().find(|it| system.lanes.contains(&it.name.as_str()));
    let waiting: Vec<&Waiting> =
        flow.waiting.iter().filter(|it| system.lanes.contains(&it.lane.as_str())).collect();
    html! {
        section.card.system aria-label=(system.name) {
            header {
                h2 { (system.name) }
                @if breaker.is_some() { (badge(Tone::Bad, "Em espera")) } @else { (badge(tone, state)) }
            }
            p.soft { (system.purpose) }
            @if let Some(notice) = note(app, system.health) { p.system-note { (notice) } }
            @if let Some(breaker) = breaker { (open_breaker(times, breaker)) }
            dl.system-facts {
                @if waiting.is_empty() && !system.lanes.is_empty() { div { dt { "Na fila" } dd { "0" } } }
                @for lane in &waiting { (queue(times, lane)) }
            }
        }
    }
}

fn queue(times: &Times, lane: &Waiting) -> Markup {
    let label = match lane.lane.as_str() {
        "sellers" => "Avisos aos vendedores",
        "follow_up" => "Lembretes agendados",
        _ => "Na fila",
    };
    html! {
        div {
            dt { (label) }
            dd {
                (format::count(lane.waiting))
                @if lane.attempts > 1 { small.soft { (lane.attempts) " tentativas; desde " (times.short(lane.oldest)) } }
            }
        }
    }
}

fn open_breaker(times: &Times, breaker: &OpenBreaker) -> Markup {
    html! {
        p.system-note.bad {
            "Recusou desde " (times.short(breaker.opened_at)) ": " (breaker.reason)
            ". Tudo espera; nova tentativa às " (times.clock_with_seconds(breaker.probe_at)) "."
        }
    }
}

fn state(app: &App, service: &str) -> (Tone, &'static str) {
    if service == "database" {
        // This very page was read from it.
        return (Tone::Good, "No ar");
    }
    match app.health.state(service) {
        health::State::NotConfigured => (Tone::Plain, "Não configurado"),
        health::State::Configured | health::State::Connected => (Tone::Good, "No ar"),
        health::State::Unauthorized => (Tone::Bad, "Credenciais recusadas"),
        health::State::Disconnected => (Tone::Bad, "Desconectado"),
        health::State::Unreachable => (Tone::Bad, "Fora do ar"),
    }
}

/// What else is worth knowing of a system.
fn note(app: &App, service: &str) -> Option<String> {
    match service {
        "openai" => match &app.config.openai {
            Some(settings) => {
                let today = app.clock.local(&app.playbook().time_zone).date();
                let names = [&settings.model, &settings.transcription_model];
                let endings = names.into_iter().filter_map(|name| openai::ending(name, None));
                let told: Vec<_> = endings.map(|it| it.notice(today).to_string()).collect();
                let model = format!("Modelo {}.", settings.model);
                Some(if told.is_empty() { model } else { format!("{model} {}", told.join(" ")) })
            }
            None => Some("Sem chave: responde o cérebro offline.".to_owned()),
        },
        "database" => Some(
            match app.store.dialect() {
                Dialect::Sqlite => "SQLite, num arquivo desta máquina.",
                Dialect::Postgres => "PostgreSQL.",
            }
            .to_owned(),
        ),
        _ => None,
    }
}

/// Examines every system with a real call.
pub(in crate::console) async fn examine(
    State(console): State<Arc<Console>>,
) -> Result<Markup, Problem> {
    let app = &console.app;
    app.store.read(Ping).await?;
    let mut findings = vec![doctor::playbook(&app.config)];
    findings.extend(doctor::vendors(app).await);
    Ok(html! {
        div.table-wrap {
            table {
                caption { "Resultado do teste" }
                thead { tr { th scope="col" { "Sistema" } th scope="col" { "Funciona" } th scope="col" { "O que encontrei" } } }
                tbody { @for finding in &findings { (found(finding)) } }
            }
        }
    })
}

fn found(finding: &Finding) -> Markup {
    let tone = match finding.works {
        Works::Yes => Tone::Good,
        Works::No => Tone::Bad,
        Works::Warned => Tone::Warn,
        Works::Unused => Tone::Plain,
    };
    html! {
        tr {
            th scope="row" { (finding.service) }
            td { (badge(tone, finding.works.name())) }
            td { (finding.detail) }
        }
    }
}
