//! What the law asks for: all that is held on a person, and who did what.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::access::is_htmx;
use super::format::Times;
use super::icons::{Icon, icon};
use super::layout::{self, Section};
use super::{Console, Problem, Viewer, components};
use crate::store::console::personal::Held;
use crate::store::console::trail::{Entry, ListTrail, NoteTrail};
use seleto_rules::phone::Phone;

/// How many lines of the audit a page shows.
const LINES: i64 = 50;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    antes: Option<i64>,
}

/// The page; for htmx the lines after those that are shown.
pub(super) async fn page(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let query = ListTrail { subject: None, before: asked.antes, limit: LINES + 1 };
    let entries = console.app.store.read(query).await?;
    let times = console.times();
    if is_htmx(&headers) && asked.antes.is_some() {
        return Ok(lines(&times, entries).into_response());
    }
    let body = html! {
        (components::heading("Privacidade", "Os direitos de quem escreve para a empresa (LGPD) e o registro do que a equipe fez.", html! {}))
        section.card aria-labelledby="exportar" {
            h2 #exportar { "Exportar os dados de uma pessoa" }
            p.soft { "Tudo o que guardamos de um número, num arquivo JSON, para entregar a quem pediu. Prazo legal: 15 dias." }
            form.export-form method="get" action="/privacidade/dados.json" {
                label for="telefone" { "Telefone" }
                div.copy {
                    input #telefone name="telefone" type="tel" required autocomplete="off" placeholder="(41) 98765-4321";
                    button.button.primary type="submit" { (icon(Icon::Clip)) "Exportar" }
                }
            }
        }
        section aria-labelledby="trilha" {
            header.section-head {
                h2 #trilha { "Trilha de auditoria" }
                p.soft { "Quem fez o quê, e quando. Nunca o texto das mensagens." }
            }
            @if entries.is_empty() {
                (components::empty(Icon::Shield, "Nada registrado ainda", "Assumir uma conversa, corrigir um lead ou exportar dados deixa uma linha aqui.", html! {}))
            } @else {
                div.table-wrap tabindex="0" role="group" aria-label="Trilha de auditoria" {
                    table.trail {
                        thead { tr { th scope="col" { "Quando" } th scope="col" { "Quem" } th scope="col" { "O quê" } th scope="col" { "Onde" } } }
                        tbody { (lines(&times, entries)) }
                    }
                }
            }
        }
    };
    Ok(layout::page(&viewer, Section::Privacy, "Privacidade", body).into_response())
}

fn lines(times: &Times, mut entries: Vec<Entry>) -> Markup {
    let page = usize::try_from(LINES).unwrap_or(usize::MAX);
    let has_more = entries.len() > page;
    entries.truncate(page);
    let last = entries.last().map(|it| it.seq).filter(|_| has_more);
    html! {
        @for entry in &entries {
            tr {
                td { time datetime=(times.machine(entry.at)) { (times.full(entry.at)) } }
                td { (who(&entry.actor)) }
                td { (what(&entry.action)) @if let Some(detail) = &entry.detail { small.soft { (detail) } } }
                td { (whereabouts(entry)) }
            }
        }
        @if let Some(last) = last {
            @let address = format!("/privacidade?antes={last}");
            tr.more-line { td colspan="4" { a.button.quiet href=(address) hx-get=(address) hx-target="closest tr" hx-swap="outerHTML" { "Mostrar mais" } } }
        }
    }
}

/// "maria, no painel" of `console:maria`.
fn who(actor: &str) -> String {
    match actor.split_once(':') {
        Some(("console", name)) => format!("{name}, no painel"),
        Some(("chatwoot", name)) => format!("agente {name}, no Chatwoot"),
        Some(("cli", name)) => format!("{name}, no terminal"),
        Some(("api", name)) => format!("{name}, pela API"),
        _ if actor == "phone" => "celular da empresa".to_owned(),
        _ => actor.to_owned(),
    }
}

fn what(action: &str) -> String {
    let known = match action {
        "take_over" => "Assumiu a conversa",
        "give_back" => "Devolveu ao agente",
        "close" => "Encerrou a conversa",
        "do_not_contact" => "Marcou como não contatar",
        "note" => "Escreveu uma nota interna",
        "publish_playbook" => "Publicou o playbook",
        "activate_playbook" => "Voltou a uma versão do playbook",
        "set_agent_mode" => "Mudou o modo do agente",
        "move_lead" => "Mudou a etapa",
        "set_temperature" => "Mudou a temperatura",
        "correct_fact" => "Corrigiu um dado",
        "answer_question" => "Respondeu a uma pergunta técnica",
        "drop_question" => "Deixou uma pergunta técnica de lado",
        "retry_delivery" => "Mandou tentar de novo",
        "drop_delivery" => "Descartou o que não foi entregue",
        "resolve_alert" => "Marcou um alerta como resolvido",
        "export_person" => "Exportou os dados de uma pessoa",
        other => return other.replace('_', " "),
    };
    known.to_owned()
}

fn whereabouts(entry: &Entry) -> Markup {
    let conversations =
        ["take_over", "give_back", "close", "do_not_contact", "move_lead", "set_temperature"];
    if conversations.contains(&entry.action.as_str()) {
        return html! { a href=(format!("/conversas/{}", entry.subject)) { "Conversa" } };
    }
    html! { span.mono.soft { (entry.subject) } }
}

/// Whose data is wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Person {
    telefone: String,
}

/// All that is held on a number, as a file.
pub(super) async fn export(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Query(person): Query<Person>,
) -> Result<Response, Problem> {
    let phone = phone(&person.telefone).ok_or_else(|| {
        Problem::Invalid(
            "Este telefone não parece completo. Escreva com DDD, por exemplo (41) 98765-4321."
                .to_owned(),
        )
    })?;
    let store = &console.app.store;
    let held = store.read(Held { canonical: phone.canonical() }).await?;
    let held =
        held.ok_or_else(|| Problem::Invalid("Não guardamos nada deste número.".to_owned()))?;
    store
        .write(NoteTrail {
            actor: viewer.actor(),
            action: "export_person",
            subject: held.lead.to_string(),
            now: console.app.clock.now(),
        })
        .await?;
    let body = serde_json::to_string_pretty(&held.data).unwrap_or_else(|_| "{}".to_owned());
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"dados-pessoais.json\""),
    ];
    Ok((headers, body).into_response())
}

/// A number as somebody types it: without the country's code it is Brazilian.
fn phone(text: &str) -> Option<Phone> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let national = matches!(digits.len(), 10 | 11) && !text.trim_start().starts_with('+');
    let full = if national { format!("55{digits}") } else { digits };
    full.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_however_it_is_typed() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(phone(text).map(|it| it.as_str().to_owned()).as_deref(), expected, "{text}");
        };
        check("(41) 98765-4321", Some("5541987654321"));
        check("+55 41 98765-4321", Some("5541987654321"));
        check("5541987654321", Some("5541987654321"));
        check("12", None);
    }
}
