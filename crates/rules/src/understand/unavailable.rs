//! Things people ask for that no machine maker of this kind sells: freezers, fryers, mincers.

use std::sync::LazyLock;

use super::pattern::PatternSet;
use super::reading::Reading;
use super::scope::denied_before;
use super::text::{Gap, Text};

static THINGS: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let names = include_str!("../../data/unavailable.txt").split_whitespace();
    names.map(|name| name.split('_').collect()).collect()
});

/// Foods that no machine here makes, beside the machine or the wish to make them.
static FOODS: LazyLock<PatternSet<()>> = LazyLock::new(|| {
    PatternSet::new(include_str!("../../data/unavailable_foods.txt"), |name| {
        (name == "food").then_some(())
    })
});

/// The first words of all things asked for that are not sold.
pub fn find(reading: &Reading<'_>) -> Vec<usize> {
    let text = reading.text;
    (0..text.tokens.len())
        .filter(|at| names_thing(text, *at) && wanted(text, *at))
        .chain(foods(reading))
        .filter(|at| !reading.is_taken(*at))
        .collect()
}

/// "máquina de fazer coxinha", "quero fazer kibe, serve?".
fn foods<'a>(reading: &'a Reading<'_>) -> impl Iterator<Item = usize> + 'a {
    let found = FOODS.find(reading.text).into_iter();
    found
        .filter(|it| !denied_before(reading.text, it.start, 3) && !reading.scope.third(it.start))
        .map(|it| it.start)
}

fn names_thing(text: &Text, at: usize) -> bool {
    THINGS.iter().any(|thing| {
        thing.iter().enumerate().all(|(index, word)| {
            text.fold(at + index) == *word && (index == 0 || text.gap(at + index) <= Gap::Hyphen)
        })
    })
}

/// Whether it is asked for, and not only spoken of.
fn wanted(text: &Text, at: usize) -> bool {
    let sentence = text.sentence(at);
    let asks = (sentence.start.max(at.saturating_sub(6))..at).any(|i| {
        text.is(
            i,
            "vendem vende tem fazem fabricam trabalham preciso procuro quero queria \
precisando procurando comprar precisamos gostaria teria preco \
orcamento quanto interesse e busco cotar vcs",
        ) && !(text.word(i) == "tem" && text.is(i.wrapping_sub(1), "nao ja"))
    });
    let own = (sentence.start.max(at.saturating_sub(4))..at).any(|i| {
        text.is(i, "minha meu nossa nosso tenho temos uso usamos na no da do com")
            && !(text.word(i) == "com" && text.word(i.wrapping_sub(1)).starts_with("trabalh"))
    });
    // "máquina de cortar frios", and no more.
    let named = sentence.end - sentence.start <= 6
        && text.is(sentence.start, "maquina maquinas equipamento");
    (asks || named) && !own && !denied_before(text, at, 3)
}
