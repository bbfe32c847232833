//! Every call comes in here: named, checked, recorded, and answered with or without a fault.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{
    ConnectInfo, DefaultBodyLimit, FromRequest, Multipart, Path, Query, Request as HttpRequest,
    State as Shared,
};
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use axum::routing::any;
use serde_json::{Map, Value, json};

use super::State;
use super::actions::Request;
use super::book::File;
use crate::faults::{Fault, Outcome, Reply, settle};
use crate::local_server::Connection;
use crate::log::lock;

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after the calls of Chatwoot")]
pub enum Operation {
    Profile,
    ShowInbox,
    ListInboxes,
    SearchContacts,
    FilterContacts,
    CreateContact,
    ShowContact,
    UpdateContact,
    ContactConversations,
    CreateContactInbox,
    ListConversations,
    CreateConversation,
    ShowConversation,
    ToggleStatus,
    Assign,
    ListLabels,
    SetLabels,
    SetCustomAttributes,
    CreateMessage,
    ListMessages,
    UpdateMessage,
    ListWebhooks,
    CreateWebhook,
    UpdateWebhook,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::Profile,
        Self::ShowInbox,
        Self::ListInboxes,
        Self::SearchContacts,
        Self::FilterContacts,
        Self::CreateContact,
        Self::ShowContact,
        Self::UpdateContact,
        Self::ContactConversations,
        Self::CreateContactInbox,
        Self::ListConversations,
        Self::CreateConversation,
        Self::ShowConversation,
        Self::ToggleStatus,
        Self::Assign,
        Self::ListLabels,
        Self::SetLabels,
        Self::SetCustomAttributes,
        Self::CreateMessage,
        Self::ListMessages,
        Self::UpdateMessage,
        Self::ListWebhooks,
        Self::CreateWebhook,
        Self::UpdateWebhook,
    ];

    /// The call at this path, with the ids in it.
    fn at(method: &Method, path: &str) -> Option<(Self, Vec<u64>)> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let ids = parts.iter().filter_map(|part| part.parse().ok()).collect();
        let shape: Vec<&str> = parts
            .into_iter()
            .map(|part| if part.parse::<u64>().is_ok() { "*" } else { part })
            .collect();
        let operation = match (method.as_str(), shape.as_slice()) {
            ("GET", ["inboxes"]) => Self::ListInboxes,
            ("GET", ["inboxes", "*"]) => Self::ShowInbox,
            ("GET", ["contacts", "search"]) => Self::SearchContacts,
            ("POST", ["contacts", "filter"]) => Self::FilterContacts,
            ("POST", ["contacts"]) => Self::CreateContact,
            ("GET", ["contacts", "*"]) => Self::ShowContact,
            ("PUT" | "PATCH", ["contacts", "*"]) => Self::UpdateContact,
            ("GET", ["contacts", "*", "conversations"]) => Self::ContactConversations,
            ("POST", ["contacts", "*", "contact_inboxes"]) => Self::CreateContactInbox,
            ("GET", ["conversations"]) => Self::ListConversations,
            ("POST", ["conversations"]) => Self::CreateConversation,
            ("GET", ["conversations", "*"]) => Self::ShowConversation,
            ("POST", ["conversations", "*", "toggle_status"]) => Self::ToggleStatus,
            ("POST", ["conversations", "*", "assignments"]) => Self::Assign,
            ("GET", ["conversations", "*", "labels"]) => Self::ListLabels,
            ("POST", ["conversations", "*", "labels"]) => Self::SetLabels,
            ("POST", ["conversations", "*", "custom_attributes"]) => Self::SetCustomAttributes,
            ("POST", ["conversations", "*", "messages"]) => Self::CreateMessage,
            ("GET", ["conversations", "*", "messages"]) => Self::ListMessages,
            ("PATCH", ["conversations", "*", "messages", "*"]) => Self::UpdateMessage,
            ("GET", ["webhooks"]) => Self::ListWebhooks,
            ("POST", ["webhooks"]) => Self::CreateWebhook,
            ("PATCH" | "PUT", ["webhooks", "*"]) => Self::UpdateWebhook,
            _ => return None,
        };
        Some((operation, ids))
    }
}

