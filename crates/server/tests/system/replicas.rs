//! Several replicas on one database, and any order of copies and bursts.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use seleto::deliveries::Deliveries;
use seleto::lanes;
use seleto::turns::Turns;

use crate::world::World;

crate::on_both_engines!(
    four_replicas_answer_forty_leads_once_each,
    any_mix_of_bursts_and_copies_is_answered_completely_and_once,
);

async fn four_replicas_answer_forty_leads_once_each(world: World) {
    let mut replicas = vec![Arc::clone(&world.app)];
    for _ in 0..3 {
        replicas.push(world.another_replica().await);
    }
    let phones: Vec<_> = (0..40).map(|n| format!("55119876543{n:02}")).collect();
    for round in 0..3 {
        let texts = format!("mensagem {round}");
        let leads: Vec<_> = phones.iter().map(|phone| world.lead(phone, "Lead")).collect();
        futures_util::future::join_all(leads.iter().map(|lead| lead.write(&texts))).await;
        world.app.clock.advance(15_000);
        work_together(&replicas).await;
        world.simulator.zapi.settled().await;
    }
    world.settle_now().await;
    let answered = "SELECT COUNT(*), COUNT(turn_id), COUNT(DISTINCT turn_id) FROM messages
                    WHERE author = 'lead'";
    assert_eq!(world.value(answered).await, "120|120|120");
    let twice = "SELECT delivery_id FROM attempts GROUP BY delivery_id HAVING COUNT(*) > 1";
    assert_eq!(world.rows(twice).await.len(), 0);
    let sent = world.value("SELECT COUNT(*) FROM deliveries").await;
    let shown: usize = phones.iter().map(|phone| world.replies(phone).len()).sum();
    assert_eq!(sent, shown.to_string(), "each bubble shows once");
    world.done().await;
}

/// All replicas claim and work at the same time, until nobody finds anything.
async fn work_together(replicas: &[Arc<seleto::app::App>]) {
    loop {
        let rounds = replicas.iter().map(|app| async {
            let turns = lanes::run_due(&Turns::new(Arc::clone(app))).await.unwrap();
            let lane = Deliveries::new(Arc::clone(app)).unwrap();
            turns + lanes::run_due(&lane).await.unwrap()
        });
        let done: usize = futures_util::future::join_all(rounds).await.into_iter().sum();
        if done == 0 {
            return;
        }
    }
}

/// What may happen around three leads.
#[derive(Clone, Debug)]
enum Step {
    Write { lead: usize },
    Repeat { earlier: usize },
    Wait { ms: i64 },
    Work,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3_usize).prop_map(|lead| Step::Write { lead }),
        2 => (0..20_usize).prop_map(|earlier| Step::Repeat { earlier }),
        2 => (0..6_000_i64).prop_map(|ms| Step::Wait { ms }),
        1 => Just(Step::Work),
    ];
    proptest::collection::vec(step, 1..25)
}

async fn any_mix_of_bursts_and_copies_is_answered_completely_and_once(world: World) {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for case in 0..12_u64 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        play(&world, case, &steps).await;
        world.settle().await;
        check(&world, &steps).await;
    }
    world.done().await;
}

async fn play(world: &World, case: u64, steps: &[Step]) {
    let mut bodies: Vec<String> = Vec::new();
    for step in steps {
        match step {
            Step::Write { lead } => {
                let phone = format!("5511987{case:03}{lead:03}");
                let text = format!("mensagem {}", bodies.len());
                let posted = world.lead(&phone, "Lead").write(&text).await.unwrap();
                assert_eq!(posted.status, 200);
                bodies.push(posted.body.to_string());
            }
            Step::Repeat { earlier } => {
                if let Some(body) = bodies.get(*earlier) {
                    let (status, answer) = world.post("/webhook/zapi", body.clone()).await;
                    assert_eq!((status, answer.as_str()), (200, r#"{"status":"duplicate"}"#));
                }
            }
            Step::Wait { ms } => world.app.clock.advance(*ms),
            Step::Work => world.settle_now().await,
        }
    }
}

/// Every message has one turn, turns follow the order of arrival, and every bubble left once.
async fn check(world: &World, steps: &[Step]) {
    let unanswered = "SELECT COUNT(*) FROM messages WHERE author = 'lead' AND turn_id IS NULL";
    assert_eq!(world.value(unanswered).await, "0", "{steps:?}");
    let order = "SELECT m.conversation_id, t.started_at FROM messages m
                 JOIN turns t ON t.id = m.turn_id WHERE m.author = 'lead' ORDER BY m.seq";
    let mut latest = std::collections::HashMap::new();
    for row in world.rows(order).await {
        let at: i64 = row[1].parse().unwrap();
        let before = latest.insert(row[0].clone(), at).unwrap_or(0);
        assert!(before <= at, "a later message was answered by an earlier turn: {steps:?}");
    }
    let attempts = world.rows("SELECT delivery_id FROM attempts").await;
    let once: HashSet<_> = attempts.iter().collect();
    assert_eq!(once.len(), attempts.len(), "{steps:?}");
}
