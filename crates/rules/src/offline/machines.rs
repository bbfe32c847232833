//! What to say of machines: presentation, comparison, ready answers.

use crate::conversation::{Author, Intent, Record};
use crate::lead::Field;
use crate::plain_text::{has_words, plain};
use crate::playbook::{Category, Product, Say, Topic};

use super::scene::Scene;
use super::voice::{Blanks, capitalised};
use super::{advice, answers, cues, unavailable};

/// The mark of a machine that was presented.
pub(super) fn presented(code: &str) -> String {
    format!("presented:{code}")
}

/// Paragraphs about machines that answer the burst.
pub(super) fn answers(scene: &mut Scene<'_>) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(answer) = unavailable::answer(scene) {
        return answer;
    }
    said.extend(answers::not_sold(scene));
    if let Some(answer) =
        comparison(scene).or_else(|| advice::fits(scene)).or_else(|| advice::recommendation(scene))
    {
        said.push(answer);
    } else {
        let details = details(scene);
        let presentation = if details.is_empty() { presentation(scene) } else { None };
        said.extend(details.into_iter().chain(presentation));
    }
    said.extend(advice::better_fit(scene));
    said
}

/// Ready answers to questions of detail; what the catalogue does not hold goes to engineering.
fn details(scene: &mut Scene<'_>) -> Vec<String> {
    let wants = scene.wants_any(&[Intent::Technical, Intent::ProductQuestion])
        || scene.text.contains('?') && scene.is_only(&[Intent::Greeting]);
    if !cues::asks(&scene.text) || !wants {
        return Vec::new();
    }
    let technical = &scene.playbook.rules.technical.engineering_words;
    let deep = technical.iter().any(|word| has_words(&scene.text, word));
    let machine = scene.machine().or_else(|| offered(scene));
    let own = machine.map_or(&[][..], |product| &product.topics);
    let mut known = ready(own, &scene.text);
    if known.is_empty() {
        known = ready(&scene.playbook.catalogue.topics, &scene.text);
    }
    known.truncate(2);
    let mut said = Vec::new();
    if !known.is_empty() {
        said.push(known.join(" "));
        if let Some(product) = machine.filter(|_| deep || !scene.is_news(Field::Product)) {
            scene.voice.mark(&presented(&product.code));
        }
    }
    // One ready answer does not cover two questions.
    let several = scene.text.matches('?').count() > 1;
    if scene.wants(Intent::Technical) && (deep || several || known.is_empty()) {
        scene.record(Record::TechnicalQuestion(scene.words()));
        let recorded = scene.voice.say(Say::TechnicalRecorded);
        match said.last_mut() {
            Some(last) => *last = format!("{last} {recorded}"),
            None => said.push(recorded),
        }
    }
    said
}

fn ready(topics: &[Topic], text: &str) -> Vec<String> {
    topics
        .iter()
        .filter(|topic| topic.about.iter().any(|word| has_words(text, word)))
        .map(|topic| topic.say.clone())
        .collect()
}

/// Two machines named in one question.
fn comparison(scene: &mut Scene<'_>) -> Option<String> {
    let before = scene.turn.lead.product.as_deref();
    let before = before.and_then(|code| scene.playbook.catalogue.product(code));
    let before = before.or_else(|| advice::last(scene));
    let (first, second) = match (&scene.named[..], before) {
        ([first, second, ..], _) if cues::compares(&scene.text) => (*first, *second),
        ([other], Some(before))
            if cues::asks_difference(&scene.text) && before.code != other.code =>
        {
            (before, *other)
        }
        _ => return None,
    };
    scene.voice.mark(&presented(&first.code));
    scene.voice.mark(&presented(&second.code));
    let blanks = Blanks::default()
        .with_product(first)
        .with("outro", second.with_article())
        .with("pitch_outro", &second.pitch);
    Some(scene.voice.say_with(Say::Compare, &blanks))
}

