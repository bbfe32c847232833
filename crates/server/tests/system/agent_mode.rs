//! How far the agent is let loose: off, in the shadow, for listed numbers, or on.

use seleto::store::agent_mode::{LoadAgentMode, SetAgentMode};
use seleto_rules::agent_mode::Level;

use crate::handoff::{ANA, HOT, HOUR, MARCOS, with_sellers};
use crate::world::World;

crate::on_both_engines!(
    off_it_stores_and_waits_for_people,
    in_the_shadow_it_drafts_and_sends_nothing_to_anybody,
    on_the_list_it_answers_and_drafts_for_the_rest,
    turning_it_on_takes_effect_with_the_next_message,
);

async fn set(world: &World, mode: Level, phones: &[&str]) {
    let phones = phones.iter().map(|phone| (*phone).to_owned()).collect();
    let (actor, now) = ("console:maria".to_owned(), world.app.clock.now());
    world.app.store.write(SetAgentMode { mode, phones, actor, now }).await.unwrap();
}

const NOTES: &str = "SELECT text FROM messages WHERE author = 'note'";
const TURN: &str = "SELECT outcome, reason FROM turns ORDER BY started_at DESC LIMIT 1";
const WAITING: &str = "SELECT COUNT(*) FROM conversation_states WHERE waiting_since IS NOT NULL";

async fn off_it_stores_and_waits_for_people(world: World) {
    set(&world, Level::Off, &[]).await;
    let lead = world.lead(MARCOS, "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    assert!(world.replies(MARCOS).is_empty());
    assert_eq!(world.value(TURN).await, "silent|the agent is off");
    assert_eq!(world.value(WAITING).await, "1", "people owe the answer");
    // A human's conversation stays a human's, at night too.
    lead.hear_from_company("Oi Marcos, aqui é a Ana").await.unwrap();
    world.app.clock.advance(12 * HOUR);
    lead.write("boa noite").await.unwrap();
    world.settle().await;
    assert_eq!(world.value("SELECT mode FROM conversation_states").await, "human");
    assert!(world.replies(MARCOS).len() <= 1, "{:?}", world.replies(MARCOS));
    assert!(world.rows(NOTES).await.is_empty());
    world.done().await;
}

async fn in_the_shadow_it_drafts_and_sends_nothing_to_anybody(world: World) {
    with_sellers(&world.app);
    set(&world, Level::Shadow, &[]).await;
    let lead = world.lead(MARCOS, "Rafael");
    lead.write(HOT).await.unwrap();
    world.settle().await;
    assert!(world.replies(MARCOS).is_empty() && world.replies(ANA).is_empty());
    assert_eq!(world.value("SELECT COUNT(*) FROM deliveries").await, "0");
    let note = world.value(NOTES).await;
    assert!(note.starts_with("*Rascunho do agente (não enviado)*"), "{note}");
    assert_eq!(world.value(TURN).await, "shadow|-");
    assert_eq!(world.value(WAITING).await, "1");
    // What it read is on record; nothing was promised, so nobody is passed on.
    assert_eq!(world.value("SELECT company, temperature FROM leads").await, "Brasa Urbana|quente");
    assert_eq!(world.value("SELECT COUNT(*) FROM handoffs").await, "0");
    // People answer; the next message is drafted for them too.
    lead.hear_from_company("Oi Rafael, aqui é a Ana").await.unwrap();
    lead.write("a FB700 vem com esteira?").await.unwrap();
    world.settle().await;
    assert_eq!(world.rows(NOTES).await.len(), 2);
    assert_eq!(world.value("SELECT mode FROM conversation_states").await, "human");
    for _ in 0..10 {
        world.app.clock.advance(12 * HOUR);
        world.settle_now().await;
    }
    assert_eq!(world.value("SELECT COUNT(*) FROM deliveries").await, "0", "no follow-up either");
    world.done().await;
}

async fn on_the_list_it_answers_and_drafts_for_the_rest(world: World) {
    // As people write it, and without the ninth digit.
    set(&world, Level::AllowList, &["+55 (11) 8765-4321"]).await;
    world.lead(MARCOS, "Marcos").write("oi").await.unwrap();
    world.lead("5543999991111", "Bia").write("oi").await.unwrap();
    world.settle().await;
    assert_eq!(world.replies(MARCOS).len(), 1);
    assert!(world.replies("5543999991111").is_empty());
    assert_eq!(world.rows(NOTES).await.len(), 1);
    world.done().await;
}

async fn turning_it_on_takes_effect_with_the_next_message(world: World) {
    assert_eq!(world.app.store.read(LoadAgentMode).await.unwrap().mode, Level::On);
    set(&world, Level::Shadow, &[]).await;
    let lead = world.lead(MARCOS, "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    set(&world, Level::On, &[]).await;
    assert!(world.replies(MARCOS).is_empty());
    lead.write("queria saber da FB300").await.unwrap();
    world.settle().await;
    let replies = world.replies(MARCOS);
    // The draft that nobody sent greeted nobody.
    assert!(replies[0].contains("Seleto Industrial"), "{replies:?}");
    let audit = "SELECT actor, action, detail FROM audit ORDER BY seq";
    let set_by = |mode: &str| ["console:maria", "set_agent_mode", mode].map(str::to_owned);
    assert_eq!(world.rows(audit).await, [set_by("shadow"), set_by("on")]);
    world.done().await;
}

#[tokio::test]
async fn the_environment_sets_the_first_step_and_no_later_one() {
    let vars = [("AGENT_MODE", "allow_list"), ("AGENT_PHONES", "5511987654321, 5543999991111")];
    let world = World::sqlite_with(&vars).await;
    let mode = world.app.store.read(LoadAgentMode).await.unwrap();
    assert_eq!((mode.mode, mode.phones.len()), (Level::AllowList, 2));
    set(&world, Level::On, &[]).await;
    world.another_replica().await;
    assert_eq!(world.app.store.read(LoadAgentMode).await.unwrap().mode, Level::On);
    world.done().await;
}
