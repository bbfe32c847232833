//! Keeps the customer's tables in Supabase in step with our record.

use std::sync::Arc;

use super::adopt;
use super::client::Client;
use super::difference::{is_due, payload, print};
use super::failure::Failure;
use crate::app::App;
use crate::health::State;
use crate::mirrors::{Mirror, Stopped};
use crate::store::Error;
use crate::store::customer::{Cell, Cells, Table};
use crate::store::customer_rows::{CustomerRow, CustomerRows, KeepCustomerRows, LoadCustomerRows};
use crate::store::queue::{Claim, Lane};
use crate::store::remotes::{ForgetRemote, RefuseRemote, RemoteState};

/// Most rows in one request.
const TOGETHER: usize = 200;
/// Messages are not looked at again after so long, in milliseconds: edits and transcripts are
/// earlier than that.
const SETTLED_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How often our record is read anew because a row turned out to be there already, or to have
/// gone.
const ROUNDS: usize = 4;

/// The mirror in Supabase.
#[derive(Clone)]
pub struct SupabaseMirror {
    app: Arc<App>,
    client: Client,
}

/// Whether a table's rows are in step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// They are, or an operator was told why not.
    Yes,
    /// Something was learnt: look at our record again.
    LookAgain,
}

impl SupabaseMirror {
    /// The mirror, when Supabase is configured and our own database is another.
    pub fn new(app: Arc<App>) -> Option<Self> {
        let client = app.supabase.clone().filter(|_| !app.config.is_supabase_our_database())?;
        Some(Self { app, client })
    }
}

impl Mirror for SupabaseMirror {
    fn lane(&self) -> Lane {
        Lane::Supabase
    }

    async fn converge(&self, claim: Claim) -> Result<Option<i64>, Stopped> {
        for _ in 0..ROUNDS {
            let changed_since = self.app.clock.now() - SETTLED_MS;
            let load = LoadCustomerRows { conversation: claim.conversation, changed_since };
            let Some(record) = self.app.store.read(load).await? else { return Ok(None) };
            if self.write_all(&claim, &record).await? == Written::Yes {
                return Ok(None);
            }
        }
        Err(Stopped::Passing("os dados no Supabase mudam enquanto são gravados".to_owned()))
    }
}

impl SupabaseMirror {
    /// Writes what differs, each table after those that it refers to.
    async fn write_all(&self, claim: &Claim, record: &CustomerRows) -> Result<Written, Stopped> {
        let lead = record.rows.iter().find(|row| row.table == Table::Leads);
        let lead_is_there = lead.is_some_and(|row| !is_given_up(row));
        for table in Table::ALL {
            if table == Table::Orcamentos && !lead_is_there {
                continue;
            }
            let due: Vec<CustomerRow> = record
                .rows
                .iter()
                .filter(|row| row.table == table && is_due(row))
                .map(|row| refer(row, lead))
                .collect();
            for rows in groups(&due) {
                if self.write(claim, record, &rows).await? == Written::LookAgain {
                    return Ok(Written::LookAgain);
                }
            }
        }
        Ok(Written::Yes)
    }

    /// Writes rows of one table with the same columns.
    async fn write(
        &self,
        claim: &Claim,
        record: &CustomerRows,
        rows: &[&CustomerRow],
    ) -> Result<Written, Stopped> {
        let Some(first) = rows.first() else { return Ok(Written::Yes) };
        let table = first.table;
        let cells: Vec<Cells> = rows.iter().map(|row| payload(row)).collect();
        let about = Some(record.lead_phone.as_str());
        match self.client.upsert(table, &cells, &["id"], about).await {
            Ok(()) => {
                self.app.health.note(Lane::Supabase.name(), State::Connected);
                self.keep(claim, rows).await?;
                Ok(Written::Yes)
            }
            Err(Failure::Duplicate { .. }) => {
                let adopted = adopt::rows(&self.app, &self.client, claim, rows, about).await?;
                match adopted {
                    true => Ok(Written::LookAgain),
                    false => {
                        self.refuse(claim, rows, &Failure::Duplicate { table: table.name() }).await
                    }
                }
            }
            Err(Failure::NoParent { .. }) => {
                self.forget_leads(record).await?;
                Ok(Written::LookAgain)
            }
            Err(failure @ Failure::Rejected { .. }) if rows.len() > 1 => {
                tracing::warn!(%failure, "rows refused together are written one by one");
                for row in rows {
                    Box::pin(self.write(claim, record, &[*row])).await?;
                }
                Ok(Written::LookAgain)
            }
            Err(failure @ Failure::Rejected { .. }) => self.refuse(claim, rows, &failure).await,
            Err(failure) => Err(stopped(&failure)),
        }
    }

