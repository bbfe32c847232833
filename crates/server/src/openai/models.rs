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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    input: u64,
    cached: u64,
    output: u64,
}

impl Price {
    /// From dollars for a million tokens, read and written.
    pub fn per_million(input: f64, output: f64) -> Self {
        let nano = |usd: f64| (usd * 1_000.0).round().max(0.0) as u64;
        Self { input: nano(input), cached: nano(input), output: nano(output) }
    }

    /// The cost of a call in millionths of a US dollar, rounded up.
    fn of(&self, usage: &Usage) -> u64 {
        let cached = usage.cached.min(usage.prompt);
        let parts = [
            (usage.prompt - cached, self.input),
            (cached, self.cached),
            (usage.completion, self.output),
        ];
        let nano = parts
            .into_iter()
            .fold(0_u64, |sum, (tokens, each)| sum.saturating_add(tokens.saturating_mul(each)));
        nano.div_ceil(1_000)
    }
}

const fn price(model: &'static str, input: u64, cached: u64, output: u64) -> (&'static str, Price) {
    (model, Price { input, cached, output })
}

/// What a model without a known price is counted at: dearer than all that are known.
const UNKNOWN: Price = Price { input: 5_000, cached: 5_000, output: 20_000 };

// Sources: gpt-4o in and out are the customer's figures ($2.50 and $10.00 per million); gpt-6-luna
// is from resellers' model pages of October 2026; the others from OpenAI's public price list of
// 2025. A model that is not here is counted at `UNKNOWN`.
const PRICES: &[(&str, Price)] = &[
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

/// The cost of a call in millionths of a US dollar, by the operator's price or the one known for
/// the model that answered or was asked; a high one where neither is known.
pub fn cost_micro_usd(answered: &str, asked: &str, usage: &Usage, own: Option<Price>) -> u64 {
    let known = || known_price(answered).or_else(|| known_price(asked));
    own.or_else(known).unwrap_or(UNKNOWN).of(usage)
}

fn known_price(model: &str) -> Option<Price> {
    let name = family(model);
    PRICES.iter().find(|(known, _)| *known == name).map(|(_, price)| *price)
}

/// Prices of a second of audio in millionths of a US dollar: $0.006 a minute is the customer's
/// figure for whisper-1, $0.0045 that of OpenAI's page for its successor.
const AUDIO_PRICES: &[(&str, u64)] = &[("whisper-1", 100), ("gpt-transcribe", 75)];

/// A second of audio where the price is not known.
const UNKNOWN_AUDIO: u64 = 100;

/// The cost of a transcription in millionths of a US dollar; a high one where the price is unknown.
pub fn audio_cost_micro_usd(model: &str, seconds: u64) -> u64 {
    let known = AUDIO_PRICES.iter().find(|(name, _)| *name == model);
    known.map_or(UNKNOWN_AUDIO, |(_, each)| *each).saturating_mul(seconds)
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
        let cost = |model, usage| cost_micro_usd(model, "", usage, None);
        // 600 × 2.5 + 400 × 1.25 + 100 × 10 millionths.
        assert_eq!(cost("gpt-4o", &usage), 3_000);
        assert_eq!(cost("gpt-4o-2024-08-06", &usage), 3_000);
        assert_eq!(cost("gpt-4o-mini-2024-07-18", &usage), 180);
        assert_eq!(cost_micro_usd("m", "gpt-4o", &usage, None), 3_000, "a stand-in's own name");
        let one = Usage { prompt: 1, ..Usage::default() };
        assert_eq!(cost("gpt-6-luna", &one), 1, "rounded up");
        let odd = Usage { prompt: 1, cached: 9, completion: u64::MAX, reasoning: 0 };
        assert!(cost("gpt-4o", &odd) > 0);
    }

    #[test]
    fn an_unknown_model_is_counted_dearer_than_any_known_one() {
        let usage = Usage { prompt: 1_000, cached: 0, completion: 1_000, reasoning: 0 };
        let dearest = PRICES.iter().map(|(_, price)| price.of(&usage)).max().unwrap();
        for model in ["llama3.2", "gpt-6.1-sol", "gpt-4o-audio", "gpt-4o-2024-99-99", ""] {
            assert!(cost_micro_usd(model, model, &usage, None) > dearest, "{model}");
        }
        let own = Price::per_million(0.1, 0.4);
        assert_eq!(cost_micro_usd("llama3.2", "llama3.2", &usage, Some(own)), 500);
        assert_eq!(cost_micro_usd("m", "m", &usage, Some(Price::per_million(0.0, 0.0))), 0);
        assert_eq!(audio_cost_micro_usd("gpt-4o-transcribe", 60), 6_000);
    }

    #[test]
    fn a_minute_of_audio_has_its_price() {
        assert_eq!(audio_cost_micro_usd("whisper-1", 60), 6_000);
        assert_eq!(audio_cost_micro_usd("gpt-transcribe", 60), 4_500);
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
