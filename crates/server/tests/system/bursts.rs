//! Messages that come together are answered together, and each exactly once.

use crate::world::World;

crate::on_both_engines!(
    one_message_gets_one_answer,
    quick_messages_get_one_answer_after_the_quiet_time,
    the_same_webhook_twice_is_answered_once,
    twenty_parallel_first_messages_make_one_lead_and_one_turn,
    a_message_during_the_thinking_joins_and_no_stale_answer_leaves,
    two_leads_do_not_wait_for_each_other,
    a_flood_of_a_hundred_messages_leaves_none_unanswered,
);

async fn one_message_gets_one_answer(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    let posted = lead.write("oi, bom dia").await.unwrap();
    assert_eq!(posted.status, 200, "{}", posted.answer);
    assert_eq!(world.turn().await, 0, "the quiet time is not over");
    world.settle().await;
    assert_eq!(world.replies("5511987654321").len(), 1);
    let history = "SELECT role FROM conversations WHERE lead_phone = '5511987654321'
                   ORDER BY timestamp, role DESC";
    assert_eq!(world.rows(history).await, [["user"], ["assistant"]]);
    assert_eq!(world.value("SELECT phone FROM leads").await, "5511987654321");
    assert_eq!(world.value("SELECT outcome FROM turns").await, "answered");
    world.done().await;
}

async fn quick_messages_get_one_answer_after_the_quiet_time(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    for text in ["oi", "tudo bem?", "queria saber de uma máquina de hambúrguer"] {
        lead.write(text).await.unwrap();
        world.app.clock.advance(1_000);
    }
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM turns").await, "1");
    let answered = "SELECT COUNT(*) FROM messages WHERE author = 'lead' AND turn_id IS NOT NULL";
    assert_eq!(world.value(answered).await, "3");
    world.done().await;
}

async fn the_same_webhook_twice_is_answered_once(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    let posted = lead.write("oi").await.unwrap();
    let again = world.post("/webhook/text", posted.body.to_string()).await;
    assert_eq!(again, (200, r#"{"status":"duplicate"}"#.to_owned()));
    world.settle().await;
    let late = world.post("/webhook/zapi", posted.body.to_string()).await;
    assert_eq!(late.1, r#"{"status":"duplicate"}"#);
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM turns").await, "1");
    assert_eq!(world.replies("5511987654321").len(), 1);
    world.done().await;
}

async fn twenty_parallel_first_messages_make_one_lead_and_one_turn(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    let texts: Vec<_> = (0..20).map(|n| format!("mensagem {n}")).collect();
    let posts = texts.iter().map(|text| lead.write(text));
    for posted in futures_util::future::join_all(posts).await {
        assert_eq!(posted.unwrap().status, 200);
    }
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM leads").await, "1");
    assert_eq!(world.value("SELECT COUNT(*) FROM conversation_states").await, "1");
    assert_eq!(world.value("SELECT COUNT(*) FROM messages WHERE author = 'lead'").await, "20");
    assert_eq!(world.value("SELECT COUNT(*) FROM turns").await, "1");
    world.done().await;
}

async fn a_message_during_the_thinking_joins_and_no_stale_answer_leaves(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    lead.write("quero a FB300").await.unwrap();
    world.app.clock.advance(15_000);
    // A turn is under way: claimed, and thinking.
    let claim = world.begin_turn().await;
    lead.write("na verdade a FB700").await.unwrap();
    world.end_turn(claim).await;
    let outcomes = "SELECT outcome FROM turns ORDER BY started_at";
    assert_eq!(world.rows(outcomes).await, [["superseded"]]);
    assert_eq!(world.value("SELECT COUNT(*) FROM deliveries").await, "0");
    world.settle().await;
    assert_eq!(world.rows(outcomes).await, [["superseded"], ["answered"]]);
    let answered = "SELECT COUNT(DISTINCT turn_id), COUNT(turn_id) FROM messages
                    WHERE author = 'lead'";
    assert_eq!(world.value(answered).await, "1|2");
    world.done().await;
}

async fn two_leads_do_not_wait_for_each_other(world: World) {
    let marcos = world.lead("5511987654321", "Marcos");
    let bia = world.lead("5543999991111", "Bia");
    marcos.write("oi").await.unwrap();
    world.app.clock.advance(10_000);
    bia.write("oi").await.unwrap();
    world.settle_now().await;
    assert_eq!(world.replies("5511987654321").len(), 1);
    assert_eq!(world.replies("5543999991111").len(), 0);
    world.settle().await;
    assert_eq!(world.replies("5543999991111").len(), 1);
    world.done().await;
}

async fn a_flood_of_a_hundred_messages_leaves_none_unanswered(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    for n in 0..120 {
        lead.write(&format!("mensagem {n}")).await.unwrap();
    }
    world.settle().await;
    let unanswered = "SELECT COUNT(*) FROM messages WHERE author = 'lead' AND turn_id IS NULL";
    assert_eq!(world.value(unanswered).await, "0");
    world.done().await;
}
