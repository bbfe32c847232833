//! The whole agent against local vendors, on both engines, with a clock that only the tests move.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "../support/postgres.rs"]
mod postgres;
mod world;

mod agent_mode;
mod api;
mod bad_model;
mod brakes;
mod bursts;
mod chatwoot;
mod console;
mod crm;
mod dead_letters;
mod deliveries;
mod digest;
mod facts;
mod follow_ups;
mod funnel;
mod handoff;
mod identities;
mod kinds;
mod malformed;
mod model;
mod notes;
mod operating;
mod outage;
mod pictures;
mod replicas;
mod supabase;
mod supabase_proof;
mod supabase_schema;
mod takeover;
mod takeover_race;
mod voice;
mod webhooks;

/// Makes each scenario a test on the embedded engine and one on PostgreSQL.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::world::World::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::world::World::postgres().await).await;
            })+
        }
    };
}

/// The same, with a model.
#[macro_export]
macro_rules! on_both_engines_with_a_model {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        mod sqlite_with_a_model {
            $(#[tokio::test]
            async fn $name() {
                let vars = [("OPENAI_MODEL", "gpt-4o")];
                super::$name($crate::world::World::sqlite_with(&vars).await).await;
            })+
        }
        mod postgres_with_a_model {
            $(#[tokio::test]
            async fn $name() {
                let database = $crate::postgres::cluster().database().await;
                let vars = [("OPENAI_MODEL", "gpt-4o")];
                super::$name($crate::world::World::postgres_with(&database, &vars).await).await;
            })+
        }
    };
}
