//! Compares what the leads' phones show with what the agent accepted, then with its tables.

mod figures;
mod tables;

use std::collections::{BTreeMap, HashMap, HashSet};

use seleto_simulator::zapi::{Call, Operation, Zapi};
use seleto_simulator::{Author, Bubble};

use crate::database::Database;
use crate::load::{Accepted, Record, by_phone, tokens};
use crate::scene::SEND_TIME;
pub use figures::Figures;
use tables::{Delivery, Message, Tables};

/// What is wrong, and figures of the run.
pub struct Findings {
    /// Broken promises, one a line.
    pub wrong: Vec<String>,
    /// What happened.
    pub figures: Figures,
}

impl Findings {
    /// Fails with the first of what is wrong.
    #[track_caller]
    pub fn assert_nothing_wrong(&self) {
        let some: Vec<&str> = self.wrong.iter().take(20).map(String::as_str).collect();
        assert!(some.is_empty(), "{} wrong, such as:\n{}", self.wrong.len(), some.join("\n"));
    }
}

/// Judges a run that has ended; `model` answered each message with its token.
pub async fn judge(record: &Record, zapi: &Zapi, database: &Database, model: bool) -> Findings {
    let tables = Tables::read(database).await;
    let bubbles = zapi.phones().all();
    let phones = Phones::of(&bubbles);
    let mut wrong = record.complaints.clone();
    wrong.extend(refused_reports(zapi));
    wrong.extend(unanswered(&record.accepted, &phones));
    if model {
        wrong.extend(not_answered_once(&record.accepted, &phones, &tables));
    }
    wrong.extend(overlapping_sends(&zapi.calls().all()));
    for message in &record.accepted {
        wrong.extend(not_in_one_turn(message, &tables));
    }
    wrong.extend(out_of_turn(&tables));
    wrong.extend(tables.deliveries.iter().filter_map(|it| badly_settled(it, &tables)));
    wrong.extend(not_as_told(&tables, &phones));
    wrong.extend(copies(&tables, &phones));
    Findings { wrong, figures: Figures::of(record, &tables, &phones) }
}

/// The agent's bubbles, phone by phone, in the order in which they came.
struct Phones<'a>(HashMap<&'a str, Vec<&'a Bubble>>);

impl<'a> Phones<'a> {
    fn of(bubbles: &'a [Bubble]) -> Self {
        let mut phones: HashMap<&str, Vec<&Bubble>> = HashMap::new();
        for bubble in bubbles.iter().filter(|bubble| bubble.author == Author::Agent) {
            phones.entry(&bubble.phone).or_default().push(bubble);
        }
        Self(phones)
    }

    fn at(&self, phone: &str) -> &[&'a Bubble] {
        self.0.get(phone).map_or(&[], Vec::as_slice)
    }
}

/// Reports of the vendor that got an answer other than 200.
fn refused_reports(zapi: &Zapi) -> Vec<String> {
    let posts = zapi.posts().all().into_iter();
    posts
        .filter(|post| post.outcome.as_ref().is_ok_and(|status| *status != 200))
        .map(|post| format!("a report was refused: {post:?}"))
        .collect()
}

/// Leads whose last message has no reply after it.
fn unanswered(accepted: &[Accepted], phones: &Phones<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (phone, messages) in by_phone(accepted) {
        let last = messages.iter().map(|message| message.posted_at).max().unwrap_or_default();
        let replied = phones.at(phone).iter().any(|bubble| bubble.at_ms >= last);
        if !replied {
            wrong.push(format!("{phone}: no reply after the last message"));
        }
    }
    wrong
}

/// Messages whose token is in no reply, or in two different ones. Only a bubble that is given up
/// may be missing, and the reply of a turn that was cut off so often that it left the model out.
fn not_answered_once(accepted: &[Accepted], phones: &Phones<'_>, tables: &Tables) -> Vec<String> {
    let mut wrong = Vec::new();
    for message in accepted {
        let token = message.token.as_str();
        let names = |text: &str| tokens(text).any(|named| named == token);
        let bubbles = phones.at(&message.phone).iter().filter(|bubble| names(&bubble.text));
        let texts: HashSet<&str> = bubbles.map(|bubble| bubble.text.as_str()).collect();
        let mut written = tables.deliveries.iter().filter(|delivery| names(&delivery.body));
        let given_up = written.any(|delivery| delivery.state == "undetermined");
        let may_be_missing = given_up || !tables.answered_by_model(&message.message_id);
        if texts.len() > 1 || (texts.is_empty() && !may_be_missing) {
            let phone = &message.phone;
            wrong.push(format!("{phone}: {} different replies to {token}", texts.len()));
        }
    }
    wrong
}

/// Two sends to one phone at the same time: the first cannot have been answered yet.
fn overlapping_sends(calls: &[Call]) -> Vec<String> {
    let mut last: HashMap<&str, i64> = HashMap::new();
    let mut wrong = Vec::new();
    let send_ms = i64::try_from(SEND_TIME.as_millis()).expect("milliseconds fit");
    for call in calls.iter().filter(|call| call.operation == Operation::SendText) {
        let phone = call.body["phone"].as_str().unwrap_or_default();
        if last.insert(phone, call.at_ms).is_some_and(|before| call.at_ms - before < send_ms) {
            wrong.push(format!("{phone}: two sends at once"));
        }
    }
    wrong
}

