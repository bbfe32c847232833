//! Pictures: described once by a model that sees, and otherwise read by their caption.

use seleto_simulator::Fault;
use seleto_simulator::openai::{self, Completion, Parameter, shows_picture};
use seleto_simulator::zapi;

use crate::world::World;

const PHONE: &str = "5511987654321";
const REPLY: &str = "Que bom falar com você! Qual é a sua cidade?";
const SHOWN: &str = "uma formadora manual sobre uma bancada, em Londrina";
const STATES: &str = "SELECT kind, transcript_state, transcript FROM messages
                      WHERE author = 'lead' AND kind = 'image' ORDER BY seq";

/// The model describes every picture alike, and says always the same.
fn sees(world: &World) {
    world.simulator.openai.answer_with(|request| {
        if shows_picture(request) {
            return Completion::Text(SHOWN.to_owned());
        }
        openai::schema::reply(request, REPLY)
    });
}

fn picture(world: &World) -> String {
    let bytes = [&[0xff, 0xd8, 0xff, 0xe0], &b"picture"[..]].concat();
    world.simulator.zapi.host_media("a.jpg", "image/jpeg", bytes)
}

async fn show(world: &World, url: &str, caption: &str) -> Vec<String> {
    let before = world.replies(PHONE).len();
    world.lead(PHONE, "Marcos").show_image(url, caption).await.unwrap();
    world.settle().await;
    world.replies(PHONE).split_off(before)
}

/// The requests with a picture, and the last one without.
fn calls(world: &World) -> (usize, String) {
    let chats = world.simulator.openai.chats().all();
    let (with, without): (Vec<_>, Vec<_>) =
        chats.iter().partition(|call| shows_picture(&call.request));
    let last = without.last().map(|call| call.request["messages"].to_string());
    (with.len(), last.unwrap_or_default())
}

crate::on_both_engines_with_a_model! {
    /// In one sentence, for the answer, for later turns, for people, and on the bill.
    a_picture_is_described_once_and_answered,
    /// The description is the model's: the lead said nothing of the kind.
    no_fact_about_the_lead_comes_from_a_picture,
}

async fn a_picture_is_described_once_and_answered(world: World) {
    sees(&world);
    assert_eq!(show(&world, &picture(&world), "").await, [REPLY]);
    let (described, prompt) = calls(&world);
    assert_eq!(described, 1);
    assert!(prompt.contains(&format!("[imagem] [a imagem mostra: {SHOWN}]")), "{prompt}");
    let chats = world.simulator.openai.chats().all();
    let shown = &chats[0].request["messages"][1]["content"][1]["image_url"];
    assert!(shown["url"].as_str().unwrap().starts_with("data:image/jpeg;base64,/9j/"), "{shown}");
    assert_eq!(shown["detail"], "low");
    assert_eq!(world.rows(STATES).await, [["image", "heard", SHOWN]]);
    let history = "SELECT content FROM conversations WHERE role = 'user'";
    assert_eq!(world.value(history).await, format!("[imagem: {SHOWN}]"));
    let booked: i64 = world.value("SELECT prompt_tokens FROM turns").await.parse().unwrap();
    world.lead(PHONE, "Marcos").write("e então?").await.unwrap();
    world.settle().await;
    let (described, prompt) = calls(&world);
    assert_eq!(described, 1, "once");
    assert!(prompt.contains(SHOWN), "{prompt}");
    let alone = "SELECT prompt_tokens FROM turns ORDER BY started_at DESC LIMIT 1";
    let alone: i64 = world.value(alone).await.parse().unwrap();
    assert!(booked > alone, "with the description: {booked}, without: {alone}");
    world.done().await;
}

async fn no_fact_about_the_lead_comes_from_a_picture(world: World) {
    sees(&world);
    show(&world, &picture(&world), "sou o Marcos, olha a minha").await;
    assert_eq!(world.value("SELECT name, city FROM leads").await, "Marcos|-");
    let history = "SELECT content FROM conversations WHERE role = 'user'";
    let shown = format!("sou o Marcos, olha a minha [imagem: {SHOWN}]");
    assert_eq!(world.value(history).await, shown);
    world.done().await;
}

async fn sqlite() -> World {
    let world = World::sqlite_with(&[("OPENAI_MODEL", "gpt-4o")]).await;
    sees(&world);
    world
}

#[tokio::test]
async fn a_model_that_takes_no_pictures_is_remembered_and_the_caption_stands_alone() {
    let world = sqlite().await;
    world.simulator.openai.refuse(Parameter::Images);
    assert_eq!(show(&world, &picture(&world), "quero uma FB300 assim").await, [REPLY]);
    assert_eq!(calls(&world).0, 1);
    assert!(!show(&world, &picture(&world), "e esta?").await.is_empty());
    let (described, prompt) = calls(&world);
    assert_eq!(described, 1, "remembered");
    assert!(prompt.contains("[imagem] e esta?"), "{prompt}");
    let refused = ["image", "refused", "-"];
    assert_eq!(world.rows(STATES).await, [refused, refused]);
    assert_eq!(world.value("SELECT product FROM leads").await, "FB300");
    world.done().await;
}

#[tokio::test]
async fn a_picture_that_cannot_be_had_costs_no_answer() {
    for (fault, state) in [
        (Fault::not_found(), "refused"),
        (Fault::endless(), "refused"),
        (Fault::server_error(503), "failed"),
        (Fault::Reset { accepted: false }, "failed"),
    ] {
        let world = sqlite().await;
        world.simulator.zapi.faults(zapi::Operation::Media).always(fault.clone());
        let replies = show(&world, &picture(&world), "").await;
        assert!(replies.concat().contains("do que se trata"), "{fault:?}: {replies:?}");
        assert_eq!(world.rows(STATES).await, [["image", state, "-"]], "{fault:?}");
        assert_eq!(world.simulator.openai.chats().total(), 0, "{fault:?}");
        world.done().await;
    }
}

#[tokio::test]
async fn what_is_no_picture_is_not_shown_to_the_model() {
    let world = sqlite().await;
    let page = b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec();
    let url = world.simulator.zapi.host_media("a.jpg", "image/jpeg", page);
    assert!(show(&world, &url, "").await.concat().contains("Recebi a imagem"));
    assert_eq!(world.rows(STATES).await, [["image", "refused", "-"]]);
    assert_eq!(world.simulator.openai.chats().total(), 0);
    world.done().await;
}

#[tokio::test]
async fn of_an_album_the_first_pictures_are_described_in_one_turn() {
    let world = sqlite().await;
    for _ in 0..6 {
        world.lead(PHONE, "Marcos").show_image(&picture(&world), "").await.unwrap();
    }
    world.settle().await;
    assert_eq!((world.replies(PHONE).len(), calls(&world).0), (1, 4));
    world.done().await;
}
