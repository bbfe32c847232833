//! Where the lead is: cities, states and area codes, told apart from all that only looks like them.

use super::gazetteer::{self, City};
use super::mention::{
    Mention, area_code_said, name, region_at, state_code_at, state_name_at, state_said,
};
use super::reading::Reading;
use super::scope::{corrected_between, denied_before, taken_back};
use super::text::{Gap, Text, fold, one_of};
use super::{lexicon, segment};
use crate::lead::{Fact, Field, Value};

/// How sure the words around a city make it the lead's; the greatest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// It is not the lead's.
    No,
    /// Only "em" stands before it.
    Weak,
    /// An item of a list, a signature, an answer.
    Item,
    /// "sou de".
    Origin,
    /// "moro em", "aqui em", "açougue em".
    Here,
    /// "a fábrica fica em".
    Works,
}

/// Reads city and state.
pub fn read(reading: &Reading<'_>) -> Vec<Fact> {
    let text = reading.text;
    let asked = reading.question.asks(Field::City);
    let best = best(reading, asked);
    if best.is_some_and(|(_, chosen)| undecided(reading, chosen)) {
        return Vec::new();
    }
    let facts = |city: Option<&str>, uf: Option<&str>, start, end| -> Vec<Fact> {
        let city = city.map(|city| Value::City(city.to_owned()));
        let uf = uf.map(|uf| Value::Uf(uf.to_owned()));
        city.into_iter().chain(uf).map(|value| reading.fact(value, start, end)).collect()
    };
    if let Some((strength, mention)) = best {
        let elsewhere = area_code_said(text).map(|(uf, ..)| uf).or_else(|| state_said(text));
        let (city, uf) = mention.settle(elsewhere);
        let region = strength == Strength::Weak && in_region(text, mention.start);
        return facts(city.filter(|_| !region), uf, mention.start, mention.whole);
    }
    let typo = asked.then(|| misspelt(text)).flatten().filter(|typo| !reading.is_taken(typo.1));
    if let Some((city, start, end)) = typo {
        return facts(Some(city.name), Some(city.uf), start, end);
    }
    state_alone(reading, asked)
        .map(|(uf, start, end)| facts(None, Some(uf), start, end))
        .unwrap_or_default()
}

/// The surest city; a correction beats what stands before it, a denied city is out wherever it stands.
fn best<'a>(reading: &'a Reading<'_>, asked: bool) -> Option<(Strength, &'a Mention)> {
    let text = reading.text;
    let rejected = |m: &Mention| denied_before(text, m.start, 4) || taken_back(text, m.whole);
    let denied: Vec<&Mention> = reading.cities.iter().filter(|m| rejected(m)).collect();
    let mut best: Option<(Strength, &Mention)> = None;
    for mention in &reading.cities {
        let strength = strength(reading, mention, asked);
        if strength == Strength::No || denied.iter().any(|m| m.same_place(mention)) {
            continue;
        }
        let (strength, mention) = match city_of_quarter(reading, mention) {
            Some(city) => (strength.max(Strength::Here), city),
            None => (strength, mention),
        };
        let wins = best.is_none_or(|(strongest, earlier)| {
            strength > strongest || corrected_between(text, earlier.end, mention.start)
        });
        if wins {
            best = Some((strength, mention));
        }
    }
    best
}

/// "em Santana, São Paulo": a name that fits many places, and the city right after it.
fn city_of_quarter<'a>(reading: &'a Reading<'_>, quarter: &Mention) -> Option<&'a Mention> {
    let vague = quarter.uf.is_none() && (quarter.everyday || quarter.is_shared());
    let after = reading.cities.iter().find(|m| m.start == quarter.whole)?;
    let gap = reading.text.gap(after.start);
    let closes = reading.text.gap(after.whole) >= Gap::Comma;
    (vague && closes && matches!(gap, Gap::Comma | Gap::Dash)).then_some(after)
}

