//! The JSON of the model server's calls and answers.

use seleto_rules::transcript::Segment;
use serde_json::{Map, Value, json};

use super::client::{Bill, Completion, Role, Schema};
use super::dialect::{Cap, Dialect, Format, Refusal};
use super::failure::Failure;
use super::models::{Model, Price, Usage, cost_micro_usd};

/// Room for thinking that nobody sees, where a model cannot be kept from it.
const REASONING_TOKENS: u32 = 2_000;

/// The body of a chat call. The fixed part comes first, so that the server can cache it.
pub(super) fn chat(request: &Completion, dialect: &Dialect) -> Value {
    let mut body = Map::new();
    body.insert("model".into(), json!(request.model));
    body.insert("messages".into(), messages(request, dialect.format));
    if dialect.temperature {
        body.insert("temperature".into(), json!(request.temperature));
    }
    if dialect.cap != Cap::None {
        let room = if dialect.reasons { REASONING_TOKENS } else { 0 };
        let cap = request.max_tokens.saturating_add(room);
        body.insert(dialect.cap.name().into(), json!(cap));
    }
    if let Some(effort) = dialect.effort {
        body.insert("reasoning_effort".into(), json!(effort.name()));
    }
    if let Some(schema) = &request.schema {
        match dialect.format {
            Format::Schema => {
                let named = json!({"name": schema.name, "strict": true, "schema": schema.body});
                let format = json!({"type": "json_schema", "json_schema": named});
                body.insert("response_format".into(), format);
            }
            Format::Object => {
                body.insert("response_format".into(), json!({"type": "json_object"}));
            }
            Format::Plain => {}
        }
    }
    Value::Object(body)
}

fn messages(request: &Completion, format: Format) -> Value {
    let system = match &request.schema {
        Some(schema) if format != Format::Schema => {
            format!("{}\n\n{}", request.system, in_words(schema))
        }
        _ => request.system.clone(),
    };
    let last = request.messages.len().saturating_sub(1);
    let said = request.messages.iter().enumerate().map(|(index, (role, text))| {
        let role = match role {
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::System => "system",
        };
        let content = match &request.picture {
            // At low detail a picture costs the same whatever its size.
            Some(picture) if index == last => json!([
                {"type": "text", "text": text},
                {"type": "image_url", "image_url": {"url": picture.data_url(), "detail": "low"}},
            ]),
            _ => json!(text),
        };
        json!({"role": role, "content": content})
    });
    std::iter::once(json!({"role": "system", "content": system})).chain(said).collect()
}

fn in_words(schema: &Schema) -> String {
    format!(
        "Responda somente com um objeto JSON, sem texto antes ou depois, que siga este JSON Schema:\n{}",
        schema.body
    )
}

/// The text of an answer and why it ended, or what is wrong with it.
pub(super) fn answer(
    body: &Value,
    asked: &Completion,
    format: Format,
    price: Option<Price>,
) -> Result<(String, String, Bill), Failure> {
    let choice = body.pointer("/choices/0").ok_or(Failure::Malformed("nenhuma resposta"))?;
    let bill = bill(body, asked, price);
    let finish = choice["finish_reason"].as_str().unwrap_or("stop").to_owned();
    let message = &choice["message"];
    if message["refusal"].as_str().is_some_and(|refusal| !refusal.is_empty()) {
        return Err(Failure::Refused(bill));
    }
    match finish.as_str() {
        "content_filter" => return Err(Failure::Filtered(bill)),
        "length" => return Err(Failure::Truncated(bill)),
        _ => {}
    }
    let said = content(&message["content"]);
    let said = without_thoughts(&said).trim();
    let text =
        if asked.schema.is_some() && format != Format::Schema { object_in(said) } else { said };
    if text.is_empty() {
        return Err(Failure::Malformed("resposta vazia"));
    }
    Ok((text.to_owned(), finish, bill))
}

