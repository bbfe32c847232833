//! What a conversation waits for people with: its open handoff, whom that was told to, its alerts.

use uuid::Uuid;

use crate::params;
use crate::store::Error;
use crate::store::alert::Alert;
use crate::store::engine::{Operation, Row, Tx};
use crate::store::handoff::{Handoff, OpenHandoff};
use crate::store::queue::Lane;

/// A seller to whom the handoff was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The number, as the playbook has it.
    pub phone: String,
    /// What became of the message.
    pub state: String,
    /// When it left, in milliseconds.
    pub sent_at: Option<i64>,
}

/// What people have to see to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// The open handoff.
    pub handoff: Option<Handoff>,
    /// Who heard of it.
    pub told: Vec<Told>,
    /// The open alerts of the conversation and of its messages, newest first.
    pub alerts: Vec<Alert>,
}

/// Loads what people have to see to in a conversation.
pub struct LoadWaiting {
    /// Which one.
    pub conversation: Uuid,
}

impl Operation for LoadWaiting {
    type Output = Waiting;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Waiting, Error> {
        let conversation = self.conversation;
        let handoff = OpenHandoff { conversation }.run(tx).await?;
        let told = match &handoff {
            Some(handoff) => told(tx, conversation, handoff.created_at).await?,
            None => Vec::new(),
        };
        let alerts = tx
            .rows(
                "SELECT kind, subject, detail, created_at FROM alerts a
                 WHERE resolved_at IS NULL AND (subject = $2 OR EXISTS (
                   SELECT 1 FROM deliveries d
                   WHERE d.conversation_id = $1 AND CAST(d.id AS TEXT) = a.subject))
                 ORDER BY seq DESC LIMIT 20",
                &params![conversation, conversation.to_string()],
            )
            .await?;
        let alerts = alerts.iter().map(Alert::read).collect::<Result<_, _>>()?;
        Ok(Waiting { handoff, told, alerts })
    }
}

/// Each seller once: with the first message that left, or else with the last that did not.
async fn told(tx: &mut Tx<'_>, conversation: Uuid, since: i64) -> Result<Vec<Told>, Error> {
    let rows = tx
        .rows(
            "SELECT address, state, sent_at FROM deliveries
             WHERE conversation_id = $1 AND lane = $2 AND created_at >= $3 ORDER BY seq",
            &params![conversation, Lane::Sellers.name(), since],
        )
        .await?;
    let mut told: Vec<Told> = Vec::new();
    for row in &rows {
        let next = read(row)?;
        match told.iter_mut().find(|earlier| earlier.phone == next.phone) {
            Some(earlier) if earlier.sent_at.is_none() => *earlier = next,
            Some(_) => {}
            None => told.push(next),
        }
    }
    Ok(told)
}

fn read(row: &Row) -> Result<Told, Error> {
    Ok(Told { phone: row.text(0)?, state: row.text(1)?, sent_at: row.maybe_int(2)? })
}
