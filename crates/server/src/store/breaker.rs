//! A vendor that refuses us is left alone but for one probe a minute, by all replicas together.

use super::engine::Tx;
use super::{Error, alert};
use crate::params;

/// The breaker of the WhatsApp lane.
pub const ZAPI: &str = "zapi";

/// Milliseconds between two probes.
const PROBE_MS: i64 = 60_000;

/// Whether work may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// All of it.
    Open,
    /// One piece, to find out whether the vendor is back.
    Probe,
    /// None.
    Closed,
}

/// Asks for passage; of all replicas one gets the probe.
pub(super) async fn may_pass(tx: &mut Tx<'_>, name: &str, now: i64) -> Result<Passage, Error> {
    let row = tx.row("SELECT probe_at FROM breakers WHERE name = $1", &params![name]).await?;
    let Some(row) = row else { return Ok(Passage::Open) };
    if row.int(0)? > now {
        return Ok(Passage::Closed);
    }
    let won = tx
        .execute(
            "UPDATE breakers SET probe_at = $2 WHERE name = $1 AND probe_at <= $3",
            &params![name, now + PROBE_MS, now],
        )
        .await?;
    Ok(if won == 1 { Passage::Probe } else { Passage::Closed })
}

/// Moves the next probe to this time.
pub(super) async fn probe_at(tx: &mut Tx<'_>, name: &str, at: i64) -> Result<(), Error> {
    tx.execute("UPDATE breakers SET probe_at = $2 WHERE name = $1", &params![name, at]).await?;
    Ok(())
}

/// Opens the breaker and tells an operator, once.
pub(super) async fn open(tx: &mut Tx<'_>, name: &str, reason: &str, now: i64) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO breakers (name, opened_at, probe_at, reason) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO UPDATE SET reason = excluded.reason",
        &params![name, now, now + PROBE_MS, reason],
    )
    .await?;
    alert::raise(tx, alert::BREAKER_OPEN, name, reason, now).await.map(|_| ())
}

/// Closes the breaker after a success.
pub(super) async fn close(tx: &mut Tx<'_>, name: &str, now: i64) -> Result<(), Error> {
    let closed = tx.execute("DELETE FROM breakers WHERE name = $1", &params![name]).await?;
    if closed == 1 {
        alert::resolve(tx, alert::BREAKER_OPEN, name, now).await?;
    }
    Ok(())
}
