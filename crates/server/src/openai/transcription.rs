//! Voice notes: what is asked of the model server, and what it says it heard.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use seleto_rules::transcript::Segment;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::client::{Client, MOST_REPETITIONS, backoff, end};
use super::failure::Failure;
use super::models::audio_cost_micro_usd;
use super::wire;
use crate::external_call::{Call, Service};

/// A recording to put into words.
#[derive(Clone)]
pub struct Transcription {
    /// The model.
    pub model: String,
    /// The recording.
    pub bytes: Bytes,
    /// Its type, as WhatsApp or the server that had it tells.
    pub mime: String,
    /// Words that it is likely to hold.
    pub hints: Vec<String>,
    /// Its length, where it is known; counts for the cost when the server does not tell.
    pub seconds: Option<u64>,
    /// The time for all of it: repetitions, pauses, reading.
    pub deadline: Duration,
    /// On whose behalf, for the log.
    pub phone: Option<String>,
}

/// What the model heard; whether to believe it is for the caller to judge.
#[derive(Clone, PartialEq)]
pub struct Transcript {
    /// The words.
    pub text: String,
    /// How sure it is of each stretch; empty where the model does not tell.
    pub segments: Vec<Segment>,
    /// The length of the recording, where it is known.
    pub seconds: Option<u64>,
    /// Millionths of a US dollar, rather too many than too few.
    pub cost_micro_usd: u64,
}

/// How a model wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Tells how sure it is.
    Whisper,
    /// Takes languages and keywords in place of language and prompt.
    Keywords,
    /// The least that all servers take.
    Plain,
}

/// Bytes of a second of the leanest recordings.
const BYTES_A_SECOND: u64 = 1_000;

/// Longest list of hints; whisper reads about 220 tokens of it.
const LONGEST_HINT: usize = 500;

impl Manner {
    fn of(model: &str) -> Self {
        match model.rsplit('/').next().unwrap_or(model).to_ascii_lowercase().as_str() {
            "gpt-transcribe" => Self::Keywords,
            name if name.contains("whisper") => Self::Whisper,
            _ => Self::Plain,
        }
    }
}

impl Client {
    /// Puts a recording into words. Passing troubles are repeated, all within the deadline.
    pub async fn transcribe(&self, request: &Transcription) -> Result<Transcript, Failure> {
        let until = Instant::now() + request.deadline;
        let mut repetitions = 0;
        loop {
            let failure = match self.listen(request, until).await {
                Ok(transcript) => return Ok(transcript),
                Err(failure) => failure,
            };
            let pause = failure
                .retry_after()
                .unwrap_or_else(|| backoff(self.first_pause(), repetitions, rand::random()));
            let in_time = Instant::now() + pause < until;
            if !failure.is_passing() || repetitions >= MOST_REPETITIONS || !in_time {
                return Err(failure);
            }
            repetitions += 1;
            sleep(pause).await;
        }
    }

    async fn listen(&self, request: &Transcription, until: Instant) -> Result<Transcript, Failure> {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::TimedOut);
        }
        let call = Call::start(Service::OpenAi, "transcribe")
            .about(request.phone.as_deref(), self.phones());
        let post = self.post(&["audio", "transcriptions"]).timeout(left);
        let heard = match self.exchange(post.multipart(form(request))).await {
            Ok(body) => read(&body, request),
            Err(attempt) => Err(attempt.into_failure()),
        };
        end(call, &heard, |failure| failure.label());
        heard
    }
}

fn read(body: &Value, request: &Transcription) -> Result<Transcript, Failure> {
    let heard = wire::transcript(body).ok_or(Failure::Malformed("nenhuma transcrição"))?;
    let seconds = heard.seconds.or(request.seconds);
    // A length that nobody tells is guessed from the size, as voice notes are packed at the least.
    let counted = seconds.unwrap_or(request.bytes.len() as u64 / BYTES_A_SECOND + 1);
    let cost_micro_usd = audio_cost_micro_usd(&request.model, counted);
    Ok(Transcript { text: heard.text, segments: heard.segments, seconds, cost_micro_usd })
}

