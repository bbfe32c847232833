//! Whatever Chatwoot does to us: WhatsApp is answered, and in the end nothing misses or is double.

use seleto_simulator::Fault;
use seleto_simulator::chatwoot::{Manner, Operation, throttled};

use super::{MODE, PHONE, assert_in_step, come_to_rest, done};
use crate::world::World;

crate::on_both_engines_with_chatwoot!(
    a_fifth_of_all_calls_may_fail,
    a_post_whose_answer_was_lost_is_not_made_again,
    a_contact_and_a_conversation_whose_answers_were_lost_are_found,
    ten_minutes_without_chatwoot_delay_no_reply_and_lose_nothing,
    a_refused_token_is_told_once_and_costs_one_call_a_minute,
    calls_that_are_not_needed_never_stop_the_rest,
    a_contact_that_was_made_meanwhile_is_used,
    a_deleted_conversation_is_made_anew_once,
    an_echo_twenty_seconds_late_means_nothing,
    an_echo_before_the_answer_means_nothing,
    an_echo_that_lost_its_marks_is_known_by_its_id,
);

/// A share of the calls of every kind fails, in each of the ways there are.
fn fail_one_in_five(world: &World) {
    let ways = [
        Fault::reset_before_accept(),
        Fault::reset_after_accept(),
        Fault::server_error(500),
        Fault::server_error(502).but_accepted(),
        Fault::garbage(),
        throttled(),
    ];
    for operation in Operation::ALL {
        let plan = world.chatwoot().faults(operation);
        ways.iter().for_each(|way| plan.at_rate(0.2 / ways.len() as f64, way.clone()));
    }
}

async fn a_fifth_of_all_calls_may_fail(world: World) {
    fail_one_in_five(&world);
    for turn in 0..8 {
        for lead in 0..20 {
            let phone = format!("55119876500{lead:02}");
            let lead = world.lead(&phone, &format!("Lead {lead}"));
            lead.write(&format!("mensagem {turn}, quero a FB300")).await.unwrap();
        }
        world.settle().await;
        assert_eq!(world.rows("SELECT id FROM deliveries WHERE state = 'pending'").await.len(), 0);
    }
    come_to_rest(&world).await;
    assert_in_step(&world, 20).await;
    assert_eq!(world.rows("SELECT 1 FROM messages WHERE author = 'human'").await.len(), 0);
    done(world).await;
}

async fn a_post_whose_answer_was_lost_is_not_made_again(world: World) {
    let plan = world.chatwoot().faults(Operation::CreateMessage);
    plan.next(Fault::reset_after_accept());
    plan.next(Fault::reset_before_accept());
    plan.next(Fault::server_error(504).but_accepted());
    // The echoes would tell that the messages arrived: without them the mirror has to look.
    world.chatwoot().hold_echoes();
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    come_to_rest(&world).await;
    assert_in_step(&world, 1).await;
    assert!(world.chatwoot().calls().count(|call| call.operation == Operation::ListMessages) > 0);
    world.chatwoot().release_echoes().await;
    assert_eq!(world.value(MODE).await, "automatic");
    done(world).await;
}

async fn a_contact_and_a_conversation_whose_answers_were_lost_are_found(world: World) {
    let chatwoot = world.chatwoot();
    chatwoot.faults(Operation::CreateContact).next(Fault::reset_after_accept());
    chatwoot.faults(Operation::CreateConversation).next(Fault::garbage());
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    come_to_rest(&world).await;
    assert_in_step(&world, 1).await;
    done(world).await;
}

async fn ten_minutes_without_chatwoot_delay_no_reply_and_lose_nothing(world: World) {
    world.chatwoot().break_down(&Fault::server_error(503));
    for turn in 0..10 {
        for lead in 0..10 {
            let lead = world.lead(&format!("55119876500{lead:02}"), "Lead");
            lead.write(&format!("mensagem {turn}")).await.unwrap();
        }
        world.settle().await;
        let waiting = "SELECT id FROM deliveries WHERE state <> 'accepted'";
        assert_eq!(world.rows(waiting).await.len(), 0, "every reply left");
        world.app.clock.advance(45_000);
    }
    let calls = world.chatwoot().calls().total();
    assert!(calls < 60, "an outage is left alone but for a probe a minute: {calls} calls");
    let alerts = "SELECT COUNT(*) FROM alerts WHERE kind = 'breaker_open' AND subject = 'chatwoot'";
    assert_eq!(world.value(alerts).await, "1");
    world.chatwoot().heal();
    come_to_rest(&world).await;
    assert_in_step(&world, 10).await;
    let open = "SELECT COUNT(*) FROM alerts WHERE subject = 'chatwoot' AND resolved_at IS NULL";
    assert_eq!(world.value(open).await, "0");
    done(world).await;
}

