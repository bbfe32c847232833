//! A lead that left our question open is written to again: twice at most, never against a brake.

use seleto::lanes::{self, Work};
use seleto::store::control::{Close, Decision, DoNotContact};
use seleto_simulator::Fault;
use seleto_simulator::zapi::Operation;

use crate::handoff::{HOUR, MARCOS, MINUTE, change};
use crate::world::World;

crate::on_both_engines!(
    a_silent_lead_is_written_to_twice_and_no_more,
    any_reply_starts_anew,
    nobody_is_written_to_at_night_or_on_a_holiday,
    every_brake_in_the_record_holds,
    a_lead_whose_answer_never_arrived_is_left_alone,
    a_lead_that_writes_at_that_very_moment_gets_no_follow_up,
    two_replicas_write_one_follow_up,
);

const QUESTION: &str = "oi, queria saber da FB300";
const FOLLOW_UPS: &str = "SELECT COUNT(*) FROM turns WHERE outcome = 'follow_up'";

async fn asked(world: &World) {
    world.lead(MARCOS, "Marcos").write(QUESTION).await.unwrap();
    world.settle().await;
    assert!(world.replies(MARCOS).concat().contains('?'), "{:?}", world.replies(MARCOS));
}

async fn pass(world: &World, ms: i64) {
    world.app.clock.advance(ms);
    world.settle_now().await;
}

async fn a_silent_lead_is_written_to_twice_and_no_more(world: World) {
    asked(&world).await;
    let before = world.replies(MARCOS).len();
    pass(&world, 23 * HOUR).await;
    assert_eq!(world.replies(MARCOS).len(), before);
    pass(&world, HOUR).await;
    let first = world.replies(MARCOS).pop().unwrap();
    assert!(first.contains("FB300"), "{first}");
    for _ in 0..40 {
        pass(&world, 12 * HOUR).await;
    }
    assert_eq!(world.replies(MARCOS).len(), before + 2, "{:?}", world.replies(MARCOS));
    // Both are turns of their own, and part of every history.
    let turns = "SELECT outcome, brain FROM turns WHERE outcome = 'follow_up'";
    assert_eq!(world.rows(turns).await, [["follow_up", "offline"], ["follow_up", "offline"]]);
    let theirs = "SELECT COUNT(*) FROM conversations WHERE role = 'assistant'";
    assert_eq!(world.value(theirs).await, (before + 2).to_string());
    world.done().await;
}

async fn any_reply_starts_anew(world: World) {
    asked(&world).await;
    pass(&world, 24 * HOUR).await;
    assert_eq!(world.value(FOLLOW_UPS).await, "1");
    world.lead(MARCOS, "Marcos").write("oi, sou o Marcos da Brasa Viva").await.unwrap();
    world.settle().await;
    pass(&world, 12 * HOUR).await;
    assert_eq!(world.value(FOLLOW_UPS).await, "1", "the second of the old silence never comes");
    world.done().await;
}

async fn nobody_is_written_to_at_night_or_on_a_holiday(world: World) {
    // From Thursday night into Christmas: 24 December 2026 is a Thursday.
    world.app.clock.advance(30 * 24 * HOUR + 9 * HOUR);
    asked(&world).await;
    for _ in 0..40 {
        pass(&world, HOUR).await;
    }
    // 25 December is a holiday, then comes a weekend.
    assert_eq!(world.value(FOLLOW_UPS).await, "0");
    for _ in 0..48 {
        pass(&world, HOUR).await;
    }
    assert_eq!(world.value(FOLLOW_UPS).await, "1", "Monday morning");
    world.done().await;
}

