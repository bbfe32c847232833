//! What the team writes to itself in a conversation, and what the panel says is waiting for it.

use seleto::store::console::accounts::Role;

use super::Person;
use crate::handoff::{HOT, MARCOS, with_sellers};
use crate::world::World;

crate::on_both_engines!(
    a_note_reaches_nobody_and_leaves_the_conversation_with_the_agent,
    a_reader_writes_no_note_and_nobody_writes_one_into_nothing,
    the_side_says_who_was_told_of_a_lead_and_who_took_it,
);

const NOTE: &str = "pediu desconto por fora, cuidado";

async fn open(world: &World) -> String {
    format!("/conversas/{}", world.value("SELECT id FROM conversation_states").await)
}

async fn a_note_reaches_nobody_and_leaves_the_conversation_with_the_agent(world: World) {
    let lead = world.lead(MARCOS, "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    let (path, said) = (open(&world).await, world.replies(MARCOS));
    let sdr = Person::account(&world, "ana", Role::Sdr, None).await;
    let fields = [("texto", NOTE), ("nota", "sim")];
    assert_eq!(sdr.post(&format!("{path}/mensagens"), &fields).await.status, 303);
    world.settle().await;
    assert_eq!(world.replies(MARCOS), said);
    let deliveries = "SELECT COUNT(*) FROM deliveries WHERE body LIKE '%por fora%'";
    assert_eq!(world.value(deliveries).await, "0");
    assert_eq!(world.value("SELECT mode FROM conversation_states").await, "automatic");
    let page = sdr.get(&path).await.body;
    assert!(page.contains(NOTE) && page.contains("ana · nota interna"), "{page}");
    assert!(!page.contains("assumiu a conversa"), "{page}");
    // The agent goes on as if nothing had been written.
    lead.write("quanto custa a FB300?").await.unwrap();
    world.settle().await;
    let replies = world.replies(MARCOS);
    assert!(replies.len() > said.len());
    assert!(!replies.iter().any(|reply| reply.contains("por fora")), "{replies:?}");
    world.done().await;
}

async fn a_reader_writes_no_note_and_nobody_writes_one_into_nothing(world: World) {
    world.lead(MARCOS, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    let path = open(&world).await;
    let fields = [("texto", NOTE), ("nota", "sim")];
    let reader = Person::with_role(&world, Role::Reader).await;
    assert_eq!(reader.post(&format!("{path}/mensagens"), &fields).await.status, 403);
    let sdr = Person::with_role(&world, Role::Sdr).await;
    let nowhere = format!("/conversas/{}/mensagens", uuid::Uuid::nil());
    assert_eq!(sdr.post(&nowhere, &fields).await.status, 404);
    assert_eq!(world.value("SELECT COUNT(*) FROM messages WHERE author = 'note'").await, "0");
    world.done().await;
}

async fn the_side_says_who_was_told_of_a_lead_and_who_took_it(world: World) {
    with_sellers(&world.app);
    let sdr = Person::account(&world, "carla", Role::Sdr, None).await;
    world.lead("5543999993333", "Dora").write("oi").await.unwrap();
    world.settle().await;
    let quiet = sdr.get(&open(&world).await).await.body;
    assert!(!quiet.contains("Passado para a equipe") && !quiet.contains("Alertas abertos"));

    let lead = world.lead(MARCOS, "Rafael");
    lead.write(HOT).await.unwrap();
    world.settle().await;
    let newest = "SELECT id FROM conversation_states ORDER BY created_at DESC LIMIT 1";
    let path = format!("/conversas/{}", world.value(newest).await);
    let page = sdr.get(&path).await.body;
    for expected in ["lead quente", "Ana", "Bia", "ninguém assumiu ainda"] {
        assert!(page.contains(expected), "{expected} is missing:\n{page}");
    }
    sdr.post(&format!("{path}/assumir"), &[]).await;
    let page = sdr.get(&path).await.body;
    assert!(!page.contains("ninguém assumiu ainda") && page.contains("carla"), "{page}");
    sdr.post(&format!("{path}/devolver"), &[]).await;
    assert!(!sdr.get(&path).await.body.contains("Passado para a equipe"));
    lead.write("quero falar com uma pessoa").await.unwrap();
    world.settle().await;
    let page = sdr.get(&path).await.body;
    assert!(page.contains("Alertas abertos"), "{page}");
    assert!(page.contains("pediu para falar com uma pessoa"), "{page}");
    world.done().await;
}
