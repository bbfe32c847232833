//! The agent and a CRM without any idempotency: one person and one open deal for each lead.

mod back;
mod deals;
mod faults;
mod reconciled;

use seleto_simulator::piperun::{Operation, Piperun};
use serde_json::Value;

use crate::world::World;

/// The variables of a world with the CRM.
pub const CRM: (&str, &str) = ("VENDORS", "piperun");

/// What a lead tells, turn by turn, until it is hot.
pub const TURNS: [&str; 8] = [
    "oi, boa tarde",
    "quero uma formadora de hambúrguer",
    "meu nome é João Silva",
    "minha empresa se chama Burger do João",
    "somos de Joinville SC",
    "fazemos 500 hambúrgueres por dia",
    "quero a FB300, preciso comprar essa semana",
    "já conheço a Seleto sim",
];

/// Makes each scenario a test on the embedded engine and one on PostgreSQL, with a CRM.
macro_rules! with_a_crm {
    ($($name:ident),+ $(,)?) => {
        with_a_crm!([]; $($name),+);
    };
    ($more:tt; $($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let vars = $crate::crm::vars(&$more);
                super::$name($crate::world::World::sqlite_with(&vars).await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let database = $crate::postgres::cluster().database().await;
                let vars = $crate::crm::vars(&$more);
                super::$name($crate::world::World::postgres_with(&database, &vars).await).await;
            })+
        }
    };
}
pub(crate) use with_a_crm;

/// The variables of a world with the CRM, and more of them.
pub fn vars(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [&[CRM], more].concat()
}

pub fn crm(world: &World) -> Piperun {
    world.simulator.piperun.clone().unwrap()
}

/// A lead goes through all turns.
pub async fn talk(world: &World, phone: &str) {
    for text in TURNS {
        world.lead(phone, "João").write(text).await.unwrap();
        world.settle().await;
    }
}

/// Writes once more, and lets all be done.
pub async fn write(world: &World, phone: &str, text: &str) {
    world.lead(phone, "João").write(text).await.unwrap();
    world.settle().await;
}

/// Lets time pass until nothing waits for the CRM any more.
pub async fn come_into_step(world: &World) {
    for _ in 0..60 {
        world.app.clock.advance(60_000);
        world.settle_now().await;
        let waiting = "SELECT conversation_id FROM queue
                       WHERE lane = 'piperun' AND wake_at IS NOT NULL";
        if world.rows(waiting).await.is_empty() {
            return;
        }
    }
    panic!("the CRM never came into step: {:?}", world.rows("SELECT * FROM alerts").await);
}

/// How often a call was made.
pub fn count(crm: &Piperun, operation: Operation) -> usize {
    crm.calls().count(|call| call.operation == operation)
}

/// The number in a field that is a number or text.
pub fn number(record: &Value, field: &str) -> i64 {
    let value = &record[field];
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap()
}

/// What the customer's table says of the CRM.
pub async fn context(world: &World) -> Vec<String> {
    let rows = world
        .rows(
            "SELECT key, value FROM conversation_context
             WHERE key IN ('crm_stage', 'crm_status', 'crm_temperature') ORDER BY key",
        )
        .await;
    rows.iter().map(|row| row.join("=")).collect()
}
