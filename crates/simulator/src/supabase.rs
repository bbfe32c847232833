//! A local Supabase: the customer's six tables behind the REST interface of PostgREST.

mod calls;
mod errors;
mod keys;
mod query;
mod schema;
mod tables;

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::faults::FaultPlan;
use crate::local_server::LocalServer;
use crate::log::{Log, lock};
pub use calls::{Operation, SupabaseCall};
pub use errors::{
    database_unreachable, permission_denied, serialization_failure, unauthorized_without_body,
};
use keys::Keys;
use tables::Tables;

/// How the local Supabase is set up.
#[derive(Clone)]
pub struct SupabaseConfig {
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// The new kind of secret key, which is no JWT.
    pub secret_key: String,
    /// The older kind, a JWT of the role `service_role`.
    pub service_role_key: String,
    /// The public key, a JWT of the role `anon`, which may do nothing here.
    pub anon_key: String,
    /// Most rows that one answer holds.
    pub max_rows: usize,
    /// The seed of everything that is left to chance.
    pub seed: u64,
    /// How many calls are kept; counters go on beyond it.
    pub keep: usize,
    /// Tells the time of columns that have the present as default.
    pub clock: Clock,
}

impl Default for SupabaseConfig {
    fn default() -> Self {
        Self {
            port: 0,
            secret_key: "sb_secret_simulator0000000000000_00000000".to_owned(),
            service_role_key: "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2ltdWxhZG8"
                .to_owned(),
            anon_key: "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2ltdWxhZG8".to_owned(),
            max_rows: 1000,
            seed: 1,
            keep: 10_000,
            clock: Clock::system(),
        }
    }
}

/// A running local Supabase; clones share it, and the last one to go stops it.
#[derive(Clone)]
pub struct Supabase {
    state: Arc<State>,
    server: Arc<LocalServer>,
}

struct State {
    config: SupabaseConfig,
    keys: Keys,
    tables: Mutex<Tables>,
    calls: Log<SupabaseCall>,
    faults: Vec<FaultPlan>,
    stop: CancellationToken,
}

impl Supabase {
    /// Starts it on `127.0.0.1`, with empty tables.
    pub async fn start(config: SupabaseConfig) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let port = config.port;
        let faults = (0..Operation::COUNT).map(|n| FaultPlan::seeded(config.seed + n as u64));
        let state = Arc::new(State {
            keys: Keys::of(&config),
            tables: Mutex::new(Tables::new(config.clock.clone(), config.max_rows)),
            calls: Log::bounded(config.keep),
            faults: faults.collect(),
            stop: stop.clone(),
            config,
        });
        let server = LocalServer::start(port, calls::router(state.clone()), stop).await?;
        Ok(Self { state, server: Arc::new(server) })
    }

    /// What the agent needs as `SUPABASE_URL`.
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// The environment that points an agent to this Supabase, with the new kind of key.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("SUPABASE_URL", self.base_url()),
            ("SUPABASE_SERVICE_ROLE_KEY", self.state.config.secret_key.clone()),
            ("SUPABASE_ANON_KEY", self.state.config.anon_key.clone()),
        ]
    }

    /// Stops accepting, ends what hangs, and waits for open answers.
    pub async fn stop(&self) {
        self.server.stop().await;
    }

    /// The calls that came in.
    pub fn calls(&self) -> &Log<SupabaseCall> {
        &self.state.calls
    }

    /// The faults of one kind of call.
    pub fn faults(&self, operation: Operation) -> &FaultPlan {
        &self.state.faults[operation as usize]
    }

    /// Changes the faults of every kind of call.
    pub fn all_faults(&self, change: impl Fn(&FaultPlan)) {
        self.state.faults.iter().for_each(change);
    }

    /// The rows of a table, in the order in which they came.
    ///
    /// # Panics
    /// When there is no such table.
    pub fn rows(&self, table: &str) -> Vec<Map<String, Value>> {
        lock(&self.state.tables).rows(table).to_vec()
    }

    /// Puts a row there as somebody else would; columns that are left out get their defaults.
    ///
    /// # Panics
    /// When the row breaks a constraint: the test is wrong.
    pub fn put(&self, table: &str, row: Value) {
        if let Err(refusal) = lock(&self.state.tables).put(table, row) {
            panic!("{table} refuses the row: {}", refusal.status());
        }
    }

    /// Replaces the row with the same `id`, as somebody else would.
    pub fn replace(&self, table: &str, row: Value) {
        lock(&self.state.tables).replace(table, row);
    }

    /// From now on a row whose column holds this breaks a check of the table's.
    pub fn refuse(&self, table: &str, column: &str, value: &str) {
        lock(&self.state.tables).refuse(table, column, value);
    }

    /// Takes [`Supabase::refuse`] back.
    pub fn take_any_row(&self) {
        lock(&self.state.tables).take_any_row();
    }

    /// Takes the role's rights on a table away, as a table made without a GRANT has none.
    pub fn revoke(&self, table: &str) {
        lock(&self.state.tables).set_granted(table, false);
    }

    /// Gives the rights back.
    pub fn grant(&self, table: &str) {
        lock(&self.state.tables).set_granted(table, true);
    }

    /// Drops a column, as in a project whose schema is older than ours.
    pub fn drop_column(&self, table: &str, column: &str) {
        lock(&self.state.tables).drop_column(table, column);
    }

    /// Drops a table.
    pub fn drop_table(&self, table: &str) {
        lock(&self.state.tables).drop_table(table);
    }
}
