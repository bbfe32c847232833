//! Every call comes in here: checked, recorded, and answered with or without a fault.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, State as Shared};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::{State, errors, request, transcription};
use crate::faults::{Fault, Reply, settle};
use crate::local_server::Connection;
use crate::log::lock;

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `POST /v1/chat/completions`.
    Chat,
    /// `GET /v1/models` and `GET /v1/models/{id}`.
    Models,
    /// `POST /v1/audio/transcriptions`.
    Transcription,
}

impl Operation {
    pub(super) const COUNT: usize = Self::Transcription as usize + 1;
}

/// A completion that was asked for.
#[derive(Clone, Debug)]
pub struct ChatCall {
    /// When it came, in milliseconds since 1970.
    pub at_ms: i64,
    /// The whole request; null when it was not JSON.
    pub request: Value,
    /// The fault it met.
    pub fault: Option<Fault>,
    /// The status it was answered; nothing when it got none.
    pub status: Option<u16>,
}

pub(super) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/models", get(models))
        .route("/v1/models/{id}", get(model))
        .route("/v1/audio/transcriptions", post(transcription::transcribe))
        .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
        .with_state(state)
}

async fn chat(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let refusal = state.refuse_stranger(&headers).or_else(|| request::refuse(&state, &body));
    let is_refused = refusal.is_some();
    let fault = if is_refused { None } else { state.faults[Operation::Chat as usize].draw() };
    let mut outcome = settle(fault.as_ref(), || refusal.unwrap_or_else(|| state.complete(&body)));
    if !is_refused && fault.is_none() {
        let latency: Duration = *lock(&state.latency);
        outcome = outcome.after(latency);
    }
    state.chats.add(ChatCall {
        at_ms: state.config.clock.now_ms(),
        request: body,
        fault,
        status: outcome.status(),
    });
    outcome.play(&connection, &state.stop).await
}

async fn models(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    headers: HeaderMap,
) -> Response {
    let fault = state.faults[Operation::Models as usize].draw();
    let outcome = settle(fault.as_ref(), || {
        let list = || state.config.models.iter().map(super::Model::to_json).collect::<Vec<_>>();
        state
            .refuse_stranger(&headers)
            .unwrap_or_else(|| Reply::json(200, &json!({"object": "list", "data": list()})))
    });
    outcome.play(&connection, &state.stop).await
}

async fn model(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let fault = state.faults[Operation::Models as usize].draw();
    let outcome = settle(fault.as_ref(), || {
        let found = state.config.models.iter().find(|model| model.id == id);
        let missing = || {
            let message = format!("The model '{id}' does not exist");
            let code = Some("model_not_found");
            errors::error(404, "invalid_request_error", Some("model"), code, &message)
        };
        state.refuse_stranger(&headers).unwrap_or_else(|| {
            found.map_or_else(missing, |model| Reply::json(200, &model.to_json()))
        })
    });
    outcome.play(&connection, &state.stop).await
}

impl State {
    pub(super) fn refuse_stranger(&self, headers: &HeaderMap) -> Option<Reply> {
        let given = headers.get("authorization").and_then(|value| value.to_str().ok());
        let key = given.and_then(|value| value.strip_prefix("Bearer "));
        (key != Some(&self.config.api_key)).then(errors::wrong_key)
    }

    fn complete(&self, request: &Value) -> Reply {
        let scripted = lock(&self.script).pop_front();
        let completion = scripted.unwrap_or_else(|| {
            let responder = lock(&self.responder).clone();
            responder(request)
        });
        completion.into_reply(self, request)
    }
}
