//! Which parameters a model takes: guessed from its name, then learnt from what it refuses.

/// How to word a request for one model of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub temperature: bool,
    pub cap: Cap,
    pub format: Format,
    pub effort: Option<Effort>,
    /// Reasoning counts inside the cap, so it needs room of its own.
    pub reasons: bool,
    /// It takes pictures, as far as it is known.
    pub sees: bool,
    caps_refused: u8,
}

/// The parameter that limits the answer's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cap {
    MaxTokens,
    MaxCompletionTokens,
    None,
}

/// How the answer is made to be JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The server holds the model to the schema.
    Schema,
    /// The server holds it to JSON; the schema is told in words.
    Object,
    /// All is told in words.
    Plain,
}

/// How much a model thinks before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    None,
    Minimal,
    Low,
}

/// A refused request, in the server's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: u16,
    pub code: Option<String>,
    pub param: Option<String>,
    /// Lower case.
    pub words: String,
}

impl Dialect {
    /// The likeliest one for a model. Servers of other vendors know the older names best.
    pub fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model).to_ascii_lowercase();
        let generation = name.strip_prefix("gpt-").and_then(|rest| {
            rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u32>().ok()
        });
        let o_series = ["o1", "o3", "o4"].iter().any(|prefix| name.starts_with(prefix));
        let reasoning = o_series || generation.is_some_and(|generation| generation >= 5);
        Self {
            // With thinking switched off a temperature is taken; the o series always thinks.
            temperature: !o_series,
            cap: if reasoning { Cap::MaxCompletionTokens } else { Cap::MaxTokens },
            format: Format::Schema,
            effort: (reasoning && !o_series).then_some(Effort::None),
            reasons: o_series,
            sees: true,
            caps_refused: 0,
        }
    }

    /// The dialect that avoids what was refused; `None` when wording is not the trouble.
    pub fn avoiding(&self, refusal: &Refusal) -> Option<Self> {
        if !matches!(refusal.status, 400 | 422 | 501) {
            return None;
        }
        let about = |name: &str| match &refusal.param {
            Some(param) => param.starts_with(name),
            None => refusal.words.contains(name),
        };
        let mut next = self.clone();
        if refusal.is_about_support() && self.cap != Cap::None && about(self.cap.name()) {
            next.cap = self.other_cap();
            next.caps_refused += 1;
        } else if let Some(effort) = self.effort.filter(|_| about("reasoning_effort")) {
            next.effort = if refusal.is_about_value() { effort.more() } else { None };
            next.reasons = next.effort.is_some();
            // A model that thinks takes no temperature.
            next.temperature &= next.effort.is_none();
        } else if refusal.is_about_support() && self.temperature && about("temperature") {
            next.temperature = false;
        } else if ["response_format", "json_schema", "json_object", "structured output"]
            .iter()
            .any(|name| about(name))
        {
            next.format = match self.format {
                Format::Schema => Format::Object,
                Format::Object => Format::Plain,
                Format::Plain => return None,
            };
        } else {
            return None;
        }
        Some(next)
    }

    /// The dialect that keeps pictures away; `None` when the picture itself is the trouble, or
    /// something else. Servers say it in many words, some of them with a 500.
    pub fn without_pictures(&self, refusal: &Refusal) -> Option<Self> {
        const THIS_ONE: &[&str] = &[
            "invalid image",
            "invalid_image",
            "unsupported image",
            "parse image",
            "process image",
            "decode",
            "corrupt",
            "too large",
            "too small",
            "download",
        ];
        const ANY: &[&str] = &[
            "image",
            "vision",
            "multimodal",
            "multi-modal",
            "mmproj",
            "content must be a string",
            "expected a string",
            "valid string",
            "content type",
        ];
        let says = |words: &[&str]| {
            let code = refusal.code.as_deref().unwrap_or_default();
            words.iter().any(|word| refusal.words.contains(word) || code.contains(word))
        };
        let refused = matches!(refusal.status, 400 | 404 | 415 | 422 | 500 | 501);
        (self.sees && refused && says(ANY) && !says(THIS_ONE))
            .then(|| Self { sees: false, ..self.clone() })
    }

    fn other_cap(&self) -> Cap {
        match self.cap {
            _ if self.caps_refused > 0 => Cap::None,
            Cap::MaxTokens => Cap::MaxCompletionTokens,
            Cap::MaxCompletionTokens => Cap::MaxTokens,
            Cap::None => Cap::None,
        }
    }
}

impl Cap {
    pub fn name(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
            Self::None => "",
        }
    }
}

impl Effort {
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
        }
    }

    fn more(self) -> Option<Self> {
        match self {
            Self::None => Some(Self::Minimal),
            Self::Minimal => Some(Self::Low),
            Self::Low => None,
        }
    }
}

impl Refusal {
    /// The parameter is unknown or its value is; not, say, a number that is too large.
    fn is_about_support(&self) -> bool {
        const CODES: &[&str] = &["unsupported_parameter", "unsupported_value", "unknown_parameter"];
        const WORDS: &[&str] = &[
            "unsupported",
            "not support",
            "n't support",
            "unknown",
            "unrecognized",
            "unexpected",
            "not permitted",
            "extra inputs",
            "extra fields",
            "not allowed",
            "only the default",
            "instead",
        ];
        self.code.as_deref().is_some_and(|code| CODES.contains(&code))
            || WORDS.iter().any(|word| self.words.contains(word))
    }

