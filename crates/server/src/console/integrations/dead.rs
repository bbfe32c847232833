//! What will not be tried again by itself: an operator tries it again, or drops it.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::live;
use crate::console::access::is_htmx;
use crate::console::announce::announce;
use crate::console::format::{self, Times};
use crate::console::{Console, Problem, Viewer, components};
use crate::store::console::accounts::Role;
use crate::store::console::integrations::DeadLetter;
use crate::store::dead_letters::{DecideDeadLetters, Decision, Key};
use crate::store::queue::Lane;

pub(super) fn render(viewer: &Viewer, times: &Times, letters: &[DeadLetter], all: i64) -> Markup {
    html! {
        section.dead aria-labelledby="nao-entregues" {
            header.section-head {
                h2 #nao-entregues { "Não entregues" @if all > 0 { span.count { (format::count(all)) } } }
                p.soft { "O que foi recusado ou ficou sem confirmação nos últimos 30 dias, e não é tentado de novo sozinho." }
            }
            @if letters.is_empty() {
                p.all-well.card { "Tudo o que saiu chegou: não há nada parado." }
            } @else {
                div.table-wrap tabindex="0" role="group" aria-label="Lista do que não foi entregue" {
                    table.letters {
                        thead {
                            tr {
                                th scope="col" { "O quê" }
                                th scope="col" { "Para quem" }
                                th scope="col" { "O que disseram" }
                                th.number scope="col" { "Quando" }
                                @if viewer.may(Role::Sdr) { th { span.visually-hidden { "Ações" } } }
                            }
                        }
                        tbody { @for letter in letters { (line(viewer, times, letter)) } }
                    }
                }
            }
        }
    }
}

fn line(viewer: &Viewer, times: &Times, letter: &DeadLetter) -> Markup {
    let what = what(letter);
    let number = letter.phone.as_deref().map(format::phone);
    let who = letter.name.clone().or_else(|| number.clone()).unwrap_or_default();
    html! {
        tr {
            td {
                @if letter.lane == "whatsapp" {
                    a href=(format!("/integracoes/mensagens/{}", letter.id)) { (what) }
                } @else { (what) }
                small.soft { (system(&letter.lane)) }
            }
            td {
                a href=(format!("/conversas/{}", letter.conversation)) { (who) }
                @if let Some(number) = number.filter(|it| *it != who) { small.soft { (number) } }
            }
            td.said { (said(letter)) small.soft { (tries(letter.attempts)) } }
            td.number { time datetime=(times.machine(letter.at)) title=(times.full(letter.at)) { (times.short(letter.at)) } }
            @if viewer.may(Role::Sdr) { td { (buttons(viewer, letter, &who)) } }
        }
    }
}

fn buttons(viewer: &Viewer, letter: &DeadLetter, who: &str) -> Markup {
    let doubt = (letter.state == "undetermined").then_some("Enviar de novo?");
    html! {
        form.letter-actions method="post" action="/integracoes/nao-entregues" hx-post="/integracoes/nao-entregues" hx-target="#painel" hx-swap="outerHTML"
            data-confirm=[doubt] data-confirm-text=[doubt.map(|_| "Não sabemos se a mensagem chegou: o lead pode recebê-la duas vezes.")] data-confirm-action=[doubt.map(|_| "Continuar")] {
            (components::csrf(viewer))
            input type="hidden" name="sistema" value=(letter.lane);
            input type="hidden" name="tipo" value=(letter.kind);
            input type="hidden" name="id" value=(letter.id);
            button.button.small type="submit" name="acao" value="tentar" { "Tentar de novo" span.visually-hidden { ": " (what(letter)) " de " (who) } }
            button.button.small.quiet type="submit" name="acao" value="descartar" { "Descartar" span.visually-hidden { ": " (what(letter)) " de " (who) } }
        }
    }
}

/// What a system is called.
pub(super) fn system(lane: &str) -> &'static str {
    match lane {
        "whatsapp" => "WhatsApp",
        "chatwoot" => "Chatwoot",
        "supabase" => "Supabase",
        "piperun" => "PipeRun",
        "sellers" => "Vendedores",
        _ => "Outro sistema",
    }
}

fn what(letter: &DeadLetter) -> &'static str {
    match letter.kind.as_str() {
        "message" => "Mensagem",
        "deal" | "deal_fields" => "Oportunidade",
        "contact" | "person" => "Contato",
        "company" => "Empresa",
        "note" => "Anotação",
        "lead" => "Lead",
        "card" => "Aviso de lead quente",
        _ => "Registro",
    }
}

fn said(letter: &DeadLetter) -> String {
    match (&letter.detail, letter.state.as_str()) {
        (Some(detail), _) => detail.clone(),
        (None, "undetermined") => "Sem confirmação de que chegou".to_owned(),
        (None, _) => "Recusado sem explicação".to_owned(),
    }
}

fn tries(attempts: i64) -> String {
    if attempts == 1 { "1 tentativa".to_owned() } else { format!("{attempts} tentativas") }
}

/// What is decided about which dead letter.
#[derive(Debug, Deserialize)]
pub(in crate::console) struct Decided {
    sistema: String,
    tipo: String,
    id: String,
    acao: String,
}

/// An operator tries something again, or drops it.
pub(in crate::console) async fn decide(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(decided): Form<Decided>,
) -> Result<Response, Problem> {
    let decision = if decided.acao == "tentar" { Decision::Retry } else { Decision::Drop };
    let (actor, now) = (viewer.actor(), console.app.clock.now());
    let lane = Lane::ALL.into_iter().find(|lane| lane.name() == decided.sistema);
    let lane = lane.ok_or(Problem::NotFound)?;
    let keys = vec![Key { lane: decided.sistema, kind: decided.tipo, id: decided.id }];
    let decide = DecideDeadLetters { keys, decision, actor, now };
    let was_dead = !console.app.store.write(decide).await?.is_empty();
    console.app.bells.ring(lane, now);
    if !is_htmx(&headers) {
        return Ok(Redirect::to("/integracoes").into_response());
    }
    let said = match (was_dead, decision) {
        (false, _) => "Alguém já cuidou disso.",
        (true, Decision::Retry) => "Voltou para a fila: sai agora.",
        (true, Decision::Drop) => "Descartado.",
    };
    Ok((announce(said), live(&console, &viewer).await?).into_response())
}
