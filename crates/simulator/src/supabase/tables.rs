//! The rows, and what PostgreSQL does to those that come.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};
use uuid::Uuid;

use super::errors;
use super::query::Query;
use super::schema::{Default, SCHEMA, Schema};
use crate::clock::Clock;
use crate::faults::Reply;

type Row = Map<String, Value>;

/// What is done with a row whose key is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    Refuse,
    Merge,
    Ignore,
}

/// All tables; each change is one transaction.
pub(super) struct Tables {
    rows: HashMap<&'static str, Vec<Row>>,
    dropped_columns: HashSet<(String, String)>,
    dropped_tables: HashSet<String>,
    denied: HashSet<String>,
    refused: Vec<(String, String, Value)>,
    clock: Clock,
    max_rows: usize,
}

impl Tables {
    pub(super) fn new(clock: Clock, max_rows: usize) -> Self {
        Self {
            rows: SCHEMA.iter().map(|schema| (schema.name, Vec::new())).collect(),
            dropped_columns: HashSet::new(),
            dropped_tables: HashSet::new(),
            denied: HashSet::new(),
            refused: Vec::new(),
            clock,
            max_rows,
        }
    }

    pub(super) fn rows(&self, table: &str) -> &[Row] {
        &self.rows[table]
    }

    pub(super) fn put(&mut self, table: &str, row: Value) -> Result<(), Reply> {
        self.insert(table, vec![object(row)?], &Query::default(), Resolution::Refuse).map(|_| ())
    }

    pub(super) fn replace(&mut self, table: &str, row: Value) {
        for other in self.rows.get_mut(table).into_iter().flatten() {
            if let Value::Object(row) = &row
                && other["id"] == row["id"]
            {
                *other = row.clone();
            }
        }
    }

    pub(super) fn refuse(&mut self, table: &str, column: &str, value: &str) {
        self.refused.push((table.to_owned(), column.to_owned(), Value::from(value)));
    }

    pub(super) fn take_any_row(&mut self) {
        self.refused.clear();
    }

    pub(super) fn set_granted(&mut self, table: &str, granted: bool) {
        match granted {
            true => self.denied.remove(table),
            false => self.denied.insert(table.to_owned()),
        };
    }

    pub(super) fn drop_column(&mut self, table: &str, column: &str) {
        self.dropped_columns.insert((table.to_owned(), column.to_owned()));
    }

    pub(super) fn drop_table(&mut self, table: &str) {
        self.dropped_tables.insert(table.to_owned());
    }

    /// The table, when it exists and the role may use it.
    pub(super) fn open(&self, table: &str, role: super::keys::Role) -> Result<(), Reply> {
        self.schema(table)?;
        let service = role == super::keys::Role::Service;
        match service && !self.denied.contains(table) {
            true => Ok(()),
            false => Err(errors::denied(table, role.name())),
        }
    }

    pub(super) fn select(&self, table: &str, query: &Query) -> Result<Vec<Row>, Reply> {
        let schema = self.schema(table)?;
        for column in query.columns() {
            if !self.has_column(schema, column) {
                let message = format!("column {table}.{column} does not exist");
                return Err(errors::error(400, "42703", &message, None));
            }
        }
        let fitting = self.rows[schema.name].iter().filter(|row| query.fits(row)).cloned();
        Ok(query.page(fitting.collect(), self.max_rows))
    }

    /// Answers the rows that were written.
    pub(super) fn insert(
        &mut self,
        table: &str,
        rows: Vec<Row>,
        query: &Query,
        resolution: Resolution,
    ) -> Result<Vec<Row>, Reply> {
        let schema = self.schema(table)?;
        if let [first, others @ ..] = rows.as_slice()
            && others.iter().any(|row| !row.keys().eq(first.keys()))
        {
            return Err(errors::error(400, "PGRST102", "All object keys must match", None));
        }
        let target = conflict_target(schema, query)?;
        let before = self.rows[schema.name].clone();
        let mut written = Vec::new();
        let mut touched = HashSet::new();
        for row in rows {
            let done = self.insert_one(schema, row, &target, resolution, &mut touched);
            match done {
                Ok(row) => written.extend(row),
                Err(refusal) => {
                    self.rows.insert(schema.name, before);
                    return Err(refusal);
                }
            }
        }
        Ok(written)
    }

