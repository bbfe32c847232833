//! A lead: what is known, from which words, and what people correct.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use seleto_rules::lead::Field;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::Caller;
use super::extract::{Body, Path};
use super::{Api, Problem, time};
use crate::store::facts::{
    CorrectFact, Corrected, FactRow, FreeField, LeadFacts, LoadFacts, Source, Whose,
};

/// The longest value of a field, in characters.
const LONGEST: usize = 200;

/// One lead, named by its own id or by that of a conversation.
pub(super) async fn open(
    State(api): State<Arc<Api>>,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&find(&api, id).await?)))
}

async fn find(api: &Api, id: Uuid) -> Result<LeadFacts, Problem> {
    let store = &api.app.store;
    let found = match store.read(LoadFacts(Whose::Lead(id))).await? {
        None => store.read(LoadFacts(Whose::Conversation(id))).await?,
        found => found,
    };
    found.ok_or(Problem::Missing("Não há lead nem conversa com este id."))
}

fn shown(known: &LeadFacts) -> Value {
    let field = |field: &Field| {
        let row = known.current.iter().find(|row| row.field == *field);
        let value = known.lead.value(*field).map(|value| value.to_string());
        json!({
            "field": field.key(),
            "label": field.label(),
            "evidence": row.filter(|_| value.is_some()).map(evidence),
            "value": value,
            "held": row.is_some_and(|row| row.held),
        })
    };
    let former = |row: &FactRow| {
        json!({
            "field": row.field.key(),
            "value": row.value,
            "evidence": evidence(row),
            "superseded_at": row.superseded_at.map(time),
            "was_outranked": row.was_outranked(),
        })
    };
    json!({
        "id": known.id,
        "score": known.score,
        "fields": Field::ALL.iter().map(field).collect::<Vec<_>>(),
        "history": known.history.iter().map(former).collect::<Vec<_>>(),
    })
}

fn evidence(row: &FactRow) -> Value {
    json!({
        "source": row.source.name(),
        "quote": row.quote,
        "message_id": row.message,
        "turn_id": row.turn,
        "by": row.actor,
        "at": time(row.created_at),
    })
}

/// What somebody writes into a field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Correction {
    /// Nothing takes the value away.
    value: Option<String>,
}

/// Writes a field: from then on the agent does not change it.
pub(super) async fn correct(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path((id, key)): Path<(Uuid, String)>,
    Body(correction): Body<Correction>,
) -> Result<Json<Value>, Problem> {
    let text = correction.value.unwrap_or_default().trim().to_owned();
    if text.chars().count() > LONGEST {
        let why = format!("O campo “value” aceita até {LONGEST} caracteres.");
        return Err(Problem::Invalid(why));
    }
    let correct = CorrectFact {
        whose: Whose::Lead(find(&api, id).await?.id),
        field: field(&key)?,
        text,
        source: Source::Human,
        actor: caller.actor(),
        playbook: api.app.playbook(),
        now: api.app.clock.now(),
    };
    match api.app.store.write(correct).await? {
        Corrected::Refused(refusal) => Err(Problem::Invalid(refusal.to_string())),
        Corrected::Unknown => Err(Problem::Missing("Este lead foi apagado.")),
        Corrected::Done(..) | Corrected::Unchanged => after(&api, id).await,
    }
}

/// Leaves a field to the agent again.
pub(super) async fn free(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path((id, key)): Path<(Uuid, String)>,
) -> Result<Json<Value>, Problem> {
    let free = FreeField {
        whose: Whose::Lead(find(&api, id).await?.id),
        field: field(&key)?,
        actor: caller.actor(),
        now: api.app.clock.now(),
    };
    api.app.store.write(free).await?;
    after(&api, id).await
}

fn field(key: &str) -> Result<Field, Problem> {
    Field::of_key(key)
        .ok_or(Problem::Missing("Não há campo com este nome. Veja os nomes em GET /leads/{id}."))
}

/// The lead as it is now.
async fn after(api: &Api, id: Uuid) -> Result<Json<Value>, Problem> {
    api.app.bells.ring_mirrors(api.app.clock.now());
    Ok(Json(shown(&find(api, id).await?)))
}
