//! Where leads stand: the board, the list, and what a person corrects in them.

use uuid::Uuid;

use crate::params;
use crate::store::control::{Decision, audit};
use crate::store::engine::{Operation, Row, Tx, Value};
use crate::store::{Error, activity, mirroring};

/// Where a lead stands on the way to a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is known of them yet.
    New,
    /// The agent collects what a quote needs.
    Qualifying,
    /// Ready for a seller.
    Hot,
    /// A person is in charge of the conversation.
    Human,
    /// A deal is open in the CRM.
    Crm,
    /// Sold.
    Won,
    /// Not sold.
    Lost,
    /// The conversation is over, or the lead wants no more messages.
    Closed,
}

impl Stage {
    /// All of them, in the order of the way.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Qualifying,
        Self::Hot,
        Self::Human,
        Self::Crm,
        Self::Won,
        Self::Lost,
        Self::Closed,
    ];

    /// Its name in the database and in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "novo",
            Self::Qualifying => "qualificando",
            Self::Hot => "quente",
            Self::Human => "humano",
            Self::Crm => "crm",
            Self::Won => "ganho",
            Self::Lost => "perdido",
            Self::Closed => "encerrado",
        }
    }

    /// The one with this name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// Which leads are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that came at this time, in milliseconds, or later.
    pub since: Option<i64>,
    /// Those that want this machine or kind of machine.
    pub product: Option<String>,
    /// Those of this state.
    pub uf: Option<String>,
    /// Those of this temperature.
    pub temperature: Option<String>,
    /// Those of this stage.
    pub stage: Option<Stage>,
}

impl Filter {
    /// The conditions on `funnel f`, and their values; at least one condition.
    fn conditions(&self) -> (String, Vec<Value>) {
        let texts = [
            ("f.created_at >= ", self.since.map(Value::Int)),
            ("f.product = ", self.product.as_deref().map(Value::from)),
            ("f.uf = ", self.uf.as_deref().map(Value::from)),
            ("f.temperature = ", self.temperature.as_deref().map(Value::from)),
            ("f.stage = ", self.stage.map(|stage| stage.name().into())),
        ];
        let (mut sql, mut values) = ("f.stage IS NOT NULL".to_owned(), Vec::new());
        for (text, value) in texts {
            let Some(value) = value else { continue };
            values.push(value);
            sql.push_str(&format!(" AND {text}${}", values.len()));
        }
        (sql, values)
    }
}

/// A lead as the funnel shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The conversation.
    pub conversation: Uuid,
    /// How the customer's tables name the lead: the number, when it is known.
    pub phone: String,
    /// The name, or else the profile name.
    pub name: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state.
    pub uf: Option<String>,
    /// What the lead wants.
    pub product: Option<String>,
    /// How much the lead makes.
    pub volume: Option<String>,
    /// When the lead wants to buy.
    pub urgency: Option<String>,
    /// `frio`, `morno`, `quente`.
    pub temperature: Option<String>,
    /// Who set the temperature, when it was no rule.
    pub temperature_by: Option<String>,
    /// Why it has this temperature.
    pub reason: Option<String>,
    /// Where it stands.
    pub stage: Stage,
    /// Who put it there, when it was not the record.
    pub stage_by: Option<String>,
    /// Since when it stands there, in milliseconds.
    pub entered_at: i64,
    /// When the lead came, in milliseconds.
    pub created_at: i64,
    /// When anybody wrote last, in milliseconds.
    pub last_at: i64,
    /// The e-mail.
    pub email: Option<String>,
}

const CARD: &str = "f.conversation_id, c.lead_phone, COALESCE(l.name, p.sender_name), l.company,
    l.city, l.uf, l.product, l.volume, l.urgency, l.temperature, f.temperature_by,
    l.temperature_reason, f.stage, f.stage_by, f.entered_at, f.created_at, c.last_at, l.email";

const TABLES: &str = "JOIN conversation_states c ON c.id = f.conversation_id
    JOIN leads l ON l.id = f.lead_id LEFT JOIN lead_profiles p ON p.lead_id = f.lead_id";

