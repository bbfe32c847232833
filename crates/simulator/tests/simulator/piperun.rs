//! The local PipeRun answers as the vendor documents, and repeats what it is told twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use seleto_simulator::piperun::{Operation, Piperun, PiperunConfig};
use seleto_simulator::{Clock, Fault, Simulator, SimulatorConfig};
use serde_json::{Value, json};

use crate::support::{Agent, client};

async fn start() -> Piperun {
    Piperun::start(PiperunConfig::default()).await.unwrap()
}

async fn call(piperun: &Piperun, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let method = method.parse().unwrap();
    let url = format!("{}/{path}", piperun.base_url());
    let mut request = client().request(method, url).header("token", PiperunConfig::default().token);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn deal(title: &str) -> Value {
    json!({"title": title, "pipeline_id": 100_848, "stage_id": 647_558})
}

#[tokio::test]
async fn a_stranger_is_refused() {
    let piperun = start().await;
    let url = format!("{}/deals", piperun.base_url());
    let bearer = client().get(&url).bearer_auth(PiperunConfig::default().token);
    assert_eq!(bearer.send().await.unwrap().status(), 401);
    assert_eq!(client().post(&url).json(&deal("x")).send().await.unwrap().status(), 401);
    assert_eq!(piperun.deals().len(), 0);
    assert_eq!(call(&piperun, "GET", "deals", None).await.0, 200);
    piperun.change_token("another");
    assert_eq!(call(&piperun, "GET", "deals", None).await.0, 401);
}

#[tokio::test]
async fn a_repeated_creation_makes_a_second_record() {
    let piperun = start().await;
    for _ in 0..2 {
        let (status, answer) = call(&piperun, "POST", "deals", Some(deal("Lead - Ana"))).await;
        assert_eq!((status, &answer["success"]), (201, &json!(true)));
    }
    assert_eq!(piperun.deals().len(), 2);
}

#[tokio::test]
async fn missing_fields_are_named() {
    let piperun = start().await;
    let (status, answer) = call(&piperun, "POST", "deals", Some(json!({"title": "x"}))).await;
    assert_eq!(status, 422);
    assert_eq!(answer["data"]["pipeline_id"], "O campo pipeline_id é obrigatório.");
    let closed = json!({"title": "x", "pipeline_id": 100_848, "stage_id": 647_560});
    let (status, answer) = call(&piperun, "POST", "deals", Some(closed)).await;
    assert_eq!((status, answer["data"]["stage_id"].is_string()), (422, true));
    let (status, _) = call(&piperun, "PUT", "deals/1", Some(json!({"temperature": 2}))).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn companies_come_back_in_a_list_and_are_found_by_cnpj() {
    let piperun = start().await;
    let company = json!({"name": "Brasa", "cnpj": "11.222.333/0001-81"});
    let (status, answer) = call(&piperun, "POST", "companies", Some(company)).await;
    assert_eq!((status, &answer["data"][0]["name"]), (201, &json!("Brasa")));
    let (_, found) = call(&piperun, "GET", "companies?cnpj=11222333000181", None).await;
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    let (_, none) = call(&piperun, "GET", "companies?cnpj=99", None).await;
    assert_eq!(none["data"], json!([]));
}

#[tokio::test]
async fn lists_have_pages_and_the_documented_filters_alone() {
    let piperun = start().await;
    for number in 0..5 {
        let mut fields = deal("x");
        fields["reference"] = json!(number.to_string());
        fields["status"] = json!(if number == 4 { 1 } else { 0 });
        piperun.seller_creates(fields);
    }
    let (_, page) = call(&piperun, "GET", "deals?status=0&show=3&cursor=", None).await;
    assert_eq!(page["data"].as_array().unwrap().len(), 3);
    let next = page["meta"]["cursor"]["next"].as_str().unwrap();
    let path = format!("deals?status=0&show=3&cursor={next}");
    let (_, last) = call(&piperun, "GET", &path, None).await;
    assert_eq!(last["data"].as_array().unwrap().len(), 1);
    assert_eq!(last["meta"]["cursor"]["next"], Value::Null);
    let (_, all) = call(&piperun, "GET", "deals?reference=2", None).await;
    assert_eq!(all["data"].as_array().unwrap().len(), 5, "there is no filter by reference");
    // Numbers are text here and there.
    let rows = all["data"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["status"].is_string()));
    assert!(rows.iter().any(|row| row["status"].is_number()));
}

#[tokio::test]
async fn times_are_those_of_brasilia_and_filter_lists() {
    let now = Arc::new(AtomicI64::new(1_795_440_000_000)); // 2026-11-23T13:20:00Z
    let told = Arc::clone(&now);
    let clock = Clock::new(move || told.load(Ordering::SeqCst));
    let config = PiperunConfig { clock, ..PiperunConfig::default() };
    let piperun = Piperun::start(config).await.unwrap();
    let first = piperun.seller_creates(deal("first"));
    assert_eq!(piperun.deals()[0]["updated_at"], "2026-11-23 10:20:00");
    now.fetch_add(60_000, Ordering::SeqCst);
    piperun.seller_creates(deal("second"));
    let path = "deals?updated_at_start=2026-11-23%2010:21:00";
    let (_, changed) = call(&piperun, "GET", path, None).await;
    assert_eq!(changed["data"][0]["title"], "second");
    now.fetch_add(60_000, Ordering::SeqCst);
    piperun.seller_moves(first, 647_559).await.unwrap_err();
    let (_, changed) = call(&piperun, "GET", path, None).await;
    assert_eq!(changed["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn cities_match_loosely() {
    let piperun = start().await;
    let (_, found) = call(&piperun, "GET", "cities?name=S%C3%A3o%20Jos%C3%A9&uf=SP", None).await;
    let names: Vec<_> =
        found["data"].as_array().unwrap().iter().map(|city| &city["name"]).collect();
    assert_eq!(names, ["São Paulo", "São José dos Campos"]);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_deal_was_made() {
    let piperun = start().await;
    piperun.faults(Operation::CreateDeal).next(Fault::reset_after_accept());
    let url = format!("{}/deals", piperun.base_url());
    let request = client().post(url).header("token", PiperunConfig::default().token);
    request.json(&deal("x")).send().await.unwrap_err();
    assert_eq!(piperun.deals().len(), 1);
    let calls = piperun.calls().all();
    assert_eq!((calls[0].operation, calls[0].status), (Operation::CreateDeal, None));
}

#[tokio::test]
async fn a_seller_who_wins_tells_the_agent() {
    let agent = Agent::start_at("/webhook/piperun").await;
    let config =
        SimulatorConfig { piperun: Some(PiperunConfig::default()), ..SimulatorConfig::default() };
    let simulator = Simulator::start(config).await.unwrap();
    simulator.call_back(&agent.url, "segredo");
    let piperun = simulator.piperun.clone().unwrap();
    let person = piperun.add_person(json!({"name": "Ana", "contactPhones": ["5541988887777"]}));
    let mut fields = deal("Lead - Ana");
    fields["person_id"] = json!(person);
    let id = piperun.seller_creates(fields);
    assert_eq!(piperun.wins(id).await.unwrap().status, 200);
    let [posted] = agent.all().try_into().unwrap();
    assert_eq!(posted.query, "token=segredo");
    assert_eq!(posted.body["id"], id);
    assert_eq!(posted.body["status"], 1);
    assert_eq!(posted.body["person"]["contact_phones"][0]["phone"], "5541988887777");
    assert_eq!(posted.body["action"], "win");
}
