//! The customer's tables in Supabase equal our record, whatever happens on the way.

use seleto::health;
use seleto::store::dead_letters::{DecideDeadLetters, Decision, ListDeadLetters};
use seleto::store::engine::Dialect;
use seleto_simulator::Fault;
use seleto_simulator::supabase::{self as vendor, Operation, Supabase};
use serde_json::{Value, json};

use crate::postgres::cluster;
use crate::world::World;

/// Makes each scenario a test on both engines, with a Supabase.
macro_rules! with_supabase {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::World::sqlite_with(&super::VARS).await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let database = super::cluster().database().await;
                super::$name(super::World::postgres_with(&database, &super::VARS).await).await;
            })+
        }
    };
}

const VARS: [(&str, &str); 1] = [("VENDORS", "supabase")];

with_supabase!(
    every_table_equals_our_record,
    a_fifth_of_the_calls_fails_and_nothing_is_missing,
    a_day_without_supabase_costs_no_answer_and_no_row,
    a_missing_grant_stops_the_lane_with_one_alert_and_heals,
    a_lead_that_supabase_knows_is_greeted_by_name,
    a_lead_whom_supabase_got_meanwhile_is_adopted,
    what_the_customer_filled_in_is_not_blanked,
    rows_with_the_same_key_are_adopted_in_every_table,
    one_row_that_is_refused_does_not_stop_the_rest,
    a_simple_message_takes_two_requests,
);

/// What eight messages of a lead say.
const TURNS: [&str; 8] = [
    "Oi, boa tarde",
    "Meu nome é Carlos Lima, da empresa Burger Top",
    "Somos de Campinas",
    "Quero a FB300",
    "Faço uns 500 hambúrgueres por dia",
    "Preciso para este mês",
    "Qual a tensão do motor da SE3000? Preciso do diagrama elétrico",
    "Obrigado, meu e-mail é carlos@centro.com.br",
];

fn supabase(world: &World) -> &Supabase {
    world.simulator.supabase.as_ref().unwrap()
}

