//! What can go wrong with a call, and the plan that says with which calls it does.

mod manner;
mod plan;

use std::time::Duration;

use serde_json::json;

pub(crate) use manner::{Outcome, settle};
pub use plan::FaultPlan;

/// One way in which a vendor's answer goes wrong.
///
/// `accepted` says whether the call still had its effect: a message that reaches the phone
/// although its sender never hears of it is the case that matters most.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// This is answered in place of the truth.
    Answer {
        /// Whether the call had its effect.
        accepted: bool,
        /// What the caller gets.
        reply: Reply,
    },
    /// Nothing is answered and the connection stays open.
    Silence {
        /// Whether the call had its effect.
        accepted: bool,
    },
    /// The connection is reset before the first byte of an answer.
    Reset {
        /// Whether the call had its effect.
        accepted: bool,
    },
    /// A 200 whose body never ends.
    Endless {
        /// Whether the call had its effect.
        accepted: bool,
    },
    /// The true answer, after a while.
    Late {
        /// The wait.
        by: Duration,
    },
    /// The true answer, one byte at a time.
    Drip {
        /// The wait before each byte.
        every: Duration,
    },
    /// The true answer, cut by the end of the connection half way through its body.
    CutBody,
}

impl Fault {
    /// 401 with the vendor's usual error body.
    pub fn unauthorized() -> Self {
        Self::refused(401, "Unauthorized")
    }

    /// 403.
    pub fn forbidden() -> Self {
        Self::refused(403, "Forbidden")
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::refused(404, "Instance not found")
    }

    /// 429; `retry_after` is the header's text: seconds, an HTTP date or junk.
    pub fn too_many_requests(retry_after: Option<&str>) -> Self {
        let mut reply = Reply::json(429, &json!({"error": "Too many requests"}));
        if let Some(value) = retry_after {
            reply = reply.with_header("retry-after", value);
        }
        Self::Answer { accepted: false, reply }
    }

    /// A 5xx with the HTML page of a proxy; see also [`Fault::but_accepted`].
    pub fn server_error(status: u16) -> Self {
        let page = format!("<html><body><h1>{status}</h1><p>nginx</p></body></html>");
        Self::Answer { accepted: false, reply: Reply::new(status, "text/html", page) }
    }

    /// `status` with `{"error": message}`: with 200 it is a refusal that looks like success.
    pub fn refused(status: u16, message: &str) -> Self {
        let reply = Reply::json(status, &json!({"error": message}));
        Self::Answer { accepted: false, reply }
    }

    /// 200 with a body that is not JSON; the call had its effect.
    pub fn garbage() -> Self {
        let reply = Reply::new(200, "text/plain", "\u{0}\u{7f}not json at all");
        Self::Answer { accepted: true, reply }
    }

    /// 200 with JSON that stops in the middle, although HTTP is in order.
    pub fn truncated_json() -> Self {
        let reply = Reply::new(200, "application/json", r#"{"zaapId":"3999984263"#);
        Self::Answer { accepted: true, reply }
    }

    /// 200 with no body; the call had its effect.
    pub fn empty() -> Self {
        Self::Answer { accepted: true, reply: Reply::new(200, "application/json", "") }
    }

    /// A redirect, which must not be followed: the URL holds the token.
    pub fn redirect(status: u16, location: &str) -> Self {
        let reply = Reply::new(status, "text/plain", "").with_header("location", location);
        Self::Answer { accepted: false, reply }
    }

    /// No answer ever, and nothing happened.
    pub fn silence_before_accept() -> Self {
        Self::Silence { accepted: false }
    }

    /// No answer ever, although the message reaches the phone.
    pub fn silence_after_accept() -> Self {
        Self::Silence { accepted: true }
    }

    /// A reset connection, and nothing happened.
    pub fn reset_before_accept() -> Self {
        Self::Reset { accepted: false }
    }

    /// A reset connection, although the message reaches the phone.
    pub fn reset_after_accept() -> Self {
        Self::Reset { accepted: true }
    }

    /// A 200 whose body never ends; the call had its effect.
    pub fn endless() -> Self {
        Self::Endless { accepted: true }
    }

    /// The same fault, but the call has its effect.
    pub fn but_accepted(mut self) -> Self {
        match &mut self {
            Self::Answer { accepted, .. }
            | Self::Silence { accepted }
            | Self::Reset { accepted }
            | Self::Endless { accepted } => *accepted = true,
            Self::Late { .. } | Self::Drip { .. } | Self::CutBody => {}
        }
        self
    }

    /// Whether the call has its effect in spite of the fault.
    pub fn is_accepted(&self) -> bool {
        match self {
            Self::Answer { accepted, .. }
            | Self::Silence { accepted }
            | Self::Reset { accepted }
            | Self::Endless { accepted } => *accepted,
            Self::Late { .. } | Self::Drip { .. } | Self::CutBody => true,
        }
    }
}

/// A whole HTTP answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// An answer with this content type and body.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: body.into() }
    }

    /// An answer with a JSON body.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// The same answer with one more header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }
}
