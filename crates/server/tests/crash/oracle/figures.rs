//! What happened in a run, in figures: for campaigns, and to see that the kills hit something.

use std::collections::BTreeMap;
use std::fmt;

use super::tables::{Delivery, Message, Tables};
use super::{Phones, shown};
use crate::load::Record;

/// Counts of one run.
pub struct Figures {
    /// Messages answered 200.
    pub accepted: usize,
    /// Of these, posted more than once.
    pub posted_again: usize,
    /// Turns that made a reply.
    pub answered_turns: usize,
    /// Of these, by the model.
    pub by_model: usize,
    /// Replies, bubble by bubble.
    pub deliveries: usize,
    /// Attempts of which nobody knew what became of them.
    pub unknown: usize,
    /// Bubbles sent once more.
    pub resent: usize,
    /// Bubbles that nobody can tell the fate of.
    pub undetermined: usize,
    /// Of these, bubbles that no phone shows.
    pub lost: usize,
    /// Messages whose whole reply was given up, because the lead wrote again before its fate was
    /// known: only that later message has a reply.
    pub replies_given_up: usize,
    /// Second copies on phones.
    pub second_copies: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} messages accepted ({} posted again), {} turns ({} by the model), {} bubbles, \
             {} unknown outcomes, \
             {} resent, {} undetermined ({} of them lost, {} messages without another bubble), \
             {} second copies",
            self.accepted,
            self.posted_again,
            self.answered_turns,
            self.by_model,
            self.deliveries,
            self.unknown,
            self.resent,
            self.undetermined,
            self.lost,
            self.replies_given_up,
            self.second_copies
        )
    }
}

impl Figures {
    /// Counts.
    pub(super) fn of(record: &Record, tables: &Tables, phones: &Phones<'_>) -> Self {
        let bubbles = phones.0.values().map(Vec::len).sum::<usize>();
        let deliveries = &tables.deliveries;
        let undetermined = deliveries.iter().filter(|it| it.state == "undetermined").count();
        let shown = shown(phones);
        let mut written: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for delivery in deliveries {
            *written.entry((&delivery.phone, &delivery.body)).or_default() += 1;
        }
        let count = |key: &(&str, &str)| shown.get(key).copied().unwrap_or_default();
        let answered = || tables.turns.values().filter(|turn| turn.outcome == "answered");
        Self {
            accepted: record.accepted.len(),
            posted_again: record.accepted.iter().filter(|message| message.posts > 1).count(),
            answered_turns: answered().count(),
            by_model: answered().filter(|turn| turn.brain == "openai").count(),
            deliveries: deliveries.len(),
            unknown: deliveries.iter().map(Delivery::unknown).sum(),
            resent: deliveries.iter().filter(|it| it.resent).count(),
            undetermined,
            lost: written.iter().map(|(key, times)| times.saturating_sub(count(key))).sum(),
            replies_given_up: tables
                .messages
                .iter()
                .filter(|it| reply_given_up(it, tables))
                .count(),
            second_copies: bubbles.saturating_sub(
                written.iter().map(|(key, times)| count(key).min(*times)).sum::<usize>(),
            ),
        }
    }
}

fn reply_given_up(message: &Message, tables: &Tables) -> bool {
    let deliveries = tables.deliveries.iter();
    let mut of_turn = deliveries.filter(|delivery| Some(&delivery.turn) == message.turn.as_ref());
    of_turn.all(|delivery| delivery.state == "undetermined")
}
