//! Sending through Z-API, and each way in which that can fail.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use seleto::external_call::Phones;
use seleto::http;
use seleto::zapi::{Accepted, Access, Client, Doubt, Failure, InvalidSettings, Settings};
use serde_json::json;

use crate::vendor::{self, Answer, Vendor};

const TOKEN: &str = "T0K3NOFTHEINSTANCE";
const CLIENT_TOKEN: &str = "F4CL13NTT0K3N";
const INSTANCE: &str = "1NST4NC31D";
const LEAD: &str = "5511976543210";
const TEXT: &str = "Olá! Como posso ajudar?";

fn settings(url: &str) -> Settings {
    Settings {
        base_url: url.into(),
        instance_id: INSTANCE.into(),
        token: TOKEN.into(),
        client_token: Some(CLIENT_TOKEN.into()),
        timeout: Duration::from_millis(400),
        phones: Phones::Masked,
    }
}

fn client(url: &str) -> Client {
    let http = http::client_connecting_within(Duration::from_millis(200)).unwrap();
    Client::new(http, settings(url)).unwrap()
}

/// Sends to a vendor at this address, and looks whether the failure gives anything away.
async fn send_to(url: &str) -> Result<Accepted, Failure> {
    let result = client(url).send_text(LEAD, TEXT, None).await;
    if let Err(failure) = &result {
        let shown = format!("{failure} {failure:?} {}", failure.remedy());
        for secret in [TOKEN, CLIENT_TOKEN, INSTANCE, LEAD, TEXT, url, "/token/"] {
            assert!(!shown.contains(secret), "{shown} gives away {secret}");
        }
    }
    result
}

async fn answered(answer: Answer) -> Result<Accepted, Failure> {
    send_to(&Vendor::answering([answer]).await.url).await
}

fn not_sent(result: &Result<Accepted, Failure>) -> bool {
    matches!(result, Err(Failure::NotSent(_)))
}

#[tokio::test]
async fn a_text_is_queued_and_its_ids_come_back() {
    let ids = json!({"zaapId": "Z1", "messageId": "M1", "id": "M1"});
    let vendor = Vendor::answering([vendor::json(200, ids)]).await;
    let sent = client(&vendor.url).send_text(LEAD, TEXT, Some(3)).await.unwrap();
    assert_eq!(sent, Accepted { zaap_id: Some("Z1".into()), message_id: Some("M1".into()) });

    let [seen] = vendor.seen().try_into().unwrap();
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.path, format!("/instances/{INSTANCE}/token/{TOKEN}/send-text"));
    assert_eq!(seen.headers["client-token"], CLIENT_TOKEN);
    assert_eq!(seen.body, json!({"phone": LEAD, "message": TEXT, "delayTyping": 3}));
}

#[tokio::test]
async fn without_typing_the_body_is_phone_and_message_alone() {
    let vendor = Vendor::answering([vendor::json(200, json!({"id": 7}))]).await;
    for typing in [None, Some(0)] {
        let sent = client(&vendor.url).send_text("204866310559741@lid", TEXT, typing).await;
        assert_eq!(sent.unwrap(), Accepted { zaap_id: None, message_id: Some("7".into()) });
    }
    client(&vendor.url).send_text(LEAD, TEXT, Some(200)).await.unwrap();
    let bodies: Vec<_> = vendor.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies[1], json!({"phone": "204866310559741@lid", "message": TEXT}));
    assert_eq!(bodies[2]["delayTyping"], 15);
}

#[tokio::test]
async fn what_never_left_may_be_sent_again() {
    assert!(not_sent(&send_to(&vendor::nobody()).await));
    assert!(not_sent(&send_to("http://seleto.invalid").await));
    let (full, _callers) = vendor::unreachable().await;
    assert!(not_sent(&send_to(&full).await));
    let no_tls = Vendor::answering([vendor::json(200, json!({"id": "M1"}))]).await;
    assert!(not_sent(&send_to(&no_tls.url.replace("http:", "https:")).await));
    assert!(no_tls.seen().is_empty());
}

