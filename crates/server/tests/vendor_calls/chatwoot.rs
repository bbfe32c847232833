//! The real Chatwoot client against servers that behave and misbehave.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use seleto::chatwoot::setup::{self, Done};
use seleto::chatwoot::{
    Access, Client, ContactFields, Direction, Doubt, Failure, File, NewMessage, Settings, Status,
    examine,
};
use seleto::doctor::Works;
use seleto::external_call::Phones;
use seleto_simulator::Fault;
use seleto_simulator::chatwoot::{Chatwoot, ChatwootConfig, Operation, throttled};
use serde_json::json;

use crate::vendor::{self, Vendor};

const TOKEN: &str = "t0ken-of-a-person";

fn client_with(url: &str, inbox: Option<u64>, timeout: Duration) -> Client {
    let settings = Settings {
        base_url: url.to_owned(),
        token: SecretString::from(TOKEN),
        account: 2,
        inbox,
        timeout,
        phones: Phones::Masked,
    };
    Client::new(seleto::http::client().unwrap(), settings).unwrap()
}

fn client(url: &str) -> Client {
    client_with(url, Some(5), Duration::from_secs(5))
}

fn message(text: &str) -> NewMessage {
    NewMessage {
        id: "0199aaaa-0000-7000-8000-000000000001".to_owned(),
        text: text.to_owned(),
        direction: Direction::Incoming,
        private: false,
        file: None,
    }
}

/// The local Chatwoot, and a client of its own.
async fn local() -> (Chatwoot, Client) {
    let config = ChatwootConfig {
        token: TOKEN.to_owned(),
        account: 2,
        inbox: 5,
        webhook_secret: Some("s3cret".to_owned()),
        ..ChatwootConfig::default()
    };
    let chatwoot = Chatwoot::start(config).await.unwrap();
    let client = client(&chatwoot.base_url());
    (chatwoot, client)
}

#[tokio::test]
async fn the_calls_are_those_of_the_documentation() {
    let answer = json!({"payload": {"contact": {"id": 9}}, "id": 4});
    let vendor = Vendor::answering([vendor::json(200, answer)]).await;
    let client = client(&vendor.url);
    let fields = ContactFields {
        name: Some("Marcos".to_owned()),
        phone: Some("+5511987654321".to_owned()),
        ..ContactFields::default()
    };
    assert_eq!(client.create_contact(&fields, "c-1").await.unwrap().id, "9");
    assert_eq!(client.create_conversation("9", "c-1").await.unwrap().id, "4");
    assert_eq!(client.post("4", &message("oi")).await.unwrap().id, "4");
    client.report("4", "7", Status::Failed, Some("recusada")).await.unwrap();
    let seen: Vec<String> = vendor
        .seen()
        .iter()
        .map(|seen| {
            assert_eq!(seen.headers["api_access_token"], TOKEN);
            format!("{} {} {}", seen.method, seen.path, seen.body)
        })
        .collect();
    insta::assert_snapshot!(seen.join("\n"));
}

#[tokio::test]
async fn ids_are_found_wherever_they_stand_and_whatever_they_are() {
    for answer in [
        json!({"payload": {"contact": {"id": 9}}}),
        json!({"payload": {"id": "9"}}),
        json!({"contact": {"id": 9}}),
        json!({"id": "9", "payload": []}),
    ] {
        let vendor = Vendor::answering([vendor::json(200, answer.clone())]).await;
        let made = client(&vendor.url).create_contact(&ContactFields::default(), "c").await;
        assert_eq!(made.unwrap().id, "9", "{answer}");
    }
    for answer in [
        json!({"payload": [{"id": 1, "phone_number": "+55"}], "meta": {"count": 1}}),
        json!({"data": {"payload": [{"id": 1}]}}),
        json!([{"id": 1}]),
    ] {
        let vendor = Vendor::answering([vendor::json(200, answer.clone())]).await;
        let found = client(&vendor.url).search_contacts("55").await.unwrap();
        assert_eq!(found.len(), 1, "{answer}");
    }
}

