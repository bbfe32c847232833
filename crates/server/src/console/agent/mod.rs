//! The agent as it is set up: how far it is let loose, what it knows, when it works, and a trial
//! that reaches nobody.

pub mod editor;
pub mod mode;

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use maud::{Markup, html};
use seleto_rules::conversation::{Author, Line, Memory, Turn};
use seleto_rules::hours::BusinessHours;
use seleto_rules::lead::{Field, Lead};
use seleto_rules::offline;
use seleto_rules::playbook::{Playbook, Product};
use serde::Deserialize;

use super::components::{Tone, badge};
use super::icons::{Icon, icon};
use super::layout::{self, Section};
use super::{Console, Problem, Viewer, components};
use crate::store::agent_mode::LastModeChange;

/// The page.
pub(super) async fn page(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
) -> Result<Markup, Problem> {
    let last = console.app.store.read(LastModeChange).await?;
    let playbook = console.app.playbook();
    let now = console.app.clock.local(&playbook.time_zone);
    let body = html! {
        (components::heading("Agente", "A quem ele responde, o que ele sabe, quando a equipe atende, e um teste que não chega a ninguém.", html! {}))
        (mode::control(&viewer, &console.times(), last.as_ref()))
        (source(&console))
        div.grid {
            (identity(&playbook))
            (hours(&playbook.rules.business_hours, now))
        }
        (trial())
        (catalogue(&playbook))
    };
    Ok(layout::page(&viewer, Section::Agent, "Agente", body))
}

/// Where the playbook comes from, and so where it is changed.
fn source(console: &Console) -> Markup {
    html! {
        p.banner.tone-accent {
            @if console.app.config.playbook.is_some() {
                "O playbook vem da pasta definida em PLAYBOOK_DIR: edite os arquivos lá. As mudanças valem em segundos, e só se passarem na conferência (" code { "seleto check" } "). "
                a href="/agente/playbook" { "Ver os arquivos" }
            } @else {
                @if console.app.playbook_version().is_some() { "Está em uso um playbook publicado aqui. " }
                @else { "Está em uso o playbook que acompanha o programa. " }
                a href="/agente/playbook" { "Editar catálogo, frases, regras e horários" }
            }
        }
    }
}

fn identity(playbook: &Playbook) -> Markup {
    let agent = &playbook.company.agent;
    html! {
        section.card aria-labelledby="quem-fala" {
            h2 #quem-fala { "Quem fala" }
            p { b { (agent.name) } ", " (agent.role) " da " (playbook.company.name) }
            ul.plain { @for line in &agent.tone { li { (line) } } }
        }
    }
}

fn hours(hours: &BusinessHours, now: jiff::civil::DateTime) -> Markup {
    let (opens, closes) =
        (hours.opens.strftime("%H:%M").to_string(), hours.closes.strftime("%H:%M").to_string());
    html! {
        section.card aria-labelledby="horario" {
            h2 #horario { "Atendimento da equipe" }
            p {
                @if hours.is_open(now) { (badge(Tone::Good, "Aberto agora")) } @else { (badge(Tone::Plain, "Fechado agora")) }
                " das " (opens) " às " (closes) ", " (hours.days.len()) " dias por semana"
            }
            @if let Some(next) = hours.next_opening_in_words(now).filter(|_| !hours.is_open(now)) {
                p.soft { "Volta " (next) "." }
            }
            @if hours.closed_on_national_holidays { p.soft { "Fecha nos feriados nacionais." } }
            p.soft { "Fora do horário o agente retoma, na mensagem seguinte do lead, as conversas que uma pessoa tinha assumido." }
        }
    }
}

fn catalogue(playbook: &Playbook) -> Markup {
    html! {
        section aria-labelledby="catalogo" {
            header.section-head {
                h2 #catalogo { "Catálogo" }
                p.soft { "Todo número que o agente diz sobre uma máquina vem daqui." }
            }
            div.table-wrap tabindex="0" role="group" aria-label="Catálogo" {
                table.catalogue {
                    thead { tr { th scope="col" { "Máquina" } th scope="col" { "O que dizer dela" } th.number scope="col" { "Respostas prontas" } th scope="col" { "Venda" } } }
                    tbody { @for product in &playbook.catalogue.products { (machine(product)) } }
                }
            }
        }
    }
}

fn machine(product: &Product) -> Markup {
    html! {
        tr {
            th scope="row" { (product.name) small.soft { (product.what) } }
            td { (product.pitch) }
            td.number { (product.topics.len()) }
            td {
                @match &product.unavailable {
                    Some(unavailable) => { (badge(Tone::Warn, "Indisponível")) small.soft { (unavailable.why) } },
                    None => (badge(Tone::Good, "À venda")),
                }
            }
        }
    }
}

fn trial() -> Markup {
    html! {
        section.card aria-labelledby="teste" {
            h2 #teste { "Experimente" }
            p.soft { "Escreva como um lead escreveria na primeira mensagem. Responde o cérebro offline com este playbook; nada é enviado nem guardado." }
            form.trial hx-post="/agente/experimentar" hx-target="#resposta-do-teste" {
                label.visually-hidden for="mensagem" { "Mensagem do lead" }
                div.copy {
                    input #mensagem name="mensagem" required maxlength="1000" autocomplete="off" placeholder="Oi, quanto custa a FB300?";
                    button.button.primary type="submit" { (icon(Icon::Send)) "Testar" }
                }
            }
            div #resposta-do-teste aria-live="polite" {}
        }
    }
}

/// What somebody tries.
#[derive(Debug, Deserialize)]
pub(super) struct Trial {
    mensagem: String,
}

/// What the offline brain would say, and what it understood.
pub(super) async fn try_out(
    State(console): State<Arc<Console>>,
    Form(trial): Form<Trial>,
) -> Result<Markup, Problem> {
    answer(&console, &console.app.playbook(), &trial.mensagem)
}

/// What the offline brain would say to this with this playbook.
fn answer(console: &Console, playbook: &Playbook, text: &str) -> Result<Markup, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 1_000 {
        return Err(Problem::Invalid("Escreva uma mensagem de até 1.000 letras.".to_owned()));
    }
    let draft = offline::think(&Turn {
        playbook,
        lead: &Lead::default(),
        sender_name: None,
        history: &[],
        burst: &[Line::text(Author::Lead, text)],
        memory: &Memory::default(),
        now: console.app.clock.local(&playbook.time_zone),
    });
    let facts = draft.facts.iter().map(|fact| (fact.value.field(), fact.quote.as_str()));
    Ok(html! {
        div.trial-answer {
            @match &draft.reply {
                Some(reply) => blockquote.message-body { (reply) },
                None => p.soft { "O agente ficaria em silêncio." },
            }
            ul.legend {
                @for (field, quote) in facts { li { b { (field_label(field)) } " “" (quote) "”" } }
            }
        }
    })
}

fn field_label(field: Field) -> &'static str {
    match field {
        Field::Name => "Nome",
        Field::Company => "Empresa",
        Field::City => "Cidade",
        Field::Uf => "UF",
        Field::Email => "E-mail",
        Field::Cnpj => "CNPJ",
        Field::Product => "Produto",
        Field::ProductCategory => "Tipo de produto",
        Field::Volume => "Volume",
        Field::Urgency => "Urgência",
        Field::KnowsSeleto => "Conhece a empresa",
        Field::Segment => "Segmento",
    }
}
