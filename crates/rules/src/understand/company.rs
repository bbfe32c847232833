//! The company's proper name, with its kind-of-business word when the lead wrote one.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::pattern::PatternSet;
use super::reading::Reading;
use super::scope::denied_before;
use super::segment::kind_at;
use super::text::{Gap, Text};
use super::{people, place};
use crate::lead::{Fact, Field, Value};

static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines =
        include_str!("../../data/company_words.txt").lines().filter(|l| !l.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

/// What stands before a company's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    /// Whatever follows is the name.
    Any,
    /// A kind of business or a capital must follow.
    Known,
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
known: em nome da|do|de
known: empresa e? a|o?
known: minha|nossa empresa e a|o?
known: sou|somos da|do|a|o
known: aqui e? da|do|a|o?
known: falo|falamos aqui? da|do|pela|pelo
known: trabalho|trabalhamos na|no|para
known: represento|representamos a|o
known: da empresa
known: empresa
known: dono|dona|proprietario|proprietaria|gerente|socio|socia|compras|comprador|compradora da|do
known: cnpj da|do
known: aqui na|no
known: meu|minha|nosso|nossa
known: para a|o?
";
    PatternSet::new(SOURCE, |name| match name {
        "any" => Some(Frame::Any),
        "known" => Some(Frame::Known),
        _ => None,
    })
});

/// Whether a word makes its neighbours a company's name.
pub fn is_company_word(fold: &str) -> bool {
    WORDS.contains(fold)
}

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
            && matches!(text.word(frame.start.wrapping_sub(1)), "voces" | "qual");
        if bad || asks {
            return None;
        }
        let mut start = frame.end;
        while matches!(text.word(start), "a" | "o" | "e" | "da" | "do") && start < frame.end + 2 {
            start += 1;
        }
        let end = name_end(text, start, frame.label == Frame::Any)?;
        let bare_person = people::is_first_name(text.fold(start))
            && end == start + 1
            && frame.label == Frame::Known;
        (!bare_person && has_proper_word(text, start, end)).then_some((start, end))
    })
}

/// "o cleiton da hamburgueria brasa viva", "a Tatiane da InoxPrime".
fn after_name(reading: &Reading<'_>, name: Option<(usize, usize)>) -> Option<(usize, usize)> {
    let text = reading.text;
    let (_, end) = name?;
    let mut at = end;
    while matches!(
        text.word(at),
        "aqui"
            | "compras"
            | "gerente"
            | "dono"
            | "dona"
            | "comprador"
            | "compradora"
            | "la"
            | "socio"
            | "socia"
            | "proprietario"
    ) && at < end + 3
    {
        at += 1;
    }
    let linked = matches!(text.word(at), "da" | "do") && text.gap(at) <= Gap::Comma;
    let start = at + 1;
    let finish = name_end(text, start, false).filter(|_| linked)?;
    has_proper_word(text, start, finish).then_some((start, finish))
}

