//! "Já registrei": words that claim a record must have it.

use std::sync::LazyLock;

use regex::Regex;

use crate::conversation::Record;
use crate::plain_text::plain;

use super::Breach;
use super::clauses::{pattern, sentences};

/// What a sentence claims to have put on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    /// A question for engineering.
    Technical,
    /// Interest in what is not on sale.
    Interest,
    /// Somebody of the team was told.
    Person,
}

/// A text that says something was registered or passed on, though no record of it is made.
pub fn promises_without_record(text: &str, records: &[Record]) -> Option<Breach> {
    let plain = plain(text);
    sentences(&plain).find_map(|sentence| {
        let (claim, found) = claimed(sentence)?;
        (!kept(claim, records)).then(|| Breach::new("promessa sem registro", found))
    })
}

/// The text without the sentences that claim a record which is not made; may be empty.
pub(crate) fn without_empty_promises(text: &str, records: &[Record]) -> String {
    if promises_without_record(text, records).is_none() {
        return text.to_owned();
    }
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let honest = sentences(paragraph)
            .filter(|sentence| promises_without_record(sentence, records).is_none());
        honest.collect::<Vec<_>>().join(" ")
    });
    let kept: Vec<String> = paragraphs.filter(|paragraph| !paragraph.is_empty()).collect();
    kept.join("\n\n")
}

fn claimed(sentence: &str) -> Option<(Claim, String)> {
    static TECHNICAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:registr\w+|anot\w+|encaminh\w+|pass(?:ei|o|ando)|envi(?:ei|o|ando)|lev(?:ei|o|ando)) (?:\w+ ){0,6}(?:engenharia|equipe tecnica|time tecnico|area tecnica|setor tecnico)\b|
            \b(?:registrei|anotei|deixei registrad[ao]) (?:\w+ ){0,3}(?:pergunta|duvida|questao)\b",
        )
    });
    static INTEREST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:registr\w+|anot\w+|deixei) (?:\w+ ){0,3}interesse\b(?: \w+,?){0,8} (?:avis\w+|espet\w+|previsao|lancamento|melhoria)\b|\b(?:lista de espera|lista de interessados)\b",
        )
    });
    static PERSON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:ja |acabei de |estou |vou )?(?:deix(?:ei|o|ando|ar)|pass(?:ei|o|ando|ar)|encaminh(?:ei|o|ando|ar)|registr(?:ei|o|ando|ar)|lev(?:ei|o|ando|ar)|transfer(?:i|indo|ir)|sinaliz(?:ei|o|ando|ar)|avis(?:ei|o|ando|ar)|acion(?:ei|o|ando|ar)|chamei|notifiquei) (?:\w+ ){0,3}(?:pedido|atendimento|caso|contato|solicitacao|urgencia|isso|sinalizad[oa])\b(?: \w+){0,3} (?:equipe|consultor\w*|time|vendedor\w*|comercial|gerente|ela|ele|especialista)\b|
            \b(?:sinaliz(?:ei|o)|avisei|acionei|chamei|notifiquei) (?:\w+ ){0,2}(?:equipe|consultor\w*|time|vendedor\w*|gerente|especialista)\b",
        )
    });
    // "Se quiser, passo…", "posso deixar…": an offer, not a claim.
    static OFFER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bse (?:voce )?(?:quiser|preferir|puder)\b|\bposso\b|\bquer que\b|\bassim que\b|\bquando (?:voce )?(?:quiser|preferir)\b",
        )
    });
    if sentence.ends_with('?') || OFFER.is_match(sentence) {
        return None;
    }
    [(Claim::Technical, &TECHNICAL), (Claim::Interest, &INTEREST), (Claim::Person, &PERSON)]
        .into_iter()
        .find_map(|(claim, words)| Some((claim, words.find(sentence)?.as_str().to_owned())))
}

fn kept(claim: Claim, records: &[Record]) -> bool {
    records.iter().any(|record| match claim {
        Claim::Technical => matches!(record, Record::TechnicalQuestion(_) | Record::Complaint(_)),
        Claim::Interest => *record == Record::UnavailableInterest,
        Claim::Person => matches!(
            record,
            Record::HumanRequest | Record::Complaint(_) | Record::TechnicalQuestion(_)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_needs_its_record() {
        let technical = || Record::TechnicalQuestion(String::new());
        for (text, record) in [
            ("Boa pergunta: já registrei para a nossa engenharia.", technical()),
            ("Registrei sua dúvida.", technical()),
            ("Já registrei seu interesse para te avisarmos.", Record::UnavailableInterest),
            ("Já deixei seu pedido com a equipe.", Record::HumanRequest),
            ("Claro! Já passei seu atendimento para a equipe.", Record::HumanRequest),
            ("Entendi a urgência, já deixo sinalizado para o consultor.", Record::HumanRequest),
            ("Já avisei o consultor.", Record::HumanRequest),
        ] {
            assert!(promises_without_record(text, &[]).is_some(), "{text}");
            assert_eq!(promises_without_record(text, &[record]), None, "{text}");
        }
    }

    #[test]
    fn what_claims_nothing_needs_no_record() {
        for text in [
            "Anotei: 300 hambúrgueres por dia.",
            "Um consultor te responde por aqui.",
            "Posso deixar a FB300 no seu atendimento?",
            "Se quiser, passo seu contato para a equipe.",
            "Registrei aqui o nome da empresa.",
            "Seu pedido já está com a equipe.",
        ] {
            assert_eq!(promises_without_record(text, &[]), None, "{text}");
        }
    }

    #[test]
    fn only_the_empty_promise_is_left_out() {
        let text =
            "A FB300 é pneumática. Já registrei sua dúvida para a engenharia.\n\nQual a cidade?";
        assert_eq!(without_empty_promises(text, &[]), "A FB300 é pneumática.\n\nQual a cidade?");
    }
}
