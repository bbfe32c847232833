//! Asking a model, and each way in which that can fail.

use std::time::Duration;

use seleto::external_call::Phones;
use seleto::http;
use seleto::openai::{
    Answer, Bill, Client, Completion, Failure, InvalidSettings, Model, Role, Schema, Settings,
    Usage,
};
use serde_json::{Value, json};

use crate::vendor::{self, Vendor};

const KEY: &str = "sk-proj-S3CR3TK3Y0000";
const WORDS: &str = "Quero uma formadora";

fn settings(url: &str) -> Settings {
    Settings {
        base_url: format!("{url}/v1"),
        api_key: Some(KEY.into()),
        first_pause: Duration::ZERO,
        price: None,
        phones: Phones::Masked,
    }
}

fn client(url: &str) -> Client {
    let http = http::client_connecting_within(Duration::from_millis(200)).unwrap();
    Client::new(http, settings(url)).unwrap()
}

fn question(model: &str) -> Completion {
    Completion {
        model: model.into(),
        system: "Você atende pela Seleto.".into(),
        messages: vec![(Role::Assistant, "Olá!".into()), (Role::User, WORDS.into())],
        picture: None,
        schema: Some(Schema {
            name: "turn".into(),
            body: json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false}),
        }),
        temperature: 0.7,
        max_tokens: 500,
        deadline: Duration::from_secs(20),
        phone: Some("5511976543210".into()),
    }
}

fn said(content: &str) -> vendor::Answer {
    choice(json!({"finish_reason": "stop", "message": {"role": "assistant", "content": content}}))
}

fn choice(choice: Value) -> vendor::Answer {
    vendor::json(
        200,
        json!({
            "id": "c1", "model": "gpt-4o-2024-08-06", "choices": [choice],
            "usage": {"prompt_tokens": 1200, "completion_tokens": 100, "total_tokens": 1300,
                      "prompt_tokens_details": {"cached_tokens": 1000},
                      "completion_tokens_details": {"reasoning_tokens": 7}}
        }),
    )
}

fn bill() -> Bill {
    let usage = Usage { prompt: 1200, cached: 1000, completion: 100, reasoning: 7 };
    Bill { model: "gpt-4o-2024-08-06".into(), usage: Some(usage), cost_micro_usd: Some(2_750) }
}

fn refusal(status: u16, code: &str, param: Option<&str>, message: &str) -> vendor::Answer {
    let error =
        json!({"message": message, "type": "invalid_request_error", "param": param, "code": code});
    vendor::json(status, json!({ "error": error }))
}

/// Asks a vendor at this address, and looks whether the failure gives anything away.
async fn ask(url: &str) -> Result<Answer, Failure> {
    let mut question = question("gpt-4o");
    question.deadline = Duration::from_millis(600);
    let result = client(url).complete(&question).await;
    if let Err(failure) = &result {
        let shown = format!("{failure} {failure:?} {} {question:?}", failure.remedy());
        for secret in [KEY, url, WORDS, "976543210", "Você atende"] {
            assert!(!shown.contains(secret), "{shown} gives away {secret}");
        }
    }
    result
}

/// The failure after these answers, and how often the vendor was asked.
async fn failing(script: impl IntoIterator<Item = vendor::Answer>) -> (Failure, usize) {
    let vendor = Vendor::answering(script).await;
    let failure = ask(&vendor.url).await.unwrap_err();
    (failure, vendor.seen().len())
}

#[tokio::test]
async fn one_call_brings_an_answer_and_its_bill() {
    let vendor = Vendor::answering([said("{\"reply\":\"Oi\"}")]).await;
    let answer = client(&vendor.url).complete(&question("gpt-4o")).await.unwrap();
    assert_eq!(answer.text, "{\"reply\":\"Oi\"}");
    assert_eq!((answer.finish_reason.as_str(), &answer.bill), ("stop", &bill()));
    assert!(!format!("{answer:?}").contains("reply"));

    let [seen] = vendor.seen().try_into().unwrap();
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v1/chat/completions"));
    assert_eq!(seen.headers["authorization"], format!("Bearer {KEY}"));
    insta::assert_json_snapshot!(seen.body);
}

