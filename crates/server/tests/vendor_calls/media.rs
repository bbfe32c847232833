//! Fetching a lead's file, from servers that behave and misbehave.

use std::time::Duration;

use seleto::external_call::Phones;
use seleto::media::{Client, Fetched, Limits, Refused};
use tokio::time::Instant;

use crate::vendor::{self, Vendor};

async fn fetch_within(url: &str, time: Duration) -> Result<Fetched, Refused> {
    let client = Client::new("127.0.0.1".parse().unwrap(), Phones::Masked).unwrap();
    let limits = Limits { bytes: 1024, until: Instant::now() + time, phone: None };
    client.fetch(&format!("{url}/note.ogg?sig=S3CR3T"), &limits).await
}

async fn fetch(url: &str) -> Result<Fetched, Refused> {
    let fetched = fetch_within(url, Duration::from_millis(600)).await;
    let told = format!("{fetched:?}");
    assert!(!told.contains("S3CR3T") && !told.contains("127.0.0.1"), "{told}");
    fetched
}

#[tokio::test]
async fn a_file_comes_with_its_type() {
    let vendor =
        Vendor::answering([vendor::text(200, "OggS").with("content-type", "audio/ogg")]).await;
    let fetched = fetch(&vendor.url).await.unwrap();
    assert_eq!(
        (fetched.bytes.as_ref(), fetched.mime.as_deref()),
        (&b"OggS"[..], Some("audio/ogg"))
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Vendor::answering([vendor::text(200, "OggS")]).await;
    for status in [301, 302, 303, 307, 308] {
        let moved = vendor::text(status, "").with("location", format!("{}/x", target.url));
        let vendor = Vendor::answering([moved]).await;
        assert_eq!(fetch(&vendor.url).await, Err(Refused::Status(status)));
    }
    assert!(target.seen().is_empty());
}

#[tokio::test]
async fn no_file_is_larger_than_the_limit_whatever_it_says_of_itself() {
    let announced = vendor::replying("HTTP/1.1 200 OK\r\ncontent-length: 1025\r\n\r\nOggS");
    assert_eq!(fetch(&announced).await, Err(Refused::TooLarge));
    assert_eq!(fetch(&vendor::endless(200)).await, Err(Refused::TooLarge));
    let exact = Vendor::answering([vendor::text(200, "x".repeat(1024))]).await;
    assert_eq!(fetch(&exact.url).await.unwrap().bytes.len(), 1024);
}

#[tokio::test]
async fn whoever_is_slow_or_silent_is_left_at_the_deadline() {
    let dripping = vendor::dripping("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n", b'x');
    assert_eq!(fetch(&dripping).await, Err(Refused::TimedOut));
    assert_eq!(fetch(&vendor::silent()).await, Err(Refused::TimedOut));
    let vendor = Vendor::answering([vendor::text(200, "OggS")]).await;
    assert_eq!(fetch_within(&vendor.url, Duration::ZERO).await, Err(Refused::TimedOut));
    assert!(vendor.seen().is_empty(), "no call without time for it");
}

#[tokio::test]
async fn what_may_pass_is_told_from_what_stays() {
    let cut = vendor::replying("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nOggS");
    assert!(fetch(&cut).await.unwrap_err().is_passing());
    assert!(fetch(&vendor::nobody()).await.unwrap_err().is_passing());
    for (status, passing) in
        [(204, false), (206, false), (403, false), (404, false), (429, true), (503, true)]
    {
        let vendor = Vendor::answering([vendor::text(status, "")]).await;
        let refused = fetch(&vendor.url).await.unwrap_err();
        assert_eq!(refused, Refused::Status(status));
        assert_eq!(refused.is_passing(), passing, "{status}");
    }
    let empty = Vendor::answering([vendor::text(200, "")]).await;
    assert_eq!(fetch(&empty.url).await, Err(Refused::Empty));
}
