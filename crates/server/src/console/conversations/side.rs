//! The lead at the side of the conversation: what is known, from which words, and how near to buying.

use maud::{Markup, html};
use seleto_rules::lead::Field;
use uuid::Uuid;

use super::{Shown, list, messages, waiting};
use crate::console::components::{csrf, temperature};
use crate::console::format::{self, Times};
use crate::console::icons::{Icon, icon};
use crate::console::viewer::Viewer;
use crate::store::console::accounts::Role;
use crate::store::console::thread::Elsewhere;
use crate::store::facts::{FactRow, Source};

/// Everything about the lead.
pub(super) fn all(times: &Times, viewer: &Viewer, shown: &Shown) -> Markup {
    let head = &shown.head;
    let name = list::name(head.lead.name.as_deref(), head.sender_name.as_deref(), &head.phone);
    html! {
        aside.side #lead aria-label="Dados do lead" tabindex="-1" {
            a.icon-button.side-back href="#cabecalho" aria-label="Voltar à conversa" { (icon(Icon::Back)) }
            div.side-who {
                span.face aria-hidden="true" { (format::initials(&name)) }
                div {
                    h2 { (name) }
                    p.soft { (format::phone(&head.phone)) }
                    @if let Some(sender) = head.sender_name.as_ref().filter(|sender| **sender != name) {
                        p.soft { "No WhatsApp: " (sender) }
                    }
                }
            }
            (waiting::all(times, &shown.waiting, &shown.sellers))
            (warmth(shown))
            (facts(times, viewer, shown))
            (elsewhere(shown))
            section.side-part {
                h3 { "Conversa" }
                dl.pairs {
                    dt { "Começou" } dd { (times.full(head.created_at)) }
                    dt { "Com" } dd {
                        @if head.by_human { (head.mode_by.as_deref().map_or("Equipe".to_owned(), messages::person).trim_end_matches(',')) " desde " (times.short(head.mode_at)) }
                        @else { "Agente" }
                    }
                    @if let Some(since) = head.waiting_since { dt { "Espera" } dd { (times.ago(since)) } }
                }
            }
        }
    }
}

fn warmth(shown: &Shown) -> Markup {
    let head = &shown.head;
    let score = shown.facts.as_ref().map(|facts| facts.score);
    html! {
        section.side-part {
            h3 { "Temperatura" }
            @if head.temperature.is_none() {
                p.soft { "Ainda sem temperatura: o lead acabou de chegar." }
            } @else {
                p.warmth {
                    (temperature(head.temperature.as_deref()))
                    @if let Some(score) = score {
                        meter.score min="0" max="100" value=(score) aria-label="Pontuação" {}
                        span.score-number { (score) span.soft { "/100" } }
                    }
                }
                ul.reasons {
                    @for reason in head.temperature_reason.as_deref().unwrap_or_default().split("; ").filter(|reason| !reason.is_empty()) {
                        li { (reason) }
                    }
                }
            }
        }
    }
}

fn facts(times: &Times, viewer: &Viewer, shown: &Shown) -> Markup {
    let known = shown.facts.as_ref();
    let fact_of = |field: Field| {
        known.and_then(|facts| facts.current.iter().find(|fact| fact.field == field))
    };
    let lead = known.map_or(&shown.head.lead, |facts| &facts.lead);
    // A product says its kind.
    let is_shown = |field: &Field| !(*field == Field::ProductCategory && lead.product.is_some());
    html! {
        section.side-part {
            h3 { "O que sabemos" }
            div.facts {
                @for field in Field::ALL.iter().copied().filter(is_shown) {
                    @let value = lead.value(field).map(|value| value.to_string());
                    (fact(times, viewer, &shown.head.id, field, value.as_deref(), fact_of(field)))
                }
            }
        }
    }
}

fn fact(
    times: &Times,
    viewer: &Viewer,
    conversation: &Uuid,
    field: Field,
    value: Option<&str>,
    row: Option<&FactRow>,
) -> Markup {
    let id = format!("fato-{}", field.key());
    html! {
        details.fact.is-unknown[value.is_none()] #(id) {
            summary {
                span.fact-label { (field.label()) }
                span.fact-value { (value.unwrap_or("não sabemos")) }
                @if row.is_some_and(|row| row.held) { span.held title="Escrito por uma pessoa: o agente não muda" { (icon(Icon::Person)) } }
            }
            div.fact-more {
                @if let Some(row) = row.filter(|_| value.is_some()) { (evidence(times, row)) }
                @else if value.is_some() { p.soft { "Já era conhecido antes de guardarmos a origem." } }
                @if viewer.may(Role::Sdr) { (correction(viewer, conversation, field, value, row)) }
            }
        }
    }
}

