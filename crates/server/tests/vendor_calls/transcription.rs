//! Putting a recording into words, and each way in which that can fail.

use std::time::Duration;

use seleto::external_call::Phones;
use seleto::http;
use seleto::openai::{Client, Failure, Settings, Transcript, Transcription};
use serde_json::{Value, json};

use crate::vendor::{self, Vendor};

async fn hear(url: &str, model: &str) -> Result<Transcript, Failure> {
    let settings = Settings {
        base_url: format!("{url}/v1"),
        api_key: Some("sk-proj-S3CR3TK3Y0000".into()),
        first_pause: Duration::ZERO,
        price: None,
        phones: Phones::Masked,
    };
    let request = Transcription {
        model: model.into(),
        bytes: b"OggS"[..].into(),
        mime: "audio/ogg; codecs=opus".into(),
        hints: vec!["FB300".into()],
        seconds: Some(30),
        deadline: Duration::from_millis(600),
        phone: None,
    };
    let client = Client::new(http::client().unwrap(), settings).unwrap();
    let heard = client.transcribe(&request).await;
    let told = format!("{heard:?} {request:?}");
    assert!(!told.contains("S3CR3T") && !told.contains("quero"), "{told}");
    heard
}

async fn read(model: &str, body: Value) -> Result<Transcript, Failure> {
    hear(&Vendor::answering([vendor::json(200, body)]).await.url, model).await
}

#[tokio::test]
async fn every_shape_of_an_answer_is_read() {
    let verbose = json!({
        "task": "transcribe", "language": "portuguese", "duration": 12.3, "text": " quero a FB300 ",
        "segments": [{"text": " quero a FB300", "avg_logprob": -0.2, "no_speech_prob": 0.01}],
    });
    let heard = read("whisper-1", verbose).await.unwrap();
    assert_eq!((heard.text.as_str(), heard.seconds), ("quero a FB300", Some(13)));
    assert_eq!(heard.cost_micro_usd, 1_300);
    assert_eq!(heard.segments[0].avg_logprob, Some(-0.2));
    assert_eq!(heard.segments[0].compression_ratio, None);

    let usage = json!({"type": "duration", "seconds": 60});
    let heard = read("whisper-1", json!({"text": "quero", "usage": usage})).await.unwrap();
    assert_eq!(heard.cost_micro_usd, 6_000);

    let usage =
        json!({"type": "tokens", "input_tokens": 14, "output_tokens": 45, "total_tokens": 59});
    let answer = json!({"text": "quero", "usage": usage, "languages": ["pt"]});
    let heard = read("gpt-transcribe", answer.clone()).await.unwrap();
    assert_eq!(heard.cost_micro_usd, 2_250, "by the length that WhatsApp told");
    let unknown = read("whisper-large-v3", answer).await.unwrap();
    assert_eq!(unknown.cost_micro_usd, 3_000, "never free for want of a price");

    for duration in [-1.0, 1e300] {
        let odd = json!({"text": "", "duration": duration, "segments": "none"});
        assert_eq!(read("whisper-1", odd).await.unwrap().seconds, Some(30), "{duration}");
    }
}

#[tokio::test]
async fn a_recording_goes_up_as_a_form_with_the_key() {
    let vendor = Vendor::answering([vendor::json(200, json!({"text": "quero"}))]).await;
    hear(&vendor.url, "whisper-1").await.unwrap();
    let [seen] = vendor.seen().try_into().unwrap();
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v1/audio/transcriptions"));
    let header = |name: &str| seen.headers[name].to_str().unwrap().to_owned();
    assert!(header("content-type").starts_with("multipart/form-data; boundary="));
    assert!(header("authorization").starts_with("Bearer sk-"));
    assert!(seen.headers.contains_key("content-length"), "servers refuse chunked uploads");
}

#[tokio::test]
async fn troubles_are_told_apart_and_passing_ones_repeated() {
    let words = vendor::json(200, json!({"text": "quero"}));
    for (answer, calls, label) in [
        (vendor::text(503, ""), 3, "server_error"),
        (vendor::text(200, "<html>"), 3, "malformed"),
        (vendor::json(200, json!({"txt": "quero"})), 3, "malformed"),
        (vendor::text(413, "too large"), 1, "rejected"),
        (vendor::text(401, ""), 1, "unauthorized"),
        (vendor::text(404, ""), 1, "not_found"),
    ] {
        let vendor = Vendor::answering([answer.clone()]).await;
        let failure = hear(&vendor.url, "whisper-1").await.unwrap_err();
        assert_eq!((failure.label(), vendor.seen().len()), (label, calls), "{answer:?}");
        let vendor = Vendor::answering([answer.clone(), words.clone()]).await;
        assert_eq!(hear(&vendor.url, "whisper-1").await.is_ok(), calls > 1, "{answer:?}");
    }
    assert_eq!(hear(&vendor::silent(), "whisper-1").await, Err(Failure::TimedOut));
    let later = vendor::text(429, "").with("retry-after", "30");
    let vendor = Vendor::answering([later]).await;
    let failure = hear(&vendor.url, "whisper-1").await.unwrap_err();
    assert_eq!((failure.label(), vendor.seen().len()), ("busy", 1), "no wait beyond the deadline");
}
