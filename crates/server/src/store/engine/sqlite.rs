//! The embedded engine: one writer thread that commits in groups, and a few readers.
//!
//! SQLite takes one writer at a time and each durable commit waits for the disk. So all
//! operations that wait together share one transaction, each inside its own savepoint: a failed
//! one undoes only itself, and nobody is told of success before the shared commit is on disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

use futures_util::FutureExt;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, oneshot};

use super::{Operation, Row, Tx, Value};
use crate::store::Error;

/// How many operations may share one commit.
const GROUP: usize = 64;
/// How many reads may run at once.
const READERS: usize = 4;

/// A handle on the writer thread and the readers.
#[derive(Clone)]
pub struct Sqlite {
    writer: mpsc::Sender<Box<dyn Job>>,
    readers: Arc<Readers>,
}

impl Sqlite {
    /// Opens or creates the file.
    ///
    /// # Errors
    /// When the folder or the file cannot be written, or is no database.
    pub fn open(path: &Path) -> Result<Self, Error> {
        create_private(path)
            .map_err(|error| Error::Unavailable(format!("{}: {error}", path.display())))?;
        let mut connection = connect(path, OpenFlags::default())?;
        let (writer, jobs) = mpsc::channel::<Box<dyn Job>>();
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_in_groups(&mut connection, &jobs))
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        let readers = Readers {
            path: path.to_owned(),
            idle: std::sync::Mutex::new(Vec::new()),
            permits: Semaphore::new(READERS),
        };
        Ok(Self { writer, readers: Arc::new(readers) })
    }

    /// Runs an operation on the writer; answers after the commit that holds it.
    pub async fn write<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Waiting { operation, result: None, reply: Some(reply) });
        self.writer.send(job).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Runs an operation on a read snapshot.
    pub async fn read<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        let readers = Arc::clone(&self.readers);
        let _permit = self.readers.permits.acquire().await.map_err(|_| gone())?;
        tokio::task::spawn_blocking(move || {
            let mut connection = readers.take()?;
            let result = snapshot(&mut connection, &operation);
            readers.put_back(connection);
            result
        })
        .await
        .map_err(|error| Error::Unavailable(error.to_string()))?
    }
}

/// The readers' connections that nobody uses right now.
struct Readers {
    path: PathBuf,
    idle: std::sync::Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Readers {
    fn take(&self) -> Result<Connection, Error> {
        let idle = self.idle.lock().map_err(|_| gone())?.pop();
        idle.map_or_else(|| connect(&self.path, OpenFlags::default()), Ok)
    }

    fn put_back(&self, connection: Connection) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(connection);
        }
    }
}

fn snapshot<O: Operation>(connection: &mut Connection, operation: &O) -> Result<O::Output, Error> {
    connection.execute_batch("BEGIN")?;
    let result = run_now(operation, connection);
    connection.execute_batch("ROLLBACK")?;
    result
}

/// A new file is for its owner only: it holds what leads write. SQLite gives the files beside it
/// the same permissions.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(128);
    // Otherwise SQLite plans a statement anew for each value that it is given as a LIMIT.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -4000; PRAGMA journal_size_limit = 16777216;
         PRAGMA temp_store = MEMORY;",
    )?;
    Ok(connection)
}

/// An operation that waits for the writer.
trait Job: Send {
    /// Runs inside its own savepoint; `false` when it failed and must be undone.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Tells the caller, once the shared commit is decided.
    fn finish(&mut self, commit: Result<(), &str>);
}

struct Waiting<O: Operation> {
    operation: O,
    result: Option<Result<O::Output, Error>>,
    reply: Option<oneshot::Sender<Result<O::Output, Error>>>,
}

impl<O: Operation> Job for Waiting<O> {
    fn run(&mut self, connection: &mut Connection) -> bool {
        let result = run_now(&self.operation, connection);
        let succeeded = result.is_ok();
        self.result = Some(result);
        succeeded
    }

    fn finish(&mut self, commit: Result<(), &str>) {
        let Some(reply) = self.reply.take() else { return };
        let result = match (commit, self.result.take()) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(gone()),
            (Err(reason), _) => Err(Error::Unavailable(reason.to_owned())),
        };
        // The caller may have given up waiting (its HTTP client is gone): the commit stands.
        drop(reply.send(result));
    }
}

