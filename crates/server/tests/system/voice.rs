//! Voice notes: heard once, answered by what they say, and met with a kind request where they cannot be.

use seleto_simulator::Fault;
use seleto_simulator::openai;
use seleto_simulator::zapi;

use crate::world::World;

const PHONE: &str = "5511987654321";
const ASKS_TO_WRITE: &str = "escrever";
const STATES: &str = "SELECT kind, transcript_state, transcript FROM messages
                      WHERE author = 'lead' ORDER BY seq";

/// A world with a model that says always the same.
async fn listening(world: World) -> World {
    world.simulator.openai.always_say("Que bom falar com você! Qual é a sua cidade?");
    world
}

/// Sends a voice note with these words, and answers what the agent says to it.
async fn speak(world: &World, words: &str) -> Vec<String> {
    world.simulator.openai.transcribe_as([words]);
    let url = recording(world);
    speak_at(world, &url).await
}

async fn speak_at(world: &World, url: &str) -> Vec<String> {
    let before = world.replies(PHONE).len();
    world.lead(PHONE, "Marcos").speak(url, 3).await.unwrap();
    world.settle().await;
    world.replies(PHONE).split_off(before)
}

fn recording(world: &World) -> String {
    world.simulator.zapi.host_media("audio.ogg", "audio/ogg", b"OggS\0recording".to_vec())
}

fn asks_to_write(replies: &[String]) {
    assert!(replies.concat().contains(ASKS_TO_WRITE), "{replies:?}");
}

/// What the model was told, as one text.
fn prompt(world: &World, call: usize) -> String {
    let chats = world.simulator.openai.chats().all();
    serde_json::to_string(&chats[call].request["messages"]).unwrap()
}

crate::on_both_engines_with_a_model! {
    /// The words go to the model, into both histories, and into the next turn.
    a_voice_note_is_answered_by_what_it_says,
    /// The first turn is thrown away for a message that came meanwhile: its transcript is not.
    a_voice_note_is_heard_once_though_its_turn_runs_twice,
    /// A recogniser's invention is nobody's words.
    a_ghost_is_no_words,
    /// Whoever took over reads what was said; the agent stays silent.
    a_voice_note_to_a_human_is_put_into_words,
}

async fn a_voice_note_is_answered_by_what_it_says(world: World) {
    let world = listening(world).await;
    let said = "Aqui é o Marcos, da Burger House. Faço 500 hambúrgueres por dia em Londrina.";
    assert_eq!(speak(&world, said).await, ["Que bom falar com você! Qual é a sua cidade?"]);
    let first = prompt(&world, 0);
    assert!(first.contains(&format!("[áudio transcrito] {said}")), "{first}");
    assert_eq!(world.value("SELECT company FROM leads").await, "Burger House");
    assert_eq!(world.rows(STATES).await, [["audio", "heard", said]]);
    let history = "SELECT content FROM conversations WHERE role = 'user'";
    assert_eq!(world.value(history).await, said);
    let call = world.simulator.openai.transcriptions().all().remove(0);
    assert_eq!((call.file_name.as_str(), call.content_type.as_str()), ("audio.ogg", "audio/ogg"));
    let field = |name: &str| call.fields.get(name).cloned().unwrap_or_default();
    assert_eq!((field("language"), field("response_format")), ("pt".into(), "verbose_json".into()));
    assert!(field("prompt").contains("FB300"), "{}", field("prompt"));
    let cost: i64 = world.value("SELECT cost_micro_usd FROM turns").await.parse().unwrap();
    assert!(cost > 300, "three seconds of whisper-1, and the chat: {cost}");

    world.lead(PHONE, "Marcos").write("e qual serve?").await.unwrap();
    world.settle().await;
    let second = prompt(&world, 1);
    assert!(second.contains(&format!("[áudio transcrito] {said}")), "{second}");
    assert_eq!(world.simulator.openai.transcriptions().total(), 1);
    world.done().await;
}

