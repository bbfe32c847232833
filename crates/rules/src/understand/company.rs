//! The company's proper name, with its kind-of-business word when the lead wrote one.

use std::sync::LazyLock;

use super::lexicon;
use super::pattern::PatternSet;
use super::reading::Reading;
use super::scope::denied_before;
use super::segment::kind_at;
use super::text::{Gap, Text, one_of};
use crate::lead::{Fact, Field, Value};

/// What stands before a company's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    /// Whatever follows is the name.
    Any,
    /// A kind of business or a capital must follow.
    Known,
    /// A kind of business with capitals.
    Kind,
    /// A name with capitals.
    Capital,
}

static FRAMES: LazyLock<PatternSet<Frame>> = LazyLock::new(|| {
    const SOURCE: &str = "
any: razao social? e?
any: nome fantasia e?
any: fantasia e?
any: nome da|do minha|meu|nossa|nosso? empresa|hamburgueria|loja|negocio|restaurante|acougue|lanchonete|mercado|distribuidora|estabelecimento e
any: minha|nossa empresa se? chama
any: empresa|hamburgueria|lanchonete|loja|restaurante|acougue|negocio|mercado|pizzaria|espetaria|frigorifico|distribuidora|bar .. vai se chamar
any: empresa|hamburgueria|lanchonete|loja|restaurante|acougue|negocio|mercado|pizzaria|espetaria|frigorifico|distribuidora|bar .. se chama
any: empresa|hamburgueria|lanchonete|loja|restaurante|acougue|mercado|pizzaria chama
any: chamada|chamado
any: tenho|temos|abri|abrimos uma|um|minha empresa|hamburgueria|lanchonete|loja|restaurante|acougue|negocio|mercado|pizzaria|espetaria|frigorifico|distribuidora|bar ... que? se? chama
any: a? gente chama de
known: em nome da|do|de
known: empresa e? a|o?
known: minha|nossa empresa e a|o?
known: sou|somos da|do|a|o
known: aqui e? da|do|a|o?
known: falo|falamos aqui? da|do|pela|pelo
known: trabalho|trabalhamos na|no|para
known: represento|representamos a|o
known: represento|representamos a rede
known: sou|somos|da|do|represento|representamos a|o? rede|grupo|agencia
kind: compro|compras|comprador|compradora para|da|do a|o?
known: representante comercial? da|do
known: da empresa
known: empresa
known: dono|dona|proprietario|proprietaria|gerente|socio|socia|compras|comprador|compradora da|do
known: cnpj da|do
known: aqui na|no
capital: meu|minha|nosso|nossa
kind: para a|o?
";
    PatternSet::new(SOURCE, |name| match name {
        "any" => Some(Frame::Any),
        "known" => Some(Frame::Known),
        "kind" => Some(Frame::Kind),
        "capital" => Some(Frame::Capital),
        _ => None,
    })
});

/// Reads the company, with the words it takes; `name` are the words of the person's name.
pub fn read(reading: &Reading<'_>, name: Option<(usize, usize)>) -> Option<(Fact, usize, usize)> {
    let (start, end) = framed(reading)
        .or_else(|| after_name(reading, name))
        .or_else(|| answered(reading, name))
        .or_else(|| listed(reading, name))?;
    let company = conventional(reading.text, start, end);
    Some((reading.fact(Value::Company(company), start, end), start, end))
}

/// "razão social X", "sou da X", "minha empresa é a X".
fn framed(reading: &Reading<'_>) -> Option<(usize, usize)> {
    let text = reading.text;
    FRAMES.find(text).into_iter().find_map(|frame| {
        let bad = denied_before(text, frame.start, 3)
            || reading.scope.third(frame.start)
            || text.gap(frame.end) > Gap::Colon;
        let asks = text.sentence(frame.start).question
            && text.is(frame.start.wrapping_sub(1), "voces qual");
        if bad || asks {
            return None;
        }
        let mut start = frame.end;
        while text.is(start, "a o e da do") && start < frame.end + 2 {
            start += 1;
        }
        if reading.is_taken(start) {
            return None;
        }
        let end = name_end(reading, start, frame.label == Frame::Any)
            .filter(|end| !(start..*end).any(|at| reading.is_taken(at)))?;
        let capitals =
            !text.capitals_mean_nothing(start) && (start..end).any(|at| text.capitalised(at));
        let fits = match frame.label {
            Frame::Any | Frame::Known => true,
            Frame::Kind => capitals && kind_at(text, start).is_some(),
            Frame::Capital => capitals,
        };
        // "sou do Tatuapé, São Paulo": a part of a city.
        let quarter = end == start + 1 && reading.cities.iter().any(|city| city.start == end);
        if !fits || quarter {
            return None;
        }
        let bare_person = lexicon::is_first_name(text.fold(start))
            && end == start + 1
            && frame.label == Frame::Known;
        (!bare_person && has_proper_word(reading, start, end)).then_some((start, end))
    })
}

