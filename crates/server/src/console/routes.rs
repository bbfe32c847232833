//! The one table of the console's routes, each with who may use it.

use std::sync::Arc;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};

use super::access::Access::{self, Open, Role};
use super::conversations::actions;
use super::{
    Console, agent, assets, conversations, figures, funnel, home, integrations, live, login,
    operations, privacy, questions, tokens, users, why,
};
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
        get("/agente", Role(Admin), agent::page),
        post("/agente/modo", Role(Admin), agent::mode::choose),
        get("/agente/playbook", Role(Admin), agent::editor::page),
        post("/agente/playbook", Role(Admin), agent::editor::publish),
        post("/agente/playbook/conferir", Role(Admin), agent::editor::examine),
        post("/agente/playbook/experimentar", Role(Admin), agent::editor::try_out),
        post("/agente/playbook/voltar", Role(Admin), agent::editor::go_back),
        post("/agente/experimentar", Role(Admin), agent::try_out),
        get("/funil", Role(Reader), funnel::page),
        get("/funil/leads.csv", Role(Sdr), funnel::export),
        get("/funil/{conversation}", Role(Sdr), funnel::form),
        post("/funil/{conversation}", Role(Sdr), funnel::correct),
        get("/ao-vivo", Role(Reader), live::stream),
        get("/conversas", Role(Reader), conversations::index),
        get("/conversas/lista", Role(Reader), conversations::rows),
        get("/conversas/{id}", Role(Reader), conversations::open),
        get("/conversas/{id}/linha", Role(Reader), conversations::row),
        get("/conversas/{id}/partes", Role(Reader), conversations::parts),
        get("/conversas/{id}/anteriores", Role(Reader), conversations::earlier),
        get("/conversas/{id}/lead", Role(Reader), conversations::lead_side),
        post("/conversas/{id}/mensagens", Role(Sdr), actions::say),
        post("/conversas/{id}/assumir", Role(Sdr), actions::take_over),
        post("/conversas/{id}/devolver", Role(Sdr), actions::give_back),
        post("/conversas/{id}/encerrar", Role(Sdr), actions::close),
        post("/conversas/{id}/nao-contatar", Role(Sdr), actions::do_not_contact),
        post("/conversas/{id}/fatos", Role(Sdr), actions::correct),
        post("/conversas/{id}/fatos/liberar", Role(Sdr), actions::free),
        get("/midia/{id}", Role(Reader), conversations::media::file),
        get("/turnos/{id}", Role(Reader), why::show),
        post("/turnos/{id}/repetir", Role(Sdr), why::replay),
        get("/conta", Role(Reader), tokens::index),
        post("/conta/tokens", Role(Reader), tokens::add),
        post("/conta/tokens/{id}/revogar", Role(Reader), tokens::revoke),
        get("/api/v1", Role(Reader), operations::index),
        get("/usuarios", Role(Admin), users::index),
        post("/usuarios", Role(Admin), users::add),
        post("/usuarios/{id}/papel", Role(Admin), users::change_role),
        post("/usuarios/{id}/link", Role(Admin), users::link),
        post("/usuarios/{id}/desativar", Role(Admin), users::disable),
        post("/usuarios/{id}/ativar", Role(Admin), users::enable),
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