/// Runs an operation to its end: on SQLite nothing in it ever waits.
fn run_now<O: Operation>(operation: &O, connection: &mut Connection) -> Result<O::Output, Error> {
    let mut tx = Tx::Sqlite(connection);
    operation
        .run(&mut tx)
        .now_or_never()
        .unwrap_or_else(|| Err(Error::Unavailable("an operation waited inside SQLite".to_owned())))
}

fn write_in_groups(connection: &mut Connection, jobs: &mpsc::Receiver<Box<dyn Job>>) {
    while let Ok(first) = jobs.recv() {
        let mut group = Vec::with_capacity(8);
        let commit = run_group(connection, first, jobs, &mut group);
        let outcome = commit.as_ref().copied().map_err(String::as_str);
        for job in &mut group {
            job.finish(outcome);
        }
    }
}

fn run_group(
    connection: &mut Connection,
    first: Box<dyn Job>,
    jobs: &mpsc::Receiver<Box<dyn Job>>,
    group: &mut Vec<Box<dyn Job>>,
) -> Result<(), String> {
    group.push(first);
    let result = (|| {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let mut next = 0;
        while let Some(job) = group.get_mut(next) {
            run_in_savepoint(connection, job.as_mut())?;
            next += 1;
            if next < GROUP && next == group.len() {
                group.extend(jobs.try_recv());
            }
        }
        connection.execute_batch("COMMIT")
    })();
    result.map_err(|error| {
        if !connection.is_autocommit() {
            // The shared transaction is lost as a whole; every caller hears of it and retries.
            drop(connection.execute_batch("ROLLBACK"));
        }
        error.to_string()
    })
}

fn run_in_savepoint(connection: &mut Connection, job: &mut dyn Job) -> rusqlite::Result<()> {
    connection.prepare_cached("SAVEPOINT operation")?.execute([])?;
    if !job.run(connection) {
        connection.prepare_cached("ROLLBACK TO operation")?.execute([])?;
    }
    connection.prepare_cached("RELEASE operation")?.execute([])?;
    Ok(())
}

pub(super) fn execute(
    connection: &mut Connection,
    sql: &str,
    values: &[Value],
) -> Result<u64, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, values)?;
    Ok(statement.raw_execute()? as u64)
}

pub(super) fn rows(
    connection: &mut Connection,
    sql: &str,
    values: &[Value],
) -> Result<Vec<Row>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, values)?;
    let columns = statement.column_count();
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let columns: Result<Vec<_>, Error> =
            (0..columns).map(|index| Ok(from_column(row.get_ref(index)?))).collect();
        found.push(Row(columns?));
    }
    Ok(found)
}

/// SQLite numbers `$1`, `$2`, … by first appearance, so each is bound by its name.
fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value]) -> Result<(), Error> {
    for index in 1..=statement.parameter_count() {
        let number = statement.parameter_name(index).and_then(|name| name[1..].parse().ok());
        let value = number.and_then(|number: usize| values.get(number - 1));
        let value = value.ok_or(Error::Unexpected { column: index, wanted: "a parameter" })?;
        statement.raw_bind_parameter(index, to_column(value))?;
    }
    Ok(())
}

fn to_column(value: &Value) -> rusqlite::types::ToSqlOutput<'_> {
    use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
    match value {
        Value::Null => ToSqlOutput::Owned(Owned::Null),
        Value::Int(value) => ToSqlOutput::Owned(Owned::Integer(*value)),
        Value::Real(value) => ToSqlOutput::Owned(Owned::Real(*value)),
        Value::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
        Value::Uuid(value) => ToSqlOutput::Owned(Owned::Text(value.to_string())),
        Value::Time(ms) => ToSqlOutput::Owned(Owned::Text(iso(*ms))),
    }
}

fn iso(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| format!("{at:.3}"))
}

fn from_column(column: rusqlite::types::ValueRef<'_>) -> Value {
    use rusqlite::types::ValueRef;
    match column {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            Value::Text(String::from_utf8_lossy(text).into_owned())
        }
    }
}

fn gone() -> Error {
    Error::Unavailable("the SQLite writer has stopped".to_owned())
}
