//! Brings the schema to this binary's version, and refuses a newer one.
//!
//! A migration works for the binary before it and the binary after it, so that replicas can be
//! replaced one by one.

use super::engine::{Dialect, Operation, Tx};
use super::{Error, Store, supabase_schema};
use crate::params;

struct Migration {
    version: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sqlite: include_str!("../../migrations/sqlite/0001_spine.sql"),
        postgres: include_str!("../../migrations/postgres/0001_spine.sql"),
    },
    Migration {
        version: 2,
        sqlite: include_str!("../../migrations/sqlite/0002_voice.sql"),
        postgres: include_str!("../../migrations/postgres/0002_voice.sql"),
    },
    Migration {
        version: 3,
        sqlite: include_str!("../../migrations/sqlite/0003_steps.sql"),
        postgres: include_str!("../../migrations/postgres/0003_steps.sql"),
    },
    Migration {
        version: 4,
        sqlite: include_str!("../../migrations/sqlite/0004_facts.sql"),
        postgres: include_str!("../../migrations/postgres/0004_facts.sql"),
    },
    Migration {
        version: 7,
        sqlite: include_str!("../../migrations/sqlite/0007_recalled.sql"),
        postgres: include_str!("../../migrations/postgres/0007_recalled.sql"),
    },
    Migration {
        version: 8,
        sqlite: include_str!("../../migrations/sqlite/0008_handoffs.sql"),
        postgres: include_str!("../../migrations/postgres/0008_handoffs.sql"),
    },
    Migration {
        version: 9,
        sqlite: include_str!("../../migrations/sqlite/0009_console.sql"),
        postgres: include_str!("../../migrations/postgres/0009_console.sql"),
    },
    Migration {
        version: 10,
        sqlite: include_str!("../../migrations/sqlite/0010_funnel.sql"),
        postgres: include_str!("../../migrations/postgres/0010_funnel.sql"),
    },
    Migration {
        version: 11,
        sqlite: include_str!("../../migrations/sqlite/0011_playbook.sql"),
        postgres: include_str!("../../migrations/postgres/0011_playbook.sql"),
    },
];

/// A number of our own for PostgreSQL's advisory lock: replicas that start together take turns.
const LOCK: i64 = 0x5e1e_7001;

/// Applies what is missing; answers how many migrations that were.
///
/// # Errors
/// [`Error::SchemaTooNew`] when a newer version made the schema; else what the engine says.
pub async fn run(store: &Store, now: i64) -> Result<usize, Error> {
    store.write(Migrate { now, insist: false }).await
}

/// The same, and on Supabase the six tables are gone through again even if nothing seems new.
///
/// # Errors
/// As [`run`].
pub async fn run_thoroughly(store: &Store, now: i64) -> Result<usize, Error> {
    store.write(Migrate { now, insist: true }).await
}

struct Migrate {
    now: i64,
    insist: bool,
}

impl Operation for Migrate {
    type Output = usize;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<usize, Error> {
        if tx.dialect() == Dialect::Postgres {
            tx.script(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
        }
        tx.script(
            "CREATE TABLE IF NOT EXISTS schema_migrations (
               version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)",
        )
        .await?;
        let on_supabase = supabase_schema::is_supabase(tx).await?;
        if on_supabase {
            // First, so that a table of the customer's has the columns that the migrations expect.
            supabase_schema::adopt(tx, self.insist).await?;
        }
        let rows = tx.rows("SELECT version FROM schema_migrations", &[]).await?;
        let applied: Vec<i64> = rows.iter().map(|row| row.int(0)).collect::<Result<_, _>>()?;
        let found = applied.iter().copied().max().unwrap_or(0);
        let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
        if found > known {
            return Err(Error::SchemaTooNew { found, known });
        }
        // Each by itself: a version that was written later may have a lower number.
        let missing: Vec<_> =
            MIGRATIONS.iter().filter(|next| !applied.contains(&next.version)).collect();
        for migration in &missing {
            let sql = match tx.dialect() {
                Dialect::Sqlite => migration.sqlite,
                Dialect::Postgres => migration.postgres,
            };
            tx.script(sql).await?;
            tx.execute(
                "INSERT INTO schema_migrations (version, applied_at) VALUES ($1, $2)",
                &params![migration.version, self.now],
            )
            .await?;
        }
        if on_supabase && (self.insist || !missing.is_empty()) {
            supabase_schema::close(tx, &tables()).await?;
        }
        Ok(missing.len())
    }
}

/// The names of all tables that the migrations make, and of their own list.
fn tables() -> Vec<&'static str> {
    let made = MIGRATIONS.iter().flat_map(|migration| {
        let lines =
            migration.postgres.lines().filter_map(|line| line.strip_prefix("CREATE TABLE "));
        lines.filter_map(|rest| rest.trim_start_matches("IF NOT EXISTS ").split([' ', '(']).next())
    });
    made.chain(["schema_migrations"]).collect()
}
