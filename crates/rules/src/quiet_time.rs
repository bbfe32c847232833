//! How long to wait for the rest of a burst before answering it.

/// The longest a burst may hold its answer back, in milliseconds after its first message.
pub const CAP_MS: i64 = 12_000;

/// The wait when nothing else is configured, in milliseconds after the last message.
pub const DEFAULT_MS: i64 = 3_000;

/// How the wait is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuietTime {
    /// By how finished the message looks.
    Adaptive,
    /// Always this many milliseconds; 0 answers at once.
    Fixed(i64),
}

impl QuietTime {
    /// Milliseconds to wait after a message with this text.
    pub fn after(self, text: &str) -> i64 {
        match self {
            QuietTime::Fixed(ms) => ms.clamp(0, CAP_MS),
            QuietTime::Adaptive => adaptive(text.trim()),
        }
    }

    /// Milliseconds to wait after the vendor told us that the lead is typing or recording.
    pub fn while_typing(self) -> Option<i64> {
        match self {
            QuietTime::Fixed(_) => None,
            QuietTime::Adaptive => Some(DEFAULT_MS + 1_000),
        }
    }
}

/// People who split a thought over messages end the first parts without a full stop, or greet
/// and go on; a long message that ends in a question mark is complete.
fn adaptive(text: &str) -> i64 {
    let words = text.split_whitespace().count();
    let goes_on = text.ends_with(['.', ',', ':', '-'])
        && (text.ends_with("...") || !text.ends_with('.'))
        || text.ends_with('…');
    if goes_on {
        DEFAULT_MS + 2_000
    } else if text.ends_with(['?', '!', '.']) && words >= 6 {
        DEFAULT_MS - 1_000
    } else if words <= 2 {
        DEFAULT_MS + 500
    } else {
        DEFAULT_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_goes_on_waits_longer_than_a_finished_question() {
        let wait = |text| QuietTime::Adaptive.after(text);
        assert!(
            wait("então, a gente faz hambúrguer e...")
                > wait("bom dia, tudo certo por aí com vocês")
        );
        assert!(wait("vocês têm máquina de hambúrguer para mil por dia?") < DEFAULT_MS);
        assert!(wait("oi") > DEFAULT_MS);
    }

    #[test]
    fn a_configured_time_wins_and_zero_means_at_once() {
        assert_eq!(QuietTime::Fixed(0).after("oi..."), 0);
        assert_eq!(QuietTime::Fixed(700).after("oi..."), 700);
        assert_eq!(QuietTime::Fixed(60_000).after("oi"), CAP_MS);
    }

    #[test]
    fn no_wait_is_longer_than_the_cap() {
        for text in ["", "oi", "e também...", "quero saber da FB300, da FB700 e da SE3000."] {
            assert!((0..=CAP_MS).contains(&QuietTime::Adaptive.after(text)));
        }
    }
}
