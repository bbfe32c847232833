//! The lead's kind of business, said outright or by a word in the company's name.

use std::sync::LazyLock;

use super::pattern::PatternSet;
use super::reading::Reading;
use super::scope::denied_before;
use super::text::{Gap, Text, one_of};
use crate::lead::{Fact, Field, Value};

/// A kind-of-business word and what it says.
struct Kind {
    segment: &'static str,
    words: Vec<&'static str>,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    include_str!("../../data/segments.txt")
        .lines()
        .filter_map(|line| line.split_once(": ").filter(|_| !line.starts_with('#')))
        .flat_map(|(segment, kinds)| {
            kinds.split(' ').map(move |kind| Kind { segment, words: kind.split('_').collect() })
        })
        .collect()
});

static TRADES: LazyLock<PatternSet<&'static str>> = LazyLock::new(|| {
    PatternSet::new(include_str!("../../data/trades.txt"), |name| {
        KINDS.iter().map(|kind| kind.segment).find(|segment| *segment == name)
    })
});

/// The kind of business named at a word, and one past its last word.
pub fn kind_at(text: &Text, at: usize) -> Option<(&'static str, usize)> {
    let holds = |kind: &&Kind| {
        kind.words.iter().enumerate().all(|(index, word)| {
            (text.fold(at + index) == *word || text.word(at + index) == *word)
                && (index == 0 || text.gap(at + index) <= Gap::Hyphen)
        })
    };
    KINDS
        .iter()
        .filter(holds)
        .max_by_key(|kind| kind.words.len())
        .map(|kind| (kind.segment, at + kind.words.len()))
}

/// Whether a word names a place of work: a kind of business, "loja", "cozinha", "produção".
pub fn is_site(text: &Text, at: usize) -> bool {
    text.is(
        at,
        "loja lojas producao cozinha empresa negocio unidade matriz sede planta \
ponto comercio espaco galpao maquina",
    ) || kind_at(text, at)
        .is_some_and(|(segment, _)| segment != "hamburgueria" || text.word(at) != "hamburguer")
}

/// Reads the segment.
pub fn read(reading: &Reading<'_>, companies: &[(usize, usize)]) -> Option<Fact> {
    let text = reading.text;
    let mut asides = None;
    for at in 0..text.tokens.len() {
        let Some((segment, end)) = kind_at(text, at) else { continue };
        let in_company = companies.iter().any(|(from, to)| (*from..*to).contains(&at));
        if in_company || stated(reading, at, end, segment) {
            return Some(reading.fact(Value::Segment(segment.to_owned()), at, end));
        }
        let asked = reading.question.asks(Field::Segment) && !sold_to(text, at);
        if asked
            && asides.is_none()
            && !denied_before(text, at, 4)
            && !reading.scope.third(at)
            && !ambiguous(text, at)
        {
            asides = Some(reading.fact(Value::Segment(segment.to_owned()), at, end));
        }
    }
    asides.or_else(|| trade_told(reading)).or_else(|| chosen(reading))
}

/// "distribuo congelados", "vendo lanche na rua".
fn trade_told(reading: &Reading<'_>) -> Option<Fact> {
    let text = reading.text;
    let mut told = TRADES.find(text).into_iter().filter(|it| {
        !denied_before(text, it.start, 2)
            && !reading.scope.third(it.start)
            && !reading.scope.past(it.start)
            && !text.sentence(it.start).question
    });
    let it = told.next()?;
    Some(reading.fact(Value::Segment(it.label.to_owned()), it.start, it.end))
}

/// Words that are a food, a verb or a family name as often as a business.
fn ambiguous(text: &Text, at: usize) -> bool {
    text.word(at) == "hamburguer" || matches!(text.fold(at), "truck")
}

fn sold_to(text: &Text, at: usize) -> bool {
    (at.saturating_sub(5).max(text.sentence(at).start)..at).any(|i| {
        let word = text.word(i);
        word.starts_with("atend")
            || word.starts_with("fornec")
            || word.starts_with("client")
            || word.starts_with("entreg")
            || one_of(word, "vendo vendemos abasteco abastecemos distribuo distribuimos revendo")
    })
}