    async fn keep(&self, claim: &Claim, rows: &[&CustomerRow]) -> Result<(), Error> {
        let rows = rows.iter().map(|row| {
            let remote_id = row.remote_id.clone().unwrap_or_else(|| row.id.clone());
            (row.table, row.id.clone(), Some(remote_id), Some(print(row)))
        });
        let keep = KeepCustomerRows {
            conversation: claim.conversation,
            rows: rows.collect(),
            now: self.app.clock.now(),
        };
        self.app.store.write(keep).await
    }

    /// Tells an operator; the rest goes on.
    async fn refuse(
        &self,
        claim: &Claim,
        rows: &[&CustomerRow],
        failure: &Failure,
    ) -> Result<Written, Stopped> {
        for row in rows {
            let refuse = RefuseRemote {
                lane: Lane::Supabase,
                conversation: claim.conversation,
                item: (row.table.name(), row.id.clone()),
                detail: format!("{failure}. {}", failure.remedy()),
                now: self.app.clock.now(),
            };
            self.app.store.write(refuse).await?;
        }
        Ok(if rows.iter().any(|row| row.table == Table::Leads) {
            Written::LookAgain
        } else {
            Written::Yes
        })
    }

    /// Somebody deleted the lead there: it is written again, as ours.
    async fn forget_leads(&self, record: &CustomerRows) -> Result<(), Error> {
        for row in record.rows.iter().filter(|row| row.table == Table::Leads) {
            let item = (row.table.name(), row.id.clone());
            self.app.store.write(ForgetRemote { lane: Lane::Supabase, item }).await?;
        }
        Ok(())
    }
}

fn is_given_up(row: &CustomerRow) -> bool {
    matches!(row.state, Some(RemoteState::Refused | RemoteState::Dropped))
}

/// A quote names its lead by the id that the lead has there.
fn refer(row: &CustomerRow, lead: Option<&CustomerRow>) -> CustomerRow {
    let mut row = row.clone();
    let theirs = lead.and_then(|lead| lead.remote_id.clone());
    for (column, cell) in &mut row.cells {
        if *column == "lead_id"
            && let Some(id) = &theirs
        {
            *cell = Cell::Text(id.clone());
        }
    }
    row
}

/// Rows that may share a request, in their order: those with the same columns, not too many.
fn groups(rows: &[CustomerRow]) -> Vec<Vec<&CustomerRow>> {
    let columns = |row: &CustomerRow| -> Vec<&'static str> {
        payload(row).into_iter().map(|(column, _)| column).collect()
    };
    let same = |a: &CustomerRow, b: &CustomerRow| columns(a) == columns(b);
    let runs = rows.chunk_by(same).flat_map(|run| run.chunks(TOGETHER));
    runs.map(|run| run.iter().collect()).collect()
}

/// What a failure means for the whole lane.
pub(super) fn stopped(failure: &Failure) -> Stopped {
    let told = || format!("{failure}. {}", failure.remedy());
    match failure {
        Failure::Busy { retry_after } => Stopped::Busy { retry_after: *retry_after },
        Failure::Unauthorized { .. }
        | Failure::Denied { .. }
        | Failure::NoTable { .. }
        | Failure::NoColumn { .. }
        | Failure::NotSupabase(_) => Stopped::Refused(told()),
        Failure::Unreachable(_)
        | Failure::TimedOut
        | Failure::ServerError { .. }
        | Failure::Duplicate { .. }
        | Failure::NoParent { .. }
        | Failure::Rejected { .. }
        | Failure::Malformed => Stopped::Passing(told()),
    }
}
