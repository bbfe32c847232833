//! What to say of machines: presentation, comparison, recommendation, ready answers, the line that
//! is not on sale.

use crate::conversation::{Author, Intent, Record};
use crate::hours::month_in_words;
use crate::lead::{Field, Volume};
use crate::plain_text::{has_words, plain};
use crate::playbook::{Category, Product, Say, Topic};

use super::scene::Scene;
use super::voice::{Blanks, capitalised};
use super::{answers, cues};

/// The mark of a machine that was presented.
pub(super) fn presented(code: &str) -> String {
    format!("presented:{code}")
}

/// Paragraphs about machines that answer the burst.
pub(super) fn answers(scene: &mut Scene<'_>) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(line) = unavailable_machine(scene) {
        said.extend(unavailable(scene, line));
        return said;
    }
    said.extend(answers::not_sold(scene));
    if let Some(answer) = comparison(scene).or_else(|| recommendation(scene)) {
        said.push(answer);
    } else {
        let details = details(scene);
        let presentation = if details.is_empty() { presentation(scene) } else { None };
        said.extend(details.into_iter().chain(presentation));
    }
    said.extend(better_fit(scene));
    said
}

/// A machine that is wanted and not on sale.
fn unavailable_machine<'a>(scene: &Scene<'a>) -> Option<&'a Product> {
    let named = scene.named.iter().copied().find(|product| product.unavailable.is_some());
    let told = scene.tells(Field::Product) || scene.tells(Field::ProductCategory);
    let wanted = scene
        .playbook
        .catalogue
        .products
        .iter()
        .find(|it| it.unavailable.is_some() && Some(it.category.as_str()) == scene.category());
    let asked = scene.wants(Intent::UnavailableProduct)
        && scene.playbook.catalogue.not_sold_in(&scene.text).is_empty();
    let only_named = scene.named.iter().all(|product| product.unavailable.is_some());
    named
        .filter(|_| scene.is_about_buying())
        .or_else(|| wanted.filter(|_| told || asked))
        .filter(|_| only_named)
}

fn unavailable(scene: &mut Scene<'_>, product: &Product) -> Vec<String> {
    let Some(absence) = &product.unavailable else { return Vec::new() };
    scene.record(Record::UnavailableInterest);
    if scene.voice.is_marked(&presented(&product.code)) {
        return vec![scene.voice.say(Say::UnavailableAgain)];
    }
    scene.voice.mark(&presented(&product.code));
    let mut blanks = Blanks::default().with("motivo", &absence.why);
    let mut first = scene.voice.say_with(Say::Unavailable, &blanks);
    first.push(' ');
    first.push_str(&match absence.forecast_after(scene.turn.now.date()) {
        Some(date) => {
            let month = format!("{} de {}", month_in_words(date.month()), date.year());
            blanks = blanks.with("previsao", month);
            scene.voice.say_with(Say::UnavailableForecast, &blanks)
        }
        None => scene.voice.say(Say::UnavailableNoted),
    });
    std::iter::once(first).chain(absence.offer_say.clone()).collect()
}

/// Ready answers to questions of detail; what the catalogue does not hold goes to engineering.
fn details(scene: &mut Scene<'_>) -> Vec<String> {
    if !cues::asks(&scene.text) || !scene.wants_any(&[Intent::Technical, Intent::ProductQuestion]) {
        return Vec::new();
    }
    let technical = &scene.playbook.rules.technical.engineering_words;
    let deep = technical.iter().any(|word| has_words(&scene.text, word));
    let machine = scene.machine();
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
    let [first, second, ..] = scene.named[..] else { return None };
    if !cues::compares(&scene.text) {
        return None;
    }
    scene.voice.mark(&presented(&first.code));
    scene.voice.mark(&presented(&second.code));
    let blanks = Blanks::default()
        .with_product(first)
        .with("outro", second.with_article())
        .with("pitch_outro", &second.pitch);
    Some(scene.voice.say_with(Say::Compare, &blanks))
}

