//! PipeRun's answers: the envelope, pages, refusals, and its loose way with numbers.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::faults::Reply;

const PAGE: usize = 15;
const LARGEST_PAGE: usize = 200;

/// 200 or 201 with one record or a list.
pub(super) fn done(status: u16, data: Value) -> Reply {
    let message = if status == 201 { "Created" } else { "OK" };
    Reply::json(status, &json!({"success": true, "message": message, "data": data}))
}

/// 200 with the page that the query asks for.
pub(super) fn page(records: &[Value], query: &HashMap<String, String>) -> Reply {
    let asked = query.get("show").and_then(|show| show.parse().ok());
    let size = asked.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let cursor = query.get("cursor").and_then(|cursor| cursor.strip_prefix("from-"));
    let from: usize = cursor.and_then(|from| from.parse().ok()).unwrap_or(0);
    let rows: Vec<&Value> = records.iter().skip(from).take(size).collect();
    let next = (from + size < records.len()).then(|| format!("from-{}", from + size));
    let cursor = json!({"current": null, "prev": null, "next": next, "count": null});
    let body = json!({"success": true, "message": "OK", "data": rows, "meta": {"cursor": cursor}});
    Reply::json(200, &body)
}

/// 404.
pub(super) fn not_found() -> Reply {
    Reply::json(404, &json!({"success": false, "message": "Not Found"}))
}

/// 401; its true body is not documented.
pub(super) fn unauthorized() -> Reply {
    Reply::json(401, &json!({"success": false, "message": "Unauthorized"}))
}

/// 422 with a text for each field that is wrong.
pub(super) fn unprocessable(problems: Map<String, Value>) -> Reply {
    let body = json!({"success": false, "message": "Unprocessable Entity", "data": problems});
    Reply::json(422, &body)
}

/// 422 for a body that is not JSON.
pub(super) fn malformed() -> Reply {
    Reply::json(422, &json!({"success": false, "message": "Malformed JSON."}))
}

/// A record as it is answered: every second one has its numbers as text.
pub(super) fn loosened(record: &Value) -> Value {
    let mut record = record.clone();
    let even = record["id"].as_i64().is_some_and(|id| id % 2 == 0);
    if let (true, Some(fields)) = (even, record.as_object_mut()) {
        for key in ["status", "pipeline_id", "person_id", "temperature", "value"] {
            if let Some(value) = fields.get_mut(key).filter(|value| value.is_number()) {
                *value = Value::String(value.to_string());
            }
        }
    }
    record
}
