//! What a deal in the CRM says about its lead.

use super::Dossier;
use super::wording;

/// Something known of a lead that a field of the CRM can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealFact {
    /// The lead's name.
    Name,
    /// The lead's company.
    Company,
    /// City and state.
    City,
    /// State alone.
    Uf,
    /// The machine, or the kind of machine.
    Product,
    /// What the lead makes.
    Volume,
    /// When the lead wants to buy.
    Urgency,
    /// Kind of business.
    Segment,
    /// Frio, morno or quente.
    Temperature,
    /// Whether the lead knows the company.
    KnowsCompany,
    /// WhatsApp number.
    Phone,
    /// E-mail.
    Email,
    /// CNPJ.
    Cnpj,
}

impl DealFact {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Name,
        Self::Company,
        Self::City,
        Self::Uf,
        Self::Product,
        Self::Volume,
        Self::Urgency,
        Self::Segment,
        Self::Temperature,
        Self::KnowsCompany,
        Self::Phone,
        Self::Email,
        Self::Cnpj,
    ];

    /// Its key in the configuration.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "nome",
            Self::Company => "empresa",
            Self::City => "cidade",
            Self::Uf => "uf",
            Self::Product => "produto",
            Self::Volume => "volume",
            Self::Urgency => "urgencia",
            Self::Segment => "segmento",
            Self::Temperature => "temperatura",
            Self::KnowsCompany => "conhece",
            Self::Phone => "telefone",
            Self::Email => "email",
            Self::Cnpj => "cnpj",
        }
    }

    /// What is known of it, as people read it.
    pub fn of(self, dossier: &Dossier<'_>) -> Option<String> {
        let lead = dossier.lead;
        match self {
            Self::Name => wording::told(lead.name.as_deref()),
            Self::Company => wording::told(lead.company.as_deref()),
            Self::City => wording::place(dossier),
            Self::Uf => wording::told(lead.uf.as_deref()),
            Self::Product => wording::product(dossier),
            Self::Volume => wording::volume(lead),
            Self::Urgency => wording::urgency(lead),
            Self::Segment => wording::segment(dossier),
            Self::Temperature => {
                Some(wording::temperature(dossier.qualification.temperature).to_owned())
            }
            Self::KnowsCompany => wording::knows_the_company(dossier),
            Self::Phone => dossier.phone.map(wording::phone),
            Self::Email => wording::told(lead.email.as_deref()),
            Self::Cnpj => wording::cnpj(dossier),
        }
    }
}

/// The title of a lead's deal: "Lead - João Silva".
pub fn deal_title(dossier: &Dossier<'_>) -> String {
    let lead = dossier.lead;
    let name = wording::told(lead.name.as_deref())
        .or_else(|| wording::told(lead.company.as_deref()))
        .or_else(|| wording::told(dossier.sender_name))
        .or_else(|| dossier.phone.map(wording::phone));
    format!("Lead - {}", name.unwrap_or_else(|| "WhatsApp".to_owned()))
}

/// What a seller would want to be told of: while it stays the same, no further note is written.
pub fn substance(dossier: &Dossier<'_>) -> String {
    let lead = dossier.lead;
    let memory = dossier.memory;
    format!(
        "{:?}|{:?}|{:?}|{:?}|{}|{}|{}|{}",
        lead.product,
        lead.product_category,
        lead.volume,
        lead.urgency,
        dossier.qualification.temperature.as_str(),
        memory.human_requested,
        memory.complained,
        memory.opted_out,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_has_a_key_of_its_own() {
        let keys: std::collections::BTreeSet<_> =
            DealFact::ALL.iter().map(|fact| fact.key()).collect();
        assert_eq!(keys.len(), DealFact::ALL.len());
    }
}
