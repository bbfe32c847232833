//! A model that babbles, and messages that may be lost: what reaches the lead, and what the model.

use seleto::app::OwnPhone;
use seleto_simulator::Fault;
use seleto_simulator::openai::babbling;
use seleto_simulator::zapi::{Event, Operation};

use crate::world::World;

const PHONE: &str = "5511987654321";

/// What a good lead says, message by message.
const TOLD: [&str; 12] = [
    "oi, boa tarde",
    "quanto custa a FB300?",
    "meu nome é Rafael Nunes",
    "sou da Brasa Urbana",
    "somos de Curitiba",
    "quero a FB300 mesmo",
    "e qual a capacidade dela?",
    "fazemos 500 hambúrgueres por dia",
    "vocês dão garantia?",
    "preciso para este mês, é urgente",
    "ela é de inox?",
    "não conhecia a Seleto ainda",
];

crate::on_both_engines_with_a_model! {
    /// The offline brain and its reader stand in, turn after turn.
    nothing_of_a_babbling_model_reaches_the_lead_who_is_qualified_all_the_same,
    /// Or the next answer goes on as if the lead had read it.
    the_model_is_told_what_may_not_have_arrived,
}

async fn nothing_of_a_babbling_model_reaches_the_lead_who_is_qualified_all_the_same(world: World) {
    world.simulator.openai.answer_with(babbling::in_turn());
    for text in TOLD {
        let before = world.replies(PHONE).len();
        world.lead(PHONE, "Rafa").write(text).await.unwrap();
        world.app.clock.advance(30_000);
        world.settle().await;
        assert!(world.replies(PHONE).len() > before, "no answer to {text}");
    }
    let said = world.replies(PHONE).join("\n");
    let echoed = [
        "Napoleão",
        "ACME",
        "Paris",
        "máquina máquina",
        "Hello",
        "amigo",
        "19.900",
        "1.890",
        "ipsum",
        "机器",
        "a imagem mostra",
        "assistant",
        "undefined",
        "null",
        "Regras da resposta",
        "Dados do atendimento",
        "{",
        "extrai o que elas dizem",
    ];
    let leaked: Vec<_> = echoed.iter().filter(|words| said.contains(**words)).collect();
    assert!(leaked.is_empty(), "{leaked:?} in {said}");
    assert_eq!(
        world.value("SELECT name, company, city, product, temperature FROM leads").await,
        "Rafael Nunes|Brasa Urbana|Curitiba|FB300|quente"
    );
    let sources = "SELECT DISTINCT source FROM facts";
    assert_eq!(world.rows(sources).await, [["offline"]]);
    assert_eq!(world.value("SELECT opted_out FROM leads").await, "0");
    world.done().await;
}

async fn the_model_is_told_what_may_not_have_arrived(world: World) {
    const ASKS: &str = "Que bom falar com você! Qual é a sua cidade?";
    world.simulator.openai.always_say(ASKS);
    for event in [Event::Delivery, Event::Echo, Event::Sent, Event::Reached, Event::Read] {
        world.simulator.zapi.callbacks(event).set_on(false);
    }
    world.simulator.zapi.faults(Operation::SendText).next(Fault::Reset { accepted: true });
    let lead = world.lead(PHONE, "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    for _ in 0..6 {
        world.app.clock.advance(20_000);
        world.settle_now().await;
    }
    assert_eq!(world.value("SELECT state FROM deliveries").await, "undetermined");
    lead.write("alguém aí?").await.unwrap();
    world.settle().await;
    let chats = world.simulator.openai.chats().all();
    let told = chats.last().unwrap().request["messages"].to_string();
    assert!(told.contains(&format!("[talvez o cliente não tenha recebido] {ASKS}")), "{told}");
    for _ in 0..6 {
        world.app.clock.advance(20_000);
        world.settle_now().await;
    }
    world.done().await;
}

#[tokio::test]
async fn our_own_number_is_no_lead_and_another_number_is() {
    let world = World::sqlite().await;
    world.app.set_own_phone(OwnPhone::Known(PHONE.to_owned()));
    world.lead(PHONE, "Seleto").write("anotação para mim").await.unwrap();
    world.lead("5511987654322", "Ana").write("oi").await.unwrap();
    world.settle().await;
    assert!(world.replies(PHONE).is_empty());
    assert!(!world.replies("5511987654322").is_empty());
    let reasons = "SELECT reason FROM inbound WHERE decision = 'ignored'";
    assert_eq!(world.rows(reasons).await, [["own_number"]]);
    world.done().await;
}
