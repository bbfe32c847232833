//! A lead is passed on to people: once, with a card, with reminders, and never in silence.

use seleto::app::App;
use seleto::lanes;
use seleto::store::control::{Decision, GiveBack, TakeOver};
use seleto_rules::playbook::{Playbook, Seller};
use seleto_simulator::Fault;
use seleto_simulator::zapi::{Event, Operation};

use crate::world::World;

crate::on_both_engines!(
    a_hot_lead_is_passed_on_once_with_a_card_to_every_seller,
    at_night_the_lead_is_told_when_and_the_sellers_hear_in_the_morning,
    a_request_for_a_person_and_a_complaint_are_passed_on,
    who_does_not_buy_is_passed_on_to_nobody,
    sellers_are_reminded_until_somebody_takes_the_lead,
    a_takeover_stops_the_reminders_and_the_card_that_waits,
    after_giving_back_the_old_handoff_triggers_nothing,
    a_seller_is_never_a_lead,
    a_card_whose_answer_is_lost_is_settled_by_its_echo,
    a_card_begun_by_a_process_that_died_is_not_sent_again,
    sellers_are_left_in_peace_at_night_whatever_held_a_card_up,
    outside_business_hours_the_notice_comes_once_per_closed_period,
    a_handoff_that_nobody_took_ends_after_a_week,
);

pub const MARCOS: &str = "5511987654321";
pub const ANA: &str = "5543999990001";
pub const BIA: &str = "5543999990002";
pub const HOT: &str = "Oi, aqui é o Rafael Moreira, da Brasa Urbana, de Curitiba PR. Quero a FB700, \
                       fazemos 1200 hambúrgueres por dia e preciso comprar este mês";
pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;

/// Makes Ana and Bia the sellers.
pub fn with_sellers(app: &App) {
    change(app, |playbook| {
        let seller = |name: &str, phone: &str| Seller { name: name.into(), phone: phone.into() };
        playbook.rules.sellers = vec![seller("Ana", ANA), seller("Bia", BIA)];
    });
}

pub fn change(app: &App, change: impl FnOnce(&mut Playbook)) {
    let mut playbook = (*app.playbook()).clone();
    change(&mut playbook);
    app.replace_playbook(playbook);
}

/// A lead that is hot at once.
async fn hot(world: &World) {
    with_sellers(&world.app);
    world.lead(MARCOS, "Rafael").write(HOT).await.unwrap();
    world.settle().await;
}

fn decision(world: &World, conversation: &str, actor: &str) -> Decision {
    Decision {
        conversation: conversation.parse().unwrap(),
        actor: actor.to_owned(),
        now: world.app.clock.now(),
    }
}

async fn take_over(world: &World) {
    let id = world.value("SELECT id FROM conversation_states").await;
    let decision = decision(world, &id, "console:maria");
    world.app.store.write(TakeOver(decision)).await.unwrap();
}

async fn give_back(world: &World) {
    let id = world.value("SELECT id FROM conversation_states").await;
    let decision = decision(world, &id, "console:maria");
    world.app.store.write(GiveBack(decision)).await.unwrap();
}

async fn pass(world: &World, ms: i64) {
    world.app.clock.advance(ms);
    world.settle_now().await;
}

async fn a_hot_lead_is_passed_on_once_with_a_card_to_every_seller(world: World) {
    hot(&world).await;
    let handoff = "SELECT why, reminders, picked_up_at, closed_at FROM handoffs";
    assert_eq!(world.value(handoff).await, "hot|0|-|-");
    assert_ne!(world.value("SELECT told_at FROM handoffs").await, "-");
    for seller in [ANA, BIA] {
        let cards = world.replies(seller);
        assert_eq!(cards.len(), 1, "{cards:?}");
        assert!(cards[0].starts_with("*Novo lead quente via WhatsApp*"), "{}", cards[0]);
        assert!(cards[0].contains("Brasa Urbana") && cards[0].contains("FB700"), "{}", cards[0]);
    }
    // The same card as a private note; the lead sees neither, and is told who goes on.
    let note = world.value("SELECT text FROM messages WHERE author = 'note'").await;
    assert_eq!(note, world.replies(ANA)[0]);
    let told = world.replies(MARCOS);
    assert!(told.iter().all(|text| !text.contains("Novo lead")), "{told:?}");
    let about = |text: &&String| text.contains("consultor") && !text.contains('?');
    assert_eq!(told.iter().filter(about).count(), 1, "{told:?}");
    // It cools down and is hot again: the episode is the same.
    let lead = world.lead(MARCOS, "Rafael");
    lead.write("na verdade não tenho pressa, é só para o ano que vem").await.unwrap();
    world.settle().await;
    lead.write("mudou tudo, preciso para este mês ainda").await.unwrap();
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM handoffs").await, "1");
    assert_eq!(world.replies(ANA).len(), 1);
    assert_eq!(world.value("SELECT COUNT(*) FROM leads").await, "1", "no seller became a lead");
    world.done().await;
}