/// An accepted message is one row of one turn that answered.
fn not_in_one_turn(accepted: &Accepted, tables: &Tables) -> Option<String> {
    let id = accepted.message_id.as_str();
    let rows: Vec<_> = tables.messages.iter().filter(|row| row.external_id == id).collect();
    let [row] = rows.as_slice() else {
        return Some(format!("{id}: accepted, and {} rows are stored", rows.len()));
    };
    if row.phone != accepted.phone || row.text != accepted.text {
        return Some(format!("{id}: stored as {row:?}"));
    }
    let Some(turn) = row.turn.as_ref().and_then(|turn| tables.turns.get(turn)) else {
        return Some(format!("{id}: belongs to no turn"));
    };
    if turn.outcome != "answered" {
        return Some(format!("{id}: its turn was {}", turn.outcome));
    }
    let has_reply =
        tables.deliveries.iter().any(|delivery| Some(&delivery.turn) == row.turn.as_ref());
    (!has_reply).then(|| format!("{id}: its turn has no bubbles"))
}

/// Turns of one conversation take its messages in their order, each turn under a lease of its own.
fn out_of_turn(tables: &Tables) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut fences = HashSet::new();
    for (id, turn) in &tables.turns {
        if !fences.insert((&turn.conversation, turn.fence)) {
            wrong.push(format!("turn {id}: another was saved under the same lease"));
        }
    }
    let fence = |message: &Message| {
        let turn = message.turn.as_ref().and_then(|turn| tables.turns.get(turn));
        turn.map_or(i64::MAX, |turn| turn.fence)
    };
    let mut latest: HashMap<&str, i64> = HashMap::new();
    // The rows come in the order in which they were stored.
    for message in &tables.messages {
        let before = latest.insert(&message.conversation, fence(message));
        if before.is_some_and(|before| before > fence(message)) {
            wrong.push(format!("{}: answered before an earlier message", message.external_id));
        }
    }
    wrong
}

/// A bubble ends accepted, or undetermined for a reason that the record shows.
fn badly_settled(delivery: &Delivery, tables: &Tables) -> Option<String> {
    let id = &delivery.id;
    if tables.turns.get(&delivery.turn).is_none_or(|turn| turn.outcome != "answered") {
        return Some(format!("delivery {id}: no turn answered with it"));
    }
    let sent = delivery.may_have_left();
    if sent > 2 || (sent == 2 && !(delivery.resent && delivery.unknown() > 0)) {
        return Some(format!("delivery {id}: sent {sent} times: {:?}", delivery.outcomes));
    }
    match delivery.state.as_str() {
        "accepted" => None,
        "undetermined" if delivery.unknown() == 0 => {
            Some(format!("delivery {id}: undetermined without an unknown outcome"))
        }
        "undetermined" if !tables.lead_wrote_after(delivery) && !delivery.resent => {
            Some(format!("delivery {id}: given up although nothing spoke against another copy"))
        }
        "undetermined" => None,
        state => Some(format!("delivery {id}: still {state}")),
    }
}

/// What the tables call accepted stands on the phone, word for word and in order.
fn not_as_told(tables: &Tables, phones: &Phones<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut latest: HashMap<&str, u64> = HashMap::new();
    for delivery in tables.deliveries.iter().filter(|delivery| delivery.state == "accepted") {
        let Some(message_id) = &delivery.external_id else { continue };
        let shown = phones.at(&delivery.phone).iter();
        let Some(bubble) = shown.copied().find(|bubble| bubble.message_id == *message_id) else {
            wrong.push(format!("delivery {}: its message is not on the phone", delivery.id));
            continue;
        };
        if bubble.text != delivery.body {
            wrong.push(format!("delivery {}: the phone shows another text", delivery.id));
        }
        let before = latest.insert(&delivery.phone, bubble.order);
        if before.is_some_and(|before| before >= bubble.order) {
            wrong.push(format!("delivery {}: overtook an earlier bubble", delivery.id));
        }
    }
    wrong
}

/// How often the phones show each text, against how often the outbox may have sent it.
fn copies(tables: &Tables, phones: &Phones<'_>) -> Vec<String> {
    let shown = shown(phones);
    let mut allowed: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for delivery in &tables.deliveries {
        let (least, most) = allowed.entry((&delivery.phone, &delivery.body)).or_insert((0, 0));
        *least += usize::from(delivery.state == "accepted");
        *most += 1 + usize::from(delivery.resent && delivery.unknown() > 0);
    }
    let mut wrong = Vec::new();
    for (key, (least, most)) in &allowed {
        let count = shown.get(key).copied().unwrap_or_default();
        if count < *least || count > *most {
            let (phone, text) = key;
            wrong.push(format!("{phone}: {count} copies, {least} to {most} expected: {text}"));
        }
    }
    let unknown = shown.keys().filter(|key| !allowed.contains_key(*key));
    wrong.extend(unknown.map(|(phone, text)| format!("{phone}: nobody wrote this reply: {text}")));
    wrong
}

/// How often each phone shows each text of ours.
fn shown<'a>(phones: &Phones<'a>) -> BTreeMap<(&'a str, &'a str), usize> {
    let mut shown = BTreeMap::new();
    for bubble in phones.0.values().flatten() {
        *shown.entry((bubble.phone.as_str(), bubble.text.as_str())).or_default() += 1;
    }
    shown
}
