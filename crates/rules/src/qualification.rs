//! Temperature and score of a lead, with the reasons in words that a manager can check.

use serde::{Deserialize, Serialize};

use crate::conversation::Memory;
use crate::lead::{Lead, Unit, Urgency, Volume};
use crate::playbook::{Playbook, VolumeRules, per_day};

/// How near a lead is to buying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Temperature {
    /// No buyer yet.
    Frio,
    /// Interested, but something is missing.
    Morno,
    /// Ready for a seller.
    Quente,
}

/// What is known of a lead beside its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The lead wants no more messages.
    pub opted_out: bool,
    /// Not a buyer: job seeker, supplier, spam, prank, wrong number.
    pub not_a_buyer: bool,
    /// Only wants support for a machine it has.
    pub support_only: bool,
    /// Messages the lead wrote.
    pub messages: u32,
    /// The lead asked for a person, a proposal or a visit.
    pub asked_for_seller: bool,
}

/// The verdict on a lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qualification {
    /// Frio, morno or quente.
    pub temperature: Temperature,
    /// Orders leads of one temperature; 0 to 100.
    pub score: u8,
    /// Why, in pt-BR, most weighty first.
    pub reasons: Vec<String>,
}

impl Circumstances {
    /// Reads them from what the dialogue policy remembers.
    pub fn of(memory: &Memory, messages: u32) -> Self {
        Self {
            opted_out: memory.opted_out,
            not_a_buyer: memory.visitor.is_some(),
            support_only: memory.complained || memory.support,
            messages,
            asked_for_seller: memory.human_requested,
        }
    }
}

impl Temperature {
    /// As it is shown and stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Frio => "frio",
            Self::Morno => "morno",
            Self::Quente => "quente",
        }
    }

    /// Reads what [`Temperature::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Frio, Self::Morno, Self::Quente].into_iter().find(|it| it.as_str() == text)
    }
}

/// Judges a lead. Of two temperatures that fit, the colder.
pub fn qualify(playbook: &Playbook, lead: &Lead, around: &Circumstances) -> Qualification {
    let rules = &playbook.rules.volume;
    let cold = reasons_for_cold(rules, lead, around);
    let lukewarm = reasons_against_hot(playbook, lead);
    let (temperature, reasons) = if !cold.is_empty() {
        (Temperature::Frio, cold)
    } else if !lukewarm.is_empty() {
        (Temperature::Morno, lukewarm)
    } else {
        (Temperature::Quente, reasons_for_hot(lead))
    };
    Qualification { temperature, score: score(rules, lead, around), reasons }
}

