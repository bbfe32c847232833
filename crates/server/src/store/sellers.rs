//! What goes to the phones of the company's own people, by the lane of its own.

use seleto_rules::internal::Internal;
use uuid::Uuid;

use super::engine::Statement;
use super::queue::Lane;
use crate::params;

/// A message for the sellers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToSellers {
    /// The conversation that it is about; nil when it is about none.
    pub conversation: Uuid,
    /// The turn that it came of, if one did.
    pub turn: Option<Uuid>,
    /// Their numbers, as the playbook has them.
    pub phones: Vec<String>,
    /// What they read.
    pub text: Internal,
    /// Not sooner than this, in milliseconds.
    pub due_at: i64,
}

/// Which sellers a message still concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unless {
    /// All, if this handoff is the one that was opened.
    Opened(Uuid),
    /// Those for whom nothing waits yet: whoever did not get the first message needs no second.
    Waiting,
    /// All.
    Never,
}

impl ToSellers {
    /// A row in the outbox for each seller.
    pub(super) fn rows(&self, unless: Unless, now: i64) -> Vec<Statement<'static>> {
        self.phones.iter().map(|phone| self.row(phone, unless, now)).collect()
    }

    fn row(&self, phone: &str, unless: Unless, now: i64) -> Statement<'static> {
        let mut values = params![
            Uuid::now_v7(),
            self.conversation,
            Lane::Sellers.name(),
            self.turn,
            phone,
            self.text.as_str(),
            self.due_at,
            now,
        ]
        .to_vec();
        let sql = match unless {
            Unless::Opened(handoff) => {
                values.push(handoff.into());
                "INSERT INTO deliveries (id, conversation_id, lane, turn_id, address, body, state,
                                         due_at, created_at)
                 SELECT $1, $2, $3, $4, $5, $6, 'pending', $7, $8 FROM handoffs WHERE id = $9"
            }
            Unless::Waiting => {
                "INSERT INTO deliveries (id, conversation_id, lane, turn_id, address, body, state,
                                         due_at, created_at)
                 SELECT $1, $2, $3, $4, $5, $6, 'pending', $7, $8
                 WHERE NOT EXISTS (
                   SELECT 1 FROM deliveries WHERE conversation_id = $2 AND lane = $3
                     AND address = $5 AND state = 'pending')"
            }
            Unless::Never => {
                "INSERT INTO deliveries (id, conversation_id, lane, turn_id, address, body, state,
                                         due_at, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8)"
            }
        };
        (sql, values)
    }
}

/// What has not left for the sellers about a conversation stays here.
pub(super) fn withdraw(conversation: Uuid, reason: &'static str, now: i64) -> Statement<'static> {
    (
        "UPDATE deliveries SET state = 'cancelled', settled_at = $3, reason = $4
         WHERE conversation_id = $1 AND lane = $2 AND state = 'pending'",
        params![conversation, Lane::Sellers.name(), now, reason].to_vec(),
    )
}
