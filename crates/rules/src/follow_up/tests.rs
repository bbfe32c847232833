//! Single cases, and a year of conversations in which every message must respect the brakes.

use jiff::civil::{datetime, time};
use proptest::prelude::*;

use super::*;
use crate::playbook::Playbook;

fn rules() -> Rules {
    static RULES: std::sync::LazyLock<Rules> =
        std::sync::LazyLock::new(|| Playbook::seleto().rules);
    RULES.clone()
}

fn tuesday(hour: i8, minute: i8) -> DateTime {
    datetime(2026, 11, 24, hour, minute, 0, 0)
}

fn waiting(since: DateTime, reminders: usize) -> Standing {
    let handoff = Some(Waiting { since, reminders, picked_up: false });
    Standing { handoff, ..Standing::default() }
}

fn silent(since: DateTime, sent: usize, last: Option<DateTime>) -> Standing {
    let silence = Some(Silence { since, sent, last, asked: true, arrived: true });
    Standing { silence, ..Standing::default() }
}

#[track_caller]
fn check(standing: Standing, now: DateTime, step: Step, look_again: Option<DateTime>) {
    assert_eq!(decide(&rules(), &standing, now), Decision { step, look_again });
}

const fn remind(reminders: usize, last: bool) -> Step {
    Step::Remind { reminders, last }
}

#[test]
fn sellers_are_reminded_after_15_minutes_an_hour_and_the_next_morning() {
    let since = tuesday(10, 0);
    let morning = datetime(2026, 11, 25, 8, 0, 0, 0);
    let over = datetime(2026, 12, 1, 10, 0, 0, 0);
    check(waiting(since, 0), tuesday(10, 14), Step::Nothing, Some(tuesday(10, 15)));
    check(waiting(since, 0), tuesday(10, 15), remind(1, false), Some(tuesday(11, 0)));
    check(waiting(since, 1), tuesday(10, 40), Step::Nothing, Some(tuesday(11, 0)));
    check(waiting(since, 1), tuesday(11, 0), remind(2, false), Some(morning));
    check(waiting(since, 2), morning, remind(3, true), Some(over));
    check(waiting(since, 3), morning, Step::Nothing, Some(over));
    check(waiting(since, 3), over, Step::GiveUp, None);
}

#[test]
fn reminders_that_fall_together_are_one() {
    // Ten minutes before closing: all three fall on the next morning.
    let morning = datetime(2026, 11, 25, 8, 0, 0, 0);
    check(waiting(tuesday(17, 50), 0), tuesday(18, 30), Step::Nothing, Some(morning));
    let over = datetime(2026, 12, 1, 17, 50, 0, 0);
    check(waiting(tuesday(17, 50), 0), morning, remind(3, true), Some(over));
    // Whoever was away for two hours reminds once.
    let next = Some(datetime(2026, 11, 25, 8, 0, 0, 0));
    check(waiting(tuesday(10, 0), 0), tuesday(12, 0), remind(2, false), next);
}

#[test]
fn no_seller_is_reminded_at_night_or_of_a_lead_that_was_taken() {
    let morning = datetime(2026, 11, 25, 8, 0, 0, 0);
    check(waiting(tuesday(10, 0), 1), tuesday(23, 0), Step::Nothing, Some(morning));
    let mut taken = waiting(tuesday(10, 0), 0);
    taken.handoff.as_mut().unwrap().picked_up = true;
    check(taken, tuesday(10, 15), Step::Nothing, None);
}

#[test]
fn sellers_hear_of_a_night_lead_when_the_company_opens() {
    let hours = rules().business_hours;
    assert_eq!(told_at(&hours, tuesday(10, 0)), tuesday(10, 0));
    assert_eq!(told_at(&hours, tuesday(22, 0)), datetime(2026, 11, 25, 8, 0, 0, 0));
    let friday_night = datetime(2026, 11, 27, 20, 0, 0, 0);
    assert_eq!(told_at(&hours, friday_night), datetime(2026, 11, 30, 8, 0, 0, 0));
    let opening = told_at(&hours, friday_night);
    assert_eq!(
        reminders(&hours, opening)[0],
        opening.with().time(time(8, 15, 0, 0)).build().unwrap()
    );
}