fn form(request: &Transcription) -> Form {
    let (name, mime) = file_type(&request.mime);
    let length = request.bytes.len() as u64;
    let part = Part::stream_with_length(Body::from(request.bytes.clone()), length);
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert(reqwest::header::CONTENT_TYPE, reqwest::header::HeaderValue::from_static(mime));
    let part = part.file_name(name).headers(headers);
    let form = Form::new().text("model", request.model.clone()).part("file", part);
    match Manner::of(&request.model) {
        Manner::Whisper => form
            .text("language", "pt")
            .text("response_format", "verbose_json")
            .text("prompt", prompt(&request.hints)),
        Manner::Plain => form
            .text("language", "pt")
            .text("response_format", "json")
            .text("prompt", prompt(&request.hints)),
        Manner::Keywords => {
            let form = form.text("languages[]", "pt").text("response_format", "json");
            keywords(&request.hints)
                .into_iter()
                .fold(form, |form, keyword| form.text("keywords[]", keyword))
        }
    }
}

/// The hints as one line, which is what recognisers that know no keywords read.
pub fn prompt(hints: &[String]) -> String {
    let mut line = String::new();
    for hint in hints {
        if line.len() + hint.len() > LONGEST_HINT {
            break;
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(hint);
    }
    line
}

/// The hints without what makes the server refuse the call.
fn keywords(hints: &[String]) -> Vec<String> {
    let clean = |hint: &String| {
        let kept: String = hint
            .chars()
            .map(|c| if c.is_control() || c == '<' || c == '>' { ' ' } else { c })
            .collect();
        kept.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    hints.iter().map(clean).filter(|hint| !hint.is_empty()).collect()
}

/// The file name and type by which servers know the format; they go by the name's extension.
fn file_type(mime: &str) -> (&'static str, &'static str) {
    let essence = mime.split(';').next().unwrap_or(mime).trim().to_ascii_lowercase();
    match essence.as_str() {
        "audio/mpeg" | "audio/mp3" | "audio/mpga" => ("audio.mp3", "audio/mpeg"),
        "audio/mp4" | "audio/m4a" | "audio/x-m4a" | "audio/aac" => ("audio.m4a", "audio/mp4"),
        "video/mp4" => ("audio.mp4", "video/mp4"),
        "audio/wav" | "audio/x-wav" | "audio/wave" => ("audio.wav", "audio/wav"),
        "audio/webm" | "video/webm" => ("audio.webm", "audio/webm"),
        "audio/flac" | "audio/x-flac" => ("audio.flac", "audio/flac"),
        // WhatsApp records Ogg with Opus; servers refuse the same bytes by the name of `.opus`.
        _ => ("audio.ogg", "audio/ogg"),
    }
}

/// Without the recording and what it may hold.
impl fmt::Debug for Transcription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcription")
            .field("model", &self.model)
            .field("bytes", &self.bytes.len())
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// Without the words, which are the lead's.
impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcript")
            .field("seconds", &self.seconds)
            .field("cost_micro_usd", &self.cost_micro_usd)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_model_is_asked_in_its_own_manner() {
        assert_eq!(Manner::of("whisper-1"), Manner::Whisper);
        assert_eq!(Manner::of("openai/whisper-large-v3-turbo"), Manner::Whisper);
        assert_eq!(Manner::of("gpt-transcribe"), Manner::Keywords);
        assert_eq!(Manner::of("gpt-4o-mini-transcribe"), Manner::Plain);
        assert_eq!(Manner::of("outro"), Manner::Plain);
    }

    #[test]
    fn a_file_is_named_after_its_type() {
        assert_eq!(file_type("audio/ogg; codecs=opus"), ("audio.ogg", "audio/ogg"));
        assert_eq!(file_type("audio/opus"), ("audio.ogg", "audio/ogg"));
        assert_eq!(file_type("Audio/MPEG"), ("audio.mp3", "audio/mpeg"));
        assert_eq!(file_type("audio/mp4"), ("audio.m4a", "audio/mp4"));
        assert_eq!(file_type("application/octet-stream"), ("audio.ogg", "audio/ogg"));
    }

    #[test]
    fn hints_are_short_and_keywords_harmless() {
        let hints = ["FB300".to_owned(), "formadora <de>\nhambúrguer".to_owned(), "<>".to_owned()];
        assert_eq!(keywords(&hints), ["FB300", "formadora de hambúrguer"]);
        assert_eq!(prompt(&hints[..1]), "FB300");
        assert!(prompt(&vec!["modeladora".to_owned(); 500]).len() <= LONGEST_HINT + 100);
    }
}
