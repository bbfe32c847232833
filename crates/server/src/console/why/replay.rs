//! The same burst thought again, beside what was said then; nothing is sent and nothing is saved.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use maud::{Markup, html};
use seleto_rules::bubbles;
use seleto_rules::conversation::{Memory, Turn};
use seleto_rules::lead::{Field, Lead};
use seleto_rules::prompt;
use serde::Deserialize;
use uuid::Uuid;

use crate::brain::{self, Thought};
use crate::console::components::{Tone, badge, banner};
use crate::console::{Console, Problem, format};
use crate::store::console::explanation::{Again, LoadAgain, LoadExplanation};
use crate::store::turn::TurnRecord;

/// The most characters that instructions of a test may have.
const LONGEST: usize = 100_000;

/// What is tried.
#[derive(Deserialize)]
pub(in crate::console) struct Trial {
    cerebro: String,
    #[serde(default)]
    instrucoes: String,
}

/// Thinks again, and shows both answers.
pub(in crate::console) async fn replay(
    State(console): State<Arc<Console>>,
    Path(turn): Path<Uuid>,
    Form(trial): Form<Trial>,
) -> Result<Markup, Problem> {
    let app = &console.app;
    let nothing = || Problem::Invalid("Este turno não respondeu a nenhuma mensagem.".to_owned());
    let again = app.store.read(LoadAgain { turn }).await?.ok_or_else(nothing)?;
    let then = app.store.read(LoadExplanation { turn }).await?.ok_or(Problem::NotFound)?;
    if trial.instrucoes.chars().count() > LONGEST {
        return Err(Problem::TooLarge);
    }
    let own = trial.instrucoes.replace("\r\n", "\n");
    let own =
        Some(own.trim()).filter(|own| !own.is_empty() && *own != instructions(&console).trim());
    let thought = think(&console, &again, own, trial.cerebro == "modelo").await;
    let said: Vec<_> = then.sent.iter().map(|sent| sent.text.clone()).collect();
    Ok(comparison(&again, own.is_some(), &said, &thought))
}

async fn think(console: &Console, again: &Again, own: Option<&str>, model: bool) -> Thought {
    let app = &console.app;
    let (playbook, context) = (app.playbook(), &again.context);
    let zone = jiff::tz::TimeZone::get(&playbook.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let at = jiff::Timestamp::from_millisecond(again.at).unwrap_or_default();
    let turn = Turn {
        playbook: &playbook,
        lead: &context.lead,
        sender_name: context.sender_name.as_deref(),
        history: &context.history,
        burst: &context.burst,
        memory: &context.memory,
        now: at.to_zoned(zone).datetime(),
    };
    let record = TurnRecord { id: Uuid::now_v7(), started_at: again.at, ..TurnRecord::default() };
    let own = own.or(app.config.system_prompt.as_deref());
    brain::think_under(own, app, &turn, context, record, model).await
}

/// The instructions that every lead's call begins with, by the playbook of now.
pub(super) fn instructions(console: &Console) -> String {
    if let Some(own) = &console.app.config.system_prompt {
        return own.clone();
    }
    let playbook = console.app.playbook();
    let (lead, memory) = (Lead::default(), Memory::default());
    let turn = Turn {
        playbook: &playbook,
        lead: &lead,
        sender_name: None,
        history: &[],
        burst: &[],
        memory: &memory,
        now: console.app.clock.local(&playbook.time_zone),
    };
    prompt::build(&turn).system
}

fn comparison(again: &Again, is_own: bool, then: &[String], now: &Thought) -> Markup {
    let bubbles = now.reply.as_ref().map(bubbles::split).unwrap_or_default();
    let bubbles: Vec<_> = bubbles.iter().map(|bubble| bubble.as_str().to_owned()).collect();
    let record = &now.record;
    html! {
        div.why-both {
            section aria-label="Antes" { h3 { "Antes" } (said(then)) }
            section aria-label="Agora" {
                h3 { "Agora " @if is_own { (badge(Tone::Accent, "instruções do teste")) } }
                (said(&bubbles))
            }
        }
        @if bubbles == then { (banner(Tone::Good, "As duas respostas são iguais.")) }
        @if !again.is_exact {
            (banner(Tone::Warn, "O que se sabia do lead naquele momento não está mais guardado: o \
                teste usou o cadastro de hoje."))
        }
        dl.pairs {
            dt { "Quem" } dd { @if record.brain == Some("openai") { (record.model.as_deref().unwrap_or("IA")) } @else { "regras" } }
            @if let Some(cost) = record.cost_micro_usd { dt { "Custo" } dd { (format::dollars(cost)) } }
            @if let Some(ms) = record.model_ms { dt { "Tempo" } dd { (format::duration(ms)) } }
            @for field in Field::ALL.iter().copied().filter(|field| now.lead.value(*field) != again.context.lead.value(*field)) {
                dt { (field.label()) } dd { (now.lead.value(field).map(|value| value.to_string()).unwrap_or_default()) }
            }
            @if let Some(verdicts) = &record.verdicts { dt { "Travas" } dd { (verdicts) } }
        }
    }
}

fn said(bubbles: &[String]) -> Markup {
    html! {
        @if bubbles.is_empty() { p.soft { "Silêncio." } }
        @for bubble in bubbles { p.why-bubble { (bubble) } }
    }
}
