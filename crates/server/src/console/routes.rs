//! The one table of the console's routes, each with who may use it.

use std::sync::Arc;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};

use super::access::Access::{self, Open, Role};
use super::{Console, assets, figures, funnel, home, integrations, login, privacy, questions};
use crate::store::console::accounts::Role::{Admin, Reader, Sdr};

/// A way into the console.
pub struct Route {
    /// How it is asked.
    pub method: Method,
    /// Where.
    pub path: &'static str,
    /// By whom.
    pub access: Access,
    /// What answers.
    pub handler: MethodRouter<Arc<Console>>,
}

/// Every route.
pub fn all() -> Vec<Route> {
    vec![
        get("/assets/{file}", Open, assets::serve),
        get("/", Open, home::landing),
        get("/entrar", Open, login::form),
        post("/entrar", Open, login::enter),
        get("/acesso/{secret}", Open, login::link),
        post("/acesso/{secret}", Open, login::use_link),
        post("/sair", Role(Reader), login::leave),
        get("/mais", Role(Reader), home::more),
        get("/numeros", Role(Reader), figures::page),
        get("/integracoes", Role(Reader), integrations::page),
        get("/integracoes/painel", Role(Reader), integrations::panel),
        post("/integracoes/testar", Role(Admin), integrations::examine),
        post("/integracoes/alertas", Role(Sdr), integrations::resolve),
        post("/integracoes/nao-entregues", Role(Sdr), integrations::decide),
        get("/integracoes/mensagens", Role(Reader), integrations::messages),
        get("/integracoes/mensagens/{id}", Role(Reader), integrations::message),
        get("/perguntas", Role(Reader), questions::page),
        post("/perguntas/{id}", Role(Sdr), questions::answer),
        get("/privacidade", Role(Admin), privacy::page),
        get("/privacidade/dados.json", Role(Admin), privacy::export),
        get("/funil", Role(Reader), funnel::page),
        get("/funil/leads.csv", Role(Sdr), funnel::export),
        get("/funil/{conversation}", Role(Sdr), funnel::form),
        post("/funil/{conversation}", Role(Sdr), funnel::correct),
    ]
}

fn get<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, Arc<Console>>,
    T: 'static,
{
    Route { method: Method::GET, path, access, handler: routing::get(handler) }
}

fn post<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, Arc<Console>>,
    T: 'static,
{
    Route { method: Method::POST, path, access, handler: routing::post(handler) }
}
