//! What a caller sees of each fault, and whether the message reached the phone all the same.

use std::io::ErrorKind;
use std::time::Duration;

use seleto_simulator::Fault;
use seleto_simulator::zapi::Operation;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{
    call_url, client, client_token, impatient_client, send_text, send_text_with, start,
};

const PHONE: &str = "5547999990001";

/// What came back of one send.
#[derive(Debug)]
struct Seen {
    /// Nothing when not even a status line came.
    status: Option<u16>,
    headers: reqwest::header::HeaderMap,
    /// Nothing when the body broke off or never ended.
    body: Option<String>,
    reached: bool,
}

async fn meet(fault: Fault) -> Seen {
    let (simulator, _agent) = start().await;
    let zapi = &simulator.zapi;
    zapi.faults(Operation::SendText).next(fault.clone());
    let answer = send_text(zapi, PHONE, "olá").await;
    let recorded = zapi.calls().all().pop().unwrap();
    assert_eq!(recorded.fault, Some(fault));
    assert_eq!(recorded.body["message"], "olá");
    let reached = !zapi.phones().bubbles(PHONE).is_empty();
    let Ok(answer) = answer else {
        assert_eq!(recorded.status, None);
        return Seen { status: None, headers: Default::default(), body: None, reached };
    };
    let status = Some(answer.status().as_u16());
    assert_eq!(recorded.status, status);
    let headers = answer.headers().clone();
    let body = answer.text().await.ok();

    // The next call is healthy again.
    let healed = send_text(zapi, "5547999990009", "olá").await.unwrap();
    assert!(healed.json::<Value>().await.unwrap()["messageId"].is_string());
    Seen { status, headers, body, reached }
}

