//! Webhooks of Z-API: authenticate, read, hand over, and only then answer 200.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, header};
use serde::Deserialize;

use super::{Rejection, auth};
use crate::app::App;
use crate::intake::{self, Taken};
use crate::zapi::webhook::{self, Event, Undecodable};

/// The most bytes a webhook may have.
pub const BODY_LIMIT: usize = 256 * 1024;

#[derive(Deserialize)]
pub(super) struct Credentials {
    pub(super) token: Option<String>,
}

pub(super) async fn zapi(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Query(credentials): Query<Credentials>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<serde_json::Value>, Rejection> {
    auth::check(&app, peer, credentials.token.as_deref(), &headers)?;
    let body = read(&headers, body).await?;
    let event = webhook::decode(&body).map_err(|error| match error {
        Undecodable::NotJson => Rejection::NotJson,
        Undecodable::NotAnObject => Rejection::NotAnObject,
    })?;
    let instance = instance(&app, &event)?;
    let taken = intake::take(&app, instance, &event, &body).await.map_err(|error| {
        tracing::error!(%error, "a webhook could not be stored");
        Rejection::NotStored
    })?;
    Ok(answer(taken))
}

/// What the sender reads of what became of its event.
pub(super) fn answer(taken: Taken) -> Json<serde_json::Value> {
    Json(match taken {
        Taken::Duplicate => serde_json::json!({ "status": "duplicate" }),
        Taken::New { decision: "turn", .. } | Taken::Kept => {
            serde_json::json!({ "status": "accepted" })
        }
        Taken::New { decision, reason: None } => serde_json::json!({ "status": decision }),
        Taken::New { decision, reason } => {
            serde_json::json!({ "status": decision, "reason": reason })
        }
    })
}

pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Rejection> {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or_default());
    let essence = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim());
    let is_json = essence.is_none_or(|kind| {
        kind.eq_ignore_ascii_case("application/json")
            || kind.to_ascii_lowercase().ends_with("+json")
    });
    if !is_json {
        return Err(Rejection::WrongContentType);
    }
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if declared
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: usize| length > BODY_LIMIT)
    {
        return Err(Rejection::TooLarge);
    }
    match axum::body::to_bytes(body, BODY_LIMIT).await {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) if is_too_large(&error) => Err(Rejection::TooLarge),
        Err(_) => Err(Rejection::Incomplete),
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    std::error::Error::source(error)
        .is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

/// The instance an event belongs to: with one configured, no other may speak.
fn instance(app: &App, event: &Event) -> Result<String, Rejection> {
    let configured = app.config.zapi.as_ref().map(|zapi| zapi.instance.as_str());
    match (configured, event.instance_id.as_deref()) {
        (Some(ours), Some(theirs)) if ours != theirs => Err(Rejection::OtherInstance),
        (Some(ours), _) => Ok(ours.to_owned()),
        (None, theirs) => Ok(intake::bounded(theirs.unwrap_or("default"))),
    }
}
