//! When the lead wants to buy, and whether it knows the company.

use std::sync::LazyLock;

use super::answer::{self, Reply};
use super::numbers;
use super::pattern::{Match, PatternSet};
use super::product::Machines;
use super::reading::Reading;
use super::scope::denied_before;
use super::text::{Gap, Text, one_of};
use crate::lead::{Fact, Field, Urgency, Value};

/// Most words of a bare "isso" or "claro" that answers whether the company is known.
const LONGEST_YES: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Urgency(Urgency),
    /// A near date, which counts only beside words of buying or starting.
    Soon,
    Knows(bool),
}

static SIGNS: LazyLock<PatternSet<Sign>> = LazyLock::new(|| {
    PatternSet::new(include_str!("../../data/purchase.txt"), |name| {
        Some(match name {
            "alta" => Sign::Urgency(Urgency::Alta),
            "media" => Sign::Urgency(Urgency::Media),
            "baixa" => Sign::Urgency(Urgency::Baixa),
            "soon" => Sign::Soon,
            "knows" => Sign::Knows(true),
            "unknown" => Sign::Knows(false),
            _ => return None,
        })
    })
});

/// Reads urgency and acquaintance.
pub fn read(reading: &Reading<'_>, machines: &Machines) -> Vec<Fact> {
    let signs = SIGNS.find(reading.text);
    urgency(reading, &signs).into_iter().chain(knows(reading, &signs, machines)).collect()
}

fn urgency(reading: &Reading<'_>, signs: &[Match<Sign>]) -> Option<Fact> {
    let text = reading.text;
    let asked = reading.question.asks(Field::Urgency);
    let mut found: Vec<(Urgency, usize, usize)> = signs
        .iter()
        .filter_map(|sign| match sign.label {
            Sign::Urgency(urgency) => Some((urgency, sign)),
            Sign::Soon
                if asked
                    || of_buying(text, sign.start, sign.end)
                    || is_item(text, sign.start)
                    // "urgente", and no more, of somebody who wants a machine.
                    || text.tokens.len() <= 2 && reading.lead.product.is_some() =>
            {
                Some((Urgency::Alta, sign))
            }
            _ => None,
        })
        .filter(|(urgency, sign)| {
            let question = text.sentence(sign.start).question;
            let other = reading.scope.third(sign.start)
                || about_the_reply(text, sign.start)
                || (question && about_payment_or_delivery(text, sign.start));
            let denied = *urgency != Urgency::Baixa && denied_before(text, sign.start, 3);
            !other && !denied && !is_hypothesis(text, sign)
        })
        .map(|(urgency, sign)| (urgency, sign.start, sign.end))
        .collect();
    found.extend(spans(reading, asked));
    if found.is_empty() && asked {
        found.extend(hurry_confirmed(reading).or_else(|| at_once(text)));
    }
    // Whoever says there is no hurry means it, whatever date stands beside it.
    let calm = found.iter().find(|(urgency, ..)| *urgency == Urgency::Baixa);
    let (urgency, start, end) = calm.or_else(|| found.first()).copied()?;
    Some(reading.fact(Value::Urgency(urgency), start, end))
}

/// "se eu comprar essa semana, chega quando?", "quero agora uma maior": no time to buy.
fn is_hypothesis(text: &Text, sign: &Match<Sign>) -> bool {
    let start = text.sentence(sign.start).start;
    let supposed = text.sentence(sign.start).question
        && (start..sign.start).any(|at| {
            text.word(at) == "se"
                && (at + 1..at + 4).any(|i| {
                    text.is(i, "comprar fechar pagar fizer pedir levar fechasse comprasse")
                })
        });
    let turns = text.is(sign.end.wrapping_sub(1), "agora ja")
        && text.gap(sign.end) < Gap::Comma
        && text.is(sign.end, "uma um a o as os saber ver entender outra outro mais partir ir");
    supposed || turns
}

/// "Roberta, Meat Lovers, pra esse mês": a date among the items of a list.
fn is_item(text: &Text, at: usize) -> bool {
    at > 1 && text.word(at - 1) == "para" && text.gap(at - 1) == Gap::Comma
}