/// Each table of ours, as Supabase should show it.
pub async fn ours(world: &World) -> Vec<(&'static str, Vec<Value>)> {
    let instant = |column: &str| match world.app.store.dialect() {
        Dialect::Sqlite => column.to_owned(),
        Dialect::Postgres => {
            format!(r#"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"#)
        }
    };
    let mut tables = Vec::new();
    for table in seleto::store::customer::Table::ALL {
        let columns: Vec<String> = table
            .columns()
            .iter()
            .map(|(column, kind)| match kind {
                seleto::store::customer::Kind::Time => instant(column),
                _ => (*column).to_owned(),
            })
            .collect();
        let sql = format!("SELECT {} FROM {} ORDER BY id", columns.join(", "), table.name());
        let rows = world.rows(Box::leak(sql.into_boxed_str())).await;
        let object = |row: Vec<String>| {
            let cells = table.columns().iter().zip(row);
            let value = |kind, text: String| match (kind, text.as_str()) {
                (_, "-") => Value::Null,
                (seleto::store::customer::Kind::Bool, text) => json!(text == "1"),
                (_, text) => json!(text),
            };
            Value::Object(
                cells
                    .map(|((column, kind), text)| ((*column).to_owned(), value(*kind, text)))
                    .collect(),
            )
        };
        tables.push((table.name(), rows.into_iter().map(object).collect()));
    }
    tables
}

/// Every table there has the rows of ours, field by field, and no other.
async fn assert_equal(world: &World) {
    for (table, ours) in ours(world).await {
        let mut theirs: Vec<Value> =
            supabase(world).rows(table).into_iter().map(Value::Object).collect();
        theirs.sort_by_key(|row| row["id"].as_str().map(str::to_owned));
        assert_eq!(theirs, ours, "{table}");
    }
}

pub async fn talk(world: &World, leads: usize) {
    for text in TURNS {
        say(world, leads, text).await;
    }
}

/// So many leads write the same, and are answered.
async fn say(world: &World, leads: usize, text: &str) {
    for lead in 0..leads {
        world.lead(&phone(lead), "carlos").write(text).await.unwrap();
    }
    world.settle().await;
}

fn phone(lead: usize) -> String {
    format!("551198765{:04}", lead + 1000)
}

/// Lets time pass until the mirror has nothing left to do.
pub async fn converge(world: &World) {
    for _ in 0..60 {
        world.app.clock.advance(60_000);
        world.settle_now().await;
        // Follow-ups look again days later.
        let due = "SELECT lane FROM queue WHERE wake_at IS NOT NULL AND lane <> 'follow_up'";
        if world.rows(due).await.is_empty() {
            return;
        }
    }
}

/// Ticks of the last messages may still be on their way when the test has seen enough.
async fn finished(world: World) {
    converge(&world).await;
    world.done().await;
}

async fn every_table_equals_our_record(world: World) {
    talk(&world, 20).await;
    world.settle().await;
    assert_equal(&world).await;
    let counts = ["leads", "orcamentos", "empresa", "technical_questions"]
        .map(|table| supabase(&world).rows(table).len());
    assert_eq!(counts, [20, 20, 20, 20]);
    assert!(supabase(&world).rows("conversations").len() >= 20 * 16);
    finished(world).await;
}

async fn a_fifth_of_the_calls_fails_and_nothing_is_missing(world: World) {
    supabase(&world).all_faults(|faults| {
        faults.at_rate(0.04, Fault::server_error(502));
        faults.at_rate(0.04, Fault::server_error(503).but_accepted());
        faults.at_rate(0.04, Fault::reset_after_accept());
        faults.at_rate(0.04, Fault::too_many_requests(Some("2")));
        faults.at_rate(0.04, vendor::serialization_failure());
    });
    talk(&world, 20).await;
    converge(&world).await;
    assert_equal(&world).await;
    assert!(supabase(&world).calls().count(|call| call.fault.is_some()) > 40);
    finished(world).await;
}

async fn a_day_without_supabase_costs_no_answer_and_no_row(world: World) {
    supabase(&world).all_faults(|faults| faults.always(Fault::reset_before_accept()));
    for text in TURNS {
        say(&world, 10, text).await;
        // Three hours pass before the next message; the lane looks every five minutes.
        for _ in 0..36 {
            world.app.clock.advance(5 * 60_000);
            world.settle_now().await;
        }
    }
    for lead in 0..10 {
        assert!(world.replies(&phone(lead)).len() >= TURNS.len());
    }
    assert!(supabase(&world).rows("leads").is_empty());
    assert_eq!(world.app.health.state("supabase").name(), "unreachable");
    let tries = supabase(&world).calls().total();
    assert!(tries < 24 * 60, "{tries} calls in a day: at most one probe a minute");
    assert_eq!(breaker_alerts(&world).await.len(), 1);

    supabase(&world).all_faults(vendor_heals);
    converge(&world).await;
    assert_equal(&world).await;
    assert_eq!(world.app.health.state("supabase").name(), "connected");
    assert_eq!(breaker_alerts(&world).await, Vec::<String>::new());
    finished(world).await;
}

fn vendor_heals(faults: &seleto_simulator::FaultPlan) {
    faults.clear();
}

async fn breaker_alerts(world: &World) -> Vec<String> {
    let rows = world
        .rows(
            "SELECT detail FROM alerts WHERE kind = 'breaker_open' AND subject = 'supabase'
             AND resolved_at IS NULL",
        )
        .await;
    rows.into_iter().map(|row| row.join("|")).collect()
}

async fn a_missing_grant_stops_the_lane_with_one_alert_and_heals(world: World) {
    supabase(&world).revoke("conversations");
    talk(&world, 3).await;
    converge(&world).await;
    let alerts = breaker_alerts(&world).await;
    assert_eq!(alerts.len(), 1);
    let grant = "GRANT SELECT, INSERT, UPDATE, DELETE ON public.conversations TO service_role;";
    assert!(alerts[0].contains(grant), "{alerts:?}");
    assert_eq!(world.app.health.state("supabase").name(), "unauthorized");
    supabase(&world).grant("conversations");
    converge(&world).await;
    assert_equal(&world).await;
    health::probe(&world.app).await;
    assert_eq!(world.app.health.state("supabase").name(), "connected");
    assert_eq!(breaker_alerts(&world).await, Vec::<String>::new());
    finished(world).await;
}

const KNOWN: &str = "0190c1d0-0000-7000-8000-000000000001";

fn put_known_lead(world: &World) {
    supabase(world).put(
        "leads",
        json!({"id": KNOWN, "phone": "551187654321", "name": "Ana Souza",
               "company": "Casa da Carne", "city": "Itu", "uf": "SP",
               "created_at": "2026-01-02T03:04:05.000Z"}),
    );
    for (at, role, content) in [(1, "user", "Oi, sou a Ana"), (2, "assistant", "Olá, Ana!")] {
        supabase(world).put(
            "conversations",
            json!({"lead_phone": "551187654321", "role": role, "content": content,
                   "timestamp": format!("2026-01-02T03:0{at}:00.000Z")}),
        );
    }
}

async fn a_lead_that_supabase_knows_is_greeted_by_name(world: World) {
    put_known_lead(&world);
    // The customer's table has the number without its ninth digit.
    world.lead("5511987654321", "aninha").write("Boa tarde!").await.unwrap();
    world.settle().await;
    let said = world.replies("5511987654321").join(" ");
    assert!(said.contains("Ana"), "{said}");
    for asked in ["seu nome", "nome da empresa", "qual cidade"] {
        assert!(!said.to_lowercase().contains(asked), "{said}");
    }
    let recalled = world.value("SELECT COUNT(*) FROM recalled").await;
    assert_eq!(recalled, "2");
    let lead = world.value("SELECT name, company, city, uf FROM leads").await;
    assert_eq!(lead, "Ana Souza|Casa da Carne|Itu|SP");
    // The same person there: the row is written on, and keeps its id and its birthday.
    let [row] = supabase(&world).rows("leads").try_into().unwrap();
    assert_eq!((&row["id"], &row["phone"]), (&json!(KNOWN), &json!("5511987654321")));
    assert_eq!(row["created_at"], "2026-01-02T03:04:05.000Z");
    finished(world).await;
}

async fn a_lead_whom_supabase_got_meanwhile_is_adopted(world: World) {
    supabase(&world).faults(Operation::Select).next(Fault::server_error(503));
    put_known_lead(&world);
    supabase(&world).put("leads", json!({"phone": "5511912345678", "email": "bia@casa.com.br"}));
    world
        .lead("5511912345678", "bia")
        .write("Oi, sou a Bia, da empresa Burger Top, quero a FB300")
        .await
        .unwrap();
    world.settle().await;
    converge(&world).await;
    let rows = supabase(&world).rows("leads");
    let found: Vec<_> = rows.iter().filter(|row| row["phone"] == "5511912345678").collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["email"], "bia@casa.com.br");
    assert_eq!(found[0]["product"], "FB300");
    assert_eq!(supabase(&world).rows("orcamentos")[0]["lead_id"], found[0]["id"]);
    assert_eq!(world.value("SELECT email FROM leads").await, "bia@casa.com.br");
    finished(world).await;
}

