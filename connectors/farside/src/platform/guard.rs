//! Before a door that wants signatures: what is not proven is told so by a code in an answer that looks well, as such
//! platforms do; what is sealed is opened, and the answer is sealed.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde_json::json;

use super::{Envelope, wire};
use crate::desk::Answers;
use crate::scheme::{Checker, Sent};

/// The largest body that is read.
const LARGEST: usize = 64 << 20;

/// Who checks, and what stands around an answer; none where nothing must be signed. It is asked for each request.
type Posted = Arc<dyn Fn() -> Option<(Checker, Envelope)> + Send + Sync>;

/// Puts the guard before a router.
pub(crate) fn before(router: Router, answers: &Answers) -> Router {
    let answers = answers.clone();
    posted(router, Arc::new(move || answers.checked_by()))
}

/// Puts a guard that never changes before a router; none without a checker.
pub(crate) fn with(router: Router, checker: Option<Checker>, envelope: Envelope) -> Router {
    match checker {
        Some(checker) => posted(router, Arc::new(move || Some((checker.clone(), envelope.clone())))),
        None => router,
    }
}

fn posted(router: Router, posted: Posted) -> Router {
    router.layer(from_fn_with_state(posted, pass))
}

async fn pass(State(posted): State<Posted>, request: Request, next: Next) -> Response {
    let Some((checker, envelope)) = posted() else { return next.run(request).await };
    let (mut head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let headers = head.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let sent = Sent {
        method: head.method.to_string(),
        target: head.uri.path_and_query().map_or_else(String::new, |target| target.as_str().to_owned()),
        headers: headers.collect(),
        body: body.to_vec(),
    };
    match checker.check(&sent, Timestamp::now()) {
        Err(wrong) => {
            let mut answer = json!({ "msg": "签名错误" });
            wire::put(&mut answer, &envelope.success.0, json!(wrong.code()));
            wire::written(&answer, &envelope)
        }
        Ok(opened) => {
            head.headers.remove(header::CONTENT_LENGTH);
            sealed(next.run(Request::from_parts(head, Body::from(opened))).await, &checker).await
        }
    }
}

async fn sealed(response: Response, checker: &Checker) -> Response {
    if response.extensions().get::<crate::port::HangUp>().is_some() || checker.answer(b"").is_none() {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else { return wire::hang_up() };
    let Some((body, signature)) = checker.answer(&body) else { return Response::from_parts(head, Body::from(body)) };
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.extend(
        HeaderValue::try_from(signature)
            .ok()
            .map(|signature| (header::HeaderName::from_static("x-signature"), signature)),
    );
    Response::from_parts(head, Body::from(body))
}
