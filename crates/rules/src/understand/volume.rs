//! What the lead makes in a period: amount, unit and period, or nothing.

use super::answer::{self, Reply};
use super::measure::{
    contents, period_after, period_before, period_in, period_word, range_end, shared_thousand,
    times_per, unit_at, unit_in, unit_within,
};
use super::numbers::{self, Number};
use super::reading::Reading;
use super::scope::{corrected_between, taken_back};
use super::text::{Gap, Sentence, Text, one_of};
use crate::lead::{Fact, Field, Period, Unit, Value, Volume};

/// A number that may be a volume.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    amount: f64,
    unit: Option<Unit>,
    period: Option<Period>,
    start: usize,
    end: usize,
    goal: bool,
}

/// Reads the volume; `models` are the words taken by names of machines.
pub fn read(reading: &Reading<'_>, models: &[(usize, usize)]) -> Option<Fact> {
    let text = reading.text;
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        let free =
            !reading.is_taken(at) && models.iter().all(|(from, to)| !(*from..*to).contains(&at));
        match free.then(|| candidate(reading, at)).flatten() {
            Some(candidate) => {
                at = candidate.end;
                found.push(candidate);
            }
            None => at = numbers::read(text, at).map_or(at + 1, |number| number.end),
        }
    }
    let chosen =
        choose(reading, &found).or_else(|| period_only(reading)).or_else(|| confirmed(reading))?;
    // "900 unidades" of what the talk is about.
    let unit = match chosen.unit {
        Some(unit) if unit != Unit::Unidade => unit,
        said => unit_spoken_of(reading)
            .filter(|unit| said.is_none() || *unit != Unit::Kg)
            .unwrap_or(Unit::Unidade),
    };
    let volume = Volume { amount: chosen.amount, unit, period: chosen.period? };
    Some(reading.fact(Value::Volume(volume), chosen.start, chosen.end))
}

fn choose(reading: &Reading<'_>, found: &[Candidate]) -> Option<Candidate> {
    let asked =
        reading.question.asks(Field::Volume) || said_volume(&reading.question.text).is_some();
    let whole = |c: &Candidate| c.period.is_some();
    let kept: Vec<Candidate> = found
        .iter()
        .copied()
        .filter(|c| !taken_back(reading.text, c.end) && !number_taken_back(reading.text, c))
        .collect();
    let present = kept.iter().find(|c| whole(c) && !c.goal);
    let mut first = present.or_else(|| kept.iter().find(|c| whole(c))).copied();
    // A correction without unit or period inherits them: "200 por dia, opa, 2000".
    let pattern = first.or_else(|| found.iter().copied().find(whole));
    if let Some(before) = pattern {
        let later = kept.iter().rev().find(|c| {
            c.start > before.start
                && corrected_between(reading.text, before.end, c.start)
                && (c.period.is_some() || c.unit.is_none())
        });
        if let Some(later) = later {
            let period = later.period.or(before.period);
            first = Some(Candidate { period, unit: later.unit.or(before.unit), ..*later });
        }
    }
    // "capacidade de 1000 por dia mas faço 400": what is made beats what could be.
    let made = kept.iter().find(|c| {
        c.period.is_none()
            && reading.text.is(c.start.wrapping_sub(1), "faco fazemos produzo produzimos")
    });
    if let (Some(could), Some(made)) = (first.filter(|c| c.goal), made) {
        first = Some(Candidate { period: could.period, unit: made.unit.or(could.unit), ..*made });
    }
    if first.is_some() || !asked {
        return first;
    }
    // "100 mil? 50 mil?": guesses at something else, not an answer.
    let guess = |c: &&Candidate| reading.text.sentence(c.start).question && c.unit.is_none();
    if kept.iter().filter(guess).count() > 1 {
        return None;
    }
    let only = kept.iter().find(|c| !c.goal).or(kept.first())?;
    let period = period_in(&reading.question.text)?;
    Some(Candidate {
        period: Some(period),
        unit: only.unit.or_else(|| unit_in(&reading.question.text)),
        ..*only
    })
}

/// "200 não, 2000": the denial may stand after the unit.
fn number_taken_back(text: &Text, candidate: &Candidate) -> bool {
    (candidate.start + 1..=candidate.end + 1)
        .any(|at| taken_back(text, at) && text.gap(at) <= Gap::Space)
}

