//! What people do in a conversation: write, take it over, give it back, end it, correct a fact.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use seleto_rules::internal::Internal;
use seleto_rules::lead::Field;
use serde::Deserialize;
use uuid::Uuid;

use super::lead_side;
use crate::console::access::is_htmx;
use crate::console::viewer::Viewer;
use crate::console::{Console, Problem};
use crate::store::console::thread::LoadHead;
use crate::store::control::{Close, Decision, DoNotContact, GiveBack, HumanSays, TakeOver};
use crate::store::facts::{CorrectFact, Corrected, FreeField, Source, Whose};
use crate::store::note::{AddNote, Note};
use crate::store::queue::Lane;

/// The most characters WhatsApp takes in one message.
const LONGEST: usize = 4096;

impl Console {
    fn decision(&self, viewer: &Viewer, conversation: Uuid) -> Decision {
        Decision { conversation, actor: viewer.actor(), now: self.app.clock.now() }
    }

    /// Wakes what a decision gave work to, and answers.
    fn decided(&self, headers: &HeaderMap, conversation: Uuid) -> Response {
        let now = self.app.clock.now();
        self.app.bells.ring(Lane::Whatsapp, now);
        self.app.bells.ring_mirrors(now);
        if is_htmx(headers) {
            return ([("hx-trigger", "conversa-mudou")], super::nothing()).into_response();
        }
        Redirect::to(&format!("/conversas/{conversation}")).into_response()
    }
}

#[derive(Deserialize)]
pub(in crate::console) struct Written {
    texto: String,
    /// Only for the company's people.
    nota: Option<String>,
}

/// Writes to the lead, and whoever does has the conversation; or a note that only people read.
pub(in crate::console) async fn say(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Form(written): Form<Written>,
) -> Result<Response, Problem> {
    let text = written.texto.replace("\r\n", "\n").trim().to_owned();
    if text.is_empty() {
        return Err(Problem::Invalid("Escreva alguma coisa antes de enviar.".to_owned()));
    }
    if text.chars().count() > LONGEST {
        let why = "Cada mensagem ou nota tem até 4.096 caracteres. Divida em duas.";
        return Err(Problem::Invalid(why.to_owned()));
    }
    if written.nota.is_some() {
        add_note(&console, &viewer, id, text).await?;
        return Ok(console.decided(&headers, id));
    }
    let decision = console.decision(&viewer, id);
    let says = HumanSays { decision, message: Uuid::now_v7(), text };
    if !console.app.store.write(says).await? {
        return Err(Problem::NotFound);
    }
    Ok(console.decided(&headers, id))
}

async fn add_note(
    console: &Console,
    viewer: &Viewer,
    conversation: Uuid,
    text: String,
) -> Result<(), Problem> {
    let store = &console.app.store;
    store.read(LoadHead { id: conversation }).await?.ok_or(Problem::NotFound)?;
    let note = Note::new(conversation, Internal::new(text));
    let (actor, now) = (viewer.actor(), console.app.clock.now());
    Ok(store.write(AddNote { note, actor, now }).await?)
}

pub(in crate::console) async fn take_over(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    console.app.store.write(TakeOver(console.decision(&viewer, id))).await?;
    Ok(console.decided(&headers, id))
}

pub(in crate::console) async fn give_back(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    console.app.store.write(GiveBack(console.decision(&viewer, id))).await?;
    Ok(console.decided(&headers, id))
}

pub(in crate::console) async fn close(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    console.app.store.write(Close(console.decision(&viewer, id))).await?;
    Ok(console.decided(&headers, id))
}

pub(in crate::console) async fn do_not_contact(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    console.app.store.write(DoNotContact(console.decision(&viewer, id))).await?;
    Ok(console.decided(&headers, id))
}

#[derive(Deserialize)]
pub(in crate::console) struct Correction {
    campo: String,
    #[serde(default)]
    valor: String,
}

impl Correction {
    fn field(&self) -> Result<Field, Problem> {
        Field::of_key(&self.campo).ok_or(Problem::NotFound)
    }
}

/// Writes a field of the lead's record.
pub(in crate::console) async fn correct(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Form(correction): Form<Correction>,
) -> Result<Response, Problem> {
    let app = &console.app;
    let corrected = app
        .store
        .write(CorrectFact {
            whose: Whose::Conversation(id),
            field: correction.field()?,
            text: correction.valor.trim().chars().take(200).collect(),
            source: Source::Human,
            actor: viewer.actor(),
            playbook: app.playbook(),
            now: app.clock.now(),
        })
        .await?;
    match corrected {
        Corrected::Refused(refusal) => Err(Problem::Invalid(refusal.to_string())),
        Corrected::Unknown => Err(Problem::NotFound),
        Corrected::Done(..) | Corrected::Unchanged => after(console, viewer, id, headers).await,
    }
}

/// Leaves a field to the brains again.
pub(in crate::console) async fn free(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Form(correction): Form<Correction>,
) -> Result<Response, Problem> {
    let free = FreeField {
        whose: Whose::Conversation(id),
        field: correction.field()?,
        actor: viewer.actor(),
        now: console.app.clock.now(),
    };
    console.app.store.write(free).await?;
    after(console, viewer, id, headers).await
}

/// The lead as it is now.
async fn after(
    console: Arc<Console>,
    viewer: Viewer,
    id: Uuid,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    console.app.bells.ring_mirrors(console.app.clock.now());
    if !is_htmx(&headers) {
        return Ok(Redirect::to(&format!("/conversas/{id}")).into_response());
    }
    let side = lead_side(State(console), viewer, Path(id)).await?;
    Ok(([("hx-trigger", "conversa-mudou")], side).into_response())
}