async fn what_the_customer_filled_in_is_not_blanked(world: World) {
    let lead = world.lead("5511987654321", "carlos");
    lead.write("Oi, meu nome é Carlos").await.unwrap();
    world.settle().await;
    let [mut row] = supabase(&world).rows("leads").try_into().unwrap();
    row.insert("email".to_owned(), json!("carlos@centro.com.br"));
    supabase(&world).replace("leads", Value::Object(row));
    lead.write("Quero a FB300").await.unwrap();
    world.settle().await;
    let [row] = supabase(&world).rows("leads").try_into().unwrap();
    assert_eq!((&row["email"], &row["product"]), (&json!("carlos@centro.com.br"), &json!("FB300")));
    finished(world).await;
}

async fn rows_with_the_same_key_are_adopted_in_every_table(world: World) {
    supabase(&world).put(
        "conversation_context",
        json!({"id": KNOWN, "lead_phone": "5511987654321", "key": "human_request",
               "value": "antigo"}),
    );
    supabase(&world).put(
        "empresa",
        json!({"id": KNOWN, "nome": "BURGER TOP ALIMENTOS LTDA", "cnpj": "11222333000181"}),
    );
    let lead = world.lead("5511987654321", "carlos");
    lead.write("Sou o Carlos, da empresa Burger Top, CNPJ 11.222.333/0001-81").await.unwrap();
    world.settle().await;
    lead.write("Quero falar com um atendente").await.unwrap();
    converge(&world).await;
    let [context] = supabase(&world).rows("conversation_context").try_into().unwrap();
    assert_eq!((&context["id"], &context["value"]), (&json!(KNOWN), &json!("true")));
    // What the customer keeps of a firm knows better than a chat.
    let [company] = supabase(&world).rows("empresa").try_into().unwrap();
    assert_eq!(company["nome"], "BURGER TOP ALIMENTOS LTDA");
    assert_eq!(company["id"], KNOWN);
    finished(world).await;
}

async fn one_row_that_is_refused_does_not_stop_the_rest(world: World) {
    supabase(&world).refuse("conversations", "content", "Faço uns 500 hambúrgueres por dia");
    talk(&world, 1).await;
    converge(&world).await;
    let refused = "SELECT kind, state FROM remotes WHERE state <> 'done'";
    assert_eq!(world.rows(refused).await, [["conversations", "refused"]]);
    let alerts = "SELECT COUNT(*) FROM alerts WHERE kind = 'sync_refused' AND resolved_at IS NULL";
    assert_eq!(world.value(alerts).await, "1");
    let there = supabase(&world).rows("conversations").len();
    assert_eq!(world.value("SELECT COUNT(*) FROM conversations").await, (there + 1).to_string());

    // The operator mends the table there, and sends the row again.
    supabase(&world).take_any_row();
    let list = ListDeadLetters { lane: Some("supabase".to_owned()), state: None, limit: 10 };
    let letters = world.app.store.read(list).await.unwrap();
    let keys = letters.into_iter().map(|letter| letter.key).collect();
    let (decision, actor, now) = (Decision::Retry, "test".to_owned(), world.app.clock.now());
    world.app.store.write(DecideDeadLetters { keys, decision, actor, now }).await.unwrap();
    converge(&world).await;
    assert_equal(&world).await;
    assert_eq!(world.value(alerts).await, "0");
    finished(world).await;
}

async fn a_simple_message_takes_two_requests(world: World) {
    let lead = world.lead("5511987654321", "carlos");
    lead.write("Oi, meu nome é Carlos, quero a FB300").await.unwrap();
    world.settle().await;
    let before = supabase(&world).calls().total();
    lead.write("Ela faz quantos hambúrgueres por hora?").await.unwrap();
    world.settle().await;
    world.settle().await;
    let requests = supabase(&world).calls().total() - before;
    assert!(requests <= 2, "{requests} requests for a simple message");
    assert_equal(&world).await;
    finished(world).await;
}
