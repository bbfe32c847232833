//! Leads' questions for engineering, and the answers that reach the leads.

use uuid::Uuid;

use crate::params;
use crate::store::control::{Decision, audit};
use crate::store::engine::{Operation, Row, Tx, Value};
use crate::store::queue::{Lane, wake};
use crate::store::{Error, activity, mirroring};

/// A question, and its answer if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its id.
    pub id: Uuid,
    /// How the customer's tables name the lead.
    pub phone: String,
    /// In the lead's words.
    pub question: String,
    /// The machine it is about.
    pub product: Option<String>,
    /// When it was asked, in milliseconds.
    pub asked_at: i64,
    /// The lead's name.
    pub name: Option<String>,
    /// The lead's company.
    pub company: Option<String>,
    /// The lead's conversation, if it is still there.
    pub conversation: Option<Uuid>,
    /// The answer.
    pub answer: Option<Answer>,
}

/// What engineering answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The text, as it went to the lead; nothing when it was set aside.
    pub text: Option<String>,
    /// Who answered.
    pub by: String,
    /// When, in milliseconds.
    pub at: i64,
}

/// Which questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// Those that nobody answered yet.
    #[default]
    Open,
    /// The others.
    Answered,
}

/// A page of the questions: open ones the oldest first, answered ones the latest first.
pub struct ListQuestions {
    /// Which of them.
    pub which: Which,
    /// Those after this one.
    pub after: Option<(i64, Uuid)>,
    /// How many.
    pub limit: i64,
}

const COLUMNS: &str = "q.id, q.phone, q.question, q.context, q.timestamp,
    COALESCE(l.name, p.sender_name), l.company, c.id, a.answer, a.answered_by, a.answered_at";
const TABLES: &str = "LEFT JOIN question_answers a ON a.question_id = q.id
    LEFT JOIN conversation_states c ON c.id = (
      SELECT s.id FROM conversation_states s WHERE s.lead_phone = q.phone
      ORDER BY s.last_at DESC LIMIT 1)
    LEFT JOIN leads l ON l.id = c.lead_id
    LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id";

fn read(row: &Row) -> Result<Question, Error> {
    let answered_at = row.maybe_int(10)?;
    let answer = match (row.maybe_text(9)?, answered_at) {
        (Some(by), Some(at)) => Some(Answer { text: row.maybe_text(8)?, by, at }),
        _ => None,
    };
    Ok(Question {
        id: row.uuid(0)?,
        phone: row.text(1)?,
        question: row.text(2)?,
        product: row.maybe_text(3)?,
        asked_at: instant(row, 4)?,
        name: row.maybe_text(5)?,
        company: row.maybe_text(6)?,
        conversation: row.maybe_uuid(7)?,
        answer,
    })
}

/// An instant of a customer's table, in milliseconds: SQLite keeps it as text.
fn instant(row: &Row, column: usize) -> Result<i64, Error> {
    if let Ok(ms) = row.int(column) {
        return Ok(ms);
    }
    let text = row.text(column)?;
    let at = text.parse::<jiff::Timestamp>();
    Ok(at.map_or(0, jiff::Timestamp::as_millisecond))
}

impl Operation for ListQuestions {
    type Output = Vec<Question>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Question>, Error> {
        let (sql, values) = match self.which {
            Which::Open => self.open(),
            Which::Answered => self.answered(),
        };
        tx.rows(&sql, &values).await?.iter().map(read).collect()
    }
}

impl ListQuestions {
    fn open(&self) -> (String, Vec<Value>) {
        let mut values = vec![Value::from(self.limit)];
        let mut after = "";
        if let Some((at, id)) = self.after {
            after = "AND (q.timestamp, q.id) > ($2, $3)";
            values.extend([Value::Time(at), id.into()]);
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM (
               SELECT * FROM technical_questions q WHERE NOT EXISTS (
                 SELECT 1 FROM question_answers x WHERE x.question_id = q.id) {after}
               ORDER BY q.timestamp, q.id LIMIT $1) q {TABLES}
             ORDER BY q.timestamp, q.id"
        );
        (sql, values)
    }

    fn answered(&self) -> (String, Vec<Value>) {
        let mut values = vec![Value::from(self.limit)];
        let mut after = "";
        if let Some((at, id)) = self.after {
            after = "WHERE (x.answered_at, x.question_id) < ($2, $3)";
            values.extend(params![at, id]);
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM (
               SELECT * FROM question_answers x {after}
               ORDER BY x.answered_at DESC, x.question_id DESC LIMIT $1) x
             JOIN technical_questions q ON q.id = x.question_id {TABLES}
             ORDER BY x.answered_at DESC, x.question_id DESC"
        );
        (sql, values)
    }
}

