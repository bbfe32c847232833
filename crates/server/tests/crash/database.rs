//! Reads the agent's tables, and never writes to them.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// A database of either engine.
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// An address.
    Postgres(String),
}

/// A row, each column as text.
pub type Row = Vec<Option<String>>;

impl Database {
    /// The database behind a `DATABASE_URL`.
    pub fn at(url: &str) -> Self {
        match url.strip_prefix("sqlite://") {
            Some(path) => Self::Sqlite(PathBuf::from(path)),
            None => Self::Postgres(url.to_owned()),
        }
    }

    /// The rows that a query gives.
    pub async fn rows(&self, sql: &str) -> Vec<Row> {
        match self {
            Self::Sqlite(path) => sqlite_rows(path, sql).expect("the query works on SQLite"),
            Self::Postgres(url) => {
                postgres_rows(url, sql).await.expect("the query works on PostgreSQL")
            }
        }
    }

    /// The one number that a query gives.
    pub async fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql).await;
        rows[0][0].as_deref().and_then(|text| text.parse().ok()).expect("the query gives a number")
    }
}

fn sqlite_rows(path: &PathBuf, sql: &str) -> rusqlite::Result<Vec<Row>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let rows = statement
        .query_map([], |row| (0..columns).map(|column| Ok(text(row.get_ref(column)?))).collect())?;
    rows.collect()
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}

async fn postgres_rows(url: &str, sql: &str) -> Result<Vec<Row>, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let messages = client.simple_query(sql).await?;
    drop(client);
    connection.await.expect("the connection's task ends")?;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect())
        }
        _ => None,
    });
    Ok(rows.collect())
}
