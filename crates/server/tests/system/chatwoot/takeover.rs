//! People who write, assign or resolve in Chatwoot take a conversation over, or give it back.

use seleto_simulator::chatwoot::Manner;

use super::{MODE, PHONE, assert_in_step, come_to_rest, done, there};
use crate::world::World;

crate::on_both_engines_with_chatwoot!(
    a_persons_message_reaches_the_lead_once_and_silences_the_agent,
    every_event_three_times_is_one_message,
    a_reply_in_the_making_never_leaves_after_a_takeover,
    many_timings_and_never_a_word_of_the_agent_after_a_takeover,
    the_persons_words_are_what_the_agent_reads,
    a_conversation_begun_in_chatwoot_is_the_leads,
    a_lead_is_answered_where_they_wrote_from,
    marks_and_files_reach_the_lead_as_whatsapp_shows_them,
    bots_and_greetings_are_no_people,
    an_assignment_takes_over_and_resolving_gives_back,
    labels_pause_and_resume_the_agent,
    another_inbox_is_none_of_our_business,
);

async fn greet(world: &World) -> u64 {
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    there(world, PHONE)
}

async fn a_persons_message_reaches_the_lead_once_and_silences_the_agent(world: World) {
    let conversation = greet(&world).await;
    let before = world.replies(PHONE).len();
    world.chatwoot().agent_writes(conversation, "Oi Marcos, aqui é a Ana").await;
    assert_eq!(world.value(MODE).await, "human");
    world.lead(PHONE, "Marcos").write("oi Ana").await.unwrap();
    world.settle().await;
    come_to_rest(&world).await;
    let replies = world.replies(PHONE);
    assert_eq!(replies[before..], ["Oi Marcos, aqui é a Ana"]);
    assert_in_step(&world, 1).await;
    let status = |text: &str| {
        let all = world.chatwoot().messages(conversation);
        all.into_iter().find(|it| it.content.as_deref() == Some(text)).unwrap().status
    };
    assert_eq!(status("Oi Marcos, aqui é a Ana"), "read", "the person sees that it arrived");
    let actor = "SELECT DISTINCT actor FROM audit WHERE action = 'take_over'";
    assert_eq!(world.value(actor).await, "chatwoot:3");
    done(world).await;
}

async fn every_event_three_times_is_one_message(world: World) {
    world.chatwoot().set_manner(Manner { copies: 3, ..Manner::default() });
    let conversation = greet(&world).await;
    world.chatwoot().agent_writes(conversation, "Só uma vez").await;
    world.chatwoot().agent_writes(conversation, "Só uma vez").await;
    world.settle().await;
    let twice = world.replies(PHONE).iter().filter(|it| *it == "Só uma vez").count();
    assert_eq!(twice, 2, "what a person writes twice is two messages, its copies are none");
    assert_in_step(&world, 1).await;
    done(world).await;
}

async fn a_reply_in_the_making_never_leaves_after_a_takeover(world: World) {
    let conversation = greet(&world).await;
    let before = world.replies(PHONE).len();
    world.lead(PHONE, "Marcos").write("quero a FB300").await.unwrap();
    world.app.clock.advance(15_000);
    let claim = world.begin_turn().await;
    world.chatwoot().agent_writes(conversation, "Deixa comigo").await;
    world.end_turn(claim).await;
    world.settle().await;
    assert_eq!(world.replies(PHONE)[before..], ["Deixa comigo"]);
    // It was in Chatwoot before what the lead wrote meanwhile; both are there once.
    let mut transcript = world.chatwoot().transcript(PHONE);
    let last = transcript.split_off(transcript.len() - 2);
    assert_eq!(last, ["< Deixa comigo", "> quero a FB300"]);
    done(world).await;
}

/// A person writes while turn and deliveries run beside it, at a point that differs from lead to
/// lead: some turns are fenced off, some replies withdrawn, some had left.
async fn many_timings_and_never_a_word_of_the_agent_after_a_takeover(world: World) {
    let phones: Vec<String> = (0..100).map(|lead| format!("551198765{lead:04}")).collect();
    for phone in &phones {
        world.lead(phone, "Lead").write("oi").await.unwrap();
    }
    world.settle().await;
    come_to_rest(&world).await;
    for (nth, phone) in phones.iter().enumerate() {
        let conversation = there(&world, phone);
        world.lead(phone, "Lead").write("quero a FB300").await.unwrap();
        world.app.clock.advance(15_000);
        let hand = async {
            for _ in 0..nth * 10 {
                tokio::task::yield_now().await;
            }
            world.chatwoot().agent_writes(conversation, "Deixa comigo").await;
            // From here on the takeover is stored: what is on its way had left before it.
            let sending = "SELECT id FROM deliveries WHERE state = 'sending'";
            let leaving = world.rows(sending).await.len();
            leaving + of_the_agent(&world, phone)
        };
        let (_, left) = tokio::join!(world.settle_now(), hand);
        world.settle().await;
        assert!(of_the_agent(&world, phone) <= left, "timing {nth}: {:?}", world.replies(phone));
        assert_eq!(world.replies(phone).last().unwrap(), "Deixa comigo", "timing {nth}");
    }
    done(world).await;
}

fn of_the_agent(world: &World, phone: &str) -> usize {
    world.replies(phone).iter().filter(|it| *it != "Deixa comigo").count()
}