/// "agora", "já", "logo": an answer to "quando?".
fn at_once(text: &Text) -> Option<(Urgency, usize, usize)> {
    (0..text.tokens.len().min(6))
        .find(|at| {
            text.is(*at, "agora ja logo hoje rapido urgente imediato")
                // "se eu fechar hoje, chega quando?"
                && !text.sentence(*at).question
                // "hoje é tudo na mão" tells how it is done now.
                && !text.is(at + 1, "e esta faco fazemos tenho temos uso usamos tem fazia")
                && !denied_before(text, *at, 3)
        })
        .map(|at| (Urgency::Alta, at, at + 1))
        .or_else(|| this_or_next(text))
}

/// "este" or "próximo", after "este mês ou o próximo?".
fn this_or_next(text: &Text) -> Option<(Urgency, usize, usize)> {
    if text.tokens.len() > 4 {
        return None;
    }
    (0..text.tokens.len()).filter(|at| !text.is(at + 1, "ano semestre")).find_map(|at| {
        let urgency = match text.word(at) {
            "este" | "esse" | "nesse" | "neste" => Urgency::Alta,
            "proximo" | "proximos" => Urgency::Media,
            _ => return None,
        };
        Some((urgency, at, at + 1))
    })
}

/// "sim" or "não muito" to "é urgente?".
fn hurry_confirmed(reading: &Reading<'_>) -> Option<(Urgency, usize, usize)> {
    let question = &reading.question;
    let urgent =
        question.text.tokens.iter().any(|token| one_of(&token.word, "urgente urgencia pressa"));
    if !urgent || question.count != 1 {
        return None;
    }
    match answer::yes_or_no(reading.text) {
        Some(Reply::Yes) => Some((Urgency::Alta, 0, 1)),
        Some(Reply::No) => Some((Urgency::Baixa, 0, 1)),
        None if reading.text.is(0, "nenhuma nenhum zero") => Some((Urgency::Baixa, 0, 1)),
        None if reading.text.is(0, "nao") && reading.text.is(1, "muito tanto") => {
            Some((Urgency::Baixa, 0, 2))
        }
        None => None,
    }
}

/// "daqui 2 meses", "em 20 dias": only beside words of buying or starting, or when asked.
fn spans(reading: &Reading<'_>, asked: bool) -> Vec<(Urgency, usize, usize)> {
    let text = reading.text;
    let mut found = Vec::new();
    for at in 0..text.tokens.len() {
        let Some(number) = numbers::read(text, at) else { continue };
        let before = if at > 0 { text.word(at - 1) } else { "" };
        let ahead = one_of(before, "em daqui dentro de uns maximo a ate por prazo")
            || (at > 1 && text.word(at - 2) == "daqui");
        let days = match text.word(number.end) {
            // "800 dia" is a rate.
            "dia" if number.value > 90.0 => continue,
            "dia" | "dias" => number.value,
            "semana" | "semanas" => number.value * 7.0,
            "mes" | "meses" => number.value * 30.0,
            "ano" | "anos" => number.value * 365.0,
            _ => continue,
        };
        let rate = one_of(before, "por ha faz com cada desde garantia")
            || reading.scope.third(at)
            || reading.scope.past(at);
        let planned = text.word(at.wrapping_sub(1)) == "daqui"
            || text.is(at.wrapping_sub(1), "a uns") && text.word(at.wrapping_sub(2)) == "daqui";
        let planned = planned
            && (at.saturating_sub(4)..at).any(|i| {
                text.word(i) == "para" || text.word(i) == "pode" && text.word(i + 1) == "ser"
            });
        // "daqui uns 2 meses", and no more: there is nothing else that it could date.
        let planned = planned || text.word(0) == "daqui" && text.tokens.len() <= 5;
        let other = about_the_reply(text, at) || about_payment_or_delivery(text, at);
        if rate || other || !(asked || planned || (ahead && of_buying(text, at, number.end + 1))) {
            continue;
        }
        let urgency = if days <= 31.0 {
            Urgency::Alta
        } else if days <= 92.0 {
            Urgency::Media
        } else {
            Urgency::Baixa
        };
        found.push((urgency, at, number.end + 1));
    }
    found
}

