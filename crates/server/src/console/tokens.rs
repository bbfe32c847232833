//! Tokens de acesso: by which programs speak for somebody, made and revoked by that person alone.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::components::{Tone, banner, csrf, field, heading};
use super::icons::{Icon, icon};
use super::layout::{self, Section};
use super::viewer::Viewer;
use super::{Console, Problem, format, passwords};
use crate::hash;
use crate::store::console::tokens::{AddToken, ListTokens, MOST, RevokeToken, Token};

/// The longest name, in characters.
const LONGEST: usize = 60;

/// How a token begins, so that a leaked one is known for what it is.
const PREFIX: &str = "seleto_";

pub(super) async fn index(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
) -> Result<Markup, Problem> {
    page(&console, &viewer, None).await
}

/// The page; a new token's secret is on it once.
async fn page(console: &Console, viewer: &Viewer, secret: Option<&str>) -> Result<Markup, Problem> {
    let tokens = match viewer.user {
        Some(user) => console.app.store.read(ListTokens { user }).await?,
        None => Vec::new(),
    };
    let times = console.times();
    let lead = "Para um programa fazer pela API o que você faz no painel, com o seu perfil.";
    let body = html! {
        (heading("Tokens de acesso", lead, html! { a.button href="/api/v1" { "Ver a API" } }))
        @if let Some(secret) = secret { (shown_once(secret)) }
        @if viewer.user.is_none() {
            (banner(Tone::Accent, "A demonstração não tem tokens. Crie um usuário em Usuários e entre com ele."))
        } @else {
            @if !tokens.is_empty() { (table(viewer, &times, &tokens)) }
            (add_form(viewer))
        }
    };
    Ok(layout::page(viewer, Section::More, "Tokens de acesso", body))
}

fn shown_once(secret: &str) -> Markup {
    html! {
        section.card.invitation role="status" {
            h2 { "Seu token novo" }
            p.soft { "Copie agora: ele não aparece de novo. Quem o tiver faz o que você pode fazer." }
            div.row {
                input.grow.mono #token readonly value=(secret) aria-label="Token de acesso" autocomplete="off";
                button.button type="button" data-copy="#token" { "Copiar" }
            }
        }
    }
}

fn table(viewer: &Viewer, times: &format::Times, tokens: &[Token]) -> Markup {
    html! {
        div.table-wrap tabindex="0" role="region" aria-label="Tokens de acesso" {
            table {
                thead { tr { th { "Nome" } th { "Criado" } th { "Último uso" } th { span.visually-hidden { "Ações" } } } }
                tbody {
                    @for token in tokens {
                        tr {
                            td { b { (token.name) } }
                            td.soft { (times.full(token.created_at)) }
                            td.soft { (token.used_at.map_or("nunca".to_owned(), |at| times.full(at))) }
                            td {
                                form.row.end method="post" action=(format!("/conta/tokens/{}/revogar", token.id))
                                    data-confirm=(format!("Revogar {}?", token.name)) data-confirm-action="Revogar"
                                    data-confirm-text="Os programas que o usam param na hora. Não dá para desfazer." {
                                    (csrf(viewer))
                                    button.button.small.danger type="submit" { "Revogar" span.visually-hidden { " " (token.name) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn add_form(viewer: &Viewer) -> Markup {
    html! {
        section.card {
            h2 { "Novo token" }
            form.row method="post" action="/conta/tokens" {
                (csrf(viewer))
                (field("Nome", "nome", "", html! { input #nome name="nome" required maxlength=(LONGEST) autocomplete="off" placeholder="onde vai ser usado"; }))
                button.button.primary type="submit" { (icon(Icon::Plus)) "Criar token" }
            }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct NewToken {
    #[serde(default)]
    nome: String,
}

pub(super) async fn add(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Form(new): Form<NewToken>,
) -> Result<Markup, Problem> {
    let user = viewer.user.ok_or(Problem::Forbidden)?;
    let name = new.nome.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST {
        let why = format!("Dê ao token um nome de até {LONGEST} caracteres.");
        return Err(Problem::Invalid(why));
    }
    let secret = format!("{PREFIX}{}", passwords::secret());
    let add = AddToken {
        id: Uuid::now_v7(),
        user,
        name,
        hash: hash::full(&secret),
        actor: viewer.actor(),
        now: console.app.clock.now(),
    };
    if !console.app.store.write(add).await? {
        let why = format!("Você já tem {MOST} tokens. Revogue um que não usa mais.");
        return Err(Problem::Invalid(why));
    }
    page(&console, &viewer, Some(&secret)).await
}

pub(super) async fn revoke(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let user = viewer.user.ok_or(Problem::Forbidden)?;
    let (actor, now) = (viewer.actor(), console.app.clock.now());
    if !console.app.store.write(RevokeToken { id, user, actor, now }).await? {
        return Err(Problem::NotFound);
    }
    Ok(Redirect::to("/conta").into_response())
}
