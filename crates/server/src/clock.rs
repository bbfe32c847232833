//! The only reader of the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Tells the time in milliseconds since 1970.
///
/// The process's own time runs on the monotonic clock, so that a wall clock that is set back
/// neither revives leases nor delays what is due. On PostgreSQL it follows the database's clock,
/// which all replicas share.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Monotonic { start: tokio::time::Instant, start_ms: Arc<AtomicI64> },
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The process's clock, set by the system's.
    pub fn system() -> Self {
        let start = tokio::time::Instant::now();
        let start_ms = Arc::new(AtomicI64::new(wall_ms()));
        Self { source: Source::Monotonic { start, start_ms } }
    }

    /// A clock that only [`Clock::advance`] moves, for tests.
    pub fn manual(at_ms: i64) -> Self {
        Self { source: Source::Manual(Arc::new(AtomicI64::new(at_ms))) }
    }

    /// Now, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        match &self.source {
            Source::Monotonic { start, start_ms } => {
                start_ms.load(Ordering::Relaxed) + whole_ms(start.elapsed())
            }
            Source::Manual(now) => now.load(Ordering::SeqCst),
        }
    }

    /// Now, in a time zone; in UTC when the zone is unknown.
    pub fn local(&self, time_zone: &str) -> DateTime {
        local(self.now(), time_zone)
    }

    /// Follows a better clock: the database's, or the system's after the machine slept.
    pub fn follow(&self, reference_ms: Option<i64>) {
        let Source::Monotonic { start_ms, .. } = &self.source else { return };
        let drift = match reference_ms {
            Some(reference) => reference - self.now(),
            // The system's clock is only believed when it is ahead.
            None => (wall_ms() - self.now()).max(0),
        };
        if drift.abs() > 20 {
            start_ms.fetch_add(drift, Ordering::Relaxed);
        }
    }

    /// Moves a manual clock; does nothing to the process's.
    pub fn advance(&self, ms: i64) {
        if let Source::Manual(now) = &self.source {
            now.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

/// A time in milliseconds as a time zone's clocks show it; in UTC when the zone is unknown.
pub fn local(at_ms: i64, time_zone: &str) -> DateTime {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.to_zoned(zone(time_zone)).datetime()
}

/// What a time zone's clocks show, in milliseconds since 1970.
pub fn instant(local: DateTime, time_zone: &str) -> i64 {
    let zoned = local.to_zoned(zone(time_zone));
    zoned.map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn wall_ms() -> i64 {
    let now = std::time::SystemTime::now();
    whole_ms(now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default())
}

fn whole_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(1_000);
        assert_eq!(clock.now(), 1_000);
        clock.advance(250);
        assert_eq!(clock.now(), 1_250);
    }

    #[tokio::test]
    async fn the_process_follows_the_database_in_both_directions() {
        let clock = Clock::system();
        let before = clock.now();
        clock.follow(Some(before + 60_000));
        assert!(clock.now() >= before + 60_000);
        clock.follow(Some(before - 60_000));
        assert!(clock.now() < before);
    }

    #[test]
    fn local_time_is_the_companys() {
        let clock = Clock::manual(1_764_000_000_000);
        assert_eq!(clock.local("America/Sao_Paulo").to_string(), "2025-11-24T13:00:00");
    }
}
