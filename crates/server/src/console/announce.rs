//! Messages at the corner of the page, carried by the answer to a change.

use axum::http::{HeaderName, HeaderValue};

/// The header that has the page say this.
pub fn announce(text: &str) -> [(HeaderName, HeaderValue); 1] {
    let words = serde_json::json!({ "aviso": text }).to_string();
    // A header is ASCII; JSON has a way to write the rest.
    let ascii: String = words.chars().map(escape).collect();
    let value = HeaderValue::from_str(&ascii).unwrap_or(HeaderValue::from_static("{}"));
    [(HeaderName::from_static("hx-trigger"), value)]
}

fn escape(letter: char) -> String {
    if letter.is_ascii() {
        return letter.to_string();
    }
    letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_survive_a_header() {
        let [(_, value)] = announce("Etapa alterada: é \"quente\" 👋");
        let told: serde_json::Value = serde_json::from_slice(value.as_bytes()).unwrap();
        assert_eq!(told["aviso"], "Etapa alterada: é \"quente\" 👋");
        assert!(value.to_str().is_ok());
    }
}
