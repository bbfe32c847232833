//! What the log tells of calls to vendors. One test alone, since a process has one log.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use seleto::external_call::{self, Phones};
use seleto::{http, zapi};
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

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for secret in [TOKEN, LEAD, TEXT] {
        assert!(!log.contains(secret), "{log}");
    }
    let told: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["target"] == external_call::TARGET)
        .collect();
    let [sent, refused] = told.try_into().unwrap();
    assert_eq!((&sent["phone"], &sent["success"]), (&json!("****3210"), &json!(true)));
    assert_eq!((&refused["success"], &refused["reason"]), (&json!(false), &json!("rejected")));
}
