//! The municipalities and states of Brazil, and what people call them.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::text::fold;

/// A municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct City {
    /// Official spelling.
    pub name: &'static str,
    /// State.
    pub uf: &'static str,
}

/// Codes, names without accents, capitals and area codes of the states.
const STATES: [(&str, &str, &str, &[u8]); 27] = [
    ("AC", "acre", "Rio Branco", &[68]),
    ("AL", "alagoas", "Maceió", &[82]),
    ("AM", "amazonas", "Manaus", &[92, 97]),
    ("AP", "amapa", "Macapá", &[96]),
    ("BA", "bahia", "Salvador", &[71, 73, 74, 75, 77]),
    ("CE", "ceara", "Fortaleza", &[85, 88]),
    // Area code 61 serves Goiás too, so it tells no state.
    ("DF", "distrito federal", "Brasília", &[]),
    ("ES", "espirito santo", "Vitória", &[27, 28]),
    ("GO", "goias", "Goiânia", &[62, 64]),
    ("MA", "maranhao", "São Luís", &[98, 99]),
    ("MG", "minas gerais", "Belo Horizonte", &[31, 32, 33, 34, 35, 37, 38]),
    ("MS", "mato grosso do sul", "Campo Grande", &[67]),
    ("MT", "mato grosso", "Cuiabá", &[65, 66]),
    ("PA", "para", "Belém", &[91, 93, 94]),
    ("PB", "paraiba", "João Pessoa", &[83]),
    ("PE", "pernambuco", "Recife", &[81, 87]),
    ("PI", "piaui", "Teresina", &[86, 89]),
    ("PR", "parana", "Curitiba", &[41, 42, 43, 44, 45, 46]),
    ("RJ", "rio de janeiro", "Rio de Janeiro", &[21, 22, 24]),
    ("RN", "rio grande do norte", "Natal", &[84]),
    ("RO", "rondonia", "Porto Velho", &[69]),
    ("RR", "roraima", "Boa Vista", &[95]),
    ("RS", "rio grande do sul", "Porto Alegre", &[51, 53, 54, 55]),
    ("SC", "santa catarina", "Florianópolis", &[47, 48, 49]),
    ("SE", "sergipe", "Aracaju", &[79]),
    ("SP", "sao paulo", "São Paulo", &[11, 12, 13, 14, 15, 16, 17, 18, 19]),
    ("TO", "tocantins", "Palmas", &[63]),
];

/// Parts of one state, without accents.
const REGIONS: [(&str, &str); 62] = [
    ("triangulo mineiro", "MG"),
    ("sul de minas", "MG"),
    ("norte de minas", "MG"),
    ("zona da mata mineira", "MG"),
    ("vale do aco", "MG"),
    ("interior de minas", "MG"),
    ("interior mineiro", "MG"),
    ("vale do jequitinhonha", "MG"),
    ("grande bh", "MG"),
    ("alto paranaiba", "MG"),
    ("centro oeste mineiro", "MG"),
    ("sul mineiro", "MG"),
    ("abc paulista", "SP"),
    ("grande abc", "SP"),
    ("baixada santista", "SP"),
    ("interior paulista", "SP"),
    ("litoral paulista", "SP"),
    ("oeste paulista", "SP"),
    ("noroeste paulista", "SP"),
    ("grande sao paulo", "SP"),
    ("grande sp", "SP"),
    ("alto tiete", "SP"),
    ("interior de sao paulo", "SP"),
    ("litoral norte de sao paulo", "SP"),
    ("serra gaucha", "RS"),
    ("interior gaucho", "RS"),
    ("fronteira gaucha", "RS"),
    ("vale dos sinos", "RS"),
    ("campanha gaucha", "RS"),
    ("litoral gaucho", "RS"),
    ("grande porto alegre", "RS"),
    ("vale do taquari", "RS"),
    ("missoes gauchas", "RS"),
    ("oeste catarinense", "SC"),
    ("vale do itajai", "SC"),
    ("litoral catarinense", "SC"),
    ("serra catarinense", "SC"),
    ("grande florianopolis", "SC"),
    ("sul catarinense", "SC"),
    ("norte catarinense", "SC"),
    ("interior catarinense", "SC"),
    ("norte pioneiro", "PR"),
    ("campos gerais", "PR"),
    ("oeste paranaense", "PR"),
    ("interior paranaense", "PR"),
    ("litoral paranaense", "PR"),
    ("baixada fluminense", "RJ"),
    ("regiao dos lagos", "RJ"),
    ("norte fluminense", "RJ"),
    ("serra fluminense", "RJ"),
    ("sul fluminense", "RJ"),
    ("grande vitoria", "ES"),
    ("interior capixaba", "ES"),
    ("reconcavo baiano", "BA"),
    ("oeste baiano", "BA"),
    ("sertao baiano", "BA"),
    ("interior baiano", "BA"),
    ("extremo sul da bahia", "BA"),
    ("agreste pernambucano", "PE"),
    ("sertao pernambucano", "PE"),
    ("cariri cearense", "CE"),
    ("interior cearense", "CE"),
];

