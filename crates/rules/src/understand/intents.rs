//! What the lead does or wants: patterns from a data file, and a few that need the facts.

use std::sync::LazyLock;

use super::answer::{self, Reply};
use super::pattern::{Match, PatternSet};
use super::product::Machines;
use super::reading::Reading;
use super::scope::denied_before;
use super::text::{Text, one_of};
use crate::conversation::Intent;
use crate::lead::{Fact, Value};

static PATTERNS: LazyLock<PatternSet<Intent>> =
    LazyLock::new(|| PatternSet::new(include_str!("../../data/intents.txt"), intent));

static WANTS: LazyLock<PatternSet<Want>> = LazyLock::new(|| {
    PatternSet::new(include_str!("../../data/wants.txt"), |name| match name {
        "want" => Some(Want::Machine),
        "ask" => Some(Want::Question),
        "sold" => Some(Want::Sold),
        "it" => Some(Want::It),
        _ => None,
    })
});

/// How a message speaks of machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Want {
    /// "quero", "preciso de": needs a machine beside it.
    Machine,
    /// A question about machines whatever stands beside it.
    Question,
    /// "ela corta bacon?": a question, when it is one.
    It,
    /// "vocês vendem", "tem": needs a machine or another thing beside it.
    Sold,
}

fn intent(name: &str) -> Option<Intent> {
    Some(match name {
        "greeting" => Intent::Greeting,
        "price" => Intent::Price,
        "discount" => Intent::Discount,
        "payment" => Intent::Payment,
        "delivery_time" => Intent::DeliveryTime,
        "technical" => Intent::Technical,
        "human" => Intent::Human,
        "opt_out" => Intent::OptOut,
        "catalog" => Intent::Catalog,
        "complaint" => Intent::Complaint,
        "job_seeker" => Intent::JobSeeker,
        "supplier" => Intent::Supplier,
        "spam" => Intent::Spam,
        "injection" => Intent::Injection,
        "thanks" => Intent::Thanks,
        "goodbye" => Intent::Goodbye,
        "off_topic" => Intent::OffTopic,
        _ => return None,
    })
}

/// The patterns that hold in a burst.
pub fn matches(text: &Text) -> Vec<Match<Intent>> {
    PATTERNS.find(text)
}

/// Reads the intents.
pub fn read(
    reading: &Reading<'_>,
    found: &[Match<Intent>],
    machines: &Machines,
    facts: &[Fact],
) -> Vec<Intent> {
    let text = reading.text;
    let mut intents: Vec<Intent> =
        found.iter().filter(|m| !is_idle(reading, m)).map(|m| m.label).collect();
    let has = |intents: &[Intent], intent| intents.contains(&intent);
    let unavailable = super::unavailable::find(reading);
    if !unavailable.is_empty() {
        intents.push(Intent::UnavailableProduct);
    }
    if asks_about_machines(reading, machines, facts, &intents, !unavailable.is_empty()) {
        intents.push(Intent::ProductQuestion);
    }
    let skewers = machines.wanted.iter().any(|named| named.category == "linha_espeto")
        || facts
            .iter()
            .any(|fact| matches!(&fact.value, Value::ProductCategory(c) if c == "linha_espeto"));
    if skewers
        && !facts.iter().any(|fact| matches!(&fact.value, Value::Product(p) if p != "LINHA_ESPETO"))
    {
        intents.push(Intent::UnavailableProduct);
        if !has(&intents, Intent::Price) {
            intents.push(Intent::ProductQuestion);
        }
    }
    intents.extend(accepted_offer(reading));
    refine(text, found, &mut intents);
    intents.sort_unstable();
    intents.dedup();
    intents
}

/// Words that only look like an intent here.
fn is_idle(reading: &Reading<'_>, found: &Match<Intent>) -> bool {
    let text = reading.text;
    let before = |words: &[&str]| {
        (text.sentence(found.start).start.max(found.start.saturating_sub(4))..found.start)
            .any(|at| words.contains(&text.word(at)))
    };
    match found.label {
        Intent::OptOut => (found.start..found.end).any(|at| text.word(at) == "banco"),
        Intent::Injection => false,
        _ if reading.is_taken(found.start) => true,
        Intent::Greeting
            if text.word(found.start) == "beleza"
                && found.start > text.sentence(found.start).start =>
        {
            !text.sentence(found.start).question
        }
        Intent::Greeting => is_correction(text, found.start),
        Intent::Catalog if before(&["vi", "vimos", "viu", "assisti"]) => true,
        Intent::JobSeeker if text.word(found.start) == "contratando" => {
            !requests(text, found.start)
        }
        // A lead who supplies food is no supplier of ours.
        Intent::Supplier if serves_food(text, found.start) => true,
        Intent::Technical if text.word(found.start).starts_with("pneumatic") => {
            !requests(text, found.start)
        }
        Intent::Technical if text.word(found.start).starts_with("mold") => {
            !requests(text, found.start)
        }
        Intent::Price if text.is(found.end, "do de") && text.word(found.end + 1) == "frete" => true,
        Intent::Price
            if text.is(found.start, "proposta orcamento cotacao")
                && before(&["tenho", "temos", "tem"]) =>
        {
            true
        }
        Intent::Price => {
            text.is(found.end, "for fosse estiver")
                || before(&[
                    "depende",
                    "aguardando",
                    "esperando",
                    "recebi",
                    "vi",
                    "mandaram",
                    "passaram",
                ])
                || (denied_before(text, found.start, 3)
                    && !matches!(text.word(found.start), "quanto"))
        }
        Intent::Human | Intent::Catalog | Intent::Technical => denied_before(text, found.start, 3),
        _ => false,
    }
}

