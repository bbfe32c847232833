//! A running agent with its vendors: a test posts, settles, and reads what the leads got.

use std::sync::Arc;

use secrecy::ExposeSecret;
use seleto::app::App;
use seleto::clock::Clock;
use seleto::config::Config;
use seleto::lanes::{self, Work};
use seleto::store::engine::{Operation, Row, Tx};
use seleto::store::mirroring::ConfigureMirrors;
use seleto::store::queue::Claim;
use seleto::store::{Error, Store, migrate};
use seleto::telemetry::Metrics;
use seleto::turns::Turns;
use seleto_simulator::chatwoot::{Chatwoot, ChatwootConfig};
use seleto_simulator::openai::OpenaiConfig;
use seleto_simulator::piperun::PiperunConfig;
use seleto_simulator::supabase::SupabaseConfig;
use seleto_simulator::zapi::{Lead, ZapiConfig};
use seleto_simulator::{Simulator, SimulatorConfig};
use tokio_util::sync::CancellationToken;

/// Tuesday, 24 November 2026, 10:00 in São Paulo: within business hours.
pub const TUESDAY_MORNING: i64 = 1_795_525_200_000;

/// The agent and its vendors.
pub struct World {
    pub app: Arc<App>,
    pub simulator: Simulator,
    pub http: reqwest::Client,
    pub url: String,
    stop: CancellationToken,
    // The embedded database goes with the test.
    _folder: Option<Folder>,
}

struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("seleto-test-{}", uuid::Uuid::new_v4())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

impl World {
    /// On the embedded engine, without a model.
    pub async fn sqlite() -> Self {
        Self::sqlite_with(&[]).await
    }

    /// On PostgreSQL, without a model.
    pub async fn postgres() -> Self {
        Self::postgres_at(&crate::postgres::cluster().database().await).await
    }

    /// On PostgreSQL at this address, without a model.
    pub async fn postgres_at(database: &str) -> Self {
        Self::postgres_with(database, &[]).await
    }

    /// On PostgreSQL at this address, with variables of its own.
    pub async fn postgres_with(database: &str, vars: &[(&str, &str)]) -> Self {
        let folder = Folder::new();
        let spool = folder.0.join("spool.db").display().to_string();
        let vars = [&[("SPOOL_PATH", spool.as_str())], vars].concat();
        Self::start(database, &vars, Some(folder)).await
    }

    /// On PostgreSQL at this address, on a machine where no spool can be written.
    pub async fn postgres_without_spool(database: &str) -> Self {
        Self::start(database, &[("SPOOL_PATH", "/dev/null/spool.db")], None).await
    }

    /// On the embedded engine, with variables of its own.
    pub async fn sqlite_with(vars: &[(&str, &str)]) -> Self {
        let folder = Folder::new();
        let url = format!("sqlite://{}", folder.0.join("test.db").display());
        Self::start(&url, vars, Some(folder)).await
    }

