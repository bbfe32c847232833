//! Where the lead is: cities, states and area codes, told apart from all that only looks like them.

use super::gazetteer::{self, City};
use super::reading::Reading;
use super::scope::{corrected_between, denied_before, taken_back};
use super::text::{Gap, Text, one_of};
use super::{lexicon, segment};
use crate::lead::{Fact, Field, Value};

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
    uf: Option<&'static str>,
    /// The name is an everyday word too.
    pub everyday: bool,
}

impl Mention {
    /// City and state, as far as they are certain.
    fn settle(
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

    /// Whether a state has the same name; of two capitals the city is meant.
    fn is_state(&self) -> bool {
        let name = self.cities.first().map(|city| super::text::fold(city.name)).unwrap_or_default();
        gazetteer::state_name(&name).is_some()
            && !matches!(name.as_str(), "sao paulo" | "rio de janeiro")
    }

    fn same_place(&self, other: &Self) -> bool {
        self.cities.first().map(|city| city.name) == other.cities.first().map(|city| city.name)
    }
}

/// How sure a frame makes a place; the greatest wins.
const NOWHERE: u8 = 0;
const WEAK: u8 = 1;
const ITEM: u8 = 2;
const ORIGIN: u8 = 3;
const HERE: u8 = 4;
const WORKS: u8 = 5;

/// Reads city and state.
pub fn read(reading: &Reading<'_>) -> Vec<Fact> {
    let text = reading.text;
    let asked = reading.question.asks(Field::City);
    let mentions = &reading.cities;
    let rejected: Vec<bool> = mentions
        .iter()
        .map(|m| denied_before(text, m.start, 4) || taken_back(text, m.whole))
        .collect();
    let mut best: Option<(u8, &Mention)> = None;
    for (index, mention) in mentions.iter().enumerate() {
        let taken = mentions.iter().zip(&rejected).any(|(m, r)| *r && m.same_place(mention));
        let strength = strength(reading, mention, asked);
        if taken || rejected[index] || strength == NOWHERE {
            continue;
        }
        let wins = best.as_ref().is_none_or(|(strongest, earlier)| {
            strength > *strongest || corrected_between(text, earlier.end, mention.start)
        });
        if wins {
            best = Some((strength, mention));
        }
    }
    // "Londrina ou Maringá": undecided.
    let undecided = best.as_ref().is_some_and(|(_, chosen)| {
        mentions.iter().any(|m| {
            let between = if m.start > chosen.start { m.start } else { chosen.start };
            let joined = text.word(between.wrapping_sub(1)) == "ou"
                || (text.raw(between.wrapping_sub(1)) == "e"
                    && (m.whole == between.wrapping_sub(1)
                        || chosen.whole == between.wrapping_sub(1)));
            !m.same_place(chosen) && joined
        })
    });
    if undecided {
        return Vec::new();
    }
    let elsewhere = area_code_said(text).map(|(uf, ..)| uf).or_else(|| state_said(text));
    if let Some((strength, mention)) = best {
        let (city, uf) = mention.settle(elsewhere);
        let region = strength == WEAK && in_region(text, mention.start);
        let city = city.filter(|_| !region).map(|city| Value::City(city.to_owned()));
        let values = city.into_iter().chain(uf.map(|uf| Value::Uf(uf.to_owned())));
        return values.map(|v| reading.fact(v, mention.start, mention.whole)).collect();
    }
    let typo = asked.then(|| misspelt(text)).flatten().filter(|typo| !reading.is_taken(typo.1));
    if let Some((city, start, end)) = typo {
        let values = [Value::City(city.name.to_owned()), Value::Uf(city.uf.to_owned())];
        return values.into_iter().map(|v| reading.fact(v, start, end)).collect();
    }
    let state = state_alone(reading, asked);
    state
        .map(|(uf, start, end)| reading.fact(Value::Uf(uf.to_owned()), start, end))
        .into_iter()
        .collect()
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
fn region_at(text: &Text, at: usize) -> Option<(&'static str, usize)> {
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
        let short = gazetteer::short_form(&name);
        let cities = match short {
            Some(city) => vec![city],
            None => gazetteer::cities(&name).to_vec(),
        };
        if cities.is_empty() {
            return None;
        }
        let everyday = gazetteer::is_everyday_word(&name);
        let (uf, whole) = match state_after(text, end) {
            Some((uf, whole)) => (Some(uf), whole),
            None => (None, end),
        };
        Some(Mention { start, end, whole, cities, uf, everyday })
    })
}

