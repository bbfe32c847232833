//! What to ask next: the most useful thing that is not known, seldom and never twice in a row.

use crate::conversation::Intent;
use crate::lead::{Field, Unit, Urgency};
use crate::playbook::{Made, Question, Say};
use crate::qualification::{Circumstances, Temperature, qualify};

use super::paths::forbids_questions;
use super::scene::Scene;
use super::voice::Blanks;
use super::{advice, machines, unavailable};

/// The key of the question whether the machine recommended is the one wanted.
const CONFIRMING: &str = "ask:product:confirm";

/// The question that ends the reply, or the words that end the asking.
pub(super) fn next(scene: &mut Scene<'_>, answered: bool) -> Option<String> {
    if forbids_questions(scene) {
        return (!answered).then(|| scene.voice.say(Say::Ack));
    }
    if only_dreams(scene) {
        return match scene.voice.has_said(Say::ColdClose) {
            true => (!answered).then(|| scene.voice.say(Say::Ack)),
            false => Some(scene.voice.say(Say::ColdClose)),
        };
    }
    if is_blank_opening(scene) {
        return Some(scene.voice.say(Say::HowToHelp));
    }
    if let Some(question) = chosen(scene) {
        // Whoever is ready to buy hears who continues, before what is only good to know.
        let ready = question.optional.then(|| handoff(scene)).flatten();
        return ready.or_else(|| ask(scene, &question));
    }
    farewell_to_questions(scene, answered)
}

/// Tells a hot lead, once, who writes next.
fn handoff(scene: &mut Scene<'_>) -> Option<String> {
    let around = Circumstances::of(&scene.memory, 0);
    let hot = qualify(scene.playbook, &scene.lead, &around).temperature == Temperature::Quente;
    if !hot || was_handed_off(scene) {
        return None;
    }
    let open = scene.is_open();
    Some(scene.voice.say(if open { Say::HandoffOpen } else { Say::HandoffClosed }))
}

fn was_handed_off(scene: &Scene<'_>) -> bool {
    scene.voice.has_said(Say::HandoffOpen) || scene.voice.has_said(Say::HandoffClosed)
}

/// Asks who writes, when neither name nor company is known.
pub(super) fn who(scene: &mut Scene<'_>) -> Option<String> {
    let question = scene
        .playbook
        .rules
        .questions
        .iter()
        .find(|question| question.fields.contains(&Field::Name) && is_open(scene, question))?
        .clone();
    ask(scene, &question)
}

/// Somebody without a company and without a purpose near enough to be asked about it.
fn only_dreams(scene: &Scene<'_>) -> bool {
    scene.memory.no_company
        && scene.lead.company.is_none()
        && scene.lead.urgency == Some(Urgency::Baixa)
}

/// A first "oi" is asked what it is about, not who it is.
fn is_blank_opening(scene: &Scene<'_>) -> bool {
    scene.turn.history.is_empty()
        && scene.turn.memory.times_asked.is_empty()
        && scene.lead == *scene.turn.lead
        && scene.is_only(&[Intent::Greeting, Intent::OffTopic])
        && scene.lead == crate::lead::Lead::default()
        && (scene.wants(Intent::Greeting) || !scene.text.contains('?'))
}

fn chosen(scene: &Scene<'_>) -> Option<Question> {
    let questions = &scene.playbook.rules.questions;
    let asked_last = |name: &str| scene.turn.memory.asked.iter().any(|it| it == name);
    // Which machine, and whether it is the one recommended, are two questions on one field.
    let fresh = |question: &&Question| match question.confirms {
        true => !scene.turn.memory.used.last().is_some_and(|it| it.starts_with(CONFIRMING)),
        false => !question.fields.iter().any(|field| asked_last(field.key())),
    };
    questions.iter().filter(|question| is_open(scene, question)).find(fresh).cloned()
}

