//! Usuários: who may open the console, what they may do, and the links by which they choose a
//! password.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::components::{Tone, badge, banner, csrf, field, heading};
use super::icons::{Icon, icon};
use super::layout::{self, Section};
use super::viewer::Viewer;
use super::{Console, Problem, format, login, passwords};
use crate::hash;
use crate::store::Error;
use crate::store::console::accounts::{
    AddLink, AddUser, Change, ChangeUser, ListUsers, Purpose, Role, User,
};

pub(super) async fn index(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
) -> Result<Markup, Problem> {
    page(&console, &viewer, None).await
}

/// A link to hand on, once.
struct Invitation {
    name: String,
    url: String,
}

async fn page(
    console: &Console,
    viewer: &Viewer,
    invitation: Option<Invitation>,
) -> Result<Markup, Problem> {
    let users = console.app.store.read(ListUsers).await?;
    let times = console.times();
    Ok(layout::page(
        viewer,
        Section::Users,
        "Usuários",
        html! {
            (heading("Usuários", "Quem abre o painel. Leitura acompanha, SDR conversa e corrige, administrador configura.", html! { a.button href="/conta" { "Meus tokens de acesso" } }))
            @if let Some(invitation) = &invitation { (handed(invitation)) }
            @if users.is_empty() {
                (banner(Tone::Accent, "Ainda não há usuários. Crie o primeiro abaixo, como administrador."))
            } @else {
                div.table-wrap tabindex="0" role="region" aria-label="Usuários" {
                    table {
                        thead { tr { th { "Nome" } th { "Login" } th { "Perfil" } th { "Último acesso" } th { span.visually-hidden { "Ações" } } } }
                        tbody { @for user in &users { (row(viewer, &times, user)) } }
                    }
                }
            }
            (add_form(viewer))
        },
    ))
}

fn row(viewer: &Viewer, times: &format::Times, user: &User) -> Markup {
    let path = format!("/usuarios/{}", user.id);
    html! {
        tr {
            td {
                b { (user.name) }
                @if user.disabled_at.is_some() { " " (badge(Tone::Bad, "desativado")) }
                @else if !user.has_password { " " (badge(Tone::Warn, "sem senha")) }
            }
            td.soft { (user.login) }
            td {
                form method="post" action=(format!("{path}/papel")) {
                    (csrf(viewer))
                    select name="papel" aria-label=(format!("Perfil de {}", user.name)) data-submit-on-change {
                        @for role in Role::ALL { option value=(role.name()) selected[role == user.role] { (role.label()) } }
                    }
                }
            }
            td.soft { (user.seen_at.map_or("nunca".to_owned(), |at| times.full(at))) }
            td {
                div.row.end {
                    form method="post" action=(format!("{path}/link")) {
                        (csrf(viewer))
                        button.button.small type="submit" { "Link de nova senha" }
                    }
                    @if user.disabled_at.is_some() {
                        form method="post" action=(format!("{path}/ativar")) { (csrf(viewer)) button.button.small type="submit" { "Reativar" } }
                    } @else {
                        form method="post" action=(format!("{path}/desativar")) data-confirm=(format!("Desativar {}?", user.name))
                            data-confirm-text="A pessoa sai na hora e não entra mais. Dá para reativar depois." data-confirm-action="Desativar" {
                            (csrf(viewer))
                            button.button.small.danger type="submit" { "Desativar" }
                        }
                    }
                }
            }
        }
    }
}

fn handed(invitation: &Invitation) -> Markup {
    html! {
        section.card.invitation role="status" {
            h2 { "Link para " (invitation.name) }
            p.soft { "Envie à pessoa por um canal seguro. Vale uma vez, por 24 horas, e não aparece de novo." }
            div.row {
                input.grow.mono #convite readonly value=(invitation.url) aria-label="Link de acesso";
                button.button type="button" data-copy="#convite" { "Copiar" }
            }
        }
    }
}