/// Whether a place's name can start here at all: a quick look before the long one.
fn starts_place(text: &Text, at: usize) -> bool {
    text.is_typed(at, "sta sto s gov pres cel") || gazetteer::starts_place(text.fold(at))
}

/// The words as the gazetteer looks them up, with "Sta." and "Sto." written out.
fn name(text: &Text, start: usize, end: usize) -> Option<String> {
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
fn state_code_at(text: &Text, at: usize, beside_city: bool) -> Option<&'static str> {
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

fn state_name_at(text: &Text, at: usize) -> Option<(&'static str, usize)> {
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

fn strength(reading: &Reading<'_>, m: &Mention, asked: bool) -> u8 {
    let text = reading.text;
    let start = text.sentence(m.start).start;
    let back = |n: usize| if m.start >= start + n { text.word(m.start - n) } else { "" };
    if text.is(m.whole, "fechou fechamos fechada") {
        return NOWHERE;
    }
    let here = back(2) == "aqui" || back(1) == "aqui" || back(3) == "aqui";
    if (reading.scope.third(m.start) && !here)
        || reading.scope.past(m.start)
        || reading.is_taken(m.start)
    {
        return NOWHERE;
    }
    // "no Espírito Santo", "do Paraná": the state, though a city has its name too.
    if one_of(back(1), "no na do da o") && m.is_state() {
        return NOWHERE;
    }
    let item = text.gap(m.start) >= Gap::Comma && text.gap(m.whole) >= Gap::Comma;
    let alone = item && text.gap(m.start) >= Gap::Stop && text.gap(m.whole) >= Gap::Stop;
    let person = m.end == m.start + 1 && lexicon::is_first_name(text.fold(m.start));
    let frame = match back(1) {
        "em" | "no" | "na" => located(text, m, start, back(1) != "em"),
        "de" | "do" | "da" => said_from(text, m, start, asked),
        "e" if asked || corrected_between(text, start, m.start) => ORIGIN,
        "e" if one_of(back(2), "cidade municipio") => ORIGIN,
        "para" if text.raw(m.start.wrapping_sub(2)) == "é" && !text.sentence(m.start).question => {
            ORIGIN
        }
        "so" | "apenas" if back(2) == "e" => ORIGIN,
        "cidade" | "municipio" => ORIGIN,
        "aqui" if !person => ORIGIN,
        _ => NOWHERE,
    };
    let ambiguous = m.everyday || person;
    if frame > WEAK || (frame == WEAK && !m.everyday) {
        return frame;
    }
    if item
        && (m.uf.is_some()
            || (asked && (alone || !person || reading.question.asks_only(Field::City))))
    {
        return HERE;
    }
    if item && !ambiguous && !alone_word(text, m) {
        return ITEM;
    }
    if asked && !ambiguous && !one_of(back(1), "para de do da") && frame == NOWHERE {
        return ITEM;
    }
    if m.uf.is_some() && text.gap(m.end) == Gap::Slash && !matches!(back(1), "para") {
        return ITEM;
    }
    let aqui_after = text.word(m.whole) == "aqui" && text.gap(m.start) >= Gap::Comma;
    if aqui_after && !ambiguous { ORIGIN } else { NOWHERE }
}

/// A very short word as an item of a list may be anything; alone in its message it is a city.
fn alone_word(text: &Text, m: &Mention) -> bool {
    let whole_line = text.gap(m.start) == Gap::Line && text.gap(m.whole) == Gap::Line;
    m.end == m.start + 1
        && text.fold(m.start).len() < 4
        && !(whole_line && text.fold(m.start).len() == 3)
}

/// "fica em", "aqui em", "moro em", or only "em".
fn located(text: &Text, m: &Mention, start: usize, article: bool) -> u8 {
    let from = m.start.saturating_sub(9).max(start);
    let before = |word: &[&str]| (from..m.start).any(|at| word.contains(&text.word(at)));
    let verb = m.start.checked_sub(2).filter(|at| *at >= start).map_or("", |at| text.word(at));
    let rio_grande = article && super::text::fold(text.quote(m.start, m.end)) == "rio grande";
    if rio_grande {
        return NOWHERE;
    }
    let mut near = m.start.saturating_sub(6).max(start)..m.start;
    let stays = one_of(
        verb,
        "fica ficam ficamos fico localizado localizada localizados situada \
situado sede instalar instalada rodar instalado",
    );
    let planned = verb == "ser" && text.word(m.start.wrapping_sub(3)) == "vai";
    if stays
        || planned
        || (one_of(verb, "e esta estao ser sera seria")
            && near.any(|at| segment::is_site(text, at)))
    {
        return WORKS;
    }
    // Served, visited, seen: not where the lead is.
    let clause = (from..m.start).rev().find(|at| text.gap(*at) >= Gap::Comma).unwrap_or(from);
    let elsewhere = (clause..m.start).any(|at| {
        text.is(
            at,
            "atendo atendemos registro passei viajei fui estive comi vi conheci visitei ferias",
        )
    });
    if elsewhere || verb.starts_with("atend") || verb.starts_with("entreg") {
        return NOWHERE;
    }
    if one_of(
        verb,
        "moro moramos estou estamos aqui resido trabalho trabalhamos atuo \
atuamos produzo produzimos",
    ) || text.is(m.start.saturating_sub(3), "estou moro estamos fica") && m.start >= start + 3
    {
        return HERE;
    }
    if article && !before(&["aqui", "fica"]) {
        return NOWHERE;
    }
    // "tem loja em São Paulo?" asks where the company is.
    if text.sentence(m.start).question
        && text.is(start, "tem voces voce teria existe")
        && !before(&["aqui"])
    {
        return NOWHERE;
    }
    if (m.start.saturating_sub(7).max(start)..m.start).any(|at| segment::is_site(text, at)) {
        return HERE;
    }
    let clause_end = (m.whole..text.sentence(m.start).end).find(|at| text.gap(*at) >= Gap::Comma);
    let asks = text.sentence(m.start).question && clause_end.is_none();
    if asks || before(&["voces", "voce", "cliente", "clientes", "feira", "evento", "representante"])
    {
        NOWHERE
    } else {
        WEAK
    }
}

/// "sou de", "falo de", "do açougue Corte Fino de".
fn said_from(text: &Text, m: &Mention, start: usize, asked: bool) -> u8 {
    let back = |n: usize| if m.start >= start + n { text.word(m.start - n) } else { "" };
    if back(1) != "de" && super::text::fold(text.quote(m.start, m.end)) == "rio grande" {
        return NOWHERE;
    }
    if one_of(
        back(2),
        "regiao metropolitana proximo perto arredores redondeza interior estado litoral norte \
sul leste oeste",
    ) {
        return if in_region(text, m.start) { WEAK } else { NOWHERE };
    }
    if one_of(back(2), "sou somos falo falamos aqui e escrevo cidade municipio falando")
        || (back(2) == "mesmo" && one_of(back(3), "sou somos"))
    {
        return ORIGIN;
    }
    if one_of(back(2), "natural nascido nascida voltando veio") {
        return NOWHERE;
    }
    let opens = back(2).is_empty() || text.gap(m.start - 1) >= Gap::Comma;
    if opens && (asked || back(2).is_empty() && text.gap(m.whole) >= Gap::Stop) {
        return ORIGIN;
    }
    let presented = (m.start.saturating_sub(9).max(start)..m.start).any(|at| {
        segment::kind_at(text, at).is_some()
            || text.is(at, "loja empresa sou somos aqui chamo")
            || (matches!(text.word(at), "la") && text.word(at + 1) == "de")
    });
    let event = one_of(back(2), "feira evento festa expo congresso festival");
    if presented && !m.everyday && !event { ORIGIN } else { NOWHERE }
}

fn in_region(text: &Text, start: usize) -> bool {
    start >= 2 && text.is(start - 2, "regiao metropolitana")
}

/// "DDD 55", said as the place.
fn area_code_said(text: &Text) -> Option<(&'static str, usize, usize)> {
    (0..text.tokens.len()).find_map(|at| {
        let named = text.word(at) == "ddd" && !denied_before(text, at, 4);
        let code = (at + 1..at + 3).find_map(|i| text.fold(i).parse::<u8>().ok().map(|c| (c, i)));
        let (code, end) = code.filter(|_| named)?;
        let old = (end..end + 6).any(|i| text.is(i, "antigo chip velho"));
        gazetteer::area_code(code).filter(|_| !old).map(|uf| (uf, at, end + 1))
    })
}

/// A state named anywhere, in full or in capitals: it can settle which of two cities is meant.
fn state_said(text: &Text) -> Option<&'static str> {
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

/// A state without a city: "aqui é ES", "interior de SP", "triângulo mineiro", "43".
fn state_alone(reading: &Reading<'_>, asked: bool) -> Option<(&'static str, usize, usize)> {
    let text = reading.text;
    let bare = |at: usize| text.gap(at) >= Gap::Stop && text.gap(at + 1) >= Gap::Comma;
    for at in 0..text.tokens.len() {
        if denied_before(text, at, 4)
            || reading.scope.third(at)
            || reading.scope.past(at)
            || reading.is_taken(at)
        {
            continue;
        }
        let region = region_at(text, at).map(|(uf, end)| (uf, at, end));
        if region.is_some() {
            return region;
        }
        let named = state_name_at(text, at)
            .or_else(|| state_code_at(text, at, asked || placed(text, at)).map(|uf| (uf, at + 1)));
        if let Some((uf, end)) = named {
            let alone = text.gap(at) >= Gap::Stop && text.gap(end) >= Gap::Comma;
            if placed(text, at) || (asked && (alone || text.gap(at) >= Gap::Comma)) {
                return Some((uf, at, end));
            }
        }
        let code = text
            .fold(at)
            .parse::<u8>()
            .ok()
            .filter(|_| asked && (bare(at) || text.word(at.saturating_sub(1)) == "e"));
        if let Some(uf) = code.and_then(gazetteer::area_code) {
            return Some((uf, at, at + 1));
        }
    }
    area_code_said(text)
}

/// Whether the words before say that the next one is where the lead is.
fn placed(text: &Text, at: usize) -> bool {
    let start = text.sentence(at).start;
    let back = |n: usize| if at >= start + n { text.word(at - n) } else { "" };
    let preposition = one_of(back(1), "de do da em no na");
    let n = if preposition { 2 } else { 1 };
    let verb = back(n);
    if preposition {
        return one_of(
            verb,
            "sou somos moro moramos estou estamos aqui interior falo falamos fica \
ficamos estado litoral sul norte oeste leste sudoeste noroeste \
nordeste sudeste capital empresa e",
        ) && (verb != "e" || one_of(back(n + 1), "aqui gente empresa loja fabrica"));
    }
    (verb == "e" && back(2) == "aqui")
        || verb == "aqui"
        || (verb == "interior")
        || verb == "estado"
        || (verb == "cidade")
}

/// A city with one slip of the finger, when the whole answer is its name.
fn misspelt(text: &Text) -> Option<(City, usize, usize)> {
    let sentence = text.sentences.first()?;
    let skip = (sentence.start..sentence.end)
        .take_while(|at| text.is(*at, "sou de em aqui moro falo da cidade"))
        .count();
    let start = sentence.start + skip;
    let end = (start..sentence.end)
        .find(|at| *at > start && text.gap(*at) >= Gap::Slash)
        .unwrap_or(sentence.end);
    if end <= start || end - start > 4 {
        return None;
    }
    let name = name(text, start, end)?;
    gazetteer::only_start(&name).or_else(|| gazetteer::nearly(&name)).map(|city| (city, start, end))
}
