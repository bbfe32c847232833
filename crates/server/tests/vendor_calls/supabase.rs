//! Writing to and reading from Supabase, and each way in which that can fail.

use std::time::Duration;

use seleto::external_call::Phones;
use seleto::http;
use seleto::store::customer::{Cell, Cells, Table};
use seleto::supabase::{Client, Failure, InvalidSettings, Select, Settings};
use seleto_simulator::Fault;
use seleto_simulator::supabase::{self as simulator, Operation, Supabase, SupabaseConfig};
use serde_json::json;

use crate::vendor::{self, Answer, Vendor};

const KEY: &str = "sb_secret_T0K3NOFTHEPROJECT";
const PHONE: &str = "5511976543210";
const LEAD: &str = "0190c1d0-0000-7000-8000-000000000001";

fn client(url: &str, key: &str) -> Client {
    let http = http::client_connecting_within(Duration::from_millis(200)).unwrap();
    let settings = Settings {
        base_url: url.into(),
        key: key.into(),
        timeout: Duration::from_millis(400),
        phones: Phones::Masked,
    };
    Client::new(http, settings).unwrap()
}

fn lead() -> Cells {
    vec![
        ("id", Cell::Text(LEAD.into())),
        ("phone", Cell::Text(PHONE.into())),
        ("opted_out", Cell::Bool(false)),
        ("city", Cell::Null),
        ("created_at", Cell::Time(1_795_525_200_000)),
    ]
}

/// Writes to a vendor at this address, and looks whether the failure gives anything away.
async fn write_to(url: &str) -> Result<(), Failure> {
    let result = client(url, KEY).upsert(Table::Leads, &[lead()], &["id"], Some(PHONE)).await;
    if let Err(failure) = &result {
        let shown = format!("{failure} {failure:?} {}", failure.remedy());
        for secret in [KEY, PHONE, LEAD, url] {
            assert!(!shown.contains(secret), "{shown} gives away {secret}");
        }
    }
    result
}

async fn answered(answer: Answer) -> Result<(), Failure> {
    write_to(&Vendor::answering([answer]).await.url).await
}

async fn local() -> (Supabase, Client) {
    let supabase = Supabase::start(SupabaseConfig::default()).await.unwrap();
    let client = client(&supabase.base_url(), &SupabaseConfig::default().secret_key);
    (supabase, client)
}

#[tokio::test]
async fn rows_are_written_and_read_back() {
    let (supabase, client) = local().await;
    client.upsert(Table::Leads, &[lead()], &["id"], None).await.unwrap();
    client.upsert(Table::Leads, &[lead()], &["id"], None).await.unwrap();
    let [row] = supabase.rows("leads").try_into().unwrap();
    assert_eq!(row["phone"], PHONE);
    assert_eq!(row["created_at"], "2026-11-24T13:00:00.000Z");

    let among: &[(&str, &[&str])] = &[("phone", &[PHONE, "551176543210"])];
    let select = Select { columns: &["id", "created_at"], among, limit: 2, ..Select::default() };
    let [row] = client.select(Table::Leads, &select, None).await.unwrap().try_into().unwrap();
    assert_eq!((row.text("id"), row.time("created_at")), (Some(LEAD), Some(1_795_525_200_000)));
    assert_eq!(row.text("phone"), None);
}

#[tokio::test]
async fn history_is_read_latest_first() {
    let (supabase, client) = local().await;
    for at in 1..=3 {
        supabase.put(
            "conversations",
            json!({"lead_phone": PHONE, "role": "user", "content": format!("{at}"),
                   "timestamp": format!("2026-11-24T10:00:0{at}Z")}),
        );
    }
    let among: &[(&str, &[&str])] = &[("lead_phone", &[PHONE])];
    let select = Select { among, latest_by: Some("timestamp"), limit: 2, ..Select::default() };
    let rows = client.select(Table::Conversations, &select, None).await.unwrap();
    let contents: Vec<_> = rows.iter().filter_map(|row| row.text("content")).collect();
    assert_eq!(contents, ["3", "2"]);
}

#[tokio::test]
async fn each_kind_of_key_is_sent_as_its_gateway_wants_it() {
    let check = async |key: &str, bearer: Option<String>| {
        let vendor = Vendor::answering([vendor::text(201, "")]).await;
        client(&vendor.url, key).upsert(Table::Leads, &[lead()], &["id"], None).await.unwrap();
        let [seen] = vendor.seen().try_into().unwrap();
        assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/rest/v1/leads"));
        assert_eq!(seen.headers["apikey"], key);
        let sent = seen.headers.get("authorization").map(|value| value.to_str().unwrap());
        assert_eq!(sent, bearer.as_deref());
        assert!(seen.headers["user-agent"].to_str().unwrap().starts_with("seleto/"));
    };
    check(KEY, None).await;
    check("eyJh.eyJy.c2ln", Some("Bearer eyJh.eyJy.c2ln".into())).await;

    let (supabase, _) = local().await;
    let older = client(&supabase.base_url(), &SupabaseConfig::default().service_role_key);
    older.upsert(Table::Leads, &[lead()], &["id"], None).await.unwrap();
    let public = client(&supabase.base_url(), &SupabaseConfig::default().anon_key);
    let refused = public.upsert(Table::Leads, &[lead()], &["id"], None).await;
    assert_eq!(refused, Err(Failure::Denied { table: "leads" }));
}