fn reasons_for_cold(rules: &VolumeRules, lead: &Lead, around: &Circumstances) -> Vec<String> {
    let tiny = lead.volume.is_some_and(|volume| size(&volume, rules) == Size::Tiny);
    [
        (around.opted_out, "pediu para não receber mensagens"),
        (around.not_a_buyer, "não é um comprador"),
        (around.support_only, "procura suporte, não compra"),
        (lead.name.is_none(), "nome desconhecido"),
        (lead.company.is_none(), "empresa desconhecida"),
        (lead.product.is_none() && lead.product_category.is_none(), "sem interesse em produto"),
        (tiny, "volume muito pequeno"),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .map(|(_, reason)| reason.to_owned())
    .collect()
}

fn reasons_against_hot(playbook: &Playbook, lead: &Lead) -> Vec<String> {
    let rules = &playbook.rules.volume;
    let mut reasons = Vec::new();
    // A kind of machine with one model is that model.
    let only = |category: &String| playbook.catalogue.only_one_of(category).is_some();
    let clear = lead.product.is_some() || lead.product_category.as_ref().is_some_and(only);
    if lead.city.is_none() {
        reasons.push("falta a cidade".to_owned());
    }
    if !clear {
        reasons.push("modelo ainda não definido".to_owned());
    }
    match lead.volume {
        None => reasons.push("falta o volume".to_owned()),
        Some(volume) if size(&volume, rules) != Size::Significant => {
            reasons.push(format!("volume abaixo do significativo ({})", volume.in_words()));
        }
        Some(_) => {}
    }
    match lead.urgency {
        None => reasons.push("urgência desconhecida".to_owned()),
        Some(Urgency::Media) => reasons.push("compra em um a três meses".to_owned()),
        Some(Urgency::Baixa) => reasons.push("sem pressa de comprar".to_owned()),
        Some(Urgency::Alta) => {}
    }
    reasons
}

fn reasons_for_hot(lead: &Lead) -> Vec<String> {
    let mut reasons = vec!["quer comprar em até 30 dias".to_owned()];
    if let Some(volume) = lead.volume {
        reasons.push(format!("volume significativo ({})", volume.in_words()));
    }
    if let Some(product) = &lead.product {
        reasons.push(format!("produto definido ({product})"));
    }
    reasons.push("nome, empresa e cidade conhecidos".to_owned());
    if lead.knows_seleto == Some(true) {
        reasons.push("já conhece a empresa".to_owned());
    }
    reasons
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    Tiny,
    Small,
    Significant,
}

fn size(volume: &Volume, rules: &VolumeRules) -> Size {
    let daily = per_day(volume, rules);
    let (tiny, significant) = match volume.unit {
        Unit::Kg => (rules.tiny_kg_per_day, rules.significant_kg_per_day),
        _ => (rules.tiny_units_per_day, rules.significant_units_per_day),
    };
    if daily < tiny {
        Size::Tiny
    } else if daily < significant {
        Size::Small
    } else {
        Size::Significant
    }
}

/// Engagement, completeness, volume and urgency weigh 25 each.
fn score(rules: &VolumeRules, lead: &Lead, around: &Circumstances) -> u8 {
    if around.opted_out || around.not_a_buyer {
        return 0;
    }
    let engagement = u8::try_from(around.messages.min(5) * 3).unwrap_or(15)
        + if around.asked_for_seller { 10 } else { 0 };
    let known = [
        lead.name.is_some(),
        lead.company.is_some(),
        lead.city.is_some(),
        lead.product.is_some() || lead.product_category.is_some(),
        lead.email.is_some() || lead.cnpj.is_some(),
    ];
    let completeness = known.into_iter().map(|is_known| if is_known { 5 } else { 0 }).sum::<u8>();
    let volume = match lead.volume.map(|volume| size(&volume, rules)) {
        Some(Size::Significant) => 25,
        Some(Size::Small) => 12,
        Some(Size::Tiny) | None => 0,
    };
    let urgency = match lead.urgency {
        Some(Urgency::Alta) => 25,
        Some(Urgency::Media) => 15,
        Some(Urgency::Baixa) => 5,
        None => 0,
    };
    engagement + completeness + volume + urgency
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::Period;

    fn hot() -> Lead {
        Lead {
            name: Some("Rafael".into()),
            company: Some("Brasa Urbana".into()),
            city: Some("Curitiba".into()),
            product: Some("FB700".into()),
            volume: Some(Volume { amount: 100.0, unit: Unit::Hamburguer, period: Period::Dia }),
            urgency: Some(Urgency::Alta),
            ..Lead::default()
        }
    }

    #[track_caller]
    fn check(
        change: impl FnOnce(&mut Lead, &mut Circumstances),
        temperature: Temperature,
        reason: &str,
    ) {
        let (mut lead, mut around) = (hot(), Circumstances::default());
        change(&mut lead, &mut around);
        let verdict = qualify(&Playbook::seleto(), &lead, &around);
        assert_eq!(verdict.temperature, temperature, "{:?}", verdict.reasons);
        assert!(verdict.reasons.iter().any(|it| it.contains(reason)), "{:?}", verdict.reasons);
    }

    #[test]
    fn of_two_temperatures_the_colder() {
        use Temperature::{Frio, Morno, Quente};
        check(|_, _| (), Quente, "volume significativo (100 hambúrgueres por dia)");
        check(|lead, _| lead.knows_seleto = Some(true), Quente, "já conhece");
        check(|lead, _| lead.city = None, Morno, "cidade");
        check(|lead, _| lead.urgency = Some(Urgency::Media), Morno, "um a três meses");
        check(|lead, _| lead.urgency = None, Morno, "urgência desconhecida");
        check(|lead, _| lead.volume = None, Morno, "falta o volume");
        check(|lead, _| lead.product = None, Frio, "sem interesse");
        check(
            |lead, _| {
                lead.product = None;
                lead.product_category = Some("formadora".into());
            },
            Morno,
            "modelo",
        );
        check(|lead, _| lead.name = None, Frio, "nome");
        check(|lead, _| lead.company = None, Frio, "empresa");
        check(|_, around| around.opted_out = true, Frio, "não receber");
        check(|_, around| around.support_only = true, Frio, "suporte");
        check(|_, around| around.not_a_buyer = true, Frio, "comprador");
    }

    #[test]
    fn volumes_are_compared_by_the_day() {
        use Temperature::{Frio, Morno, Quente};
        for (amount, unit, period, temperature) in [
            (20.0, Unit::Hamburguer, Period::Semana, Frio),
            (99.0, Unit::Kg, Period::Dia, Morno),
            (700.0, Unit::Hamburguer, Period::Semana, Quente),
            (20.0, Unit::Hamburguer, Period::Hora, Quente),
        ] {
            check(|lead, _| lead.volume = Some(Volume { amount, unit, period }), temperature, "");
        }
    }

    #[test]
    fn the_score_orders_and_stays_in_bounds() {
        let playbook = Playbook::seleto();
        let busy =
            Circumstances { messages: 900, asked_for_seller: true, ..Circumstances::default() };
        let best = Lead { email: Some("a@b.co".into()), ..hot() };
        assert_eq!(qualify(&playbook, &best, &busy).score, 100);
        assert_eq!(qualify(&playbook, &Lead::default(), &Circumstances::default()).score, 0);
        assert!(
            qualify(&playbook, &hot(), &busy).score
                > qualify(&playbook, &hot(), &Circumstances::default()).score
        );
    }
}
