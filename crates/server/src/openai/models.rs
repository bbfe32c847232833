//! What models cost and when they end, as data.

use std::fmt;

use jiff::civil::{Date, date};

/// A model that the server offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its name.
    pub id: String,
    /// From when on it takes no requests, as far as the server tells.
    pub shutdown_date: Option<Date>,
}

/// Tokens that a call used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens in, the cached ones among them.
    pub prompt: u64,
    /// Tokens in that the server had read before.
    pub cached: u64,
    /// Tokens out, the reasoning among them.
    pub completion: u64,
    /// Tokens out that nobody sees.
    pub reasoning: u64,
}

/// Price of one token in billionths of a US dollar (dollars per million tokens, times 1,000).
struct Price {
    model: &'static str,
    input: u64,
    cached: u64,
    output: u64,
}

const fn price(model: &'static str, input: u64, cached: u64, output: u64) -> Price {
    Price { model, input, cached, output }
}

// Sources: gpt-4o in and out are the customer's figures ($2.50 and $10.00 per million); gpt-6-luna
// is from resellers' model pages of October 2026; the others from OpenAI's public price list of
// 2025. A model that is not here has no known cost, which is not the same as none.
const PRICES: &[Price] = &[
    price("gpt-4o", 2_500, 1_250, 10_000),
    price("gpt-4o-mini", 150, 75, 600),
    price("gpt-4.1", 2_000, 500, 8_000),
    price("gpt-4.1-mini", 400, 100, 1_600),
    price("gpt-4.1-nano", 100, 25, 400),
    price("gpt-5", 1_250, 125, 10_000),
    price("gpt-5-mini", 250, 25, 2_000),
    price("gpt-5-nano", 50, 5, 400),
    price("gpt-6-luna", 100, 10, 500),
];

/// The cost of a call in millionths of a US dollar, rounded up; `None` when the price is unknown.
pub fn cost_micro_usd(model: &str, usage: &Usage) -> Option<u64> {
    let name = family(model);
    let price = PRICES.iter().find(|price| price.model == name)?;
    let cached = usage.cached.min(usage.prompt);
    let parts = [
        (usage.prompt - cached, price.input),
        (cached, price.cached),
        (usage.completion, price.output),
    ];
    let nano = parts
        .into_iter()
        .fold(0_u64, |sum, (tokens, each)| sum.saturating_add(tokens.saturating_mul(each)));
    Some(nano.div_ceil(1_000))
}

/// Prices of a second of audio in millionths of a US dollar: $0.006 a minute is the customer's
/// figure for whisper-1, $0.0045 that of OpenAI's page for its successor.
const AUDIO_PRICES: &[(&str, u64)] = &[("whisper-1", 100), ("gpt-transcribe", 75)];

/// The cost of a transcription in millionths of a US dollar; `None` when the price is unknown.
pub fn audio_cost_micro_usd(model: &str, seconds: u64) -> Option<u64> {
    let (_, each) = AUDIO_PRICES.iter().find(|(name, _)| *name == model)?;
    Some(each.saturating_mul(seconds))
}

/// A model's name without the date of its snapshot: `gpt-4o-2024-08-06` is a `gpt-4o`.
fn family(model: &str) -> &str {
    let dated = model.len().checked_sub(11).and_then(|at| model.split_at_checked(at));
    match dated {
        Some((family, snapshot))
            if snapshot.strip_prefix('-').is_some_and(|day| day.parse::<Date>().is_ok()) =>
        {
            family
        }
        _ => model,
    }
}

/// The announced end of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The model.
    pub model: String,
    /// From when on it takes no requests.
    pub ends: Date,
    /// What to use instead, where the vendor or its resellers name it.
    pub successor: Option<&'static str>,
}

const CHAT_SUCCESSOR: &str = "gpt-6-luna";
const SPEECH_SUCCESSOR: &str = "gpt-transcribe";

