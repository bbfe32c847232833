//! What the log tells of calls to vendors. One test alone, since a process has one log.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use seleto::external_call::{self, Phones};
use seleto::{http, media, openai, zapi};
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt;

const LEAD: &str = "5511976543210";
const TOKEN: &str = "T0K3NOFTHEINSTANCE";
const TEXT: &str = "Olá! Como posso ajudar?";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A vendor that takes the first message and refuses all others, telling too much.
async fn vendor() -> String {
    let taken = Arc::new(Mutex::new(false));
    let answer = post(move || async move {
        let mut taken = taken.lock().unwrap();
        if std::mem::replace(&mut *taken, true) {
            (StatusCode::BAD_REQUEST, json!({"error": format!("no {LEAD} {TOKEN}")}).to_string())
        } else {
            (StatusCode::OK, json!({"zaapId": "Z1", "messageId": "M1"}).to_string())
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback_service(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// A recording that is refused, and one that is not understood.
async fn voice_note() {
    let url = vendor().await;
    let client = media::Client::new("127.0.0.1".parse().unwrap(), Phones::Masked).unwrap();
    let until = tokio::time::Instant::now() + Duration::from_secs(5);
    let limits = media::Limits { bytes: 1024, until, phone: Some(LEAD.into()) };
    // The recording of a Z-API instance lies at an address that opens it to anybody.
    let recording = format!("{url}/{TOKEN}.ogg");
    client.fetch(&recording, &limits).await.unwrap_err();

    let settings = openai::Settings {
        base_url: url.clone(),
        api_key: Some(TOKEN.into()),
        first_pause: Duration::ZERO,
        price: None,
        phones: Phones::Masked,
    };
    let client = openai::Client::new(http::client().unwrap(), settings).unwrap();
    let request = openai::Transcription {
        model: "whisper-1".into(),
        bytes: TEXT.into(),
        mime: "audio/ogg".into(),
        hints: Vec::new(),
        seconds: None,
        deadline: Duration::from_secs(5),
        phone: Some(LEAD.into()),
    };
    // The vendor takes one call before it refuses.
    http::client().unwrap().post(&url).send().await.unwrap();
    client.transcribe(&request).await.unwrap_err();
}

#[tokio::test]
async fn the_log_of_a_call_tells_its_outcome_and_no_secret() {
    let log = Log::default();
    let writer = log.clone();
    let lines = external_call::json_lines(move || writer.clone());
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines)).unwrap();

    let settings = zapi::Settings {
        base_url: vendor().await,
        instance_id: "1NST4NC31D".into(),
        token: TOKEN.into(),
        client_token: None,
        timeout: Duration::from_secs(5),
        phones: Phones::Masked,
    };
    let client = zapi::Client::new(http::client().unwrap(), settings).unwrap();
    client.send_text(LEAD, TEXT, None).await.unwrap();
    client.send_text(LEAD, TEXT, None).await.unwrap_err();
    voice_note().await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for secret in [TOKEN, LEAD, TEXT] {
        assert!(!log.contains(secret), "{log}");
    }
    let told: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["target"] == external_call::TARGET)
        .collect();
    let [sent, refused, fetched, heard] = told.try_into().unwrap();
    assert_eq!((&sent["phone"], &sent["success"]), (&json!("****3210"), &json!(true)));
    assert_eq!((&refused["success"], &refused["reason"]), (&json!(false), &json!("rejected")));
    let named = |line: &Value| json!([line["service"], line["action"], line["phone"]]);
    assert_eq!(named(&fetched), json!(["media", "fetch", "****3210"]));
    assert_eq!((&fetched["success"], &fetched["reason"]), (&json!(false), &json!("refused")));
    assert_eq!(named(&heard), json!(["openai", "transcribe", "****3210"]));
    assert_eq!((&heard["success"], &heard["reason"]), (&json!(false), &json!("rejected")));
}
