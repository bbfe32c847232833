//! What people write into a lead's record: it outranks what brains read, until it is set free.

use std::sync::Arc;

use seleto_rules::correction::{self, Refusal};
use seleto_rules::facts::lost;
use seleto_rules::lead::{Field, Lead, Value};
use seleto_rules::playbook::Playbook;
use seleto_rules::qualification::{Qualification, qualify};
use uuid::Uuid;

use super::{NewFact, Person, Source, Whose};
use crate::params;
use crate::store::engine::{Operation, Statement, Tx};
use crate::store::queue::{Lane, fence_off};
use crate::store::{Error, lead};

/// Somebody writes a field of a lead. From then on no brain changes it, until it is written again
/// or set free. An empty text takes the value away, and leaves the field to the brains.
///
/// A turn in the making is begun again: it knows the lead as it was.
pub struct CorrectFact {
    /// Whose.
    pub whose: Whose,
    /// Which field.
    pub field: Field,
    /// The value, as typed.
    pub text: String,
    /// Where it was written.
    pub source: Source,
    /// Who wrote it, for the audit: `console:maria`, `crm:12`.
    pub actor: String,
    /// What values are checked against.
    pub playbook: Arc<Playbook>,
    /// Now, in milliseconds.
    pub now: i64,
}

/// What became of a correction.
#[derive(Clone, Debug, PartialEq)]
pub enum Corrected {
    /// It is written; the lead and the verdict on it now.
    Done(Box<Lead>, Qualification),
    /// It is what was known already, and now a human vouches for it, or nothing at all changed.
    Unchanged,
    /// It is no value of the field; why, in pt-BR.
    Refused(Refusal),
    /// There is no such lead.
    Unknown,
}

impl Operation for CorrectFact {
    type Output = Corrected;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Corrected, Error> {
        let Some(person) = Person::find(tx, self.whose).await? else {
            return Ok(Corrected::Unknown);
        };
        let values = match correction::read(&self.playbook, &person.lead, self.field, &self.text) {
            Ok(values) => values,
            Err(refusal) => return Ok(Corrected::Refused(refusal)),
        };
        if values.is_empty() && !person.lead.knows(self.field) {
            return Ok(Corrected::Unchanged);
        }
        // The queue's rows come first, then the lead's.
        for conversation in &person.conversations {
            tx.batch(&[fence_off(*conversation, Lane::Turns)]).await?;
        }
        let before = person.lock(tx).await?;
        let mut after = before.clone();
        if values.is_empty() {
            after.forget(self.field);
        }
        values.iter().for_each(|value| after.apply(value));
        let mut statements = self.facts(person.id, &values, &lost(&before, &after));
        if before == after {
            statements.extend(person.changed(&self.actor, "vouch_fact", self.field, self.now));
            tx.batch(&statements).await?;
            return Ok(Corrected::Unchanged);
        }
        let verdict = qualify(&self.playbook, &after, &person.circumstances(tx).await?);
        statements.extend(lead::rows(person.id, &after, self.now));
        statements.extend(lead::qualified(person.id, &verdict, self.now));
        statements.extend(person.changed(&self.actor, "correct_fact", self.field, self.now));
        tx.batch(&statements).await?;
        Ok(Corrected::Done(Box::new(after), verdict))
    }
}

impl CorrectFact {
    fn facts(&self, lead: Uuid, values: &[Value], lost: &[Field]) -> Vec<Statement<'static>> {
        let [own, with_it @ ..] = values else {
            let mut rows = self.fact(lead, self.field, String::new()).takes_the_place_of(lost);
            rows.push(freed(lead, self.field, self.now));
            return rows;
        };
        let mut rows = self.fact(lead, own.field(), own.to_string()).takes_the_place_of(lost);
        for value in with_it {
            let written = self.fact(lead, value.field(), value.to_string());
            rows.extend(written.takes_the_place_of(&[]));
        }
        rows
    }

    fn fact(&self, lead: Uuid, field: Field, value: String) -> NewFact {
        NewFact {
            lead,
            field,
            value,
            quote: None,
            message: None,
            source: self.source,
            actor: Some(self.actor.clone()),
            turn: None,
            at: self.now,
        }
    }
}

/// Leaves a field that a human wrote to the brains again; its value stays until the lead says
/// otherwise. A city takes its state with it.
pub struct FreeField {
    /// Whose.
    pub whose: Whose,
    /// Which field.
    pub field: Field,
    /// Who, for the audit.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for FreeField {
    /// `false` when there is no such lead.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let Some(person) = Person::find(tx, self.whose).await? else { return Ok(false) };
        let mut statements = vec![freed(person.id, self.field, self.now)];
        if self.field == Field::City {
            statements.push(freed(person.id, Field::Uf, self.now));
        }
        statements.extend(person.changed(&self.actor, "free_field", self.field, self.now));
        tx.batch(&statements).await?;
        Ok(true)
    }
}

fn freed(lead: Uuid, field: Field, now: i64) -> Statement<'static> {
    (
        "UPDATE facts SET freed_at = $3 WHERE lead_id = $1 AND field = $2
           AND superseded_at IS NULL AND freed_at IS NULL",
        params![lead, field.key(), now].to_vec(),
    )
}