/// One question.
pub struct FindQuestion(
    /// Its id.
    pub Uuid,
);

impl Operation for FindQuestion {
    type Output = Option<Question>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Question>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM technical_questions q {TABLES} WHERE q.id = $1");
        tx.row(&sql, &params![self.0]).await?.as_ref().map(read).transpose()
    }
}

/// How many questions nobody answered yet.
pub struct CountOpen;

impl Operation for CountOpen {
    type Output = i64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64, Error> {
        let row = tx
            .row(
                "SELECT (SELECT COUNT(*) FROM technical_questions)
                      - (SELECT COUNT(*) FROM question_answers)",
                &[],
            )
            .await?;
        row.map_or(Ok(0), |row| row.int(0))
    }
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It is on its way to the lead.
    Sent,
    /// Somebody else was faster.
    Already,
    /// There is no such question, or its conversation is gone.
    Unknown,
    /// The lead wants no more messages.
    OptedOut,
}

/// Engineering answers: the lead gets the text by WhatsApp, and whoever was in charge of the
/// conversation stays so. An engineer who knows a voltage does not want to sell.
pub struct AnswerQuestion {
    /// Who answers, in which conversation, when.
    pub decision: Decision,
    /// Which question.
    pub question: Uuid,
    /// The text as it goes to WhatsApp; `None` sets the question aside without a word.
    pub text: Option<String>,
}

impl Operation for AnswerQuestion {
    type Output = Answered;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Answered, Error> {
        let Decision { conversation, actor, now } = &self.decision;
        let place = tx
            .row(
                "SELECT c.address, c.lead_phone, l.opted_out FROM conversation_states c
                 JOIN leads l ON l.id = c.lead_id WHERE c.id = $1",
                &params![*conversation],
            )
            .await?;
        let Some(place) = place else { return Ok(Answered::Unknown) };
        if self.text.is_some() && place.bool(2)? {
            return Ok(Answered::OptedOut);
        }
        let kept = tx
            .execute(
                "INSERT INTO question_answers (question_id, answer, answered_by, answered_at)
                 SELECT id, $2, $3, $4 FROM technical_questions WHERE id = $1
                 ON CONFLICT (question_id) DO NOTHING",
                &params![self.question, self.text.as_deref(), actor, *now],
            )
            .await?;
        if kept == 0 {
            return Ok(Answered::Already);
        }
        let subject = self.question.to_string();
        let action = if self.text.is_some() { "answer_question" } else { "drop_question" };
        let mut statements = Vec::new();
        if let Some(text) = &self.text {
            statements.push(wake(*conversation, Lane::Whatsapp, *now));
            statements.extend(said(*conversation, &place.text(0)?, &place.text(1)?, text, *now));
        }
        statements.push(activity::touched(*conversation, *now));
        statements.push(audit(actor, action, &subject, None, *now));
        statements.push(mirroring::wake_after_change(*conversation, *now));
        tx.batch(&statements).await?;
        Ok(Answered::Sent)
    }
}

/// The message in both histories, and its delivery with the text frozen.
fn said(
    conversation: Uuid,
    address: &str,
    lead_phone: &str,
    text: &str,
    now: i64,
) -> [crate::store::engine::Statement<'static>; 4] {
    let (message, delivery) = (Uuid::now_v7(), Uuid::now_v7());
    [
        (
            "INSERT INTO messages (id, conversation_id, author, kind, text, delivery_id, sent_at,
                                   created_at)
             VALUES ($1, $2, 'human', 'text', $3, $4, $5, $5)",
            params![message, conversation, text, delivery, now].to_vec(),
        ),
        (
            "INSERT INTO deliveries (id, conversation_id, lane, message_id, address, body, state,
                                     due_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $7)",
            params![delivery, conversation, Lane::Whatsapp.name(), message, address, text, now]
                .to_vec(),
        ),
        (
            "INSERT INTO conversations (id, lead_phone, role, content, timestamp)
             VALUES ($1, $2, 'human', $3, $4)",
            vec![message.into(), lead_phone.into(), text.into(), Value::Time(now)],
        ),
        (
            "UPDATE conversation_states SET last_at = $2, last_author = 'human', last_text = $3
             WHERE id = $1",
            params![conversation, now, text.chars().take(160).collect::<String>()].to_vec(),
        ),
    ]
}