async fn at_night_the_lead_is_told_when_and_the_sellers_hear_in_the_morning(world: World) {
    world.app.clock.advance(11 * HOUR);
    hot(&world).await;
    let told = world.replies(MARCOS).join("\n");
    assert!(told.contains("amanhã a partir das 8h"), "{told}");
    assert!(world.replies(ANA).is_empty());
    pass(&world, 10 * HOUR).await;
    assert!(world.replies(ANA).is_empty(), "it is 7 o'clock");
    pass(&world, HOUR).await;
    assert_eq!(world.replies(ANA).len(), 1);
    // The reminder counts from then on.
    pass(&world, 13 * MINUTE).await;
    assert_eq!(world.replies(ANA).len(), 1);
    pass(&world, 2 * MINUTE).await;
    assert_eq!(world.replies(ANA).len(), 2);
    world.done().await;
}

async fn a_request_for_a_person_and_a_complaint_are_passed_on(world: World) {
    with_sellers(&world.app);
    world.lead(MARCOS, "Marcos").write("quero falar com um atendente humano").await.unwrap();
    let angry = "comprei uma máquina de vocês e ela quebrou de novo, um absurdo, péssimo!";
    world.lead("5543999991111", "Bia").write(angry).await.unwrap();
    world.settle().await;
    let whys = "SELECT why FROM handoffs ORDER BY why";
    assert_eq!(world.rows(whys).await.concat(), ["complaint", "human_request"]);
    let cards = world.replies(ANA).join("\n---\n");
    assert!(cards.contains("*O lead pediu para falar com uma pessoa*"), "{cards}");
    assert!(cards.contains("*O lead fez uma reclamação*"), "{cards}");
    world.done().await;
}

async fn who_does_not_buy_is_passed_on_to_nobody(world: World) {
    with_sellers(&world.app);
    let lead = world.lead(MARCOS, "Marcos");
    lead.write("vocês estão contratando? queria mandar meu currículo").await.unwrap();
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM handoffs").await, "0");
    assert!(world.replies(ANA).is_empty());
    world.done().await;
}

async fn sellers_are_reminded_until_somebody_takes_the_lead(world: World) {
    hot(&world).await;
    pass(&world, 14 * MINUTE).await;
    assert_eq!(world.replies(ANA).len(), 1);
    pass(&world, MINUTE).await;
    let reminder = world.replies(ANA).pop().unwrap();
    assert!(reminder.starts_with("*Lembrete: lead à espera*"), "{reminder}");
    pass(&world, 45 * MINUTE).await;
    assert_eq!(world.replies(ANA).len(), 3);
    pass(&world, 12 * HOUR).await;
    assert_eq!(world.replies(ANA).len(), 3, "nobody is reminded at night");
    pass(&world, 9 * HOUR).await;
    let last = world.replies(ANA).pop().unwrap();
    assert!(last.starts_with("*Último lembrete"), "{last}");
    let alert = "SELECT kind FROM alerts WHERE resolved_at IS NULL";
    assert_eq!(world.value(alert).await, "handoff_waiting");
    pass(&world, 24 * HOUR).await;
    assert_eq!(world.replies(ANA).len(), 4);
    take_over(&world).await;
    assert_eq!(world.value("SELECT picked_by FROM handoffs").await, "console:maria");
    assert!(world.rows(alert).await.is_empty());
    world.done().await;
}

