//! The login, the logout, and the pages behind one-time links.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Form;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::components::{Tone, banner, field};
use super::viewer::Theme;
use super::{Console, Problem, cookies, layout, passwords};
use crate::hash;
use crate::store::console::accounts::{
    AddLink, FindAccount, FindLink, IsUnclaimed, Purpose, UseLink,
};
use crate::store::console::sessions::{BeginSession, EndSession, TryLogin};

/// How long a one-time link opens its page, in milliseconds.
pub const LINK_MS: i64 = 24 * 60 * 60_000;

/// The address of a one-time link, below the console's.
pub fn link_path(secret: &str) -> String {
    format!("/acesso/{secret}")
}

/// Makes the link for the first administrator; `None` when there is one already.
///
/// # Errors
/// When the store refuses.
pub async fn setup_link(app: &crate::app::App) -> Result<Option<String>, crate::store::Error> {
    if !app.store.read(IsUnclaimed).await? {
        return Ok(None);
    }
    let (secret, now) = (passwords::secret(), app.clock.now());
    let hash = hash::full(&secret);
    let link = AddLink { hash, purpose: Purpose::Setup, now, expires_at: now + LINK_MS };
    app.store.write(link).await?;
    Ok(Some(link_path(&secret)))
}

#[derive(Deserialize)]
pub(super) struct Where {
    #[serde(default)]
    para: String,
}

pub(super) async fn form(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
    Query(Where { para }): Query<Where>,
) -> Result<Markup, Problem> {
    let unclaimed = console.app.store.read(IsUnclaimed).await?;
    Ok(login_page(Theme::of(&headers), &para, "", None, unclaimed))
}

fn login_page(
    theme: Theme,
    back: &str,
    login: &str,
    refusal: Option<&str>,
    unclaimed: bool,
) -> Markup {
    layout::bare(
        theme,
        "Entrar",
        html! {
            section.card.bare-card {
                h1 { "Entrar" }
                @if unclaimed {
                    (banner(Tone::Accent, "Ainda não há administrador. Abra o endereço de primeiro \
                        acesso que o terminal mostrou ao iniciar, ou rode `seleto user add`."))
                }
                @if let Some(refusal) = refusal { (banner(Tone::Bad, refusal)) }
                form.stack method="post" action="/entrar" {
                    input type="hidden" name="para" value=(back);
                    (field("Login", "login", "", html! {
                        input #login name="login" value=(login) autocomplete="username" required
                            autofocus autocapitalize="none" spellcheck="false" maxlength="120";
                    }))
                    (field("Senha", "senha", "", html! {
                        input #senha name="senha" type="password" autocomplete="current-password"
                            required maxlength="200";
                    }))
                    button.button.primary type="submit" { "Entrar" }
                }
                p.hint { "Esqueceu a senha? Um administrador gera um link de nova senha em Usuários." }
            }
        },
    )
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    login: String,
    senha: String,
    #[serde(default)]
    para: String,
}

pub(super) async fn enter(
    State(console): State<Arc<Console>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(given): Form<Credentials>,
) -> Result<Response, Problem> {
    let app = &console.app;
    let login = given.login.trim().to_lowercase();
    let peer = address(peer.ip(), &headers, app.config.public_url.is_some());
    let account = hash::short(&login);
    let subjects = [format!("account:{account}"), format!("peer:{peer}")];
    let now = app.clock.now();
    if !app.store.write(TryLogin { subjects: subjects.clone(), now }).await? {
        tracing::warn!("too many tries at the console's login");
        return Err(Problem::TooOften);
    }
    let found = app.store.read(FindAccount { login: login.clone() }).await?;
    let (user, kept) = found.unzip();
    let password: String = given.senha.chars().take(passwords::LONGEST).collect();
    let fits = passwords::fits(password, kept.flatten()).await?;
    let Some(user) = user.filter(|user| fits && user.disabled_at.is_none()) else {
        let refusal = "Login ou senha não conferem.";
        let page = login_page(Theme::of(&headers), &given.para, &login, Some(refusal), false);
        return Ok((StatusCode::UNAUTHORIZED, page).into_response());
    };
    begin(&console, &headers, user.id, subjects, &given.para).await
}

/// A new session under a new secret: what the browser had before opens nothing any more.
async fn begin(
    console: &Console,
    headers: &HeaderMap,
    user: Uuid,
    subjects: [String; 2],
    back: &str,
) -> Result<Response, Problem> {
    let app = &console.app;
    let secret = passwords::secret();
    app.store
        .write(BeginSession {
            hash: hash::full(&secret),
            earlier: cookies::session(headers).map(|earlier| hash::full(&earlier)),
            user,
            csrf: passwords::secret(),
            subjects,
            now: app.clock.now(),
        })
        .await?;
    let cookie = cookies::keep_session(&app.config, headers, Some(&secret));
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(inside(back))).into_response())
}

/// Where to go after the login: a page of ours, and nowhere else.
fn inside(back: &str) -> &str {
    let is_ours = back.starts_with('/')
        && !back.starts_with("//")
        && !back.contains('\\')
        && back.bytes().all(|byte| byte.is_ascii_graphic());
    if is_ours { back } else { "/conversas" }
}

