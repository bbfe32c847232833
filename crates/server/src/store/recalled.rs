//! What was known of a lead before this record began: in the customer's tables, here or in the
//! cloud.

use seleto_rules::conversation::{Author, Line, Memory};
use seleto_rules::lead::{Field, Lead};
use uuid::Uuid;

use super::control::audit;
use super::customer::Table;
use super::customer_rows::cell;
use super::engine::{Operation, Row, Tx, Value};
use super::facts::{NewFact, Source};
use super::queue::Lane;
use super::remotes::KeepRemote;
use super::{Error, customer::Cell, customer::Kind, lead};
use crate::params;

/// How many earlier messages are worth knowing.
pub const HISTORY: usize = 20;

/// What is known of a lead from elsewhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The lead's row in Supabase, when it came from there.
    pub remote_id: Option<String>,
    /// The facts.
    pub lead: Lead,
    /// The lead wanted no more messages.
    pub opted_out: bool,
    /// When the lead was first known, in milliseconds.
    pub created_at: Option<i64>,
    /// The latest messages, oldest first.
    pub history: Vec<KnownLine>,
    /// What else a conversation brought up.
    pub context: Vec<KnownContext>,
}

/// An earlier message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLine {
    /// `user`, `assistant` or `human`.
    pub role: String,
    /// The text.
    pub content: String,
    /// When it was written, in milliseconds.
    pub at: i64,
}

/// A word about the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownContext {
    /// Its row.
    pub id: String,
    /// About what.
    pub key: String,
    /// What.
    pub value: String,
    /// Since when, in milliseconds.
    pub at: i64,
}

impl Known {
    /// Nothing that anybody would have to ask.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Takes over what is known: it fills what is blank and replaces nothing.
pub struct KeepKnown {
    /// Whose.
    pub conversation: Uuid,
    /// What.
    pub known: Known,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for KeepKnown {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let state = tx
            .row(
                "SELECT c.lead_id, c.lead_phone, c.memory, p.profile FROM conversation_states c
                 LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id WHERE c.id = $1",
                &params![self.conversation],
            )
            .await?;
        let Some(state) = state else { return Ok(()) };
        let (lead_id, lead_phone) = (state.uuid(0)?, state.text(1)?);
        let profile = state.maybe_text(3)?.unwrap_or_default();
        let before: Lead = serde_json::from_str(&profile).unwrap_or_default();
        self.keep_lead(tx, lead_id, &before, &filled(&before, &self.known.lead)).await?;
        if self.known.opted_out {
            self.remember_opt_out(tx, &state.text(2)?).await?;
        }
        self.keep_lines(tx).await?;
        self.keep_context(tx, &lead_phone).await?;
        self.keep_remotes(tx, lead_id).await
    }
}

impl KeepKnown {
    /// The lead's columns and profile, each new fact with its source, and what is no fact.
    async fn keep_lead(
        &self,
        tx: &mut Tx<'_>,
        id: Uuid,
        before: &Lead,
        lead: &Lead,
    ) -> Result<(), Error> {
        let mut statements = lead::rows(id, lead, self.now);
        for field in Field::ALL.iter().filter(|field| !before.knows(**field)) {
            let Some(value) = lead.value(*field) else { continue };
            let fact = NewFact {
                lead: id,
                field: *field,
                value: value.to_string(),
                quote: None,
                message: None,
                source: Source::Supabase,
                actor: None,
                turn: None,
                at: self.now,
            };
            statements.extend(fact.takes_the_place_of(&[]));
        }
        statements.push((
            // Known from before is not written by somebody now: the lead may correct it.
            "UPDATE facts SET freed_at = $2 WHERE lead_id = $1 AND created_at = $2
               AND source = 'supabase'",
            params![id, self.now].to_vec(),
        ));
        let created_at = self.known.created_at.map_or(Value::Null, Value::Time);
        statements.push((
            "UPDATE leads SET created_at = COALESCE($2, created_at),
               opted_out = CASE WHEN $3 = (1 = 1) THEN (1 = 1) ELSE opted_out END
             WHERE id = $1",
            vec![id.into(), created_at, self.known.opted_out.into()],
        ));
        let subject = self.conversation.to_string();
        statements.push(audit("supabase", "lead_recalled", &subject, None, self.now));
        tx.batch(&statements).await
    }

    async fn remember_opt_out(&self, tx: &mut Tx<'_>, memory: &str) -> Result<(), Error> {
        let mut memory: Memory = serde_json::from_str(memory).unwrap_or_default();
        memory.opted_out = true;
        let memory = serde_json::to_string(&memory).unwrap_or_else(|_| "{}".to_owned());
        tx.execute(
            "UPDATE conversation_states SET memory = $2 WHERE id = $1",
            &params![self.conversation, memory],
        )
        .await?;
        Ok(())
    }

    async fn keep_lines(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let lines = self.known.history.iter().rev().take(HISTORY).rev().enumerate();
        let statements: Vec<_> = lines
            .map(|(position, line)| {
                (
                    "INSERT INTO recalled (conversation_id, position, role, content, written_at)
                     VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (conversation_id, position) DO NOTHING",
                    params![
                        self.conversation,
                        i64::try_from(position).unwrap_or(i64::MAX),
                        &line.role,
                        &line.content,
                        line.at
                    ]
                    .to_vec(),
                )
            })
            .collect();
        tx.batch(&statements).await
    }

