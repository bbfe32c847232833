//! Webhooks of Chatwoot: authenticate, read, hand over, and only then answer 200.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::HeaderMap;

use super::webhooks::{Credentials, answer, read};
use super::{Rejection, auth};
use crate::app::App;
use crate::chatwoot::webhook::{self, Proof, Undecodable};
use crate::intake;

pub(super) async fn chatwoot(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Query(credentials): Query<Credentials>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<serde_json::Value>, Rejection> {
    let secret = app.config.chatwoot.as_ref().and_then(|it| it.webhook_secret.as_ref());
    // A signature proves by itself where a body is from; without a secret the address must.
    if secret.is_none() {
        auth::check_secret(&app, peer, credentials.token.as_deref())?;
    }
    let body = read(&headers, body).await?;
    if let Some(secret) = secret {
        let proof = Proof {
            timestamp: only(&headers, "x-chatwoot-timestamp"),
            signature: only(&headers, "x-chatwoot-signature"),
        };
        if !webhook::verify(secret, proof, &body, app.clock.now()) {
            return Err(Rejection::BadSignature);
        }
    }
    let event = webhook::decode(&body).map_err(|error| match error {
        Undecodable::NotJson => Rejection::NotJson,
        Undecodable::NotAnObject => Rejection::NotAnObject,
    })?;
    let taken = intake::chatwoot::take(&app, &event, &body).await.map_err(|error| {
        tracing::error!(%error, "a webhook could not be stored");
        Rejection::NotStored
    })?;
    Ok(answer(taken))
}

/// A header that stands once; a second one could be what a proxy reads.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok()
}
