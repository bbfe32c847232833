//! The page `/demo`: a simulated phone in the browser, which talks to the running agent.
//!
//! What is typed in the page becomes a true webhook over HTTP; what the page shows is what the
//! simulated Z-API put on the phone. The page is served under a strict content security policy.

mod assets;
mod events;

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use rand::RngExt;
use serde::Deserialize;
use serde_json::json;

use crate::zapi::Zapi;

const LONGEST_NAME: usize = 60;
const LONGEST_TEXT: usize = 4096;
/// Area codes of cities whose leads the agent knows well.
const AREA_CODES: [u8; 8] = [11, 19, 31, 41, 47, 48, 51, 62];

struct Demo {
    zapi: Zapi,
    company: String,
    /// Tells a restarted server from the one that the page was talking to.
    epoch: String,
}

/// The routes of `/demo`, for the agent to mount in demo mode; `company` names who answers.
///
/// Event streams stay open until [`Zapi::stop`]: call it before a graceful shutdown waits.
pub fn router(zapi: Zapi, company: &str) -> Router {
    let epoch = uuid::Uuid::new_v4().simple().to_string();
    let demo = Arc::new(Demo { zapi, company: company.to_owned(), epoch });
    Router::new()
        .route("/demo/events", get(events::stream))
        .route("/demo/contacts", post(add_contact))
        .route("/demo/messages", post(write))
        .layer(DefaultBodyLimit::max(32 * 1024))
        .with_state(demo)
        .merge(assets::router())
}

#[derive(Deserialize)]
struct NewContact {
    name: String,
}

async fn add_contact(
    Shared(demo): Shared<Arc<Demo>>,
    body: Result<Json<NewContact>, JsonRejection>,
) -> Response {
    let Ok(Json(NewContact { name })) = body else { return refuse_body() };
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return error(StatusCode::BAD_REQUEST, "Dê um nome de até 60 letras ao contato.");
    }
    let phone = new_phone();
    demo.zapi.lead(&phone, name);
    (StatusCode::CREATED, Json(json!({"phone": phone, "name": name}))).into_response()
}

#[derive(Deserialize)]
struct NewMessage {
    phone: String,
    text: String,
}

async fn write(
    Shared(demo): Shared<Arc<Demo>>,
    body: Result<Json<NewMessage>, JsonRejection>,
) -> Response {
    let Ok(Json(NewMessage { phone, text })) = body else { return refuse_body() };
    let Some(contact) = demo.zapi.phones().contact(&phone) else {
        return error(StatusCode::NOT_FOUND, "Este contato não existe mais. Crie um novo.");
    };
    if text.trim().is_empty() || text.chars().count() > LONGEST_TEXT {
        let message = "A mensagem precisa ter de 1 a 4096 letras.";
        return error(StatusCode::BAD_REQUEST, message);
    }
    match demo.zapi.write(&contact.phone, &contact.name, &text).await {
        Ok(posted) if (200..300).contains(&posted.status) => {
            Json(json!({"messageId": posted.message_id})).into_response()
        }
        Ok(posted) => {
            let message = format!(
                "O agente recusou a mensagem (código {}). Veja o motivo nos registros do terminal.",
                posted.status
            );
            error(StatusCode::BAD_GATEWAY, &message)
        }
        Err(_) => {
            let message = "O agente não respondeu. Veja no terminal se o comando seleto demo \
                           continua rodando e mande de novo.";
            error(StatusCode::BAD_GATEWAY, message)
        }
    }
}

fn refuse_body() -> Response {
    error(StatusCode::BAD_REQUEST, "O pedido não veio no formato esperado.")
}

fn error(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({"error": message}))).into_response()
}

/// A mobile number that no earlier run has used, so that the agent does not know it yet.
fn new_phone() -> String {
    let mut dice = rand::rng();
    let area = AREA_CODES[dice.random_range(0..AREA_CODES.len())];
    let number: u32 = dice.random_range(0..100_000_000);
    format!("55{area}9{number:08}")
}
