//! `seleto chat`: a conversation in the terminal, through the real pipeline.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use seleto_rules::quiet_time::QuietTime;
use seleto_simulator::zapi::Pace;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio_util::sync::CancellationToken;

use super::{Configured, Failed, demo, open, serve};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, Typing, log_filter};
use crate::telemetry::{self, Metrics};

/// The number of the lead at this terminal.
const PHONE: &str = "5511987654321";
/// How long the terminal waits before it says that no answer came.
const PATIENCE: Duration = Duration::from_secs(45);

pub(super) async fn run((config, _): Configured) -> Result<ExitCode, Failed> {
    telemetry::log(log_filter().as_deref().or(Some("error")));
    let folder = std::env::temp_dir().join(format!("seleto-chat-{}", uuid::Uuid::new_v4()));
    let result = talk(config, &folder).await;
    // The conversation was only for this terminal.
    if let Err(error) = std::fs::remove_dir_all(&folder) {
        tracing::warn!(%error, "the temporary database could not be removed");
    }
    result
}

async fn talk(config: Config, folder: &std::path::Path) -> Result<ExitCode, Failed> {
    let database = format!("sqlite://{}", folder.join("chat.db").display());
    let config = Config {
        host: std::net::Ipv4Addr::LOCALHOST.into(),
        port: 0,
        database_url: SecretString::from(database),
        quiet_time: QuietTime::Fixed(300),
        typing: Typing::Seconds(0),
        ..config
    };
    let clock = Clock::system();
    let (store, _alone) = open::store(&config, &clock).await?;
    let listener = serve::listen(&config).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let simulator = demo::start_simulator(Pace::immediate()).await?;
    let config = demo::against(&simulator, config)?;
    let app = App::new(config, store, clock, Metrics::none()).await?;
    simulator.call_back(&address, app.webhook_secret.expose_secret());
    let stop = CancellationToken::new();
    let agent = tokio::spawn(serve::agent(Arc::clone(&app), listener, None, stop.clone()));
    println!("Escreva como se fosse um lead no WhatsApp. Linha vazia ou Ctrl-D encerra.\n");
    converse(&app, &simulator.zapi).await?;
    stop.cancel();
    match agent.await {
        Ok(ended) => ended?,
        Err(panic) => return Err(Failed::because(format!("uma parte parou: {panic}"))),
    }
    simulator.stop().await;
    Ok(ExitCode::SUCCESS)
}

async fn converse(app: &App, zapi: &seleto_simulator::zapi::Zapi) -> Result<(), Failed> {
    let agent = app.playbook().company.agent.name.clone();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        print!("você> ");
        std::io::stdout().flush()?;
        let Some(line) = lines.next_line().await? else { break };
        if line.trim().is_empty() {
            break;
        }
        let before = demo::replies(zapi, PHONE);
        zapi.write(PHONE, "Terminal", line.trim())
            .await
            .map_err(|error| Failed::because(format!("o agente não recebeu: {error}")))?;
        for reply in wait_for_replies(app, zapi, before).await {
            println!("\n{agent}> {reply}");
        }
        println!();
    }
    Ok(())
}

/// The replies to one message: all bubbles, once the agent has nothing more to send.
async fn wait_for_replies(
    app: &App,
    zapi: &seleto_simulator::zapi::Zapi,
    before: usize,
) -> Vec<String> {
    let idle = async {
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let depths = app.store.read(crate::store::queue::Depth).await;
            if depths.is_ok_and(|depths| depths.is_empty()) {
                return;
            }
        }
    };
    if tokio::time::timeout(PATIENCE, idle).await.is_err() {
        return vec!["(nenhuma resposta em 45 s; veja os logs com RUST_LOG=info)".to_owned()];
    }
    zapi.phones().replies(PHONE).split_off(before)
}
