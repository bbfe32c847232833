//! A PostgreSQL with Supabase's roles: the six tables are adopted, closed to the public keys, and
//! hold our record directly.

use seleto::store::supabase_schema::{Differences, SCHEMA};
use seleto::store::{Store, migrate};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

use crate::postgres::Cluster;
use crate::world::World;

/// A server of its own: roles are shared by all databases of a server.
struct Project {
    database: String,
    owner: Client,
    _server: Cluster,
}

const ROLES: &str = "
    CREATE ROLE anon NOLOGIN; CREATE ROLE authenticated NOLOGIN;
    CREATE ROLE service_role NOLOGIN BYPASSRLS;
    GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;";

impl Project {
    async fn new() -> Self {
        let server = Cluster::start();
        let database = server.database().await;
        let (owner, connection) = tokio_postgres::connect(&database, NoTls).await.unwrap();
        tokio::spawn(connection);
        owner.batch_execute(ROLES).await.unwrap();
        Self { database, owner, _server: server }
    }

    async fn run(&self, sql: &str) {
        self.owner.batch_execute(sql).await.unwrap();
    }

    /// Runs a statement as one of Supabase's roles.
    async fn as_role(&self, role: &str, sql: &str) -> Result<u64, Option<SqlState>> {
        self.run(&format!("SET ROLE {role}")).await;
        let done = self.owner.execute(sql, &[]).await;
        self.run("RESET ROLE").await;
        done.map_err(|error| error.code().cloned())
    }

    async fn text(&self, sql: &str) -> String {
        let row = self.owner.query_one(sql, &[]).await.unwrap();
        row.get::<_, Option<String>>(0).unwrap_or_default()
    }
}

const DENIED: Result<u64, Option<SqlState>> = Err(Some(SqlState::INSUFFICIENT_PRIVILEGE));

#[tokio::test]
async fn the_schema_is_closed_to_all_but_the_service_however_often_it_is_run() {
    let project = Project::new().await;
    // As older projects do it: every new table is open to the public keys.
    project
        .run("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated")
        .await;
    project.run(SCHEMA).await;
    project.run(SCHEMA).await;
    for table in seleto::store::customer::Table::ALL {
        let name = table.name();
        for role in ["anon", "authenticated"] {
            assert_eq!(project.as_role(role, &format!("SELECT 1 FROM {name}")).await, DENIED);
        }
        assert_eq!(project.as_role("service_role", &format!("SELECT 1 FROM {name}")).await, Ok(0));
        let secured = "SELECT relrowsecurity::text FROM pg_class WHERE oid = '%'::regclass";
        assert_eq!(project.text(&secured.replace('%', name)).await, "true");
        let policies = "SELECT string_agg(policyname || ' ' || roles::text, ';') FROM pg_policies
                        WHERE tablename = '%'";
        let policies = project.text(&policies.replace('%', name)).await;
        assert_eq!(policies, "seleto_service_role {service_role}");
    }
}

#[tokio::test]
async fn a_change_is_dated_unless_it_brings_its_own_date() {
    let project = Project::new().await;
    project.run(SCHEMA).await;
    project.run("INSERT INTO leads (phone, updated_at) VALUES ('5511', '2026-01-01Z')").await;
    project.run("UPDATE leads SET city = 'Itu', updated_at = '2026-02-02Z'").await;
    let year = "SELECT to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM leads";
    assert_eq!(project.text(year).await, "2026-02-02");
    project.run("UPDATE leads SET city = 'Jundiaí'").await;
    assert_ne!(project.text(year).await, "2026-02-02");
}

/// What a customer may have had before us.
const BEFORE_US: &str = "
    CREATE TABLE leads (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), phone VARCHAR(20),
                        name TEXT, city TEXT, setor TEXT NOT NULL DEFAULT 'vendas');
    ALTER TABLE leads ENABLE ROW LEVEL SECURITY;
    CREATE POLICY \"Acesso total\" ON leads FOR ALL USING (true);
    GRANT ALL ON leads TO anon;
    CREATE TABLE technical_questions (id BIGSERIAL PRIMARY KEY, phone TEXT, question TEXT);
    INSERT INTO leads (phone, name, city) VALUES ('551187654321', 'Ana Souza', 'Itu');
    CREATE TABLE conversations (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), lead_phone TEXT,
                                role TEXT, content TEXT, timestamp TIMESTAMPTZ DEFAULT now());
    INSERT INTO conversations (lead_phone, role, content) VALUES
      ('551187654321', 'user', 'Oi, sou a Ana');";

#[tokio::test]
async fn tables_that_are_there_are_adopted_and_what_differs_is_told() {
    let project = Project::new().await;
    project.run(BEFORE_US).await;
    let store = Store::open(&project.database).unwrap();
    migrate::run_thoroughly(&store, 0).await.unwrap();
    migrate::run_thoroughly(&store, 0).await.unwrap();
    let kept = "SELECT name || city || setor || opted_out::text FROM leads";
    assert_eq!(project.text(kept).await, "Ana SouzaItuvendasfalse");
    let told = store.read(Differences).await.unwrap();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("leads: a política \"Acesso total\" vale também"), "{told:?}");
    assert!(told[1].starts_with("technical_questions.id: é bigint e deveria ser uuid"), "{told:?}");
    // The open policy stays, and yet nobody comes in.
    assert_eq!(project.as_role("anon", "SELECT 1 FROM leads").await, DENIED);
}

#[tokio::test]
async fn rows_that_cannot_be_told_apart_are_reported_and_stay() {
    let project = Project::new().await;
    project.run(BEFORE_US).await;
    project.run("INSERT INTO leads (phone, name) VALUES ('551187654321', 'Outra Ana')").await;
    let store = Store::open(&project.database).unwrap();
    migrate::run_thoroughly(&store, 0).await.unwrap();
    let told = store.read(Differences).await.unwrap().join("\n");
    assert!(told.contains("leads: falta a chave única (phone)"), "{told}");
    assert_eq!(project.text("SELECT count(*)::text FROM leads").await, "2");
}

#[tokio::test]
async fn our_own_tables_are_closed_and_a_known_lead_is_greeted_by_name() {
    let project = Project::new().await;
    project.run(BEFORE_US).await;
    project.run("DROP TABLE technical_questions").await;
    project.run("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon").await;
    let world = World::postgres_at(&project.database).await;
    for table in ["messages", "inbound", "turns", "settings", "queue", "schema_migrations", "facts"]
    {
        let look = format!("SELECT 1 FROM {table}");
        assert_eq!(project.as_role("anon", &look).await, DENIED, "{table}");
    }
    world.lead("5511987654321", "aninha").write("Boa tarde!").await.unwrap();
    world.settle().await;
    let said = world.replies("5511987654321").join(" ");
    assert!(said.contains("Ana"), "{said}");
    assert_eq!(
        world.value("SELECT name, city, phone FROM leads").await,
        "Ana Souza|Itu|551187654321"
    );
    assert_eq!(world.value("SELECT content FROM recalled").await, "Oi, sou a Ana");
    let facts = "SELECT field, value, source FROM facts WHERE field = 'name'";
    assert_eq!(world.value(facts).await, "name|Ana Souza|supabase");
    world.done().await;
}
