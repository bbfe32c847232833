//! Puts the pictures of a burst into words, where the model can see.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use seleto_rules::picture;
use tokio::time::Instant;

use super::Perceived;
use crate::app::App;
use crate::media::{self, Limits};
use crate::openai::{self, Bill, Completion, Failure, Picture, Role};
use crate::store::Error;
use crate::store::transcript::{Attachment, KeepTranscript, Sense, State};
use crate::store::turn::Context;

/// How long looking may take in all; thinking needs the rest of the turn's time.
const LONGEST: Duration = Duration::from_secs(20);
/// How many pictures of one conversation are looked at at once.
const SIDE_BY_SIDE: usize = 2;
/// How many pictures of one burst are looked at; an album tells no more than its first ones.
const MOST: usize = 4;
/// Most bytes of a picture; WhatsApp makes them far smaller.
const LARGEST: usize = 5 * 1024 * 1024;
/// How many tokens a description may take.
const MAX_TOKENS: u32 = 120;

/// What came of one picture.
struct Seen {
    line: usize,
    state: State,
    words: Option<String>,
    bill: Option<Bill>,
}

/// Puts the burst's pictures into words, and stores each description, so that no turn looks at the
/// picture again. Where the model takes no pictures, the captions stand alone.
///
/// # Errors
/// When the store refuses.
pub async fn look(app: &App, context: &Context) -> Result<Perceived, Error> {
    let (Some(client), Some(settings)) = (&app.openai, &app.config.openai) else {
        return Ok(Perceived::default());
    };
    if context.pictures.is_empty() {
        return Ok(Perceived::default());
    }
    let begun = Instant::now();
    let eye = Eye {
        app,
        client,
        model: &settings.model,
        phone: &context.lead_phone,
        until: begun + LONGEST,
    };
    let caption = |picture: &Attachment| {
        context.burst.get(picture.line).map(|line| line.text.as_str()).unwrap_or_default()
    };
    let looks: Vec<_> = context
        .pictures
        .iter()
        .take(MOST)
        .map(|picture| eye.see(picture, caption(picture)))
        .collect();
    let seen: Vec<Seen> = stream::iter(looks).buffered(SIDE_BY_SIDE).try_collect().await?;
    let mut perceived = Perceived { took: begun.elapsed(), ..Perceived::default() };
    for Seen { line, words, bill, .. } in seen {
        perceived.words.extend(words.map(|words| (line, words)));
        perceived.bills.extend(bill);
    }
    Ok(perceived)
}

struct Eye<'a> {
    app: &'a App,
    client: &'a openai::Client,
    model: &'a str,
    phone: &'a str,
    until: Instant,
}

impl Eye<'_> {
    async fn see(&self, picture: &Attachment, caption: &str) -> Result<Seen, Error> {
        let seen = self.attempt(picture, caption).await;
        metrics::counter!("seleto_pictures_total", "outcome" => seen.state.name()).increment(1);
        let keep = KeepTranscript {
            message: picture.message,
            sense: Sense::Sight,
            state: seen.state,
            words: seen.words.clone(),
        };
        self.app.store.write(keep).await?;
        Ok(seen)
    }

    async fn attempt(&self, picture: &Attachment, caption: &str) -> Seen {
        let nothing = |state| Seen { line: picture.line, state, words: None, bill: None };
        // A picture is fetched for a model that sees; whether it does is learnt from the first.
        if !self.client.sees(self.model) {
            return nothing(State::Refused);
        }
        let permit = tokio::time::timeout_at(self.until, self.app.ears.acquire()).await;
        let Ok(Ok(_permit)) = permit else {
            tracing::warn!("a picture waited too long for its turn");
            return nothing(State::Failed);
        };
        let limits = Limits {
            bytes: LARGEST,
            until: self.until.min(Instant::now() + media::LONGEST),
            phone: Some(self.phone.to_owned()),
        };
        let fetched = match self.app.media.fetch(&picture.url, &limits).await {
            Ok(fetched) => fetched,
            Err(refused) => {
                tracing::warn!(reason = %refused, "a picture was not fetched");
                return nothing(if refused.is_passing() { State::Failed } else { State::Refused });
            }
        };
        let Some(picture) = Picture::of(fetched.bytes) else {
            tracing::warn!("a picture is of no kind that models take");
            return nothing(State::Refused);
        };
        match self.client.complete(&self.question(picture, caption)).await {
            Ok(answer) => {
                let words = picture::told(&answer.text);
                let state = if words.is_some() { State::Heard } else { State::Wordless };
                Seen { words, bill: Some(answer.bill), ..nothing(state) }
            }
            Err(failure) => {
                tracing::warn!(reason = failure.label(), "a picture was not described");
                Seen { bill: failure.bill().cloned(), ..nothing(after(&failure)) }
            }
        }
    }

    fn question(&self, picture: Picture, caption: &str) -> Completion {
        Completion {
            model: self.model.to_owned(),
            system: picture::INSTRUCTIONS.to_owned(),
            messages: vec![(Role::User, picture::question(caption))],
            picture: Some(picture),
            schema: None,
            temperature: 0.0,
            max_tokens: MAX_TOKENS,
            deadline: self.until.saturating_duration_since(Instant::now()),
            phone: Some(self.phone.to_owned()),
        }
    }
}

/// What will not be otherwise the next time is not asked again.
fn after(failure: &Failure) -> State {
    match failure {
        Failure::Blind
        | Failure::Rejected { .. }
        | Failure::Refused(_)
        | Failure::Truncated(_)
        | Failure::Filtered(_) => State::Refused,
        _ => State::Failed,
    }
}
