//! Messages of a conversation: read, and written by people.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::Caller;
use super::extract::{Body, Path, Query, wrong_cursor};
use super::{Api, Problem, conversations, decisions, time};
use crate::store::console::thread::{LoadStretch, Said};
use crate::store::control::{HumanSays, WasSaid};

/// The most characters WhatsApp takes in one message.
const LONGEST: usize = 4096;

/// What the address asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    cursor: Option<String>,
}

/// A page of messages, oldest first; the first page has the latest ones. Nobody is taken to have
/// read them.
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Problem> {
    let before = asked.cursor.map(|text| text.parse().map_err(|_| wrong_cursor())).transpose()?;
    conversations::find(&api, id).await?;
    let stretch = api.app.store.read(LoadStretch { conversation: id, before }).await?;
    let first = stretch.messages.first().filter(|_| stretch.has_earlier);
    Ok(Json(json!({
        "items": stretch.messages.iter().map(shown).collect::<Vec<_>>(),
        "next": first.map(|first| first.seq.to_string()),
    })))
}

fn shown(said: &Said) -> Value {
    let delivery = said
        .fate
        .as_ref()
        .map(|fate| json!({ "state": fate.state, "tick": fate.tick, "reason": fate.reason }));
    json!({
        "id": said.id,
        "author": said.author,
        "by": said.by,
        "kind": said.kind,
        "text": said.text,
        "transcript": said.transcript,
        "quoted": said.quoted,
        "turn_id": said.turn,
        "at": time(said.at),
        "edited_at": said.edited_at.map(time),
        "deleted": said.is_deleted,
        "delivery": delivery,
    })
}

/// What somebody writes to the lead.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    text: String,
    /// The message's id, when the caller makes it: asked again, it is not sent again.
    id: Option<Uuid>,
}

/// Writes to the lead; whoever writes has the conversation.
pub(super) async fn write(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path(conversation): Path<Uuid>,
    Body(written): Body<Written>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let text = checked(&written.text, LONGEST)?;
    let message = written.id.unwrap_or_else(Uuid::now_v7);
    let accepted = (StatusCode::ACCEPTED, Json(json!({ "id": message })));
    if api.app.store.read(WasSaid { message, conversation }).await? {
        return Ok(accepted);
    }
    if conversations::find(&api, conversation).await?.opted_out {
        return Err(Problem::Conflict(
            "O lead pediu para não receber mensagens: nada foi enviado. Se ele escrever antes, \
             responda pelo painel.",
        ));
    }
    let decision = caller.decision(&api, conversation);
    api.app.store.write(HumanSays { decision, message, text }).await?;
    decisions::wake(&api);
    Ok(accepted)
}

/// A text for WhatsApp.
pub(super) fn checked(text: &str, longest: usize) -> Result<String, Problem> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.is_empty() {
        return Err(Problem::Invalid("O campo “text” está vazio: escreva a mensagem.".to_owned()));
    }
    if text.chars().count() > longest {
        let why = format!("O campo “text” aceita até {longest} caracteres. Divida em duas.");
        return Err(Problem::Invalid(why));
    }
    Ok(text)
}