async fn a_voice_note_is_heard_once_though_its_turn_runs_twice(world: World) {
    let world = listening(world).await;
    world.simulator.openai.transcribe_as(["quero a FB300"]);
    let chats = world.simulator.openai.chats();
    world.simulator.openai.set_latency(std::time::Duration::from_millis(300));
    let lead = world.lead(PHONE, "Marcos");
    lead.speak(&recording(&world), 3).await.unwrap();
    world.app.clock.advance(15_000);
    let meanwhile = async {
        chats.until(|calls| !calls.is_empty()).await;
        lead.write("ou a FB700").await.unwrap();
    };
    tokio::join!(world.turn(), meanwhile);
    world.settle().await;
    let outcomes = "SELECT outcome FROM turns ORDER BY started_at";
    assert_eq!(world.rows(outcomes).await, [["superseded"], ["answered"]]);
    assert_eq!(world.simulator.openai.transcriptions().total(), 1);
    let second = prompt(&world, 1);
    assert!(second.contains("quero a FB300") && second.contains("ou a FB700"), "{second}");
    world.done().await;
}

async fn a_ghost_is_no_words(world: World) {
    let world = listening(world).await;
    asks_to_write(&speak(&world, "Legendas pela comunidade Amara.org").await);
    asks_to_write(&speak(&world, "").await);
    assert_eq!(world.simulator.openai.chats().total(), 0, "there is nothing to think about");
    let wordless = ["audio", "wordless", "-"];
    assert_eq!(world.rows(STATES).await, [wordless, wordless]);
    world.done().await;
}

async fn a_voice_note_to_a_human_is_put_into_words(world: World) {
    let world = listening(world).await;
    world.lead(PHONE, "Marcos").hear_from_company("Oi Marcos, aqui é a Paula").await.unwrap();
    assert!(speak(&world, "quero fechar a FB300 hoje").await.is_empty());
    assert_eq!(world.rows(STATES).await, [["audio", "heard", "quero fechar a FB300 hoje"]]);
    assert_eq!(world.simulator.openai.chats().total(), 0);
    let turn = "SELECT outcome, reason, cost_micro_usd FROM turns";
    assert_eq!(world.rows(turn).await, [["silent", "a human is in charge", "300"]]);
    world.done().await;
}

async fn sqlite() -> World {
    listening(World::sqlite_with(&[("OPENAI_MODEL", "gpt-4o")]).await).await
}

#[tokio::test]
async fn a_recording_that_cannot_be_had_is_asked_for_in_writing() {
    let broken = Fault::Reset { accepted: false };
    for (fault, state) in [
        (Fault::not_found(), "refused"),
        (Fault::redirect(302, "https://example.com/a.ogg"), "refused"),
        (Fault::endless(), "refused"),
        (Fault::empty(), "refused"),
        (Fault::server_error(503), "failed"),
        (Fault::CutBody, "failed"),
        (broken, "failed"),
    ] {
        let world = sqlite().await;
        world.simulator.zapi.faults(zapi::Operation::Media).always(fault.clone());
        asks_to_write(&speak_at(&world, &recording(&world)).await);
        assert_eq!(world.rows(STATES).await, [["audio", state, "-"]], "{fault:?}");
        assert_eq!(world.simulator.openai.transcriptions().total(), 0, "{fault:?}");
        world.done().await;
    }
}

#[tokio::test]
async fn a_recording_inside_our_own_network_is_not_fetched() {
    let world =
        World::sqlite_with(&[("OPENAI_MODEL", "gpt-4o"), ("MEDIA_ALLOWED_HOSTS", "minio.interno")])
            .await;
    asks_to_write(&speak_at(&world, &recording(&world)).await);
    let secure = recording(&world).replace("http://", "https://");
    asks_to_write(&speak_at(&world, &secure).await);
    let refused = ["audio", "refused", "-"];
    assert_eq!(world.rows(STATES).await, [refused, refused]);
    world.done().await;
}

