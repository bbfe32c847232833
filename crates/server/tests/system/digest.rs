//! The manager's digest: once a day over all replicas, at its hour, of the days since the last.

use jiff::civil::time;
use seleto::lanes;
use seleto_rules::playbook::Digest;

use crate::handoff::{HOT, HOUR, MARCOS, change, with_sellers};
use crate::world::World;

crate::on_both_engines!(the_manager_gets_one_digest_a_working_day, without_a_number_nobody_does);

const BOSS: &str = "5543988880000";

async fn the_manager_gets_one_digest_a_working_day(world: World) {
    let other = world.another_replica().await;
    for app in [&world.app, &other] {
        with_sellers(app);
        change(app, |playbook| {
            let digest = Digest { phone: BOSS.to_owned(), hour: time(7, 0, 0, 0) };
            playbook.rules.digest = Some(digest);
            playbook.rules.follow_up.after_hours.clear();
        });
    }
    world.settle_now().await;
    let first = world.replies(BOSS);
    assert_eq!(first.len(), 1, "it is Tuesday, past seven: of Monday");
    assert!(first[0].starts_with("*Resumo do atendimento, 23/11*"), "{}", first[0]);
    world.lead(MARCOS, "Rafael").write(HOT).await.unwrap();
    world.settle().await;
    // Until Friday at seven; each morning both replicas look before and after the hour.
    for wait in [20, 1, 3, 20, 1, 3, 20, 1] {
        world.app.clock.advance(wait * HOUR);
        let both = (lanes::all::run_all_due(&world.app), lanes::all::run_all_due(&other));
        let (a, b) = tokio::join!(both.0, both.1);
        a.unwrap();
        b.unwrap();
        world.settle_now().await;
    }
    let digests = world.replies(BOSS);
    assert_eq!(digests.len(), 4, "{digests:?}");
    assert!(digests[1].contains("*Leads novos:* 1\n"), "{}", digests[1]);
    assert!(digests[1].contains("*Leads quentes:* 1\n"), "{}", digests[1]);
    assert!(digests[2].contains("*Leads novos:* 0\n"), "{}", digests[2]);
    assert_eq!(world.value("SELECT COUNT(*) FROM leads").await, "1", "the manager is no lead");
    for _ in 0..6 {
        world.app.clock.advance(12 * HOUR);
        world.settle_now().await;
    }
    let digests = world.replies(BOSS);
    assert_eq!(digests.len(), 5, "none on Saturday and Sunday: {digests:?}");
    assert!(digests[4].starts_with("*Resumo do atendimento, de 27/11 a 29/11*"), "{}", digests[4]);
    world.done().await;
}

async fn without_a_number_nobody_does(world: World) {
    world.app.clock.advance(24 * HOUR);
    world.settle_now().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM deliveries").await, "0");
    world.done().await;
}
