//! The agent's tables, as far as they say what became of messages and replies.

use std::collections::HashMap;

use crate::database::{Database, Row};

/// All rows that matter, in the order in which they were stored.
pub struct Tables {
    /// What leads wrote.
    pub messages: Vec<Message>,
    /// Turns by their id.
    pub turns: HashMap<String, Turn>,
    /// The outbox.
    pub deliveries: Vec<Delivery>,
}

/// A lead's message.
#[derive(Debug)]
pub struct Message {
    /// The vendor's id.
    pub external_id: String,
    /// Its conversation.
    pub conversation: String,
    /// Who wrote it.
    pub phone: String,
    /// What.
    pub text: String,
    /// The turn that took it.
    pub turn: Option<String>,
    /// When it was stored, in milliseconds.
    pub created_at: i64,
}

/// One answer, one silence, or one that was thrown away.
pub struct Turn {
    /// Its conversation.
    pub conversation: String,
    /// The lease under which it was saved.
    pub fence: i64,
    /// How it ended.
    pub outcome: String,
    /// Who thought.
    pub brain: String,
}

/// A bubble of a reply.
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// Its conversation.
    pub conversation: String,
    /// Whom it is for.
    pub phone: String,
    /// The turn that made it.
    pub turn: String,
    /// The text.
    pub body: String,
    /// How far it got.
    pub state: String,
    /// Whether a second copy was ordered.
    pub resent: bool,
    /// The vendor's id.
    pub external_id: Option<String>,
    /// When the latest attempt began, in milliseconds.
    pub sent_at: i64,
    /// What came of each attempt; nothing when nobody lived to tell.
    pub outcomes: Vec<Option<String>>,
}

impl Delivery {
    /// Attempts whose outcome nobody knew.
    pub fn unknown(&self) -> usize {
        let unknown = |outcome: &&Option<String>| {
            outcome.as_deref().is_none_or(|outcome| outcome == "unconfirmed")
        };
        self.outcomes.iter().filter(unknown).count()
    }

    /// Attempts that may have reached the vendor.
    pub fn may_have_left(&self) -> usize {
        let refused = |outcome: &&Option<String>| {
            matches!(outcome.as_deref(), Some("not_sent" | "unauthorized" | "rejected"))
        };
        self.outcomes.len() - self.outcomes.iter().filter(refused).count()
    }
}

impl Tables {
    /// Reads them all.
    pub async fn read(database: &Database) -> Self {
        let messages = database
            .rows(
                "SELECT m.external_id, m.conversation_id, c.address, m.text, m.turn_id, m.created_at
                 FROM messages m JOIN conversation_states c ON c.id = m.conversation_id
                 WHERE m.author = 'lead' ORDER BY m.seq",
            )
            .await;
        let turns =
            database.rows("SELECT id, conversation_id, fence, outcome, brain FROM turns").await;
        let deliveries = database
            .rows(
                "SELECT id, conversation_id, address, turn_id, body, state, resent, external_id,
                        COALESCE(sent_at, 0)
                 FROM deliveries WHERE lane = 'whatsapp' ORDER BY seq",
            )
            .await;
        let attempts = database
            .rows("SELECT delivery_id, outcome FROM attempts ORDER BY delivery_id, number")
            .await;
        let mut outcomes: HashMap<String, Vec<Option<String>>> = HashMap::new();
        for attempt in &attempts {
            outcomes.entry(cell(attempt, 0)).or_default().push(attempt[1].clone());
        }
        Self {
            messages: messages.iter().map(message).collect(),
            turns: turns.iter().map(|row| (cell(row, 0), turn(row))).collect(),
            deliveries: deliveries
                .iter()
                .map(|row| delivery(row, outcomes.remove(&cell(row, 0)).unwrap_or_default()))
                .collect(),
        }
    }

    /// Whether the model thought of the reply to this message.
    pub fn answered_by_model(&self, external_id: &str) -> bool {
        let mut rows = self.messages.iter().filter(|message| message.external_id == external_id);
        let turn = rows.next().and_then(|message| self.turns.get(message.turn.as_ref()?));
        turn.is_some_and(|turn| turn.brain == "openai")
    }

    /// Whether the lead wrote after the latest attempt: then a late copy would answer the wrong
    /// message, and none is sent.
    pub fn lead_wrote_after(&self, delivery: &Delivery) -> bool {
        self.messages.iter().any(|message| {
            message.conversation == delivery.conversation && message.created_at > delivery.sent_at
        })
    }
}

fn message(row: &Row) -> Message {
    Message {
        external_id: cell(row, 0),
        conversation: cell(row, 1),
        phone: cell(row, 2),
        text: cell(row, 3),
        turn: row[4].clone(),
        created_at: number(row, 5),
    }
}

fn turn(row: &Row) -> Turn {
    Turn {
        conversation: cell(row, 1),
        fence: number(row, 2),
        outcome: cell(row, 3),
        brain: cell(row, 4),
    }
}

fn delivery(row: &Row, outcomes: Vec<Option<String>>) -> Delivery {
    Delivery {
        id: cell(row, 0),
        conversation: cell(row, 1),
        phone: cell(row, 2),
        turn: cell(row, 3),
        body: cell(row, 4),
        state: cell(row, 5),
        resent: number(row, 6) > 0,
        external_id: row[7].clone(),
        sent_at: number(row, 8),
        outcomes,
    }
}

fn cell(row: &Row, column: usize) -> String {
    row[column].clone().unwrap_or_default()
}

fn number(row: &Row, column: usize) -> i64 {
    cell(row, column).parse().unwrap_or_else(|_| panic!("column {column} is no number: {row:?}"))
}
