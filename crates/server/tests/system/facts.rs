//! Facts about a lead: each with its evidence, corrected by the lead, outranked by a human.

use seleto::store::facts::{
    CorrectFact, Corrected, FreeField, LeadFacts, LoadFacts, Source, Whose,
};
use seleto_rules::lead::Field;
use seleto_simulator::openai::Completion;
use uuid::Uuid;

use crate::world::World;

const PHONE: &str = "5511987654321";

async fn write(world: &World, text: &str) {
    world.lead(PHONE, "Marcos").write(text).await.unwrap();
    world.settle().await;
}

async fn whose(world: &World) -> Whose {
    let id = world.value("SELECT id FROM conversation_states").await;
    Whose::Conversation(Uuid::parse_str(&id).unwrap())
}

async fn facts(world: &World) -> LeadFacts {
    let load = LoadFacts(whose(world).await);
    world.app.store.read(load).await.unwrap().unwrap()
}

async fn correct(world: &World, field: Field, text: &str) -> Corrected {
    let correction = CorrectFact {
        whose: whose(world).await,
        field,
        text: text.to_owned(),
        source: Source::Human,
        actor: "console:maria".to_owned(),
        playbook: world.app.playbook(),
        now: world.app.clock.now(),
    };
    world.app.store.write(correction).await.unwrap()
}

async fn free(world: &World, field: Field) {
    let (whose, actor) = (whose(world).await, "console:maria".to_owned());
    let now = world.app.clock.now();
    assert!(world.app.store.write(FreeField { whose, field, actor, now }).await.unwrap());
}

/// Field, value and source of each current fact.
fn current(facts: &LeadFacts) -> Vec<(&'static str, &str, &'static str)> {
    let told = facts.current.iter();
    told.map(|fact| (fact.field.key(), fact.value.as_str(), fact.source.name())).collect()
}

crate::on_both_engines! {
    /// Which words of which message say so, and which turn read them.
    every_fact_has_its_words_and_its_message,
    /// The former value is history, and knows what took its place.
    a_correction_by_the_lead_keeps_the_history,
    /// What the lead says later is kept, and changes nothing.
    what_a_human_wrote_stands_until_it_is_set_free,
    /// Temperature, score, the customer's columns and the audit.
    a_correction_requalifies_the_lead_at_once,
    /// The turn knew the lead as it was, so it is made again.
    a_correction_during_a_turn_is_not_overwritten,
    /// The field is unknown again, and the agent may learn it anew.
    a_value_taken_away_may_be_learnt_again,
    /// No value is stored, and nothing else changes.
    a_wrong_value_is_refused_with_the_reason,
    /// The older lead's record counts; the younger one's facts stay as history.
    facts_of_two_leads_that_are_one_person_are_kept,
}

async fn every_fact_has_its_words_and_its_message(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    lead.write("oi, tudo bem?").await.unwrap();
    lead.write("Aqui é o Marcos, da Burger House, de Londrina").await.unwrap();
    world.settle().await;
    let facts = facts(&world).await;
    assert_eq!(
        current(&facts),
        [
            ("name", "Marcos", "offline"),
            ("company", "Burger House", "offline"),
            ("city", "Londrina", "offline"),
            ("uf", "PR", "offline"),
            ("segment", "hamburgueria", "offline"),
        ]
    );
    let evidence = "SELECT f.field, m.text, t.outcome FROM facts f
                    JOIN messages m ON m.id = f.message_id JOIN turns t ON t.id = f.turn_id
                    WHERE f.field = 'company'";
    let message = "Aqui é o Marcos, da Burger House, de Londrina";
    assert_eq!(world.rows(evidence).await, [["company", message, "answered"]]);
    let city = facts.current.iter().find(|fact| fact.field == Field::City).unwrap();
    assert_eq!((city.quote.as_deref(), city.validator.as_str()), (Some("Londrina"), "ibge"));
    world.done().await;
}

