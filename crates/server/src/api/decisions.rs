//! What people decide about a conversation: take it over, give it back, close it, no more contact.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::Value;
use uuid::Uuid;

use super::access::Caller;
use super::extract::Path;
use super::{Api, Problem, conversations};
use crate::store::control::{Close, Decision, DoNotContact, GiveBack, TakeOver};
use crate::store::engine::Operation;
use crate::store::queue::Lane;

pub(super) async fn take_over(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, Problem> {
    decide(&api, &caller, id, TakeOver).await
}

pub(super) async fn give_back(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, Problem> {
    decide(&api, &caller, id, GiveBack).await
}

pub(super) async fn close(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, Problem> {
    decide(&api, &caller, id, Close).await
}

pub(super) async fn do_not_contact(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, Problem> {
    decide(&api, &caller, id, DoNotContact).await
}

/// Does it, and answers the conversation as it is then.
async fn decide<O: Operation<Output = ()>>(
    api: &Api,
    caller: &Caller,
    id: Uuid,
    decided: impl FnOnce(Decision) -> O,
) -> Result<Json<Value>, Problem> {
    conversations::find(api, id).await?;
    api.app.store.write(decided(caller.decision(api, id))).await?;
    wake(api);
    Ok(Json(conversations::shown(&conversations::find(api, id).await?)))
}

/// Wakes what a decision gave work to.
pub(super) fn wake(api: &Api) {
    let now = api.app.clock.now();
    api.app.bells.ring(Lane::Whatsapp, now);
    api.app.bells.ring_mirrors(now);
}
