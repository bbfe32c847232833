//! Every call comes in here: named, checked, recorded, and answered with or without a fault.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, Query, State as Shared};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::any;
use serde_json::Value;

use super::records::Kind;
use super::{State, envelope};
use crate::faults::{Fault, Reply, settle};
use crate::local_server::Connection;
use crate::log::lock;

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after the calls of PipeRun")]
pub enum Operation {
    ListDeals,
    ReadDeal,
    CreateDeal,
    UpdateDeal,
    ListPersons,
    CreatePerson,
    UpdatePerson,
    ListCompanies,
    CreateCompany,
    UpdateCompany,
    ListNotes,
    CreateNote,
    /// Pipelines, stages, origins, users, custom fields, cities, tags, reasons for a loss.
    Reference,
    /// Anything else.
    Other,
}

impl Operation {
    pub(super) const COUNT: usize = Self::Other as usize + 1;

    /// All of them.
    pub const ALL: &[Self] = &[
        Self::ListDeals,
        Self::ReadDeal,
        Self::CreateDeal,
        Self::UpdateDeal,
        Self::ListPersons,
        Self::CreatePerson,
        Self::UpdatePerson,
        Self::ListCompanies,
        Self::CreateCompany,
        Self::UpdateCompany,
        Self::ListNotes,
        Self::CreateNote,
        Self::Reference,
        Self::Other,
    ];

    fn of(method: &Method, name: &str, has_id: bool) -> Self {
        match (Kind::at(name), method.as_str(), has_id) {
            (Some(Kind::Deal), "GET", false) => Self::ListDeals,
            (Some(Kind::Deal), "GET", true) => Self::ReadDeal,
            (Some(Kind::Deal), "POST", false) => Self::CreateDeal,
            (Some(Kind::Deal), "PUT", true) => Self::UpdateDeal,
            (Some(Kind::Person), "GET", _) => Self::ListPersons,
            (Some(Kind::Person), "POST", false) => Self::CreatePerson,
            (Some(Kind::Person), "PUT", true) => Self::UpdatePerson,
            (Some(Kind::Company), "GET", _) => Self::ListCompanies,
            (Some(Kind::Company), "POST", false) => Self::CreateCompany,
            (Some(Kind::Company), "PUT", true) => Self::UpdateCompany,
            (Some(Kind::Note), "GET", _) => Self::ListNotes,
            (Some(Kind::Note), "POST", false) => Self::CreateNote,
            (None, "GET", _) => Self::Reference,
            _ => Self::Other,
        }
    }
}

/// A call that came in.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it came, in milliseconds since 1970.
    pub at_ms: i64,
    /// Which call it was.
    pub operation: Operation,
    /// The path after the version.
    pub path: String,
    /// The query.
    pub query: HashMap<String, String>,
    /// The body; null when it was not JSON.
    pub body: Value,
    /// The fault it met.
    pub fault: Option<Fault>,
    /// The status it was answered; nothing when it got none.
    pub status: Option<u16>,
}

pub(super) fn router(state: Arc<State>) -> Router {
    Router::new().route("/v1/{*path}", any(call)).with_state(state)
}

async fn call(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path(path): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (name, id) =
        path.split_once('/').map_or((path.as_str(), None), |(name, id)| (name, Some(id)));
    let operation = Operation::of(&method, name, id.is_some());
    let parsed: Option<Value> = serde_json::from_slice(&body).ok();
    let given = headers.get("token").and_then(|token| token.to_str().ok());
    let is_stranger = given != Some(lock(&state.token).as_str());
    let fault = if is_stranger { None } else { state.faults[operation as usize].draw() };
    let outcome = settle(fault.as_ref(), || {
        if is_stranger {
            return envelope::unauthorized();
        }
        state.answer(&method, name, id, &query, parsed.as_ref())
    });
    state.calls.add(Call {
        at_ms: state.config.clock.now_ms(),
        operation,
        path: path.clone(),
        query,
        body: parsed.unwrap_or_default(),
        fault,
        status: outcome.status(),
    });
    outcome.play(&connection, &state.stop).await
}

impl State {
    fn answer(
        &self,
        method: &Method,
        name: &str,
        id: Option<&str>,
        query: &HashMap<String, String>,
        body: Option<&Value>,
    ) -> Reply {
        let Some(kind) = Kind::at(name) else { return self.reference(method, name, query) };
        let id = match id.map(str::parse::<i64>) {
            None => None,
            Some(Ok(id)) => Some(id),
            Some(Err(_)) => return envelope::not_found(),
        };
        match (method.as_str(), id, body) {
            ("GET", None, _) => {
                let found = lock(&self.records).matching(kind, query);
                let found: Vec<Value> = found.iter().map(envelope::loosened).collect();
                envelope::page(&found, query)
            }
            ("GET", Some(id), _) => match lock(&self.records).get(kind, id) {
                Some(record) => envelope::done(200, envelope::loosened(&record)),
                None => envelope::not_found(),
            },
            ("POST", None, Some(body)) => self.post(kind, body),
            ("PUT", Some(id), Some(body)) => self.put(kind, id, body),
            ("POST" | "PUT", _, None) => envelope::malformed(),
            _ => envelope::not_found(),
        }
    }

    fn reference(&self, method: &Method, name: &str, query: &HashMap<String, String>) -> Reply {
        let Some(list) = self.config.catalogue.list(name).filter(|_| *method == Method::GET) else {
            return envelope::not_found();
        };
        let asked = |item: &&Value| {
            ["pipeline_id", "uf", "belongs"].iter().all(|field| {
                let value = item[*field].as_str().map(str::to_owned);
                let value = value.unwrap_or_else(|| item[*field].to_string());
                query.get(*field).is_none_or(|wanted| *wanted == value)
            }) && query.get("name").is_none_or(|wanted| {
                // Part of a name is enough, accents and capitals are not looked at: a caller that
                // takes the first of the list takes the wrong city.
                let name = item["name"].as_str().unwrap_or_default().to_lowercase();
                let start: String = wanted.to_lowercase().chars().take(3).collect();
                name.starts_with(&start)
            })
        };
        let found: Vec<Value> = list.iter().filter(asked).cloned().collect();
        envelope::page(&found, query)
    }
}