/// "Londrina ou Maringá", "Itabuna e Ilhéus".
fn undecided(reading: &Reading<'_>, chosen: &Mention) -> bool {
    let text = reading.text;
    reading.cities.iter().filter(|m| !m.same_place(chosen)).any(|m| {
        let link = m.start.max(chosen.start).wrapping_sub(1);
        text.word(link) == "ou"
            || (text.raw(link) == "e" && (m.whole == link || chosen.whole == link))
    })
}

fn strength(reading: &Reading<'_>, m: &Mention, asked: bool) -> Strength {
    let text = reading.text;
    let back = |places| text.before(m.start, places);
    let here = (1..=3).any(|places| back(places) == "aqui");
    // "no Espírito Santo", "do Paraná": the state, though a city has its name too.
    let state = one_of(back(1), "no na do da o") && m.is_state();
    let elsewhere = (reading.scope.third(m.start) && !here)
        || reading.scope.past(m.start)
        || reading.is_taken(m.start)
        || text.is(m.whole, "fechou fechamos fechada");
    if state || elsewhere {
        return Strength::No;
    }
    let person = m.end == m.start + 1 && lexicon::is_first_name(text.fold(m.start));
    let frame = framed(text, m, asked, person);
    if frame > Strength::Weak || (frame == Strength::Weak && !m.everyday) {
        return frame;
    }
    // "em Vitória" to the question for the city, "Tiago da Baconzitos em Toledo".
    let after_em =
        back(1) == "em" && text.capitalised(m.start) && !text.capitals_mean_nothing(m.start);
    let begins = asked && text.sentence(m.start).start + 1 == m.start;
    let beside_company = m.start >= 2
        && reading.is_taken(m.start - 2)
        && text.gap(m.start - 1) <= Gap::Space
        && text.gap(m.whole) >= Gap::Comma;
    if after_em && (begins || beside_company) {
        return Strength::Origin;
    }
    unframed(reading, m, asked, person)
}

/// What the words before a city make of it.
fn framed(text: &Text, m: &Mention, asked: bool, person: bool) -> Strength {
    let back = |places| text.before(m.start, places);
    let start = text.sentence(m.start).start;
    let corrected = corrected_between(text, start, m.start);
    match back(1) {
        "em" => located(text, m, false),
        "no" | "na" => located(text, m, true),
        "de" | "do" | "da" => said_from(text, m, asked),
        "e" if asked || corrected || one_of(back(2), "cidade municipio") => Strength::Origin,
        "e" if back(2) == "aqui" && !person => Strength::Origin,
        // "é Jaú, não Bauru"
        "e" if text.word(m.whole) == "nao" && text.gap(m.whole) == Gap::Comma => Strength::Origin,
        "precisamente" | "especificamente" | "exatamente" => Strength::Here,
        // "é pra Boa Vista": the machine goes there.
        "para" if text.raw(m.start.wrapping_sub(2)) == "é" && !text.sentence(m.start).question => {
            Strength::Origin
        }
        "so" | "apenas" if back(2) == "e" => Strength::Origin,
        "cidade" | "municipio" => Strength::Origin,
        "aqui" if !person => Strength::Origin,
        _ => Strength::No,
    }
}

/// A city without such words: an item of a list, an answer, "Caruaru aqui".
fn unframed(reading: &Reading<'_>, m: &Mention, asked: bool, person: bool) -> Strength {
    let text = reading.text;
    let before = text.before(m.start, 1);
    let item = text.gap(m.start) >= Gap::Comma && text.gap(m.whole) >= Gap::Comma;
    let alone = item && text.gap(m.start) >= Gap::Stop && text.gap(m.whole) >= Gap::Stop;
    let certain = !m.everyday && !person;
    let answers = asked && (alone || !person || reading.question.asks_only(Field::City));
    let ends_company = m.end > m.start + 1
        && reading.is_taken(m.start.wrapping_sub(1))
        && text.gap(m.whole) >= Gap::Comma;
    if ends_company {
        return Strength::Item;
    }
    let late = alone && !person && text.capitalised(m.start) && asked_before(reading);
    if item && (m.uf.is_some() || answers) || late {
        return Strength::Here;
    }
    // "Marta, Frigorífico Vale do Ouro, Contagem"
    let signs = item
        && !person
        && m.start > 0
        && reading.is_taken(m.start - 1)
        && text.capitalised(m.start)
        && !text.capitals_mean_nothing(m.start);
    let listed = item && certain && !too_short(text, m) || signs;
    let mentioned = asked && certain && !one_of(before, "para de do da em no na");
    let with_state = m.uf.is_some() && text.gap(m.end) == Gap::Slash && before != "para";
    if listed || mentioned || with_state {
        return Strength::Item;
    }
    // "sou de Ipatinga, digo, Timóteo"
    let corrected = item
        && text.gap(m.start - usize::from(m.start > 0)) >= Gap::Comma
        && corrected_between(text, m.start.saturating_sub(2), m.start);
    if corrected && m.start > 0 {
        return Strength::Origin;
    }
    let here = text.word(m.whole) == "aqui" && text.gap(m.start) >= Gap::Comma;
    if here && certain { Strength::Origin } else { Strength::No }
}

