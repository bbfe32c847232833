//! Versions of the playbook that people published in the console; at most one of them is active.

use uuid::Uuid;

use super::engine::{Operation, Tx};
use super::{Error, control};
use crate::params;

/// What the audit calls the subject of a change.
const SUBJECT: &str = "playbook";

/// A playbook's files: name and text.
pub type Files = Vec<(String, String)>;

/// A published version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Which one.
    pub id: Uuid,
    /// What its author says of it.
    pub note: String,
    /// Who published it: `console:maria`.
    pub actor: String,
    /// When, in milliseconds.
    pub created_at: i64,
    /// The agent follows it.
    pub is_active: bool,
}

/// The version that the agent follows, if it is not the program's own.
pub struct ActiveVersion;

impl Operation for ActiveVersion {
    type Output = Option<Uuid>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Uuid>, Error> {
        let row = tx.row("SELECT id FROM playbook_versions WHERE active", &[]).await?;
        row.map(|row| row.uuid(0)).transpose()
    }
}

/// The files of a version.
pub struct LoadVersion {
    /// Which one.
    pub id: Uuid,
}

impl Operation for LoadVersion {
    type Output = Option<Files>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Files>, Error> {
        let sql = "SELECT files FROM playbook_versions WHERE id = $1";
        let Some(row) = tx.row(sql, &params![self.id]).await? else { return Ok(None) };
        // What a later version may have written otherwise is no playbook to this one.
        Ok(Some(serde_json::from_str(&row.text(0)?).unwrap_or_default()))
    }
}

/// The last versions, newest first.
pub struct ListVersions;

impl Operation for ListVersions {
    type Output = Vec<Version>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Version>, Error> {
        let rows = tx
            .rows(
                "SELECT id, note, actor, created_at, active FROM playbook_versions
                 ORDER BY created_at DESC, id DESC LIMIT 50",
                &[],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Version {
                    id: row.uuid(0)?,
                    note: row.text(1)?,
                    actor: row.text(2)?,
                    created_at: row.int(3)?,
                    is_active: row.bool(4)?,
                })
            })
            .collect()
    }
}

/// Publishes a draft: all replicas take it up.
pub struct PublishVersion {
    /// Its id.
    pub id: Uuid,
    /// The version that was active when the draft was begun; another one now means that somebody
    /// else published meanwhile.
    pub base: Option<Uuid>,
    /// Its files, which were checked.
    pub files: Files,
    /// What its author says of it.
    pub note: String,
    /// Who publishes.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for PublishVersion {
    /// Whether it was published.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        if ActiveVersion.run(tx).await? != self.base {
            return Ok(false);
        }
        // Plain strings: serialising them cannot fail.
        let files = serde_json::to_string(&self.files).unwrap_or_default();
        tx.batch(&[
            ("UPDATE playbook_versions SET active = (1 = 0) WHERE active", Vec::new()),
            (
                "INSERT INTO playbook_versions (id, files, note, actor, created_at, active)
                 VALUES ($1, $2, $3, $4, $5, (1 = 1))",
                params![self.id, files, &self.note, &self.actor, self.now].to_vec(),
            ),
            control::audit(
                &self.actor,
                "publish_playbook",
                SUBJECT,
                Some(&self.id.to_string()),
                self.now,
            ),
        ])
        .await?;
        Ok(true)
    }
}

/// Goes back to a version, or to the program's own playbook.
pub struct ActivateVersion {
    /// Which one; none is the program's own.
    pub id: Option<Uuid>,
    /// Who does.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for ActivateVersion {
    /// Whether there is such a version.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        if let Some(id) = self.id {
            let sql = "SELECT 1 FROM playbook_versions WHERE id = $1";
            if tx.row(sql, &params![id]).await?.is_none() {
                return Ok(false);
            }
        }
        tx.execute("UPDATE playbook_versions SET active = (1 = 0) WHERE active", &[]).await?;
        if let Some(id) = self.id {
            let sql = "UPDATE playbook_versions SET active = (1 = 1) WHERE id = $1";
            tx.execute(sql, &params![id]).await?;
        }
        let detail = self.id.map_or_else(|| "built-in".to_owned(), |id| id.to_string());
        tx.batch(&[control::audit(
            &self.actor,
            "activate_playbook",
            SUBJECT,
            Some(&detail),
            self.now,
        )])
        .await?;
        Ok(true)
    }
}
