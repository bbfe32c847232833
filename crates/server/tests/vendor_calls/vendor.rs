//! A vendor on a local port: answers from a script, or breaks the connection in a chosen way.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// What the vendor answers to one request.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// A request as the vendor saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

#[derive(Clone, Debug)]
pub struct Vendor {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: Arc<Mutex<Vec<Answer>>>,
}

pub fn json(status: u16, body: Value) -> Answer {
    text(status, body.to_string()).with("content-type", "application/json")
}

pub fn text(status: u16, body: impl Into<String>) -> Answer {
    Answer { status, headers: Vec::new(), body: body.into() }
}

impl Answer {
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Vendor {
    /// Answers with each of these in turn, the last one for ever.
    pub async fn answering(script: impl IntoIterator<Item = Answer>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let vendor = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            seen: Arc::default(),
            script: Arc::new(Mutex::new(script.into_iter().collect())),
        };
        let router = Router::new().fallback(answer).with_state(vendor.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        vendor
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn answer(State(vendor): State<Vendor>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    vendor.seen.lock().unwrap().push(Seen {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        headers: head.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    let mut script = vendor.script.lock().unwrap();
    let answer = if script.len() > 1 { script.remove(0) } else { script[0].clone() };
    let mut response = (StatusCode::from_u16(answer.status).unwrap(), answer.body).into_response();
    for (name, value) in answer.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

/// A server that treats each connection as `act` says; returns its address.
pub fn raw(act: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let act = Arc::new(act);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let act = act.clone();
            std::thread::spawn(move || act(stream));
        }
    });
    url
}

/// Reads one whole request; `None` when the client sends none.
pub fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let length = stream.read(&mut buffer).ok().filter(|length| *length > 0)?;
        read.extend_from_slice(&buffer[..length]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let expected = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.trim().parse().unwrap());
        if body.len() >= expected {
            return Some(text);
        }
    }
}

/// Reads the request, writes these bytes and closes.
pub fn replying(bytes: impl Into<Vec<u8>>) -> String {
    let bytes = bytes.into();
    raw(move |mut stream| {
        read_request(&mut stream);
        // The client may hang up first.
        let _ = stream.write_all(&bytes);
    })
}

/// Reads the request, writes these bytes, then one byte now and then, for ever.
pub fn dripping(start: &'static str, drop: u8) -> String {
    raw(move |mut stream| {
        read_request(&mut stream);
        let mut alive = stream.write_all(start.as_bytes()).is_ok();
        while alive {
            std::thread::sleep(Duration::from_millis(10));
            alive = stream.write_all(&[drop]).is_ok();
        }
    })
}

/// Reads the request, then answers without end.
pub fn endless(status: u16) -> String {
    raw(move |mut stream| {
        read_request(&mut stream);
        let head =
            format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n\r\n{{\"a\":\"");
        let mut alive = stream.write_all(head.as_bytes()).is_ok();
        while alive {
            alive = stream.write_all(&[b'x'; 65_536]).is_ok();
        }
    })
}

/// Reads the request and never answers.
pub fn silent() -> String {
    raw(|mut stream| while read_request(&mut stream).is_some() {})
}

/// An address where nobody listens.
pub fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// An address that never finishes a connection: its queue of callers is full.
pub async fn unreachable() -> (String, Vec<TcpStream>) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Leaked on purpose: it must stay open, and unserved, until the test ends.
    std::mem::forget(listener);
    let patience = Duration::from_millis(100);
    let callers = std::iter::from_fn(|| TcpStream::connect_timeout(&address, patience).ok())
        .take(16)
        .collect();
    (format!("http://{address}"), callers)
}
