//! Webhooks of PipeRun's automatic actions: a deal changed, so it is read there again.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::HeaderMap;

use super::webhooks::{Credentials, read};
use super::{Rejection, auth};
use crate::app::App;
use crate::hash;
use crate::piperun::posted_deal;
use crate::store::crm::DealNews;
use crate::store::ingest::{Envelope, Keep, Stored};
use crate::store::queue::Lane;

pub(super) async fn deal(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Query(credentials): Query<Credentials>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<serde_json::Value>, Rejection> {
    auth::check(&app, peer, credentials.token.as_deref(), &headers)?;
    let body = read(&headers, body).await?;
    let event: serde_json::Value = serde_json::from_slice(&body).map_err(|_| Rejection::NotJson)?;
    if !event.is_object() {
        return Err(Rejection::NotAnObject);
    }
    let deal = posted_deal(&event);
    let envelope = envelope(&app, &body, deal.is_some());
    let stored = match deal {
        Some(deal) => app.store.ingest(DealNews { envelope, deal }).await,
        None => app.store.ingest(Keep(envelope)).await,
    };
    let stored = stored.map_err(|error| {
        tracing::error!(%error, "a webhook of the CRM could not be stored");
        Rejection::NotStored
    })?;
    let status = match stored {
        Stored::Duplicate => "duplicate",
        Stored::New { wake_at: Some(at), .. } => {
            app.bells.ring(Lane::Piperun, at);
            "accepted"
        }
        Stored::New { wake_at: None, .. } => "ignored",
    };
    metrics::counter!("seleto_webhooks_total", "event" => "deal", "decision" => status)
        .increment(1);
    Ok(Json(serde_json::json!({ "status": status })))
}

/// A card that goes there and back posts the same body twice, and both times it is news.
fn envelope(app: &App, body: &[u8], is_deal: bool) -> Envelope {
    let now = app.clock.now();
    let body = String::from_utf8_lossy(body).into_owned();
    Envelope {
        source: "piperun",
        instance: "default".to_owned(),
        external_id: format!("{}:{now}", hash::short(&body)),
        decision: if is_deal { "state" } else { "ignored" },
        reason: (!is_deal).then(|| "no deal in it".to_owned()),
        body,
        now,
    }
}
