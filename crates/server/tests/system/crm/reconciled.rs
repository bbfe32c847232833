//! `seleto crm reconcile`, and the check of the configured numbers.

use seleto::crm::{Difference, Repair, Unusable, check, reconcile};
use seleto_simulator::Fault;
use seleto_simulator::piperun::{Operation, Piperun};
use serde_json::json;

use super::{CRM, crm, talk, with_a_crm};
use crate::world::World;

const PHONE: &str = "5547988887777";

with_a_crm!(
    a_lead_without_a_deal_gets_one,
    a_deal_that_was_deleted_is_made_again,
    several_open_deals_are_told_and_left,
    what_changed_over_there_is_taken_over,
);

async fn told(world: &World, only_look: bool) -> Vec<(Difference, Repair)> {
    let told = reconcile(&world.app, only_look).await.unwrap();
    assert!(told.iter().all(|it| it.lead == "João Silva"), "{told:?}");
    told.into_iter().map(|it| (it.difference, it.repair)).collect()
}

fn only_deal(crm: &Piperun) -> i64 {
    crm.deals()[0]["id"].as_i64().unwrap()
}

async fn a_lead_without_a_deal_gets_one(world: World) {
    let crm = crm(&world);
    crm.faults(Operation::CreateDeal).always(Fault::refused(422, "stage_id inválido"));
    talk(&world, PHONE).await;
    assert_eq!(crm.deals().len(), 0);
    assert_eq!(
        world.value("SELECT kind FROM alerts WHERE subject LIKE '%:deal:%'").await,
        "sync_refused"
    );
    crm.faults(Operation::CreateDeal).clear();
    let looked = told(&world, true).await;
    let not_tried = |difference| (difference, Repair::NotTried);
    assert_eq!(looked, [not_tried(Difference::NoDeal), not_tried(Difference::Undecided)]);
    assert_eq!(crm.deals().len(), 0, "only looking changes nothing");
    let mended = told(&world, false).await;
    assert!(mended.iter().all(|(_, repair)| *repair == Repair::Mended), "{mended:?}");
    assert_eq!(crm.deals().len(), 1);
    told(&world, false).await;
    assert_eq!(told(&world, false).await, []);
    assert_eq!((crm.deals().len(), crm.persons().len()), (1, 1));
    world.settle().await;
    world.done().await;
}

async fn a_deal_that_was_deleted_is_made_again(world: World) {
    talk(&world, PHONE).await;
    let crm = crm(&world);
    told(&world, false).await;
    let deal = only_deal(&crm);
    crm.deletes(deal).await.unwrap();
    world.settle().await;
    assert_eq!(told(&world, true).await, [(Difference::Gone(deal), Repair::NotTried)]);
    assert_eq!(told(&world, false).await, [(Difference::Gone(deal), Repair::Mended)]);
    let open: Vec<_> = crm.deals().into_iter().filter(|deal| deal["deleted"] == 0).collect();
    assert_eq!((open.len(), crm.persons().len(), crm.notes().len()), (1, 1, 2));
    let linked = world.value("SELECT oportunidade_pipe_id FROM orcamentos").await;
    assert_eq!(linked, open[0]["id"].to_string());
    world.settle().await;
    world.done().await;
}

async fn several_open_deals_are_told_and_left(world: World) {
    talk(&world, PHONE).await;
    let crm = crm(&world);
    told(&world, false).await;
    let first = only_deal(&crm);
    let second = crm.seller_creates(json!({"title": "Outra", "pipeline_id": 100_848,
        "stage_id": 647_558, "person_id": crm.deals()[0]["person_id"]}));
    let several = Difference::Several(vec![first, second]);
    assert_eq!(told(&world, false).await, [(several, Repair::Left)]);
    assert_eq!(crm.deals().len(), 2);
    world.settle().await;
    world.done().await;
}

async fn what_changed_over_there_is_taken_over(world: World) {
    talk(&world, PHONE).await;
    let crm = crm(&world);
    told(&world, false).await;
    let deal = only_deal(&crm);
    let person = crm.deals()[0]["person_id"].clone();
    crm.set_automation("http://127.0.0.1:9/nobody");
    world.app.clock.advance(60_000);
    let other = crm.add_person(json!({"name": "Outra"}));
    let fields = json!({"stage_id": 647_559, "person_id": other});
    crm.seller_sets(deal, fields, "update").await.unwrap_err();
    let looked: Vec<_> = told(&world, true).await.into_iter().map(|(it, _)| it).collect();
    assert_eq!(looked, [Difference::Stale(deal), Difference::News(deal)]);
    told(&world, false).await;
    assert_eq!(super::context(&world).await[0], "crm_stage=Em negociação");
    assert_eq!(
        (&crm.deals()[0]["person_id"], &crm.deals()[0]["stage_id"]),
        (&person, &json!(647_559))
    );
    world.settle().await;
    world.done().await;
}

#[tokio::test]
async fn wrong_numbers_are_answered_with_those_that_exist() {
    let at = |variable: &'static str, number: &'static str| async move {
        let vars = [CRM, (variable, number)];
        let world = World::sqlite_with(&vars).await;
        let settings = world.app.config.piperun.clone().unwrap();
        let checked = check(world.app.piperun.as_ref().unwrap(), &settings).await;
        world.done().await;
        match checked {
            Ok(checked) => checked.to_string(),
            Err(unusable @ Unusable::Ids(_)) => unusable.to_string(),
            Err(unusable) => panic!("{unusable}"),
        }
    };
    let told = [
        at("PIPERUN_FROM", "quente").await,
        at("PIPERUN_PIPELINE_ID", "1").await,
        at("PIPERUN_STAGE_ID", "2").await,
        at("PIPERUN_STAGE_ID", "647560").await,
        at("PIPERUN_ORIGIN_ID", "3").await,
    ];
    insta::assert_snapshot!("numbers_of_the_crm", told.join("\n"));
}

#[tokio::test]
async fn a_wrong_token_says_where_to_find_the_right_one() {
    let world = World::sqlite_with(&[CRM]).await;
    crm(&world).change_token("another");
    let settings = world.app.config.piperun.clone().unwrap();
    let unusable = check(world.app.piperun.as_ref().unwrap(), &settings).await.unwrap_err();
    assert!(unusable.to_string().contains("PIPERUN_API_TOKEN"), "{unusable}");
    world.done().await;
}
