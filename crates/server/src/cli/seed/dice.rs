//! What the dice decide about an invented lead: when it came, who it is, its number.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use seleto_rules::lead::{Lead, Period, Unit, Urgency, Volume};

use super::people::{CITIES, COMPANY, FAMILY, FIRST, TRADES};
use super::story::Plan;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// How long ago a lead came: rather at midday and in the evening than at night, rather on a
/// weekday, and more of late than long ago.
pub(super) fn moment(dice: &mut StdRng, plan: &Plan) -> i64 {
    loop {
        let share: f64 = dice.random();
        #[expect(clippy::cast_possible_truncation, reason = "far below 2^53")]
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let ago = (share.powf(1.3) * (plan.days * DAY) as f64) as i64;
        let local = plan.now - ago - 3 * HOUR;
        let likely = match local.rem_euclid(DAY) / HOUR {
            0..=5 => 0.05,
            6 | 7 | 23 => 0.3,
            11..=13 | 19..=21 => 1.0,
            _ => 0.75,
        };
        // 1970 began on a Thursday.
        let weekend = matches!((local.div_euclid(DAY) + 4).rem_euclid(7), 0 | 6);
        if dice.random_bool(if weekend { likely * 0.45 } else { likely }) {
            return ago;
        }
    }
}

/// A person with what they told, their profile name and their area code.
pub(super) fn person(dice: &mut StdRng) -> (Lead, String, u32) {
    let trade = pick(dice, &TRADES);
    let weight: u32 = CITIES.iter().map(|city| city.3).sum();
    let mut drawn = dice.random_range(0..weight);
    let mut found = CITIES[0];
    for city in CITIES {
        if drawn < city.3 {
            found = city;
            break;
        }
        drawn -= city.3;
    }
    let (city, uf, area, _) = found;
    let talks = dice.random_range(0..100);
    let knows = |limit: u32, dice: &mut StdRng| talks >= limit && dice.random_bool(0.93);
    let first = *pick(dice, &FIRST);
    let name = format!("{first} {}", pick(dice, &FAMILY));
    let company = format!("{} {}", pick(dice, trade.prefixes), pick(dice, &COMPANY));
    let email = format!("contato@{}.com.br", plain(&company));
    let lead = Lead {
        name: knows(12, dice).then_some(name),
        company: knows(30, dice).then_some(company),
        city: knows(40, dice).then(|| city.to_owned()),
        uf: None,
        email: knows(85, dice).then_some(email),
        product: knows(25, dice).then(|| (*pick(dice, trade.products)).to_owned()),
        volume: knows(55, dice).then(|| volume(dice)),
        urgency: knows(60, dice)
            .then(|| *pick(dice, &[Urgency::Alta, Urgency::Alta, Urgency::Media, Urgency::Baixa])),
        knows_seleto: knows(70, dice).then(|| dice.random_bool(0.3)),
        segment: knows(30, dice).then(|| trade.segment.to_owned()),
        ..Lead::default()
    };
    let uf = lead.city.is_some().then(|| uf.to_owned());
    (Lead { uf, ..lead }, first.to_owned(), area)
}

fn volume(dice: &mut StdRng) -> Volume {
    let amounts = [30.0, 80.0, 150.0, 200.0, 300.0, 500.0, 900.0, 1_200.0, 3_000.0];
    let unit = *pick(dice, &[Unit::Hamburguer, Unit::Hamburguer, Unit::Kg]);
    Volume { amount: *pick(dice, &amounts), unit, period: Period::Dia }
}

/// A mobile number that no other of the invented leads has.
pub(super) fn phone(area: u32, number: i64) -> String {
    // Odd and not a multiple of 5, so that each number is met once.
    let spread = (number * 48_271 + 12_345_678).rem_euclid(100_000_000);
    format!("55{area}9{spread:08}")
}

pub(super) fn canonical(phone: &str) -> String {
    phone.parse().map_or_else(|_| phone.to_owned(), |it: seleto_rules::phone::Phone| it.canonical())
}

fn plain(text: &str) -> String {
    let letters = text.to_lowercase();
    letters.chars().filter(char::is_ascii_alphanumeric).collect()
}

pub(super) fn pick<'a, T>(dice: &mut impl Rng, from: &'a [T]) -> &'a T {
    // Every list here is written in this folder, and none is empty.
    from.choose(dice).unwrap_or(&from[0])
}
