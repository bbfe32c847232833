//! The local Supabase keeps PostgREST's rules and PostgreSQL's.

use reqwest::{Method, RequestBuilder, Response};
use seleto_simulator::Fault;
use seleto_simulator::supabase::{Operation, Supabase, SupabaseConfig, permission_denied};
use serde_json::{Value, json};

use crate::support::client;

const MERGE: &str = "resolution=merge-duplicates";
const LEAD: &str = "0190c1d0-0000-7000-8000-000000000001";
const OTHER: &str = "0190c1d0-0000-7000-8000-000000000002";

async fn start() -> Supabase {
    Supabase::start(SupabaseConfig::default()).await.unwrap()
}

fn request(supabase: &Supabase, method: Method, path: &str) -> RequestBuilder {
    client()
        .request(method, format!("{}/rest/v1/{path}", supabase.base_url()))
        .header("apikey", SupabaseConfig::default().secret_key)
}

async fn post(supabase: &Supabase, path: &str, prefer: &str, body: Value) -> (u16, Value) {
    let request = request(supabase, Method::POST, path).header("prefer", prefer);
    told(request.json(&body).send().await.unwrap()).await
}

async fn get(supabase: &Supabase, path: &str) -> (u16, Value) {
    told(request(supabase, Method::GET, path).send().await.unwrap()).await
}

async fn told(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
}

fn lead(id: &str, phone: &str) -> Value {
    json!({"id": id, "phone": phone})
}

#[tokio::test]
async fn rows_are_written_once_and_merged_after_that() {
    let supabase = start().await;
    let path = "leads?on_conflict=id";
    assert_eq!(post(&supabase, path, MERGE, lead(LEAD, "5511")).await.0, 201);
    let named = json!([{"id": LEAD, "name": "Ana"}]);
    let (status, rows) =
        post(&supabase, path, &format!("{MERGE},return=representation"), named).await;
    assert_eq!((status, &rows[0]["phone"], &rows[0]["name"]), (201, &json!("5511"), &json!("Ana")));
    let ignored = "resolution=ignore-duplicates,return=representation";
    let (status, rows) =
        post(&supabase, "leads?on_conflict=phone", ignored, lead(OTHER, "5511")).await;
    assert_eq!((status, rows), (201, json!([])));
    assert_eq!(supabase.rows("leads").len(), 1);
    assert_eq!(supabase.calls().total(), 3);
}

#[tokio::test]
async fn constraints_are_told_by_code_and_undo_the_whole_request() {
    let supabase = start().await;
    supabase.put("leads", lead(LEAD, "5511"));
    let check = async |path: &str, prefer: &str, body: Value, status: u16, code: &str| {
        let (got, told) = post(&supabase, path, prefer, body).await;
        assert_eq!((got, &told["code"]), (status, &json!(code)), "{told}");
    };
    check("leads", "", json!([lead(OTHER, "5522"), lead(LEAD, "5533")]), 409, "23505").await;
    check("leads?on_conflict=id", MERGE, lead(OTHER, "5511"), 409, "23505").await;
    check("orcamentos", "", json!({"lead_id": OTHER}), 409, "23503").await;
    check("conversations", "", json!({"lead_phone": "5511"}), 400, "23502").await;
    check("leads", "", json!({"id": "seven"}), 400, "22P02").await;
    check("leads", "", json!({"surname": "x"}), 400, "PGRST204").await;
    check("leeds", "", json!({}), 404, "PGRST205").await;
    check("leads?on_conflict=name", MERGE, lead(OTHER, "1"), 400, "42P10").await;
    check("leads", "", json!([{"phone": "1"}, {"name": "x"}]), 400, "PGRST102").await;
    let twice = json!([lead(OTHER, "5544"), lead(OTHER, "5555")]);
    check("leads?on_conflict=id", MERGE, twice, 400, "21000").await;
    assert_eq!(supabase.rows("leads").len(), 1);
}