async fn a_takeover_stops_the_reminders_and_the_card_that_waits(world: World) {
    hot(&world).await;
    world.lead(MARCOS, "Rafael").hear_from_company("Oi Rafael, aqui é a Ana").await.unwrap();
    pass(&world, 3 * HOUR).await;
    assert_eq!(world.replies(ANA).len(), 1);
    assert_eq!(world.value("SELECT picked_by FROM handoffs").await, "phone");
    // At night a card waits for the morning; whoever takes the lead before needs none.
    world.app.clock.advance(9 * HOUR);
    let other = world.lead("5543999991111", "Bia");
    other.write("quero falar com uma pessoa por favor").await.unwrap();
    world.settle().await;
    other.hear_from_company("Oi Bia!").await.unwrap();
    pass(&world, 12 * HOUR).await;
    assert_eq!(world.replies(ANA).len(), 1);
    let withdrawn = "SELECT DISTINCT reason FROM deliveries WHERE state = 'cancelled'";
    assert_eq!(world.value(withdrawn).await, "somebody took the lead");
    world.done().await;
}

async fn after_giving_back_the_old_handoff_triggers_nothing(world: World) {
    hot(&world).await;
    take_over(&world).await;
    give_back(&world).await;
    let before = world.replies(MARCOS).len();
    let lead = world.lead(MARCOS, "Rafael");
    lead.write("e a FB300, faz quantos hambúrgueres por hora?").await.unwrap();
    world.settle().await;
    let replies = world.replies(MARCOS);
    assert!(replies[before..].join(" ").contains("300"), "{replies:?}");
    assert!(!replies[before..].join(" ").contains("passei tudo"), "told once: {replies:?}");
    assert_eq!(world.value("SELECT COUNT(*) FROM handoffs").await, "1");
    assert_eq!(world.replies(ANA).len(), 1);
    // A new request is a new episode.
    lead.write("quero falar com um atendente humano").await.unwrap();
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM handoffs").await, "2");
    assert_eq!(world.replies(ANA).len(), 2);
    world.done().await;
}

async fn a_seller_is_never_a_lead(world: World) {
    hot(&world).await;
    // Ana answers the card; with and without the ninth digit.
    for number in [ANA, "554399990001"] {
        world.lead(number, "Ana").write("deixa comigo, já chamo ele").await.unwrap();
    }
    // And somebody writes to her from the company's phone.
    world.lead(ANA, "Ana").hear_from_company("Ana, pega esse?").await.unwrap();
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM leads").await, "1");
    assert_eq!(world.replies(ANA).len(), 1, "no answer to a seller");
    let ignored = "SELECT COUNT(*) FROM inbound WHERE reason = 'seller' AND decision = 'ignored'";
    assert_eq!(world.value(ignored).await, "2");
    assert_eq!(world.value("SELECT mode FROM conversation_states").await, "automatic");
    world.done().await;
}

async fn a_card_whose_answer_is_lost_is_settled_by_its_echo(world: World) {
    with_sellers(&world.app);
    world.lead(MARCOS, "Rafael").write(HOT).await.unwrap();
    world.app.clock.advance(15_000);
    world.turn().await;
    // The lead's own bubbles leave; then each card loses its answer.
    let whatsapp = seleto::deliveries::Deliveries::new(world.app.clone()).unwrap();
    lanes::run_due(&whatsapp).await.unwrap();
    let lost = Fault::Reset { accepted: true };
    world.simulator.zapi.faults(Operation::SendText).next_times(2, lost);
    world.settle_now().await;
    for _ in 0..8 {
        pass(&world, 15_000).await;
    }
    for seller in [ANA, BIA] {
        assert_eq!(world.replies(seller).len(), 1);
    }
    let states = "SELECT DISTINCT state FROM deliveries WHERE lane = 'sellers'";
    assert_eq!(world.value(states).await, "accepted");
    world.done().await;
}

