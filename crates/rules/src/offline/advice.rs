//! Advice by volume: which machine or size makes what the lead makes.

use crate::lead::{Field, Unit, Volume};
use crate::plain_text::{has_any, plain};
use crate::playbook::{Product, Say, per_day};

use super::cues;
use super::machines::presented;
use super::scene::Scene;
use super::voice::Blanks;

/// The mark of a machine that was recommended.
fn recommended(code: &str) -> String {
    format!("recommended:{code}")
}

/// The machine that was recommended last and is not chosen yet.
pub(super) fn pending<'a>(scene: &Scene<'a>) -> Option<&'a Product> {
    last(scene).filter(|_| scene.lead.product.is_none())
}

/// The machine that was recommended last.
pub(super) fn last<'a>(scene: &Scene<'a>) -> Option<&'a Product> {
    let products = scene.playbook.catalogue.products.iter();
    let mut recommended = products.filter(|it| scene.voice.is_marked(&recommended(&it.code)));
    recommended.next_back()
}

/// The machine or size that makes the lead's volume, when asked, or when it is news and no model
/// is chosen.
pub(super) fn recommendation(scene: &mut Scene<'_>) -> Option<String> {
    let other_kind = cues::wants_electric(&scene.text) || cues::wants_automatic(&scene.text);
    let other_kind = other_kind && last(scene).is_some() && !scene.tells(Field::Product);
    let asked = cues::asks_which(&scene.text) || other_kind;
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
    let sized = chosen
        .or_else(|| scene.playbook.catalogue.only_one_of(category))
        .filter(|it| !it.sizes.is_empty());
    if let Some(product) = sized {
        return recommended_size(scene, product, &volume);
    }
    let suits = |product: &Product| suits(scene, product);
    let smallest = scene.playbook.catalogue.smallest_where(category, &volume, rules, suits);
    let Some(product) = smallest else {
        return measurable(scene, category, &volume)
            .then(|| scene.voice.say(Say::RecommendAboveAll));
    };
    scene.voice.mark(&recommended(&product.code));
    let blanks = Blanks::default().with_product(product);
    let known = scene.voice.is_marked(&presented(&product.code));
    scene.voice.mark(&presented(&product.code));
    let say = if known { Say::RecommendAgain } else { Say::Recommend };
    let told = undecided && scene.is_news(Field::Volume);
    (asked || !known || told).then(|| scene.voice.say_with(say, &blanks))
}

/// Whether a machine is of the kind the lead wants, and bigger than the one it has.
fn suits(scene: &Scene<'_>, product: &Product) -> bool {
    let rules = &scene.playbook.rules.volume;
    let unit = scene.lead.volume.map_or(Unit::Unidade, |volume| volume.unit);
    let bigger = |owned: &Product| product.daily(unit, rules) > owned.daily(unit, rules);
    let said = scene.said();
    let owned = scene.playbook.catalogue.products.iter().filter(|it| cues::owns(&said, it.names()));
    let kind = !cues::wants_automatic(&said) || cues::wants_automatic(&plain(&product.what));
    let electric =
        !cues::wants_electric(&said) || has_any(&plain(&product.pitch), &["eletrica", "eletrico"]);
    kind && electric && owned.into_iter().all(bigger)
}

/// Yes to whoever asks whether the machine copes with the volume, when it does.
pub(super) fn fits(scene: &mut Scene<'_>) -> Option<String> {
    let product = scene.machine().filter(|it| it.unavailable.is_none())?;
    let volume = scene.lead.volume.filter(|_| cues::asks_whether_it_copes(&scene.text))?;
    let rules = &scene.playbook.rules.volume;
    if product.daily(volume.unit, rules)? < per_day(&volume, rules) {
        return None;
    }
    scene.voice.mark(&presented(&product.code));
    Some(scene.voice.say_with(Say::Fits, &Blanks::default().with_product(product)))
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

/// A bigger machine, once, when the one wanted is too small for the volume.
pub(super) fn better_fit(scene: &mut Scene<'_>) -> Option<String> {
    let news = scene.is_news(Field::Volume) || scene.is_news(Field::Product);
    let wanted = scene.playbook.catalogue.product(scene.lead.product.as_deref()?)?;
    let volume = scene.lead.volume.filter(|_| news && wanted.unavailable.is_none())?;
    let rules = &scene.playbook.rules.volume;
    let daily = wanted.daily(volume.unit, rules)?;
    let bigger = scene.playbook.catalogue.smallest_for(&wanted.category, &volume, rules)?;
    let mark = format!("bigger:{}", wanted.code);
    if daily >= per_day(&volume, rules) || scene.voice.is_marked(&mark) {
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
