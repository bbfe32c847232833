//! The border: who may post, what is refused, and what is kept.

use serde_json::json;

use crate::world::World;

crate::on_both_engines!(
    only_the_secret_or_the_instances_token_opens_the_door,
    another_instance_is_refused,
    bad_bodies_get_a_clear_answer_and_nothing_is_stored,
    every_kind_of_event_is_taken_and_kept,
    ten_thousand_characters_and_odd_ones_are_stored,
    health_tells_what_was_measured,
);

async fn only_the_secret_or_the_instances_token_opens_the_door(world: World) {
    let body = world.lead("5511987654321", "Marcos").text_body("oi").to_string();
    let post = |path: &str, header: Option<String>| {
        let request = world.http.post(format!("{}{path}", world.url));
        let request = request.header("content-type", "application/json").body(body.clone());
        match header {
            Some(token) => request.header("z-api-token", token),
            None => request,
        }
    };
    let status =
        |request: reqwest::RequestBuilder| async { request.send().await.unwrap().status() };
    assert_eq!(status(post("/webhook/zapi", None)).await, 401);
    assert_eq!(status(post("/webhook/zapi?token=wrong", None)).await, 401);
    assert_eq!(status(post("/webhook/zapi", Some("wrong".into()))).await, 401);
    assert_eq!(world.value("SELECT COUNT(*) FROM inbound").await, "0");
    let token =
        secrecy::ExposeSecret::expose_secret(&world.app.config.zapi.as_ref().unwrap().token);
    assert_eq!(status(post("/webhook/audio", Some(token.to_owned()))).await, 200);
    assert_eq!(world.value("SELECT COUNT(*) FROM inbound").await, "1");
    world.settle().await;
    world.done().await;
}

async fn another_instance_is_refused(world: World) {
    let mut body = world.lead("5511987654321", "Marcos").text_body("oi");
    body["instanceId"] = "SOMEBODY-ELSE".into();
    let (status, answer) = world.post("/webhook/zapi", body.to_string()).await;
    assert_eq!(status, 403);
    assert!(answer.contains("ZAPI_INSTANCE_ID"), "{answer}");
    world.done().await;
}

async fn bad_bodies_get_a_clear_answer_and_nothing_is_stored(world: World) {
    for (body, expected) in [("", 400), ("{", 400), ("[]", 422), ("\"oi\"", 422), ("\u{0}", 400)] {
        let (status, answer) = world.post("/webhook/zapi", body).await;
        assert_eq!(status, expected, "{body:?}: {answer}");
        assert!(answer.contains("error"), "{answer}");
    }
    let large = format!("{{\"text\":{{\"message\":\"{}\"}}}}", "a".repeat(300_000));
    assert_eq!(world.post("/webhook/zapi", large).await.0, 413);
    let secret = secrecy::ExposeSecret::expose_secret(&world.app.webhook_secret);
    let url = format!("{}/webhook/zapi?token={secret}", world.url);
    let form = world.http.post(&url).header("content-type", "text/plain").body("{}");
    assert_eq!(form.send().await.unwrap().status(), 415);
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 405);
    let nowhere = world.http.get(format!("{}/nothing", world.url)).send().await.unwrap();
    assert_eq!(nowhere.status(), 404);
    assert_eq!(world.value("SELECT COUNT(*) FROM inbound").await, "0");
    world.done().await;
}

async fn every_kind_of_event_is_taken_and_kept(world: World) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/zapi");
    let mut bodies = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut body: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        if let Some(fields) = body.as_object_mut() {
            fields.remove("instanceId");
        }
        let (status, answer) = world.post("/webhook/zapi", body.to_string()).await;
        assert_eq!(status, 200, "{}: {answer}", path.display());
        bodies += 1;
    }
    assert!(bodies >= 50);
    world.settle().await;
    let groups = "SELECT COUNT(*) FROM deliveries WHERE address LIKE '%group%'
                  OR address LIKE '%newsletter%' OR address LIKE '%broadcast%'";
    assert_eq!(world.value(groups).await, "0");
    let waiting = "SELECT COUNT(*) FROM messages WHERE author = 'lead' AND turn_id IS NULL";
    let reactions = "SELECT COUNT(*) FROM messages WHERE kind = 'reaction' AND turn_id IS NULL";
    assert_eq!(world.value(waiting).await, world.value(reactions).await);
    world.done().await;
}

async fn ten_thousand_characters_and_odd_ones_are_stored(world: World) {
    let lead = world.lead("5511987654321", "Marcos");
    let odd = format!("nulo:\u{0} emoji:🥩 tags:\u{e0041} {}", "ã".repeat(10_000));
    for text in [odd.as_str(), "' OR 1=1; --", "\u{202e}virado"] {
        assert_eq!(lead.write(text).await.unwrap().status, 200);
    }
    let mut body = lead.text_body("id comprido");
    body["messageId"] = "X".repeat(5_000).into();
    body["senderLid"] = format!("{}@lid", "9".repeat(3_000)).into();
    assert_eq!(world.post("/webhook/zapi", body.to_string()).await.0, 200);
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM messages WHERE author = 'lead'").await, "4");
    world.done().await;
}

async fn health_tells_what_was_measured(world: World) {
    let health = || async {
        let response = world.http.get(format!("{}/api/health", world.url)).send().await.unwrap();
        (response.status().as_u16(), response.json::<serde_json::Value>().await.unwrap())
    };
    seleto::health::probe(&world.app).await;
    let (status, page) = health().await;
    assert_eq!(status, 200);
    assert_eq!(
        page,
        json!({"status": "healthy", "services": {
            "supabase": "not_configured", "openai": "not_configured", "zapi": "configured",
            "chatwoot": "not_configured", "piperun": "not_configured", "database": "connected",
        }})
    );
    world.simulator.zapi.disconnect();
    seleto::health::probe(&world.app).await;
    let (status, page) = health().await;
    assert_eq!((status, &page["services"]["zapi"]), (503, &json!("disconnected")));
    world.simulator.zapi.reconnect();
    world.simulator.zapi.settled().await;
    seleto::health::probe(&world.app).await;
    assert_eq!(health().await.0, 200);
    world.done().await;
}
