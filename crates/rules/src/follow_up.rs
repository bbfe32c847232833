//! What is done about a conversation in which nobody writes: sellers are reminded of a lead that
//! waits for them, and a lead that left our question open is written to again.
//!
//! Input is what stands in the record, output what to do now and when to look again. Whoever looks
//! more often than needed does nothing twice.

use jiff::Span;
use jiff::civil::DateTime;

use crate::hours::BusinessHours;
use crate::playbook::{FollowUp, Rules};

/// Minutes after which the sellers are reminded; the last reminder comes on the next business
/// morning.
const REMIND_AFTER_MINUTES: [i64; 2] = [15, 60];

/// A lead that nobody took after so many days waits for nobody any more.
const GIVEN_UP_AFTER_DAYS: i64 = 7;

/// A follow-up that is so many days late (nothing ran meanwhile) would only puzzle the lead.
const TOO_LATE_DAYS: i64 = 3;

/// What stands in the record of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The lead waits for a person: the handoff that is open.
    pub handoff: Option<Waiting>,
    /// The lead left our last words without an answer.
    pub silence: Option<Silence>,
    /// What forbids to write to the lead.
    pub brakes: Brakes,
}

/// An open handoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Since when the sellers can know of it.
    pub since: DateTime,
    /// How many reminders they got.
    pub reminders: usize,
    /// Somebody took it.
    pub picked_up: bool,
}

/// A lead's silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// When our last reply to the lead's own words left.
    pub since: DateTime,
    /// Follow-ups since.
    pub sent: usize,
    /// When the latest of them was made.
    pub last: Option<DateTime>,
    /// That reply asked something.
    pub asked: bool,
    /// All that we wrote since the lead's last words reached WhatsApp.
    pub arrived: bool,
}

/// What forbids to write to a lead that does not write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brakes {
    /// It wants no messages.
    pub opted_out: bool,
    /// A human has the conversation.
    pub human: bool,
    /// The conversation is over: somebody closed it, or the lead took leave.
    pub closed: bool,
    /// The deal was won or lost.
    pub decided: bool,
    /// It looks for work, sells, sends masses of messages, or meant somebody else.
    pub visitor: bool,
    /// It waits for a person, or has a complaint or a machine to be repaired.
    pub waits_for_people: bool,
    /// The agent may not answer it: it is off, or in the shadow.
    pub agent_is_off: bool,
}

impl Brakes {
    /// Whether any holds.
    pub fn any(self) -> bool {
        self.opted_out
            || self.human
            || self.closed
            || self.decided
            || self.visitor
            || self.waits_for_people
            || self.agent_is_off
    }
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Nothing,
    /// Remind the sellers.
    Remind {
        /// How many reminders they have got then; those that fall together count each.
        reminders: usize,
        /// There will be no other: an operator must look.
        last: bool,
    },
    /// Nobody took the lead in all this time: the handoff is over.
    GiveUp,
    /// Write to the lead.
    FollowUp {
        /// How many were written before.
        sent: usize,
    },
}

/// What to do now, and when to look again if nothing else happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Now.
    pub step: Step,
    /// The next look.
    pub look_again: Option<DateTime>,
}

const DONE: Decision = Decision { step: Step::Nothing, look_again: None };

/// Decides about a conversation.
pub fn decide(rules: &Rules, standing: &Standing, now: DateTime) -> Decision {
    match standing.handoff {
        Some(waiting) if waiting.picked_up => DONE,
        Some(waiting) => remind(&rules.business_hours, &waiting, now),
        None => follow_up(rules, standing, now),
    }
}

/// When the sellers are told of a lead: now, or when the company opens next.
pub fn told_at(hours: &BusinessHours, now: DateTime) -> DateTime {
    within(hours, now).unwrap_or(now)
}

/// When the sellers are reminded of a lead they were told of at this time, earliest first.
pub fn reminders(hours: &BusinessHours, since: DateTime) -> Vec<DateTime> {
    let soon = REMIND_AFTER_MINUTES.iter().filter_map(|minutes| {
        within(hours, since.checked_add(Span::new().minutes(*minutes)).ok()?)
    });
    soon.chain(hours.next_opening(since)).collect()
}

fn remind(hours: &BusinessHours, waiting: &Waiting, now: DateTime) -> Decision {
    let over = waiting.since.checked_add(Span::new().days(GIVEN_UP_AFTER_DAYS)).unwrap_or(now);
    if now >= over {
        return Decision { step: Step::GiveUp, look_again: None };
    }
    let times = reminders(hours, waiting.since);
    let due = times.iter().filter(|at| **at <= now).count();
    if due <= waiting.reminders {
        let next = times.get(waiting.reminders).copied().unwrap_or(over);
        return Decision { step: Step::Nothing, look_again: Some(next) };
    }
    if !hours.is_open(now) {
        let opening = hours.next_opening(now).unwrap_or(over);
        return Decision { step: Step::Nothing, look_again: Some(opening.min(over)) };
    }
    let next = times.get(due).copied();
    let step = Step::Remind { reminders: due, last: next.is_none() };
    Decision { step, look_again: Some(next.unwrap_or(over)) }
}

fn follow_up(rules: &Rules, standing: &Standing, now: DateTime) -> Decision {
    let Some(silence) = standing.silence.filter(|silence| silence.asked && silence.arrived) else {
        return DONE;
    };
    if standing.brakes.any() {
        return DONE;
    }
    let hours = &rules.business_hours;
    let Some(due) = due(&rules.follow_up, hours, &silence) else { return DONE };
    if now < due {
        return Decision { step: Step::Nothing, look_again: Some(due) };
    }
    if due.checked_add(Span::new().days(TOO_LATE_DAYS)).is_ok_and(|late| now > late) {
        return DONE;
    }
    if !hours.is_open(now) {
        return Decision { step: Step::Nothing, look_again: hours.next_opening(now) };
    }
    let next = Silence { sent: silence.sent + 1, last: Some(now), ..silence };
    Decision {
        step: Step::FollowUp { sent: silence.sent },
        look_again: self::due(&rules.follow_up, hours, &next),
    }
}

/// When the next follow-up may leave. One that left late puts off the one after it.
fn due(follow_up: &FollowUp, hours: &BusinessHours, silence: &Silence) -> Option<DateTime> {
    let due = follow_up.due_at(silence.sent, silence.since, hours)?;
    let Some(last) = silence.last else { return Some(due) };
    let wait = |sent: usize| follow_up.after_hours.get(sent).copied().map(i64::from);
    let gap = wait(silence.sent)? - wait(silence.sent.checked_sub(1)?)?;
    let spaced = last.checked_add(Span::new().hours(gap)).ok()?;
    within(hours, due.max(spaced))
}

/// The time itself when the company is open then, else the next opening.
fn within(hours: &BusinessHours, at: DateTime) -> Option<DateTime> {
    if hours.is_open(at) { Some(at) } else { hours.next_opening(at) }
}

/// Whether the CRM says that the deal is over: won or lost, in its words or in ours.
pub fn is_decided(crm_status: &str) -> bool {
    let status = crate::plain_text::plain(crm_status);
    ["won", "lost", "ganh", "perd"].iter().any(|over| status.trim().starts_with(over))
}

#[cfg(test)]
mod tests;
