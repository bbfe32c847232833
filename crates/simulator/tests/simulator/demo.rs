//! The demo page's routes: contacts, messages as true webhooks, and events from any point on.

use axum::http::StatusCode;
use seleto_simulator::{Simulator, demo};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Agent, client, send_text, start};

async fn serve(simulator: &Simulator) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = demo::router(simulator.zapi.clone(), "Seleto Industrial");
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn demo() -> (Simulator, Agent, String) {
    let (simulator, agent) = start().await;
    let url = serve(&simulator).await;
    (simulator, agent, url)
}

async fn post(url: &str, path: &str, body: Value) -> (u16, Value) {
    let response = client().post(format!("{url}{path}")).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn new_contact(url: &str) -> String {
    let (status, contact) = post(url, "/demo/contacts", json!({"name": "Marina"})).await;
    assert_eq!(status, 201);
    contact["phone"].as_str().unwrap().to_owned()
}

/// An event as the browser would see it.
#[derive(Debug)]
struct Event {
    id: String,
    name: String,
    data: Value,
}

/// A page that listens.
struct Page {
    response: reqwest::Response,
    unread: String,
}

impl Page {
    async fn open(url: &str, since: &str) -> Self {
        let address = format!("{url}/demo/events?since={since}");
        let response = client().get(address).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, unread: String::new() }
    }

    async fn next(&mut self) -> Option<Event> {
        while !self.unread.contains("\n\n") {
            let chunk = self.response.chunk().await.unwrap()?;
            self.unread.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        let (event, rest) = self.unread.split_once("\n\n").unwrap();
        let line = |name: &str| {
            let prefix = format!("{name}: ");
            event.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap_or_default().to_owned()
        };
        let data = serde_json::from_str(&line("data")).unwrap();
        let event = Event { id: line("id"), name: line("event"), data };
        self.unread = rest.to_owned();
        Some(event)
    }

    /// Everything up to the end of the past.
    async fn past(&mut self) -> Vec<Event> {
        let mut past = Vec::new();
        loop {
            let event = self.next().await.unwrap();
            let is_end = event.name == "ready";
            past.push(event);
            if is_end {
                return past;
            }
        }
    }
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

#[tokio::test]
async fn what_is_typed_in_the_page_reaches_the_agent_as_a_webhook() {
    let (_simulator, agent, url) = demo().await;
    let phone = new_contact(&url).await;
    let message = json!({"phone": phone, "text": "oi"});
    let (status, sent) = post(&url, "/demo/messages", message).await;
    assert_eq!(status, 200);
    let webhook = &agent.bodies("ReceivedCallback")[0];
    assert_eq!(webhook["phone"], phone);
    assert_eq!(webhook["senderName"], "Marina");
    assert_eq!(webhook["text"]["message"], "oi");
    assert_eq!(webhook["messageId"], sent["messageId"]);
}

#[tokio::test]
async fn contacts_have_distinct_brazilian_mobile_numbers() {
    let (_simulator, _agent, url) = demo().await;
    let (one, other) = (new_contact(&url).await, new_contact(&url).await);
    assert_ne!(one, other);
    assert_eq!((one.len(), &one[..2], &one[4..5]), (13, "55", "9"));
}

#[tokio::test]
async fn a_fresh_page_gets_the_whole_past_and_then_what_happens() {
    let (simulator, _agent, url) = demo().await;
    let phone = new_contact(&url).await;
    post(&url, "/demo/messages", json!({"phone": phone, "text": "oi"})).await;

    let mut page = Page::open(&url, "").await;
    let past = page.past().await;
    assert_eq!(names(&past), ["reset", "change", "change", "ready"]);
    assert_eq!(past[0].data["company"], "Seleto Industrial");
    assert_eq!(past[1].data["type"], "contact");
    assert_eq!((&past[2].data["text"], &past[2].data["author"]), (&json!("oi"), &json!("lead")));

    send_text(&simulator.zapi, &phone, "olá").await.unwrap();
    let read = page.next().await.unwrap();
    assert_eq!((&read.data["text"], &read.data["ticks"]), (&json!("oi"), &json!("read")));
    let reply = page.next().await.unwrap();
    assert_eq!((&reply.data["text"], &reply.data["author"]), (&json!("olá"), &json!("agent")));
}

#[tokio::test]
async fn a_page_that_comes_back_gets_only_what_it_missed() {
    let (simulator, _agent, url) = demo().await;
    let phone = new_contact(&url).await;
    let seen = Page::open(&url, "").await.past().await.pop().unwrap().id;
    send_text(&simulator.zapi, &phone, "olá").await.unwrap();
    let missed = Page::open(&url, &seen).await.past().await;
    assert_eq!(names(&missed), ["change", "ready"]);
    assert_eq!(missed[0].data["text"], "olá");
    let nothing = Page::open(&url, &missed[1].id).await.past().await;
    assert_eq!(names(&nothing), ["ready"]);
}

#[tokio::test]
async fn a_page_of_another_server_starts_anew() {
    let (_simulator, _agent, url) = demo().await;
    new_contact(&url).await;
    for stranger in ["abc-1", "junk", "-"] {
        let past = Page::open(&url, stranger).await.past().await;
        assert_eq!(names(&past), ["reset", "change", "ready"]);
    }
}

#[tokio::test]
async fn stopping_the_simulator_ends_the_event_streams() {
    let (simulator, _agent, url) = demo().await;
    let mut page = Page::open(&url, "").await;
    page.past().await;
    simulator.stop().await;
    assert!(page.next().await.is_none());
}

#[tokio::test]
async fn an_agent_that_is_down_is_explained_in_portuguese() {
    let (simulator, agent, url) = demo().await;
    let phone = new_contact(&url).await;
    let message = json!({"phone": phone, "text": "oi"});
    agent.answer_with(StatusCode::INTERNAL_SERVER_ERROR);
    let (status, body) = post(&url, "/demo/messages", message.clone()).await;
    assert_eq!(status, 502);
    assert!(body["error"].as_str().unwrap().contains("recusou a mensagem (código 500)"));
    simulator.call_back("http://127.0.0.1:9", "segredo");
    let (status, body) = post(&url, "/demo/messages", message).await;
    assert_eq!(status, 502);
    assert!(body["error"].as_str().unwrap().contains("não respondeu"));
}

#[tokio::test]
async fn malformed_requests_are_refused() {
    let (_simulator, agent, url) = demo().await;
    let phone = new_contact(&url).await;
    let refused = [
        ("/demo/contacts", json!({"name": "  "}), 400),
        ("/demo/contacts", json!({"name": "x".repeat(61)}), 400),
        ("/demo/contacts", json!({}), 400),
        ("/demo/messages", json!({"phone": phone, "text": " \n"}), 400),
        ("/demo/messages", json!({"phone": phone, "text": "x".repeat(4097)}), 400),
        ("/demo/messages", json!({"phone": "5547900000000", "text": "oi"}), 404),
        ("/demo/messages", json!([]), 400),
    ];
    for (path, body, wanted) in refused {
        let (status, answer) = post(&url, path, body.clone()).await;
        assert_eq!(status, wanted, "{path} {body}");
        assert!(answer["error"].is_string());
    }
    // A form that another site submits has no JSON label, so it cannot write in the page's name.
    let request = client()
        .post(format!("{url}/demo/messages"))
        .body(json!({"phone": phone, "text": "oi"}).to_string());
    assert_eq!(request.send().await.unwrap().status(), 400);
    assert!(agent.bodies("ReceivedCallback").is_empty());
}

#[tokio::test]
async fn every_file_of_the_page_is_served_under_the_policy() {
    let (_simulator, _agent, url) = demo().await;
    let html = client().get(format!("{url}/demo")).send().await.unwrap().text().await.unwrap();
    let named = html.split('"').filter(|part| part.starts_with("/demo/"));
    let imported = ["chat", "contacts", "events", "format"].map(|name| format!("/demo/{name}.js"));
    let files: Vec<_> = named.map(str::to_owned).chain(imported).collect();
    assert!(files.len() > 6, "{files:?}");
    for file in files {
        let answer = client().get(format!("{url}{file}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{file}");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }
}
