//! Whose words are they, and are they meant: other people's facts, denials, the past.

use super::text::{Gap, Text, one_of};

/// People whose facts are not the lead's.
const OTHERS: &[&str] = &[
    "cunhado",
    "cunhada",
    "irmao",
    "irma",
    "irmaos",
    "irmas",
    "primo",
    "prima",
    "primos",
    "vizinho",
    "vizinha",
    "vizinhos",
    "amigo",
    "amiga",
    "amigos",
    "tio",
    "tia",
    "pai",
    "mae",
    "filho",
    "filha",
    "genro",
    "nora",
    "sogra",
    "sogro",
    "avo",
    "sobrinho",
    "sobrinha",
    "colega",
    "conhecido",
    "conhecida",
    "compadre",
    "comadre",
    "parceiro",
    "ex",
    "namorado",
    "namorada",
    "padrinho",
    "madrinha",
    "neto",
    "neta",
    "fornecedor",
    "concorrente",
    "concorrentes",
    "concorrencia",
    "rapaz",
    "moco",
    "moca",
    "cara",
    "cliente",
    "clientes",
    "padrasto",
    "enteado",
    "enteada",
    "funcionario",
    "funcionaria",
    "contador",
    "contadora",
    "marido",
    "esposo",
    "esposa",
    "mulher",
    "noivo",
    "noiva",
];

/// People on whose behalf a lead buys: their purchase counts, their name does not.
const PRINCIPALS: &[&str] = &[
    "patrao", "patroa", "chefe", "chefa", "gerente", "dono", "dona", "diretor", "diretora",
    "socio", "socia",
];

/// Whether a word is a relative, a neighbour, a colleague.
pub fn is_kin(word: &str) -> bool {
    OTHERS.contains(&word)
}

/// Words with which the lead speaks of itself again.
const MYSELF: &[&str] = &[
    "eu",
    "nos",
    "sou",
    "somos",
    "tenho",
    "temos",
    "quero",
    "queremos",
    "preciso",
    "precisamos",
    "moro",
    "moramos",
    "estou",
    "estamos",
    "trabalho",
    "faco",
    "fazemos",
    "produzo",
    "produzimos",
    "vendo",
    "nosso",
    "nossa",
    "comigo",
    "queria",
    "gostaria",
    "procuro",
    "falo",
];

/// Who and what the words of a burst are about.
#[derive(Debug)]
pub struct Scope {
    /// For each word: told of somebody else.
    third: Vec<bool>,
    /// For each word: told as past.
    past: Vec<bool>,
}

impl Scope {
    /// Reads the whole burst.
    pub fn new(text: &Text) -> Self {
        let mut scope =
            Self { third: vec![false; text.tokens.len()], past: vec![false; text.tokens.len()] };
        let mut previous_third = false;
        for sentence in &text.sentences {
            let mut third = previous_third && text.is(sentence.start, "ele ela eles elas la");
            let mut past = false;
            for at in sentence.start..sentence.end {
                if starts_third(text, at, sentence.start) {
                    third = true;
                } else if third && ends_third(text, at) {
                    third = false;
                }
                if text.gap(at) >= Gap::Comma || text.is(at, "mas porem agora hoje") {
                    past = false;
                }
                past |= starts_past(text, at);
                scope.third[at] = third;
                scope.past[at] = past;
            }
            previous_third = third;
        }
        scope
    }

    /// Whether a word is told of somebody else.
    pub fn third(&self, at: usize) -> bool {
        self.third.get(at).copied().unwrap_or(false)
    }

    /// Whether a word is told as past.
    pub fn past(&self, at: usize) -> bool {
        self.past.get(at).copied().unwrap_or(false)
    }
}

