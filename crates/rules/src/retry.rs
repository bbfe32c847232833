//! When to try again what did not work.

/// The longest wait that a vendor's `Retry-After` may ask for, in milliseconds.
pub const LONGEST_RETRY_AFTER_MS: i64 = 15 * 60 * 1000;

/// How often a delivery that surely was not sent is tried before an operator must look.
pub const MOST_ATTEMPTS: i64 = 12;

/// The longest pause between two attempts, in milliseconds.
const LONGEST_MS: i64 = 5 * 60 * 1000;

/// Milliseconds to wait after the given attempt (from 1): 1 s, 2 s, 4 s and on, up to 5 minutes.
///
/// `chance` in 0..1 spreads the retries by up to a quarter more, so that conversations that failed
/// together do not come back together. A vendor's `retry_after_ms` is a lower bound.
pub fn backoff_ms(attempt: i64, retry_after_ms: Option<i64>, chance: f64) -> i64 {
    let exponent = u32::try_from(attempt.clamp(1, 12) - 1).unwrap_or(0);
    let wait = (1000 * 2_i64.pow(exponent)).min(LONGEST_MS);
    #[expect(clippy::cast_possible_truncation, reason = "a quarter of five minutes fits")]
    let jitter = (wait as f64 / 4.0 * chance.clamp(0.0, 1.0)) as i64;
    let asked = retry_after_ms.unwrap_or(0).clamp(0, LONGEST_RETRY_AFTER_MS);
    (wait + jitter).max(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_one_second() {
        let waits: Vec<_> = (1..=5).map(|attempt| backoff_ms(attempt, None, 0.0)).collect();
        assert_eq!(waits, [1000, 2000, 4000, 8000, 16000]);
        assert_eq!(backoff_ms(1_000_000, None, 0.0), LONGEST_MS);
    }

    #[test]
    fn never_sooner_than_the_vendor_asks_and_never_absurdly_late() {
        assert_eq!(backoff_ms(1, Some(30_000), 0.9), 30_000);
        assert_eq!(backoff_ms(1, Some(i64::MAX), 0.5), LONGEST_RETRY_AFTER_MS);
        assert_eq!(backoff_ms(1, Some(-1), 0.0), 1000);
    }

    #[test]
    fn jitter_adds_at_most_a_quarter() {
        assert_eq!(backoff_ms(3, None, 1.0), 5000);
    }
}