/// A call that came in.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it came, in milliseconds since 1970.
    pub at_ms: i64,
    /// Which call it was.
    pub operation: Operation,
    /// The ids in its path.
    pub ids: Vec<u64>,
    /// Its body; null without one.
    pub body: Value,
    /// The fault it met.
    pub fault: Option<Fault>,
    /// The status it was answered; nothing when it got none.
    pub status: Option<u16>,
}

pub(super) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/api/v1/profile", any(profile))
        .route("/api/v1/accounts/{account}/{*path}", any(call))
        .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
        .with_state(state)
}

type Parameters = Query<HashMap<String, String>>;

async fn profile(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    headers: HeaderMap,
) -> Response {
    let request = Request { operation: Operation::Profile, ..Request::default() };
    let refusal = refuse_stranger(&state, &headers);
    answer(&state, request, refusal, &connection).await
}

async fn call(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((account, path)): Path<(String, String)>,
    Query(query): Parameters,
    method: Method,
    headers: HeaderMap,
    body: HttpRequest,
) -> Response {
    let refusal = refuse_stranger(&state, &headers).or_else(|| {
        let known = account == state.config.account.to_string();
        (!known).then(|| refuse(404, "Resource could not be found"))
    });
    let Some((operation, ids)) = Operation::at(&method, &path) else {
        let unknown = refuse(404, "Resource could not be found");
        return refusal.unwrap_or(unknown).play(&connection, &state.stop).await;
    };
    let (body, files) = read(body, &headers).await;
    answer(&state, Request { operation, ids, query, body, files }, refusal, &connection).await
}

async fn answer(
    state: &Arc<State>,
    request: Request,
    refusal: Option<Outcome>,
    connection: &Connection,
) -> Response {
    let operation = request.operation;
    let mut told = Vec::new();
    let (fault, outcome) = match refusal {
        Some(refusal) => (None, refusal),
        None => {
            let fault = state.faults[operation as usize].draw();
            let outcome = settle(fault.as_ref(), || {
                let (reply, events) = state.act(&request);
                told = events;
                reply
            });
            (fault, outcome)
        }
    };
    state.calls.add(Call {
        at_ms: state.now_ms(),
        operation,
        ids: request.ids,
        body: request.body,
        fault,
        status: outcome.status(),
    });
    let echo_first = lock(&state.manner).echo_first;
    if echo_first {
        state.post_all(told).await;
    } else {
        state.tell(told);
    }
    outcome.play(connection, &state.stop).await
}

/// Rack reads dashes and underscores of a header's name alike.
fn refuse_stranger(state: &State, headers: &HeaderMap) -> Option<Outcome> {
    let given = headers.get("api_access_token").or_else(|| headers.get("api-access-token"));
    let fits = given.is_some_and(|given| given.as_bytes() == state.config.token.as_bytes());
    (!fits).then(|| refuse(401, "Invalid Access Token"))
}

fn refuse(status: u16, message: &str) -> Outcome {
    settle(None, || Reply::json(status, &json!({"error": message})))
}

async fn read(request: HttpRequest, headers: &HeaderMap) -> (Value, Vec<File>) {
    let label = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if label.is_some_and(|label| label.starts_with("multipart/form-data")) {
        return match Multipart::from_request(request, &()).await {
            Ok(form) => read_form(form).await,
            Err(_) => (Value::Null, Vec::new()),
        };
    }
    let bytes = axum::body::to_bytes(request.into_body(), 64 * 1024 * 1024).await;
    let body = bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    (body.unwrap_or_default(), Vec::new())
}

async fn read_form(mut form: Multipart) -> (Value, Vec<File>) {
    let (mut fields, mut files) = (Map::new(), Vec::new());
    while let Ok(Some(field)) = form.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let content_type = field.content_type().unwrap_or_default().to_owned();
        let Ok(bytes) = field.bytes().await else { break };
        match file_name {
            Some(name) => files.push(File { name, content_type, length: bytes.len() }),
            None => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                fields.insert(name, Value::String(text));
            }
        }
    }
    (Value::Object(fields), files)
}
