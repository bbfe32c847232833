//! Leads' questions for engineering, and the answers that reach the leads.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::Caller;
use super::extract::{Body, Path, Query, cursor, cut, limit};
use super::{Api, Problem, decisions, messages, time};
use crate::store::console::questions::{
    AnswerQuestion, Answered, FindQuestion, ListQuestions, Question, Which,
};

/// The longest page.
const MOST: i64 = 100;
/// The longest answer, in characters.
const LONGEST: usize = 4_000;

/// What the address asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    which: Option<String>,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// A page of the questions: open ones the oldest first, answered ones the latest first.
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Problem> {
    let which = match asked.which.as_deref() {
        None | Some("open") => Which::Open,
        Some("answered") => Which::Answered,
        Some(_) => {
            return Err(Problem::Invalid("O parâmetro “which” é open ou answered.".to_owned()));
        }
    };
    let limit = limit(asked.limit, MOST)?;
    let after = cursor(asked.cursor.as_deref())?;
    let list = ListQuestions { which, after, limit: limit + 1 };
    let mut questions = api.app.store.read(list).await?;
    let has_more = cut(&mut questions, limit);
    let next = questions.last().filter(|_| has_more).map(|last| {
        let at = last.answer.as_ref().map_or(last.asked_at, |answer| answer.at);
        format!("{at}_{}", last.id)
    });
    let items: Vec<_> = questions.iter().map(shown).collect();
    Ok(Json(json!({ "items": items, "next": next })))
}

fn shown(question: &Question) -> Value {
    let answer = question
        .answer
        .as_ref()
        .map(|answer| json!({ "text": answer.text, "by": answer.by, "at": time(answer.at) }));
    json!({
        "id": question.id,
        "question": question.question,
        "product": question.product,
        "asked_at": time(question.asked_at),
        "phone": question.phone,
        "name": question.name,
        "company": question.company,
        "conversation_id": question.conversation,
        "answer": answer,
    })
}

/// What engineering answers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    text: String,
}

/// Answers: the text goes to the lead, and the agent stays in charge.
pub(super) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Body(written): Body<Written>,
) -> Result<Json<Value>, Problem> {
    let text = messages::checked(&written.text, LONGEST)?;
    settle(&api, &caller, id, Some(text)).await
}

/// Sets a question aside without a word to the lead.
pub(super) async fn set_aside(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, Problem> {
    settle(&api, &caller, id, None).await
}

async fn settle(
    api: &Api,
    caller: &Caller,
    id: Uuid,
    text: Option<String>,
) -> Result<Json<Value>, Problem> {
    let question = find(api, id).await?;
    let conversation = question.conversation.ok_or(Problem::Conflict(
        "A conversa deste lead foi apagada: não há para onde responder.",
    ))?;
    let decision = caller.decision(api, conversation);
    match api.app.store.write(AnswerQuestion { decision, question: id, text }).await? {
        Answered::Sent => {}
        Answered::Already => {
            return Err(Problem::Conflict(
                "Alguém já respondeu a esta pergunta. Veja a resposta em \
                 GET /technical-questions?which=answered.",
            ));
        }
        Answered::Unknown => return Err(Problem::Missing("A conversa deste lead foi apagada.")),
        Answered::OptedOut => {
            return Err(Problem::Conflict(
                "O lead pediu para não receber mensagens: a resposta não foi enviada. Use \
                 POST /technical-questions/{id}/set-aside.",
            ));
        }
    }
    decisions::wake(api);
    Ok(Json(shown(&find(api, id).await?)))
}

async fn find(api: &Api, id: Uuid) -> Result<Question, Problem> {
    let found = api.app.store.read(FindQuestion(id)).await?;
    found.ok_or(Problem::Missing("Não há pergunta com este id."))
}