#[tokio::test]
async fn refusals_have_their_status_and_reach_nobody() {
    let refusals = [
        (Fault::unauthorized(), 401),
        (Fault::forbidden(), 403),
        (Fault::not_found(), 404),
        (Fault::refused(400, "phone invalid"), 400),
        (Fault::server_error(500), 500),
        (Fault::server_error(502), 502),
        (Fault::server_error(503), 503),
    ];
    for (fault, status) in refusals {
        let seen = meet(fault.clone()).await;
        assert_eq!(seen.status, Some(status), "{fault:?}");
        assert!(!seen.reached, "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_error_may_hide_a_message_that_arrived() {
    let seen = meet(Fault::server_error(502).but_accepted()).await;
    assert_eq!((seen.status, seen.reached), (Some(502), true));
}

#[tokio::test]
async fn too_many_requests_says_when_to_come_back_or_does_not() {
    for retry_after in [Some("2"), Some("Wed, 21 Oct 2026 07:28:00 GMT"), Some("soon"), None] {
        let seen = meet(Fault::too_many_requests(retry_after)).await;
        assert_eq!((seen.status, seen.reached), (Some(429), false));
        let header = seen.headers.get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(header, retry_after);
    }
}

#[tokio::test]
async fn an_error_body_can_come_with_200() {
    let seen = meet(Fault::refused(200, "You are not connected")).await;
    assert_eq!((seen.status, seen.reached), (Some(200), false));
    assert_eq!(seen.body.as_deref(), Some(r#"{"error":"You are not connected"}"#));
}

#[tokio::test]
async fn unreadable_answers_hide_a_message_that_arrived() {
    for fault in [Fault::garbage(), Fault::truncated_json(), Fault::empty()] {
        let seen = meet(fault.clone()).await;
        assert_eq!((seen.status, seen.reached), (Some(200), true), "{fault:?}");
        let body = seen.body.unwrap();
        assert!(serde_json::from_str::<Value>(&body).is_err(), "{fault:?}: {body}");
    }
}

#[tokio::test]
async fn a_redirect_names_another_place() {
    let seen = meet(Fault::redirect(307, "http://127.0.0.1:9/elsewhere")).await;
    assert_eq!((seen.status, seen.reached), (Some(307), false));
    assert_eq!(seen.headers["location"], "http://127.0.0.1:9/elsewhere");
}

#[tokio::test]
async fn a_cut_body_breaks_off_after_the_status() {
    let seen = meet(Fault::CutBody).await;
    assert_eq!((seen.status, seen.reached), (Some(200), true));
    assert_eq!(seen.body, None);
}

#[tokio::test]
async fn an_endless_body_never_ends() {
    let (simulator, _agent) = start().await;
    simulator.zapi.faults(Operation::SendText).next(Fault::endless());
    let mut answer = send_text(&simulator.zapi, PHONE, "olá").await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut read = 0;
    while read < 4 * 1024 * 1024 {
        read += answer.chunk().await.unwrap().expect("more").len();
    }
    assert_eq!(simulator.zapi.phones().replies(PHONE), ["olá"]);
}

#[tokio::test]
async fn a_slow_drip_gives_the_true_answer_byte_by_byte() {
    let seen = meet(Fault::Drip { every: Duration::from_micros(10) }).await;
    assert_eq!((seen.status, seen.reached), (Some(200), true));
    let body: Value = serde_json::from_str(&seen.body.unwrap()).unwrap();
    assert!(body["messageId"].is_string());

    let (simulator, _agent) = start().await;
    simulator.zapi.faults(Operation::SendText).next(Fault::Drip { every: Duration::MAX });
    let sent = send_text_with(&impatient_client(), &simulator.zapi, PHONE, "olá").await;
    let mut answer = sent.unwrap();
    assert!(answer.chunk().await.unwrap_err().is_timeout(), "the client gives up first");
}

#[tokio::test]
async fn a_late_answer_is_the_true_one() {
    let seen = meet(Fault::Late { by: Duration::from_millis(5) }).await;
    assert_eq!((seen.status, seen.reached), (Some(200), true));
    assert!(seen.body.unwrap().contains("messageId"));
}

#[tokio::test]
async fn silence_lasts_until_the_client_gives_up() {
    for (fault, reached) in
        [(Fault::silence_before_accept(), false), (Fault::silence_after_accept(), true)]
    {
        let (simulator, _agent) = start().await;
        simulator.zapi.faults(Operation::SendText).next(fault);
        let sent = send_text_with(&impatient_client(), &simulator.zapi, PHONE, "olá").await;
        let error = sent.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert_eq!(!simulator.zapi.phones().bubbles(PHONE).is_empty(), reached);
    }
}

#[tokio::test]
async fn a_stopping_simulator_does_not_wait_for_its_own_silence() {
    let (simulator, _agent) = start().await;
    simulator.zapi.faults(Operation::SendText).next(Fault::silence_before_accept());
    let zapi = simulator.zapi.clone();
    let silent = tokio::spawn(async move { send_text(&zapi, PHONE, "olá").await });
    simulator.zapi.calls().until(|calls| calls.len() == 1).await;
    simulator.stop().await;
    assert_eq!(silent.await.unwrap().unwrap().status(), 503);
}

#[tokio::test]
async fn a_reset_comes_before_the_first_byte() {
    for (fault, reached) in
        [(Fault::reset_before_accept(), false), (Fault::reset_after_accept(), true)]
    {
        let (simulator, _agent) = start().await;
        let zapi = &simulator.zapi;
        zapi.faults(Operation::SendText).next(fault);
        let url = call_url(zapi, "send-text");
        let path = url.strip_prefix(&zapi.base_url()).unwrap();
        let body = format!(r#"{{"phone":"{PHONE}","message":"olá"}}"#);
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nclient-token: {}\r\ncontent-type: \
             application/json\r\ncontent-length: {}\r\n\r\n{body}",
            client_token(),
            body.len()
        );
        let mut stream = TcpStream::connect(zapi.authority()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let error = stream.read_to_end(&mut answer).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        assert_eq!(answer, b"", "no byte came before the reset");
        assert_eq!(!zapi.phones().bubbles(PHONE).is_empty(), reached);
    }
}

#[tokio::test]
async fn a_standing_fault_lasts_until_it_is_cleared() {
    let (simulator, _agent) = start().await;
    let zapi = &simulator.zapi;
    zapi.faults(Operation::SendText).always(Fault::unauthorized());
    for _ in 0..3 {
        assert_eq!(send_text(zapi, PHONE, "olá").await.unwrap().status(), 401);
    }
    // Other calls have plans of their own.
    let status = client().get(call_url(zapi, "status")).header("Client-Token", client_token());
    assert_eq!(status.send().await.unwrap().status(), 200);
    zapi.faults(Operation::SendText).clear();
    assert_eq!(send_text(zapi, PHONE, "olá").await.unwrap().status(), 200);
}

#[tokio::test]
async fn media_can_fail_like_any_call() {
    let (simulator, _agent) = start().await;
    let url = simulator.zapi.host_media("a.ogg", "audio/ogg", b"OggS".to_vec());
    simulator.zapi.faults(Operation::Media).next(Fault::not_found());
    assert_eq!(client().get(&url).send().await.unwrap().status(), 404);
    assert_eq!(client().get(&url).send().await.unwrap().status(), 200);
}