#[tokio::test]
async fn a_model_server_that_cannot_hear_costs_no_answer() {
    for (fault, state, calls) in [
        (openai::invalid_key(), "failed", 1),
        (openai::quota_exceeded(), "failed", 1),
        (Fault::server_error(400), "refused", 1),
        (Fault::garbage(), "failed", 3),
    ] {
        let world = sqlite().await;
        world.simulator.openai.faults(openai::Operation::Transcription).always(fault.clone());
        asks_to_write(&speak(&world, "quero a FB300").await);
        assert_eq!(world.rows(STATES).await, [["audio", state, "-"]], "{fault:?}");
        assert_eq!(world.simulator.openai.transcriptions().total(), calls, "{fault:?}");
        world.done().await;
    }
}

#[tokio::test]
async fn a_passing_trouble_is_tried_again() {
    let world = sqlite().await;
    let faults = world.simulator.openai.faults(openai::Operation::Transcription);
    faults.next(openai::overloaded());
    speak(&world, "quero a FB300").await;
    assert_eq!(world.rows(STATES).await, [["audio", "heard", "quero a FB300"]]);
    world.done().await;
}

#[tokio::test]
async fn without_a_key_nothing_is_fetched_and_the_lead_is_asked_to_write() {
    let world = World::sqlite().await;
    asks_to_write(&speak_at(&world, &recording(&world)).await);
    assert_eq!(world.rows(STATES).await, [["audio", "-", "-"]]);
    assert_eq!(world.simulator.openai.transcriptions().total(), 0);
    world.done().await;
}

#[tokio::test]
async fn a_recording_of_an_hour_is_not_listened_to() {
    let world = sqlite().await;
    world.lead(PHONE, "Marcos").speak(&recording(&world), 3_600).await.unwrap();
    world.settle().await;
    asks_to_write(&world.replies(PHONE));
    assert_eq!(world.simulator.openai.transcriptions().total(), 0);
    world.done().await;
}

#[tokio::test]
async fn the_successor_of_whisper_is_asked_in_its_own_words() {
    let model = [("OPENAI_MODEL", "gpt-4o"), ("OPENAI_TRANSCRIPTION_MODEL", "gpt-transcribe")];
    let world = listening(World::sqlite_with(&model).await).await;
    speak(&world, "quero a FB300").await;
    let call = world.simulator.openai.transcriptions().all().remove(0);
    assert_eq!(call.fields.get("languages[]").map(String::as_str), Some("pt"));
    assert!(call.fields.contains_key("keywords[]"));
    assert!(!call.fields.contains_key("language") && !call.fields.contains_key("prompt"));
    assert_eq!(call.fields["response_format"], "json");
    assert_eq!(world.rows(STATES).await, [["audio", "heard", "quero a FB300"]]);
    world.done().await;
}

#[tokio::test]
async fn several_notes_of_one_burst_keep_their_order() {
    let world = sqlite().await;
    let words = ["primeiro áudio", "segundo áudio", "terceiro áudio", "quarto áudio"];
    let lead = world.lead(PHONE, "Marcos");
    for _ in words {
        lead.speak(&recording(&world), 3).await.unwrap();
    }
    lead.write("é isso").await.unwrap();
    world.simulator.openai.transcribe_as(words);
    world.settle().await;
    let told = world.rows(STATES).await;
    let texts: Vec<&str> = told.iter().map(|row| row[2].as_str()).collect();
    let mut heard = texts[..4].to_vec();
    heard.sort_unstable();
    assert_eq!(heard, ["primeiro áudio", "quarto áudio", "segundo áudio", "terceiro áudio"]);
    let burst = prompt(&world, 0);
    let places: Vec<_> = texts[..4].iter().map(|text| burst.find(text).unwrap()).collect();
    assert!(places.is_sorted(), "{burst}");
    assert!(burst.contains("é isso"));
    world.done().await;
}