/// Whether the city was asked for a while ago.
fn asked_before(reading: &Reading<'_>) -> bool {
    let said = reading.history;
    let mut asked = said.sentences.iter().filter(|sentence| sentence.question);
    asked.any(|sentence| (sentence.start..sentence.end).any(|at| said.is(at, "cidade")))
}

/// A very short word as an item of a list may be anything; alone in its message it is a city.
fn too_short(text: &Text, m: &Mention) -> bool {
    let letters = text.fold(m.start).len();
    let whole_line = text.gap(m.start) == Gap::Line && text.gap(m.whole) == Gap::Line;
    let initials =
        text.raw(m.start).chars().all(char::is_uppercase) && !text.capitals_mean_nothing(m.start);
    m.end == m.start + 1 && letters < 4 && !(whole_line && letters == 3) && !initials
}

/// "fica em", "aqui em", "moro em", or only "em".
fn located(text: &Text, m: &Mention, article: bool) -> Strength {
    const STAYS: &str = "fica ficam localizado localizada localizados situada situado \
                         sede instalar instalada instalado rodar";
    const LIVES: &str = "fico ficamos moro moramos estou estamos aqui resido trabalho trabalhamos atuo atuamos \
                         produzo produzimos";
    let verb = text.before(m.start, 2);
    if is_rio_grande(text, m, article) {
        return Strength::No;
    }
    let start = text.sentence(m.start).start;
    let site = |reach: usize| {
        (start.max(m.start.saturating_sub(reach))..m.start).any(|at| segment::is_site(text, at))
    };
    let planned = verb == "ser" && text.before(m.start, 3) == "vai";
    if one_of(verb, STAYS) || planned || (one_of(verb, "e esta estao ser sera seria") && site(6)) {
        return Strength::Works;
    }
    if visited(text, m) || (article && !text.near_before(m.start, 9, "aqui fica")) {
        return if one_of(verb, LIVES) { Strength::Here } else { Strength::No };
    }
    if one_of(verb, LIVES) || one_of(text.before(m.start, 3), "estou moro estamos fica") {
        return Strength::Here;
    }
    let asks = text.sentence(m.start).question;
    // "tem loja em São Paulo?" asks where the company is.
    let theirs = asks
        && text.is(start, "tem voces voce teria existe")
        && !text.near_before(m.start, 4, "minha meu nossa nosso")
        && !text.near_before(m.start, 9, "aqui");
    if site(7) && !theirs {
        let nearest = (start.max(m.start.saturating_sub(7))..m.start)
            .rev()
            .find(|at| segment::is_site(text, *at));
        // Of head office, shop and factory the machine runs in the last.
        let makes =
            nearest.is_some_and(|at| text.is(at, "fabrica cozinha producao industria planta"));
        return if makes { Strength::Works } else { Strength::Here };
    }
    let goes_on = (m.whole..text.sentence(m.start).end).any(|at| text.gap(at) >= Gap::Comma);
    let others =
        text.near_before(m.start, 9, "voces voce cliente clientes feira evento representante");
    if theirs || others || (asks && !goes_on) { Strength::No } else { Strength::Weak }
}

