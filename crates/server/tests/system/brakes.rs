//! Budgets, and the brake for conversations with another machine.

use seleto::store::control::{Decision, GiveBack};
use seleto_simulator::openai;
use uuid::Uuid;

use crate::world::World;

const PHONE: &str = "5511987654321";
const OTHER: &str = "5521976543210";
const HOUR: i64 = 60 * 60 * 1000;

/// What a machine says, never twice the same.
fn waffle(round: usize) -> String {
    format!("Olá! Sua mensagem é muito importante para nós. Protocolo {round}{round}. Aguarde!")
}

async fn hear(world: &World, phone: &str, text: &str) -> usize {
    let before = world.replies(phone).len();
    world.lead(phone, "Atendimento").write(text).await.unwrap();
    world.settle().await;
    world.replies(phone).len() - before
}

/// Answers of the model and of the offline brain so far.
async fn brains(world: &World) -> Vec<Vec<String>> {
    world.rows("SELECT brain FROM turns ORDER BY started_at, id").await
}

async fn open_alerts(world: &World) -> Vec<Vec<String>> {
    world.rows("SELECT kind FROM alerts WHERE resolved_at IS NULL ORDER BY seq").await
}

crate::on_both_engines_with_a_model! {
    /// The model says something else every time, so that no two texts are equal.
    a_conversation_with_another_machine_is_paused,
    /// However often, and with however little to say.
    a_person_is_never_paused,
    /// They answer at once, and each time they tell something.
    a_machine_that_tells_something_is_answered,
}

fn chatter(world: &World) {
    let round = std::sync::atomic::AtomicUsize::new(0);
    world.simulator.openai.answer_with(move |request| {
        let round = round.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let words = ["boa", "ótima", "excelente", "bela", "grande", "linda", "rica", "nova"];
        let reply = format!("Que {} notícia! Em que posso ajudar?", words[round % words.len()]);
        openai::schema::reply(request, &reply)
    });
}

async fn a_conversation_with_another_machine_is_paused(world: World) {
    chatter(&world);
    for round in 0..20 {
        hear(&world, PHONE, &waffle(round)).await;
    }
    let said = world.replies(PHONE).len();
    assert!((12..=14).contains(&said), "{said} bubbles");
    assert_eq!(open_alerts(&world).await, [["bot_loop"]]);
    let state = "SELECT mode, mode_by FROM conversation_states";
    assert_eq!(world.rows(state).await, [["human", "brake"]]);
    assert_eq!(hear(&world, OTHER, "oi, quero a FB300").await, 1, "nobody else is paused");

    // From ten in the morning to seven in the evening, when nobody of the company answers.
    world.app.clock.advance(9 * HOUR);
    assert!(hear(&world, PHONE, &waffle(21)).await > 0, "long after, and outside hours");
    assert!(open_alerts(&world).await.is_empty(), "{:?}", open_alerts(&world).await);
    world.done().await;
}

async fn a_person_is_never_paused(world: World) {
    chatter(&world);
    for round in 0..20 {
        world.app.clock.advance(5_000);
        assert_eq!(hear(&world, PHONE, "e aí?").await, 1, "{round}");
    }
    world.done().await;
}

async fn a_machine_that_tells_something_is_answered(world: World) {
    chatter(&world);
    for round in 0..12 {
        let volume = format!("fazemos {} hambúrgueres por dia", 100 + round);
        assert!(hear(&world, PHONE, &volume).await > 0, "{round}");
    }
    world.done().await;
}

#[tokio::test]
async fn whoever_gives_the_conversation_back_ends_the_pause() {
    let world = World::sqlite().await;
    for round in 0..20 {
        hear(&world, PHONE, &waffle(round)).await;
    }
    let id = world.value("SELECT id FROM conversation_states WHERE mode_by = 'brake'").await;
    let conversation = Uuid::parse_str(&id).unwrap();
    let now = world.app.clock.now();
    let decision = Decision { conversation, actor: "console:maria".to_owned(), now };
    world.app.store.write(GiveBack(decision)).await.unwrap();
    assert!(open_alerts(&world).await.is_empty());
    world.app.clock.advance(HOUR);
    assert!(hear(&world, PHONE, "desculpe, quero a FB300").await > 0);
    world.done().await;
}

#[tokio::test]
async fn the_brake_can_be_switched_off() {
    let vars = [("OPENAI_MODEL", "gpt-4o"), ("LOOP_BRAKE", "off"), ("LEAD_HOURLY_TURNS", "0")];
    let world = World::sqlite_with(&vars).await;
    chatter(&world);
    for round in 0..20 {
        assert_eq!(hear(&world, PHONE, &waffle(round)).await, 1, "{round}");
    }
    world.done().await;
}

#[tokio::test]
async fn beyond_the_days_budget_the_offline_brain_answers_everybody_until_tomorrow() {
    let vars = [("OPENAI_MODEL", "gpt-4o"), ("DAILY_BUDGET_USD", "0.001")];
    let world = World::sqlite_with(&vars).await;
    chatter(&world);
    hear(&world, PHONE, "oi").await;
    hear(&world, PHONE, "quero a FB300").await;
    hear(&world, OTHER, "quero a FB700").await;
    assert_eq!(brains(&world).await, [["openai"], ["offline"], ["offline"]]);
    assert_eq!(open_alerts(&world).await, [["budget_spent"]], "one alert");
    world.app.clock.advance(14 * HOUR);
    hear(&world, OTHER, "e a FBM100?").await;
    assert_eq!(brains(&world).await.last().unwrap(), &["openai"]);
    assert!(open_alerts(&world).await.is_empty());
    world.done().await;
}

#[tokio::test]
async fn beyond_a_leads_budget_the_offline_brain_answers_this_lead() {
    for (limit, until) in [("LEAD_DAILY_TOKENS", 14 * HOUR), ("LEAD_HOURLY_TURNS", HOUR)] {
        let vars = [("OPENAI_MODEL", "gpt-4o"), (limit, "1")];
        let world = World::sqlite_with(&vars).await;
        chatter(&world);
        hear(&world, PHONE, "oi").await;
        assert!(hear(&world, PHONE, "quero a FB300").await > 0);
        hear(&world, OTHER, "quero a FB700").await;
        assert_eq!(brains(&world).await, [["openai"], ["offline"], ["openai"]], "{limit}");
        assert_eq!(open_alerts(&world).await, [["lead_budget"]], "{limit}");
        world.app.clock.advance(until);
        hear(&world, PHONE, "e a FBM100?").await;
        assert_eq!(brains(&world).await.last().unwrap(), &["openai"], "{limit}");
        assert!(open_alerts(&world).await.is_empty(), "{limit}");
        world.done().await;
    }
}
