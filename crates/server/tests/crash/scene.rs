//! Vendors that survive, replicas that do not, and the load between them.

use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use seleto_simulator::zapi::{Event, Operation};
use seleto_simulator::{Fault, Simulator, SimulatorConfig, openai};
use serde_json::Value;

use crate::agent::{Agent, Folder, free_port};
use crate::database::Database;
use crate::load::{Door, Doors, Load, Record, tokens};
use crate::oracle::{self, Findings};

/// How long Z-API takes to answer a send: long enough for a crash to fall into it.
pub const SEND_TIME: Duration = Duration::from_millis(300);
/// How long after a send its reports come, more than [`SEND_TIME`]: a crash loses some of them.
const REPORTS: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(400)..=Duration::from_millis(2000);
/// How long the model thinks.
const MODEL_TIME: Duration = Duration::from_millis(300);
/// How long the work that is left may take: evidence is gathered for a minute, and a message may
/// wait behind one whose outcome is unknown.
const DRAIN: Duration = Duration::from_secs(150);
/// How often the tables are looked at while work is left.
const LOOK: Duration = Duration::from_millis(250);

const SECRET: &str = "segredo-dos-testes";

/// What still has to be done; nothing takes it away but doing it.
const LEFT: &str = "SELECT
    (SELECT COUNT(*) FROM messages WHERE author = 'lead' AND turn_id IS NULL)
  + (SELECT COUNT(*) FROM deliveries WHERE state IN ('pending', 'sending', 'unknown'))";

/// How a system is set up.
pub struct Setup {
    /// An empty PostgreSQL database; without one it is SQLite.
    pub postgres: Option<String>,
    /// How many processes share it.
    pub replicas: usize,
    /// How long a burst may go on, in milliseconds.
    pub quiet_ms: u32,
    /// Whether a model answers, which names the tokens of the messages that it answers.
    pub model: bool,
}

/// A running system.
pub struct Scene {
    simulator: Simulator,
    folder: Folder,
    database_url: String,
    setup: Setup,
    replicas: Vec<Replica>,
    doors: Arc<Doors>,
}

struct Replica {
    name: String,
    port: u16,
    agent: Option<Agent>,
}

impl Scene {
    /// Starts the vendors and the replicas.
    pub async fn start(mut setup: Setup) -> Self {
        let folder = Folder::new();
        let simulator = slow_simulator().await;
        let replicas: Vec<_> = (0..setup.replicas)
            .map(|n| Replica { name: format!("replica-{n}"), port: free_port(), agent: None })
            .collect();
        let closed = |replica: &Replica| Door {
            url: format!("{}/webhook/zapi?token={SECRET}", replica.address()),
            open: false,
            opened: 0,
        };
        let doors = Arc::new(Doors::new(replicas.iter().map(closed).collect()));
        let database_url = setup.postgres.take().unwrap_or_else(|| folder.sqlite());
        let mut scene = Self { simulator, folder, database_url, setup, replicas, doors };
        for replica in 0..scene.replicas.len() {
            scene.start_replica(replica).await;
        }
        scene
    }

    /// Leads begin to write.
    pub fn load(&self, seed: u64) -> Load {
        Load::start(self.simulator.zapi.clone(), Arc::clone(&self.doors), seed)
    }

    /// Starts one replica and lets webhooks in.
    pub async fn start_replica(&mut self, replica: usize) {
        let agent = self.spawn(replica).listening().await;
        self.replicas[replica].agent = Some(agent);
        self.simulator.call_back(&self.replicas[replica].address(), SECRET);
        self.doors.send_modify(|doors| {
            doors[replica].open = true;
            doors[replica].opened += 1;
        });
    }

    /// Starts one replica and kills it after a time, whatever it has begun by then.
    pub async fn start_in_vain(&self, replica: usize, life: Duration) {
        let agent = self.spawn(replica);
        tokio::time::sleep(life).await;
        agent.kill();
    }

