//! Whatever goes wrong on the way to the CRM: one person, one open deal, each note once.

use std::collections::BTreeSet;
use std::sync::Arc;

use seleto::crm::Crm;
use seleto::lanes::{self, Work};
use seleto::mirrors::MirrorLane;
use seleto_simulator::Fault;
use seleto_simulator::piperun::Operation;

use super::{TURNS, come_into_step, count, crm, talk, with_a_crm, write};
use crate::world::World;

const PHONE: &str = "5547988887777";

with_a_crm!(
    an_answer_that_is_lost_makes_no_second_record,
    a_process_that_dies_after_the_call_leaves_one_deal,
    two_replicas_make_one_deal_each,
    random_faults_leave_the_same_counts,
    a_refused_token_waits_behind_one_alert,
    a_crm_that_is_away_is_told_everything_later,
    a_crm_that_knows_few_calls_gets_its_deals,
    a_deal_in_doubt_that_cannot_be_looked_for_is_left_to_people,
);

async fn an_answer_that_is_lost_makes_no_second_record(world: World) {
    let crm = crm(&world);
    for operation in [
        Operation::CreatePerson,
        Operation::CreateCompany,
        Operation::CreateDeal,
        Operation::CreateNote,
    ] {
        for fault in [
            Fault::reset_after_accept(),
            Fault::server_error(502).but_accepted(),
            Fault::garbage(),
            Fault::CutBody,
        ] {
            crm.faults(operation).next(fault);
        }
    }
    talk(&world, PHONE).await;
    come_into_step(&world).await;
    let counts = (crm.persons().len(), crm.companies().len(), crm.deals().len(), crm.notes().len());
    assert_eq!(counts, (1, 1, 1, 1));
    for operation in [Operation::CreatePerson, Operation::CreateCompany, Operation::CreateDeal] {
        assert_eq!(count(&crm, operation), 1, "{operation:?}");
    }
    world.done().await;
}

async fn a_process_that_dies_after_the_call_leaves_one_deal(world: World) {
    for text in &TURNS[..6] {
        write(&world, PHONE, text).await;
    }
    let crm = crm(&world);
    let never = std::time::Duration::from_secs(3600);
    crm.faults(Operation::CreateDeal).next(Fault::Late { by: never });
    world.lead(PHONE, "João").write(TURNS[6]).await.unwrap();
    world.app.clock.advance(15_000);
    world.turn().await;
    let app = world.another_replica().await;
    let dying = tokio::spawn(async move {
        let lane = MirrorLane::new(Arc::clone(&app), Crm::new(app).unwrap());
        lanes::run_due(&lane).await
    });
    crm.calls().until(|calls| calls.iter().any(|it| it.operation == Operation::CreateDeal)).await;
    dying.abort();
    assert_eq!(crm.deals().len(), 1);
    let noted = "SELECT state FROM remotes WHERE kind = 'deal'";
    assert_eq!(world.value(noted).await, "sending");
    come_into_step(&world).await;
    assert_eq!((crm.deals().len(), count(&crm, Operation::CreateDeal)), (1, 1));
    assert_eq!(world.value(noted).await, "done");
    let linked = world.value("SELECT oportunidade_pipe_id FROM orcamentos").await;
    assert_eq!(linked, crm.deals()[0]["id"].to_string());
    world.done().await;
}

async fn two_replicas_make_one_deal_each(world: World) {
    let phones: Vec<String> = (0..10).map(|number| format!("554798888000{number}")).collect();
    for text in &TURNS[..7] {
        for phone in &phones {
            world.lead(phone, "João").write(text).await.unwrap();
        }
        world.app.clock.advance(15_000);
        while world.turn().await > 0 {}
    }
    let replicas = [world.another_replica().await, world.another_replica().await];
    let work = replicas.map(|app| async move {
        let lane = MirrorLane::new(Arc::clone(&app), Crm::new(app).unwrap());
        // Both claim a little at a time, so that both have work.
        while let jobs = lane.claim(1).await.unwrap().jobs
            && !jobs.is_empty()
        {
            futures_util::future::join_all(jobs.into_iter().map(|job| lane.perform(job))).await;
        }
    });
    futures_util::future::join_all(work).await;
    let crm = crm(&world);
    assert_eq!((crm.persons().len(), crm.deals().len(), crm.notes().len()), (10, 10, 10));
    world.settle().await;
    world.done().await;
}

