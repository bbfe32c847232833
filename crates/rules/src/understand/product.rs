//! The machine the lead wants or asks about; never one it owns, rejects or only heard of.

use super::answer::{self, Reply};
use super::catalogue::Named;
use super::reading::Reading;
use super::scope::{corrected_between, denied_before, taken_back};
use super::text::{Gap, Text, one_of};
use crate::lead::{Fact, Field, Value};

/// Most words of a bare answer: "hambúrguer e smash".
const SHORT_ANSWER: usize = 4;

/// What the burst says about machines.
#[derive(Debug, Default)]
pub struct Machines {
    /// Machines of interest, in order.
    pub wanted: Vec<Named>,
    /// Wants another like one it named: "quero um igual".
    pub another: bool,
    /// Machines the lead has.
    pub owned: Vec<Named>,
    /// The fact, when it is clear.
    pub fact: Option<Fact>,
}

/// Reads which machines the burst is about.
pub fn read(reading: &Reading<'_>) -> Machines {
    let text = reading.text;
    let named = &reading.machines;
    let mut machines = Machines::default();
    for (index, one) in named.iter().enumerate() {
        let from = index.checked_sub(1).and_then(|i| named.get(i)).map_or(0, |before| before.end);
        let third = reading.scope.third(one.start);
        let owned = !third && is_owned(text, one, from);
        if owned {
            machines.owned.push(one.clone());
        }
        if owned && wants_bigger(text, one.end) {
            machines.wanted.push(Named { code: None, ..one.clone() });
        } else if (third || owned) && wants_the_same(text, one.end) {
            machines.another = true;
            machines.wanted.push(one.clone());
        } else if !owned && !rejected(reading, one) && !only_compared(text, one) {
            machines.wanted.push(one.clone());
        }
    }
    let last_right = machines
        .wanted
        .windows(2)
        .rposition(|two| corrected_between(text, two[0].end, two[1].start));
    if let Some(at) = last_right {
        machines.wanted.drain(..=at);
    }
    machines.fact = settle(reading, &machines.wanted)
        .or_else(|| accepted(reading))
        .or_else(|| if machines.wanted.is_empty() { needed(reading) } else { None });
    machines
}

/// "comprou o misturador, quero um igual".
fn wants_the_same(text: &Text, from: usize) -> bool {
    (from..text.tokens.len()).any(|at| {
        text.is(at, "tem vendem") && text.is(at + 1, "dela dele igual essa dessa desse")
            || text.is(at, "quero queria preciso")
                && (at + 1..at + 5).any(|i| {
                    text.is(i, "mais outra outro igual iguais dessa desse dessas desses mesma")
                })
    })
}

/// "qual a diferença dela pra SE6000?": set beside the one in talk, not chosen.
fn only_compared(text: &Text, one: &Named) -> bool {
    let start = text.sentence(one.start).start;
    let before = || start..one.start;
    before().any(|at| text.is(at, "diferenca diferencas"))
        && before().any(|at| text.is(at, "dela dele dessa desse desta deste essa esse ela"))
}

/// "tenho a FBM100, quero trocar por uma maior": one of its kind, not this one.
fn wants_bigger(text: &Text, from: usize) -> bool {
    (from..text.tokens.len()).any(|at| {
        text.is(at, "trocar maior maiores upgrade")
            && (from..at + 1).any(|i| text.is(i, "quero queria preciso vou pensando gostaria"))
            || text.is(at, "conta aguenta suporta")
                && (from..at).any(|i| text.word(i) == "nao" && at - i <= 3)
    })
}

/// Whether machines are spoken of at all, so that "a trezentos" can be one.
pub fn speaks_of_machines(text: &Text) -> bool {
    text.tokens.iter().any(|token| {
        one_of(
            &token.word,
            "manual semiautomatica maquina maquinas formadora formadoras modelo modelos equipamento \
compra comprar seleto compro",
        ) || (token.word.len() <= 7
            && token.word.starts_with(['f', 's', 'c', 'e'])
            && token.word.ends_with("00"))
            || one_of(&token.word, "fb fbm se")
                && token.fold.len() <= 3
                && token.fold.starts_with('f')
    })
}