// Source: OpenAI's deprecations page as quoted in October 2026 (chat), its speech-to-text guide
// (transcription). The bare alias `gpt-4o` ends with the last of its snapshots.
const ENDINGS: &[(&str, Date, &str)] = &[
    ("gpt-4o-2024-05-13", date(2026, 10, 23), CHAT_SUCCESSOR),
    ("chatgpt-4o-latest", date(2026, 2, 17), CHAT_SUCCESSOR),
    ("gpt-4o", date(2027, 1, 14), CHAT_SUCCESSOR),
    ("gpt-4o-2024-08-06", date(2027, 1, 14), CHAT_SUCCESSOR),
    ("gpt-4o-2024-11-20", date(2027, 1, 14), CHAT_SUCCESSOR),
    ("gpt-4o-mini", date(2027, 1, 14), CHAT_SUCCESSOR),
    ("gpt-4o-mini-2024-07-18", date(2027, 1, 14), CHAT_SUCCESSOR),
    ("gpt-4.1", date(2027, 1, 14), CHAT_SUCCESSOR),
    ("gpt-4.1-2025-04-14", date(2027, 1, 14), CHAT_SUCCESSOR),
    ("gpt-4.1-mini", date(2027, 1, 14), CHAT_SUCCESSOR),
    ("gpt-4.1-mini-2025-04-14", date(2027, 1, 14), CHAT_SUCCESSOR),
    ("whisper-1", date(2027, 2, 26), SPEECH_SUCCESSOR),
    ("gpt-4o-transcribe", date(2027, 2, 26), SPEECH_SUCCESSOR),
    ("gpt-4o-mini-transcribe", date(2027, 2, 26), SPEECH_SUCCESSOR),
    ("gpt-4o-transcribe-diarize", date(2027, 2, 26), SPEECH_SUCCESSOR),
];

/// When a model ends: the date the server tells, or else the announced one.
pub fn ending(model: &str, told: Option<Date>) -> Option<Ending> {
    let known = ENDINGS.iter().find(|(name, ..)| *name == model);
    let ends = told.or(known.map(|(_, ends, _)| *ends))?;
    let successor = known.map(|(.., successor)| *successor);
    Some(Ending { model: model.to_owned(), ends, successor })
}

impl Ending {
    /// The warning for whoever operates the agent.
    pub fn notice(&self, today: Date) -> impl fmt::Display {
        let days = (self.ends - today).get_days();
        let when = self.ends.strftime("%d/%m/%Y");
        let model = &self.model;
        let state = match days {
            ..=0 => format!("O modelo {model} deixou de funcionar em {when}."),
            1 => format!("O modelo {model} deixa de funcionar amanhã ({when})."),
            _ => format!("O modelo {model} deixa de funcionar em {when} (faltam {days} dias)."),
        };
        match self.successor {
            Some(successor) => format!("{state} Sucessor indicado: {successor}."),
            None => format!("{state} Escolha outro modelo."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_costs_what_its_tokens_cost() {
        let usage = Usage { prompt: 1_000, cached: 400, completion: 100, reasoning: 0 };
        // 600 × 2.5 + 400 × 1.25 + 100 × 10 millionths.
        assert_eq!(cost_micro_usd("gpt-4o", &usage), Some(3_000));
        assert_eq!(cost_micro_usd("gpt-4o-2024-08-06", &usage), Some(3_000));
        assert_eq!(cost_micro_usd("gpt-4o-mini-2024-07-18", &usage), Some(180));
        let one = Usage { prompt: 1, ..Usage::default() };
        assert_eq!(cost_micro_usd("gpt-6-luna", &one), Some(1), "rounded up");
        let odd = Usage { prompt: 1, cached: 9, completion: u64::MAX, reasoning: 0 };
        assert!(cost_micro_usd("gpt-4o", &odd).is_some());
    }

    #[test]
    fn an_unknown_model_is_not_free() {
        for model in ["llama3.2", "gpt-6.1-sol", "gpt-4o-audio", "gpt-4o-2024-99-99", ""] {
            assert_eq!(cost_micro_usd(model, &Usage::default()), None, "{model}");
        }
        assert_eq!(audio_cost_micro_usd("gpt-4o-transcribe", 60), None);
    }

    #[test]
    fn a_minute_of_audio_has_its_price() {
        assert_eq!(audio_cost_micro_usd("whisper-1", 60), Some(6_000));
        assert_eq!(audio_cost_micro_usd("gpt-transcribe", 60), Some(4_500));
    }

    #[test]
    fn endings_are_announced_with_their_successor() {
        let notice = |model, told, today: Date| {
            ending(model, told).map(|ending| ending.notice(today).to_string())
        };
        assert_eq!(
            notice("gpt-4o", None, date(2026, 11, 23)).unwrap(),
            "O modelo gpt-4o deixa de funcionar em 14/01/2027 (faltam 52 dias). Sucessor indicado: gpt-6-luna."
        );
        assert_eq!(
            notice("whisper-1", None, date(2027, 2, 26)).unwrap(),
            "O modelo whisper-1 deixou de funcionar em 26/02/2027. Sucessor indicado: gpt-transcribe."
        );
        assert_eq!(
            notice("gpt-6-luna", Some(date(2028, 5, 2)), date(2028, 5, 1)).unwrap(),
            "O modelo gpt-6-luna deixa de funcionar amanhã (02/05/2028). Escolha outro modelo."
        );
        assert_eq!(notice("gpt-6-luna", None, date(2026, 11, 23)), None);
    }
}
