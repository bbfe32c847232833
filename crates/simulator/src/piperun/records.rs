//! Deals, persons, companies and notes, and how lists of them are filtered.

use std::collections::HashMap;

use serde_json::{Value, json};

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Deal,
    Person,
    Company,
    Note,
}

/// All records of the account.
#[derive(Default)]
pub(super) struct Records {
    lists: [Vec<Value>; 4],
    last_id: i64,
}

impl Kind {
    /// The kind that a path names.
    pub(super) fn at(name: &str) -> Option<Self> {
        Some(match name {
            "deals" => Self::Deal,
            "persons" => Self::Person,
            "companies" => Self::Company,
            "notes" => Self::Note,
            _ => return None,
        })
    }

    /// The documented filters that compare a field for being equal.
    fn filters(self) -> &'static [&'static str] {
        match self {
            Self::Deal => &[
                "hash",
                "person_id",
                "company_id",
                "owner_id",
                "pipeline_id",
                "stage_id",
                "status",
                "origin_id",
                "title",
                "temperature",
                "deleted",
                "freezed",
            ],
            Self::Person => {
                &["id", "name", "cpf", "company_id", "city_id", "external_code", "status"]
            }
            Self::Company => &["id", "name", "cnpj", "external_code", "city_id", "status"],
            Self::Note => &["user_id", "deal_id", "company_id", "person_id", "call_id"],
        }
    }
}

impl Records {
    /// Adds a record with an id of its own.
    pub(super) fn add(&mut self, kind: Kind, mut record: Value, now: &str) -> Value {
        self.last_id += 1;
        record["id"] = json!(1_000 + self.last_id);
        record["hash"] = json!(format!("hash{}", self.last_id));
        record["created_at"] = json!(now);
        record["updated_at"] = json!(now);
        self.lists[kind as usize].push(record.clone());
        record
    }

    /// Puts the fields over those of a record; `None` when there is no such record.
    pub(super) fn change(
        &mut self,
        kind: Kind,
        id: i64,
        fields: &Value,
        now: &str,
    ) -> Option<Value> {
        let list = &mut self.lists[kind as usize];
        let record = list.iter_mut().find(|record| record["id"] == id)?;
        for (key, value) in fields.as_object()? {
            record[key.as_str()] = value.clone();
        }
        record["updated_at"] = json!(now);
        Some(record.clone())
    }

    pub(super) fn get(&self, kind: Kind, id: i64) -> Option<Value> {
        self.lists[kind as usize].iter().find(|record| record["id"] == id).cloned()
    }

    pub(super) fn all(&self, kind: Kind) -> Vec<Value> {
        self.lists[kind as usize].clone()
    }

    /// The records that a list call asks for; filters that are not documented change nothing.
    pub(super) fn matching(&self, kind: Kind, query: &HashMap<String, String>) -> Vec<Value> {
        let list = self.lists[kind as usize].iter();
        list.filter(|record| is_asked_for(kind, record, query)).cloned().collect()
    }
}

fn is_asked_for(kind: Kind, record: &Value, query: &HashMap<String, String>) -> bool {
    let wants_deleted = query.get("deleted").is_some_and(|wanted| wanted == "1");
    if kind == Kind::Deal && record["deleted"] == 1 && !wants_deleted {
        return false;
    }
    let equal = kind.filters().iter().all(|field| {
        query.get(*field).is_none_or(|wanted| matches(field, &record[*field], wanted))
    });
    let within = ["created_at", "updated_at", "closed_at"].iter().all(|field| {
        let value = record[*field].as_str().unwrap_or_default();
        let from = query.get(&format!("{field}_start"));
        let until = query.get(&format!("{field}_end"));
        // Times are text that sorts; bounds count.
        from.is_none_or(|from| value >= from.as_str())
            && until.is_none_or(|until| value <= until.as_str())
    });
    equal && within
}

fn matches(field: &str, value: &Value, wanted: &str) -> bool {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match field {
        "cnpj" => digits(&text) == digits(wanted) && !wanted.is_empty(),
        _ => text == wanted,
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}
