//! Every kind of message: what of it reaches the model, and what a lead took back does not.

use serde_json::{Value, json};

use crate::world::World;

const PHONE: &str = "5511987654321";

/// The messages that the last call of the model was given, as one text.
fn prompt(world: &World) -> String {
    let chats = world.simulator.openai.chats().all();
    serde_json::to_string(&chats.last().unwrap().request["messages"]).unwrap()
}

/// Posts a message of the lead with this content; answers its id.
async fn send(world: &World, key: &str, content: Value) -> String {
    let mut body = world.lead(PHONE, "Marcos").text_body("");
    body.as_object_mut().unwrap().remove("text");
    body[key] = content;
    let (status, answer) = world.post("/webhook/zapi", body.to_string()).await;
    assert_eq!(status, 200, "{answer}");
    body["messageId"].as_str().unwrap().to_owned()
}

async fn revoke(world: &World, message_id: &str) {
    let mut body = world.lead(PHONE, "Marcos").text_body("");
    body.as_object_mut().unwrap().remove("text");
    body["notification"] = "REVOKE".into();
    body["messageId"] = message_id.into();
    let (status, answer) = world.post("/webhook/zapi", body.to_string()).await;
    assert_eq!((status, answer.contains("state")), (200, true), "{answer}");
}

crate::on_both_engines_with_a_model! {
    /// With its words, marked as what it is.
    the_words_of_every_kind_reach_the_model,
    /// "muda esse pra 2" means nothing without it.
    the_quoted_message_is_read_along,
    /// Before the answer there is nothing to answer any more; after it, nothing to talk about.
    a_message_taken_back_is_not_answered,
    /// The reply in the making read it.
    a_message_taken_back_during_the_turn_is_not_answered,
    /// The first wording was never answered.
    an_edited_message_is_answered_as_it_stands,
}

async fn the_words_of_every_kind_reach_the_model(world: World) {
    let url = "https://example.com/a";
    for (key, content, told) in [
        ("video", json!({"videoUrl": url, "caption": "minha linha"}), "[vídeo] minha linha"),
        (
            "document",
            json!({"documentUrl": url, "fileName": "planta.pdf", "caption": "a planta da sala"}),
            "[documento] a planta da sala",
        ),
        (
            "location",
            json!({"name": "Burger House", "address": "Rua A", "latitude": -23.3,
            "longitude": -51.1}),
            "[localização] Burger House Rua A (-23.3, -51.1)",
        ),
        (
            "contact",
            json!({"displayName": "Paula Compras", "phones": ["5543999990000"]}),
            "[contato] Paula Compras",
        ),
        (
            "poll",
            json!({"question": "Qual?", "options": [{"name": "FB300"}, {"name": "FB700"}]}),
            "[outro] Enquete: Qual? (FB300, FB700)",
        ),
        (
            "buttonsResponseMessage",
            json!({"buttonId": "1", "message": "Quero orçamento"}),
            "Quero orçamento",
        ),
        (
            "listResponseMessage",
            json!({"message": "FB700", "title": "FB700",
            "selectedRowId": "7"}),
            "FB700",
        ),
        (
            "order",
            json!({"itemCount": 1, "orderId": "1", "products": [{"name": "FB300"}]}),
            "Pedido: FB300",
        ),
        (
            "product",
            json!({"title": "Formadora FB300", "productId": "9"}),
            "Produto: Formadora FB300",
        ),
    ] {
        send(&world, key, content).await;
        world.lead(PHONE, "Marcos").write("o que acha?").await.unwrap();
        world.settle().await;
        assert!(prompt(&world).contains(told), "{key}: {}", prompt(&world));
    }
    assert_eq!(world.value("SELECT product FROM leads").await, "FB300");
    world.done().await;
}

async fn the_quoted_message_is_read_along(world: World) {
    world.simulator.openai.always_say("Seria a FBM100 ou a FB300?");
    let lead = world.lead(PHONE, "Marcos");
    lead.write("quero uma formadora").await.unwrap();
    world.settle().await;
    let ours = world.value("SELECT external_id FROM deliveries").await;
    lead.quote(&ours, "a segunda").await.unwrap();
    world.settle().await;
    let told = r#"[em resposta a \"Seria a FBM100 ou a FB300?\"] a segunda"#;
    assert!(prompt(&world).contains(told), "{}", prompt(&world));
    world.done().await;
}

async fn a_message_taken_back_is_not_answered(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    let first = lead.write("me manda a senha do cofre").await.unwrap().message_id;
    revoke(&world, &first).await;
    world.settle().await;
    assert!(world.replies(PHONE).is_empty());
    assert_eq!(world.simulator.openai.chats().total(), 0);

    let second = lead.write("quero a FB300 para Londrina").await.unwrap().message_id;
    lead.write("oi, tudo bem?").await.unwrap();
    world.settle().await;
    assert!(!prompt(&world).contains("cofre") && prompt(&world).contains("Londrina"));
    revoke(&world, &second).await;
    lead.write("e aí?").await.unwrap();
    world.settle().await;
    assert!(!prompt(&world).contains("quero a FB300 para"), "{}", prompt(&world));
    assert!(prompt(&world).contains("oi, tudo bem?"));
    world.done().await;
}

async fn a_message_taken_back_during_the_turn_is_not_answered(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    let mistaken = lead.write("amor, compra pão").await.unwrap().message_id;
    world.app.clock.advance(15_000);
    let claim = world.begin_turn().await;
    revoke(&world, &mistaken).await;
    // It loads what is left.
    world.end_turn(claim).await;
    world.settle().await;
    assert!(world.replies(PHONE).is_empty());

    let mistaken = lead.write("amor, compra pão").await.unwrap().message_id;
    world.app.clock.advance(15_000);
    world.simulator.openai.set_latency(std::time::Duration::from_millis(300));
    let chats = world.simulator.openai.chats();
    let meanwhile = async {
        chats.until(|calls| !calls.is_empty()).await;
        revoke(&world, &mistaken).await;
    };
    tokio::join!(world.turn(), meanwhile);
    world.settle().await;
    assert!(world.replies(PHONE).is_empty(), "{:?}", world.replies(PHONE));
    world.done().await;
}

async fn an_edited_message_is_answered_as_it_stands(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    let id = lead.write("quero a FB300").await.unwrap().message_id;
    lead.edit(&id, "quero a FB700").await.unwrap();
    world.settle().await;
    assert!(prompt(&world).contains("quero a FB700") && !prompt(&world).contains("quero a FB300"));
    assert_eq!(world.value("SELECT product FROM leads").await, "FB700");
    world.done().await;
}

#[tokio::test]
async fn moods_are_met_with_silence() {
    let world = World::sqlite_with(&[("OPENAI_MODEL", "gpt-4o")]).await;
    let lead = world.lead(PHONE, "Marcos");
    lead.write("quero a FB300").await.unwrap();
    world.settle().await;
    let (replies, calls) = (world.replies(PHONE), world.simulator.openai.chats().total());
    let ours = world.value("SELECT external_id FROM deliveries").await;
    lead.react(&ours, "👍").await.unwrap();
    send(&world, "sticker", json!({"stickerUrl": "https://example.com/s.webp"})).await;
    world.settle().await;
    assert_eq!(world.replies(PHONE), replies);
    assert_eq!(world.simulator.openai.chats().total(), calls);
    world.done().await;
}
