//! Leads that were passed on to people: opened by a turn, picked up by whoever takes over, closed
//! when the conversation is given back.

use seleto_rules::handoff::Why;
use uuid::Uuid;

use super::Error;
use super::engine::{Operation, Row, Statement, Tx};
use super::note::Note;
use super::sellers::{self, ToSellers, Unless};
use crate::params;

/// A lead that a turn passes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHandoff {
    /// Its id.
    pub id: Uuid,
    /// The lead.
    pub lead: Uuid,
    /// Why.
    pub why: Why,
    /// The card as a private note.
    pub note: Note,
    /// The card as a message to the sellers.
    pub message: ToSellers,
    /// When they are reminded first, in milliseconds.
    pub remind_at: Option<i64>,
}

impl NewHandoff {
    /// The rows; none of them when the conversation has an open handoff already.
    pub(super) fn rows(&self, now: i64) -> Vec<Statement<'static>> {
        let opened = (
            "INSERT INTO handoffs (id, conversation_id, lead_id, why, card, created_at,
                                   next_reminder_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (conversation_id) WHERE closed_at IS NULL DO NOTHING",
            params![
                self.id,
                self.note.conversation,
                self.lead,
                self.why.as_str(),
                self.note.text.as_str(),
                now,
                self.remind_at,
            ]
            .to_vec(),
        );
        let mut rows = self.message.rows(Unless::Opened(self.id), now);
        rows.insert(0, opened);
        rows.push(self.note.row(now));
        rows
    }
}

/// Somebody took the lead: nobody is told of it any more.
pub(super) fn picked_up(conversation: Uuid, by: &str, now: i64) -> [Statement<'static>; 2] {
    [
        sellers::withdraw(conversation, "somebody took the lead", now),
        (
            "UPDATE handoffs SET picked_up_at = $2, picked_by = $3, next_reminder_at = NULL
             WHERE conversation_id = $1 AND closed_at IS NULL AND picked_up_at IS NULL",
            params![conversation, now, by].to_vec(),
        ),
    ]
}

/// The conversation was given back or closed: what comes next is another episode.
pub(super) fn over(conversation: Uuid, now: i64) -> [Statement<'static>; 2] {
    [
        sellers::withdraw(conversation, "the handoff is over", now),
        (
            "UPDATE handoffs SET closed_at = $2, next_reminder_at = NULL
             WHERE conversation_id = $1 AND closed_at IS NULL",
            params![conversation, now].to_vec(),
        ),
    ]
}

/// The agent answers again after a human: the episode in which somebody took the lead is over.
pub(super) fn over_if_picked_up(conversation: Uuid, now: i64) -> Statement<'static> {
    (
        "UPDATE handoffs SET closed_at = $2
         WHERE conversation_id = $1 AND closed_at IS NULL AND picked_up_at IS NOT NULL",
        params![conversation, now].to_vec(),
    )
}

/// A message about the lead reached WhatsApp.
pub(super) fn told(conversation: Uuid, now: i64) -> Statement<'static> {
    (
        "UPDATE handoffs SET told_at = $2
         WHERE conversation_id = $1 AND closed_at IS NULL AND told_at IS NULL",
        params![conversation, now].to_vec(),
    )
}

/// Two conversations turned out to be one: it has one open handoff at most.
pub(super) fn moved(from: Uuid, to: Uuid) -> Statement<'static> {
    (
        "UPDATE handoffs SET conversation_id = $2,
           lead_id = (SELECT lead_id FROM conversation_states WHERE id = $2)
         WHERE conversation_id = $1 AND (closed_at IS NOT NULL OR NOT EXISTS (
           SELECT 1 FROM handoffs h WHERE h.conversation_id = $2 AND h.closed_at IS NULL))",
        params![from, to].to_vec(),
    )
}

/// An open handoff, as the follow-ups and the console read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handoff {
    /// Its id.
    pub id: Uuid,
    /// Why.
    pub why: Why,
    /// When it was opened, in milliseconds.
    pub created_at: i64,
    /// How many reminders the sellers got.
    pub reminders: i64,
    /// When somebody took the lead, in milliseconds.
    pub picked_up_at: Option<i64>,
    /// Who: `phone`, `chatwoot:12`, `console:maria`.
    pub picked_by: Option<String>,
}

/// Columns of [`Handoff`], in order.
pub(super) const COLUMNS: &str = "id, why, created_at, reminders, picked_up_at, picked_by";

impl Handoff {
    pub(super) fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.uuid(0)?,
            why: match row.text(1)?.as_str() {
                "hot" => Why::Hot,
                "complaint" => Why::Complaint,
                _ => Why::HumanRequest,
            },
            created_at: row.int(2)?,
            reminders: row.int(3)?,
            picked_up_at: row.maybe_int(4)?,
            picked_by: row.maybe_text(5)?,
        })
    }
}

/// The open handoff of a conversation, if there is one.
pub struct OpenHandoff {
    /// Which conversation.
    pub conversation: Uuid,
}

impl Operation for OpenHandoff {
    type Output = Option<Handoff>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Handoff>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM handoffs WHERE conversation_id = $1 AND closed_at IS NULL"
        );
        tx.row(&sql, &params![self.conversation]).await?.as_ref().map(Handoff::read).transpose()
    }
}