/// A bare "Trem Bão Burger" after the question for the company.
fn answered(reading: &Reading<'_>, name: Option<(usize, usize)>) -> Option<(usize, usize)> {
    let text = reading.text;
    if !reading.question.asks(Field::Company) {
        return None;
    }
    let cities = place::mentions(text);
    let mut starts: Vec<usize> =
        (0..text.tokens.len()).filter(|at| text.gap(*at) >= Gap::Comma).collect();
    starts.extend((1..text.tokens.len()).filter(|at| {
        matches!(text.word(at - 1), "e" | "da" | "do")
            && text.gap(*at) < Gap::Comma
            && name.is_some_and(|(_, end)| end + 1 == *at)
    }));
    for item in starts {
        let mut start = item;
        while matches!(
            text.word(start),
            "e" | "a"
                | "o"
                | "da"
                | "do"
                | "se"
                | "chama"
                | "empresa"
                | "minha"
                | "nossa"
                | "chamada"
                | "na"
                | "no"
                | "sou"
                | "somos"
                | "aqui"
                | "oi"
                | "ola"
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
        if let Some(end) = name_end(text, start, true) {
            let closed = text.gap(end) >= Gap::Comma
                || matches!(text.word(end), "em" | "aqui" | "de" | "e" | "mesmo");
            if closed && has_proper_word(text, start, end) {
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
            || (text.gap(at) < Gap::Comma
                && matches!(before, "um" | "uma" | "outra" | "outro" | "igual" | "seleto"));
        if inside_name || others || text.tokens[at].special.is_some() {
            return None;
        }
        let item = text.gap(at) >= Gap::Comma;
        let marked = item || matches!(before, "na" | "no" | "da" | "do" | "a" | "o" | "e" | "para");
        let capital = text.capitalised(at) && !text.capitals_mean_nothing(at);
        let kind = kind_at(text, at).is_some() && text.word(at) != "hamburguer"
            || is_company_word(text.fold(at)) && capital;
        let end = name_end(text, at, false).filter(|_| marked)?;
        let branded = (at..end).any(|i| is_company_word(text.fold(i)));
        let proper_capitals =
            (at + 1..end).any(|i| text.capitalised(i)) && !text.capitals_mean_nothing(at);
        let closed = text.gap(end) >= Gap::Comma;
        let lower_item = item && closed && kind && end - at >= 2 && end - at <= 6;
        let fits = ((kind || (capital && branded)) && proper_capitals)
            || (lower_item && (branded || kind));
        (fits && has_proper_word(text, at, end)).then_some((at, end))
    })
}

/// Where a company's name that starts here ends. `any`: no sign of a name is needed.
fn name_end(text: &Text, start: usize, any: bool) -> Option<usize> {
    let token = text.tokens.get(start)?;
    if token.special.is_some() || is_plain_word(text, start) {
        return None;
    }
    let kind = kind_at(text, start).filter(|_| text.word(start) != "hamburguer");
    let capitals = !text.capitals_mean_nothing(start);
    let capital = capitals && text.capitalised(start);
    if !(any || kind.is_some() || capital) {
        return None;
    }
    // In a message without capitals only the kind of business, or the question, says where it starts.
    let by_capitals = capitals
        && (text.capitalised(start)
            || text.capitalised(kind.map_or(start + 1, |k| k.1))
            || text.capitalised(kind.map_or(start + 1, |k| k.1) + 1));
    let cities = place::mentions(text);
    let mut end = kind.map_or(start + 1, |(_, end)| end);
    while end < start + 9 && text.gap(end) <= Gap::Hyphen && end < text.tokens.len() {
        let joins =
            matches!(text.fold(end), "da" | "de" | "do" | "das" | "dos" | "na" | "no" | "e" | "em");
        let next = if joins { end + 1 } else { end };
        if text.gap(next) > Gap::Hyphen || text.tokens.get(next).is_none_or(|t| t.special.is_some())
        {
            break;
        }
        let city = cities.iter().find(|mention| mention.start == next);
        let proper = kind.map_or(start, |(_, end)| end) < end;
        if joins
            && proper
            && (text.fold(end) == "em"
                || (matches!(text.fold(end), "de" | "da" | "do" | "em")
                    && city.is_some_and(|mention| {
                        text.gap(mention.whole) >= Gap::Comma || mention.end > next + 1
                    })))
        {
            break;
        }
        let fits = if by_capitals {
            text.capitalised(next) || is_suffix(text, next)
        } else {
            !is_plain_word(text, next)
                || (text.fold(next).len() > 3 && joins && !is_common_object(text, next))
        };
        if !fits
            || is_common_object(text, next) && !(by_capitals && text.capitalised(next))
            || matches!(text.fold(end), "e" | "em") && !by_capitals && !any
        {
            break;
        }
        end = next + 1;
    }
    Some(end)
}

fn is_suffix(text: &Text, at: usize) -> bool {
    matches!(text.fold(at), "ltda" | "me" | "mei" | "epp" | "eireli" | "sa")
}

/// Whether something is left beside the kind of business and its description.
fn has_proper_word(text: &Text, start: usize, end: usize) -> bool {
    let from = kind_at(text, start).map_or(start, |(_, end)| end);
    (from..end).any(|at| {
        !matches!(text.fold(at), "da" | "de" | "do" | "das" | "dos" | "na" | "no" | "e")
            && !is_common_object(text, at)
    }) && super::gazetteer::cities(&super::text::fold(text.quote(start, end))).is_empty()
        && super::gazetteer::state_name(&super::text::fold(text.quote(start, end))).is_none()
        && !super::catalogue::names_machine(text, start)
}

/// Describes any business: "hamburgueria artesanal", "distribuidora de congelados".
fn is_common_object(text: &Text, at: usize) -> bool {
    matches!(
        text.word(at),
        "artesanal"
            | "artesanais"
            | "pequeno"
            | "pequena"
            | "grande"
            | "familiar"
            | "familia"
            | "bairro"
            | "cidade"
            | "centro"
            | "congelados"
            | "carnes"
            | "carne"
            | "hamburguer"
            | "hamburgueres"
            | "lanches"
            | "lanche"
            | "alimentos"
            | "alimento"
            | "bebidas"
            | "espeto"
            | "linguica"
            | "embutidos"
            | "frios"
            | "frango"
            | "gourmet"
            | "delivery"
            | "propria"
            | "proprio"
            | "novo"
            | "nova"
            | "esposa"
            | "marido"
            | "sogro"
            | "patrao"
            | "local"
            | "maquina"
            | "maquinas"
            | "producao"
            | "produtos"
            | "salgados"
            | "industrial"
            | "interior"
            | "rua"
            | "praia"
            | "shopping"
            | "industria"
            | "kg"
            | "sogra"
            | "irmao"
            | "amigo"
            | "setor"
            | "joia"
            | "comida"
            | "paes"
            | "pao"
            | "smash"
            | "food"
    )
}

/// Function words, verbs and adverbs: no company's name starts or runs on with them.
fn is_plain_word(text: &Text, at: usize) -> bool {
    matches!(
        text.word(at),
        "que"
            | "quem"
            | "qual"
            | "quanto"
            | "quantos"
            | "quando"
            | "onde"
            | "como"
            | "porque"
            | "eu"
            | "ele"
            | "ela"
            | "nos"
            | "voces"
            | "voce"
            | "meu"
            | "minha"
            | "nosso"
            | "nossa"
            | "um"
            | "uma"
            | "uns"
            | "o"
            | "a"
            | "os"
            | "as"
            | "ou"
            | "mas"
            | "se"
            | "com"
            | "sem"
            | "so"
            | "ja"
            | "ainda"
            | "mais"
            | "menos"
            | "muito"
            | "pouco"
            | "aqui"
            | "ali"
            | "la"
            | "ai"
            | "agora"
            | "hoje"
            | "depois"
            | "antes"
            | "quero"
            | "queria"
            | "preciso"
            | "gostaria"
            | "tenho"
            | "tem"
            | "temos"
            | "faco"
            | "fazemos"
            | "faz"
            | "fica"
            | "estou"
            | "estamos"
            | "esta"
            | "sou"
            | "somos"
            | "e"
            | "era"
            | "foi"
            | "para"
            | "por"
            | "de"
            | "do"
            | "da"
            | "em"
            | "no"
            | "na"
            | "sim"
            | "nao"
            | "ok"
            | "oi"
            | "ola"
            | "bom"
            | "boa"
            | "isso"
            | "esse"
            | "essa"
            | "este"
            | "mesmo"
            | "mesma"
            | "vou"
            | "vamos"
            | "fazer"
            | "ver"
            | "saber"
            | "comprar"
            | "abrir"
            | "montar"
            | "abrindo"
            | "montando"
            | "tudo"
            | "todos"
            | "ne"
            | "entao"
            | "tambem"
            | "produzo"
            | "vendo"
            | "trabalho"
            | "rs"
            | "kkk"
            | "kk"
            | "bem"
            | "obrigado"
            | "nome"
            | "pessoa"
            | "fisica"
            | "nenhuma"
            | "nenhum"
            | "nada"
            | "empresa"
            | "negocio"
            | "loja"
            | "conta"
            | "fisico"
            | "depende"
            | "pode"
            | "moro"
            | "ter"
            | "ser"
            | "dono"
            | "dona"
            | "gerente"
            | "interesse"
            | "procuro"
            | "qualquer"
            | "certo"
            | "preco"
            | "valor"
            | "seleto"
            | "gente"
            | "maquina"
            | "maquinas"
            | "estado"
            | "regiao"
            | "cidade"
            | "interior"
            | "area"
            | "ramo"
            | "setor"
            | "compras"
            | "casa_"
            | "manual"
            | "semi"
            | "automatica"
            | "cliente"
            | "atendente"
            | "produz"
            | "vende"
            | "funciona"
            | "cunhado"
            | "produzimos"
            | "vendemos"
            | "trabalhamos"
            | "atendemos"
            | "produção"
            | "whatsapp"
            | "instagram"
            | "facebook"
            | "site"
            | "anuncio"
            | "feira"
            | "desde"
            | "ha"
            | "me"
            | "te"
            | "lhe"
            | "cnpj"
            | "dai"
            | "ia"
            | "vai"
    ) || (super::numbers::is_number(text, at) && text.gap(at) >= Gap::Comma)
}

/// A name as it is usually written: "DOM SMASH" and "brasa viva" get capitals; mixed words stay.
pub fn conventional(text: &Text, start: usize, end: usize) -> String {
    let typed = text.quote(start, end);
    let shouted = !typed.chars().any(char::is_lowercase);
    let mut written = Vec::new();
    for (index, word) in typed.split_whitespace().enumerate() {
        let plain = !word.chars().any(char::is_uppercase) || (shouted && word.chars().count() > 1);
        let lower = word.to_lowercase();
        let small = index > 0
            && matches!(lower.as_str(), "da" | "de" | "do" | "das" | "dos" | "e" | "na" | "no");
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
