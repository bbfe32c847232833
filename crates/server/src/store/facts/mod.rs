//! Where each field of a lead comes from: its evidence and its history.

mod correct;

use seleto_rules::conversation::Memory;
use seleto_rules::lead::{Field, Lead, Reader};
use seleto_rules::qualification::Circumstances;
use uuid::Uuid;

pub use correct::{CorrectFact, Corrected, FreeField};

use super::control::audit;
use super::engine::{Dialect, Operation, Row, Statement, Tx};
use super::{Error, activity, mirroring};
use crate::params;

/// Longest quote that is kept, in characters.
const LONGEST_QUOTE: usize = 500;

/// Who brought a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The offline reader, from the lead's words.
    Offline,
    /// A model, from the lead's words.
    Model,
    /// Somebody of the company.
    Human,
    /// The customer's tables in the cloud, where somebody changed it.
    Supabase,
    /// The CRM, where somebody changed it.
    Crm,
}

impl Source {
    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Model => "model",
            Self::Human => "human",
            Self::Supabase => "supabase",
            Self::Crm => "crm",
        }
    }

    fn of_name(name: &str) -> Self {
        match name {
            "offline" => Self::Offline,
            "model" => Self::Model,
            "supabase" => Self::Supabase,
            "crm" => Self::Crm,
            _ => Self::Human,
        }
    }
}

impl From<Reader> for Source {
    fn from(reader: Reader) -> Self {
        match reader {
            Reader::Offline => Self::Offline,
            Reader::Model => Self::Model,
        }
    }
}

/// Fields that no brain may change: what a human wrote, here or in another system.
pub(super) async fn held(tx: &mut Tx<'_>, lead: Uuid) -> Result<Vec<Field>, Error> {
    let rows = tx
        .rows(
            "SELECT field FROM facts WHERE lead_id = $1 AND superseded_at IS NULL
               AND freed_at IS NULL AND source NOT IN ('offline', 'model')",
            &params![lead],
        )
        .await?;
    let fields = rows.iter().map(|row| row.text(0).map(|key| Field::of_key(&key)));
    fields.filter_map(Result::transpose).collect()
}

/// A fact to write.
#[derive(Clone, Debug)]
pub(super) struct NewFact {
    pub lead: Uuid,
    pub field: Field,
    pub value: String,
    pub quote: Option<String>,
    pub message: Option<Uuid>,
    pub source: Source,
    pub actor: Option<String>,
    pub turn: Option<Uuid>,
    pub at: i64,
}

impl NewFact {
    /// It is the field's current value; those of the lost fields and the field's own former one
    /// become history.
    pub fn takes_the_place_of(&self, lost: &[Field]) -> Vec<Statement<'static>> {
        let id = Uuid::now_v7();
        let own = (!lost.contains(&self.field)).then_some(self.field);
        let mut rows: Vec<Statement<'static>> =
            lost.iter().copied().chain(own).map(|field| self.supersede(field, id)).collect();
        rows.push((
            "INSERT INTO facts (id, lead_id, field, value, quote, message_id, source, validator,
                                actor, turn_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            self.columns(id),
        ));
        rows
    }

    fn supersede(&self, field: Field, by: Uuid) -> Statement<'static> {
        (
            "UPDATE facts SET superseded_at = $3, superseded_by = $4
             WHERE lead_id = $1 AND field = $2 AND superseded_at IS NULL",
            params![self.lead, field.key(), self.at, by].to_vec(),
        )
    }

    /// It never was the field's value: a human's stands.
    pub fn outranked_by(&self, holder: Field) -> Statement<'static> {
        let mut columns = self.columns(Uuid::now_v7());
        columns.push(holder.key().into());
        (
            "INSERT INTO facts (id, lead_id, field, value, quote, message_id, source, validator,
                                actor, turn_id, created_at, superseded_at, superseded_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11,
               (SELECT f.id FROM facts f
                WHERE f.lead_id = $2 AND f.field = $12 AND f.superseded_at IS NULL))",
            columns,
        )
    }

    fn columns(&self, id: Uuid) -> Vec<super::engine::Value> {
        let quote = self
            .quote
            .as_ref()
            .map(|quote| -> String { quote.chars().take(LONGEST_QUOTE).collect() });
        params![
            id,
            self.lead,
            self.field.key(),
            &self.value,
            quote,
            self.message,
            self.source.name(),
            self.field.validator(),
            self.actor.as_deref(),
            self.turn,
            self.at,
        ]
        .to_vec()
    }
}