    async fn start(database: &str, vars: &[(&str, &str)], folder: Option<Folder>) -> Self {
        let given = |name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        // Vendors beyond the two that every test has.
        let runs =
            |vendor| given("VENDORS").is_some_and(|list| list.split(',').any(|it| it == vendor));
        let clock = Clock::manual(TUESDAY_MORNING);
        let told = clock.clone();
        let vendor_clock = seleto_simulator::Clock::new(move || told.now());
        let simulator = Simulator::start(SimulatorConfig {
            zapi: ZapiConfig { clock: vendor_clock.clone(), ..ZapiConfig::default() },
            openai: OpenaiConfig { clock: vendor_clock.clone(), ..OpenaiConfig::default() },
            chatwoot: runs("chatwoot").then(|| ChatwootConfig {
                clock: vendor_clock.clone(),
                webhook_secret: given("CHATWOOT_WEBHOOK_SECRET").map(str::to_owned),
                ..ChatwootConfig::default()
            }),
            piperun: runs("piperun")
                .then(|| PiperunConfig { clock: vendor_clock.clone(), ..PiperunConfig::default() }),
            supabase: runs("supabase")
                .then(|| SupabaseConfig { clock: vendor_clock, ..SupabaseConfig::default() }),
        })
        .await
        .unwrap();
        let config = config(&simulator, vars);
        let store = Store::open(database).unwrap();
        migrate::run(&store, clock.now()).await.unwrap();
        store.write(ConfigureMirrors { lanes: config.mirrors() }).await.unwrap();
        let app = App::new(config, store, clock, Metrics::none()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let router = seleto::web::router(Arc::clone(&app), None);
        tokio::spawn(seleto::web::serve(listener, router, stop.clone()));
        simulator.call_back(&url, app.webhook_secret.expose_secret());
        let http = seleto::http::client().unwrap();
        Self { app, simulator, http, url, stop, _folder: folder }
    }

    /// Another process on the same database: it shares nothing else.
    pub async fn another_replica(&self) -> Arc<App> {
        let config = self.app.config.clone();
        let (store, clock) = (self.app.store.clone(), self.app.clock.clone());
        App::new(config, store, clock, Metrics::none()).await.unwrap()
    }

    /// A lead with a number.
    pub fn lead(&self, phone: &str, name: &str) -> Lead {
        self.simulator.zapi.lead(phone, name)
    }

    /// Chatwoot, in a test that runs it.
    pub fn chatwoot(&self) -> &Chatwoot {
        self.simulator.chatwoot.as_ref().unwrap()
    }

    /// What a lead's phone shows of ours.
    pub fn replies(&self, phone: &str) -> Vec<String> {
        self.simulator.zapi.phones().replies(phone)
    }

    /// Lets the quiet time pass and does all that is due.
    pub async fn settle(&self) {
        self.app.clock.advance(15_000);
        self.settle_now().await;
    }

    /// Does all that is due now, until nothing is.
    pub async fn settle_now(&self) {
        loop {
            let done = lanes::all::run_all_due(&self.app).await.unwrap();
            self.simulator.zapi.settled().await;
            if let Some(chatwoot) = &self.simulator.chatwoot {
                chatwoot.settled().await;
            }
            if done == 0 {
                return;
            }
        }
    }

    /// Runs the turns that are due, and no delivery.
    pub async fn turn(&self) -> usize {
        lanes::run_due(&Turns::new(Arc::clone(&self.app))).await.unwrap()
    }

    /// Claims the one turn that is due, as if it were under way.
    pub async fn begin_turn(&self) -> Claim {
        Turns::new(Arc::clone(&self.app)).claim(1).await.unwrap().jobs.remove(0)
    }

    /// Ends a turn that was under way.
    pub async fn end_turn(&self, claim: Claim) {
        Turns::new(Arc::clone(&self.app)).perform(claim).await;
    }

    /// Posts a body as the vendor would, and answers the status and the body of the answer.
    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> (u16, String) {
        let secret = self.app.webhook_secret.expose_secret();
        let url = format!("{}{path}?token={secret}", self.url);
        let request = self.http.post(url).header("content-type", "application/json").body(body);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// The rows of a query, as text.
    pub async fn rows(&self, sql: &'static str) -> Vec<Vec<String>> {
        self.app.store.read(Look(sql)).await.unwrap()
    }

    /// The one value of a query.
    pub async fn value(&self, sql: &'static str) -> String {
        let rows = self.rows(sql).await;
        let [row] = rows.as_slice() else { panic!("{sql}: {} rows", rows.len()) };
        row.join("|")
    }

    /// Runs a statement, as another program on the database would.
    pub async fn execute(&self, sql: &'static str) {
        self.app.store.write(Change(sql)).await.unwrap();
    }

    /// Ends the test: what is left to do is a fault. Follow-ups look again days later.
    pub async fn done(self) {
        let due = "SELECT lane, conversation_id FROM queue
                   WHERE wake_at IS NOT NULL AND lane <> 'follow_up'";
        let due = self.rows(due).await;
        assert!(due.is_empty(), "work is left over: {due:?}");
        let open = "SELECT state, reason FROM deliveries
                    WHERE state IN ('pending', 'sending', 'unknown')";
        assert_eq!(self.rows(open).await, Vec::<Vec<String>>::new(), "deliveries are left over");
        self.stop.cancel();
        self.simulator.stop().await;
    }
}

fn config(simulator: &Simulator, vars: &[(&str, &str)]) -> Config {
    let environment = simulator.environment();
    let model = vars.iter().any(|(name, _)| *name == "OPENAI_MODEL");
    let (config, _) = Config::from_vars(|name| {
        if let Some((_, value)) = vars.iter().find(|(key, _)| *key == name) {
            return Some((*value).to_owned());
        }
        if name.starts_with("OPENAI") && !model {
            return None;
        }
        match name {
            "WEBHOOK_SECRET" => Some("a-secret-of-the-tests".to_owned()),
            "TYPING_DELAY_SECONDS" => Some("0".to_owned()),
            _ => environment.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()),
        }
    })
    .unwrap();
    config
}

struct Look(&'static str);

impl Operation for Look {
    type Output = Vec<Vec<String>>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let rows = tx.rows(self.0, &[]).await?;
        Ok(rows.iter().map(as_text).collect())
    }
}

struct Change(&'static str);

impl Operation for Change {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.execute(self.0, &[]).await.map(|_| ())
    }
}

fn as_text(row: &Row) -> Vec<String> {
    let column = |index| {
        let text = row.maybe_text(index).ok().flatten();
        text.or_else(|| row.maybe_int(index).ok().flatten().map(|int| int.to_string()))
    };
    let width = (0..).take_while(|&index| row.has(index)).count();
    (0..width).map(|index| column(index).unwrap_or_else(|| "-".to_owned())).collect()
}
