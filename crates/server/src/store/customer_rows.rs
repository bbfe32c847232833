//! A conversation's rows of the customer's tables, as they are to stand in Supabase.

use seleto_rules::lead::Lead;
use uuid::Uuid;

use super::Error;
use super::customer::{Cell, Cells, Kind, Table};
use super::engine::{Operation, Row, Tx, Value};
use super::queue::Lane;
use super::quote;
use super::remotes::{KeepRemote, RemoteState};
use crate::params;

/// Loads what belongs to a conversation; `None` when it is gone.
pub struct LoadCustomerRows {
    /// Which conversation.
    pub conversation: Uuid,
    /// Messages that are in step are left out when they are older, in milliseconds.
    pub changed_since: i64,
}

/// The customer's rows of one conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRows {
    /// How the customer's tables name the lead.
    pub lead_phone: String,
    /// The rows, in an order in which they may be written.
    pub rows: Vec<CustomerRow>,
}

/// A row of ours, and what is known of it in Supabase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRow {
    /// Which table.
    pub table: Table,
    /// Our id.
    pub id: String,
    /// All its columns.
    pub cells: Cells,
    /// Its id there, once it is known.
    pub remote_id: Option<String>,
    /// The print of what was last written there.
    pub print: Option<String>,
    /// Where it stands there; `None` when it was never written.
    pub state: Option<RemoteState>,
}

impl Operation for LoadCustomerRows {
    type Output = Option<CustomerRows>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let state = tx
            .row(
                "SELECT c.lead_id, c.lead_phone, c.address, p.profile FROM conversation_states c
                 LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id WHERE c.id = $1",
                &params![self.conversation],
            )
            .await?;
        let Some(state) = state else { return Ok(None) };
        let (lead, lead_phone, address) = (state.uuid(0)?, state.text(1)?, state.text(2)?);
        let profile: Lead =
            serde_json::from_str(&state.maybe_text(3)?.unwrap_or_default()).unwrap_or_default();
        let mut rows = Vec::new();
        for table in Table::ALL {
            let (condition, values) = match table {
                Table::Leads => ("t.id = $2", params![lead].to_vec()),
                Table::Empresa => (
                    "(t.id = $2 OR t.cnpj = $3)",
                    params![quote::company_id(lead), profile.cnpj.as_deref()].to_vec(),
                ),
                Table::Orcamentos => ("t.lead_id = $2", params![lead].to_vec()),
                Table::Conversations => {
                    (MESSAGES, params![self.conversation, self.changed_since].to_vec())
                }
                Table::ConversationContext => {
                    ("t.lead_phone IN ($2, $3)", params![&lead_phone, &address].to_vec())
                }
                Table::TechnicalQuestions => {
                    ("t.phone IN ($2, $3)", params![&lead_phone, &address].to_vec())
                }
            };
            rows.extend(load(tx, table, condition, values).await?);
        }
        Ok(Some(CustomerRows { lead_phone, rows }))
    }
}

/// The messages of a conversation that may have changed: edits and transcripts come soon or never.
const MESSAGES: &str = "t.id IN (SELECT m.id FROM messages m
      WHERE m.conversation_id = $2 AND (r.state IS NULL OR r.state <> 'done' OR m.created_at >= $3))";

async fn load(
    tx: &mut Tx<'_>,
    table: Table,
    condition: &str,
    mut values: Vec<Value>,
) -> Result<Vec<CustomerRow>, Error> {
    let columns: Vec<String> =
        table.columns().iter().map(|(column, _)| format!("t.{column}")).collect();
    let order = match table {
        Table::Conversations | Table::TechnicalQuestions => "t.timestamp, t.id",
        _ => "t.created_at, t.id",
    };
    let name = table.name();
    let sql = format!(
        "SELECT r.remote_id, r.hash, r.state, {} FROM {name} t
         LEFT JOIN remotes r
           ON r.lane = $1 AND r.kind = '{name}' AND r.id = CAST(t.id AS TEXT)
         WHERE {condition} ORDER BY {order}",
        columns.join(", ")
    );
    values.insert(0, Lane::Supabase.name().into());
    tx.rows(&sql, &values).await?.iter().map(|row| read(table, row)).collect()
}

/// Columns before those of the table.
const OURS: usize = 3;

fn read(table: Table, row: &Row) -> Result<CustomerRow, Error> {
    let columns = table.columns().iter().enumerate();
    let cells: Cells = columns
        .map(|(at, (column, kind))| Ok((*column, cell(row, OURS + at, *kind)?)))
        .collect::<Result<_, Error>>()?;
    Ok(CustomerRow {
        table,
        id: row.text(OURS)?,
        cells,
        remote_id: row.maybe_text(0)?,
        print: row.maybe_text(1)?,
        state: row.maybe_text(2)?.as_deref().map(RemoteState::read),
    })
}

/// Reads a column of the customer's, in whatever form the engine keeps it.
pub(super) fn cell(row: &Row, at: usize, kind: Kind) -> Result<Cell, Error> {
    let cell = match kind {
        Kind::Uuid | Kind::Text => row.maybe_text(at)?.map(Cell::Text),
        Kind::Bool => row.maybe_int(at)?.map(|value| Cell::Bool(value != 0)),
        // SQLite keeps instants as text.
        Kind::Time => match row.maybe_int(at) {
            Ok(ms) => ms.map(Cell::Time),
            Err(_) => row.maybe_text(at)?.and_then(|text| instant(&text)).map(Cell::Time),
        },
    };
    Ok(cell.unwrap_or(Cell::Null))
}

fn instant(text: &str) -> Option<i64> {
    let instant: jiff::Timestamp = text.parse().ok()?;
    Some(instant.as_millisecond())
}

/// Notes which rows stand in Supabase now.
pub struct KeepCustomerRows {
    /// Whose.
    pub conversation: Uuid,
    /// The rows: table, our id, their id there, and the print of what was written.
    pub rows: Vec<(Table, String, Option<String>, Option<String>)>,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for KeepCustomerRows {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let statements: Vec<_> = self
            .rows
            .iter()
            .map(|(table, id, remote_id, print)| {
                KeepRemote {
                    lane: Lane::Supabase,
                    conversation: self.conversation,
                    item: (table.name(), id.clone()),
                    remote_id: remote_id.clone(),
                    hash: print.clone(),
                    now: self.now,
                }
                .statement()
            })
            .collect();
        tx.batch(&statements).await
    }
}
