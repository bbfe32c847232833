//! The local OpenAI over real HTTP: what it answers, what it refuses, how it breaks.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use seleto_simulator::openai::{
    self, Completion, Model, Openai, OpenaiConfig, Operation, Parameter, hostile, schema,
};
use seleto_simulator::{Fault, Reply};
use serde_json::{Value, json};

use crate::support::{client, impatient_client};

async fn start() -> Openai {
    Openai::start(OpenaiConfig::default()).await.unwrap()
}

fn question() -> Value {
    json!({
        "model": "gpt-4o",
        "temperature": 0.7,
        "max_tokens": 500,
        "messages": [
            {"role": "system", "content": "Você é a assistente."},
            {"role": "user", "content": "oi"},
        ],
    })
}

fn structured_question() -> Value {
    let mut question = question();
    question["response_format"] = json!({
        "type": "json_schema",
        "json_schema": {"name": "turn", "strict": true, "schema": {
            "type": "object",
            "additionalProperties": false,
            "required": ["facts", "reply"],
            "properties": {
                "facts": {"type": "array", "items": {"type": "string"}},
                "reply": {"type": "string"},
            },
        }},
    });
    question
}

async fn ask(openai: &Openai, question: &Value) -> reqwest::Response {
    let url = format!("{}/chat/completions", openai.base_url());
    let key = OpenaiConfig::default().api_key;
    client().post(url).bearer_auth(key).json(question).send().await.unwrap()
}

async fn answer(openai: &Openai, question: &Value) -> (u16, Value) {
    let response = ask(openai, question).await;
    (response.status().as_u16(), response.json().await.unwrap())
}

fn content(answer: &Value) -> &str {
    answer["choices"][0]["message"]["content"].as_str().unwrap()
}

#[tokio::test]
async fn it_answers_in_the_shape_that_the_request_asks_for() {
    let openai = start().await;
    let (status, plain) = answer(&openai, &question()).await;
    assert_eq!((status, content(&plain)), (200, schema::WELCOME));
    assert_eq!(plain["choices"][0]["finish_reason"], "stop");
    let (_, structured) = answer(&openai, &structured_question()).await;
    let filled: Value = serde_json::from_str(content(&structured)).unwrap();
    assert_eq!(filled, json!({"facts": [], "reply": schema::WELCOME}));
    assert_eq!(openai.chats().total(), 2);
    assert_eq!(openai.chats().all()[0].request["messages"][1]["content"], "oi");
}

