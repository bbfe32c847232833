//! Conversations: listed, searched, read, written in, explained.

use seleto::store::console::accounts::Role;
use seleto::store::console::inbox::{Filter, ListConversations, Listing};

use super::Person;
use crate::world::World;

crate::on_both_engines!(
    what_a_person_writes_reaches_the_lead_and_silences_the_agent,
    giving_back_brings_the_agent_back,
    no_contact_means_no_bubble_leaves,
    a_correction_is_shown_with_who_made_it,
    a_search_finds_names_numbers_and_words_without_accents,
    pages_of_the_list_hold_everybody_once,
    hostile_words_are_shown_and_never_run,
    an_answer_is_explained_and_thought_again_without_sending,
    a_reader_sees_and_leaves_everything_unread,
);

const PHONE: &str = "5511987654321";

async fn open(world: &World) -> String {
    format!("/conversas/{}", world.value("SELECT id FROM conversation_states").await)
}

async fn what_a_person_writes_reaches_the_lead_and_silences_the_agent(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    let sdr = Person::with_role(&world, Role::Sdr).await;
    let path = open(&world).await;
    let before = world.replies(PHONE).len();
    let fields = [("texto", "Oi Marcos, aqui é a Ana")];
    assert_eq!(sdr.post(&format!("{path}/mensagens"), &fields).await.status, 303);
    world.settle().await;
    lead.write("oi Ana").await.unwrap();
    world.settle().await;
    let replies = world.replies(PHONE);
    assert_eq!(&replies[before..], ["Oi Marcos, aqui é a Ana"]);
    let page = sdr.get(&path).await.body;
    assert!(page.contains("assumiu a conversa") && page.contains("oi Ana"), "{page}");
    assert_eq!(sdr.post(&format!("{path}/mensagens"), &[("texto", "  ")]).await.status, 422);
    world.done().await;
}

async fn giving_back_brings_the_agent_back(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    let sdr = Person::with_role(&world, Role::Sdr).await;
    let path = open(&world).await;
    sdr.post(&format!("{path}/assumir"), &[]).await;
    assert_eq!(world.value("SELECT mode FROM conversation_states").await, "human");
    sdr.post(&format!("{path}/devolver"), &[]).await;
    lead.write("quero uma formadora de hambúrguer").await.unwrap();
    let before = world.replies(PHONE).len();
    world.settle().await;
    assert!(world.replies(PHONE).len() > before);
    sdr.post(&format!("{path}/encerrar"), &[]).await;
    let closed = sdr.get("/conversas?filtro=encerradas").await.body;
    assert!(closed.contains("Marcos"), "{closed}");
    world.done().await;
}

async fn no_contact_means_no_bubble_leaves(world: World) {
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.app.clock.advance(15_000);
    world.turn().await;
    let sdr = Person::with_role(&world, Role::Sdr).await;
    let path = open(&world).await;
    sdr.post(&format!("{path}/nao-contatar"), &[]).await;
    world.settle().await;
    assert!(world.replies(PHONE).is_empty());
    assert!(sdr.get(&path).await.body.contains("pediu para não receber mensagens"));
    world.done().await;
}

async fn a_correction_is_shown_with_who_made_it(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    lead.write("oi, sou o Marcos, de Curitiba").await.unwrap();
    world.settle().await;
    let sdr = Person::with_role(&world, Role::Sdr).await;
    let path = open(&world).await;
    let page = sdr.get(&path).await.body;
    assert!(page.contains("Curitiba") && page.contains("Lido pelas regras"), "{page}");
    let fields = [("campo", "company"), ("valor", "Brasa Burger")];
    assert_eq!(sdr.post(&format!("{path}/fatos"), &fields).await.status, 303);
    let page = sdr.get(&path).await.body;
    assert!(page.contains("Brasa Burger") && page.contains("Escrito por sdr-"), "{page}");
    let wrong = [("campo", "email"), ("valor", "isto não é e-mail")];
    assert_eq!(sdr.post(&format!("{path}/fatos"), &wrong).await.status, 422);
    world.done().await;
}

