//! Values that the installation keeps for itself, such as a generated webhook secret.

use super::Error;
use super::engine::{Operation, Tx};
use crate::params;

/// Reads a setting, or keeps the proposed value when there is none; all replicas get the same.
pub struct KeepSetting {
    /// Its name.
    pub key: &'static str,
    /// Its value, if nobody set it before.
    pub proposed: String,
}

impl Operation for KeepSetting {
    type Output = String;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<String, Error> {
        let row = tx
            .row(
                "INSERT INTO settings (key, value) VALUES ($1, $2)
                 ON CONFLICT (key) DO UPDATE SET value = settings.value
                 RETURNING value",
                &params![self.key, &self.proposed],
            )
            .await?;
        row.ok_or(Error::Nothing)?.text(0)
    }
}

/// Answers when the database does, with its clock in milliseconds where it has one of its own.
pub struct Ping;

impl Operation for Ping {
    type Output = Option<i64>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
        match tx.dialect() {
            super::engine::Dialect::Sqlite => {
                tx.row("SELECT 1", &[]).await?;
                Ok(None)
            }
            super::engine::Dialect::Postgres => {
                let row = tx
                    .row("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT", &[])
                    .await?;
                row.ok_or(Error::Nothing)?.maybe_int(0)
            }
        }
    }
}
