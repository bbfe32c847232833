//! One lead per person, and replies to the exact address that wrote.

use crate::world::World;

crate::on_both_engines!(
    the_ninth_digit_makes_no_second_lead_and_replies_follow_the_address,
    a_lid_is_an_identity_and_never_a_phone,
    a_number_and_a_lid_seen_apart_become_one_lead,
    the_same_message_as_phone_and_as_lid_is_answered_once,
);

async fn the_ninth_digit_makes_no_second_lead_and_replies_follow_the_address(world: World) {
    world.lead("5511987654321", "Marcos").write("oi").await.unwrap();
    world.settle().await;
    world.lead("551187654321", "Marcos").write("sou eu de novo").await.unwrap();
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM leads").await, "1");
    let addresses = "SELECT address FROM deliveries ORDER BY seq";
    let addresses = world.rows(addresses).await;
    assert_eq!(addresses.first().unwrap(), &["5511987654321"]);
    assert_eq!(addresses.last().unwrap(), &["551187654321"]);
    world.done().await;
}

async fn a_lid_is_an_identity_and_never_a_phone(world: World) {
    let lead = world.lead("5511987654321", "Marcos").by_lid_only("65998849469@lid");
    lead.write("oi").await.unwrap();
    world.settle().await;
    assert_eq!(world.value("SELECT phone FROM leads").await, "-");
    let address = "SELECT DISTINCT address FROM deliveries";
    assert_eq!(world.value(address).await, "65998849469@lid");
    assert_eq!(world.replies("5511987654321").len(), 1, "the phone behind the lid shows it");
    world.done().await;
}

async fn a_number_and_a_lid_seen_apart_become_one_lead(world: World) {
    let by_number = world.lead("5511987654321", "Marcos");
    by_number.write("oi, sou o Marcos da Brasa Viva").await.unwrap();
    world.settle().await;
    world
        .lead("5511987654321", "Marcos")
        .by_lid_only("65998849469@lid")
        .write("mandei de outro jeito")
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM leads").await, "2", "nothing ties them yet");
    let both = world.lead("5511987654321", "Marcos").with_lid("65998849469@lid");
    both.write("e agora com os dois").await.unwrap();
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM leads").await, "1");
    assert_eq!(world.value("SELECT COUNT(*) FROM conversation_states").await, "1");
    let messages = "SELECT COUNT(*), COUNT(DISTINCT conversation_id) FROM messages
                    WHERE author = 'lead' AND turn_id IS NOT NULL";
    assert_eq!(world.value(messages).await, "3|1");
    world.done().await;
}

async fn the_same_message_as_phone_and_as_lid_is_answered_once(world: World) {
    let lead = world.lead("5511987654321", "Marcos").with_lid("65998849469@lid");
    let posted = lead.write("oi").await.unwrap();
    let mut twin = posted.body.clone();
    twin["phone"] = "65998849469@lid".into();
    let answer = world.post("/webhook/zapi", twin.to_string()).await;
    assert_eq!(answer.1, r#"{"status":"duplicate"}"#);
    world.settle().await;
    assert_eq!(world.replies("5511987654321").len(), 1);
    assert_eq!(world.value("SELECT COUNT(*) FROM leads").await, "1");
    world.done().await;
}