/// Served, visited, seen: not where the lead is.
fn visited(text: &Text, m: &Mention) -> bool {
    let start = text.sentence(m.start).start.max(m.start.saturating_sub(9));
    let clause = (start..m.start).rev().find(|at| text.gap(*at) >= Gap::Comma).unwrap_or(start);
    let verb = text.before(m.start, 2);
    verb.starts_with("atend")
        || verb.starts_with("entreg")
        || text.any(
            clause..m.start,
            "atendo atendemos registro passei viajei fui estive comi vi conheci visitei ferias",
        )
}

/// "o Rio Grande" may be a city or one of two states.
fn is_rio_grande(text: &Text, m: &Mention, article: bool) -> bool {
    article && fold(text.quote(m.start, m.end)) == "rio grande"
}

/// "sou de", "falo de", "do açougue Corte Fino de".
fn said_from(text: &Text, m: &Mention, asked: bool) -> Strength {
    const AROUND: &str = "regiao metropolitana proximo perto arredores redondeza interior estado \
                          litoral norte sul leste oeste";
    const ELSEWHERE: &str =
        "natural nascido nascida voltando veio feira evento festa expo congresso festival";
    let back = |places| text.before(m.start, places);
    if is_rio_grande(text, m, back(1) != "de") {
        return Strength::No;
    }
    if one_of(back(2), AROUND) {
        return if in_region(text, m.start) { Strength::Weak } else { Strength::No };
    }
    let from = one_of(back(2), "sou somos falo falamos aqui e escrevo cidade municipio falando")
        || (back(2) == "mesmo" && one_of(back(3), "sou somos"));
    if from {
        return Strength::Origin;
    }
    if one_of(back(2), ELSEWHERE) {
        return Strength::No;
    }
    let first = back(2).is_empty();
    let opens = first || text.gap(m.start - 1) >= Gap::Comma;
    let closes = text.gap(m.whole) >= Gap::Stop;
    if opens && (asked || closes) {
        return Strength::Origin;
    }
    let start = text.sentence(m.start).start.max(m.start.saturating_sub(9));
    let presented = (start..m.start).any(|at| {
        segment::kind_at(text, at).is_some()
            || text.is(at, "loja empresa filial unidade cozinha sou somos aqui chamo")
            || (text.word(at) == "la" && text.word(at + 1) == "de")
    });
    if presented && !m.everyday { Strength::Origin } else { Strength::No }
}

/// "região de Anápolis", "região metropolitana de Curitiba": the state only.
fn in_region(text: &Text, start: usize) -> bool {
    one_of(text.before(start, 2), "regiao metropolitana")
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
        let named = state_name_at(text, at).or_else(|| {
            // "já te respondo, to no trânsito": no state.
            let answers = asked && text.gap(at) >= Gap::Comma && text.gap(at + 1) >= Gap::Comma;
            state_code_at(text, at, answers || placed(text, at)).map(|uf| (uf, at + 1))
        });
        if let Some((uf, end)) = named {
            let alone = text.gap(at) >= Gap::Stop && text.gap(end) >= Gap::Comma;
            // "do Ceará", to "de onde você fala?".
            // "a de Minas"
            let from = at == text.sentence(at).start + 1
                && text.is(at - 1, "do da de no na em")
                && text.gap(end) >= Gap::Comma
                || at > 1 && text.is(at - 1, "de do da") && text.is(at - 2, "a o");
            if placed(text, at) || (asked && (alone || from || text.gap(at) >= Gap::Comma)) {
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
    const PLACES: &str = "sou somos moro moramos estou estamos aqui interior falo falamos fica \
                          ficamos estado litoral sul norte oeste leste sudoeste noroeste nordeste \
                          sudeste capital empresa";
    let back = |places| text.before(at, places);
    if one_of(back(1), "de do da em no na") {
        let is = back(2) == "e" && one_of(back(3), "aqui gente empresa loja fabrica");
        return is || one_of(back(2), PLACES);
    }
    (back(1) == "e" && back(2) == "aqui") || one_of(back(1), "aqui interior estado cidade")
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
