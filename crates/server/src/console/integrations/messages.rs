//! What was sent to WhatsApp, try by try, with what was answered.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use crate::console::access::is_htmx;
use crate::console::components::{Tone, badge};
use crate::console::format::{self, Times};
use crate::console::icons::Icon;
use crate::console::layout::{self, Section};
use crate::console::{Console, Problem, Viewer, components};
use crate::store::console::integrations::{FindSent, ListSent, Sent, Try, Which};

/// How many messages a page shows.
const LINES: i64 = 50;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Asked {
    quais: String,
    antes: Option<i64>,
}

impl Asked {
    fn which(&self) -> Which {
        if self.quais == "falhas" { Which::Failed } else { Which::All }
    }
}

/// The outbox, the latest message first.
pub(in crate::console) async fn list(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let which = asked.which();
    let query = ListSent { which, before: asked.antes, limit: LINES + 1 };
    let sent = console.app.store.read(query).await?;
    let times = console.times();
    if is_htmx(&headers) && asked.antes.is_some() {
        return Ok(lines(&times, &asked, sent).into_response());
    }
    let tab = |failed: bool, address: &str, label: &str| {
        let current = ((which == Which::Failed) == failed).then_some("page");
        html! { a href=(address) aria-current=[current] { (label) } }
    };
    let body = html! {
        p { a.back href="/integracoes" { "← Integrações" } }
        (components::heading("Mensagens enviadas", "Cada mensagem que saiu para o WhatsApp e o que aconteceu em cada tentativa.", html! {
            nav.switch aria-label="Quais mensagens" {
                (tab(false, "/integracoes/mensagens", "Todas"))
                (tab(true, "/integracoes/mensagens?quais=falhas", "Com problema"))
            }
        }))
        @if sent.is_empty() {
            (components::empty(Icon::Send, "Nenhuma mensagem por aqui", "As respostas do agente e da equipe aparecem aqui assim que entram na fila de envio.", html! {}))
        } @else {
            div.table-wrap tabindex="0" role="group" aria-label="Mensagens" {
                table.sent {
                    thead {
                        tr {
                            th scope="col" { "Estado" }
                            th scope="col" { "Mensagem" }
                            th scope="col" { "Para" }
                            th.number scope="col" { "Tentativas" }
                            th.number scope="col" { "Levou" }
                            th.number scope="col" { "Quando" }
                        }
                    }
                    tbody data-list { (lines(&times, &asked, sent)) }
                }
            }
        }
    };
    Ok(layout::page(&viewer, Section::Integrations, "Mensagens enviadas", body).into_response())
}

fn lines(times: &Times, asked: &Asked, mut sent: Vec<Sent>) -> Markup {
    let page = usize::try_from(LINES).unwrap_or(usize::MAX);
    let has_more = sent.len() > page;
    sent.truncate(page);
    let last = sent.last().map(|it| it.seq).filter(|_| has_more);
    html! {
        @for message in &sent {
            tr {
                td { (state(message)) }
                td.excerpt { a href=(format!("/integracoes/mensagens/{}", message.id)) data-row { (message.body) } }
                td { (message.name.clone().unwrap_or_else(|| format::phone(&message.address))) }
                td.number { (message.attempts) }
                td.number { (took(message)) }
                td.number { time datetime=(times.machine(message.created_at)) title=(times.full(message.created_at)) { (times.short(message.created_at)) } }
            }
        }
        @if let Some(last) = last {
            @let address = format!("/integracoes/mensagens?quais={}&antes={last}", if asked.which() == Which::Failed { "falhas" } else { "" });
            tr.more-line {
                td colspan="6" { a.button.quiet href=(address) hx-get=(address) hx-target="closest tr" hx-swap="outerHTML" { "Mostrar mais" } }
            }
        }
    }
}

fn took(message: &Sent) -> String {
    message.sent_at.map_or(String::new(), |at| format::duration((at - message.created_at).max(0)))
}

fn state(message: &Sent) -> Markup {
    let (tone, label) = match (message.state.as_str(), message.tick) {
        ("accepted", 3..) => (Tone::Accent, "Lida"),
        ("accepted", 2) => (Tone::Good, "Recebida"),
        ("accepted", _) => (Tone::Good, "Enviada"),
        ("pending", _) => (Tone::Plain, "Na fila"),
        ("sending", _) => (Tone::Plain, "Enviando"),
        ("unknown", _) => (Tone::Warn, "Conferindo"),
        ("undetermined", _) => (Tone::Warn, "Sem confirmação"),
        ("rejected", _) => (Tone::Bad, "Recusada"),
        ("expired", _) => (Tone::Warn, "Perdeu a hora"),
        ("cancelled", _) => (Tone::Plain, "Cancelada"),
        _ => (Tone::Plain, "Outro"),
    };
    badge(tone, label)
}

/// One message with every try.
pub(in crate::console) async fn one(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<Markup, Problem> {
    let found = console.app.store.read(FindSent(id)).await?;
    let (message, tries) = found.ok_or(Problem::NotFound)?;
    let times = console.times();
    let who = message.name.clone().unwrap_or_else(|| format::phone(&message.address));
    let body = html! {
        p { a.back href="/integracoes/mensagens" { "← Mensagens enviadas" } }
        (components::heading(&format!("Mensagem para {who}"), &times.full(message.created_at), html! {
            a.button href=(format!("/conversas/{}", message.conversation)) { "Abrir conversa" }
        }))
        section.card {
            p.row { (state(&message)) span.soft { (format::phone(&message.address)) } }
            blockquote.message-body { (message.body) }
            @if let Some(reason) = &message.reason { p.hint { "Motivo registrado: " (reason) } }
        }
        section aria-labelledby="tentativas" {
            h2 #tentativas { "Tentativas" }
            @if tries.is_empty() { p.soft { "Nenhuma ainda." } }
            ol.tries { @for one in &tries { (attempt(&times, one)) } }
        }
    };
    Ok(layout::page(&viewer, Section::Integrations, "Mensagem", body))
}

fn attempt(times: &Times, one: &Try) -> Markup {
    let (tone, label) = match one.outcome.as_deref() {
        Some("accepted") => (Tone::Good, "Aceita pela Z-API"),
        Some("rejected") => (Tone::Bad, "Recusada"),
        Some("unauthorized") => (Tone::Bad, "Credenciais recusadas"),
        Some(_) => (Tone::Warn, "Não confirmada"),
        None => (Tone::Plain, "Em andamento"),
    };
    html! {
        li.card {
            p.row {
                b { (one.number) "ª tentativa" }
                (badge(tone, label))
                span.soft {
                    (times.clock_with_seconds(one.started_at))
                    @if let Some(end) = one.finished_at { " · " (format::duration((end - one.started_at).max(0))) }
                }
            }
            @if let Some(detail) = &one.detail { pre.answer tabindex="0" { (detail) } }
        }
    }
}
