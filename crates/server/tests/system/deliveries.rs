//! What becomes of a message when the vendor fails in each of its ways.

use std::time::Duration;

use seleto::store::queue::Lane;
use seleto_simulator::Fault;
use seleto_simulator::zapi::{Event, Operation};

use crate::world::World;

crate::on_both_engines!(
    what_surely_was_not_sent_is_sent_again_and_arrives_once,
    a_busy_vendor_is_not_asked_before_it_said,
    an_accepted_message_whose_answer_is_lost_is_settled_by_its_echo,
    a_message_that_is_surely_lost_is_sent_once_more,
    without_evidence_there_is_no_second_copy_and_an_operator_is_told,
    a_refused_credential_opens_the_breaker_and_burns_no_attempt,
    a_refused_message_is_given_up_and_does_not_block_the_next,
    a_crash_between_attempt_and_answer_is_settled_by_evidence,
    a_crash_between_claim_and_attempt_leaves_nothing_in_doubt,
    a_takeover_between_claim_and_attempt_stops_the_message,
    a_stale_answer_is_not_sent_after_a_long_outage,
    a_garbled_success_is_never_sent_again,
    bubbles_arrive_in_order_one_at_a_time,
    ticks_only_go_forward,
);

const STATE: &str = "SELECT DISTINCT state FROM deliveries";

async fn greet(world: &World) {
    world.lead("5511987654321", "Marcos").write("oi").await.unwrap();
    world.settle().await;
}

async fn what_surely_was_not_sent_is_sent_again_and_arrives_once(world: World) {
    world.simulator.zapi.faults(Operation::SendText).next_times(3, Fault::too_many_requests(None));
    greet(&world).await;
    for _ in 0..4 {
        world.app.clock.advance(10_000);
        world.settle_now().await;
    }
    assert_eq!(world.replies("5511987654321").len(), 1);
    let attempts = "SELECT number, outcome FROM attempts ORDER BY number";
    let attempts = world.rows(attempts).await.iter().map(|row| row.join(" ")).collect::<Vec<_>>();
    assert_eq!(attempts, ["1 not_sent", "2 not_sent", "3 not_sent", "4 accepted"]);
    world.done().await;
}

async fn a_busy_vendor_is_not_asked_before_it_said(world: World) {
    world.simulator.zapi.faults(Operation::SendText).next(Fault::too_many_requests(Some("120")));
    greet(&world).await;
    world.app.clock.advance(100_000);
    world.settle_now().await;
    assert_eq!(world.replies("5511987654321").len(), 0);
    world.app.clock.advance(20_000);
    world.settle_now().await;
    assert_eq!(world.replies("5511987654321").len(), 1);
    world.done().await;
}

async fn an_accepted_message_whose_answer_is_lost_is_settled_by_its_echo(world: World) {
    world.simulator.zapi.faults(Operation::SendText).next(Fault::Reset { accepted: true });
    greet(&world).await;
    assert_eq!(world.replies("5511987654321").len(), 1);
    assert_eq!(world.value(STATE).await, "accepted");
    world.app.clock.advance(120_000);
    world.settle_now().await;
    assert_eq!(world.replies("5511987654321").len(), 1, "no second copy");
    world.done().await;
}

async fn a_message_that_is_surely_lost_is_sent_once_more(world: World) {
    world.simulator.zapi.faults(Operation::SendText).next(Fault::Reset { accepted: false });
    greet(&world).await;
    assert_eq!(world.replies("5511987654321").len(), 0);
    // Another conversation shows that callbacks arrive.
    world.lead("5543999991111", "Bia").write("oi").await.unwrap();
    world.settle().await;
    world.app.clock.advance(61_000);
    world.settle_now().await;
    assert_eq!(world.replies("5511987654321").len(), 1);
    assert_eq!(world.value(STATE).await, "accepted");
    world.done().await;
}

