//! The note that goes to the CRM beside the deal.

use super::Dossier;
use super::wording::{self, or_unknown};
use crate::conversation::Visitor;
use crate::lead::{Field, Lead};
use crate::qualification::Temperature;

/// A note of titled sections, to be shown as text or as HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrmNote(Vec<Section>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    title: &'static str,
    lines: Vec<String>,
}

/// The note about a lead, all six sections of it; what nobody told reads "Não informado".
pub fn crm_note(dossier: &Dossier<'_>) -> CrmNote {
    let section = |title, lines| Section { title, lines };
    CrmNote(vec![
        section("Resumo do atendimento", vec![summary(dossier)]),
        section("Dados do cliente", customer(dossier)),
        section("Necessidade identificada", vec![or_unknown(need(dossier))]),
        section("Equipamento de interesse", vec![or_unknown(wording::product(dossier))]),
        section("Classificação do lead", classification(dossier)),
        section("Próximo passo", vec![next_step(dossier)]),
    ])
}

impl CrmNote {
    /// As plain text.
    pub fn text(&self) -> String {
        let sections: Vec<String> = self
            .0
            .iter()
            .map(|section| format!("{}\n{}", section.title, section.lines.join("\n")))
            .collect();
        sections.join("\n\n")
    }

    /// As HTML, for a CRM that renders it; nothing a lead wrote can become markup.
    pub fn html(&self) -> String {
        let sections = self.0.iter().map(|section| {
            let lines: Vec<String> = section.lines.iter().map(|line| escaped(line)).collect();
            format!("<p><strong>{}</strong><br>{}</p>", section.title, lines.join("<br>"))
        });
        sections.collect()
    }
}

/// What a lead needs, on one line, for a list of quotes: "FB700 · 1.200 hambúrgueres por dia".
pub fn quote_summary(lead: &Lead) -> String {
    let product = lead.product.as_deref().or(lead.product_category.as_deref());
    let place = match (&lead.city, &lead.uf) {
        (Some(city), Some(uf)) => Some(format!("{city}/{uf}")),
        (city, _) => city.clone(),
    };
    let urgency =
        wording::urgency(lead).map(|urgency| format!("urgência {}", urgency.to_lowercase()));
    let parts =
        [wording::told(product), wording::volume(lead), wording::told(place.as_deref()), urgency];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

fn summary(dossier: &Dossier<'_>) -> String {
    let who = match (wording::name(dossier), wording::told(dossier.lead.company.as_deref())) {
        (Some(name), Some(company)) => format!("{name}, da empresa {company},"),
        (Some(name), None) => name,
        (None, Some(company)) => format!("Alguém da empresa {company}"),
        (None, None) => "O lead".to_owned(),
    };
    let place = wording::place(dossier).map(|place| format!(" Fica em {place}."));
    let product = wording::product(dossier).map(|product| format!(" Interesse: {product}."));
    let remarks = match wording::remarks(dossier) {
        remarks if remarks.is_empty() => String::new(),
        remarks => format!(" {}.", wording::capitalised(&remarks.join("; "))),
    };
    format!(
        "{who} conversou com a assistente virtual pelo WhatsApp.{}{}{remarks}",
        place.unwrap_or_default(),
        product.unwrap_or_default(),
    )
}

fn customer(dossier: &Dossier<'_>) -> Vec<String> {
    let lead = dossier.lead;
    let mut contact = vec![or_unknown(wording::name(dossier))];
    contact.extend(dossier.phone.map(wording::phone));
    contact.extend(wording::told(lead.email.as_deref()));
    let mut lines = vec![
        format!("Empresa: {}", or_unknown(wording::told(lead.company.as_deref()))),
        format!("Contato: {}", contact.join(" · ")),
        format!("Cidade/DDD: {}", or_unknown(place_and_area_code(dossier))),
        format!("Segmento: {}", or_unknown(wording::segment(dossier))),
    ];
    if let Some(cnpj) = wording::cnpj(dossier) {
        lines.insert(1, format!("CNPJ: {cnpj}"));
    }
    lines
}

fn place_and_area_code(dossier: &Dossier<'_>) -> Option<String> {
    let area = dossier.phone.and_then(wording::area_code).map(|code| format!("DDD {code}"));
    match (wording::place(dossier), area) {
        (Some(place), Some(area)) => Some(format!("{place} ({area})")),
        (place, area) => place.or(area),
    }
}

fn need(dossier: &Dossier<'_>) -> Option<String> {
    let volume = wording::volume(dossier.lead).map(|volume| format!("Produção de {volume}."));
    let urgency = wording::urgency(dossier.lead).map(|urgency| format!("Urgência: {urgency}."));
    let needs: Vec<String> = [volume, urgency].into_iter().flatten().collect();
    (!needs.is_empty()).then(|| needs.join(" "))
}

fn classification(dossier: &Dossier<'_>) -> Vec<String> {
    let verdict = dossier.qualification;
    let temperature = wording::temperature(verdict.temperature);
    let mut lines = vec![format!("{temperature} ({} pontos)", verdict.score)];
    if !verdict.reasons.is_empty() {
        lines.push(format!("Motivos: {}", verdict.reasons.join("; ")));
    }
    lines
}

fn next_step(dossier: &Dossier<'_>) -> String {
    let memory = dossier.memory;
    if memory.opted_out {
        return "Não entrar em contato: o lead pediu para não receber mensagens.".to_owned();
    }
    if memory.complained || memory.support {
        return "Encaminhar ao atendimento de clientes.".to_owned();
    }
    if memory.visitor.is_some_and(|visitor| visitor != Visitor::WrongNumber) {
        return "Nenhuma ação comercial: não é um comprador.".to_owned();
    }
    match dossier.qualification.temperature {
        Temperature::Quente => {
            "Consultor assume a conversa e prepara a proposta comercial.".to_owned()
        }
        _ if memory.human_requested => {
            "Consultor assume a conversa: o lead pediu para falar com uma pessoa.".to_owned()
        }
        Temperature::Morno => match missing(dossier) {
            missing if missing.is_empty() => {
                "Manter contato e confirmar o momento da compra.".to_owned()
            }
            missing => format!("Completar a qualificação; falta saber: {}.", missing.join(", ")),
        },
        Temperature::Frio => {
            "Acompanhar sem insistir; ainda não há dados para proposta.".to_owned()
        }
    }
}

fn missing(dossier: &Dossier<'_>) -> Vec<&'static str> {
    [
        (Field::City, "cidade"),
        (Field::Product, "modelo"),
        (Field::Volume, "volume"),
        (Field::Urgency, "urgência"),
    ]
    .into_iter()
    .filter_map(|(field, word)| (!dossier.lead.knows(field)).then_some(word))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_a_lead_stays_text() {
        assert_eq!(
            escaped("<b>\"A&B\"</b> d'água"),
            "&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt; d&#39;água"
        );
    }
}
