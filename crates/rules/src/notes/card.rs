//! The card of a handoff: what a seller needs before the first word to the lead.

use super::Dossier;
use super::wording::{self, one_line, or_unknown};
use crate::conversation::{Author, Kind, Line};

/// How many messages the card ends with.
const LAST_MESSAGES: usize = 6;

/// Longest message that is shown whole.
const LONGEST_MESSAGE: usize = 240;

/// The card for the team, with WhatsApp's marks for bold.
pub fn handoff_card(dossier: &Dossier<'_>) -> String {
    let mut parts = vec![facts(dossier), reasons(dossier)];
    parts.extend(last_messages(dossier));
    parts.join("\n\n")
}

fn facts(dossier: &Dossier<'_>) -> String {
    let temperature = dossier.qualification.temperature.as_str();
    let knows = format!("Já conhece a {}", dossier.playbook.company.short_name);
    let mut lines = vec![format!("*Novo lead {temperature} via WhatsApp*"), String::new()];
    for (label, fact) in [
        ("Nome", wording::name(dossier)),
        ("Empresa", wording::told(dossier.lead.company.as_deref())),
        ("Localização", wording::place(dossier)),
        ("Produto de interesse", wording::product(dossier)),
        ("Capacidade/volume", wording::volume(dossier.lead)),
        ("Urgência", wording::urgency(dossier.lead)),
        (knows.as_str(), wording::knows_the_company(dossier)),
        ("Observações", observations(dossier)),
    ] {
        lines.push(format!("*{label}:* {}", or_unknown(fact)));
    }
    if let Some(phone) = dossier.phone {
        let link = format!("https://wa.me/{}", phone.as_str());
        lines.push(format!("*WhatsApp:* {} {link}", wording::phone(phone)));
    }
    lines.join("\n")
}

fn observations(dossier: &Dossier<'_>) -> Option<String> {
    let lead = dossier.lead;
    let told = [
        wording::segment(dossier).map(|segment| format!("segmento: {segment}")),
        wording::cnpj(dossier).map(|cnpj| format!("CNPJ {cnpj}")),
        wording::told(lead.email.as_deref()).map(|email| format!("e-mail {email}")),
    ];
    let remarks = wording::remarks(dossier).into_iter().map(str::to_owned);
    let all: Vec<String> = remarks.chain(told.into_iter().flatten()).collect();
    (!all.is_empty()).then(|| wording::capitalised(&all.join("; ")))
}

fn reasons(dossier: &Dossier<'_>) -> String {
    let verdict = dossier.qualification;
    let mut lines =
        vec![format!("*Por que é {}* ({} pontos)", verdict.temperature.as_str(), verdict.score)];
    lines.extend(verdict.reasons.iter().map(|reason| format!("• {reason}")));
    lines.join("\n")
}

fn last_messages(dossier: &Dossier<'_>) -> Option<String> {
    let first = dossier.lines.len().saturating_sub(LAST_MESSAGES);
    let last = dossier.lines.get(first..).filter(|lines| !lines.is_empty())?;
    let said = last.iter().map(said);
    let lines: Vec<String> =
        std::iter::once("*Últimas mensagens*".to_owned()).chain(said).collect();
    Some(lines.join("\n"))
}

fn said(line: &Line) -> String {
    let author = match line.author {
        Author::Lead => "Lead",
        Author::Agent => "Assistente",
        Author::Human => "Equipe",
    };
    let kind = match line.kind {
        Kind::Text => "",
        Kind::Audio => "[áudio] ",
        Kind::Image => "[imagem] ",
        Kind::Video => "[vídeo] ",
        Kind::Document => "[documento] ",
        Kind::Location => "[localização] ",
        Kind::Contact => "[contato] ",
        Kind::Sticker => "[figurinha] ",
        Kind::Reaction => "[reação] ",
        Kind::Other => "[outro] ",
    };
    let text = one_line(&line.text, LONGEST_MESSAGE);
    format!("{author}: {kind}{text}").trim_end().to_owned()
}
