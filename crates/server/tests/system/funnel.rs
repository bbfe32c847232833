//! Where leads stand, kept by whatever changes their record, and what people decide about it.

use seleto::store::console::funnel::{
    Filter, FindCard, ListLeads, LoadBoard, MoveLead, SetTemperature, Stage,
};
use seleto::store::control::{Close, Decision, GiveBack, TakeOver};
use uuid::Uuid;

use crate::world::World;

crate::on_both_engines!(
    a_lead_moves_along_with_the_conversation,
    a_stage_chosen_by_hand_holds_until_the_record_says_something_new,
    a_sale_noted_by_hand_stays,
    a_temperature_set_by_hand_outlasts_the_next_messages,
    the_list_is_read_page_by_page_without_gap_or_repetition,
    the_first_answer_is_timed,
);

const PHONE: &str = "5511987654321";
const STAGE: &str = "SELECT stage FROM funnel";

async fn write(world: &World, text: &str) {
    world.lead(PHONE, "Marcos").write(text).await.unwrap();
    world.settle().await;
}

async fn decision(world: &World) -> Decision {
    let id = world.value("SELECT id FROM conversation_states").await;
    Decision {
        conversation: Uuid::parse_str(&id).unwrap(),
        actor: "console:maria".to_owned(),
        now: world.app.clock.now(),
    }
}

async fn a_lead_moves_along_with_the_conversation(world: World) {
    write(&world, "oi").await;
    assert_eq!(world.value(STAGE).await, "novo");
    write(&world, "aqui é o Marcos, da Brasa Burger").await;
    assert_eq!(world.value(STAGE).await, "qualificando");
    world.app.store.write(TakeOver(decision(&world).await)).await.unwrap();
    assert_eq!(world.value(STAGE).await, "humano");
    world.app.store.write(GiveBack(decision(&world).await)).await.unwrap();
    assert_eq!(world.value(STAGE).await, "qualificando");
    world.app.store.write(Close(decision(&world).await)).await.unwrap();
    assert_eq!(world.value(STAGE).await, "encerrado");
    write(&world, "oi, voltei").await;
    assert_eq!(world.value(STAGE).await, "qualificando");
    world.done().await;
}

async fn move_to(world: &World, stage: Stage) {
    let decision = decision(world).await;
    assert!(world.app.store.write(MoveLead { decision, stage }).await.unwrap());
}

async fn a_stage_chosen_by_hand_holds_until_the_record_says_something_new(world: World) {
    write(&world, "aqui é o Marcos, da Brasa Burger").await;
    move_to(&world, Stage::Hot).await;
    write(&world, "somos de Campinas").await;
    assert_eq!(world.value("SELECT stage, stage_by FROM funnel").await, "quente|console:maria");
    world.app.store.write(TakeOver(decision(&world).await)).await.unwrap();
    assert_eq!(world.value("SELECT stage, stage_by FROM funnel").await, "humano|-");
    let audit = "SELECT action, detail FROM audit WHERE action = 'move_lead'";
    assert_eq!(world.value(audit).await, "move_lead|quente");
    world.done().await;
}

async fn a_sale_noted_by_hand_stays(world: World) {
    write(&world, "aqui é o Marcos, da Brasa Burger").await;
    move_to(&world, Stage::Won).await;
    world.app.store.write(TakeOver(decision(&world).await)).await.unwrap();
    world.app.store.write(Close(decision(&world).await)).await.unwrap();
    assert_eq!(world.value(STAGE).await, "ganho");
    world.done().await;
}

async fn a_temperature_set_by_hand_outlasts_the_next_messages(world: World) {
    write(&world, "oi").await;
    let set = |decision, temperature| SetTemperature { decision, temperature };
    let store = &world.app.store;
    store.write(set(decision(&world).await, Some("quente"))).await.unwrap();
    assert_eq!(world.value("SELECT temperature FROM leads").await, "quente");
    assert_eq!(world.value(STAGE).await, "quente");
    write(&world, "aqui é o Marcos, da Brasa Burger").await;
    assert_eq!(world.value("SELECT temperature FROM leads").await, "quente");
    store.write(set(decision(&world).await, None)).await.unwrap();
    write(&world, "somos de Campinas").await;
    assert_eq!(world.value("SELECT temperature FROM leads").await, "frio");
    assert_eq!(world.value("SELECT temperature FROM funnel").await, "frio");
    world.done().await;
}

async fn the_list_is_read_page_by_page_without_gap_or_repetition(world: World) {
    for number in 0..7 {
        let phone = format!("551198765432{number}");
        world.lead(&phone, "Ana").write("oi").await.unwrap();
        // Two of them in the same millisecond.
        world.app.clock.advance(i64::from(number % 2));
    }
    world.settle().await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = ListLeads { filter: Filter::default(), after, limit: 3 };
        let page = world.app.store.read(page).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.created_at, last.conversation));
        seen.extend(page.iter().map(|card| card.conversation));
    }
    assert_eq!(seen.len(), 7);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7);
    let filter = Filter { stage: Some(Stage::New), ..Filter::default() };
    let board = world.app.store.read(LoadBoard { filter, cards: 2 }).await.unwrap();
    let [column] = board.as_slice() else { panic!("one stage was asked for: {board:?}") };
    assert_eq!((column.count, column.cards.len()), (7, 2));
    world.done().await;
}

async fn the_first_answer_is_timed(world: World) {
    write(&world, "oi").await;
    let card = FindCard(decision(&world).await.conversation);
    let card = world.app.store.read(card).await.unwrap().unwrap();
    assert_eq!(card.name.as_deref(), Some("Marcos"));
    let first = world.value("SELECT replied_at FROM funnel").await;
    assert_eq!(first, world.value("SELECT MIN(sent_at) FROM deliveries").await);
    world.app.clock.advance(60_000);
    write(&world, "tudo bem?").await;
    assert_eq!(world.value("SELECT replied_at FROM funnel").await, first);
    world.done().await;
}
