//! The local Z-API over real HTTP: calls, webhooks, the queue and the leads' phones.

use std::time::Duration;

use crate::support::{Agent, call_url, client, client_token, send_text, start};
use axum::http::StatusCode;
use seleto_simulator::zapi::{Event, Operation, Pace, ZapiConfig};
use seleto_simulator::{Author, PostError, Ticks};
use serde_json::{Value, json};

const PHONE: &str = "5547999990001";

async fn call(zapi: &seleto_simulator::zapi::Zapi, name: &str, body: Value) -> (u16, Value) {
    let request = client().post(call_url(zapi, name)).header("Client-Token", client_token());
    let response = request.json(&body).send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn get(zapi: &seleto_simulator::zapi::Zapi, name: &str) -> Value {
    let request = client().get(call_url(zapi, name)).header("Client-Token", client_token());
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_text_is_answered_with_ids_and_shown_on_the_phone() {
    let (simulator, _agent) = start().await;
    let zapi = &simulator.zapi;
    let answer: Value = send_text(zapi, PHONE, "Olá!").await.unwrap().json().await.unwrap();

    let bubbles = zapi.phones().bubbles(PHONE);
    assert_eq!(bubbles.len(), 1);
    assert_eq!(bubbles[0].text, "Olá!");
    assert_eq!(bubbles[0].author, Author::Agent);
    assert_eq!(answer["messageId"], bubbles[0].message_id);
    assert_eq!(answer["id"], answer["messageId"]);
    assert_eq!(answer["zaapId"], bubbles[0].zaap_id.clone().unwrap());

    let shown: Value = client()
        .get(format!("{}/simulator/phones/{PHONE}", zapi.base_url()))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(shown[0]["text"], "Olá!");
    assert_eq!(shown[0]["author"], "agent");
}

#[tokio::test]
async fn a_send_is_followed_by_delivery_echo_and_ticks() {
    let (simulator, agent) = start().await;
    let zapi = &simulator.zapi;
    let sent: Value = send_text(zapi, PHONE, "Olá!").await.unwrap().json().await.unwrap();
    zapi.settled().await;

    let delivery = &agent.bodies("DeliveryCallback")[0];
    assert_eq!(delivery["zaapId"], sent["zaapId"]);
    assert_eq!(delivery["error"], Value::Null);
    let statuses = agent.bodies("MessageStatusCallback");
    let statuses: Vec<_> = statuses.iter().map(|body| body["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["SENT", "RECEIVED", "READ"]);
    let echo = &agent.bodies("ReceivedCallback")[0];
    assert_eq!((&echo["fromMe"], &echo["fromApi"]), (&json!(true), &json!(true)));
    assert_eq!(echo["messageId"], sent["messageId"]);
    assert_eq!(echo["text"]["message"], "Olá!");
}

#[tokio::test]
async fn callbacks_can_be_lost_doubled_or_off() {
    let (simulator, agent) = start().await;
    let zapi = &simulator.zapi;
    zapi.callbacks(Event::Delivery).lose_next(1);
    zapi.callbacks(Event::Sent).set_duplicates(1.0);
    zapi.callbacks(Event::Reached).set_loss(1.0);
    zapi.callbacks(Event::Read).set_on(false);
    zapi.callbacks(Event::Echo).set_delay(Duration::from_millis(1)..=Duration::from_millis(2));
    send_text(zapi, PHONE, "um").await.unwrap();
    zapi.settled().await;
    assert_eq!(agent.bodies("DeliveryCallback").len(), 0);
    assert_eq!(agent.bodies("MessageStatusCallback").len(), 2);
    assert_eq!(agent.bodies("ReceivedCallback").len(), 1);

    send_text(zapi, PHONE, "dois").await.unwrap();
    zapi.settled().await;
    assert_eq!(agent.bodies("DeliveryCallback").len(), 1);
    assert_eq!(zapi.posts().count(|post| post.outcome == Ok(200)), 7);
}

#[tokio::test]
async fn a_number_without_whatsapp_fails_in_the_delivery_callback() {
    let (simulator, agent) = start().await;
    simulator.zapi.set_absent(PHONE);
    assert_eq!(send_text(&simulator.zapi, PHONE, "oi").await.unwrap().status(), 200);
    simulator.zapi.settled().await;
    let delivery = &agent.bodies("DeliveryCallback")[0];
    assert_eq!(delivery["error"], "Phone number does not exist");
    assert!(simulator.zapi.phones().bubbles(PHONE).is_empty());
    let exists = get(&simulator.zapi, &format!("phone-exists/{PHONE}")).await;
    assert_eq!(exists[0]["exists"], false);
}

#[tokio::test]
async fn strangers_and_malformed_calls_are_refused_and_send_nothing() {
    let (simulator, _agent) = start().await;
    let zapi = &simulator.zapi;
    let good = call_url(zapi, "send-text");
    let body = json!({"phone": PHONE, "message": "oi"});
    let token = client_token();
    let post = |url: &str| client().post(url).header("Client-Token", &token);
    let status =
        async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    let wrong_token = good.replace("/token/", "/token/x");
    let wrong_instance = good.replace("/instances/", "/instances/x");
    assert_eq!(status(post(&wrong_token).json(&body)).await, 401);
    assert_eq!(status(post(&wrong_instance).json(&body)).await, 404);
    assert_eq!(status(client().post(&good).json(&body)).await, 400);
    let impostor = client().post(&good).header("Client-Token", "x").json(&body);
    assert_eq!(status(impostor).await, 403);
    assert_eq!(status(post(&good).body(body.to_string())).await, 415);
    assert_eq!(status(client().get(&good).header("Client-Token", &token)).await, 405);
    assert_eq!(status(post(&call_url(zapi, "send-nothing")).json(&body)).await, 404);
    assert_eq!(status(post(&good).json(&json!({"phone": PHONE}))).await, 400);
    let hasty = json!({"phone": PHONE, "message": "oi", "delayTyping": 16});
    assert_eq!(status(post(&good).json(&hasty)).await, 400);
    assert!(zapi.phones().bubbles(PHONE).is_empty());
}

#[tokio::test]
async fn a_disconnected_instance_keeps_messages_and_sends_them_when_it_is_back() {
    let (simulator, agent) = start().await;
    let zapi = &simulator.zapi;
    zapi.disconnect();
    assert_eq!(get(zapi, "status").await["connected"], false);
    send_text(zapi, PHONE, "um").await.unwrap();
    send_text(zapi, PHONE, "dois").await.unwrap();
    assert!(zapi.phones().bubbles(PHONE).is_empty());

    let (_, page) = call(zapi, "queue", json!({"pageSize": 1})).await;
    assert_eq!(page["messages"][0]["Message"], "um");
    assert_eq!(page["messages"][0]["Phone"], PHONE);
    assert_eq!(page["hasMore"], true);
    let (_, rest) = call(zapi, "queue", json!({"pagingState": page["pagingState"]})).await;
    assert_eq!(rest["messages"][0]["Message"], "dois");
    assert_eq!(rest["hasMore"], false);

    zapi.reconnect();
    zapi.settled().await;
    assert_eq!(zapi.phones().replies(PHONE), ["um", "dois"]);
    assert_eq!(agent.bodies("DisconnectedCallback").len(), 1);
    assert_eq!(agent.bodies("ConnectedCallback").len(), 1);
}

#[tokio::test]
async fn a_queue_can_be_emptied_before_it_is_sent() {
    let (simulator, _agent) = start().await;
    let zapi = &simulator.zapi;
    zapi.disconnect();
    let first: Value = send_text(zapi, PHONE, "um").await.unwrap().json().await.unwrap();
    send_text(zapi, PHONE, "dois").await.unwrap();
    send_text(zapi, PHONE, "três").await.unwrap();
    let delete = async |path: &str| {
        let request = client().delete(call_url(zapi, path)).header("Client-Token", client_token());
        assert_eq!(request.send().await.unwrap().status(), 200);
    };
    delete(&format!("queue/{}", first["zaapId"].as_str().unwrap())).await;
    let (_, page) = call(zapi, "queue", json!({})).await;
    assert_eq!(page["messages"].as_array().unwrap().len(), 2);
    delete("queue").await;
    zapi.reconnect();
    zapi.settled().await;
    assert!(zapi.phones().bubbles(PHONE).is_empty());
}

#[tokio::test]
async fn a_paced_queue_keeps_the_order_and_shows_typing() {
    let (simulator, _agent) = start().await;
    let zapi = &simulator.zapi;
    zapi.set_pace(Pace { gap: Duration::ZERO..=Duration::from_millis(1), delays: 0.001 });
    let (_, _, mut changes) = zapi.phones().since(0);
    let typed = json!({"phone": PHONE, "message": "um", "delayTyping": 3, "delayMessage": 1});
    call(zapi, "send-text", typed).await;
    call(zapi, "send-text", json!({"phone": PHONE, "message": "dois"})).await;
    assert_eq!(zapi.phones().replies_until(PHONE, 2).await, ["um", "dois"]);
    let seen: Vec<_> = std::iter::from_fn(|| changes.try_recv().ok()).take(3).collect();
    let kinds: Vec<_> = seen.iter().map(|change| json!(change)["type"].clone()).collect();
    assert_eq!(kinds, ["typing", "typing", "bubble"]);
}

#[tokio::test]
async fn a_lead_writes_as_z_api_tells_it() {
    let (simulator, agent) = start().await;
    let lead = simulator.zapi.lead(PHONE, "Marina Prado");
    let posted = lead.write("oi").await.unwrap();
    assert_eq!(posted.status, 200);

    let webhook = &agent.webhooks("ReceivedCallback")[0];
    assert_eq!(webhook.query, "token=segredo");
    assert_eq!(webhook.token, ZapiConfig::default().instance_token);
    let body = &webhook.body;
    assert_eq!(body["text"]["message"], "oi");
    assert_eq!(body["phone"], PHONE);
    assert_eq!(body["senderName"], "Marina Prado");
    assert_eq!(body["messageId"], posted.message_id);
    assert_eq!(body["fromMe"], false);
    assert!(body["momment"].as_i64().unwrap() > 1_600_000_000_000, "milliseconds");
    assert_eq!(simulator.zapi.phones().bubbles(PHONE)[0].ticks, Ticks::Received);

    let again = lead.write("oi").await.unwrap();
    assert_ne!(again.message_id, posted.message_id);
}

#[tokio::test]
async fn a_lead_does_everything_that_leads_do() {
    let (simulator, agent) = start().await;
    let zapi = &simulator.zapi;
    let lead = zapi.lead(PHONE, "Marina").with_lid("81896604192873@lid");
    let url = zapi.host_media("audio.ogg", "audio/ogg", b"OggS".to_vec());
    let said = lead.write("a").await.unwrap();
    lead.speak(&url, 4).await.unwrap();
    lead.show_image(&url, "olha").await.unwrap();
    lead.react("3EB0X", "👍").await.unwrap();
    lead.quote("3EB0X", "essa").await.unwrap();
    lead.edit(&said.message_id, "b").await.unwrap();
    lead.hear_from_company("aqui é o Carlos").await.unwrap();
    zapi.lead("5547999990002", "Zé").by_lid_only("77@lid").write("oi").await.unwrap();

    let got = agent.bodies("ReceivedCallback");
    assert_eq!(got[1]["audio"]["audioUrl"], url);
    assert_eq!(got[2]["image"]["caption"], "olha");
    assert_eq!(got[3]["reaction"]["referencedMessage"]["messageId"], "3EB0X");
    assert_eq!(got[4]["referenceMessageId"], "3EB0X");
    assert_eq!((&got[5]["isEdit"], &got[5]["messageId"]), (&json!(true), &json!(said.message_id)));
    assert_eq!((&got[6]["fromMe"], &got[6]["fromApi"]), (&json!(true), &json!(false)));
    assert_eq!(got[6]["phone"], "81896604192873@lid");
    assert_eq!(got[7]["phone"], "77@lid");

    // The answer to the linked id arrives on the phone behind it, under the address as written.
    send_text(zapi, "77@lid", "olá").await.unwrap();
    let bubble = zapi.phones().bubbles("5547999990002").pop().unwrap();
    assert_eq!((bubble.text.as_str(), bubble.address.as_str()), ("olá", "77@lid"));
    assert_eq!(zapi.phones().bubbles(PHONE)[0].text, "b");

    let file = client().get(&url).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "audio/ogg");
    assert_eq!(file.bytes().await.unwrap().as_ref(), b"OggS");
}

#[tokio::test]
async fn a_lead_learns_that_the_agent_is_down() {
    let (simulator, agent) = start().await;
    agent.answer_with(StatusCode::SERVICE_UNAVAILABLE);
    let posted = simulator.zapi.write(PHONE, "Zé", "oi").await.unwrap();
    assert_eq!(posted.status, 503);
    assert_eq!(simulator.zapi.phones().bubbles(PHONE)[0].ticks, Ticks::Failed);

    simulator.call_back("http://127.0.0.1:9", "segredo");
    let unanswered = simulator.zapi.write(PHONE, "Zé", "oi").await;
    assert!(matches!(unanswered, Err(PostError::NoAnswer(_))), "{unanswered:?}");
    simulator.zapi.set_webhooks(Default::default());
    let nowhere = simulator.zapi.write(PHONE, "Zé", "oi").await;
    assert_eq!(nowhere, Err(PostError::NoAddress));
}

#[tokio::test]
async fn webhook_addresses_are_set_by_calls_too() {
    let agent = Agent::start().await;
    let zapi = seleto_simulator::zapi::Zapi::start(ZapiConfig::default()).await.unwrap();
    let put = async |name: &str, body: Value| {
        let request = client().put(call_url(&zapi, name)).header("Client-Token", client_token());
        request.json(&body).send().await.unwrap().status().as_u16()
    };
    let url = format!("{}/webhook/zapi?token=abc", agent.url);
    let all = json!({"value": url, "notifySentByMe": false});
    assert_eq!(put("update-every-webhooks", all).await, 200);
    assert_eq!(put("update-webhook-unknown", json!({"value": url})).await, 404);
    let me = get(&zapi, "me").await;
    assert_eq!(me["receivedCallbackUrl"], url);
    assert_eq!(me["receiveCallbackSentByMe"], false);
    zapi.write(PHONE, "Zé", "oi").await.unwrap();
    send_text(&zapi, PHONE, "olá").await.unwrap();
    zapi.settled().await;
    assert_eq!(agent.webhooks("ReceivedCallback").len(), 1, "no echo was asked for");
}

#[tokio::test]
async fn reading_turns_the_leads_ticks_blue() {
    let (simulator, _agent) = start().await;
    let zapi = &simulator.zapi;
    let posted = zapi.write(PHONE, "Zé", "oi").await.unwrap();
    let read = json!({"phone": PHONE, "messageId": posted.message_id});
    assert_eq!(call(zapi, "read-message", read).await.0, 204);
    assert_eq!(zapi.phones().bubbles(PHONE)[0].ticks, Ticks::Read);
    zapi.write(PHONE, "Zé", "alô").await.unwrap();
    let chat = json!({"phone": PHONE, "action": "read"});
    assert_eq!(call(zapi, "modify-chat", chat).await.0, 200);
    assert_eq!(zapi.phones().bubbles(PHONE)[1].ticks, Ticks::Read);
}

#[tokio::test]
async fn bounded_logs_forget_the_oldest_and_still_count() {
    let config = ZapiConfig { keep: 2, ..ZapiConfig::default() };
    let zapi = seleto_simulator::zapi::Zapi::start(config).await.unwrap();
    for text in ["um", "dois", "três"] {
        send_text(&zapi, PHONE, text).await.unwrap();
    }
    assert_eq!(zapi.phones().replies(PHONE), ["dois", "três"]);
    assert_eq!(zapi.calls().all().len(), 2);
    assert_eq!(zapi.calls().total(), 3);
    assert_eq!(zapi.calls().count(|call| call.operation == Operation::SendText), 2);
}

#[tokio::test]
async fn a_stopped_simulator_refuses_connections_and_starts_again_on_its_port() {
    let (simulator, _agent) = start().await;
    let url = simulator.zapi.base_url();
    simulator.stop().await;
    assert!(send_text(&simulator.zapi, PHONE, "oi").await.unwrap_err().is_connect());
    let port = url.rsplit_once(':').unwrap().1.parse().unwrap();
    let config = ZapiConfig { port, ..ZapiConfig::default() };
    let zapi = seleto_simulator::zapi::Zapi::start(config).await.unwrap();
    assert_eq!(send_text(&zapi, PHONE, "oi").await.unwrap().status(), 200);
}