/// "o cleiton da hamburgueria brasa viva", "a Tatiane da InoxPrime".
fn after_name(reading: &Reading<'_>, name: Option<(usize, usize)>) -> Option<(usize, usize)> {
    let text = reading.text;
    let (_, end) = name?;
    let mut at = end;
    while text.is(
        at,
        "aqui compras gerente dono dona comprador compradora la socio socia \
proprietario",
    ) && at < end + 3
    {
        at += 1;
    }
    // "Helena, veterinária do frigorífico Pampeano"
    let trade = !text.capitalised(at)
        && kind_at(text, at).is_none()
        && !lexicon::is_company_word(text.fold(at))
        && text.fold(at).len() > 4;
    if trade
        && text.gap(at) == Gap::Comma
        && text.is(at + 1, "da do")
        && text.gap(at + 1) <= Gap::Space
    {
        at += 1;
    }
    let linked = text.is(at, "da do") && (text.gap(at) <= Gap::Comma || text.gap(at) == Gap::Line);
    let start = at + 1;
    let finish = name_end(reading, start, false).filter(|_| linked)?;
    has_proper_word(reading, start, finish).then_some((start, finish))
}

/// A bare "Trem Bão Burger" after the question for the company.
fn answered(reading: &Reading<'_>, name: Option<(usize, usize)>) -> Option<(usize, usize)> {
    let text = reading.text;
    if !reading.question.asks(Field::Company) {
        return None;
    }
    let cities = &reading.cities;
    let mut starts: Vec<usize> =
        (0..text.tokens.len()).filter(|at| text.gap(*at) >= Gap::Comma).collect();
    starts.extend((1..text.tokens.len()).filter(|at| {
        text.is(at - 1, "e da do")
            && text.gap(*at) < Gap::Comma
            && name.is_some_and(|(_, end)| end + 1 == *at)
    }));
    for item in starts {
        let mut start = item;
        while text.is(
            start,
            "e a o da do se chama chamar empresa minha nossa chamada na no nome sou somos aqui oi ola vai",
        ) {
            start += 1;
        }
        let person = name.is_some_and(|(from, to)| (from..to).contains(&start));
        let city = cities
            .iter()
            .any(|mention| mention.start == start && text.gap(mention.whole) >= Gap::Comma);
        if person
            || (city && reading.question.asks.len() > 1)
            || text.sentence(start.min(text.tokens.len().saturating_sub(1))).question
            || denied_before(text, start, 4)
        {
            continue;
        }
        if let Some(end) = name_end(reading, start, true) {
            let closed = text.gap(end) >= Gap::Comma
                || text.is(end, "em aqui de e mesmo")
                || cities.iter().any(|mention| mention.start == end && mention.end > end + 1);
            if closed && has_proper_word(reading, start, end) {
                return Some((start, end));
            }
        }
    }
    None
}

