//! All that is held on a person, table by table.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::params;
use crate::store::Error;
use crate::store::engine::{Operation, Row, Tx, Value};

/// Reads all that is held on whoever has this number; `None` when nothing is.
pub struct Held {
    /// The number in its canonical form.
    pub canonical: String,
}

/// What is held on a person.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldData {
    /// The lead.
    pub lead: Uuid,
    /// Every row, by table.
    pub data: Json,
}

/// A table with rows about a person: its columns, and how its rows are found by the lead's id (`$1`).
struct Source {
    name: &'static str,
    columns: &'static [&'static str],
    from: &'static str,
}

/// The conversations of a lead, for the tables that know a conversation or its phone alone.
const OF_LEAD: &str = "SELECT id FROM conversation_states WHERE lead_id = $1";

const SOURCES: [Source; 14] = [
    Source {
        name: "leads",
        columns: &[
            "id",
            "phone",
            "name",
            "email",
            "company",
            "city",
            "uf",
            "product",
            "volume",
            "urgency",
            "knows_seleto",
            "temperature",
            "temperature_reason",
            "opted_out",
            "created_at",
            "updated_at",
        ],
        from: "leads WHERE id = $1",
    },
    Source {
        name: "identities",
        columns: &["kind", "value"],
        from: "identities WHERE lead_id = $1",
    },
    Source {
        name: "lead_profiles",
        columns: &["profile", "sender_name"],
        from: "lead_profiles WHERE lead_id = $1",
    },
    Source {
        name: "facts",
        columns: &["field", "value", "quote", "source", "actor", "created_at", "superseded_at"],
        from: "facts WHERE lead_id = $1 ORDER BY created_at",
    },
    Source {
        name: "orcamentos",
        columns: &[
            "id",
            "resumo",
            "produto",
            "segmento",
            "urgencia_compra",
            "volume_diario",
            "oportunidade_pipe_id",
            "created_at",
        ],
        from: "orcamentos WHERE lead_id = $1",
    },
    Source {
        name: "conversation_states",
        columns: &["id", "instance", "address", "lead_phone", "mode", "memory", "created_at"],
        from: "conversation_states WHERE lead_id = $1",
    },
    Source {
        name: "funnel",
        columns: &["stage", "entered_at", "temperature", "created_at"],
        from: "funnel WHERE lead_id = $1",
    },
    Source {
        name: "messages",
        columns: &["id", "author", "kind", "text", "transcript", "media", "sent_at"],
        from: "messages WHERE conversation_id IN (@) ORDER BY seq",
    },
    Source {
        name: "turns",
        columns: &[
            "id",
            "started_at",
            "outcome",
            "reason",
            "brain",
            "model",
            "intents",
            "verdicts",
        ],
        from: "turns WHERE conversation_id IN (@) ORDER BY started_at",
    },
    Source {
        name: "deliveries",
        columns: &["id", "address", "body", "state", "created_at", "sent_at", "reason"],
        from: "deliveries WHERE conversation_id IN (@) ORDER BY seq",
    },
    Source {
        name: "inbound",
        columns: &["source", "external_id", "decision", "body", "received_at"],
        from: "inbound WHERE conversation_id IN (@) ORDER BY seq",
    },
    Source {
        name: "remotes",
        columns: &["lane", "kind", "remote_id", "state", "updated_at"],
        from: "remotes WHERE conversation_id IN (@)",
    },
    Source {
        name: "conversation_context",
        columns: &["key", "value", "created_at"],
        from: "conversation_context WHERE lead_phone IN (
                 SELECT lead_phone FROM conversation_states WHERE lead_id = $1)",
    },
    Source {
        name: "technical_questions",
        columns: &["question", "timestamp", "context"],
        from: "technical_questions WHERE phone IN (
                 SELECT lead_phone FROM conversation_states WHERE lead_id = $1)",
    },
];

impl Operation for Held {
    type Output = Option<HeldData>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let lead = tx
            .row(
                "SELECT lead_id FROM identities WHERE kind = 'phone' AND value = $1",
                &params![&self.canonical],
            )
            .await?;
        let Some(lead) = lead.map(|row| row.uuid(0)).transpose()? else { return Ok(None) };
        let mut data = Map::new();
        for source in &SOURCES {
            let from = source.from.replace('@', OF_LEAD);
            let sql = format!("SELECT {} FROM {from}", source.columns.join(", "));
            let rows = tx.rows(&sql, &params![lead]).await?;
            let rows: Vec<Json> = rows.iter().map(|row| object(source.columns, row)).collect();
            data.insert(source.name.to_owned(), json!(rows));
        }
        Ok(Some(HeldData { lead, data: Json::Object(data) }))
    }
}

fn object(columns: &[&str], row: &Row) -> Json {
    let pairs = columns.iter().enumerate().map(|(index, name)| {
        let value = match row.value(index) {
            Some(Value::Int(number)) => json!(number),
            Some(Value::Real(number)) => json!(number),
            Some(Value::Text(text)) => json!(text),
            Some(Value::Uuid(id)) => json!(id.to_string()),
            Some(Value::Time(ms)) => {
                let at = jiff::Timestamp::from_millisecond(*ms).unwrap_or_default();
                json!(at.to_string())
            }
            Some(Value::Null) | None => Json::Null,
        };
        ((*name).to_owned(), value)
    });
    Json::Object(pairs.collect())
}
