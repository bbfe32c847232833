//! How the calls to WhatsApp and to the model went, hour by hour.

use crate::params;
use crate::store::Error;
use crate::store::engine::{Dialect, Operation, Tx};

const HOUR: i64 = 3_600_000;

/// How long the calls of the last hours took and how many failed, hour by hour.
pub struct LoadCalls {
    /// Since when, in milliseconds.
    pub since: i64,
}

/// One hour of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallHour {
    /// When it began, in milliseconds.
    pub at: i64,
    /// Calls.
    pub calls: i64,
    /// How long they took on average, in milliseconds.
    pub took: i64,
    /// Those that failed.
    pub failed: i64,
}

/// The calls to WhatsApp and to the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// To Z-API.
    pub whatsapp: Vec<CallHour>,
    /// To the model.
    pub model: Vec<CallHour>,
}

impl Operation for LoadCalls {
    type Output = Calls;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Calls, Error> {
        // Deliveries are numbered in the order of time: the newest are at the end of that index.
        let recent = match tx.dialect() {
            Dialect::Sqlite => "SELECT id FROM deliveries ORDER BY seq DESC LIMIT 2000",
            Dialect::Postgres => "SELECT id FROM deliveries ORDER BY seq DESC LIMIT 5000",
        };
        let whatsapp = format!(
            "SELECT a.started_at / {HOUR}, COUNT(*), CAST(AVG(a.finished_at - a.started_at) AS BIGINT),
               COUNT(CASE WHEN a.outcome <> 'accepted' THEN 1 END)
             FROM attempts a JOIN ({recent}) d ON d.id = a.delivery_id
             WHERE a.started_at >= $1 GROUP BY 1 ORDER BY 1"
        );
        let model = format!(
            "SELECT finished_at / {HOUR}, COUNT(*), CAST(COALESCE(AVG(model_ms), 0) AS BIGINT),
               COUNT(CASE WHEN brain = 'offline' THEN 1 END)
             FROM turns WHERE finished_at >= $1 AND outcome = 'answered' GROUP BY 1 ORDER BY 1"
        );
        Ok(Calls {
            whatsapp: hours(tx, &whatsapp, self.since).await?,
            model: hours(tx, &model, self.since).await?,
        })
    }
}

async fn hours(tx: &mut Tx<'_>, sql: &str, since: i64) -> Result<Vec<CallHour>, Error> {
    let rows = tx.rows(sql, &params![since]).await?;
    rows.iter()
        .map(|row| {
            Ok(CallHour {
                at: row.int(0)? * HOUR,
                calls: row.int(1)?,
                took: row.maybe_int(2)?.unwrap_or_default(),
                failed: row.int(3)?,
            })
        })
        .collect()
}
