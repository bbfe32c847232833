//! How the systems in step are doing: what waits, what was given up, what was tried.

use uuid::Uuid;

use crate::params;
use crate::store::engine::{Operation, Row, Tx};
use crate::store::{Error, alert};

/// What waits in a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The lane's name.
    pub lane: String,
    /// Conversations with work that is due now or later.
    pub waiting: i64,
    /// Those of them that are being worked on.
    pub held: i64,
    /// When the first was due, in milliseconds.
    pub oldest: i64,
    /// The most tries any of them has had.
    pub attempts: i64,
}

/// A vendor that is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenBreaker {
    /// Its name: a lane's, or `zapi`.
    pub name: String,
    /// Since when, in milliseconds.
    pub opened_at: i64,
    /// When it is tried again, in milliseconds.
    pub probe_at: i64,
    /// What it said.
    pub reason: String,
}

/// Lanes and breakers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Lanes with work.
    pub waiting: Vec<Waiting>,
    /// Vendors that are left alone.
    pub breakers: Vec<OpenBreaker>,
    /// How many things were given up for good.
    pub dead: i64,
}

/// Reads [`Flow`].
pub struct LoadFlow {
    /// Now, in milliseconds.
    pub now: i64,
    /// Since when what was not delivered counts, in milliseconds.
    pub since: i64,
}

impl Operation for LoadFlow {
    type Output = Flow;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Flow, Error> {
        let waiting = tx
            .rows(
                "SELECT lane, COUNT(*), COUNT(CASE WHEN lease_until > $1 THEN 1 END),
                   MIN(wake_at), MAX(attempts)
                 FROM queue WHERE wake_at IS NOT NULL GROUP BY lane ORDER BY lane",
                &params![self.now],
            )
            .await?;
        let breakers = tx
            .rows("SELECT name, opened_at, probe_at, reason FROM breakers ORDER BY name", &[])
            .await?;
        let dead = tx
            .row(
                "SELECT (SELECT COUNT(*) FROM remotes WHERE state = 'refused')
                   + (SELECT COUNT(*) FROM deliveries WHERE state = 'rejected' AND settled_at >= $1)
                   + (SELECT COUNT(*) FROM deliveries
                      WHERE state = 'undetermined' AND settled_at >= $1)",
                &params![self.since],
            )
            .await?;
        Ok(Flow {
            waiting: waiting.iter().map(read_waiting).collect::<Result<_, _>>()?,
            breakers: breakers.iter().map(read_breaker).collect::<Result<_, _>>()?,
            dead: dead.map_or(Ok(0), |row| row.int(0))?,
        })
    }
}

fn read_waiting(row: &Row) -> Result<Waiting, Error> {
    Ok(Waiting {
        lane: row.text(0)?,
        waiting: row.int(1)?,
        held: row.int(2)?,
        oldest: row.int(3)?,
        attempts: row.int(4)?,
    })
}

fn read_breaker(row: &Row) -> Result<OpenBreaker, Error> {
    Ok(OpenBreaker {
        name: row.text(0)?,
        opened_at: row.int(1)?,
        probe_at: row.int(2)?,
        reason: row.text(3)?,
    })
}

/// Something that will not be tried again by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// `whatsapp`, or the lane of a mirror.
    pub lane: String,
    /// `message`, `deal`, `contact`, …
    pub kind: String,
    /// Its id in its table.
    pub id: String,
    /// The conversation.
    pub conversation: Uuid,
    /// Whose it is.
    pub name: Option<String>,
    /// The number.
    pub phone: Option<String>,
    /// `rejected`, `undetermined` or `refused`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// What the vendor said.
    pub detail: Option<String>,
    /// When it was given up, in milliseconds.
    pub at: i64,
}

/// The things given up, the latest first.
pub struct ListDeadLetters {
    /// Only messages that were given up at this time, in milliseconds, or later.
    pub since: i64,
    /// Only what is older than this, in milliseconds.
    pub before: i64,
    /// How many.
    pub limit: i64,
}

impl Operation for ListDeadLetters {
    type Output = Vec<DeadLetter>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<DeadLetter>, Error> {
        let mut found = Vec::new();
        for state in ["rejected", "undetermined"] {
            let rows = tx
                .rows(
                    "SELECT 'whatsapp', 'message', d.id, d.conversation_id,
                       COALESCE(l.name, p.sender_name), c.lead_phone, d.state, d.attempts, d.reason,
                       d.settled_at
                     FROM (SELECT * FROM deliveries WHERE state = $1 AND settled_at >= $4
                             AND settled_at < $2
                           ORDER BY settled_at DESC LIMIT $3) d
                     LEFT JOIN conversation_states c ON c.id = d.conversation_id
                     LEFT JOIN leads l ON l.id = c.lead_id
                     LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id",
                    &params![state, self.before, self.limit, self.since],
                )
                .await?;
            found.extend(rows);
        }
        found.extend(
            tx.rows(
                "SELECT r.lane, r.kind, r.id, r.conversation_id, COALESCE(l.name, p.sender_name),
                   c.lead_phone, r.state, r.attempts, r.detail, r.updated_at
                 FROM (SELECT * FROM remotes WHERE state = 'refused' AND updated_at < $1
                       ORDER BY updated_at DESC LIMIT $2) r
                 LEFT JOIN conversation_states c ON c.id = r.conversation_id
                 LEFT JOIN leads l ON l.id = c.lead_id
                 LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id",
                &params![self.before, self.limit],
            )
            .await?,
        );
        let mut letters = found.iter().map(read_dead).collect::<Result<Vec<_>, _>>()?;
        letters.sort_by_key(|letter| std::cmp::Reverse(letter.at));
        letters.truncate(usize::try_from(self.limit).unwrap_or_default());
        Ok(letters)
    }
}

