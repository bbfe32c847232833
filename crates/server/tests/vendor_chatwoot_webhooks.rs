//! Every kind of body that Chatwoot posts, and what becomes of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use seleto::chatwoot::webhook::{
    Decision, Event, EventKind, Ours, Reason, Undecodable, decide, decode,
};
use serde_json::{Value, json};

fn ours() -> Ours {
    Ours { account: Some("2".into()), inbox: Some("5".into()), assigns_by_itself: false }
}

fn fixtures() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/chatwoot");
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

fn decided(body: &Value) -> Decision {
    decide(&event(body), &ours())
}

fn line(decision: &Decision) -> String {
    match decision {
        Decision::Relay { text } => format!("RELAY   {text:?}"),
        Decision::Ignored(reason) => format!("ignored {}", reason.label()),
        decision => format!("ACT     {}", decision.label()),
    }
}

#[test]
fn every_kind_of_body_has_a_defined_behaviour() {
    let mut table = String::new();
    for (name, body) in fixtures() {
        let decision = decide(&decode(&body).unwrap(), &ours());
        writeln!(table, "{name:<30} {}", line(&decision)).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_persons_number_is_found_wherever_chatwoot_writes_it() {
    let number = |body: &Value| event(body).place.unwrap().phone;
    let mut body = fixture("outgoing-person");
    assert_eq!(number(&body).as_deref(), Some("+5547991234567"));
    body["conversation"]["meta"]["sender"]["phone_number"] = Value::Null;
    assert_eq!(number(&body), None, "a uuid is no number");
    body["conversation"]["contact_inbox"]["source_id"] = json!("5547991234567");
    assert_eq!(number(&body).as_deref(), Some("5547991234567"));
    body["conversation"]["contact_inbox"] = json!(null);
    body["conversation"]["meta"]["sender"]["identifier"] = json!(5_547_991_234_567_u64);
    assert_eq!(number(&body).as_deref(), Some("5547991234567"));
}

#[test]
fn ids_are_read_as_numbers_and_as_texts() {
    let mut body = fixture("outgoing-person");
    let (as_number, place) = (event(&body).dedupe_key(), event(&body).place);
    body["id"] = json!("9101");
    body["conversation"]["id"] = json!("77");
    assert_eq!(event(&body).dedupe_key(), as_number);
    assert_eq!(event(&body).place, place);
}

#[test]
fn a_marker_is_read_as_an_object_and_as_a_text() {
    let mut body = fixture("outgoing-echo-marked");
    body["content_attributes"] = json!(body["content_attributes"].to_string());
    body["source_id"] = Value::Null;
    assert_eq!(decided(&body), Decision::Ignored(Reason::OwnEcho));
}

#[test]
fn copies_share_a_key_and_different_events_do_not() {
    let keys: Vec<String> = fixtures()
        .iter()
        // These are the same message in several shapes.
        .filter(|(name, _)| !name.starts_with("outgoing-") && !name.contains("command"))
        .filter(|(name, _)| {
            ![
                "template",
                "private-note",
                "incoming-audio",
                "other-inbox",
                "other-account",
                "without-phone",
            ]
            .contains(&name.as_str())
        })
        .map(|(_, body)| decode(body).unwrap().dedupe_key())
        .collect();
    let distinct: BTreeSet<&String> = keys.iter().collect();
    assert_eq!(distinct.len(), keys.len(), "{keys:?}");
    // Two registrations post the same message with other words around it.
    let mut copy = fixture("outgoing-person");
    copy["conversation"]["unread_count"] = json!(9);
    assert_eq!(event(&copy).dedupe_key(), event(&fixture("outgoing-person")).dedupe_key());
    // A conversation that is resolved again is news.
    let mut again = fixture("status-resolved");
    again["updated_at"] = json!(1_788_349_999.5);
    assert_ne!(event(&again).dedupe_key(), event(&fixture("status-resolved")).dedupe_key());
}

#[test]
fn an_inbox_that_assigns_by_itself_takes_nothing_over() {
    let itself = Ours { assigns_by_itself: true, ..ours() };
    let assigned = event(&fixture("updated-assignee"));
    assert_eq!(decide(&assigned, &ours()), Decision::TakeOver);
    assert_eq!(decide(&assigned, &itself), Decision::Ignored(Reason::AutoAssigned));
}

#[test]
fn what_is_not_known_of_our_side_refuses_nothing() {
    let event = event(&fixture("other-inbox"));
    assert!(matches!(decide(&event, &Ours::default()), Decision::Relay { .. }));
}

#[test]
fn text_never_holds_what_a_database_cannot() {
    let mut body = fixture("outgoing-person");
    body["content"] = json!("oi\u{0} tudo");
    assert_eq!(decided(&body), Decision::Relay { text: "oi tudo".to_owned() });
}

#[test]
fn only_what_is_no_json_object_is_refused() {
    assert_eq!(decode(b"event=x").unwrap_err(), Undecodable::NotJson);
    assert_eq!(decode(b"{\"event\":").unwrap_err(), Undecodable::NotJson);
    for body in ["[]", "null", "1", "\"oi\""] {
        assert_eq!(decode(body.as_bytes()).unwrap_err(), Undecodable::NotAnObject);
    }
    assert_eq!(event(&json!({})).kind, EventKind::Other);
}

#[test]
fn debug_output_shows_no_words_and_no_phones() {
    for (name, body) in fixtures() {
        let shown = format!("{:?}", decode(&body).unwrap());
        for secret in ["991234567", "Renata", "hambúrguer", "Carlos", "https", "65998849469"] {
            assert!(!shown.contains(secret), "{name} shows {secret}: {shown}");
        }
    }
}

/// Replaces, removes or wraps the value at the `at`-th place of a body.
fn mutate(value: &mut Value, at: &mut usize, odd: &Value, how: u8) {
    let Value::Object(map) = value else { return };
    let keys: Vec<String> = map.keys().cloned().collect();
    for key in keys {
        if *at == 0 {
            match how {
                0 => drop(map.insert(key, odd.clone())),
                1 => drop(map.remove(&key)),
                2 => drop(map.remove(&key).map(|old| map.insert(key, json!([old])))),
                _ => drop(map.remove(&key).map(|old| map.insert(key, json!(old.to_string())))),
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

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        Just(json!("**\\[](<>)`~_#")),
        Just(json!({"id": [1]})),
        Just(json!([[], {"data_url": 1}])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, rng_seed: RngSeed::Fixed(20_261_123), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bodies_with_odd_values_never_panic(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec((0_usize..60, odd_value(), 0_u8..4), 1..4),
    ) {
        static BODIES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
        let bodies = BODIES.get_or_init(|| fixtures().into_values().collect());
        let mut body: Value = serde_json::from_slice(&bodies[pick.index(bodies.len())]).unwrap();
        for (mut at, odd, how) in changes {
            mutate(&mut body, &mut at, &odd, how);
        }
        let event = decode(body.to_string().as_bytes()).unwrap();
        let _ = (decide(&event, &ours()), event.dedupe_key());
    }

    #[test]
    fn any_markdown_becomes_something(text in "[\\PC*_~`#\\[\\]()\\\\\n]{0,60}") {
        seleto::chatwoot::markdown::to_whatsapp(&text);
    }
}
