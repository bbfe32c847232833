//! Takes an event in: decides what it is and stores it, durably, before anybody is told.

pub mod chatwoot;
pub mod replay;

use seleto_rules::delivery::Tick;

use crate::app::{App, OwnPhone};
use crate::hash;
use crate::store::Error;
use crate::store::identity::Person;
use crate::store::ingest::{Envelope, Keep, LeadEdited, LeadTypes, LeadWrote, NewMessage, Stored};
use crate::store::queue::Lane;
use crate::store::reports::{ConnectionChanged, DeliveryReported, LeftOurNumber, Ticked};
use crate::store::revoked::LeadRevoked;
use crate::store::turn::kind_name;
use crate::zapi::webhook::{
    self, Decision, Event, EventKind, FromMe, Inbound, Media, Ours, Private, Reason, StateChange,
    Typing,
};

/// Ids longer than this are kept as their hash: they must fit into an index.
const LONGEST_ID: usize = 200;
/// How many messages one status report may tick.
const MOST_TICKS: usize = 500;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is stored.
    New {
        /// `turn`, `state` or `ignored`.
        decision: &'static str,
        /// Why it was ignored.
        reason: Option<&'static str>,
    },
    /// A copy was stored before.
    Duplicate,
    /// The database is away: it is on this machine's disk, and follows when the database is back.
    Kept,
}

/// Stores an event in the database, or beside it while the database is away.
///
/// # Errors
/// When neither takes it: the sender must not be told that we have it.
pub async fn take(app: &App, instance: String, event: &Event, body: &[u8]) -> Result<Taken, Error> {
    let Some(spool) = &app.spool else { return store(app, instance, event, body).await };
    // What waits beside the database goes first, or later messages would overtake earlier ones.
    if spool.is_empty() {
        let stored = store(app, instance.clone(), event, body);
        match tokio::time::timeout(DATABASE_TIME, stored).await {
            Ok(Ok(taken)) => return Ok(taken),
            Ok(Err(error)) => tracing::warn!(%error, "the database is away; webhooks are spooled"),
            Err(_) => tracing::warn!("the database is slow; webhooks are spooled"),
        }
    }
    spool.keep(&instance, body, app.clock.now()).await?;
    Ok(Taken::Kept)
}

/// How long the database may take before an event is spooled; senders give up after 5 s.
const DATABASE_TIME: std::time::Duration = std::time::Duration::from_secs(2);

/// Stores an event in the database and wakes whoever waits for it.
async fn store(app: &App, instance: String, event: &Event, body: &[u8]) -> Result<Taken, Error> {
    let playbook = app.playbook();
    let own = app.own_phone();
    let phone = if let OwnPhone::Known(digits) = &own { Some(digits.as_str()) } else { None };
    let ours = Ours { phone, rules: Some(&playbook.rules) };
    let received = Received { app, event, instance, body, ours };
    let decision = webhook::decide(event, &ours);
    let (label, reason) = received.label(&decision);
    let stored = received.store(decision).await?;
    metrics::counter!("seleto_webhooks_total", "event" => event.name(), "decision" => label)
        .increment(1);
    Ok(match stored {
        Stored::Duplicate => Taken::Duplicate,
        Stored::New { wake_at, .. } => {
            received.ring(wake_at, label);
            app.bells.ring_mirrors(app.clock.now());
            Taken::New { decision: label, reason }
        }
    })
}

struct Received<'a> {
    app: &'a App,
    event: &'a Event,
    instance: String,
    body: &'a [u8],
    ours: Ours<'a>,
}

