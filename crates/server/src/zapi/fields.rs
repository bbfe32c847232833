//! Reads fields of foreign JSON by what they mean, not by their exact type.

use serde_json::{Map, Value};

/// An object, or what stands where an object was expected.
#[derive(Clone, Copy)]
pub(in crate::zapi) struct Fields<'a>(Option<&'a Map<String, Value>>);

impl<'a> Fields<'a> {
    pub(in crate::zapi) fn new(map: &'a Map<String, Value>) -> Self {
        Self(Some(map))
    }

    pub(in crate::zapi) fn of(value: &'a Value) -> Self {
        Self(value.as_object())
    }

    /// The value under a key, unless it is null; the exact spelling wins over other cases of it.
    pub(in crate::zapi) fn value(self, key: &str) -> Option<&'a Value> {
        let map = self.0?;
        map.get(key)
            .or_else(|| map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, v)| v))
            .filter(|value| !value.is_null())
    }

    /// The value under a key, unless it says "nothing" (null, false, an empty text).
    pub(in crate::zapi) fn present(self, key: &str) -> Option<&'a Value> {
        self.value(key).filter(|value| {
            !matches!(value, Value::Bool(false))
                && value.as_str().is_none_or(|text| !text.is_empty())
        })
    }

    pub(in crate::zapi) fn child(self, key: &str) -> Fields<'a> {
        self.value(key).map_or(Self(None), Self::of)
    }

    /// A text that says something, or a number in digits.
    pub(in crate::zapi) fn text(self, key: &str) -> Option<String> {
        self.value(key).and_then(as_text)
    }

    pub(in crate::zapi) fn first_text(self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| self.text(key))
    }

    /// True only when it is said in one of the usual ways.
    pub(in crate::zapi) fn flag(self, key: &str) -> bool {
        match self.value(key) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::Number(number)) => number.as_f64().is_some_and(|number| number != 0.0),
            Some(Value::String(text)) => {
                matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "sim")
            }
            _ => false,
        }
    }

    pub(in crate::zapi) fn number(self, key: &str) -> Option<f64> {
        match self.value(key)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
        .filter(|number| number.is_finite())
    }

    /// A whole number of at least zero that a double holds exactly.
    pub(in crate::zapi) fn count(self, key: &str) -> Option<u64> {
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        let number = self.number(key).filter(|number| (0.0..LARGEST).contains(number))?;
        Some(number.trunc() as u64)
    }

    /// The texts in a list, or the one text in its place.
    pub(in crate::zapi) fn texts(self, key: &str) -> Vec<String> {
        match self.value(key) {
            Some(Value::Array(values)) => values.iter().filter_map(as_text).collect(),
            Some(value) => as_text(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The objects in a list.
    pub(in crate::zapi) fn children(self, key: &str) -> impl Iterator<Item = Fields<'a>> + use<'a> {
        self.value(key).and_then(Value::as_array).into_iter().flatten().map(Fields::of)
    }

    pub(in crate::zapi) fn entries(self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.0.into_iter().flatten()
    }
}

/// Text without NUL, which PostgreSQL cannot store; numbers as plain digits.
pub(in crate::zapi) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace('\0', "")).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e18 => {
                Some(format!("{float:.0}"))
            }
            _ => Some(number.to_string()),
        },
        _ => None,
    }
}
