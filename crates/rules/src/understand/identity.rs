//! Who writes: the person's name.

use std::sync::LazyLock;

use super::company::conventional;
use super::gazetteer;
use super::lexicon::{self, is_first_name, is_surname};
use super::pattern::PatternSet;
use super::reading::Reading;
use super::scope::{corrected_between, denied_before};
use super::segment::kind_at;
use super::text::{Gap, Text, one_of};
use crate::lead::{Fact, Field, Value};

/// What may follow the words before a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    /// Whatever follows is the name.
    Any,
    /// Only a common first name, or a word with a capital.
    Known,
}

static FRAMES: LazyLock<PatternSet<Frame>> = LazyLock::new(|| {
    PatternSet::new(include_str!("../../data/frames.txt"), |name| match name {
        "any" => Some(Frame::Any),
        "known" => Some(Frame::Known),
        _ => None,
    })
});

/// Reads the sender's own name, with the words it takes.
pub fn read(reading: &Reading<'_>) -> Option<(Fact, usize, usize)> {
    let (start, end) = framed(reading)
        .or_else(|| answered(reading))
        .or_else(|| corrected(reading))
        .or_else(|| presented(reading))
        .or_else(|| signed(reading))?;
    let name = conventional(reading.text, start, end);
    Some((reading.fact(Value::Name(name), start, end), start, end))
}

/// "meu nome é", "aqui é a", "sou o".
fn framed(reading: &Reading<'_>) -> Option<(usize, usize)> {
    let text = reading.text;
    let mut found = None;
    for frame in FRAMES.find(text) {
        let before = text.word(frame.start.wrapping_sub(1));
        let others = text.is(frame.start, "e com fala") && !reading.question.asks(Field::Name)
            || denied_before(text, frame.start, 2)
            || one_of(before, "nao que quem nem");
        if others || reading.scope.third(frame.start) || text.gap(frame.end) > Gap::Colon {
            continue;
        }
        let start = after_titles(text, frame.end);
        if let Some(end) = name_end(text, start, frame.label) {
            let corrected =
                found.is_none_or(|(_, earlier)| corrected_between(text, earlier, start));
            if corrected {
                found = Some((start, end));
            }
        }
    }
    found
}

/// Skips "o", "a dona", "o seu", "dr.".
fn after_titles(text: &Text, at: usize) -> usize {
    let mut start = at;
    while start < at + 3
        && text.is_typed(
            start,
            "o a seu dona dr dra sr sra senhor senhora doutor doutora chef \
professor prof e mestre",
        )
        && text.gap(start + 1) <= Gap::Space
    {
        start += 1;
    }
    start
}

/// Where a name that starts here ends.
fn name_end(text: &Text, start: usize, frame: Frame) -> Option<usize> {
    let token = text.tokens.get(start)?;
    let fold = token.fold.as_str();
    let letters =
        fold.len() >= 2 && fold.chars().all(char::is_alphabetic) && token.special.is_none();
    let capital = text.capitalised(start) && !text.capitals_mean_nothing(start);
    let known = is_first_name(fold);
    // "sou MEI", "aqui é RH": letters, not a name.
    let initials = capital && fold.len() <= 4 && text.raw(start).chars().all(char::is_uppercase);
    // "Vitória da Conquista" and "Santa Maria" are no people.
    // "licitação", "produção": things, unless a name is common.
    let thing = !known && (fold.ends_with("cao") || fold.ends_with("coes"));
    let nobody = thing
        || !letters
        || lexicon::is_no_name(text.word(start))
        || kind_at(text, start).is_some();
    let place =
        !known && (!gazetteer::cities(fold).is_empty() || gazetteer::state_name(fold).is_some());
    let state = fold.len() == 2 && gazetteer::state_code(fold).is_some();
    if nobody
        || place
        || state
        || (initials && !known)
        || !(known || capital || frame == Frame::Any)
    {
        return None;
    }
    if !known && frame == Frame::Known && lexicon::is_company_word(fold) {
        return None;
    }
    let mut end = start + 1;
    while end < start + 6 && text.gap(end) <= Gap::Hyphen {
        let joins = text.is_typed(end, "da de do das dos") && text.gap(end + 1) <= Gap::Space;
        let next = if joins { end + 1 } else { end };
        if !continues_name(text, start, next, joins) {
            break;
        }
        end = next + 1;
    }
    Some(end)
}

