//! What Supabase, or a row of the customer's here, says of a lead, in our words.

use seleto_rules::lead::{Lead, Urgency, Value};
use seleto_rules::phone::Phone;
use seleto_rules::playbook::Playbook;
use seleto_rules::understand;

use super::client::{Client, Select};
use super::failure::Failure;
use super::wire::Row;
use crate::store::customer::Table;
use crate::store::recalled::{HISTORY, Known, KnownContext, KnownLine, KnownRow};

/// Most words about a conversation that are taken over.
const CONTEXT: usize = 50;

/// Asks Supabase for a lead under every form of the number; `None` when it knows nobody.
pub(super) async fn lead(
    client: &Client,
    playbook: &Playbook,
    phone: &Phone,
) -> Result<Option<Known>, Failure> {
    let spellings = phone.spellings();
    let spellings: Vec<&str> = spellings.iter().map(String::as_str).collect();
    let among: &[(&str, &[&str])] = &[("phone", &spellings)];
    let select = Select { among, limit: spellings.len(), ..Select::default() };
    let rows = client.select(Table::Leads, &select, Some(phone.as_str())).await?;
    // The exact number before its other forms.
    let exact = rows.iter().position(|row| row.text("phone") == Some(phone.as_str()));
    Ok(rows.get(exact.unwrap_or(0)).map(|row| read_lead(row, playbook)))
}

/// Adds what was said before and what is noted of it. Without an answer the rest stays as it is.
pub(super) async fn with_history(
    client: &Client,
    phone: &Phone,
    mut known: Known,
) -> Result<Known, Failure> {
    let spellings = phone.spellings();
    let spellings: Vec<&str> = spellings.iter().map(String::as_str).collect();
    let among: &[(&str, &[&str])] = &[("lead_phone", &spellings)];
    let about = Some(phone.as_str());
    let history =
        Select { among, latest_by: Some("timestamp"), limit: HISTORY, ..Select::default() };
    let context = Select { among, limit: CONTEXT, ..Select::default() };
    let (history, context) = tokio::join!(
        client.select(Table::Conversations, &history, about),
        client.select(Table::ConversationContext, &context, about),
    );
    known.history = history?.iter().rev().filter_map(line).collect();
    known.history.sort_by_key(|line| line.at);
    known.context = context?.iter().filter_map(context_entry).collect();
    Ok(known)
}

fn line(row: &Row) -> Option<KnownLine> {
    Some(KnownLine {
        role: row.text("role")?.to_owned(),
        content: row.text("content")?.to_owned(),
        at: row.time("timestamp").unwrap_or_default(),
    })
}

fn context_entry(row: &Row) -> Option<KnownContext> {
    Some(KnownContext {
        id: row.text("id")?.to_owned(),
        key: row.text("key")?.to_owned(),
        value: row.text("value")?.to_owned(),
        at: row.time("created_at").unwrap_or_default(),
    })
}

/// Reads a row of `leads`.
pub(super) fn read_lead(row: &Row, playbook: &Playbook) -> Known {
    Known {
        remote_id: row.text("id").map(str::to_owned),
        lead: facts(playbook, row.bool("knows_seleto"), |column| row.text(column)),
        opted_out: row.bool("opted_out").unwrap_or(false),
        created_at: row.time("created_at"),
        ..Known::default()
    }
}

/// The same of a row in our own database.
pub fn of_our_row(row: KnownRow, playbook: &Playbook) -> Known {
    let text = |column: &str| {
        let found = row.texts.iter().find(|(name, _)| *name == column);
        found.map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    };
    let lead = facts(playbook, row.knows_seleto, text);
    Known { lead, ..row.known }
}

/// Texts become facts only where they mean something to us: a machine in the catalogue, a volume
/// with unit and period, a known word for the urgency.
fn facts<'a>(
    playbook: &Playbook,
    knows_seleto: Option<bool>,
    text: impl Fn(&str) -> Option<&'a str>,
) -> Lead {
    let owned = |column| text(column).map(str::to_owned);
    let mut lead = Lead {
        name: owned("name"),
        company: owned("company"),
        email: text("email").map(str::to_lowercase),
        city: owned("city"),
        uf: text("uf").map(str::to_uppercase).filter(|uf| uf.len() == 2),
        urgency: text("urgency").and_then(urgency),
        knows_seleto,
        ..Lead::default()
    };
    for (column, wanted) in [("product", is_product as fn(&Value) -> bool), ("volume", is_volume)] {
        let Some(words) = text(column) else { continue };
        let facts = understand::words(playbook, words);
        facts.iter().filter(|fact| wanted(&fact.value)).for_each(|fact| lead.apply(&fact.value));
    }
    lead
}

fn is_product(value: &Value) -> bool {
    matches!(value, Value::Product(_) | Value::ProductCategory(_))
}

fn is_volume(value: &Value) -> bool {
    matches!(value, Value::Volume(_))
}

fn urgency(word: &str) -> Option<Urgency> {
    match word.to_lowercase().as_str() {
        "alta" => Some(Urgency::Alta),
        "media" | "média" => Some(Urgency::Media),
        "baixa" => Some(Urgency::Baixa),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_becomes_facts_where_it_means_something() {
        let texts = [
            ("name", "Ana Souza"),
            ("uf", "sp"),
            ("product", "FB300"),
            ("volume", "1500 hambúrgueres por dia"),
            ("urgency", "Média"),
            ("city", " "),
            ("email", "Ana@Casa.com.br"),
        ];
        let row = KnownRow {
            texts: texts.map(|(column, text)| (column, text.to_owned())).to_vec(),
            knows_seleto: Some(true),
            known: Known::default(),
        };
        let lead = of_our_row(row, &Playbook::seleto()).lead;
        assert_eq!(lead.name.as_deref(), Some("Ana Souza"));
        assert_eq!(lead.uf.as_deref(), Some("SP"));
        assert_eq!(lead.product.as_deref(), Some("FB300"));
        assert_eq!(lead.volume.unwrap().to_string(), "1500 hambúrgueres por dia");
        assert_eq!(lead.urgency, Some(Urgency::Media));
        assert_eq!(lead.city, None);
        assert_eq!(lead.email.as_deref(), Some("ana@casa.com.br"));
        assert_eq!(lead.knows_seleto, Some(true));
    }

    #[test]
    fn what_means_nothing_to_us_is_left_out() {
        let texts = [("product", "geladeira"), ("volume", "muito"), ("urgency", "7"), ("uf", "x")];
        let row = KnownRow {
            texts: texts.map(|(column, text)| (column, text.to_owned())).to_vec(),
            ..KnownRow::default()
        };
        assert!(of_our_row(row, &Playbook::seleto()).is_empty());
    }
}
