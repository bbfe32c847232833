//! One shape for both database engines: operations that run inside one transaction.
//!
//! SQL is written once wherever both engines accept it: `$1` parameters, `ON CONFLICT`,
//! `RETURNING`, integer milliseconds. [`Dialect`] is asked only where they differ.

mod postgres;
mod row;
mod sqlite;

use std::future::Future;

pub use postgres::Postgres;
pub use row::{Row, Value};
pub use sqlite::Sqlite;

use super::Error;

/// Which SQL the engine speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded engine: one process, one writer.
    Sqlite,
    /// The engine for many replicas.
    Postgres,
}

/// Work that runs inside one transaction, and may be run again when the engine asks for it.
pub trait Operation: Send + Sync + 'static {
    /// What it answers.
    type Output: Send + 'static;

    /// Runs on an open transaction; an error rolls all of it back.
    fn run(&self, tx: &mut Tx<'_>) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

/// A statement with its parameters, for [`Tx::batch`].
pub type Statement<'a> = (&'a str, Vec<Value>);

/// An open transaction on either engine.
pub enum Tx<'c> {
    /// A savepoint inside the writer's group commit, or a read snapshot.
    Sqlite(&'c mut rusqlite::Connection),
    /// A transaction on a pooled connection.
    Postgres(&'c mut postgres::Session),
}

impl Tx<'_> {
    /// The SQL this transaction speaks.
    pub fn dialect(&self) -> Dialect {
        match self {
            Tx::Sqlite(_) => Dialect::Sqlite,
            Tx::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement and answers how many rows it changed.
    pub async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, Error> {
        match self {
            Tx::Sqlite(connection) => sqlite::execute(connection, sql, values),
            Tx::Postgres(session) => session.execute(sql, values).await,
        }
    }

    /// Runs a statement and answers its rows.
    pub async fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Error> {
        match self {
            Tx::Sqlite(connection) => sqlite::rows(connection, sql, values),
            Tx::Postgres(session) => session.rows(sql, values).await,
        }
    }

    /// Runs a statement that answers at most one row.
    pub async fn row(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Runs statements that do not need each other's answers; PostgreSQL gets them in one go.
    pub async fn batch(&mut self, statements: &[Statement<'_>]) -> Result<(), Error> {
        match self {
            Tx::Sqlite(connection) => {
                for (sql, values) in statements {
                    sqlite::execute(connection, sql, values)?;
                }
                Ok(())
            }
            Tx::Postgres(session) => session.batch(statements).await,
        }
    }

    /// Runs several statements without parameters, as a migration needs.
    pub async fn script(&mut self, sql: &str) -> Result<(), Error> {
        match self {
            Tx::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Tx::Postgres(session) => session.script(sql).await,
        }
    }
}
