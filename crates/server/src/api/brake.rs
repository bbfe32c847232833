//! How often somebody may ask: so often within a minute, and not again until it is over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The minute, in milliseconds.
const MINUTE_MS: i64 = 60_000;

/// Counts of the minute that runs; each process has its own.
#[derive(Default)]
pub(super) struct Brake {
    minute: Mutex<(i64, HashMap<String, u32>)>,
}

impl Brake {
    /// Whether somebody has asked less often than this in the minute that runs.
    pub fn is_open(&self, who: &str, most: u32, now: i64) -> bool {
        self.with(who, now, |count| *count < most)
    }

    /// Counts once more; answers whether that is still within the limit.
    pub fn count(&self, who: &str, most: u32, now: i64) -> bool {
        self.with(who, now, |count| {
            *count = count.saturating_add(1);
            *count <= most
        })
    }

    fn with<T>(&self, who: &str, now: i64, look: impl FnOnce(&mut u32) -> T) -> T {
        let mut held = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        let (minute, counts) = &mut *held;
        if *minute != now.div_euclid(MINUTE_MS) {
            *minute = now.div_euclid(MINUTE_MS);
            counts.clear();
        }
        look(counts.entry(who.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_holds_for_each_and_until_the_minute_is_over() {
        let brake = Brake::default();
        assert!(brake.count("a", 2, 0) && brake.count("a", 2, 1));
        assert!(!brake.count("a", 2, 59_999));
        assert!(!brake.is_open("a", 2, 59_999));
        assert!(brake.count("b", 2, 59_999));
        assert!(brake.is_open("a", 2, 60_000) && brake.count("a", 2, 60_000));
    }
}
