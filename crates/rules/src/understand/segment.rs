//! The lead's kind of business, said outright or by a word in the company's name.

use std::sync::LazyLock;

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
        let asked = reading.question.asks(Field::Segment) && !plural_of_customers(text, at);
        if asked
            && asides.is_none()
            && !denied_before(text, at, 4)
            && !reading.scope.third(at)
            && !ambiguous(text, at)
        {
            asides = Some(reading.fact(Value::Segment(segment.to_owned()), at, end));
        }
    }
    asides.or_else(|| chosen(reading))
}

/// Words that are a food, a verb or a family name as often as a business.
fn ambiguous(text: &Text, at: usize) -> bool {
    text.word(at) == "hamburguer" || matches!(text.fold(at), "truck")
}

fn plural_of_customers(text: &Text, at: usize) -> bool {
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
    let text = reading.text;
    if ambiguous(text, at) && text.fold(at) != "truck" {
        return false;
    }
    if denied_before(text, at, 4)
        || reading.scope.third(at)
        || reading.scope.past(at)
        || plural_of_customers(text, at)
    {
        return false;
    }
    let start = text.sentence(at).start;
    let back = |n: usize| if at >= start + n { text.word(at - n) } else { "" };
    // "a fábrica de vocês", "vocês são fábrica?"
    let yours = (end..end + 3).any(|i| text.is(i, "voces voce seleto"))
        || one_of(back(1), "voces voce")
        || one_of(back(2), "voces voce")
        || one_of(back(1), "de da direto") && one_of(back(2), "direto preco");
    if yours {
        return false;
    }
    let determiner = one_of(
        back(1),
        "meu minha nosso nossa um uma no na em do da o a para de dum duma sou \
somos tenho temos tem ter e aqui pequena pequeno abrindo abrir montando montar \
com num numa nossas minhas proprio propria abri",
    );
    if one_of(back(1), "um uma") && one_of(back(2), "vi viu conheco igual") {
        return false;
    }
    // "visitar a fábrica", "compro do açougue", "propaganda do bar": somebody else's.
    let seen = one_of(back(1), "o a do da no na")
        && (2..=6).any(|n| {
            one_of(
                back(n),
                "vi visitar conhecer compro comprei compramos propaganda anuncio video indicacao ir retirar \
                 buscar direto falou",
            )
        });
    // "no mercado há dez anos", "o melhor do mercado": no shop is meant.
    let trade = segment == "mercado"
        && one_of(back(1), "no do o de em")
        && !one_of(back(2), "rede dono dona");
    let of =
        back(1) == "de" && !one_of(back(2), "dono dona ramo area sou somos gerente rede segmento");
    if trade || of || seen {
        return false;
    }
    // "esse número é da pizzaria?"
    let asks = text.sentence(at).question
        && one_of(back(1), "da do a o")
        && !(start..at)
            .any(|i| text.is(i, "minha meu nossa nosso sou somos tenho aqui para temos"));
    if asks {
        return false;
    }
    // "pra lanchonetes", "a lanchonete do meu pai": customers and relatives.
    let customers = text.fold(end - 1).ends_with('s')
        && one_of(back(1), "para as os das dos com de em")
        && text.word(at) != "food"
        && back(2) != "rede";
    let of_kin = text.is(end, "do da")
        && text.is(end + 1, "meu minha")
        && super::scope::is_kin(text.word(end + 2));
    if customers || of_kin {
        return false;
    }
    let item = text.gap(at) >= Gap::Comma;
    let counted = at > start
        && super::numbers::is_number(text, at - 1)
        && (2..=4).any(|n| one_of(back(n), "tenho temos sao com rede somos"));
    determiner || item || counted
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
