//! What was not delivered and will not be by itself: listed, sent again, or given up.

use uuid::Uuid;

use super::control::audit;
use super::engine::{Operation, Row, Statement, Tx};
use super::queue::{Lane, wake};
use super::{Error, alert};
use crate::params;

/// Something that waits for an operator's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// How it is called: lane, kind and id.
    pub key: Key,
    /// The conversation it belongs to.
    pub conversation: Uuid,
    /// How the customer's tables name the lead; empty when the conversation is gone.
    pub lead_phone: String,
    /// `rejected`, `undetermined`, `expired`, `refused` or `dropped`.
    pub state: String,
    /// Why.
    pub reason: Option<String>,
    /// Since when, in milliseconds.
    pub at: i64,
}

/// The name of a dead letter: `whatsapp:message:…`, `supabase:leads:…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The lane.
    pub lane: String,
    /// What it is; a message in the outbox is a `message`.
    pub kind: String,
    /// Our id of it.
    pub id: String,
}

/// The kind of what lies in the outbox.
const MESSAGE: &str = "message";

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.lane, self.kind, self.id)
    }
}

/// A text that names no dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("identificador inválido: copie-o inteiro de `seleto deliveries list` (faixa:tipo:id)")]
pub struct InvalidKey;

impl std::str::FromStr for Key {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let mut parts = text.trim().splitn(3, ':').map(str::to_owned);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(lane), Some(kind), Some(id)) if !id.is_empty() => Ok(Self { lane, kind, id }),
            _ => Err(InvalidKey),
        }
    }
}

/// Lists what waits for a decision, newest first.
#[derive(Clone, Debug, Default)]
pub struct ListDeadLetters {
    /// Only this lane's.
    pub lane: Option<String>,
    /// Only in this state; without one all but what was given up.
    pub state: Option<String>,
    /// Only those after this one: when it was given up, and its name.
    pub after: Option<(i64, Key)>,
    /// At most so many.
    pub limit: i64,
}

impl Operation for ListDeadLetters {
    type Output = Vec<DeadLetter>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<DeadLetter>, Error> {
        let (at, lane, kind, id) = match &self.after {
            Some((at, key)) => (*at, key.lane.as_str(), key.kind.as_str(), key.id.as_str()),
            None => (i64::MAX, "", "", ""),
        };
        let rows = tx
            .rows(
                "SELECT l.lane, l.kind, l.id, l.conversation_id, COALESCE(c.lead_phone, ''),
                        l.state, l.reason, l.happened_at
                 FROM (SELECT lane, 'message' AS kind, CAST(id AS TEXT) AS id, conversation_id,
                              state, reason, COALESCE(settled_at, created_at) AS happened_at
                       FROM deliveries WHERE state IN ('rejected', 'undetermined', 'expired')
                       UNION ALL
                       SELECT lane, kind, id, conversation_id, state, detail, updated_at
                       FROM remotes WHERE state IN ('refused', 'dropped')) l
                 LEFT JOIN conversation_states c ON c.id = l.conversation_id
                 WHERE (CAST($1 AS TEXT) IS NULL OR l.lane = $1)
                   AND (l.state = $2 OR (CAST($2 AS TEXT) IS NULL AND l.state <> 'dropped'))
                   AND (l.happened_at < $4 OR (l.happened_at = $4
                        AND (l.lane, l.kind, l.id) > ($5, $6, $7)))
                 ORDER BY l.happened_at DESC, l.lane, l.kind, l.id LIMIT $3",
                &params![
                    self.lane.as_deref(),
                    self.state.as_deref(),
                    self.limit,
                    at,
                    lane,
                    kind,
                    id
                ],
            )
            .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<DeadLetter, Error> {
    Ok(DeadLetter {
        key: Key { lane: row.text(0)?, kind: row.text(1)?, id: row.text(2)? },
        conversation: row.uuid(3)?,
        lead_phone: row.text(4)?,
        state: row.text(5)?,
        reason: row.maybe_text(6)?,
        at: row.int(7)?,
    })
}

/// What is decided of a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Try again, from the first attempt on.
    Retry,
    /// Never.
    Drop,
}

/// Decides on dead letters; answers those that there were.
pub struct DecideDeadLetters {
    /// Which.
    pub keys: Vec<Key>,
    /// What is done with them.
    pub decision: Decision,
    /// Who decided, for the audit: `cli`, `console:maria`.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for DecideDeadLetters {
    type Output = Vec<Key>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Key>, Error> {
        let mut decided = Vec::new();
        for key in &self.keys {
            let conversation = match (key.kind.as_str(), Uuid::parse_str(&key.id)) {
                (MESSAGE, Ok(id)) => match self.message(tx, key, id).await? {
                    None => self.remote(tx, key).await?,
                    found => found,
                },
                _ => self.remote(tx, key).await?,
            };
            let Some(conversation) = conversation else { continue };
            self.tell(tx, key, conversation).await?;
            decided.push(key.clone());
        }
        Ok(decided)
    }
}

impl DecideDeadLetters {
    /// A message in the outbox. One that is tried again is as young as the decision, lest it be
    /// too old to be sent.
    async fn message(&self, tx: &mut Tx<'_>, key: &Key, id: Uuid) -> Result<Option<Uuid>, Error> {
        let sql = match self.decision {
            Decision::Retry => {
                "UPDATE deliveries SET state = 'pending', spared = attempts, resent = 0,
                   due_at = $3, created_at = $3, sent_at = NULL, settled_at = NULL, reason = NULL
                 WHERE id = $1 AND lane = $2 AND state IN ('rejected', 'undetermined', 'expired')
                 RETURNING conversation_id"
            }
            Decision::Drop => {
                "UPDATE deliveries SET state = 'cancelled', settled_at = $3,
                   reason = 'dropped by an operator'
                 WHERE id = $1 AND lane = $2 AND state IN ('rejected', 'undetermined', 'expired')
                 RETURNING conversation_id"
            }
        };
        let row = tx.row(sql, &params![id, &key.lane, self.now]).await?;
        row.map(|row| row.uuid(0)).transpose()
    }

