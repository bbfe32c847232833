//! Every kind of body that Z-API posts, and what becomes of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use seleto::zapi::webhook::{
    Decision, Event, Inbound, Ours, StateChange, Undecodable, decide, decode,
};
use serde_json::{Value, json};

const OURS: Ours = Ours { phone: Some("551143217000"), rules: None };

fn fixtures() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/zapi");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
}

fn fixture(name: &str) -> Value {
    serde_json::from_slice(&fixtures()[name]).unwrap()
}

fn event(body: &Value) -> Event {
    decode(body.to_string().as_bytes()).unwrap()
}

fn turn(body: &Value) -> Inbound {
    match decide(&event(body), &OURS) {
        Decision::Turn(inbound) => *inbound,
        other => panic!("no turn: {other:?}"),
    }
}

/// One line for one decision, with the words that `Debug` hides.
fn line(decision: &Decision) -> String {
    let said = |inbound: &Inbound| {
        let mut line = format!("{:?} from {}", inbound.kind, inbound.address.as_str());
        if let Some(lid) = inbound.lid.as_ref().filter(|lid| **lid != inbound.address) {
            write!(line, " ({})", lid.as_str()).unwrap();
        }
        write!(line, " {:?}", inbound.text.as_str()).unwrap();
        if let Some(media) = &inbound.media {
            write!(line, " file={}", media.url.is_some()).unwrap();
        }
        if let Some(quoted) = &inbound.quoted_message_id {
            write!(line, " on {quoted}").unwrap();
        }
        if let Some(title) = inbound.ad.as_ref().and_then(|ad| ad.title.as_ref()) {
            write!(line, " ad {title:?}").unwrap();
        }
        line
    };
    match decision {
        Decision::Turn(inbound) => format!("TURN    {}", said(inbound)),
        Decision::State(StateChange::Edited(inbound)) => {
            format!("state   edited {}", said(inbound))
        }
        Decision::State(StateChange::Reacted(inbound)) => {
            format!("state   reacted {}", said(inbound))
        }
        Decision::State(StateChange::FromMe(sent)) => format!(
            "state   from me to {} lid={:?} api={} {:?} {:?}",
            sent.address.as_str(),
            sent.lid.as_ref().map(|lid| lid.as_str()),
            sent.through_api,
            sent.kind,
            sent.text.as_str()
        ),
        Decision::State(change) => format!("state   {change:?}"),
        Decision::Ignored(reason) => format!("ignored {}", reason.label()),
    }
}

