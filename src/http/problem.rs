//! What is told when something is not done: one shape for the whole interface, and readers of requests that keep to it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

/// Why something was not done.
#[derive(Serialize, JsonSchema)]
pub(super) struct Problem {
    /// One stable word, for programs.
    error: String,
    /// What is wrong and what helps, for people.
    message: String,
    /// The same in Chinese, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_zh: Option<String>,
}

/// How long whoever finds us unable to keep or read is asked to wait, in seconds.
const COME_AGAIN: HeaderValue = HeaderValue::from_static("5");

pub(super) fn problem(status: StatusCode, error: &str, message: impl Into<String>) -> Response {
    told(status, Problem { error: error.into(), message: message.into(), message_zh: None })
}

/// In both languages.
pub(super) fn problem_in_both(status: StatusCode, error: &str, en: String, zh: String) -> Response {
    told(status, Problem { error: error.into(), message: en, message_zh: Some(zh) })
}

fn told(status: StatusCode, problem: Problem) -> Response {
    let mut answer = (status, Json(problem)).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        answer.headers_mut().insert(header::RETRY_AFTER, COME_AGAIN);
    }
    answer
}

/// The token is missing or wrong.
pub(super) fn not_verified() -> Response {
    problem(StatusCode::UNAUTHORIZED, "not_verified", "the bearer token is missing or wrong")
}

/// No route has this path.
pub(super) async fn no_such_route() -> Response {
    let text = "there is nothing at this path; GET /api/v1/openapi.json tells what there is";
    problem(StatusCode::NOT_FOUND, "no_such_route", text)
}

/// A route has this path, but not this method.
pub(super) async fn no_such_method() -> Response {
    let text = "this path is there, but not with this method; GET /api/v1/openapi.json tells which it has";
    problem(StatusCode::METHOD_NOT_ALLOWED, "no_such_method", text)
}

/// A piece of the address, read; what it cannot be read from is a [`Problem`].
pub(super) struct Read<E>(pub(super) E);

/// Why a piece of a request was not read. The texts quote nothing of it.
pub(super) trait Unread {
    fn problem(self) -> Response;
}

impl Unread for PathRejection {
    fn problem(self) -> Response {
        problem(StatusCode::BAD_REQUEST, "bad_path", "the path is not UTF-8; write it in percent-encoded UTF-8")
    }
}

impl Unread for QueryRejection {
    fn problem(self) -> Response {
        let text = "the query has a value that cannot be; GET /api/v1/openapi.json tells what is allowed";
        problem(StatusCode::UNPROCESSABLE_ENTITY, "bad_request", text)
    }
}

impl<S: Sync, E> FromRequestParts<S> for Read<E>
where
    E: FromRequestParts<S>,
    E::Rejection: Unread,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        E::from_request_parts(parts, state).await.map(Self).map_err(Unread::problem)
    }
}

/// A whole body of at most 2 MiB.
pub(super) struct Whole(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        Bytes::from_request(request, state).await.map(Self).map_err(|why| no_body(&why))
    }
}

fn no_body(why: &BytesRejection) -> Response {
    match why.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body has more than 2 MiB")
        }
        _ => problem(StatusCode::BAD_REQUEST, "cut", "the body was cut; nothing of it was taken"),
    }
}
