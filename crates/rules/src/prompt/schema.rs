//! The shape of the model's answer, as a JSON schema that strict structured output accepts.

use serde_json::{Value, json};

use crate::conversation::Intent;
use crate::lead::Field;

/// All intents, as the model names them.
const INTENTS: &[Intent] = &[
    Intent::Greeting,
    Intent::ProductQuestion,
    Intent::Price,
    Intent::Discount,
    Intent::Payment,
    Intent::DeliveryTime,
    Intent::Technical,
    Intent::Human,
    Intent::OptOut,
    Intent::UnavailableProduct,
    Intent::Catalog,
    Intent::Complaint,
    Intent::JobSeeker,
    Intent::Supplier,
    Intent::Spam,
    Intent::Injection,
    Intent::Thanks,
    Intent::Goodbye,
    Intent::OffTopic,
];

/// Kinds of business a lead may have.
pub const SEGMENTS: &[&str] = &[
    "hamburgueria",
    "frigorifico",
    "acougue",
    "casa_de_carnes",
    "restaurante",
    "food_truck",
    "mercado",
    "distribuidora",
    "industria",
    "outro",
];

/// The schema: every key required, nothing else allowed, absence as null.
pub(super) fn answer() -> Value {
    let fields: Vec<&str> = Field::ALL.iter().map(|field| field.key()).collect();
    let fact = object(json!({
        "field": {"type": "string", "enum": fields},
        "value": {"type": "string"},
        "quote": {"type": "string", "description": "palavras exatas da mensagem do cliente"},
    }));
    let records = object(json!({
        "technical_question": {"type": ["string", "null"]},
        "unavailable_interest": {"type": "boolean"},
        "opt_out": {"type": "boolean"},
        "human_request": {"type": "boolean"},
    }));
    object(json!({
        "facts": {"type": "array", "items": fact},
        "intents": {"type": "array", "items": {"type": "string", "enum": INTENTS}},
        "records": records,
        "asks": {"type": "array", "items": {"type": "string", "enum": fields}},
        "reply": {"type": "string"},
    }))
}

fn object(properties: Value) -> Value {
    let required: Vec<String> =
        properties.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}
