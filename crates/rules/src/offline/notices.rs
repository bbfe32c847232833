//! What the agent says on its own account: reminders to silent leads, and that a person takes over.

use jiff::civil::DateTime;

use crate::conversation::Memory;
use crate::guardrails::{self, Cleared};
use crate::lead::Lead;
use crate::playbook::{Playbook, Say};

use super::voice::Blanks;

/// The text of the next follow-up, when `sent` of them have left since the lead last wrote.
///
/// It speaks of what is known of the lead. `None` when no more may leave.
pub fn follow_up(playbook: &Playbook, lead: &Lead, sent: usize, now: DateTime) -> Option<Cleared> {
    if sent >= playbook.rules.follow_up.after_hours.len() {
        return None;
    }
    say(playbook, lead, if sent == 0 { Say::FollowUp } else { Say::FollowUpLast }, now)
}

/// Tells the lead, once, that somebody of the company takes over, and honestly when.
pub fn handed_over(playbook: &Playbook, lead: &Lead, now: DateTime) -> Cleared {
    let open = playbook.rules.business_hours.is_open(now);
    say(playbook, lead, if open { Say::HandedOverOpen } else { Say::HandedOverClosed }, now)
        .unwrap_or_else(|| guardrails::safe_phrase(playbook))
}

/// Remembers that the lead was told of the handover, so that no later reply tells it again.
pub fn remember_handover(memory: &mut Memory) {
    let told = format!("{}/0", Say::HandoffOpen.key());
    if !memory.used.contains(&told) {
        memory.used.push(told);
    }
}

fn say(playbook: &Playbook, lead: &Lead, occasion: Say, now: DateTime) -> Option<Cleared> {
    let mut blanks = Blanks::of(playbook, lead, now);
    if let Some(product) = lead.product.as_deref().and_then(|it| playbook.catalogue.product(it)) {
        blanks = blanks.with_product(product);
    }
    let text = blanks.fill_first(playbook.phrases.of(occasion))?;
    guardrails::clear(playbook, &text).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    /// A lead of whom the fields are known that `known` names by one letter each.
    fn lead(known: &str) -> Lead {
        let when = |letter: char, value: &str| known.contains(letter).then(|| value.to_owned());
        Lead {
            name: when('n', "Ana Paula Reis"),
            company: when('c', "Brasa Viva"),
            city: when('l', "Londrina"),
            product: when('p', "FB300"),
            ..Lead::default()
        }
    }

    #[test]
    fn every_lead_gets_two_different_reminders_that_may_leave_and_no_third() {
        let playbook = Playbook::seleto();
        let now = datetime(2026, 11, 24, 10, 0, 0, 0);
        for known in ["", "n", "c", "nc", "p", "np", "nclp"] {
            let texts = [0, 1].map(|sent| {
                let text = follow_up(&playbook, &lead(known), sent, now);
                text.unwrap_or_else(|| panic!("no reminder {sent} for {known:?}"))
            });
            assert_ne!(texts[0], texts[1], "{known}");
            let named = known.contains('n');
            assert!(texts.iter().all(|text| text.as_str().contains("Ana") == named), "{texts:?}");
            let machine = known.contains('p');
            assert_eq!(texts[0].as_str().contains("FB300"), machine, "{texts:?}");
            assert_eq!(follow_up(&playbook, &lead(known), 2, now), None);
        }
    }

    #[test]
    fn the_handover_tells_the_time_only_when_nobody_is_there() {
        let playbook = Playbook::seleto();
        let told = |now| handed_over(&playbook, &lead("n"), now).as_str().to_owned();
        let open = told(datetime(2026, 11, 24, 10, 0, 0, 0));
        let closed = told(datetime(2026, 11, 27, 19, 0, 0, 0));
        assert!(open.contains("Ana") && !open.contains("8h"), "{open}");
        assert!(closed.contains("segunda-feira a partir das 8h"), "{closed}");
    }

    #[test]
    fn reminders_wait_their_time_and_for_business_hours() {
        let rules = Playbook::seleto().rules;
        let due = |sent, since| rules.follow_up.due_at(sent, since, &rules.business_hours);
        let tuesday = datetime(2026, 11, 24, 10, 0, 0, 0);
        assert_eq!(due(0, tuesday), Some(datetime(2026, 11, 25, 10, 0, 0, 0)));
        assert_eq!(due(1, tuesday), Some(datetime(2026, 11, 27, 10, 0, 0, 0)));
        assert_eq!(due(2, tuesday), None);
        // At night, and into a weekend.
        let night = datetime(2026, 11, 24, 22, 0, 0, 0);
        assert_eq!(due(0, night), Some(datetime(2026, 11, 26, 8, 0, 0, 0)));
        let friday = datetime(2026, 11, 27, 9, 0, 0, 0);
        assert_eq!(due(0, friday), Some(datetime(2026, 11, 30, 8, 0, 0, 0)));
    }
}
