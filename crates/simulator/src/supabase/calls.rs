//! Every call comes in here: checked, recorded, and answered with or without a fault.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query as Pairs, State as Shared};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::any;
use serde_json::{Map, Value, json};

use super::query::Query;
use super::tables::{Resolution, body_rows};
use super::{State, errors};
use crate::faults::{Fault, Reply, settle};
use crate::local_server::Connection;
use crate::log::lock;

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `GET`.
    Select,
    /// `POST`, an upsert too.
    Insert,
    /// `PATCH`.
    Update,
    /// `DELETE`.
    Delete,
}

impl Operation {
    pub(super) const COUNT: usize = Self::Delete as usize + 1;

    fn of(method: &Method) -> Option<Self> {
        match method.as_str() {
            "GET" | "HEAD" => Some(Self::Select),
            "POST" => Some(Self::Insert),
            "PATCH" => Some(Self::Update),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// A call as it came.
#[derive(Clone, Debug)]
pub struct SupabaseCall {
    /// When it came, in milliseconds since 1970.
    pub at_ms: i64,
    /// What kind.
    pub operation: Operation,
    /// Which table.
    pub table: String,
    /// The query's pairs.
    pub query: Vec<(String, String)>,
    /// `Prefer`.
    pub prefer: String,
    /// The body; null when it was not JSON.
    pub body: Value,
    /// The fault it met.
    pub fault: Option<Fault>,
    /// The status it was answered; nothing when it got none.
    pub status: Option<u16>,
}

pub(super) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/rest/v1/{table}", any(call))
        .layer(DefaultBodyLimit::max(16 * 1024 * 1024))
        .with_state(state)
}

async fn call(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    method: Method,
    Path(table): Path<String>,
    Pairs(pairs): Pairs<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(operation) = Operation::of(&method) else {
        let reply = errors::error(405, "PGRST117", "Unsupported HTTP method", None);
        return settle(None, || reply).play(&connection, &state.stop).await;
    };
    let prefer: Vec<&str> =
        headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok()).collect();
    let prefer = prefer.join(",");
    let fault = state.faults[operation as usize].draw();
    let outcome = settle(fault.as_ref(), || {
        state.answer(operation, &table, &pairs, &headers, &prefer, &body).unwrap_or_else(|it| it)
    });
    state.calls.add(SupabaseCall {
        at_ms: state.config.clock.now_ms(),
        operation,
        table,
        query: pairs,
        prefer,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        fault,
        status: outcome.status(),
    });
    outcome.play(&connection, &state.stop).await
}

impl State {
    fn answer(
        &self,
        operation: Operation,
        table: &str,
        pairs: &[(String, String)],
        headers: &HeaderMap,
        prefer: &str,
        body: &[u8],
    ) -> Result<Reply, Reply> {
        let role = self.keys.role(headers)?;
        let query = Query::parse(pairs)?;
        let mut tables = lock(&self.tables);
        tables.open(table, role)?;
        let told = prefer.contains("return=representation");
        let (written, rows) = match operation {
            Operation::Select => (200, tables.select(table, &query)?),
            Operation::Insert => {
                (201, tables.insert(table, body_rows(body)?, &query, resolution(prefer))?)
            }
            Operation::Update => {
                let change = body_rows(body)?.pop().unwrap_or_default();
                (204, tables.update(table, &change, &query)?)
            }
            Operation::Delete => (204, tables.delete(table, &query)?),
        };
        if operation == Operation::Select {
            return one_or_all(rows, headers);
        }
        if !told {
            return Ok(Reply::new(written, "application/json", ""));
        }
        let rows: Vec<_> = rows.into_iter().map(|row| query.pick(row)).collect();
        Ok(Reply::json(if written == 204 { 200 } else { written }, &json!(rows)))
    }
}

fn resolution(prefer: &str) -> Resolution {
    if prefer.contains("resolution=merge-duplicates") {
        Resolution::Merge
    } else if prefer.contains("resolution=ignore-duplicates") {
        Resolution::Ignore
    } else {
        Resolution::Refuse
    }
}

fn one_or_all(mut rows: Vec<Map<String, Value>>, headers: &HeaderMap) -> Result<Reply, Reply> {
    let accept = headers.get("accept").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accept.contains("vnd.pgrst.object") {
        return Ok(Reply::json(200, &json!(rows)));
    }
    let found = rows.len();
    match (rows.pop(), found) {
        (Some(row), 1) => Ok(Reply::json(200, &Value::Object(row))),
        _ => {
            let details = format!("The result contains {found} rows");
            let message = "Cannot coerce the result to a single JSON object";
            Err(errors::error(406, "PGRST116", message, Some(&details)))
        }
    }
}