/// Presents what is named or newly told: a machine, a category, or all that is made.
fn presentation(scene: &mut Scene<'_>) -> Option<String> {
    let asks = scene.wants(Intent::ProductQuestion);
    let only_price = scene.wants_any(&[Intent::Price, Intent::Discount, Intent::Payment]) && !asks;
    let news = scene.is_news(Field::Product);
    if let Some(product) = scene.machine().filter(|_| asks || news) {
        if only_price {
            return None;
        }
        return present(scene, product, news);
    }
    let told = scene.lead.product_category.clone();
    if let Some(category) = told.filter(|_| scene.is_news(Field::ProductCategory) || asks) {
        return present_category(scene, &category);
    }
    if let Some(product) = offered(scene).filter(|_| cues::wants_more(&scene.text)) {
        return present(scene, product, true);
    }
    if let Some(category) = making(scene).filter(|_| asks || scene.category().is_none()) {
        return present_category(scene, &category.id);
    }
    let otherwise = [
        Intent::UnavailableProduct,
        Intent::Human,
        Intent::DeliveryTime,
        Intent::Price,
        Intent::Discount,
        Intent::Payment,
        Intent::Catalog,
    ];
    let idle = asks && scene.named.is_empty() && !scene.wants_any(&otherwise);
    (idle && !scene.voice.has_said(Say::Overview)).then(|| scene.voice.say(Say::Overview))
}

/// The category that makes what the lead wants to make; a word in a company's name tells nothing.
fn making<'a>(scene: &Scene<'a>) -> Option<&'a Category> {
    let asked = scene.turn.memory.asked.iter().any(|field| field == Field::Product.key());
    let wants = asked || scene.wants(Intent::ProductQuestion) || cues::wants_to_make(&scene.text);
    let catalogue = &scene.playbook.catalogue;
    // Whoever opens a burger house and asks what there is wants what makes burgers.
    let business = scene.lead.segment.as_deref().filter(|it| *it == "hamburgueria");
    let category = catalogue
        .category_making(&scene.text)
        .or_else(|| catalogue.category_making(business.map(|_| "hamburguer")?));
    category.filter(|_| wants && !scene.tells(Field::Company))
}

/// The machine that we spoke of last: of those that make what the lead names, if it names it.
pub(super) fn offered<'a>(scene: &Scene<'a>) -> Option<&'a Product> {
    let catalogue = &scene.playbook.catalogue;
    let made = catalogue.category_making(&scene.text).map(|category| category.id.as_str());
    let ours = scene.turn.history.iter().rev().filter(|line| line.author == Author::Agent);
    ours.flat_map(|line| catalogue.named_in(&plain(&line.text)).into_iter().rev())
        .find(|product| made.is_none_or(|category| product.category == category))
}

fn present(scene: &mut Scene<'_>, product: &Product, news: bool) -> Option<String> {
    let blanks = Blanks::default().with_product(product);
    if scene.voice.is_marked(&presented(&product.code)) {
        let asked = scene.text.contains('?')
            && scene.is_only_asking_of_machines()
            && !scene.is_news(Field::Volume);
        return match (news, asked) {
            (true, _) if scene.text.contains('?') => {
                Some(scene.voice.say_with(Say::ProductYes, &blanks))
            }
            (true, _) => Some(scene.voice.say_with(Say::ProductAgain, &blanks)),
            (false, true) => Some(scene.voice.say_with(Say::ProductMore, &blanks)),
            (false, false) => None,
        };
    }
    scene.voice.mark(&presented(&product.code));
    Some(scene.voice.say_with(Say::Product, &blanks))
}

fn present_category(scene: &mut Scene<'_>, id: &str) -> Option<String> {
    let category = scene.playbook.catalogue.category(id)?;
    let name = presented(id);
    if scene.voice.is_marked(&name) {
        return None;
    }
    scene.voice.mark(&name);
    if let Some(product) = scene.playbook.catalogue.only_one_of(id) {
        scene.voice.mark(&presented(&product.code));
        return Some(capitalised(&format!("{} {}.", product.with_article(), product.pitch)));
    }
    Some(category.say.clone())
}
