//! Conversations: the list, and who and what one is about.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::extract::{Path, Query, cursor};
use super::{Api, Problem, time};
use crate::store::console::inbox::{Cursor, Entry, Filter, ListConversations, Listing};
use crate::store::console::thread::{Head, LoadHead};

/// The longest search, in characters.
const LONGEST: usize = 80;

/// What the address asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    filter: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
}

/// A page of the list.
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Problem> {
    let filter = filter(asked.filter.as_deref())?;
    let search = asked.q.unwrap_or_default().trim().chars().take(LONGEST).collect();
    let after = cursor(asked.cursor.as_deref())?.map(|(at, id)| Cursor { at, id });
    let list = ListConversations { listing: Listing { filter, search }, after };
    let (entries, next) = api.app.store.read(list).await?;
    Ok(Json(json!({
        "items": entries.iter().map(entry).collect::<Vec<_>>(),
        "next": next.map(|next| format!("{}_{}", next.at, next.id)),
    })))
}

fn filter(name: Option<&str>) -> Result<Filter, Problem> {
    match name {
        None | Some("all") => Ok(Filter::All),
        Some("waiting") => Ok(Filter::Waiting),
        Some("human") => Ok(Filter::Human),
        Some("hot") => Ok(Filter::Hot),
        Some("closed") => Ok(Filter::Closed),
        Some(_) => {
            let why = "O parâmetro “filter” é all, waiting, human, hot ou closed.";
            Err(Problem::Invalid(why.to_owned()))
        }
    }
}

fn entry(entry: &Entry) -> Value {
    json!({
        "id": entry.id,
        "name": entry.name,
        "profile_name": entry.sender_name,
        "phone": entry.phone,
        "company": entry.company,
        "temperature": entry.temperature,
        "opted_out": entry.opted_out,
        "in_charge": in_charge(entry.by_human),
        "last_at": time(entry.last_at),
        "last_author": entry.last_author,
        "last_text": entry.last_text,
        "unread": entry.unread,
        "waiting_since": entry.waiting_since.map(time),
        "closed_at": entry.closed_at.map(time),
    })
}

/// One conversation.
pub(super) async fn open(
    State(api): State<Arc<Api>>,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&find(&api, id).await?)))
}

/// A conversation that there is.
pub(super) async fn find(api: &Api, id: Uuid) -> Result<Head, Problem> {
    let head = api.app.store.read(LoadHead { id }).await?;
    head.ok_or(Problem::Missing("Não há conversa com este id. Veja GET /api/v1/conversations."))
}

/// A conversation as programs read it.
pub(super) fn shown(head: &Head) -> Value {
    json!({
        "id": head.id,
        "lead_id": head.lead_id,
        "name": head.lead.name,
        "profile_name": head.sender_name,
        "phone": head.phone,
        "company": head.lead.company,
        "temperature": head.temperature,
        "temperature_reason": head.temperature_reason,
        "opted_out": head.opted_out,
        "in_charge": in_charge(head.by_human),
        "in_charge_by": head.mode_by,
        "in_charge_since": time(head.mode_at),
        "created_at": time(head.created_at),
        "waiting_since": head.waiting_since.map(time),
        "closed_at": head.closed_at.map(time),
        "unread": head.unread,
    })
}

fn in_charge(by_human: bool) -> &'static str {
    if by_human { "human" } else { "agent" }
}
