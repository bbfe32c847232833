//! The mirror against a real PostgREST-compatible server in front of PostgreSQL, read back by
//! Supabase's official client. Opt-in: docs/development.md says what it needs.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use seleto::store::supabase_schema::SCHEMA;
use serde_json::{Value, json};
use tokio_postgres::NoTls;

use crate::postgres::Cluster;
use crate::supabase::{converge, ours, talk};
use crate::world::World;

const JWT_SECRET: &str = "a-secret-of-the-proof-with-more-than-32-characters";
const PYTHON_SIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/supabase_tables.py");
const ROLES: &str = "
    CREATE ROLE anon NOLOGIN; CREATE ROLE authenticated NOLOGIN;
    CREATE ROLE service_role NOLOGIN BYPASSRLS;
    CREATE ROLE authenticator LOGIN NOINHERIT;
    GRANT anon, authenticated, service_role TO authenticator;
    GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;";

/// The server, killed with the test.
struct Postrest(Child);

impl Drop for Postrest {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[expect(clippy::disallowed_methods, reason = "an opt-in test is told where its programs are")]
fn program(variable: &str, default: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| default.to_owned())
}

fn python(arguments: &[&str]) -> String {
    let program = program("SELETO_PYTHON", "python3");
    let output = Command::new(program).arg(PYTHON_SIDE).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Starts the server in front of a database, and waits until it answers.
async fn postrest(database: &str) -> (Postrest, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(program("SELETO_POSTRUST", "postrust"))
        .env("DATABASE_URL", database)
        .env("PGRST_DB_URI", database)
        .env("PGRST_DB_SCHEMAS", "public")
        .env("PGRST_DB_ANON_ROLE", "anon")
        .env("PGRST_SERVER_HOST", "127.0.0.1")
        .env("PGRST_SERVER_PORT", port.to_string())
        .env("PGRST_JWT_SECRET", JWT_SECRET)
        .env("PGRST_COMPAT_MODE", "true")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("postrust runs: see docs/development.md");
    let server = Postrest(child);
    for _ in 0..200 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return (server, format!("http://127.0.0.1:{port}"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("postrust does not listen");
}

/// What Supabase's gateway does: takes the prefix off, and makes a token of a lone `apikey`.
async fn gateway(target: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let state = (seleto::http::client().unwrap(), target);
    let router = Router::new().fallback(forward).with_state(state);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn forward(
    State((client, target)): State<(reqwest::Client, String)>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let url = format!("{target}{}", path.strip_prefix("/rest/v1").unwrap_or(path));
    let mut headers = head.headers;
    headers.remove("host");
    if let Some(key) = headers.get("apikey").and_then(|key| key.to_str().ok())
        && !headers.contains_key("authorization")
    {
        headers.insert("authorization", format!("Bearer {key}").parse().unwrap());
    }
    let answer = client.request(head.method, url).headers(headers).body(body).send().await.unwrap();
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
    let kind = answer.headers().get("content-type").cloned();
    let mut response = (status, answer.bytes().await.unwrap()).into_response();
    if let Some(kind) = kind {
        response.headers_mut().insert("content-type", kind);
    }
    response
}

/// The same instants in one spelling.
fn plain(mut rows: Value) -> Value {
    for row in rows.as_array_mut().into_iter().flatten() {
        for cell in row.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
            let instant = cell.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
            if let Some(instant) = instant {
                *cell = json!(instant.as_millisecond());
            }
        }
    }
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs postrust-server and Supabase's Python client: see docs/development.md"]
async fn the_official_client_reads_what_we_wrote_field_by_field() {
    let cluster = Cluster::start();
    let database = cluster.database().await;
    let (owner, connection) = tokio_postgres::connect(&database, NoTls).await.unwrap();
    tokio::spawn(connection);
    owner.batch_execute(ROLES).await.unwrap();
    owner.batch_execute(SCHEMA).await.unwrap();
    let (_server, address) =
        postrest(&database.replace("postgres://postgres@", "postgres://authenticator@")).await;
    let url = gateway(address).await;
    let key = python(&["token", "service_role", JWT_SECRET]);

    let vars = [("SUPABASE_URL", url.as_str()), ("SUPABASE_SERVICE_ROLE_KEY", key.as_str())];
    let world = World::sqlite_with(&vars).await;
    talk(&world, 5).await;
    converge(&world).await;
    let checks = seleto::supabase::tables(world.app.supabase.as_ref().unwrap()).await.unwrap();
    assert!(checks.iter().all(|check| check.problem.is_none()), "{checks:?}");

    let read: Value = serde_json::from_str(&python(&["read", &url, &key])).unwrap();
    for (table, ours) in ours(&world).await {
        assert!(!ours.is_empty() || table == "conversation_context", "{table} is empty");
        assert_eq!(plain(read[table].clone()), plain(json!(ours)), "{table}");
    }
    let anon = python(&["token", "anon", JWT_SECRET]);
    let read: Value = serde_json::from_str(&python(&["read", &url, &anon])).unwrap();
    for table in seleto::store::customer::Table::ALL {
        assert_eq!(read[table.name()], "42501", "{}", table.name());
    }
    world.done().await;
}
