//! Personal tokens of the API: what a program shows in the place of a person.

use uuid::Uuid;

use super::accounts::Role;
use crate::params;
use crate::store::Error;
use crate::store::control::audit;
use crate::store::engine::{Operation, Row, Tx};

/// How many tokens somebody may have at once.
pub const MOST: usize = 20;
/// How seldom the use of a token is noted, in milliseconds.
const NOTE_MS: i64 = 60_000;

/// A token, without its secret: that is shown once and not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Which one.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// When it was last used, to the minute, in milliseconds.
    pub used_at: Option<i64>,
}

/// The tokens of somebody that open something, the latest first.
pub struct ListTokens {
    /// Whose.
    pub user: Uuid,
}

impl Operation for ListTokens {
    type Output = Vec<Token>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Token>, Error> {
        let rows = tx
            .rows(
                "SELECT id, name, created_at, used_at FROM api_tokens
                 WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC, id DESC",
                &params![self.user],
            )
            .await?;
        let token = |row: &Row| {
            Ok(Token {
                id: row.uuid(0)?,
                name: row.text(1)?,
                created_at: row.int(2)?,
                used_at: row.maybe_int(3)?,
            })
        };
        rows.iter().map(token).collect()
    }
}

/// A new token; `false` when its owner has too many.
pub struct AddToken {
    /// Its id, made by the caller.
    pub id: Uuid,
    /// Whose.
    pub user: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// Hash of the secret.
    pub hash: String,
    /// Who makes it, for the audit.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for AddToken {
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        if (ListTokens { user: self.user }).run(tx).await?.len() >= MOST {
            return Ok(false);
        }
        let subject = self.id.to_string();
        tx.batch(&[
            (
                "INSERT INTO api_tokens (id, user_id, name, hash, created_at)
                 VALUES ($1, $2, $3, $4, $5)",
                params![self.id, self.user, &self.name, &self.hash, self.now].to_vec(),
            ),
            audit(&self.actor, "token_add", &subject, Some(&self.name), self.now),
        ])
        .await?;
        Ok(true)
    }
}

/// A token opens nothing any more; `false` when it is not theirs, or did not before.
pub struct RevokeToken {
    /// Which one.
    pub id: Uuid,
    /// Whose.
    pub user: Uuid,
    /// Who revokes it, for the audit.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for RevokeToken {
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let revoked = tx
            .execute(
                "UPDATE api_tokens SET revoked_at = $3
                 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
                &params![self.id, self.user, self.now],
            )
            .await?;
        if revoked == 1 {
            let subject = self.id.to_string();
            tx.batch(&[audit(&self.actor, "token_revoke", &subject, None, self.now)]).await?;
        }
        Ok(revoked == 1)
    }
}

/// Who stands behind a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The token.
    pub token: Uuid,
    /// What is typed at the login.
    pub login: String,
    /// What they may do.
    pub role: Role,
    /// Whether the token's use is to be noted.
    pub is_stale: bool,
}

/// Who stands behind a token, when it opens something.
pub struct FindHolder {
    /// Hash of the secret.
    pub hash: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for FindHolder {
    type Output = Option<Holder>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Holder>, Error> {
        let row = tx
            .row(
                "SELECT t.id, u.login, u.role, t.used_at
                 FROM api_tokens t JOIN users u ON u.id = t.user_id
                 WHERE t.hash = $1 AND t.revoked_at IS NULL AND u.disabled_at IS NULL
                   AND (t.expires_at IS NULL OR t.expires_at > $2)",
                &params![&self.hash, self.now],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Holder {
            token: row.uuid(0)?,
            login: row.text(1)?,
            role: Role::read(&row.text(2)?).unwrap_or(Role::Reader),
            is_stale: row.maybe_int(3)?.is_none_or(|used_at| used_at < self.now - NOTE_MS),
        }))
    }
}

/// Notes that a token is in use.
pub struct TouchToken {
    /// Which one.
    pub id: Uuid,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for TouchToken {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let sql = "UPDATE api_tokens SET used_at = $2 WHERE id = $1";
        tx.execute(sql, &params![self.id, self.now]).await?;
        Ok(())
    }
}
