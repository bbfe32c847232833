//! Transcriptions: checks the upload as OpenAI does, and gives the text that it was told to give.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Multipart, State as Shared};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::State;
use super::calls::Operation;
use super::errors::{error, invalid};
use crate::faults::{Fault, Reply, settle};
use crate::local_server::Connection;
use crate::log::lock;

const SPOKEN: &str = "Oi, eu queria saber mais sobre a formadora de hambúrguer.";
const LARGEST_FILE: usize = 25 * 1024 * 1024;
const FORMATS: [&str; 10] =
    ["flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm"];

/// A transcription that was asked for.
#[derive(Clone, Debug)]
pub struct TranscriptionCall {
    /// When it came, in milliseconds since 1970.
    pub at_ms: i64,
    /// The name of the uploaded file.
    pub file_name: String,
    /// Its content type.
    pub content_type: String,
    /// Its size in bytes.
    pub size: usize,
    /// The other fields, such as `model` and `language`.
    pub fields: HashMap<String, String>,
    /// The fault it met.
    pub fault: Option<Fault>,
    /// The status it was answered; nothing when it got none.
    pub status: Option<u16>,
}

pub(super) async fn transcribe(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let mut call = read(&state, form).await;
    let refusal = state.refuse_stranger(&headers).or_else(|| refuse(&state, &call));
    let is_refused = refusal.is_some();
    if !is_refused {
        call.fault = state.faults[Operation::Transcription as usize].draw();
    }
    let outcome = settle(call.fault.as_ref(), || refusal.unwrap_or_else(|| state.hear(&call)));
    call.status = outcome.status();
    state.transcriptions.add(call);
    outcome.play(&connection, &state.stop).await
}

/// Reads as much of the form as is there; what is missing is refused later.
async fn read(state: &State, mut form: Multipart) -> TranscriptionCall {
    let mut call = TranscriptionCall {
        at_ms: state.config.clock.now_ms(),
        file_name: String::new(),
        content_type: String::new(),
        size: 0,
        fields: HashMap::new(),
        fault: None,
        status: None,
    };
    while let Ok(Some(field)) = form.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            call.fields.insert(name, field.text().await.unwrap_or_default());
            continue;
        }
        call.file_name = field.file_name().unwrap_or_default().to_owned();
        call.content_type = field.content_type().unwrap_or_default().to_owned();
        call.size = field.bytes().await.map_or(0, |bytes| bytes.len());
    }
    call
}

fn refuse(state: &State, call: &TranscriptionCall) -> Option<Reply> {
    let model = call.fields.get("model").map(String::as_str).unwrap_or_default();
    if !state.config.models.iter().any(|known| known.id == model) {
        let message = format!("The model `{model}` does not exist");
        let code = Some("model_not_found");
        return Some(error(404, "invalid_request_error", Some("model"), code, &message));
    }
    if call.size > LARGEST_FILE {
        let message = "Maximum content size limit (26214400) exceeded";
        return Some(error(413, "server_error", None, None, message));
    }
    let extension = call.file_name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if call.size == 0 || !FORMATS.contains(&extension.to_lowercase().as_str()) {
        let formats = FORMATS.map(|format| format!("'{format}'")).join(", ");
        let message = format!("Unrecognized file format. Supported formats: [{formats}]");
        return Some(invalid("file", None, &message));
    }
    None
}

impl State {
    fn hear(&self, call: &TranscriptionCall) -> Reply {
        let text = lock(&self.transcripts).pop_front().unwrap_or_else(|| SPOKEN.to_owned());
        let usage = json!({"type": "duration", "seconds": 3});
        let body: Value = match call.fields.get("response_format").map(String::as_str) {
            Some("text") => return Reply::new(200, "text/plain", text),
            Some("verbose_json") => verbose(&text, &usage),
            _ => json!({"text": text, "usage": usage}),
        };
        Reply::json(200, &body)
    }
}

/// Silence comes with a high `no_speech_prob`, as whisper-1 reports it.
fn verbose(text: &str, usage: &Value) -> Value {
    let silence = if text.is_empty() { 0.95 } else { 0.02 };
    let segment = json!({
        "id": 0, "start": 0.0, "end": 3.0, "text": text, "avg_logprob": -0.2,
        "compression_ratio": 1.1, "no_speech_prob": silence,
    });
    json!({
        "task": "transcribe", "language": "portuguese", "duration": 3.0, "text": text,
        "segments": [segment], "usage": usage,
    })
}
