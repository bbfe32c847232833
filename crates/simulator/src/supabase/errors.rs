//! PostgREST's errors, and those of the gateway in front of it.

use serde_json::{Value, json};

use crate::faults::{Fault, Reply};

/// An error body of PostgREST.
pub(super) fn error(status: u16, code: &str, message: &str, details: Option<&str>) -> Reply {
    hinted(status, code, message, details, None)
}

/// The same with a hint.
pub(super) fn hinted(
    status: u16,
    code: &str,
    message: &str,
    details: Option<&str>,
    hint: Option<&str>,
) -> Reply {
    let body = json!({"code": code, "message": message, "details": details, "hint": hint});
    Reply::json(status, &body).with_header("proxy-status", &format!("PostgREST; error={code}"))
}

/// An error of the gateway, which has a body of its own.
pub(super) fn gateway(status: u16, message: &str, hint: &str) -> Reply {
    Reply::json(status, &json!({"message": message, "hint": hint}))
}

pub(super) fn no_such_table(table: &str) -> Reply {
    let message = format!("Could not find the table 'public.{table}' in the schema cache");
    error(404, "PGRST205", &message, None)
}

pub(super) fn no_such_column(table: &str, column: &str) -> Reply {
    let message = format!("Could not find the '{column}' column of '{table}' in the schema cache");
    error(400, "PGRST204", &message, None)
}

pub(super) fn denied(table: &str, role: &str) -> Reply {
    let status = if role == "anon" { 401 } else { 403 };
    let message = format!("permission denied for table {table}");
    let hint = format!(
        "Grant the required privileges to the current role with: \
         GRANT SELECT, INSERT, UPDATE, DELETE ON public.{table} TO {role};"
    );
    hinted(status, "42501", &message, None, Some(&hint))
}

pub(super) fn duplicate(table: &str, columns: &[&str], values: &[&Value]) -> Reply {
    let values: Vec<String> = values.iter().map(|value| plain(value)).collect();
    let details = format!("Key ({})=({}) already exists.", columns.join(", "), values.join(", "));
    let constraint = format!("{table}_{}_key", columns.join("_"));
    let message = format!("duplicate key value violates unique constraint \"{constraint}\"");
    error(409, "23505", &message, Some(&details))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn answer(reply: Reply) -> Fault {
    Fault::Answer { accepted: false, reply }
}

/// 403: the role has no rights on this table.
pub fn permission_denied(table: &str) -> Fault {
    answer(denied(table, "service_role"))
}

/// 401 without a body, as one gateway answered a key that it did not like.
pub fn unauthorized_without_body() -> Fault {
    answer(Reply::new(401, "text/plain", ""))
}

/// 503: PostgREST does not reach its database.
pub fn database_unreachable() -> Fault {
    let message = "Database connection error. Retrying the connection.";
    answer(error(503, "PGRST000", message, None))
}

/// 500: the transaction met another one.
pub fn serialization_failure() -> Fault {
    answer(error(500, "40001", "could not serialize access due to concurrent update", None))
}
