//! What programs do: write, take over, correct, answer, try again, and read why they may not.

use reqwest::Method;
use seleto::store::console::accounts::Role;
use seleto_simulator::Fault;
use seleto_simulator::zapi::Operation;
use serde_json::json;
use uuid::Uuid;

use super::{Program, conversation};
use crate::world::World;

crate::on_both_engines!(
    what_a_program_writes_reaches_the_lead_once,
    a_conversation_is_taken_given_back_and_closed,
    nothing_is_written_to_a_lead_who_wants_no_more,
    a_fact_is_corrected_and_set_free,
    a_question_is_answered_once,
    what_was_refused_is_tried_again,
    a_refusal_says_what_to_do,
);

const PHONE: &str = "5511987654321";

async fn spoken(world: &World, text: &str) -> String {
    world.lead(PHONE, "Marcos").write(text).await.unwrap();
    world.settle().await;
    format!("/conversations/{}", conversation(world).await)
}

async fn what_a_program_writes_reaches_the_lead_once(world: World) {
    let path = spoken(&world, "oi").await;
    let sdr = Program::with_role(&world, Role::Sdr).await;
    let before = world.replies(PHONE).len();
    let body = json!({ "text": "Oi Marcos, aqui é a Ana", "id": Uuid::now_v7() });
    for _ in 0..2 {
        let answer = sdr.post(&format!("{path}/messages"), body.clone()).await;
        assert_eq!((answer.status, &answer.body["id"]), (202, &body["id"]));
    }
    world.settle().await;
    assert_eq!(&world.replies(PHONE)[before..], ["Oi Marcos, aqui é a Ana"]);
    let messages = sdr.get(&format!("{path}/messages")).await.body;
    let last = messages["items"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["author"], &last["id"]), (&json!("human"), &body["id"]));
    assert_eq!(last["delivery"]["state"], "accepted");
    assert_eq!(sdr.get(&path).await.body["in_charge"], "human");
    world.done().await;
}

async fn a_conversation_is_taken_given_back_and_closed(world: World) {
    let path = spoken(&world, "oi").await;
    let sdr = Program::with_role(&world, Role::Sdr).await;
    let taken = sdr.post(&format!("{path}/take-over"), json!({})).await.body;
    assert_eq!(taken["in_charge"], "human");
    assert!(taken["in_charge_by"].as_str().unwrap().starts_with("api:sdr-"));
    let back = sdr.post(&format!("{path}/give-back"), json!({})).await.body;
    assert_eq!((&back["in_charge"], &back["closed_at"]), (&json!("agent"), &json!(null)));
    let closed = sdr.post(&format!("{path}/close"), json!({})).await.body;
    assert!(closed["closed_at"].is_string(), "{closed}");
    world.settle().await;
    world.done().await;
}

async fn nothing_is_written_to_a_lead_who_wants_no_more(world: World) {
    let path = spoken(&world, "oi").await;
    let sdr = Program::with_role(&world, Role::Sdr).await;
    let out = sdr.post(&format!("{path}/do-not-contact"), json!({})).await.body;
    assert_eq!(out["opted_out"], true);
    let before = world.replies(PHONE).len();
    let answer = sdr.post(&format!("{path}/messages"), json!({ "text": "oferta!" })).await;
    assert_eq!(answer.status, 409, "{answer:?}");
    world.settle().await;
    assert_eq!(world.replies(PHONE).len(), before);
    world.done().await;
}

async fn a_fact_is_corrected_and_set_free(world: World) {
    spoken(&world, "oi, sou o Marcos, de Curitiba").await;
    let sdr = Program::with_role(&world, Role::Sdr).await;
    let id = conversation(&world).await;
    let lead = sdr.get(&format!("/leads/{id}")).await.body;
    let field = |lead: &serde_json::Value, key: &str| {
        let fields = lead["fields"].as_array().unwrap();
        fields.iter().find(|field| field["field"] == key).unwrap().clone()
    };
    let city = field(&lead, "city");
    assert_eq!((&city["value"], &city["held"]), (&json!("Curitiba"), &json!(false)));
    assert!(city["evidence"]["quote"].as_str().unwrap().contains("Curitiba"), "{city}");
    let path = format!("/leads/{}/fields/company", lead["id"].as_str().unwrap());
    let lead = sdr.patch(&path, json!({ "value": "Brasa Burger" })).await.body;
    let company = field(&lead, "company");
    assert_eq!((&company["value"], &company["held"]), (&json!("Brasa Burger"), &json!(true)));
    let lead = sdr.post(&format!("{path}/free"), json!({})).await.body;
    assert_eq!(field(&lead, "company")["held"], false);
    let lead = sdr.patch(&path, json!({ "value": null })).await.body;
    assert_eq!(field(&lead, "company")["value"], json!(null));
    let wrong = path.replace("company", "email");
    let refused = sdr.patch(&wrong, json!({ "value": "isto não é e-mail" })).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    world.settle().await;
    world.done().await;
}