async fn a_search_finds_names_numbers_and_words_without_accents(world: World) {
    for (phone, name, text) in [
        ("5511987654321", "João Conceição", "oi, bom dia"),
        ("5541999998888", "Márcia", "vocês vendem formadora de hambúrguer?"),
        ("5551911112222", "100% Carnes", "olá"),
    ] {
        world.lead(phone, name).write(text).await.unwrap();
    }
    world.settle().await;
    let search = async |words: &str| {
        let listing = Listing { filter: Filter::All, search: words.to_owned() };
        let list = ListConversations { listing, after: None };
        let (entries, _) = world.app.store.read(list).await.unwrap();
        let mut names: Vec<_> = entries.into_iter().filter_map(|entry| entry.sender_name).collect();
        names.sort();
        names
    };
    assert_eq!(search("joao conc").await, ["João Conceição"]);
    assert_eq!(search("MÁRCIA").await, ["Márcia"]);
    assert_eq!(search("(41) 99999-8888").await, ["Márcia"]);
    assert_eq!(search("99998888").await, ["Márcia"]);
    assert!(search("vendem hamburguer").await.contains(&"Márcia".to_owned()));
    assert_eq!(search("100%").await, ["100% Carnes"]);
    assert!(search("' OR '1'='1").await.is_empty());
    assert!(search("nada disso").await.is_empty());
    assert_eq!(search("  ").await.len(), 3);
    world.done().await;
}

async fn pages_of_the_list_hold_everybody_once(world: World) {
    for number in 0..93 {
        let phone = format!("55119{:08}", 10_000_000 + number);
        world.lead(&phone, &format!("Lead {number}")).write("oi").await.unwrap();
    }
    let mut seen = Vec::new();
    let mut after = None;
    for filter in [Filter::Waiting, Filter::All] {
        seen.clear();
        loop {
            let listing = Listing { filter, search: String::new() };
            let list = ListConversations { listing, after };
            let (entries, next) = world.app.store.read(list).await.unwrap();
            seen.extend(entries.into_iter().map(|entry| entry.id));
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 93);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 93, "nobody twice");
    }
}

async fn hostile_words_are_shown_and_never_run(world: World) {
    let hostile = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>",
        "javascript:alert(1)",
        "{{constructor.constructor('alert(1)')()}}",
        "</textarea><script>alert(1)</script>",
        "' onmouseover='alert(1)",
        "<a hx-get=\"/sair\" hx-trigger=load>",
    ];
    for (index, words) in hostile.iter().enumerate() {
        let phone = format!("55119{:08}", 20_000_000 + index);
        world.lead(&phone, words).write(words).await.unwrap();
    }
    world.settle().await;
    let admin = Person::with_role(&world, Role::Admin).await;
    let mut pages = vec![admin.get("/conversas").await.body];
    for row in world.rows("SELECT id FROM conversation_states").await {
        pages.push(admin.get(&format!("/conversas/{}", row[0])).await.body);
    }
    for row in world.rows("SELECT id FROM turns").await {
        pages.push(admin.get(&format!("/turnos/{}", row[0])).await.body);
    }
    pages.push(admin.get("/conversas?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await.body);
    for page in &pages {
        for raw in ["<script>alert", "<img src=x", "<svg onload", "<a hx-get=\"/sair"] {
            assert!(!page.contains(raw), "{raw} is markup in:\n{page}");
        }
    }
    assert!(pages[0].contains("&lt;script&gt;alert(1)"), "{}", pages[0]);
    world.done().await;
}

async fn an_answer_is_explained_and_thought_again_without_sending(world: World) {
    let lead = world.lead(PHONE, "Marcos");
    lead.write("oi, sou o Marcos da Brasa Burger. quanto custa a FB300?").await.unwrap();
    world.settle().await;
    let sdr = Person::with_role(&world, Role::Sdr).await;
    let turn = world.value("SELECT id FROM turns WHERE outcome = 'answered'").await;
    let page = sdr.get(&format!("/turnos/{turn}")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for expected in ["quanto custa a FB300?", "Brasa Burger", "a Z-API aceitou", "preço"] {
        assert!(page.body.contains(expected), "{expected} is missing:\n{}", page.body);
    }
    let before = (world.replies(PHONE).len(), world.value("SELECT COUNT(*) FROM turns").await);
    let again = sdr.post(&format!("/turnos/{turn}/repetir"), &[("cerebro", "regras")]).await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert!(again.body.contains("iguais"), "{}", again.body);
    world.settle().await;
    let after = (world.replies(PHONE).len(), world.value("SELECT COUNT(*) FROM turns").await);
    assert_eq!(before, after, "nothing is sent and nothing saved");
    world.done().await;
}

async fn a_reader_sees_and_leaves_everything_unread(world: World) {
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    let path = open(&world).await;
    let unread = "SELECT unread FROM conversation_states";
    let reader = Person::with_role(&world, Role::Reader).await;
    let page = reader.get(&path).await.body;
    assert!(page.contains("perfil é de leitura") && !page.contains("/assumir"), "{page}");
    assert_eq!(world.value(unread).await, "1");
    let sdr = Person::with_role(&world, Role::Sdr).await;
    sdr.get(&path).await;
    assert_eq!(world.value(unread).await, "0");
    world.settle().await;
    world.done().await;
}
