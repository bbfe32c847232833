//! Posts webhooks to the agent over plain HTTP, as a vendor would.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST_ANSWER: usize = 256 * 1024;

/// What the agent answered to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body, as text.
    pub body: String,
}

/// Why a webhook did not get an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// No address is set for this kind of event.
    #[error("no webhook address is set for this kind of event")]
    NoAddress,
    /// The agent could not be reached, or did not answer in time.
    #[error("the agent did not answer: {0}")]
    NoAnswer(String),
}

/// A client for `http://` addresses alone: the agent under test is on this machine.
#[derive(Clone)]
pub(crate) struct Poster(Client<HttpConnector, Full<Bytes>>);

impl Poster {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }

    pub(crate) async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Bytes,
    ) -> Result<Answer, PostError> {
        let request = request(url, headers, body).map_err(PostError::NoAnswer)?;
        match tokio::time::timeout(PATIENCE, self.exchange(request)).await {
            Ok(answered) => answered.map_err(PostError::NoAnswer),
            Err(_) => Err(PostError::NoAnswer("it took too long".to_owned())),
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, String> {
        let response = self.0.request(request).await.map_err(|error| explain(&error))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), LONGEST_ANSWER).collect().await;
        let bytes = body.map_err(|error| error.to_string())?.to_bytes();
        Ok(Answer { status, body: String::from_utf8_lossy(&bytes).into_owned() })
    }
}

fn request(
    url: &str,
    headers: &[(&'static str, &str)],
    body: Bytes,
) -> Result<Request<Full<Bytes>>, String> {
    let uri: Uri = url.parse().map_err(|error| format!("bad webhook address: {error}"))?;
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = axum::http::Method::POST;
    *request.uri_mut() = uri;
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).map_err(|error| format!("{name}: {error}"))?;
        map.insert(HeaderName::from_static(name), value);
    }
    *request.headers_mut() = map;
    Ok(request)
}

/// The client's own text says only "client error"; the causes below it say why.
fn explain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.last().map_or_else(|| error.to_string(), ToString::to_string)
}