async fn a_correction_by_the_lead_keeps_the_history(world: World) {
    write(&world, "Aqui é o Marcos, da Burger House, de Londrina").await;
    write(&world, "na verdade a cidade é Maringá").await;
    let facts = facts(&world).await;
    assert!(current(&facts).contains(&("city", "Maringá", "offline")), "{facts:?}");
    let former = facts.history.iter().find(|fact| fact.field == Field::City).unwrap();
    let successor = facts.current.iter().find(|fact| fact.field == Field::City).unwrap();
    assert_eq!((former.value.as_str(), former.superseded_by), ("Londrina", Some(successor.id)));
    assert!(!former.was_outranked());
    assert_eq!(world.value("SELECT city FROM leads").await, "Maringá");
    world.done().await;
}

async fn what_a_human_wrote_stands_until_it_is_set_free(world: World) {
    write(&world, "Aqui é o Marcos, da Burger House, de Londrina").await;
    assert!(matches!(correct(&world, Field::City, "maringa").await, Corrected::Done(..)));
    write(&world, "na verdade a cidade é Santos").await;
    let told = facts(&world).await;
    assert!(current(&told).contains(&("city", "Maringá", "human")), "{told:?}");
    assert!(current(&told).contains(&("uf", "PR", "human")), "{told:?}");
    let kept_out = told.history.iter().find(|fact| fact.value == "Santos").unwrap();
    let holder = told.current.iter().find(|fact| fact.field == Field::City).unwrap();
    assert!(kept_out.was_outranked() && holder.held);
    assert_eq!(kept_out.superseded_by, Some(holder.id));
    assert_eq!(world.value("SELECT city, uf FROM leads").await, "Maringá|PR");

    free(&world, Field::City).await;
    write(&world, "a cidade é Santos mesmo").await;
    assert_eq!(world.value("SELECT city, uf FROM leads").await, "Santos|SP");
    assert!(current(&facts(&world).await).contains(&("city", "Santos", "offline")));
    world.done().await;
}

async fn a_correction_requalifies_the_lead_at_once(world: World) {
    write(&world, "Aqui é o Marcos, da Burger House, de Londrina. Quero a FB300").await;
    write(&world, "preciso dela com urgência, ainda este mês").await;
    let verdict = "SELECT l.temperature, p.score, p.temperature_at FROM leads l
                   JOIN lead_profiles p ON p.lead_id = l.id";
    let before = world.value(verdict).await;
    assert!(before.starts_with("morno|"), "{before}");
    let told = correct(&world, Field::Volume, "500 hambúrgueres por dia").await;
    assert!(matches!(told, Corrected::Done(..)), "{told:?}");
    let after = world.value(verdict).await;
    assert!(after.starts_with("quente|"), "{after}");
    let score = facts(&world).await.score;
    assert!(score > before.split('|').nth(1).unwrap().parse().unwrap(), "{before} {after}");
    assert!(after.ends_with(&world.app.clock.now().to_string()), "{after}");
    assert_eq!(world.value("SELECT volume FROM leads").await, "500 hambúrgueres por dia");
    let audit = "SELECT actor, action, detail FROM audit";
    assert_eq!(world.rows(audit).await, [["console:maria", "correct_fact", "volume"]]);
    world.done().await;
}

async fn a_correction_during_a_turn_is_not_overwritten(world: World) {
    write(&world, "Aqui é o Marcos, da Burger House, de Londrina").await;
    world.lead(PHONE, "Marcos").write("meu email é marcos@burger.com.br").await.unwrap();
    world.app.clock.advance(15_000);
    let claim = world.begin_turn().await;
    correct(&world, Field::Company, "Burger Home").await;
    world.end_turn(claim).await;
    assert_eq!(world.replies(PHONE).len(), 1, "nothing of the first attempt is saved");
    world.settle().await;
    assert_eq!(
        world.value("SELECT company, email FROM leads").await,
        "Burger Home|marcos@burger.com.br"
    );
    world.done().await;
}