    fn insert_one(
        &mut self,
        schema: &'static Schema,
        row: Row,
        target: &[&'static str],
        resolution: Resolution,
        touched: &mut HashSet<usize>,
    ) -> Result<Option<Row>, Reply> {
        if let Some(column) = row.keys().find(|column| !self.has_column(schema, column)) {
            return Err(errors::no_such_column(schema.name, column));
        }
        let whole = self.with_defaults(schema, &row);
        let met = self.rows[schema.name]
            .iter()
            .position(|other| resolution != Resolution::Refuse && same(other, &whole, target));
        let at = match met {
            Some(at) if !touched.insert(at) && resolution == Resolution::Merge => {
                let message = "ON CONFLICT DO UPDATE command cannot affect row a second time";
                return Err(errors::error(400, "21000", message, None));
            }
            Some(_) if resolution == Resolution::Ignore => return Ok(None),
            Some(at) => {
                self.all(schema)[at].extend(row);
                at
            }
            None => {
                let rows = self.all(schema);
                rows.push(whole);
                touched.insert(rows.len() - 1);
                rows.len() - 1
            }
        };
        self.check(schema, at)?;
        Ok(Some(self.rows[schema.name][at].clone()))
    }

    /// Answers the rows as they are afterwards.
    pub(super) fn update(
        &mut self,
        table: &str,
        change: &Row,
        query: &Query,
    ) -> Result<Vec<Row>, Reply> {
        let schema = self.schema(table)?;
        if let Some(column) = change.keys().find(|column| !self.has_column(schema, column)) {
            return Err(errors::no_such_column(table, column));
        }
        refuse_unfiltered("UPDATE", query)?;
        let before = self.rows[schema.name].clone();
        let mut changed = Vec::new();
        for at in 0..before.len() {
            if query.fits(&before[at]) {
                self.all(schema)[at].extend(change.clone());
                if let Err(refusal) = self.check(schema, at) {
                    self.rows.insert(schema.name, before);
                    return Err(refusal);
                }
                changed.push(self.rows[schema.name][at].clone());
            }
        }
        Ok(changed)
    }

    /// Answers the rows that went.
    pub(super) fn delete(&mut self, table: &str, query: &Query) -> Result<Vec<Row>, Reply> {
        let schema = self.schema(table)?;
        refuse_unfiltered("DELETE", query)?;
        let (gone, kept): (Vec<_>, Vec<_>) =
            self.all(schema).drain(..).partition(|row| query.fits(row));
        self.rows.insert(schema.name, kept);
        let ids: Vec<&Value> = gone.iter().map(|row| &row["id"]).collect();
        for other in SCHEMA {
            if let Some((column, referenced)) = other.reference
                && referenced == table
            {
                self.all(other).retain(|row| !ids.contains(&&row[column]));
            }
        }
        Ok(gone)
    }

    fn all(&mut self, schema: &Schema) -> &mut Vec<Row> {
        self.rows.entry(schema.name).or_default()
    }

    fn schema(&self, table: &str) -> Result<&'static Schema, Reply> {
        SCHEMA
            .iter()
            .find(|schema| schema.name == table && !self.dropped_tables.contains(table))
            .ok_or_else(|| errors::no_such_table(table))
    }

    fn has_column(&self, schema: &Schema, column: &str) -> bool {
        let dropped = (schema.name.to_owned(), column.to_owned());
        schema.columns.iter().any(|(name, _)| *name == column)
            && !self.dropped_columns.contains(&dropped)
    }

    fn with_defaults(&self, schema: &Schema, row: &Row) -> Row {
        let value = |default| match default {
            Default::Null => Value::Null,
            Default::False => Value::Bool(false),
            Default::Id => Value::String(Uuid::new_v4().to_string()),
            Default::Now => Value::String(self.now()),
        };
        let columns = schema.columns.iter().map(|(name, default)| {
            let given = row.get(*name).cloned();
            ((*name).to_owned(), given.unwrap_or_else(|| value(*default)))
        });
        columns.collect()
    }

