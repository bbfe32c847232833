//! Who did what: the audit, as people read it.

use crate::params;
use crate::store::Error;
use crate::store::control::audit;
use crate::store::engine::{Operation, Tx};

/// A line of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub seq: i64,
    /// When, in milliseconds.
    pub at: i64,
    /// Where from and who: `console:maria`, `chatwoot:12`, `phone`.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// In more words.
    pub detail: Option<String>,
}

/// A page of the audit, the latest line first.
pub struct ListTrail {
    /// Only lines about this, when given.
    pub subject: Option<String>,
    /// Those before this number.
    pub before: Option<i64>,
    /// How many.
    pub limit: i64,
}

impl Operation for ListTrail {
    type Output = Vec<Entry>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Entry>, Error> {
        let before = self.before.unwrap_or(i64::MAX);
        let mut values = params![before, self.limit].to_vec();
        let mut only = "";
        if let Some(subject) = &self.subject {
            only = "AND subject = $3";
            values.push(subject.into());
        }
        let sql = format!(
            "SELECT seq, at, actor, action, subject, detail FROM audit
             WHERE seq < $1 {only} ORDER BY seq DESC LIMIT $2"
        );
        let rows = tx.rows(&sql, &values).await?;
        rows.iter()
            .map(|row| {
                Ok(Entry {
                    seq: row.int(0)?,
                    at: row.int(1)?,
                    actor: row.text(2)?,
                    action: row.text(3)?,
                    subject: row.text(4)?,
                    detail: row.maybe_text(5)?,
                })
            })
            .collect()
    }
}

/// Puts on record that somebody did something that changes nothing.
pub struct NoteTrail {
    /// Where from and who.
    pub actor: String,
    /// What was done.
    pub action: &'static str,
    /// To what.
    pub subject: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for NoteTrail {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.batch(&[audit(&self.actor, self.action, &self.subject, None, self.now)]).await
    }
}
