//! The words for single facts, the same in every text the team reads.

use super::Dossier;
use crate::conversation::Visitor;
use crate::lead::{Lead, Urgency};
use crate::phone::Phone;
use crate::plain_text::visible;
use crate::qualification::Temperature;

/// What stands for a fact that nobody told.
pub(super) const UNKNOWN: &str = "Não informado";

/// Longest name, company, city or segment that is shown.
const LONGEST_FACT: usize = 120;

/// A lead's words on one line: nothing invisible, no line breaks that could pass for ours.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let line = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// A fact the lead told, on one line; `None` when it is empty.
pub(super) fn told(fact: Option<&str>) -> Option<String> {
    fact.map(|text| one_line(text, LONGEST_FACT)).filter(|text| !text.is_empty())
}

pub(super) fn or_unknown(fact: Option<String>) -> String {
    fact.unwrap_or_else(|| UNKNOWN.to_owned())
}

/// The lead's name, or its profile name marked as such.
pub(super) fn name(dossier: &Dossier<'_>) -> Option<String> {
    told(dossier.lead.name.as_deref())
        .or_else(|| told(dossier.sender_name).map(|name| format!("{name} (nome no WhatsApp)")))
}

/// "Curitiba/PR", "Curitiba" or "PR".
pub(super) fn place(dossier: &Dossier<'_>) -> Option<String> {
    let lead = dossier.lead;
    match (told(lead.city.as_deref()), told(lead.uf.as_deref())) {
        (Some(city), Some(uf)) => Some(format!("{city}/{uf}")),
        (city, uf) => city.or(uf),
    }
}

/// "FB700 (formadora automática de hambúrguer)", or the kind of machine while no model is clear.
pub(super) fn product(dossier: &Dossier<'_>) -> Option<String> {
    let catalogue = &dossier.playbook.catalogue;
    if let Some(code) = told(dossier.lead.product.as_deref()) {
        return Some(match catalogue.product(&code) {
            Some(product) => format!("{} ({})", product.name, product.what),
            None => code,
        });
    }
    let id = told(dossier.lead.product_category.as_deref())?;
    let name = catalogue.category(&id).map_or(id, |category| category.name.clone());
    Some(format!("{name} (modelo a definir)"))
}

pub(super) fn volume(lead: &Lead) -> Option<String> {
    lead.volume.map(|volume| volume.in_words())
}

pub(super) fn urgency(lead: &Lead) -> Option<String> {
    let words = match lead.urgency? {
        Urgency::Alta => "Alta (compra em até 30 dias)",
        Urgency::Media => "Média (compra em um a três meses)",
        Urgency::Baixa => "Baixa (sem pressa de comprar)",
    };
    Some(words.to_owned())
}

pub(super) fn knows_the_company(dossier: &Dossier<'_>) -> Option<String> {
    dossier.lead.knows_seleto.map(|knows| if knows { "Sim" } else { "Não" }.to_owned())
}

/// "12.345.678/0001-95".
pub(super) fn cnpj(dossier: &Dossier<'_>) -> Option<String> {
    let bare = told(dossier.lead.cnpj.as_deref())?;
    let part = |from, to| bare.get(from..to);
    match (part(0, 2), part(2, 5), part(5, 8), part(8, 12), part(12, 14), bare.len()) {
        (Some(a), Some(b), Some(c), Some(d), Some(e), 14) => Some(format!("{a}.{b}.{c}/{d}-{e}")),
        _ => Some(bare),
    }
}

/// "mercado de carnes": a key of the record as words.
pub(super) fn segment(dossier: &Dossier<'_>) -> Option<String> {
    told(dossier.lead.segment.as_deref()).map(|segment| segment.replace('_', " "))
}

/// "+55 (41) 98888-7777", or the digits as they are for other countries.
pub(super) fn phone(phone: &Phone) -> String {
    let Some(ddd) = area_code(phone) else { return format!("+{}", phone.as_str()) };
    let number = &phone.as_str()[4..];
    let (head, tail) = number.split_at(number.len() - 4);
    format!("+55 ({ddd}) {head}-{tail}")
}

/// The two digits after Brazil's country code; a phone is digits alone.
pub(super) fn area_code(phone: &Phone) -> Option<&str> {
    let digits = phone.as_str();
    (digits.starts_with("55") && (12..=13).contains(&digits.len())).then(|| &digits[2..4])
}

/// What else the team should know, most weighty first.
pub(super) fn remarks(dossier: &Dossier<'_>) -> Vec<&'static str> {
    let memory = dossier.memory;
    [
        (memory.opted_out, "pediu para não receber mensagens"),
        (memory.complained, "fez uma reclamação"),
        (memory.human_requested, "pediu para falar com uma pessoa"),
        (memory.support, "já tem uma máquina e procura suporte"),
        (memory.no_company, "disse que ainda não tem empresa"),
        (memory.visitor == Some(Visitor::JobSeeker), "procura emprego"),
        (memory.visitor == Some(Visitor::Supplier), "quer vender para a empresa"),
        (memory.visitor == Some(Visitor::Spam), "parece mensagem em massa"),
        (memory.visitor == Some(Visitor::WrongNumber), "procurava outra pessoa"),
        (memory.upsell_offered, "já ouviu a sugestão de um modelo maior"),
    ]
    .into_iter()
    .filter_map(|(holds, remark)| holds.then_some(remark))
    .collect()
}

/// "Quente", to begin a line.
pub(super) fn temperature(temperature: Temperature) -> &'static str {
    match temperature {
        Temperature::Frio => "Frio",
        Temperature::Morno => "Morno",
        Temperature::Quente => "Quente",
    }
}

/// The text with a capital first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