impl Card {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            conversation: row.uuid(0)?,
            phone: row.text(1)?,
            name: row.maybe_text(2)?,
            company: row.maybe_text(3)?,
            city: row.maybe_text(4)?,
            uf: row.maybe_text(5)?,
            product: row.maybe_text(6)?,
            volume: row.maybe_text(7)?,
            urgency: row.maybe_text(8)?,
            temperature: row.maybe_text(9)?,
            temperature_by: row.maybe_text(10)?,
            reason: row.maybe_text(11)?,
            stage: Stage::read(&row.text(12)?).unwrap_or(Stage::New),
            stage_by: row.maybe_text(13)?,
            entered_at: row.int(14)?,
            created_at: row.int(15)?,
            last_at: row.int(16)?,
            email: row.maybe_text(17)?,
        })
    }
}

/// A stage with those who entered it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The stage.
    pub stage: Stage,
    /// How many leads stand there.
    pub count: i64,
    /// How many of them are hot.
    pub hot: i64,
    /// The first of them.
    pub cards: Vec<Card>,
}

/// The board: every stage with its first leads.
pub struct LoadBoard {
    /// Which leads.
    pub filter: Filter,
    /// How many cards a column shows.
    pub cards: i64,
}

impl Operation for LoadBoard {
    type Output = Vec<Column>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Column>, Error> {
        let (conditions, values) = self.filter.conditions();
        let sql = format!(
            "SELECT f.stage, COUNT(*), COUNT(CASE WHEN f.temperature = 'quente' THEN 1 END)
             FROM funnel f WHERE {conditions} GROUP BY f.stage"
        );
        let counts = tx.rows(&sql, &values).await?;
        let mut columns = Vec::new();
        for stage in Stage::ALL {
            if self.filter.stage.is_some_and(|only| only != stage) {
                continue;
            }
            let mut column = Column { stage, count: 0, hot: 0, cards: Vec::new() };
            for row in &counts {
                if row.text(0)? == stage.name() {
                    (column.count, column.hot) = (row.int(1)?, row.int(2)?);
                }
            }
            if column.count > 0 {
                column.cards = self.cards(tx, stage).await?;
            }
            columns.push(column);
        }
        Ok(columns)
    }
}

impl LoadBoard {
    async fn cards(&self, tx: &mut Tx<'_>, stage: Stage) -> Result<Vec<Card>, Error> {
        let filter = Filter { stage: Some(stage), ..self.filter.clone() };
        let (conditions, mut values) = filter.conditions();
        values.push(self.cards.into());
        let sql = format!(
            "SELECT {CARD} FROM (
               SELECT * FROM funnel f WHERE {conditions}
               ORDER BY f.entered_at DESC, f.conversation_id DESC LIMIT ${}) f {TABLES}
             ORDER BY f.entered_at DESC, f.conversation_id DESC",
            values.len()
        );
        tx.rows(&sql, &values).await?.iter().map(Card::read).collect()
    }
}

/// Where a page of the list ended: the time at which the lead came, and the conversation.
pub type Mark = (i64, Uuid);

/// A page of the list, the latest lead first.
pub struct ListLeads {
    /// Which leads.
    pub filter: Filter,
    /// Those after this one.
    pub after: Option<Mark>,
    /// How many.
    pub limit: i64,
}

impl Operation for ListLeads {
    type Output = Vec<Card>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Card>, Error> {
        let (mut conditions, mut values) = self.filter.conditions();
        if let Some((created_at, conversation)) = self.after {
            values.extend(params![created_at, conversation]);
            let last = values.len();
            conditions.push_str(&format!(
                " AND (f.created_at, f.conversation_id) < (${}, ${last})",
                last - 1
            ));
        }
        values.push(self.limit.into());
        let sql = format!(
            "SELECT {CARD} FROM (
               SELECT * FROM funnel f WHERE {conditions}
               ORDER BY f.created_at DESC, f.conversation_id DESC LIMIT ${}) f {TABLES}
             ORDER BY f.created_at DESC, f.conversation_id DESC",
            values.len()
        );
        tx.rows(&sql, &values).await?.iter().map(Card::read).collect()
    }
}

