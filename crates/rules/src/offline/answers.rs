//! Answers to what the lead asked, before anything is asked back.

use crate::conversation::{Intent, Kind, Record};
use crate::lead::Field;
use crate::playbook::Say;

use super::cues;
use super::machines;
use super::scene::Scene;
use super::voice::{Blanks, capitalised};

/// Most paragraphs of answers in one reply.
const MOST: usize = 3;

/// The first words, once in a conversation; later a salutation is only returned.
pub(super) fn greeting(scene: &mut Scene<'_>) -> Option<String> {
    if !scene.memory.greeted && cues::asks_identity(&scene.text) {
        // Saying who writes is a greeting already.
        scene.memory.greeted = true;
        return None;
    }
    if !scene.memory.greeted {
        scene.memory.greeted = true;
        return Some(scene.voice.say(Say::Greeting));
    }
    let only = scene.wants(Intent::Greeting) && scene.is_only(&[Intent::Greeting]);
    only.then(|| scene.voice.say(Say::GreetingBack))
}

/// Paragraphs that answer the burst, the most asked for first.
pub(super) fn to_what_was_asked(scene: &mut Scene<'_>) -> Vec<String> {
    let mut answers = Vec::new();
    answers.extend(identity(scene));
    if cues::waited(&scene.text) {
        answers.push(scene.voice.say(Say::LateAnswer));
    }
    answers.extend(who_answers(scene));
    answers.extend(received(scene));
    answers.extend(machines::answers(scene));
    answers.extend(commercial(scene));
    answers.extend(catalogue(scene));
    answers.extend(contact(scene));
    answers.extend(unread(scene));
    answers.extend(human(scene));
    if answers.is_empty() && scene.wants(Intent::OffTopic) {
        answers.push(scene.voice.say(Say::OffTopic));
    }
    let question = scene.is_only(&[]) && scene.text.contains('?');
    let opening = scene.turn.history.is_empty() && scene.wants(Intent::Greeting);
    if answers.is_empty() && question && !opening {
        answers.push(scene.voice.say(Say::NotUnderstood));
    }
    answers.truncate(MOST);
    answers
}

/// The machine to consider beside the one wanted, once.
pub(super) fn upsell(scene: &mut Scene<'_>) -> Option<String> {
    if scene.memory.upsell_offered || super::paths::forbids_questions(scene) {
        return None;
    }
    let wanted = scene.lead.product.as_deref()?;
    let offer = scene.playbook.catalogue.upsells.iter().find(|upsell| upsell.from == wanted)?;
    scene.memory.upsell_offered = true;
    scene.voice.mark(&machines::presented(&offer.to));
    // Naming it already is enough where the lead compares the two.
    let compared = scene.named.iter().any(|product| product.code == offer.to);
    (!compared).then(|| offer.say.clone())
}

/// Passes the lead to a person, when it asks for one.
pub(super) fn human(scene: &mut Scene<'_>) -> Option<String> {
    // "vc é robô?" asks who writes, and wants no one else.
    let only_wonders = cues::asks_identity(&scene.text) && !cues::asks_for_a_person(&scene.text);
    if !scene.wants(Intent::Human) || only_wonders {
        return None;
    }
    scene.record(Record::HumanRequest);
    if std::mem::replace(&mut scene.memory.human_requested, true) {
        return Some(scene.voice.say(Say::HumanAgain));
    }
    let open = scene.is_open();
    let passed = scene.voice.say(if open { Say::HumanOpen } else { Say::HumanClosed });
    let silent = scene.is_only(&[Intent::Human, Intent::Greeting]) && scene.lead.name.is_none();
    if silent && !scene.memory.complained && !cues::refuses_questions(&scene.text) {
        return Some(format!("{passed} {}", scene.voice.say(Say::HumanHook)));
    }
    Some(passed)
}

fn identity(scene: &mut Scene<'_>) -> Option<String> {
    cues::asks_identity(&scene.text).then(|| scene.voice.say(Say::Identity))
}