#[tokio::test]
async fn a_server_without_keys_and_prices_is_asked_all_the_same() {
    let local = json!({"choices": [{"message": {"content": [{"type": "text", "text": "<think>…</think>\n{}"}]}}]});
    let vendor = Vendor::answering([vendor::json(200, local)]).await;
    let http = http::client().unwrap();
    let settings = Settings { api_key: None, ..settings(&vendor.url) };
    let answer =
        Client::new(http, settings).unwrap().complete(&question("llama3.2")).await.unwrap();
    assert_eq!(answer.text, "{}");
    // It counts no tokens and has no price: both are guessed, and neither is nothing.
    let usage = answer.bill.usage.unwrap();
    assert!(usage.prompt > 10 && usage.completion > 0, "{usage:?}");
    assert!(answer.bill.cost_micro_usd.unwrap() > 50, "{:?}", answer.bill);
    assert!(!vendor.seen()[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn refused_parameters_are_left_out_at_once_and_for_good() {
    let vendor = Vendor::answering([
        refusal(400, "unsupported_parameter", Some("max_tokens"), "Use 'max_completion_tokens' instead."),
        refusal(400, "unsupported_value", Some("temperature"), "Only the default (1) value is supported."),
        vendor::json(422, json!({"detail": [{"loc": ["body", "response_format", "json_schema"], "msg": "Extra inputs"}]})),
        said("Claro: {\"reply\":\"Oi\"}"),
    ])
    .await;
    let client = client(&vendor.url);
    let answer = client.complete(&question("m")).await.unwrap();
    assert_eq!(answer.text, "{\"reply\":\"Oi\"}");
    client.clone().complete(&question("m")).await.unwrap();
    let bodies: Vec<Value> = vendor.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies.len(), 5);
    assert_eq!(bodies[3], bodies[4], "remembered");
    insta::assert_json_snapshot!(bodies[4]);

    client.complete(&question("another")).await.unwrap();
    assert_eq!(vendor.seen()[5].body["max_tokens"], 500, "remembered for each model apart");
}

#[tokio::test]
async fn a_reasoning_model_is_kept_from_thinking_or_given_room() {
    let value = "Unsupported value: 'reasoning_effort' does not support 'none'. Supported values are: 'minimal'.";
    let vendor = Vendor::answering([
        refusal(400, "unsupported_value", Some("reasoning_effort"), value),
        said("{}"),
    ])
    .await;
    client(&vendor.url).complete(&question("gpt-6-luna")).await.unwrap();
    let [first, second] = vendor.seen().try_into().unwrap();
    assert_eq!(first.body["reasoning_effort"], "none");
    assert_eq!(first.body["max_completion_tokens"], 500);
    assert_eq!(second.body["reasoning_effort"], "minimal");
    assert_eq!(second.body["max_completion_tokens"], 2_500);
    assert_eq!(second.body["temperature"], Value::Null);
}

#[tokio::test]
async fn a_server_that_refuses_everything_is_not_asked_for_ever() {
    let never = refusal(
        400,
        "unsupported_parameter",
        None,
        "temperature, max_tokens, max_completion_tokens and response_format are unsupported",
    );
    let (failure, asked) = failing([never]).await;
    assert!(matches!(failure, Failure::Rejected { status: 400, .. }));
    assert_eq!(asked, 6);
}

#[tokio::test]
async fn passing_troubles_are_repeated_twice() {
    let busy = || refusal(429, "rate_limit_exceeded", None, "Rate limit reached");
    let down = || vendor::text(503, "overloaded");
    let garbage = || vendor::text(200, "<html>gateway</html>");
    for trouble in [busy(), down(), vendor::text(500, ""), garbage()] {
        let vendor = Vendor::answering([trouble.clone(), trouble.clone(), said("{}")]).await;
        assert_eq!(ask(&vendor.url).await.unwrap().text, "{}");
        let (_, asked) = failing([trouble]).await;
        assert_eq!(asked, 3);
    }
    assert_eq!(failing([down()]).await.0, Failure::ServerError(503));
    assert_eq!(failing([garbage()]).await.0, Failure::Malformed("não é JSON"));
    assert_eq!(failing([busy()]).await.0, Failure::Busy { retry_after: None });
}

#[tokio::test]
async fn a_server_that_asks_for_time_gets_it_within_the_deadline() {
    let busy = || refusal(429, "rate_limit_exceeded", None, "Rate limit reached");
    // Our own pause would not fit the deadline, so only the server's explains a second call.
    let vendor = Vendor::answering([busy().with("retry-after-ms", "5"), said("{}")]).await;
    let patient = Settings { first_pause: Duration::from_secs(3_600), ..settings(&vendor.url) };
    let client = Client::new(http::client().unwrap(), patient).unwrap();
    assert_eq!(client.complete(&question("gpt-4o")).await.unwrap().text, "{}");

    let (failure, asked) = failing([busy().with("retry-after", "20")]).await;
    assert_eq!(failure, Failure::Busy { retry_after: Some(Duration::from_secs(20)) });
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn lasting_troubles_are_not_repeated() {
    let check = async |answer: vendor::Answer, expected: Failure| {
        assert_eq!(failing([answer]).await, (expected, 1));
    };
    let quota = "You exceeded your current quota";
    check(refusal(429, "insufficient_quota", None, quota), Failure::QuotaExhausted).await;
    check(refusal(429, "credit_balance_exhausted", None, quota), Failure::QuotaExhausted).await;
    check(refusal(200, "insufficient_quota", None, quota), Failure::QuotaExhausted).await;
    check(vendor::text(402, ""), Failure::QuotaExhausted).await;
    let key = format!("Incorrect API key provided: {KEY}");
    check(refusal(401, "invalid_api_key", None, &key), Failure::Unauthorized { status: 401 }).await;
    check(vendor::text(403, ""), Failure::Unauthorized { status: 403 }).await;
    check(refusal(404, "model_not_found", None, "no such model"), Failure::NotFound).await;
    for status in [400, 413, 422] {
        let reason = format!("too long for {KEY}");
        let expected = Failure::Rejected { status, reason: "too long for […]".into() };
        check(refusal(status, "context_length_exceeded", Some("messages"), &reason), expected)
            .await;
    }
}

#[tokio::test]
async fn answers_that_are_none_are_told_apart_and_billed() {
    let message =
        |finish: &str, message: Value| choice(json!({"finish_reason": finish, "message": message}));
    let check = async |answer: vendor::Answer, expected: Failure| {
        assert_eq!(failing([answer]).await.0, expected);
    };
    check(
        message("stop", json!({"content": null, "refusal": "Não posso."})),
        Failure::Refused(bill()),
    )
    .await;
    check(message("length", json!({"content": "{\"re"})), Failure::Truncated(bill())).await;
    check(message("content_filter", json!({"content": ""})), Failure::Filtered(bill())).await;
    let empty = Failure::Malformed("resposta vazia");
    check(message("stop", json!({"content": "  "})), empty.clone()).await;
    let tool =
        json!({"content": null, "tool_calls": [{"function": {"name": "x", "arguments": "{"}}]});
    check(message("tool_calls", tool), empty).await;
    let none = Failure::Malformed("nenhuma resposta");
    check(vendor::json(200, json!({"choices": []})), none.clone()).await;
    check(vendor::json(200, json!({})), none.clone()).await;
    check(vendor::json(200, json!([1])), none).await;
    assert_eq!(failing([message("length", json!({}))]).await.1, 1, "costs money, so not again");
}

#[tokio::test]
async fn long_text_is_read_in_full() {
    let text = format!("{{\"reply\":\"{}\"}}", "ç".repeat(100_000));
    let vendor = Vendor::answering([said(&text)]).await;
    assert_eq!(client(&vendor.url).complete(&question("gpt-4o")).await.unwrap().text, text);
}

#[tokio::test]
async fn connections_that_fail_end_within_the_deadline() {
    let unreachable = |result: Result<Answer, Failure>| {
        assert!(matches!(result, Err(Failure::Unreachable(_))), "{result:?}");
    };
    unreachable(ask(&vendor::nobody()).await);
    unreachable(ask("http://seleto.invalid").await);
    unreachable(ask(&vendor::replying("")).await);
    unreachable(ask(&vendor::raw(drop)).await);
    let late = Err(Failure::TimedOut);
    assert_eq!(ask(&vendor::silent()).await, late);
    assert_eq!(ask(&vendor::dripping("HTTP/1.1 200 OK\r\nx: ", b'x')).await, late);
    let start = "HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n";
    assert_eq!(ask(&vendor::dripping(start, b' ')).await, late);
    assert_eq!(ask(&vendor::endless(200)).await, Err(Failure::Malformed("grande demais")));
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{\"choices\"";
    assert_eq!(ask(&vendor::replying(cut)).await, Err(Failure::Malformed("interrompida")));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Vendor::answering([said("{}")]).await;
    for status in [301, 302, 307, 308] {
        let (failure, asked) =
            failing([vendor::text(status, "").with("location", &elsewhere.url)]).await;
        assert!(matches!(failure, Failure::Rejected { status: told, .. } if told == status));
        assert_eq!(asked, 1);
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn models_come_with_their_announced_end() {
    let list = json!({"object": "list", "data": [
        {"id": "gpt-4o", "shutdown_date": "2027-01-14"},
        {"id": "gpt-6-luna", "shutdown_date": null},
        {"id": "odd", "shutdown_date": "soon"},
        {"object": "model"},
    ]});
    let vendor = Vendor::answering([vendor::json(200, list)]).await;
    let models = client(&vendor.url).models().await.unwrap();
    let model = |id: &str, end: Option<&str>| Model {
        id: id.into(),
        shutdown_date: end.map(|end| end.parse().unwrap()),
    };
    let expected =
        [model("gpt-4o", Some("2027-01-14")), model("gpt-6-luna", None), model("odd", None)];
    assert_eq!(models, expected);

    let refused = Vendor::answering([vendor::text(401, "")]).await;
    let failure = client(&refused.url).models().await.unwrap_err();
    assert_eq!(failure, Failure::Unauthorized { status: 401 });
    let page = Vendor::answering([vendor::text(200, "<html>")]).await;
    assert!(matches!(client(&page.url).models().await, Err(Failure::Malformed(_))));
}

#[tokio::test]
async fn settings_are_checked_before_any_call() {
    let http = http::client().unwrap();
    let address = Settings { base_url: "api.openai.com".into(), ..settings("http://x") };
    assert_eq!(Client::new(http.clone(), address).unwrap_err(), InvalidSettings::BaseUrl);
    let key = Settings { api_key: Some("two\nlines".into()), ..settings("http://x") };
    assert_eq!(Client::new(http.clone(), key).unwrap_err(), InvalidSettings::ApiKey);
    let good = settings("http://x");
    let shown = format!("{good:?} {:?}", Client::new(http, good.clone()).unwrap());
    assert!(!shown.contains(KEY), "{shown}");
}