async fn without_evidence_there_is_no_second_copy_and_an_operator_is_told(world: World) {
    for event in [Event::Delivery, Event::Echo, Event::Sent, Event::Reached, Event::Read] {
        world.simulator.zapi.callbacks(event).set_on(false);
    }
    world.simulator.zapi.faults(Operation::SendText).next(Fault::Reset { accepted: true });
    greet(&world).await;
    for _ in 0..6 {
        world.app.clock.advance(20_000);
        world.settle_now().await;
    }
    assert_eq!(world.replies("5511987654321").len(), 1);
    assert_eq!(world.value(STATE).await, "undetermined");
    let alert = "SELECT kind FROM alerts WHERE resolved_at IS NULL";
    assert_eq!(world.value(alert).await, "delivery_undetermined");
    world.done().await;
}

async fn a_refused_credential_opens_the_breaker_and_burns_no_attempt(world: World) {
    let faults = world.simulator.zapi.faults(Operation::SendText);
    faults.always(Fault::unauthorized());
    for n in 0..5 {
        world.lead(&format!("551198765432{n}"), "Marcos").write("oi").await.unwrap();
    }
    world.settle().await;
    let asked = || world.simulator.zapi.calls().count(|call| call.operation == Operation::SendText);
    let at_first = asked();
    for _ in 0..30 {
        world.app.clock.advance(20_000);
        world.settle_now().await;
    }
    assert!(asked() - at_first <= 10, "at most one probe a minute, not {}", asked() - at_first);
    assert_eq!(world.value(STATE).await, "pending");
    let alerts = "SELECT kind FROM alerts WHERE resolved_at IS NULL";
    assert_eq!(world.value(alerts).await, "breaker_open");
    faults.clear();
    for _ in 0..3 {
        world.app.clock.advance(61_000);
        world.settle_now().await;
    }
    for n in 0..5 {
        assert_eq!(world.replies(&format!("551198765432{n}")).len(), 1);
    }
    assert_eq!(world.rows(alerts).await.len(), 0, "the alert is over");
    world.done().await;
}

async fn a_refused_message_is_given_up_and_does_not_block_the_next(world: World) {
    let faults = world.simulator.zapi.faults(Operation::SendText);
    faults.next(Fault::refused(400, "Phone number is invalid"));
    greet(&world).await;
    assert_eq!(world.value(STATE).await, "rejected");
    world.lead("5511987654321", "Marcos").write("oi?").await.unwrap();
    world.settle().await;
    assert!(!world.replies("5511987654321").is_empty());
    world.done().await;
}

async fn a_crash_between_attempt_and_answer_is_settled_by_evidence(world: World) {
    use seleto::store::delivery::{BeginAttempt, ClaimDeliveries, Job};
    world.lead("5511987654321", "Marcos").write("oi").await.unwrap();
    world.app.clock.advance(15_000);
    world.turn().await;
    // Another replica wrote the attempt and died: its lease runs out.
    let now = world.app.clock.now();
    let claim = ClaimDeliveries {
        lane: Lane::Whatsapp,
        now,
        lease_until: now + 45_000,
        replica: uuid::Uuid::now_v7(),
        limit: 10,
    };
    let mut jobs = world.app.store.write(claim).await.unwrap();
    let Some(Job::Send(claim, delivery)) = jobs.pop() else { panic!("something is due") };
    world.app.store.write(BeginAttempt { claim, delivery, now }).await.unwrap();
    world.settle_now().await;
    assert_eq!(world.replies("5511987654321").len(), 0, "the lease still holds");
    world.lead("5543999991111", "Bia").write("oi").await.unwrap();
    world.settle().await;
    for _ in 0..8 {
        world.app.clock.advance(15_000);
        world.settle_now().await;
    }
    assert_eq!(world.replies("5511987654321").len(), 1);
    let attempts = "SELECT COUNT(*), COUNT(outcome) FROM attempts";
    assert_eq!(world.value(attempts).await, "3|2", "the attempt of the dead replica stays open");
    world.done().await;
}

