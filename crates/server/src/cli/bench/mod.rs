//! `seleto bench`: the real agent as a process of its own, under load, with simulated vendors.

mod agent;
mod database;
mod ledger;
mod load;
mod process;
mod report;
mod webhook;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use seleto_simulator::openai::OpenaiConfig;
use seleto_simulator::zapi::{Event, ZapiConfig};
use seleto_simulator::{Simulator, SimulatorConfig};

use super::{Failed, WRONG};
use agent::Agent;
use database::Database;
use load::{Load, Shape};
use report::{Report, Setting};

/// What the agent settles into before its idle memory is read.
const SETTLE: Duration = Duration::from_millis(1500);
/// How many bubbles and calls the simulator keeps; more would only cost memory.
const KEEP: usize = 2_000;

/// How the agent is put under load.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Mensagens por segundo, em ritmo constante
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = positive())]
    rate: u32,
    /// Em vez de ritmo constante: tantas mensagens em andamento o tempo todo (vazão sustentada)
    #[arg(long, value_name = "N", conflicts_with = "rate", value_parser = positive())]
    in_flight: Option<u32>,
    /// Conversas entre as quais as mensagens se revezam
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = positive())]
    conversations: u32,
    /// Duração da carga
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = positive())]
    seconds: u32,
    /// Quanto o modelo simulado demora
    #[arg(long, value_name = "MS", default_value_t = 200)]
    model_latency_ms: u32,
    /// Sem modelo: responde o cérebro offline
    #[arg(long)]
    no_model: bool,
    /// Espera por mais mensagens antes de responder (REPLY_QUIET_TIME_MS)
    #[arg(long, value_name = "MS", default_value_t = 0)]
    quiet_ms: u32,
    /// Sem os avisos que a Z-API manda depois de cada envio (entregue, eco, lida)
    #[arg(long)]
    no_callbacks: bool,
    /// Banco de dados do agente: pasta nova para SQLite, ou um servidor postgres://… onde o teste
    /// cria um banco só seu e depois o apaga (padrão: SQLite em pasta temporária)
    #[arg(long, value_name = "PASTA|URL")]
    database: Option<String>,
    /// Detalhe dos logs do agente (RUST_LOG)
    #[arg(long, value_name = "FILTRO", default_value = "warn")]
    log: String,
    /// Guarda os logs do agente neste arquivo
    #[arg(long, value_name = "ARQUIVO")]
    log_file: Option<PathBuf>,
    /// Resultado em JSON
    #[arg(long)]
    json: bool,
}

fn positive() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(1..=1_000_000)
}

pub(super) async fn run(options: Options) -> Result<ExitCode, Failed> {
    let database = Database::make(options.database.as_deref()).await?;
    let result = tokio::select! {
        result = measure(&options, &database) => result,
        // Ending here, and not by the signal, stops the agent and removes its database.
        _ = tokio::signal::ctrl_c() => Err(Failed::because("interrompido")),
    };
    database.remove().await?;
    let report = result?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{report}");
    }
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
}

async fn measure(options: &Options, database: &Database) -> Result<Report, Failed> {
    let simulator = vendors(options).await?;
    let log = options.log_file.clone().unwrap_or_else(|| database.folder().join("agent.log"));
    let agent = Agent::start(&environment(options, database, &simulator), &log).await?;
    simulator.call_back(agent.address(), agent::WEBHOOK_SECRET);
    tokio::time::sleep(SETTLE).await;
    let idle = agent.usage();
    let own = process::own_usage();

    let load = Load::new(simulator.zapi.clone(), options.conversations);
    let watching = load.watch();
    let begun = load.run(options.shape(), Duration::from_secs(options.seconds.into())).await;
    load.drain().await;
    watching.abort();

    let report = Report::new(report::Measured {
        setting: options.setting(database),
        ledger: &load.ledger(),
        begun,
        model_calls: simulator.openai.chats().total(),
        cold_start: agent.cold_start(),
        idle,
        end: agent.usage(),
        own: process::spent(own, process::own_usage()),
    });
    drop(agent);
    simulator.stop().await;
    Ok(report)
}

async fn vendors(options: &Options) -> std::io::Result<Simulator> {
    let simulator = Simulator::start(SimulatorConfig {
        zapi: ZapiConfig {
            keep: KEEP,
            notify_sent_by_me: !options.no_callbacks,
            ..ZapiConfig::default()
        },
        openai: OpenaiConfig {
            keep: 0,
            latency: Duration::from_millis(options.model_latency_ms.into()),
            ..OpenaiConfig::default()
        },
        ..SimulatorConfig::default()
    })
    .await?;
    if options.no_callbacks {
        for event in [Event::Delivery, Event::Sent, Event::Reached, Event::Read] {
            simulator.zapi.callbacks(event).set_on(false);
        }
    }
    Ok(simulator)
}

fn environment(
    options: &Options,
    database: &Database,
    simulator: &Simulator,
) -> Vec<(&'static str, String)> {
    let mut vars = simulator.zapi.environment();
    if !options.no_model {
        vars.extend(simulator.openai.environment());
    }
    vars.extend([
        ("DATABASE_URL", database.url().to_owned()),
        ("REPLY_QUIET_TIME_MS", options.quiet_ms.to_string()),
        ("TYPING_DELAY_SECONDS", "0".to_owned()),
        // The bench is a machine that answers at once, as often as it can.
        ("LOOP_BRAKE", "off".to_owned()),
        ("LEAD_HOURLY_TURNS", "0".to_owned()),
        ("LEAD_DAILY_TOKENS", "0".to_owned()),
        ("RUST_LOG", options.log.clone()),
    ]);
    vars
}

impl Options {
    fn shape(&self) -> Shape {
        match self.in_flight {
            // Each worker has conversations of its own, at least one.
            Some(workers) => Shape::Closed { workers: workers.min(self.conversations) },
            None => Shape::Open { rate: self.rate },
        }
    }

    fn setting(&self, database: &Database) -> Setting {
        Setting {
            engine: database.engine(),
            shape: self.shape(),
            conversations: self.conversations,
            seconds: self.seconds,
            model_latency_ms: (!self.no_model).then_some(self.model_latency_ms),
            quiet_ms: self.quiet_ms,
            callbacks: !self.no_callbacks,
        }
    }
}
