//! Facts about machines: their codes and numbers must be the catalogue's, for the machine spoken of.

use std::sync::LazyLock;

use regex::Regex;

use crate::plain_text::{plain, squeezed};
use crate::playbook::{Catalogue, Product};

use super::clauses::{clauses, delegates, echoes, pattern, refuses, sentences};
use super::numerals::{Numeral, numerals};
use super::{Breach, Case};

/// Codes that look like a machine's and are not in the catalogue.
pub(super) fn judge_codes(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    static TYPED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[A-Z]{1,5}-?\d{2,5}[A-Z]?\b"));
    static NORM: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?:inox|aisi|aco|nr|iso|ip|cep|br|km|abnt|nbr)[ -]?\d"));
    let Facts { names: known, families, .. } = &case.playbook.knowledge.facts;
    let found = TYPED
        .find_iter(case.text)
        .map(|it| it.as_str().to_owned())
        .chain(families.find_iter(&case.plain).map(|it| it.as_str().to_owned()));
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
        // "a FB900 não existe na nossa linha" may be said, "a FB900 atende bem" may not.
        let absent = || {
            static ABSENT: LazyLock<Regex> = LazyLock::new(|| {
                pattern(
                    r"\bnao (?:\w+ ){0,3}(?:temos|tenho|existe|faz parte|conheco|encontrei|consta|esta|e nosso|e um dos|localizei|trabalhamos|fabricamos|esta)|\?$|\bquis dizer\b|\bseria\b",
                )
            });
            sentences(&case.plain)
                .filter(|sentence| squeezed(sentence).contains(&name))
                .all(|sentence| ABSENT.is_match(sentence))
        };
        if !(is_known || material || about_norm || repeated && absent()) {
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
                let told = !measures_a_machine(part)
                    && case.playbook.knowledge.facts.say(numeral, &machines_before);
                let repeated = heard.iter().any(|it| it.value == numeral.value)
                    && (refuses(part) || !is_claimed(catalogue, numeral, part));
                if !told && !repeated && !may_be_the_leads(catalogue, numeral, part) {
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
    /// What looks like a code of the catalogue's families.
    families: Regex,
}

impl Facts {
    pub(super) fn of(catalogue: &Catalogue) -> Self {
        let mut numbers = Vec::new();
        let mut add = |code: Option<&str>, text: &str| {
            let found = numerals(&plain(text)).into_iter();
            numbers.extend(found.map(|number| Fact { code: code.map(str::to_owned), number }));
        };
        catalogue.topics.iter().for_each(|topic| add(None, &topic.say));
        for upsell in &catalogue.upsells {
            add(Some(&upsell.from), &upsell.say);
            add(Some(&upsell.to), &upsell.say);
        }
        for product in &catalogue.products {
            let code = Some(product.code.as_str());
            texts_of(product).for_each(|text| add(code, text));
            product.sizes.iter().for_each(|size| add(code, &format!("{} kg", size.amount)));
            if let Some(category) = catalogue.category(&product.category) {
                add(code, &category.say);
            }
        }
        let names = catalogue.products.iter().flat_map(Product::names);
        Self {
            numbers,
            names: names.map(|name| squeezed(name)).collect(),
            families: families(catalogue),
        }
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

/// Letters of the catalogue's codes, with any digits behind them.
fn families(catalogue: &Catalogue) -> Regex {
    // Prefixes that are also words: only written together with the digits are they a code.
    const WORDS: &[&str] = &["se", "em", "de", "da", "do", "na", "no", "um", "ate", "mais", "com"];
    let mut alternatives: Vec<String> = Vec::new();
    for product in &catalogue.products {
        let code = plain(&product.code);
        let letters: String = code.chars().take_while(char::is_ascii_alphabetic).collect();
        let coded = code[letters.len()..].starts_with(|c: char| c.is_ascii_digit());
        let blank = if WORDS.contains(&letters.as_str()) { "-?" } else { "[ -]?" };
        if coded && !letters.is_empty() {
            alternatives.push(format!(r"{letters}{blank}\d{{2,5}}"));
        }
    }
    // Without codes nothing looks like one.
    let alternatives =
        if alternatives.is_empty() { "[^\\s\\S]".to_owned() } else { alternatives.join("|") };
    pattern(&format!(r"\b(?:{alternatives})\b"))
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

/// Whether a number is said of a machine, so that the lead's having said it first is no excuse.
fn is_claimed(catalogue: &Catalogue, numeral: &Numeral, part: &str) -> bool {
    let before = part[..numeral.start].trim_end();
    matches!(numeral.unit, Some("mes" | "ano")) && part.contains("garantia") && !part.ends_with('?')
        || CLAIM.is_match(before)
            && (MACHINE.is_match(before) || !catalogue.named_in(before).is_empty())
            && !part.ends_with('?')
}

static MACHINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:maquinas?|elas?|eles?|modelos?|equipamentos?|capacidade)\b"));

static CLAIM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:faz|fazem|produz|produzem|rende|chega|processa|forma|atinge|corta|mistura|tem|ate|entrega|aguenta|suporta|de)\b",
    )
});