async fn random_faults_leave_the_same_counts(world: World) {
    let crm = crm(&world);
    for operation in Operation::ALL {
        let plan = crm.faults(*operation);
        plan.seed(6_168_176 + *operation as u64);
        for fault in [
            Fault::reset_after_accept(),
            Fault::reset_before_accept(),
            Fault::server_error(502).but_accepted(),
            Fault::server_error(500),
            Fault::garbage(),
            Fault::too_many_requests(Some("2")),
        ] {
            plan.at_rate(0.2 / 6.0, fault);
        }
    }
    let phones: Vec<String> = (0..20).map(|number| format!("55479888800{number:02}")).collect();
    let more = ["na verdade são 900 hambúrgueres por dia", "prefiro a FB700", "obrigado"];
    for text in TURNS.iter().chain(&more) {
        for phone in &phones {
            world.lead(phone, "João").write(text).await.unwrap();
        }
        world.settle().await;
    }
    come_into_step(&world).await;
    let failed = crm.calls().count(|call| call.fault.is_some());
    assert!(failed > 30, "{failed} calls met a fault");
    let deals = crm.deals();
    assert_eq!((crm.persons().len(), deals.len()), (20, 20));
    let of: BTreeSet<_> = deals.iter().map(|deal| deal["reference"].to_string()).collect();
    assert_eq!(of.len(), 20, "one for each lead");
    let notes = crm.notes();
    let each: BTreeSet<_> = notes.iter().map(|note| note["text"].to_string()).collect();
    assert_eq!(notes.len(), each.len(), "each note once");
    assert!(notes.len() >= 20, "{} notes", notes.len());
    let open = "SELECT kind, state FROM remotes WHERE state <> 'done'";
    assert_eq!(world.rows(open).await, Vec::<Vec<String>>::new());
    world.done().await;
}

async fn a_refused_token_waits_behind_one_alert(world: World) {
    let crm = crm(&world);
    crm.change_token("another");
    talk(&world, PHONE).await;
    talk(&world, "5547988886666").await;
    assert_eq!(crm.deals().len(), 0);
    let alerts = "SELECT kind, subject FROM alerts WHERE resolved_at IS NULL";
    assert_eq!(world.rows(alerts).await, [["breaker_open", "piperun"]]);
    let before = crm.calls().total();
    world.settle_now().await;
    assert_eq!(crm.calls().total(), before, "the CRM is left alone");
    world.app.clock.advance(60_000);
    world.settle_now().await;
    assert_eq!(crm.calls().total(), before + 1, "but for one probe a minute");
    crm.change_token(&seleto_simulator::piperun::PiperunConfig::default().token);
    come_into_step(&world).await;
    assert_eq!((crm.persons().len(), crm.deals().len(), crm.notes().len()), (2, 2, 2));
    assert_eq!(world.rows(alerts).await, Vec::<Vec<String>>::new());
    world.done().await;
}

async fn a_crm_that_is_away_is_told_everything_later(world: World) {
    let crm = crm(&world);
    for operation in Operation::ALL {
        crm.faults(*operation).always(Fault::server_error(503));
    }
    talk(&world, PHONE).await;
    assert!(!world.replies(PHONE).is_empty(), "the lead is answered meanwhile");
    for operation in Operation::ALL {
        crm.faults(*operation).clear();
    }
    come_into_step(&world).await;
    assert_eq!((crm.persons().len(), crm.deals().len(), crm.notes().len()), (1, 1, 1));
    world.done().await;
}

async fn a_crm_that_knows_few_calls_gets_its_deals(world: World) {
    let crm = crm(&world);
    let known = [Operation::CreatePerson, Operation::CreateDeal];
    for operation in Operation::ALL.iter().filter(|operation| !known.contains(operation)) {
        crm.faults(*operation).always(Fault::refused(404, "Not Found"));
    }
    talk(&world, PHONE).await;
    come_into_step(&world).await;
    assert_eq!((crm.persons().len(), crm.deals().len()), (1, 1));
    write(&world, PHONE, "obrigado!").await;
    assert_eq!((crm.persons().len(), crm.deals().len()), (1, 1));
    let breakers = "SELECT COUNT(*) FROM breakers";
    assert_eq!(world.value(breakers).await, "0");
    world.done().await;
}

async fn a_deal_in_doubt_that_cannot_be_looked_for_is_left_to_people(world: World) {
    let crm = crm(&world);
    crm.faults(Operation::CreateDeal).next(Fault::reset_after_accept());
    crm.faults(Operation::ListDeals).spare(1);
    crm.faults(Operation::ListDeals).next_times(9, Fault::refused(422, "filtro inválido"));
    talk(&world, PHONE).await;
    come_into_step(&world).await;
    assert_eq!(crm.deals().len(), 1, "better none than two");
    assert_eq!(
        world.value("SELECT kind, state FROM remotes WHERE state <> 'done'").await,
        "deal|refused"
    );
    crm.faults(Operation::ListDeals).clear();
    let told = seleto::crm::reconcile(&world.app, false).await.unwrap();
    assert!(!told.is_empty());
    assert_eq!((crm.deals().len(), crm.notes().len()), (1, 1));
    world.settle().await;
    world.done().await;
}
