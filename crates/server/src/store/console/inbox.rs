//! The list of conversations: filtered, searched, page by page.

use uuid::Uuid;

use crate::params;
use crate::store::Error;
use crate::store::engine::{Dialect, Operation, Row, Tx, Value};

/// How many conversations a page of the list has.
const PAGE: i64 = 40;
/// How many conversations a search finds at most by what was written in them.
const FOUND: i64 = 2000;

/// Which conversations are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// Those in which the lead waits for an answer, the longest wait first.
    Waiting,
    /// Those that a human has in hand.
    Human,
    /// Those of hot leads.
    Hot,
    /// Those that are over.
    Closed,
}

impl Filter {
    /// In the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::All, Self::Waiting, Self::Human, Self::Hot, Self::Closed];

    fn condition(self) -> &'static str {
        match self {
            Self::All => "c.last_at > 0",
            Self::Waiting => "c.waiting_since IS NOT NULL",
            Self::Human => "c.mode = 'human'",
            Self::Hot => "l.temperature = 'quente' AND c.last_at > 0",
            Self::Closed => "c.closed_at IS NOT NULL",
        }
    }

    /// What a row comes after, and in which order.
    fn order(self) -> (&'static str, &'static str) {
        match self {
            Self::Waiting => ("(c.waiting_since, c.id) > ($1, $2)", "c.waiting_since, c.id"),
            _ => ("(c.last_at, c.id) < ($1, $2)", "c.last_at DESC, c.id DESC"),
        }
    }
}

/// What is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Which ones.
    pub filter: Filter,
    /// What is searched: a name, a number, a company, words of a message.
    pub search: String,
}

/// Where a page of the list ends: the place in the order, and the conversation there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When it was last active, or since when it waits.
    pub at: i64,
    /// Which one.
    pub id: Uuid,
}

/// A conversation in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which one.
    pub id: Uuid,
    /// The lead's own name.
    pub name: Option<String>,
    /// The profile name on WhatsApp.
    pub sender_name: Option<String>,
    /// How the lead is reached.
    pub phone: String,
    /// The lead's company.
    pub company: Option<String>,
    /// How near the lead is to buying.
    pub temperature: Option<String>,
    /// The lead wants no more messages.
    pub opted_out: bool,
    /// A human answers.
    pub by_human: bool,
    /// When something was last said, in milliseconds.
    pub last_at: i64,
    /// Who said it.
    pub last_author: Option<String>,
    /// What.
    pub last_text: Option<String>,
    /// How many messages nobody has seen.
    pub unread: i64,
    /// Since when the lead waits, in milliseconds.
    pub waiting_since: Option<i64>,
    /// When it was closed, in milliseconds.
    pub closed_at: Option<i64>,
}

impl Entry {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.uuid(0)?,
            name: row.maybe_text(1)?,
            sender_name: row.maybe_text(2)?,
            phone: row.text(3)?,
            company: row.maybe_text(4)?,
            temperature: row.maybe_text(5)?,
            opted_out: row.bool(6)?,
            by_human: row.text(7)? == "human",
            last_at: row.int(8)?,
            last_author: row.maybe_text(9)?,
            last_text: row.maybe_text(10)?,
            unread: row.int(11)?,
            waiting_since: row.maybe_int(12)?,
            closed_at: row.maybe_int(13)?,
        })
    }

    /// Where it stands in a listing.
    pub fn cursor(&self, filter: Filter) -> Cursor {
        let at = match filter {
            Filter::Waiting => self.waiting_since.unwrap_or(self.last_at),
            _ => self.last_at,
        };
        Cursor { at, id: self.id }
    }
}

const ENTRY: &str =
    "SELECT c.id, l.name, p.sender_name, COALESCE(l.phone, c.lead_phone), l.company,
    l.temperature, l.opted_out, c.mode, c.last_at, c.last_author, c.last_text, c.unread,
    c.waiting_since, c.closed_at
  FROM conversation_states c JOIN leads l ON l.id = c.lead_id
  LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id";

/// A page of the list, and where the next one begins.
pub struct ListConversations {
    /// What is listed.
    pub listing: Listing,
    /// After which one.
    pub after: Option<Cursor>,
}

impl Operation for ListConversations {
    type Output = (Vec<Entry>, Option<Cursor>);

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, Error> {
        let filter = self.listing.filter;
        let (after, order) = filter.order();
        let mut conditions = vec![filter.condition().to_owned()];
        let start = match filter {
            Filter::Waiting => Cursor { at: 0, id: Uuid::nil() },
            _ => Cursor { at: i64::MAX, id: Uuid::max() },
        };
        let start = self.after.unwrap_or(start);
        let mut values: Vec<Value> = vec![start.at.into(), start.id.into()];
        conditions.push(after.to_owned());
        if let Some(found) = found(&self.listing.search, tx.dialect(), &mut values) {
            conditions.push(found);
        }
        let sql = format!(
            "{ENTRY} WHERE {} ORDER BY {order} LIMIT {}",
            conditions.join(" AND "),
            PAGE + 1
        );
        let rows = tx.rows(&sql, &values).await?;
        let mut entries = rows.iter().map(Entry::read).collect::<Result<Vec<_>, _>>()?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let next = (entries.len() > page).then(|| {
            entries.truncate(page);
            entries.last().map(|last| last.cursor(filter))
        });
        Ok((entries, next.flatten()))
    }
}

/// One conversation of a listing; `None` when it is not listed there.
pub struct FindEntry {
    /// What is listed.
    pub listing: Listing,
    /// Which one.
    pub id: Uuid,
}

