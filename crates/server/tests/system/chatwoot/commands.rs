//! What the team says to the agent, and among themselves, never reaches the lead.

use super::{MODE, PHONE, done, there};
use crate::world::World;

crate::on_both_engines_with_chatwoot!(
    commands_act_and_never_reach_the_lead,
    commands_work_as_private_notes,
    a_private_note_never_leaves,
    the_agent_answers_again_after_a_command,
);

async fn greet(world: &World) -> u64 {
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    there(world, PHONE)
}

async fn commands_act_and_never_reach_the_lead(world: World) {
    let conversation = greet(&world).await;
    let before = world.replies(PHONE);
    for resume in ["retomar", "/retomar", "!retomar", "continuar", " RETOMAR "] {
        world.chatwoot().agent_writes(conversation, "pausar").await;
        assert_eq!(world.value(MODE).await, "human");
        world.chatwoot().agent_writes(conversation, resume).await;
        assert_eq!(world.value(MODE).await, "automatic", "{resume}");
    }
    world.settle().await;
    assert_eq!(world.replies(PHONE), before);
    done(world).await;
}

async fn commands_work_as_private_notes(world: World) {
    let conversation = greet(&world).await;
    let before = world.replies(PHONE);
    for pause in ["pausar", "/pausar", "!Pausar"] {
        world.chatwoot().agent_notes(conversation, pause).await;
        assert_eq!(world.value(MODE).await, "human", "{pause}");
        world.chatwoot().agent_notes(conversation, "/retomar").await;
        assert_eq!(world.value(MODE).await, "automatic");
    }
    world.settle().await;
    assert_eq!(world.replies(PHONE), before);
    done(world).await;
}

async fn a_private_note_never_leaves(world: World) {
    let conversation = greet(&world).await;
    let before = world.replies(PHONE);
    world.chatwoot().agent_notes(conversation, "Cliente difícil, cuidado com o preço").await;
    world.settle().await;
    assert_eq!(world.replies(PHONE), before);
    assert_eq!(world.value(MODE).await, "automatic", "a note takes nothing over");
    let told = "SELECT COUNT(*) FROM messages WHERE text LIKE '%difícil%'";
    assert_eq!(world.value(told).await, "0");
    done(world).await;
}

async fn the_agent_answers_again_after_a_command(world: World) {
    let conversation = greet(&world).await;
    world.chatwoot().agent_writes(conversation, "Oi, aqui é a Ana").await;
    world.lead(PHONE, "Marcos").write("oi Ana").await.unwrap();
    world.settle().await;
    let before = world.replies(PHONE).len();
    world.chatwoot().agent_writes(conversation, "/retomar").await;
    world.lead(PHONE, "Marcos").write("e a FB300?").await.unwrap();
    world.settle().await;
    assert!(world.replies(PHONE).len() > before);
    done(world).await;
}
