//! Tells open pages which conversations changed: one look a process at the database, while
//! somebody watches.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use uuid::Uuid;

use super::{Console, Problem, Viewer};
use crate::app::App;
use crate::store::console::thread::ChangedSince;

/// How often the database is asked.
const PERIOD: Duration = Duration::from_millis(500);
/// A change is noted before it is committed, and replicas differ a little about the time: each
/// look goes back so far, in milliseconds.
const OVERLAP_MS: i64 = 5_000;
/// How long a stream runs before the browser asks anew, and the session is looked at again.
const LONGEST: Duration = Duration::from_secs(600);
/// Changes that a slow page may be behind; then it asks for the rest by itself.
const BEHIND: usize = 1024;

/// Who is told of changes.
pub struct Live {
    changes: broadcast::Sender<(Uuid, i64)>,
    is_looking: AtomicBool,
}

impl Default for Live {
    fn default() -> Self {
        Self { changes: broadcast::Sender::new(BEHIND), is_looking: AtomicBool::new(false) }
    }
}

impl Live {
    /// What changes from now on; somebody looks for it as long as anybody is told.
    fn watch(console: &Arc<Console>) -> broadcast::Receiver<(Uuid, i64)> {
        let live = &console.live;
        let receiver = live.changes.subscribe();
        if !live.is_looking.swap(true, Ordering::SeqCst) {
            tokio::spawn(look(Arc::clone(console)));
        }
        receiver
    }
}

async fn look(console: Arc<Console>) {
    let (app, live) = (&console.app, &console.live);
    let mut known: Vec<(Uuid, i64)> = changed(app, app.clock.now() - OVERLAP_MS).await;
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            () = tokio::time::sleep(PERIOD) => {}
        }
        if live.changes.receiver_count() == 0 {
            live.is_looking.store(false, Ordering::SeqCst);
            // Whoever came between both lines found somebody looking, who now stops.
            if live.changes.receiver_count() == 0 || live.is_looking.swap(true, Ordering::SeqCst) {
                return;
            }
        }
        let found = changed(app, app.clock.now() - OVERLAP_MS).await;
        for change in found.iter().filter(|change| !known.contains(change)) {
            // Nobody listens any more: the next round ends.
            drop(live.changes.send(*change));
        }
        known = found;
    }
}

async fn changed(app: &App, since: i64) -> Vec<(Uuid, i64)> {
    app.store.read(ChangedSince { since }).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot look for changed conversations");
        Vec::new()
    })
}

/// From when on a page wants to know.
#[derive(Deserialize)]
pub(super) struct From {
    desde: Option<i64>,
}

/// The conversations that changed since the page was made, then those that change.
pub(super) async fn stream(
    State(console): State<Arc<Console>>,
    _: Viewer,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let receiver = Live::watch(&console);
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let since = last.or(from.desde).unwrap_or_else(|| console.app.clock.now());
    let missed = console.app.store.read(ChangedSince { since: since - OVERLAP_MS }).await?;
    let live = BroadcastStream::new(receiver)
        // A page that is behind is cut off: it comes back and asks for what it missed.
        .take_while(|change| std::future::ready(change.is_ok()))
        .filter_map(|change| std::future::ready(change.ok()));
    let stopping = console.app.stopping.clone();
    let over = async move {
        tokio::select! {
            () = stopping.cancelled() => {}
            () = tokio::time::sleep(LONGEST) => {}
        }
    };
    let first = stream::iter(std::iter::once(Event::default().event("pronto").data("")));
    let changes = stream::iter(missed)
        .chain(live)
        .map(|(id, at)| Event::default().event("conversa").id(at.to_string()).data(id.to_string()));
    let events = first.chain(changes).map(Ok::<_, Infallible>).take_until(Box::pin(over));
    // A proxy that gathers what it passes on would hold it back.
    let unbuffered = [("x-accel-buffering", "no")];
    Ok((unbuffered, Sse::new(events).keep_alive(KeepAlive::default())))
}
