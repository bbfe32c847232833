//! The form of a text: empty, too long, too many questions, leftovers of markup, foreign brands.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::plain_text::{has_words, words};

use super::clauses::{pattern, sentences};
use super::secrets::from_leet;
use super::{Breach, Case};

pub(super) fn judge(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    let limits = &case.playbook.rules.guarding;
    if !case.plain.chars().any(char::is_alphanumeric) {
        breaches.push(Breach::new("texto vazio", ""));
        return;
    }
    let length = case.text.chars().count();
    if length > limits.max_characters {
        breaches.push(Breach::new("texto longo demais", format!("{length} caracteres")));
    }
    let questions = questions(&case.plain);
    if questions > limits.max_questions {
        breaches.push(Breach::new("perguntas demais", questions.to_string()));
    }
    let spelt: String = case.plain.chars().map(from_leet).collect();
    let brands = &case.playbook.knowledge.brands;
    breaches.extend(
        brands
            .iter()
            .filter(|brand| has_words(&case.plain, brand) || has_words(&spelt, brand))
            .map(|brand| Breach::new("marca de terceiros", brand)),
    );
    language(&case.plain, breaches);
    markup(case, breaches);
}

/// Questions in a plain text: "Qual …, e de qual …?" holds two; a list of three things or more as
/// many; "tudo bem?" none.
pub(super) fn questions(plain: &str) -> usize {
    static JOINED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\be (?:(?:de|em|para|pra|com|por|a|o) )?(?:qual|quais|quant[oa]s?|onde|quem|quando|que (?:cidade|estado|empresa|maquina))\b",
        )
    });
    static COURTESY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:oi|ola|bom dia|boa tarde|boa noite)\W*)*(?:\w+\W+)?(?:tudo (?:bem|bom|certo)|como vai|certo|ok|combinado|ne|beleza)\W*$",
        )
    });
    static LIST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:nome|empresa|cidade|estado|e-?mail|cnpj|telefone|segmento|volume|producao|prazo|urgencia|produto|maquina)\b",
        )
    });
    static REQUEST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:inform[ae]|me (?:diga|diz|conta|conte|fala|fale|passa|passe|manda|mande|envia|envie)|preciso (?:d[eoa]|que|saber)|pode(?:ria)? (?:me )?(?:informar|dizer|passar|enviar|mandar|contar))\b",
        )
    });
    sentences(plain)
        .map(|sentence| {
            let asks = sentence.ends_with('?');
            let requests = REQUEST.is_match(sentence) && LIST.is_match(sentence);
            if !asks && !requests || COURTESY.is_match(sentence) {
                return 0;
            }
            let listed =
                LIST.find_iter(sentence).map(|it| it.as_str()).collect::<HashSet<_>>().len();
            let listed = if listed > 2 { listed } else { 0 };
            (1 + JOINED.find_iter(sentence).count()).max(listed)
        })
        .sum()
}

/// A text, or a sentence of it, in English or Spanish: common words of theirs outnumber ours.
fn language(plain: &str, breaches: &mut Vec<Breach>) {
    const FOREIGN: &[&str] = &[
        "the", "you", "your", "with", "how", "can", "help", "today", "our", "is", "are", "we",
        "for", "this", "and", "hello", "please", "not", "have", "will", "hola", "puedo", "usted",
        "gracias", "nuestras", "nuestros", "el", "los", "las", "una", "muy", "con", "en", "precio",
        "hoy", "y",
    ];
    const OURS: &[&str] = &[
        "o", "a", "de", "que", "e", "do", "da", "em", "um", "uma", "para", "com", "nao", "voce",
        "os", "as", "no", "na", "por", "se", "sua", "seu", "aqui", "nos", "posso", "qual", "sim",
    ];
    /// Fewer may be names or borrowed words.
    const ENOUGH: usize = 3;
    let is_foreign = |text: &str| {
        let count = |list: &[&str]| words(text).filter(|word| list.contains(word)).count();
        count(FOREIGN) >= ENOUGH && count(FOREIGN) > count(OURS)
    };
    if is_foreign(plain) || sentences(plain).any(is_foreign) {
        breaches.push(Breach::new("outro idioma", ""));
    }
}

/// What a model leaves behind when it forgets that a person reads.
fn markup(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"[{}]|```|\*\*|^#+ |\n#+ |</?[a-zA-Z][^>]*>|<\||\|>|\[(?:nome|empresa|cidade|inserir|seu|link|data)[^\]]*\]|"\w+"\s*:|\\[nu"]|&\w+;|\bundefined\b|\bNaN\b|\bnull\b|\[INST\]|\bassistant:|\bsystem:|\buser:"#,
        )
    });
    // No sentence of ours has a word this long.
    static BLOB: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"[A-Za-z0-9+/=_-]{40,}|[A-Za-z0-9+/]{6,}={1,2}"));
    let found = MARKUP.find(case.text).or_else(|| BLOB.find(case.text));
    breaches.extend(found.map(|it| Breach::new("sobra de formatação", it.as_str().trim())));
}
