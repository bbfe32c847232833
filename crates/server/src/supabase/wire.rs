//! The JSON of PostgREST.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::store::customer::{Cell, Cells};

/// A row as Supabase tells it; whatever is absent or of another type is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row(Map<String, Value>);

impl Row {
    /// A text that says something.
    pub fn text(&self, column: &str) -> Option<&str> {
        self.0.get(column)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Yes or no.
    pub fn bool(&self, column: &str) -> Option<bool> {
        self.0.get(column)?.as_bool()
    }

    /// An instant, in milliseconds.
    pub fn time(&self, column: &str) -> Option<i64> {
        let text = self.text(column)?;
        let instant: Timestamp = text.parse().ok()?;
        Some(instant.as_millisecond())
    }
}

/// The body of a write: always an array, whose rows must have the same columns.
pub(super) fn body(rows: &[Cells]) -> Value {
    rows.iter().map(|row| Value::Object(object(row))).collect()
}

fn object(row: &Cells) -> Map<String, Value> {
    row.iter().map(|(column, cell)| ((*column).to_owned(), value(cell))).collect()
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Bool(yes) => Value::Bool(*yes),
        // Our clock stays within what a timestamp can hold.
        Cell::Time(ms) => {
            Value::from(format!("{:.3}", Timestamp::from_millisecond(*ms).unwrap_or_default()))
        }
    }
}

/// The rows of an answer.
pub(super) fn rows(answer: &[u8]) -> Option<Vec<Row>> {
    match serde_json::from_slice(answer).ok()? {
        Value::Array(rows) => rows.into_iter().map(row).collect(),
        _ => None,
    }
}

fn row(row: Value) -> Option<Row> {
    match row {
        Value::Object(columns) => Some(Row(columns)),
        _ => None,
    }
}

/// The code and the words of an error, of PostgREST or of the gateway, which may say nothing.
pub(super) fn error(answer: &[u8]) -> (Option<String>, Option<String>) {
    let body: Value = serde_json::from_slice(answer).unwrap_or_default();
    let text = |key: &str| body[key].as_str().map(str::to_owned).filter(|text| !text.is_empty());
    let words = text("message").or_else(|| text("msg")).or_else(|| text("error"));
    (text("code"), words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_loosely() {
        let [row] = rows(
            br#"[{"name": " Ana ", "city": "", "knows_seleto": true, "uf": 7,
            "created_at": "2026-11-24T13:00:00.5+00:00"}]"#,
        )
        .unwrap()
        .try_into()
        .unwrap();
        assert_eq!(row.text("name"), Some("Ana"));
        assert_eq!((row.text("city"), row.text("uf"), row.text("none")), (None, None, None));
        assert_eq!(row.bool("knows_seleto"), Some(true));
        assert_eq!(row.time("created_at"), Some(1_795_525_200_500));
        assert_eq!(rows(b"{}"), None);
        assert_eq!(rows(b""), None);
    }

    #[test]
    fn errors_of_postgrest_and_of_the_gateway_are_understood() {
        let code = |text: &str| error(text.as_bytes());
        let told = (Some("42501".to_owned()), Some("no".to_owned()));
        assert_eq!(code(r#"{"code":"42501","message":"no","details":null}"#), told);
        assert_eq!(code(r#"{"message":"No API key"}"#), (None, Some("No API key".to_owned())));
        assert_eq!(code("<html>"), (None, None));
        assert_eq!(code(""), (None, None));
    }
}