    fn spawn(&self, replica: usize) -> Agent {
        let Replica { name, port, .. } = &self.replicas[replica];
        let mut variables = vec![
            ("DATABASE_URL", self.database_url.clone()),
            ("PORT", port.to_string()),
            ("WEBHOOK_SECRET", SECRET.to_owned()),
            ("REPLY_QUIET_TIME_MS", self.setup.quiet_ms.to_string()),
            ("TYPING_DELAY_SECONDS", "0".to_owned()),
        ];
        variables.extend(self.simulator.zapi.environment());
        if self.setup.model {
            variables.extend(self.simulator.openai.environment());
        }
        Agent::spawn(&self.folder, name, &variables)
    }

    /// `kill -9`.
    pub fn kill(&mut self, replica: usize) {
        self.close(replica).kill();
    }

    /// SIGTERM; answers how the process ended.
    pub async fn stop(&mut self, replica: usize) -> ExitStatus {
        self.close(replica).stop().await
    }

    /// From now on an error at this door says nothing; reports go to another, if there is one.
    fn close(&mut self, replica: usize) -> Agent {
        self.doors.send_modify(|doors| doors[replica].open = false);
        if let Some(other) = self
            .replicas
            .iter()
            .position(|other| other.agent.is_some() && other.port != self.replicas[replica].port)
        {
            self.simulator.call_back(&self.replicas[other].address(), SECRET);
        }
        self.replicas[replica].agent.take().expect("the replica runs")
    }

    /// The last messages are accepted, all work is done, and the replicas stop: what is the result?
    pub async fn end(mut self, load: Load) -> Findings {
        let finished = tokio::time::timeout(DRAIN, load.finish()).await;
        let record = finished.unwrap_or_else(|_| panic!("not accepted in time\n{}", self.tails()));
        self.drain().await;
        for replica in 0..self.replicas.len() {
            let tail = self.tails();
            let status = self.stop(replica).await;
            assert!(status.success(), "SIGTERM ended in {status}:\n{tail}");
        }
        self.judge(&record).await
    }

    async fn drain(&self) {
        let database = Database::at(&self.database_url);
        let drained = async {
            while database.number(LEFT).await > 0 {
                tokio::time::sleep(LOOK).await;
            }
            self.simulator.zapi.settled().await;
        };
        if tokio::time::timeout(DRAIN, drained).await.is_err() {
            let left = database.number(LEFT).await;
            panic!("{left} messages and bubbles are left after {DRAIN:?}:\n{}", self.tails());
        }
    }

    async fn judge(&self, record: &Record) -> Findings {
        let database = Database::at(&self.database_url);
        oracle::judge(record, &self.simulator.zapi, &database, self.setup.model).await
    }

    /// The ends of all logs.
    fn tails(&self) -> String {
        let tail = |replica: &Replica| {
            let log = self.folder.join(&format!("{}.log", replica.name));
            format!("--- {}\n{}\n", replica.name, crate::agent::tail(&log))
        };
        self.replicas.iter().map(tail).collect()
    }
}

impl Replica {
    fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// Vendors as a crash meets them: calls take a while, and Z-API's reports come after its answer.
async fn slow_simulator() -> Simulator {
    let simulator = Simulator::start(SimulatorConfig::default()).await.expect("local ports");
    simulator.zapi.faults(Operation::SendText).always(Fault::Late { by: SEND_TIME });
    for event in [Event::Delivery, Event::Echo, Event::Sent, Event::Reached, Event::Read] {
        simulator.zapi.callbacks(event).set_delay(REPORTS);
    }
    simulator.openai.set_latency(MODEL_TIME);
    simulator.openai.answer_with(name_the_tokens);
    simulator
}

/// Answers what was asked last with the tokens that are in it.
fn name_the_tokens(request: &Value) -> openai::Completion {
    let asked = request["messages"].as_array().and_then(|messages| messages.last());
    let asked = asked.and_then(|message| message["content"].as_str()).unwrap_or_default();
    let named: Vec<&str> = tokens(asked).collect();
    let reply = format!("Sobre {}: o que você produz hoje?", named.join(" e "));
    openai::schema::reply(request, &reply)
}
