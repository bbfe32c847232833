//! Rows that were there before ours: found by their natural key, and written on from then on.

use super::client::{Client, Select};
use super::known::read_lead;
use super::mirror::stopped;
use super::wire::Row;
use crate::app::App;
use crate::mirrors::Stopped;
use crate::store::customer::{Cell, Table};
use crate::store::customer_rows::{CustomerRow, KeepCustomerRows};
use crate::store::queue::Claim;
use crate::store::recalled::KeepKnown;

/// Looks for the rows that hold the keys of ours, and notes which they are. Answers whether
/// anything new was learnt.
pub(super) async fn rows(
    app: &App,
    client: &Client,
    claim: &Claim,
    rows: &[&CustomerRow],
    about: Option<&str>,
) -> Result<bool, Stopped> {
    let mut learnt = false;
    for row in rows {
        let Some(theirs) = find(client, row, about).await? else { continue };
        let Some(id) = theirs.text("id") else { continue };
        if row.remote_id.as_deref().unwrap_or(&row.id) == id {
            continue;
        }
        learnt = true;
        keep(app, claim, row, id).await?;
        if row.table == Table::Leads {
            let known = read_lead(&theirs, &app.playbook());
            let now = app.clock.now();
            app.store.write(KeepKnown { conversation: claim.conversation, known, now }).await?;
        }
    }
    Ok(learnt)
}

/// The row there with the same natural key.
async fn find(
    client: &Client,
    row: &CustomerRow,
    about: Option<&str>,
) -> Result<Option<Row>, Stopped> {
    let mut key: Vec<(&str, [&str; 1])> = Vec::new();
    for column in row.table.natural_key() {
        let cell = row.cells.iter().find(|(name, _)| name == column).map(|(_, cell)| cell);
        let Some(Cell::Text(value)) = cell else { return Ok(None) };
        key.push((column, [value]));
    }
    if key.is_empty() {
        return Ok(None);
    }
    let among: Vec<(&str, &[&str])> =
        key.iter().map(|(column, value)| (*column, &value[..])).collect();
    let select = Select { among: &among, limit: 1, ..Select::default() };
    let found = client.select(row.table, &select, about).await;
    Ok(found.map_err(|failure| stopped(&failure))?.into_iter().next())
}

async fn keep(app: &App, claim: &Claim, row: &CustomerRow, id: &str) -> Result<(), Stopped> {
    let keep = KeepCustomerRows {
        conversation: claim.conversation,
        rows: vec![(row.table, row.id.clone(), Some(id.to_owned()), None)],
        now: app.clock.now(),
    };
    Ok(app.store.write(keep).await?)
}