fn continues_name(text: &Text, start: usize, at: usize, joined: bool) -> bool {
    let fold = text.fold(at);
    if fold.len() < 2
        || lexicon::is_no_name(text.word(at))
        || kind_at(text, at).is_some()
        || fold == "aqui"
    {
        return false;
    }
    // "Neto do Neto Lanches"
    if joined && text.gap(at + 1) <= Gap::Space && lexicon::is_company_word(text.fold(at + 1)) {
        return false;
    }
    let capitals = text.capitalised(start) && !text.capitals_mean_nothing(start);
    let capital = capitals && text.capitalised(at);
    let known = is_surname(fold) || (is_first_name(fold) && !joined);
    if capitals { capital && (known || !joined) } else { known && !(fold == "sa" && joined) }
}

/// A bare "Marcos", "com a Rosângela", "é o Beto" after the question for the name.
fn answered(reading: &Reading<'_>) -> Option<(usize, usize)> {
    let text = reading.text;
    if !reading.question.asks(Field::Name) {
        return None;
    }
    for sentence in text.sentences.iter().take(4) {
        let mut start = sentence.start;
        while text.is(start, "oi ola bom boa dia tarde noite com e sou prazer nome aqui pode ser")
            && start < sentence.end
        {
            start += 1;
        }
        let start = after_titles(text, start);
        if start >= sentence.end {
            continue;
        }
        let known = is_first_name(text.fold(start));
        // "Tiago, e o seu?" gives a name, "pra que?" none.
        if sentence.question && !(known && text.gap(start + 1) == Gap::Comma) {
            continue;
        }
        let Some(end) = name_end(text, start, Frame::Any) else { continue };
        let closed = text.gap(end) >= Gap::Comma
            || end >= sentence.end
            || text.is(end, "da do de e aqui mesmo");
        if (known && (closed || reading.question.asks_only(Field::Name)))
            || (closed && text.gap(end) >= Gap::Comma && end - start <= 3)
        {
            return Some((start, end));
        }
    }
    None
}

/// "ops, é Sandra".
fn corrected(reading: &Reading<'_>) -> Option<(usize, usize)> {
    let text = reading.text;
    let at = (1..text.tokens.len()).find(|at| {
        is_first_name(text.fold(*at))
            && text.is(at - 1, "e a o")
            && (corrected_between(text, text.sentence(*at).start, *at)
                || renamed(text, *at)
                || addressed(reading, *at))
            && (gazetteer::cities(text.fold(*at)).is_empty()
                || gazetteer::is_everyday_word(text.fold(*at)))
            && !reading.names_machine(*at)
            && !denied_before(text, *at, 2)
    })?;
    let end = name_end(text, at, Frame::Known)?;
    (text.gap(end) >= Gap::Comma).then_some((at, end))
}

/// "não me chamo Maria, é Mariana".
fn renamed(text: &Text, at: usize) -> bool {
    let start = text.sentence(at).start;
    (start..at).any(|i| {
        text.word(i) == "nao"
            && (text.word(i.wrapping_sub(1)) == "nome"
                || (i + 1..i + 4).any(|n| text.is(n, "chamo nome")))
    })
}

/// "é Marcela, com A", when the agent has just called the lead by a name.
fn addressed(reading: &Reading<'_>, at: usize) -> bool {
    let said = &reading.question.text;
    let called = (0..said.tokens.len()).any(|i| {
        said.is(i, "prazer obrigado ola oi") && (i + 1..i + 3).any(|n| is_first_name(said.fold(n)))
    });
    called && at <= reading.text.sentence(at).start + 2
}

