//! Every route of the API behind its guard.

use reqwest::Method;
use seleto::api::{Access, routes};
use seleto::store::console::accounts::Role;
use serde_json::json;

use super::{Answer, Program};
use crate::console::Person;
use crate::world::World;

crate::on_both_engines!(
    only_a_token_of_the_role_gets_in,
    a_token_is_shown_once_and_ends_with_its_revocation,
    wrong_tokens_wear_out_and_so_do_good_ones,
);

fn filled(path: &str) -> String {
    path.replace("{id}", "00000000-0000-0000-0000-000000000000")
        .replace("{field}", "company")
        .replace("{key}", "whatsapp:message:x")
}

fn verdict(answer: &Answer) -> &'static str {
    match answer.status {
        401 => "401",
        403 => "403",
        status if status < 500 => "in",
        _ => "failed",
    }
}

async fn only_a_token_of_the_role_gets_in(world: World) {
    let revoked = Program::with_role(&world, Role::Admin).await;
    revoked.revoke(&world).await;
    let programs = [
        Program::with_token(&world, None),
        Program::with_token(&world, Some("seleto_00")),
        revoked,
        Program::with_role(&world, Role::Reader).await,
        Program::with_role(&world, Role::Sdr).await,
        Program::with_role(&world, Role::Admin).await,
    ];
    let browser = Person::with_role(&world, Role::Admin).await;
    let mut table = vec!["(none wrong revoked leitura sdr admin)".to_owned()];
    for route in routes::all() {
        let path = filled(route.path);
        let mut verdicts = Vec::new();
        for program in &programs {
            let body = (route.method != Method::GET).then(|| "{}".to_owned());
            let answer = program.send(route.method.clone(), &path, body, &[]).await;
            if answer.status >= 400 {
                assert!(answer.kind.starts_with("application/problem+json"), "{path}: {answer:?}");
            }
            verdicts.push(verdict(&answer));
        }
        table.push(format!("{:6} {:38} {}", route.method.as_str(), route.path, verdicts.join(" ")));
        if route.access != Access::Open && route.method == Method::GET {
            let by_cookie = browser.get(&format!("/api/v1{path}")).await;
            assert_eq!(by_cookie.status, 401, "{path}: a session is no token");
        }
    }
    insta::assert_snapshot!("who_gets_in_by_token", table.join("\n"));
}

async fn a_token_is_shown_once_and_ends_with_its_revocation(world: World) {
    let ana = Person::with_role(&world, Role::Reader).await;
    let other = Person::with_role(&world, Role::Admin).await;
    let page = ana.post("/conta/tokens", &[("nome", "planilha")]).await.body;
    let start = page.find("seleto_").unwrap();
    let secret: String =
        page[start..].chars().take_while(|it| it.is_ascii_alphanumeric() || *it == '_').collect();
    assert_eq!(secret.len(), "seleto_".len() + 64);
    let program = Program::with_token(&world, Some(&secret));
    assert_eq!(program.get("/conversations").await.status, 200);
    let page = ana.get("/conta").await.body;
    assert!(page.contains("planilha") && !page.contains(&secret), "{page}");
    assert!(!page.contains("nunca"), "its use is noted: {page}");
    let kept = world.value("SELECT hash FROM api_tokens").await;
    assert!(!secret.contains(&kept) && kept.len() == 64);
    let id = world.value("SELECT id FROM api_tokens").await;
    let revoke = format!("/conta/tokens/{id}/revogar");
    assert_eq!(other.post(&revoke, &[]).await.status, 404, "it is not theirs");
    assert_eq!(program.get("/conversations").await.status, 200);
    world.execute("UPDATE users SET disabled_at = 1 WHERE role = 'leitura'").await;
    assert_eq!(program.get("/conversations").await.status, 401, "its owner is disabled");
    world.execute("UPDATE users SET disabled_at = NULL").await;
    assert_eq!(ana.post(&revoke, &[]).await.status, 303);
    assert_eq!(program.get("/conversations").await.status, 401);
    assert_eq!(ana.post("/conta/tokens", &[("nome", " ")]).await.status, 422);
    let page = ana.get("/api/v1").await;
    assert!(page.body.contains("/conversations/{id}/take-over"), "{}", page.body);
    assert!(page.policy.starts_with("default-src 'none'"));
}

async fn wrong_tokens_wear_out_and_so_do_good_ones(world: World) {
    let wrong = Program::with_token(&world, Some("seleto_00"));
    let good = Program::with_role(&world, Role::Reader).await;
    while wrong.get("/health").await.status == 401 {}
    let refused = wrong.get("/health").await;
    assert_eq!(refused.status, 429);
    assert!(refused.body["detail"].as_str().unwrap().contains("Espere um minuto"));
    world.app.clock.advance(60_000);
    while good.get("/leads/x").await.status == 404 {}
    assert_eq!(good.get("/leads/x").await.status, 429);
    world.app.clock.advance(60_000);
    let answer = good.post("/conversations", json!({})).await;
    assert_eq!(answer.status, 405);
    assert_eq!(good.get("/health").await.status, 200);
}
