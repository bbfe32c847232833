//! Puts the voice notes of a burst into words, before anybody thinks of an answer.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use seleto_rules::playbook::Playbook;
use seleto_rules::transcript;
use tokio::time::Instant;

use super::Perceived;
use crate::app::App;
use crate::media::{self, Limits, Refused};
use crate::openai::{self, Failure, Transcription};
use crate::store::Error;
use crate::store::transcript::{Attachment, KeepTranscript, Sense, State};
use crate::store::turn::Context;

/// How long listening may take in all; thinking needs the rest of the turn's time.
const LONGEST: Duration = Duration::from_secs(25);
/// How many recordings of one conversation are listened to at once.
const SIDE_BY_SIDE: usize = 3;
/// Longest recording, in seconds; nobody tells a company more in one breath.
const LONGEST_NOTE: u64 = 10 * 60;

/// What came of one voice note.
struct Heard {
    line: usize,
    state: State,
    words: Option<String>,
    cost_micro_usd: Option<u64>,
}

/// Puts the burst's voice notes into words, and stores each as soon as it is heard, so that no turn
/// listens to it again. What cannot be heard stays without words. Needs a model.
///
/// # Errors
/// When the store refuses.
pub async fn listen(app: &App, playbook: &Playbook, context: &Context) -> Result<Perceived, Error> {
    let (Some(client), Some(settings)) = (&app.openai, &app.config.openai) else {
        return Ok(Perceived::default());
    };
    if context.voice_notes.is_empty() {
        return Ok(Perceived::default());
    }
    let begun = Instant::now();
    let ear = Ear {
        app,
        client,
        model: &settings.transcription_model,
        hints: transcript::hints(playbook),
        phone: &context.lead_phone,
        until: begun + LONGEST,
    };
    let hearings: Vec<_> = context.voice_notes.iter().map(|note| ear.hear(note)).collect();
    let heard: Vec<Heard> = stream::iter(hearings).buffered(SIDE_BY_SIDE).try_collect().await?;
    let mut perceived = Perceived { took: begun.elapsed(), ..Perceived::default() };
    for Heard { line, state, words, cost_micro_usd } in heard {
        if state == State::Unsure {
            perceived.unsure.push(line);
        }
        perceived.words.extend(words.map(|words| (line, words)));
        perceived.cost_micro_usd += cost_micro_usd.unwrap_or(0);
    }
    Ok(perceived)
}

struct Ear<'a> {
    app: &'a App,
    client: &'a openai::Client,
    model: &'a str,
    hints: Vec<String>,
    phone: &'a str,
    until: Instant,
}

impl Ear<'_> {
    async fn hear(&self, note: &Attachment) -> Result<Heard, Error> {
        let heard = self.attempt(note).await;
        metrics::counter!("seleto_voice_notes_total", "outcome" => heard.state.name()).increment(1);
        if let Some(cost) = heard.cost_micro_usd {
            metrics::counter!("seleto_model_cost_micro_usd_total").increment(cost);
        }
        let keep = KeepTranscript {
            message: note.message,
            sense: Sense::Hearing,
            state: heard.state,
            words: heard.words.clone(),
        };
        self.app.store.write(keep).await?;
        Ok(heard)
    }

    async fn attempt(&self, note: &Attachment) -> Heard {
        let nothing = |state| Heard { line: note.line, state, words: None, cost_micro_usd: None };
        if note.seconds.is_some_and(|seconds| seconds > LONGEST_NOTE) {
            tracing::warn!(seconds = note.seconds, "a voice note is too long to listen to");
            return nothing(State::Refused);
        }
        let permit = tokio::time::timeout_at(self.until, self.app.ears.acquire()).await;
        let Ok(Ok(_permit)) = permit else {
            tracing::warn!("a voice note waited too long for its turn");
            return nothing(State::Failed);
        };
        let limits = Limits {
            bytes: media::LARGEST,
            until: self.until.min(Instant::now() + media::LONGEST),
            phone: Some(self.phone.to_owned()),
        };
        let fetched = match self.app.media.fetch(&note.url, &limits).await {
            Ok(fetched) => fetched,
            Err(refused) => {
                tracing::warn!(reason = %refused, "a voice note was not fetched");
                return nothing(after_refusal(&refused));
            }
        };
        let request = Transcription {
            model: self.model.to_owned(),
            bytes: fetched.bytes,
            mime: note.mime.clone().or(fetched.mime).unwrap_or_default(),
            hints: self.hints.clone(),
            seconds: note.seconds,
            deadline: self.until.saturating_duration_since(Instant::now()),
            phone: Some(self.phone.to_owned()),
        };
        let told = match self.client.transcribe(&request).await {
            Ok(told) => told,
            Err(failure) => {
                tracing::warn!(reason = %failure, "a voice note was not transcribed");
                return nothing(after_failure(&failure));
            }
        };
        let believed = transcript::heard(&told.text, &told.segments, &openai::prompt(&self.hints));
        let state = match &believed {
            Some(heard) if heard.sure => State::Heard,
            Some(_) => State::Unsure,
            None => State::Wordless,
        };
        let words = believed.map(|heard| heard.text);
        Heard { words, cost_micro_usd: Some(told.cost_micro_usd), ..nothing(state) }
    }
}

fn after_refusal(refused: &Refused) -> State {
    if refused.is_passing() { State::Failed } else { State::Refused }
}

/// A recording that the server will not have is not offered again; all else may be mended.
fn after_failure(failure: &Failure) -> State {
    if matches!(failure, Failure::Rejected { .. }) { State::Refused } else { State::Failed }
}
