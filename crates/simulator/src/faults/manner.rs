//! Turns a fault into what happens on the wire.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::{Stream, StreamExt, stream};
use tokio_util::sync::CancellationToken;

use super::{Fault, Reply};
use crate::local_server::Connection;

/// What the caller will see; decided before it is shown, so that it can be recorded first.
pub(crate) struct Outcome {
    reply: Option<Reply>,
    manner: Manner,
}

enum Manner {
    Plain,
    Late(Duration),
    Drip(Duration),
    Cut,
    Silence,
    Reset,
    Endless,
}

/// Runs `act` unless the fault forbids it, and says what the caller will see.
pub(crate) fn settle(fault: Option<&Fault>, act: impl FnOnce() -> Reply) -> Outcome {
    let done = fault.is_none_or(Fault::is_accepted).then(act);
    let (reply, manner) = match fault {
        None => (done, Manner::Plain),
        Some(Fault::Answer { reply, .. }) => (Some(reply.clone()), Manner::Plain),
        Some(Fault::Silence { .. }) => (None, Manner::Silence),
        Some(Fault::Reset { .. }) => (None, Manner::Reset),
        Some(Fault::Endless { .. }) => (None, Manner::Endless),
        Some(Fault::Late { by }) => (done, Manner::Late(*by)),
        Some(Fault::Drip { every }) => (done, Manner::Drip(*every)),
        Some(Fault::CutBody) => (done, Manner::Cut),
    };
    Outcome { reply, manner }
}

impl Outcome {
    /// The status that the caller will see, if it sees one.
    pub(crate) fn status(&self) -> Option<u16> {
        match self.manner {
            Manner::Silence | Manner::Reset => None,
            Manner::Endless => Some(200),
            _ => self.reply.as_ref().map(Reply::status),
        }
    }

    /// The same, no sooner than after `latency`.
    pub(crate) fn after(mut self, latency: Duration) -> Self {
        if matches!(self.manner, Manner::Plain) && !latency.is_zero() {
            self.manner = Manner::Late(latency);
        }
        self
    }

    /// Shows it to the caller.
    pub(crate) async fn play(self, connection: &Connection, stop: &CancellationToken) -> Response {
        let reply = self.reply.unwrap_or_else(|| Reply::new(200, "application/json", ""));
        match self.manner {
            Manner::Plain => whole(reply),
            Manner::Late(by) => {
                wait(by, stop).await;
                whole(reply)
            }
            Manner::Drip(every) => drip(reply, every, stop.clone()),
            Manner::Cut => cut(reply),
            Manner::Silence => {
                stop.cancelled().await;
                whole(Reply::new(503, "text/plain", "the simulator stopped"))
            }
            Manner::Reset => {
                connection.reset();
                whole(reply)
            }
            Manner::Endless => with_body(reply, Body::from_stream(endless(stop.clone()))),
        }
    }
}

async fn wait(by: Duration, stop: &CancellationToken) {
    // A simulator that stops does not wait for its own slowness.
    stop.run_until_cancelled(tokio::time::sleep(by)).await;
}

fn whole(reply: Reply) -> Response {
    let body = Body::from(reply.body.clone());
    with_body(reply, body)
}

fn drip(reply: Reply, every: Duration, stop: CancellationToken) -> Response {
    let length = reply.body.len();
    let bytes = stream::iter(reply.body.clone()).then(move |byte| {
        let stop = stop.clone();
        async move {
            wait(every, &stop).await;
            Ok::<_, Infallible>(Bytes::from(vec![byte]))
        }
    });
    with_length(with_body(reply, Body::from_stream(bytes)), length)
}

fn cut(reply: Reply) -> Response {
    let length = reply.body.len();
    let half = Bytes::copy_from_slice(&reply.body[..length / 2]);
    let broken = async {
        // Giving way once lets the server send what it has before it learns of the end.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    };
    let parts = stream::iter([Ok(half)]).chain(stream::once(broken));
    with_length(with_body(reply, Body::from_stream(parts)), length)
}

fn endless(stop: CancellationToken) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let chunk = Bytes::from(vec![b' '; 16 * 1024]);
    stream::repeat(chunk).map(Ok).take_until(stop.cancelled_owned())
}

fn with_length(mut response: Response, length: usize) -> Response {
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}

fn with_body(reply: Reply, body: Body) -> Response {
    let mut response = Response::new(body);
    // A status or header that HTTP cannot carry is a mistake of the test that planned it.
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &reply.headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str()))
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}
