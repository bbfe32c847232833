//! The machines to listen for, taken from a playbook.

use std::collections::HashMap;

use crate::lead::Unit;
use crate::plain_text::{plain, words};
use crate::playbook::{self, Made, Product};

use super::catalogue::{Catalogue, Kind, Machine, Phrase};

impl Catalogue {
    /// The machines of a playbook, by its codes, aliases and categories.
    pub fn of(playbook: &playbook::Catalogue) -> Self {
        let machines = playbook.products.iter().map(|product| machine(playbook, product));
        let kinds = playbook.categories.iter().map(|category| {
            let mut members = playbook.products.iter().filter(|it| it.category == category.id);
            Kind {
                category: category.id.clone(),
                unit: members.find_map(unit),
                makes: category.makes.iter().map(|word| plain(word)).collect(),
            }
        });
        let of_kinds = playbook.categories.iter().flat_map(|category| {
            let phrase = |alias: &String| phrase(alias, &category.id, None);
            category.aliases.iter().map(phrase).collect::<Vec<_>>()
        });
        let of_machines = playbook.products.iter().flat_map(|product| {
            let described = product.aliases.iter().filter(|alias| !has_digit(alias));
            let phrase = |alias: &String| phrase(alias, &product.category, Some(&product.code));
            described.map(phrase).collect::<Vec<_>>()
        });
        let mut phrases: Vec<Phrase> = of_machines.chain(of_kinds).collect();
        // Of phrases that begin alike the longest counts.
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.words.len()));
        let mut by_first: HashMap<String, Vec<Phrase>> = HashMap::new();
        for phrase in phrases {
            if let Some(first) = phrase.words.first() {
                by_first.entry(first.clone()).or_default().push(phrase);
            }
        }
        Self { machines: machines.collect(), kinds: kinds.collect(), phrases: by_first }
    }
}

fn machine(playbook: &playbook::Catalogue, product: &Product) -> Machine {
    let known = Catalogue::seleto().machines.iter().find(|it| it.code == product.code);
    let mut machine = known.cloned().unwrap_or_default();
    machine.code.clone_from(&product.code);
    machine.category.clone_from(&product.category);
    let only = playbook.only_one_of(&product.category).is_some();
    machine.nameless |= only && !has_digit(&product.code);
    let models = product.aliases.iter().chain([&product.name]).filter(|alias| has_digit(alias));
    machine.names.extend(models.map(|alias| plain(alias)));
    machine
}

fn phrase(alias: &str, category: &str, code: Option<&str>) -> Phrase {
    Phrase {
        words: words(&plain(alias)).map(str::to_owned).collect(),
        category: category.to_owned(),
        code: code.map(str::to_owned),
    }
}

fn unit(product: &Product) -> Option<Unit> {
    let made = product.capacity.first().map(|capacity| capacity.unit);
    Some(match made.or(product.sizes.first().map(|size| size.unit))? {
        Made::Hamburguer => Unit::Hamburguer,
        Made::Espeto => Unit::Espeto,
        Made::Kg => Unit::Kg,
    })
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use crate::conversation::{Author, Line, Memory, Turn};
    use crate::lead::{Lead, Value};
    use crate::playbook::Playbook;
    use crate::understand::read;

    #[test]
    fn a_machine_is_heard_by_the_names_its_playbook_gives_it() {
        let mut files = Playbook::seleto_files();
        for (_, text) in &mut files {
            *text = text.replace("\"fs 150\", \"fs-150\"", "\"fs 150\", \"navalha turbo\"");
        }
        let told = |playbook: &Playbook| {
            let understood = read(&Turn {
                playbook,
                lead: &Lead::default(),
                sender_name: None,
                history: &[],
                burst: &[Line::text(Author::Lead, "quero uma navalha turbo")],
                memory: &Memory::default(),
                now: jiff::civil::datetime(2026, 11, 23, 10, 0, 0, 0),
            });
            understood.facts.into_iter().map(|fact| fact.value).collect::<Vec<_>>()
        };
        let other = Playbook::parse(&files).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert_eq!(told(&other), [Value::Product("FS150".into())]);
        assert_eq!(told(&Playbook::seleto()), []);
    }
}
