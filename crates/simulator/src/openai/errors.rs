//! OpenAI's errors, in the body that it documents.

use serde_json::json;

use crate::faults::{Fault, Reply};

/// An error body.
pub(super) fn error(
    status: u16,
    kind: &str,
    param: Option<&str>,
    code: Option<&str>,
    message: &str,
) -> Reply {
    let error = json!({"message": message, "type": kind, "param": param, "code": code});
    Reply::json(status, &json!({"error": error}))
}

/// 400 for a request that is wrong in this parameter.
pub(super) fn invalid(param: &str, code: Option<&str>, message: &str) -> Reply {
    error(400, "invalid_request_error", Some(param), code, message)
}

fn answer(reply: Reply) -> Fault {
    Fault::Answer { accepted: false, reply }
}

/// 401: the key is wrong.
pub fn invalid_key() -> Fault {
    answer(wrong_key())
}

pub(super) fn wrong_key() -> Reply {
    let message = "Incorrect API key provided: sk-simul*****. You can find your API key at \
                   https://platform.openai.com/account/api-keys.";
    error(401, "invalid_request_error", None, Some("invalid_api_key"), message)
}

/// 429 that a wait heals; `retry_after` is the header's text.
pub fn rate_limited(retry_after: Option<&str>) -> Fault {
    let message = "Rate limit reached for requests. Please try again in 1s.";
    let mut reply = error(429, "requests", None, Some("rate_limit_exceeded"), message);
    if let Some(value) = retry_after {
        reply = reply.with_header("retry-after", value);
    }
    answer(reply.with_header("x-ratelimit-reset-requests", "1s"))
}

/// 429 that no wait heals: the account is out of money.
pub fn quota_exceeded() -> Fault {
    let message = "You exceeded your current quota, please check your plan and billing details.";
    answer(error(429, "insufficient_quota", None, Some("insufficient_quota"), message))
}

/// 500.
pub fn server_error() -> Fault {
    let message = "The server had an error while processing your request. Sorry about that!";
    answer(error(500, "server_error", None, None, message))
}

/// 503: too much load.
pub fn overloaded() -> Fault {
    let message = "The engine is currently overloaded, please try again later.";
    answer(error(503, "server_error", None, Some("server_is_overloaded"), message))
}