/// Whether the sentence around a date speaks of buying, opening or running.
fn of_buying(text: &Text, start: usize, end: usize) -> bool {
    let sentence = text.sentence(start);
    (sentence.start.max(start.saturating_sub(10))..sentence.end.min(end + 6)).any(|at| {
        let word = text.word(at);
        one_of(
            word,
            "comprar compro fechar fecho preciso precisamos precisava abrir abro \
abre comecar comeco rodando rodar operando operar decidir decido \
resolver investir pegar produzindo funcionando instalada adquirir \
iniciar inicio estrear instalar pretendo pretendemos trocar substituir \
lancar maquina",
        ) || word.starts_with("inaugur")
            || (one_of(word, "quero queremos queria") && text.word(at + 1) == "para")
    }) && !about_payment_or_delivery(text, start)
}

/// "me responde urgente", "me liga amanhã": urgency of an answer, not of a purchase.
fn about_the_reply(text: &Text, at: usize) -> bool {
    let sentence = text.sentence(at);
    (sentence.start..sentence.end).any(|i| {
        let word = text.word(i);
        word.starts_with("respond")
            || word.starts_with("respost")
            || word.starts_with("retorn")
            || word.starts_with("lig") && word.len() <= 6
            || one_of(word, "visita visitar reuniao passo mando chamo falo aviso falar alguem atendente vendedor")
    })
}

fn about_payment_or_delivery(text: &Text, at: usize) -> bool {
    let sentence = text.sentence(at);
    (sentence.start..sentence.end).any(|i| {
        let word = text.word(i);
        one_of(
            word,
            "boleto cartao garantia pagar pagamento parcela vezes frete chega \
entregam triplicamos",
        ) || (one_of(word, "entrega prazo") && sentence.question)
    })
}

fn knows(reading: &Reading<'_>, signs: &[Match<Sign>], machines: &Machines) -> Option<Fact> {
    let text = reading.text;
    let fact = |knows, start, end| Some(reading.fact(Value::KnowsSeleto(knows), start, end));
    let unknown = signs
        .iter()
        .find(|sign| sign.label == Sign::Knows(false) && !reading.scope.third(sign.start));
    if let Some(sign) = unknown {
        return fact(false, sign.start, sign.end);
    }
    let known = signs.iter().find(|sign| {
        sign.label == Sign::Knows(true)
            && !denied_before(text, sign.start, 3)
            && !reading.scope.third(sign.start)
            && !text.sentence(sign.start).question
    });
    if let Some(sign) = known {
        return fact(true, sign.start, sign.end);
    }
    if let Some(owned) =
        machines.owned.iter().find(|one| one.code.is_some() && is_model(text, one.start, one.end))
    {
        return fact(true, owned.start, owned.end);
    }
    if !reading.question.asks_only(Field::KnowsSeleto) {
        return None;
    }
    let first = usize::from(text.is(0, "opa ah olha bom"));
    let known = text.is(first, "conheco conhecia conhecemos ja")
        && !text.tokens.iter().any(|t| t.word == "nao");
    match answer::yes_or_no(text) {
        Some(Reply::Yes) if text.is(0, "quero manda mande pode gostaria bora") => None,
        // "isso, essa ensacadeira…": a yes to something else.
        Some(Reply::Yes)
            if !text.is(0, "sim ja conheco conhecia") && text.tokens.len() > LONGEST_YES =>
        {
            None
        }
        Some(Reply::Yes) => fact(true, 0, 1),
        Some(Reply::No) => fact(false, 0, 1),
        None if known => fact(true, 0, 1),
        None => None,
    }
}

/// A model's name belongs to Seleto; "minha ensacadeira" may be of any make.
fn is_model(text: &Text, start: usize, end: usize) -> bool {
    (start..end).any(|at| text.fold(at).bytes().any(|b| b.is_ascii_digit()))
}
