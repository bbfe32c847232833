//! Who gets in: the guard in front of every route.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Form;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use subtle::ConstantTimeEq;

use super::{Console, Problem, Viewer, cookies};
use crate::hash;
use crate::store::agent_mode::LoadAgentMode;
use crate::store::console::accounts;
use crate::store::console::sessions::{FindSession, TouchSession};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody: it tells nothing about leads and changes nothing of theirs.
    Open,
    /// Whoever is logged in with this role, or a later one.
    Role(accounts::Role),
}

/// The most bytes a form may have.
const FORM_LIMIT: usize = 512 * 1024;

/// Lets a request pass, or says why not.
pub(super) async fn guard(
    State((console, access)): State<(Arc<Console>, Access)>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(&console, access, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal,
    }
}

async fn admit(console: &Console, access: Access, request: &mut Request) -> Result<(), Response> {
    let is_change = !request.method().is_safe();
    if is_change && is_from_elsewhere(request.headers()) {
        return Err(Problem::OtherOrigin.into_response());
    }
    let headers = request.headers().clone();
    let local = is_on_this_machine(request);
    let viewer = viewer(console, &headers, local).await.map_err(IntoResponse::into_response)?;
    if let Access::Role(role) = access {
        let Some(viewer) = &viewer else { return Err(ask_to_log_in(request)) };
        if viewer.role < role {
            return Err(Problem::Forbidden.into_response());
        }
        if is_change {
            check_token(viewer, request).await.map_err(IntoResponse::into_response)?;
        }
    }
    if let Some(viewer) = viewer {
        request.extensions_mut().insert(viewer);
    }
    Ok(())
}

/// Who asks: the session behind the cookie, or a demonstration's guest.
async fn viewer(
    console: &Console,
    headers: &HeaderMap,
    is_local: bool,
) -> Result<Option<Viewer>, Problem> {
    let app = &console.app;
    if let Some(secret) = cookies::session(headers) {
        let (hash, now) = (hash::full(&secret), app.clock.now());
        let found = app.store.read(FindSession { hash: hash.clone(), now }).await?;
        if let Some(session) = found {
            if session.is_stale {
                app.store.write(TouchSession { hash, user: session.user, now }).await?;
            }
            return Ok(Some(Viewer::of(session, headers)));
        }
    }
    let Some(guest) = console.guest.as_ref().filter(|_| is_local) else { return Ok(None) };
    Ok(Some(guest.looking(headers, app.store.read(LoadAgentMode).await?)))
}

/// From this machine, and under a name of this machine: another site that points its name here
/// does not get in.
fn is_on_this_machine(request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_local = peer.is_some_and(|ConnectInfo(peer)| peer.ip().is_loopback());
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let name = host.map(|host| match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    });
    is_local && matches!(name, Some("127.0.0.1" | "localhost" | "[::1]"))
}

/// Whether the browser says that another site makes the request.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site != "same-origin";
    }
    match (text("origin"), text("host")) {
        // No browser, or one that keeps the origin to itself: the token decides.
        (None | Some("null"), _) => false,
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_none_or(|(_, theirs)| !theirs.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => true,
    }
}

/// Every change carries the session's token: in a header, or as a field of its form.
async fn check_token(viewer: &Viewer, request: &mut Request) -> Result<(), Problem> {
    let matches = |given: &str| bool::from(given.as_bytes().ct_eq(viewer.csrf.as_bytes()));
    if let Some(given) = request.headers().get("x-csrf-token") {
        let fits = given.to_str().is_ok_and(matches);
        return if fits { Ok(()) } else { Err(Problem::Stale) };
    }
    let (parts, body) = std::mem::take(request).into_parts();
    let bytes = axum::body::to_bytes(body, FORM_LIMIT).await.map_err(|_| Problem::TooLarge)?;
    let copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    *request = Request::from_parts(parts, Body::from(bytes));
    let fields = Form::<Vec<(String, String)>>::from_request(copy, &()).await;
    let Form(fields) = fields.map_err(|_| Problem::Stale)?;
    let fits = fields.iter().any(|(name, value)| name == "csrf" && matches(value));
    if fits { Ok(()) } else { Err(Problem::Stale) }
}

/// A page leads to the login and back; a part of a page has the browser go there as a whole.
fn ask_to_log_in(request: &Request) -> Response {
    let asks_for_page = request.method().is_safe() && !is_htmx(request.headers());
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let wants_html = accepts.is_none_or(|accept| accept.contains("html") || accept.contains("*/*"));
    let login = "/entrar";
    if asks_for_page && wants_html {
        let back = request.uri().path_and_query().map_or("/", |it| it.as_str());
        return Redirect::to(&format!("{login}?para={}", encode(back))).into_response();
    }
    (StatusCode::UNAUTHORIZED, [("hx-redirect", login)]).into_response()
}

/// Whether a part of a page is asked for.
pub(super) fn is_htmx(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

/// A value for a query string.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (axum::http::HeaderName::from_static(name), value.parse().unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn another_site_is_told_by_either_header() {
        let check = |pairs, expected| assert_eq!(is_from_elsewhere(&headers(pairs)), expected);
        check(&[("sec-fetch-site", "same-origin")], false);
        check(&[("sec-fetch-site", "cross-site")], true);
        check(&[("sec-fetch-site", "same-site")], true);
        check(&[("host", "a.br"), ("origin", "https://a.br")], false);
        check(&[("host", "a.br:8000"), ("origin", "http://a.br:8000")], false);
        check(&[("host", "a.br"), ("origin", "https://b.br")], true);
        check(&[("origin", "https://a.br")], true);
        check(&[("host", "a.br")], false);
    }

    #[test]
    fn a_path_survives_the_query_string() {
        assert_eq!(
            encode("/conversas?filtro=quentes&q=ã"),
            "/conversas%3Ffiltro%3Dquentes%26q%3D%C3%A3"
        );
    }
}
