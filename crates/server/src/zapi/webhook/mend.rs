//! Parses JSON that strict parsers refuse: a lead's message is not lost over half an emoji.
//!
//! A strict parse comes first. Only when it fails is the text mended once: invalid UTF-8, half
//! surrogate pairs, unknown escapes, bare control characters, numbers beyond a double, nesting
//! deeper than any real message.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::Value;

const DEEPEST: usize = 64;

/// Parses a body, mending it when needed; `None` when it is not JSON all the same.
pub(super) fn parse(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(body).ok().or_else(|| {
        let mended = mend(&String::from_utf8_lossy(body));
        serde_json::from_str(&mended).ok()
    })
}

fn mend(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut depth = 0_usize;
    while let Some(c) = rest.next() {
        match c {
            '"' => string(&mut rest, &mut out),
            '{' | '[' if depth >= DEEPEST => {
                skip_nested(&mut rest);
                out.push_str("null");
            }
            '{' | '[' => {
                depth += 1;
                out.push(c);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                out.push(c);
            }
            c if c == '-' || c.is_ascii_alphanumeric() => bare_word(c, &mut rest, &mut out),
            c => out.push(c),
        }
    }
    out
}

/// Copies a string whose opening quote was just read.
fn string(rest: &mut Peekable<Chars>, out: &mut String) {
    out.push('"');
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => escape(rest, out),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Copies one escape whose backslash was just read, or what stands in for it.
fn escape(rest: &mut Peekable<Chars>, out: &mut String) {
    match rest.next() {
        Some('u') => match unit(rest) {
            Some(high @ 0xd800..=0xdbff) => match low_unit(rest) {
                Some(low) => out.push_str(&format!("\\u{high:04x}\\u{low:04x}")),
                None => out.push(char::REPLACEMENT_CHARACTER),
            },
            Some(unit) if !(0xdc00..=0xdfff).contains(&unit) => {
                out.push_str(&format!("\\u{unit:04x}"));
            }
            _ => out.push(char::REPLACEMENT_CHARACTER),
        },
        Some(c @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
            out.push('\\');
            out.push(c);
        }
        Some(c) => {
            out.push_str("\\\\");
            out.push(c);
        }
        None => {}
    }
}

/// Reads four hexadecimal digits, or none of them.
fn unit(rest: &mut Peekable<Chars>) -> Option<u32> {
    let digits: String = rest.clone().take(4).collect();
    if digits.chars().count() < 4 || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    rest.nth(3);
    u32::from_str_radix(&digits, 16).ok()
}

/// Reads the second half of a surrogate pair, if it follows.
fn low_unit(rest: &mut Peekable<Chars>) -> Option<u32> {
    let mut ahead = rest.clone();
    if ahead.next() != Some('\\') || ahead.next() != Some('u') {
        return None;
    }
    let low = unit(&mut ahead).filter(|unit| (0xdc00..=0xdfff).contains(unit))?;
    *rest = ahead;
    Some(low)
}

/// Copies a number or a word; a number that no double holds, and `NaN` and its kin, become null.
fn bare_word(first: char, rest: &mut Peekable<Chars>, out: &mut String) {
    let mut word = String::from(first);
    while let Some(c) = rest.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    {
        word.push(c);
    }
    let lost = word.parse::<f64>().is_ok_and(|number| !number.is_finite());
    out.push_str(if lost || word == "undefined" { "null" } else { &word });
}

/// Passes over an object or array whose opening was just read, to its end.
fn skip_nested(rest: &mut Peekable<Chars>) {
    let mut depth = 1_usize;
    while depth > 0 {
        match rest.next() {
            Some('"') => string(rest, &mut String::new()),
            Some('{' | '[') => depth += 1,
            Some('}' | ']') => depth -= 1,
            Some(_) => {}
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(body: impl AsRef<[u8]>, parsed: Value) {
        assert_eq!(parse(body.as_ref()), Some(parsed));
    }

    #[test]
    fn half_an_emoji_costs_one_character_not_the_message() {
        check(r#"{"a":"oi \ud83d tudo"}"#, json!({"a": "oi \u{fffd} tudo"}));
        check(r#"{"a":"\ude00","b":"\ud83d\ude00"}"#, json!({"a": "\u{fffd}", "b": "😀"}));
        check(r#"{"a":"\ud83d\u0041"}"#, json!({"a": "\u{fffd}A"}));
        check(r#"{"a":"\u12"}"#, json!({"a": "\u{fffd}12"}));
    }

    #[test]
    fn broken_text_is_mended() {
        check(b"\xef\xbb\xbf{\"a\":1}", json!({"a": 1}));
        check(b"{\"a\":\"caf\xe9\"}", json!({"a": "caf\u{fffd}"}));
        check("{\"a\":\"one\ntwo\0\"}", json!({"a": "one\ntwo\0"}));
        check(r#"{"a":"c:\x"}"#, json!({"a": "c:\\x"}));
    }

    #[test]
    fn impossible_numbers_are_null() {
        check(
            r#"{"a":1e400,"b":-1e999,"c":NaN,"d":-Infinity,"e":12}"#,
            json!({
                "a": null, "b": null, "c": null, "d": null, "e": 12
            }),
        );
    }

    #[test]
    fn deep_nesting_is_cut_and_the_rest_kept() {
        let deep = format!(r#"{{"a":{}1{},"b":"oi"}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(parse(deep.as_bytes()).unwrap()["b"], "oi");
        let open = format!(r#"{{"b":"oi","a":{}"#, "{\"x\":".repeat(10_000));
        assert_eq!(parse(open.as_bytes()), None);
    }

    #[test]
    fn the_last_of_repeated_keys_counts() {
        check(r#"{"a":1,"a":2}"#, json!({"a": 2}));
    }

    #[test]
    fn what_is_not_json_stays_refused() {
        for body in ["", "oi", "{", "{\"a\"}", "<html></html>", "a=1&b=2", "{\"a\":01}"] {
            assert_eq!(parse(body.as_bytes()), None, "{body}");
        }
    }
}