impl Received<'_> {
    fn label(&self, decision: &Decision) -> (&'static str, Option<&'static str>) {
        match decision {
            Decision::Turn(_) => ("turn", None),
            Decision::State(_) => ("state", None),
            Decision::Ignored(reason) => ("ignored", Some(reason.label())),
        }
    }

    /// A new message is due in its conversation; a report may free the next message to send.
    fn ring(&self, wake_at: Option<i64>, decision: &str) {
        let Some(at) = wake_at else { return };
        match decision {
            "turn" => self.app.bells.ring(Lane::Turns, at),
            _ => {
                self.app.bells.ring(Lane::Turns, at);
                self.app.bells.ring(Lane::Whatsapp, at);
                self.app.bells.ring(Lane::Sellers, at);
            }
        }
    }

    async fn store(&self, decision: Decision) -> Result<Stored, Error> {
        let store = &self.app.store;
        match decision {
            Decision::Ignored(reason) => {
                let Some(envelope) = self.envelope("ignored", Some(reason.label())) else {
                    return Ok(NOTHING);
                };
                store.ingest(Keep(envelope)).await
            }
            Decision::Turn(inbound) => match self.lead_wrote("turn", *inbound, true) {
                Some(event) => store.ingest(event).await,
                None => Ok(NOTHING),
            },
            Decision::State(change) => self.store_change(change).await,
        }
    }

    async fn store_change(&self, change: StateChange) -> Result<Stored, Error> {
        let store = &self.app.store;
        if let StateChange::Typing { chat, typing } = change {
            return self.typing(&chat, typing).await;
        }
        let Some(envelope) = self.envelope("state", None) else { return Ok(NOTHING) };
        match change {
            StateChange::Sent { zaap_id, message_id } => {
                store.ingest(self.delivery(envelope, zaap_id, message_id, None)).await
            }
            StateChange::NotSent { zaap_id, message_id, error } => {
                let error = Some(crate::http::clean(&error, &[]));
                store.ingest(self.delivery(envelope, zaap_id, message_id, error)).await
            }
            StateChange::Ticked { ids, tick } => {
                let ids = ids.iter().take(MOST_TICKS).map(|id| bounded(id)).collect();
                store.ingest(Ticked { envelope, ids, tick: our_tick(tick) }).await
            }
            StateChange::Edited(inbound) => {
                let original_id = inbound.message_id.as_deref().map(bounded).unwrap_or_default();
                match self.lead_wrote("state", *inbound, true) {
                    Some(wrote) => store.ingest(LeadEdited { wrote, original_id }).await,
                    None => Ok(NOTHING),
                }
            }
            StateChange::Reacted(inbound) => match self.lead_wrote("state", *inbound, false) {
                Some(event) => store.ingest(event).await,
                None => Ok(NOTHING),
            },
            StateChange::FromMe(from_me) => {
                let seller = self.insider(from_me.address.as_str());
                store.ingest(left_our_number(envelope, *from_me, seller)).await
            }
            StateChange::Connected { .. } => {
                // It may be another number now.
                self.app.set_own_phone(OwnPhone::Unasked);
                let detail = String::new();
                store.ingest(ConnectionChanged { envelope, connected: true, detail }).await
            }
            StateChange::Disconnected { error } => {
                let detail = format!(
                    "WhatsApp desconectado: reconecte o aparelho no painel da Z-API ({})",
                    crate::http::clean(error.as_deref().unwrap_or("sem detalhes"), &[])
                );
                store.ingest(ConnectionChanged { envelope, connected: false, detail }).await
            }
            StateChange::Revoked { message_id } => {
                let external_id = bounded(&message_id);
                store.ingest(LeadRevoked { envelope, external_id }).await
            }
            StateChange::Typing { .. } => store.ingest(Keep(envelope)).await,
        }
    }

    async fn typing(&self, chat: &webhook::Chat, typing: Typing) -> Result<Stored, Error> {
        let wait_ms = match typing {
            Typing::Composing | Typing::Recording => self.app.config.quiet_time.while_typing(),
            Typing::Paused | Typing::Available | Typing::Unavailable => None,
        };
        let (Some(wait_ms), Some(address)) = (wait_ms, chat.address()) else { return Ok(NOTHING) };
        let person = person(address, None);
        let envelope = self.envelope_with("presence".to_owned(), "state", None);
        self.app.store.ingest(LeadTypes { envelope, person, wait_ms }).await
    }

    fn lead_wrote(
        &self,
        decision: &'static str,
        inbound: Inbound,
        answer: bool,
    ) -> Option<LeadWrote> {
        let envelope = self.envelope(decision, None)?;
        let text = inbound.text.as_str();
        let quiet_ms = answer.then(|| self.app.config.quiet_time.after(text));
        let message = NewMessage {
            kind: kind_name(inbound.kind),
            text: text.to_owned(),
            media: inbound.media.as_ref().map(media),
            external_id: inbound.message_id.as_deref().map(bounded),
            quoted_id: inbound.quoted_message_id.as_deref().map(bounded),
            sent_at: inbound.at_ms.unwrap_or(envelope.now),
        };
        let mut person = person(inbound.address.as_str(), inbound.lid.as_ref());
        person.name = inbound.sender_name.map(Private::into_string);
        Some(LeadWrote { envelope, person, message, quiet_ms })
    }

    fn delivery(
        &self,
        envelope: Envelope,
        zaap_id: Option<String>,
        message_id: Option<String>,
        error: Option<String>,
    ) -> DeliveryReported {
        let address = match &self.event.kind {
            EventKind::Delivery { chat, .. } => chat.address().unwrap_or_default(),
            _ => "",
        };
        DeliveryReported {
            envelope,
            person: person(address, None),
            queue_id: zaap_id.as_deref().map(bounded),
            external_id: message_id.as_deref().map(bounded),
            error,
            seller: self.insider(address),
        }
    }

    /// The number of one of the company's own people, as the playbook has it.
    fn insider(&self, address: &str) -> Option<String> {
        self.ours.insider(address).map(str::to_owned)
    }

    /// `None` for events that are not kept, because each repetition is news.
    fn envelope(&self, decision: &'static str, reason: Option<&str>) -> Option<Envelope> {
        let key = self.event.dedupe_key()?;
        Some(self.envelope_with(bounded(&key), decision, reason))
    }

    fn envelope_with(
        &self,
        external_id: String,
        decision: &'static str,
        reason: Option<&str>,
    ) -> Envelope {
        Envelope {
            source: "zapi",
            instance: self.instance.clone(),
            external_id,
            decision,
            reason: reason.map(str::to_owned),
            body: String::from_utf8_lossy(self.body).into_owned(),
            now: self.app.clock.now(),
        }
    }
}

