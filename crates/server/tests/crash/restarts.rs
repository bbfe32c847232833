//! Restarts by SIGTERM under load: no error for the vendor, and no outcome left unknown.

use std::io::Write as _;
use std::net::TcpStream;
use std::ops::RangeInclusive;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use seleto_simulator::{Simulator, SimulatorConfig};

use crate::agent::{Agent, Folder, free_port};
use crate::kills::seed;
use crate::postgres;
use crate::scene::{Scene, Setup};

const RESTARTS: usize = 3;
/// How long a process works before it is asked to stop, in milliseconds from when it listens.
const LIFE_MS: RangeInclusive<u64> = 300..=2_000;
/// A burst that waits is left to the next process.
const QUIET_MS: u32 = 300;
/// How long a reply may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn restarted_on_sqlite_nobody_notices() {
    let setup = Setup { postgres: None, replicas: 1, quiet_ms: QUIET_MS, model: true };
    restart("sqlite", setup).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restarted_one_by_one_on_postgres_nobody_notices() {
    let postgres = Some(postgres::cluster().database().await);
    let setup = Setup { postgres, replicas: 2, quiet_ms: QUIET_MS, model: true };
    restart("two replicas", setup).await;
}

/// Stops and starts one replica after the other under load.
async fn restart(name: &str, setup: Setup) {
    let seed = seed();
    println!("{name}: SELETO_CRASH_SEED={seed} repeats these restarts");
    let mut dice = StdRng::seed_from_u64(seed);
    let replicas = setup.replicas;
    let mut scene = Scene::start(setup).await;
    let load = scene.load(dice.random());
    for restart in 0..RESTARTS {
        // This is the experiment itself, not a wait for something.
        tokio::time::sleep(Duration::from_millis(dice.random_range(LIFE_MS))).await;
        let replica = restart % replicas;
        let status = scene.stop(replica).await;
        assert!(status.success(), "SIGTERM ended in {status}");
        scene.start_replica(replica).await;
    }
    let findings = scene.end(load).await;
    println!("{name}, {RESTARTS} restarts: {}", findings.figures);
    findings.assert_nothing_wrong();
    assert_eq!(findings.figures.unknown, 0, "calls under way are finished before the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_finishes_its_request_does_not_hold_the_process_back() {
    let folder = Folder::new();
    let port = free_port();
    let variables = [("DATABASE_URL", folder.sqlite()), ("PORT", port.to_string())];
    let agent = Agent::start(&folder, "agent", &variables).await;
    let half = |request: &str| {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).expect("the agent listens");
        connection.write_all(request.as_bytes()).expect("the agent reads");
        connection
    };
    let _silent = half("");
    let _in_the_head = half("POST /webhook/zapi HTTP/1.1\r\nHost: agent\r\n");
    let _in_the_body = half(
        "POST /webhook/zapi HTTP/1.1\r\nHost: agent\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{",
    );
    let status = agent.stop().await;
    assert!(status.success(), "SIGTERM ended in {status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_thinks_too_long_is_left_and_the_next_process_answers() {
    let folder = Folder::new();
    let simulator = Simulator::start(SimulatorConfig::default()).await.expect("local ports");
    let port = free_port();
    let mut variables = vec![
        ("DATABASE_URL", folder.sqlite()),
        ("PORT", port.to_string()),
        ("WEBHOOK_SECRET", "segredo-dos-testes".to_owned()),
        ("REPLY_QUIET_TIME_MS", "0".to_owned()),
        ("TYPING_DELAY_SECONDS", "0".to_owned()),
    ];
    variables.extend(simulator.environment());
    simulator.call_back(&format!("http://127.0.0.1:{port}"), "segredo-dos-testes");
    simulator.openai.set_latency(Duration::from_secs(600));
    let agent = Agent::start(&folder, "agent", &variables).await;
    let phone = "5543990001234";
    let posted = simulator.zapi.write(phone, "Ana", "Vocês fabricam máquina de hambúrguer?").await;
    assert_eq!(posted.map(|posted| posted.status), Ok(200));
    simulator.openai.chats().until(|asked| !asked.is_empty()).await;
    let status = agent.stop().await;
    assert!(status.success(), "SIGTERM ended in {status}");
    assert!(simulator.zapi.phones().replies(phone).is_empty(), "the turn was not cut off");
    simulator.openai.set_latency(Duration::ZERO);
    let next = Agent::start(&folder, "agent", &variables).await;
    let replied = simulator.zapi.phones().replies_until(phone, 1);
    let replied = tokio::time::timeout(PATIENCE, replied).await;
    assert!(replied.is_ok(), "no reply after the restart:\n{}", next.tail());
    assert!(next.stop().await.success());
}
