//! What an operator must look at: raised once, resolved when it is over.

use super::Error;
use super::engine::{Operation, Row, Tx};
use crate::params;

/// What is alerted of.
pub const KINDS: [&str; 13] = [
    BREAKER_OPEN,
    DISCONNECTED,
    DELIVERY_FAILED,
    DELIVERY_REJECTED,
    DELIVERY_UNDETERMINED,
    HUMAN_REQUESTED,
    COMPLAINT,
    HANDOFF_WAITING,
    TURN_FAILING,
    BUDGET_SPENT,
    LEAD_BUDGET,
    BOT_LOOP,
    SYNC_REFUSED,
];

/// A vendor refuses us altogether.
pub const BREAKER_OPEN: &str = "breaker_open";
/// WhatsApp is not connected to the instance.
pub const DISCONNECTED: &str = "disconnected";
/// WhatsApp did not take a message.
pub const DELIVERY_FAILED: &str = "delivery_failed";
/// The vendor refused a message, or could not be reached for too long.
pub const DELIVERY_REJECTED: &str = "delivery_rejected";
/// Nobody can know whether a message arrived.
pub const DELIVERY_UNDETERMINED: &str = "delivery_undetermined";
/// A lead asked for a person, and was told that somebody will write.
pub const HUMAN_REQUESTED: &str = "human_requested";
/// A lead complained.
pub const COMPLAINT: &str = "complaint";
/// Nobody took a lead that was passed on, reminder after reminder.
pub const HANDOFF_WAITING: &str = "handoff_waiting";
/// A conversation's messages cannot be answered, try after try.
pub const TURN_FAILING: &str = "turn_failing";
/// Another system refuses something of ours for good.
pub const SYNC_REFUSED: &str = "sync_refused";

/// The day's budget for models is spent.
pub const BUDGET_SPENT: &str = "budget_spent";
/// One lead's budget for models is spent.
pub const LEAD_BUDGET: &str = "lead_budget";
/// The agent and another machine answered each other, and the agent stopped.
pub const BOT_LOOP: &str = "bot_loop";

/// What a turn tells the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// To look at something.
    Raise {
        /// What happened.
        kind: &'static str,
        /// To what.
        subject: String,
        /// In more words.
        detail: &'static str,
    },
    /// That it is over.
    Resolve {
        /// What had happened.
        kind: &'static str,
        /// To what.
        subject: String,
    },
}

impl Alarm {
    pub(super) async fn sound(&self, tx: &mut Tx<'_>, now: i64) -> Result<(), Error> {
        match self {
            Self::Raise { kind, subject, detail } => {
                raise(tx, kind, subject, detail, now).await.map(|_| ())
            }
            Self::Resolve { kind, subject } => resolve(tx, kind, subject, now).await,
        }
    }
}

/// Raises an alert, unless the same one is open.
pub(super) async fn raise(
    tx: &mut Tx<'_>,
    kind: &str,
    subject: &str,
    detail: &str,
    now: i64,
) -> Result<bool, Error> {
    let changed = tx
        .execute(
            "INSERT INTO alerts (kind, subject, detail, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (kind, subject) WHERE resolved_at IS NULL DO NOTHING",
            &params![kind, subject, detail, now],
        )
        .await?;
    if changed == 1 {
        tracing::error!(alert.kind = kind, alert.subject = subject, "alert raised");
    }
    Ok(changed == 1)
}

/// Resolves an alert, if it is open.
pub(super) async fn resolve(
    tx: &mut Tx<'_>,
    kind: &str,
    subject: &str,
    now: i64,
) -> Result<(), Error> {
    let changed = tx
        .execute(
            "UPDATE alerts SET resolved_at = $3
             WHERE kind = $1 AND subject = $2 AND resolved_at IS NULL",
            &params![kind, subject, now],
        )
        .await?;
    if changed > 0 {
        tracing::info!(alert.kind = kind, alert.subject = subject, "alert resolved");
    }
    Ok(())
}

/// An alert that nobody resolved yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What happened.
    pub kind: String,
    /// To what.
    pub subject: String,
    /// In more words.
    pub detail: String,
    /// When, in milliseconds.
    pub created_at: i64,
}

impl Alert {
    /// Of kind, subject, detail and time.
    pub(super) fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            kind: row.text(0)?,
            subject: row.text(1)?,
            detail: row.text(2)?,
            created_at: row.int(3)?,
        })
    }
}

/// Lists the open alerts, newest first.
pub struct OpenAlerts;

impl Operation for OpenAlerts {
    type Output = Vec<Alert>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let rows = tx
            .rows(
                "SELECT kind, subject, detail, created_at FROM alerts
                 WHERE resolved_at IS NULL ORDER BY seq DESC LIMIT 100",
                &[],
            )
            .await?;
        rows.iter().map(Alert::read).collect()
    }
}