    fn is_about_value(&self) -> bool {
        self.code.as_deref() == Some("unsupported_value")
            || ["supported values", "does not support '", "input should be", "invalid value"]
                .iter()
                .any(|word| self.words.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(param: Option<&str>, code: Option<&str>, words: &str) -> Refusal {
        Refusal {
            status: 400,
            code: code.map(str::to_owned),
            param: param.map(str::to_owned),
            words: words.to_lowercase(),
        }
    }

    fn after(model: &str, refusals: &[Refusal]) -> Option<Dialect> {
        refusals.iter().try_fold(Dialect::of(model), |dialect, refusal| dialect.avoiding(refusal))
    }

    #[test]
    fn the_first_guess_comes_from_the_name() {
        let told = |model| {
            let dialect = Dialect::of(model);
            (dialect.temperature, dialect.cap.name(), dialect.effort.map(Effort::name))
        };
        assert_eq!(told("gpt-4o"), (true, "max_tokens", None));
        assert_eq!(told("llama3.2:3b"), (true, "max_tokens", None));
        assert_eq!(told("gpt-oss:20b"), (true, "max_tokens", None));
        assert_eq!(told("openai/gpt-6-luna"), (true, "max_completion_tokens", Some("none")));
        assert_eq!(told("gpt-5-mini"), (true, "max_completion_tokens", Some("none")));
        assert_eq!(told("o4-mini"), (false, "max_completion_tokens", None));
    }

    #[test]
    fn a_refused_cap_changes_its_name_once_and_then_goes() {
        let old = refusal(
            Some("max_tokens"),
            Some("unsupported_parameter"),
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        );
        let new = refusal(None, None, "unknown field `max_completion_tokens`");
        assert_eq!(after("m", std::slice::from_ref(&old)).unwrap().cap, Cap::MaxCompletionTokens);
        assert_eq!(after("m", &[old.clone(), new.clone()]).unwrap().cap, Cap::None);
        assert_eq!(after("gpt-6-luna", &[new]).unwrap().cap, Cap::MaxTokens);
        let large = refusal(
            Some("max_tokens"),
            Some("invalid_value"),
            "max_tokens is too large: 99999. This model supports at most 16384 completion tokens",
        );
        assert_eq!(after("m", &[large]), None);
    }

    #[test]
    fn a_refused_temperature_goes() {
        let only_default = refusal(
            Some("temperature"),
            Some("unsupported_value"),
            "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.",
        );
        assert!(!after("gpt-4o", std::slice::from_ref(&only_default)).unwrap().temperature);
        assert_eq!(after("gpt-4o", &[only_default.clone(), only_default]), None);
    }

    #[test]
    fn a_refused_effort_rises_step_by_step_or_goes() {
        let value = refusal(
            Some("reasoning_effort"),
            Some("unsupported_value"),
            "Unsupported value: 'reasoning_effort' does not support 'none'. Supported values are: 'low'.",
        );
        let minimal = after("gpt-5", std::slice::from_ref(&value)).unwrap();
        assert_eq!((minimal.effort, minimal.temperature), (Some(Effort::Minimal), false));
        let low = minimal.avoiding(&value).unwrap();
        assert_eq!((low.effort, low.reasons), (Some(Effort::Low), true));
        assert_eq!(low.avoiding(&value).unwrap().effort, None);

        let unknown =
            refusal(None, None, "Unrecognized request argument supplied: reasoning_effort");
        let without = after("gpt-5-chat", &[unknown]).unwrap();
        assert_eq!((without.effort, without.temperature), (None, true));
    }

    #[test]
    fn a_refused_format_steps_down_to_words() {
        let schema = refusal(
            Some("response_format"),
            None,
            "'response_format' of type 'json_schema' is not supported",
        );
        let object = refusal(Some("response_format.type"), None, "must be 'text'");
        assert_eq!(after("m", std::slice::from_ref(&schema)).unwrap().format, Format::Object);
        assert_eq!(after("m", &[schema.clone(), object.clone()]).unwrap().format, Format::Plain);
        assert_eq!(after("m", &[schema, object.clone(), object]), None);
    }

    #[test]
    fn a_model_that_takes_no_pictures_is_told_from_a_bad_picture() {
        let blind = |status, code, words: &str| {
            let refusal = Refusal { status, ..refusal(None, code, words) };
            Dialect::of("m").without_pictures(&refusal).is_some()
        };
        for (status, words) in [
            (400, "Invalid content type. image_url is only supported by certain models."),
            (400, "'messages.1.content' must be a string: content must be a string"),
            (400, "tiny-llm is not a multimodal model"),
            (422, "Failed to deserialize: unknown variant `image_url`, expected `text`"),
            (500, "image input is not supported - hint: you may need to provide the mmproj"),
            (404, "No endpoints found that support image input"),
        ] {
            assert!(blind(status, None, words), "{words}");
        }
        for (status, code, words) in [
            (400, Some("invalid_image_format"), "You uploaded an unsupported image."),
            (400, None, "Could not process image"),
            (400, None, "The image is too large"),
            (400, Some("context_length_exceeded"), "maximum context length is 8192 tokens"),
            (500, None, "Internal server error"),
            (429, None, "image input tokens per minute"),
        ] {
            assert!(!blind(status, code, words), "{words}");
        }
    }

    #[test]
    fn other_troubles_teach_nothing() {
        let context = refusal(
            Some("messages"),
            Some("context_length_exceeded"),
            "maximum context length is 8192 tokens",
        );
        assert_eq!(after("gpt-4o", &[context]), None);
        let key =
            Refusal { status: 401, words: "temperature unsupported".into(), ..Refusal::default() };
        assert_eq!(after("gpt-4o", &[key]), None);
    }
}
