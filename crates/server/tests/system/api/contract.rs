//! Answers have the form that the API's description gives them.

use reqwest::Method;
use seleto::api::{openapi, routes};
use seleto::store::console::accounts::Role;
use serde_json::{Value, json};

use super::{Program, conversation};
use crate::world::World;

crate::on_both_engines!(every_answer_is_as_described);

/// What a value has that its schema does not let it have. Only the words that our schemas use.
fn complaints(all: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(target) = schema["$ref"].as_str() {
        let name = target.rsplit('/').next().unwrap();
        assert!(all.get(name).is_some(), "no schema {name}");
        return complaints(all, &all[name], value, at);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = |choice: &Value| complaints(all, choice, value, at).is_empty();
        return if choices.iter().any(fits) { vec![] } else { vec![format!("{at}: {value}")] };
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kinds = &schema["type"];
    if *kinds != kind && !kinds.as_array().is_some_and(|kinds| kinds.contains(&json!(kind))) {
        return vec![format!("{at} is {kind}, not {kinds}")];
    }
    if schema["enum"].as_array().is_some_and(|names| !names.contains(value)) {
        return vec![format!("{at} is {value}")];
    }
    let mut found = Vec::new();
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(complaints(all, &schema["items"], item, &format!("{at}[{index}]")));
    }
    let (Some(fields), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    else {
        return found;
    };
    for (name, field) in fields {
        match properties.get(name) {
            Some(schema) => found.extend(complaints(all, schema, field, &format!("{at}.{name}"))),
            None => found.push(format!("{at}.{name} is not described")),
        }
    }
    let required = schema["required"].as_array().into_iter().flatten();
    let missing = required.filter(|name| !fields.contains_key(name.as_str().unwrap()));
    found.extend(missing.map(|name| format!("{at}.{name} is missing")));
    found
}

async fn every_answer_is_as_described(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    lead.write("oi, sou o Marcos, de Curitiba, quero a FB300").await.unwrap();
    world.settle().await;
    let sdr = Program::with_role(&world, Role::Sdr).await;
    let id = conversation(&world).await;
    sdr.patch(&format!("/leads/{id}/fields/city"), json!({ "value": "Maringá" })).await;
    world.execute("UPDATE deliveries SET state = 'rejected', settled_at = 1000").await;
    let described = sdr.get("/openapi.json").await.body;
    assert_eq!(described, openapi::description());
    let schemas = &described["components"]["schemas"];
    for route in routes::all().iter().filter(|route| route.method == Method::GET) {
        let answer = sdr.get(&route.path.replace("{id}", &id)).await;
        assert_eq!(answer.status, route.status, "{}: {answer:?}", route.path);
        let found = complaints(schemas, &schemas[route.answer], &answer.body, route.path);
        assert!(found.is_empty(), "{found:#?}");
    }
    let refused = sdr.get("/leads/x").await.body;
    assert_eq!(complaints(schemas, &schemas["Problem"], &refused, "problem"), [""; 0]);
}
