//! What people of the company do beside the conversation: mend, answer for engineering, export.

use seleto::store::console::figures::{LoadFigures, Period, Summarise};
use seleto::store::console::integrations::{DeadLetter, ListDeadLetters};
use seleto::store::console::personal::Held;
use seleto::store::console::questions::{AnswerQuestion, Answered, ListQuestions, Question, Which};
use seleto::store::control::{Decision, DoNotContact};
use seleto::store::dead_letters::{self, DecideDeadLetters, Key};
use seleto_simulator::Fault;
use seleto_simulator::zapi::Operation;

use crate::world::World;

crate::on_both_engines!(
    a_refused_message_is_sent_again_when_an_operator_says_so,
    a_dropped_message_is_never_sent,
    an_engineers_answer_reaches_the_lead_and_leaves_the_agent_in_charge,
    an_answer_never_reaches_who_wants_no_messages,
    an_export_holds_all_of_one_person_and_nothing_of_others,
    figures_count_what_happened,
);

const PHONE: &str = "5511987654321";

async fn write(world: &World, phone: &str, text: &str) {
    world.lead(phone, "Marcos").write(text).await.unwrap();
    world.settle().await;
}

async fn dead_letters(world: &World) -> Vec<DeadLetter> {
    let list = ListDeadLetters { since: 0, before: i64::MAX, limit: 10 };
    world.app.store.read(list).await.unwrap()
}

/// A message that WhatsApp refused.
async fn refused(world: &World) -> DeadLetter {
    let faults = world.simulator.zapi.faults(Operation::SendText);
    faults.next(Fault::refused(400, "Phone number is invalid"));
    write(world, PHONE, "oi").await;
    let letters = dead_letters(world).await;
    let [letter] = letters.as_slice() else { panic!("one dead letter: {letters:?}") };
    assert_eq!(world.replies(PHONE).len(), 0);
    letter.clone()
}

async fn decide(world: &World, letter: &DeadLetter, decision: dead_letters::Decision) -> bool {
    let DeadLetter { lane, kind, id, .. } = letter.clone();
    let decide = DecideDeadLetters {
        keys: vec![Key { lane, kind, id }],
        decision,
        actor: "console:maria".to_owned(),
        now: world.app.clock.now(),
    };
    !world.app.store.write(decide).await.unwrap().is_empty()
}

const OPEN_ALERTS: &str = "SELECT COUNT(*) FROM alerts WHERE resolved_at IS NULL";

async fn a_refused_message_is_sent_again_when_an_operator_says_so(world: World) {
    let letter = refused(&world).await;
    assert_eq!(world.value(OPEN_ALERTS).await, "1");
    assert!(decide(&world, &letter, dead_letters::Decision::Retry).await);
    assert!(!decide(&world, &letter, dead_letters::Decision::Retry).await, "two clicks are one");
    world.settle().await;
    assert_eq!(world.replies(PHONE).len(), 1);
    assert_eq!(world.value(OPEN_ALERTS).await, "0");
    assert_eq!(dead_letters(&world).await, []);
    let shown = "SELECT d.state FROM messages m JOIN deliveries d ON d.id = m.delivery_id";
    assert_eq!(world.value(shown).await, "accepted");
    world.done().await;
}

async fn a_dropped_message_is_never_sent(world: World) {
    let letter = refused(&world).await;
    assert!(decide(&world, &letter, dead_letters::Decision::Drop).await);
    world.settle().await;
    assert_eq!(world.replies(PHONE).len(), 0);
    assert_eq!(dead_letters(&world).await, []);
    assert_eq!(world.value(OPEN_ALERTS).await, "0");
    world.done().await;
}

async fn asked(world: &World) -> Question {
    write(world, PHONE, "qual a corrente nominal do motor da SE3000 em 380V?").await;
    let list = ListQuestions { which: Which::Open, after: None, limit: 10 };
    let questions = world.app.store.read(list).await.unwrap();
    let [question] = questions.as_slice() else { panic!("one question: {questions:?}") };
    question.clone()
}

