//! The machines that a message may name, and how people name them.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::pattern::PatternSet;
use super::text::{Gap, Text, fold, one_of};
use crate::lead::Unit;

/// A machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// Its code, as the lead's record keeps it.
    pub code: String,
    /// Its kind.
    pub category: String,
    /// Other names, without accents.
    pub names: Vec<String>,
    /// Words that single it out in its family, such as "manual".
    pub variants: Vec<String>,
    /// It has no model name: naming its kind is naming it.
    pub nameless: bool,
}

/// All machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// The machines, in the order of the catalogue.
    pub machines: Vec<Machine>,
    /// Kinds of machines.
    pub(super) kinds: Vec<Kind>,
    /// Further descriptions of machines and kinds by their first words, the longest first.
    pub(super) phrases: HashMap<String, Vec<Phrase>>,
}

/// A kind of machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Its key in the lead's record.
    pub category: String,
    /// What its machines' output is counted in.
    pub unit: Option<Unit>,
    /// What its machines make, in plain words.
    pub makes: Vec<String>,
}

/// Words that describe a machine or a kind of machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    pub words: Vec<String>,
    pub category: String,
    /// The machine, when one is meant.
    pub code: Option<String>,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::seleto().clone()
    }
}

static SELETO: LazyLock<Catalogue> = LazyLock::new(|| {
    let lines = include_str!("../../data/machines.txt").lines().filter(|l| !l.starts_with('#'));
    let words = |cell: &str| {
        let cells = cell.split_whitespace().filter(|word| *word != "nameless");
        cells.map(|word| word.replace('_', " ")).collect::<Vec<_>>()
    };
    let machines = lines.filter_map(|line| {
        let mut cells = line.split('|').map(str::trim);
        let (code, category) = (cells.next()?, cells.next()?);
        let (names, variants) = (cells.next().unwrap_or(""), cells.next().unwrap_or(""));
        Some(Machine {
            code: code.to_owned(),
            category: category.to_owned(),
            names: words(names),
            variants: words(variants),
            nameless: names.contains("nameless"),
        })
    });
    let kinds = FAMILY_UNITS.iter().map(|(category, unit)| Kind {
        category: (*category).to_owned(),
        unit: Some(*unit),
        makes: Vec::new(),
    });
    Catalogue { machines: machines.collect(), kinds: kinds.collect(), phrases: HashMap::new() }
});

/// Patterns of words for kinds of machines.
static FAMILIES: LazyLock<PatternSet<&'static str>> = LazyLock::new(|| {
    PatternSet::new(include_str!("../../data/families.txt"), |name| {
        FAMILY_UNITS.iter().map(|(kind, _)| *kind).find(|kind| *kind == name)
    })
});

/// The kinds of machines that have patterns of their own, and what their output is counted in.
const FAMILY_UNITS: [(&str, Unit); 7] = [
    ("formadora", Unit::Hamburguer),
    ("linha_hamburguer", Unit::Hamburguer),
    ("ensacadeira", Unit::Kg),
    ("misturador", Unit::Kg),
    ("linha_espeto", Unit::Espeto),
    ("cortadora", Unit::Kg),
    ("filetadora", Unit::Kg),
];

/// A machine, or a kind of machine, named in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// Code of the machine, when one is meant.
    pub code: Option<String>,
    /// Its kind.
    pub category: String,
    /// First word.
    pub start: usize,
    /// One past the last word.
    pub end: usize,
}