#[test]
fn a_lead_that_left_a_question_open_hears_twice_and_no_more() {
    let since = tuesday(10, 0);
    let (first, second) =
        (datetime(2026, 11, 25, 10, 0, 0, 0), datetime(2026, 11, 27, 10, 0, 0, 0));
    check(silent(since, 0, None), tuesday(11, 0), Step::Nothing, Some(first));
    check(silent(since, 0, None), first, Step::FollowUp { sent: 0 }, Some(second));
    check(silent(since, 1, Some(first)), first, Step::Nothing, Some(second));
    check(silent(since, 1, Some(first)), second, Step::FollowUp { sent: 1 }, None);
    check(silent(since, 2, Some(second)), second, Step::Nothing, None);
}

#[test]
fn a_late_follow_up_puts_off_the_next_and_one_far_too_late_is_left_out() {
    let since = tuesday(10, 0);
    // Due on Wednesday, sent on Friday: the second waits its 48 hours, into Monday.
    let friday = datetime(2026, 11, 27, 10, 0, 0, 0);
    let monday = datetime(2026, 11, 30, 8, 0, 0, 0);
    check(silent(since, 0, None), friday, Step::FollowUp { sent: 0 }, Some(monday));
    check(silent(since, 1, Some(friday)), friday, Step::Nothing, Some(monday));
    check(silent(since, 0, None), datetime(2026, 12, 8, 10, 0, 0, 0), Step::Nothing, None);
}

#[test]
fn every_brake_holds() {
    let due = datetime(2026, 11, 25, 10, 0, 0, 0);
    let brakes: [fn(&mut Standing); 10] = [
        |it| it.brakes.opted_out = true,
        |it| it.brakes.human = true,
        |it| it.brakes.closed = true,
        |it| it.brakes.decided = true,
        |it| it.brakes.visitor = true,
        |it| it.brakes.waits_for_people = true,
        |it| it.brakes.agent_is_off = true,
        |it| it.silence = None,
        |it| it.silence.as_mut().unwrap().asked = false,
        |it| it.silence.as_mut().unwrap().arrived = false,
    ];
    for (index, brake) in brakes.iter().enumerate() {
        let mut standing = silent(tuesday(10, 0), 0, None);
        brake(&mut standing);
        let decision = decide(&rules(), &standing, due);
        assert_eq!(decision.step, Step::Nothing, "brake {index}");
    }
    let mut off = rules();
    off.follow_up.after_hours.clear();
    assert_eq!(decide(&off, &silent(tuesday(10, 0), 0, None), due), DONE);
}

#[test]
fn the_crms_words_for_an_ended_deal_are_known() {
    for status in ["won", "Lost", "ganha", "Perdida", "GANHO", " perdido "] {
        assert!(is_decided(status), "{status}");
    }
    for status in ["open", "aberta", "", "em andamento"] {
        assert!(!is_decided(status), "{status}");
    }
}

/// What may happen in a simulated conversation.
#[derive(Clone, Copy, Debug)]
enum Happens {
    LeadWritesAndIsAsked,
    LeadWritesAndIsNotAsked,
    LeadOptsOut,
    HumanTakesOver,
    HumanGivesBack,
    BecomesHot,
    DealIsDecided,
    Nothing,
}

fn happenings() -> impl Strategy<Value = Vec<(u32, Happens)>> {
    use Happens::*;
    let event = prop_oneof![
        4 => Just(LeadWritesAndIsAsked),
        1 => Just(LeadWritesAndIsNotAsked),
        1 => Just(LeadOptsOut),
        2 => Just(HumanTakesOver),
        2 => Just(HumanGivesBack),
        2 => Just(BecomesHot),
        1 => Just(DealIsDecided),
        3 => Just(Nothing),
    ];
    // Minutes until it happens: from at once to three weeks.
    prop::collection::vec((0_u32..30_240, event), 1..60)
}

/// A conversation over time, and what the rules did in it.
struct Year {
    rules: Rules,
    now: DateTime,
    standing: Standing,
    look_at: Option<DateTime>,
    follow_ups: Vec<DateTime>,
    reminders: Vec<DateTime>,
}