#[test]
fn every_kind_of_body_has_a_defined_behaviour() {
    let mut table = String::new();
    for (name, body) in fixtures() {
        let decision = decide(&decode(&body).unwrap(), &OURS);
        writeln!(table, "{name:<32} {}", line(&decision)).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_kind_of_body_has_its_own_key() {
    let mut table = String::new();
    for (name, body) in fixtures() {
        let key = decode(&body).unwrap().dedupe_key();
        writeln!(table, "{name:<32} {}", key.as_deref().unwrap_or("-")).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn one_message_under_two_addresses_has_one_key() {
    let by_phone = fixture("text");
    let mut by_lid = by_phone.clone();
    by_lid["phone"] = by_phone["chatLid"].clone();
    assert_ne!(turn(&by_phone).address, turn(&by_lid).address);
    assert_eq!(event(&by_phone).dedupe_key(), event(&by_lid).dedupe_key());
}

#[test]
fn the_announcement_of_a_message_does_not_swallow_the_message() {
    let mut announced = fixture("waiting-message");
    let waiting = event(&announced).dedupe_key();
    announced["waitingMessage"] = json!(false);
    announced["text"] = json!({"message": "agora sim"});
    assert_ne!(event(&announced).dedupe_key(), waiting);
}

#[test]
fn each_version_of_an_edited_message_is_news_and_its_copy_is_not() {
    let first = fixture("text-edited");
    let mut second = first.clone();
    second["text"]["message"] = json!("outra versão");
    let mut original = first.clone();
    original["isEdit"] = json!(false);
    let keys = [&original, &first, &second].map(|body| event(body).dedupe_key());
    assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2], "{keys:?}");
    assert_eq!(event(&first.clone()).dedupe_key(), keys[1]);
}

#[test]
fn repeated_typing_is_never_a_duplicate() {
    assert_eq!(event(&fixture("presence-composing")).dedupe_key(), None);
}

#[test]
fn times_in_seconds_and_milliseconds_mean_the_same() {
    let at = |body: Value| event(&body).at_ms;
    assert_eq!(at(json!({"momment": 1_795_430_400_123_i64})), Some(1_795_430_400_123));
    assert_eq!(at(json!({"momment": 1_795_430_400})), Some(1_795_430_400_000));
    assert_eq!(at(json!({"timestamp": "1795430400"})), Some(1_795_430_400_000));
    assert_eq!(at(json!({"moment": 1_795_430_400_123_i64})), Some(1_795_430_400_123));
    for nonsense in [json!(0), json!(-5), json!("ontem"), json!(1e300), json!([1]), Value::Null] {
        assert_eq!(at(json!({ "momment": nonsense })), None);
    }
}

#[test]
fn text_never_holds_what_a_database_cannot() {
    let mut body = fixture("text");
    body["text"]["message"] = json!("oi\u{0} tudo");
    body["senderName"] = json!("Ma\u{0}rina");
    let inbound = turn(&body);
    assert_eq!(inbound.text.as_str(), "oi tudo");
    assert_eq!(inbound.sender_name.unwrap().as_str(), "Marina");
}

#[test]
fn broken_bodies_keep_their_message() {
    let phone = r#""phone":"5511976543210","messageId":"X1","type":"ReceivedCallback""#;
    let check = |body: Vec<u8>, text: &str| {
        let Decision::Turn(inbound) = decide(&decode(&body).unwrap(), &OURS) else {
            panic!("no turn: {}", String::from_utf8_lossy(&body))
        };
        assert_eq!(inbound.text.as_str(), text);
    };
    check(format!(r#"{{{phone},"text":{{"message":"oi \ud83d"}}}}"#).into(), "oi \u{fffd}");
    check(format!(r#"{{{phone},"momment":1e400,"text":{{"message":"oi"}}}}"#).into(), "oi");
    check(format!("\u{feff}{{{phone},\"text\":{{\"message\":\"oi\"}}}}").into(), "oi");
    check(format!(r#"{{{phone},"text":{{"message":"a"}},"text":{{"message":"b"}}}}"#).into(), "b");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    check(format!(r#"{{{phone},"x":{deep},"text":{{"message":"oi"}}}}"#).into(), "oi");
    let mut latin = format!(r#"{{{phone},"text":{{"message":"orX"}}}}"#).into_bytes();
    let at = latin.iter().position(|&b| b == b'X').unwrap();
    let last = latin.iter().rposition(|&b| b == b'X').unwrap();
    assert!(at < last);
    latin[last] = 0xe7;
    check(latin, "or\u{fffd}");
}

#[test]
fn only_what_is_no_json_object_is_refused() {
    assert_eq!(decode(b"").unwrap_err(), Undecodable::NotJson);
    assert_eq!(decode(b"phone=55&text=oi").unwrap_err(), Undecodable::NotJson);
    assert_eq!(decode(b"{\"phone\":\"55").unwrap_err(), Undecodable::NotJson);
    for body in ["[]", "null", "1", "\"oi\"", "true"] {
        assert_eq!(decode(body.as_bytes()).unwrap_err(), Undecodable::NotAnObject);
    }
}

#[test]
fn debug_output_shows_no_words_and_no_phones() {
    for (name, body) in fixtures() {
        let event = decode(&body).unwrap();
        let shown = format!("{event:?} {:?}", decide(&event, &Ours::default()));
        for secret in ["976543210", "998877665", "204866310559741", "Marina", "hambúrguer", "https"]
        {
            assert!(!shown.contains(secret), "{name} shows {secret}: {shown}");
        }
    }
}

/// Values that no field expects.
fn odd_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(1e308)),
        "\\PC{0,20}".prop_map(Value::from),
        "[0-9+()@. -]{0,30}".prop_map(Value::from),
        Just(json!("\u{0}\u{202e}\u{fffd}")),
        Just(json!("@lid")),
        Just(json!("true")),
        Just(json!("x".repeat(100_000))),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Replaces, removes or moves the value at the `at`-th place of a body.
fn mutate(value: &mut Value, at: &mut usize, odd: &Value, how: u8) {
    let Value::Object(map) = value else { return };
    let keys: Vec<String> = map.keys().cloned().collect();
    for key in keys {
        if *at == 0 {
            match how {
                0 => drop(map.insert(key, odd.clone())),
                1 => drop(map.remove(&key)),
                2 => drop(map.remove(&key).map(|old| map.insert(key.to_uppercase(), old))),
                3 => drop(map.remove(&key).map(|old| map.insert(key, json!([old])))),
                4 => drop(map.remove(&key).map(|old| map.insert(key, json!(old.to_string())))),
                _ => drop(map.remove(&key).map(|old| map.insert(key.clone(), json!({ key: old })))),
            }
            *at = usize::MAX;
            return;
        }
        *at -= 1;
        if let Some(child) = map.get_mut(&key) {
            mutate(child, at, odd, how);
        }
        if *at == usize::MAX {
            return;
        }
    }
}

fn look(body: &[u8]) {
    if let Ok(event) = decode(body) {
        let _ = (decide(&event, &OURS), event.dedupe_key(), event.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, rng_seed: RngSeed::Fixed(20_261_123), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bodies_with_odd_values_never_panic(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec((0_usize..40, odd_value(), 0_u8..6), 1..4),
    ) {
        static BODIES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
        let bodies = BODIES.get_or_init(|| fixtures().into_values().collect());
        let mut body: Value = serde_json::from_slice(&bodies[pick.index(bodies.len())]).unwrap();
        for (mut at, odd, how) in changes {
            mutate(&mut body, &mut at, &odd, how);
        }
        let event = decode(body.to_string().as_bytes());
        prop_assert!(event.is_ok());
        look(body.to_string().as_bytes());
    }

    #[test]
    fn bodies_with_broken_bytes_never_panic(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..8),
    ) {
        static BODIES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
        let bodies = BODIES.get_or_init(|| fixtures().into_values().collect());
        let mut body = bodies[pick.index(bodies.len())].clone();
        for (at, byte, how) in changes {
            let at = at.index(body.len().max(1)).min(body.len().saturating_sub(1));
            match how {
                _ if body.is_empty() => {}
                0 => body[at] = byte,
                1 => drop(body.remove(at)),
                2 => body.insert(at, byte),
                _ => body.truncate(at),
            }
        }
        look(&body);
    }
}
