//! Which row at a vendor is which of ours, what was last written there, and what it refused.

use uuid::Uuid;

use super::engine::{Operation, Row, Statement, Tx};
use super::queue::{Claim, Lane};
use super::{Error, alert};
use crate::params;

/// Where something of ours stands at a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteState {
    /// A call was begun, and nobody noted its outcome: look before doing it again.
    Sending,
    /// It is there as it was last written.
    Done,
    /// The vendor refuses it for good: an operator may send it again.
    Refused,
    /// An operator gave it up.
    Dropped,
}

impl RemoteState {
    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
        }
    }

    pub(super) fn read(name: &str) -> Self {
        match name {
            "done" => Self::Done,
            "refused" => Self::Refused,
            "dropped" => Self::Dropped,
            _ => Self::Sending,
        }
    }
}

/// Something of ours at a vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// What it is: `contact`, `message`, `deal`.
    pub kind: String,
    /// Our id of it.
    pub id: String,
    /// The conversation it belongs to.
    pub conversation: Uuid,
    /// The vendor's id, once it is known.
    pub remote_id: Option<String>,
    /// Hash of what was last written.
    pub hash: Option<String>,
    /// Where it stands.
    pub state: RemoteState,
    /// How often it was begun.
    pub attempts: i64,
    /// What the vendor said last.
    pub detail: Option<String>,
}

const COLUMNS: &str = "kind, id, conversation_id, remote_id, hash, state, attempts, detail";

impl Remote {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            kind: row.text(0)?,
            id: row.text(1)?,
            conversation: row.uuid(2)?,
            remote_id: row.maybe_text(3)?,
            hash: row.maybe_text(4)?,
            state: RemoteState::read(&row.text(5)?),
            attempts: row.int(6)?,
            detail: row.maybe_text(7)?,
        })
    }
}

/// All of a conversation at a vendor, but for kinds that grow with its length.
pub struct LoadRemotes {
    /// The vendor's lane.
    pub lane: Lane,
    /// Whose.
    pub conversation: Uuid,
    /// Only these kinds; a conversation has a row for each of its messages.
    pub kinds: &'static [&'static str],
}

impl Operation for LoadRemotes {
    type Output = Vec<Remote>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Remote>, Error> {
        let mut remotes = Vec::new();
        let sql = format!(
            "SELECT {COLUMNS} FROM remotes WHERE conversation_id = $1 AND lane = $2 AND kind = $3"
        );
        for kind in self.kinds {
            let rows = tx.rows(&sql, &params![self.conversation, self.lane.name(), *kind]).await?;
            for row in &rows {
                remotes.push(Remote::read(row)?);
            }
        }
        Ok(remotes)
    }
}

/// Finds what of ours a vendor's id stands for.
pub struct FindRemote {
    /// The vendor's lane.
    pub lane: Lane,
    /// What it is.
    pub kind: &'static str,
    /// The vendor's id.
    pub remote_id: String,
}

impl Operation for FindRemote {
    type Output = Option<Remote>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Remote>, Error> {
        find(tx, self.lane, self.kind, &self.remote_id).await
    }
}

/// Finds what of ours a vendor's id stands for, inside another operation.
pub(super) async fn find(
    tx: &mut Tx<'_>,
    lane: Lane,
    kind: &str,
    remote_id: &str,
) -> Result<Option<Remote>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM remotes WHERE lane = $1 AND kind = $2 AND remote_id = $3 LIMIT 1"
    );
    let row = tx.row(&sql, &params![lane.name(), kind, remote_id]).await?;
    row.as_ref().map(Remote::read).transpose()
}

/// Where something of ours stands at a vendor, inside another operation.
pub(super) async fn remote(
    tx: &mut Tx<'_>,
    lane: Lane,
    kind: &str,
    id: &str,
) -> Result<Option<Remote>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM remotes WHERE lane = $1 AND kind = $2 AND id = $3");
    let row = tx.row(&sql, &params![lane.name(), kind, id]).await?;
    row.as_ref().map(Remote::read).transpose()
}

