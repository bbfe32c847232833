//! Values and rows that both engines can carry.

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};
use uuid::Uuid;

use crate::store::Error;

/// A parameter or a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// An integer of any width, a boolean as 0 or 1, or a time in milliseconds.
    Int(i64),
    /// A floating point number.
    Real(f64),
    /// Text; JSON is text too.
    Text(String),
    /// A UUID: native on PostgreSQL, text on SQLite.
    Uuid(Uuid),
    /// An instant in a customer's table, in milliseconds: `timestamptz` on PostgreSQL, text on SQLite.
    Time(i64),
}

impl Value {
    /// PostgreSQL's text cannot hold a NUL, so no engine keeps one.
    fn text(text: String) -> Self {
        if text.contains('\0') { Value::Text(text.replace('\0', "")) } else { Value::Text(text) }
    }
}

macro_rules! value_from {
    ($($from:ty => $make:expr),+ $(,)?) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Self {
                $make(value)
            }
        })+
    };
}
value_from! {
    i64 => Value::Int,
    i32 => |value| Value::Int(i64::from(value)),
    u32 => |value| Value::Int(i64::from(value)),
    u16 => |value| Value::Int(i64::from(value)),
    bool => |value| Value::Int(i64::from(value)),
    f64 => Value::Real,
    String => Value::text,
    &String => |value: &String| Value::text(value.clone()),
    &str => |value: &str| Value::text(value.to_owned()),
    Uuid => Value::Uuid,
    serde_json::Value => |value: serde_json::Value| Value::Text(value.to_string()),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// Makes the parameters of a statement.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { [$($crate::store::engine::Value::from($value)),*] };
}

/// Microseconds between 1970 and PostgreSQL's own epoch, 2000-01-01.
const POSTGRES_EPOCH_US: i64 = 946_684_800_000_000;

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(value), &Type::INT4) => i32::try_from(*value)?.to_sql(kind, out),
            (Value::Int(value), &Type::INT2) => i16::try_from(*value)?.to_sql(kind, out),
            (Value::Int(value), &Type::BOOL) => (*value != 0).to_sql(kind, out),
            (Value::Int(value), _) => value.to_sql(kind, out),
            (Value::Real(value), _) => value.to_sql(kind, out),
            (Value::Text(value), _) => value.to_sql(kind, out),
            (Value::Uuid(value), &Type::UUID) => value.to_sql(kind, out),
            (Value::Uuid(value), _) => value.to_string().to_sql(kind, out),
            (Value::Time(ms), _) => (ms * 1000 - POSTGRES_EPOCH_US).to_sql(&Type::INT8, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(
        kind: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(match *kind {
            Type::INT2 => Value::Int(i16::from_sql(kind, raw)?.into()),
            Type::INT4 => Value::Int(i32::from_sql(kind, raw)?.into()),
            Type::INT8 => Value::Int(i64::from_sql(kind, raw)?),
            Type::BOOL => Value::Int(bool::from_sql(kind, raw)?.into()),
            Type::FLOAT8 => Value::Real(f64::from_sql(kind, raw)?),
            Type::UUID => Value::Uuid(Uuid::from_sql(kind, raw)?),
            Type::TIMESTAMPTZ => {
                Value::Time((i64::from_sql(&Type::INT8, raw)? + POSTGRES_EPOCH_US) / 1000)
            }
            _ => Value::Text(String::from_sql(&Type::TEXT, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// One answered row; columns are read by position.
#[derive(Clone, Debug)]
pub struct Row(pub(super) Vec<Value>);

impl Row {
    fn column(&self, index: usize) -> Result<&Value, Error> {
        self.0.get(index).ok_or(Error::Unexpected { column: index, wanted: "any value" })
    }

    /// Whatever a column holds.
    pub fn value(&self, index: usize) -> Option<&Value> {
        self.0.get(index)
    }

    /// Whether there is such a column.
    pub fn has(&self, index: usize) -> bool {
        index < self.0.len()
    }

    /// An integer that cannot be NULL.
    pub fn int(&self, index: usize) -> Result<i64, Error> {
        self.maybe_int(index)?.ok_or(Error::Unexpected { column: index, wanted: "integer" })
    }

    /// An integer.
    pub fn maybe_int(&self, index: usize) -> Result<Option<i64>, Error> {
        match self.column(index)? {
            Value::Null => Ok(None),
            Value::Int(value) | Value::Time(value) => Ok(Some(*value)),
            _ => Err(Error::Unexpected { column: index, wanted: "integer" }),
        }
    }

    /// A boolean.
    pub fn bool(&self, index: usize) -> Result<bool, Error> {
        Ok(self.int(index)? != 0)
    }

    /// A text that cannot be NULL.
    pub fn text(&self, index: usize) -> Result<String, Error> {
        self.maybe_text(index)?.ok_or(Error::Unexpected { column: index, wanted: "text" })
    }

    /// A text.
    pub fn maybe_text(&self, index: usize) -> Result<Option<String>, Error> {
        match self.column(index)? {
            Value::Null => Ok(None),
            Value::Text(value) => Ok(Some(value.clone())),
            Value::Uuid(value) => Ok(Some(value.to_string())),
            _ => Err(Error::Unexpected { column: index, wanted: "text" }),
        }
    }

    /// A UUID that cannot be NULL.
    pub fn uuid(&self, index: usize) -> Result<Uuid, Error> {
        self.maybe_uuid(index)?.ok_or(Error::Unexpected { column: index, wanted: "uuid" })
    }

    /// A UUID.
    pub fn maybe_uuid(&self, index: usize) -> Result<Option<Uuid>, Error> {
        match self.column(index)? {
            Value::Null => Ok(None),
            Value::Uuid(value) => Ok(Some(*value)),
            Value::Text(value) => Uuid::parse_str(value)
                .map(Some)
                .map_err(|_| Error::Unexpected { column: index, wanted: "uuid" }),
            _ => Err(Error::Unexpected { column: index, wanted: "uuid" }),
        }
    }
}
