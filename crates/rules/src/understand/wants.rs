//! Whether a machine is wanted or asked about, and whether an offer is taken.

use std::sync::LazyLock;

use super::answer::{self, Reply};
use super::pattern::{Match, PatternSet};
use super::product::Machines;
use super::reading::Reading;
use super::scope::denied_before;
use super::text::{Text, one_of};
use crate::conversation::Intent;
use crate::lead::{Fact, Value};

/// How a message speaks of machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Want {
    /// "quero", "preciso de": a machine must stand beside it.
    Machine,
    /// A question about machines, whatever stands beside it.
    Question,
    /// "ela corta bacon?": a question about machines, when it is one.
    It,
    /// "vocês vendem", "tem": a machine must stand beside it.
    Sold,
}

static WANTS: LazyLock<PatternSet<Want>> = LazyLock::new(|| {
    PatternSet::new(include_str!("../../data/wants.txt"), |name| {
        Some(match name {
            "want" => Want::Machine,
            "ask" => Want::Question,
            "it" => Want::It,
            "sold" => Want::Sold,
            _ => return None,
        })
    })
});

/// Words that turn a wish for a machine into one for something about it.
const ABOUT: &str = "preco orcamento cotacao valor proposta vender foto video catalogo entrega pronta estoque \
                     investimento tabela precinho valores";

/// Whether a machine is wanted or asked about; `other`: something not sold is asked for too.
pub fn machine(
    reading: &Reading<'_>,
    machines: &Machines,
    facts: &[Fact],
    intents: &[Intent],
    other: bool,
) -> bool {
    let text = reading.text;
    let product = facts
        .iter()
        .any(|fact| matches!(fact.value, Value::Product(_) | Value::ProductCategory(_)));
    let question = intents.iter().any(is_question);
    let asked = machines.wanted.iter().any(|named| text.sentence(named.start).question);
    machines.another
        || (!question && names_only(reading, machines))
        || (asked && !question)
        || shown(reading, machines, facts)
        || WANTS.find(text).iter().any(|found| match found.label {
            _ if is_told(reading, found) => false,
            Want::Question => (!other || product) && !asks_terms(text, found),
            Want::It => text.sentence(found.start).question && !other && !question,
            // "a gente já tem uma": a statement, not a question.
            Want::Sold if is_statement(text, found) => false,
            Want::Machine | Want::Sold => beside(text, found, machines, other),
        })
}

/// "Canhão de linguiça", and no more: nobody writes that without wanting one, unless asked which.
fn names_only(reading: &Reading<'_>, machines: &Machines) -> bool {
    let text = reading.text;
    let [named] = machines.wanted.as_slice() else { return false };
    let sentence = text.sentence(named.start);
    reading.question.text.tokens.is_empty()
        && named.start <= sentence.start + 1
        && sentence.end <= named.end + 4
        && text.tokens.len() <= 8
}

/// Questions that a machine's name alone may belong to.
fn is_question(intent: &Intent) -> bool {
    matches!(
        intent,
        Intent::Price
            | Intent::Discount
            | Intent::Payment
            | Intent::Technical
            | Intent::DeliveryTime
            | Intent::Catalog
    )
}

/// Told of somebody else, or denied.
fn is_told(reading: &Reading<'_>, found: &Match<Want>) -> bool {
    let text = reading.text;
    let third = reading.scope.third(found.start) && !text.sentence(found.start).question;
    third || (found.label != Want::Question && denied_before(text, found.start, 2))
}

fn is_statement(text: &Text, found: &Match<Want>) -> bool {
    !text.is(found.start, "voces voce") && !text.sentence(found.start).question
}

fn asks_terms(text: &Text, found: &Match<Want>) -> bool {
    text.any(found.start..found.end, "preco valor orcamento cotacao entrega frete pagamento")
}

/// Whether a machine stands beside the wish, and not only its price or picture.
fn beside(text: &Text, found: &Match<Want>, machines: &Machines, other: bool) -> bool {
    let end = text.sentence(found.start).end;
    let named = machines
        .wanted
        .iter()
        .find(|named| (found.end..=found.end + 8).contains(&named.start) && named.start < end);
    let thing = (found.end..end.min(found.end + 5)).any(|at| {
        let of_food = text.word(at) == "a"
            && text.word(at + 1) == "de"
            && text.is(at + 2, "hamburguer linguica espeto");
        // "preciso da máquina instalada": the one spoken of.
        let known = text.is(at + 1, "instalada instalado rodando funcionando pronta");
        of_food || text.is(at, "maquina maquinas equipamento equipamentos algo") && !known
    });
    let last = named.map_or(found.end, |named| named.end) + 3;
    (named.is_some() || (thing && !other)) && !text.any(found.start..last.min(end), ABOUT)
}

/// "pode mostrar": the machine that the agent offered to show.
fn shown(reading: &Reading<'_>, machines: &Machines, facts: &[Fact]) -> bool {
    let text = reading.text;
    machines.wanted.is_empty()
        && facts.iter().any(|fact| matches!(fact.value, Value::Product(_)))
        && text.is(0, "pode quero sim claro bora manda mostra")
        && answer::yes_or_no(text) == Some(Reply::Yes)
        && offers(&reading.question.text)
}

/// "pode", to an offer of a call or of the catalogue.
pub fn accepted_offer(reading: &Reading<'_>) -> Option<Intent> {
    let agrees = answer::yes_or_no(reading.text) == Some(Reply::Yes);
    if !agrees || reading.question.count != 1 {
        return None;
    }
    let said = &reading.question.text;
    let asked = said.sentences.iter().rev().find(|sentence| sentence.question)?;
    let speaks = |list: &str| (asked.start..asked.end).any(|at| said.is(at, list));
    let offers = speaks("posso podemos quer gostaria prefere");
    match (
        speaks("consultor consultora especialista vendedor ligar ligacao visita"),
        speaks("catalogo video foto site"),
    ) {
        (true, false) if offers => Some(Intent::Human),
        (false, true) if offers => Some(Intent::Catalog),
        _ => None,
    }
}

/// Whether the agent offered to show something, rather than asked whether a fact is right.
fn offers(text: &Text) -> bool {
    text.tokens.iter().any(|token| {
        one_of(&token.word, "apresentar mostrar enviar falar explicar conhecer detalhes")
    })
}
