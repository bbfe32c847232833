//! All the SQL: one operation a transaction, on the embedded engine and on PostgreSQL.

pub mod activity;
pub mod agent_mode;
pub mod alert;
pub mod breaker;
pub mod chatwoot;
pub mod console;
pub mod control;
pub mod crm;
pub mod customer;
pub mod customer_rows;
pub mod dead_letters;
pub mod delivery;
pub mod digest;
pub mod engine;
pub mod facts;
pub mod follow_up;
pub mod handoff;
pub mod identity;
pub mod ingest;
pub mod lead;
pub mod migrate;
pub mod mirroring;
pub mod note;
pub mod outcome;
pub mod pace;
pub mod playbook;
pub mod queue;
mod quote;
pub mod recalled;
pub mod remotes;
pub mod reports;
pub mod revoked;
pub mod seed;
pub mod sellers;
pub mod setting;
pub mod spool;
pub mod supabase_schema;
pub mod throwaway;
pub mod transcript;
pub mod turn;

use std::path::{Path, PathBuf};

use engine::{Dialect, Operation, Postgres, Sqlite};

/// Why an operation did not succeed; nothing of it is stored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached or written now; trying later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// SQLite refused a statement.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused a statement, or the connection broke.
    #[error("PostgreSQL: {}", explain(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// A row does not look as this version expects.
    #[error("column {column} is not {wanted}")]
    Unexpected {
        /// Position, from 0.
        column: usize,
        /// What was expected.
        wanted: &'static str,
    },
    /// The lease was lost to another worker: what was made is not saved.
    #[error("the lease was lost")]
    LeaseLost,
    /// The operation asks for its own rollback; not a failure.
    #[error("nothing to store")]
    Nothing,
    /// The schema was made by a newer version.
    #[error(
        "o banco está na versão {found} do esquema e este binário conhece até a {known}: \
         atualize o seleto ou restaure o backup anterior"
    )]
    SchemaTooNew {
        /// The database's version.
        found: i64,
        /// The newest this binary has.
        known: i64,
    },
}

impl From<deadpool_postgres::PoolError> for Error {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Backend(error) => Error::Postgres(error),
            other => Error::Unavailable(other.to_string()),
        }
    }
}

/// PostgreSQL's own words are in the error's source; its `Display` says only "db error".
fn explain(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// The database, whichever engine it is.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
}

#[derive(Clone)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens the database behind `DATABASE_URL`: `sqlite://path` or `postgres://…`.
    ///
    /// # Errors
    /// When the address has another form, or the file cannot be written.
    pub fn open(url: &str) -> Result<Self, Error> {
        let engine = if let Some(path) = sqlite_path(url) {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder).map_err(|error| cannot_write(&path, &error))?;
            }
            Engine::Sqlite(Sqlite::open(&path)?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Engine::Postgres(Postgres::open(url)?)
        } else {
            return Err(Error::Unavailable(
                "DATABASE_URL deve começar com sqlite:// ou postgres://".to_owned(),
            ));
        };
        Ok(Self { engine })
    }

    /// Which engine this is.
    pub fn dialect(&self) -> Dialect {
        match self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs an operation that writes; when this answers, it is on disk.
    ///
    /// # Errors
    /// When the engine refuses or the operation does; nothing is stored then.
    pub async fn write<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(operation).await,
            Engine::Postgres(postgres) => postgres.write(operation).await,
        }
    }

    /// Runs an operation that only reads.
    ///
    /// # Errors
    /// When the engine refuses or the operation does.
    pub async fn read<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(operation).await,
            Engine::Postgres(postgres) => postgres.read(operation).await,
        }
    }
}

/// The file behind a `sqlite://` address.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Error {
    Error::Unavailable(format!("{}: {error}", path.display()))
}
