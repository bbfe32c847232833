//! When a conversation is one with another machine: it answers too fast, and tells nothing new.
//!
//! Equal texts alone prove nothing, since machines vary their words and people repeat theirs.

/// Nobody reads our message and sends an answer within this time.
const FASTEST_PERSON_MS: i64 = 2_000;
/// So many fast answers in a row that tell nothing come from a machine.
const SURELY: usize = 12;
/// So many are enough where we also write too much, or always the same.
const PROBABLY: usize = 8;
/// More bubbles than this in a minute are too many.
const BUBBLES_A_MINUTE: usize = 10;
/// So many equal bubbles in a row say that we turn in circles.
const EQUAL_BUBBLES: usize = 3;

/// One message, as the brake sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// The agent's; else the lead's.
    pub ours: bool,
    /// When it left or came, in milliseconds.
    pub at_ms: i64,
    /// Its text.
    pub text: String,
    /// It told something about the lead that was not known.
    pub news: bool,
}

/// An answer of the other side, and our messages before it.
#[derive(Debug, Default)]
struct Exchange<'a> {
    ours: Vec<&'a Beat>,
    theirs: Vec<&'a Beat>,
}

impl Exchange<'_> {
    fn is_mechanical(&self) -> bool {
        let (Some(ours), Some(theirs)) = (self.ours.last(), self.theirs.first()) else {
            return false;
        };
        let waited = theirs.at_ms - ours.at_ms;
        (0..=FASTEST_PERSON_MS).contains(&waited) && !self.theirs.iter().any(|beat| beat.news)
    }
}

/// Whether the conversation turns in circles with a machine. The messages are the latest ones,
/// oldest first, and end with those that wait for an answer.
pub fn is_loop(beats: &[Beat], now_ms: i64) -> bool {
    let exchanges = exchanges(beats);
    let run: Vec<&Exchange<'_>> =
        exchanges.iter().rev().take_while(|exchange| exchange.is_mechanical()).collect();
    if run.len() < PROBABLY {
        return false;
    }
    let ours: Vec<&Beat> =
        run.iter().flat_map(|exchange| exchange.ours.iter().rev()).copied().collect();
    let lately = ours.iter().filter(|beat| now_ms - beat.at_ms <= 60_000).count();
    let equal = ours.iter().take_while(|beat| Some(&beat.text) == ours.first().map(|it| &it.text));
    run.len() >= SURELY || lately > BUBBLES_A_MINUTE || equal.count() >= EQUAL_BUBBLES
}

fn exchanges(beats: &[Beat]) -> Vec<Exchange<'_>> {
    let mut exchanges: Vec<Exchange<'_>> = Vec::new();
    for beat in beats {
        match exchanges.last_mut() {
            Some(last) if !beat.ours => last.theirs.push(beat),
            Some(last) if last.theirs.is_empty() => last.ours.push(beat),
            _ if beat.ours => exchanges.push(Exchange { ours: vec![beat], theirs: Vec::new() }),
            // The lead began: there was nothing to answer fast.
            _ => {}
        }
    }
    exchanges
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many exchanges, each with our bubbles and an answer after this time.
    fn talk(exchanges: usize, bubbles: usize, wait_ms: i64, vary: bool) -> Vec<Beat> {
        let mut beats = Vec::new();
        for exchange in 0..exchanges {
            let at_ms = 10_000 * i64::try_from(exchange).unwrap();
            for bubble in 0..bubbles {
                let text = if vary { format!("{exchange}/{bubble}") } else { "oi".to_owned() };
                beats.push(Beat { ours: true, at_ms, text, news: false });
            }
            let text = format!("resposta {exchange}");
            beats.push(Beat { ours: false, at_ms: at_ms + wait_ms, text, news: false });
        }
        beats
    }

    #[track_caller]
    fn check(beats: &[Beat], expected: bool) {
        let now = beats.last().map_or(0, |beat| beat.at_ms);
        assert_eq!(is_loop(beats, now), expected);
    }

    #[test]
    fn a_machine_answers_at_once_and_says_nothing() {
        check(&talk(12, 1, 500, true), true);
        check(&talk(11, 1, 500, true), false);
        check(&talk(8, 3, 500, true), true);
        check(&talk(8, 1, 500, false), true);
        check(&talk(7, 3, 500, false), false);
    }

    #[test]
    fn a_person_takes_time_or_tells_something() {
        check(&talk(20, 3, 2_500, false), false);
        let mut beats = talk(12, 1, 500, true);
        beats[21].news = true;
        check(&beats, false);
        check(&[], false);
    }

    #[test]
    fn what_came_before_our_first_message_answers_nothing() {
        let mut beats = vec![Beat { ours: false, at_ms: 0, text: "oi".into(), news: false }];
        beats.extend(talk(7, 1, 0, false));
        check(&beats, false);
    }
}