const NOTHING: Stored = Stored::New { conversation: None, wake_at: None };

/// A message that the connected number sent.
fn left_our_number(
    mut envelope: Envelope,
    from_me: FromMe,
    seller: Option<String>,
) -> LeftOurNumber {
    if seller.is_some() {
        envelope.reason = Some(Reason::Seller.label().to_owned());
    }
    let person = person(from_me.address.as_str(), from_me.lid.as_ref());
    let message = NewMessage {
        kind: kind_name(from_me.kind),
        text: from_me.text.into_string(),
        media: None,
        external_id: from_me.message_id.as_deref().map(bounded),
        quoted_id: from_me.quoted_message_id.as_deref().map(bounded),
        sent_at: from_me.at_ms.unwrap_or(envelope.now),
    };
    LeftOurNumber { envelope, person, message, by_api: from_me.through_api, seller }
}

fn person(address: &str, lid: Option<&Private>) -> Person {
    let own_lid = address.ends_with("@lid").then_some(address);
    Person {
        phone: address.parse().ok(),
        lid: own_lid.or(lid.map(Private::as_str)).map(bounded),
        address: bounded(address),
        name: None,
    }
}

fn media(media: &Media) -> serde_json::Value {
    serde_json::json!({
        "kind": kind_name(media.kind),
        "url": media.url.as_ref().map(Private::as_str),
        "mime_type": media.mime_type.as_deref(),
        "file_name": media.file_name.as_ref().map(Private::as_str),
        "seconds": media.seconds,
    })
}

fn our_tick(tick: webhook::Tick) -> Tick {
    match tick {
        webhook::Tick::Sent => Tick::Sent,
        webhook::Tick::Received => Tick::Received,
        webhook::Tick::Read => Tick::Read,
        webhook::Tick::Played => Tick::Played,
    }
}

/// An id as it is kept: as it is, or as its hash when it is too long for an index.
pub fn bounded(id: &str) -> String {
    if id.len() <= LONGEST_ID { id.to_owned() } else { format!("sha256:{}", hash::full(id)) }
}
