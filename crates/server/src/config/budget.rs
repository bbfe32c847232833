//! What may be spent on models, and how fast a conversation may turn.

use super::Reader;
use crate::openai::Price;

/// The limits; what is none is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// For all conversations in a day, in millionths of a US dollar.
    pub day_micro_usd: Option<u64>,
    /// Tokens for one lead in a day, read and written.
    pub lead_tokens_a_day: Option<u64>,
    /// Answers by the model to one lead in an hour.
    pub lead_turns_an_hour: Option<u64>,
    /// Conversations with another machine are paused.
    pub loop_brake: bool,
    /// What the model's tokens cost, where the operator knows it better.
    pub price: Option<Price>,
}

impl Budget {
    /// No limits: for conversations that are played, not had.
    pub fn unlimited(self) -> Self {
        Self {
            day_micro_usd: None,
            lead_tokens_a_day: None,
            lead_turns_an_hour: None,
            loop_brake: false,
            ..self
        }
    }
}

impl Reader<'_> {
    pub(super) fn budget(&mut self) -> Budget {
        Budget {
            day_micro_usd: self.dollars(),
            lead_tokens_a_day: self.limit("LEAD_DAILY_TOKENS", "200000"),
            lead_turns_an_hour: self.limit("LEAD_HOURLY_TURNS", "40"),
            loop_brake: self.loop_brake(),
            price: self.price(),
        }
    }

    fn dollars(&mut self) -> Option<u64> {
        let usd: f64 = self.parse("DAILY_BUDGET_USD", "0", "use dólares, como 10 ou 2.50");
        if !(0.0..=1e6).contains(&usd) {
            self.refuse("DAILY_BUDGET_USD", "use dólares entre 0 (sem limite) e 1000000");
        }
        let micro_usd = (usd * 1e6).round();
        (micro_usd >= 1.0).then_some(micro_usd as u64)
    }

    fn limit(&mut self, name: &'static str, default: &str) -> Option<u64> {
        let limit = self.parse(name, default, "use um número inteiro; 0 é sem limite");
        (limit > 0).then_some(limit)
    }

    fn loop_brake(&mut self) -> bool {
        match self.text("LOOP_BRAKE").as_deref() {
            // Answers without any pause are asked for by tests under load, which are machines.
            None => self.text("REPLY_QUIET_TIME_MS").as_deref() != Some("0"),
            Some("on") => true,
            Some("off") => false,
            Some(_) => {
                self.refuse("LOOP_BRAKE", "use on (padrão) ou off");
                true
            }
        }
    }

    /// "2.50/10.00": dollars for a million tokens read and written.
    fn price(&mut self) -> Option<Price> {
        let text = self.text("OPENAI_MODEL_PRICE")?;
        let dollars = |text: &str| text.trim().parse().ok().filter(|it| (0.0..=1e4).contains(it));
        let price = text.split_once('/').and_then(|(read, written)| {
            Some(Price::per_million(dollars(read)?, dollars(written)?))
        });
        if price.is_none() {
            let advice = "use dólares por milhão de tokens, entrada/saída, como 2.50/10.00";
            self.refuse("OPENAI_MODEL_PRICE", advice);
        }
        price
    }
}
