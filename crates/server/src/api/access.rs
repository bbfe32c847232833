//! Who gets in: the guard in front of every route. Cookies count for nothing here.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::{Api, Problem};
use crate::console::login;
use crate::hash;
use crate::store::console::accounts;
use crate::store::console::tokens::{FindHolder, Holder, TouchToken};
use crate::store::control::Decision;

/// Requests that a token has in a minute.
const REQUESTS: u32 = 600;
/// Wrong tokens that an address may try in a minute.
const WRONG: u32 = 120;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody: it tells nothing about leads.
    Open,
    /// Whoever has a token of somebody with this role, or a later one.
    Role(accounts::Role),
}

/// Who asks. A handler takes it as an argument; the guard has put it there.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    login: String,
}

impl Caller {
    /// Their name in the audit.
    pub fn actor(&self) -> String {
        format!("api:{}", self.login)
    }

    /// What they decide about a conversation.
    pub fn decision(&self, api: &Api, conversation: Uuid) -> Decision {
        Decision { conversation, actor: self.actor(), now: api.app.clock.now() }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or(Problem::NoToken)
    }
}

/// Lets a request pass, or says why not.
pub(super) async fn guard(
    State((api, access)): State<(Arc<Api>, Access)>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Access::Role(role) = access {
        let peer = peer(&api, &request);
        let secret = bearer(request.headers()).map(hash::full);
        match admit(&api, role, peer, secret).await {
            Ok(caller) => request.extensions_mut().insert(caller),
            Err(problem) => return problem.into_response(),
        };
    }
    next.run(request).await
}

async fn admit(
    api: &Api,
    role: accounts::Role,
    peer: String,
    hash: Option<String>,
) -> Result<Caller, Problem> {
    let hash = hash.ok_or(Problem::NoToken)?;
    let now = api.app.clock.now();
    if !api.brake.is_open(&peer, WRONG, now) {
        return Err(Problem::TooOften);
    }
    let Some(holder) = api.app.store.read(FindHolder { hash, now }).await? else {
        api.brake.count(&peer, WRONG, now);
        return Err(Problem::WrongToken);
    };
    if !api.brake.count(&format!("token:{}", holder.token), REQUESTS, now) {
        return Err(Problem::TooOften);
    }
    note_use(api, &holder, now).await;
    if holder.role < role { Err(Problem::Forbidden) } else { Ok(Caller { login: holder.login }) }
}

/// The answer does not depend on it.
async fn note_use(api: &Api, holder: &Holder, now: i64) {
    if !holder.is_stale {
        return;
    }
    if let Err(error) = api.app.store.write(TouchToken { id: holder.token, now }).await {
        tracing::warn!(%error, "the use of a token was not noted");
    }
}

/// The token of `Authorization: Bearer …`, when the header stands once.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn peer(api: &Api, request: &Request) -> String {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let ip = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    let is_behind_proxy = api.app.config.public_url.is_some();
    format!("peer:{}", login::address(ip, request.headers(), is_behind_proxy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_from_its_own_header_alone() {
        let check = |values: &[&str], expected: Option<&str>| {
            let pairs = values.iter().map(|it| (header::AUTHORIZATION, it.parse().unwrap()));
            assert_eq!(bearer(&pairs.collect()), expected, "{values:?}");
        };
        check(&["Bearer abc"], Some("abc"));
        check(&["bearer  abc "], Some("abc"));
        check(&["Basic abc"], None);
        check(&["Bearer "], None);
        check(&["abc"], None);
        check(&["Bearer a", "Bearer b"], None);
        check(&[], None);
    }
}
