//! How long the database takes for what the console's pages read, on a seeded database:
//! `cargo run --profile quick -p seleto --example console_lists -- sqlite://big.db`

use seleto::clock::Clock;
use seleto::store::console::calls::LoadCalls;
use seleto::store::console::figures::{LoadFigures, Period, Summarise};
use seleto::store::console::funnel::{Filter, ListLeads, LoadBoard, LoadChoices, Stage};
use seleto::store::console::integrations::{ListDeadLetters, ListSent, LoadFlow, Which};
use seleto::store::console::questions::{self, CountOpen, ListQuestions};
use seleto::store::console::trail::ListTrail;
use seleto::store::engine::Operation;
use seleto::store::{Error, Store};
use tokio::time::Instant;

/// How often each is run; the first times are not counted, since they prepare statements.
const TIMES: usize = 15;
const UNCOUNTED: usize = 3;

const DAY: i64 = 86_400_000;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let Some(url) = std::env::args().nth(1) else {
        eprintln!("usage: console_lists DATABASE_URL");
        std::process::exit(2);
    };
    let store = Store::open(&url)?;
    let now = Clock::system().now();
    let since = |days: i64| Some(now - days * DAY);
    let period = |days: i64| Period { since: now - days * DAY, until: now, offset: -3 * DAY / 24 };
    let all = Filter::default();
    let month = Filter { since: since(30), ..all.clone() };
    let board = |filter: &Filter| LoadBoard { filter: filter.clone(), cards: 12 };
    let list = |filter: &Filter| ListLeads { filter: filter.clone(), after: None, limit: 50 };
    let rare = Filter {
        product: Some("SE6000".to_owned()),
        uf: Some("MA".to_owned()),
        stage: Some(Stage::Won),
        ..all.clone()
    };
    let deep = list(&all);
    let middle = store.read(ListLeads { limit: 5_000, ..list(&all) }).await?;
    let after = middle.last().map(|card| (card.created_at, card.conversation));
    println!("| read | median | slowest |\n| --- | --- | --- |");
    time(&store, "funnel: board, 30 days", || board(&month)).await?;
    time(&store, "funnel: board, all time", || board(&all)).await?;
    time(&store, "funnel: board, one machine and state", || board(&rare)).await?;
    time(&store, "funnel: list, first page", || list(&all)).await?;
    time(&store, "funnel: list, after 5,000", || ListLeads { after, filter: all.clone(), ..deep })
        .await?;
    time(&store, "funnel: list, one machine, state and stage", || list(&rare)).await?;
    time(&store, "funnel: what filters offer", || LoadChoices).await?;
    time(&store, "figures: summary, 30 days", || Summarise(period(30))).await?;
    time(&store, "figures: all, 7 days", || LoadFigures(period(7))).await?;
    time(&store, "figures: all, 30 days", || LoadFigures(period(30))).await?;
    time(&store, "figures: all, 90 days", || LoadFigures(period(90))).await?;
    time(&store, "integrations: lanes and breakers", || LoadFlow { now, since: now - 30 * DAY })
        .await?;
    time(&store, "integrations: dead letters", || ListDeadLetters {
        since: now - 30 * DAY,
        before: now,
        limit: 50,
    })
    .await?;
    time(&store, "integrations: calls of a day", || LoadCalls { since: now - DAY }).await?;
    let sent = |which| ListSent { which, before: None, limit: 50 };
    time(&store, "integrations: messages", || sent(Which::All)).await?;
    time(&store, "integrations: failed messages", || sent(Which::Failed)).await?;
    let asked = |which| ListQuestions { which, after: None, limit: 50 };
    time(&store, "questions: open", || asked(questions::Which::Open)).await?;
    time(&store, "questions: answered", || asked(questions::Which::Answered)).await?;
    time(&store, "questions: how many are open", || CountOpen).await?;
    time(&store, "audit", || ListTrail { subject: None, before: None, limit: 50 }).await?;
    Ok(())
}

async fn time<O: Operation>(store: &Store, name: &str, read: impl Fn() -> O) -> Result<(), Error> {
    let mut took = Vec::new();
    for _ in 0..UNCOUNTED + TIMES {
        let begun = Instant::now();
        store.read(read()).await?;
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    let mut counted = took.split_off(UNCOUNTED);
    counted.sort_by(f64::total_cmp);
    let last = counted.last().copied().unwrap_or_default();
    println!("| {name} | {:.1} ms | {last:.1} ms |", counted[TIMES / 2]);
    Ok(())
}
