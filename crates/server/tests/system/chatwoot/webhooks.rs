//! Who may post as Chatwoot, and what is kept of what was posted.

use seleto_simulator::chatwoot::sign;

use super::{MODE, PHONE, done, there};
use crate::world::World;

crate::on_both_engines_with_chatwoot!(
    nobody_posts_without_the_secret,
    an_unknown_event_is_acknowledged_and_kept,
    what_is_no_event_is_refused,
);

async fn nobody_posts_without_the_secret(world: World) {
    let url = format!("{}/webhook/chatwoot", world.url);
    for query in ["", "?token=", "?token=wrong"] {
        let request = world.http.post(format!("{url}{query}")).body("{}");
        let request = request.header("content-type", "application/json");
        assert_eq!(request.send().await.unwrap().status().as_u16(), 401, "{query}");
    }
    assert_eq!(world.rows("SELECT seq FROM inbound").await.len(), 0);
    world.done().await;
}

async fn an_unknown_event_is_acknowledged_and_kept(world: World) {
    let body = r#"{"event":"inbox_exploded","account":{"id":1},"detail":[1,2,3]}"#;
    let (status, answer) = world.post("/webhook/chatwoot", body).await;
    assert_eq!(status, 200);
    assert!(answer.contains("other_event"), "{answer}");
    let (_, again) = world.post("/webhook/chatwoot", body).await;
    assert!(again.contains("duplicate"), "{again}");
    let kept = "SELECT decision, reason, body FROM inbound WHERE source = 'chatwoot'";
    assert_eq!(world.value(kept).await, format!("ignored|other_event|{body}"));
    world.done().await;
}

async fn what_is_no_event_is_refused(world: World) {
    assert_eq!(world.post("/webhook/chatwoot", "event=x").await.0, 400);
    assert_eq!(world.post("/webhook/chatwoot", "[]").await.0, 422);
    assert_eq!(world.post("/webhook/chatwoot", "x".repeat(300_000)).await.0, 413);
    world.done().await;
}

/// With a secret only the signature counts, and only for five minutes.
#[tokio::test]
async fn with_a_secret_only_what_is_signed_is_taken() {
    let vars = [("VENDORS", "chatwoot"), ("CHATWOOT_WEBHOOK_SECRET", "s3cret")];
    let world = World::sqlite_with(&vars).await;
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    world.chatwoot().agent_writes(there(&world, PHONE), "Aqui é a Ana").await;
    assert_eq!(world.value(MODE).await, "human", "what the server signs is taken");
    let now = world.app.clock.now() / 1000;
    let body = r#"{"event":"ping"}"#;
    let check = async |secret: &str, at: i64, header: bool, expected: u16| {
        let timestamp = at.to_string();
        let token = "a-secret-of-the-tests";
        let url = format!("{}/webhook/chatwoot?token={token}", world.url);
        let mut request = world.http.post(url).body(body);
        request = request.header("content-type", "application/json");
        if header {
            request = request.header("x-chatwoot-timestamp", &timestamp);
            request = request.header("x-chatwoot-signature", sign(secret, &timestamp, body));
        }
        let status = request.send().await.unwrap().status().as_u16();
        assert_eq!(status, expected, "{secret} {}", at - now);
    };
    check("s3cret", now, true, 200).await;
    check("s3cret", now - 299, true, 200).await;
    check("s3cret", now - 301, true, 401).await;
    check("s3cret", now + 301, true, 401).await;
    check("other", now, true, 401).await;
    check("s3cret", now, false, 401).await;
    done(world).await;
}

/// While the database is away an SDR's message waits on this machine's disk.
#[tokio::test]
async fn a_message_that_comes_while_the_database_is_away_is_not_lost() {
    let database = crate::postgres::cluster().database().await;
    let world = World::postgres_with(&database, &[("VENDORS", "chatwoot")]).await;
    world.lead(PHONE, "Marcos").write("oi").await.unwrap();
    world.settle().await;
    let conversation = there(&world, PHONE);
    world.app.spool.as_ref().unwrap().keep("zapi", b"{}", 0).await.unwrap();
    // What waits goes first, so the spool takes this one too, as if the database were away.
    world.chatwoot().agent_writes(conversation, "Aqui é a Ana").await;
    assert_eq!(world.value(MODE).await, "automatic");
    assert_eq!(seleto::intake::replay::bring_over(&world.app).await, 2);
    assert_eq!(world.value(MODE).await, "human");
    world.settle().await;
    assert_eq!(world.replies(PHONE).last().unwrap(), "Aqui é a Ana");
    done(world).await;
}
