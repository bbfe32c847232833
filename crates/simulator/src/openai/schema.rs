//! Reads the JSON schema of a request: refuses what strict mode refuses, and fills it plausibly.

use serde_json::{Map, Value, json};

use super::Completion;

/// What the local model says when nobody told it anything else.
pub const WELCOME: &str =
    "Olá! Seja bem-vindo à Seleto Industrial. Com quem eu falo e o que você procura?";

/// Says `reply` in the shape that the request asks for: a filled schema, a JSON object or text.
pub fn reply(request: &Value, reply: &str) -> Completion {
    let format = &request["response_format"];
    match format["type"].as_str() {
        Some("json_schema") => Completion::Json(fill(&format["json_schema"]["schema"], reply)),
        Some("json_object") => Completion::Json(json!({"reply": reply})),
        _ => Completion::Text(reply.to_owned()),
    }
}

/// The least value that satisfies the schema, with `reply` where the text for the lead belongs:
/// in the first property whose name speaks of a reply, or else in the first text of all.
pub fn fill(schema: &Value, reply: &str) -> Value {
    let mut value = least(schema, schema);
    if let (Some(object), Some(key)) = (value.as_object_mut(), reply_key(schema)) {
        let is_list = schema["properties"][key]["type"] == "array";
        object.insert(key.to_owned(), if is_list { json!([reply]) } else { json!(reply) });
    }
    value
}

fn reply_key(schema: &Value) -> Option<&str> {
    let properties = schema["properties"].as_object()?;
    let takes_text = |schema: &&Value| {
        let is_text = |schema: &Value| schema["type"] == "string" && schema["enum"].is_null();
        is_text(schema) || (schema["type"] == "array" && is_text(&schema["items"]))
    };
    let texts = || properties.iter().filter(|(_, schema)| takes_text(schema)).map(|(key, _)| key);
    let speaks = |key: &&String| {
        ["repl", "respo", "answer", "bubble"].iter().any(|word| key.to_lowercase().contains(word))
    };
    texts().find(speaks).or_else(|| texts().next()).map(String::as_str)
}

/// The least value of a schema: null where it may be, else empty, zero, false or the first choice.
fn least(schema: &Value, root: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return least(&root["$defs"][name], root);
    }
    if let Some(fixed) = schema.get("const") {
        return fixed.clone();
    }
    if let Some(choices) = schema["enum"].as_array() {
        let null = choices.iter().find(|choice| choice.is_null());
        return null.or_else(|| choices.first()).cloned().unwrap_or_default();
    }
    if let Some(options) = schema["anyOf"].as_array() {
        let null = options.iter().find(|option| option["type"] == "null");
        return null.or_else(|| options.first()).map_or(Value::Null, |one| least(one, root));
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) if kinds.contains(&json!("null")) => return Value::Null,
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => {
            let properties = schema["properties"].as_object();
            let filled = properties.into_iter().flatten();
            filled
                .map(|(key, schema)| (key.clone(), least(schema, root)))
                .collect::<Map<_, _>>()
                .into()
        }
        Some("array") => json!([]),
        Some("string") => json!(""),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(0)),
        Some("boolean") => json!(false),
        _ => Value::Null,
    }
}

/// Why OpenAI would refuse this `json_schema`, if it would.
pub(super) fn refuse(json_schema: &Value) -> Option<String> {
    let name = json_schema["name"].as_str().unwrap_or_default();
    let is_name_char = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_name_char) {
        return Some("Invalid 'response_format.json_schema.name'.".to_owned());
    }
    let schema = &json_schema["schema"];
    if json_schema["strict"] != true {
        return (!schema.is_object()).then(|| "Missing schema.".to_owned());
    }
    if schema["type"] != "object" || schema.get("anyOf").is_some() {
        return Some(wrong(name, "schema must be a JSON Schema of 'type: \"object\"'"));
    }
    refuse_strict(schema, 1).map(|reason| wrong(name, &reason))
}

fn wrong(name: &str, reason: &str) -> String {
    format!("Invalid schema for response_format '{name}': {reason}.")
}

fn refuse_strict(schema: &Value, depth: usize) -> Option<String> {
    if depth > 10 {
        return Some("more than 10 levels of nesting".to_owned());
    }
    let barred = ["allOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else"];
    if let Some(barred) = barred.iter().find(|key| schema.get(**key).is_some()) {
        return Some(format!("'{barred}' is not permitted"));
    }
    if let Some(properties) = schema["properties"].as_object() {
        if schema["additionalProperties"] != false {
            return Some("'additionalProperties' is required to be supplied and false".to_owned());
        }
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        if let Some(key) = properties.keys().find(|key| !required.contains(&json!(key))) {
            return Some(format!("'required' must include every key; missing '{key}'"));
        }
    }
    let named = ["properties", "$defs"].iter().filter_map(|key| schema[*key].as_object());
    let options = schema["anyOf"].as_array().into_iter().flatten();
    let below = named.flat_map(Map::values).chain(options).chain(schema.get("items"));
    below.into_iter().find_map(|schema| refuse_strict(schema, depth + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(schema: Value) -> Option<String> {
        refuse(&json!({"name": "turn", "strict": true, "schema": schema}))
    }

    #[test]
    fn a_schema_is_filled_with_the_least_and_the_reply_in_its_place() {
        let schema = json!({
            "type": "object",
            "$defs": {"fact": {"type": "object", "properties": {"value": {"type": "string"}}}},
            "properties": {
                "about": {"type": "string"},
                "city": {"type": ["string", "null"]},
                "facts": {"type": "array", "items": {"$ref": "#/$defs/fact"}},
                "first": {"$ref": "#/$defs/fact"},
                "intent": {"type": "string", "enum": ["buy", "leave"]},
                "reply": {"type": "string"},
                "score": {"type": "integer", "minimum": 1},
                "volume": {"anyOf": [{"type": "number"}, {"type": "null"}]},
            },
        });
        let wanted = json!({
            "about": "", "city": null, "facts": [], "first": {"value": ""}, "intent": "buy",
            "reply": "oi", "score": 1, "volume": null,
        });
        assert_eq!(fill(&schema, "oi"), wanted);
    }

    #[test]
    fn a_reply_may_be_a_list_of_bubbles() {
        let schema = json!({"type": "object", "properties": {
            "reply": {"type": "array", "items": {"type": "string"}},
        }});
        assert_eq!(fill(&schema, "oi"), json!({"reply": ["oi"]}));
    }

    #[test]
    fn strict_mode_wants_every_key_and_no_others() {
        let good = json!({
            "type": "object", "additionalProperties": false, "required": ["a"],
            "properties": {"a": {"type": "array", "items": {
                "type": "object", "additionalProperties": false, "required": [], "properties": {},
            }}},
        });
        assert_eq!(strict(good.clone()), None);

        let mut optional = good.clone();
        optional["required"] = json!([]);
        assert!(strict(optional).is_some_and(|reason| reason.contains("missing 'a'")));

        let mut open = good.clone();
        open["properties"]["a"]["items"]["additionalProperties"] = json!(true);
        assert!(strict(open).is_some_and(|reason| reason.contains("additionalProperties")));

        let mut barred = good;
        barred["properties"]["a"]["allOf"] = json!([]);
        assert!(strict(barred).is_some_and(|reason| reason.contains("allOf")));
    }
}