fn is_owned(text: &Text, one: &Named, from: usize) -> bool {
    let start = text.sentence(one.start).start.max(from);
    // "comprei com vocês em 2019 a FB300": a purchase may stand farther off.
    let bought = |at: usize| text.is(at, "comprei compramos adquiri adquirimos");
    (start.max(one.start.saturating_sub(8))..one.start)
        .filter(|at| one.start - at <= 5 || bought(*at))
        .any(|at| {
            let close = (at + 1..=one.start).all(|i| text.gap(i) < Gap::Comma);
            let interest = text.is(at + 1, "interesse interece duvida como curiosidade vontade");
            close
                && match text.word(at) {
                    "minha" | "nossa" | "minhas" | "nossas" | "meu" | "nosso" => {
                        one.start - at <= 2
                    }
                    "tenho" | "temos" | "tinha" | "tive" | "possuo" | "possuimos" => {
                        !interest && !denied_before(text, at, 2)
                    }
                    "comprei" | "compramos" | "adquiri" | "adquirimos" | "uso" | "usamos"
                    | "usava" => !denied_before(text, at, 2),
                    "faco" | "fazemos" | "produzo" | "produzimos" => {
                        text.is(one.start.wrapping_sub(1), "na no numa num")
                    }
                    "usa" => {
                        text.is(at.wrapping_sub(1), "gente nos loja") && !denied_before(text, at, 2)
                    }
                    _ => false,
                }
        })
        || matches!(text.word(one.end), "que" if text.is(one.end + 1, "comprei compramos tenho temos"))
        || text.word(one.end) == "usada" && text.is(one.end + 1, "de na como")
}

fn rejected(reading: &Reading<'_>, one: &Named) -> bool {
    let text = reading.text;
    let start = text.sentence(one.start).start;
    let reach = |words: &[&str]| {
        (start.max(one.start.saturating_sub(5))..one.start).any(|at| words.contains(&text.word(at)))
    };
    // "não conheço a FB300" and "não entendi a FB300" do not reject it.
    let inquires = text.sentence(one.start).question
        && reach(&["tem", "vendem", "fazem", "fabricam", "lancou", "lancaram", "saiu", "voltou"]);
    let asking =
        inquires || reach(&["conheco", "entendi", "sei", "achei", "consigo", "encontrei", "vi"]);
    (denied_before(text, one.start, 4) && !asking)
        || taken_back(text, one.end)
        || reading.scope.third(one.start)
        || (reading.scope.past(one.start)
            && reach(&["tive", "tinha", "usei", "trabalhei", "usava", "trabalhava"]))
        || reach(&["chega", "cansei"])
        // "me falaram que a FB700 é boa": merely heard of.
        || (reach(&["falaram", "disseram", "ouvi", "conheco"]) && !text.sentence(one.start).question)
}

fn settle(reading: &Reading<'_>, wanted: &[Named]) -> Option<Fact> {
    let mut models: Vec<&Named> = Vec::new();
    for one in wanted.iter().filter(|one| one.code.is_some()) {
        if models.iter().all(|known| known.code != one.code) {
            models.push(one);
        }
    }
    let mut kinds: Vec<&Named> = Vec::new();
    for one in wanted {
        if kinds.iter().all(|known| known.category != one.category) {
            kinds.push(one);
        }
    }
    // A line is built on formers, so naming both is naming one thing.
    let alike = |one: &Named| {
        kinds.iter().all(|kind| {
            kind.category == one.category
                || (one_of(&kind.category, "formadora linha_hamburguer")
                    && one_of(&one.category, "formadora linha_hamburguer"))
        })
    };
    match (models.as_slice(), kinds.as_slice()) {
        ([one], _) if alike(one) => {
            let code = one.code.clone()?;
            Some(reading.fact(Value::Product(code), one.start, one.end))
        }
        (_, [kind]) => {
            Some(reading.fact(Value::ProductCategory(kind.category.clone()), kind.start, kind.end))
        }
        _ => None,
    }
}

/// "pode mostrar", "exatamente", "a segunda": an answer about the machines the agent named.
fn accepted(reading: &Reading<'_>) -> Option<Fact> {
    let text = &reading.question.text;
    let asked = text.sentences.iter().rev().find(|sentence| sentence.question)?;
    let mut offered: Vec<Named> = Vec::new();
    for one in reading.catalogue.named(text, false) {
        let inside = (asked.start..asked.end).contains(&one.start);
        if inside && one.code.is_some() && offered.iter().all(|known| known.code != one.code) {
            offered.push(one);
        }
    }
    let (one, start, end) = match (answer::ordinal(reading.text), offered.as_slice()) {
        (_, many) if many.len() > 1 && wants_all(reading.text) => {
            let first = &many[0].category;
            let alike = many.iter().all(|one| one.category == *first);
            return alike.then(|| reading.fact(Value::ProductCategory(first.clone()), 0, 1));
        }
        (Some((index, start, end)), []) => return chosen_food(reading, index, (start, end)),
        (Some((index, start, end)), many) if many.len() > 1 => {
            (many.get(if index == usize::MAX { many.len() - 1 } else { index })?, start, end)
        }
        (_, [one]) if reading.question.asks(Field::Product) || reading.question.asks.is_empty() => {
            // "quero a elétrica" is no yes to a pneumatic one.
            if (0..reading.text.tokens.len())
                .any(|at| reading.text.is(at, "eletrica automatica manual outra outro nao"))
            {
                return None;
            }
            let fine = reading.text.tokens.len() <= 3
                && reading.text.is(0, "show ok beleza fechado combinado top joia otimo faz legal");
            let yes = fine || answer::yes_or_no(reading.text) == Some(Reply::Yes);
            (yes.then_some(one)?, 0, 1)
        }
        _ => return None,
    };
    Some(reading.fact(Value::Product(one.code.clone()?), start, end))
}

