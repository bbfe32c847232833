//! A person corrects where a lead stands and how near it is to buying.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{Asked, TEMPERATURES, content, stage_label, stage_meaning};
use crate::console::access::is_htmx;
use crate::console::announce::announce;
use crate::console::{Console, Problem, Viewer, components, format};
use crate::store::console::funnel::{Card, FindCard, MoveLead, SetTemperature, Stage};
use crate::store::control::Decision;

/// What a form says; what is not in it stays.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Corrected {
    etapa: Option<String>,
    temperatura: Option<String>,
}

/// The temperature's choice that leaves it to the rules.
const BY_RULES: &str = "regras";

/// The form, for the dialog.
pub(in crate::console) async fn form(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(conversation): Path<Uuid>,
) -> Result<Markup, Problem> {
    let lead = console.app.store.read(FindCard(conversation)).await?.ok_or(Problem::NotFound)?;
    Ok(fields(&viewer, &lead))
}

fn fields(viewer: &Viewer, lead: &Card) -> Markup {
    let name = lead.name.clone().unwrap_or_else(|| format::phone(&lead.phone));
    let address = format!("/funil/{}", lead.conversation);
    let by_rules = lead.temperature_by.is_none();
    html! {
        form.stack method="post" action=(address) hx-post=(address) hx-target="#leads" hx-swap="outerHTML" data-closes="#corrigir" {
            (components::csrf(viewer))
            h2 #corrigir-titulo { "Corrigir " (name) }
            (components::field("Etapa", "corrigir-etapa", "Vale até o lead avançar na conversa; ganho e perdido ficam.", html! {
                select #corrigir-etapa name="etapa" aria-describedby="corrigir-etapa-dica" autofocus {
                    @for stage in Stage::ALL {
                        option value=(stage.name()) selected[stage == lead.stage] {
                            (stage_label(stage)) " – " (stage_meaning(stage).to_lowercase())
                        }
                    }
                }
            }))
            (components::field("Temperatura", "corrigir-temperatura", "O que você definir fica, mesmo que o lead conte mais.", html! {
                select #corrigir-temperatura name="temperatura" aria-describedby="corrigir-temperatura-dica" {
                    option value=(BY_RULES) selected[by_rules] { "Pelas regras" @if let (true, Some(now)) = (by_rules, &lead.temperature) { " (agora: " (now) ")" } }
                    @for (value, label) in TEMPERATURES {
                        option value=(value) selected[!by_rules && lead.temperature.as_deref() == Some(value)] { (label) }
                    }
                }
            }))
            @if let Some(reason) = lead.reason.as_deref().filter(|it| !it.is_empty()) {
                p.hint { "Por que está assim: " (reason) "." }
            }
            div.dialog-actions {
                button.button type="button" data-close { "Cancelar" }
                button.button.primary type="submit" { "Salvar" }
            }
        }
    }
}

/// Takes the correction, and shows the leads anew.
pub(in crate::console) async fn correct(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(conversation): Path<Uuid>,
    headers: HeaderMap,
    Form(given): Form<Corrected>,
) -> Result<Response, Problem> {
    let store = &console.app.store;
    let lead = store.read(FindCard(conversation)).await?.ok_or(Problem::NotFound)?;
    let decision = Decision { conversation, actor: viewer.actor(), now: console.app.clock.now() };
    let mut said = "Nada mudou.".to_owned();
    if let Some(name) = given.etapa.filter(|name| name != lead.stage.name()) {
        let stage = Stage::read(&name).ok_or_else(|| unknown("etapa", &name))?;
        store.write(MoveLead { decision: decision.clone(), stage }).await?;
        said = format!("Etapa: {}.", stage_label(stage).to_lowercase());
    }
    if let Some(name) = given.temperatura {
        let temperature = temperature(&name)?;
        let is_new = match temperature {
            Some(wanted) => {
                lead.temperature_by.is_none() || lead.temperature.as_deref() != Some(wanted)
            }
            None => lead.temperature_by.is_some(),
        };
        if is_new {
            store.write(SetTemperature { decision, temperature }).await?;
            console.app.bells.ring_mirrors(console.app.clock.now());
            said = match temperature {
                Some(wanted) => format!("Temperatura: {wanted}."),
                None => "A temperatura volta a seguir as regras na próxima mensagem.".to_owned(),
            };
        }
    }
    if !is_htmx(&headers) {
        return Ok(Redirect::to("/funil").into_response());
    }
    let leads = content(&console, &viewer, &Asked::behind(&headers)).await?;
    Ok((announce(&said), leads).into_response())
}

fn temperature(name: &str) -> Result<Option<&'static str>, Problem> {
    if name == BY_RULES {
        return Ok(None);
    }
    let known = TEMPERATURES.into_iter().find(|(value, _)| *value == name);
    known.map(|(value, _)| Some(value)).ok_or_else(|| unknown("temperatura", name))
}

fn unknown(what: &str, name: &str) -> Problem {
    Problem::Invalid(format!("Não conheço a {what} “{name}”. Recarregue a página e tente de novo."))
}
