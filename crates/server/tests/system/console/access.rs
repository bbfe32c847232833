//! Every route of the console behind its guard.

use reqwest::Method;
use seleto::console::Access;
use seleto::console::routes;
use seleto::store::console::accounts::Role;

use super::{Answer, Person};
use crate::world::World;

crate::on_both_engines!(
    only_who_may_gets_in,
    a_change_needs_the_sessions_token_and_comes_from_our_own_page,
    what_is_not_there_is_not_there_for_all,
);

/// A path with something in each of its places.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{id}" => "00000000-0000-0000-0000-000000000000",
        part if part.starts_with('{') => "x",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn verdict(answer: &Answer) -> &'static str {
    match (answer.status, answer.location.as_deref()) {
        (303, Some(location)) if location.starts_with("/entrar?para=") => "login",
        (401, _) => "login",
        (403, _) => "forbidden",
        _ => "in",
    }
}

async fn only_who_may_gets_in(world: World) {
    let none = Person::stranger(&world);
    let wrong = Person { cookie: "seleto_sessao=00".to_owned(), ..Person::stranger(&world) };
    let reader = Person::with_role(&world, Role::Reader).await;
    let sdr = Person::with_role(&world, Role::Sdr).await;
    let admin = Person::with_role(&world, Role::Admin).await;
    let mut table = Vec::new();
    for route in routes::all().iter().filter(|route| route.path != "/sair") {
        let path = filled(route.path);
        if route.access == Access::Open {
            table.push(format!("{:36} {:5} open", route.path, route.method.as_str()));
            continue;
        }
        let mut verdicts = Vec::new();
        for person in [&none, &wrong, &reader, &sdr, &admin] {
            let answer = match route.method {
                Method::GET => person.get(&path).await,
                _ => person.post(&path, &[]).await,
            };
            assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.body);
            verdicts.push(verdict(&answer));
        }
        let words = verdicts.join(" ");
        table.push(format!("{:36} {:5} {words}", route.path, route.method.as_str()));
        let head = none.send(Method::HEAD, &path, &[], &[]).await;
        assert!(matches!(head.status, 303 | 401 | 405), "HEAD {path}: {}", head.status);
        let overridden = [("x-http-method-override", "GET"), ("sec-fetch-site", "same-origin")];
        let forged = none.send(Method::POST, &path, &[("_method", "GET")], &overridden).await;
        assert!(matches!(forged.status, 401 | 405), "{path}: {}", forged.status);
    }
    // In an order of its own: two new routes side by side are no conflict.
    table.sort();
    insta::assert_snapshot!("who_gets_in", table.join("\n"));
}

async fn a_change_needs_the_sessions_token_and_comes_from_our_own_page(world: World) {
    let admin = Person::with_role(&world, Role::Admin).await;
    let other = Person::with_role(&world, Role::Admin).await;
    for route in routes::all().iter().filter(|route| route.method == Method::POST) {
        let path = filled(route.path);
        let own = ("csrf", admin.csrf.as_str());
        let cross = [("sec-fetch-site", "cross-site")];
        let answer = admin.send(Method::POST, &path, &[own], &cross).await;
        assert_eq!(answer.status, 403, "{path} from another site");
        let origin = [("origin", "https://mau.example")];
        let answer = admin.send(Method::POST, &path, &[own], &origin).await;
        assert_eq!(answer.status, 403, "{path} from another origin");
        if route.access == Access::Open {
            continue;
        }
        let ours = [("sec-fetch-site", "same-origin")];
        for fields in [&[][..], &[("csrf", "")], &[("csrf", other.csrf.as_str())]] {
            let answer = admin.send(Method::POST, &path, fields, &ours).await;
            assert_eq!(answer.status, 403, "{path} with {fields:?}");
        }
        let token = [("x-csrf-token", other.csrf.as_str())];
        let answer = admin.send(Method::POST, &path, &[own], &token).await;
        assert_eq!(answer.status, 403, "{path}: a wrong header is not mended by the form");
    }
}

async fn what_is_not_there_is_not_there_for_all(world: World) {
    let admin = Person::with_role(&world, Role::Admin).await;
    let answer = admin.get("/conversas/00000000-0000-0000-0000-000000000000").await;
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("Não encontrei"), "{}", answer.body);
    let page = admin.get("/conversas").await;
    assert!(page.policy.starts_with("default-src 'none'"), "{}", page.policy);
    assert!(!page.policy.contains("unsafe"), "{}", page.policy);
    assert!(!page.body.contains("style=") && !page.body.contains("<style"), "no inline styles");
    assert!(!page.body.contains(" onclick") && !page.body.contains("javascript:"));
}