/// A value of a field, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRow {
    /// Its id.
    pub id: Uuid,
    /// The field.
    pub field: Field,
    /// As people read it; empty: somebody took the value away.
    pub value: String,
    /// The lead's words.
    pub quote: Option<String>,
    /// The message that holds them.
    pub message: Option<Uuid>,
    /// Who brought it.
    pub source: Source,
    /// What it had to pass.
    pub validator: String,
    /// Who wrote it, where it was no brain.
    pub actor: Option<String>,
    /// The turn that read it.
    pub turn: Option<Uuid>,
    /// When, in milliseconds.
    pub created_at: i64,
    /// No brain may change it.
    pub held: bool,
    /// When it ceased to be the field's value, in milliseconds.
    pub superseded_at: Option<i64>,
    /// The fact that took its place. One that never was the field's value has the human's here.
    pub superseded_by: Option<Uuid>,
}

impl FactRow {
    /// It never was the field's value: the human's stood.
    pub fn was_outranked(&self) -> bool {
        self.superseded_at == Some(self.created_at)
            && matches!(self.source, Source::Offline | Source::Model)
    }
}

/// Whose lead: told by the lead itself, or by one of its conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The lead.
    Lead(Uuid),
    /// The lead of this conversation.
    Conversation(Uuid),
}

/// Loads all that is known of a lead, with its evidence; `None` when there is no such lead.
pub struct LoadFacts(pub Whose);

/// What is known of a lead, where it comes from, and what it was before.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadFacts {
    /// The lead's id.
    pub id: Uuid,
    /// The record.
    pub lead: Lead,
    /// 0 to 100; orders leads of one temperature.
    pub score: i64,
    /// The current fact of each field, in the order of the record. A field of the record without
    /// one was known before facts were kept.
    pub current: Vec<FactRow>,
    /// Former facts, and those that a human's value kept out, newest first.
    pub history: Vec<FactRow>,
}

impl Operation for LoadFacts {
    type Output = Option<LeadFacts>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let Some(person) = Person::find(tx, self.0).await? else { return Ok(None) };
        let rows = tx
            .rows(
                "SELECT id, field, value, quote, message_id, source, validator, actor, turn_id,
                        created_at, freed_at, superseded_at, superseded_by
                 FROM facts WHERE lead_id = $1 ORDER BY created_at DESC, id DESC",
                &params![person.id],
            )
            .await?;
        let facts = rows.iter().map(fact).filter_map(Result::transpose);
        let facts: Vec<FactRow> = facts.collect::<Result<_, _>>()?;
        let (mut current, history): (Vec<_>, Vec<_>) =
            facts.into_iter().partition(|fact| fact.superseded_at.is_none());
        current.sort_by_key(|fact| fact.field);
        Ok(Some(LeadFacts {
            id: person.id,
            lead: person.lead,
            score: person.score,
            current,
            history,
        }))
    }
}