async fn a_question_is_answered_once(world: World) {
    spoken(&world, "oi").await;
    world
        .execute(
            "INSERT INTO technical_questions (id, phone, question)
             SELECT id, lead_phone, 'Qual a voltagem?' FROM conversation_states",
        )
        .await;
    let sdr = Program::with_role(&world, Role::Sdr).await;
    let open = sdr.all("/technical-questions").await;
    assert_eq!(open.len(), 1);
    let path = format!("/technical-questions/{}", open[0]["id"].as_str().unwrap());
    let answer = json!({ "text": "Ela é 220 V." });
    let answered = sdr.post(&format!("{path}/answer"), answer.clone()).await;
    assert_eq!(answered.body["answer"]["text"], "Ela é 220 V.", "{answered:?}");
    assert_eq!(sdr.post(&format!("{path}/answer"), answer).await.status, 409);
    world.settle().await;
    assert_eq!(world.replies(PHONE).last().unwrap(), "Ela é 220 V.");
    assert_eq!(sdr.all("/technical-questions?which=answered").await.len(), 1);
    world.done().await;
}

async fn what_was_refused_is_tried_again(world: World) {
    world
        .simulator
        .zapi
        .faults(Operation::SendText)
        .next(Fault::refused(400, "phone is not valid"));
    spoken(&world, "oi").await;
    let sdr = Program::with_role(&world, Role::Sdr).await;
    let letters = sdr.all("/dead-letters").await;
    let key = letters[0]["key"].as_str().unwrap();
    let before = world.replies(PHONE).len();
    assert_eq!(sdr.post(&format!("/dead-letters/{key}/retry"), json!({})).await.status, 200);
    world.settle_now().await;
    assert_eq!(world.replies(PHONE).len(), before + 1);
    assert_eq!(sdr.all("/dead-letters").await.len(), letters.len() - 1);
    let again = sdr.post(&format!("/dead-letters/{key}/drop"), json!({})).await;
    assert_eq!(again.status, 404, "{again:?}");
    world.done().await;
}

async fn a_refusal_says_what_to_do(world: World) {
    let path = spoken(&world, "oi").await;
    let sdr = Program::with_role(&world, Role::Sdr).await;
    let messages = format!("{path}/messages");
    let long = format!(r#"{{"text":"{}"}}"#, "a".repeat(70_000));
    let text = [("content-type", "text/plain")];
    let get = |path: &str| (Method::GET, path.to_owned(), None, &[][..]);
    let post = |body: &str| (Method::POST, messages.clone(), Some(body.to_owned()), &[][..]);
    let requests = [
        (404, get("/nada")),
        (404, get("/conversations/x")),
        (404, get("/conversations/00000000-0000-0000-0000-000000000000")),
        (405, (Method::DELETE, path.clone(), None, &[][..])),
        (422, get("/conversations?filtro=human")),
        (422, get("/conversations?filter=humano")),
        (422, get("/conversations?cursor=x")),
        (422, get("/dead-letters?limit=0")),
        (422, get("/figures?days=999")),
        (400, post("{")),
        (422, post("{}")),
        (422, post(r#"{"text":"  "}"#)),
        (422, post(r#"{"text":"oi","to":"outro"}"#)),
        (413, post(&long)),
        (415, (Method::POST, messages.clone(), Some("oi".to_owned()), &text[..])),
    ];
    for (status, (method, path, body, headers)) in requests {
        let answer = sdr.send(method, &path, body, headers).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert!(answer.kind.starts_with("application/problem+json"), "{path}: {answer:?}");
        assert_eq!(answer.body["status"], status);
        assert!(answer.body["detail"].as_str().unwrap().len() > 20, "{answer:?}");
    }
    world.done().await;
}
