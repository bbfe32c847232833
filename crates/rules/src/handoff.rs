//! When a lead is passed on to people, what they read of it, and whether the lead was told.

use crate::conversation::{Memory, Record};
use crate::guardrails::{Cleared, tells_of_a_person as tells};
use crate::internal::Internal;
use crate::lead::Lead;
use crate::notes::{Dossier, handoff_card};
use crate::offline::notices;
use crate::playbook::Playbook;
use crate::qualification::Temperature;
use jiff::civil::DateTime;

/// Why a lead is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// It became ready for a seller.
    Hot,
    /// It asked for a person.
    HumanRequest,
    /// It complained.
    Complaint,
}

impl Why {
    /// Its name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hot => "hot",
            Self::HumanRequest => "human_request",
            Self::Complaint => "complaint",
        }
    }

    /// In words for the team.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Hot => "ficou quente",
            Self::HumanRequest => "pediu para falar com uma pessoa",
            Self::Complaint => "fez uma reclamação",
        }
    }
}

/// Whether a turn passes the lead on: what it put on record, and the temperature before and after.
///
/// Whoever does not buy, or wants no messages, is nobody's lead.
pub fn why(
    before: Option<Temperature>,
    after: Option<Temperature>,
    records: &[Record],
    memory: &Memory,
) -> Option<Why> {
    if memory.visitor.is_some() || memory.opted_out {
        return None;
    }
    if records.iter().any(|record| matches!(record, Record::Complaint(_))) {
        return Some(Why::Complaint);
    }
    if records.contains(&Record::HumanRequest) {
        return Some(Why::HumanRequest);
    }
    let became_hot = after == Some(Temperature::Quente) && before != Some(Temperature::Quente);
    became_hot.then_some(Why::Hot)
}

/// The card for the team.
pub fn card(why: Why, dossier: &Dossier<'_>) -> Internal {
    let card = handoff_card(dossier);
    Internal::new(match why {
        Why::Hot => card,
        Why::HumanRequest => format!("*O lead pediu para falar com uma pessoa*\n\n{card}"),
        Why::Complaint => format!("*O lead fez uma reclamação*\n\n{card}"),
    })
}

/// What the lead is still to be told when a person takes over: who writes, and when while nobody is
/// there. `None` when the reply says it already.
pub fn notice(
    playbook: &Playbook,
    lead: &Lead,
    reply: Option<&str>,
    now: DateTime,
) -> Option<Cleared> {
    let hours = &playbook.rules.business_hours;
    let when = hours.next_opening_in_words(now).filter(|_| !hours.is_open(now));
    let told = reply.is_some_and(|text| tells(text, when.as_deref()));
    (!told).then(|| notices::handed_over(playbook, lead, now))
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;
    use crate::conversation::Visitor;
    use crate::playbook::{Say, fill};

    #[test]
    fn a_lead_is_passed_on_when_it_becomes_hot_asks_or_complains() {
        use Temperature::{Morno, Quente};
        let memory = Memory::default();
        let check = |before, after, records: &[Record], expected| {
            assert_eq!(why(before, after, records, &memory), expected);
        };
        check(Some(Morno), Some(Quente), &[], Some(Why::Hot));
        check(None, Some(Quente), &[], Some(Why::Hot));
        check(Some(Quente), Some(Quente), &[], None);
        check(Some(Quente), None, &[], None);
        check(Some(Quente), Some(Morno), &[], None);
        check(None, None, &[Record::HumanRequest], Some(Why::HumanRequest));
        let both = [Record::HumanRequest, Record::Complaint("quebrou".into())];
        check(Some(Morno), Some(Quente), &both, Some(Why::Complaint));
        check(None, None, &[Record::UnavailableInterest], None);
    }

    #[test]
    fn who_does_not_buy_is_passed_on_to_nobody() {
        let visitor = Memory { visitor: Some(Visitor::Supplier), ..Memory::default() };
        let gone = Memory { opted_out: true, ..Memory::default() };
        for memory in [visitor, gone] {
            assert_eq!(why(None, None, &[Record::HumanRequest], &memory), None);
        }
    }

    #[test]
    fn the_playbooks_own_phrases_tell_it() {
        let playbook = Playbook::seleto();
        let when = "amanhã a partir das 8h";
        let said = |say: Say| {
            let phrases = playbook.phrases.of(say).iter();
            phrases.filter_map(|text| {
                fill(text, |blank| Some(if blank == "quando" { when } else { "Ana" }.to_owned()))
            })
        };
        for say in [Say::HandoffOpen, Say::HumanOpen, Say::HumanAgain, Say::HandedOverOpen] {
            said(say).for_each(|text| assert!(tells(&text, None), "{text}"));
        }
        for say in [Say::HandoffClosed, Say::HumanClosed] {
            said(say).for_each(|text| assert!(tells(&text, Some(when)), "{text}"));
        }
        said(Say::Complaint).for_each(|text| assert!(tells(&text, None), "{text}"));
    }

    #[test]
    fn a_question_or_another_subject_tells_nothing() {
        for text in [
            "Quer falar com um consultor?",
            "A FB300 faz 300 hambúrgueres por hora.",
            "Qual é o tamanho da sua equipe?",
            "",
        ] {
            assert!(!tells(text, None), "{text}");
        }
        assert!(!tells("Um consultor te chama por aqui.", Some("amanhã a partir das 8h")));
    }

    #[test]
    fn nobody_is_passed_on_in_silence_or_told_twice() {
        let playbook = Playbook::seleto();
        let lead = Lead::default();
        let (day, night) =
            (datetime(2026, 11, 24, 10, 0, 0, 0), datetime(2026, 11, 27, 19, 0, 0, 0));
        let silent = notice(&playbook, &lead, None, day).unwrap();
        assert!(tells(silent.as_str(), None));
        let told = "Um consultor te chama por aqui.";
        assert_eq!(notice(&playbook, &lead, Some(told), day), None);
        let honest = notice(&playbook, &lead, Some(told), night).unwrap();
        assert!(honest.as_str().contains("segunda-feira a partir das 8h"), "{honest:?}");
        assert_eq!(notice(&playbook, &lead, Some(honest.as_str()), night), None);
    }
}
