//! The API under `/api/v1`: what the console's pages do, for programs, in JSON. Every route is in
//! the one table of [`routes`], with who may use it and what the description says of it.

mod access;
mod brake;
mod conversations;
mod dead_letters;
mod decisions;
mod extract;
mod leads;
mod messages;
pub mod openapi;
mod problem;
mod questions;
pub mod routes;
mod state;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::any;

pub use access::Access;

use crate::app::App;
use problem::Problem;

/// Where it begins.
pub const BASE: &str = "/api/v1";

/// The most bytes a request may have.
const BODY_LIMIT: usize = 64 * 1024;

/// What the routes share.
pub struct Api {
    app: Arc<App>,
    brake: brake::Brake,
}

/// All routes, each behind its guard.
pub fn router(app: Arc<App>) -> Router {
    let api = Arc::new(Api { app, brake: brake::Brake::default() });
    let mut router = Router::new();
    for route in routes::all() {
        let guard = (Arc::clone(&api), route.access);
        let handler = route.handler.layer(from_fn_with_state(guard, access::guard));
        router = router.route(&format!("{BASE}{}", route.path), handler);
    }
    router
        .route(&format!("{BASE}/{{*rest}}"), any(async || Problem::NotFound))
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(protect))
        .with_state(api)
}

/// The headers of every answer.
async fn protect(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An instant as programs read it.
fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string()
}