async fn answer(world: &World, question: &Question, text: &str) -> Answered {
    let decision = Decision {
        conversation: question.conversation.unwrap(),
        actor: "console:engenharia".to_owned(),
        now: world.app.clock.now(),
    };
    let text = Some(text.to_owned());
    let answer = AnswerQuestion { decision, question: question.id, text };
    world.app.store.write(answer).await.unwrap()
}

async fn an_engineers_answer_reaches_the_lead_and_leaves_the_agent_in_charge(world: World) {
    let question = asked(&world).await;
    assert!(question.question.contains("corrente nominal"), "{question:?}");
    let before = world.replies(PHONE).len();
    let words = "O motor da SE3000 trabalha com 3,2 A em 380 V.";
    assert_eq!(answer(&world, &question, words).await, Answered::Sent);
    assert_eq!(answer(&world, &question, "outra").await, Answered::Already);
    world.settle().await;
    let replies = world.replies(PHONE);
    assert_eq!(replies.len(), before + 1);
    assert_eq!(replies.last().map(String::as_str), Some(words));
    assert_eq!(world.value("SELECT mode FROM conversation_states").await, "automatic");
    let list = ListQuestions { which: Which::Answered, after: None, limit: 10 };
    let answered = world.app.store.read(list).await.unwrap();
    assert_eq!(answered[0].answer.as_ref().unwrap().text.as_deref(), Some(words));
    world.done().await;
}

async fn an_answer_never_reaches_who_wants_no_messages(world: World) {
    let question = asked(&world).await;
    let decision = Decision {
        conversation: question.conversation.unwrap(),
        actor: "console:maria".to_owned(),
        now: world.app.clock.now(),
    };
    world.app.store.write(DoNotContact(decision)).await.unwrap();
    let before = world.replies(PHONE).len();
    assert_eq!(answer(&world, &question, "3,2 A").await, Answered::OptedOut);
    world.settle().await;
    assert_eq!(world.replies(PHONE).len(), before);
    world.done().await;
}

async fn an_export_holds_all_of_one_person_and_nothing_of_others(world: World) {
    write(&world, PHONE, "aqui é o Marcos, da Brasa Burger de Campinas").await;
    write(&world, "5541912345678", "aqui é a Helena, da Casa de Carnes Rio Claro").await;
    let canonical = PHONE.parse::<seleto_rules::phone::Phone>().unwrap().canonical();
    let held = world.app.store.read(Held { canonical }).await.unwrap().unwrap();
    let text = held.data.to_string();
    for theirs in ["aqui é o Marcos", "Brasa Burger", PHONE] {
        assert!(text.contains(theirs), "{theirs} is missing: {text}");
    }
    for others in ["Helena", "Rio Claro", "41912345678"] {
        assert!(!text.contains(others), "{others} is somebody else's: {text}");
    }
    let nobody = Held { canonical: "550000000000".to_owned() };
    assert_eq!(world.app.store.read(nobody).await.unwrap(), None);
    world.done().await;
}

async fn figures_count_what_happened(world: World) {
    write(&world, PHONE, "aqui é o Marcos, da Brasa Burger de Campinas, quero a FB300").await;
    write(&world, "5541912345678", "oi").await;
    let now = world.app.clock.now();
    let day = 86_400_000;
    let period = Period { since: now - 2 * day, until: now + day, offset: -10_800_000 };
    let summary = world.app.store.read(Summarise(period)).await.unwrap();
    assert_eq!((summary.leads, summary.qualified, summary.answers), (2, 1, 2));
    assert_eq!(summary.first_reply.count, 2);
    assert!(summary.first_reply.p50 > 0 && summary.first_reply.p50 <= summary.first_reply.p95);
    let figures = world.app.store.read(LoadFigures(period)).await.unwrap();
    assert_eq!(figures.days.iter().map(|day| day.leads).sum::<i64>(), 2);
    assert_eq!(figures.hours.iter().sum::<i64>(), 2);
    assert_eq!(figures.states, [(Some("SP".to_owned()), 1), (None, 1)]);
    assert_eq!(figures.products.len(), 2);
    world.done().await;
}
