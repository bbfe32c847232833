//! `kill -9` at random under load: nothing accepted stays unanswered, nothing is answered twice.

use std::ops::RangeInclusive;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::postgres;
use crate::scene::{Scene, Setup};

/// How often one test kills.
const KILLS: usize = 6;
/// How often the test of two replicas does.
const KILLS_OF_REPLICAS: usize = 4;
/// How long a process lives before it is killed, in milliseconds from when it listens.
const LIFE_MS: RangeInclusive<u64> = 100..=2_500;
/// How many of the starts that follow are killed too.
const KILLED_AGAIN: f64 = 0.25;
/// How long these live, in milliseconds from when they are started.
const SHORT_LIFE_MS: RangeInclusive<u64> = 0..=300;

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_sqlite_nothing_is_lost_or_told_twice() {
    let setup = Setup { postgres: None, replicas: 1, quiet_ms: 0, model: false };
    survive("sqlite", setup, kills().unwrap_or(KILLS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_postgres_nothing_is_lost_or_told_twice() {
    let postgres = Some(postgres::cluster().database().await);
    let setup = Setup { postgres, replicas: 1, quiet_ms: 0, model: true };
    survive("postgres", setup, kills().unwrap_or(KILLS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_replicas_killed_the_other_takes_over() {
    let postgres = Some(postgres::cluster().database().await);
    let setup = Setup { postgres, replicas: 2, quiet_ms: 200, model: true };
    survive("two replicas", setup, kills().unwrap_or(KILLS_OF_REPLICAS)).await;
}

/// Kills one replica after the other, each after a random time under load, and judges the result.
async fn survive(name: &str, setup: Setup, kills: usize) {
    let seed = seed();
    // Shown when the test fails, and to those who ask for the output.
    println!("{name}: SELETO_CRASH_SEED={seed} repeats these {kills} kills");
    let mut dice = StdRng::seed_from_u64(seed);
    let replicas = setup.replicas;
    let mut scene = Scene::start(setup).await;
    let load = scene.load(dice.random());
    for kill in 0..kills {
        // This is the experiment itself, not a wait for something.
        tokio::time::sleep(Duration::from_millis(dice.random_range(LIFE_MS))).await;
        let replica = kill % replicas;
        scene.kill(replica);
        if dice.random_bool(KILLED_AGAIN) {
            let life = Duration::from_millis(dice.random_range(SHORT_LIFE_MS));
            scene.start_in_vain(replica, life).await;
        }
        scene.start_replica(replica).await;
    }
    let findings = scene.end(load).await;
    println!("{name}, {kills} kills: {}", findings.figures);
    findings.assert_nothing_wrong();
}

/// The number of kills of a campaign.
#[expect(clippy::disallowed_methods, reason = "a campaign is ordered by a variable")]
fn kills() -> Option<usize> {
    let kills = std::env::var("SELETO_CRASH_KILLS").ok()?;
    Some(kills.parse().expect("SELETO_CRASH_KILLS is a number"))
}

/// New times in each run, unless one is repeated.
#[expect(clippy::disallowed_methods, reason = "a failed run is repeated by a variable")]
pub fn seed() -> u64 {
    let given = std::env::var("SELETO_CRASH_SEED").ok();
    given.map_or_else(rand::random, |seed| seed.parse().expect("SELETO_CRASH_SEED is a number"))
}
