//! The login, the first access, and how a session ends.

use reqwest::Method;
use seleto::console::login::setup_link;
use seleto::store::console::accounts::Role;

use super::{Answer, Person};
use crate::world::World;

crate::on_both_engines!(
    the_first_administrator_comes_by_a_link_that_works_once,
    the_right_password_opens_a_new_session_and_ends_the_old,
    after_five_tries_even_the_right_password_waits_a_minute,
    forged_addresses_do_not_lift_the_limit,
    sessions_end_by_rest_by_age_and_by_logout,
    a_new_password_ends_every_session,
    the_last_administrator_stays,
);

const PASSWORD: &str = "aço inox 304";

async fn enter(person: &Person, login: &str, password: &str, headers: &[(&str, &str)]) -> Answer {
    let fields = [("login", login), ("senha", password), ("para", "/conversas")];
    person.send(Method::POST, "/entrar", &fields, headers).await
}

async fn the_first_administrator_comes_by_a_link_that_works_once(world: World) {
    let link = setup_link(&world.app).await.unwrap().unwrap();
    let stranger = Person::stranger(&world);
    assert!(stranger.get(&link).await.body.contains("Primeiro acesso"));
    let fields = [("nome", "Ana Paula"), ("login", "Ana"), ("senha", PASSWORD), ("de_novo", "x")];
    let refused = stranger.send(Method::POST, &link, &fields, &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("não são iguais"), "{}", refused.body);
    let fields = [&fields[..3], &[("de_novo", PASSWORD)]].concat();
    let entered = stranger.send(Method::POST, &link, &fields, &[]).await;
    assert_eq!((entered.status, entered.location.as_deref()), (303, Some("/conversas")));
    let ana = Person { cookie: entered.session().unwrap(), ..Person::stranger(&world) };
    assert_eq!(ana.get("/usuarios").await.status, 200);
    assert_eq!(stranger.send(Method::POST, &link, &fields, &[]).await.status, 422);
    assert_eq!(stranger.get(&link).await.status, 422);
    assert!(setup_link(&world.app).await.unwrap().is_none(), "there is an administrator now");
}

async fn the_right_password_opens_a_new_session_and_ends_the_old(world: World) {
    let ana = Person::account(&world, "ana", Role::Sdr, Some(PASSWORD)).await;
    let answer = enter(&ana, "ANA ", PASSWORD, &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookie = answer.cookie.clone().unwrap();
    assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    assert_ne!(answer.session().unwrap(), ana.cookie);
    assert_eq!(ana.get("/conversas").await.status, 303, "the session from before is over");
    let anew = Person { cookie: answer.session().unwrap(), ..Person::stranger(&world) };
    assert_eq!(anew.get("/conversas").await.status, 200);
    let elsewhere = [("login", "ana"), ("senha", PASSWORD), ("para", "https://mau.example")];
    let answer = anew.send(Method::POST, "/entrar", &elsewhere, &[]).await;
    assert_eq!(answer.location.as_deref(), Some("/conversas"));
}

async fn after_five_tries_even_the_right_password_waits_a_minute(world: World) {
    Person::account(&world, "ana", Role::Sdr, Some(PASSWORD)).await;
    let stranger = Person::stranger(&world);
    for _ in 0..5 {
        let answer = enter(&stranger, "ana", "errada errada", &[]).await;
        assert_eq!(answer.status, 401);
        assert!(answer.body.contains("não conferem"), "{}", answer.body);
    }
    let answer = enter(&stranger, "ana", PASSWORD, &[]).await;
    assert_eq!(answer.status, 429);
    assert!(answer.body.contains("Espere um minuto"), "{}", answer.body);
    world.app.clock.advance(61_000);
    assert_eq!(enter(&stranger, "ana", PASSWORD, &[]).await.status, 303);
}

async fn forged_addresses_do_not_lift_the_limit(world: World) {
    let stranger = Person::stranger(&world);
    let mut locked = 0;
    for number in 0..20 {
        let (login, address) = (format!("pessoa{number}"), format!("9.9.9.{number}"));
        let headers = [("x-forwarded-for", address.as_str())];
        locked += u32::from(enter(&stranger, &login, "x", &headers).await.status == 429);
    }
    assert_eq!(locked, 15, "five tries an address, whoever it says it is");
}

async fn sessions_end_by_rest_by_age_and_by_logout(world: World) {
    let minutes = |minutes: i64| world.app.clock.advance(minutes * 60_000);
    let resting = Person::with_role(&world, Role::Reader).await;
    minutes(29);
    assert_eq!(resting.get("/conversas").await.status, 200);
    minutes(29);
    assert_eq!(resting.get("/conversas").await.status, 200, "use keeps it");
    minutes(31);
    let answer = resting.get("/conversas?filtro=quentes").await;
    assert_eq!(answer.status, 303);
    let login = "/entrar?para=/conversas%3Ffiltro%3Dquentes";
    assert_eq!(answer.location.as_deref(), Some(login));

    let busy = Person::with_role(&world, Role::Reader).await;
    for _ in 0..28 {
        minutes(25);
        assert_eq!(busy.get("/mais").await.status, 200);
    }
    minutes(25);
    assert_eq!(busy.get("/mais").await.status, 303, "after twelve hours it is over");

    let leaving = Person::with_role(&world, Role::Reader).await;
    let left = leaving.post("/sair", &[]).await;
    assert!(left.cookie.unwrap().contains("Max-Age=0"));
    assert_eq!(leaving.get("/conversas").await.status, 303);
}

async fn a_new_password_ends_every_session(world: World) {
    let admin = Person::with_role(&world, Role::Admin).await;
    let ana = Person::account(&world, "ana", Role::Sdr, Some(PASSWORD)).await;
    let id = world.value("SELECT id FROM users WHERE login = 'ana'").await;
    let page = admin.post(&format!("/usuarios/{id}/link"), &[]).await;
    let link = page.body.split("/acesso/").nth(1).unwrap().split('"').next().unwrap();
    let link = format!("/acesso/{link}");
    let chosen = [("senha", "outra frase longa"), ("de_novo", "outra frase longa")];
    let stranger = Person::stranger(&world);
    assert_eq!(stranger.send(Method::POST, &link, &chosen, &[]).await.status, 303);
    assert_eq!(ana.get("/conversas").await.status, 303, "her old session is over");
    assert_eq!(enter(&stranger, "ana", PASSWORD, &[]).await.status, 401);
    assert_eq!(enter(&stranger, "ana", "outra frase longa", &[]).await.status, 303);
}

async fn the_last_administrator_stays(world: World) {
    let admin = Person::account(&world, "ana", Role::Admin, Some(PASSWORD)).await;
    let id = world.value("SELECT id FROM users WHERE login = 'ana'").await;
    let kept = admin.post(&format!("/usuarios/{id}/desativar"), &[]).await;
    assert_eq!(kept.status, 422, "{}", kept.body);
    let kept = admin.post(&format!("/usuarios/{id}/papel"), &[("papel", "sdr")]).await;
    assert_eq!(kept.status, 422);
    Person::account(&world, "bia", Role::Admin, Some(PASSWORD)).await;
    assert_eq!(admin.post(&format!("/usuarios/{id}/desativar"), &[]).await.status, 303);
    assert_eq!(admin.get("/usuarios").await.status, 303, "she is out at once");
}
