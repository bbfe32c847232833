//! Contacts, conversations, messages, their files, how far they got, and what is known of a lead.

use seleto::store::note::{AddNote, Note};
use seleto_rules::internal::Internal;
use seleto_simulator::chatwoot::{MessageKind, Operation};

use super::{PHONE, assert_in_step, come_to_rest, done, there};
use crate::world::World;

crate::on_both_engines_with_chatwoot!(
    twenty_leads_are_twenty_contacts_and_twenty_conversations,
    a_simple_message_costs_two_calls,
    a_contact_without_the_ninth_digit_is_the_same_person,
    a_conversation_that_the_team_has_is_used,
    a_lead_without_a_number_is_known_by_their_linked_id,
    a_file_is_uploaded_with_its_caption,
    a_file_that_cannot_be_fetched_is_a_link,
    what_the_company_types_on_its_phone_is_shown,
    a_note_of_ours_is_private_there,
    an_edited_message_is_shown_as_it_reads_now,
    the_lead_having_read_is_told,
    what_is_known_becomes_labels_and_attributes,
    labels_of_the_team_stay,
);

async fn twenty_leads_are_twenty_contacts_and_twenty_conversations(world: World) {
    for turn in 0..8 {
        for lead in 0..20 {
            let phone = format!("55119876500{lead:02}");
            let lead = world.lead(&phone, &format!("Lead {lead}"));
            lead.write(&format!("mensagem {turn}, quero a FB300")).await.unwrap();
        }
        world.settle().await;
    }
    come_to_rest(&world).await;
    assert_in_step(&world, 20).await;
    let incoming = |phone: &str| {
        let all = world.chatwoot().messages(there(&world, phone));
        all.iter().filter(|it| it.kind == MessageKind::Incoming).count()
    };
    assert_eq!(incoming("5511987650007"), 8);
    assert_eq!(world.rows("SELECT 1 FROM messages WHERE author = 'human'").await.len(), 0);
    done(world).await;
}

async fn a_simple_message_costs_two_calls(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    come_to_rest(&world).await;
    let before = world.chatwoot().calls().total();
    let messages = world.rows("SELECT id FROM messages").await.len();
    lead.write("ok").await.unwrap();
    world.settle().await;
    let posted = world.rows("SELECT id FROM messages").await.len() - messages;
    let calls = world.chatwoot().calls().total() - before;
    assert_eq!(calls, posted as u64, "one call for each message, and nothing else at once");
    assert!(calls <= 2, "{calls}");
    done(world).await;
}

async fn a_contact_without_the_ninth_digit_is_the_same_person(world: World) {
    let chatwoot = world.chatwoot();
    chatwoot.agent_opens_conversation("551187654321", "Marcos (cliente antigo)").await;
    chatwoot.agent_opens_conversation("552187654321", "Outra pessoa").await;
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    assert_eq!(chatwoot.contacts().len(), 2);
    assert_eq!(chatwoot.transcript("551187654321")[0], "> oi");
    assert_eq!(chatwoot.contacts()[0].name, "Marcos (cliente antigo)", "the team's name stays");
    done(world).await;
}

async fn a_conversation_that_the_team_has_is_used(world: World) {
    let chatwoot = world.chatwoot();
    let theirs = chatwoot.agent_opens_conversation(PHONE, "Marcos").await;
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    assert_eq!(chatwoot.conversations().len(), 1);
    assert!(chatwoot.messages(theirs).len() >= 2);
    done(world).await;
}

async fn a_lead_without_a_number_is_known_by_their_linked_id(world: World) {
    for text in ["oi", "tudo bem?"] {
        world.lead("65998849469@lid", "Marina").write(text).await.unwrap();
        world.settle().await;
    }
    let contacts = world.chatwoot().contacts();
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0].phone, None);
    assert_eq!(contacts[0].identifier.as_deref(), Some("65998849469@lid"));
    assert_eq!(world.chatwoot().conversations().len(), 1);
    done(world).await;
}

async fn a_file_is_uploaded_with_its_caption(world: World) {
    let url = world.simulator.zapi.host_media("cozinha.jpg", "image/jpeg", vec![7_u8; 2048]);
    world.lead(PHONE, "Marcos").show_image(&url, "minha cozinha").await.unwrap();
    world.settle().await;
    let messages = world.chatwoot().messages(there(&world, PHONE));
    assert_eq!(messages[0].content.as_deref(), Some("minha cozinha"));
    assert_eq!(messages[0].kind, MessageKind::Incoming);
    let [file] = messages[0].files.as_slice() else { panic!("one file") };
    assert_eq!((file.content_type.as_str(), file.length), ("image/jpeg", 2048));
    assert!(messages[0].source_id.is_some());
    assert!(messages[0].content_attributes["seleto_id"].is_string());
    done(world).await;
}

async fn a_file_that_cannot_be_fetched_is_a_link(world: World) {
    let url = "http://127.0.0.1:9/segredo.jpg";
    world.lead(PHONE, "Marcos").show_image(url, "veja").await.unwrap();
    world.settle().await;
    let line = &world.chatwoot().transcript(PHONE)[0];
    assert_eq!(line, "> veja\n[imagem] http://127.0.0.1:9/segredo.jpg");
    done(world).await;
}

