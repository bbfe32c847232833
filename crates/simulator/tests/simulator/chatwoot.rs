//! The local Chatwoot behaves as the real one does, its traps included.

use reqwest::Method;
use seleto_simulator::Fault;
use seleto_simulator::chatwoot::{
    Chatwoot, ChatwootConfig, Manner, MessageKind, Operation, sign, throttled,
};
use serde_json::{Value, json};

use crate::support::{Agent, client};

const PHONE: &str = "5511987654321";

async fn start() -> Chatwoot {
    Chatwoot::start(ChatwootConfig::default()).await.unwrap()
}

async fn call(chatwoot: &Chatwoot, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}/api/v1/accounts/1/{path}", chatwoot.base_url());
    let token = ChatwootConfig::default().token;
    let request = client().request(method, url).header("api_access_token", token).json(body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

async fn post(chatwoot: &Chatwoot, path: &str, body: Value) -> (u16, Value) {
    call(chatwoot, Method::POST, path, &body).await
}

async fn get(chatwoot: &Chatwoot, path: &str) -> Value {
    call(chatwoot, Method::GET, path, &Value::Null).await.1
}

#[tokio::test]
async fn a_number_belongs_to_one_contact_and_an_address_too() {
    let chatwoot = start().await;
    let contact = json!({"inbox_id": 7, "source_id": "c-1", "name": "Marcos",
        "phone_number": format!("+{PHONE}")});
    let (status, made) = post(&chatwoot, "contacts", contact.clone()).await;
    assert_eq!((status, &made["payload"]["contact"]["id"]), (200, &json!(1)));
    assert_eq!(made["payload"]["contact_inbox"]["source_id"], "c-1");
    assert_eq!(post(&chatwoot, "contacts", contact).await.0, 422);
    let crooked = json!({"name": "x", "phone_number": PHONE});
    assert_eq!(post(&chatwoot, "contacts", crooked).await.0, 422, "without a plus");
    post(&chatwoot, "contacts", json!({"name": "Outra"})).await;
    let stolen = json!({"inbox_id": 7, "contact_id": 2, "source_id": "c-1"});
    let (status, refused) = post(&chatwoot, "conversations", stolen).await;
    assert_eq!((status, &refused["error"]), (422, &json!("source_id should be unique")));
    let found = get(&chatwoot, "contacts/search?q=987654").await;
    assert_eq!(found["payload"][0]["id"], 1);
    let filter = json!({"payload": [{"attribute_key": "phone_number",
        "filter_operator": "equal_to", "values": [PHONE]}]});
    let (_, filtered) = post(&chatwoot, "contacts/filter", filter).await;
    assert_eq!(filtered["meta"]["count"], 1);
}

#[tokio::test]
async fn nothing_keeps_a_caller_from_doubling_what_it_makes() {
    let chatwoot = start().await;
    post(&chatwoot, "contacts", json!({"name": "Marcos"})).await;
    let again = json!({"inbox_id": 7, "contact_id": 1, "source_id": "c-1"});
    post(&chatwoot, "conversations", again.clone()).await;
    post(&chatwoot, "conversations", again).await;
    assert_eq!(chatwoot.conversations().len(), 2);
    let message = json!({"content": "oi", "message_type": "incoming", "source_id": "m-1"});
    post(&chatwoot, "conversations/1/messages", message.clone()).await;
    post(&chatwoot, "conversations/1/messages", message).await;
    assert_eq!(chatwoot.messages(1).len(), 2);
}

#[tokio::test]
async fn messages_are_listed_in_pages_from_the_latest_on() {
    let chatwoot = start().await;
    chatwoot.agent_opens_conversation(PHONE, "Marcos").await;
    for n in 0..25 {
        post(&chatwoot, "conversations/1/messages", json!({"content": n.to_string()})).await;
    }
    let latest = get(&chatwoot, "conversations/1/messages").await;
    let ids: Vec<u64> =
        latest["payload"].as_array().unwrap().iter().map(|it| it["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), 20);
    let before = get(&chatwoot, &format!("conversations/1/messages?before={}", ids[0])).await;
    assert_eq!(before["payload"].as_array().unwrap().len(), 5);
    let after = get(&chatwoot, &format!("conversations/1/messages?after={}", ids[17])).await;
    assert_eq!(after["payload"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn strangers_and_odd_paths_are_refused() {
    let chatwoot = start().await;
    let url = format!("{}/api/v1/accounts/1/contacts/search?q=1", chatwoot.base_url());
    let status = client().get(&url).send().await.unwrap().status();
    assert_eq!(status.as_u16(), 401);
    let dashed = client().get(&url).header("api-access-token", ChatwootConfig::default().token);
    assert_eq!(dashed.send().await.unwrap().status().as_u16(), 200);
    assert_eq!(post(&chatwoot, "nowhere", Value::Null).await.0, 404);
    assert_eq!(post(&chatwoot, "conversations/9/messages", json!({"content": "x"})).await.0, 404);
}

#[tokio::test]
async fn faults_come_with_and_without_their_effect() {
    let chatwoot = start().await;
    chatwoot.agent_opens_conversation(PHONE, "Marcos").await;
    let plan = chatwoot.faults(Operation::CreateMessage);
    plan.next(throttled());
    plan.next(Fault::server_error(500));
    plan.next(Fault::garbage());
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let (status, _) =
            post(&chatwoot, "conversations/1/messages", json!({"content": "x"})).await;
        statuses.push(status);
    }
    assert_eq!(statuses, [429, 500, 200]);
    assert_eq!(chatwoot.messages(1).len(), 1);
}

#[tokio::test]
async fn what_happens_is_posted_once_signed_and_never_again() {
    let config =
        ChatwootConfig { webhook_secret: Some("s3cret".to_owned()), ..ChatwootConfig::default() };
    let chatwoot = Chatwoot::start(config).await.unwrap();
    let agent = Agent::start_at("/webhook/chatwoot").await;
    chatwoot.call_back(&agent.url, "secret");
    let conversation = chatwoot.agent_opens_conversation(PHONE, "Marcos").await;
    chatwoot.agent_writes(conversation, "Bom dia").await;
    chatwoot.agent_notes(conversation, "cuidado").await;
    chatwoot.resolve(conversation).await;
    let told: Vec<&str> = chatwoot.posts().all().iter().map(|post| post.event).collect();
    let expected = [
        "conversation_created",
        "message_created",
        "message_created",
        "conversation_status_changed",
        "conversation_updated",
    ];
    assert_eq!(told, expected);
    let seen = agent.all();
    let note = seen.iter().find(|it| it.body["private"] == true).unwrap();
    assert_eq!(note.body["message_type"], "outgoing");
    assert_eq!(note.body["conversation"]["messages"][0]["content"], "Bom dia");
    let timestamp = note.headers["x-chatwoot-timestamp"].to_str().unwrap();
    let signed = sign("s3cret", timestamp, &note.text);
    assert_eq!(note.headers["x-chatwoot-signature"].to_str().unwrap(), signed);
}

#[tokio::test]
async fn a_message_by_call_comes_back_with_its_marks_and_a_new_one_wakes_the_conversation() {
    let chatwoot = start().await;
    let agent = Agent::start_at("/webhook/chatwoot").await;
    chatwoot.call_back(&agent.url, "secret");
    chatwoot.set_manner(Manner { copies: 3, ..Manner::default() });
    let conversation = chatwoot.agent_opens_conversation(PHONE, "Marcos").await;
    chatwoot.resolve(conversation).await;
    let message = json!({"content": "oi", "message_type": "incoming", "source_id": "m-1",
        "content_attributes": {"mark": 7}});
    post(&chatwoot, &format!("conversations/{conversation}/messages"), message).await;
    chatwoot.settled().await;
    assert_eq!(chatwoot.conversation_of(PHONE).unwrap().status, "open");
    let seen = agent.all();
    let echoes: Vec<_> = seen.iter().filter(|it| it.body["source_id"] == "m-1").collect();
    assert_eq!(echoes.len(), 3);
    assert_eq!(echoes[0].body["content_attributes"]["mark"], 7);
    assert_eq!(echoes[0].body["sender"]["type"], Value::Null, "a contact says no type");
    assert_eq!(chatwoot.messages(conversation)[0].kind, MessageKind::Incoming);
}