/// Whether the sentence states it of the lead: "tenho um", "nosso", "é pra uma", "aqui na".
fn stated(reading: &Reading<'_>, at: usize, end: usize, segment: &str) -> bool {
    const OWNS: &str = "meu minha nosso nossa um uma no na em do da o a para de sou somos tenho \
                        temos tem ter e aqui pequena pequeno abrindo abrir montando montar com \
                        nossas minhas proprio propria abri";
    let text = reading.text;
    let food = ambiguous(text, at) && text.fold(at) != "truck";
    if food || denied_before(text, at, 4) || reading.scope.third(at) || reading.scope.past(at) {
        return false;
    }
    if sold_to(text, at)
        || ours(text, at, end)
        || of_others(text, at, end)
        || trade(text, at, segment)
    {
        return false;
    }
    let counted = at > 0
        && super::numbers::is_number(text, at - 1)
        && (2..=4).any(|n| one_of(text.before(at, n), "tenho temos sao com rede somos"));
    counted || text.gap(at) >= Gap::Comma || one_of(text.before(at, 1), OWNS)
}

/// "a fábrica de vocês", "vocês são fábrica?", "direto da fábrica".
fn ours(text: &Text, at: usize, end: usize) -> bool {
    text.any(end..end + 3, "voces voce seleto")
        || text.near_before(at, 2, "voces voce")
        || (one_of(text.before(at, 1), "de da direto")
            && one_of(text.before(at, 2), "direto preco"))
}

/// "visitar a fábrica", "compro do açougue", "propaganda do bar", "a lanchonete do meu pai".
fn of_others(text: &Text, at: usize, end: usize) -> bool {
    const SEEN: &str = "vi visitar visitei visitamos conheci fui conhecer compro comprei compramos propaganda anuncio video \
                        indicacao ir retirar buscar direto falou";
    const MINE: &str = "minha meu nossa nosso sou somos tenho aqui para temos";
    let back = |places| text.before(at, places);
    let seen = one_of(back(1), "o a do da no na") && text.near_before(at, 6, SEEN);
    let met = one_of(back(1), "um uma") && one_of(back(2), "vi viu conheco igual");
    // "esse número é da pizzaria?"
    let start = text.sentence(at).start;
    let asked =
        text.sentence(at).question && one_of(back(1), "da do a o") && !text.any(start..at, MINE);
    let serves = text.is(end, "me nos entrega manda fornece") && one_of(back(1), "o a");
    let of_kin = text.is(end, "do da")
        && text.is(end + 1, "meu minha")
        && super::scope::is_kin(text.word(end + 2));
    let praises = text.any(end..end + 6, "indicou indicaram recomendou comprou falou usa usam");
    seen || met || asked || serves || of_kin || praises
}

/// "no mercado há dez anos", "ramo de restaurantes", "pra lanchonetes": no shop of the lead's.
fn trade(text: &Text, at: usize, segment: &str) -> bool {
    let back = |places| text.before(at, places);
    let market = segment == "mercado"
        && one_of(back(1), "no do o de em")
        && !one_of(back(2), "rede dono dona");
    let of =
        back(1) == "de" && !one_of(back(2), "dono dona ramo area sou somos gerente rede segmento");
    let many = kind_at(text, at).is_some_and(|(_, end)| text.fold(end - 1).ends_with('s'))
        && one_of(back(1), "para as os das dos com de em")
        && text.word(at) != "food"
        && back(2) != "rede";
    market || of || many
}

/// "a 2ª opção", "a primeira": an item of the agent's own list.
fn chosen(reading: &Reading<'_>) -> Option<Fact> {
    if !reading.question.asks(Field::Segment) {
        return None;
    }
    let (index, start, end) = super::answer::ordinal(reading.text)?;
    let list = &reading.question.text;
    let mut options = Vec::new();
    let mut at = 0;
    while at < list.tokens.len() {
        match kind_at(list, at) {
            Some((segment, end)) => {
                options.push(segment);
                at = end;
            }
            None if list.word(at).starts_with("distribu") => {
                options.push("distribuidora");
                at += 1;
            }
            None => at += 1,
        }
    }
    let segment = if index == usize::MAX { options.last() } else { options.get(index) }?;
    Some(reading.fact(Value::Segment((*segment).to_owned()), start, end))
}
