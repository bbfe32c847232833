//! What needs somebody, and how to mend it.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::live;
use crate::console::access::is_htmx;
use crate::console::announce::announce;
use crate::console::format::Times;
use crate::console::icons::{Icon, icon};
use crate::console::{Console, Problem, Viewer, components};
use crate::store::alert::{self, Alert};
use crate::store::console::accounts::Role;
use crate::store::console::integrations::ResolveAlert;

/// How many are shown before the rest is folded away.
const SHOWN: usize = 4;

pub(super) fn render(viewer: &Viewer, times: &Times, alerts: &[Alert]) -> Markup {
    let (first, rest) = alerts.split_at(alerts.len().min(SHOWN));
    html! {
        @if !alerts.is_empty() {
            section.alerts aria-label="Alertas abertos" {
                @for alert in first { (one(viewer, times, alert)) }
                @if !rest.is_empty() {
                    details {
                        summary { "Mais " (rest.len()) " alertas" }
                        @for alert in rest { (one(viewer, times, alert)) }
                    }
                }
            }
        }
    }
}

fn one(viewer: &Viewer, times: &Times, alert: &Alert) -> Markup {
    let (title, remedy) = explain(&alert.kind);
    html! {
        article.alert {
            (icon(Icon::Alert))
            div.grow {
                h2 { (title) time.soft datetime=(times.machine(alert.created_at)) title=(times.full(alert.created_at)) { (times.short(alert.created_at)) } }
                p { (alert.detail) }
                p.soft { (remedy) }
            }
            div.actions {
                @if let Some(conversation) = conversation(alert) {
                    a.button.small href=(format!("/conversas/{conversation}")) { "Abrir conversa" }
                }
                @if viewer.may(Role::Sdr) {
                    form method="post" action="/integracoes/alertas" hx-post="/integracoes/alertas" hx-target="#painel" hx-swap="outerHTML" {
                        (components::csrf(viewer))
                        input type="hidden" name="tipo" value=(alert.kind);
                        input type="hidden" name="assunto" value=(alert.subject);
                        button.button.small.quiet type="submit" { "Resolvido" span.visually-hidden { ": " (title) } }
                    }
                }
            }
        }
    }
}

/// The conversation that an alert is about, where its subject is one.
fn conversation(alert: &Alert) -> Option<Uuid> {
    let kinds = [
        alert::HUMAN_REQUESTED,
        alert::COMPLAINT,
        alert::HANDOFF_WAITING,
        alert::TURN_FAILING,
        alert::LEAD_BUDGET,
        alert::BOT_LOOP,
    ];
    kinds.contains(&alert.kind.as_str()).then(|| alert.subject.parse().ok()).flatten()
}

/// What happened, in a few words.
pub(in crate::console) fn title(kind: &str) -> &'static str {
    explain(kind).0
}

/// What happened, and what to do.
fn explain(kind: &str) -> (&'static str, &'static str) {
    match kind {
        alert::BREAKER_OPEN => (
            "Um sistema recusa as nossas chamadas",
            "Confira as credenciais e se o serviço está no ar. Uma tentativa por minuto; quando \
             voltar, a fila anda sozinha e o alerta some.",
        ),
        alert::DISCONNECTED => (
            "WhatsApp desconectado",
            "Abra o painel da Z-API e leia o QR code com o celular da empresa. As mensagens \
             esperam e saem na ordem quando reconectar.",
        ),
        alert::DELIVERY_FAILED | alert::DELIVERY_REJECTED => (
            "Uma mensagem não foi entregue",
            "Veja o motivo em “Não entregues”, abaixo: tente de novo ou descarte.",
        ),
        alert::DELIVERY_UNDETERMINED => (
            "Não há confirmação de uma mensagem",
            "Confira no WhatsApp da empresa se ela chegou. Se não chegou, tente de novo abaixo.",
        ),
        alert::HUMAN_REQUESTED => (
            "Um lead pediu para falar com uma pessoa",
            "Abra a conversa e assuma. O lead já sabe que alguém vai escrever.",
        ),
        alert::COMPLAINT => ("Um lead reclamou", "Abra a conversa e responda pessoalmente."),
        alert::HANDOFF_WAITING => (
            "Ninguém assumiu um lead que espera",
            "Abra a conversa e assuma: os vendedores já foram lembrados.",
        ),
        alert::BUDGET_SPENT => (
            "O limite do dia com modelos acabou",
            "O agente responde pelas regras até a meia-noite. Se isso se repete, aumente o limite.",
        ),
        alert::LEAD_BUDGET => {
            ("Um lead usou o limite do dia", "Abra a conversa e veja se vale a pena assumir.")
        }
        alert::BOT_LOOP => (
            "O outro lado parece um robô",
            "O agente parou. Abra a conversa e, se for uma pessoa, responda ou devolva ao agente.",
        ),
        alert::TURN_FAILING => (
            "Uma conversa não consegue ser respondida",
            "Abra a conversa e responda; o agente continua tentando.",
        ),
        alert::SYNC_REFUSED => (
            "Outro sistema recusou um registro",
            "Corrija o que ele diz e tente de novo em “Não entregues”, abaixo.",
        ),
        _ => ("Algo precisa de atenção", "Veja o detalhe e marque como resolvido."),
    }
}

/// Which alert somebody has seen to.
#[derive(Debug, Deserialize)]
pub(in crate::console) struct Seen {
    tipo: String,
    assunto: String,
}

/// Somebody has seen to an alert.
pub(in crate::console) async fn resolve(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(seen): Form<Seen>,
) -> Result<Response, Problem> {
    let now = console.app.clock.now();
    let resolve =
        ResolveAlert { kind: seen.tipo, subject: seen.assunto, actor: viewer.actor(), now };
    console.app.store.write(resolve).await?;
    if !is_htmx(&headers) {
        return Ok(Redirect::to("/integracoes").into_response());
    }
    Ok((announce("Alerta resolvido."), live(&console, &viewer).await?).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_alert_says_what_to_do() {
        for kind in alert::KINDS {
            assert_ne!(explain(kind), explain("another"), "{kind}");
        }
    }
}
