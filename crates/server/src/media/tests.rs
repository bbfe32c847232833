//! The guard, tried with the addresses that attackers try.

use super::*;

fn client(allowed: &str) -> Client {
    Client::new(allowed.parse().unwrap(), Phones::Masked).unwrap()
}

async fn fetch(allowed: &str, url: &str) -> Refused {
    let until = Instant::now() + Duration::from_secs(5);
    let limits = Limits { bytes: 16, until, phone: None };
    client(allowed).fetch(url, &limits).await.unwrap_err()
}

#[tokio::test]
async fn nothing_but_https_to_public_hosts_is_called() {
    for (url, reason) in [
        ("", Refused::Invalid),
        ("a.ogg", Refused::Invalid),
        ("file:///etc/passwd", Refused::Invalid),
        ("ftp://example.com/a.ogg", Refused::Invalid),
        ("data:audio/ogg;base64,T2dnUw==", Refused::Invalid),
        ("gopher://127.0.0.1:6379/_x", Refused::Invalid),
        ("http://example.com/a.ogg", Refused::Insecure),
        ("http://127.0.0.1/a.ogg", Refused::Insecure),
        ("https://127.0.0.1/a.ogg", Refused::Private),
        ("https://2130706433/a.ogg", Refused::Private),
        ("https://0x7f.1/a.ogg", Refused::Private),
        ("https://017700000001/a.ogg", Refused::Private),
        ("https://127.1/a.ogg", Refused::Private),
        ("https://[::1]/a.ogg", Refused::Private),
        ("https://[::ffff:127.0.0.1]/a.ogg", Refused::Private),
        ("https://[::ffff:a9fe:a9fe]/a.ogg", Refused::Private),
        ("https://[64:ff9b::7f00:1]/a.ogg", Refused::Private),
        ("https://169.254.169.254/latest/meta-data", Refused::Private),
        ("https://user:pass@10.0.0.1:8443/a.ogg", Refused::Private),
        ("https://192.168.0.1#@example.com/", Refused::Private),
        ("https://①②⑦.⓪.⓪.①/a.ogg", Refused::Private),
        ("https://localhost/a.ogg", Refused::Private),
        ("https://LOCALHOST:5432/a.ogg", Refused::Private),
    ] {
        assert_eq!(fetch("", url).await, reason, "{url}");
    }
}

#[tokio::test]
async fn an_allowed_host_does_not_open_another_port() {
    assert_eq!(fetch("localhost:9000", "https://localhost:5432/").await, Refused::Private);
    assert_eq!(fetch("localhost:9000", "http://localhost:5432/").await, Refused::Insecure);
}

#[test]
fn no_reason_tells_the_address() {
    let until = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let limits = Limits { bytes: 16, until: until + Duration::from_secs(5), phone: None };
    // Nobody listens on port 1.
    let url = "http://127.0.0.1:1/secret.ogg?sig=secret";
    let refused = runtime.block_on(client("127.0.0.1").fetch(url, &limits)).unwrap_err();
    assert!(matches!(refused, Refused::Unreachable(_)), "{refused:?}");
    assert!(!format!("{refused} {refused:?}").contains("secret"));
}