impl Catalogue {
    /// The machines of Seleto.
    pub fn seleto() -> &'static Self {
        &SELETO
    }

    /// The kind of a machine.
    pub fn category(&self, code: &str) -> Option<&str> {
        self.machines.iter().find(|m| m.code == code).map(|m| m.category.as_str())
    }

    /// What the output of a kind of machine is counted in.
    pub(super) fn unit(&self, category: &str) -> Option<Unit> {
        self.kinds.iter().find(|kind| kind.category == category)?.unit
    }

    /// The kind of machine that makes a food.
    pub(super) fn making(&self, word: &str, fold: &str) -> Option<&str> {
        let family = match word {
            "hamburguer" | "smash" => "formadora",
            "linguica" => "ensacadeira",
            "espeto" => "linha_espeto",
            "bife" | "bifes" => "filetadora",
            "cubos" | "cubinhos" | "iscas" => "cortadora",
            _ => "",
        };
        let has_patterns = |kind: &Kind| FAMILY_UNITS.iter().any(|(it, _)| *it == kind.category);
        let makes = |kind: &&Kind| {
            kind.category == family
                || !has_patterns(kind) && kind.makes.iter().any(|it| it == word || it == fold)
        };
        self.kinds.iter().find(makes).map(|kind| kind.category.as_str())
    }

    /// Every machine and kind of machine named in a text, in order; of two that overlap, the model.
    pub(super) fn named(&self, text: &Text, machines_spoken_of: bool) -> Vec<Named> {
        let mut found = self.models(text, machines_spoken_of);
        let models = found.clone();
        let free = |start: usize, end: usize, found: &[Named]| {
            found.iter().all(|named| end <= named.start || start >= named.end)
        };
        let made = |kind: &str| self.kinds.iter().any(|it| it.category == kind);
        for kind in FAMILIES.find(text).into_iter().filter(|found| made(found.label)) {
            if let Some(variant) = self.variant(text, kind.label, kind.start, kind.end) {
                if free(variant.start, variant.end, &found) {
                    found.push(variant);
                }
            } else if free(kind.start, kind.end, &found) {
                found.push(self.kind(kind.label, kind.start, kind.end));
            } else if let Some(wider) = found
                .iter_mut()
                .find(|n| n.start == kind.start && n.code.is_none() && n.end < kind.end)
            {
                *wider = self.kind(kind.label, kind.start, kind.end);
            }
        }
        for at in 0..text.tokens.len() {
            if let Some(variant) = self
                .bare_variant(text, at, machines_spoken_of)
                .filter(|v| free(v.start, v.end, &models))
            {
                found.retain(|n| {
                    n.end <= variant.start || n.start >= variant.end || n.code.is_some()
                });
                if free(variant.start, variant.end, &found) {
                    found.push(variant);
                }
            }
        }
        for described in self.described(text) {
            if free(described.start, described.end, &found) {
                found.push(described);
            }
        }
        found.sort_by_key(|named| named.start);
        found
    }

    /// Machines and kinds named by one of the playbook's descriptions.
    fn described(&self, text: &Text) -> Vec<Named> {
        let stands = |phrase: &Phrase, at: usize| {
            let mut words = phrase.words.iter().enumerate();
            words.all(|(index, word)| {
                text.fold(at + index) == word && (index == 0 || text.gap(at + index) <= Gap::Hyphen)
            })
        };
        let named = |at: usize| {
            let phrase = self.phrases.get(text.fold(at))?.iter().find(|it| stands(it, at))?;
            let end = at + phrase.words.len();
            Some(match &phrase.code {
                Some(code) => Named {
                    code: Some(code.clone()),
                    category: phrase.category.clone(),
                    start: at,
                    end,
                },
                None => self.kind(&phrase.category, at, end),
            })
        };
        (0..text.tokens.len()).filter_map(named).collect()
    }

    fn kind(&self, category: &str, start: usize, end: usize) -> Named {
        let nameless = self.machines.iter().find(|m| m.category == category && m.nameless);
        Named { code: nameless.map(|m| m.code.clone()), category: category.to_owned(), start, end }
    }

    /// "fb 300", "FBM-100", "smart pro", "a trezentos".
    fn models(&self, text: &Text, machines_spoken_of: bool) -> Vec<Named> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.tokens.len() {
            // "a de três mil por hora", "até 300": function words are no letters of a code.
            let letters = text.tokens[at].special.is_none() && !text.is_typed(at, NO_LETTERS);
            let longest = if letters { at + 5 } else { at };
            let named = (at + 1..=longest)
                .rev()
                .filter(|end| *end <= text.tokens.len())
                .find_map(|end| self.model(text, at, end))
                .or_else(|| {
                    if machines_spoken_of {
                        self.number(text, at)
                    } else {
                        self.bare_number(text, at)
                    }
                });
            match named {
                Some(named) => {
                    at = named.end;
                    found.push(self.with_line(text, named));
                }
                None => at += 1,
            }
        }
        found
    }

    fn model(&self, text: &Text, start: usize, end: usize) -> Option<Named> {
        if (start + 1..end).any(|at| text.gap(at) > super::text::Gap::Dash) {
            return None;
        }
        let spelt = spelt(text, start, end)?;
        let digits = spelt.bytes().any(|byte| byte.is_ascii_digit());
        if !digits && spelt.len() < 5 {
            return None;
        }
        let machine = self.machines.iter().find(|m| is_model(m, &spelt)).or_else(|| {
            let mut near = self.machines.iter().filter(|m| nearly_model(m, &spelt));
            near.next().filter(|_| near.next().is_none())
        })?;
        Some(Named {
            code: Some(machine.code.clone()),
            category: machine.category.clone(),
            start,
            end,
        })
    }

    /// "FB700 com a linha": the line built on a former.
    fn with_line(&self, text: &Text, mut named: Named) -> Named {
        let linked = |at: usize| text.is(at, "com mais e a na linha junto");
        let line = (named.end..named.end + 4).find(|at| text.word(*at) == "linha");
        let joined = line.is_some_and(|line| line > named.end && (named.end..line).all(linked));
        let code = named.code.as_ref().map(|code| format!("{code}+Linha"));
        if let Some(machine) =
            self.machines.iter().find(|m| joined && Some(&m.code) == code.as_ref())
        {
            named.code = Some(machine.code.clone());
            named.category.clone_from(&machine.category);
            named.end = line.map_or(named.end, |line| line + 1);
        }
        named
    }

    /// "a 3000 é 220?", "o preço da 700": a number that can only be a machine, though none is spoken of.
    fn bare_number(&self, text: &Text, at: usize) -> Option<Named> {
        let counted = at > 0
            && (super::numbers::is_number(text, at - 1)
                || text
                    .is(at - 1, "chega chegar chego chegou chegamos subir passar passou ate vai"));
        let named = self.number(text, at).filter(|_| !counted)?;
        let goes_on = text.is(
            named.end,
            "e tem faz serve custa esta fica sai maior menor trabalha vem roda funciona ou precisa usa",
        );
        let either = at > 0 && text.word(at - 1) == "ou";
        let closes = (either || text.is(at, "da na")) && text.gap(named.end) >= Gap::Stop;
        (goes_on || closes).then_some(named)
    }

    /// "a trezentos", "da 700": a number with an article, where machines are spoken of.
    fn number(&self, text: &Text, at: usize) -> Option<Named> {
        if !text.is(at, "a da na pela essa uma minha") {
            return None;
        }
        let number = super::numbers::read(text, at + 1)?;
        let counts = text.is(
            number.end,
            "hamburguer por kg unidades reais pecas g gramas a cm mm dia espeto mil \
pessoas clientes de",
        ) || text.gap(number.end) == super::text::Gap::Slash;
        if counts || text.gap(at + 1) > super::text::Gap::Space {
            return None;
        }
        let digits = format!("{}", number.value);
        let mut fitting = self.machines.iter().filter(|m| {
            fold(&m.code).trim_start_matches(|c: char| c.is_alphabetic()) == digits
                && m.category == "formadora"
        });
        let machine = fitting.next().filter(|_| fitting.next().is_none())?;
        Some(Named {
            code: Some(machine.code.clone()),
            category: machine.category.clone(),
            start: at + 1,
            end: number.end,
        })
    }

    /// "formadora manual", "máquina semi automática de hambúrguer".
    fn variant(&self, text: &Text, category: &str, start: usize, end: usize) -> Option<Named> {
        let last = text.sentence(start).end.min(end + 3);
        (start..last).find_map(|at| {
            let (machine, stop) = self.variant_at(text, at, category)?;
            Some(Named {
                code: Some(machine.code.clone()),
                category: category.to_owned(),
                start,
                end: stop.max(end),
            })
        })
    }

    fn variant_at(&self, text: &Text, at: usize, category: &str) -> Option<(&Machine, usize)> {
        self.machines.iter().filter(|m| m.category == category).find_map(|machine| {
            let stop = machine.variants.iter().filter_map(|v| phrase(text, at, v)).max()?;
            Some((machine, stop))
        })
    }

    /// "a manual", "uma semiautomática": the family goes without saying.
    fn bare_variant(&self, text: &Text, at: usize, spoken_of: bool) -> Option<Named> {
        let sentence = text.sentence(at);
        let before = if at > sentence.start { text.word(at - 1) } else { "" };
        let category = self.machines.iter().find(|m| !m.variants.is_empty())?.category.clone();
        let (machine, end) = self.variant_at(text, at, &category)?;
        let article = one_of(before, "a da na pela uma essa de_uma modelo versao tipo sera");
        let long = text.word(at).starts_with("semiautomatic") || end > at + 1;
        // "o manual da máquina" is a booklet.
        let booklet = text.is(end, "da do tecnico de") && text.word(end + 1) != "hamburguer";
        let opens = (spoken_of && at == sentence.start) || text.tokens.len() <= 2;
        let fits = (article || long || opens) && !booklet;
        fits.then(|| Named { code: Some(machine.code.clone()), category, start: at, end })
    }
}

