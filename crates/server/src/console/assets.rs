//! Styles, scripts and images, built into the binary, under names that change with their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::hash;

/// The scripts of every page, in the order in which they run.
pub const SCRIPTS: &[&str] = &["htmx.js", "console.js", "inbox.js", "overview.js", "api.js"];

const STYLE: &str = concat!(
    include_str!("assets/tokens.css"),
    include_str!("assets/base.css"),
    include_str!("assets/components.css"),
    include_str!("assets/layout.css"),
    include_str!("assets/inbox.css"),
    include_str!("assets/pages.css"),
    include_str!("assets/overview.css"),
);

const FILES: &[(&str, &str, &str)] = &[
    ("console.css", "text/css; charset=utf-8", STYLE),
    ("htmx.js", SCRIPT, include_str!("assets/htmx.min.js")),
    ("console.js", SCRIPT, include_str!("assets/console.js")),
    ("overview.js", SCRIPT, include_str!("assets/overview.js")),
    ("api.js", SCRIPT, include_str!("assets/api.js")),
    ("inbox.js", SCRIPT, include_str!("assets/inbox.js")),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";

struct Asset {
    name: &'static str,
    url: String,
    kind: &'static str,
    body: &'static str,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |&(name, kind, body): &(&'static str, &'static str, &'static str)| {
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
        Asset { name, url: format!("/assets/{stem}.{}.{ending}", hash::short(body)), kind, body }
    };
    FILES.iter().map(asset).collect()
});

/// Where a file is, under the name of its present content.
pub fn url(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("/assets/none", |asset| &asset.url)
}

pub(super) async fn serve(Path(file): Path<String>) -> Response {
    let path = format!("/assets/{file}");
    let Some(asset) = ASSETS.iter().find(|asset| asset.url == path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, asset.body).into_response()
}
