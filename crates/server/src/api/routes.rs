//! The one table of the API's routes: who may use each, and what the description says of it.

use std::sync::Arc;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};

use super::access::Access::{self, Open, Role};
use super::{
    Api, conversations, dead_letters, decisions, leads, messages, openapi, questions, state,
};
use crate::store::console::accounts::Role::{Reader, Sdr};

/// A parameter behind the question mark: its name, its schema, what it is for.
pub type Parameter = (&'static str, &'static str, &'static str);

/// An operation.
pub struct Route {
    /// How it is asked.
    pub method: Method,
    /// Where, below the base.
    pub path: &'static str,
    /// By whom.
    pub access: Access,
    /// What it does, for people.
    pub summary: &'static str,
    /// What may stand behind the question mark.
    pub query: &'static [Parameter],
    /// The schema of its body.
    pub body: Option<&'static str>,
    /// The schema of its answer.
    pub answer: &'static str,
    /// The status of its answer.
    pub status: u16,
    /// What answers.
    pub(super) handler: MethodRouter<Arc<Api>>,
}

const CURSOR: Parameter = ("cursor", "Cursor", "O “next” da página anterior");
const LIMIT: Parameter = ("limit", "Limit", "Quantos por página");
const LIST: &[Parameter] = &[
    ("filter", "Filter", "Quais conversas"),
    ("q", "Search", "Nome, parte do telefone, empresa ou palavras de uma mensagem"),
    CURSOR,
];
const LETTERS: &[Parameter] = &[
    ("lane", "Lane", "Só desta faixa"),
    ("state", "LetterState", "Só neste estado; sem ele, tudo menos o que foi descartado"),
    CURSOR,
    LIMIT,
];

/// Every route.
pub fn all() -> Vec<Route> {
    vec![
        get("/openapi.json", Open, openapi::serve).says("Esta descrição", "Description"),
        get("/conversations", Role(Reader), conversations::list)
            .says("Lista conversas, por páginas", "ConversationPage")
            .query(LIST),
        get("/conversations/{id}", Role(Reader), conversations::open)
            .says("Uma conversa", "Conversation"),
        get("/conversations/{id}/messages", Role(Reader), messages::list)
            .says("As mensagens: a primeira página tem as últimas", "MessagePage")
            .query(&[CURSOR]),
        post("/conversations/{id}/messages", Sdr, messages::write)
            .says("Escreve ao lead pelo WhatsApp e assume a conversa", "Accepted")
            .takes("NewMessage")
            .answers_with(202),
        post("/conversations/{id}/take-over", Sdr, decisions::take_over)
            .says("Assume a conversa: o agente fica em silêncio", "Conversation"),
        post("/conversations/{id}/give-back", Sdr, decisions::give_back)
            .says("Devolve a conversa ao agente", "Conversation"),
        post("/conversations/{id}/close", Sdr, decisions::close)
            .says("Encerra até o lead escrever de novo", "Conversation"),
        post("/conversations/{id}/do-not-contact", Sdr, decisions::do_not_contact)
            .says("O lead não quer mais mensagens", "Conversation"),
        get("/leads/{id}", Role(Reader), leads::open)
            .says("O que se sabe de um lead e de onde; aceita também o id da conversa", "Lead"),
        patch("/leads/{id}/fields/{field}", Sdr, leads::correct)
            .says("Corrige um campo: o agente não o muda mais", "Lead")
            .takes("Correction"),
        post("/leads/{id}/fields/{field}/free", Sdr, leads::free)
            .says("Deixa o agente atualizar o campo de novo", "Lead"),
        get("/technical-questions", Role(Reader), questions::list)
            .says("Perguntas técnicas, por páginas", "QuestionPage")
            .query(&[("which", "Which", "Abertas ou respondidas"), CURSOR, LIMIT]),
        post("/technical-questions/{id}/answer", Sdr, questions::answer)
            .says("Responde ao lead; o agente continua com a conversa", "Question")
            .takes("Answer"),
        post("/technical-questions/{id}/set-aside", Sdr, questions::set_aside)
            .says("Deixa a pergunta de lado, sem mensagem ao lead", "Question"),
        get("/dead-letters", Role(Reader), dead_letters::list)
            .says("O que não foi entregue e espera uma decisão, por páginas", "DeadLetterPage")
            .query(LETTERS),
        post("/dead-letters/{key}/retry", Sdr, dead_letters::retry)
            .says("Tenta de novo", "Decided"),
        post("/dead-letters/{key}/drop", Sdr, dead_letters::drop).says("Descarta", "Decided"),
        get("/figures", Role(Reader), state::figures)
            .says("Os números dos últimos dias", "Figures")
            .query(&[("days", "Days", "Quantos dias, contando hoje")]),
        get("/health", Role(Reader), state::health)
            .says("Os sistemas ligados e o que espera por eles", "Health"),
    ]
}

fn get<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, Arc<Api>>,
    T: 'static,
{
    Route::new(Method::GET, path, access, routing::get(handler))
}

fn post<H, T>(path: &'static str, role: crate::store::console::accounts::Role, handler: H) -> Route
where
    H: Handler<T, Arc<Api>>,
    T: 'static,
{
    Route::new(Method::POST, path, Role(role), routing::post(handler))
}

fn patch<H, T>(path: &'static str, role: crate::store::console::accounts::Role, handler: H) -> Route
where
    H: Handler<T, Arc<Api>>,
    T: 'static,
{
    Route::new(Method::PATCH, path, Role(role), routing::patch(handler))
}

impl Route {
    fn new(
        method: Method,
        path: &'static str,
        access: Access,
        handler: MethodRouter<Arc<Api>>,
    ) -> Self {
        let (summary, query, body, answer, status) = ("", &[][..], None, "", 200);
        Self { method, path, access, summary, query, body, answer, status, handler }
    }

    fn says(self, summary: &'static str, answer: &'static str) -> Self {
        Self { summary, answer, ..self }
    }

    fn query(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    fn takes(self, body: &'static str) -> Self {
        Self { body: Some(body), ..self }
    }

    fn answers_with(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The names in its path.
    pub fn places(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}
