//! Cities and states named in a text, whoever they are said of.

use super::gazetteer::{self, City};
use super::scope::denied_before;
use super::text::{Gap, Text};

/// A city named somewhere in the burst.
#[derive(Clone, Debug)]
pub struct Mention {
    /// First word.
    pub start: usize,
    /// One past the last word of the name.
    pub end: usize,
    /// One past the last word of name and state.
    pub whole: usize,
    cities: Vec<City>,
    /// The state said right after it.
    pub uf: Option<&'static str>,
    /// The name is an everyday word too.
    pub everyday: bool,
}

impl Mention {
    /// City and state, as far as they are certain.
    pub fn settle(
        &self,
        elsewhere: Option<&'static str>,
    ) -> (Option<&'static str>, Option<&'static str>) {
        let fitting = |uf: &str| self.cities.iter().find(|city| city.uf == uf).copied();
        if let Some(uf) = self.uf {
            let city = fitting(uf).or_else(|| {
                let first = self.cities.first()?;
                gazetteer::city_by_start(&super::text::fold(first.name), uf)
            });
            return (city.map(|city| city.name), Some(uf));
        }
        let city = elsewhere.and_then(fitting).or_else(|| gazetteer::without_more(&self.cities));
        match city {
            Some(city) => (Some(city.name), Some(city.uf)),
            None => (self.cities.first().map(|city| city.name), None),
        }
    }

    /// Whether several cities have the name.
    pub fn is_shared(&self) -> bool {
        self.cities.len() > 1
    }

    /// Whether a state has the same name; of two capitals the city is meant.
    pub fn is_state(&self) -> bool {
        let name = self.cities.first().map(|city| super::text::fold(city.name)).unwrap_or_default();
        gazetteer::state_name(&name).is_some()
            && !matches!(name.as_str(), "sao paulo" | "rio de janeiro")
    }

    /// Whether another mention names the same city.
    pub fn same_place(&self, other: &Self) -> bool {
        self.cities.first().map(|city| city.name) == other.cities.first().map(|city| city.name)
    }
}

/// Every stretch of words that names a city.
pub fn mentions(text: &Text) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        if let Some((_, end)) = region_at(text, at) {
            at = end;
            continue;
        }
        match mention(text, at) {
            Some(mention) => {
                at = mention.whole.max(at + 1);
                found.push(mention);
            }
            None => at += 1,
        }
    }
    found
}

/// The state of a region named here, and one past its last word.
pub fn region_at(text: &Text, at: usize) -> Option<(&'static str, usize)> {
    if !starts_place(text, at) {
        return None;
    }
    (at + 2..=at + 5).rev().find_map(|end| Some((gazetteer::region(&name(text, at, end)?)?, end)))
}

fn mention(text: &Text, start: usize) -> Option<Mention> {
    if !starts_place(text, start) {
        return None;
    }
    let mut longest = start + 1;
    while longest < start + gazetteer::longest_name() && text.gap(longest) <= Gap::Hyphen {
        longest += 1;
    }
    (start + 1..=longest).rev().find_map(|end| {
        let name = name(text, start, end)?;
        let short = gazetteer::short_form(&name).or_else(|| federal_region(text, end, &name));
        let cities = match short {
            Some(city) => vec![city],
            None => gazetteer::cities(&name).to_vec(),
        };
        if cities.is_empty() {
            return None;
        }
        // "Vila Mariana, São Paulo": no city of that state has this name, so it is another place.
        let fits = |uf: &str| {
            cities.iter().any(|city| city.uf == uf) || gazetteer::city_by_start(&name, uf).is_some()
        };
        let state = state_after(text, end).filter(|(uf, _)| fits(uf));
        let (uf, whole) = state.map_or((None, end), |(uf, whole)| (Some(uf), whole));
        // "Feliz Natal, no Mato Grosso": the state says that a city is meant.
        let everyday = uf.is_none() && gazetteer::is_everyday_word(&name);
        Some(Mention { start, end, whole, cities, uf, everyday })
    })
}

/// "Taguatinga, DF": a part of Brasília, though a city elsewhere has its name.
fn federal_region(text: &Text, end: usize, name: &str) -> Option<City> {
    let district = text.fold(end) == "df" && text.gap(end) < Gap::Stop;
    district.then(|| gazetteer::short_form(&format!("{name} df"))).flatten()
}

