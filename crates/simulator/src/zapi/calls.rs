//! Every call comes in here: named, checked, recorded, and answered with or without a fault.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, State as Shared};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{any, get};
use serde_json::{Value, json};

use super::State;
use super::actions::Request;
use crate::faults::{Fault, Reply, settle};
use crate::local_server::Connection;

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after the calls of Z-API")]
pub enum Operation {
    SendText,
    SendAudio,
    SendImage,
    SendDocument,
    SendReaction,
    ReadQueue,
    ClearQueue,
    Status,
    Me,
    Device,
    PhoneExists,
    SetWebhook,
    ReadMessage,
    ModifyChat,
    /// The download of a hosted file.
    Media,
}

impl Operation {
    pub(super) const COUNT: usize = Self::Media as usize + 1;

    /// The call at this path, its argument and the method that it wants.
    fn at<'a>(path: &'a str, method: &Method) -> Option<(Self, &'a str, Method)> {
        let (name, argument) = path.split_once('/').unwrap_or((path, ""));
        let operation = match name {
            "send-text" => Self::SendText,
            "send-audio" => Self::SendAudio,
            "send-image" => Self::SendImage,
            "send-document" => Self::SendDocument,
            "send-reaction" => Self::SendReaction,
            "queue" if *method == Method::DELETE => Self::ClearQueue,
            "queue" => Self::ReadQueue,
            "status" => Self::Status,
            "me" => Self::Me,
            "device" => Self::Device,
            "phone-exists" => Self::PhoneExists,
            "read-message" => Self::ReadMessage,
            "modify-chat" => Self::ModifyChat,
            _ => return Some((Self::SetWebhook, path.strip_prefix("update-")?, Method::PUT)),
        };
        let wanted = match operation {
            Self::Status | Self::Me | Self::Device | Self::PhoneExists => Method::GET,
            Self::ClearQueue => Method::DELETE,
            _ => Method::POST,
        };
        Some((operation, argument, wanted))
    }
}

/// A call that came in.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it came, in milliseconds since 1970.
    pub at_ms: i64,
    /// Which call it was.
    pub operation: Operation,
    /// What follows the call's name in the path.
    pub argument: String,
    /// The body; null when it was not JSON.
    pub body: Value,
    /// The fault it met.
    pub fault: Option<Fault>,
    /// The status it was answered; nothing when it got none.
    pub status: Option<u16>,
}

pub(super) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/instances/{instance}/token/{token}/{*call}", any(call))
        .route("/media/{number}/{name}", get(media))
        .route("/simulator/phones/{phone}", get(phone))
        .route("/simulator/bubbles", get(bubbles))
        .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
        .with_state(state)
}

async fn call(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((instance, token, path)): Path<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some((operation, argument, wanted)) = Operation::at(&path, &method) else {
        return refuse(404, "NOT_FOUND").play(&connection, &state.stop).await;
    };
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let refusal = refuse_stranger(&state, &instance, &token, &headers)
        .or_else(|| (method != wanted).then(|| refuse(405, "Method not allowed")))
        .or_else(|| refuse_unlabelled(&method, &headers));
    let (fault, outcome) = match refusal {
        Some(refusal) => (None, refusal),
        None => {
            let fault = state.faults[operation as usize].draw();
            let request = Request { operation, argument, body: &body };
            let outcome = settle(fault.as_ref(), || state.act(&request));
            (fault, outcome)
        }
    };
    state.calls.add(Call {
        at_ms: state.now_ms(),
        operation,
        argument: argument.to_owned(),
        body,
        fault,
        status: outcome.status(),
    });
    outcome.play(&connection, &state.stop).await
}

/// The true statuses are not documented; the texts are those of the documentation.
fn refuse_stranger(
    state: &State,
    instance: &str,
    token: &str,
    headers: &HeaderMap,
) -> Option<crate::faults::Outcome> {
    let config = &state.config;
    if instance != config.instance_id {
        return Some(refuse(404, "Instance not found"));
    }
    if token != config.instance_token {
        return Some(refuse(401, "Unauthorized"));
    }
    let wanted = config.client_token.as_deref()?;
    match headers.get("client-token") {
        None => Some(refuse(400, "null not allowed")),
        Some(given) if given.as_bytes() != wanted.as_bytes() => {
            Some(refuse(403, "Client-Token not allowed"))
        }
        Some(_) => None,
    }
}

fn refuse_unlabelled(method: &Method, headers: &HeaderMap) -> Option<crate::faults::Outcome> {
    if !matches!(*method, Method::POST | Method::PUT) {
        return None;
    }
    let label = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = label.is_some_and(|label| label.starts_with("application/json"));
    (!is_json).then(|| refuse(415, "Unsupported Media Type"))
}

fn refuse(status: u16, message: &str) -> crate::faults::Outcome {
    settle(None, || Reply::json(status, &json!({"error": message})))
}

async fn media(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((number, name)): Path<(usize, String)>,
) -> Response {
    let operation = Operation::Media;
    let fault = state.faults[operation as usize].draw();
    let outcome = settle(fault.as_ref(), || state.media_file(number, &name));
    state.calls.add(Call {
        at_ms: state.now_ms(),
        operation,
        argument: format!("{number}/{name}"),
        body: Value::Null,
        fault,
        status: outcome.status(),
    });
    outcome.play(&connection, &state.stop).await
}

async fn phone(Shared(state): Shared<Arc<State>>, Path(phone): Path<String>) -> Response {
    Json(state.phones.bubbles(&phone)).into_response()
}

#[derive(serde::Deserialize)]
struct Since {
    #[serde(default)]
    after: u64,
}

async fn bubbles(Shared(state): Shared<Arc<State>>, Query(since): Query<Since>) -> Response {
    let mut bubbles = state.phones.all();
    bubbles.retain(|bubble| bubble.order > since.after);
    Json(bubbles).into_response()
}
