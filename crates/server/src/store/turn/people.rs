//! What a turn leaves for the company's people.

use uuid::Uuid;

use crate::store::engine::Statement;
use crate::store::handoff::NewHandoff;
use crate::store::note::Note;
use crate::store::queue::{Lane, wake};

/// What concerns the company's people.
#[derive(Clone, Debug, Default)]
pub struct ForPeople {
    /// What the agent would have answered.
    pub draft: Option<Note>,
    /// The lead is passed on.
    pub handoff: Option<NewHandoff>,
    /// When the follow-ups look at the conversation, in milliseconds.
    pub look_at: Option<i64>,
    /// They owe the lead an answer.
    pub owe: bool,
}

impl ForPeople {
    /// The lanes that it wakes.
    pub(super) fn wakes(&self, conversation: Uuid) -> Vec<Statement<'static>> {
        let told_at = self.handoff.as_ref().map(|handoff| handoff.message.due_at);
        [(Lane::Sellers, told_at), (Lane::FollowUp, self.look_at)]
            .into_iter()
            .filter_map(|(lane, at)| Some(wake(conversation, lane, at?)))
            .collect()
    }

    /// The rows.
    pub(super) fn rows(&self, now: i64) -> Vec<Statement<'static>> {
        let mut rows: Vec<_> = self.draft.iter().map(|note| note.row(now)).collect();
        rows.extend(self.handoff.iter().flat_map(|handoff| handoff.rows(now)));
        rows
    }
}