fn evidence(times: &Times, row: &FactRow) -> Markup {
    html! {
        @if let Some(quote) = &row.quote {
            blockquote.evidence {
                @if let Some(message) = row.message {
                    a href=(format!("#m-{message}")) data-to-message { "“" (quote) "”" }
                } @else { "“" (quote) "”" }
            }
        }
        p.soft { (origin(row)) " · " (times.full(row.created_at)) }
    }
}

fn origin(row: &FactRow) -> String {
    let who = row.actor.as_deref().map(messages::person).unwrap_or_default();
    match row.source {
        Source::Offline => "Lido pelas regras".to_owned(),
        Source::Model => "Lido pela IA e conferido".to_owned(),
        Source::Human => {
            format!("Escrito por {}", if who.is_empty() { "uma pessoa" } else { &who })
        }
        Source::Supabase => "Alterado no Supabase".to_owned(),
        Source::Crm => "Alterado no CRM".to_owned(),
    }
}

fn correction(
    viewer: &Viewer,
    conversation: &Uuid,
    field: Field,
    value: Option<&str>,
    row: Option<&FactRow>,
) -> Markup {
    let path = format!("/conversas/{conversation}/fatos");
    let id = format!("valor-{}", field.key());
    html! {
        form.fact-form method="post" action=(path) hx-post=(path) hx-target="#lead" hx-swap="outerHTML" {
            (csrf(viewer))
            input type="hidden" name="campo" value=(field.key());
            label.visually-hidden for=(id) { "Corrigir " (field.label()) }
            input #(id) name="valor" value=(value.unwrap_or_default()) maxlength="200" autocomplete="off"
                placeholder=(example(field));
            button.button.small type="submit" { "Salvar" }
        }
        @if row.is_some_and(|row| row.held) {
            @let path = format!("/conversas/{conversation}/fatos/liberar");
            form method="post" action=(path) hx-post=(path) hx-target="#lead" hx-swap="outerHTML" {
                (csrf(viewer))
                input type="hidden" name="campo" value=(field.key());
                button.link-button type="submit" { "Deixar o agente atualizar de novo" }
            }
        }
    }
}

fn example(field: Field) -> &'static str {
    match field {
        Field::Name => "Marina Prado",
        Field::Company => "Brasa Burger",
        Field::City => "Maringá",
        Field::Uf => "PR",
        Field::Email => "nome@empresa.com.br",
        Field::Cnpj => "00.000.000/0000-00",
        Field::Product => "FB300",
        Field::ProductCategory => "formadora",
        Field::Volume => "900 hambúrgueres por dia",
        Field::Urgency => "alta, media ou baixa",
        Field::KnowsSeleto => "sim ou não",
        Field::Segment => "hamburgueria",
    }
}

fn elsewhere(shown: &Shown) -> Markup {
    if shown.links.is_empty() {
        return html! {};
    }
    html! {
        section.side-part {
            h3 { "Nos outros sistemas" }
            ul.elsewhere {
                @for link in &shown.links { li { (place(shown, link)) } }
            }
        }
    }
}

fn place(shown: &Shown, link: &Elsewhere) -> Markup {
    let label = match (link.lane.as_str(), link.kind.as_str()) {
        ("chatwoot", "conversation") => "Conversa no Chatwoot",
        ("piperun", "deal") => "Oportunidade no PipeRun",
        _ => return html! {},
    };
    let address =
        shown.chatwoot.as_ref().filter(|_| link.lane == "chatwoot").and_then(|(url, account)| {
            let id = link.remote_id.as_ref()?;
            Some(format!("{url}/app/accounts/{account}/conversations/{id}"))
        });
    html! {
        @match (&address, link.state.as_str()) {
            (_, "refused") => { span.tone-bad.badge { (label) ": recusada" } @if let Some(detail) = &link.detail { p.soft { (detail) } } }
            (Some(address), _) => { a href=(address) target="_blank" rel="noopener noreferrer" { (label) " " (icon(Icon::Link)) } }
            (None, _) => { span { (label) @if let Some(id) = &link.remote_id { " nº " (id) } } }
        }
    }
}
