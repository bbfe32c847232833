//! What was not delivered is seen, sent again, or given up.

use seleto::store::dead_letters::{DeadLetter, DecideDeadLetters, Decision, Key, ListDeadLetters};
use seleto_simulator::Fault;
use seleto_simulator::zapi::Operation;

use crate::on_both_engines;
use crate::world::World;

on_both_engines!(
    a_refused_message_is_sent_again_on_request,
    a_message_that_was_given_up_stays_unsent,
);

const LEAD: &str = "5511987654321";

async fn listed(world: &World) -> Vec<DeadLetter> {
    let list = ListDeadLetters { limit: 10, ..ListDeadLetters::default() };
    world.app.store.read(list).await.unwrap()
}

async fn decide(world: &World, decision: Decision, keys: Vec<Key>) -> Vec<Key> {
    let now = world.app.clock.now();
    let decide = DecideDeadLetters { keys, decision, actor: "test".to_owned(), now };
    world.app.store.write(decide).await.unwrap()
}

/// A message that Z-API refuses for good.
async fn refused(world: &World) -> Key {
    let faults = world.simulator.zapi.faults(Operation::SendText);
    faults.next(Fault::refused(400, "phone is not valid"));
    world.lead(LEAD, "Carlos").write("Oi").await.unwrap();
    world.settle().await;
    let letters = listed(world).await;
    let letter = letters.first().unwrap();
    assert_eq!((letter.state.as_str(), letter.lead_phone.as_str()), ("rejected", LEAD));
    letter.key.clone()
}

async fn a_refused_message_is_sent_again_on_request(world: World) {
    let key = refused(&world).await;
    let before = world.replies(LEAD).len();
    // Long after it would have been too old to be sent, and before anything follows up.
    world.app.clock.advance(13 * 60 * 60 * 1000);
    assert_eq!(decide(&world, Decision::Retry, vec![key.clone()]).await.len(), 1);
    world.settle_now().await;
    assert_eq!(world.replies(LEAD).len(), before + 1);
    assert_eq!(listed(&world).await, []);
    // Once delivered, there is nothing left to decide.
    assert_eq!(decide(&world, Decision::Retry, vec![key]).await, []);
    let alerts = "SELECT kind FROM alerts WHERE resolved_at IS NULL";
    assert_eq!(world.rows(alerts).await, Vec::<Vec<String>>::new());
    world.done().await;
}

async fn a_message_that_was_given_up_stays_unsent(world: World) {
    let key = refused(&world).await;
    let before = world.replies(LEAD).len();
    assert_eq!(decide(&world, Decision::Drop, vec![key]).await.len(), 1);
    world.settle().await;
    assert_eq!(world.replies(LEAD).len(), before);
    assert_eq!(listed(&world).await, []);
    let audit = "SELECT actor, action FROM audit WHERE action LIKE '%delivery'";
    assert_eq!(world.value(audit).await, "test|drop_delivery");
    world.done().await;
}