#[tokio::test]
async fn a_script_comes_before_the_responder() {
    let openai = start().await;
    openai.script([Completion::Text("um".into()), Completion::Json(json!({"dois": 2}))]);
    openai.answer_json(|request| json!({"heard": request["messages"][1]["content"]}));
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(content(&answer(&openai, &question()).await.1).to_owned());
    }
    assert_eq!(heard, ["um", r#"{"dois":2}"#, r#"{"heard":"oi"}"#]);
    openai.always_say("até logo");
    assert_eq!(content(&answer(&openai, &question()).await.1), "até logo");
}

#[tokio::test]
async fn a_long_prefix_is_cached_from_its_second_use_on() {
    let openai = start().await;
    let mut question = question();
    question["messages"][0]["content"] = json!("regra ".repeat(1000));
    let cached = async || {
        let (_, answer) = answer(&openai, &question).await;
        let usage = &answer["usage"];
        let sum =
            usage["prompt_tokens"].as_u64().unwrap() + usage["completion_tokens"].as_u64().unwrap();
        assert_eq!(usage["total_tokens"], sum);
        usage["prompt_tokens_details"]["cached_tokens"].as_u64().unwrap()
    };
    assert_eq!(cached().await, 0);
    assert!(cached().await >= 1024);
}

#[tokio::test]
async fn broken_completions_break_as_they_say() {
    let openai = start().await;
    openai.script([
        Completion::CutShort(r#"{"reply":"Ol"#.into()),
        Completion::Refusal("não posso".into()),
        Completion::Filtered,
        Completion::NoChoices,
        Completion::ToolCall { name: "pay".into(), arguments: "{not json".into() },
        Completion::Http(Reply::new(200, "text/html", "<h1>oi</h1>")),
    ]);
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(answer(&openai, &question()).await.1);
    }
    assert_eq!(answers[0]["choices"][0]["finish_reason"], "length");
    assert_eq!(answers[1]["choices"][0]["message"]["refusal"], "não posso");
    assert_eq!(answers[1]["choices"][0]["message"]["content"], Value::Null);
    assert_eq!(answers[2]["choices"][0]["finish_reason"], "content_filter");
    assert_eq!(answers[3]["choices"], json!([]));
    let call = &answers[4]["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!(call["arguments"], "{not json");
    let page = ask(&openai, &question()).await;
    assert_eq!(page.headers()["content-type"], "text/html");
}

#[tokio::test]
async fn errors_have_openais_body() {
    let openai = start().await;
    let faults = [
        (openai::invalid_key(), 401, json!("invalid_api_key")),
        (openai::rate_limited(Some("7")), 429, json!("rate_limit_exceeded")),
        (openai::quota_exceeded(), 429, json!("insufficient_quota")),
        (openai::server_error(), 500, Value::Null),
        (openai::overloaded(), 503, json!("server_is_overloaded")),
    ];
    for (fault, status, code) in faults {
        openai.faults(Operation::Chat).next(fault);
        let (got, body) = answer(&openai, &question()).await;
        assert_eq!((got, &body["error"]["code"]), (status, &code));
        assert!(body["error"]["message"].is_string());
    }
    openai.faults(Operation::Chat).next(openai::rate_limited(Some("7")));
    assert_eq!(ask(&openai, &question()).await.headers()["retry-after"], "7");
    openai.faults(Operation::Chat).next(Fault::garbage());
    assert!(ask(&openai, &question()).await.json::<Value>().await.is_err());
}

#[tokio::test]
async fn a_wrong_key_and_an_unknown_model_are_refused() {
    let openai = start().await;
    let url = format!("{}/chat/completions", openai.base_url());
    let stranger = client().post(url).bearer_auth("sk-x").json(&question()).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    let mut question = question();
    question["model"] = json!("gpt-5o");
    let (status, body) = answer(&openai, &question).await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("model_not_found")));
}

#[tokio::test]
async fn requests_that_openai_would_refuse_are_refused() {
    let openai = start().await;
    let wrong = |change: fn(&mut Value)| {
        let mut question = structured_question();
        change(&mut question);
        question
    };
    type Spoil = fn(&mut Value);
    let changes: [(&str, Spoil); 9] = [
        ("no messages", |q| q["messages"] = json!([])),
        ("a strange role", |q| q["messages"][0]["role"] = json!("boss")),
        ("no content", |q| q["messages"][0]["content"] = Value::Null),
        ("too hot", |q| q["temperature"] = json!(3)),
        ("both caps", |q| q["max_completion_tokens"] = json!(500)),
        ("no cap", |q| q["max_tokens"] = json!(0)),
        ("an unknown field", |q| q["colour"] = json!("red")),
        ("a bad name", |q| q["response_format"]["json_schema"]["name"] = json!("a b")),
        ("a lax schema", |q| {
            q["response_format"]["json_schema"]["schema"]["additionalProperties"] = json!(true);
        }),
    ];
    for (what, change) in changes {
        let (status, body) = answer(&openai, &wrong(change)).await;
        assert_eq!(status, 400, "{what}: {body}");
    }
}

#[tokio::test]
async fn newer_models_and_older_servers_refuse_parameters() {
    let openai = start().await;
    openai.refuse(Parameter::MaxTokens);
    let (status, body) = answer(&openai, &question()).await;
    assert_eq!((status, &body["error"]["param"]), (400, &json!("max_tokens")));
    assert_eq!(body["error"]["code"], "unsupported_parameter");

    let mut newer = question();
    let cap = newer.as_object_mut().unwrap().remove("max_tokens");
    newer["max_completion_tokens"] = cap.unwrap();
    assert_eq!(answer(&openai, &newer).await.0, 200);
    openai.refuse(Parameter::Temperature);
    let (status, body) = answer(&openai, &newer).await;
    assert_eq!((status, &body["error"]["code"]), (400, &json!("unsupported_value")));
    newer["temperature"] = json!(1);
    assert_eq!(answer(&openai, &newer).await.0, 200);

    openai.accept_all_parameters();
    openai.refuse(Parameter::JsonSchema);
    openai.refuse(Parameter::MaxCompletionTokens);
    openai.refuse(Parameter::ReasoningEffort);
    let (status, body) = answer(&openai, &structured_question()).await;
    assert_eq!((status, &body["error"]["param"]), (400, &json!("response_format")));
    assert_eq!(answer(&openai, &newer).await.0, 400);
    let mut effort = question();
    effort["reasoning_effort"] = json!("none");
    assert_eq!(answer(&openai, &effort).await.0, 400);
}

#[tokio::test]
async fn latency_outlasts_an_impatient_client() {
    let openai = start().await;
    openai.set_latency(Duration::from_secs(3600));
    let url = format!("{}/chat/completions", openai.base_url());
    let key = OpenaiConfig::default().api_key;
    let sent = impatient_client().post(url).bearer_auth(key).json(&question()).send().await;
    assert!(sent.unwrap_err().is_timeout());
    openai.set_latency(Duration::from_millis(1));
    assert_eq!(answer(&openai, &question()).await.0, 200);
}

#[tokio::test]
async fn a_hostile_model_says_what_must_not_be_said() {
    let openai = start().await;
    openai.answer_with(hostile::in_turn());
    for forbidden in hostile::FORBIDDEN {
        let (_, answer) = answer(&openai, &structured_question()).await;
        let filled: Value = serde_json::from_str(content(&answer)).unwrap();
        assert_eq!(filled["reply"], forbidden.text);
    }
}

#[tokio::test]
async fn models_tell_the_day_on_which_they_end() {
    let config = OpenaiConfig {
        models: vec![Model::current("gpt-4o"), Model::ending("whisper-1", "2027-02-26")],
        ..OpenaiConfig::default()
    };
    let openai = Openai::start(config).await.unwrap();
    let get = async |path: &str| {
        let url = format!("{}/{path}", openai.base_url());
        client().get(url).bearer_auth(OpenaiConfig::default().api_key).send().await.unwrap()
    };
    let list: Value = get("models").await.json().await.unwrap();
    assert_eq!(list["data"][0]["shutdown_date"], Value::Null);
    let whisper: Value = get("models/whisper-1").await.json().await.unwrap();
    assert_eq!(whisper["shutdown_date"], "2027-02-26");
    assert_eq!(get("models/none").await.status(), 404);
    openai.faults(Operation::Models).next(openai::server_error());
    assert_eq!(get("models").await.status(), 500);
}

async fn upload(openai: &Openai, name: &str, bytes: &[u8], format: &str) -> reqwest::Response {
    let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned()).mime_str("audio/ogg");
    let form = Form::new()
        .part("file", part.unwrap())
        .text("model", "whisper-1")
        .text("language", "pt")
        .text("response_format", format.to_owned());
    let url = format!("{}/audio/transcriptions", openai.base_url());
    let key = OpenaiConfig::default().api_key;
    client().post(url).bearer_auth(key).multipart(form).send().await.unwrap()
}