/// "Casa de Carnes Boi na Linha" as an item of a list, a signature or with capitals.
fn listed(reading: &Reading<'_>, name: Option<(usize, usize)>) -> Option<(usize, usize)> {
    let text = reading.text;
    (0..text.tokens.len()).find_map(|at| {
        let inside_name = name.is_some_and(|(from, to)| (from..to).contains(&at));
        let before = text.word(at.wrapping_sub(1));
        let others = reading.scope.third(at)
            || denied_before(text, at, 4)
            || reading.is_taken(at)
            || (text.gap(at) < Gap::Comma && one_of(before, "um uma outra outro igual seleto"));
        let title = text.is_typed(
            at,
            "gerente diretor diretora supervisor supervisora encarregado coordenador coordenadora \
             analista assistente comprador compradora chef nutricionista engenheiro engenheira \
             responsavel setor departamento",
        );
        if inside_name || others || title || text.tokens[at].special.is_some() {
            return None;
        }
        let item = text.gap(at) >= Gap::Comma;
        // Whose company it is must be said: "vi a propaganda do Bar do Alemão" says nothing.
        let own = (text.sentence(at).start.max(at.saturating_sub(7))..at).any(|i| {
            text.is(
                i,
                "abri abrimos tenho temos sou somos aqui minha meu nossa nosso trabalho falo falando cnpj empresa represento e",
            )
        });
        let marked = item || own && text.is(at.wrapping_sub(1), "na no da do a o e para");
        let capital = text.capitalised(at) && !text.capitals_mean_nothing(at);
        let kind = kind_at(text, at).is_some() && text.word(at) != "hamburguer"
            || lexicon::is_company_word(text.fold(at)) && capital;
        let end = name_end(reading, at, false).filter(|_| marked)?;
        let branded = (at..end).any(|i| lexicon::is_company_word(text.fold(i)));
        let proper_capitals =
            (at + 1..end).any(|i| text.capitalised(i)) && !text.capitals_mean_nothing(at);
        let closed = text.gap(end) >= Gap::Comma;
        // Asked for the segment, "indústria alimentícia" is one.
        let segment = reading.question.asks(Field::Segment) && !reading.question.asks(Field::Company);
        let lower_item = !segment && item && closed && kind && end - at >= 2 && end - at <= 6;
        // "Adriano, Rancho do Adriano em Araçatuba": what follows a name in a list.
        let beside_name = item
            && name.is_some_and(|(_, to)| to == at)
            && capital
            && proper_capitals
            && (closed || text.is(end, "em"));
        let fits = beside_name
            || ((kind || (capital && branded)) && proper_capitals)
            || (lower_item && (branded || kind));
        (fits && has_proper_word(reading, at, end)).then_some((at, end))
    })
}

/// Where a company's name that starts here ends. `any`: no sign of a name is needed.
fn name_end(reading: &Reading<'_>, start: usize, any: bool) -> Option<usize> {
    let text = reading.text;
    let token = text.tokens.get(start)?;
    if token.special.is_some()
        || is_plain(text, start) && !capital_verb(text, start)
        || state(text, start)
    {
        return None;
    }
    let kind = kind_at(text, start).filter(|_| text.word(start) != "hamburguer");
    let proper = kind.map_or(start, |(_, end)| end);
    let capitals = !text.capitals_mean_nothing(start);
    let brand = is_brand(text, start + 1) && text.gap(start + 1) <= Gap::Space;
    if !(any || brand || kind.is_some() || (capitals && text.capitalised(start))) {
        return None;
    }
    // Without capitals only the kind of business, or the question, says where the name starts.
    let by_capitals = capitals && (start..proper + 2).any(|at| text.capitalised(at));
    let cities = &reading.cities;
    let city = |at: usize| {
        cities.iter().any(|mention| {
            let settled = mention.end > at + 1 || !mention.everyday;
            mention.start == at && settled
        })
    };
    let mut end = proper.max(start + 1);
    while end < start + 9 && joined(text, end) {
        let link = text.is_typed(end, "da de do das dos na no e");
        let next = if link { end + 1 } else { end };
        let named = (proper..end).any(|at| !describes_business(text, at));
        let long_city = !by_capitals
            && cities.iter().any(|mention| mention.start == next && mention.end > next + 1);
        let place = named && (link && city(next) || long_city);
        let conjunction = text.fold(end) == "e" && !by_capitals && !any;
        if place
            || conjunction
            || !joined(text, next)
            || !(runs_on(text, next, by_capitals)
                || numbered(text, next, by_capitals)
                || any
                    && (lexicon::is_company_word(text.fold(next))
                        || text.raw(next).bytes().all(|b| b.is_ascii_digit())))
        {
            break;
        }
        end = next + 1;
    }
    // "Frigosul Alimentos S/A"
    let suffix =
        text.is_typed(end - 1, "s") && text.gap(end) == Gap::Slash && text.is_typed(end, "a");
    Some(end + usize::from(suffix))
}

/// Whether a word stands right beside the one before, and is an ordinary word.
fn joined(text: &Text, at: usize) -> bool {
    text.gap(at) <= Gap::Hyphen && text.tokens.get(at).is_some_and(|token| token.special.is_none())
}

