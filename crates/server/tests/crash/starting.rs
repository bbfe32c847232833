//! Starts that must fail, each with one clear line and its exit code, and commands that must not.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

use rusqlite::Connection;
use tokio_postgres::NoTls;

use crate::agent::{Agent, Folder, free_port, seleto};
use crate::postgres;

/// Something that the operator can mend.
const WRONG: i32 = 1;
/// Variables that contradict themselves.
const CONTRADICTION: i32 = 2;

/// Runs a command to its end; its log is off, so that what it prints is for the operator.
fn run(folder: &Folder, command: &str, variables: &[(&str, String)]) -> Output {
    let quiet = [("RUST_LOG", "off".to_owned()), ("PORT", free_port().to_string())];
    // The last of two values of one variable counts.
    let variables: Vec<_> = quiet.into_iter().chain(variables.iter().cloned()).collect();
    seleto(folder, &variables).arg(command).output().expect("the binary runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The start failed with this code and with one line, which says all of this.
#[track_caller]
fn assert_refused(output: &Output, code: i32, says: &[&str]) {
    let printed = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{printed}");
    assert_eq!(printed.lines().count(), 1, "not one line: {printed}");
    for word in says {
        assert!(printed.contains(word), "{word:?} is missing in: {printed}");
    }
}

#[tokio::test]
async fn a_second_process_on_the_same_file_is_refused() {
    let folder = Folder::new();
    let database = ("DATABASE_URL", folder.sqlite());
    let variables = [database.clone(), ("PORT", free_port().to_string())];
    let first = Agent::start(&folder, "first", &variables).await;
    let second = run(&folder, "serve", &[database]);
    assert_refused(&second, WRONG, &["outro processo", "SQLite", "DATABASE_URL=postgres://"]);
    assert!(first.stop().await.success(), "the first one goes on working");
}

#[test]
fn a_port_in_use_is_named() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = taken.local_addr().expect("it has an address").port().to_string();
    let variables = [("DATABASE_URL", folder.sqlite()), ("PORT", port.clone())];
    let output = run(&folder, "serve", &variables);
    assert_refused(&output, WRONG, &["já está em uso", &port, "PORT="]);
}

#[test]
fn a_database_that_cannot_be_written_is_named() {
    let folder = Folder::new();
    fs::write(folder.join("file"), "not a folder").expect("a file");
    let inside = format!("sqlite://{}", folder.join("file/seleto.db").display());
    let output = run(&folder, "serve", &[("DATABASE_URL", inside)]);
    assert_refused(&output, WRONG, &["file/seleto", "DATABASE_URL"]);
}

#[test]
fn a_database_that_is_none_is_named() {
    let folder = Folder::new();
    fs::write(folder.join("seleto.db"), "no database at all; ".repeat(100)).expect("a file");
    let output = run(&folder, "serve", &[("DATABASE_URL", folder.sqlite())]);
    assert_refused(&output, WRONG, &["banco de dados", "DATABASE_URL"]);
}

#[test]
fn a_postgres_that_does_not_answer_is_named() {
    let folder = Folder::new();
    let url = format!("postgres://seleto:segredo@127.0.0.1:{}/seleto", free_port());
    let output = run(&folder, "serve", &[("DATABASE_URL", url)]);
    assert_refused(&output, WRONG, &["banco de dados", "DATABASE_URL"]);
    assert!(!stderr(&output).contains("segredo"), "the password is told");
}

#[test]
fn a_schema_newer_than_the_binary_is_refused_on_sqlite() {
    let folder = Folder::new();
    let database = [("DATABASE_URL", folder.sqlite())];
    assert!(run(&folder, "migrate", &database).status.success());
    Connection::open(folder.join("seleto.db"))
        .and_then(|file| file.execute("INSERT INTO schema_migrations VALUES (999, 0)", []))
        .expect("a version is added");
    let output = run(&folder, "serve", &database);
    assert_refused(&output, WRONG, &["999", "atualize o seleto"]);
}

#[tokio::test]
async fn a_schema_newer_than_the_binary_is_refused_on_postgres() {
    let folder = Folder::new();
    let url = postgres::cluster().database().await;
    let database = [("DATABASE_URL", url.clone())];
    assert!(run(&folder, "migrate", &database).status.success());
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("it answers");
    tokio::spawn(connection);
    let newer = "INSERT INTO schema_migrations VALUES (999, 0)";
    client.batch_execute(newer).await.expect("a version is added");
    let output = run(&folder, "serve", &database);
    assert_refused(&output, WRONG, &["999", "atualize o seleto"]);
}

#[test]
fn every_contradictory_variable_is_named_with_its_remedy() {
    let folder = Folder::new();
    let variables = [
        ("DATABASE_URL", "mysql://localhost/seleto".to_owned()),
        ("REPLY_QUIET_TIME_MS", "logo".to_owned()),
    ];
    let output = run(&folder, "serve", &variables);
    let printed = stderr(&output);
    assert_eq!(output.status.code(), Some(CONTRADICTION), "{printed}");
    assert!(printed.contains("DATABASE_URL: endereço inválido: use sqlite://"), "{printed}");
    assert!(printed.contains("REPLY_QUIET_TIME_MS: use milissegundos"), "{printed}");
    assert!(!folder.join("data").exists(), "it began to work all the same");
}

#[test]
fn a_broken_playbook_is_refused_with_file_line_and_reason() {
    let folder = Folder::new();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../playbooks/seleto");
    fs::create_dir(folder.join("playbook")).expect("a folder");
    for file in fs::read_dir(ours).expect("the playbook") {
        let file = file.expect("the playbook").path();
        let name = file.file_name().expect("a name");
        fs::copy(&file, folder.join("playbook").join(name)).expect("a copy");
    }
    let company = folder.join("playbook").join("company.toml");
    let text = fs::read_to_string(&company).expect("the company");
    let broken = text.replace("America/Sao_Paulo", "America/Lua");
    let line = 1 + broken.lines().position(|line| line.contains("America/Lua")).expect("a line");
    fs::write(&company, broken).expect("a file");
    let playbook = folder.join("playbook").display().to_string();
    let variables = [("DATABASE_URL", folder.sqlite()), ("PLAYBOOK_DIR", playbook.clone())];
    let output = run(&folder, "serve", &variables);
    let printed = stderr(&output);
    assert_eq!(output.status.code(), Some(WRONG), "{printed}");
    let place = format!("{playbook}/company.toml:{line}: ");
    assert!(printed.contains(&place), "{place} is missing in: {printed}");
    assert!(printed.contains("America/Lua"), "the reason is missing in: {printed}");
}

#[test]
fn help_names_every_command() {
    let folder = Folder::new();
    let output = seleto(&folder, &[]).arg("--help").output().expect("the binary runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}");
    for command in ["serve", "demo", "chat", "doctor", "check", "migrate", "webhook-urls", "bench"]
    {
        assert!(printed.contains(&format!("\n  {command}")), "{command} is missing in: {printed}");
    }
    assert!(!folder.join("data").exists(), "asking for help made a database");
}

#[tokio::test]
async fn webhook_urls_tell_the_same_secret_each_time_and_the_server_takes_it() {
    let folder = Folder::new();
    let port = free_port();
    let variables = [("DATABASE_URL", folder.sqlite()), ("PORT", port.to_string())];
    let secret = |output: &Output| {
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{printed}{}", stderr(output));
        let (_, secret) = printed.split_once("token=").expect("an address with a secret");
        secret.split_whitespace().next().expect("a secret").to_owned()
    };
    let before = secret(&run(&folder, "webhook-urls", &variables));
    assert!(before.len() >= 32, "too easy to guess: {before}");
    let agent = Agent::start(&folder, "agent", &variables).await;
    assert_eq!(secret(&run(&folder, "webhook-urls", &variables)), before);
    seleto::http::install_crypto();
    let http = seleto::http::client().expect("a client");
    let status = async |token: &str| {
        let url = format!("http://127.0.0.1:{port}/webhook/zapi?token={token}");
        let answer = http.post(url).json(&serde_json::json!({})).send().await.expect("an answer");
        answer.status().as_u16()
    };
    assert_eq!((status(&before).await, status("outro-segredo").await), (200, 401));
    assert!(agent.stop().await.success());
}