    async fn keep_context(&self, tx: &mut Tx<'_>, lead_phone: &str) -> Result<(), Error> {
        let statements: Vec<_> = self
            .known
            .context
            .iter()
            .map(|entry| {
                let mut values = params![
                    Uuid::parse_str(&entry.id).unwrap_or_else(|_| Uuid::now_v7()),
                    lead_phone,
                    &entry.key,
                    &entry.value
                ]
                .to_vec();
                values.push(Value::Time(entry.at));
                (
                    "INSERT INTO conversation_context (id, lead_phone, key, value, created_at)
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                    values,
                )
            })
            .collect();
        tx.batch(&statements).await
    }

    /// From now on the rows there are known to be these.
    async fn keep_remotes(&self, tx: &mut Tx<'_>, lead: Uuid) -> Result<(), Error> {
        let Some(remote_id) = &self.known.remote_id else { return Ok(()) };
        let keep = KeepRemote {
            lane: Lane::Supabase,
            conversation: self.conversation,
            item: (Table::Leads.name(), lead.to_string()),
            remote_id: Some(remote_id.clone()),
            hash: None,
            now: self.now,
        };
        tx.batch(&[keep.statement()]).await
    }
}

/// What is blank in one lead, filled from another.
fn filled(lead: &Lead, known: &Lead) -> Lead {
    let mut filled = lead.clone();
    // A product and a category exclude each other, and a state belongs to its city.
    let taken = |field: &Field| match field {
        Field::Product | Field::ProductCategory => {
            lead.knows(Field::Product) || lead.knows(Field::ProductCategory)
        }
        Field::Uf => lead.knows(Field::Uf) || lead.knows(Field::City),
        field => lead.knows(*field),
    };
    for field in Field::ALL.iter().filter(|field| !taken(field)) {
        if let Some(value) = known.value(*field) {
            filled.apply(&value);
        }
    }
    filled
}

/// What the customer's tables in this database say of a lead whom they knew before us.
pub struct LoadKnown {
    /// Whose.
    pub conversation: Uuid,
    /// The forms under which the number may be written.
    pub spellings: Vec<String>,
}

/// A row of `leads` as the customer has it, and what came with it.
#[derive(Clone, Debug, Default)]
pub struct KnownRow {
    /// The columns that say something.
    pub texts: Vec<(&'static str, String)>,
    /// Whether the lead knows the company.
    pub knows_seleto: Option<bool>,
    /// Messages, context and the rest.
    pub known: Known,
}

impl Operation for LoadKnown {
    type Output = KnownRow;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<KnownRow, Error> {
        let row = tx
            .row(
                "SELECT l.name, l.email, l.company, l.city, l.uf, l.product, l.volume, l.urgency,
                        l.knows_seleto, l.opted_out
                 FROM conversation_states c JOIN leads l ON l.id = c.lead_id WHERE c.id = $1",
                &params![self.conversation],
            )
            .await?;
        let Some(row) = row else { return Ok(KnownRow::default()) };
        let mut found = KnownRow::default();
        let columns = ["name", "email", "company", "city", "uf", "product", "volume", "urgency"];
        for (at, column) in columns.into_iter().enumerate() {
            if let Cell::Text(text) = cell(&row, at, Kind::Text)? {
                found.texts.push((column, text));
            }
        }
        found.knows_seleto = row.maybe_int(8)?.map(|value| value != 0);
        found.known.opted_out = row.maybe_int(9)?.is_some_and(|value| value != 0);
        for spelling in &self.spellings {
            found.known.history.extend(lines(tx, spelling).await?);
        }
        found.known.history.sort_by_key(|line| line.at);
        Ok(found)
    }
}

/// The latest messages under a number that are not ours.
async fn lines(tx: &mut Tx<'_>, phone: &str) -> Result<Vec<KnownLine>, Error> {
    let rows = tx
        .rows(
            "SELECT t.role, t.content, t.timestamp FROM conversations t
             WHERE t.lead_phone = $1 AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = t.id)
             ORDER BY t.timestamp DESC LIMIT $2",
            &params![phone, i64::try_from(HISTORY).unwrap_or(i64::MAX)],
        )
        .await?;
    let line = |row: &Row| {
        let at = match cell(row, 2, Kind::Time)? {
            Cell::Time(at) => at,
            _ => 0,
        };
        Ok(KnownLine { role: row.text(0)?, content: row.text(1)?, at })
    };
    rows.iter().map(line).collect()
}

/// The latest of the earlier messages that were taken over, oldest first.
pub(super) async fn history(
    tx: &mut Tx<'_>,
    conversation: Uuid,
    room: usize,
) -> Result<Vec<Line>, Error> {
    if room == 0 {
        return Ok(Vec::new());
    }
    let rows = tx
        .rows(
            "SELECT role, content FROM recalled WHERE conversation_id = $1
             ORDER BY position DESC LIMIT $2",
            &params![conversation, i64::try_from(room).unwrap_or(0)],
        )
        .await?;
    let line = |row: &Row| {
        let author = match row.text(0)?.as_str() {
            "user" => Author::Lead,
            "assistant" => Author::Agent,
            _ => Author::Human,
        };
        Ok(Line::text(author, row.text(1)?))
    };
    rows.iter().rev().map(line).collect()
}
