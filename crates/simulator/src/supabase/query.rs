//! The query string of PostgREST: filters, order, columns and pages.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::errors;
use crate::faults::Reply;

type Row = Map<String, Value>;

/// What a call asks for.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) filters: Vec<Filter>,
    pub(super) select: Vec<String>,
    pub(super) on_conflict: Vec<String>,
    order: Vec<(String, bool)>,
    limit: Option<usize>,
    offset: usize,
}

/// A condition on one column.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) column: String,
    negated: bool,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Equal(String),
    Order(Ordering, bool, String),
    Like { pattern: String, folded: bool },
    In(Vec<String>),
    Is(String),
}

impl Query {
    /// Reads the pairs of a query string.
    pub(super) fn parse(pairs: &[(String, String)]) -> Result<Self, Reply> {
        let mut query = Self::default();
        let number = |value: &str| value.parse::<usize>().map_err(|_| unreadable(value));
        for (name, value) in pairs {
            match name.as_str() {
                "select" => query.select = names(value).filter(|name| name != "*").collect(),
                "on_conflict" => query.on_conflict = names(value).collect(),
                "order" => query.order = names(value).map(|by| direction(&by)).collect(),
                "limit" => query.limit = Some(number(value)?),
                "offset" => query.offset = number(value)?,
                "columns" => {}
                _ => query.filters.push(Filter::parse(name, value)?),
            }
        }
        Ok(query)
    }

    /// The columns that filters, order and answer name.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let filtered = self.filters.iter().map(|filter| filter.column.as_str());
        let ordered = self.order.iter().map(|(column, _)| column.as_str());
        filtered.chain(ordered).chain(self.select.iter().map(String::as_str))
    }

    pub(super) fn fits(&self, row: &Row) -> bool {
        self.filters.iter().all(|filter| filter.fits(row))
    }

    /// Sorts, cuts the page out, and leaves the columns that were asked for.
    pub(super) fn page(&self, mut rows: Vec<Row>, most: usize) -> Vec<Row> {
        rows.sort_by(|a, b| {
            let mut sorted = self.order.iter().map(|(column, descending)| {
                let ordering = compare(&a[column], &b[column]);
                if *descending { ordering.reverse() } else { ordering }
            });
            sorted.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
        });
        let limit = self.limit.unwrap_or(most).min(most);
        rows.into_iter().skip(self.offset).take(limit).map(|row| self.pick(row)).collect()
    }

    pub(super) fn pick(&self, row: Row) -> Row {
        if self.select.is_empty() {
            return row;
        }
        row.into_iter().filter(|(name, _)| self.select.contains(name)).collect()
    }
}

impl Filter {
    fn parse(column: &str, text: &str) -> Result<Self, Reply> {
        let (negated, text) = match text.strip_prefix("not.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (operator, value) = text.split_once('.').ok_or_else(|| unreadable(text))?;
        let test = match operator {
            "eq" => Test::Equal(value.to_owned()),
            "neq" => return Ok(Self::new(column, !negated, Test::Equal(value.to_owned()))),
            "gt" => Test::Order(Ordering::Greater, false, value.to_owned()),
            "gte" => Test::Order(Ordering::Greater, true, value.to_owned()),
            "lt" => Test::Order(Ordering::Less, false, value.to_owned()),
            "lte" => Test::Order(Ordering::Less, true, value.to_owned()),
            "like" | "ilike" => {
                Test::Like { pattern: value.to_owned(), folded: operator == "ilike" }
            }
            "in" => Test::In(list(value).ok_or_else(|| unreadable(value))?),
            "is" => Test::Is(value.to_owned()),
            _ => return Err(unreadable(text)),
        };
        Ok(Self::new(column, negated, test))
    }

    fn new(column: &str, negated: bool, test: Test) -> Self {
        Self { column: column.to_owned(), negated, test }
    }

    fn fits(&self, row: &Row) -> bool {
        let value = row.get(&self.column).unwrap_or(&Value::Null);
        if let Test::Is(what) = &self.test {
            let is = match what.as_str() {
                "null" => value.is_null(),
                other => text(value).as_deref() == Some(other),
            };
            return is != self.negated;
        }
        // A comparison with NULL is neither true nor false, and neither passes.
        let Some(value) = text(value) else { return false };
        let holds = match &self.test {
            Test::Equal(other) => value == *other,
            Test::Order(ordering, or_equal, other) => {
                let found = value.as_str().cmp(other);
                found == *ordering || (*or_equal && found.is_eq())
            }
            Test::Like { pattern, folded } => like(&value, pattern, *folded),
            Test::In(values) => values.contains(&value),
            Test::Is(_) => false,
        };
        holds != self.negated
    }
}

fn names(list: &str) -> impl Iterator<Item = String> {
    list.split(',').map(|name| name.trim().trim_matches('"').to_owned())
}

fn direction(by: &str) -> (String, bool) {
    let mut parts = by.split('.');
    let column = parts.next().unwrap_or_default().to_owned();
    (column, parts.next() == Some("desc"))
}

/// `(a,"b,c")`
fn list(text: &str) -> Option<Vec<String>> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let (mut items, mut item, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for character in inner.chars() {
        match character {
            _ if escaped => {
                item.push(character);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => items.push(std::mem::take(&mut item)),
            _ => item.push(character),
        }
    }
    items.push(item);
    Some(items)
}

fn like(value: &str, pattern: &str, folded: bool) -> bool {
    let (value, pattern) = match folded {
        true => (value.to_lowercase(), pattern.to_lowercase()),
        false => (value.to_owned(), pattern.to_owned()),
    };
    let parts: Vec<&str> = pattern.split(['*', '%']).collect();
    let mut rest = value.as_str();
    for (at, part) in parts.iter().enumerate() {
        match rest.find(part) {
            Some(0) => rest = &rest[part.len()..],
            Some(found) if at > 0 => rest = &rest[found + part.len()..],
            _ => return false,
        }
    }
    rest.is_empty() || parts.last() == Some(&"")
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    text(a).cmp(&text(b))
}

fn unreadable(text: &str) -> Reply {
    let message = format!("\"failed to parse filter ({text})\" (line 1, column 1)");
    errors::error(400, "PGRST100", &message, None)
}