    /// A row at another system.
    async fn remote(&self, tx: &mut Tx<'_>, key: &Key) -> Result<Option<Uuid>, Error> {
        let state = match self.decision {
            Decision::Retry => "sending",
            Decision::Drop => "dropped",
        };
        let row = tx
            .row(
                "UPDATE remotes SET state = $4, updated_at = $5
                 WHERE lane = $1 AND kind = $2 AND id = $3 AND state IN ('refused', 'dropped')
                 RETURNING conversation_id",
                &params![&key.lane, &key.kind, &key.id, state, self.now],
            )
            .await?;
        row.map(|row| row.uuid(0)).transpose()
    }

    /// The lane wakes, the alert is settled, and the audit learns who decided.
    async fn tell(&self, tx: &mut Tx<'_>, key: &Key, conversation: Uuid) -> Result<(), Error> {
        let lane = Lane::ALL.into_iter().find(|lane| lane.name() == key.lane);
        let action = match self.decision {
            Decision::Retry => "retry_delivery",
            Decision::Drop => "drop_delivery",
        };
        let mut statements: Vec<Statement<'static>> = Vec::new();
        statements.extend(lane.map(|lane| wake(conversation, lane, self.now)));
        statements.push(audit(&self.actor, action, &key.to_string(), None, self.now));
        tx.batch(&statements).await?;
        for kind in alert::KINDS {
            alert::resolve(tx, kind, &key.id, self.now).await?;
        }
        alert::resolve(tx, alert::SYNC_REFUSED, &key.to_string(), self.now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_shown() {
        let key: Key = " supabase:conversations:01a2 ".parse().unwrap();
        assert_eq!(key.to_string(), "supabase:conversations:01a2");
        let with_colon: Key = "piperun:note:a:b".parse().unwrap();
        assert_eq!(with_colon.id, "a:b");
        for text in ["", "supabase", "supabase:leads", "supabase:leads:"] {
            assert_eq!(text.parse::<Key>(), Err(InvalidKey), "{text}");
        }
    }
}
