//! What may leave and what may not, in tables.

use super::*;
use crate::conversation::{Line, Memory};
use crate::lead::Lead;

/// Harmless sentences of a sales conversation, one a line: every one may leave.
const HARMLESS: &str = include_str!("fixtures/harmless.txt");

/// What may never leave, one a line: a word of the rule that stops it, or `*`, and the text.
const STOPPED: &str = include_str!("fixtures/stopped.txt");

fn stopped() -> impl Iterator<Item = (&'static str, &'static str)> {
    STOPPED.lines().filter_map(|line| line.split_once(" | "))
}

fn rules_broken(text: &str) -> Vec<String> {
    let broken = clear(&Playbook::seleto(), text).err().unwrap_or_default();
    broken.iter().map(ToString::to_string).collect()
}

#[test]
fn harmless_sentences_pass() {
    let playbook = Playbook::seleto();
    let wrong: Vec<_> =
        HARMLESS.lines().filter_map(|text| Some((text, clear(&playbook, text).err()?))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(HARMLESS.lines().count() >= 500);
}

#[test]
fn bad_sentences_are_stopped_by_their_rule() {
    let playbook = Playbook::seleto();
    let passed: Vec<_> = stopped()
        .filter_map(|(rule, text)| {
            let broken = clear(&playbook, text).err().unwrap_or_default();
            let right = broken.iter().any(|breach| rule == "*" || breach.rule.contains(rule));
            (!right).then_some((rule, text, broken))
        })
        .collect();
    assert!(passed.is_empty(), "{passed:#?}");
    assert!(stopped().count() >= 150);
}

#[test]
fn an_empty_text_is_stopped() {
    for text in ["", "   ", "\n\n", "👍", "\u{200b}"] {
        assert!(rules_broken(text).iter().any(|it| it.contains("vazio")), "{text:?}");
    }
}

#[test]
fn a_bad_sentence_is_stopped_among_good_ones_and_in_capitals() {
    let playbook = Playbook::seleto();
    for (rule, text) in stopped().filter(|(rule, text)| text.contains(' ') && *rule != "vazio") {
        let wrapped = format!("Claro, com prazer! {text} Posso ajudar em algo mais?");
        assert!(clear(&playbook, &wrapped).is_err(), "{rule}: {wrapped}");
        if text.starts_with("A F") {
            assert!(clear(&playbook, &text.to_uppercase()).is_err(), "{text}");
        }
    }
}

#[test]
fn a_text_too_long_is_stopped() {
    let text = "Isso é muito bom. Que ótimo saber! ".repeat(30);
    assert!(rules_broken(&text).iter().any(|rule| rule.starts_with("texto longo demais")));
}

#[test]
fn words_of_the_instructions_are_stopped() {
    let playbook = Playbook::seleto();
    let secret = prompt::instructions(&playbook.company);
    let leaked: Vec<&str> = secret.split_whitespace().take(20).collect();
    let broken = rules_broken(&format!("Claro: {}", leaked.join(" ")));
    assert!(broken.iter().any(|it| it.contains("instruções")), "{broken:?}");
}

#[test]
fn what_the_lead_wrote_may_be_repeated() {
    let playbook = Playbook::seleto();
    let reply =
        "Anotei ana@boibom.com.br e o CNPJ 48.205.916/0001-04. A FB300 vai bem com 777 discos.";
    assert!(clear(&playbook, reply).is_err());
    let turn = Turn {
        playbook: &playbook,
        lead: &Lead::default(),
        sender_name: None,
        history: &[],
        burst: &[Line::text(
            Author::Lead,
            "Ana@boibom.com.br, CNPJ 48.205.916/0001-04, faço 777 discos",
        )],
        memory: &Memory::default(),
        now: jiff::civil::datetime(2026, 11, 23, 10, 0, 0, 0),
    };
    assert_eq!(clear_for(&turn, reply).map(|it| it.as_str().to_owned()), Ok(reply.to_owned()));
    let asked = Turn { burst: &[Line::text(Author::Lead, "é R$ 18.900?")], ..turn };
    assert!(clear_for(&asked, "Isso, R$ 18.900.").is_err());
}

#[test]
fn a_bare_yes_to_a_request_for_terms_is_stopped() {
    let playbook = Playbook::seleto();
    let judge = |asked: &str, reply: &str| {
        let burst = [Line::text(Author::Lead, asked)];
        let turn = Turn {
            playbook: &playbook,
            lead: &Lead::default(),
            sender_name: None,
            history: &[],
            burst: &burst,
            memory: &Memory::default(),
            now: jiff::civil::datetime(2026, 11, 23, 10, 0, 0, 0),
        };
        clear_for(&turn, reply).is_ok()
    };
    assert!(!judge("tem desconto à vista?", "Claro que sim!"));
    assert!(!judge("o prazo de entrega é de 20 dias?", "Sim, pode ficar tranquilo."));
    assert!(judge("tem desconto à vista?", "Claro, o consultor conversa sobre isso com você."));
    assert!(judge("vocês têm formadora?", "Sim, temos a FB300."));
}

#[test]
fn the_safe_phrase_is_safe() {
    let playbook = Playbook::seleto();
    assert!(clear(&playbook, safe_phrase(&playbook).as_str()).is_ok());
}

#[test]
fn questions_are_counted_as_a_reader_counts_them() {
    for (text, count) in [
        ("Tudo bem?", 0),
        ("Oi, bom dia! Tudo bem? Qual seu nome?", 1),
        ("Com quem eu falo, e de qual empresa?", 2),
        ("Qual a cidade e quantos hambúrgueres por dia?", 2),
        ("Me passa nome, empresa e cidade.", 3),
        ("São 300 por dia. Certo?", 0),
    ] {
        assert_eq!(shape::questions(&plain(text)), count, "{text}");
    }
}

#[test]
fn text_that_is_none_is_stopped() {
    let playbook = Playbook::seleto();
    for text in [
        "A máquina máquina máquina máquina é boa.",
        "Quero dizer que la la la la.",
        "bom dia bom dia bom dia bom dia",
        "这台机器很好，请告诉我",
        "Эта машина очень хорошая для вас",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed eiusmod tempor.",
        "[a imagem mostra: uma máquina] Tudo certo por aqui!",
        "[talvez o cliente não tenha recebido] Qual é a sua cidade?",
        "[consultor] Boa tarde, tudo certo?",
    ] {
        assert!(clear(&playbook, text).is_err(), "{text}");
    }
}
