//! The funnel: leads by stage and temperature, on a board and in a list.

mod board;
mod correct;
mod export;
mod list;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

pub(super) use correct::{correct, form};
pub(super) use export::export;

use super::access::{encode, is_htmx};
use super::components;
use super::icons::{Icon, icon};
use super::layout::{self, Section};
use super::{Console, Problem, Viewer};
use crate::store::console::accounts::Role;
use crate::store::console::funnel::{
    Choices, Filter, ListLeads, LoadBoard, LoadChoices, Mark, Stage,
};
use seleto_rules::playbook::Playbook;

/// How many cards a column of the board shows.
const CARDS: i64 = 12;
/// How many leads a page of the list shows.
const LINES: i64 = 50;
const DAY: i64 = 86_400_000;

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    periodo: String,
    produto: String,
    uf: String,
    temperatura: String,
    etapa: String,
    ver: String,
    apos: String,
}

const PERIODS: [(&str, &str, Option<i64>); 5] = [
    ("7", "Últimos 7 dias", Some(7)),
    ("30", "Últimos 30 dias", Some(30)),
    ("90", "Últimos 90 dias", Some(90)),
    ("365", "Último ano", Some(365)),
    ("tudo", "Desde o início", None),
];

/// The temperatures, by the names of the database.
const TEMPERATURES: [(&str, &str); 3] =
    [("quente", "Quente"), ("morno", "Morno"), ("frio", "Frio")];

/// What people call a stage.
pub(super) fn stage_label(stage: Stage) -> &'static str {
    match stage {
        Stage::New => "Novo",
        Stage::Qualifying => "Qualificando",
        Stage::Hot => "Quente",
        Stage::Human => "Com a equipe",
        Stage::Crm => "No CRM",
        Stage::Won => "Ganho",
        Stage::Lost => "Perdido",
        Stage::Closed => "Encerrado",
    }
}

/// What a stage means, for who has not seen it before.
fn stage_meaning(stage: Stage) -> &'static str {
    match stage {
        Stage::New => "Escreveu, e ainda não contou nada de si",
        Stage::Qualifying => "O agente está colhendo os dados",
        Stage::Hot => "Pronto para um consultor",
        Stage::Human => "Uma pessoa assumiu a conversa",
        Stage::Crm => "Tem negócio aberto no PipeRun",
        Stage::Won => "Comprou",
        Stage::Lost => "Não comprou",
        Stage::Closed => "Conversa encerrada, ou não quer mensagens",
    }
}

impl Asked {
    fn is_list(&self) -> bool {
        self.ver == "lista"
    }

    fn period(&self) -> (&'static str, Option<i64>) {
        let found = PERIODS.into_iter().find(|(name, _, _)| *name == self.periodo);
        found.map_or(("30", Some(30)), |(name, _, days)| (name, days))
    }

    fn filter(&self, now: i64) -> Filter {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Filter {
            since: self.period().1.map(|days| now - days * DAY),
            product: some(&self.produto),
            uf: some(&self.uf),
            temperature: some(&self.temperatura),
            stage: Stage::read(&self.etapa),
        }
    }

    /// Whether anything but the period is asked for.
    fn is_narrow(&self) -> bool {
        [&self.produto, &self.uf, &self.temperatura, &self.etapa].iter().any(|it| !it.is_empty())
    }

    fn mark(&self) -> Option<Mark> {
        let (at, id) = self.apos.split_once('_')?;
        Some((at.parse().ok()?, Uuid::parse_str(id).ok()?))
    }

    /// The address of the same leads, elsewhere or otherwise.
    fn address(&self, path: &str, changes: &[(&str, &str)]) -> String {
        let all = [
            ("periodo", self.period().0),
            ("produto", self.produto.as_str()),
            ("uf", &self.uf),
            ("temperatura", &self.temperatura),
            ("etapa", &self.etapa),
            ("ver", &self.ver),
        ];
        let kept = all.into_iter().filter(|(name, _)| changes.iter().all(|(it, _)| it != name));
        let pairs = kept.chain(changes.iter().copied()).filter(|(_, value)| !value.is_empty());
        let pairs: Vec<_> =
            pairs.map(|(name, value)| format!("{name}={}", encode(value))).collect();
        format!("{path}?{}", pairs.join("&"))
    }

    /// What the page behind a request was asked for.
    fn behind(headers: &HeaderMap) -> Self {
        let address = headers.get("hx-current-url").and_then(|it| it.to_str().ok());
        let address: Option<Uri> = address.and_then(|it| it.parse().ok());
        let asked = address.and_then(|it| Query::<Self>::try_from_uri(&it).ok());
        asked.map(|Query(asked)| asked).unwrap_or_default()
    }
}

