//! `seleto demo`: the agent with simulated vendors and the chat in the browser.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use seleto_simulator::chatwoot::ChatwootConfig;
use seleto_simulator::piperun::PiperunConfig;
use seleto_simulator::supabase::SupabaseConfig;
use seleto_simulator::zapi::{self, Pace, ZapiConfig};
use seleto_simulator::{Simulator, SimulatorConfig, demo};
use tokio_util::sync::CancellationToken;

use super::{Configured, Failed, open, serve};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, DEFAULT_DATABASE, log_filter};
use crate::store::remotes::ForgetAllRemotes;
use crate::telemetry::{self, Metrics};

pub(super) async fn run((config, _): Configured) -> Result<ExitCode, Failed> {
    if !config.is_local() {
        return Err(Failed::because(
            "a demonstração aceita mensagens sem senha e por isso só escuta nesta máquina: \
             retire HOST ou use HOST=127.0.0.1",
        ));
    }
    telemetry::log(log_filter().as_deref().or(Some("warn,seleto=info,external_call=warn")));
    let config = with_own_database(config);
    let clock = Clock::system();
    let (store, _alone) = open::store(&config, &clock).await?;
    let listener = serve::listen(&config).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let simulator = start_all(phone_pace()).await?;
    // The simulated vendors begin empty, whatever an earlier demonstration told others.
    store.write(ForgetAllRemotes).await?;
    let brain = if config.openai.is_some() { "OpenAI" } else { "offline, sem chaves" };
    let config = against(&simulator, config)?;
    let app = App::new(config, store, clock, Metrics::install()).await?;
    simulator.call_back(&address, app.webhook_secret.expose_secret());
    let company = app.playbook().company.name.clone();
    let page = demo::router(simulator.zapi.clone(), &company);
    let stop = CancellationToken::new();
    tokio::spawn(serve::stop_on_signal(stop.clone()));
    println!(
        "Seleto SDR em demonstração (cérebro: {brain}; WhatsApp, Chatwoot, Supabase e PipeRun simulados)."
    );
    println!("Abra {address}   (Ctrl-C encerra)");
    println!("  converse como lead em {address}/demo");
    println!("  veja como a equipe vê em {address}/conversas (sem senha, só nesta máquina)");
    if let Some(link) = open::first_access(&app, &address).await? {
        println!("  experimente o primeiro acesso em {link}");
    }
    tokio::spawn(close_streams(stop.clone(), simulator.clone()));
    let ended = serve::agent(Arc::clone(&app), listener, Some(page), stop).await;
    ended.map(|()| ExitCode::SUCCESS)
}

/// Simulated leads do not belong among real ones: without a database of its own choice the
/// demonstration has another default.
fn with_own_database(config: Config) -> Config {
    if config.database_url.expose_secret() == DEFAULT_DATABASE {
        return Config { database_url: "sqlite://data/demo.db".into(), ..config };
    }
    config
}

/// The page's event streams would keep the server from ending.
async fn close_streams(stop: CancellationToken, simulator: Simulator) {
    stop.cancelled().await;
    simulator.stop().await;
}

/// The vendors on free ports; only WhatsApp, since the model is either real or offline.
pub(super) async fn start_simulator(pace: Pace) -> Result<Simulator, Failed> {
    let zapi = ZapiConfig { pace, ..ZapiConfig::default() };
    Ok(Simulator::start(SimulatorConfig { zapi, ..SimulatorConfig::default() }).await?)
}

/// All vendors on free ports, but for the model, which is either real or offline.
async fn start_all(pace: Pace) -> Result<Simulator, Failed> {
    let config = SimulatorConfig {
        zapi: ZapiConfig { pace, ..ZapiConfig::default() },
        chatwoot: Some(ChatwootConfig::default()),
        piperun: Some(PiperunConfig::default()),
        supabase: Some(SupabaseConfig::default()),
        ..SimulatorConfig::default()
    };
    Ok(Simulator::start(config).await?)
}

/// As fast as a phone in a demonstration should be: typing shows, waiting does not bore.
fn phone_pace() -> Pace {
    Pace { gap: Duration::from_millis(200)..=Duration::from_millis(500), delays: 0.6 }
}

/// The same configuration, with every vendor simulated that runs here; the model stays as it is.
pub(super) fn against(simulator: &Simulator, config: Config) -> Result<Config, Failed> {
    let vars = simulator.environment();
    let get =
        |name: &str| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
    let (simulated, _) =
        Config::from_vars(get).map_err(|wrong| Failed::because(format!("simulador: {wrong:?}")))?;
    let Config { zapi, chatwoot, supabase, piperun, media_allowed_hosts, .. } = simulated;
    Ok(Config { zapi, chatwoot, supabase, piperun, media_allowed_hosts, demo: true, ..config })
}

/// How many replies a lead's phone shows.
pub(super) fn replies(zapi: &zapi::Zapi, phone: &str) -> usize {
    zapi.phones().replies(phone).len()
}