/// Who tries: the peer. Only a proxy of ours on this network, in front of a public address, is
/// believed about whom it speaks for, and only in the last entry, which is its own.
pub(crate) fn address(peer: IpAddr, headers: &HeaderMap, behind_proxy: bool) -> IpAddr {
    let is_near = match peer {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
    };
    let last = headers.get_all("x-forwarded-for").iter().next_back();
    let last = last.and_then(|line| line.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    last.filter(|_| behind_proxy && is_near).unwrap_or(peer)
}

pub(super) async fn leave(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(secret) = cookies::session(&headers) {
        console.app.store.write(EndSession { hash: hash::full(&secret) }).await?;
    }
    let cookie = cookies::keep_session(&console.app.config, &headers, None);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/entrar")).into_response())
}

pub(super) async fn link(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
    Path(secret): Path<String>,
) -> Result<Markup, Problem> {
    let find = FindLink { hash: hash::full(&secret), now: console.app.clock.now() };
    let purpose = console.app.store.read(find).await?.ok_or_else(used_up)?;
    Ok(link_page(Theme::of(&headers), &secret, purpose, &Chosen::default(), None))
}

fn used_up() -> Problem {
    Problem::Invalid(
        "Este link já foi usado ou venceu. Peça outro a um administrador; se ainda não há \
         nenhum, reinicie o seleto: o terminal mostra um novo."
            .to_owned(),
    )
}

#[derive(Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    nome: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    senha: String,
    #[serde(default)]
    de_novo: String,
}

fn link_page(
    theme: Theme,
    secret: &str,
    purpose: Purpose,
    chosen: &Chosen,
    refusal: Option<&str>,
) -> Markup {
    let is_setup = purpose == Purpose::Setup;
    let title = if is_setup { "Primeiro acesso" } else { "Escolha sua senha" };
    layout::bare(
        theme,
        title,
        html! {
            section.card.bare-card {
                h1 { (title) }
                @if is_setup {
                    p.lead { "Crie a conta de administrador. Depois você convida a equipe em Usuários." }
                }
                @if let Some(refusal) = refusal { (banner(Tone::Bad, refusal)) }
                form.stack method="post" action=(link_path(secret)) {
                    @if is_setup {
                        (field("Seu nome", "nome", "", html! {
                            input #nome name="nome" value=(chosen.nome) autocomplete="name" required autofocus maxlength="80";
                        }))
                        (field("Login", "login", "Seu e-mail ou um apelido, sem espaços.", html! {
                            input #login name="login" value=(chosen.login) autocomplete="username"
                                required autocapitalize="none" spellcheck="false" maxlength="120"
                                aria-describedby="login-dica";
                        }))
                    }
                    (field("Senha", "senha", "Pelo menos 10 caracteres. Uma frase curta funciona bem.", html! {
                        input #senha name="senha" type="password" autocomplete="new-password" required
                            minlength="10" maxlength="200" aria-describedby="senha-dica";
                    }))
                    (field("Senha de novo", "de-novo", "", html! {
                        input #de-novo name="de_novo" type="password" autocomplete="new-password"
                            required maxlength="200";
                    }))
                    button.button.primary type="submit" {
                        @if is_setup { "Criar conta e entrar" } @else { "Salvar e entrar" }
                    }
                }
            }
        },
    )
}

pub(super) async fn use_link(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
    Path(secret): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Problem> {
    let app = &console.app;
    let (hash, now) = (hash::full(&secret), app.clock.now());
    let purpose =
        app.store.read(FindLink { hash: hash.clone(), now }).await?.ok_or_else(used_up)?;
    let (login, name) = (chosen.login.trim().to_lowercase(), chosen.nome.trim());
    let objection = (purpose == Purpose::Setup)
        .then(|| account_objection(&login, name))
        .flatten()
        .or_else(|| passwords::objection(&chosen.senha, &chosen.de_novo, &login));
    if let Some(objection) = objection {
        let page = link_page(Theme::of(&headers), &secret, purpose, &chosen, Some(objection));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let password = passwords::hash(chosen.senha.clone()).await?;
    let administrator = (purpose == Purpose::Setup).then(|| (login, name.to_owned()));
    let used = app.store.write(UseLink { hash, administrator, password, now }).await?;
    let user = used.ok_or_else(used_up)?;
    begin(&console, &headers, user, [String::new(), String::new()], "/conversas").await
}

/// Why an account cannot be made; in words for who makes it.
pub fn account_objection(login: &str, name: &str) -> Option<&'static str> {
    if name.is_empty() || name.chars().count() > 80 {
        Some("Escreva o nome, com até 80 letras.")
    } else if login.is_empty() || login.len() > 120 || login.contains(char::is_whitespace) {
        Some("O login não pode ter espaços e tem até 120 caracteres.")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_login_leads_to_our_own_pages_only() {
        assert_eq!(inside("/conversas?filtro=quentes"), "/conversas?filtro=quentes");
        for elsewhere in ["", "//mau.br", "https://mau.br", "/\\mau.br", "javascript:1", "/a b"] {
            assert_eq!(inside(elsewhere), "/conversas", "{elsewhere}");
        }
    }

    #[test]
    fn only_a_near_proxy_of_a_public_address_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "1.1.1.1, 9.9.9.9".parse().unwrap());
        let check = |peer: &str, public, expected: &str| {
            let found = address(peer.parse().unwrap(), &headers, public);
            assert_eq!(found.to_string(), expected);
        };
        check("127.0.0.1", true, "9.9.9.9");
        check("127.0.0.1", false, "127.0.0.1");
        check("8.8.8.8", true, "8.8.8.8");
    }
}