/// What the lead makes is its own to say; what a machine makes is not.
fn may_be_the_leads(catalogue: &Catalogue, numeral: &Numeral, part: &str) -> bool {
    static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:^|\b(?:para|pra|seus|suas|esses|com|uns|umas|anotei|entendi|boa|sao|(?:volume|producao|demanda|ritmo|quantidade) (?:\w+ )?de))$",
        )
    });
    let output = matches!(
        numeral.unit,
        Some("hamburguer" | "espeto" | "linguica" | "unidade" | "kg" | "g") | None
    );
    static DISC: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:hamburguer\w*|discos?|xis|smash|moldes?)\b"));
    let before = part[..numeral.start].trim_end();
    // The size of its hamburger is the lead's to say: "se o disco de vocês tem 12 cm".
    let sized = matches!(numeral.unit, Some("cm" | "mm" | "g"))
        && DISC.is_match(part)
        && (part.ends_with('?') || !MACHINE.is_match(part))
        && !part.contains("ate ")
        && (part.ends_with('?') || !before.contains("molde"))
        && catalogue.named_in(part).is_empty();
    if sized {
        return true;
    }
    let claims = CLAIM.is_match(before)
        && (MACHINE.is_match(before) || !catalogue.named_in(before).is_empty());
    output && !claims && (echoes(part) || COUNTED.is_match(before))
}

/// Weights, measures and consumption of machines: the catalogue has none.
fn measures_a_machine(part: &str) -> bool {
    static MEASURE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:pesa|pesam|mede|medem|largura|altura|comprimento|profundidade|consome|consumo)\b",
        )
    });
    MEASURE.is_match(part)
}

/// Claims without a number that the catalogue does not make.
pub(super) fn judge_claims(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    static CLAIM: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bgarantia (?:\w+ )?(?:vitalicia|eterna|estendida|ampliada|total)\b|\b(?:certificad[oa]|homologad[oa]|aprovad[oa]) (?:pel[oa]|por|n[oa]|junto)\b|\binmetro\b|\b(?:\d[\d.]*|mil|milhares|centenas)(?: mil)?(?: de)? (?:clientes|empresas|maquinas vendidas|maquinas instaladas)\b|\b\d+ anos (?:de|no) (?:mercado|experiencia|historia)\b|\b(?:na cor|cores|em) (?:azul|vermelh[oa]|pret[oa]|branc[oa]|amarel[oa]|verde|rosa|colorid\w+)\b|\banvisa\b|\b(?:atende|segue|cumpre|conforme) (?:a |as )?(?:norma|nr)\w*",
        )
    });
    for clause in clauses(&case.plain) {
        if let Some(found) = CLAIM.find(clause)
            && !refuses(clause)
            && !delegates(clause)
        {
            breaches.push(Breach::new("dado que não está no catálogo", found.as_str()));
        }
    }
}

fn number_with_unit(part: &str, numeral: &Numeral) -> String {
    let rest = &part[numeral.end..];
    let unit: Vec<&str> =
        rest.split_whitespace().take(if numeral.per.is_some() { 3 } else { 1 }).collect();
    format!("{} {}", part[numeral.start..numeral.end].trim(), unit.join(" ")).trim().to_owned()
}