#[tokio::test]
async fn what_may_have_arrived_is_unconfirmed() {
    let lost = Err(Failure::Unconfirmed(Doubt::ConnectionLost));
    let late = Err(Failure::Unconfirmed(Doubt::TimedOut));
    // A close after the whole request, a reset before it was read, nonsense, half a head.
    assert_eq!(send_to(&vendor::replying("")).await, lost);
    assert_eq!(send_to(&vendor::raw(drop)).await, lost);
    assert_eq!(send_to(&vendor::replying("what?\r\n\r\n")).await, lost);
    assert_eq!(send_to(&vendor::replying("HTTP/1.1 200 OK\r\ncontent-le")).await, lost);
    assert_eq!(send_to(&vendor::silent()).await, late);
    assert_eq!(send_to(&vendor::dripping("HTTP/1.1 200 OK\r\nx: ", b'x')).await, late);
    for status in [500, 502, 503, 504] {
        assert_eq!(
            answered(vendor::text(status, "<html>down</html>")).await,
            Err(Failure::Unconfirmed(Doubt::ServerError(status)))
        );
    }
}

#[tokio::test]
async fn an_accepted_message_with_an_unreadable_answer_is_never_sent_again() {
    let unread = Err(Failure::AcceptedWithoutId);
    let ok = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    assert_eq!(answered(vendor::text(200, "<html>hi</html>")).await, unread);
    assert_eq!(answered(vendor::text(200, "")).await, unread);
    assert_eq!(answered(vendor::text(200, "{\"zaapId\":\"Z")).await, unread);
    assert_eq!(answered(vendor::json(200, json!({}))).await, unread);
    assert_eq!(answered(vendor::json(200, json!(["M1"]))).await, unread);
    let cut = format!("{ok}content-length: 400\r\n\r\n{{\"zaapId\"");
    assert_eq!(send_to(&vendor::replying(cut)).await, unread);
    let chunks = format!("{ok}transfer-encoding: chunked\r\n\r\nzz\r\n{{}}\r\n");
    assert_eq!(send_to(&vendor::replying(chunks)).await, unread);
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".as_slice();
    let packed = [format!("{ok}content-encoding: gzip\r\n\r\n").as_bytes(), gzip].concat();
    assert_eq!(send_to(&vendor::replying(packed)).await, unread);
    assert_eq!(send_to(&vendor::endless(200)).await, unread);
    let start = "HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n";
    assert_eq!(send_to(&vendor::dripping(start, b' ')).await, unread);
}

#[tokio::test]
async fn refusals_say_who_has_to_act() {
    let unauthorized = |access| Err(Failure::Unauthorized(access));
    let error = |status, text: &str| answered(vendor::json(status, json!({"error": text})));
    assert_eq!(answered(vendor::text(401, "")).await, unauthorized(Access::Credentials));
    assert_eq!(error(403, "Forbidden").await, unauthorized(Access::Credentials));
    assert_eq!(answered(vendor::text(404, "not here")).await, unauthorized(Access::Instance));
    assert_eq!(error(200, "null not allowed").await, unauthorized(Access::ClientToken));
    assert_eq!(
        error(400, "your client-token is not configured").await,
        unauthorized(Access::ClientToken)
    );
    assert_eq!(error(200, "198.51.100.7 not allowed").await, unauthorized(Access::IpAddress));
    assert_eq!(error(400, "You need to be connected").await, unauthorized(Access::Disconnected));
}

#[tokio::test]
async fn a_rejected_message_tells_the_vendors_reason_without_secrets() {
    let leaky =
        format!("no {LEAD}: {TEXT} at https://x/token/{TOKEN} for {INSTANCE} {CLIENT_TOKEN}");
    for status in [200, 400, 405, 409, 415, 422] {
        let body = json!({"error": leaky, "message": "Phone number does not exist"});
        let Err(Failure::Rejected { status: told, reason }) =
            answered(vendor::json(status, body)).await
        else {
            panic!("{status} is a refusal")
        };
        assert_eq!(told, status);
        assert!(reason.ends_with("Phone number does not exist"), "{reason}");
    }
}

