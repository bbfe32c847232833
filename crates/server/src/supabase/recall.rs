//! At a lead's first message: what the customer's tables know of them already.

use std::time::Duration;

use seleto_rules::lead::Lead;
use seleto_rules::phone::Phone;
use uuid::Uuid;

use super::known;
use crate::app::App;
use crate::health::State;
use crate::store::Error;
use crate::store::queue::Lane;
use crate::store::recalled::{KeepKnown, Known, LoadKnown};
use crate::store::turn::Context;

/// How long an answer may keep a lead waiting.
const PATIENCE: Duration = Duration::from_secs(2);

/// Looks a lead up who is new to us, and takes over what is known. Answers whether there was
/// anything. A Supabase that is away costs nothing but the knowledge.
///
/// # Errors
/// When our own database refuses.
pub async fn recall(app: &App, conversation: Uuid, context: &Context) -> Result<bool, Error> {
    let is_new = context.history.is_empty() && context.lead == Lead::default();
    let Some(phone) = phone(context).filter(|_| is_new) else { return Ok(false) };
    let here = app.store.read(LoadKnown { conversation, spellings: phone.spellings() }).await?;
    let mut known = known::of_our_row(here, &app.playbook());
    if known.is_empty() {
        known = there(app, &phone).await.unwrap_or_default();
    }
    if known.is_empty() {
        return Ok(false);
    }
    tracing::info!(conversation.id = %conversation, "the lead is known from before");
    app.store.write(KeepKnown { conversation, known, now: app.clock.now() }).await?;
    Ok(true)
}

/// An `@lid` is no number: nobody is known under it.
fn phone(context: &Context) -> Option<Phone> {
    context.lead_phone.parse().ok()
}

/// Asks Supabase, unless it is known to be away.
async fn there(app: &App, phone: &Phone) -> Option<Known> {
    let client = app.supabase.as_ref()?;
    let is_away =
        matches!(app.health.state(Lane::Supabase.name()), State::Unreachable | State::Unauthorized);
    if is_away {
        return None;
    }
    let playbook = app.playbook();
    let asked = async {
        let known = known::lead(client, &playbook, phone).await?;
        match known {
            Some(known) => {
                let without = known.clone();
                Ok(Some(known::with_history(client, phone, known).await.unwrap_or(without)))
            }
            None => Ok(None),
        }
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(known)) => known,
        Ok(Err(failure)) => note_away(app, &failure),
        Err(_) => note_away(app, &super::Failure::TimedOut),
    }
}

/// The next leads do not wait for it: the next probe that succeeds takes this back.
fn note_away(app: &App, failure: &super::Failure) -> Option<Known> {
    tracing::warn!(%failure, "Supabase was not asked for what it knows");
    app.health.note(Lane::Supabase.name(), super::state_of::<()>(&Err(failure.clone())));
    None
}