/// `None` for a field that only a later version knows.
fn fact(row: &Row) -> Result<Option<FactRow>, Error> {
    let Some(field) = Field::of_key(&row.text(1)?) else { return Ok(None) };
    let source = Source::of_name(&row.text(5)?);
    let superseded_at = row.maybe_int(11)?;
    let by_brain = matches!(source, Source::Offline | Source::Model);
    Ok(Some(FactRow {
        id: row.uuid(0)?,
        field,
        value: row.text(2)?,
        quote: row.maybe_text(3)?,
        message: row.maybe_uuid(4)?,
        source,
        validator: row.text(6)?,
        actor: row.maybe_text(7)?,
        turn: row.maybe_uuid(8)?,
        created_at: row.int(9)?,
        held: !by_brain && superseded_at.is_none() && row.maybe_int(10)?.is_none(),
        superseded_at,
        superseded_by: row.maybe_uuid(12)?,
    }))
}

/// A lead and where it is spoken with.
struct Person {
    id: Uuid,
    lead: Lead,
    score: i64,
    /// The latest first.
    conversations: Vec<Uuid>,
}

impl Person {
    async fn find(tx: &mut Tx<'_>, whose: Whose) -> Result<Option<Self>, Error> {
        let (sql, id) = match whose {
            Whose::Lead(id) => (
                "SELECT p.lead_id, p.profile, p.score FROM lead_profiles p WHERE p.lead_id = $1",
                id,
            ),
            Whose::Conversation(id) => (
                "SELECT p.lead_id, p.profile, p.score FROM lead_profiles p
                 JOIN conversation_states c ON c.lead_id = p.lead_id WHERE c.id = $1",
                id,
            ),
        };
        let Some(row) = tx.row(sql, &params![id]).await? else { return Ok(None) };
        let id = row.uuid(0)?;
        let conversations = tx
            .rows(
                "SELECT id FROM conversation_states WHERE lead_id = $1 ORDER BY last_at DESC, id",
                &params![id],
            )
            .await?;
        Ok(Some(Self {
            id,
            lead: profile(&row.text(1)?),
            score: row.int(2)?,
            conversations: conversations.iter().map(|row| row.uuid(0)).collect::<Result<_, _>>()?,
        }))
    }

    /// The record, which nobody else changes until the transaction ends.
    async fn lock(&self, tx: &mut Tx<'_>) -> Result<Lead, Error> {
        let sql = match tx.dialect() {
            Dialect::Sqlite => "SELECT profile FROM lead_profiles WHERE lead_id = $1",
            Dialect::Postgres => "SELECT profile FROM lead_profiles WHERE lead_id = $1 FOR UPDATE",
        };
        let row = tx.row(sql, &params![self.id]).await?;
        row.map_or_else(|| Ok(self.lead.clone()), |row| Ok(profile(&row.text(0)?)))
    }

    /// What the latest conversation tells beside the record.
    async fn circumstances(&self, tx: &mut Tx<'_>) -> Result<Circumstances, Error> {
        let Some(latest) = self.conversations.first() else {
            return Ok(Circumstances::default());
        };
        let row = tx
            .row(
                "SELECT c.memory, (SELECT COUNT(*) FROM messages m
                                   WHERE m.conversation_id = c.id AND m.author = 'lead')
                 FROM conversation_states c WHERE c.id = $1",
                &params![*latest],
            )
            .await?;
        let Some(row) = row else { return Ok(Circumstances::default()) };
        // A later version may have written what this one cannot read: better forget than stop.
        let memory: Memory = serde_json::from_str(&row.text(0)?).unwrap_or_default();
        Ok(Circumstances::of(&memory, u32::try_from(row.int(1)?).unwrap_or(u32::MAX)))
    }

    /// The audit, the list of conversations and the mirrors learn of it.
    fn changed(
        &self,
        actor: &str,
        action: &'static str,
        field: Field,
        now: i64,
    ) -> Vec<Statement<'static>> {
        let mut statements =
            vec![audit(actor, action, &self.id.to_string(), Some(field.key()), now)];
        for conversation in &self.conversations {
            statements.push(activity::touched(*conversation, now));
            statements.push(mirroring::wake_after_change(*conversation, now));
        }
        statements
    }
}

fn profile(text: &str) -> Lead {
    // A later version may have written what this one cannot read.
    serde_json::from_str(text).unwrap_or_default()
}
