//! The texts about a lead, from one that told everything to one that told nothing.

use super::*;
use crate::conversation::{Author, Kind};
use crate::lead::{Period, Unit, Urgency, Volume};
use crate::qualification::{Circumstances, qualify};

/// Makes a text about a lead, qualified by the playbook's own rules.
fn about(
    lead: &Lead,
    memory: &Memory,
    lines: &[Line],
    text: impl Fn(&Dossier<'_>) -> String,
) -> String {
    let playbook = Playbook::seleto();
    let messages = lines.iter().filter(|line| line.author == Author::Lead).count();
    let around = Circumstances::of(memory, u32::try_from(messages).unwrap());
    let qualification = qualify(&playbook, lead, &around);
    let phone: Phone = "5541988887777".parse().unwrap();
    text(&Dossier {
        playbook: &playbook,
        lead,
        sender_name: Some("Rafa 🍔"),
        phone: Some(&phone),
        qualification: &qualification,
        memory,
        lines,
    })
}

fn complete() -> Lead {
    Lead {
        name: Some("Rafael Moreira".into()),
        company: Some("Brasa & Cia".into()),
        city: Some("Curitiba".into()),
        uf: Some("PR".into()),
        email: Some("rafael@brasaecia.com.br".into()),
        cnpj: Some("11222333000181".into()),
        product: Some("FB700".into()),
        volume: Some(Volume { amount: 1200.0, unit: Unit::Hamburguer, period: Period::Dia }),
        urgency: Some(Urgency::Alta),
        knows_seleto: Some(true),
        segment: Some("hamburgueria".into()),
        ..Lead::default()
    }
}

fn talk() -> Vec<Line> {
    vec![
        Line::text(Author::Lead, "oi"),
        Line::text(Author::Agent, "Olá! Seja bem-vindo à Seleto Industrial."),
        Line::text(Author::Lead, "quero uma máquina\nde hambúrguer"),
        Line {
            kind: Kind::Audio,
            ..Line::text(Author::Lead, "a gente faz uns mil e duzentos por dia")
        },
        Line { kind: Kind::Image, ..Line::text(Author::Lead, "") },
        Line::text(Author::Human, "Bom dia, aqui é a Paula."),
        Line::text(Author::Lead, "é pra já"),
    ]
}

fn html(dossier: &Dossier<'_>) -> String {
    crm_note(dossier).html()
}

fn text(dossier: &Dossier<'_>) -> String {
    crm_note(dossier).text()
}

#[test]
fn the_card_of_a_hot_lead_has_all_a_seller_needs() {
    let memory = Memory { human_requested: true, ..Memory::default() };
    insta::assert_snapshot!(about(&complete(), &memory, &talk(), handoff_card));
}

#[test]
fn the_card_of_an_unknown_lead_says_what_is_missing() {
    insta::assert_snapshot!(about(&Lead::default(), &Memory::default(), &[], handoff_card));
}

#[test]
fn the_note_of_a_hot_lead_fills_the_template() {
    insta::assert_snapshot!(about(&complete(), &Memory::default(), &talk(), text));
}

#[test]
fn the_note_of_an_unknown_lead_keeps_every_section() {
    insta::assert_snapshot!(about(&Lead::default(), &Memory::default(), &[], text));
}

#[test]
fn the_note_of_a_warm_lead_says_what_to_ask_next() {
    let lead = Lead {
        product: None,
        product_category: Some("formadora".into()),
        volume: None,
        urgency: None,
        city: None,
        uf: None,
        ..complete()
    };
    insta::assert_snapshot!(about(&lead, &Memory::default(), &talk(), text));
}

#[test]
fn the_note_as_html_escapes_what_the_lead_wrote() {
    let lead = Lead { name: Some("<script>alert('x')</script>".into()), ..complete() };
    insta::assert_snapshot!(about(&lead, &Memory::default(), &talk(), html));
}

#[test]
fn a_lead_cannot_forge_lines_of_the_card() {
    let lead = Lead { company: Some("X\n*Urgência:* Baixa".into()), ..complete() };
    let card = about(&lead, &Memory::default(), &talk(), handoff_card);
    let forged = card.lines().filter(|line| line.starts_with("*Urgência:*")).count();
    assert_eq!(forged, 1, "{card}");
}

#[test]
fn who_opted_out_is_left_alone() {
    let memory = Memory { opted_out: true, ..Memory::default() };
    let note = about(&complete(), &memory, &talk(), text);
    assert!(note.ends_with("o lead pediu para não receber mensagens."), "{note}");
}

#[test]
fn a_quote_is_summed_up_on_one_line() {
    assert_eq!(
        quote_summary(&complete()),
        "FB700 · 1.200 hambúrgueres por dia · Curitiba/PR · urgência alta (compra em até 30 dias)"
    );
    assert_eq!(quote_summary(&Lead::default()), "");
}

#[test]
fn a_deal_is_named_after_its_lead() {
    let title = |lead: &Lead| about(lead, &Memory::default(), &[], deal_title);
    assert_eq!(title(&complete()), "Lead - Rafael Moreira");
    assert_eq!(title(&Lead { name: None, ..complete() }), "Lead - Brasa & Cia");
    assert_eq!(title(&Lead::default()), "Lead - Rafa 🍔");
}

#[test]
fn facts_for_fields_of_the_crm_read_like_the_note() {
    let facts = |dossier: &Dossier<'_>| {
        let told =
            DealFact::ALL.iter().map(|fact| format!("{}={:?}", fact.key(), fact.of(dossier)));
        told.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(about(&complete(), &Memory::default(), &[], facts));
}

#[test]
fn only_what_matters_to_a_seller_is_worth_another_note() {
    let of = |lead: &Lead, memory: &Memory| about(lead, memory, &[], substance);
    let (lead, memory) = (complete(), Memory::default());
    let same = Lead { email: None, segment: None, ..complete() };
    assert_eq!(of(&lead, &memory), of(&same, &Memory { greeted: true, ..Memory::default() }));
    let other = Lead { product: Some("SE3000".into()), ..complete() };
    assert_ne!(of(&lead, &memory), of(&other, &memory));
    let asked = Memory { human_requested: true, ..Memory::default() };
    assert_ne!(of(&lead, &memory), of(&lead, &asked));
}

#[test]
fn the_card_of_a_lead_that_asked_for_a_person_says_so_first() {
    let card = |dossier: &Dossier<'_>| {
        crate::handoff::card(crate::handoff::Why::HumanRequest, dossier).as_str().to_owned()
    };
    let memory = Memory { human_requested: true, ..Memory::default() };
    let lead = Lead { name: Some("Rafael".into()), ..Lead::default() };
    let text = about(&lead, &memory, &talk(), card);
    assert!(text.starts_with("*O lead pediu para falar com uma pessoa*\n\n*Novo lead"), "{text}");
}

#[test]
fn the_last_reminder_says_whom_nobody_took_and_since_when() {
    use crate::handoff::Why;
    use jiff::civil::datetime;

    let (since, now) = (datetime(2026, 11, 24, 17, 50, 0, 0), datetime(2026, 11, 25, 8, 0, 0, 0));
    let reminder =
        |dossier: &Dossier<'_>| handoff_reminder(dossier, Why::HumanRequest, since, now, true);
    insta::assert_snapshot!(about(&complete(), &Memory::default(), &talk(), reminder));
}
