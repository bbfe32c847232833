//! A local PipeRun: deals, persons, companies and notes, with no idempotency at all.
//!
//! A repeated `POST` makes a second record, lists cannot be filtered by `reference`, and numbers
//! are text here and there, as at the vendor.

mod calls;
mod catalogue;
mod envelope;
mod records;
mod writes;

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::faults::FaultPlan;
use crate::local_server::LocalServer;
use crate::log::{Log, lock};
use crate::poster::{Answer, PostError, Poster};
pub use calls::{Call, Operation};
pub use catalogue::Catalogue;
use records::{Kind, Records};

/// How the local PipeRun is set up.
#[derive(Clone)]
pub struct PiperunConfig {
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// The user's token that every call must carry.
    pub token: String,
    /// Funnels, stages, origins, users and cities.
    pub catalogue: Catalogue,
    /// The seed of everything that is left to chance.
    pub seed: u64,
    /// How many calls are kept; counters go on beyond it.
    pub keep: usize,
    /// Tells the time that records carry.
    pub clock: Clock,
}

impl Default for PiperunConfig {
    fn default() -> Self {
        Self {
            port: 0,
            token: "5e1e70f00d5e1e70f00d5e1e70f00d01".to_owned(),
            catalogue: Catalogue::default(),
            seed: 1,
            keep: 100_000,
            clock: Clock::system(),
        }
    }
}

/// A running local PipeRun; clones share it, and the last one to go stops it.
#[derive(Clone)]
pub struct Piperun {
    state: Arc<State>,
    server: Arc<LocalServer>,
}

struct State {
    config: PiperunConfig,
    token: Mutex<String>,
    records: Mutex<Records>,
    calls: Log<Call>,
    faults: Vec<FaultPlan>,
    automation: Mutex<Option<String>>,
    poster: Poster,
    stop: CancellationToken,
}

impl Piperun {
    /// Starts it on `127.0.0.1`, without records.
    pub async fn start(config: PiperunConfig) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let port = config.port;
        let faults = (0..Operation::COUNT).map(|n| FaultPlan::seeded(config.seed + n as u64));
        let state = Arc::new(State {
            token: Mutex::new(config.token.clone()),
            records: Mutex::default(),
            calls: Log::bounded(config.keep),
            faults: faults.collect(),
            automation: Mutex::default(),
            poster: Poster::new(),
            stop: stop.clone(),
            config,
        });
        let server = LocalServer::start(port, calls::router(state.clone()), stop).await?;
        Ok(Self { state, server: Arc::new(server) })
    }

    /// What the agent needs as `PIPERUN_API_URL`.
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.server.base_url())
    }

    /// The environment that points an agent to this PipeRun.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let catalogue = &self.state.config.catalogue;
        vec![
            ("PIPERUN_API_URL", self.base_url()),
            ("PIPERUN_API_TOKEN", self.state.config.token.clone()),
            ("PIPERUN_PIPELINE_ID", catalogue.pipeline_id().to_string()),
            ("PIPERUN_STAGE_ID", catalogue.first_stage_id().to_string()),
            ("PIPERUN_ORIGIN_ID", catalogue.origin_id().to_string()),
        ]
    }

    /// Stops accepting, ends what hangs, and waits for open answers.
    pub async fn stop(&self) {
        self.server.stop().await;
    }

    /// The calls that came in.
    pub fn calls(&self) -> &Log<Call> {
        &self.state.calls
    }

    /// The faults of one kind of call.
    pub fn faults(&self, operation: Operation) -> &FaultPlan {
        &self.state.faults[operation as usize]
    }

    /// From now on calls must carry another token.
    pub fn change_token(&self, token: &str) {
        token.clone_into(&mut lock(&self.state.token));
    }

    /// All deals, oldest first, deleted ones too.
    pub fn deals(&self) -> Vec<Value> {
        self.all(Kind::Deal)
    }

    /// All persons, oldest first.
    pub fn persons(&self) -> Vec<Value> {
        self.all(Kind::Person)
    }

    /// All companies, oldest first.
    pub fn companies(&self) -> Vec<Value> {
        self.all(Kind::Company)
    }

    /// All notes, oldest first.
    pub fn notes(&self) -> Vec<Value> {
        self.all(Kind::Note)
    }

    /// A seller, or another system, makes a deal; `fields` as in the call.
    pub fn seller_creates(&self, fields: Value) -> i64 {
        self.state.create(Kind::Deal, fields)
    }

    /// Somebody makes a person; `fields` as in the call.
    pub fn add_person(&self, fields: Value) -> i64 {
        self.state.create(Kind::Person, fields)
    }

    /// Somebody makes a company; `fields` as in the call.
    pub fn add_company(&self, fields: Value) -> i64 {
        self.state.create(Kind::Company, fields)
    }

    /// A seller drags the card to another stage.
    pub async fn seller_moves(&self, deal: i64, stage: i64) -> Result<Answer, PostError> {
        self.seller_sets(deal, json!({"stage_id": stage}), "update").await
    }

    /// A seller marks the deal as won.
    pub async fn wins(&self, deal: i64) -> Result<Answer, PostError> {
        let fields = json!({"status": 1, "closed_at": self.state.now()});
        self.seller_sets(deal, fields, "win").await
    }

    /// A seller marks the deal as lost.
    pub async fn loses(&self, deal: i64, reason: &str) -> Result<Answer, PostError> {
        let fields = json!({"status": 3, "closed_at": self.state.now(), "reason_close": reason});
        self.seller_sets(deal, fields, "lose").await
    }

    /// A seller deletes the deal.
    pub async fn deletes(&self, deal: i64) -> Result<Answer, PostError> {
        self.seller_sets(deal, json!({"deleted": 1}), "delete").await
    }

    /// A seller changes any field; the funnel's automatic action posts the deal, if one is set.
    pub async fn seller_sets(
        &self,
        deal: i64,
        fields: Value,
        action: &str,
    ) -> Result<Answer, PostError> {
        self.state.update(Kind::Deal, deal, fields);
        self.automation(deal, action).await
    }

    /// Sets the address to which the funnel's automatic action posts deals.
    pub fn set_automation(&self, url: &str) {
        *lock(&self.state.automation) = Some(url.to_owned());
    }

    /// From now on automatic actions post to the agent at this address.
    pub fn call_back(&self, agent_url: &str, webhook_secret: &str) {
        let agent = agent_url.trim_end_matches('/');
        self.set_automation(&format!("{agent}/webhook/piperun?token={webhook_secret}"));
    }

    /// The automatic action posts a deal, as it stands, once more.
    pub async fn automation(&self, deal: i64, action: &str) -> Result<Answer, PostError> {
        let url = lock(&self.state.automation).clone().ok_or(PostError::NoAddress)?;
        let body = self.state.whole_deal(deal, action);
        let headers = [("content-type", "application/json")];
        self.state.poster.post(&url, &headers, body.to_string().into()).await
    }

    fn all(&self, kind: Kind) -> Vec<Value> {
        lock(&self.state.records).all(kind)
    }
}
