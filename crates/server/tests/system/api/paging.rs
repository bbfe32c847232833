//! Pages of a list hold everything once.

use std::collections::BTreeSet;

use seleto::store::console::accounts::Role;
use serde_json::Value;

use super::{Program, conversation};
use crate::world::World;

crate::on_both_engines!(
    conversations_are_listed_once,
    messages_are_listed_once,
    dead_letters_of_one_instant_are_listed_once,
);

fn distinct(items: &[Value], key: &str) -> usize {
    items.iter().map(|item| item[key].as_str().unwrap()).collect::<BTreeSet<_>>().len()
}

async fn conversations_are_listed_once(world: World) {
    for number in 0..45 {
        let phone = format!("55119{:08}", 10_000_000 + number);
        world.lead(&phone, &format!("Lead {number}")).write("oi").await.unwrap();
    }
    let program = Program::with_role(&world, Role::Reader).await;
    for filter in ["all", "waiting"] {
        let items = program.all(&format!("/conversations?filter={filter}")).await;
        assert_eq!((items.len(), distinct(&items, "id")), (45, 45), "{filter}");
    }
    let found = program.all("/conversations?q=Lead%2044").await;
    assert_eq!(distinct(&found, "id"), 1);
    assert!(program.all("/conversations?filter=closed").await.is_empty());
}

async fn messages_are_listed_once(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    for number in 0..65 {
        lead.write(&format!("mensagem {number}")).await.unwrap();
    }
    let program = Program::with_role(&world, Role::Reader).await;
    let id = conversation(&world).await;
    let items = program.all(&format!("/conversations/{id}/messages")).await;
    assert_eq!((items.len(), distinct(&items, "id")), (65, 65));
}

async fn dead_letters_of_one_instant_are_listed_once(world: World) {
    for number in 0..3 {
        world.lead(&format!("551198765432{number}"), "Marcos").write("oi").await.unwrap();
    }
    world.settle().await;
    world.execute("UPDATE deliveries SET state = 'rejected', settled_at = 1000").await;
    let program = Program::with_role(&world, Role::Reader).await;
    let all = program.all("/dead-letters?limit=200").await;
    let paged = program.all("/dead-letters?limit=1").await;
    assert!(all.len() >= 3);
    assert_eq!(all, paged);
    assert_eq!(distinct(&paged, "key"), paged.len());
}
