//! The demo page with a tiny agent behind it, to work on the page without the server.
//!
//! `PORT=8000 cargo run -p seleto-simulator --example demo`

use std::io;
use std::ops::RangeInclusive;
use std::time::Duration;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use seleto_simulator::demo;
use seleto_simulator::zapi::{Pace, WebhookUrls, Zapi, ZapiConfig};
use serde_json::{Value, json};
use tokio::sync::mpsc;

const GAP: RangeInclusive<Duration> = Duration::from_millis(200)..=Duration::from_millis(500);
const QUIET_TIME: Duration = Duration::from_millis(1200);

#[tokio::main]
async fn main() -> io::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "an example has no configuration file")]
    let port = std::env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(8000);
    let config = ZapiConfig { pace: Pace { gap: GAP, delays: 1.0 }, ..ZapiConfig::default() };
    let zapi = Zapi::start(config.clone()).await?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    zapi.set_webhooks(WebhookUrls::of_agent(&url, "example"));

    let (heard, messages) = mpsc::unbounded_channel();
    tokio::spawn(answer(messages, zapi.clone(), config));
    let agent = Router::new().route("/webhook/zapi", post(take)).with_state(heard);
    println!("{url}/demo");
    axum::serve(listener, agent.merge(demo::router(zapi, "Seleto Industrial"))).await
}

async fn take(State(heard): State<mpsc::UnboundedSender<Value>>, Json(body): Json<Value>) {
    if body["type"] == "ReceivedCallback" && body["fromMe"] == false {
        // The other end lives as long as the process.
        heard.send(body).ok();
    }
}

/// Answers each burst once, in two bubbles, through the simulated Z-API like the true agent.
async fn answer(mut messages: mpsc::UnboundedReceiver<Value>, zapi: Zapi, config: ZapiConfig) {
    while let Some(mut message) = messages.recv().await {
        let mut burst = 1;
        while let Ok(Some(next)) = tokio::time::timeout(QUIET_TIME, messages.recv()).await {
            message = next;
            burst += 1;
        }
        let name = message["senderName"].as_str().unwrap_or_default();
        let texts = [
            format!(
                "Olá, {name}! Seja bem-vindo à *Seleto Industrial*. Li {burst} mensagem(ns) sua(s)."
            ),
            "Sou o agente de exemplo: só sirvo para mostrar a página.\nQual produto você procura?"
                .to_owned(),
        ];
        for text in texts {
            send(&zapi, &config, &message["phone"], &text).await;
        }
    }
}

async fn send(zapi: &Zapi, config: &ZapiConfig, phone: &Value, text: &str) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let body = json!({"phone": phone, "message": text, "delayTyping": 1}).to_string();
    let request = format!(
        "POST /instances/{}/token/{}/send-text HTTP/1.1\r\nhost: simulator\r\nconnection: close\r\n\
         client-token: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        config.instance_id,
        config.instance_token,
        config.client_token.as_deref().unwrap_or_default(),
        body.len(),
    );
    let exchange = async {
        let mut stream = tokio::net::TcpStream::connect(zapi.authority()).await?;
        stream.write_all(request.as_bytes()).await?;
        stream.read_to_end(&mut Vec::new()).await
    };
    if let Err(error) = exchange.await {
        eprintln!("the simulated Z-API did not answer: {error}");
    }
}
