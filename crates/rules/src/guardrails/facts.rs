//! Facts about machines: their codes and numbers must be the catalogue's, for the machine spoken of.

use std::sync::LazyLock;

use regex::Regex;

use crate::plain_text::{plain, squeezed};
use crate::playbook::{Catalogue, Product};

use super::clauses::{delegates, echoes, pattern, sentences};
use super::numerals::{Numeral, numerals};
use super::{Breach, Case};

/// Codes that look like a machine's and are not in the catalogue.
pub(super) fn judge_codes(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    static TYPED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:[A-Z]{1,5}-?|SE )\d{2,5}[A-Z]?\b"));
    static LOWER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:(?:fbm?|ct|fs|epe)[ -]?\d{2,5}|se-?\d{3,5})\b"));
    static NORM: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?:inox|aisi|aco|nr|iso|ip|cep|br|km|abnt|nbr)[ -]?\d"));
    let known = &case.playbook.knowledge.facts.names;
    let found = TYPED
        .find_iter(case.text)
        .map(|it| it.as_str().to_owned())
        .chain(LOWER.find_iter(&case.plain).map(|it| it.as_str().to_owned()));
    for code in found {
        let name = squeezed(&code);
        // A lone letter and digits may be the end of a name: "FB M100".
        let is_known = known.iter().any(|it| {
            *it == name || it.ends_with(&name) || it.starts_with(&name) && name.len() > 3
        });
        let norm = plain(&code);
        let is_norm = NORM.is_match(&norm);
        let material = norm.ends_with("304") && is_norm;
        let repeated = case.heard.contains(&norm) || squeezed(case.heard).contains(&name);
        let about_norm =
            is_norm && sentences(&case.plain).any(|it| it.contains(&norm) && delegates(it));
        if !is_known && !material && !about_norm && !repeated {
            breaches.push(Breach::new("modelo que não existe", code));
        }
    }
}

/// Commas and colons of a sentence, not those inside a number.
static PARTS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[,:;](?: |$)"));

/// Numbers with a unit: capacities, sizes, power, warranty.
pub(super) fn judge_numbers(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    let catalogue = &case.playbook.catalogue;
    let heard = numerals(case.heard);
    let mut machines_before: Vec<&Product> = Vec::new();
    for sentence in sentences(&case.plain) {
        let named = catalogue.named_in(sentence);
        if !named.is_empty() {
            machines_before = named;
        }
        for part in PARTS.split(sentence) {
            for numeral in numerals(part).iter().filter(|it| is_fact(it, part)) {
                let told = case.playbook.knowledge.facts.say(numeral, &machines_before);
                let repeated = heard.iter().any(|it| it.value == numeral.value);
                if !told && !repeated && !may_be_the_leads(numeral, part) {
                    breaches.push(Breach::new(
                        "dado que não está no catálogo",
                        number_with_unit(part, numeral),
                    ));
                }
            }
        }
    }
}

/// A number that the catalogue says, of one machine or of all.
#[derive(Clone, Debug)]
struct Fact {
    code: Option<String>,
    number: Numeral,
}

/// What the catalogue says, made ready for judging.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    numbers: Vec<Fact>,
    /// Names of machines, squeezed.
    names: Vec<String>,
}

impl Facts {
    pub(super) fn of(catalogue: &Catalogue) -> Self {
        let general = catalogue
            .topics
            .iter()
            .map(|topic| &topic.say)
            .chain(catalogue.upsells.iter().map(|upsell| &upsell.say))
            .chain(catalogue.categories.iter().map(|category| &category.say));
        let mut numbers = Vec::new();
        let mut add = |code: Option<&str>, text: &str| {
            let found = numerals(&plain(text)).into_iter();
            numbers.extend(found.map(|number| Fact { code: code.map(str::to_owned), number }));
        };
        general.for_each(|text| add(None, text));
        for product in &catalogue.products {
            texts_of(product).for_each(|text| add(Some(&product.code), text));
            for size in product.sizes.iter() {
                add(Some(&product.code), &format!("{} kg", size.amount));
            }
        }
        let names = catalogue.products.iter().flat_map(Product::names);
        Self { numbers, names: names.map(|name| squeezed(name)).collect() }
    }

    /// Whether the catalogue says this number of the machines named, or of any when none is.
    fn say(&self, number: &Numeral, named: &[&Product]) -> bool {
        self.numbers
            .iter()
            .filter(|fact| {
                let Some(code) = &fact.code else { return true };
                named.is_empty() || named.iter().any(|product| product.code == *code)
            })
            .any(|fact| agrees(number, &fact.number))
    }
}

fn texts_of(product: &Product) -> impl Iterator<Item = &String> {
    let absence = product.unavailable.iter().flat_map(|it| it.offer_say.iter().chain([&it.why]));
    let topics = product.topics.iter().map(|topic| &topic.say);
    let sizes = product.sizes.iter().map(|size| &size.name);
    [&product.what, &product.pitch].into_iter().chain(topics).chain(sizes).chain(absence)
}

/// Whether a number states something of a machine: times count only as a warranty.
fn is_fact(numeral: &Numeral, part: &str) -> bool {
    match numeral.unit {
        Some("mes" | "ano") => part.contains("garantia"),
        Some("dia" | "semana" | "hora" | "minuto") => false,
        Some(_) => true,
        None => numeral.per.is_some(),
    }
}

fn agrees(numeral: &Numeral, fact: &Numeral) -> bool {
    numeral.value == fact.value
        && (numeral.unit.is_none() || numeral.unit == fact.unit)
        && (numeral.per.is_none() || fact.per.is_none() || numeral.per == fact.per)
}

/// What the lead makes is its own to say; what a machine makes is not.
fn may_be_the_leads(numeral: &Numeral, part: &str) -> bool {
    static CLAIM: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:maquina|ela|ele|modelo|equipamento|formadora|cortadora|linha|misturador|ensacadeira|fb\w*|se ?\d+|ct\w*|epe\w*|capacidade)\b.*\b(?:faz|produz|rende|chega|processa|forma|atinge|corta|mistura|tem|ate|entrega|aguenta|suporta|de)\b|\b(?:capacidade|faz ate|chega a|produz ate)\b",
        )
    });
    let output = matches!(
        numeral.unit,
        Some("hamburguer" | "espeto" | "linguica" | "unidade" | "kg") | None
    );
    let before = part[..numeral.start].trim_end();
    let counted = [
        "para", "pra", "seus", "suas", "esses", "com", "uns", "umas", "anotei", "entendi", "boa",
        "sao",
    ];
    let echoed =
        echoes(part) || counted.iter().any(|word| before.ends_with(word)) || before.is_empty();
    output && echoed && !CLAIM.is_match(before)
}

fn number_with_unit(part: &str, numeral: &Numeral) -> String {
    let rest = &part[numeral.end..];
    let unit: Vec<&str> =
        rest.split_whitespace().take(if numeral.per.is_some() { 3 } else { 1 }).collect();
    format!("{} {}", part[numeral.start..numeral.end].trim(), unit.join(" ")).trim().to_owned()
}
