//! What was measured of each service: by its last probe and by the last real call.

use std::collections::BTreeMap;
use std::sync::RwLock;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::app::{App, OwnPhone};
use crate::clock::Clock;
use crate::config::Config;
use crate::store::setting::Ping;

/// How often each service is probed.
const EVERY: Duration = Duration::from_secs(15);
/// How long the database may take to answer the health page.
const DATABASE_TIME: Duration = Duration::from_secs(2);

/// The state of a service, in the customer's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No variables, so not used.
    NotConfigured,
    /// It answers, and takes our credentials.
    Configured,
    /// It answers (databases).
    Connected,
    /// It refuses our credentials.
    Unauthorized,
    /// WhatsApp is not connected to the instance.
    Disconnected,
    /// It does not answer.
    Unreachable,
}

impl State {
    /// Its name on the health page.
    pub fn name(self) -> &'static str {
        match self {
            State::NotConfigured => "not_configured",
            State::Configured => "configured",
            State::Connected => "connected",
            State::Unauthorized => "unauthorized",
            State::Disconnected => "disconnected",
            State::Unreachable => "unreachable",
        }
    }

    fn is_down(self) -> bool {
        matches!(self, State::Unauthorized | State::Disconnected | State::Unreachable)
    }
}

/// The latest measurements.
pub struct Health {
    clock: Clock,
    services: RwLock<BTreeMap<&'static str, (State, i64)>>,
}

impl Health {
    /// Nothing measured yet: what is configured counts as such until the first probe.
    pub fn new(config: &Config, clock: Clock) -> Self {
        let assume = |set: bool| if set { State::Configured } else { State::NotConfigured };
        let services = [
            ("supabase", assume(config.supabase.is_some())),
            ("openai", assume(config.openai.is_some())),
            ("zapi", assume(config.zapi.is_some())),
            ("chatwoot", assume(config.chatwoot.is_some())),
            ("piperun", assume(config.piperun.is_some())),
        ];
        let at = clock.now();
        let services = services.into_iter().map(|(name, state)| (name, (state, at))).collect();
        Self { clock, services: RwLock::new(services) }
    }

    /// Notes what a probe or a real call found.
    pub fn note(&self, service: &'static str, state: State) {
        let mut services = self.services.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = services.insert(service, (state, self.clock.now()));
        if before.is_none_or(|(before, _)| before != state) {
            tracing::info!(service, state = state.name(), "service state changed");
        }
    }

    /// The state of a service.
    pub fn state(&self, service: &str) -> State {
        let services = self.services.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        services.get(service).map_or(State::NotConfigured, |(state, _)| *state)
    }
}

/// The health page: its status is 200 unless a needed service is down.
pub async fn page(app: &App) -> (bool, Value) {
    let database = database(app).await;
    let mut services = serde_json::Map::new();
    for name in ["supabase", "openai", "zapi", "chatwoot", "piperun"] {
        services.insert(name.to_owned(), json!(app.health.state(name).name()));
    }
    services.insert("database".to_owned(), json!(database.name()));
    // Without the model the offline brain answers; without database or WhatsApp nobody does.
    let needed_down = database.is_down() || app.health.state("zapi").is_down();
    let degraded = app.health.state("openai").is_down();
    let status = match (needed_down, degraded) {
        (true, _) => "unhealthy",
        (false, true) => "degraded",
        (false, false) => "healthy",
    };
    (!needed_down, json!({ "status": status, "services": services }))
}

async fn database(app: &App) -> State {
    match tokio::time::timeout(DATABASE_TIME, app.store.read(Ping)).await {
        Ok(Ok(_)) => State::Connected,
        Ok(Err(_)) | Err(_) => State::Unreachable,
    }
}

/// Probes the vendors until asked to stop.
pub async fn run(app: &App, stop: CancellationToken) {
    loop {
        probe(app).await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Measures every vendor once.
pub async fn probe(app: &App) {
    tokio::join!(
        probe_zapi(app),
        probe_openai(app),
        probe_supabase(app),
        probe_chatwoot(app),
        probe_piperun(app)
    );
}

async fn probe_zapi(app: &App) {
    let Some(zapi) = &app.zapi else { return };
    app.health.note("zapi", crate::deliveries::state_of(&zapi.status().await));
    // Once for each connection: a vendor that does not tell is not asked again and again.
    if app.health.state("zapi") == State::Configured && app.own_phone() == OwnPhone::Unasked {
        app.set_own_phone(zapi.own_phone().await.map_or(OwnPhone::Unknown, OwnPhone::Known));
    }
}

async fn probe_piperun(app: &App) {
    let Some(piperun) = &app.piperun else { return };
    app.health.note("piperun", crate::crm::state_of(&piperun.pipelines().await));
}

async fn probe_chatwoot(app: &App) {
    let Some(chatwoot) = &app.chatwoot else { return };
    app.health.note("chatwoot", crate::chatwoot::state_of(&chatwoot.inbox().await));
}

async fn probe_openai(app: &App) {
    let Some(openai) = &app.openai else { return };
    app.health.note("openai", crate::brain::state_of(&openai.models().await));
}

async fn probe_supabase(app: &App) {
    if let Some(supabase) = &app.supabase {
        let measured = crate::supabase::probe(supabase).await;
        app.health.note("supabase", crate::supabase::state_of(&measured));
    } else if app.config.is_database_on_supabase() {
        app.health.note("supabase", database(app).await);
    }
}