async fn a_refused_token_is_told_once_and_costs_one_call_a_minute(world: World) {
    world.chatwoot().break_down(&Fault::refused(401, "Invalid Access Token"));
    for minute in 0..5 {
        for lead in 0..5 {
            let lead = world.lead(&format!("55119876500{lead:02}"), "Lead");
            lead.write(&format!("mensagem {minute}")).await.unwrap();
        }
        world.settle().await;
        world.app.clock.advance(45_000);
    }
    // Each refusal is asked about under both names of the header.
    let calls = world.chatwoot().calls().total();
    assert!(calls <= 2 * (5 + 8), "{calls}");
    let detail = world.value("SELECT detail FROM alerts WHERE subject = 'chatwoot'").await;
    assert!(detail.contains("CHATWOOT_API_TOKEN"), "{detail}");
    world.chatwoot().heal();
    come_to_rest(&world).await;
    assert_in_step(&world, 5).await;
    done(world).await;
}

async fn calls_that_are_not_needed_never_stop_the_rest(world: World) {
    for operation in [
        Operation::ShowConversation,
        Operation::SetLabels,
        Operation::UpdateContact,
        Operation::UpdateMessage,
        Operation::SetCustomAttributes,
    ] {
        world.chatwoot().faults(operation).always(Fault::server_error(500));
    }
    let lead = world.lead(PHONE, "Marcos");
    for text in ["oi, sou o Marcos da Burger House", "quero a FB300", "e aí?", "alô"] {
        lead.write(text).await.unwrap();
        world.settle().await;
        world.app.clock.advance(120_000);
        world.settle_now().await;
    }
    assert_in_step(&world, 1).await;
    assert_eq!(world.rows("SELECT name FROM breakers").await.len(), 0);
    world.chatwoot().heal();
    come_to_rest(&world).await;
    assert!(!world.chatwoot().conversation_of(PHONE).unwrap().labels.is_empty());
    done(world).await;
}

async fn a_contact_that_was_made_meanwhile_is_used(world: World) {
    let chatwoot = world.chatwoot();
    let empty = seleto_simulator::Reply::json(200, &serde_json::json!({"payload": []}));
    let blind = Fault::Answer { accepted: false, reply: empty };
    chatwoot.faults(Operation::SearchContacts).next(blind);
    chatwoot.agent_opens_conversation(PHONE, "Marcos").await;
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    assert_in_step(&world, 1).await;
    done(world).await;
}

async fn a_deleted_conversation_is_made_anew_once(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    world.chatwoot().delete_conversation(super::there(&world, PHONE));
    lead.write("ainda aí?").await.unwrap();
    world.settle().await;
    come_to_rest(&world).await;
    assert_eq!(world.chatwoot().conversations().len(), 1);
    assert_eq!(world.chatwoot().transcript(PHONE)[0], "> ainda aí?");
    done(world).await;
}

async fn an_echo_twenty_seconds_late_means_nothing(world: World) {
    world.chatwoot().hold_echoes();
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    world.app.clock.advance(20_000);
    let replies = world.replies(PHONE);
    world.chatwoot().release_echoes().await;
    world.settle().await;
    assert_eq!(world.value(MODE).await, "automatic");
    assert_eq!(world.replies(PHONE), replies);
    assert_in_step(&world, 1).await;
    done(world).await;
}

async fn an_echo_before_the_answer_means_nothing(world: World) {
    world.chatwoot().set_manner(Manner { copies: 3, echo_first: true, ..Manner::default() });
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    assert_eq!(world.value(MODE).await, "automatic");
    assert_in_step(&world, 1).await;
    let failed = world.chatwoot().posts().count(|post| post.outcome != Ok(200));
    assert_eq!(failed, 0, "every copy is acknowledged");
    done(world).await;
}

/// A retry in the dashboard empties a message's own attributes; an older server may keep no
/// `source_id`. Each of our ids is enough by itself.
async fn an_echo_that_lost_its_marks_is_known_by_its_id(world: World) {
    world.chatwoot().hold_echoes();
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    let replies = world.replies(PHONE);
    let conversation = super::there(&world, PHONE);
    let ours = world.chatwoot().messages(conversation).remove(1);
    let echo = |id: u64, source_id: Option<&str>| {
        serde_json::json!({"event": "message_created", "id": id, "content": ours.content,
            "message_type": "outgoing", "private": false, "content_attributes": {},
            "source_id": source_id, "sender": {"id": 3, "name": "Maria", "type": "user"},
            "conversation": {"id": conversation, "inbox_id": 7}})
    };
    world.chatwoot().post_event("message_created", echo(ours.id, None)).await;
    let by_source_id = echo(ours.id + 100, ours.source_id.as_deref());
    world.chatwoot().post_event("message_created", by_source_id).await;
    world.settle().await;
    assert_eq!(world.value(MODE).await, "automatic");
    assert_eq!(world.replies(PHONE), replies);
    let reasons = "SELECT DISTINCT reason FROM inbound WHERE external_id LIKE 'message_created%'";
    assert_eq!(world.value(reasons).await, "own_echo");
    // The same words from a person are a person's words.
    world.chatwoot().post_event("message_created", echo(ours.id + 200, None)).await;
    world.settle().await;
    assert_eq!(world.value(MODE).await, "human");
    assert_eq!(world.replies(PHONE).len(), replies.len() + 1);
    done(world).await;
}