/// "as duas", "ambas": none of the two more than the other.
fn wants_all(text: &Text) -> bool {
    let of = usize::from(text.is(0, "as os nas nos das dos para em de"));
    text.is(of, "duas dois ambas ambos qualquer")
        || text.is(of, "as os") && text.is(of + 1, "duas dois")
}

/// "o primeiro", to "hambúrguer, linguiça ou cortes de carne?".
fn chosen_food(reading: &Reading<'_>, index: usize, at: (usize, usize)) -> Option<Fact> {
    if !reading.question.asks(Field::Product) {
        return None;
    }
    let asked = &reading.question.text;
    let mut foods: Vec<&str> = Vec::new();
    for word in 0..asked.tokens.len() {
        let kind = reading.catalogue.making(asked.word(word), asked.fold(word));
        foods.extend(kind.filter(|kind| foods.last() != Some(kind)));
    }
    let kind = if index == usize::MAX { foods.last() } else { foods.get(index) }?;
    Some(reading.fact(Value::ProductCategory((*kind).to_owned()), at.0, at.1))
}

/// "só faço linguiça, tem máquina pra isso?": a need put into words without naming the machine.
fn needed(reading: &Reading<'_>) -> Option<Fact> {
    let text = reading.text;
    let makes = |at: usize| reading.catalogue.making(text.word(at), text.fold(at));
    // "e de hambúrguer?"
    let goes_on = text.word(0) == "e" && text.sentence(0).question && text.tokens.len() <= 4;
    let bare = (text.tokens.len() <= 2 || goes_on) && !reading.question.asks(Field::Volume);
    let answers = bare || reading.question.asks(Field::Product);
    // "hambúrguer", "só linguiça"; "Kong Burger" is a name.
    let food = (0..3).take_while(|at| text.is(*at, "de a so e para quero seria")).count();
    let answered = Some(food)
        .filter(|at| makes(*at).is_some())
        .filter(|_| answers && text.tokens.len() <= SHORT_ANSWER);
    let machine = answered.or_else(|| {
        (0..text.tokens.len()).find(|at| {
            // "quero a de linguiça"
            if text.word(*at) == "a" && text.word(at + 1) == "de" && makes(at + 2).is_some() {
                return true;
            }
            let word = text.word(*at);
            let thing = one_of(word, "automatizar mecanizar")
                || one_of(word, "maquina maquinas equipamento equipamentos")
                || (one_of(word, "algo alguma") && text.is(at + 1, "para coisa que"))
                || (word == "qual"
                    && text.is(at + 1, "voces voce modelo e")
                    && (at + 1..at + 4)
                        .any(|i| text.is(i, "recomenda recomendam indica indicam modelo ideal")))
                || asks_range(text, *at)
                || wishes_to_make(text, *at);
            thing
                && !denied_before(text, *at, 4)
                && !reading.scope.third(*at)
                && !reading.scope.past(*at)
                && !text.is(at + 1, "propria antiga")
        })
    })?;
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for at in 0..text.tokens.len() {
        let kind = makes(at).filter(|_| {
            !denied_before(text, at, 4)
                && !reading.scope.third(at)
                && !reading.is_taken(at)
                && !super::segment_word(text, at)
        });
        if let Some(kind) = kind.filter(|kind| kinds.iter().all(|known| known.0 != *kind)) {
            kinds.push((kind, at));
        }
    }
    if kinds.is_empty() && text.word(machine) == "qual" {
        let families = reading.catalogue.named(&reading.question.text, false);
        let first = families.first()?;
        let same = families.iter().all(|one| one.category == first.category);
        return same.then(|| {
            reading.fact(Value::ProductCategory(first.category.clone()), machine, machine + 1)
        });
    }
    match kinds.as_slice() {
        [(kind, at)] => Some(reading.fact(Value::ProductCategory((*kind).to_owned()), *at, at + 1)),
        _ => None,
    }
}

/// "o que vocês têm", "o que vocês indicam".
fn asks_range(text: &Text, at: usize) -> bool {
    text.word(at) == "o"
        && text.word(at + 1) == "que"
        && text.is(at + 2, "voces voce")
        && text.is(at + 3, "tem indica indicam recomenda recomendam vendem oferecem fazem")
}

/// "queria produzir", "quero começar a fazer": what follows is a need.
fn wishes_to_make(text: &Text, at: usize) -> bool {
    let wishes = text.is(
        at,
        "quero queria queremos pretendo pretendemos preciso precisamos vou vamos gostaria penso pensando",
    );
    wishes
        && (at + 1..at + 5).take_while(|i| text.gap(*i) < Gap::Comma).any(|i| {
            text.is(i, "produzir fabricar automatizar mecanizar embutir cubetar filetar")
                    // "quero parar de fazer na mão"
                    || text.is(i, "parar deixar sair") && text.is(i + 1, "de do")
        })
}
