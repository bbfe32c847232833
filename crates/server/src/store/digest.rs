//! The figures of the manager's daily digest, and the row that makes it go out once a day.

use seleto_rules::digest::Figures;

use super::Error;
use super::engine::{Operation, Tx};
use super::queue::{Lane, wake};
use super::sellers::{ToSellers, Unless};
use crate::params;

/// Counts what happened between two times, in milliseconds.
pub struct LoadFigures {
    /// The first instant.
    pub from: i64,
    /// The first instant after.
    pub until: i64,
}

impl Operation for LoadFigures {
    type Output = Figures;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Figures, Error> {
        let mut figures = Figures {
            new_leads: self
                .count(
                    tx,
                    "SELECT COUNT(*) FROM conversation_states
                     WHERE created_at >= $1 AND created_at < $2",
                )
                .await?,
            conversations: self
                .count(
                    tx,
                    "SELECT COUNT(DISTINCT conversation_id) FROM messages
                     WHERE author = 'lead' AND created_at >= $1 AND created_at < $2",
                )
                .await?,
            follow_ups: self
                .count(
                    tx,
                    "SELECT COUNT(*) FROM turns
                     WHERE outcome = 'follow_up' AND started_at >= $1 AND started_at < $2",
                )
                .await?,
            failed_messages: self
                .count(
                    tx,
                    "SELECT COUNT(*) FROM deliveries WHERE state IN ('rejected', 'undetermined')
                       AND created_at >= $1 AND created_at < $2",
                )
                .await?,
            cost_micro_usd: self
                .count(
                    tx,
                    "SELECT CAST(COALESCE(SUM(cost_micro_usd), 0) AS BIGINT) FROM turns
                     WHERE started_at >= $1 AND started_at < $2",
                )
                .await?,
            ..Figures::default()
        };
        let open = tx.row("SELECT COUNT(*) FROM alerts WHERE resolved_at IS NULL", &[]).await?;
        figures.open_alerts = unsigned(open.map_or(Ok(0), |row| row.int(0))?);
        self.handoffs(tx, &mut figures).await?;
        Ok(figures)
    }
}

impl LoadFigures {
    async fn count(&self, tx: &mut Tx<'_>, sql: &str) -> Result<u64, Error> {
        let row = tx.row(sql, &params![self.from, self.until]).await?;
        Ok(unsigned(row.map_or(Ok(0), |row| row.int(0))?))
    }

    async fn handoffs(&self, tx: &mut Tx<'_>, figures: &mut Figures) -> Result<(), Error> {
        let rows = tx
            .rows(
                "SELECT why, created_at, picked_up_at FROM handoffs
                 WHERE created_at >= $1 AND created_at < $2",
                &params![self.from, self.until],
            )
            .await?;
        let mut minutes = Vec::new();
        for row in rows {
            match row.text(0)?.as_str() {
                "hot" => figures.hot += 1,
                "complaint" => figures.complaints += 1,
                _ => figures.human_requests += 1,
            }
            if let Some(picked_up) = row.maybe_int(2)? {
                minutes.push(unsigned(picked_up - row.int(1)?) / 60_000);
            }
        }
        minutes.sort_unstable();
        figures.picked_up = u64::try_from(minutes.len()).unwrap_or(u64::MAX);
        figures.pick_up_minutes = minutes.get(minutes.len() / 2).copied();
        Ok(())
    }
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// The day of the last digest, if there was one.
pub struct LastDigest;

impl Operation for LastDigest {
    type Output = Option<String>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<String>, Error> {
        let row = tx.row("SELECT value FROM settings WHERE key = 'digest_day'", &[]).await?;
        row.map(|row| row.text(0)).transpose()
    }
}

/// Queues the digest of a day, unless a replica did so before.
pub struct SendDigest {
    /// The day on which it goes out, `2026-11-24`: days are compared as text.
    pub day: String,
    /// The digest.
    pub message: ToSellers,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for SendDigest {
    /// Whether it was this one.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let first = tx
            .execute(
                "INSERT INTO settings (key, value) VALUES ('digest_day', $1)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value
                   WHERE settings.value < excluded.value",
                &params![self.day.as_str()],
            )
            .await?;
        if first == 0 {
            return Ok(false);
        }
        tx.batch(&[wake(self.message.conversation, Lane::Sellers, self.message.due_at)]).await?;
        tx.batch(&self.message.rows(Unless::Never, self.now)).await?;
        Ok(true)
    }
}
