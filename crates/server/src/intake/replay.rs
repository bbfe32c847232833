//! Brings what was spooled while the database was away into the database, in order.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{chatwoot, store};
use crate::app::App;
use crate::store::spool::Spooled;
use crate::zapi::webhook;

/// How often a database that was away is tried again.
const EVERY: Duration = Duration::from_millis(500);
/// How many events are brought over before the next look.
const BATCH: i64 = 200;

/// Brings events over until asked to stop; what is left then is brought over by the next start.
pub async fn run(app: &App, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        bring_over(app).await;
    }
}

/// Brings over what waits, until nothing does or the database refuses; answers how much that was.
pub async fn bring_over(app: &App) -> usize {
    let Some(spool) = &app.spool else { return 0 };
    let mut brought = 0;
    while !spool.is_empty() {
        let waiting = match spool.oldest(BATCH).await {
            Ok(waiting) => waiting,
            Err(error) => {
                tracing::error!(%error, "the spool cannot be read");
                return brought;
            }
        };
        for event in waiting {
            if !bring_one(app, &event).await {
                return brought;
            }
            if let Err(error) = spool.forget(&event).await {
                // It is brought over once more, and then recognised as a copy.
                tracing::error!(%error, "a spooled event could not be removed");
                return brought;
            }
            brought += 1;
        }
    }
    if brought > 0 {
        tracing::info!(brought, "spooled webhooks are in the database");
    }
    brought
}

async fn bring_one(app: &App, spooled: &Spooled) -> bool {
    let body = spooled.body.as_bytes();
    // Only what was decoded once was spooled.
    let stored = if spooled.instance == chatwoot::SOURCE {
        let Ok(event) = crate::chatwoot::webhook::decode(body) else { return true };
        chatwoot::store(app, &event, body).await
    } else {
        let Ok(event) = webhook::decode(body) else { return true };
        store(app, spooled.instance.clone(), &event, body).await
    };
    match stored {
        Ok(_) => true,
        Err(error) => {
            tracing::warn!(%error, "the database is still away");
            false
        }
    }
}