/// The machine or size that makes the lead's volume, when asked, or when it is news and no model
/// is chosen.
fn recommendation(scene: &mut Scene<'_>) -> Option<String> {
    let asked = cues::asks_which(&scene.text);
    let undecided = scene.lead.product.is_none();
    let news = scene.is_news(Field::Volume) || scene.is_news(Field::ProductCategory);
    if !(asked || undecided && news) {
        return None;
    }
    let category = scene.category()?;
    let Some(volume) = scene.lead.volume else {
        return (asked && undecided).then(|| need_volume(scene, category));
    };
    let rules = &scene.playbook.rules.volume;
    let chosen = scene.machine().filter(|_| !undecided);
    let sized = chosen.or_else(|| the_only_one(scene, category)).filter(|it| !it.sizes.is_empty());
    if let Some(product) = sized {
        return recommended_size(scene, product, &volume);
    }
    if !undecided {
        return None;
    }
    let Some(product) = scene.playbook.catalogue.smallest_for(category, &volume, rules) else {
        return measurable(scene, category, &volume)
            .then(|| scene.voice.say(Say::RecommendAboveAll));
    };
    if scene.voice.is_marked(&presented(&product.code)) {
        return None;
    }
    scene.voice.mark(&presented(&product.code));
    Some(scene.voice.say_with(Say::Recommend, &Blanks::default().with_product(product)))
}

fn recommended_size(scene: &mut Scene<'_>, product: &Product, volume: &Volume) -> Option<String> {
    scene.voice.mark(&presented(&product.code));
    let size = product.size_for(volume, &scene.playbook.rules.volume);
    let Some(size) = size else {
        let counts = product.sizes.iter().any(|size| size.unit.counts(volume.unit));
        return counts.then(|| scene.voice.say(Say::RecommendAboveAll));
    };
    let blanks = Blanks::default().with_product(product).with("tamanho", &size.name);
    Some(scene.voice.say_with(Say::RecommendSize, &blanks))
}

fn need_volume(scene: &mut Scene<'_>, category: &str) -> String {
    let say = scene.playbook.catalogue.category(category).map_or("", |it| it.say.as_str());
    format!("{say} {}", scene.voice.say(Say::NeedVolume)).trim().to_owned()
}

fn the_only_one<'a>(scene: &Scene<'a>, category: &str) -> Option<&'a Product> {
    let mut members = scene.playbook.catalogue.products.iter().filter(|it| it.category == category);
    members.next().filter(|_| members.next().is_none())
}

/// Whether the category's capacities count in the lead's unit.
fn measurable(scene: &Scene<'_>, category: &str, volume: &Volume) -> bool {
    scene
        .playbook
        .catalogue
        .products
        .iter()
        .filter(|product| product.category == category)
        .any(|product| product.capacity.iter().any(|capacity| capacity.unit.counts(volume.unit)))
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
    let otherwise = [Intent::UnavailableProduct, Intent::Human, Intent::DeliveryTime];
    let idle = asks && scene.named.is_empty() && !scene.wants_any(&otherwise);
    (idle && !scene.voice.has_said(Say::Overview)).then(|| scene.voice.say(Say::Overview))
}

/// The category that makes what the lead wants to make; a word in a company's name tells nothing.
fn making<'a>(scene: &Scene<'a>) -> Option<&'a Category> {
    let asked = scene.turn.memory.asked.iter().any(|field| field == Field::Product.key());
    let wants = asked || scene.wants(Intent::ProductQuestion) || cues::wants_to_make(&scene.text);
    let category = scene.playbook.catalogue.category_making(&scene.text);
    category.filter(|_| wants && !scene.tells(Field::Company))
}

/// The machine that we spoke of last: of those that make what the lead names, if it names it.
fn offered<'a>(scene: &Scene<'a>) -> Option<&'a Product> {
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
    if let Some(product) = the_only_one(scene, id) {
        scene.voice.mark(&presented(&product.code));
        return Some(capitalised(&format!("{} {}.", product.with_article(), product.pitch)));
    }
    Some(category.say.clone())
}

/// A bigger machine, once, when the one wanted is too small for the volume.
fn better_fit(scene: &mut Scene<'_>) -> Option<String> {
    let news = scene.is_news(Field::Volume) || scene.is_news(Field::Product);
    let wanted = scene.playbook.catalogue.product(scene.lead.product.as_deref()?)?;
    let volume = scene.lead.volume.filter(|_| news && wanted.unavailable.is_none())?;
    let rules = &scene.playbook.rules.volume;
    let daily = wanted.daily(volume.unit, rules)?;
    let bigger = scene.playbook.catalogue.smallest_for(&wanted.category, &volume, rules)?;
    let mark = format!("bigger:{}", wanted.code);
    if daily >= crate::playbook::per_day(&volume, rules) || scene.voice.is_marked(&mark) {
        return None;
    }
    scene.voice.mark(&mark);
    scene.voice.mark(&presented(&bigger.code));
    let blanks = Blanks::default()
        .with_product(wanted)
        .with("outro", bigger.with_article())
        .with("pitch", &bigger.pitch);
    Some(scene.voice.say_with(Say::RecommendBigger, &blanks))
}
