//! What the list of conversations shows, kept in the conversation's row by whatever changes it.

use uuid::Uuid;

use super::engine::Statement;
use crate::params;

/// How much of the last message is shown, in characters.
const SNIPPET: usize = 160;

/// Something of a conversation changed that is no message: a tick, a fact, who answers.
pub(super) fn touched(conversation: Uuid, now: i64) -> Statement<'static> {
    (
        "UPDATE conversation_states SET touched_at = $2 WHERE id = $1",
        params![conversation, now].to_vec(),
    )
}

/// The lead wrote, and perhaps waits for an answer.
pub(super) fn lead_wrote(
    conversation: Uuid,
    text: &str,
    waits: bool,
    now: i64,
) -> Statement<'static> {
    (
        "UPDATE conversation_states SET touched_at = $2, last_at = $2, last_author = 'lead',
           last_text = $3, unread = unread + 1, closed_at = NULL,
           waiting_since = CASE WHEN $4 THEN COALESCE(waiting_since, $2) ELSE waiting_since END
         WHERE id = $1",
        params![conversation, now, snippet(text), waits].to_vec(),
    )
}

/// We wrote: the agent or a human. Nobody waits any longer.
pub(super) fn we_wrote(
    conversation: Uuid,
    author: &'static str,
    text: &str,
    now: i64,
) -> Statement<'static> {
    (
        "UPDATE conversation_states SET touched_at = $2, last_at = $2, last_author = $4,
           last_text = $3, waiting_since = NULL,
           unread = CASE WHEN $4 = 'human' THEN 0 ELSE unread END
         WHERE id = $1",
        params![conversation, now, snippet(text), author].to_vec(),
    )
}

/// A turn ended without words: nothing is owed to the lead.
pub(super) fn nothing_owed(conversation: Uuid, now: i64) -> Statement<'static> {
    (
        "UPDATE conversation_states SET touched_at = $2, waiting_since = NULL WHERE id = $1",
        params![conversation, now].to_vec(),
    )
}

fn snippet(text: &str) -> String {
    text.chars().take(SNIPPET).map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
}