async fn the_persons_words_are_what_the_agent_reads(world: World) {
    let conversation = greet(&world).await;
    world.chatwoot().agent_writes(conversation, "O prazo eu confirmo amanhã").await;
    world.settle().await;
    let human = "SELECT role, content FROM conversations WHERE role = 'human'";
    assert_eq!(world.value(human).await, "human|O prazo eu confirmo amanhã");
    done(world).await;
}

async fn a_conversation_begun_in_chatwoot_is_the_leads(world: World) {
    let conversation = world.chatwoot().agent_opens_conversation(PHONE, "Marcos").await;
    world.chatwoot().agent_writes(conversation, "Bom dia, Marcos!").await;
    world.settle().await;
    assert_eq!(world.replies(PHONE), ["Bom dia, Marcos!"]);
    assert_eq!(world.value(MODE).await, "human");
    world.lead(PHONE, "Marcos").write("bom dia!").await.unwrap();
    world.settle().await;
    assert_eq!(world.chatwoot().transcript(PHONE), ["< Bom dia, Marcos!", "> bom dia!"]);
    assert_in_step(&world, 1).await;
    done(world).await;
}

async fn marks_and_files_reach_the_lead_as_whatsapp_shows_them(world: World) {
    let conversation = greet(&world).await;
    let chatwoot = world.chatwoot();
    chatwoot
        .agent_writes(conversation, "A **FB300** está [aqui](https://seleto.ind.br/fb300)")
        .await;
    chatwoot.agent_sends_file(conversation, "Segue a foto", "fb300.jpg").await;
    world.settle().await;
    let replies = world.replies(PHONE);
    assert!(replies.contains(&"A *FB300* está aqui: https://seleto.ind.br/fb300".to_owned()));
    let file = replies.last().unwrap();
    assert!(file.starts_with("Segue a foto\nhttps://") && file.ends_with("fb300.jpg"), "{file}");
    done(world).await;
}

async fn bots_and_greetings_are_no_people(world: World) {
    let conversation = greet(&world).await;
    let before = world.replies(PHONE);
    world.chatwoot().bot_writes(conversation, "Sou outro robô").await;
    world.chatwoot().template_greets(conversation, "Retornaremos em breve").await;
    world.settle().await;
    assert_eq!(world.replies(PHONE), before);
    assert_eq!(world.value(MODE).await, "automatic");
    done(world).await;
}

async fn an_assignment_takes_over_and_resolving_gives_back(world: World) {
    let conversation = greet(&world).await;
    world.chatwoot().assign(conversation, Some("Ana Souza")).await;
    assert_eq!(world.value(MODE).await, "human");
    world.chatwoot().assign(conversation, None).await;
    assert_eq!(world.value(MODE).await, "human", "nobody has it, and nobody gave it back");
    world.chatwoot().resolve(conversation).await;
    assert_eq!(world.value(MODE).await, "automatic");
    assert_ne!(world.value("SELECT closed_at FROM conversation_states").await, "-");
    // The lead's next message opens it again in Chatwoot; that is no takeover.
    let before = world.replies(PHONE).len();
    world.lead(PHONE, "Marcos").write("voltei").await.unwrap();
    world.settle().await;
    assert_eq!(world.chatwoot().conversation_of(PHONE).unwrap().status, "open");
    assert_eq!(world.value(MODE).await, "automatic");
    assert!(world.replies(PHONE).len() > before);
    done(world).await;
}

async fn labels_pause_and_resume_the_agent(world: World) {
    let conversation = greet(&world).await;
    world.chatwoot().label(conversation, &["pausar-ia"]).await;
    assert_eq!(world.value(MODE).await, "human");
    world.chatwoot().label(conversation, &[]).await;
    assert_eq!(world.value(MODE).await, "automatic");
    world.chatwoot().label(conversation, &["opt-out"]).await;
    world.settle().await;
    let opted_out = "SELECT COUNT(*) FROM leads WHERE opted_out";
    assert_eq!(world.value(opted_out).await, "1");
    done(world).await;
}

async fn another_inbox_is_none_of_our_business(world: World) {
    let conversation = greet(&world).await;
    let before = world.replies(PHONE);
    let message = world.chatwoot().agent_writes(conversation, "x").await;
    world.settle().await;
    assert_eq!(world.replies(PHONE).len(), before.len() + 1);
    let body = serde_json::json!({"event": "message_created", "id": message.id + 1,
        "content": "e-mail para outro cliente", "message_type": "outgoing", "private": false,
        "inbox": {"id": 99}, "account": {"id": 1}, "sender": {"id": 3, "type": "user"},
        "conversation": {"id": conversation, "inbox_id": 99,
            "meta": {"sender": {"phone_number": format!("+{PHONE}")}}}});
    world.chatwoot().post_event("message_created", body).await;
    world.settle().await;
    assert_eq!(world.replies(PHONE).len(), before.len() + 1);
    done(world).await;
}

/// Chatwoot knows the number without its ninth digit; the lead writes with it.
async fn a_lead_is_answered_where_they_wrote_from(world: World) {
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    let other = world.chatwoot().agent_opens_conversation("551187654321", "Marcos").await;
    world.chatwoot().agent_writes(other, "Oi, aqui é a Ana").await;
    world.settle().await;
    assert_eq!(world.replies(PHONE).last().unwrap(), "Oi, aqui é a Ana");
    assert_eq!(world.rows("SELECT id FROM leads").await.len(), 1);
    assert_eq!(world.value(MODE).await, "human");
    done(world).await;
}
