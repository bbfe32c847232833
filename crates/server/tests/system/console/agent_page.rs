//! The page Agente: its mode, as people set it there.

use seleto::store::agent_mode::LoadAgentMode;
use seleto::store::console::accounts::Role;
use seleto_rules::agent_mode::Level;

use super::Person;
use crate::world::World;

crate::on_both_engines!(
    the_mode_that_a_page_sets_is_what_the_agent_does,
    a_list_without_a_readable_number_is_refused_and_changes_nothing,
    only_an_administrator_sets_the_mode,
    every_page_says_that_the_agent_is_held_back,
);

const MARCOS: &str = "5511987654321";
const BIA: &str = "5543999991111";
const NOTES: &str = "SELECT COUNT(*) FROM messages WHERE author = 'note'";

async fn the_mode_that_a_page_sets_is_what_the_agent_does(world: World) {
    let admin = Person::account(&world, "maria", Role::Admin, None).await;
    let set = async |mode: &str, phones: &str| {
        let fields = [("modo", mode), ("telefones", phones)];
        assert_eq!(admin.post("/agente/modo", &fields).await.status, 303);
    };
    let marcos = world.lead(MARCOS, "Marcos");
    set("off", "").await;
    marcos.write("oi").await.unwrap();
    world.settle().await;
    assert!(world.replies(MARCOS).is_empty());
    assert_eq!(world.value(NOTES).await, "0");

    set("shadow", "").await;
    marcos.write("quanto custa a FB300?").await.unwrap();
    world.settle().await;
    assert!(world.replies(MARCOS).is_empty());
    assert_eq!(world.value(NOTES).await, "1");

    // Without the country code, and without the ninth digit.
    set("allow_list", "(11) 8765-4321").await;
    marcos.write("oi?").await.unwrap();
    world.lead(BIA, "Bia").write("oi").await.unwrap();
    world.settle().await;
    let answered = world.replies(MARCOS).len();
    assert!(answered > 0 && world.replies(BIA).is_empty());
    let page = admin.get("/agente").await.body;
    assert!(page.contains("+55 11 8765-4321") && page.contains("Mudado por maria"), "{page}");

    set("on", "").await;
    world.lead(BIA, "Bia").write("tem alguém aí?").await.unwrap();
    world.settle().await;
    assert!(!world.replies(BIA).is_empty());
    let audit = "SELECT actor, detail FROM audit WHERE action = 'set_agent_mode' ORDER BY seq";
    let steps = ["off", "shadow", "allow_list", "on"].map(|mode| ["console:maria", mode]);
    assert_eq!(world.rows(audit).await, steps);
    world.done().await;
}

async fn a_list_without_a_readable_number_is_refused_and_changes_nothing(world: World) {
    let admin = Person::with_role(&world, Role::Admin).await;
    for (mode, phones) in [("allow_list", ""), ("allow_list", "Maria"), ("ligado", "")] {
        let answer = admin.post("/agente/modo", &[("modo", mode), ("telefones", phones)]).await;
        assert_eq!(answer.status, 422, "{mode} {phones}: {}", answer.body);
    }
    assert_eq!(world.app.store.read(LoadAgentMode).await.unwrap().mode, Level::On);
    world.done().await;
}

async fn only_an_administrator_sets_the_mode(world: World) {
    for role in [Role::Reader, Role::Sdr] {
        let person = Person::with_role(&world, role).await;
        assert_eq!(person.post("/agente/modo", &[("modo", "off")]).await.status, 403);
    }
    assert_eq!(world.app.store.read(LoadAgentMode).await.unwrap().mode, Level::On);
    world.done().await;
}

async fn every_page_says_that_the_agent_is_held_back(world: World) {
    world.lead(MARCOS, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    let admin = Person::with_role(&world, Role::Admin).await;
    let reader = Person::with_role(&world, Role::Reader).await;
    let id = world.value("SELECT id FROM conversation_states").await;
    let pages = ["/conversas", &format!("/conversas/{id}"), "/funil", "/numeros", "/integracoes"];
    for page in pages {
        assert!(!reader.get(page).await.body.contains("Agente na sombra"), "{page}");
    }
    assert_eq!(admin.post("/agente/modo", &[("modo", "shadow")]).await.status, 303);
    for page in pages {
        let body = reader.get(page).await.body;
        assert!(body.contains("Agente na sombra") && !body.contains("Mudar o modo"), "{page}");
    }
    // The thread does not promise an answer that will not come.
    let thread = reader.get(pages[1]).await.body;
    assert!(!thread.contains("O agente responde."), "{thread}");
    assert!(admin.get("/agente").await.body.contains("Mudar o modo"));
    world.done().await;
}
