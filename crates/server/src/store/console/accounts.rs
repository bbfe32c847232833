//! The people who may open the console, and the links by which they choose a password.

use uuid::Uuid;

use crate::params;
use crate::store::Error;
use crate::store::control::audit;
use crate::store::engine::{Operation, Row, Tx};

/// What somebody may do. A later role may do all that an earlier one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Looks, and changes nothing.
    Reader,
    /// Works with leads.
    Sdr,
    /// Runs the installation.
    Admin,
}

impl Role {
    /// All of them, the most modest first.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Sdr, Self::Admin];

    /// Its name in the database, in forms and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "leitura",
            Self::Sdr => "sdr",
            Self::Admin => "admin",
        }
    }

    /// How people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Reader => "Leitura",
            Self::Sdr => "SDR",
            Self::Admin => "Administrador",
        }
    }

    /// The role of this name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Somebody who may open the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: Uuid,
    /// What is typed at the login.
    pub login: String,
    /// How others see them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether a password was chosen.
    pub has_password: bool,
    /// When they were last here, in milliseconds.
    pub seen_at: Option<i64>,
    /// Since when the account is off, in milliseconds.
    pub disabled_at: Option<i64>,
}

const COLUMNS: &str = "id, login, name, role, password, seen_at, disabled_at";

impl User {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.uuid(0)?,
            login: row.text(1)?,
            name: row.text(2)?,
            // A role that this version does not know may look.
            role: Role::read(&row.text(3)?).unwrap_or(Role::Reader),
            has_password: row.maybe_text(4)?.is_some(),
            seen_at: row.maybe_int(5)?,
            disabled_at: row.maybe_int(6)?,
        })
    }
}

/// Everybody, in the order of their names.
pub struct ListUsers;

impl Operation for ListUsers {
    type Output = Vec<User>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<User>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM users ORDER BY name, id");
        tx.rows(&sql, &[]).await?.iter().map(User::read).collect()
    }
}

/// Whether nobody can open the console yet: no administrator has chosen a password.
pub struct IsUnclaimed;

impl Operation for IsUnclaimed {
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM users WHERE role = 'admin' AND password IS NOT NULL
                     AND disabled_at IS NULL LIMIT 1";
        Ok(tx.row(sql, &[]).await?.is_none())
    }
}

/// An account with its password's hash, for the login.
pub struct FindAccount {
    /// What was typed, in lower case.
    pub login: String,
}

impl Operation for FindAccount {
    type Output = Option<(User, Option<String>)>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let sql = format!("SELECT {COLUMNS} FROM users WHERE login = $1");
        let row = tx.row(&sql, &params![&self.login]).await?;
        row.map(|row| Ok((User::read(&row)?, row.maybe_text(4)?))).transpose()
    }
}

/// A new account; `false` when the login is taken.
pub struct AddUser {
    /// Its id, made by the caller.
    pub id: Uuid,
    /// What will be typed at the login, in lower case.
    pub login: String,
    /// How others see them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The password's hash, when it is chosen already.
    pub password: Option<String>,
    /// Who adds it, for the audit.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for AddUser {
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let added = tx
            .execute(
                "INSERT INTO users (id, login, name, role, password, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (login) DO NOTHING",
                &params![
                    self.id,
                    &self.login,
                    &self.name,
                    self.role.name(),
                    self.password.as_deref(),
                    self.now
                ],
            )
            .await?;
        if added == 1 {
            let subject = self.id.to_string();
            let role = Some(self.role.name());
            tx.batch(&[audit(&self.actor, "user_add", &subject, role, self.now)]).await?;
        }
        Ok(added == 1)
    }
}

/// Another password; every session of the account ends.
pub struct SetPassword {
    /// Whose.
    pub user: Uuid,
    /// The password's hash.
    pub password: String,
    /// Who sets it, for the audit.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for SetPassword {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.batch(&[
            (
                "UPDATE users SET password = $2 WHERE id = $1",
                params![self.user, &self.password].to_vec(),
            ),
            ("DELETE FROM sessions WHERE user_id = $1", params![self.user].to_vec()),
            audit(&self.actor, "user_password", &self.user.to_string(), None, self.now),
        ])
        .await
    }
}

/// What is changed of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// What they may do.
    Role(Role),
    /// They may not open the console any more.
    Disable,
    /// They may again.
    Enable,
}