fn starts_third(text: &Text, at: usize, start: usize) -> bool {
    let word = text.word(at);
    let before = if at > start { text.word(at - 1) } else { "" };
    let before2 = if at > start + 1 { text.word(at - 2) } else { "" };
    if OTHERS.contains(&word) {
        let mine = one_of(
            before,
            "meu minha meus minhas um uma o a do da outro nosso nossa dos pelo pela",
        );
        // "cara" and "moça" are also how people address the agent; "meu amigo" opening a line too.
        let address = one_of(word, "cara moca moco amigo amiga rapaz parceiro filho filha irmao")
            && (before.is_empty() || at + 1 >= text.tokens.len() || text.gap(at + 1) >= Gap::Comma);
        // "para o meu sogro": bought for him, so the purchase counts.
        let for_him = before2 == "para"
            || before == "para"
            || text.word(at.saturating_sub(3)) == "para" && at >= start + 3;
        // "com meu sócio", "do meu pai": company, not subject.
        let along = one_of(before2, "com comigo") || matches!(before, "com");
        // "meu pai quer comprar uma": bought for him, so the purchase counts.
        let end = text.sentence(at).end;
        let asks = text.is(at + 1, "mandou pediu quer precisa mandando queria")
            || (at + 1..end.min(at + 12)).any(|i| {
                text.is(i, "pediu mandou")
                    || text.is(i, "quer precisa queria")
                        && text.is(i + 1, "comprar uma um ver saber a o trocar de")
            });
        // "sou o Neto": a name.
        let named =
            one_of(word, "neto junior") && text.capitalised(at) && !text.capitals_mean_nothing(at);
        return mine && !named && !address && !for_him && !along && !asks;
    }
    match word {
        // "o dono do Rei da Chapa falou bem": praise by others.
        "dono" | "dona" => {
            one_of(before, "o a") && text.is(at + 1, "do da") && !one_of(before2, "sou e eu")
        }
        // "uma hamburgueria famosa daqui usa a FB700".
        "hamburgueria" | "restaurante" | "empresa" | "fabrica" | "frigorifico" | "acougue"
        | "lanchonete" | "industria" => {
            one_of(before, "uma um outra outro")
                && !one_of(
                    before2,
                    "tenho temos sou somos abri abrimos abrindo para em de montar abrir montando com tem e",
                )
                && (at + 1..at + 6).any(|i| text.is(i, "usa usam comprou tem adora"))
        }
        "ouvi" | "soube" => text.is(at + 1, "falar de que") && text.word(at + 2) != "voces",
        "vi" => {
            text.is(at + 1, "um uma numa em na no")
                && (at + 2..at + 8).any(|i| {
                    text.is(
                        i,
                        "fabrica hamburgueria frigorifico acougue lanchonete restaurante \
industria mercado",
                    )
                })
        }
        _ => false,
    }
}

fn ends_third(text: &Text, at: usize) -> bool {
    let word = text.word(at);
    MYSELF.contains(&word)
        // "meu neto falou que existe uma máquina": what follows is told to the lead.
        || (word == "que" && text.is(at.wrapping_sub(1), "falou disse comentou contou indicou"))
        || (word == "a" && text.word(at + 1) == "gente")
        || (one_of(word, "meu minha meus minhas")
            // "um amigo meu": still the friend.
            && !OTHERS.contains(&text.word(at.wrapping_sub(1)))
            && !OTHERS.contains(&text.word(at + 1))
            && !PRINCIPALS.contains(&text.word(at + 1)))
}

fn starts_past(text: &Text, at: usize) -> bool {
    match text.word(at) {
        "fazia" | "faziamos" | "produzia" | "produziamos" | "vendia" | "vendiamos" | "morava"
        | "moravamos" | "nasci" | "estive" | "comi" | "provei" | "antigamente" | "vim"
        | "viemos" | "sai" | "saimos" | "mudei" | "mudamos" => true,
        "cheguei" | "chegamos" | "chegou" => text.word(at + 1) == "a",
        "ja" => text.is(at + 1, "fiz tive fizemos tivemos produzi trabalhei morei fui usei"),
        "era" => text.is(at + 1, "de do da em uns umas"),
        "trabalhei" | "trabalhava" | "trabalhamos_" | "tive" | "tivemos" | "tinha" | "tinhamos"
        | "morei" => true,
        _ => false,
    }
}

/// Whether one of the words before, up to so many, denies it, inside its clause.
pub fn denied_before(text: &Text, at: usize, reach: usize) -> bool {
    let start = text.sentence(at).start;
    let mut place = at;
    for _ in 0..reach {
        if place <= start || text.gap(place) >= Gap::Comma {
            return false;
        }
        place -= 1;
        match text.word(place) {
            // "não é": the verb, not "e".
            "e" if text.raw(place) == "é" || text.is(place.wrapping_sub(1), "nao nem") => {}
            "mas" | "e" | "so" | "apenas" | "sei" | "porque" | "que" if place + 1 != at => {
                return false;
            }
            // A closing "não" belongs to what stands before it: "é 300 não 200" is rare and kept.
            "nao" | "nem" | "nunca" | "jamais" | "sem" => return true,
            "inves" | "lugar" | "vez" if text.is(place + 1, "de da do") => {
                return true;
            }
            _ => {}
        }
    }
    false
}

/// Whether the word right after a stretch takes it back: "200 não, 2000".
pub fn taken_back(text: &Text, end: usize) -> bool {
    text.word(end) == "nao"
        && text.gap(end) <= Gap::Space
        && (text.gap(end + 1) >= Gap::Comma || text.word(end + 1) == "nao")
}

/// Whether a correction stands somewhere between two words.
pub fn corrected_between(text: &Text, from: usize, to: usize) -> bool {
    (from..to).any(|at| {
        text.is(at, "alias ops opa corrigindo corrijo digo minto desculpa perdao errei enganei confundi melhor retificando")
            || (text.word(at) == "quer" && text.word(at + 1) == "dizer")
            || (text.word(at) == "na" && text.word(at + 1) == "verdade")
            || (text.word(at) == "ou" && text.word(at + 1) == "melhor")
            // "600, não, 700"
            || (text.word(at) == "nao" && text.gap(at) >= Gap::Comma && text.gap(at + 1) == Gap::Comma)
    })
}