async fn what_the_company_types_on_its_phone_is_shown(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    lead.hear_from_company("Oi Marcos, aqui é a Ana").await.unwrap();
    world.settle().await;
    let transcript = world.chatwoot().transcript(PHONE);
    assert_eq!(transcript.last().unwrap(), "< Oi Marcos, aqui é a Ana");
    assert_eq!(world.replies(PHONE).iter().filter(|it| it.contains("aqui é a Ana")).count(), 0);
    assert_in_step(&world, 1).await;
    done(world).await;
}

async fn a_note_of_ours_is_private_there(world: World) {
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    let conversation = world.value("SELECT id FROM conversation_states").await.parse().unwrap();
    let note = Note::new(conversation, Internal::new("*Lead quente*: ligue hoje"));
    let (actor, now) = ("agent".to_owned(), world.app.clock.now());
    world.app.store.write(AddNote { note, actor, now }).await.unwrap();
    let replies = world.replies(PHONE);
    world.settle().await;
    let last = world.chatwoot().messages(there(&world, PHONE)).pop().unwrap();
    assert!(last.private);
    assert_eq!(last.line(), "# *Lead quente*: ligue hoje");
    assert_eq!(world.replies(PHONE), replies);
    assert_in_step(&world, 1).await;
    done(world).await;
}

async fn an_edited_message_is_shown_as_it_reads_now(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    let sent = lead.write("quero a FB30").await.unwrap();
    world.settle_now().await;
    lead.edit(&sent.message_id, "quero a FB300").await.unwrap();
    world.settle().await;
    come_to_rest(&world).await;
    let transcript = world.chatwoot().transcript(PHONE);
    assert_eq!(transcript[0], "> quero a FB30");
    assert!(transcript.contains(&"> ✏️ quero a FB300".to_owned()), "{transcript:?}");
    let edits = transcript.iter().filter(|line| line.contains("✏️")).count();
    assert_eq!(edits, 1);
    done(world).await;
}

async fn the_lead_having_read_is_told(world: World) {
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    come_to_rest(&world).await;
    let messages = world.chatwoot().messages(there(&world, PHONE));
    for message in messages {
        let expected = if message.kind == MessageKind::Outgoing { "read" } else { "sent" };
        assert_eq!(message.status, expected);
    }
    let reports =
        |call: &seleto_simulator::chatwoot::Call| call.operation == Operation::UpdateMessage;
    let outgoing = world.rows("SELECT id FROM deliveries").await.len();
    assert_eq!(world.chatwoot().calls().count(reports), outgoing, "one report for each message");
    done(world).await;
}

async fn what_is_known_becomes_labels_and_attributes(world: World) {
    let lead = world.lead(PHONE, "Marcão");
    lead.write("Oi, sou o Marcos Lima da Burger House, de Campinas SP").await.unwrap();
    world.settle().await;
    lead.write("quero a FB300, faço 500 hambúrgueres por dia, é urgente").await.unwrap();
    world.settle().await;
    come_to_rest(&world).await;
    let rows = world.rows("SELECT name, city, product, temperature FROM leads").await;
    let [name, city, product, temperature] = rows[0].as_slice() else { panic!() };
    let contact = &world.chatwoot().contacts()[0];
    assert_eq!(&contact.name, name);
    assert_eq!(contact.custom_attributes["cidade"], format!("{city}/SP"));
    assert_eq!(contact.custom_attributes["produto"], product.as_str());
    assert_eq!(contact.custom_attributes["temperatura"], temperature.as_str());
    let labels = world.chatwoot().conversation_of(PHONE).unwrap().labels;
    assert_eq!(labels, [format!("lead-{temperature}")]);
    let before = world.chatwoot().calls().total();
    world.app.clock.advance(600_000);
    world.settle().await;
    assert_eq!(world.chatwoot().calls().total(), before, "nothing is told twice");
    done(world).await;
}

async fn labels_of_the_team_stay(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    world.chatwoot().label(there(&world, PHONE), &["feira-2026"]).await;
    lead.write("Sou o Marcos da Burger House, quero a FB300").await.unwrap();
    world.settle().await;
    come_to_rest(&world).await;
    let labels = world.chatwoot().conversation_of(PHONE).unwrap().labels;
    assert!(labels.contains(&"feira-2026".to_owned()), "{labels:?}");
    assert_eq!(labels.iter().filter(|label| label.starts_with("lead-")).count(), 1);
    done(world).await;
}

/// A voice note is posted with what was heard in it.
#[tokio::test]
async fn a_voice_note_is_posted_with_its_words() {
    let vars = [("VENDORS", "chatwoot"), ("OPENAI_MODEL", "gpt-4o")];
    let world = World::sqlite_with(&vars).await;
    world.simulator.openai.transcribe_as(["quero a FB300 para a minha hamburgueria"]);
    let url = world.simulator.zapi.host_media("nota.ogg", "audio/ogg", vec![7_u8; 4096]);
    world.lead(PHONE, "Marcos").speak(&url, 7).await.unwrap();
    world.settle_now().await;
    assert_eq!(world.chatwoot().contacts().len(), 1);
    assert!(world.chatwoot().transcript(PHONE).is_empty(), "it waits for the words");
    world.settle().await;
    come_to_rest(&world).await;
    let first = &world.chatwoot().transcript(PHONE)[0];
    assert_eq!(first, "> 🎤 quero a FB300 para a minha hamburgueria [audio.ogg]");
    done(world).await;
}