/// One lead of the funnel.
pub struct FindCard(
    /// The conversation.
    pub Uuid,
);

impl Operation for FindCard {
    type Output = Option<Card>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Card>, Error> {
        let sql = format!("SELECT {CARD} FROM funnel f {TABLES} WHERE f.conversation_id = $1");
        tx.row(&sql, &params![self.0]).await?.as_ref().map(Card::read).transpose()
    }
}

/// What the filters offer: machines and states that leads named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Machines and kinds of machines.
    pub products: Vec<String>,
    /// States.
    pub states: Vec<String>,
}

/// Reads what the filters offer, each value by a jump in an index.
pub struct LoadChoices;

impl Operation for LoadChoices {
    type Output = Choices;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Choices, Error> {
        Ok(Choices { products: distinct(tx, "product").await?, states: distinct(tx, "uf").await? })
    }
}

async fn distinct(tx: &mut Tx<'_>, column: &'static str) -> Result<Vec<String>, Error> {
    let sql = format!(
        "WITH RECURSIVE next (value) AS (
           SELECT MIN({column}) FROM funnel WHERE {column} IS NOT NULL
           UNION ALL
           SELECT (SELECT MIN(f.{column}) FROM funnel f WHERE f.{column} > next.value)
           FROM next WHERE next.value IS NOT NULL)
         SELECT value FROM next WHERE value IS NOT NULL LIMIT 100"
    );
    tx.rows(&sql, &[]).await?.iter().map(|row| row.text(0)).collect()
}

/// A person puts a lead where it stands.
pub struct MoveLead {
    /// Who, which conversation, when.
    pub decision: Decision,
    /// Where to.
    pub stage: Stage,
}

impl Operation for MoveLead {
    /// `false` when there is no such conversation.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let Decision { conversation, actor, now } = &self.decision;
        let moved = tx
            .execute(
                "UPDATE funnel SET stage = $2, stage_by = $3,
                   entered_at = CASE WHEN stage = $2 THEN entered_at ELSE $4 END
                 WHERE conversation_id = $1",
                &params![*conversation, self.stage.name(), actor, *now],
            )
            .await?;
        if moved == 0 {
            return Ok(false);
        }
        let subject = conversation.to_string();
        tx.batch(&[
            audit(actor, "move_lead", &subject, Some(self.stage.name()), *now),
            activity::touched(*conversation, *now),
        ])
        .await?;
        Ok(true)
    }
}

/// A person sets a lead's temperature, which then holds; or leaves it to the rules again.
pub struct SetTemperature {
    /// Who, which conversation, when.
    pub decision: Decision,
    /// `frio`, `morno` or `quente`; `None` leaves it to the rules from the next message on.
    pub temperature: Option<&'static str>,
}

impl Operation for SetTemperature {
    /// `false` when there is no such conversation.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let Decision { conversation, actor, now } = &self.decision;
        let by = self.temperature.map(|_| actor.as_str());
        let set = tx
            .execute(
                "UPDATE funnel SET temperature_by = $2 WHERE conversation_id = $1",
                &params![*conversation, by],
            )
            .await?;
        if set == 0 {
            return Ok(false);
        }
        let subject = conversation.to_string();
        let mut statements = vec![
            audit(actor, "set_temperature", &subject, self.temperature, *now),
            activity::touched(*conversation, *now),
            mirroring::wake_after_change(*conversation, *now),
        ];
        if let Some(temperature) = self.temperature {
            statements.insert(
                0,
                (
                    "UPDATE leads SET temperature = $2, temperature_reason = $3, updated_at = $4
                     WHERE id = (SELECT lead_id FROM conversation_states WHERE id = $1)",
                    vec![
                        (*conversation).into(),
                        temperature.into(),
                        "definida pela equipe".into(),
                        Value::Time(*now),
                    ],
                ),
            );
        }
        tx.batch(&statements).await?;
        Ok(true)
    }
}