fn runs_on(text: &Text, at: usize, by_capitals: bool) -> bool {
    // "Empresa: PC Lanches Cidade: Ourinhos": the next label.
    let label = text.gap(at + 1) == Gap::Colon && text.gap(at + 1) < Gap::Line;
    if label {
        return false;
    }
    if is_brand(text, at) && text.word(at) != "carnes" {
        return true;
    }
    if by_capitals {
        text.capitalised(at) || is_suffix(text, at)
    } else {
        !is_plain(text, at) && !describes_business(text, at)
    }
}

/// "Casa 9": a number that ends a name with capitals.
fn numbered(text: &Text, at: usize, by_capitals: bool) -> bool {
    let short = text.raw(at).len() <= 3 && text.raw(at).bytes().all(|byte| byte.is_ascii_digit());
    by_capitals && short && text.capitalised(at - 1) && text.gap(at + 1) >= Gap::Comma
}

fn is_plain(text: &Text, at: usize) -> bool {
    let number = super::numbers::is_number(text, at) && text.gap(at) >= Gap::Comma;
    number || lexicon::is_plain(text.word(at))
}

/// "Chama Burger", "Quero Mais Supermercados": a plain word with a capital, and another after it that
/// makes it a name.
fn capital_verb(text: &Text, at: usize) -> bool {
    // "P&L Carnes"
    let initial = text.raw(at).len() == 1 && text.quote(at, at + 2).contains('&');
    !text.capitals_mean_nothing(at)
        && text.capitalised(at)
        && (initial
            || (at + 1..at + 3).any(|i| {
                joined(text, i)
                    && text.capitalised(i)
                    && (lexicon::is_company_word(text.fold(i)) || kind_at(text, i).is_some())
            }))
}

/// "aqui é ES": two capitals that are a state.
fn state(text: &Text, at: usize) -> bool {
    text.raw(at).len() == 2
        && (super::gazetteer::state_code(text.fold(at)).is_some() || text.is_typed(at, "rh ti pj"))
}

/// Whether a word only describes a business; "PC" in capitals is a name.
fn describes_business(text: &Text, at: usize) -> bool {
    let initials = text.raw(at).len() <= 4 && text.raw(at).chars().all(char::is_uppercase);
    lexicon::describes_business(text.word(at)) && (!initials || text.capitals_mean_nothing(at))
}

/// Words that follow a proper name and make it a company's: "Wesley Burguer".
fn is_brand(text: &Text, at: usize) -> bool {
    text.is_typed(
        at,
        "burger burgers burguer burguers burgueria grill lanches foods alimentos carnes embutidos \
         smash smashes beef meat meats house espetos espetinhos congelados",
    )
}

fn is_suffix(text: &Text, at: usize) -> bool {
    text.is_typed(at, "ltda me mei epp eireli sa")
}

/// Whether something is left beside the kind of business and its description.
fn has_proper_word(reading: &Reading<'_>, start: usize, end: usize) -> bool {
    let text = reading.text;
    let from = kind_at(text, start).map_or(start, |(_, end)| end);
    (from..end)
        .any(|at| !text.is_typed(at, "da de do das dos na no e") && !describes_business(text, at))
        && super::gazetteer::cities(&super::text::fold(text.quote(start, end))).is_empty()
        && super::gazetteer::state_name(&super::text::fold(text.quote(start, end))).is_none()
        && !reading.names_machine(start)
}

/// A name as it is usually written: "DOM SMASH" and "brasa viva" get capitals; mixed words stay.
pub fn conventional(text: &Text, start: usize, end: usize) -> String {
    let typed = text.quote(start, end);
    let shouted = !typed.chars().any(char::is_lowercase);
    let mut written = Vec::new();
    for (index, word) in typed.split_whitespace().enumerate() {
        let plain = !word.chars().any(char::is_uppercase) || (shouted && word.chars().count() > 1);
        let lower = word.to_lowercase();
        let small = index > 0 && one_of(&lower, "da de do das dos e na no");
        written.push(if small {
            lower
        } else if plain {
            let mut letters = lower.chars();
            letters
                .next()
                .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        } else {
            word.to_owned()
        });
    }
    written.join(" ").trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}