async fn a_card_begun_by_a_process_that_died_is_not_sent_again(world: World) {
    use seleto::store::delivery::{BeginAttempt, ClaimDeliveries, Job};
    use seleto::store::queue::Lane;
    with_sellers(&world.app);
    world.lead(MARCOS, "Rafael").write(HOT).await.unwrap();
    world.app.clock.advance(15_000);
    world.turn().await;
    let now = world.app.clock.now();
    let claim = ClaimDeliveries {
        lane: Lane::Sellers,
        now,
        lease_until: now + 45_000,
        replica: uuid::Uuid::now_v7(),
        limit: 10,
    };
    let mut jobs = world.app.store.write(claim).await.unwrap();
    let Some(Job::Send(claim, delivery)) = jobs.pop() else { panic!("nothing to send") };
    world.app.store.write(BeginAttempt { claim, delivery, now }).await.unwrap();
    for event in [Event::Delivery, Event::Echo, Event::Sent, Event::Reached, Event::Read] {
        world.simulator.zapi.callbacks(event).set_on(false);
    }
    for _ in 0..12 {
        pass(&world, 15_000).await;
    }
    // Nobody can know about the first; the second seller got the card once.
    let states = "SELECT state FROM deliveries WHERE lane = 'sellers' ORDER BY seq";
    assert_eq!(world.rows(states).await.concat(), ["undetermined", "accepted"]);
    assert!(world.replies(ANA).is_empty());
    assert_eq!(world.replies(BIA).len(), 1);
    world.done().await;
}

async fn sellers_are_left_in_peace_at_night_whatever_held_a_card_up(world: World) {
    let faults = world.simulator.zapi.faults(Operation::SendText);
    faults.always(Fault::unauthorized());
    hot(&world).await;
    for _ in 0..24 {
        pass(&world, 30 * MINUTE).await;
    }
    // WhatsApp is back at ten in the evening.
    faults.clear();
    for _ in 0..4 {
        pass(&world, 2 * MINUTE).await;
    }
    assert!(world.replies(ANA).is_empty());
    pass(&world, 10 * HOUR).await;
    let texts = world.replies(ANA);
    assert!(texts[0].starts_with("*Novo lead quente"), "{texts:?}");
    assert!(texts.len() <= 2, "the reminders of the afternoon are not caught up: {texts:?}");
    world.done().await;
}

async fn outside_business_hours_the_notice_comes_once_per_closed_period(world: World) {
    let lead = world.lead(MARCOS, "Marcos");
    lead.hear_from_company("Bom dia, aqui é a Ana, já te atendo").await.unwrap();
    let night = |world: &World, ms| world.app.clock.advance(ms);
    night(&world, 12 * HOUR);
    for text in ["oi, ainda tem alguém aí?", "a FB300 faz quantos por hora?", "e a FB700?"] {
        lead.write(text).await.unwrap();
        world.settle().await;
    }
    let notices = |world: &World| {
        let replies = world.replies(MARCOS);
        replies.iter().filter(|text| text.contains("a partir das 8h")).count()
    };
    assert_eq!(notices(&world), 1, "{:?}", world.replies(MARCOS));
    assert_eq!(
        world.value("SELECT mode, mode_by FROM conversation_states").await,
        "automatic|agent"
    );
    // The next day a human goes on, and the next night is another closed period.
    night(&world, 12 * HOUR);
    lead.hear_from_company("Bom dia Marcos!").await.unwrap();
    lead.write("bom dia").await.unwrap();
    world.settle().await;
    let before = world.replies(MARCOS).len();
    night(&world, 12 * HOUR);
    lead.write("tem alguém?").await.unwrap();
    world.settle().await;
    assert!(world.replies(MARCOS).len() > before);
    assert_eq!(notices(&world), 2, "{:?}", world.replies(MARCOS));
    world.done().await;
}

async fn a_handoff_that_nobody_took_ends_after_a_week(world: World) {
    hot(&world).await;
    for _ in 0..8 {
        pass(&world, 24 * HOUR).await;
    }
    assert_ne!(world.value("SELECT closed_at FROM handoffs").await, "-");
    // Whoever looks once a day reminds once for all that fell due.
    assert_eq!(world.replies(ANA).len(), 2, "a card and a reminder");
    world.done().await;
}
