//! Who may post a webhook: whoever knows the secret in the address or the instance's token.

use std::net::SocketAddr;

use axum::http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Rejection;
use crate::app::App;

/// Checks a webhook's credentials.
///
/// # Errors
/// [`Rejection::Unauthorized`] when none fits.
pub fn check(
    app: &App,
    peer: SocketAddr,
    token: Option<&str>,
    headers: &HeaderMap,
) -> Result<(), Rejection> {
    let by_secret = knows_secret(app, peer, token);
    let header = headers.get("z-api-token").and_then(|value| value.to_str().ok());
    let by_instance = app
        .config
        .zapi
        .as_ref()
        .is_some_and(|zapi| header.is_some_and(|header| equal(header, &zapi.token)));
    if by_secret | by_instance { Ok(()) } else { Err(Rejection::Unauthorized) }
}

/// Checks the credentials of a webhook that has nothing but the secret in its address.
///
/// # Errors
/// [`Rejection::Unauthorized`] when it does not fit.
pub fn check_secret(app: &App, peer: SocketAddr, token: Option<&str>) -> Result<(), Rejection> {
    if knows_secret(app, peer, token) { Ok(()) } else { Err(Rejection::Unauthorized) }
}

/// The demo on this machine alone needs none.
fn knows_secret(app: &App, peer: SocketAddr, token: Option<&str>) -> bool {
    let by_secret = token.is_some_and(|token| equal(token, &app.webhook_secret));
    let by_demo = app.config.demo && peer.ip().is_loopback();
    by_secret | by_demo
}

/// Compares hashes, so that neither content nor length shows in the time it takes.
fn equal(given: &str, secret: &SecretString) -> bool {
    let (given, secret) = (Sha256::digest(given), Sha256::digest(secret.expose_secret()));
    given.ct_eq(&secret).into()
}