fn add_form(viewer: &Viewer) -> Markup {
    html! {
        section.card {
            h2 { "Novo usuário" }
            form.user-form method="post" action="/usuarios" {
                (csrf(viewer))
                (field("Nome", "nome", "", html! { input #nome name="nome" required maxlength="80" autocomplete="off"; }))
                (field("Login", "login", "", html! { input #login name="login" required maxlength="120" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="e-mail ou apelido"; }))
                (field("Perfil", "papel", "", html! {
                    select #papel name="papel" { @for role in Role::ALL { option value=(role.name()) selected[role == Role::Sdr] { (role.label()) } } }
                }))
                button.button.primary type="submit" { (icon(Icon::Plus)) "Criar e gerar link" }
            }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct NewUser {
    nome: String,
    login: String,
    papel: String,
}

pub(super) async fn add(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(new): Form<NewUser>,
) -> Result<Markup, Problem> {
    let (name, login) = (new.nome.trim().to_owned(), new.login.trim().to_lowercase());
    if let Some(objection) = login::account_objection(&login, &name) {
        return Err(Problem::Invalid(objection.to_owned()));
    }
    let (id, now) = (Uuid::now_v7(), console.app.clock.now());
    let add = AddUser {
        id,
        login: login.clone(),
        name: name.clone(),
        role: role(&new.papel)?,
        password: None,
        actor: viewer.actor(),
        now,
    };
    if !console.app.store.write(add).await? {
        let why = format!("Já existe um usuário com o login {login}. Escolha outro.");
        return Err(Problem::Invalid(why));
    }
    let url = invite(&console, &headers, id).await?;
    page(&console, &viewer, Some(Invitation { name, url })).await
}

fn role(name: &str) -> Result<Role, Problem> {
    Role::read(name).ok_or_else(|| Problem::Invalid("Escolha um perfil da lista.".to_owned()))
}

/// A link for a new password, under the address that the administrator uses.
async fn invite(console: &Console, headers: &HeaderMap, user: Uuid) -> Result<String, Problem> {
    let app = &console.app;
    let (secret, now) = (passwords::secret(), app.clock.now());
    app.store
        .write(AddLink {
            hash: hash::full(&secret),
            purpose: Purpose::Password(user),
            now,
            expires_at: now + login::LINK_MS,
        })
        .await?;
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let base = app.config.public_url.clone().unwrap_or_else(|| format!("http://{host}"));
    Ok(format!("{base}{}", login::link_path(&secret)))
}

pub(super) async fn link(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Markup, Problem> {
    let users = console.app.store.read(ListUsers).await?;
    let user = users.into_iter().find(|user| user.id == id).ok_or(Problem::NotFound)?;
    let url = invite(&console, &headers, id).await?;
    page(&console, &viewer, Some(Invitation { name: user.name, url })).await
}

#[derive(Deserialize)]
pub(super) struct NewRole {
    papel: String,
}

pub(super) async fn change_role(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Form(new): Form<NewRole>,
) -> Result<Response, Problem> {
    change(&console, &viewer, id, Change::Role(role(&new.papel)?)).await
}

pub(super) async fn disable(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    change(&console, &viewer, id, Change::Disable).await
}

pub(super) async fn enable(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    change(&console, &viewer, id, Change::Enable).await
}

async fn change(
    console: &Console,
    viewer: &Viewer,
    user: Uuid,
    change: Change,
) -> Result<Response, Problem> {
    let now = console.app.clock.now();
    let changed = console.app.store.write(ChangeUser { user, change, actor: viewer.actor(), now });
    match changed.await {
        Ok(_) => Ok(Redirect::to("/usuarios").into_response()),
        Err(Error::Nothing) => Err(Problem::Invalid(
            "Precisa sobrar um administrador ativo e com senha. Crie outro antes.".to_owned(),
        )),
        Err(error) => Err(error.into()),
    }
}
