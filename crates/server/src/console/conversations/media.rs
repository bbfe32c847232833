//! Files that leads sent, fetched for the browser: it must not know their addresses.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use uuid::Uuid;

use crate::console::{Console, Problem};
use crate::media::{LARGEST, LONGEST, Limits};
use crate::store::console::thread::FindMedia;

/// What a browser may show by itself; all else is a download, since it could be a page.
const SHOWN: [&str; 12] = [
    "audio/ogg",
    "audio/mpeg",
    "audio/mp4",
    "audio/aac",
    "audio/wav",
    "audio/webm",
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "video/mp4",
    "video/webm",
];

/// The file of a message.
pub(in crate::console) async fn file(
    State(console): State<Arc<Console>>,
    Path(message): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let app = &console.app;
    let (media, phone) = app.store.read(FindMedia { message }).await?.ok_or(Problem::NotFound)?;
    let url = media["url"].as_str().ok_or(Problem::NotFound)?;
    let until = tokio::time::Instant::now() + LONGEST;
    let limits = Limits { bytes: LARGEST, until, phone: Some(phone) };
    let fetched = app.media.fetch(url, &limits).await.map_err(|refused| {
        Problem::Upstream(format!(
            "O arquivo não está mais disponível ({refused}). A Z-API guarda mídias por 30 dias."
        ))
    })?;
    let told = fetched.mime.as_deref().or_else(|| media["mime_type"].as_str()).unwrap_or_default();
    Ok(answer(told, fetched.bytes, headers.get(header::RANGE)))
}

fn answer(told: &str, bytes: Bytes, range: Option<&HeaderValue>) -> Response {
    let essence = told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let shown = SHOWN.iter().find(|shown| **shown == essence).copied();
    let common = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(shown.unwrap_or("application/octet-stream")),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static(if shown.is_some() { "inline" } else { "attachment" }),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
    ];
    let total = bytes.len();
    let Some((start, end)) = range.and_then(|range| span(range.to_str().ok()?, total)) else {
        return (common, bytes).into_response();
    };
    let part = format!("bytes {start}-{end}/{total}");
    let slice = bytes.slice(start..=end);
    (StatusCode::PARTIAL_CONTENT, common, [(header::CONTENT_RANGE, part)], slice).into_response()
}

/// The first and the last byte that a player asks for when somebody moves its slider.
fn span(range: &str, total: usize) -> Option<(usize, usize)> {
    let (start, end) = range.strip_prefix("bytes=")?.split_once('-')?;
    let start: usize = start.parse().ok()?;
    let last = total.checked_sub(1)?;
    let end = if end.is_empty() { last } else { end.parse::<usize>().ok()?.min(last) };
    (start <= end).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_gets_the_part_it_asks_for() {
        assert_eq!(span("bytes=0-", 10), Some((0, 9)));
        assert_eq!(span("bytes=2-4", 10), Some((2, 4)));
        assert_eq!(span("bytes=2-400", 10), Some((2, 9)));
        assert_eq!(span("bytes=10-", 10), None);
        assert_eq!(span("bytes=-5", 10), None);
        assert_eq!(span("bytes=0-", 0), None);
    }

    #[test]
    fn what_could_be_a_page_is_a_download() {
        for told in ["text/html", "image/svg+xml", "application/xhtml+xml", ""] {
            let response = answer(told, Bytes::from_static(b"<svg onload=alert(1)>"), None);
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/octet-stream");
            assert_eq!(response.headers()[header::CONTENT_DISPOSITION], "attachment");
        }
        let response = answer("audio/ogg; codecs=opus", Bytes::from_static(b"OggS"), None);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "audio/ogg");
    }
}
