//! A bubble for the lead: the message in both histories, and its delivery with the text frozen.

use seleto_rules::guardrails::Cleared;
use uuid::Uuid;

use crate::params;
use crate::store::engine::{Statement, Value};
use crate::store::queue::Lane;
use crate::store::turn::Context;

/// Text that may leave, of a turn.
pub(in crate::store) struct Bubble<'a> {
    /// What it says.
    pub text: &'a Cleared,
    /// The turn that wrote it.
    pub turn: Uuid,
    /// The lead's place.
    pub to: &'a Context,
}

impl Bubble<'_> {
    /// The rows.
    pub(in crate::store) fn rows(&self, conversation: Uuid, now: i64) -> [Statement<'static>; 3] {
        let (message, delivery) = (Uuid::now_v7(), Uuid::now_v7());
        let text = self.text.as_str();
        [
            (
                "INSERT INTO messages (id, conversation_id, author, kind, text, turn_id,
                                       delivery_id, sent_at, created_at)
                 VALUES ($1, $2, 'agent', 'text', $3, $4, $5, $6, $6)",
                params![message, conversation, text, self.turn, delivery, now].to_vec(),
            ),
            (
                "INSERT INTO deliveries (id, conversation_id, lane, turn_id, message_id, address,
                                         body, state, due_at, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $8)",
                params![
                    delivery,
                    conversation,
                    Lane::Whatsapp.name(),
                    self.turn,
                    message,
                    &self.to.address,
                    text,
                    now,
                ]
                .to_vec(),
            ),
            (
                "INSERT INTO conversations (id, lead_phone, role, content, timestamp)
                 VALUES ($1, $2, 'assistant', $3, $4)",
                vec![
                    message.into(),
                    self.to.lead_phone.as_str().into(),
                    text.into(),
                    Value::Time(now),
                ],
            ),
        ]
    }
}
