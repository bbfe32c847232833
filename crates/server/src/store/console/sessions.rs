//! Who is logged in, and how often somebody tried to be.

use seleto_rules::agent_mode::AgentMode;
use uuid::Uuid;

use super::accounts::Role;
use crate::params;
use crate::store::engine::{Dialect, Operation, Tx};
use crate::store::{Error, agent_mode};

/// How long a session holds while nobody uses it, in milliseconds.
pub const IDLE_MS: i64 = 30 * 60_000;
/// How long it holds at all, in milliseconds.
pub const LONGEST_MS: i64 = 12 * 60 * 60_000;
/// Tries at the login that an account or an address has in a minute.
pub const TRIES: i64 = 5;
/// The minute.
const TRIES_MS: i64 = 60_000;
/// How seldom the use of a session is noted, in milliseconds.
const NOTE_MS: i64 = 60_000;

/// A session that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub user: Uuid,
    /// What is typed at the login.
    pub login: String,
    /// How others see them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What every change must carry.
    pub csrf: String,
    /// Whether its use is to be noted.
    pub is_stale: bool,
    /// How far the agent is let loose, which every page says.
    pub agent: AgentMode,
}

/// The session behind a cookie, when it holds.
pub struct FindSession {
    /// Hash of the cookie.
    pub hash: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for FindSession {
    type Output = Option<Session>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Session>, Error> {
        let row = tx
            .row(
                "SELECT u.id, u.login, u.name, u.role, s.csrf, s.seen_at,
                   (SELECT value FROM settings WHERE key = $4)
                 FROM sessions s JOIN users u ON u.id = s.user_id
                 WHERE s.hash = $1 AND s.seen_at > $2 AND s.created_at > $3
                   AND u.disabled_at IS NULL",
                &params![&self.hash, self.now - IDLE_MS, self.now - LONGEST_MS, agent_mode::KEY],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Session {
            user: row.uuid(0)?,
            login: row.text(1)?,
            name: row.text(2)?,
            role: Role::read(&row.text(3)?).unwrap_or(Role::Reader),
            csrf: row.text(4)?,
            is_stale: row.int(5)? < self.now - NOTE_MS,
            agent: agent_mode::read(row.maybe_text(6)?.as_deref()),
        }))
    }
}

/// Notes that a session is in use.
pub struct TouchSession {
    /// Hash of the cookie.
    pub hash: String,
    /// Whose.
    pub user: Uuid,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for TouchSession {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.batch(&[
            (
                "UPDATE sessions SET seen_at = $2 WHERE hash = $1",
                params![&self.hash, self.now].to_vec(),
            ),
            ("UPDATE users SET seen_at = $2 WHERE id = $1", params![self.user, self.now].to_vec()),
        ])
        .await
    }
}

/// A login that went well: a new session, and the one that the browser had before ends.
pub struct BeginSession {
    /// Hash of the new cookie.
    pub hash: String,
    /// Hash of the cookie that the browser came with.
    pub earlier: Option<String>,
    /// Whose.
    pub user: Uuid,
    /// What every change must carry.
    pub csrf: String,
    /// The account and the address among the tries: the account's are forgiven, and this one is.
    pub subjects: [String; 2],
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for BeginSession {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let [account, address] = &self.subjects;
        tx.batch(&[
            (
                "DELETE FROM sessions WHERE hash = $1 OR created_at <= $2 OR seen_at <= $3",
                params![self.earlier.as_deref(), self.now - LONGEST_MS, self.now - IDLE_MS]
                    .to_vec(),
            ),
            ("DELETE FROM login_tries WHERE subject = $1", params![account].to_vec()),
            (
                "DELETE FROM login_tries WHERE id = (
                   SELECT id FROM login_tries WHERE subject = $1 ORDER BY at DESC LIMIT 1)",
                params![address].to_vec(),
            ),
            (
                "INSERT INTO sessions (hash, user_id, csrf, created_at, seen_at)
                 VALUES ($1, $2, $3, $4, $4)",
                params![&self.hash, self.user, &self.csrf, self.now].to_vec(),
            ),
            ("UPDATE users SET seen_at = $2 WHERE id = $1", params![self.user, self.now].to_vec()),
        ])
        .await
    }
}

/// A logout.
pub struct EndSession {
    /// Hash of the cookie.
    pub hash: String,
}

impl Operation for EndSession {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.execute("DELETE FROM sessions WHERE hash = $1", &params![&self.hash]).await?;
        Ok(())
    }
}

/// Counts a try at the login before the password is looked at, so that tries side by side count.
pub struct TryLogin {
    /// The account and the address.
    pub subjects: [String; 2],
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for TryLogin {
    /// Whether this try may be made.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let since = self.now - TRIES_MS;
        tx.execute("DELETE FROM login_tries WHERE at <= $1", &params![since]).await?;
        let mut allowed = true;
        for subject in &self.subjects {
            if tx.dialect() == Dialect::Postgres {
                // Transactions side by side do not see each other's tries: they take turns.
                let lock = "SELECT 1 FROM pg_advisory_xact_lock(hashtext($1)::bigint)";
                tx.rows(lock, &params![subject]).await?;
            }
            tx.execute(
                "INSERT INTO login_tries (id, subject, at) VALUES ($1, $2, $3)",
                &params![Uuid::now_v7(), subject, self.now],
            )
            .await?;
            let row = tx
                .row("SELECT COUNT(*) FROM login_tries WHERE subject = $1", &params![subject])
                .await?;
            allowed &= row.map_or(Ok(0), |row| row.int(0))? <= TRIES;
        }
        Ok(allowed)
    }
}
