//! The console: the people's window on the agent, rendered here and kept live in the browser.

pub mod access;
pub mod agent;
pub mod announce;
pub mod assets;
pub mod components;
pub mod conversations;
pub mod cookies;
pub mod figures;
pub mod format;
pub mod funnel;
pub mod home;
pub mod icons;
pub mod integrations;
pub mod layout;
pub mod live;
pub mod login;
pub mod operations;
pub mod passwords;
pub mod privacy;
pub mod problem;
pub mod questions;
pub mod routes;
pub mod tokens;
pub mod users;
pub mod viewer;
pub mod why;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;

pub use access::Access;
pub use problem::Problem;
pub use viewer::Viewer;

use crate::app::App;

/// What the console's pages share.
pub struct Console {
    /// The agent.
    pub app: Arc<App>,
    /// Tells open pages what changed.
    live: live::Live,
    /// Who looks when a demonstration is opened on this machine without a login.
    guest: Option<Viewer>,
}

impl Console {
    /// The console of this process.
    pub fn new(app: Arc<App>) -> Arc<Self> {
        let guest = app.config.demo.then(Viewer::guest);
        Arc::new(Self { app, live: live::Live::default(), guest })
    }

    /// Times as people of the company read them.
    pub fn times(&self) -> format::Times {
        format::Times::new(&self.app.playbook().time_zone, self.app.clock.now())
    }
}

/// Nothing but our own files runs, loads or frames a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// All pages, each behind its guard.
pub fn router(app: Arc<App>) -> Router {
    let console = Console::new(app);
    let mut router = Router::new();
    for route in routes::all() {
        let guard = (Arc::clone(&console), route.access);
        let handler = route.handler.layer(from_fn_with_state(guard, access::guard));
        router = router.route(route.path, handler);
    }
    router.layer(from_fn(protect)).with_state(console)
}

/// The headers of every answer of the console.
async fn protect(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What a page shows belongs to who is logged in, and not into a cache.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
