//! Reads facts and intents from the lead's words, in pt-BR, without a model.

use std::sync::LazyLock;

use regex::Regex;

use crate::conversation::{Intent, Turn};
use crate::lead::{Fact, Period, Unit, Urgency, Value, Volume};
use crate::plain_text::{has_any, plain};

/// What a burst tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understanding {
    /// Facts about the lead, in the order of the burst.
    pub facts: Vec<Fact>,
    /// What the lead does or wants.
    pub intents: Vec<Intent>,
}

static NAME_AND_COMPANY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:[Ss]ou|[Aa]qui é) (?:[oa] )?(?P<name>\p{Lu}\p{L}+)(?:,? d[aoe] (?P<company>\p{Lu}\p{L}+(?: (?:d[aoe] )?\p{Lu}\p{L}+)*))?",
    )
});
static CITY_AND_STATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?P<city>\p{Lu}\p{L}+(?: (?:d[aoe] )?\p{Lu}\p{L}+)*) ?[/-] ?(?P<uf>[A-Z]{2})\b")
});
static VOLUME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<amount>\d{1,3}(?:\.\d{3})+|\d+)\s*(?P<unit>hamburguer|burger|kg|quilo|espet|lingui|unidade)?\w*\s*(?:por|/|ao|a)\s*(?P<period>hora|dia|semana|mes)",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Reads the lead's messages of a turn.
pub fn read(turn: &Turn<'_>) -> Understanding {
    let mut found = Understanding::default();
    for (line, message) in turn.burst.iter().enumerate() {
        let text = plain(&message.text);
        let mut add = |value: Value, quote: &str| {
            found.facts.push(Fact { value, quote: quote.to_owned(), line });
        };
        if let Some(parts) = NAME_AND_COMPANY.captures(&message.text) {
            add(Value::Name(parts["name"].to_owned()), &parts[0]);
            if let Some(company) = parts.name("company") {
                add(Value::Company(company.as_str().to_owned()), &parts[0]);
            }
        }
        if let Some(parts) = CITY_AND_STATE.captures(&message.text) {
            add(Value::City(parts["city"].to_owned()), &parts[0]);
            add(Value::Uf(parts["uf"].to_owned()), &parts[0]);
        }
        if let [product] = &turn.playbook.catalogue.named_in(&text)[..] {
            add(Value::Product(product.code.clone()), &message.text);
        } else if let Some(category) = turn.playbook.catalogue.category_named_in(&text) {
            add(Value::ProductCategory(category.id.clone()), &message.text);
        }
        if let Some(volume) = volume(&text) {
            add(Value::Volume(volume), &message.text);
        }
        if has_any(&text, &["urgente", "urgencia", "o quanto antes", "este mes", "nesse mes"]) {
            add(Value::Urgency(Urgency::Alta), &message.text);
        }
        if has_any(&text, &["sem pressa", "so pesquisando", "ano que vem"]) {
            add(Value::Urgency(Urgency::Baixa), &message.text);
        }
        for (intent, words) in WORDS {
            if has_any(&text, words) && !found.intents.contains(intent) {
                found.intents.push(*intent);
            }
        }
    }
    found
}

fn volume(text: &str) -> Option<Volume> {
    let parts = VOLUME.captures(text)?;
    let amount = parts["amount"].replace('.', "").parse().ok()?;
    let unit = match parts.name("unit").map(|it| it.as_str()) {
        Some("hamburguer" | "burger") => Unit::Hamburguer,
        Some("kg" | "quilo") => Unit::Kg,
        Some("espet") => Unit::Espeto,
        Some("lingui") => Unit::Linguica,
        _ => Unit::Unidade,
    };
    let period = match &parts["period"] {
        "hora" => Period::Hora,
        "semana" => Period::Semana,
        "mes" => Period::Mes,
        _ => Period::Dia,
    };
    Some(Volume { amount, unit, period })
}

const WORDS: &[(Intent, &[&str])] = &[
    (Intent::Greeting, &["oi", "ola", "bom dia", "boa tarde", "boa noite"]),
    (Intent::Price, &["preco", "valor", "quanto custa", "qto ta", "orcamento", "proposta"]),
    (Intent::Discount, &["desconto", "mais barato"]),
    (Intent::Payment, &["parcela", "boleto", "cartao", "financiamento", "pix"]),
    (Intent::DeliveryTime, &["prazo", "frete", "entrega", "entregam"]),
    (Intent::Technical, &["voltagem", "diagrama", "corrente", "220", "trifasico", "molde"]),
    (Intent::Human, &["atendente", "humano", "consultor", "vendedor", "alguem"]),
    (Intent::OptOut, &["para de mandar", "nao quero receber", "remove meu numero", "me tira"]),
    (Intent::ProductQuestion, &["tem", "vcs tem", "qual", "interesse", "quero", "fabricam"]),
    (Intent::UnavailableProduct, &["espeto", "freezer", "fritadeira", "chapa", "moedor"]),
    (Intent::Catalog, &["catalogo", "fotos", "video", "site"]),
    (Intent::Complaint, &["absurdo", "ridiculo", "vazando", "ninguem responde", "reclamar"]),
    (Intent::JobSeeker, &["vaga", "emprego", "curriculo"]),
    (Intent::Injection, &["ignore", "system prompt", "instrucoes anteriores"]),
    (Intent::Thanks, &["obrigado", "obrigada", "valeu", "vlw"]),
    (Intent::Goodbye, &["tchau", "ate mais", "ate logo"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Author, Line, Memory};
    use crate::lead::Lead;
    use crate::playbook::Playbook;

    #[test]
    fn a_plain_introduction_is_read() {
        let playbook = Playbook::seleto();
        let turn = Turn {
            playbook: &playbook,
            lead: &Lead::default(),
            sender_name: None,
            history: &[],
            burst: &[Line::text(
                Author::Lead,
                "Oi, sou o Rafael da Brasa Urbana, Curitiba/PR, quero a FB 700, 1.200 hambúrgueres por dia",
            )],
            memory: &Memory::default(),
            now: jiff::civil::datetime(2026, 11, 23, 10, 0, 0, 0),
        };
        let mut lead = Lead::default();
        read(&turn).facts.iter().for_each(|fact| lead.apply(&fact.value));
        assert_eq!(lead.name.as_deref(), Some("Rafael"));
        assert_eq!(lead.company.as_deref(), Some("Brasa Urbana"));
        assert_eq!(lead.uf.as_deref(), Some("PR"));
        assert_eq!(lead.product.as_deref(), Some("FB700"));
        assert_eq!(lead.volume.map(|it| it.amount), Some(1200.0));
    }
}
