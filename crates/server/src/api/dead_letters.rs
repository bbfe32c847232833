//! What was not delivered and will not be by itself: listed, tried again, or dropped.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Caller;
use super::extract::{Path, Query, cut, limit, wrong_cursor};
use super::{Api, Problem, time};
use crate::store::dead_letters::{DeadLetter, DecideDeadLetters, Decision, Key, ListDeadLetters};
use crate::store::queue::Lane;

/// The longest page.
const MOST: i64 = 200;

/// What the address asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    lane: Option<String>,
    state: Option<String>,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// A page of them, the latest first.
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Problem> {
    let limit = limit(asked.limit, MOST)?;
    let after = asked.cursor.map(|text| place(&text).ok_or_else(wrong_cursor)).transpose()?;
    let (lane, state) = (asked.lane, asked.state);
    let list = ListDeadLetters { lane, state, after, limit: limit + 1 };
    let mut letters = api.app.store.read(list).await?;
    let has_more = cut(&mut letters, limit);
    let last = letters.last().filter(|_| has_more);
    Ok(Json(json!({
        "items": letters.iter().map(shown).collect::<Vec<_>>(),
        "next": last.map(|last| format!("{}_{}", last.at, last.key)),
    })))
}

fn place(cursor: &str) -> Option<(i64, Key)> {
    let (at, key) = cursor.split_once('_')?;
    Some((at.parse().ok()?, key.parse().ok()?))
}

fn shown(letter: &DeadLetter) -> Value {
    json!({
        "key": letter.key.to_string(),
        "lane": letter.key.lane,
        "kind": letter.key.kind,
        "conversation_id": letter.conversation,
        "lead_phone": letter.lead_phone,
        "state": letter.state,
        "reason": letter.reason,
        "at": time(letter.at),
    })
}

/// Tries it again, from the first attempt on.
pub(super) async fn retry(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Json<Value>, Problem> {
    decide(&api, &caller, &key, Decision::Retry).await
}

/// Gives it up.
pub(super) async fn drop(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Json<Value>, Problem> {
    decide(&api, &caller, &key, Decision::Drop).await
}

async fn decide(
    api: &Api,
    caller: &Caller,
    key: &str,
    decision: Decision,
) -> Result<Json<Value>, Problem> {
    const NONE: Problem = Problem::Missing(
        "Não há nada parado com esta chave: copie o “key” de GET /dead-letters. Talvez alguém já \
         tenha cuidado disso.",
    );
    let key: Key = key.parse().map_err(|_| NONE)?;
    let (actor, now) = (caller.actor(), api.app.clock.now());
    let keys = vec![key.clone()];
    let decided = api.app.store.write(DecideDeadLetters { keys, decision, actor, now }).await?;
    if decided.is_empty() {
        return Err(NONE);
    }
    if let Some(lane) = Lane::ALL.into_iter().find(|lane| lane.name() == key.lane) {
        api.app.bells.ring(lane, now);
    }
    let decision = match decision {
        Decision::Retry => "retry",
        Decision::Drop => "drop",
    };
    Ok(Json(json!({ "key": key.to_string(), "decision": decision })))
}