#[tokio::test]
async fn the_servers_address_may_be_given_with_the_calls_path() {
    for path in ["", "/", "/api/v1", "/api/v1/accounts/2"] {
        let vendor = Vendor::answering([vendor::json(200, json!({"payload": []}))]).await;
        client(&format!("{}{path}", vendor.url)).search_contacts("1").await.unwrap();
        assert_eq!(vendor.seen()[0].path, "/api/v1/accounts/2/contacts/search");
    }
}

#[tokio::test]
async fn a_success_without_an_id_is_no_proof() {
    for answer in [vendor::json(200, json!({})), vendor::text(200, "<html>"), vendor::text(200, "")]
    {
        let vendor = Vendor::answering([answer]).await;
        let posted = client(&vendor.url).post("4", &message("oi")).await;
        assert_eq!(posted.unwrap_err(), Failure::Unconfirmed(Doubt::Unreadable));
    }
}

#[tokio::test]
async fn a_proxy_that_drops_underscores_is_found_out_once() {
    let vendor = Vendor::answering([
        vendor::json(401, json!({"error": "Invalid Access Token"})),
        vendor::json(200, json!({"payload": []})),
    ])
    .await;
    let client = client(&vendor.url);
    client.search_contacts("1").await.unwrap();
    client.search_contacts("2").await.unwrap();
    let seen = vendor.seen();
    let names: Vec<bool> =
        seen.iter().map(|seen| seen.headers.contains_key("api-access-token")).collect();
    assert_eq!(names, [false, true, true]);
}

#[tokio::test]
async fn failures_are_told_apart_by_what_we_do_next() {
    let (chatwoot, client) = local().await;
    let plan = chatwoot.faults(Operation::SearchContacts);
    let told = async |fault: Fault| {
        plan.next(fault.clone());
        plan.next(fault);
        let failure = client.search_contacts("1").await.unwrap_err();
        plan.clear();
        failure
    };
    assert_eq!(told(throttled()).await, Failure::Busy { retry_after: None });
    assert_eq!(
        told(Fault::refused(401, "Invalid Access Token")).await,
        Failure::Unauthorized(Access::Token)
    );
    assert_eq!(told(Fault::garbage()).await, Failure::Unconfirmed(Doubt::Unreadable));
    assert_eq!(
        told(Fault::reset_after_accept()).await,
        Failure::Unconfirmed(Doubt::ConnectionLost)
    );
    assert_eq!(told(Fault::server_error(503)).await, Failure::Unconfirmed(Doubt::ServerError(503)));
    let nobody = vendor::nobody();
    let unreachable = client_with(&nobody, Some(5), Duration::from_secs(5));
    assert!(matches!(unreachable.search_contacts("1").await, Err(Failure::NotSent(_))));
    let silent = client_with(&vendor::silent(), Some(5), Duration::from_millis(100));
    let timed_out = Failure::Unconfirmed(Doubt::TimedOut);
    assert_eq!(silent.search_contacts("1").await.unwrap_err(), timed_out);
}

#[tokio::test]
async fn a_vendors_words_never_hold_the_token() {
    let words = format!("bad token {TOKEN} for 5511987654321");
    let vendor = Vendor::answering([vendor::json(422, json!({ "error": words }))]).await;
    let failure = client(&vendor.url).post("4", &message("oi")).await.unwrap_err();
    let shown = format!("{failure} {failure:?}");
    assert!(!shown.contains(TOKEN) && !shown.contains("987654321"), "{shown}");
}

#[tokio::test]
async fn a_file_is_uploaded_with_the_marks_of_its_message() {
    let (chatwoot, client) = local().await;
    let conversation = chatwoot.agent_opens_conversation("5511987654321", "Marcos").await;
    let file = File {
        name: "cozinha.jpg".to_owned(),
        mime_type: "image/jpeg".to_owned(),
        bytes: vec![1; 70_000],
    };
    let message = NewMessage { file: Some(file), ..message("minha cozinha") };
    client.post(&conversation.to_string(), &message).await.unwrap();
    let there = chatwoot.messages(conversation).remove(0);
    assert_eq!(there.line(), "> minha cozinha [cozinha.jpg]");
    assert_eq!(there.files[0].length, 70_000);
    assert_eq!(there.content_attributes["seleto_id"], message.id);
    assert_eq!(there.source_id, Some(message.id));
}

