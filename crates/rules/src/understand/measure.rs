//! Units, periods and packages around a number: "kg de linguiça", "toda sexta", "caixas com 36".

use std::ops::Range;

use super::numbers::{self, Number};
use super::text::{Gap, Text, one_of};
use crate::lead::{Period, Unit};

/// "3 a 4 mil": the thousand of the upper bound belongs to the lower one too.
pub fn shared_thousand(text: &Text, number: &Number) -> f64 {
    let upper = numbers::read(text, number.end + 1);
    let linked = text.is(number.end, "a ate ou");
    let thousands = |upper: &Number| {
        let said = (upper.start..upper.end).any(|at| text.is_typed(at, "mil k"));
        said && upper.value >= 1_000.0 && upper.value / 1_000.0 > number.value
    };
    let own = (number.start..number.end).any(|at| text.is_typed(at, "mil k"));
    if linked && !own && upper.as_ref().is_some_and(thousands) { 1_000.0 } else { 1.0 }
}

/// "200 a 300", "200-300", "entre 200 e 300", "200 ou 300": one past the upper bound.
pub fn range_end(text: &Text, number: &Number) -> Option<usize> {
    let linked = text.is(number.end, "a ate ou e");
    let between = text.word(number.start.saturating_sub(1)) == "entre";
    if linked && (text.word(number.end) != "e" || between) {
        return numbers::read(text, number.end + 1)
            .filter(|upper| upper.value > number.value)
            .map(|upper| upper.end);
    }
    let hyphen = matches!(text.gap(number.end), Gap::Hyphen | Gap::Dash | Gap::Slash);
    numbers::read(text, number.end)
        .filter(|upper| hyphen && upper.value > number.value)
        .map(|upper| upper.end)
}

/// "caixas com 36", "lotes de 60": how many each holds, and one past it.
pub fn contents(text: &Text, at: usize) -> Option<(f64, usize)> {
    let package = text.is(
        at,
        "caixa caixas lote lotes bandeja bandejas fornada fornadas pacote \
pacotes fardo fardos batelada bateladas turno turnos massa massas cx \
leva levas",
    );
    if !package {
        return None;
    }
    // "50 caixas por dia com 24": the period may stand between.
    let link = (at + 1..at + 5).find(|i| text.is(*i, "de com contendo"))?;
    let between = (at + 1..link).all(|i| text.is(i, "por ao dia semana mes"));
    let number = numbers::read(text, link + 1).filter(|_| between)?;
    let hours = text.is(number.end, "horas hora");
    (!hours).then_some((number.value, number.end))
}

/// "35 kg cada vez, duas vezes por semana": the period, how often, and one past it.
pub fn times_per(text: &Text, from: usize) -> Option<(Period, f64, usize)> {
    // "800 por dia, 3x na semana": the rate is said already.
    let said = period_after(text, from).map(|(.., end)| end);
    let end = text.sentence(from.min(text.tokens.len().saturating_sub(1))).end.min(from + 7);
    (from..end).find_map(|at| {
        let times = numbers::read(text, at).filter(|times| times.value <= 10.0)?;
        if !text.is(times.end, "vez vezes x") || said.is_some_and(|end| end <= at) {
            return None;
        }
        let (period, factor, stop) = period_after(text, times.end + 1)?;
        Some((period, factor * times.value, stop))
    })
}

/// What is counted, its factor and one past it: "kg de linguiça", "toneladas", "unidades de espeto".
pub fn unit_at(text: &Text, at: usize) -> (Option<Unit>, f64, usize) {
    let at = if text.word(at) == "de" { at + 1 } else { at };
    let food = |at: usize| match text.word(at) {
        "hamburguer" | "smash" | "blend" | "blends" | "disco" | "discos" | "hamburguinhos" => {
            Some(Unit::Hamburguer)
        }
        "espeto" => Some(Unit::Espeto),
        "linguica" | "gomos" => Some(Unit::Linguica),
        _ => None,
    };
    if text.gap(at) >= Gap::Stop {
        return (None, 1.0, at);
    }
    let of = |after: usize| {
        if text.word(after) == "de" { food(after + 1).map(|unit| (unit, after + 2)) } else { None }
    };
    match text.word(at) {
        "kg" => (Some(Unit::Kg), 1.0, of(at + 1).map_or(at + 1, |(_, end)| end)),
        "tonelada" | "t" => (Some(Unit::Kg), 1_000.0, of(at + 1).map_or(at + 1, |(_, end)| end)),
        "arroba" | "arrobas" => (Some(Unit::Kg), 15.0, at + 1),
        "unidades" | "pecas" | "peca" => {
            let named = of(at + 1);
            (
                Some(named.map_or(Unit::Unidade, |(unit, _)| unit)),
                1.0,
                named.map_or(at + 1, |(_, end)| end),
            )
        }
        _ => match food(at) {
            Some(unit) => (Some(unit), 1.0, at + 1),
            None => (None, 1.0, at),
        },
    }
}

