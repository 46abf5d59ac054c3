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
    match status {
        StatusCode::SERVICE_UNAVAILABLE => drop(answer.headers_mut().insert(header::RETRY_AFTER, COME_AGAIN)),
        // What follows on this connection could be the rest of the body.
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT => {
            answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
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

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Query;

    use super::*;

    /// Status, headers and body of a refusal.
    async fn told<T>(read: Result<T, Response>) -> (StatusCode, axum::http::HeaderMap, serde_json::Value) {
        let Err(answer) = read else { panic!("it was read") };
        let (head, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        (head.status, head.headers, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_told_in_one_shape_and_without_quoting_it() {
        let large = Request::new(Body::from(vec![b' '; 3 << 20]));
        let (status, headers, body) = told(Whole::from_request(large, &()).await).await;
        assert_eq!((status, &body["error"]), (StatusCode::PAYLOAD_TOO_LARGE, &"too_large".into()));
        assert_eq!(headers[header::CONNECTION], "close", "the rest of the body may follow");
        let cut = Body::from_stream(futures_util::stream::iter([Ok("{"), Err(std::io::Error::other("cut"))]));
        let (status, _, body) = told(Whole::from_request(Request::new(cut), &()).await).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &"cut".into()));
        let asked = Request::builder().uri("/?version=13800000001x").body(()).unwrap();
        let mut asked = asked.into_parts().0;
        let read = Read::<Query<std::collections::BTreeMap<String, u32>>>::from_request_parts(&mut asked, &());
        let (status, _, body) = told(read.await).await;
        assert_eq!((status, &body["error"]), (StatusCode::UNPROCESSABLE_ENTITY, &"bad_request".into()));
        assert!(!body.to_string().contains("13800000001"), "{body}");
    }
}