#[tokio::test]
async fn the_address_of_the_interface_works_as_that_of_the_project() {
    let (supabase, _) = local().await;
    let url = format!("{}/rest/v1/", supabase.base_url());
    let client = client(&url, &SupabaseConfig::default().secret_key);
    client.upsert(Table::Leads, &[lead()], &["id"], None).await.unwrap();
    let http = http::client().unwrap();
    let settings = |base_url: &str, key: &str| Settings {
        base_url: base_url.into(),
        key: key.into(),
        timeout: Duration::from_secs(1),
        phones: Phones::Masked,
    };
    let wrong = |url, key| Client::new(http.clone(), settings(url, key)).err();
    assert_eq!(wrong("ftp://x", KEY), Some(InvalidSettings::BaseUrl));
    assert_eq!(wrong("http://x", "a\nb"), Some(InvalidSettings::Key));
}

#[tokio::test]
async fn errors_are_told_apart_by_their_code() {
    let check = async |status: u16, code: &str, expected: Failure| {
        let body = json!({"code": code, "message": "x", "details": null, "hint": null});
        assert_eq!(answered(vendor::json(status, body)).await, Err(expected), "{status} {code}");
    };
    let rejected = |status, code: &str| Failure::Rejected {
        status,
        code: Some(code.into()),
        reason: "x".into(),
    };
    check(403, "42501", Failure::Denied { table: "leads" }).await;
    check(404, "PGRST205", Failure::NoTable { table: "leads" }).await;
    check(404, "42P01", Failure::NoTable { table: "leads" }).await;
    let reason = "x".to_owned();
    check(400, "PGRST204", Failure::NoColumn { table: "leads", reason }).await;
    check(409, "23505", Failure::Duplicate { table: "leads" }).await;
    check(409, "23503", Failure::NoParent { table: "leads" }).await;
    check(400, "23502", rejected(400, "23502")).await;
    check(400, "21000", rejected(400, "21000")).await;
    let code = Some("PGRST301".to_owned());
    check(401, "PGRST301", Failure::Unauthorized { status: 401, code }).await;
    for (status, code) in [(503, "PGRST000"), (504, "PGRST003"), (500, "57014"), (500, "40001")] {
        check(status, code, Failure::ServerError { status, code: Some(code.into()) }).await;
    }
}

#[tokio::test]
async fn a_gateways_errors_need_no_json_and_no_body() {
    let unauthorized = |status| Err(Failure::Unauthorized { status, code: None });
    assert_eq!(answered(vendor::text(401, "")).await, unauthorized(401));
    let message = json!({"message": "Invalid API key", "hint": "x"});
    assert_eq!(answered(vendor::json(401, message)).await, unauthorized(401));
    assert_eq!(answered(vendor::text(403, "<html>")).await, unauthorized(403));
    assert_eq!(answered(vendor::text(404, "<html>")).await, Err(Failure::NotSupabase(404)));
    let down = Err(Failure::ServerError { status: 502, code: None });
    assert_eq!(answered(vendor::text(502, "<html>bad gateway</html>")).await, down);
    let busy = vendor::text(429, "").with("retry-after", "7");
    let retry_after = Some(Duration::from_secs(7));
    assert_eq!(answered(busy).await, Err(Failure::Busy { retry_after }));
    let moved = vendor::text(302, "").with("location", "http://127.0.0.1:1/");
    assert!(matches!(answered(moved).await, Err(Failure::Rejected { status: 302, .. })));
}

#[tokio::test]
async fn what_does_not_answer_is_unreachable_or_late() {
    let unreachable = |result| matches!(result, Err(Failure::Unreachable(_)));
    assert!(unreachable(write_to(&vendor::nobody()).await));
    assert!(unreachable(write_to("http://seleto.invalid").await));
    assert!(unreachable(write_to(&vendor::replying("")).await));
    assert_eq!(write_to(&vendor::silent()).await, Err(Failure::TimedOut));
    assert_eq!(
        write_to(&vendor::dripping("HTTP/1.1 200 OK\r\nx: ", b'x')).await,
        Err(Failure::TimedOut)
    );
    let (supabase, client) = local().await;
    supabase.faults(Operation::Select).next(Fault::garbage());
    let select = Select { limit: 1, ..Select::default() };
    assert_eq!(client.select(Table::Leads, &select, None).await, Err(Failure::Malformed));
    supabase.faults(Operation::Select).next(simulator::unauthorized_without_body());
    let refused = client.select(Table::Leads, &select, None).await;
    assert_eq!(refused, Err(Failure::Unauthorized { status: 401, code: None }));
}

#[tokio::test]
async fn rights_are_found_out_without_changing_a_row() {
    let (supabase, client) = local().await;
    supabase.put("leads", json!({"phone": PHONE}));
    let before = supabase.rows("leads");
    assert_eq!(client.may_write(Table::Leads).await, Ok(()));
    assert_eq!(supabase.rows("leads"), before);
    supabase.revoke("leads");
    assert_eq!(client.may_write(Table::Leads).await, Err(Failure::Denied { table: "leads" }));
}