/// The period that a word names, and how often it fits into the one that is kept.
pub fn period_word(text: &Text, at: usize) -> Option<(Period, f64)> {
    Some(match text.word(at) {
        "dia" | "diario" | "diarios" | "diaria" | "diarias" | "diariamente" | "noite" => {
            (Period::Dia, 1.0)
        }
        "semana" | "semanal" | "semanais" | "semanalmente" => (Period::Semana, 1.0),
        "mes" | "mensal" | "mensais" | "mensalmente" => (Period::Mes, 1.0),
        "quinzena" | "quinzenal" | "quinzenais" => (Period::Mes, 2.0),
        "hora" => (Period::Hora, 1.0),
        _ => return None,
    })
}

/// "por dia", "/semana", "todo santo dia", "toda sexta", "no fim de semana": the period, a factor
/// and one past it.
pub fn period_after(text: &Text, from: usize) -> Option<(Period, f64, usize)> {
    let end = text.sentence(from.min(text.tokens.len().saturating_sub(1))).end.min(from + 8);
    for at in from..end {
        let before = if at > 0 { text.word(at - 1) } else { "" };
        if at > from && numbers::is_number(text, at) && !text.is(at, "um uma") {
            let days = text.word(at + 1) == "dias" && text.fold(at) == "15";
            return days.then_some((Period::Mes, 2.0, at + 2));
        }
        if text.is(at, "mas quero chegar pretendo trabalho trabalhamos") {
            return None;
        }
        if one_of(before, "todo toda todos todas cada no na aos nos") && is_weekday(text, at) {
            return Some((Period::Semana, 1.0, at + 1));
        }
        if text.word(at) == "fim" && text.word(at + 2) == "semana"
            || text.word(at) == "final" && text.word(at + 2) == "semana"
        {
            return Some((Period::Semana, 1.0, at + 3));
        }
        if let Some((period, factor)) = period_word(text, at) {
            let marked = at == from
                || text.gap(at) == Gap::Slash
                || one_of(
                    before,
                    "por ao a cada todo toda todos os na no santo pela um uma p para de e \
da do",
                )
                || text.word(at).ends_with("al")
                || text.word(at).ends_with("ais")
                || text.word(at).starts_with("diari");
            // "1 semana" is a span of time, "300 dia" a rate.
            let span = at == from
                && text.gap(at) != Gap::Slash
                && at > 0
                && numbers::read(text, at - 1).is_some_and(|number| number.value < 10.0);
            if span {
                return None;
            }
            let coming = (period != Period::Hora
                && text.word(at + 1) == "que"
                && text.word(at + 2) == "vem")
                || text.is(at + 1, "passada passado")
                || one_of(before, "esse essa este esta proximo proxima");
            if marked && !coming {
                return Some((period, factor, at + 1));
            }
        }
    }
    None
}

fn is_weekday(text: &Text, at: usize) -> bool {
    text.is(
        at,
        "segunda terca quarta quinta sexta sabado domingo segundas sextas \
sabados domingos quintas quartas tercas feira",
    )
}

/// "por semana faço 200", "produção diária de 300".
pub fn period_before(text: &Text, at: usize) -> Option<(Period, f64)> {
    let start = text.sentence(at).start;
    let mut place = at;
    for _ in 0..6 {
        if place <= start || text.gap(place) >= Gap::Stop {
            return None;
        }
        place -= 1;
        if numbers::is_number(text, place) && place + 1 < at && !text.is(place, "um uma") {
            return None;
        }
        let marked = text.is(place.wrapping_sub(1), "por ao cada todo toda") && place > start
            || !text.is(place, "dia dias hora horas semana mes noite");
        if let Some(period) = period_word(text, place).filter(|_| marked) {
            return Some(period);
        }
    }
    None
}

/// The period that a question asks for.
pub fn period_in(text: &Text) -> Option<Period> {
    let mut periods: Vec<Period> = Vec::new();
    for at in 0..text.tokens.len() {
        if let Some((period, _)) =
            period_word(text, at).filter(|(period, _)| !periods.contains(period))
        {
            periods.push(period);
        }
    }
    match periods.as_slice() {
        [period] => Some(*period),
        _ => None,
    }
}

/// The one food that a text speaks of.
pub fn unit_in(text: &Text) -> Option<Unit> {
    unit_within(text, 0..text.tokens.len())
}

/// The one food that some words speak of.
pub fn unit_within(text: &Text, words: Range<usize>) -> Option<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for at in words {
        let unit = match text.word(at) {
            "hamburguer" | "smash" if !super::segment_word(text, at) => Some(Unit::Hamburguer),
            "formadora" | "formadoras" => Some(Unit::Hamburguer),
            "espeto" => Some(Unit::Espeto),
            "linguica" => Some(Unit::Linguica),
            "kg" => Some(Unit::Kg),
            _ => None,
        };
        if let Some(unit) = unit.filter(|unit| !units.contains(unit)) {
            units.push(unit);
        }
    }
    match units.as_slice() {
        [unit] => Some(*unit),
        [Unit::Kg, _] | [_, Unit::Kg] => Some(Unit::Kg),
        _ => None,
    }
}
