//! HTTP: webhooks in, health and metrics out. Every route is in the one table below; the console
//! brings its own.

mod auth;
mod chatwoot;
mod health;
mod piperun;
mod rejection;
mod webhooks;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::timeout::TimeoutLayer;

pub use rejection::Rejection;
pub use webhooks::BODY_LIMIT;

use crate::app::App;

/// How long a request may take, from its first byte to our answer.
const REQUEST_TIME: Duration = Duration::from_secs(20);

/// How long answers under way may take once the process is asked to stop. Whoever has not sent
/// their request by then (a slow client, an open event stream) is cut off.
const GRACE: Duration = Duration::from_secs(5);

/// Where Z-API's events go: path and what it is for, for the router and for `webhook-urls`.
pub const ZAPI_WEBHOOKS: [(&str, &str); 4] = [
    ("/webhook/zapi", "Ao receber (mensagens recebidas e enviadas por mim)"),
    ("/webhook/zapi/delivery", "Ao enviar"),
    ("/webhook/zapi/status", "Receber status da mensagem"),
    ("/webhook/zapi/connection", "Ao conectar / Ao desconectar / Presença do chat"),
];

/// Where Chatwoot's events go.
pub const CHATWOOT_WEBHOOK: &str = "/webhook/chatwoot";

/// Where the CRM's automatic actions post deals.
pub const PIPERUN_WEBHOOK: &str = "/webhook/piperun";

/// All routes, each with its guard.
pub fn router(app: Arc<App>, demo: Option<Router>) -> Router {
    // Guarded by the webhook secret or the instance's token (`auth`).
    let mut webhooks = Router::new()
        .route("/webhook/text", post(webhooks::zapi))
        .route("/webhook/audio", post(webhooks::zapi))
        .route(PIPERUN_WEBHOOK, post(piperun::deal))
        .route(CHATWOOT_WEBHOOK, post(chatwoot::chatwoot));
    for (path, _) in ZAPI_WEBHOOKS {
        webhooks = webhooks.route(path, post(webhooks::zapi));
    }
    // Open: they tell nothing about leads.
    let open =
        Router::new().route("/api/health", get(health::health)).route("/metrics", get(metrics));
    let mut router = Router::new()
        .merge(webhooks)
        .merge(open)
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Arc::clone(&app))
        // Each route with a guard of its own (`api/routes.rs`, `console/routes.rs`).
        .merge(crate::api::router(Arc::clone(&app)))
        .merge(crate::console::router(app));
    if let Some(demo) = demo {
        // Open to this machine only: `seleto demo` binds to loopback. No time limit, because its
        // events stream for as long as the page is open.
        router = router.layer(time_limit()).merge(demo);
    } else {
        router = router.layer(time_limit());
    }
    router
}

fn time_limit() -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIME)
}

/// Serves until asked to stop, then finishes what it has begun to answer.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopped = stop.clone().cancelled_owned();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stopped);
    let out_of_patience = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving.into_future() => served,
        () = out_of_patience => {
            tracing::warn!("connections that would not end were cut off");
            Ok(())
        }
    }
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, app.metrics.page(&app.store).await).into_response()
}

async fn not_found() -> Rejection {
    Rejection::NotFound
}

async fn method_not_allowed() -> Rejection {
    Rejection::MethodNotAllowed
}