/// Whether a place's name can start here at all: a quick look before the long one.
fn starts_place(text: &Text, at: usize) -> bool {
    text.is_typed(at, "sta sto s gov pres cel") || gazetteer::starts_place(text.fold(at))
}

/// The words as the gazetteer looks them up, with "Sta." and "Sto." written out.
pub fn name(text: &Text, start: usize, end: usize) -> Option<String> {
    let mut name = String::new();
    for at in start..end {
        if text.tokens.get(at)?.special.is_some() {
            return None;
        }
        let fold = text.fold(at);
        let word = match fold {
            "sta" => "santa",
            "sto" => "santo",
            "s" if end - start > 1 && text.fold(at + 1).len() > 1 => "sao",
            "gov" => "governador",
            "pres" => "presidente",
            "cel" => "coronel",
            _ => fold,
        };
        if at > start {
            name.push(' ');
        }
        name.push_str(word);
    }
    Some(name)
}

/// A state that settles the city just named: `/GO`, "no Paraná", "a do Ceará", "ddd 55".
fn state_after(text: &Text, end: usize) -> Option<(&'static str, usize)> {
    if text.gap(end) >= Gap::Stop {
        return None;
    }
    if let Some(uf) = state_code_at(text, end, true) {
        return Some((uf, end + 1));
    }
    let mut at = end;
    while text.is(at, "mas a o no do de da na em la estado aqui")
        && at < end + 4
        && text.gap(at) < Gap::Stop
    {
        at += 1;
    }
    if let Some((uf, end)) = state_name_at(text, at) {
        return Some((uf, end));
    }
    (at > end).then(|| state_code_at(text, at, false)).flatten().map(|uf| (uf, at + 1))
}

/// A state's two letters. Many are words too, so small letters count only beside a city.
pub fn state_code_at(text: &Text, at: usize, beside_city: bool) -> Option<&'static str> {
    let uf = gazetteer::state_code(text.fold(at))?;
    let capitals = text.raw(at).chars().all(char::is_uppercase);
    let loud = capitals && !text.capitals_mean_nothing(at);
    let wordlike = matches!(uf, "SE" | "TO" | "PA" | "AM" | "MA" | "AL" | "AC" | "AP" | "ES");
    let parted = matches!(text.gap(at), Gap::Slash | Gap::Hyphen | Gap::Dash | Gap::Comma);
    let fits = match uf {
        "SE" | "TO" | "PA" | "MA" => loud || (beside_city && parted),
        _ if beside_city => true,
        _ => loud || !wordlike,
    };
    fits.then_some(uf)
}

/// The state whose name starts here, and one past it; "para" needs its accent.
pub fn state_name_at(text: &Text, at: usize) -> Option<(&'static str, usize)> {
    if !starts_place(text, at) {
        return None;
    }
    (at + 1..=at + 4).rev().find_map(|end| {
        if (at + 1..end).any(|i| text.gap(i) > Gap::Hyphen) {
            return None;
        }
        let name = name(text, at, end)?;
        if name == "para" {
            return (text.raw(at).to_lowercase() == "pará").then_some(("PA", end));
        }
        gazetteer::state_name(&name).map(|uf| (uf, end))
    })
}

/// "DDD 55", said as the place.
pub fn area_code_said(text: &Text) -> Option<(&'static str, usize, usize)> {
    (0..text.tokens.len()).find_map(|at| {
        let named = text.word(at) == "ddd" && !denied_before(text, at, 4);
        let code = (at + 1..at + 3).find_map(|i| text.fold(i).parse::<u8>().ok().map(|c| (c, i)));
        let (code, end) = code.filter(|_| named)?;
        let old = (end..end + 6).any(|i| text.is(i, "antigo chip velho"));
        gazetteer::area_code(code).filter(|_| !old).map(|uf| (uf, at, end + 1))
    })
}

/// A state named anywhere, in full or in capitals: it can settle which of two cities is meant.
pub fn state_said(text: &Text) -> Option<&'static str> {
    (0..text.tokens.len()).find_map(|at| {
        state_name_at(text, at)
            .map(|(uf, _)| uf)
            .filter(|_| text.word(at.saturating_sub(1)) != "para")
            .or_else(|| {
                let alone = text.gap(at) >= Gap::Stop && text.gap(at + 1) >= Gap::Stop;
                let loud =
                    text.raw(at).chars().all(char::is_uppercase) && !text.capitals_mean_nothing(at);
                state_code_at(text, at, alone).filter(|_| loud || alone)
            })
    })
}