fn read_dead(row: &Row) -> Result<DeadLetter, Error> {
    Ok(DeadLetter {
        lane: row.text(0)?,
        kind: row.text(1)?,
        id: row.text(2)?,
        conversation: row.uuid(3)?,
        name: row.maybe_text(4)?,
        phone: row.maybe_text(5)?,
        state: row.text(6)?,
        attempts: row.int(7)?,
        detail: row.maybe_text(8)?,
        at: row.int(9)?,
    })
}

/// Which messages the list of attempts shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// All.
    #[default]
    All,
    /// Those that WhatsApp did not take.
    Failed,
}

/// A message on its way to WhatsApp, with how that went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its number in the outbox.
    pub seq: i64,
    /// Its id.
    pub id: Uuid,
    /// The conversation.
    pub conversation: Uuid,
    /// Whose it is.
    pub name: Option<String>,
    /// Where it goes.
    pub address: String,
    /// Where it stands.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// What its ticks say, from 0 to 4.
    pub tick: i64,
    /// When it was written, in milliseconds.
    pub created_at: i64,
    /// When WhatsApp took it, in milliseconds.
    pub sent_at: Option<i64>,
    /// Why it stands where it does.
    pub reason: Option<String>,
    /// The text.
    pub body: String,
}

const SENT: &str = "d.seq, d.id, d.conversation_id, COALESCE(l.name, p.sender_name), d.address,
    d.state, d.attempts, d.tick, d.created_at, d.sent_at, d.reason, d.body";
const SENT_TABLES: &str = "LEFT JOIN conversation_states c ON c.id = d.conversation_id
    LEFT JOIN leads l ON l.id = c.lead_id LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id";

fn read_sent(row: &Row) -> Result<Sent, Error> {
    Ok(Sent {
        seq: row.int(0)?,
        id: row.uuid(1)?,
        conversation: row.uuid(2)?,
        name: row.maybe_text(3)?,
        address: row.text(4)?,
        state: row.text(5)?,
        attempts: row.int(6)?,
        tick: row.int(7)?,
        created_at: row.int(8)?,
        sent_at: row.maybe_int(9)?,
        reason: row.maybe_text(10)?,
        body: row.text(11)?,
    })
}

/// A page of the outbox, the latest message first.
pub struct ListSent {
    /// Which of them.
    pub which: Which,
    /// Those before this number.
    pub before: Option<i64>,
    /// How many.
    pub limit: i64,
}

impl Operation for ListSent {
    type Output = Vec<Sent>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Sent>, Error> {
        let before = self.before.unwrap_or(i64::MAX);
        let inner = match self.which {
            Which::All => "SELECT * FROM deliveries WHERE seq < $1 ORDER BY seq DESC LIMIT $2",
            Which::Failed => {
                "SELECT * FROM deliveries
                 WHERE state IN ('rejected', 'undetermined', 'unknown') AND seq < $1
                 ORDER BY seq DESC LIMIT $2"
            }
        };
        let sql = format!("SELECT {SENT} FROM ({inner}) d {SENT_TABLES} ORDER BY d.seq DESC");
        tx.rows(&sql, &params![before, self.limit]).await?.iter().map(read_sent).collect()
    }
}

/// One try to send a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// Which try it was, from 1.
    pub number: i64,
    /// When it began, in milliseconds.
    pub started_at: i64,
    /// When it ended, in milliseconds.
    pub finished_at: Option<i64>,
    /// How.
    pub outcome: Option<String>,
    /// What the vendor said.
    pub detail: Option<String>,
}

/// A message with every try to send it.
pub struct FindSent(
    /// Its id.
    pub Uuid,
);

impl Operation for FindSent {
    type Output = Option<(Sent, Vec<Try>)>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let sql = format!("SELECT {SENT} FROM deliveries d {SENT_TABLES} WHERE d.id = $1");
        let Some(row) = tx.row(&sql, &params![self.0]).await? else { return Ok(None) };
        let rows = tx
            .rows(
                "SELECT number, started_at, finished_at, outcome, detail FROM attempts
                 WHERE delivery_id = $1 ORDER BY number",
                &params![self.0],
            )
            .await?;
        let tries = rows.iter().map(|row| {
            Ok(Try {
                number: row.int(0)?,
                started_at: row.int(1)?,
                finished_at: row.maybe_int(2)?,
                outcome: row.maybe_text(3)?,
                detail: row.maybe_text(4)?,
            })
        });
        Ok(Some((read_sent(&row)?, tries.collect::<Result<_, Error>>()?)))
    }
}

/// Says that an operator has seen to something.
pub struct ResolveAlert {
    /// What is alerted of.
    pub kind: String,
    /// To what it happened.
    pub subject: String,
    /// Who says so.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for ResolveAlert {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        alert::resolve(tx, &self.kind, &self.subject, self.now).await?;
        let subject = format!("{}:{}", self.kind, self.subject);
        tx.batch(&[crate::store::control::audit(
            &self.actor,
            "resolve_alert",
            &subject,
            None,
            self.now,
        )])
        .await
    }
}