async fn a_value_taken_away_may_be_learnt_again(world: World) {
    write(&world, "Aqui é o Marcos, da Burger House, de Londrina").await;
    assert!(matches!(correct(&world, Field::Company, " ").await, Corrected::Done(..)));
    assert_eq!(world.value("SELECT company FROM leads").await, "-");
    assert_eq!(correct(&world, Field::Company, "").await, Corrected::Unchanged);
    write(&world, "o nome da empresa é Burger Home").await;
    assert!(current(&facts(&world).await).contains(&("company", "Burger Home", "offline")));
    let history = "SELECT value, source FROM facts WHERE field = 'company' ORDER BY created_at";
    assert_eq!(
        world.rows(history).await,
        [["Burger House", "offline"], ["", "human"], ["Burger Home", "offline"]]
    );
    world.done().await;
}

async fn a_wrong_value_is_refused_with_the_reason(world: World) {
    write(&world, "Aqui é o Marcos, da Burger House, de Londrina").await;
    let Corrected::Refused(reason) = correct(&world, Field::Cnpj, "11.222.333/0001-82").await
    else {
        panic!("taken");
    };
    assert!(reason.to_string().contains("CNPJ inválido"), "{reason}");
    assert_eq!(world.value("SELECT COUNT(*) FROM audit").await, "0");
    let nobody = CorrectFact {
        whose: Whose::Lead(Uuid::nil()),
        field: Field::Uf,
        text: "PR".to_owned(),
        source: Source::Crm,
        actor: "crm:1".to_owned(),
        playbook: world.app.playbook(),
        now: world.app.clock.now(),
    };
    assert_eq!(world.app.store.write(nobody).await.unwrap(), Corrected::Unknown);
    world.done().await;
}

async fn facts_of_two_leads_that_are_one_person_are_kept(world: World) {
    const LID: &str = "65998849469@lid";
    write(&world, "Aqui é o Marcos, da Burger House, de Londrina").await;
    let by_lid = world.lead(PHONE, "Marcos").by_lid_only(LID);
    by_lid.write("Aqui é o Marcos, do Frigorífico Boi Bravo. Meu email é a@b.co").await.unwrap();
    world.settle().await;
    world.lead(PHONE, "Marcos").with_lid(LID).write("oi de novo").await.unwrap();
    world.settle().await;
    let facts = facts(&world).await;
    assert!(current(&facts).contains(&("company", "Burger House", "offline")), "{facts:?}");
    assert!(facts.history.iter().any(|fact| fact.value.contains("Boi Bravo")), "{facts:?}");
    assert!(facts.current.iter().all(|fact| facts.lead.knows(fact.field)), "{facts:?}");
    world.done().await;
}

#[tokio::test]
async fn what_the_model_read_is_told_from_what_the_offline_reader_did() {
    let world = World::sqlite_with(&[("OPENAI_MODEL", "gpt-4o")]).await;
    let answer = serde_json::json!({
        "reply": "Prazer, Marcos! Em qual cidade vocês estão?",
        "facts": [
            {"field": "name", "value": "Marcos", "quote": "Marcos"},
            {"field": "urgency", "value": "alta", "quote": "não dá mais para esperar"},
            {"field": "company", "value": "Casa Inventada", "quote": "Casa Inventada"},
        ],
        "intents": ["greeting"],
        "records": {"technical_question": null, "unavailable_interest": false,
                    "opt_out": false, "human_request": false},
        "asks": ["city"],
    });
    world.simulator.openai.script(vec![Completion::Text(answer.to_string())]);
    write(&world, "Aqui é o Marcos, não dá mais para esperar").await;
    let told = facts(&world).await;
    assert_eq!(current(&told), [("name", "Marcos", "offline"), ("urgency", "alta", "model")]);
    world.done().await;
}
