//! The page's files, built into the binary and served under a strict content security policy.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;

/// Nothing but the server's own files runs, loads or frames the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

struct Asset {
    path: &'static str,
    content_type: &'static str,
    body: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

const ASSETS: [Asset; 9] = [
    Asset {
        path: "/demo",
        content_type: "text/html; charset=utf-8",
        body: include_str!("page/index.html"),
    },
    Asset {
        path: "/demo/style.css",
        content_type: "text/css; charset=utf-8",
        body: include_str!("page/style.css"),
    },
    Asset { path: "/demo/app.js", content_type: SCRIPT, body: include_str!("page/app.js") },
    Asset { path: "/demo/chat.js", content_type: SCRIPT, body: include_str!("page/chat.js") },
    Asset {
        path: "/demo/contacts.js",
        content_type: SCRIPT,
        body: include_str!("page/contacts.js"),
    },
    Asset { path: "/demo/events.js", content_type: SCRIPT, body: include_str!("page/events.js") },
    Asset { path: "/demo/format.js", content_type: SCRIPT, body: include_str!("page/format.js") },
    Asset {
        path: "/demo/icon.svg",
        content_type: "image/svg+xml",
        body: include_str!("page/icon.svg"),
    },
    Asset {
        path: "/demo/pattern.svg",
        content_type: "image/svg+xml",
        body: include_str!("page/pattern.svg"),
    },
];

pub(super) fn router() -> Router {
    let router = Router::new().route("/demo/", get(async || Redirect::permanent("/demo")));
    ASSETS.iter().fold(router, |router, asset| {
        router.route(asset.path, get(move || async move { answer(asset) }))
    })
}

fn answer(asset: &'static Asset) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, asset.body)
}
