//! Asks the CRM now and then which deals changed: its webhooks are optional, and are sent once.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use tokio_util::sync::CancellationToken;

use super::{id, incoming};
use crate::app::App;
use crate::piperun::{Client, Failure};
use crate::store::Error;
use crate::store::crm::{KeepPolledUntil, PolledUntil};

/// How often the CRM is asked.
const EVERY: Duration = Duration::from_secs(120);
/// How far each look reaches back before the one before it: clocks differ, and rows appear late.
const OVERLAP_MS: i64 = 10 * 60 * 1000;
/// How far the first look reaches back.
const FIRST_MS: i64 = 24 * 60 * 60 * 1000;

/// Asks until asked to stop.
pub async fn run(app: &App, stop: CancellationToken) {
    if app.piperun.is_none() {
        return;
    }
    loop {
        poll(app).await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Why a look brought nothing.
#[derive(Debug, thiserror::Error)]
enum NotPolled {
    #[error("{0}")]
    Vendor(#[from] Failure),
    #[error("{0}")]
    Store(#[from] Error),
}

/// Asks once; answers how many of our deals had news. What fails now is asked for the next time.
pub async fn poll(app: &App) -> usize {
    let (Some(client), Some(settings)) = (&app.piperun, &app.config.piperun) else { return 0 };
    match look(app, client, id(settings.pipeline)).await {
        Ok(news) => news,
        Err(error) => {
            tracing::warn!(%error, "the CRM could not be asked for changes");
            0
        }
    }
}

async fn look(app: &App, client: &Client, pipeline: i64) -> Result<usize, NotPolled> {
    let now = app.clock.now();
    let until = app.store.read(PolledUntil).await?.unwrap_or(now - FIRST_MS).min(now);
    let changed = client.deals_changed_since(pipeline, &in_brasilia(until - OVERLAP_MS)).await?;
    let mut news = 0;
    if !changed.is_empty() {
        // Stages are named in what people read; without the names the rest is told.
        let stages = client.stages(pipeline).await.unwrap_or_default();
        for deal in &changed {
            let seen = incoming::seen(deal, &stages, now);
            news += usize::from(app.store.write(seen).await?);
        }
    }
    app.store.write(KeepPolledUntil(now)).await?;
    if news > 0 {
        app.bells.ring_mirrors(now);
    }
    Ok(news)
}

/// The vendor does not say in which zone it reads times. Brasília's is the earlier of the two that
/// are likely, so that nothing is missed if it should be UTC.
fn in_brasilia(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    let at = at.to_zoned(TimeZone::fixed(offset(-3)));
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_are_told_in_brasilia() {
        assert_eq!(super::in_brasilia(1_795_440_000_000), "2026-11-23 10:20:00");
    }
}