#[tokio::test]
async fn a_voice_note_is_transcribed_as_told() {
    let openai = start().await;
    openai.transcribe_as(["quero uma formadora", ""]);
    let heard: Value = upload(&openai, "audio.ogg", b"OggS", "json").await.json().await.unwrap();
    assert_eq!(heard["text"], "quero uma formadora");
    let silence = upload(&openai, "audio.ogg", b"OggS", "verbose_json").await;
    let silence: Value = silence.json().await.unwrap();
    assert!(silence["segments"][0]["no_speech_prob"].as_f64().unwrap() > 0.9);

    let call = &openai.transcriptions().all()[0];
    assert_eq!((call.file_name.as_str(), call.size), ("audio.ogg", 4));
    assert_eq!(call.fields["language"], "pt");
    assert_eq!(call.status, Some(200));
}

#[tokio::test]
async fn a_voice_note_of_another_format_is_refused() {
    let openai = start().await;
    assert_eq!(upload(&openai, "audio.opus", b"OggS", "json").await.status(), 400);
    assert_eq!(upload(&openai, "audio", b"OggS", "json").await.status(), 400);
    openai.faults(Operation::Transcription).next(openai::overloaded());
    assert_eq!(upload(&openai, "audio.ogg", b"OggS", "json").await.status(), 503);
}