/// The end of a phrase that starts at a word.
fn phrase(text: &Text, at: usize, phrase: &str) -> Option<usize> {
    let mut end = at;
    for word in phrase.split(' ') {
        if text.fold(end) != word || (end > at && text.gap(end) > super::text::Gap::Hyphen) {
            return None;
        }
        end += 1;
    }
    Some(end)
}

/// Words that stand before numbers, and are no letters of a code.
const NO_LETTERS: &str =
    "a e o as os de da do em no na ou um uma com por que ate para uns umas das dos";

/// Words run together, with spelt letters and spoken numbers resolved: "efe bê trezentos" is `fb300`.
fn spelt(text: &Text, start: usize, end: usize) -> Option<String> {
    let mut spelt = String::new();
    let mut at = start;
    while at < end {
        let fold = text.fold(at);
        let letters = spelt.chars().all(char::is_alphabetic);
        match super::numbers::read(text, at)
            .filter(|n| at > start && letters && !n.digits && n.end <= end)
        {
            Some(number) => {
                spelt.push_str(&format!("{}", number.value));
                at = number.end;
            }
            None => {
                spelt.push_str(match fold {
                    "efe" => "f",
                    "be" => "b",
                    "eme" => "m",
                    "ce" if end - start > 1 => "c",
                    "te" => "t",
                    "esse" if end - start > 1 => "s",
                    "pe" => "p",
                    "cem" if !spelt.is_empty() => "100",
                    _ => fold,
                });
                at += 1;
            }
        }
    }
    (spelt.len() <= 24).then(|| spelt.replace('.', ""))
}

