//! A few words that show the lead was heard.

use crate::lead::{Field, Urgency};
use crate::playbook::Say;

use super::scene::Scene;

/// The acknowledgement that fits best; short and seldom when an answer follows.
pub(super) fn fitting(scene: &mut Scene<'_>, greeted: bool, answered: bool) -> Option<String> {
    let say = match (greeted, answered) {
        // The greeting names the lead already.
        (true, true) => return None,
        (true, false) => told(scene).filter(|say| *say != Say::AckName),
        (false, true) => told(scene).filter(|say| {
            matches!(say, Say::AckName | Say::AckCorrection | Say::AckCustomer | Say::AckEmail)
        }),
        (false, false) => told(scene).or_else(|| for_a_statement(scene)),
    }?;
    Some(scene.voice.say(say))
}

/// What was told that deserves words of its own.
fn told(scene: &Scene<'_>) -> Option<Say> {
    let before = scene.turn.lead;
    let corrected = scene.facts.iter().map(|fact| fact.value.field()).any(|field| {
        !matches!(field, Field::Product | Field::ProductCategory | Field::Urgency | Field::Name)
            && before.knows(field)
            && scene.is_news(field)
    });
    let hurry = |urgency| scene.is_news(Field::Urgency) && scene.lead.urgency == Some(urgency);
    [
        (corrected, Say::AckCorrection),
        (scene.is_news(Field::Name) && before.name.is_none(), Say::AckName),
        (hurry(Urgency::Alta), Say::AckUrgencyHigh),
        (scene.is_news(Field::Email), Say::AckEmail),
        (scene.is_news(Field::Volume), Say::AckVolume),
        (
            scene.is_news(Field::KnowsSeleto) && scene.lead.knows_seleto == Some(true),
            Say::AckCustomer,
        ),
        (
            scene.is_news(Field::KnowsSeleto) && scene.lead.knows_seleto == Some(false),
            Say::AckNewcomer,
        ),
        (hurry(Urgency::Baixa), Say::AckUrgencyLow),
    ]
    .into_iter()
    .find_map(|(holds, say)| holds.then_some(say))
}

/// What answers a statement: noted when it is news, heard when nothing was understood.
fn for_a_statement(scene: &Scene<'_>) -> Option<Say> {
    if !scene.facts.is_empty() {
        return Some(Say::Ack);
    }
    (scene.is_only(&[]) && !scene.text.contains('?')).then_some(Say::Heard)
}