#[tokio::test]
async fn a_full_vendor_is_given_the_time_it_asks_for() {
    let busy = |retry_after: Option<u64>| {
        Err(Failure::Busy { retry_after: retry_after.map(Duration::from_secs) })
    };
    let limit = || vendor::json(429, json!({"error": "Too many requests"}));
    assert_eq!(answered(limit()).await, busy(None));
    assert_eq!(answered(limit().with("retry-after", "2")).await, busy(Some(2)));
    assert_eq!(answered(limit().with("retry-after", "1000000000")).await, busy(Some(900)));
    assert_eq!(answered(limit().with("retry-after", "-1")).await, busy(None));
    let dated = limit()
        .with("date", "Mon, 23 Nov 2026 10:00:00 GMT")
        .with("retry-after", "Mon, 23 Nov 2026 10:00:05 GMT");
    assert_eq!(answered(dated).await, busy(Some(5)));
    let cut = "HTTP/1.1 429 Slow\r\nretry-after: 2\r\ncontent-length: 50\r\n\r\n{";
    assert_eq!(send_to(&vendor::replying(cut)).await, busy(Some(2)));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Vendor::answering([vendor::json(200, json!({"id": "M1"}))]).await;
    for status in [301, 302, 303, 307, 308] {
        let result = answered(vendor::text(status, "").with("location", &elsewhere.url)).await;
        assert!(matches!(result, Err(Failure::Rejected { status: told, .. }) if told == status));
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_connection_closed_while_idle_costs_no_second_copy() {
    let read = Arc::new(AtomicUsize::new(0));
    let counter = read.clone();
    let url = vendor::raw(move |mut stream| {
        if vendor::read_request(&mut stream).is_some() {
            counter.fetch_add(1, Ordering::SeqCst);
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"id\":\"M1\"}");
        }
    });
    let client = client(&url);
    for sent in 1..=20 {
        match client.send_text(LEAD, TEXT, None).await {
            Ok(_) | Err(Failure::Unconfirmed(Doubt::ConnectionLost)) => {}
            other => panic!("{other:?}"),
        }
        assert!(read.load(Ordering::SeqCst) <= sent);
    }
}

#[tokio::test]
async fn the_queue_is_read_page_by_page() {
    let row = |n: u32| {
        json!({"_id": n, "Phone": LEAD, "Message": TEXT, "ZaapId": format!("Z{n}"),
               "MessageId": format!("M{n}"), "Created": 1_795_430_400_000_u64})
    };
    let vendor = Vendor::answering([
        vendor::json(200, json!({"messages": [row(1)], "pagingState": "p2", "hasMore": true})),
        vendor::json(200, json!({"messages": [row(2)], "pagingState": null, "hasMore": false})),
    ])
    .await;
    let queue = client(&vendor.url).queue().await.unwrap();
    assert!(queue.complete);
    let ids: Vec<_> = queue.messages.iter().map(|row| row.message_id.as_deref()).collect();
    assert_eq!(ids, [Some("M1"), Some("M2")]);
    assert_eq!(queue.messages[0].phone.as_deref(), Some(LEAD));
    assert_eq!(queue.messages[0].text.as_deref(), Some(TEXT));
    let asked: Vec<_> = vendor.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(asked, [json!({"pageSize": 30}), json!({"pageSize": 30, "pagingState": "p2"})]);
}

#[tokio::test]
async fn an_older_queue_is_read_by_get_once() {
    for status in [404, 405] {
        let vendor = Vendor::answering([
            vendor::text(status, ""),
            vendor::json(200, json!([{"Phone": LEAD, "ZaapId": "Z1"}])),
        ])
        .await;
        let queue = client(&vendor.url).queue().await.unwrap();
        assert_eq!((queue.messages.len(), queue.complete), (1, true));
        let methods: Vec<_> = vendor.seen().into_iter().map(|seen| seen.method).collect();
        assert_eq!(methods, ["POST", "GET"]);
    }
    let gone = Vendor::answering([vendor::text(404, "")]).await;
    let failure = client(&gone.url).queue().await.unwrap_err();
    assert_eq!(failure, Failure::Unauthorized(Access::Instance));
    assert_eq!(gone.seen().len(), 2);
}

#[tokio::test]
async fn a_queue_that_never_ends_is_not_complete() {
    let page = |n: u32| {
        vendor::json(200, json!({"messages": [], "pagingState": format!("p{n}"), "hasMore": true}))
    };
    let vendor = Vendor::answering((0..50).map(page)).await;
    assert!(!client(&vendor.url).queue().await.unwrap().complete);
    let same = Vendor::answering([page(1)]).await;
    assert!(!client(&same.url).queue().await.unwrap().complete);
    assert_eq!(same.seen().len(), 2);
}

#[tokio::test]
async fn the_state_of_the_instance_is_told() {
    let said = json!({"connected": true, "error": "You are already connected.", "smartphoneConnected": "true"});
    let status = client(&Vendor::answering([vendor::json(200, said)]).await.url).status().await;
    let status = status.unwrap();
    assert!(status.connected && status.smartphone_connected == Some(true));

    let me = json!({"id": INSTANCE, "token": TOKEN, "connected": false, "paymentStatus": "PAID",
                    "receivedCallbackUrl": "https://x/webhook?token=W3BS3CR3T", "receiveCallbackSentByMe": true});
    let account = client(&Vendor::answering([vendor::json(200, me)]).await.url).me().await.unwrap();
    assert!(account.notifies_sent_by_me && account.connected == Some(false));
    let shown = format!("{account:?}");
    assert!(!shown.contains("W3BS3CR3T") && !shown.contains(TOKEN), "{shown}");

    let error = vendor::json(200, json!({"error": "Instance not found"}));
    let failure = client(&Vendor::answering([error]).await.url).status().await.unwrap_err();
    assert_eq!(failure, Failure::Unauthorized(Access::Instance));
    let page = vendor::text(200, "<html></html>");
    let failure = client(&Vendor::answering([page]).await.url).me().await.unwrap_err();
    assert_eq!(failure, Failure::Unconfirmed(Doubt::Unreadable));
}

#[tokio::test]
async fn all_webhooks_are_pointed_to_one_address() {
    let vendor = Vendor::answering([vendor::json(200, json!({"value": true}))]).await;
    let url = "https://agente.exemplo.com.br/webhook/zapi?token=s";
    client(&vendor.url).set_webhooks(&url.into()).await.unwrap();
    let [seen] = vendor.seen().try_into().unwrap();
    assert_eq!(seen.method, "PUT");
    assert!(seen.path.ends_with("/update-every-webhooks"));
    assert_eq!(seen.body, json!({"value": url, "notifySentByMe": true}));
}

#[tokio::test]
async fn settings_are_checked_before_any_call() {
    let http = http::client().unwrap();
    for url in ["", "api.z-api.io", "ftp://api.z-api.io", "data:x"] {
        let refused = Client::new(http.clone(), settings(url)).unwrap_err();
        assert_eq!(refused, InvalidSettings::BaseUrl, "{url}");
    }
    let mut pasted = settings("https://api.z-api.io/");
    pasted.client_token = Some("two\nlines".into());
    assert_eq!(Client::new(http.clone(), pasted).unwrap_err(), InvalidSettings::ClientToken);
    let good = settings(" https://api.z-api.io/ ");
    let shown = format!("{good:?} {:?}", Client::new(http, good.clone()).unwrap());
    assert!(!shown.contains(TOKEN) && !shown.contains(CLIENT_TOKEN), "{shown}");
}
