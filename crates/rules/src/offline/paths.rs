//! The paths that decide the whole reply: silence, opt-out, visitors who do not buy, complaints,
//! leave-taking, messages without words.

use crate::conversation::{Intent, Kind, Record, Visitor};
use crate::lead::Field;
use crate::playbook::Say;

use super::scene::Scene;
use super::{answers, cues, questions};

/// What becomes of the turn.
pub(super) enum Course {
    /// No reply.
    Silence,
    /// These paragraphs.
    Say(Vec<String>),
}

type Path = fn(&mut Scene<'_>) -> Option<Course>;

/// The paths, the weightiest first.
const PATHS: &[Path] = &[
    nothing_to_answer,
    opted_out,
    opt_out,
    give_up,
    injection,
    visitor,
    complaint,
    support,
    bothered,
    waiting_for_a_person,
    leave,
    put_off,
    acknowledgement,
    without_words,
];

/// The whole reply, when one of the paths takes the turn.
pub(super) fn whole_reply(scene: &mut Scene<'_>) -> Option<Course> {
    if scene.is_about_buying() {
        scene.memory.closed = false;
    }
    PATHS.iter().find_map(|path| path(scene))
}

/// Paths on which a model has nothing to add, and must have no say.
const BEYOND_DISPUTE: &[Path] =
    &[nothing_to_answer, opted_out, opt_out, leave, acknowledgement, without_anything];

/// The whole reply, when the turn leaves nothing to judge.
pub(super) fn beyond_dispute(scene: &mut Scene<'_>) -> Option<Course> {
    BEYOND_DISPUTE.iter().find_map(|path| path(scene))
}

fn nothing_to_answer(scene: &mut Scene<'_>) -> Option<Course> {
    let mood = scene.turn.burst.iter().all(|line| {
        matches!(line.kind, Kind::Sticker | Kind::Reaction)
            || line.kind == Kind::Text && line.text.trim().is_empty()
    });
    mood.then_some(Course::Silence)
}

/// After an opt-out only somebody who writes about buying is answered.
fn opted_out(scene: &mut Scene<'_>) -> Option<Course> {
    if !scene.memory.opted_out {
        return None;
    }
    if scene.is_about_buying() && !scene.wants(Intent::OptOut) {
        scene.memory.opted_out = false;
        return None;
    }
    scene.facts.clear();
    Some(Course::Silence)
}

fn opt_out(scene: &mut Scene<'_>) -> Option<Course> {
    if !scene.wants(Intent::OptOut) {
        return None;
    }
    scene.memory.opted_out = true;
    scene.memory.greeted = true;
    scene.record(Record::OptOut);
    Some(Course::Say(vec![scene.voice.say(Say::OptOut)]))
}

fn injection(scene: &mut Scene<'_>) -> Option<Course> {
    scene.wants(Intent::Injection).then(|| {
        let mut reply: Vec<String> = answers::greeting(scene).into_iter().collect();
        reply.push(scene.voice.say(Say::Injection));
        Course::Say(reply)
    })
}

fn visitor(scene: &mut Scene<'_>) -> Option<Course> {
    let wrong_number = cues::is_wrong_number(&scene.text) && !scene.is_about_buying();
    let Some(visitor) = scene.visitor().or(wrong_number.then_some(Visitor::WrongNumber)) else {
        scene.memory.visitor = None;
        return None;
    };
    let known = scene.memory.visitor.replace(visitor) == Some(visitor);
    if !known {
        // One greeting is enough: these phrases say who answers.
        scene.memory.greeted = true;
        let say = match visitor {
            Visitor::JobSeeker => Say::JobSeeker,
            Visitor::Supplier => Say::Supplier,
            Visitor::Spam => Say::Spam,
            Visitor::WrongNumber => Say::WrongNumber,
        };
        return Some(Course::Say(vec![scene.voice.say(say)]));
    }
    if let Some(course) = leave(scene).or_else(|| acknowledgement(scene)) {
        return Some(course);
    }
    Some(match visitor {
        Visitor::JobSeeker => Course::Say(vec![scene.voice.say(Say::JobSeekerAgain)]),
        Visitor::Supplier if !scene.voice.has_said(Say::SupplierAgain) => {
            Course::Say(vec![scene.voice.say(Say::SupplierAgain)])
        }
        // Whoever goes on then is a machine, or does not read.
        _ => Course::Silence,
    })
}

/// Anger is answered by an apology and the team; nothing is sold until the lead speaks of buying.
fn complaint(scene: &mut Scene<'_>) -> Option<Course> {
    let only_about_price = scene.wants_any(&[Intent::Price, Intent::Discount]);
    if scene.wants(Intent::Complaint) && !only_about_price {
        scene.memory.complained = true;
        scene.memory.greeted = true;
        scene.record(Record::Complaint(scene.words()));
        let mut reply = vec![scene.voice.say(Say::Complaint)];
        match answers::human(scene) {
            Some(person) => reply.push(person),
            None => reply.extend(questions::who(scene)),
        }
        return Some(Course::Say(reply));
    }
    if !scene.memory.complained {
        return None;
    }
    if let Some(person) = answers::human(scene) {
        return Some(Course::Say(vec![person]));
    }
    let buys = scene.wants_any(&[Intent::ProductQuestion, Intent::Price])
        || scene.is_news(Field::Product)
        || scene.is_news(Field::ProductCategory);
    if buys {
        scene.memory.complained = false;
        return None;
    }
    if let Some(course) = leave(scene).or_else(|| acknowledgement(scene)) {
        return Some(course);
    }
    Some(Course::Say(vec![scene.voice.say(Say::ComplaintNoted)]))
}

/// Who has a machine and wants a part or help for it is passed to the team, and sold nothing.
fn support(scene: &mut Scene<'_>) -> Option<Course> {
    let buys = scene.is_news(Field::Product) || scene.is_news(Field::ProductCategory);
    let own = cues::owns_a_machine(&scene.text)
        || cues::arrived_wrong(&scene.text)
        || scene.lead.knows_seleto == Some(true);
    // Whoever is choosing a machine may well speak of its moulds, or of the old one.
    let before = scene.turn.lead;
    let own = own && before.product.is_none() && before.product_category.is_none();
    let now = cues::needs_support(&scene.text) && own && !buys;
    if !now && !scene.memory.support {
        return None;
    }
    if !now && buys {
        scene.memory.support = false;
        return None;
    }
    let known = std::mem::replace(&mut scene.memory.support, true);
    if known && (!now || cues::asks_cost(&scene.text)) {
        if let Some(course) = leave(scene).or_else(|| acknowledgement(scene)) {
            return Some(course);
        }
        let person = answers::human(scene).or_else(|| answers::who_answers(scene));
        if let Some(person) = person {
            return Some(Course::Say(vec![person]));
        }
        if cues::asks_cost(&scene.text) {
            return Some(Course::Say(vec![scene.voice.say(Say::SupportPrice)]));
        }
        if !scene.facts.is_empty() && !scene.text.contains('?') {
            return Some(Course::Say(vec![scene.voice.say(Say::SupportHeard)]));
        }
    }
    scene.record(Record::TechnicalQuestion(scene.words()));
    let mut reply: Vec<String> = answers::greeting(scene).into_iter().collect();
    reply.push(scene.voice.say(if known { Say::SupportNoted } else { Say::Support }));
    if !known {
        reply.extend(questions::who(scene));
    }
    Some(Course::Say(reply))
}

fn bothered(scene: &mut Scene<'_>) -> Option<Course> {
    (cues::feels_bothered(&scene.text) && !scene.is_about_buying()).then(|| {
        scene.memory.greeted = true;
        Course::Say(vec![scene.voice.say(Say::Unsolicited)])
    })
}

/// Somebody who asked for a person is not questioned while waiting.
fn waiting_for_a_person(scene: &mut Scene<'_>) -> Option<Course> {
    if !scene.memory.human_requested || scene.is_surely_about_buying() || !scene.facts.is_empty() {
        return None;
    }
    if scene.text.contains('?') && scene.is_about_buying() {
        return None;
    }
    if let Some(course) = leave(scene).or_else(|| acknowledgement(scene)) {
        return Some(course);
    }
    if scene.wants(Intent::Human) {
        scene.record(Record::HumanRequest);
    }
    Some(Course::Say(vec![scene.voice.say(Say::HumanAgain)]))
}

/// Thanks and goodbyes are returned once and reopen nothing.
fn leave(scene: &mut Scene<'_>) -> Option<Course> {
    let leaves = scene.wants_any(&[Intent::Thanks, Intent::Goodbye])
        && scene.is_only(&[Intent::Thanks, Intent::Goodbye, Intent::Greeting, Intent::OffTopic]);
    if !leaves {
        return None;
    }
    scene.memory.greeted = true;
    if scene.memory.closed {
        return Some(Course::Silence);
    }
    scene.memory.closed = true;
    let say = if scene.wants(Intent::Goodbye) { Say::Goodbye } else { Say::Thanks };
    Some(Course::Say(vec![scene.voice.say(say)]))
}

/// Whoever gives up is not pressed.
fn give_up(scene: &mut Scene<'_>) -> Option<Course> {
    let only =
        scene.is_only(&[Intent::Goodbye, Intent::Thanks, Intent::OffTopic, Intent::Complaint]);
    (only && cues::gives_up(&scene.text)).then(|| {
        scene.memory.greeted = true;
        scene.memory.closed = true;
        Course::Say(vec![scene.voice.say(Say::GivesUp)])
    })
}

/// Whoever has no time now is not asked anything.
fn put_off(scene: &mut Scene<'_>) -> Option<Course> {
    let only = scene.memory.greeted && scene.is_only(&[Intent::OffTopic]);
    (only && cues::puts_off(&scene.text)).then(|| {
        scene.memory.asked.clone_from(&scene.turn.memory.asked);
        Course::Say(vec![scene.voice.say(Say::Later)])
    })
}

fn acknowledgement(scene: &mut Scene<'_>) -> Option<Course> {
    let only = scene.memory.greeted && scene.is_only(&[]) && cues::only_acknowledges(&scene.text);
    let has_words = scene.turn.burst.iter().any(|line| line.kind == Kind::Text);
    (only && has_words).then_some(Course::Silence)
}

/// A voice note that could not be heard, a picture without a caption, and the like.
fn without_words(scene: &mut Scene<'_>) -> Option<Course> {
    const WORDLESS: &[Kind] = &[
        Kind::Audio,
        Kind::Image,
        Kind::Video,
        Kind::Document,
        Kind::Other,
        Kind::Sticker,
        Kind::Reaction,
    ];
    // A file's text may be its bare name, which says nothing either.
    let bare = scene.turn.burst.iter().all(|line| {
        line.text.trim().is_empty() || line.kind == Kind::Document && scene.is_only(&[])
    });
    if !bare || !scene.turn.burst.iter().all(|line| WORDLESS.contains(&line.kind)) {
        return None;
    }
    let kind = scene
        .turn
        .burst
        .iter()
        .map(|line| line.kind)
        .find(|kind| !matches!(kind, Kind::Sticker | Kind::Reaction))?;
    let mut reply: Vec<String> = answers::greeting(scene).into_iter().collect();
    reply.push(scene.voice.say(match kind {
        Kind::Audio => Say::AudioUnreadable,
        Kind::Image => Say::ImageReceived,
        Kind::Video => Say::VideoReceived,
        Kind::Document => Say::DocumentReceived,
        _ => Say::OtherReceived,
    }));
    // What was asked before is still open.
    scene.memory.asked.clone_from(&scene.turn.memory.asked);
    Some(Course::Say(reply))
}

/// The same, where no model saw what is in the picture either.
fn without_anything(scene: &mut Scene<'_>) -> Option<Course> {
    let seen = scene.turn.burst.iter().any(|line| line.seen.is_some());
    if seen { None } else { without_words(scene) }
}

/// Whether questions about the purchase are out of place in this turn.
pub(super) fn forbids_questions(scene: &Scene<'_>) -> bool {
    let cooperates = scene.facts.iter().any(|fact| fact.value.field() != Field::Urgency);
    scene.memory.complained
        || cues::refuses_questions(&scene.text)
        || scene.memory.human_requested && !cooperates
}
