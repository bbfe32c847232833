//! The playbook as people edit it in the console.

use seleto::playbook_watch::follow_published;
use seleto::store::console::accounts::Role;
use seleto_rules::playbook::Playbook;

use super::Person;
use crate::world::World;

crate::on_both_engines!(
    what_is_published_is_what_the_next_lead_hears_on_every_replica,
    a_broken_draft_is_refused_with_file_and_line,
    two_people_do_not_publish_over_each_other,
    going_back_brings_the_earlier_playbook_back,
    only_an_administrator_publishes,
);

const MARCOS: &str = "5511987654321";
const BIA: &str = "5543999991111";
const PATH: &str = "/agente/playbook";
const NAME: &str = "Seleto Industrial";

/// The program's own playbook with one thing changed in one file.
fn draft(file: &str, from: &str, to: &str) -> Vec<(String, String)> {
    let mut files = Playbook::seleto_files();
    let (_, text) = files.iter_mut().find(|(name, _)| name == file).unwrap();
    assert!(text.contains(from), "{from} is not in {file}");
    *text = text.replace(from, to);
    files
}

async fn send(
    person: &Person,
    path: &str,
    draft: &[(String, String)],
    more: &[(&str, &str)],
) -> super::Answer {
    let mut fields: Vec<_> =
        draft.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    fields.extend_from_slice(more);
    person.post(path, &fields).await
}

async fn hears(world: &World, phone: &str, name: &str, text: &str) -> String {
    world.lead(phone, name).write(text).await.unwrap();
    world.settle().await;
    world.replies(phone).join("\n")
}

async fn what_is_published_is_what_the_next_lead_hears_on_every_replica(world: World) {
    let admin = Person::account(&world, "maria", Role::Admin, None).await;
    let other = world.another_replica().await;
    assert!(hears(&world, MARCOS, "Marcos", "oi").await.contains(NAME));
    let changed = draft("company.toml", NAME, "Máquinas Aurora");
    let tried =
        send(&admin, &format!("{PATH}/experimentar"), &changed, &[("mensagem", "oi")]).await;
    assert!(tried.body.contains("Máquinas Aurora"), "{}", tried.body);
    assert!(world.app.playbook().company.name == NAME, "a trial changes nothing");

    let answer = send(&admin, PATH, &changed, &[("nota", "Nome novo"), ("base", "")]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let heard = hears(&world, BIA, "Bia", "oi").await;
    assert!(heard.contains("Máquinas Aurora"), "{heard}");
    assert_eq!(other.playbook().company.name, NAME);
    follow_published(&other).await.unwrap();
    assert_eq!(other.playbook().company.name, "Máquinas Aurora");
    let page = admin.get(PATH).await.body;
    assert!(page.contains("Nome novo") && page.contains("por maria"), "{page}");
    let audit = "SELECT actor, action FROM audit WHERE subject = 'playbook'";
    assert_eq!(world.rows(audit).await, [["console:maria", "publish_playbook"]]);
    world.done().await;
}

async fn a_broken_draft_is_refused_with_file_and_line(world: World) {
    let admin = Person::with_role(&world, Role::Admin).await;
    let broken = draft("company.toml", "time_zone = \"", "time_zone = \"Marte/");
    let line = 1 + broken[0].1.lines().position(|line| line.starts_with("time_zone")).unwrap();
    let place = format!("company.toml, linha {line}");
    for path in [PATH.to_owned(), format!("{PATH}/conferir"), format!("{PATH}/experimentar")] {
        let more = [("nota", "Fuso"), ("base", ""), ("mensagem", "oi")];
        let answer = send(&admin, &path, &broken, &more).await;
        assert_eq!(answer.status, if path == PATH { 422 } else { 200 });
        assert!(answer.body.contains(&place), "{path}: {place} is not in {}", answer.body);
    }
    assert_eq!(world.value("SELECT COUNT(*) FROM playbook_versions").await, "0");
    assert_eq!(world.app.playbook().time_zone, "America/Sao_Paulo");
    world.done().await;
}

async fn two_people_do_not_publish_over_each_other(world: World) {
    let admin = Person::with_role(&world, Role::Admin).await;
    let first = draft("company.toml", NAME, "Máquinas Aurora");
    let second = draft("company.toml", NAME, "Máquinas Boreal");
    let more = [("nota", "Nome"), ("base", "")];
    assert_eq!(send(&admin, PATH, &first, &more).await.status, 303);
    let late = send(&admin, PATH, &second, &more).await;
    assert_eq!(late.status, 422);
    assert!(late.body.contains("Outra pessoa publicou"), "{}", late.body);
    assert_eq!(world.app.playbook().company.name, "Máquinas Aurora");
    world.done().await;
}

async fn going_back_brings_the_earlier_playbook_back(world: World) {
    let admin = Person::with_role(&world, Role::Admin).await;
    let active = "SELECT id FROM playbook_versions WHERE active";
    let first = draft("company.toml", NAME, "Máquinas Aurora");
    send(&admin, PATH, &first, &[("nota", "Aurora"), ("base", "")]).await;
    let earlier = world.value(active).await;
    let second = draft("company.toml", NAME, "Máquinas Boreal");
    send(&admin, PATH, &second, &[("nota", "Boreal"), ("base", &earlier)]).await;
    assert!(hears(&world, MARCOS, "Marcos", "oi").await.contains("Máquinas Boreal"));

    let back = async |id: &str| admin.post(&format!("{PATH}/voltar"), &[("versao", id)]).await;
    assert_eq!(back(&earlier).await.status, 303);
    assert_eq!(world.value(active).await, earlier);
    assert!(hears(&world, BIA, "Bia", "oi").await.contains("Máquinas Aurora"));
    assert_eq!(back("").await.status, 303);
    assert_eq!(world.app.playbook().company.name, NAME);
    assert_eq!(back(&uuid::Uuid::nil().to_string()).await.status, 404);
    world.done().await;
}

async fn only_an_administrator_publishes(world: World) {
    let sdr = Person::with_role(&world, Role::Sdr).await;
    let changed = draft("company.toml", NAME, "Máquinas Aurora");
    assert_eq!(send(&sdr, PATH, &changed, &[("nota", "x")]).await.status, 403);
    assert_eq!(sdr.post(&format!("{PATH}/voltar"), &[("versao", "")]).await.status, 403);
    assert_eq!(world.value("SELECT COUNT(*) FROM playbook_versions").await, "0");
    world.done().await;
}

#[tokio::test]
async fn a_folder_has_the_say_and_the_page_only_shows_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../playbooks/seleto");
    let world = World::sqlite_with(&[("PLAYBOOK_DIR", folder)]).await;
    let admin = Person::with_role(&world, Role::Admin).await;
    let page = admin.get(PATH).await.body;
    assert!(page.contains("PLAYBOOK_DIR") && page.contains("readonly"), "{page}");
    assert!(!page.contains("Publicar"), "{page}");
    let changed = draft("company.toml", NAME, "Máquinas Aurora");
    let answer = send(&admin, PATH, &changed, &[("nota", "x"), ("base", "")]).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert_eq!(admin.post(&format!("{PATH}/voltar"), &[("versao", "")]).await.status, 422);
    assert_eq!(world.app.playbook().company.name, NAME);
    world.done().await;
}
