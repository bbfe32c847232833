//! What the lead does or wants: patterns from a data file, and a few that need the facts.

use std::sync::LazyLock;

use super::pattern::{Match, PatternSet};
use super::product::Machines;
use super::reading::Reading;
use super::scope::denied_before;
use super::text::{Gap, Text};
use super::wants;
use crate::conversation::Intent;
use crate::lead::{Fact, Value};

static PATTERNS: LazyLock<PatternSet<Intent>> =
    LazyLock::new(|| PatternSet::new(include_str!("../../data/intents.txt"), intent));

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
    if wants::machine(reading, machines, facts, &intents, !unavailable.is_empty()) {
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
    intents.extend(wants::accepted_offer(reading));
    refine(text, found, machines, !facts.is_empty(), &mut intents);
    intents.sort_unstable();
    intents.dedup();
    intents
}

/// Words that only look like an intent here.
fn is_idle(reading: &Reading<'_>, found: &Match<Intent>) -> bool {
    let text = reading.text;
    let start = found.start;
    let word = text.word(start);
    match found.label {
        // Orders and farewells hold wherever they stand.
        Intent::Injection => false,
        Intent::OptOut => text.any(start..found.end, "banco"),
        _ if reading.is_taken(start) => true,
        Intent::Greeting if word == "beleza" && start > text.sentence(start).start => {
            !text.sentence(start).question
        }
        Intent::Greeting => is_correction(text, start) || is_exclamation(reading, start),
        Intent::JobSeeker => word == "contratando" && !text.sentence(start).question,
        // A lead who supplies food is no supplier of ours.
        Intent::Supplier => serves_food(text, start),
        Intent::Discount => text.near_before(start, 3, "quando"),
        // "220 trifásico" to a question tells, and asks nothing.
        Intent::Technical
            if reading.question.count > 0 && text.tokens.len() <= 4 && !requests(text, start) =>
        {
            true
        }
        // "tenho trifásico aqui"
        Intent::Technical
            if text.near_before(start, 3, "tenho temos uso usamos")
                && !text.sentence(start).question =>
        {
            true
        }
        Intent::Catalog if text.any(start..start + 4, "<link>") => true,
        Intent::Price => is_idle_price(text, found),
        Intent::Catalog => {
            text.near_before(start, 6, "vi vimos viu assisti mando mandei envio enviei segue")
                || denied_before(text, start, 3)
        }
        Intent::Technical if word.starts_with("pneumatic") || word.starts_with("mold") => {
            !requests(text, start)
        }
        // "a instalação está inclusa?": what comes with the machine.
        Intent::Technical if text.is(start, "instalacao treinamento") => {
            text.any(start..text.sentence(start).end, "inclusa incluso incluida inclui junto")
        }
        Intent::Complaint => denied_before(text, start, 2),
        Intent::Human | Intent::Technical => denied_before(text, start, 3),
        _ => false,
    }
}

/// "depende do preço", "já recebi a proposta", "o valor do frete": no price is asked.
fn is_idle_price(text: &Text, found: &Match<Intent>) -> bool {
    const HAD: &str = "depende aguardando esperando ficou ficaram prometeu prometeram recebi vi mandaram passaram pesquisando pesquisar \
                       sondando comparando";
    let freight = text.is(found.end, "do de o") && text.word(found.end + 1) == "frete"
        || text.word(found.end) == "frete" && text.word(found.start) == "quanto";
    let had = text.near_before(found.start, 4, HAD)
        || (text.is(found.start, "proposta orcamento cotacao")
            && text.near_before(found.start, 4, "tenho temos tem"));
    let denied = denied_before(text, found.start, 3) && text.word(found.start) != "quanto";
    let once = text.near_before(found.start, 3, "quando") && !text.sentence(found.start).question;
    once || freight || had || denied || text.is(found.end, "for fosse estiver")
}

/// "opa conheço sim", in answer to a question.
fn is_exclamation(reading: &Reading<'_>, at: usize) -> bool {
    let text = reading.text;
    reading.question.count > 0
        && text.word(at) == "opa"
        && text.gap(at + 1) <= Gap::Space
        && text.is(at + 1, "conheco sim tenho ja isso quero sou e claro nao pode")
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
fn refine(
    text: &Text,
    found: &[Match<Intent>],
    machines: &Machines,
    told: bool,
    intents: &mut Vec<Intent>,
) {
    use Intent::{
        Catalog, DeliveryTime, Discount, Greeting, Human, JobSeeker, OptOut, Payment, Price,
        ProductQuestion, Spam, Supplier, Technical, UnavailableProduct,
    };
    // "boa noite, fica com Deus": said in leaving.
    let salutes = |m: &&Match<Intent>| m.label == Greeting;
    let leaves = found.iter().find(|m| m.label == Intent::Goodbye);
    let closing = |m: &Match<Intent>| {
        text.is(m.start, "bom boa") && leaves.is_some_and(|it| it.start >= m.start)
    };
    if leaves.is_some() && found.iter().filter(salutes).all(closing) {
        intents.retain(|intent| *intent != Greeting);
    }
    if intents.contains(&Spam) {
        intents.retain(|intent| matches!(intent, Spam | Greeting));
    }
    let mut drop = |sign: Intent, gone: &[Intent]| {
        if intents.contains(&sign) {
            intents.retain(|intent| !gone.contains(intent));
        }
    };
    drop(Supplier, &[Price, Human, ProductQuestion, Technical, Catalog]);
    drop(Supplier, &[UnavailableProduct, Payment, DeliveryTime]);
    drop(JobSeeker, &[ProductQuestion, Human, Technical, Supplier, Price]);
    // "mandei errado, o e-mail é": a slip, not a wrong number.
    if told {
        let slip =
            |m: &Match<Intent>| text.any(m.start..m.end, "errado errada errei engano mandei");
        if found.iter().filter(|m| m.label == Intent::OffTopic).all(slip) {
            intents.retain(|intent| *intent != Intent::OffTopic);
        }
    }
    let mut drop = |sign: Intent, gone: &[Intent]| {
        if intents.contains(&sign) {
            intents.retain(|intent| !gone.contains(intent));
        }
    };
    if machines.wanted.is_empty() {
        drop(Intent::Injection, &[ProductQuestion]);
    }
    drop(OptOut, &[ProductQuestion, Human, Price]);
    // A price that is only asked down is no price asked for.
    let asked = |m: &Match<Intent>| {
        m.label == Price && text.is(m.start, "quanto orcamento proposta cotacao")
    };
    if !found.iter().any(asked) {
        drop(Discount, &[Price]);
    }
}
