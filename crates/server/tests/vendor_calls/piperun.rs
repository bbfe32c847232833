//! Calls to PipeRun, and each way in which they can fail.

use std::time::Duration;

use seleto::external_call::Phones;
use seleto::http;
use seleto::piperun::{
    Client, CustomField, DealFields, Doubt, Failure, InvalidSettings, PersonFields, Settings,
    Status,
};
use serde_json::{Value, json};

use crate::vendor::{self, Answer, Vendor};

const TOKEN: &str = "5e1e70f00d5e1e70f00d5e1e70f00d01";
const PHONE: &str = "5541988887777";

fn settings(url: &str) -> Settings {
    Settings {
        base_url: format!("{url}/v1/"),
        token: TOKEN.into(),
        timeout: Duration::from_millis(400),
        phones: Phones::Masked,
    }
}

fn client(url: &str) -> Client {
    let http = http::client_connecting_within(Duration::from_millis(200)).unwrap();
    Client::new(http, settings(url)).unwrap()
}

fn new_deal() -> DealFields {
    DealFields {
        title: Some("Lead - João Silva".into()),
        pipeline: Some(100_848),
        stage: Some(647_558),
        person: Some(7),
        temperature: Some(2),
        reference: Some("lead-1".into()),
        custom_fields: vec![CustomField { id: 123, value: "FB700".into() }],
        ..DealFields::default()
    }
}

/// Makes a deal at this address, and looks whether the failure gives anything away.
async fn create_at(url: &str) -> Result<i64, Failure> {
    let result = client(url).on_behalf_of(Some(PHONE)).create_deal(&new_deal()).await;
    if let Err(failure) = &result {
        let shown = format!("{failure} {failure:?} {}", failure.remedy());
        for secret in [TOKEN, PHONE, "João", url] {
            assert!(!shown.contains(secret), "{shown} gives away {secret}");
        }
    }
    result
}

async fn answered(answer: Answer) -> Result<i64, Failure> {
    create_at(&Vendor::answering([answer]).await.url).await
}

fn page(rows: Value, next: Value) -> Answer {
    let body = json!({"success": true, "data": rows, "meta": {"cursor": {"next": next}}});
    vendor::json(200, body)
}

#[tokio::test]
async fn a_deal_is_made_with_the_vendors_own_header() {
    let vendor = Vendor::answering([vendor::json(201, json!({"data": {"id": 748}}))]).await;
    assert_eq!(create_at(&vendor.url).await, Ok(748));
    let [seen] = vendor.seen().try_into().unwrap();
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v1/deals"));
    assert_eq!(seen.headers["token"], TOKEN);
    assert!(!seen.headers.contains_key("authorization"));
    let expected = json!({"title": "Lead - João Silva", "pipeline_id": 100_848,
        "stage_id": 647_558, "person_id": 7, "temperature": 2, "reference": "lead-1",
        "custom_fields": [{"id": 123, "value": "FB700"}]});
    assert_eq!(seen.body, expected);
}

#[tokio::test]
async fn ids_are_read_in_every_shape() {
    for body in [
        json!({"success": true, "data": {"id": "748"}}),
        json!({"success": true, "data": [{"id": 748}]}),
        json!({"id": 748}),
    ] {
        assert_eq!(answered(vendor::json(201, body)).await, Ok(748));
    }
}

#[tokio::test]
async fn contacts_are_lists_of_text() {
    let vendor = Vendor::answering([vendor::json(201, json!({"data": {"id": 1}}))]).await;
    let person = PersonFields {
        name: Some("Ana".into()),
        phones: vec![PHONE.into()],
        ..PersonFields::default()
    };
    client(&vendor.url).create_person(&person).await.unwrap();
    assert_eq!(vendor.seen()[0].body, json!({"name": "Ana", "contactPhones": [PHONE]}));
}

