//! What the local model answers, as the body of a chat completion.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::State;
use crate::faults::Reply;
use crate::log::lock;

/// One answer of the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Completion {
    /// Text; it need not be what the schema asks for.
    Text(String),
    /// JSON, which the content holds as text.
    Json(Value),
    /// Text that ends where the token limit fell: `finish_reason` is `length`.
    CutShort(String),
    /// The model refuses: `refusal` is set and the content is null.
    Refusal(String),
    /// The filter stopped it: `finish_reason` is `content_filter`.
    Filtered,
    /// A tool call, asked for or not; the arguments need not be JSON.
    ToolCall {
        /// The tool.
        name: String,
        /// The arguments, as text.
        arguments: String,
    },
    /// 200 without any choice.
    NoChoices,
    /// Anything else that HTTP can carry.
    Http(Reply),
}

impl Completion {
    pub(super) fn into_reply(self, state: &State, request: &Value) -> Reply {
        let (content, finish_reason, extra) = match self {
            Self::Text(text) => (json!(text), "stop", Value::Null),
            Self::Json(value) => (json!(value.to_string()), "stop", Value::Null),
            Self::CutShort(text) => (json!(text), "length", Value::Null),
            Self::Refusal(text) => (Value::Null, "stop", json!({"refusal": text})),
            Self::Filtered => (json!(""), "content_filter", Value::Null),
            Self::ToolCall { name, arguments } => {
                let function = json!({"name": name, "arguments": arguments});
                let call = json!({"id": "call_1", "type": "function", "function": function});
                (Value::Null, "tool_calls", json!({"tool_calls": [call]}))
            }
            Self::NoChoices => return envelope(state, request, json!([]), ""),
            Self::Http(reply) => return reply,
        };
        let said = content.as_str().unwrap_or_default().to_owned();
        let mut message = json!({"role": "assistant", "content": content, "refusal": null});
        for (key, value) in extra.as_object().into_iter().flatten() {
            message[key] = value.clone();
        }
        let choice = json!({
            "index": 0,
            "message": message,
            "logprobs": null,
            "finish_reason": finish_reason,
        });
        envelope(state, request, json!([choice]), &said)
    }
}

fn envelope(state: &State, request: &Value, choices: Value, said: &str) -> Reply {
    let id = uuid::Uuid::new_v4().simple().to_string();
    let body = json!({
        "id": format!("chatcmpl-{id}"),
        "object": "chat.completion",
        "created": state.config.clock.now_ms() / 1000,
        "model": request["model"],
        "choices": choices,
        "usage": usage(state, request, said),
        "service_tier": "default",
    });
    Reply::json(200, &body).with_header("x-request-id", &format!("req_{id}"))
}

/// Four characters a token, and a prefix of 1024 tokens or more is cached from its second use on.
fn usage(state: &State, request: &Value, said: &str) -> Value {
    let messages = request["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let length = |message: &Value| match &message["content"] {
        Value::String(text) => text.len() / 4 + 4,
        other => other.to_string().len() / 4 + 4,
    };
    let prompt: usize = messages.iter().map(length).sum();
    let completion = said.len() / 4 + 1;
    let prefix = messages.first().map_or(0, length);
    let cached =
        if prefix >= 1024 && seen_before(state, messages) { prefix / 128 * 128 } else { 0 };
    json!({
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    })
}

fn seen_before(state: &State, messages: &[Value]) -> bool {
    let mut hasher = DefaultHasher::new();
    messages.first().and_then(|first| first["content"].as_str()).hash(&mut hasher);
    !lock(&state.seen_prefixes).insert(hasher.finish())
}
