//! How far the agent is let loose, as it is kept for all replicas.

use seleto_rules::agent_mode::{AgentMode, Level};

use super::engine::{Operation, Tx};
use super::{Error, control};
use crate::params;

/// The setting's name.
pub const KEY: &str = "agent_mode";

/// Reads the setting's text; nothing set means that the agent is on. What this version cannot read
/// was set by somebody for a reason: the agent stays in the shadow then.
pub(super) fn read(text: Option<&str>) -> AgentMode {
    let Some(text) = text else { return AgentMode::default() };
    serde_json::from_str(text).unwrap_or_else(|error| {
        tracing::error!(%error, "the agent's mode cannot be read: it sends nothing");
        AgentMode { mode: Level::Shadow, phones: Vec::new() }
    })
}

/// The setting's text.
pub fn write(mode: &AgentMode) -> String {
    // Plain data: serialising it cannot fail.
    serde_json::to_string(mode).unwrap_or_else(|_| "{}".to_owned())
}

/// How far the agent is let loose.
pub struct LoadAgentMode;

impl Operation for LoadAgentMode {
    type Output = AgentMode;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<AgentMode, Error> {
        let row = tx.row("SELECT value FROM settings WHERE key = $1", &params![KEY]).await?;
        let text = row.map(|row| row.text(0)).transpose()?;
        Ok(read(text.as_deref()))
    }
}

/// Sets it for all replicas; turns that begin from now on follow it.
pub struct SetAgentMode {
    /// The step.
    pub mode: Level,
    /// The listed numbers.
    pub phones: Vec<String>,
    /// Who sets it, for the audit.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for SetAgentMode {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let mode = AgentMode { mode: self.mode, phones: self.phones.clone() };
        let detail = self.mode.as_str();
        tx.batch(&[
            (
                "INSERT INTO settings (key, value) VALUES ($1, $2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                params![KEY, write(&mode)].to_vec(),
            ),
            control::audit(&self.actor, "set_agent_mode", KEY, Some(detail), self.now),
        ])
        .await
    }
}

/// When the mode was set last, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeChange {
    /// Who: `console:maria`.
    pub actor: String,
    /// When, in milliseconds.
    pub at: i64,
}

/// The last change of the mode, if anybody made one.
pub struct LastModeChange;

impl Operation for LastModeChange {
    type Output = Option<ModeChange>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<ModeChange>, Error> {
        let row = tx
            .row(
                "SELECT actor, at FROM audit WHERE subject = $1 AND action = 'set_agent_mode'
                 ORDER BY seq DESC LIMIT 1",
                &params![KEY],
            )
            .await?;
        row.map(|row| Ok(ModeChange { actor: row.text(0)?, at: row.int(1)? })).transpose()
    }
}
