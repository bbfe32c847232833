//! Ten thousand bodies that no vendor should send: none breaks anything, and what is taken is kept.

use futures_util::StreamExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::world::World;

const BODIES: usize = 10_000;

#[tokio::test]
async fn ten_thousand_malformed_bodies_break_nothing() {
    let world = World::sqlite().await;
    let mut dice = StdRng::seed_from_u64(20_261_124);
    let templates = templates();
    let bodies: Vec<Vec<u8>> = (0..BODIES).map(|_| mutate(&templates, &mut dice)).collect();
    let answers = futures_util::stream::iter(bodies)
        .map(|body| world.post("/webhook/zapi", body))
        .buffer_unordered(32)
        .collect::<Vec<_>>()
        .await;
    let mut kept = 0;
    for (status, answer) in &answers {
        assert!(*status < 500, "{status}: {answer}");
        assert!(answer.len() < 500, "answers are short: {answer}");
        let news = ["accepted", "state", "ignored"].iter().any(|word| answer.contains(word));
        kept += usize::from(*status == 200 && news);
    }
    let stored: usize = world.value("SELECT COUNT(*) FROM inbound").await.parse().unwrap();
    // Presence is answered and not kept: its next report says more.
    assert!(stored <= kept && stored > kept / 2, "{stored} stored of {kept} taken");
    let (taken, refused) = answers.iter().partition::<Vec<_>, _>(|(status, _)| *status == 200);
    assert!(taken.len() > 500 && refused.len() > 500, "{} {}", taken.len(), refused.len());
    world.settle().await;
    world.done().await;
}

fn templates() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/zapi");
    let mut bodies: Vec<Vec<u8>> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let mut body: serde_json::Value = serde_json::from_str(&text).unwrap();
            if let Some(fields) = body.as_object_mut() {
                fields.remove("instanceId");
            }
            body.to_string().into_bytes()
        })
        .collect();
    bodies.extend([
        b"{\"text\":{\"message\":\"\\ud800\"},\"phone\":\"5511987654321\"}".to_vec(),
        b"{\"momment\":1e400,\"phone\":\"5511987654321\",\"text\":{\"message\":\"oi\"}}".to_vec(),
        [b"{\"a\":".repeat(10_000), b"1".to_vec(), b"}".repeat(10_000)].concat(),
        [b"\xef\xbb\xbf".to_vec(), b"{\"phone\":\"5511987654321\"}".to_vec()].concat(),
        b"NaN".to_vec(),
        b"{\"phone\":{\"phone\":[{}]},\"text\":\"oi\",\"fromMe\":\"yes\"}".to_vec(),
    ]);
    bodies.sort();
    bodies
}

fn mutate(templates: &[Vec<u8>], dice: &mut StdRng) -> Vec<u8> {
    let mut body = templates.choose(dice).unwrap().clone();
    for _ in 0..dice.random_range(1..4) {
        if body.is_empty() {
            break;
        }
        let at = dice.random_range(0..body.len());
        let end = dice.random_range(at..body.len().min(at + 40));
        match dice.random_range(0..7) {
            0 => body.truncate(at),
            1 => body[at] = dice.random(),
            2 => body.insert(at, dice.random()),
            3 => drop(body.drain(at..end)),
            4 => {
                let copy = body[at..end].to_vec();
                body.splice(at..at, copy);
            }
            5 => {
                let odd: &[&[u8]] =
                    &[b"null", b"[]", b"{}", b"-1", b"\"\\u0000\"", b"1e400", b"true", b"\"\""];
                let value = odd.choose(dice).unwrap().iter().copied();
                body.splice(at..end, value);
            }
            _ => {
                let other = templates.choose(dice).unwrap();
                let from = dice.random_range(0..=other.len());
                body.extend_from_slice(&other[from..]);
            }
        }
    }
    body
}