#[tokio::test]
async fn rows_are_filtered_ordered_and_paged() {
    let supabase = start().await;
    for (at, content) in ["a", "b, c", "d"].into_iter().enumerate() {
        let timestamp = format!("2026-11-2{at}T10:00:00Z");
        supabase.put(
            "conversations",
            json!({"lead_phone": "5511", "role": "user", "content": content, "timestamp": timestamp}),
        );
    }
    let check = async |query: &str, contents: Value| {
        let (status, rows) = get(&supabase, &format!("conversations?{query}")).await;
        let got: Vec<_> = rows.as_array().unwrap().iter().map(|row| &row["content"]).collect();
        assert_eq!((status, json!(got)), (200, contents), "{query}");
    };
    check("lead_phone=eq.5511&order=timestamp.desc&limit=2", json!(["d", "b, c"])).await;
    check("select=content&order=timestamp&offset=1", json!(["b, c", "d"])).await;
    check(r#"content=in.(a,"b, c")&order=timestamp.asc"#, json!(["a", "b, c"])).await;
    check("content=not.eq.a&timestamp=lt.2026-11-22", json!(["b, c"])).await;
    check("role=is.null", json!([])).await;
    assert_eq!(get(&supabase, "conversations?surname=eq.x").await.0, 400);
}

#[tokio::test]
async fn changes_need_a_filter_and_leads_take_their_quotes_along() {
    let supabase = start().await;
    supabase.put("leads", lead(LEAD, "5511"));
    supabase.put("orcamentos", json!({"lead_id": LEAD}));
    let send = async |method: Method, path: &str| {
        let request = request(&supabase, method, path).json(&json!({"city": "Itu"}));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(send(Method::PATCH, "leads").await, 400);
    assert_eq!(send(Method::PATCH, &format!("leads?id=eq.{LEAD}")).await, 204);
    assert_eq!(supabase.rows("leads")[0]["city"], "Itu");
    assert_eq!(send(Method::DELETE, &format!("leads?id=eq.{LEAD}")).await, 204);
    assert!(supabase.rows("orcamentos").is_empty());
}

#[tokio::test]
async fn each_kind_of_key_has_its_own_headers() {
    let supabase = start().await;
    let config = SupabaseConfig::default();
    let check = async |headers: &[(&'static str, &str)], status: u16, told: &str| {
        let url = format!("{}/rest/v1/leads", supabase.base_url());
        let request = headers
            .iter()
            .fold(client().get(url), |request, (name, value)| request.header(*name, *value));
        let response = request.send().await.unwrap();
        let (got, body) = (response.status().as_u16(), response.text().await.unwrap());
        assert_eq!(got, status, "{headers:?}: {body}");
        assert!(body.contains(told), "{headers:?}: {body}");
    };
    let secret = ("apikey", config.secret_key.as_str());
    let secret_bearer = format!("Bearer {}", config.secret_key);
    let service = ("apikey", config.service_role_key.as_str());
    let service_bearer = format!("Bearer {}", config.service_role_key);
    check(&[], 401, "No API key").await;
    check(&[("apikey", "wrong")], 401, "Invalid API key").await;
    check(&[secret], 200, "[]").await;
    check(&[secret, ("authorization", &secret_bearer)], 401, "PGRST301").await;
    check(&[secret, ("user-agent", "Mozilla/5.0")], 401, "browser").await;
    check(&[service, ("authorization", &service_bearer)], 200, "[]").await;
    check(&[service], 401, "42501").await;
    check(&[("apikey", &config.anon_key)], 401, "42501").await;
}

#[tokio::test]
async fn what_is_missing_or_forbidden_is_told_and_faults_come_on_top() {
    let supabase = start().await;
    supabase.revoke("leads");
    let (status, told) = get(&supabase, "leads").await;
    assert_eq!((status, &told["code"]), (403, &json!("42501")));
    assert!(told["hint"].as_str().unwrap().contains("GRANT SELECT"));
    supabase.grant("leads");
    supabase.drop_column("leads", "email");
    let body = json!({"email": "a@b.c"});
    assert_eq!(post(&supabase, "leads", "", body).await.1["code"], "PGRST204");
    supabase.drop_table("empresa");
    assert_eq!(get(&supabase, "empresa").await.1["code"], "PGRST205");
    supabase.faults(Operation::Insert).next(permission_denied("leads"));
    supabase.faults(Operation::Insert).next(Fault::garbage());
    assert_eq!(post(&supabase, "leads", "", lead(LEAD, "5511")).await.0, 403);
    assert!(supabase.rows("leads").is_empty());
    assert_eq!(post(&supabase, "leads", "", lead(LEAD, "5511")).await.0, 200);
    assert_eq!(supabase.rows("leads").len(), 1);
}
