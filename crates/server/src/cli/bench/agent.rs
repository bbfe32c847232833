//! The agent under test: a process of its own, so that what it uses can be read.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use super::Failed;
use super::process::{self, Usage};

/// The secret that webhooks carry.
pub(super) const WEBHOOK_SECRET: &str = "bench-webhook-secret";
/// How long the agent may take to start.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a starting agent is asked whether it is there.
const EVERY: Duration = Duration::from_millis(2);
/// How many of its last words are shown when it does not start.
const LAST_LINES: usize = 5;

/// A running agent; dropping it ends it.
pub(super) struct Agent {
    child: Child,
    address: String,
    cold_start: Duration,
}

impl Drop for Agent {
    fn drop(&mut self) {
        // Either can only fail because the agent is gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Agent {
    /// Starts `seleto serve` with this environment and no other, and waits until it is healthy.
    pub(super) async fn start(vars: &[(&str, String)], log: &Path) -> Result<Self, Failed> {
        let http = crate::http::client()?;
        let port = free_port()?;
        let output = File::create(log)?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("serve")
            .env_clear()
            .envs(vars.iter().map(|(name, value)| (name, value)))
            .env("HOST", "127.0.0.1")
            .env("PORT", port.to_string())
            .env("WEBHOOK_SECRET", WEBHOOK_SECRET)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        // A `.env` of the one who runs the benchmark is none of the agent's.
        if let Some(folder) = log.parent().filter(|folder| folder.is_dir()) {
            command.current_dir(folder);
        }
        let begun = Instant::now();
        let child = command.spawn()?;
        let address = format!("http://127.0.0.1:{port}");
        let mut agent = Self { child, address, cold_start: Duration::ZERO };
        let healthy = tokio::time::timeout(PATIENCE, agent.healthy(&http)).await;
        if !matches!(healthy, Ok(Ok(()))) {
            return Err(Failed::because(format!("o agente não iniciou:\n{}", last_lines(log))));
        }
        agent.cold_start = begun.elapsed();
        Ok(agent)
    }

    /// Where it listens.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// The time from its start to its first sign of health.
    pub(super) fn cold_start(&self) -> Duration {
        self.cold_start
    }

    /// What it has used so far.
    pub(super) fn usage(&self) -> Option<Usage> {
        process::usage(self.child.id())
    }

    /// Ends when it is healthy, or with an error when it ended.
    async fn healthy(&mut self, http: &reqwest::Client) -> Result<(), Failed> {
        let health = format!("{}/api/health", self.address);
        loop {
            let answer = http.get(&health).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(Failed::because(status.to_string()));
            }
            tokio::time::sleep(EVERY).await;
        }
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}