/// Text, or the text parts of a list of parts.
fn content(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

/// Some local models think aloud before they answer.
fn without_thoughts(text: &str) -> &str {
    let text = text.trim_start();
    match text.strip_prefix("<think>").and_then(|rest| rest.split_once("</think>")) {
        Some((_, answer)) => answer,
        None => text,
    }
}

/// The object in a text that may have words or a fence around it.
fn object_in(text: &str) -> &str {
    match (text.find('{'), text.rfind('}')) {
        (Some(start), Some(end)) if start < end => &text[start..=end],
        _ => text,
    }
}

fn bill(body: &Value, asked: &Completion, price: Option<Price>) -> Bill {
    let model = body["model"].as_str().unwrap_or(&asked.model).to_owned();
    let count = |pointer: &str| body.pointer(pointer).and_then(Value::as_u64);
    let usage = count("/usage/prompt_tokens").map(|prompt| Usage {
        prompt,
        cached: count("/usage/prompt_tokens_details/cached_tokens").unwrap_or(0),
        completion: count("/usage/completion_tokens").unwrap_or(0),
        reasoning: count("/usage/completion_tokens_details/reasoning_tokens").unwrap_or(0),
    });
    let usage = usage.unwrap_or_else(|| estimate(body, asked));
    let cost = cost_micro_usd(&model, &asked.model, &usage, price);
    Bill { model, usage: Some(usage), cost_micro_usd: Some(cost) }
}

/// Characters of Portuguese in a token, at the least.
const CHARACTERS_A_TOKEN: usize = 3;

/// What a server that does not count would have counted, at the most.
fn estimate(body: &Value, asked: &Completion) -> Usage {
    let tokens = |characters: usize| (characters / CHARACTERS_A_TOKEN + 1) as u64;
    let said: usize = asked.messages.iter().map(|(_, text)| text.len()).sum();
    let answer = content(&body["choices"][0]["message"]["content"]);
    let (prompt, completion) = (tokens(asked.system.len() + said), tokens(answer.len()));
    Usage { prompt, cached: 0, completion, reasoning: 0 }
}

/// What a recogniser says it heard.
pub(super) struct Heard {
    pub text: String,
    pub segments: Vec<Segment>,
    pub seconds: Option<u64>,
}

/// A transcript, with or without the figures of its stretches.
pub(super) fn transcript(body: &Value) -> Option<Heard> {
    let text = body["text"].as_str()?.trim().to_owned();
    let segment = |segment: &Value| Segment {
        text: segment["text"].as_str().unwrap_or_default().to_owned(),
        no_speech_prob: segment["no_speech_prob"].as_f64(),
        avg_logprob: segment["avg_logprob"].as_f64(),
        compression_ratio: segment["compression_ratio"].as_f64(),
    };
    let segments = body["segments"].as_array().map(Vec::as_slice).unwrap_or_default();
    // No recording that we send lasts a day: a server that says so does not know.
    let seconds = [&body["usage"]["seconds"], &body["duration"]]
        .into_iter()
        .find_map(Value::as_f64)
        .filter(|seconds| (0.0..=86_400.0).contains(seconds))
        .map(|seconds| seconds.ceil() as u64);
    Some(Heard { text, segments: segments.iter().map(segment).collect(), seconds })
}

/// A refusal's parts, the kind of error, and the words to show.
pub(super) fn refusal(status: u16, body: &[u8]) -> (Refusal, Option<String>, String) {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = if value["error"].is_null() { &value } else { &value["error"] };
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let message = [error, &error["message"], &value["message"], &value["detail"]]
        .into_iter()
        .find_map(text)
        .or_else(|| value["detail"].is_array().then(|| value["detail"].to_string()))
        .unwrap_or_else(|| "sem explicação".to_owned());
    let refusal = Refusal {
        status,
        code: text(&error["code"]),
        param: text(&error["param"]),
        words: message.to_lowercase(),
    };
    (refusal, text(&error["type"]), message)
}

/// Whether a body with a good status is a refusal all the same.
pub(super) fn is_refusal(body: &Value) -> bool {
    let error = &body["error"];
    body["choices"].is_null()
        && (error.is_object() || error.as_str().is_some_and(|e| !e.is_empty()))
}

/// The models in the answer to a question for them.
pub(super) fn models(body: &Value) -> Option<Vec<Model>> {
    let model = |row: &Value| {
        let id = row["id"].as_str()?.to_owned();
        let shutdown_date = row["shutdown_date"].as_str().and_then(|date| date.parse().ok());
        Some(Model { id, shutdown_date })
    };
    Some(body["data"].as_array()?.iter().filter_map(model).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_among_words() {
        assert_eq!(object_in("```json\n{\"a\":{}}\n```"), "{\"a\":{}}");
        assert_eq!(object_in("Claro! {\"a\":1} Pronto."), "{\"a\":1}");
        assert_eq!(object_in("nada"), "nada");
        assert_eq!(object_in("} {"), "} {");
    }

    #[test]
    fn thoughts_are_left_out() {
        assert_eq!(without_thoughts("<think>hm {</think>{}"), "{}");
        assert_eq!(without_thoughts("{} <think>"), "{} <think>");
    }

    #[test]
    fn refusals_are_read_in_the_shapes_of_several_servers() {
        let words = |body: &str| refusal(400, body.as_bytes()).2;
        assert_eq!(words(r#"{"error":{"message":"a","type":"t","param":null,"code":null}}"#), "a");
        assert_eq!(words(r#"{"error":"b"}"#), "b");
        assert_eq!(words(r#"{"object":"error","message":"c","code":400}"#), "c");
        assert_eq!(words(r#"{"detail":"d"}"#), "d");
        assert!(words(r#"{"detail":[{"loc":["body","seed"],"msg":"e"}]}"#).contains("seed"));
        assert_eq!(words("<html>"), "sem explicação");
    }
}
