//! Finds out what became of an attempt whose outcome nobody knows.

use seleto_rules::delivery::{self, EVIDENCE_WINDOW_MS, Evidence};

use crate::app::App;
use crate::store::delivery::{Clues, Delivery, RecordVerdict};
use crate::store::queue::Claim;
use crate::zapi;

#[tracing::instrument(name = "settle", skip_all, fields(
    conversation.id = %claim.conversation, delivery.id = %delivery.id))]
pub(super) async fn settle(app: &App, claim: Claim, delivery: Delivery, clues: Clues) {
    let Some(zapi) = &app.zapi else { return };
    let now = app.clock.now();
    let (queued, queue_read_empty) = look_into_queue(zapi, &delivery).await;
    let mut evidence = Evidence {
        age_ms: now - delivery.sent_at,
        queued,
        queue_read_empty,
        connected_throughout: !clues.disconnected,
        channels_alive: clues.channels_alive,
        resent: delivery.resent,
    };
    // The instance is asked only when the answer decides.
    if evidence.age_ms >= EVIDENCE_WINDOW_MS && !queued {
        let status = zapi.status().await;
        evidence.connected_throughout &= status.is_ok_and(|status| status.connected);
    }
    let verdict = delivery::settle(&evidence);
    tracing::info!(?verdict, ?evidence, "unknown delivery looked at");
    let record = RecordVerdict { claim, delivery, verdict, evidence, now: app.clock.now() };
    if let Err(error) = app.store.write(record).await {
        // The lease runs out and somebody looks again.
        tracing::warn!(%error, "the verdict could not be recorded");
        return;
    }
    app.bells.ring(claim.lane, app.clock.now());
}

/// Whether the text stands in the vendor's queue, and whether the queue could be read at all.
async fn look_into_queue(zapi: &zapi::Client, delivery: &Delivery) -> (bool, bool) {
    let Ok(queue) = zapi.queue().await else { return (false, false) };
    let ours = queue.messages.iter().any(|message| {
        let text = message.text.as_ref().map(|text| text.as_str());
        let phone = message.phone.as_ref().map(|phone| phone.as_str());
        text == Some(delivery.body.as_str()) && phone == Some(delivery.address.as_str())
    });
    (ours, queue.complete && !ours)
}
