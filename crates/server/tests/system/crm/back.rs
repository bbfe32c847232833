//! What the sellers do in the CRM comes back, by webhook and by asking.

use seleto::crm;
use seleto_simulator::Fault;
use seleto_simulator::piperun::Operation;
use serde_json::json;

use super::{context, count, crm as piperun, talk, with_a_crm, write};
use crate::world::World;

const PHONE: &str = "5547988887777";

with_a_crm!(
    a_deal_that_is_won_is_known_by_webhook,
    a_deal_that_is_lost_is_known_by_asking,
    a_webhook_proves_nothing_but_that_there_is_news,
    our_own_writes_come_back_and_change_nothing,
    a_closed_deal_is_the_sellers_alone,
    news_are_kept_while_the_crm_is_away,
    a_deal_that_a_seller_throws_away_stays_away,
);

async fn a_deal_that_is_won_is_known_by_webhook(world: World) {
    talk(&world, PHONE).await;
    let piperun = piperun(&world);
    let deal = piperun.deals()[0]["id"].as_i64().unwrap();
    world.app.clock.advance(60_000);
    assert_eq!(piperun.wins(deal).await.unwrap().status, 200);
    world.settle_now().await;
    assert_eq!(
        context(&world).await,
        ["crm_stage=Novo lead", "crm_status=ganho", "crm_temperature=quente"]
    );
    // The same once more, as automatic actions do.
    piperun.automation(deal, "win").await.unwrap();
    world.settle_now().await;
    assert_eq!(context(&world).await[1], "crm_status=ganho");
    world.done().await;
}

async fn a_deal_that_is_lost_is_known_by_asking(world: World) {
    talk(&world, PHONE).await;
    assert_eq!(crm::poll(&world.app).await, 1, "what became of our own writing");
    let piperun = piperun(&world);
    let deal = piperun.deals()[0]["id"].as_i64().unwrap();
    piperun.set_automation("http://127.0.0.1:9/nobody");
    world.app.clock.advance(60_000);
    piperun.seller_moves(deal, 647_559).await.unwrap_err();
    piperun.seller_sets(deal, json!({"temperature": 1}), "update").await.unwrap_err();
    assert_eq!(crm::poll(&world.app).await, 1);
    assert_eq!(
        context(&world).await,
        ["crm_stage=Em negociação", "crm_status=aberto", "crm_temperature=muito quente"]
    );
    assert_eq!(crm::poll(&world.app).await, 0, "told once");
    world.app.clock.advance(60_000);
    piperun.faults(Operation::ListDeals).next(Fault::server_error(500));
    piperun.loses(deal, "Sem orçamento").await.unwrap_err();
    assert_eq!(crm::poll(&world.app).await, 0);
    assert_eq!(crm::poll(&world.app).await, 1, "what failed is asked for again");
    assert_eq!(context(&world).await[1], "crm_status=perdido");
    world.settle().await;
    world.done().await;
}

async fn a_webhook_proves_nothing_but_that_there_is_news(world: World) {
    talk(&world, PHONE).await;
    let piperun = piperun(&world);
    let deal = piperun.deals()[0]["id"].as_i64().unwrap();
    let forged = json!({"id": deal, "status": 1, "action": "win"}).to_string();
    let url = format!("{}/webhook/piperun", world.url);
    let stranger = world.http.post(&url).body(forged.clone()).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    let (status, answer) = world.post("/webhook/piperun", forged).await;
    assert_eq!((status, answer.as_str()), (200, r#"{"status":"accepted"}"#));
    world.settle().await;
    assert_eq!(context(&world).await[1], "crm_status=aberto", "the deal itself is read");
    for (body, answer) in [
        (json!({"id": 999_999}).to_string(), "ignored"),
        (json!({"ping": true}).to_string(), "ignored"),
    ] {
        let expected = format!(r#"{{"status":"{answer}"}}"#);
        assert_eq!(world.post("/webhook/piperun", body).await, (200, expected));
    }
    assert_eq!(world.post("/webhook/piperun", "not json").await.0, 400);
    world.settle().await;
    world.done().await;
}

async fn our_own_writes_come_back_and_change_nothing(world: World) {
    talk(&world, PHONE).await;
    let piperun = piperun(&world);
    let deal = piperun.deals()[0]["id"].as_i64().unwrap();
    crm::poll(&world.app).await;
    piperun.automation(deal, "create").await.unwrap();
    world.settle().await;
    let written = |operation| count(&piperun, operation);
    let before = (written(Operation::UpdateDeal), written(Operation::CreateNote));
    piperun.automation(deal, "update").await.unwrap();
    crm::poll(&world.app).await;
    world.settle().await;
    assert_eq!((written(Operation::UpdateDeal), written(Operation::CreateNote)), before);
    world.done().await;
}

async fn a_closed_deal_is_the_sellers_alone(world: World) {
    talk(&world, PHONE).await;
    let piperun = piperun(&world);
    let deal = piperun.deals()[0]["id"].as_i64().unwrap();
    world.app.clock.advance(60_000);
    piperun.wins(deal).await.unwrap();
    world.settle_now().await;
    let updates = count(&piperun, Operation::UpdateDeal);
    write(&world, PHONE, "agora quero também a FB700, 900 por dia").await;
    assert_eq!(piperun.deals().len(), 1, "no second deal for a won one");
    assert_eq!(count(&piperun, Operation::UpdateDeal), updates);
    assert!(piperun.notes().len() > 1, "but the seller is told");
    world.done().await;
}

async fn news_are_kept_while_the_crm_is_away(world: World) {
    talk(&world, PHONE).await;
    let piperun = piperun(&world);
    let deal = piperun.deals()[0]["id"].as_i64().unwrap();
    piperun.faults(Operation::ReadDeal).next_times(2, Fault::server_error(503));
    world.app.clock.advance(60_000);
    piperun.loses(deal, "Sem orçamento").await.unwrap();
    super::come_into_step(&world).await;
    assert_eq!(context(&world).await[1], "crm_status=perdido");
    world.done().await;
}

async fn a_deal_that_a_seller_throws_away_stays_away(world: World) {
    talk(&world, PHONE).await;
    let piperun = piperun(&world);
    let deal = piperun.deals()[0]["id"].as_i64().unwrap();
    world.app.clock.advance(60_000);
    piperun.deletes(deal).await.unwrap();
    world.settle_now().await;
    assert_eq!(context(&world).await[1], "crm_status=excluido");
    write(&world, PHONE, "prefiro a FB700").await;
    assert_eq!(piperun.deals().len(), 1);
    world.done().await;
}