fn is_open(scene: &Scene<'_>, question: &Question) -> bool {
    let wordings = u32::try_from(question.ask.len()).unwrap_or(u32::MAX);
    let most = scene.playbook.rules.asking.max_times_asked.min(wordings);
    if question.confirms {
        let only = |category: &String| scene.playbook.catalogue.only_one_of(category).is_some();
        let settled = scene.lead.product_category.as_ref().is_some_and(only);
        let pending = advice::pending(scene).is_some() && !settled;
        let times = scene.memory.times_asked.get(Field::Product.key()).copied().unwrap_or(0);
        return pending && times < most;
    }
    !(question.optional && scene.memory.human_requested)
        && question.fields.iter().all(|field| is_wanted(scene, *field, most))
        && question.about.is_none_or(|unit| makes(scene) == Some(unit))
}

/// Whether the field is missing and was asked fewer times than `most`.
fn is_wanted(scene: &Scene<'_>, field: Field, most: u32) -> bool {
    let times = scene.memory.times_asked.get(field.key()).copied().unwrap_or(0);
    let missing = match field {
        Field::Product | Field::ProductCategory => {
            let kinds = &scene.playbook.catalogue.categories;
            let mut shown = kinds.iter().map(|it| machines::presented(&it.id));
            scene.category().is_none() && !shown.any(|mark| scene.voice.is_marked(&mark))
        }
        Field::Uf => scene.lead.city.is_some() && scene.lead.uf.is_none(),
        Field::Company => scene.lead.company.is_none() && !scene.memory.no_company,
        // Nobody can buy soon what is not on sale.
        Field::Urgency if unavailable::is_wanted(scene) => false,
        other => !scene.lead.knows(other),
    };
    missing && times < most
}

/// What the machines of interest make.
fn makes(scene: &Scene<'_>) -> Option<Unit> {
    let category = scene.category()?;
    let products = scene.playbook.catalogue.products.iter().filter(|it| it.category == category);
    products
        .flat_map(|it| {
            it.capacity.iter().map(|it| it.unit).chain(it.sizes.iter().map(|it| it.unit))
        })
        .map(|made| match made {
            Made::Hamburguer => Unit::Hamburguer,
            Made::Espeto => Unit::Espeto,
            Made::Kg => Unit::Kg,
        })
        .next()
}

fn ask(scene: &mut Scene<'_>, question: &Question) -> Option<String> {
    let names: Vec<&str> = question.fields.iter().map(|field| field.key()).collect();
    let about = question.about.map_or("", |unit| match unit {
        Unit::Hamburguer => "hamburguer",
        Unit::Kg => "kg",
        Unit::Espeto => "espeto",
        Unit::Linguica => "linguica",
        Unit::Unidade => "unidade",
    });
    let key = match question.confirms {
        true => CONFIRMING.to_owned(),
        false => format!("ask:{}:{about}", names.join("+")),
    };
    let blanks = advice::pending(scene)
        .map_or_else(Blanks::default, |it| Blanks::default().with_product(it));
    let words = scene.voice.choose(&key, &question.ask, &blanks)?;
    for name in names {
        *scene.memory.times_asked.entry(name.to_owned()).or_default() += 1;
        scene.memory.asked.push(name.to_owned());
    }
    Some(words)
}

/// When nothing is left to ask: a hot lead is told who writes next; others are left in peace.
fn farewell_to_questions(scene: &mut Scene<'_>, answered: bool) -> Option<String> {
    // A question that has just been put is not repeated; it is not the end of asking either.
    if scene.playbook.rules.questions.iter().any(|question| is_open(scene, question)) {
        return (!answered).then(|| scene.voice.say(Say::Ack));
    }
    if let Some(words) = handoff(scene) {
        return Some(words);
    }
    let told = was_handed_off(scene);
    if !scene.voice.has_said(Say::NothingLeft) && !told && !scene.memory.human_requested {
        return Some(scene.voice.say(Say::NothingLeft));
    }
    (!answered).then(|| scene.voice.say(Say::Ack))
}