/// Notes that a call is about to be made, so that a crash leaves a doubt and not a copy.
pub struct BeginRemote {
    /// The lease under which it is made.
    pub claim: Claim,
    /// What is written: kind and our id.
    pub item: (&'static str, String),
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for BeginRemote {
    type Output = ();

    /// # Errors
    /// [`Error::LeaseLost`] when somebody else holds the lane by now: nothing may be called.
    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let claim = &self.claim;
        let (kind, id) = &self.item;
        let begun = tx
            .execute(
                "INSERT INTO remotes (lane, kind, id, conversation_id, state, attempts, updated_at)
                 SELECT $1, $2, $3, $4, 'sending', 1, $5 FROM queue
                 WHERE conversation_id = $4 AND lane = $1 AND lease_by = $6 AND fence = $7
                 ON CONFLICT (lane, kind, id) DO UPDATE SET
                   state = 'sending', attempts = remotes.attempts + 1,
                   updated_at = excluded.updated_at",
                &params![
                    claim.lane.name(),
                    *kind,
                    id,
                    claim.conversation,
                    self.now,
                    claim.replica,
                    claim.fence
                ],
            )
            .await?;
        if begun == 1 { Ok(()) } else { Err(Error::LeaseLost) }
    }
}

/// Notes what is at the vendor now.
pub struct KeepRemote {
    /// The vendor's lane.
    pub lane: Lane,
    /// Whose.
    pub conversation: Uuid,
    /// What was written: kind and our id.
    pub item: (&'static str, String),
    /// The vendor's id; an earlier one stays when it is not known.
    pub remote_id: Option<String>,
    /// Hash of what was written.
    pub hash: Option<String>,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for KeepRemote {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.batch(&[self.statement()]).await
    }
}

impl KeepRemote {
    /// For use inside another operation.
    pub(super) fn statement(&self) -> Statement<'static> {
        let (kind, id) = &self.item;
        (
            "INSERT INTO remotes (lane, kind, id, conversation_id, remote_id, hash, state,
                                  updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'done', $7)
             ON CONFLICT (lane, kind, id) DO UPDATE SET
               remote_id = COALESCE(excluded.remote_id, remotes.remote_id),
               hash = COALESCE(excluded.hash, remotes.hash), state = 'done', detail = NULL,
               updated_at = excluded.updated_at",
            params![
                self.lane.name(),
                *kind,
                id,
                self.conversation,
                self.remote_id.as_deref(),
                self.hash.as_deref(),
                self.now
            ]
            .to_vec(),
        )
    }
}

/// Notes that the vendor refuses something for good, and tells an operator.
pub struct RefuseRemote {
    /// The vendor's lane.
    pub lane: Lane,
    /// Whose.
    pub conversation: Uuid,
    /// What was refused: kind and our id.
    pub item: (&'static str, String),
    /// Why, and what to do; no lead's words.
    pub detail: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for RefuseRemote {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let (kind, id) = &self.item;
        tx.execute(
            "INSERT INTO remotes (lane, kind, id, conversation_id, state, attempts, detail,
                                  updated_at)
             VALUES ($1, $2, $3, $4, 'refused', 1, $5, $6)
             ON CONFLICT (lane, kind, id) DO UPDATE SET
               state = 'refused', detail = excluded.detail, updated_at = excluded.updated_at",
            &params![self.lane.name(), *kind, id, self.conversation, &self.detail, self.now],
        )
        .await?;
        let subject = format!("{}:{kind}:{id}", self.lane.name());
        alert::raise(tx, alert::SYNC_REFUSED, &subject, &self.detail, self.now).await.map(|_| ())
    }
}

/// Forgets what was noted of something, so that it is written anew: the vendor lost it.
pub struct ForgetRemote {
    /// The vendor's lane.
    pub lane: Lane,
    /// What: kind and our id.
    pub item: (&'static str, String),
}

impl Operation for ForgetRemote {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let (kind, id) = &self.item;
        tx.execute(
            "DELETE FROM remotes WHERE lane = $1 AND kind = $2 AND id = $3",
            &params![self.lane.name(), *kind, id],
        )
        .await?;
        Ok(())
    }
}

/// Forgets everything at every vendor: the vendors of a demonstration begin empty.
pub struct ForgetAllRemotes;

impl Operation for ForgetAllRemotes {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.execute("DELETE FROM remotes", &[]).await?;
        Ok(())
    }
}
