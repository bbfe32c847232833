//! Internal notes are for the company's people alone.

use seleto::store::note::{AddNote, Note};
use seleto::store::turn::LoadTurn;
use seleto_rules::internal::Internal;

use crate::world::World;

crate::on_both_engines!(a_note_reaches_neither_the_lead_nor_a_brain_nor_the_customers_tables);

const SECRET: &str = "cliente pediu desconto por fora, cuidado";

async fn a_note_reaches_neither_the_lead_nor_a_brain_nor_the_customers_tables(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    let said = world.replies("5511987654321");
    let conversation = world.value("SELECT id FROM conversation_states").await.parse().unwrap();
    let note = Note::new(conversation, Internal::new(SECRET));
    for _ in 0..2 {
        let (actor, now) = ("console:ana".to_owned(), world.app.clock.now());
        world.app.store.write(AddNote { note: note.clone(), actor, now }).await.unwrap();
    }
    world.settle().await;
    assert_eq!(world.replies("5511987654321"), said);
    let notes = "SELECT text, delivery_id, turn_id FROM messages WHERE author = 'note'";
    assert_eq!(world.rows(notes).await, [[SECRET, "-", "-"]]);
    let theirs = "SELECT COUNT(*) FROM conversations WHERE content LIKE '%por fora%'";
    assert_eq!(world.value(theirs).await, "0");
    let context = world.app.store.read(LoadTurn { conversation }).await.unwrap().unwrap();
    assert_eq!(context.history.len(), 1 + said.len(), "{:?}", context.history);
    assert!(context.history.iter().all(|line| line.text != SECRET));
    // What the list shows is what was said to or by the lead.
    assert_eq!(world.value("SELECT last_author FROM conversation_states").await, "agent");
    world.done().await;
}
