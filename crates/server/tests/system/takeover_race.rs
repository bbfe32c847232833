//! A human takes over at any moment of a running turn: the agent's reply never leaves afterwards.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use seleto::lanes;
use seleto::store::Error;
use seleto::store::control::{Decision, TakeOver};
use seleto::store::engine::{Operation, Tx};

use crate::world::World;

crate::on_both_engines!(two_hundred_takeovers_at_any_moment_of_a_turn);

/// Takes over, and in the same transaction counts what had begun to leave.
struct TakeOverAndCount(Decision);

impl Operation for TakeOverAndCount {
    type Output = i64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64, Error> {
        TakeOver(self.0.clone()).run(tx).await?;
        begun(tx, &self.0).await
    }
}

struct Begun(Decision);

impl Operation for Begun {
    type Output = i64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64, Error> {
        begun(tx, &self.0).await
    }
}

async fn begun(tx: &mut Tx<'_>, decision: &Decision) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM attempts a JOIN deliveries d ON d.id = a.delivery_id
               WHERE d.conversation_id = $1";
    tx.row(sql, &[decision.conversation.into()]).await?.unwrap().int(0)
}

async fn two_hundred_takeovers_at_any_moment_of_a_turn(world: World) {
    let mut dice = StdRng::seed_from_u64(20_261_124);
    let (mut before, mut after) = (0, 0);
    for round in 0..200 {
        let phone = format!("55119{:08}", 70_000_000 + round);
        world.lead(&phone, "Marcos").write("oi, queria saber da FB300").await.unwrap();
        world.app.clock.advance(15_000);
        let newest = "SELECT id FROM conversation_states ORDER BY created_at DESC, id DESC LIMIT 1";
        let conversation = world.value(newest).await.parse().unwrap();
        let (actor, now) = ("console:maria".to_owned(), world.app.clock.now());
        let decision = Decision { conversation, actor, now };
        let app = world.app.clone();
        let turn =
            tokio::spawn(async move { while lanes::all::run_all_due(&app).await.unwrap() > 0 {} });
        // Some moment between the claim of the turn and the last bubble's answer.
        let store = &world.app.store;
        for _ in 0..dice.random_range(0..30) {
            store.read(Begun(decision.clone())).await.unwrap();
            tokio::task::yield_now().await;
        }
        let begun = store.write(TakeOverAndCount(decision.clone())).await.unwrap();
        turn.await.unwrap();
        world.settle_now().await;
        let at_the_end = store.read(Begun(decision)).await.unwrap();
        assert_eq!(at_the_end, begun, "round {round}: a reply left after the takeover");
        let shown = i64::try_from(world.replies(&phone).len()).unwrap();
        assert!(shown <= begun, "round {round}: {shown} shown, {begun} begun");
        if begun > 0 { after += 1 } else { before += 1 }
    }
    assert!(before > 10 && after > 10, "the timings must differ: {before} before, {after} after");
    assert_eq!(
        world.value("SELECT COUNT(*) FROM conversation_states WHERE mode <> 'human'").await,
        "0"
    );
    world.done().await;
}
