//! Chatwoot shows what was said, once and in order, and its people take conversations over.

mod commands;
mod faults;
mod mirror;
mod takeover;
mod webhooks;

use std::collections::BTreeMap;

use crate::world::World;

/// Makes each scenario a test on both engines, with a local Chatwoot.
#[macro_export]
macro_rules! on_both_engines_with_chatwoot {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let vars = [("VENDORS", "chatwoot")];
                super::$name($crate::world::World::sqlite_with(&vars).await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let database = $crate::postgres::cluster().database().await;
                let vars = [("VENDORS", "chatwoot")];
                super::$name($crate::world::World::postgres_with(&database, &vars).await).await;
            })+
        }
    };
}

pub const PHONE: &str = "5511987654321";
pub const MODE: &str = "SELECT mode FROM conversation_states";

/// Lets time pass until nothing is left to do: waits of the mirror, of its breaker, of its calm.
pub async fn come_to_rest(world: &World) {
    for _ in 0..400 {
        world.settle_now().await;
        // A follow-up is days away.
        let due = "SELECT lane FROM queue WHERE wake_at IS NOT NULL AND lane <> 'follow_up'";
        if world.rows(due).await.is_empty() {
            return;
        }
        world.app.clock.advance(31_000);
    }
    panic!("it never comes to rest");
}

/// Ends a test once everything is told.
pub async fn done(world: World) {
    come_to_rest(&world).await;
    world.done().await;
}

/// What Chatwoot should show, by number: our record, line by line.
pub async fn record(world: &World) -> BTreeMap<String, Vec<String>> {
    let rows = world
        .rows(
            "SELECT c.lead_phone, m.author, m.text FROM messages m
             JOIN conversation_states c ON c.id = m.conversation_id ORDER BY m.seq",
        )
        .await;
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let [phone, author, text] = row.as_slice() else { panic!("three columns") };
        let mark = match author.as_str() {
            "lead" => '>',
            "note" => '#',
            _ => '<',
        };
        lines.entry(phone.clone()).or_default().push(format!("{mark} {text}"));
    }
    lines
}

/// Chatwoot has exactly one contact and one conversation for each lead, and in it every message
/// once, in order.
pub async fn assert_in_step(world: &World, leads: usize) {
    let record = record(world).await;
    assert_eq!(record.len(), leads);
    assert_eq!(world.chatwoot().contacts().len(), leads, "contacts");
    assert_eq!(world.chatwoot().conversations().len(), leads, "conversations");
    for (phone, lines) in record {
        assert_eq!(world.chatwoot().transcript(&phone), lines, "{phone}");
    }
    let refused = "SELECT kind, detail FROM remotes WHERE state <> 'done'";
    assert_eq!(world.rows(refused).await, Vec::<Vec<String>>::new());
}

/// The number of the conversation in Chatwoot.
pub fn there(world: &World, phone: &str) -> u64 {
    world.chatwoot().conversation_of(phone).unwrap().id
}
