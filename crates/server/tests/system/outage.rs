//! PostgreSQL goes away under load: what was acknowledged waits on disk and is answered later.

use seleto::intake::replay;
use seleto::store::Error;
use seleto::store::engine::{Operation, Tx};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::world::World;

/// A wire to the database that can be cut.
struct Wire {
    url: String,
    whole: watch::Sender<bool>,
}

impl Wire {
    async fn to(database: &str) -> Self {
        let (before, rest) = database.split_once('@').unwrap();
        let (target, name) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{before}@{}/{name}", listener.local_addr().unwrap());
        let (whole, watched) = watch::channel(true);
        let target = target.to_owned();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, target.clone(), watched.clone()));
            }
        });
        Self { url, whole }
    }

    fn set(&self, whole: bool) {
        self.whole.send_replace(whole);
    }
}

async fn carry(mut near: TcpStream, target: String, mut whole: watch::Receiver<bool>) {
    if !*whole.borrow() {
        return;
    }
    let Ok(mut far) = TcpStream::connect(target).await else { return };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        _ = whole.wait_for(|whole| !whole) => {}
    }
}

#[tokio::test]
async fn webhooks_are_acknowledged_from_disk_while_the_database_is_away_and_answered_later() {
    let database = crate::postgres::cluster().database().await;
    let wire = Wire::to(&database).await;
    let world = World::postgres_at(&wire.url).await;
    let lead = world.lead("5511987654321", "Marcos");
    lead.write("oi").await.unwrap();
    world.settle().await;
    let before = world.replies("5511987654321").len();

    wire.set(false);
    let mut bodies = Vec::new();
    for n in 0..30 {
        let posted = lead.write(&format!("mensagem {n}")).await.unwrap();
        assert_eq!(posted.status, 200, "{}", posted.answer);
        bodies.push(posted.body);
    }
    let copy = world.post("/webhook/zapi", bodies[0].to_string()).await;
    assert_eq!(copy.0, 200, "a copy is kept too: nobody can tell it from here");
    assert_eq!(replay::bring_over(&world.app).await, 0, "the database is still away");

    wire.set(true);
    assert_eq!(replay::bring_over(&world.app).await, 31);
    world.settle().await;
    let stored = "SELECT text FROM messages WHERE author = 'lead' ORDER BY seq";
    let stored = world.rows(stored).await.concat();
    let expected: Vec<_> =
        std::iter::once("oi".to_owned()).chain((0..30).map(|n| format!("mensagem {n}"))).collect();
    assert_eq!(stored, expected, "in order, and none twice");
    assert!(world.replies("5511987654321").len() > before);
    world.done().await;
}

#[tokio::test]
async fn without_a_spool_a_webhook_is_refused_rather_than_lost() {
    let database = crate::postgres::cluster().database().await;
    let wire = Wire::to(&database).await;
    let world = World::postgres_without_spool(&wire.url).await;
    wire.set(false);
    let posted = world.lead("5511987654321", "Marcos").write("oi").await.unwrap();
    assert_eq!(posted.status, 503, "{}", posted.answer);
    wire.set(true);
    let again = world.post("/webhook/zapi", posted.body.to_string()).await;
    assert_eq!(again.0, 200, "{}", again.1);
    world.settle().await;
    assert_eq!(world.replies("5511987654321").len(), 1);
    world.done().await;
}

/// Writes a row, and is still at it when its caller gives up.
struct Abandoned;

impl Operation for Abandoned {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.rows(
            "WITH half AS (INSERT INTO settings (key, value) VALUES ('half', 'done') RETURNING key)
             SELECT CAST(pg_sleep(30) AS TEXT) FROM half",
            &[],
        )
        .await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_caller_that_gives_up_leaves_nothing_for_the_next_commit() {
    let world = World::postgres().await;
    let store = &world.app.store;
    for _ in 0..3 {
        let abandoned = store.write(Abandoned);
        let patience = std::time::Duration::from_millis(100);
        assert!(tokio::time::timeout(patience, abandoned).await.is_err(), "it gives up");
    }
    for n in 0..20 {
        world.lead(&format!("55119876543{n:02}"), "Lead").write("oi").await.unwrap();
    }
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM settings WHERE key = 'half'").await, "0");
    assert_eq!(world.value("SELECT COUNT(*) FROM turns").await, "20");
    world.done().await;
}
