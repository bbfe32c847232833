//! With a model: one call a turn with the history, and the offline brain whenever it fails.

use std::time::Duration;

use seleto_simulator::Fault;
use seleto_simulator::openai::{self, Completion, Operation, Parameter};

use crate::world::World;

async fn world() -> World {
    let world = World::sqlite_with(&[("OPENAI_MODEL", "gpt-4o")]).await;
    say(&world, "Que bom falar com você! Qual é a sua cidade?");
    world
}

fn say(world: &World, reply: &str) {
    world.simulator.openai.always_say(reply);
}

async fn write(world: &World, text: &str) -> Vec<String> {
    let before = world.replies("5511987654321").len();
    world.lead("5511987654321", "Marcos").write(text).await.unwrap();
    world.settle().await;
    world.replies("5511987654321").split_off(before)
}

#[tokio::test]
async fn one_call_a_turn_with_the_history_and_a_bill() {
    let world = world().await;
    assert_eq!(write(&world, "oi").await, ["Que bom falar com você! Qual é a sua cidade?"]);
    write(&world, "Londrina").await;
    let chats = world.simulator.openai.chats().all();
    assert_eq!(chats.len(), 2, "one call a turn");
    let second = serde_json::to_string(&chats[1].request["messages"]).unwrap();
    assert!(second.contains("Qual é a sua cidade?"), "with the history: {second}");
    assert_eq!(chats[0].request["response_format"]["type"], "json_schema");
    let bill = "SELECT brain, model IS NOT NULL, prompt_tokens > 0, cost_micro_usd > 0 FROM turns";
    assert_eq!(world.rows(bill).await[1], ["openai", "1", "1", "1"]);
    world.done().await;
}

#[tokio::test]
async fn whatever_fails_at_the_model_the_lead_gets_an_answer() {
    let faults: Vec<(&str, Fault)> = vec![
        ("key", openai::invalid_key()),
        ("quota", openai::quota_exceeded()),
        ("garbage", Fault::server_error(400)),
        ("reset", Fault::Reset { accepted: false }),
    ];
    for (name, fault) in faults {
        let world = world().await;
        world.simulator.openai.faults(Operation::Chat).always(fault);
        let replies = write(&world, "oi, vocês têm máquina de hambúrguer?").await;
        assert!(!replies.is_empty(), "{name}");
        assert!(!replies.concat().contains("erro"), "{name}: {replies:?}");
        assert_eq!(world.value("SELECT brain FROM turns").await, "offline", "{name}");
        world.done().await;
    }
}

#[tokio::test]
async fn answers_that_are_none_are_replaced() {
    for completion in [
        Completion::Text("isto não é JSON".to_owned()),
        Completion::CutShort("{\"reply\": \"Oi".to_owned()),
        Completion::Refusal("I can't help with that.".to_owned()),
        Completion::Filtered,
        Completion::NoChoices,
        Completion::Text("{}".to_owned()),
    ] {
        let world = world().await;
        world.simulator.openai.script(vec![completion; 6]);
        let replies = write(&world, "oi").await;
        assert_eq!(replies.len(), 1);
        assert_eq!(world.value("SELECT brain FROM turns").await, "offline");
        world.done().await;
    }
}

#[tokio::test]
async fn a_price_is_rewritten_once_and_then_replaced() {
    let world = world().await;
    say(&world, "A FB300 custa R$ 18.900,00 à vista.");
    let replies = write(&world, "quanto custa a FB300?").await;
    assert_eq!(world.simulator.openai.chats().total(), 2, "one rewrite");
    assert!(!replies.concat().contains("18.900"), "{replies:?}");
    assert!(!replies.is_empty());
    let verdicts = world.value("SELECT verdicts FROM turns").await;
    assert!(verdicts.contains("model:") && verdicts.contains("rewrite:"), "{verdicts}");
    world.done().await;
}

#[tokio::test]
async fn parameters_that_a_server_refuses_are_left_out_and_remembered() {
    let world = world().await;
    world.simulator.openai.refuse(Parameter::Temperature);
    world.simulator.openai.refuse(Parameter::MaxTokens);
    assert_eq!(write(&world, "oi").await.len(), 1);
    assert_eq!(world.value("SELECT brain FROM turns").await, "openai");
    let first = world.simulator.openai.chats().total();
    write(&world, "Londrina").await;
    assert_eq!(world.simulator.openai.chats().total(), first + 1, "remembered");
    world.done().await;
}

#[tokio::test]
async fn a_message_during_the_call_is_answered_together_with_the_first() {
    let world = world().await;
    world.simulator.openai.set_latency(Duration::from_millis(300));
    let lead = world.lead("5511987654321", "Marcos");
    lead.write("quero a FB300").await.unwrap();
    world.app.clock.advance(15_000);
    let calls = world.simulator.openai.chats();
    let second = async {
        calls.until(|calls| !calls.is_empty()).await;
        lead.write("na verdade a FB700").await.unwrap();
    };
    tokio::join!(world.turn(), second);
    world.settle().await;
    assert_eq!(world.replies("5511987654321").len(), 1, "no stale answer");
    let outcomes = "SELECT outcome FROM turns ORDER BY started_at";
    assert_eq!(world.rows(outcomes).await, [["superseded"], ["answered"]]);
    world.done().await;
}