/// The page; for htmx the part of it that changes.
pub(super) async fn page(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    if is_htmx(&headers) {
        if asked.mark().is_some() {
            return Ok(list::more(&console, &viewer, &asked).await?.into_response());
        }
        return Ok(content(&console, &viewer, &asked).await?.into_response());
    }
    let choices = console.app.store.read(LoadChoices).await?;
    let body = html! {
        (components::heading("Funil", "Onde está cada lead, do primeiro oi à venda.", actions(&viewer, &asked)))
        (filters(&console.app.playbook(), &asked, &choices))
        (content(&console, &viewer, &asked).await?)
        dialog.dialog #corrigir aria-labelledby="corrigir-titulo" data-filled {}
    };
    let wide = html! { div.page.wide { (body) } };
    Ok(layout::frame(&viewer, Section::Funnel, "Funil", wide).into_response())
}

/// Board or list.
async fn content(console: &Console, viewer: &Viewer, asked: &Asked) -> Result<Markup, Problem> {
    let filter = asked.filter(console.app.clock.now());
    if asked.is_list() {
        let query = ListLeads { filter, after: asked.mark(), limit: LINES + 1 };
        let leads = console.app.store.read(query).await?;
        return Ok(list::render(console, viewer, asked, leads));
    }
    let columns = console.app.store.read(LoadBoard { filter, cards: CARDS }).await?;
    Ok(board::render(console, viewer, asked, &columns))
}

fn actions(viewer: &Viewer, asked: &Asked) -> Markup {
    let tab = |list: bool, address: &str, label: &str| {
        let current = (asked.is_list() == list).then_some("page");
        html! { a href=(address) aria-current=[current] { (label) } }
    };
    html! {
        nav.switch aria-label="Como ver" {
            (tab(false, &asked.address("/funil", &[("ver", "")]), "Quadro"))
            (tab(true, &asked.address("/funil", &[("ver", "lista")]), "Lista"))
        }
        @if viewer.may(Role::Sdr) {
            a.button href=(asked.address("/funil/leads.csv", &[("ver", "")])) download {
                (icon(Icon::Clip)) "Exportar CSV"
            }
        }
    }
}

fn filters(playbook: &Playbook, asked: &Asked, choices: &Choices) -> Markup {
    let (period, _) = asked.period();
    let products: Vec<_> =
        choices.products.iter().map(|code| (code.as_str(), product(playbook, code))).collect();
    let states: Vec<_> = choices.states.iter().map(|uf| (uf.as_str(), uf.clone())).collect();
    let temperatures = TEMPERATURES.map(|(name, label)| (name, label.to_owned()));
    let stages = Stage::ALL.map(|stage| (stage.name(), stage_label(stage).to_owned()));
    html! {
        form.filters role="search" aria-label="Filtros" method="get" action="/funil" {
            @if !asked.ver.is_empty() { input type="hidden" name="ver" value=(asked.ver); }
            label {
                span { "Período" }
                select name="periodo" data-submit-on-change {
                    @for (name, label, _) in PERIODS {
                        option value=(name) selected[name == period] { (label) }
                    }
                }
            }
            (select("Produto", "produto", "Todos", &products, &asked.produto))
            (select("Estado", "uf", "Todos", &states, &asked.uf))
            (select("Temperatura", "temperatura", "Todas", &temperatures, &asked.temperatura))
            (select("Etapa", "etapa", "Todas", &stages, &asked.etapa))
            button.visually-hidden type="submit" { "Filtrar" }
            @if asked.is_narrow() {
                a.button.quiet href=(asked.address("/funil", &[("produto", ""), ("uf", ""), ("temperatura", ""), ("etapa", "")])) {
                    "Limpar filtros"
                }
            }
        }
    }
}

fn select(label: &str, name: &str, none: &str, options: &[(&str, String)], chosen: &str) -> Markup {
    html! {
        label {
            span { (label) }
            select name=(name) data-submit-on-change {
                option value="" { (none) }
                @for (value, label) in options {
                    option value=(value) selected[*value == chosen] { (label) }
                }
            }
        }
    }
}

/// What people call a machine or a kind of machine.
pub(super) fn product(playbook: &Playbook, code: &str) -> String {
    let catalogue = &playbook.catalogue;
    let name = catalogue.product(code).map(|product| product.name.clone());
    name.or_else(|| catalogue.category(code).map(|category| category.name.clone()))
        .unwrap_or_else(|| code.to_owned())
}

/// Nobody to show: why, and what to do about it.
fn nobody(asked: &Asked) -> Markup {
    if asked.is_narrow() {
        let all = asked
            .address("/funil", &[("produto", ""), ("uf", ""), ("temperatura", ""), ("etapa", "")]);
        return components::empty(
            Icon::Search,
            "Nenhum lead com esses filtros",
            "Escolha um período maior ou tire um dos filtros.",
            html! { a.button href=(all) { "Limpar filtros" } },
        );
    }
    components::empty(
        Icon::Funnel,
        "Nenhum lead neste período",
        "Quem escrever para o WhatsApp da empresa aparece aqui sozinho, e anda pelo quadro \
         conforme a conversa.",
        html! { a.button href="/integracoes" { "Conferir o WhatsApp" } },
    )
}
