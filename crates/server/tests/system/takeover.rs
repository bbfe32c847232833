//! A human at the company's phone takes the conversation over; our own echoes do not.

use crate::world::World;
use seleto_simulator::zapi::Event;

crate::on_both_engines!(
    our_own_echo_is_no_takeover,
    a_human_on_the_phone_silences_the_agent_within_business_hours,
    outside_business_hours_the_next_message_brings_the_agent_back,
    a_takeover_stops_what_was_not_sent_yet,
    a_reply_made_before_a_takeover_never_leaves,
    a_conversation_that_a_human_began_is_not_barged_into,
    another_program_on_the_same_number_is_no_human,
);

const MODE: &str = "SELECT mode FROM conversation_states";

async fn our_own_echo_is_no_takeover(world: World) {
    world.lead("5511987654321", "Marcos").write("oi").await.unwrap();
    world.settle().await;
    assert!(world.simulator.zapi.posts().count(|post| post.event == Event::Echo) > 0);
    assert_eq!(world.value(MODE).await, "automatic");
    assert_eq!(world.value("SELECT COUNT(*) FROM messages WHERE author = 'human'").await, "0");
    let confirmed = "SELECT COUNT(*) FROM deliveries WHERE echo_id IS NULL";
    assert_eq!(world.value(confirmed).await, "0");
    world.done().await;
}

async fn a_human_on_the_phone_silences_the_agent_within_business_hours(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    let before = world.replies("5511987654321").len();
    lead.hear_from_company("Oi Marcos, aqui é a Ana da Seleto").await.unwrap();
    lead.write("oi Ana").await.unwrap();
    world.settle().await;
    assert_eq!(world.value(MODE).await, "human");
    let replies = world.replies("5511987654321");
    assert_eq!(replies.len(), before, "the agent keeps silent: {replies:?}");
    let roles = "SELECT role FROM conversations ORDER BY timestamp DESC LIMIT 2";
    assert_eq!(world.rows(roles).await.concat().join(" ").matches("human").count(), 1);
    world.done().await;
}

async fn outside_business_hours_the_next_message_brings_the_agent_back(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    lead.hear_from_company("Bom dia!").await.unwrap();
    world.app.clock.advance(12 * 60 * 60 * 1000);
    lead.write("boa noite, ainda tem alguém aí?").await.unwrap();
    world.settle().await;
    assert_eq!(world.value(MODE).await, "automatic");
    let replies = world.replies("5511987654321");
    let honest = replies.iter().filter(|text| text.contains("amanhã a partir das 8h"));
    assert_eq!((honest.count(), replies.len()), (1, 2), "an answer, and when people are back");
    world.done().await;
}

async fn a_takeover_stops_what_was_not_sent_yet(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    lead.write("oi").await.unwrap();
    world.app.clock.advance(15_000);
    world.turn().await;
    lead.hear_from_company("Deixa comigo").await.unwrap();
    world.settle().await;
    assert_eq!(world.replies("5511987654321").len(), 0);
    let states = "SELECT DISTINCT state, reason FROM deliveries";
    assert_eq!(world.value(states).await, "cancelled|human takeover");
    world.done().await;
}

async fn a_reply_made_before_a_takeover_never_leaves(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    lead.write("oi").await.unwrap();
    world.app.clock.advance(15_000);
    let claim = world.begin_turn().await;
    lead.hear_from_company("Deixa comigo").await.unwrap();
    // The turn that was under way ends now: its lease is gone.
    world.end_turn(claim).await;
    assert_eq!(world.value("SELECT COUNT(*) FROM deliveries").await, "0");
    world.settle().await;
    assert_eq!(world.replies("5511987654321").len(), 0);
    world.done().await;
}

async fn a_conversation_that_a_human_began_is_not_barged_into(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    lead.hear_from_company("Oi Marcos, conforme combinamos por telefone…").await.unwrap();
    lead.write("oi, isso mesmo").await.unwrap();
    world.settle().await;
    assert_eq!(world.replies("5511987654321").len(), 0);
    world.done().await;
}

async fn another_program_on_the_same_number_is_no_human(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    let mut body = lead.text_body("Promoção de outro sistema");
    body["fromMe"] = true.into();
    body["fromApi"] = true.into();
    let (status, answer) = world.post("/webhook/zapi", body.to_string()).await;
    assert_eq!(status, 200, "{answer}");
    lead.write("oi").await.unwrap();
    world.settle().await;
    assert_eq!(world.value(MODE).await, "automatic");
    assert_eq!(world.replies("5511987654321").len(), 1);
    world.done().await;
}
