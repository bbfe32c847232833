//! A tiny, bad model: it echoes what it was told, babbles, mixes languages and invents.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{Completion, schema};

/// What it says of itself, beside the echoes; none of it is fit for a lead.
pub const NONSENSE: [&str; 7] = [
    "A máquina máquina máquina máquina máquina máquina.",
    "Hello my friend, our machine is muy buena for you and your burgers, hola amigo!",
    "A FB300 custa R$ 19.900,00 à vista ou 12x de R$ 1.890,00.",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed eiusmod tempor.",
    "这台机器很好，请告诉我你的城市。",
    "[a imagem mostra: uma máquina] [talvez o cliente não tenha recebido] Tudo certo.",
    "<|assistant|> undefined {{reply}} null",
];

/// Answers each request in another bad manner, one after the other.
pub fn in_turn() -> impl Fn(&Value) -> Completion + Send + Sync + 'static {
    let said = AtomicUsize::new(0);
    move |request| {
        let turn = said.fetch_add(1, Ordering::Relaxed) % (NONSENSE.len() + 4);
        match turn {
            0 => Completion::Text(told(request, 0)),
            1 => schema::reply(request, &first(&told(request, 0), 400)),
            2 => schema::reply(request, &first(&told(request, 1), 400)),
            3 => Completion::Json(json!({
                "reply": NONSENSE[0],
                "facts": [
                    {"field": "name", "value": "Napoleão", "quote": "Napoleão"},
                    {"field": "company", "value": "ACME Foguetes", "quote": "oi"},
                    {"field": "city", "value": "Paris", "quote": "Paris"},
                    {"field": "volume", "value": "9 kg dia", "quote": "9 kg dia"},
                ],
                "intents": ["spam", "opt_out"],
                "records": {"technical_question": null, "unavailable_interest": true,
                            "opt_out": false, "human_request": false},
                "asks": ["cnpj"],
            })),
            other => schema::reply(request, NONSENSE[other - 4]),
        }
    }
}

/// The text of one of the request's messages.
fn told(request: &Value, at: usize) -> String {
    request["messages"][at]["content"].as_str().unwrap_or_default().to_owned()
}

fn first(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