fn candidate(reading: &Reading<'_>, at: usize) -> Option<Candidate> {
    let text = reading.text;
    let number = numbers::read(text, at).filter(|_| text.tokens[at].special.is_none())?;
    if reading.scope.past(at)
        || reading.scope.third(at)
        || counts_something_else(text, &number)
        || denied(text, at)
    {
        return None;
    }
    let mut amount = number.value * shared_thousand(text, &number);
    let mut end = range_end(text, &number).unwrap_or(number.end);
    let mut inside = None;
    if let Some((times, stop)) = contents(text, end) {
        amount *= times;
        inside = period_after(text, end + 1).filter(|(.., period_end)| *period_end < stop);
        end = stop;
    }
    let (unit, factor, after_unit) = unit_at(text, end);
    if unit.is_none() && !may_follow(text, end) {
        return None;
    }
    amount *= factor;
    // "uma tonelada e meia"
    let half = factor > 1.0 && text.word(after_unit) == "e" && text.is(after_unit + 1, "meia meio");
    let after_unit = if half { after_unit + 2 } else { after_unit };
    amount += if half { factor / 2.0 } else { 0.0 };
    let times = times_per(text, after_unit);
    let (period, fold, stop) = inside
        .map(|(period, fold, _)| (period, fold, after_unit))
        .or(times)
        .or_else(|| period_after(text, after_unit))
        .or_else(|| period_before(text, at).map(|(period, fold)| (period, fold, after_unit)))
        .map_or((None, 1.0, after_unit), |(period, fold, stop)| (Some(period), fold, stop));
    let unit = unit.or_else(|| unit_at(text, stop).0);
    // "um", "meia" alone count only with a unit: "uma por dia" is rarely a volume.
    if !number.digits && amount < 2.0 && unit.is_none() {
        return None;
    }
    Some(Candidate {
        amount: amount * fold,
        unit,
        period,
        start: at,
        end: stop.max(number.end),
        goal: is_goal(text, at),
    })
}

/// "não faço 300": the verb is denied; "nem cinquenta" only makes little of it.
fn denied(text: &Text, at: usize) -> bool {
    let start = text.sentence(at).start;
    (start.max(at.saturating_sub(4))..at).any(|i| {
        text.word(i) == "nao"
            && text.is(i + 1, "faco fazemos produzo produzimos sao e vendo vendemos")
            && (i + 1..=at).all(|n| text.gap(n) < Gap::Comma)
    })
}

/// Whether what follows a number without unit lets it be a volume.
fn may_follow(text: &Text, at: usize) -> bool {
    text.gap(at) >= Gap::Slash
        || period_word(text, at).is_some()
        || matches!(
            text.word(at),
            "por"
                | "ao"
                | "a"
                | "cada"
                | "todo"
                | "toda"
                | "todos"
                | "todas"
                | "no"
                | "na"
                | "em"
                | "e"
                | "mais"
                | "so"
                | "hoje"
                | "aqui"
                | "mesmo"
                | "assim"
                | "agora"
                | "ou"
                | "de"
                | "kk"
                | "nao"
                | "para"
                | "ne"
                | "acho"
                | "que"
                | ""
                | "faco"
                | "fazemos"
        )
}

/// Numbers that count money, people, sizes, hours.
fn counts_something_else(text: &Text, number: &Number) -> bool {
    let before = text.word(number.start.wrapping_sub(1));
    // "compro 200 por semana", "a que faz 300 por hora", "a FB700 faz 700": not what the lead makes.
    let start = text.sentence(number.start).start;
    let near = start.max(number.start.saturating_sub(4))..number.start;
    let bought = near.clone().any(|at| {
        text.is(at, "compro compramos comprava recebo gasto gastamos pago pagamos")
            // Money, without saying so.
            || text.is(at, "faturamento faturo faturamos fatura receita lucro lucramos aluguel")
    });
    let of_machine = near.clone().any(|at| {
        text.is(at, "faz produz rende")
            && (text.word(at.wrapping_sub(1)) == "que"
                && text.is(at.wrapping_sub(2), "a aquela uma maquina semana dia")
                || text.fold(at.wrapping_sub(1)).ends_with("00"))
    });
    if bought || of_machine {
        return true;
    }
    let money = text.fold(number.start.wrapping_sub(1)) == "r"
        || text.is(number.end, "reais conto contos pila real mangos");
    let labelled = one_of(
        before,
        "ddd numero telefone cep loja modelo boca molde potencia ano desde dia \
nr nr12 inox aco rua avenida fb se das as turno artigo",
    );
    // "a de três mil por hora": what a machine makes.
    let machine = before == "de"
        && text.is(number.start.wrapping_sub(2), "a uma aquela maquina modelo formadora essa");
    let dated = text.gap(number.end) == Gap::Slash && numbers::is_number(text, number.end);
    money || (labelled && text.gap(number.start) < Gap::Comma) || dated || machine
}

