//! Short answers that mean something only after a question: yes, no, "a segunda".

use super::text::{Gap, Text};

/// A whole message that agrees or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// "sim", "isso", "com certeza".
    Yes,
    /// "não", "ainda não".
    No,
}

/// Yes or no, when the first words of the burst are one.
pub fn yes_or_no(text: &Text) -> Option<Reply> {
    match text.word(0) {
        "sim" | "isso" | "exatamente" | "exato" | "correto" | "certo" | "positivo" | "claro"
        | "perfeito" | "confirmo" | "confirmado" | "aham" | "uhum" | "sisim" | "bora" => {
            Some(Reply::Yes)
        }
        "com" if text.word(1) == "certeza" => Some(Reply::Yes),
        "pode" if text.is(1, "ser mostrar apresentar mandar sim falar explicar enviar passar") => {
            Some(Reply::Yes)
        }
        // "quero sim", "quero ver", but not "quero saber o preço".
        "quero" | "manda" | "mande" | "pode" | "gostaria" if text.tokens.len() <= 3 => {
            Some(Reply::Yes)
        }
        "ja" | "conheco" | "tenho"
            if text.tokens.len() <= 4 && !text.tokens.iter().any(|t| t.word == "nao") =>
        {
            Some(Reply::Yes)
        }
        "e" if text.is(1, "isso sim essa esse") => Some(Reply::Yes),
        "essa" | "esse" if text.word(1) == "mesmo" || text.word(1) == "mesma" => Some(Reply::Yes),
        "nao"
            if text.gap(1) >= Gap::Comma
                || text.is(1, "conheco conhecia conheciamos sabia ainda tenho precisa nao") =>
        {
            Some(Reply::No)
        }
        "nunca" | "negativo" => Some(Reply::No),
        "ainda" if text.word(1) == "nao" => Some(Reply::No),
        _ => None,
    }
}

/// "a segunda", "a 2ª opção", "primeira": which item of a list, from 0, and the words that say so.
pub fn ordinal(text: &Text) -> Option<(usize, usize, usize)> {
    if text.tokens.len() > 8 {
        return None;
    }
    (0..text.tokens.len()).find_map(|at| {
        let marked = text.is_typed(at + 1, "a o opcao ª º") && text.gap(at + 1) == Gap::Glued
            || text.fold(at + 1) == "opcao"
            || text.word(at.saturating_sub(1)) == "opcao";
        let index = match text.fold(at) {
            "primeira" | "primeiro" => 0,
            "segunda" | "segundo" => 1,
            "terceira" | "terceiro" => 2,
            "quarta" | "quarto" => 3,
            "ultima" | "ultimo" => usize::MAX,
            "1" if marked => 0,
            "2" if marked => 1,
            "3" if marked => 2,
            "4" if marked => 3,
            _ => return None,
        };
        // "segunda feira", "segunda que vem" are days.
        let day = text.is(at + 1, "feira que passada proxima")
            || text.is(at.saturating_sub(1), "desde na ate proxima") && at > 0;
        (!day).then_some((index, at, at + 1))
    })
}