async fn a_stale_answer_is_not_sent_after_a_long_outage(world: World) {
    let faults = world.simulator.zapi.faults(Operation::SendText);
    faults.always(Fault::unauthorized());
    let lead = world.lead("5511987654321", "Marcos");
    lead.write("quanto custa a FB300?").await.unwrap();
    world.settle().await;
    world.app.clock.advance(30 * 60 * 1000);
    lead.write("deixa, era só para saber se vocês atendem Londrina").await.unwrap();
    faults.clear();
    for _ in 0..3 {
        world.app.clock.advance(61_000);
        world.settle_now().await;
    }
    let states = "SELECT DISTINCT d.state FROM deliveries d JOIN turns t ON t.id = d.turn_id
                  WHERE t.started_at = (SELECT MIN(started_at) FROM turns)";
    assert_eq!(world.value(states).await, "expired");
    assert!(!world.replies("5511987654321").is_empty(), "the newer message is answered");
    world.done().await;
}

async fn a_garbled_success_is_never_sent_again(world: World) {
    world.simulator.zapi.faults(Operation::SendText).next(Fault::CutBody);
    greet(&world).await;
    world.app.clock.advance(300_000);
    world.settle_now().await;
    assert_eq!(world.replies("5511987654321").len(), 1);
    assert_eq!(world.value(STATE).await, "accepted");
    world.done().await;
}

async fn bubbles_arrive_in_order_one_at_a_time(world: World) {
    let faults = world.simulator.zapi.faults(Operation::SendText);
    faults.next(Fault::too_many_requests(None));
    faults.next(Fault::Late { by: Duration::from_millis(30) });
    let lead = world.lead("5511987654321", "Marcos");
    for text in ["oi", "quais máquinas vocês têm?", "e qual serve para 2000 por dia?"] {
        lead.write(text).await.unwrap();
        world.settle().await;
    }
    let sent = "SELECT body FROM deliveries WHERE state = 'accepted' ORDER BY seq";
    assert_eq!(world.rows(sent).await.concat(), world.replies("5511987654321"));
    world.done().await;
}

async fn ticks_only_go_forward(world: World) {
    greet(&world).await;
    let tick = "SELECT MIN(tick), MAX(tick) FROM deliveries";
    assert_eq!(world.value(tick).await, "3|3", "read");
    let id = world.value("SELECT external_id FROM deliveries").await;
    let late = serde_json::json!({
        "type": "MessageStatusCallback", "status": "SENT", "ids": [id],
        "momment": 1_795_525_300_000_i64, "phone": "5511987654321",
    });
    assert_eq!(world.post("/webhook/zapi/status", late.to_string()).await.0, 200);
    assert_eq!(world.value(tick).await, "3|3");
    world.done().await;
}

async fn a_crash_between_claim_and_attempt_leaves_nothing_in_doubt(world: World) {
    use seleto::store::delivery::ClaimDeliveries;
    world.lead("5511987654321", "Marcos").write("oi").await.unwrap();
    world.app.clock.advance(15_000);
    world.turn().await;
    let now = world.app.clock.now();
    let (lease_until, replica) = (now + 45_000, uuid::Uuid::now_v7());
    let claim = ClaimDeliveries { lane: Lane::Whatsapp, now, lease_until, replica, limit: 10 };
    assert_eq!(world.app.store.write(claim).await.unwrap().len(), 1);
    world.app.clock.advance(46_000);
    world.settle_now().await;
    assert_eq!(world.replies("5511987654321").len(), 1, "sent at once after the lease");
    assert_eq!(world.value("SELECT COUNT(*), COUNT(outcome) FROM attempts").await, "1|1");
    world.done().await;
}

async fn a_takeover_between_claim_and_attempt_stops_the_message(world: World) {
    use seleto::deliveries::Deliveries;
    use seleto::lanes::Work;
    let lead = world.lead("5511987654321", "Marcos");
    lead.write("oi").await.unwrap();
    world.app.clock.advance(15_000);
    world.turn().await;
    let lane = Deliveries::new(world.app.clone()).unwrap();
    let job = lane.claim(10).await.unwrap().jobs.pop().unwrap();
    lead.hear_from_company("Deixa comigo").await.unwrap();
    lane.perform(job).await;
    world.settle().await;
    assert_eq!(world.replies("5511987654321").len(), 0);
    assert_eq!(world.value("SELECT COUNT(*) FROM attempts").await, "0");
    world.done().await;
}
