//! A file beside the database: keeps webhooks while the database is away.
//!
//! Z-API posts a webhook once. When PostgreSQL does not answer, refusing would lose the lead's
//! message; so it is put on this machine's disk first and brought over later.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use super::Error;
use super::engine::{Operation, Sqlite, Tx};
use crate::params;

/// The most bytes the spool holds; beyond, webhooks are refused and somebody must act.
const CAPACITY: i64 = 256 * 1024 * 1024;

/// Webhooks that wait for the database.
pub struct Spool {
    file: Sqlite,
    waiting: AtomicI64,
    bytes: AtomicI64,
}

/// A webhook that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spooled {
    seq: i64,
    /// The vendor's instance.
    pub instance: String,
    /// The body, as it came.
    pub body: String,
}

impl Spool {
    /// Opens or makes the file, with what an earlier process left in it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|error| Error::Unavailable(format!("{}: {error}", path.display())))?;
        }
        let file = Sqlite::open(path)?;
        let (waiting, bytes) = file.write(Prepare).await?;
        Ok(Self { file, waiting: AtomicI64::new(waiting), bytes: AtomicI64::new(bytes) })
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0
    }

    /// Keeps a webhook; when this answers, it is on disk.
    ///
    /// # Errors
    /// When the spool is full or its disk is.
    pub async fn keep(&self, instance: &str, body: &[u8], now: i64) -> Result<(), Error> {
        let length = length(body.len());
        if self.bytes.load(Ordering::SeqCst) + length > CAPACITY {
            return Err(Error::Unavailable("the spool is full".to_owned()));
        }
        let body = String::from_utf8_lossy(body).into_owned();
        self.file.write(Put { instance: instance.to_owned(), body, now }).await?;
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.bytes.fetch_add(length, Ordering::SeqCst);
        Ok(())
    }

    /// The webhooks that wait longest.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn oldest(&self, limit: i64) -> Result<Vec<Spooled>, Error> {
        self.file.read(Oldest { limit }).await
    }

    /// Removes a webhook that is in the database now.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn forget(&self, spooled: &Spooled) -> Result<(), Error> {
        self.file.write(Forget { seq: spooled.seq }).await?;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        self.bytes.fetch_sub(length(spooled.body.len()), Ordering::SeqCst);
        Ok(())
    }
}

fn length(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

struct Prepare;

impl Operation for Prepare {
    type Output = (i64, i64);

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(i64, i64), Error> {
        tx.script(
            "CREATE TABLE IF NOT EXISTS spool (
               seq INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL,
               body TEXT NOT NULL, received_at BIGINT NOT NULL)",
        )
        .await?;
        let sizes = "SELECT COUNT(*), COALESCE(SUM(LENGTH(body)), 0) FROM spool";
        let row = tx.row(sizes, &[]).await?.ok_or(Error::Nothing)?;
        Ok((row.int(0)?, row.int(1)?))
    }
}

struct Put {
    instance: String,
    body: String,
    now: i64,
}

impl Operation for Put {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.execute(
            "INSERT INTO spool (instance, body, received_at) VALUES ($1, $2, $3)",
            &params![&self.instance, &self.body, self.now],
        )
        .await?;
        Ok(())
    }
}

struct Oldest {
    limit: i64,
}

impl Operation for Oldest {
    type Output = Vec<Spooled>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Spooled>, Error> {
        let rows = tx
            .rows(
                "SELECT seq, instance, body FROM spool ORDER BY seq LIMIT $1",
                &params![self.limit],
            )
            .await?;
        rows.into_iter()
            .map(|row| Ok(Spooled { seq: row.int(0)?, instance: row.text(1)?, body: row.text(2)? }))
            .collect()
    }
}

struct Forget {
    seq: i64,
}

impl Operation for Forget {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.execute("DELETE FROM spool WHERE seq = $1", &params![self.seq]).await?;
        Ok(())
    }
}