#[derive(Default)]
struct Index {
    cities: HashMap<String, Vec<City>>,
    /// Short forms: each means one city.
    short: HashMap<&'static str, City>,
    common: HashSet<String>,
    /// First words of cities, short forms, states and regions.
    starts: HashSet<String>,
    longest: usize,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index::default();
    for line in include_str!("../../data/municipalities.txt").lines() {
        let Some((uf, names)) = line.split_once(':') else { continue };
        for name in names.split(';') {
            let key = key(name);
            index.longest = index.longest.max(key.split(' ').count());
            index.cities.entry(key).or_default().push(City { name, uf });
        }
    }
    for line in include_str!("../../data/places.txt").lines() {
        let pair =
            line.split_once('=').and_then(|(short, city)| Some((short, city.split_once('/')?)));
        if let Some((short, (name, uf))) = pair {
            index.short.insert(short, City { name, uf });
        }
    }
    let states = STATES.iter().map(|state| state.1).chain(REGIONS.iter().map(|region| region.0));
    let names = index.cities.keys().map(String::as_str).chain(index.short.keys().copied());
    let starts = names.chain(states).chain(["minas", "matogrosso", "rio"]);
    index.starts = starts.filter_map(|name| name.split(' ').next()).map(str::to_owned).collect();
    let common = include_str!("../../data/common_words_as_cities.txt").split_whitespace();
    index.common = common.map(|word| word.replace('_', " ")).collect();
    index
});

/// How a name is looked up: without accents, apostrophes and hyphens.
fn key(name: &str) -> String {
    fold(name).replace(['\'', '’'], "").replace('-', " ")
}

/// Whether the name of any place begins with this word.
pub fn starts_place(word: &str) -> bool {
    INDEX.starts.contains(word)
}

/// The most words in the name of a city.
pub fn longest_name() -> usize {
    INDEX.longest
}

/// All municipalities with a name, given without accents.
pub fn cities(name: &str) -> &'static [City] {
    INDEX.cities.get(name).map_or(&[], Vec::as_slice)
}

/// All municipalities with a name, as somebody typed it.
pub fn typed(name: &str) -> &'static [City] {
    cities(&key(name.trim()))
}

/// The one city that a short form means, given without accents.
pub fn short_form(name: &str) -> Option<City> {
    INDEX.short.get(name).copied()
}

/// Whether a city's name is also an everyday word, a surname or a first name.
pub fn is_everyday_word(name: &str) -> bool {
    INDEX.common.contains(name)
}

/// The only city of a state whose name begins with these words.
pub fn city_by_start(start: &str, uf: &str) -> Option<City> {
    let prefix = format!("{start} ");
    let mut fitting = INDEX
        .cities
        .iter()
        .filter(|(name, _)| name.starts_with(&prefix))
        .flat_map(|(_, cities)| cities)
        .filter(|city| city.uf == uf);
    let first = fitting.next()?;
    fitting.next().is_none().then_some(*first)
}

/// The state with a code, in either case.
pub fn state_code(code: &str) -> Option<&'static str> {
    STATES.iter().map(|state| state.0).find(|known| known.eq_ignore_ascii_case(code))
}

/// The state with a name, given without accents; "para" is left to the caller, who sees the accent.
pub fn state_name(name: &str) -> Option<&'static str> {
    match name {
        "minas" => Some("MG"),
        "matogrosso" => Some("MT"),
        "rio g do sul" | "rio grande sul" => Some("RS"),
        "stc" => Some("SC"),
        _ => STATES.iter().find(|state| state.1 == name).map(|state| state.0),
    }
}

/// The state of a region, given without accents.
pub fn region(name: &str) -> Option<&'static str> {
    REGIONS.iter().find(|region| region.0 == name).map(|region| region.1)
}

/// The one state that an area code serves.
pub fn area_code(code: u8) -> Option<&'static str> {
    STATES.iter().find(|state| state.3.contains(&code)).map(|state| state.0)
}

/// Which of several cities of one name a bare name means: the only one, or the capital among them.
pub fn without_more(cities: &[City]) -> Option<City> {
    match cities {
        [only] => Some(*only),
        _ => cities
            .iter()
            .find(|city| STATES.iter().any(|state| state.0 == city.uf && state.2 == city.name))
            .copied(),
    }
}

/// The only city whose name is one slip away from a long enough word.
pub fn nearly(name: &str) -> Option<City> {
    if name.len() < 6 {
        return None;
    }
    let first = name.chars().next()?;
    let mut near = INDEX.cities.iter().filter(|(known, _)| {
        known.starts_with(first)
            && known.len().abs_diff(name.len()) <= 1
            && strsim::osa_distance(known, name) == 1
    });
    let (_, cities) = near.next()?;
    if near.next().is_some() { None } else { without_more(cities) }
}

/// The only city of all whose longer name begins with these words: "Cachoeiro".
pub fn only_start(start: &str) -> Option<City> {
    if start.len() < 6 {
        return None;
    }
    let prefix = format!("{start} ");
    let mut fitting = INDEX.cities.iter().filter(|(name, _)| name.starts_with(&prefix));
    let (_, cities) = fitting.next()?;
    if fitting.next().is_some() { None } else { without_more(cities) }
}
