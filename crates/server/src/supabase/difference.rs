//! What of a row is to be written: only what changed, and never a blank over what somebody else
//! filled in.

use crate::hash;
use crate::store::customer::{Cell, Cells, Table};
use crate::store::customer_rows::CustomerRow;
use crate::store::remotes::RemoteState;

/// Whether the row has to be written.
pub(super) fn is_due(row: &CustomerRow) -> bool {
    match row.state {
        // An operator decides on these.
        Some(RemoteState::Refused | RemoteState::Dropped) => false,
        // The customer's own record of a firm knows better than a chat.
        Some(RemoteState::Done) if row.table == Table::Empresa && is_adopted(row) => false,
        Some(RemoteState::Done) => row.print.as_deref() != Some(print(row).as_str()),
        Some(RemoteState::Sending) | None => true,
    }
}

/// The row was there before ours.
pub(super) fn is_adopted(row: &CustomerRow) -> bool {
    row.remote_id.as_ref().is_some_and(|remote| *remote != row.id)
}

/// A fingerprint of the row, and after it the columns that held something.
pub(super) fn print(row: &CustomerRow) -> String {
    let filled = row.cells.iter().enumerate().filter(|(_, (_, cell))| *cell != Cell::Null);
    let mask: u64 = filled.map(|(at, _)| 1 << at).sum();
    format!("{}:{mask:x}", hash::short(&format!("{:?}", row.cells)))
}

/// The columns to write, under the id that the row has there.
///
/// A blank is only written over what we wrote ourselves. What was there before ours keeps its
/// birthday.
pub(super) fn payload(row: &CustomerRow) -> Cells {
    let written = row.print.as_deref().map_or(0, mask);
    let adopted = is_adopted(row);
    let cells = row.cells.iter().enumerate();
    cells
        .filter(|(at, (column, cell))| match (*column, cell) {
            ("created_at", _) if adopted => false,
            (_, Cell::Null) => keeps_blanks(row.table) || written & (1 << at) != 0,
            _ => true,
        })
        .map(|(_, (column, cell))| match (*column, &row.remote_id) {
            ("id", Some(remote)) => ("id", Cell::Text(remote.clone())),
            _ => (*column, cell.clone()),
        })
        .collect()
}

/// Rows that are ours alone, so that many fit in one request: it wants the same columns of all.
fn keeps_blanks(table: Table) -> bool {
    matches!(table, Table::Conversations | Table::ConversationContext | Table::TechnicalQuestions)
}

fn mask(print: &str) -> u64 {
    print.rsplit_once(':').and_then(|(_, mask)| u64::from_str_radix(mask, 16).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(name: Option<&str>, uf: Option<&str>) -> CustomerRow {
        let text = |value: Option<&str>| value.map_or(Cell::Null, |it| Cell::Text(it.to_owned()));
        CustomerRow {
            table: Table::Leads,
            id: "ours".to_owned(),
            cells: vec![
                ("id", text(Some("ours"))),
                ("name", text(name)),
                ("uf", text(uf)),
                ("created_at", Cell::Time(7)),
            ],
            remote_id: None,
            print: None,
            state: None,
        }
    }

    fn columns(row: &CustomerRow) -> Vec<&'static str> {
        payload(row).into_iter().map(|(column, _)| column).collect()
    }

    #[test]
    fn a_blank_is_only_written_over_our_own_words() {
        let mut row = lead(Some("Ana"), None);
        assert_eq!(columns(&row), ["id", "name", "created_at"]);
        // What we wrote once, we may take back.
        row.print = Some(print(&lead(Some("Ana"), Some("SP"))));
        assert_eq!(columns(&row), ["id", "name", "uf", "created_at"]);
    }

    #[test]
    fn only_what_changed_is_due() {
        let mut row = lead(Some("Ana"), None);
        assert!(is_due(&row));
        row.print = Some(print(&row));
        row.state = Some(RemoteState::Done);
        assert!(!is_due(&row));
        row.cells[1].1 = Cell::Text("Bia".into());
        assert!(is_due(&row));
        for state in [RemoteState::Refused, RemoteState::Dropped] {
            row.state = Some(state);
            assert!(!is_due(&row));
        }
        row.state = Some(RemoteState::Sending);
        assert!(is_due(&row));
    }

    #[test]
    fn an_adopted_row_keeps_its_id_and_its_birthday() {
        let mut row = lead(Some("Ana"), None);
        row.remote_id = Some("theirs".into());
        assert_eq!(columns(&row), ["id", "name"]);
        assert_eq!(payload(&row)[0].1, Cell::Text("theirs".into()));
    }

    #[test]
    fn an_adopted_firm_is_left_alone_once_it_is_noted() {
        let mut row = CustomerRow { table: Table::Empresa, ..lead(Some("Casa"), None) };
        row.remote_id = Some("theirs".into());
        row.state = Some(RemoteState::Done);
        assert!(!is_due(&row));
    }
}