impl Year {
    fn happens(&mut self, event: Happens) {
        let standing = &mut self.standing;
        match event {
            Happens::LeadWritesAndIsAsked | Happens::LeadWritesAndIsNotAsked => {
                standing.brakes.opted_out = false;
                let asked = matches!(event, Happens::LeadWritesAndIsAsked);
                standing.silence = (!standing.brakes.human).then_some(Silence {
                    since: self.now,
                    sent: 0,
                    last: None,
                    asked,
                    arrived: true,
                });
                self.follow_ups.clear();
            }
            Happens::LeadOptsOut => standing.brakes.opted_out = true,
            Happens::HumanTakesOver => {
                standing.brakes.human = true;
                standing.silence = None;
                if let Some(handoff) = &mut standing.handoff {
                    handoff.picked_up = true;
                }
            }
            Happens::HumanGivesBack => {
                standing.brakes.human = false;
                standing.handoff = None;
            }
            Happens::BecomesHot => {
                if standing.handoff.is_none() {
                    let since = told_at(&self.rules.business_hours, self.now);
                    standing.handoff = Some(Waiting { since, reminders: 0, picked_up: false });
                    self.reminders.clear();
                }
            }
            Happens::DealIsDecided => standing.brakes.decided = true,
            Happens::Nothing => {}
        }
        self.look_at = Some(self.now);
    }

    /// Looks as often as the rules ask for it, until the time comes.
    fn pass_until(&mut self, end: DateTime) -> Result<(), TestCaseError> {
        for _ in 0..100 {
            let Some(at) = self.look_at.filter(|at| *at <= end) else { break };
            self.now = self.now.max(at);
            let decision = decide(&self.rules, &self.standing, self.now);
            prop_assert!(decision.look_again.is_none_or(|next| next > self.now), "a busy loop");
            self.look_at = decision.look_again;
            self.judge(decision.step)?;
        }
        self.now = end;
        Ok(())
    }

    fn judge(&mut self, step: Step) -> Result<(), TestCaseError> {
        let open = self.rules.business_hours.is_open(self.now);
        let standing = &mut self.standing;
        match step {
            Step::Nothing => {}
            Step::GiveUp => standing.handoff = None,
            Step::Remind { reminders, .. } => {
                prop_assert!(open, "a reminder at {}", self.now);
                let handoff = standing.handoff.as_mut().unwrap();
                prop_assert!(!handoff.picked_up);
                prop_assert!(reminders > handoff.reminders && reminders <= 3);
                handoff.reminders = reminders;
                self.reminders.push(self.now);
                prop_assert!(self.reminders.len() <= 3, "{:?}", self.reminders);
            }
            Step::FollowUp { sent } => {
                prop_assert!(open, "a follow-up at {}", self.now);
                prop_assert!(!standing.brakes.any() && standing.handoff.is_none());
                let silence = standing.silence.as_mut().unwrap();
                prop_assert!(silence.asked);
                prop_assert_eq!(sent, silence.sent);
                let earliest = silence.since.checked_add(Span::new().hours(24)).unwrap();
                prop_assert!(self.now >= earliest);
                if let Some(last) = self.follow_ups.last() {
                    prop_assert!(self.now >= last.checked_add(Span::new().hours(48)).unwrap());
                }
                *silence = Silence { sent: sent + 1, last: Some(self.now), ..*silence };
                self.follow_ups.push(self.now);
                prop_assert!(self.follow_ups.len() <= FollowUp::MOST);
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn over_a_year_nobody_is_written_to_against_the_rules(events in happenings()) {
        let now = datetime(2026, 1, 1, 0, 0, 0, 0);
        let mut year = Year {
            rules: rules(),
            now,
            standing: Standing::default(),
            look_at: None,
            follow_ups: Vec::new(),
            reminders: Vec::new(),
        };
        for (minutes, event) in events {
            let at = year.now.checked_add(Span::new().minutes(i64::from(minutes))).unwrap();
            year.pass_until(at)?;
            year.happens(event);
        }
        let end = year.now.checked_add(Span::new().days(60)).unwrap();
        year.pass_until(end)?;
    }
}