#[tokio::test]
async fn the_only_inbox_of_the_api_kind_is_found() {
    let (chatwoot, _) = local().await;
    let client = client_with(&chatwoot.base_url(), None, Duration::from_secs(5));
    assert_eq!(client.inbox_id().await.unwrap(), "5");
    assert_eq!(client.inbox_id().await.unwrap(), "5");
    let asked = chatwoot.calls().count(|call| call.operation == Operation::ListInboxes);
    assert_eq!(asked, 1);
    let none = Vendor::answering([vendor::json(200, json!({"payload": []}))]).await;
    let client = client_with(&none.url, None, Duration::from_secs(5));
    assert_eq!(client.inbox_id().await.unwrap_err(), Failure::Unauthorized(Access::Inbox));
}

#[tokio::test]
async fn the_webhook_is_registered_once_and_read_back() {
    let (chatwoot, client) = local().await;
    let secret = SecretString::from("a-secret");
    let url = setup::address("https://sdr.example.com/", &secret);
    let expected = "https://sdr.example.com/webhook/chatwoot?token=a-secret";
    assert_eq!(url.expose_secret(), expected);
    let made = setup::register(&client, &url).await.unwrap();
    assert_eq!((made.done, made.others), (Done::Made, 0));
    assert_eq!(made.secret.unwrap().expose_secret(), "s3cret");
    let again = setup::register(&client, &url).await.unwrap();
    assert_eq!(again.done, Done::Nothing);
    // The answer to a registration may get lost: the list tells.
    chatwoot.faults(Operation::CreateWebhook).next(Fault::reset_after_accept());
    let other = setup::address("https://outro.example.com", &secret);
    let registered = setup::register(&client, &other).await.unwrap();
    assert_eq!((registered.done, registered.others), (Done::Made, 1));
    let reply = seleto_simulator::Reply::json(200, &json!({"payload": {"webhook": {}}}));
    let ignored = Fault::Answer { accepted: false, reply };
    chatwoot.faults(Operation::CreateWebhook).next(ignored);
    let third = setup::address("https://terceiro.example.com", &secret);
    assert_eq!(
        setup::register(&client, &third).await.unwrap_err(),
        setup::NotRegistered::NotListed
    );
}

#[tokio::test]
async fn the_doctor_says_what_to_do_by_cause() {
    let (chatwoot, client) = local().await;
    let check = async |expected: Works, words: &str| {
        let finding = examine(Some(&client)).await;
        assert_eq!(finding.works, expected, "{}", finding.detail);
        assert!(finding.detail.contains(words), "{}", finding.detail);
    };
    check(Works::Yes, "conta 2, caixa 5").await;
    let answering = |reply| Fault::Answer { accepted: false, reply };
    let inbox = |more: serde_json::Value| {
        let mut inbox = json!({"id": 5, "name": "Site", "channel_type": "Channel::Api"});
        inbox.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        answering(seleto_simulator::Reply::json(200, &inbox))
    };
    let plan = chatwoot.faults(Operation::ShowInbox);
    plan.next(inbox(json!({"enable_auto_assignment": true})));
    check(Works::Warned, "atribui conversas sozinha").await;
    plan.next(inbox(json!({"channel_type": "Channel::WebWidget"})));
    check(Works::No, "não é do tipo API").await;
    plan.next(Fault::not_found());
    check(Works::Warned, "CHATWOOT_INBOX_ID").await;
    plan.next_times(2, Fault::refused(401, "Invalid Access Token"));
    check(Works::No, "underscores_in_headers").await;
    plan.next_times(2, Fault::refused(401, "Access to this endpoint is not authorized for bots"));
    check(Works::No, "robô").await;
    plan.next(Fault::refused(403, "API access is not enabled for this account"));
    check(Works::No, "plano").await;
    plan.next(Fault::redirect(301, "https://chat.example.com"));
    check(Works::Warned, "https://").await;
    assert_eq!(examine(None).await.works, Works::Unused);
}
