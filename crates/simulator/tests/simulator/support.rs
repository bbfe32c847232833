//! What every test needs: a simulator, a tiny agent that remembers its webhooks, and a client.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use seleto_simulator::zapi::{Zapi, ZapiConfig};
use seleto_simulator::{Simulator, SimulatorConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A webhook as the agent got it.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The query of its URL.
    pub query: String,
    /// The header by which Z-API makes itself known.
    pub token: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Value,
    /// The body, byte by byte.
    pub text: String,
}

/// An agent that takes every webhook and does nothing about it.
#[derive(Clone)]
pub struct Agent {
    got: Arc<Mutex<Vec<Webhook>>>,
    answer: Arc<Mutex<StatusCode>>,
    /// Its address.
    pub url: String,
}

impl Agent {
    /// Starts one on a free port.
    pub async fn start() -> Self {
        Self::start_at("/webhook/zapi").await
    }

    /// The same, for webhooks of another vendor.
    pub async fn start_at(path: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let agent = Self { got: Arc::default(), answer: Arc::default(), url };
        let app = Router::new().route(path, post(take)).with_state(agent.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        agent
    }

    /// From now on it answers webhooks with this status.
    pub fn answer_with(&self, status: StatusCode) {
        *self.answer.lock().unwrap() = status;
    }

    /// The webhooks, as they came.
    pub fn all(&self) -> Vec<Webhook> {
        self.got.lock().unwrap().clone()
    }

    /// The webhooks of one `type`, as they came.
    pub fn webhooks(&self, kind: &str) -> Vec<Webhook> {
        let got = self.got.lock().unwrap();
        got.iter().filter(|webhook| webhook.body["type"] == kind).cloned().collect()
    }

    /// The bodies of the webhooks of one `type`.
    pub fn bodies(&self, kind: &str) -> Vec<Value> {
        self.webhooks(kind).into_iter().map(|webhook| webhook.body).collect()
    }
}

async fn take(
    State(agent): State<Agent>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, Json<Value>) {
    let token = headers.get("z-api-token").and_then(|token| token.to_str().ok());
    agent.got.lock().unwrap().push(Webhook {
        query: query.unwrap_or_default(),
        token: token.unwrap_or_default().to_owned(),
        headers: headers.clone(),
        body: serde_json::from_str(&body).unwrap_or(Value::String(body.clone())),
        text: body,
    });
    (*agent.answer.lock().unwrap(), Json(json!({"ok": true})))
}

/// A simulator that calls a fresh agent back.
pub async fn start() -> (Simulator, Agent) {
    let agent = Agent::start().await;
    let simulator = Simulator::start(SimulatorConfig::default()).await.unwrap();
    simulator.call_back(&agent.url, "segredo");
    (simulator, agent)
}

/// A client like the product's: no redirects, no proxy, no retries, a deadline.
pub fn client() -> reqwest::Client {
    client_with(Duration::from_secs(30))
}

/// A client that soon gives up on a server that keeps silent.
pub fn impatient_client() -> reqwest::Client {
    client_with(Duration::from_secs(2))
}

fn client_with(deadline: Duration) -> reqwest::Client {
    // Another test may have installed it already.
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .retry(reqwest::retry::never())
        .timeout(deadline)
        .build()
        .unwrap()
}

/// The address of a call to Z-API.
pub fn call_url(zapi: &Zapi, call: &str) -> String {
    let config = ZapiConfig::default();
    let (base, id, token) = (zapi.base_url(), config.instance_id, config.instance_token);
    format!("{base}/instances/{id}/token/{token}/{call}")
}

/// The token that every call to Z-API carries.
pub fn client_token() -> String {
    ZapiConfig::default().client_token.unwrap()
}

/// Sends a text through Z-API, as the agent does.
pub async fn send_text(
    zapi: &Zapi,
    phone: &str,
    text: &str,
) -> Result<reqwest::Response, reqwest::Error> {
    send_text_with(&client(), zapi, phone, text).await
}

/// The same, with a client of the caller's.
pub async fn send_text_with(
    client: &reqwest::Client,
    zapi: &Zapi,
    phone: &str,
    text: &str,
) -> Result<reqwest::Response, reqwest::Error> {
    client
        .post(call_url(zapi, "send-text"))
        .header("Client-Token", client_token())
        .json(&json!({"phone": phone, "message": text}))
        .send()
        .await
}