async fn every_brake_in_the_record_holds(world: World) {
    let leads: Vec<String> = (0..6).map(|n| format!("551198765432{n}")).collect();
    for phone in &leads {
        world.lead(phone, "Marcos").write(QUESTION).await.unwrap();
    }
    world.settle().await;
    let decision = async |phone: &str| {
        let rows = world.rows("SELECT address, id FROM conversation_states").await;
        let row = rows.into_iter().find(|row| row[0] == phone).unwrap();
        let now = world.app.clock.now();
        Decision { conversation: row[1].parse().unwrap(), actor: "console:maria".to_owned(), now }
    };
    let store = &world.app.store;
    store.write(Close(decision(&leads[0]).await)).await.unwrap();
    store.write(DoNotContact(decision(&leads[1]).await)).await.unwrap();
    world.lead(&leads[2], "Marcos").hear_from_company("Oi, aqui é a Ana").await.unwrap();
    world.lead(&leads[3], "Marcos").write("não me mande mais mensagens").await.unwrap();
    world.settle().await;
    let won = "INSERT INTO conversation_context (id, lead_phone, key, value)
               VALUES ('00000000-0000-7000-8000-000000000001', '5511987654324', 'crm_status',
                       'won')";
    world.execute(won).await;
    for _ in 0..20 {
        pass(&world, 12 * HOUR).await;
    }
    // Only the last one has no brake.
    assert_eq!(world.value(FOLLOW_UPS).await, "2");
    let whom = "SELECT DISTINCT c.address FROM turns t
                JOIN conversation_states c ON c.id = t.conversation_id
                WHERE t.outcome = 'follow_up'";
    assert_eq!(world.value(whom).await, leads[5]);
    world.done().await;
}

async fn a_lead_whose_answer_never_arrived_is_left_alone(world: World) {
    world.simulator.zapi.faults(Operation::SendText).next(Fault::refused(400, "phone is invalid"));
    world.lead(MARCOS, "Marcos").write(QUESTION).await.unwrap();
    world.settle().await;
    for _ in 0..10 {
        pass(&world, 12 * HOUR).await;
    }
    assert_eq!(world.value(FOLLOW_UPS).await, "0");
    world.done().await;
}

async fn a_lead_that_writes_at_that_very_moment_gets_no_follow_up(world: World) {
    use seleto::store::follow_up::{LoadQuiet, SaveFollowUp};
    use seleto::store::turn::TurnRecord;
    asked(&world).await;
    world.app.clock.advance(24 * HOUR);
    let follow_ups = seleto::follow_ups::FollowUps::new(world.app.clone());
    let job = follow_ups.claim(1).await.unwrap().jobs.pop().unwrap();
    let seleto::follow_ups::Job::Look(claim) = job else { panic!("no look") };
    let load = LoadQuiet { conversation: claim.conversation };
    let quiet = world.app.store.read(load).await.unwrap().unwrap();
    world.lead(MARCOS, "Marcos").write("oi, voltei").await.unwrap();
    let playbook = world.app.playbook();
    let now = world.app.clock.now();
    let local = world.app.clock.local(&playbook.time_zone);
    let lead = &quiet.context.lead;
    let text = seleto_rules::offline::notices::follow_up(&playbook, lead, 0, local).unwrap();
    let save = SaveFollowUp {
        claim,
        last_seq: quiet.last_seq,
        context: quiet.context,
        text,
        record: TurnRecord { id: uuid::Uuid::now_v7(), ..TurnRecord::default() },
        look_again: None,
        now,
    };
    assert!(!world.app.store.write(save).await.unwrap());
    world.settle().await;
    assert_eq!(world.value(FOLLOW_UPS).await, "0");
    world.done().await;
}

async fn two_replicas_write_one_follow_up(world: World) {
    asked(&world).await;
    let other = world.another_replica().await;
    world.app.clock.advance(24 * HOUR + MINUTE);
    let (a, b) = tokio::join!(lanes::all::run_all_due(&world.app), lanes::all::run_all_due(&other));
    a.unwrap();
    b.unwrap();
    world.settle_now().await;
    assert_eq!(world.value(FOLLOW_UPS).await, "1");
    // A playbook without follow-ups writes none.
    change(&world.app, |playbook| playbook.rules.follow_up.after_hours.clear());
    for _ in 0..10 {
        pass(&world, 12 * HOUR).await;
    }
    assert_eq!(world.value(FOLLOW_UPS).await, "1");
    world.done().await;
}