fn is_goal(text: &Text, at: usize) -> bool {
    let start = text.sentence(at).start.max(at.saturating_sub(7));
    let start = (start..at).rev().find(|i| text.is(*i, "mas porem")).unwrap_or(start);
    (start..at).any(|i| {
        text.is(
            i,
            "capacidade consigo aguento quero chegar meta pretendo pretendemos aumentar ideia queria queremos \
vou objetivo planejo planejamos penso passar dobrar futuro gostaria",
        )
    })
}

/// What a number without unit counts: what the agent asked for, or what the machine in talk makes.
/// The units of a pitch ("reservatório de 5 kg") tell nothing of it.
fn unit_spoken_of(reading: &Reading<'_>) -> Option<Unit> {
    let code = reading.lead.product.as_deref();
    let known = code.and_then(|code| reading.catalogue.category(code));
    let known = known.or(reading.lead.product_category.as_deref());
    let makes = |category: &str| reading.catalogue.unit(category);
    unit_in(reading.text)
        .or_else(|| unit_asked(&reading.question.text))
        .or_else(|| only_unit_named(reading, reading.text))
        .or_else(|| known.and_then(makes))
        .or_else(|| unit_in(reading.told))
        .or_else(|| only_unit_named(reading, reading.history))
        .or_else(|| unit_in(reading.history))
}

/// The unit of the last question in a text.
fn unit_asked(said: &Text) -> Option<Unit> {
    let asked = said.sentences.iter().rev().filter(|sentence| sentence.question);
    asked.filter_map(|sentence| unit_within(said, sentence.start..sentence.end)).next()
}

/// What the machines named in a text make, when all make the same.
fn only_unit_named(reading: &Reading<'_>, text: &Text) -> Option<Unit> {
    let named = reading.catalogue.named(text, false);
    let mut units = named.iter().filter_map(|one| reading.catalogue.unit(&one.category));
    let first = units.next()?;
    units.all(|unit| unit == first).then_some(first)
}

/// "isso é por semana": the amount stands in the agent's line.
fn period_only(reading: &Reading<'_>) -> Option<Candidate> {
    let text = reading.text;
    if text.tokens.len() > 10
        || (0..text.tokens.len()).any(|at| numbers::is_number(text, at) && !text.is(at, "um uma"))
    {
        return None;
    }
    let (period, factor, at) = (0..text.tokens.len()).find_map(|at| {
        let (period, factor) = period_word(text, at)?;
        let marked = at > 0 && (text.is(at - 1, "por ao cada") || text.gap(at) == Gap::Slash);
        let denied = super::scope::denied_before(text, at, 3);
        (marked && !denied).then_some((period, factor, at))
    })?;
    let said = &reading.question.text;
    let (amount, unit) = (0..said.tokens.len()).find_map(|at| {
        let number = numbers::read(said, at).filter(|number| number.digits)?;
        let (unit, scale, _) = unit_at(said, number.end);
        Some((number.value * scale, unit?))
    })?;
    Some(Candidate {
        amount: amount * factor,
        unit: Some(unit),
        period: Some(period),
        start: at,
        end: at + 1,
        goal: false,
    })
}

/// "isso" to "então são 300 hambúrgueres por dia, certo?".
fn confirmed(reading: &Reading<'_>) -> Option<Candidate> {
    let agrees = answer::yes_or_no(reading.text) == Some(Reply::Yes) && reading.question.count == 1;
    let said = &reading.question.text;
    let (candidate, sentence) = said_volume(said).filter(|_| agrees)?;
    sentence.question.then_some(Candidate { start: 0, end: 1, ..candidate })
}

/// The whole volume that the agent named, and the sentence that holds it.
fn said_volume(said: &Text) -> Option<(Candidate, Sentence)> {
    (0..said.tokens.len()).find_map(|at| {
        let number = numbers::read(said, at).filter(|number| number.digits)?;
        let (unit, scale, end) = unit_at(said, number.end);
        let (period, factor, _) = period_after(said, end)?;
        let amount = number.value * scale * factor;
        let period = Some(period);
        Some((Candidate { amount, unit, period, start: at, end, goal: false }, said.sentence(at)))
    })
}