/// Changes an account; `false` when that would leave no administrator.
pub struct ChangeUser {
    /// Whose.
    pub user: Uuid,
    /// What.
    pub change: Change,
    /// Who changes it, for the audit.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for ChangeUser {
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let (action, sql, value) = match self.change {
            Change::Role(role) => {
                ("user_role", "UPDATE users SET role = $2 WHERE id = $1", role.name().into())
            }
            Change::Disable => {
                ("user_disable", "UPDATE users SET disabled_at = $2 WHERE id = $1", self.now.into())
            }
            Change::Enable => (
                "user_enable",
                "UPDATE users SET disabled_at = $2 WHERE id = $1",
                crate::store::engine::Value::Null,
            ),
        };
        tx.execute(sql, &[self.user.into(), value]).await?;
        if !matches!(self.change, Change::Enable) && IsUnclaimed.run(tx).await? {
            // Roll back: nobody could undo it from the console.
            return Err(Error::Nothing);
        }
        if self.change == Change::Disable {
            tx.execute("DELETE FROM sessions WHERE user_id = $1", &params![self.user]).await?;
        }
        let detail = match self.change {
            Change::Role(role) => Some(role.name()),
            Change::Disable | Change::Enable => None,
        };
        let subject = self.user.to_string();
        tx.batch(&[audit(&self.actor, action, &subject, detail, self.now)]).await?;
        Ok(true)
    }
}

/// What a one-time link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The page that makes the first administrator.
    Setup,
    /// The page on which somebody chooses a password.
    Password(Uuid),
}

/// Makes a one-time link; earlier ones for the same purpose open nothing any more.
pub struct AddLink {
    /// Hash of the link's secret.
    pub hash: String,
    /// What it opens.
    pub purpose: Purpose,
    /// Now, in milliseconds.
    pub now: i64,
    /// Until when it opens it, in milliseconds.
    pub expires_at: i64,
}

impl Operation for AddLink {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let (purpose, user) = match self.purpose {
            Purpose::Setup => ("setup", None),
            Purpose::Password(user) => ("password", Some(user)),
        };
        tx.batch(&[
            (
                "DELETE FROM one_time_links WHERE purpose = $1
                   AND (user_id = $2 OR (user_id IS NULL AND $2 IS NULL))",
                params![purpose, user].to_vec(),
            ),
            (
                "INSERT INTO one_time_links (hash, purpose, user_id, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5)",
                params![&self.hash, purpose, user, self.now, self.expires_at].to_vec(),
            ),
        ])
        .await
    }
}

/// What a link opens, as long as it was not used.
pub struct FindLink {
    /// Hash of the link's secret.
    pub hash: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for FindLink {
    type Output = Option<Purpose>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Purpose>, Error> {
        let row = tx
            .row(
                "SELECT user_id FROM one_time_links
                 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2",
                &params![&self.hash, self.now],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(row.maybe_uuid(0)?.map_or(Purpose::Setup, Purpose::Password)))
    }
}

/// What somebody wrote on the page behind a link.
pub struct UseLink {
    /// Hash of the link's secret.
    pub hash: String,
    /// The administrator to make, when the link is for that: login and name.
    pub administrator: Option<(String, String)>,
    /// The password's hash.
    pub password: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for UseLink {
    /// Whose password it is now; `None` when the link opens nothing.
    type Output = Option<Uuid>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Uuid>, Error> {
        let Some(purpose) = (FindLink { hash: self.hash.clone(), now: self.now }).run(tx).await?
        else {
            return Ok(None);
        };
        let used = tx
            .execute(
                "UPDATE one_time_links SET used_at = $2 WHERE hash = $1 AND used_at IS NULL",
                &params![&self.hash, self.now],
            )
            .await?;
        if used == 0 {
            return Ok(None);
        }
        let (password, now) = (self.password.clone(), self.now);
        match (purpose, &self.administrator) {
            (Purpose::Password(user), _) => {
                let actor = "link".to_owned();
                SetPassword { user, password, actor, now }.run(tx).await?;
                Ok(Some(user))
            }
            (Purpose::Setup, Some((login, name))) if IsUnclaimed.run(tx).await? => {
                self.first_administrator(tx, login, name).await.map(Some)
            }
            (Purpose::Setup, _) => Ok(None),
        }
    }
}

impl UseLink {
    /// An account of that login without a password becomes it.
    async fn first_administrator(
        &self,
        tx: &mut Tx<'_>,
        login: &str,
        name: &str,
    ) -> Result<Uuid, Error> {
        let row = tx
            .row(
                "INSERT INTO users (id, login, name, role, password, created_at)
                 VALUES ($1, $2, $3, 'admin', $4, $5)
                 ON CONFLICT (login) DO UPDATE SET name = excluded.name, role = 'admin',
                   password = excluded.password, disabled_at = NULL
                 RETURNING id",
                &params![Uuid::now_v7(), login, name, &self.password, self.now],
            )
            .await?
            .ok_or(Error::Nothing)?;
        let id = row.uuid(0)?;
        tx.batch(&[audit("setup", "user_add", &id.to_string(), Some("admin"), self.now)]).await?;
        Ok(id)
    }
}
