//! Internal notes: messages of a conversation that only the company's people see.
//!
//! A note is a row in `messages` with the author `note`. It has no delivery, stands in no table of
//! the customer's, and no brain reads it.

use seleto_rules::internal::Internal;
use uuid::Uuid;

use super::engine::{Operation, Statement, Tx};
use super::{Error, activity, control, mirroring};
use crate::params;

/// A note in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its id, made by the caller: a note that is added again is there once.
    pub id: Uuid,
    /// Where it stands.
    pub conversation: Uuid,
    /// What it says.
    pub text: Internal,
    /// The turn that wrote it, if one did.
    pub turn: Option<Uuid>,
}

impl Note {
    /// A new one.
    pub fn new(conversation: Uuid, text: Internal) -> Self {
        Self { id: Uuid::now_v7(), conversation, text, turn: None }
    }

    /// The row.
    pub(super) fn row(&self, now: i64) -> Statement<'static> {
        (
            "INSERT INTO messages (id, conversation_id, author, kind, text, turn_id, sent_at,
                                   created_at)
             VALUES ($1, $2, 'note', 'text', $3, $4, $5, $5)
             ON CONFLICT (id) DO NOTHING",
            params![self.id, self.conversation, self.text.as_str(), self.turn, now].to_vec(),
        )
    }
}

/// Adds a note, and has the mirrors show it.
pub struct AddNote {
    /// The note.
    pub note: Note,
    /// Who wrote it, for the audit: `console:maria`, `agent`.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for AddNote {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let (note, now) = (&self.note, self.now);
        let subject = note.conversation.to_string();
        tx.batch(&[
            note.row(now),
            activity::touched(note.conversation, now),
            control::audit(&self.actor, "note", &subject, None, now),
            mirroring::wake_after_change(note.conversation, now),
        ])
        .await
    }
}
