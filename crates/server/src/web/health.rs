//! The health page.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;

pub(super) async fn health(State(app): State<Arc<App>>) -> Response {
    let (up, page) = crate::health::page(&app).await;
    let status = if up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(page)).into_response()
}