/// When somebody of the company answers.
pub(super) fn who_answers(scene: &mut Scene<'_>) -> Option<String> {
    if !cues::asks_who_answers(&scene.text) || scene.wants(Intent::Human) {
        return None;
    }
    // The time asked for is that of a call, not of a delivery.
    scene.intents.retain(|intent| *intent != Intent::DeliveryTime);
    let open = scene.is_open();
    Some(scene.voice.say(if open { Say::HumanWhenOpen } else { Say::HumanWhenClosed }))
}

/// Thanks for what was sent beside words.
fn received(scene: &mut Scene<'_>) -> Option<String> {
    let kind = scene.turn.burst.iter().map(|line| line.kind);
    let kind = kind.into_iter().find(|kind| matches!(kind, Kind::Location | Kind::Contact))?;
    Some(scene.voice.say(match kind {
        Kind::Location => Say::LocationReceived,
        _ => Say::ContactReceived,
    }))
}

/// Price, reduction, payment, delivery: a kind no, and who does tell.
fn commercial(scene: &mut Scene<'_>) -> Option<String> {
    let machine = scene.machine().or_else(|| machines::offered(scene));
    if machine.is_some_and(|product| product.unavailable.is_some()) {
        // What is not on sale has no terms.
        return None;
    }
    let blanks = match machine {
        _ if scene.named.len() > 1 => Blanks::default().with("do_produto", "das máquinas"),
        Some(product) => Blanks::default().with_product(product),
        None => Blanks::default().with("do_produto", "da máquina"),
    };
    let mut said: Vec<String> = Vec::new();
    if scene.wants(Intent::Price)
        && !(scene.wants(Intent::Human) && cues::asks_proposal(&scene.text))
    {
        let say = if cues::asks_proposal(&scene.text) { Say::Proposal } else { Say::PriceRefusal };
        said.push(scene.voice.say_with(say, &blanks));
    } else if scene.wants(Intent::Discount) {
        said.push(scene.voice.say_with(Say::DiscountRefusal, &blanks));
    } else if scene.wants(Intent::Payment) {
        said.push(scene.voice.say_with(Say::PaymentRefusal, &blanks));
    }
    if scene.wants(Intent::DeliveryTime) {
        said.push(scene.voice.say_with(Say::DeliveryRefusal, &blanks));
    }
    (!said.is_empty()).then(|| said.join(" "))
}

fn catalogue(scene: &mut Scene<'_>) -> Option<String> {
    if !scene.wants(Intent::Catalog) {
        return None;
    }
    let blanks =
        scene.machine().map_or_else(Blanks::default, |it| Blanks::default().with_product(it));
    Some(scene.voice.say_with(Say::Catalog, &blanks))
}

fn contact(scene: &mut Scene<'_>) -> Option<String> {
    cues::asks_for_our_contact(&scene.text).then(|| scene.voice.say(Say::Contact))
}

/// A number or an address that could not be read is asked for once more, never a third time.
fn unread(scene: &mut Scene<'_>) -> Option<String> {
    let say = if cues::gives_cnpj(&scene.text) && !scene.tells(Field::Cnpj) {
        Say::CnpjUnread
    } else if cues::gives_email(&scene.text) && !scene.tells(Field::Email) {
        Say::EmailUnread
    } else {
        return None;
    };
    (!scene.voice.has_said(say)).then(|| scene.voice.say(say))
}

/// "refrigeração e equipamento de cozinha".
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} e {last}", first.join(", ")),
    }
}

/// What the company does not make, said once for all of it.
pub(super) fn not_sold(scene: &mut Scene<'_>) -> Option<String> {
    let items: Vec<String> =
        scene.playbook.catalogue.not_sold_in(&scene.text).iter().map(|it| it.say.clone()).collect();
    if !scene.wants(Intent::UnavailableProduct) {
        return None;
    }
    let mut blanks = Blanks::default();
    if !items.is_empty() {
        let items = listed(&items);
        blanks = blanks.with("Itens", capitalised(&items)).with("itens", items);
    }
    Some(scene.voice.say_with(Say::NotSold, &blanks))
}
