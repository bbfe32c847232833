//! What becomes of a message that was handed to the vendor, when nobody knows whether it arrived.
//!
//! Between "the request left" and "its answer is recorded" a crash or a timeout leaves the outcome
//! unknown, and the vendor has no idempotency key. So evidence decides: a delivery callback, an
//! echo or the vendor's queue. Only silence from channels that are known to speak allows one more
//! copy; otherwise a human decides.

/// How long evidence is gathered, in milliseconds after the attempt.
pub const EVIDENCE_WINDOW_MS: i64 = 60_000;

/// When the vendor's queue is read, in milliseconds after the attempt became unknown.
pub const QUEUE_POLLS_MS: [i64; 4] = [0, 2_000, 5_000, 15_000];

/// What is known of an unknown attempt, besides positive evidence (which settles it at once).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Milliseconds since the attempt became unknown.
    pub age_ms: i64,
    /// The text stands in the vendor's queue.
    pub queued: bool,
    /// The queue was read in this look, and the text is not in it.
    pub queue_read_empty: bool,
    /// The instance says it is connected, and no disconnection was reported since the attempt.
    pub connected_throughout: bool,
    /// Another message of ours was confirmed by a callback or an echo since the attempt.
    pub channels_alive: bool,
    /// A second copy was already sent.
    pub resent: bool,
}

/// What to do with an unknown attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is on its way or arrived: never send it again.
    Arrived,
    /// Look again after this many milliseconds.
    LookAgain(i64),
    /// It surely did not arrive: send one more copy.
    Resend,
    /// Nobody can know: no copy, an operator is told.
    Undetermined,
}

/// Decides about an unknown attempt.
///
/// That the lead wrote meanwhile does not matter: the lane lets nothing overtake this message, so a
/// copy still comes before every later answer, and without it that answer would lack its beginning.
pub fn settle(evidence: &Evidence) -> Verdict {
    if evidence.queued {
        return Verdict::Arrived;
    }
    if evidence.age_ms < EVIDENCE_WINDOW_MS {
        let next = QUEUE_POLLS_MS.iter().copied().find(|&at| at > evidence.age_ms);
        return Verdict::LookAgain(next.unwrap_or(EVIDENCE_WINDOW_MS) - evidence.age_ms);
    }
    let silence_is_proof = evidence.queue_read_empty
        && evidence.connected_throughout
        && evidence.channels_alive
        && !evidence.resent;
    if silence_is_proof { Verdict::Resend } else { Verdict::Undetermined }
}

/// How far a message came, as the vendor reports it; never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tick {
    /// Accepted into the vendor's queue.
    Queued,
    /// Handed to WhatsApp.
    Sent,
    /// On the lead's phone.
    Received,
    /// Opened.
    Read,
    /// Listened to.
    Played,
}

/// How long an answer may wait before it must be looked at again instead of being sent.
pub const STALE_AFTER_MS: i64 = 10 * 60 * 1000;

/// Whether a waiting answer is too old to be sent: the lead has moved on, or half a day passed.
pub fn is_stale(age_ms: i64, lead_wrote_since: bool) -> bool {
    age_ms > 12 * 60 * 60 * 1000 || (age_ms > STALE_AFTER_MS && lead_wrote_since)
}

/// Seconds of "typing…" before a message, for a human pace: the reader sees it being written.
pub fn typing_seconds(text: &str) -> u8 {
    let seconds = text.chars().count() / 40;
    u8::try_from(seconds.clamp(1, 6)).unwrap_or(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENT: Evidence = Evidence {
        age_ms: EVIDENCE_WINDOW_MS,
        queued: false,
        queue_read_empty: true,
        connected_throughout: true,
        channels_alive: true,
        resent: false,
    };

    fn check(evidence: Evidence, expected: Verdict) {
        assert_eq!(settle(&evidence), expected, "{evidence:?}");
    }

    #[test]
    fn a_second_copy_needs_all_three_proofs() {
        check(SILENT, Verdict::Resend);
        check(Evidence { queue_read_empty: false, ..SILENT }, Verdict::Undetermined);
        check(Evidence { connected_throughout: false, ..SILENT }, Verdict::Undetermined);
        check(Evidence { channels_alive: false, ..SILENT }, Verdict::Undetermined);
    }

    #[test]
    fn there_is_never_a_third_copy() {
        check(Evidence { resent: true, ..SILENT }, Verdict::Undetermined);
    }

    #[test]
    fn what_stands_in_the_queue_is_on_its_way() {
        check(Evidence { age_ms: 0, queued: true, ..SILENT }, Verdict::Arrived);
    }

    #[test]
    fn the_queue_is_looked_at_four_times_and_at_the_end() {
        let next = |age_ms| settle(&Evidence { age_ms, ..SILENT });
        assert_eq!(next(0), Verdict::LookAgain(2_000));
        assert_eq!(next(2_100), Verdict::LookAgain(2_900));
        assert_eq!(next(5_000), Verdict::LookAgain(10_000));
        assert_eq!(next(15_000), Verdict::LookAgain(45_000));
    }

    #[test]
    fn a_stale_answer_is_not_sent() {
        assert!(!is_stale(STALE_AFTER_MS + 1, false));
        assert!(is_stale(STALE_AFTER_MS + 1, true));
        assert!(is_stale(13 * 60 * 60 * 1000, false));
        assert!(!is_stale(1000, true));
    }

    #[test]
    fn typing_takes_between_one_and_six_seconds() {
        assert_eq!(typing_seconds("Oi!"), 1);
        assert_eq!(typing_seconds(&"a".repeat(200)), 5);
        assert_eq!(typing_seconds(&"a".repeat(4000)), 6);
    }
}
