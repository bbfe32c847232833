//! Tells the page what the phones show, from any point in the past on.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use serde_json::json;
use tokio_stream::wrappers::BroadcastStream;

use super::Demo;
use crate::phones::Change;

#[derive(Deserialize)]
pub(super) struct From {
    /// The id of the last event that the page knows; the browser's own header counts before it.
    since: Option<String>,
}

/// Everything after the last event that the page knows, then everything that happens.
///
/// A page that knows nothing of this server is first told to forget what it shows; `ready` says
/// that the past is over. A page that cannot keep up is cut off and comes back for the rest.
pub(super) async fn stream(
    Shared(demo): Shared<Arc<Demo>>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let known = header.or(from.since.as_deref());
    let revision = known.and_then(|id| demo.revision_of(id));
    let (past, reached, future) = demo.zapi.phones().since(revision.unwrap_or(0));

    let mut first = Vec::new();
    if revision.is_none() {
        first.push(named("reset", &json!({"company": demo.company})));
    }
    // The past is told in the order of the phones, not of its changes: only its end has an id.
    first.extend(past.iter().map(|change| named("change", &json!(change))));
    first.push(named("ready", &json!({})).id(format!("{}-{reached}", demo.epoch)));

    let stopped = demo.zapi.stopped();
    let live = BroadcastStream::new(future)
        .take_while(|change| std::future::ready(change.is_ok()))
        .filter_map(|change| std::future::ready(change.ok()))
        .map(move |change| demo.event(&change));
    let events = stream::iter(first).chain(live).map(Ok).take_until(stopped);
    Sse::new(events).keep_alive(KeepAlive::default())
}

impl Demo {
    fn event(&self, change: &Change) -> Event {
        let event = named("change", &json!(change));
        match change.revision() {
            Some(revision) => event.id(format!("{}-{revision}", self.epoch)),
            None => event,
        }
    }

    /// The revision in an event id, if this server gave it.
    fn revision_of(&self, id: &str) -> Option<u64> {
        let (epoch, revision) = id.split_once('-')?;
        (epoch == self.epoch).then(|| revision.parse().ok())?
    }
}

fn named(name: &str, data: &serde_json::Value) -> Event {
    Event::default().event(name).data(data.to_string())
}