impl Operation for FindEntry {
    type Output = Option<Entry>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Entry>, Error> {
        let mut values = params![self.id].to_vec();
        let mut sql = format!("{ENTRY} WHERE c.id = $1 AND {}", self.listing.filter.condition());
        if let Some(found) = found(&self.listing.search, tx.dialect(), &mut values) {
            sql.push_str(" AND ");
            sql.push_str(&found);
        }
        tx.row(&sql, &values).await?.as_ref().map(Entry::read).transpose()
    }
}

/// How many conversations wait and how many humans have in hand; counted up to 100.
pub struct CountInbox;

impl Operation for CountInbox {
    type Output = (i64, i64);

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(i64, i64), Error> {
        let row = tx
            .row(
                "SELECT
                   (SELECT COUNT(*) FROM (SELECT 1 FROM conversation_states
                      WHERE waiting_since IS NOT NULL LIMIT 100) w),
                   (SELECT COUNT(*) FROM (SELECT 1 FROM conversation_states
                      WHERE mode = 'human' LIMIT 100) h)",
                &[],
            )
            .await?;
        row.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
    }
}

/// The condition that a search adds; `None` when there is nothing to search for.
fn found(search: &str, dialect: Dialect, values: &mut Vec<Value>) -> Option<String> {
    let words = words(search);
    if words.is_empty() {
        return None;
    }
    let digits: String = search.chars().filter(char::is_ascii_digit).collect();
    let mut value = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let mut by_lead = Vec::new();
    if digits.len() >= 3 {
        let digits = value(format!("%{digits}%").into());
        by_lead.push(format!("l2.phone LIKE {digits}"));
    }
    let by_message = match dialect {
        Dialect::Postgres => {
            let wanted: Vec<_> = words.iter().map(|word| format!("{word}:*")).collect();
            let wanted = value(wanted.join(" & ").into());
            let wanted = format!("to_tsquery('simple', {wanted})");
            by_lead.push(format!(
                "seleto_words(COALESCE(l2.name, '') || ' ' || COALESCE(l2.company, '')) @@ {wanted}"
            ));
            let by_profile = format!(
                "SELECT lead_id FROM lead_profiles
                 WHERE seleto_words(COALESCE(sender_name, '')) @@ {wanted}"
            );
            by_lead.push(format!("l2.id IN ({by_profile})"));
            format!("seleto_words(COALESCE(m.transcript, m.text)) @@ {wanted}")
        }
        Dialect::Sqlite => {
            let name = "(COALESCE(l2.name, '') || ' ' || COALESCE(l2.company, ''))";
            let sender = "COALESCE(p2.sender_name, '')";
            // Any letter in the place of one that may have an accent is found at once; only what is
            // left is worth taking its accents away.
            let each = |column: &str, value: &mut dyn FnMut(Value) -> String| {
                let like = |word: &String| {
                    let rough: String =
                        word.chars().map(|c| if takes_accent(c) { '_' } else { c }).collect();
                    let rough = value(format!("%{rough}%").into());
                    let exact = value(format!("%{word}%").into());
                    format!("({column} LIKE {rough} AND {} LIKE {exact})", plain(column))
                };
                words.iter().map(like).collect::<Vec<_>>().join(" AND ")
            };
            by_lead.push(format!("({})", each(name, &mut value)));
            let by_sender = each(sender, &mut value);
            by_lead.push(format!(
                "l2.id IN (SELECT p2.lead_id FROM lead_profiles p2 WHERE {by_sender})"
            ));
            let wanted: Vec<_> = words.iter().map(|word| format!("\"{word}\"*")).collect();
            let wanted = value(wanted.join(" ").into());
            // The newest first: FTS5 walks its rows in either direction.
            format!(
                "m.seq IN (SELECT rowid FROM messages_words WHERE messages_words MATCH {wanted}
                           ORDER BY rowid DESC LIMIT {FOUND})"
            )
        }
    };
    let by_lead = by_lead.join(" OR ");
    Some(format!(
        "(c.lead_id IN (SELECT l2.id FROM leads l2 WHERE {by_lead} LIMIT {FOUND})
          OR c.id IN (SELECT f.conversation_id FROM (SELECT m.conversation_id FROM messages m
             WHERE {by_message} LIMIT {FOUND}) f))"
    ))
}

/// The words of a search, without case and accents; eight at most.
fn words(search: &str) -> Vec<String> {
    let plain: String = search.to_lowercase().chars().map(bare).collect();
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(8).map(str::to_owned).collect()
}

/// A letter without its accent.
fn bare(letter: char) -> char {
    ACCENTS
        .iter()
        .find(|(accented, _)| accented.contains(letter))
        .map_or(letter, |(_, plain)| *plain)
}

const ACCENTS: [(&str, char); 7] = [
    ("áàâãä", 'a'),
    ("éèêë", 'e'),
    ("íìîï", 'i'),
    ("óòôõö", 'o'),
    ("úùûü", 'u'),
    ("ç", 'c'),
    ("ñ", 'n'),
];

/// Whether a letter may stand for one with an accent.
fn takes_accent(letter: char) -> bool {
    ACCENTS.iter().any(|(_, plain)| *plain == letter)
}

/// A column without case and accents, for the embedded engine: its `lower` knows ASCII alone.
fn plain(column: &str) -> String {
    let mut sql = format!("lower({column})");
    for (accented, plain) in ACCENTS {
        for letter in accented.chars().chain(accented.chars().flat_map(char::to_uppercase)) {
            sql = format!("replace({sql}, '{letter}', '{plain}')");
        }
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_words_without_accents_and_signs() {
        assert_eq!(words("  João & Cia. (41) "), ["joao", "cia", "41"]);
        assert_eq!(words("' OR 1=1 --"), ["or", "1", "1"]);
        assert!(words("%_*").is_empty());
    }
}
