//! The API's page: every operation, and a form that tries those that only read.

use maud::{Markup, html};

use super::components::{Tone, badge, heading};
use super::layout::{self, Section};
use super::viewer::Viewer;
use crate::api::routes::{self, Route};
use crate::api::{Access, BASE};

pub(super) async fn index(viewer: Viewer) -> Markup {
    let lead = "O que o painel faz, para os seus programas, em JSON.";
    let body = html! {
        (heading("API", lead, html! {
            a.button href="/conta" { "Tokens de acesso" }
            a.button href=(format!("{BASE}/openapi.json")) { "OpenAPI" }
        }))
        section.card {
            label for="api-token" { "Token" }
            input #api-token.mono type="password" autocomplete="off" spellcheck="false" placeholder="seleto_…" data-api-token;
            p.hint { "Fica só nesta página, até você sair dela. Cada pedido leva o cabeçalho " code { "Authorization: Bearer" } "." }
        }
        ol.operations { @for (index, route) in routes::all().iter().enumerate() { (operation(index, route)) } }
    };
    layout::page(&viewer, Section::More, "API", body)
}

fn operation(index: usize, route: &Route) -> Markup {
    let role = match route.access {
        Access::Open => "aberta",
        Access::Role(role) => role.label(),
    };
    html! {
        li.card.operation {
            p.row {
                code.method { (route.method.as_str()) }
                code.grow { (BASE) (route.path) }
                (badge(Tone::Plain, role))
            }
            p.soft { (route.summary) @if let Some(body) = route.body { " · corpo: " code { (body) } } }
            @if route.method == axum::http::Method::GET { (attempt(index, route)) }
        }
    }
}

fn attempt(index: usize, route: &Route) -> Markup {
    let places = route.places().map(|name| (name, name, "path"));
    let query = route.query.iter().map(|(name, _, text)| (*name, *text, "query"));
    html! {
        details {
            summary { "Experimentar" }
            form data-api-path=(format!("{BASE}{}", route.path)) {
                @for (name, text, kind) in places.chain(query) {
                    @let id = format!("op-{index}-{name}");
                    div.field {
                        label for=(id) { (name) @if text != name { span.hint { " " (text) } } }
                        input #(id) name=(name) data-in=(kind) required[kind == "path"] autocomplete="off";
                    }
                }
                button.button.small type="submit" { "Pedir" }
            }
            pre.answer data-api-answer hidden role="status" {}
        }
    }
}