#[tokio::test]
async fn lists_are_read_to_their_last_page() {
    let script = [
        page(json!([{"id": 1, "status": "0"}, {"id": 2, "status": 1}]), json!("p2")),
        page(json!([{"id": "3", "status": 3, "deleted": 1}]), Value::Null),
    ];
    let vendor = Vendor::answering(script).await;
    let deals = client(&vendor.url).open_deals_of(7, 100_848).await.unwrap();
    let told: Vec<_> = deals.iter().map(|deal| (deal.id, deal.status, deal.deleted)).collect();
    assert_eq!(told, [(1, Status::Open, false), (2, Status::Won, false), (3, Status::Lost, true)]);
    assert_eq!(vendor.seen().len(), 2);
}

#[tokio::test]
async fn a_server_without_pages_is_asked_twice_at_most() {
    let vendor = Vendor::answering([page(json!([{"id": 1}]), json!("same"))]).await;
    let deals = client(&vendor.url).deals_of(1).await.unwrap();
    assert_eq!((deals.len(), vendor.seen().len()), (2, 2));
}

#[tokio::test]
async fn a_deal_that_is_gone_is_none() {
    let gone = vendor::json(404, json!({"success": false, "message": "Not Found"}));
    let vendor = Vendor::answering([gone]).await;
    assert_eq!(client(&vendor.url).deal(9).await, Ok(None));
}

#[tokio::test]
async fn what_never_left_may_be_sent_again() {
    assert!(matches!(create_at(&vendor::nobody()).await, Err(Failure::NotSent(_))));
    assert!(matches!(create_at("http://seleto.invalid").await, Err(Failure::NotSent(_))));
}

#[tokio::test]
async fn what_may_have_been_done_is_unconfirmed() {
    let unconfirmed = |doubt| Err(Failure::Unconfirmed(doubt));
    assert_eq!(create_at(&vendor::replying("")).await, unconfirmed(Doubt::ConnectionLost));
    assert_eq!(create_at(&vendor::silent()).await, unconfirmed(Doubt::TimedOut));
    assert_eq!(create_at(&vendor::endless(201)).await, unconfirmed(Doubt::Unreadable));
    for status in [500, 502, 503, 504] {
        let answer = vendor::text(status, "<html>down</html>");
        assert_eq!(answered(answer).await, unconfirmed(Doubt::ServerError(status)));
    }
    for body in ["", "<html>hi</html>", "{\"data\":{\"id\"", "{\"success\":true}"] {
        assert_eq!(answered(vendor::text(201, body)).await, unconfirmed(Doubt::Unreadable));
    }
}

#[tokio::test]
async fn refusals_say_who_has_to_act() {
    assert_eq!(answered(vendor::text(401, "")).await, Err(Failure::Unauthorized(401)));
    assert_eq!(answered(vendor::text(403, "no")).await, Err(Failure::Unauthorized(403)));
    let rejected = |status, reason: &str| Err(Failure::Rejected { status, reason: reason.into() });
    let body = json!({"success": false, "message": "Unprocessable Entity",
        "data": {"stage_id": "O campo stage_id não existe."}});
    assert_eq!(
        answered(vendor::json(422, body)).await,
        rejected(422, "stage_id: O campo stage_id não existe.")
    );
    let refused = json!({"success": false, "message": "Limite do plano atingido"});
    assert_eq!(
        answered(vendor::json(200, refused)).await,
        rejected(200, "Limite do plano atingido")
    );
    let moved = vendor::text(307, "").with("location", "http://127.0.0.1:9/elsewhere");
    assert_eq!(answered(moved).await, rejected(307, "sem explicação"));
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_back() {
    let busy =
        |seconds: Option<u64>| Err(Failure::Busy { retry_after: seconds.map(Duration::from_secs) });
    assert_eq!(answered(vendor::text(429, "").with("retry-after", "7")).await, busy(Some(7)));
    assert_eq!(answered(vendor::text(429, "")).await, busy(None));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let http = http::client().unwrap();
    for (url, token, expected) in [
        ("api.pipe.run/v1", TOKEN, InvalidSettings::BaseUrl),
        ("file:///v1", TOKEN, InvalidSettings::BaseUrl),
        ("https://api.pipe.run/v1", "a\nb", InvalidSettings::Token),
    ] {
        let settings = Settings { base_url: url.into(), token: token.into(), ..settings("x") };
        assert_eq!(Client::new(http.clone(), settings).unwrap_err(), expected);
    }
}