    fn now(&self) -> String {
        // The simulator's clock stays within what a timestamp can hold.
        jiff::Timestamp::from_millisecond(self.clock.now_ms()).unwrap_or_default().to_string()
    }

    /// What must hold of a row that was just written.
    fn check(&self, schema: &Schema, at: usize) -> Result<(), Reply> {
        let row = &self.rows[schema.name][at];
        if let Some(column) = schema.required.iter().find(|column| row[**column].is_null()) {
            let message = format!(
                "null value in column \"{column}\" of relation \"{}\" violates not-null constraint",
                schema.name
            );
            return Err(errors::error(400, "23502", &message, None));
        }
        if row["id"].as_str().is_none_or(|id| Uuid::parse_str(id).is_err()) {
            let message = format!("invalid input syntax for type uuid: {}", row["id"]);
            return Err(errors::error(400, "22P02", &message, None));
        }
        let breaks = |(table, column, value): &&(String, String, Value)| {
            table == schema.name && row.get(column) == Some(value)
        };
        if self.refused.iter().any(|check| breaks(&check)) {
            let message = format!(
                "new row for relation \"{}\" violates check constraint \"{0}_check\"",
                schema.name
            );
            return Err(errors::error(400, "23514", &message, None));
        }
        for columns in [&["id"] as &[&str]].iter().chain(schema.unique) {
            let twice = |(other, it): (usize, &Row)| other != at && same(it, row, columns);
            if self.rows[schema.name].iter().enumerate().any(twice) {
                let values: Vec<&Value> = columns.iter().map(|column| &row[*column]).collect();
                return Err(errors::duplicate(schema.name, columns, &values));
            }
        }
        if let Some((column, referenced)) = schema.reference
            && !self.rows[referenced].iter().any(|other| other["id"] == row[column])
        {
            let details = format!(
                "Key ({column})=({}) is not present in table \"{referenced}\".",
                row[column]
            );
            let message = format!(
                "insert or update on table \"{}\" violates foreign key constraint \"{}_{column}_fkey\"",
                schema.name, schema.name
            );
            return Err(errors::error(409, "23503", &message, Some(&details)));
        }
        Ok(())
    }
}

/// The rows of a body: one object, or an array of them.
pub(super) fn body_rows(body: &[u8]) -> Result<Vec<Row>, Reply> {
    match serde_json::from_slice(body) {
        Ok(Value::Array(rows)) => rows.into_iter().map(object).collect(),
        Ok(row) => Ok(vec![object(row)?]),
        Err(_) => Err(errors::error(400, "PGRST102", "Empty or invalid json", None)),
    }
}

fn object(row: Value) -> Result<Row, Reply> {
    match row {
        Value::Object(row) => Ok(row),
        _ => Err(errors::error(400, "PGRST102", "Empty or invalid json", None)),
    }
}

/// NULL equals nothing.
fn same(a: &Row, b: &Row, columns: &[&str]) -> bool {
    columns.iter().all(|column| !a[*column].is_null() && a[*column] == b[*column])
}

fn conflict_target(schema: &'static Schema, query: &Query) -> Result<Vec<&'static str>, Reply> {
    let named = &query.on_conflict;
    let keys = [&["id"] as &[&'static str]];
    let mut keys = keys.iter().chain(schema.unique);
    let fits = |key: &&&[&'static str]| {
        key.len() == named.len() && key.iter().all(|column| named.iter().any(|it| it == column))
    };
    match named.is_empty() {
        true => Ok(vec!["id"]),
        false => keys.find(fits).map(|key| key.to_vec()).ok_or_else(|| {
            let message =
                "there is no unique or exclusion constraint matching the ON CONFLICT specification";
            errors::error(400, "42P10", message, None)
        }),
    }
}

fn refuse_unfiltered(verb: &str, query: &Query) -> Result<(), Reply> {
    match query.filters.is_empty() {
        true => {
            let message = format!("{verb} requires a WHERE clause");
            Err(errors::error(400, "21000", &message, None))
        }
        false => Ok(()),
    }
}