fn is_model(machine: &Machine, spelt: &str) -> bool {
    let same = |name: &str| squeezed(name).eq(spelt.bytes());
    !machine.nameless && (same(&machine.code) || machine.names.iter().any(|name| same(name)))
}

/// A name in lower case without blanks and signs; codes have no accents.
fn squeezed(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

/// One slip in the letters, with the digits right; or one in a long name.
fn nearly_model(machine: &Machine, spelt: &str) -> bool {
    if let Some(at) = spelt.find(|c: char| c.is_ascii_digit()) {
        let (typed, number) = spelt.split_at(at);
        let code: Vec<u8> = squeezed(&machine.code).collect();
        let half = code.iter().position(u8::is_ascii_digit).unwrap_or(code.len());
        let (letters, digits) = code.split_at(half);
        return digits == number.as_bytes()
            && !letters.is_empty()
            && (2..=4).contains(&typed.len())
            && std::str::from_utf8(letters).is_ok_and(|l| strsim::osa_distance(l, typed) <= 1);
    }
    spelt.len() >= 7
        && machine.names.iter().filter(|name| name.len() >= 8 && !name.contains(' ')).any(|name| {
            let slips = if spelt.len() >= 8 { 2 } else { 1 };
            name.len().abs_diff(spelt.len()) <= slips && strsim::osa_distance(name, spelt) <= slips
        })
}