/// "opa, 200 não": an exclamation, not a salutation.
fn is_correction(text: &Text, at: usize) -> bool {
    text.word(at) == "opa"
        && (at + 1..at + 5).any(|i| {
            super::numbers::is_number(text, i)
                || text.is(i, "confundi errei desculpa nao verdade errado")
        })
}

fn serves_food(text: &Text, at: usize) -> bool {
    (at..text.sentence(at).end.min(at + 8)).any(|i| {
        text.is(i, "hamburguer linguica espeto carne carnes lanche lanches embutidos frango smash")
    })
}

/// Whether the sentence asks or wants, rather than tells.
fn requests(text: &Text, at: usize) -> bool {
    let sentence = text.sentence(at);
    sentence.question
        || (sentence.start..sentence.end)
            .any(|i| text.is(i, "tem quero preciso queria fazem qual quais precisava"))
}

/// One intent often wears the words of another.
fn refine(text: &Text, found: &[Match<Intent>], intents: &mut Vec<Intent>) {
    let has = |intents: &[Intent], intent| intents.contains(&intent);
    let drop = |intents: &mut Vec<Intent>, gone: &[Intent]| intents.retain(|i| !gone.contains(i));
    if has(intents, Intent::Spam) {
        intents.retain(|intent| matches!(intent, Intent::Spam | Intent::Greeting));
    }
    if has(intents, Intent::Supplier) {
        drop(
            intents,
            &[
                Intent::Price,
                Intent::Human,
                Intent::ProductQuestion,
                Intent::Technical,
                Intent::Catalog,
                Intent::UnavailableProduct,
                Intent::Payment,
                Intent::DeliveryTime,
            ],
        );
    }
    if has(intents, Intent::JobSeeker) {
        drop(
            intents,
            &[
                Intent::ProductQuestion,
                Intent::Human,
                Intent::Technical,
                Intent::Supplier,
                Intent::Price,
            ],
        );
    }
    if has(intents, Intent::Discount) {
        let own_price = found
            .iter()
            .filter(|m| m.label == Intent::Price)
            .any(|m| text.is(m.start, "quanto orcamento proposta cotacao"));
        if !own_price {
            drop(intents, &[Intent::Price]);
        }
    }
    if has(intents, Intent::OptOut) {
        drop(intents, &[Intent::ProductQuestion, Intent::Human, Intent::Price]);
    }
}

/// Whether a machine is wanted or asked about.
fn asks_about_machines(
    reading: &Reading<'_>,
    machines: &Machines,
    facts: &[Fact],
    intents: &[Intent],
    other: bool,
) -> bool {
    let text = reading.text;
    let other_question = intents.iter().any(|intent| {
        matches!(
            intent,
            Intent::Price
                | Intent::Discount
                | Intent::Payment
                | Intent::Technical
                | Intent::DeliveryTime
                | Intent::Catalog
        )
    });
    let product = facts
        .iter()
        .any(|fact| matches!(fact.value, Value::Product(_) | Value::ProductCategory(_)));
    for found in WANTS.find(text) {
        if reading.scope.third(found.start) && !text.sentence(found.start).question {
            continue;
        }
        if denied_before(text, found.start, 2) && found.label != Want::Question {
            continue;
        }
        let beside = machines.wanted.iter().find(|named| {
            named.start >= found.end
                && named.start <= found.end + 8
                && same_sentence(text, found.start, named.start)
        });
        let thing = (found.end..found.end + 5).any(|at| {
            if text.word(at) == "a"
                && text.word(at + 1) == "de"
                && text.is(at + 2, "hamburguer linguica espeto")
            {
                return true;
            }
            text.is(at, "maquina maquinas equipamento equipamentos algo")
                && same_sentence(text, found.start, at)
        });
        let priced = (found.start..beside.map_or(found.end + 3, |named| named.end + 3)).any(|at| {
            text.is(
                at,
                "preco orcamento cotacao valor proposta vender foto video catalogo entrega \
pronta investimento tabela",
            )
        });
        let holds = match found.label {
            Want::Question => {
                let asks_price = (found.start..found.end)
                    .any(|at| text.is(at, "preco valor orcamento cotacao entrega frete pagamento"));
                (!other || product) && !asks_price
            }
            Want::It => text.sentence(found.start).question && !other && !other_question,
            Want::Machine => (beside.is_some() || (thing && !other)) && !priced,
            // "a gente já tem uma": a statement, not a question.
            Want::Sold
                if !text.is(found.start, "voces voce") && !text.sentence(found.start).question =>
            {
                false
            }
            Want::Sold => (beside.is_some() || (thing && !other)) && !priced,
        };
        if holds {
            return true;
        }
    }
    let accepted = machines.wanted.is_empty()
        && facts.iter().any(|fact| matches!(fact.value, Value::Product(_)))
        && text.is(0, "pode quero sim claro bora manda mostra")
        && answer::yes_or_no(text) == Some(Reply::Yes)
        && offers(&reading.question.text);
    if machines.another {
        return true;
    }
    let asked = machines.wanted.iter().any(|named| text.sentence(named.start).question);
    accepted || (asked && !other_question)
}

/// "pode", to an offer of a call or of the catalogue.
fn accepted_offer(reading: &Reading<'_>) -> Option<Intent> {
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

fn same_sentence(text: &Text, one: usize, other: usize) -> bool {
    let sentence = text.sentence(one);
    (sentence.start..sentence.end).contains(&other)
}
