//! What a request carries, with refusals that say what to do.

use axum::extract::rejection::{BytesRejection, FailedToBufferBody, JsonRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::Problem;

/// What the path names.
pub(super) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = axum::extract::Path::from_request_parts(parts, state).await;
        // What has not the form of an id is the id of nothing.
        found.map(|axum::extract::Path(it)| Self(it)).map_err(|_| Problem::NotFound)
    }
}

/// What stands behind the question mark. A parameter that nobody knows is refused: a filter that
/// was misspelt must not pass for none.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match axum::extract::Query::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(it)) => Ok(Self(it)),
            Err(error) => {
                let text = error.body_text();
                let why = format!("Confira os parâmetros depois do “?” no endereço ({text}).");
                Err(Problem::Invalid(why))
            }
        }
    }
}

/// A JSON body.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = axum::Json::from_request(request, state).await;
        read.map(|axum::Json(it)| Self(it)).map_err(|rejection| match rejection {
            JsonRejection::JsonDataError(error) => {
                let text = error.body_text();
                let why = "O corpo não tem a forma que /api/v1/openapi.json descreve";
                Problem::Invalid(format!("{why} ({text})."))
            }
            JsonRejection::MissingJsonContentType(_) => Problem::WrongContentType,
            JsonRejection::BytesRejection(BytesRejection::FailedToBufferBody(
                FailedToBufferBody::LengthLimitError(_),
            )) => Problem::TooLarge,
            _ => Problem::NotJson,
        })
    }
}

/// Where a page of a list begins: a time and an id, as the page before gave it.
pub(super) fn cursor(text: Option<&str>) -> Result<Option<(i64, Uuid)>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let read = || -> Option<_> {
        let (at, id) = text.split_once('_')?;
        Some((at.parse().ok()?, id.parse().ok()?))
    };
    read().map(Some).ok_or_else(wrong_cursor)
}

/// A cursor that no page gave.
pub(super) fn wrong_cursor() -> Problem {
    let why = "O parâmetro “cursor” não vale: copie inteiro o “next” da página anterior.";
    Problem::Invalid(why.to_owned())
}

/// The length of a page: what is asked for, within bounds.
pub(super) fn limit(asked: Option<i64>, most: i64) -> Result<i64, Problem> {
    let limit = asked.unwrap_or(most.min(50));
    if (1..=most).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::Invalid(format!("O parâmetro “limit” vai de 1 a {most}.")))
}

/// Cuts off the one more that was read, and says whether there was one.
pub(super) fn cut<T>(items: &mut Vec<T>, limit: i64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    has_more
}
