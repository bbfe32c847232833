//! The API's description, OpenAPI 3.1: paths from the table of routes, schemas from a file.

use axum::Json;
use serde_json::{Map, Value, json};

use super::routes::{self, Route};
use super::{Access, BASE};

pub(super) async fn serve() -> Json<Value> {
    Json(description())
}

/// The whole description.
pub fn description() -> Value {
    let mut paths = Map::new();
    for route in routes::all() {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(route.method.as_str().to_lowercase(), operation(&route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Seleto SDR",
            "version": "1",
            "description": "O que o painel faz, para programas. Crie um token em /conta.",
        },
        "servers": [{ "url": BASE }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas(),
        },
    })
}

/// The schemas, as the file has them.
fn schemas() -> Value {
    // A test holds that it is JSON.
    serde_json::from_str(include_str!("schemas.json")).unwrap_or_default()
}

fn operation(route: &Route) -> Value {
    let mut parameters: Vec<Value> = route.places().map(in_path).collect();
    parameters.extend(route.query.iter().map(|(name, schema, text)| {
        json!({ "name": name, "in": "query", "description": text, "schema": reference(schema) })
    }));
    let mut operation = json!({
        "summary": route.summary,
        "operationId": format!("{} {}", route.method, route.path),
        "parameters": parameters,
        "responses": {
            (route.status.to_string()): {
                "description": route.summary,
                "content": { "application/json": { "schema": reference(route.answer) } },
            },
            "default": {
                "description": "Recusado: o corpo diz por quê e o que fazer",
                "content": { "application/problem+json": { "schema": reference("Problem") } },
            },
        },
    });
    match route.access {
        Access::Open => operation["security"] = json!([]),
        Access::Role(role) => operation["x-role"] = json!(role.name()),
    }
    if let Some(body) = route.body {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": reference(body) } },
        });
    }
    operation
}

fn in_path(name: &str) -> Value {
    let schema = match name {
        "field" => reference("FieldName"),
        "key" => json!({ "type": "string" }),
        _ => reference("Id"),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use seleto_rules::lead::Field;

    use super::*;

    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(target)) = fields.get("$ref") {
                    let name = target.strip_prefix("#/components/schemas/").unwrap();
                    found.insert(name.to_owned());
                }
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_schema_is_there_and_used() {
        let described = description();
        let schemas = described["components"]["schemas"].as_object().unwrap();
        let mut used = BTreeSet::new();
        references(&described, &mut used);
        assert_eq!(used, schemas.keys().cloned().collect::<BTreeSet<_>>());
    }

    #[test]
    fn every_operation_is_described_in_its_own_words() {
        let described = description();
        for route in routes::all() {
            let method = route.method.as_str().to_lowercase();
            let operation = &described["paths"][route.path][&method];
            assert!(!route.summary.is_empty(), "{}", route.path);
            assert_eq!(operation["summary"], route.summary);
            let named = operation["parameters"].as_array().unwrap().len();
            assert_eq!(named, route.places().count() + route.query.len(), "{}", route.path);
        }
    }

    #[test]
    fn the_fields_are_those_of_the_record() {
        let keys: Vec<_> = Field::ALL.iter().map(|field| field.key()).collect();
        assert_eq!(schemas()["FieldName"]["enum"], json!(keys));
    }
}
