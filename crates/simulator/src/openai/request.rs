//! Refuses what OpenAI would refuse, so that a request that passes here is worth something.

use serde_json::Value;

use super::State;
use super::errors::{error, invalid};
use crate::faults::Reply;
use crate::log::lock;

/// A part of a request that some models or servers refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `temperature` other than 1: refused by reasoning models.
    Temperature,
    /// `max_tokens`: refused by reasoning models.
    MaxTokens,
    /// `max_completion_tokens`: unknown to older servers.
    MaxCompletionTokens,
    /// `response_format` of type `json_schema`: unknown to older servers and models.
    JsonSchema,
    /// `reasoning_effort`: unknown to models that do not reason.
    ReasoningEffort,
    /// Pictures: unknown to models that only read.
    Images,
}

const KNOWN: [&str; 34] = [
    "model",
    "messages",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "response_format",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "n",
    "stop",
    "seed",
    "reasoning_effort",
    "verbosity",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prompt_cache_options",
    "service_tier",
    "store",
    "metadata",
    "stream",
    "stream_options",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "modalities",
    "audio",
    "prediction",
    "web_search_options",
];

/// The answer to a request that OpenAI would refuse.
pub(super) fn refuse(state: &State, request: &Value) -> Option<Reply> {
    let checks = [refuse_shape, refuse_model, refuse_numbers, refuse_format];
    let refused = || lock(&state.refused).iter().find_map(|part| refuse_part(*part, request));
    checks.iter().find_map(|check| check(state, request)).or_else(refused)
}

fn refuse_shape(_: &State, request: &Value) -> Option<Reply> {
    let Some(fields) = request.as_object() else {
        let message = "We could not parse the JSON body of your request.";
        return Some(error(400, "invalid_request_error", None, None, message));
    };
    if let Some(unknown) = fields.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        let message = format!("Unrecognized request argument supplied: {unknown}");
        return Some(error(400, "invalid_request_error", None, None, &message));
    }
    if request["stream"] == true {
        return Some(invalid("stream", None, "The simulator does not stream."));
    }
    let Some(messages) = request["messages"].as_array().filter(|all| !all.is_empty()) else {
        return Some(invalid("messages", None, "Missing required parameter: 'messages'."));
    };
    messages.iter().enumerate().find_map(|(index, message)| refuse_message(index, message))
}

fn refuse_message(index: usize, message: &Value) -> Option<Reply> {
    let role = message["role"].as_str().unwrap_or_default();
    if !matches!(role, "developer" | "system" | "user" | "assistant" | "tool") {
        let message = format!("Invalid value: '{role}'.");
        let param = format!("messages[{index}].role");
        return Some(invalid(&param, Some("invalid_value"), &message));
    }
    let content = &message["content"];
    let may_be_null = role == "assistant" && message["tool_calls"].is_array();
    let is_content =
        content.is_string() || content.is_array() || (may_be_null && content.is_null());
    (!is_content).then(|| {
        let param = format!("messages[{index}].content");
        invalid(&param, Some("invalid_type"), "Invalid type for message content.")
    })
}

fn refuse_model(state: &State, request: &Value) -> Option<Reply> {
    let Some(name) = request["model"].as_str() else {
        return Some(invalid("model", None, "you must provide a model parameter"));
    };
    let exists = state.config.models.iter().any(|model| model.id == name);
    (!exists).then(|| {
        let message = format!("The model `{name}` does not exist or you do not have access to it.");
        error(404, "invalid_request_error", None, Some("model_not_found"), &message)
    })
}

fn refuse_numbers(_: &State, request: &Value) -> Option<Reply> {
    let temperature = &request["temperature"];
    if !temperature.is_null() && !temperature.as_f64().is_some_and(|t| (0.0..=2.0).contains(&t)) {
        return Some(invalid("temperature", None, "Invalid 'temperature': expected 0 to 2."));
    }
    for key in ["max_tokens", "max_completion_tokens"] {
        let cap = &request[key];
        if !cap.is_null() && cap.as_u64().is_none_or(|cap| cap == 0) {
            return Some(invalid(key, Some("integer_below_min_value"), "Expected at least 1."));
        }
    }
    let both = !request["max_tokens"].is_null() && !request["max_completion_tokens"].is_null();
    both.then(|| {
        let message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not \
                       supported.";
        invalid("max_tokens", None, message)
    })
}

fn refuse_format(_: &State, request: &Value) -> Option<Reply> {
    let format = &request["response_format"];
    match format["type"].as_str() {
        _ if format.is_null() => None,
        Some("text" | "json_object") => None,
        Some("json_schema") => super::schema::refuse(&format["json_schema"])
            .map(|message| invalid("response_format", None, &message)),
        _ => Some(invalid("response_format.type", Some("invalid_value"), "Invalid value.")),
    }
}

fn refuse_part(part: Parameter, request: &Value) -> Option<Reply> {
    match part {
        Parameter::Temperature => {
            let given = request["temperature"].as_f64()?;
            let message = format!(
                "Unsupported value: 'temperature' does not support {given} with this model. Only \
                 the default (1) value is supported."
            );
            (given != 1.0).then(|| invalid("temperature", Some("unsupported_value"), &message))
        }
        Parameter::MaxTokens => {
            let message = "Unsupported parameter: 'max_tokens' is not supported with this model. \
                           Use 'max_completion_tokens' instead.";
            let given = !request["max_tokens"].is_null();
            given.then(|| invalid("max_tokens", Some("unsupported_parameter"), message))
        }
        Parameter::MaxCompletionTokens => unknown(request, "max_completion_tokens"),
        Parameter::ReasoningEffort => unknown(request, "reasoning_effort"),
        Parameter::Images => {
            let message = "Invalid content type. image_url is only supported by certain models.";
            super::shows_picture(request).then(|| invalid("messages", None, message))
        }
        Parameter::JsonSchema => {
            let message = "Invalid parameter: 'response_format' of type 'json_schema' is not \
                           supported with this model.";
            let given = request["response_format"]["type"] == "json_schema";
            given.then(|| invalid("response_format", None, message))
        }
    }
}

fn unknown(request: &Value, key: &str) -> Option<Reply> {
    let message = format!("Unrecognized request argument supplied: {key}");
    (!request[key].is_null()).then(|| error(400, "invalid_request_error", None, None, &message))
}
