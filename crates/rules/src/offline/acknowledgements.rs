//! A few words that show the lead was heard.

use crate::lead::{Fact, Field, Urgency};
use crate::playbook::Say;

use super::scene::Scene;
use super::voice::Blanks;

/// The acknowledgement that fits best; short and seldom when an answer follows.
pub(super) fn fitting(scene: &mut Scene<'_>, greeted: bool, answered: bool) -> Option<String> {
    if let Some(question) = read_back(scene) {
        return Some(question);
    }
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

/// A number or a model from a voice note that may have been misheard is read back.
fn read_back(scene: &mut Scene<'_>) -> Option<String> {
    let unsure = |fact: &&Fact| scene.turn.burst.get(fact.line).is_some_and(|line| line.unsure);
    let fields: Vec<Field> =
        scene.facts.iter().filter(unsure).map(|fact| fact.value.field()).collect();
    if fields.contains(&Field::Volume) && scene.is_news(Field::Volume) {
        return Some(scene.voice.say(Say::HeardVolume));
    }
    let product = fields.contains(&Field::Product).then(|| scene.machine()).flatten()?;
    let blanks = Blanks::default().with_product(product);
    Some(scene.voice.say_with(Say::HeardProduct, &blanks))
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

#[cfg(test)]
mod tests {
    use crate::conversation::{Author, Kind, Line, Memory, Turn};
    use crate::lead::{Lead, Value};
    use crate::offline::think;
    use crate::playbook::Playbook;

    /// The reply to a voice note, and the volume that is read in the next "isso".
    fn reply_to_voice(words: &str, unsure: bool) -> (String, Option<Value>) {
        let playbook = Playbook::seleto();
        let (lead, memory) = (Lead::default(), Memory { greeted: true, ..Memory::default() });
        let turn = |history, burst| Turn {
            playbook: &playbook,
            lead: &lead,
            sender_name: None,
            history,
            burst,
            memory: &memory,
            now: jiff::civil::datetime(2026, 11, 24, 10, 0, 0, 0),
        };
        let burst = [Line { kind: Kind::Audio, unsure, ..Line::text(Author::Lead, words) }];
        let reply = think(&turn(&[], &burst)).reply.unwrap_or_default();
        let history = [Line::text(Author::Agent, reply.clone())];
        let agreed = [Line::text(Author::Lead, "isso")];
        let facts = think(&turn(&history, &agreed)).facts;
        (reply, facts.into_iter().map(|fact| fact.value).next())
    }

    #[test]
    fn numbers_and_models_of_a_doubtful_voice_note_are_read_back() {
        let (reply, agreed) = reply_to_voice("faço quinhentos hambúrgueres por dia", true);
        assert!(reply.contains("500 hambúrgueres por dia") && reply.contains("?"), "{reply}");
        assert_eq!(reply.matches('?').count(), 1, "{reply}");
        assert!(matches!(agreed, Some(Value::Volume(volume)) if volume.amount == 500.0));
        let (reply, _) = reply_to_voice("quero a efe be trezentos", true);
        assert!(reply.contains("confirmar") && reply.contains("FB300"), "{reply}");
        let (reply, _) = reply_to_voice("meu nome é Rogério", true);
        assert!(!reply.contains("áudio"), "{reply}");
    }

    #[test]
    fn what_was_heard_well_is_not_read_back() {
        let (reply, _) = reply_to_voice("faço quinhentos hambúrgueres por dia", false);
        assert!(!reply.contains("certo?"), "{reply}");
    }
}
