//! Takes Chatwoot's events in: decides what each asks for and stores it before anybody is told.

use super::{Taken, bounded};
use crate::app::App;
use crate::chatwoot::webhook::{Author, Decision, Event, EventKind, Ours, Whereabouts, decide};
use crate::store::Error;
use crate::store::chatwoot::{Act, Heard, Spoken};
use crate::store::identity::Person;
use crate::store::ingest::{Envelope, Keep, Stored};
use crate::store::queue::Lane;

/// The name under which Chatwoot's events are spooled and stored.
pub const SOURCE: &str = "chatwoot";

/// How long the database may take before an event is spooled; Chatwoot gives up after 5 s and
/// never tries again.
const DATABASE_TIME: std::time::Duration = std::time::Duration::from_secs(2);

/// Stores an event in the database, or beside it while the database is away.
///
/// # Errors
/// When neither takes it: Chatwoot must not be told that we have it.
pub async fn take(app: &App, event: &Event, body: &[u8]) -> Result<Taken, Error> {
    let Some(spool) = &app.spool else { return store(app, event, body).await };
    if spool.is_empty() {
        match tokio::time::timeout(DATABASE_TIME, store(app, event, body)).await {
            Ok(Ok(taken)) => return Ok(taken),
            Ok(Err(error)) => tracing::warn!(%error, "the database is away; webhooks are spooled"),
            Err(_) => tracing::warn!("the database is slow; webhooks are spooled"),
        }
    }
    spool.keep(SOURCE, body, app.clock.now()).await?;
    Ok(Taken::Kept)
}

/// Stores an event in the database and wakes whoever waits for it.
pub(super) async fn store(app: &App, event: &Event, body: &[u8]) -> Result<Taken, Error> {
    let decision = decide(event, &ours(app));
    let reason = match &decision {
        Decision::Ignored(reason) => Some(reason.label()),
        _ => None,
    };
    let envelope = Envelope {
        source: SOURCE,
        instance: bounded(event.account.as_deref().unwrap_or("default")),
        external_id: bounded(&event.dedupe_key()),
        decision: if reason.is_some() { "ignored" } else { "state" },
        reason: reason.map(str::to_owned),
        body: String::from_utf8_lossy(body).into_owned(),
        now: app.clock.now(),
    };
    let label = decision.label();
    let stored = match heard(app, event, envelope.clone(), decision) {
        Some(heard) => app.store.ingest(heard).await?,
        None => app.store.ingest(Keep(envelope)).await?,
    };
    metrics::counter!("seleto_webhooks_total", "event" => "chatwoot", "decision" => label)
        .increment(1);
    Ok(match stored {
        Stored::Duplicate => Taken::Duplicate,
        Stored::New { wake_at, .. } => {
            if let Some(at) = wake_at {
                app.bells.ring(Lane::Whatsapp, at);
                app.bells.ring_mirrors(at);
            }
            Taken::New { decision: label, reason }
        }
    })
}

fn ours(app: &App) -> Ours {
    let client = app.chatwoot.as_ref();
    Ours {
        account: client.map(|client| client.account().to_string()),
        inbox: client.and_then(crate::chatwoot::Client::known_inbox),
        assigns_by_itself: client.is_some_and(crate::chatwoot::Client::assigns_by_itself),
    }
}

/// `None` for events that are kept and change nothing.
fn heard(app: &App, event: &Event, envelope: Envelope, decision: Decision) -> Option<Heard> {
    let place = event.place.as_ref()?;
    let spoken = spoken(event);
    let act = match decision {
        Decision::Relay { text } => Act::Relay(text),
        Decision::TakeOver => Act::TakeOver,
        Decision::GiveBack => Act::GiveBack,
        Decision::Close => Act::Close,
        Decision::DoNotContact => Act::DoNotContact,
        // A message of ours that comes back proves that it arrived.
        Decision::Ignored(_) if spoken.as_ref().is_some_and(|it| it.ours.is_some()) => Act::Note,
        Decision::Ignored(_) => return None,
    };
    let zapi = app.config.zapi.as_ref();
    Some(Heard {
        envelope,
        instance: zapi.map_or_else(|| "default".to_owned(), |zapi| zapi.instance.clone()),
        conversation: bounded(&place.conversation),
        contact: place.contact.as_deref().map(bounded),
        person: person(place),
        spoken,
        actor: actor(event),
        act,
    })
}

fn spoken(event: &Event) -> Option<Spoken> {
    let EventKind::Said(said) = &event.kind else { return None };
    let ours = said.marked.as_ref().or(said.source_id.as_ref());
    Some(Spoken { remote_id: bounded(said.id.as_deref()?), ours: ours.map(|id| bounded(id)) })
}

fn actor(event: &Event) -> String {
    match &event.kind {
        EventKind::Said(said) if let Author::Person { id: Some(id) } = &said.author => {
            format!("{SOURCE}:{}", bounded(id))
        }
        _ => SOURCE.to_owned(),
    }
}

/// The person behind a contact: by number, or by the linked id that we wrote there.
fn person(place: &Whereabouts) -> Option<Person> {
    let name = place.name.clone().filter(|name| name.chars().any(char::is_alphabetic));
    let lid = place.identifier.as_deref().filter(|it| it.ends_with("@lid")).map(bounded);
    let phone = place.phone.as_deref().and_then(|phone| {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        digits.parse::<seleto_rules::phone::Phone>().ok()
    });
    let address = phone.as_ref().map(|phone| phone.as_str().to_owned()).or_else(|| lid.clone())?;
    Some(Person { phone, lid, address, name })
}
