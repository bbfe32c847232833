//! Machines that are not on sale: why, until when, and what to offer meanwhile.

use crate::conversation::{Intent, Record};
use crate::hours::month_in_words;
use crate::lead::Field;
use crate::playbook::{Product, Say, Unavailable};

use super::cues;
use super::machines::presented;
use super::scene::Scene;
use super::voice::Blanks;

/// Paragraphs about a machine that is wanted and not on sale; `None` when there is none.
pub(super) fn answer(scene: &mut Scene<'_>) -> Option<Vec<String>> {
    let (product, absence) = wanted(scene).and_then(|it| Some((it, it.unavailable.as_ref()?)))?;
    scene.record(Record::UnavailableInterest);
    if scene.voice.is_marked(&presented(&product.code)) {
        let asks_when = cues::asks_when(&scene.text) || scene.wants(Intent::DeliveryTime);
        let again = if asks_when {
            forecast(scene, absence)
        } else {
            scene.voice.say(Say::UnavailableAgain)
        };
        return Some(vec![again]);
    }
    scene.voice.mark(&presented(&product.code));
    let why = Blanks::default().with("motivo", &absence.why);
    let first =
        format!("{} {}", scene.voice.say_with(Say::Unavailable, &why), forecast(scene, absence));
    Some(std::iter::once(first).chain(absence.offer_say.clone()).collect())
}

/// Whether what the lead wants is not on sale.
pub(super) fn is_wanted(scene: &Scene<'_>) -> bool {
    let mut products = scene.playbook.catalogue.products.iter();
    match scene.lead.product.as_deref() {
        Some(code) => products.any(|it| it.code == code && it.unavailable.is_some()),
        None => products.any(|it| {
            it.unavailable.is_some()
                && Some(it.category.as_str()) == scene.lead.product_category.as_deref()
        }),
    }
}

/// When it is expected, while that lies ahead.
fn forecast(scene: &mut Scene<'_>, absence: &Unavailable) -> String {
    match absence.forecast_after(scene.turn.now.date()) {
        Some(date) => {
            let month = format!("{} de {}", month_in_words(date.month()), date.year());
            scene
                .voice
                .say_with(Say::UnavailableForecast, &Blanks::default().with("previsao", month))
        }
        None => scene.voice.say(Say::UnavailableNoted),
    }
}

fn wanted<'a>(scene: &Scene<'a>) -> Option<&'a Product> {
    let catalogue = &scene.playbook.catalogue;
    let mut absent = catalogue.products.iter().filter(|product| product.unavailable.is_some());
    let named = scene.named.iter().copied().find(|product| product.unavailable.is_some());
    let only_named = scene.named.iter().all(|product| product.unavailable.is_some());
    let of_interest = absent.find(|product| Some(product.category.as_str()) == scene.category());
    let told = scene.tells(Field::Product) || scene.tells(Field::ProductCategory);
    let asked =
        scene.wants(Intent::UnavailableProduct) && catalogue.not_sold_in(&scene.text).is_empty();
    let when = cues::asks_when(&scene.text) && scene.lead.product.is_some();
    let told = told || cues::wants_to_be_told(&scene.text) && is_wanted(scene);
    named
        .filter(|_| scene.is_about_buying())
        .or_else(|| of_interest.filter(|_| told || asked || when))
        .filter(|_| only_named)
}
