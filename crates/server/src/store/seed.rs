//! Fills a database with invented conversations, many rows a statement.

use uuid::Uuid;

use super::Error;
use super::engine::{Dialect, Operation, Tx, Value};

/// How many parameters a statement carries at most: SQLite looks each one's name up among those
/// before it.
const PARAMETERS: usize = 900;

/// Rows of one table, in the order of its columns.
#[derive(Clone, Debug)]
pub struct Rows {
    table: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
}

/// Everything invented about some leads.
#[derive(Clone, Debug)]
pub struct Fill {
    tables: Vec<Rows>,
}

/// A table that can be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// The customer's leads.
    Leads,
    /// What is known beyond the customer's columns.
    Profiles,
    /// The addresses of a person.
    Identities,
    /// The conversations.
    States,
    /// The messages.
    Messages,
    /// The customer's history.
    History,
    /// What explains each answer.
    Turns,
    /// The outbox.
    Deliveries,
    /// Each try to send.
    Attempts,
    /// What else is kept of a lead's conversation.
    Context,
    /// Questions for engineering.
    Questions,
    /// What is whose at other systems.
    Remotes,
    /// What an operator must look at.
    Alerts,
    /// Who did what.
    Audit,
}

impl Table {
    const ALL: [Self; 14] = [
        Self::Leads,
        Self::Profiles,
        Self::Identities,
        Self::States,
        Self::Messages,
        Self::History,
        Self::Turns,
        Self::Deliveries,
        Self::Attempts,
        Self::Context,
        Self::Questions,
        Self::Remotes,
        Self::Alerts,
        Self::Audit,
    ];

    /// Its name and the columns that are filled, in order.
    fn shape(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Leads => (
                "leads",
                &[
                    "id",
                    "phone",
                    "name",
                    "email",
                    "company",
                    "city",
                    "uf",
                    "product",
                    "volume",
                    "urgency",
                    "knows_seleto",
                    "temperature",
                    "temperature_reason",
                    "opted_out",
                    "created_at",
                    "updated_at",
                ],
            ),
            Self::Profiles => ("lead_profiles", &["lead_id", "profile", "sender_name"]),
            Self::Identities => ("identities", &["kind", "value", "lead_id"]),
            Self::States => (
                "conversation_states",
                &[
                    "id",
                    "lead_id",
                    "instance",
                    "address",
                    "lead_phone",
                    "mode",
                    "mode_by",
                    "mode_at",
                    "memory",
                    "created_at",
                    "touched_at",
                    "last_at",
                    "last_author",
                    "last_text",
                    "waiting_since",
                    "unread",
                    "closed_at",
                ],
            ),
            Self::Messages => (
                "messages",
                &[
                    "id",
                    "conversation_id",
                    "author",
                    "kind",
                    "text",
                    "transcript",
                    "transcript_state",
                    "turn_id",
                    "delivery_id",
                    "sent_at",
                    "created_at",
                ],
            ),
            Self::History => {
                ("conversations", &["id", "lead_phone", "role", "content", "timestamp"])
            }
            Self::Turns => (
                "turns",
                &[
                    "id",
                    "conversation_id",
                    "fence",
                    "started_at",
                    "finished_at",
                    "outcome",
                    "reason",
                    "brain",
                    "model",
                    "prompt_hash",
                    "prompt_tokens",
                    "cached_tokens",
                    "completion_tokens",
                    "cost_micro_usd",
                    "model_ms",
                    "intents",
                    "verdicts",
                ],
            ),
            Self::Deliveries => (
                "deliveries",
                &[
                    "id",
                    "conversation_id",
                    "lane",
                    "turn_id",
                    "message_id",
                    "address",
                    "body",
                    "state",
                    "attempts",
                    "due_at",
                    "created_at",
                    "sent_at",
                    "settled_at",
                    "queue_id",
                    "external_id",
                    "tick",
                    "reason",
                ],
            ),
            Self::Attempts => (
                "attempts",
                &[
                    "delivery_id",
                    "number",
                    "replica",
                    "fence",
                    "body_hash",
                    "started_at",
                    "finished_at",
                    "outcome",
                    "detail",
                ],
            ),
            Self::Context => {
                ("conversation_context", &["id", "lead_phone", "key", "value", "created_at"])
            }
            Self::Questions => {
                ("technical_questions", &["id", "phone", "question", "timestamp", "context"])
            }
            Self::Remotes => (
                "remotes",
                &[
                    "lane",
                    "kind",
                    "id",
                    "conversation_id",
                    "remote_id",
                    "hash",
                    "state",
                    "attempts",
                    "detail",
                    "updated_at",
                ],
            ),
            Self::Alerts => ("alerts", &["kind", "subject", "detail", "created_at", "resolved_at"]),
            Self::Audit => ("audit", &["at", "actor", "action", "subject", "detail"]),
        }
    }
}

impl Default for Fill {
    fn default() -> Self {
        let rows = |table: Table| {
            let (table, columns) = table.shape();
            Rows { table, columns, rows: Vec::new() }
        };
        Self { tables: Table::ALL.into_iter().map(rows).collect() }
    }
}

impl Fill {
    /// Adds a row, with a value for each of the table's columns.
    pub fn add<const N: usize>(&mut self, table: Table, row: [Value; N]) {
        let (name, columns) = table.shape();
        debug_assert_eq!(columns.len(), N, "{name}");
        if let Some(rows) = self.tables.iter_mut().find(|rows| rows.table == name) {
            rows.rows.push(row.into());
        }
    }

    /// How many messages it holds.
    pub fn messages(&self) -> usize {
        let (name, _) = Table::Messages.shape();
        self.tables.iter().filter(|rows| rows.table == name).map(|rows| rows.rows.len()).sum()
    }
}

impl Operation for Fill {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        if tx.dialect() == Dialect::Postgres {
            // It can be made again: no commit has to wait for the disk.
            tx.script("SET LOCAL synchronous_commit = off").await?;
        }
        for rows in &self.tables {
            for part in rows.rows.chunks(PARAMETERS / rows.columns.len()) {
                let sql = insert(rows.table, rows.columns, part.len());
                tx.batch(&[(sql.as_str(), part.concat())]).await?;
            }
        }
        Ok(())
    }
}

fn insert(table: &str, columns: &[&str], rows: usize) -> String {
    let width = columns.len();
    let row = |row: usize| {
        let places: Vec<_> =
            (1..=width).map(|column| format!("${}", row * width + column)).collect();
        format!("({})", places.join(","))
    };
    let rows: Vec<_> = (0..rows).map(row).collect();
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(","), rows.join(","))
}

/// How many leads a database holds already.
pub struct Leads;

impl Operation for Leads {
    type Output = i64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64, Error> {
        let row = tx.row("SELECT COUNT(*) FROM leads", &[]).await?;
        row.map_or(Ok(0), |row| row.int(0))
    }
}

/// Lets the engine look at what it has to plan for.
pub struct EndFilling;

impl Operation for EndFilling {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.script("ANALYZE").await
    }
}

/// A row's id that sorts by time, from what the dice say.
pub fn id_at(ms: i64, dice: u128) -> Uuid {
    let [_, _, _, _, _, _, random @ ..] = dice.to_be_bytes();
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(ms).unwrap_or_default(), &random)
        .into_uuid()
}
