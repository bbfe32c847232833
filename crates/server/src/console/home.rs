//! The way in, and what has no room in the bar of a phone.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::icons::{Icon, icon};
use super::layout::{self, Section};
use super::viewer::{Theme, Viewer};
use super::{Console, components};

/// The console; in a demonstration, the choice between both sides of a conversation.
pub(super) async fn landing(State(console): State<Arc<Console>>) -> Response {
    if !console.app.config.demo {
        return Redirect::to("/conversas").into_response();
    }
    let company = console.app.playbook().company.name.clone();
    layout::bare(
        Theme::System,
        "Demonstração",
        html! {
            section.landing {
                h1 { "O agente de vendas da " (company) ", dos dois lados" }
                p.lead {
                    "Abra as duas janelas lado a lado: escreva como cliente em uma e acompanhe na \
                     outra o que a equipe vê, ao vivo. O WhatsApp é simulado: ninguém recebe nada."
                }
                div.doors {
                    a.door href="/demo" {
                        (icon(Icon::Chat))
                        b { "Converse como lead" }
                        span { "Um WhatsApp simulado, com quantos contatos quiser" }
                    }
                    a.door href="/conversas" {
                        (icon(Icon::People))
                        b { "Veja como a equipe vê" }
                        span { "Conversas, funil, números e o porquê de cada resposta" }
                    }
                }
            }
        },
    )
    .into_response()
}

/// The rest of the navigation, for a phone.
pub(super) async fn more(viewer: Viewer) -> Markup {
    let visible = Section::ALL.into_iter().filter(|section| viewer.may(section.role()));
    layout::page(
        &viewer,
        Section::More,
        "Mais",
        html! {
            (components::heading("Mais", "", html! {}))
            ul.more-list {
                @for section in visible {
                    li { (layout::nav_link(section, Section::More)) }
                }
            }
            p.soft { a href="/conta" { "Tokens de acesso" } " · " a href="/api/v1" { "API para programas" } }
            (layout::me(&viewer))
        },
    )
}