/// "Neusa aqui", a line that is only a name, "Aline, Empório da Carne".
fn presented(reading: &Reading<'_>) -> Option<(usize, usize)> {
    let text = reading.text;
    text.sentences
        .iter()
        .filter(|sentence| !sentence.question || text.word(sentence.start + 1) == "aqui")
        .find_map(|sentence| {
            let mut start = sentence.start;
            while text.is(start, "oi ola opa bom boa dia tarde noite e ai") && start < sentence.end
            {
                start += 1;
            }
            let greeted = start > sentence.start;
            // "boa tarde é a Sônia".
            let says =
                start > sentence.start + 1 && text.word(start - 1) == "e" && text.is(start, "a o");
            let start = after_titles(text, start);
            if start >= sentence.end || !is_first_name(text.fold(start)) {
                return None;
            }
            let end = name_end(text, start, Frame::Known)?;
            if says && text.fold(start) != reading.agent && !text.is(end, "quem que") {
                return Some((start, end));
            }
            let here = text.word(end) == "aqui" && text.gap(end) <= Gap::Space;
            let item = text.gap(start) >= Gap::Comma || start == sentence.start;
            // "João aqui também": a namesake; "João, aqui é o Pedro" is not.
            let namesake = here && (text.gap(end + 1) >= Gap::Comma || text.is(end + 1, "tambem"));
            let agent = text.fold(start) == reading.agent;
            // "Sergio da Sergio Foods".
            let of = text.is(end, "da do")
                && text.word(end + 1) != "seleto"
                && text.gap(end) <= Gap::Comma
                && text.gap(end + 1) <= Gap::Space
                && list_item(reading, end + 1);
            let fold = text.fold(start);
            let city = !gazetteer::cities(fold).is_empty()
                && end == start + 1
                && !(of && gazetteer::is_everyday_word(fold));
            if here && item && (!agent || namesake) {
                return (!(city && reading.question.asks(Field::City))).then_some((start, end));
            }
            let opens = start == sentence.start || greeted && text.gap(start) == Gap::Comma;
            if agent || city || !opens {
                return None;
            }
            let whole_line =
                end == sentence.end && text.gap(start) == Gap::Line && text.gap(end) >= Gap::Stop;
            // A lead may answer late: "Kelly" is no answer to "em qual cidade?".
            let asked_else = [Field::Company, Field::Segment, Field::Product]
                .iter()
                .any(|field| reading.question.asks(*field))
                && !reading.question.asks(Field::Name)
                && !known_to_be_late(reading, start);
            let listed = matches!(text.gap(end), Gap::Comma | Gap::Dash | Gap::Slash)
                && list_item(reading, end);
            let listed = listed && !greeted;
            ((whole_line && !asked_else) || listed || of).then_some((start, end))
        })
}

/// A first name that stands alone is one, whatever was asked last, as long as none is known.
fn known_to_be_late(reading: &Reading<'_>, at: usize) -> bool {
    reading.lead.name.is_none()
        && !reading.question.asks(Field::Company)
        && !lexicon::is_company_word(reading.text.fold(at))
}

/// Whether what follows a name and a comma is a company or a place, as in a signature.
fn list_item(reading: &Reading<'_>, at: usize) -> bool {
    let text = reading.text;
    let verb = text.is(
        at,
        "quero queria bom boa tudo qual quanto preciso voces me pode tem o a e \
como por",
    );
    if verb {
        return false;
    }
    let capital = text.capitalised(at) && !text.capitals_mean_nothing(at);
    text.word(at) == "empresa"
        || kind_at(text, at).is_some()
        || capital
        || reading.cities.iter().any(|mention| mention.start == at)
}

/// "..., Débora" at the end, "Att, Paulo".
fn signed(reading: &Reading<'_>) -> Option<(usize, usize)> {
    let text = reading.text;
    let last = text.sentences.last()?;
    let start = (last.start + 1..last.end).rev().find(|at| text.gap(*at) >= Gap::Comma)?;
    if !is_first_name(text.fold(start)) || text.fold(start) == reading.agent || last.question {
        return None;
    }
    let end = name_end(text, start, Frame::Known)?;
    let talks_to_us = text.is(
        last.start,
        "oi ola obrigado valeu bom boa tchau ok certo sim beleza nao prazer opa \
entendi perfeito",
    );
    let name = text.fold(start);
    let city = !gazetteer::cities(name).is_empty() && !gazetteer::is_everyday_word(name);
    let only_comma = text.gap(start) == Gap::Comma || text.gap(start) == Gap::Dash;
    (end == last.end
        && only_comma
        && !talks_to_us
        && !city
        && !reading.scope.third(start)
        && last.end - last.start > 3)
        .then_some((start, end))
}
