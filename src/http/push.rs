//! The door for pushes: body, verification, intake, and only then the channel's own acknowledgement.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use huiliu_contract::{Answer as Told, Door, Personal, Push, Receive, Reply};
use hyper::body::{Body, Incoming};
use jiff::Timestamp;

use super::route::{About, Content, Route, Tag, text};
use super::{Answer, Front};
use crate::door::{Came, Entry, Gate, take_in};

/// How long a far side is asked to wait when we cannot take its push.
const COME_AGAIN: &str = "60";

/// What paths of pushes begin with; behind it stands the channel's code.
pub(super) const PATHS: &str = "/channels/";

/// The router has none of these: pushes go straight to their door.
pub(super) fn routes() -> Vec<Route> {
    const PATH: &str = "/channels/{code}";
    let push = About {
        id: "push",
        tag: Tag::Channels,
        zh: "推送来件:内容、验证和回执都按这个渠道的 channel.toml;落盘以后才回答",
        en: "A push. How it proves who sent it, what it holds, and how it is answered is what the channel's `channel.toml` \
             says; it is answered once it is on disk.",
    };
    let greet = About {
        id: "greet",
        tag: Tag::Channels,
        zh: "有的平台先用 GET 试一下地址;只有会回答的渠道才回答",
        en: "What some platforms ask before they push, of channels that know how to answer.",
    };
    let own = || Content::bytes("*/*");
    let at = |route: Route| route.at::<String>("code", "渠道的代号", "The channel's code.");
    let ours = |route: Route| {
        route
            .answers(408, "正文没有按时到", "The body did not come in time.", [text()])
            .answers(413, "正文太大", "The body is larger than the channel's `body_limit`.", [text()])
            .answers(503, "渠道停用,或现在收不了", "The channel is off, or cannot take it now.", [text(), own()])
            .with("Retry-After", "隔几秒再来", "In so many seconds.")
            .else_answers(
                "按渠道自己的约定,例如没有通过验证、读不懂",
                "What the channel says, for example that nobody proved who sent it, or that it cannot be read.",
                own(),
            )
    };
    let pushed = at(Route::door(Method::POST, PATH, push)).takes(own());
    let pushed = pushed.answers(200, "渠道自己的回执", "The channel's own acknowledgement.", [own()]).answers(
        404,
        "没有这个渠道,或它不收推送",
        "No such channel, or it takes no pushes.",
        [text()],
    );
    let greeted = at(Route::door(Method::GET, PATH, greet));
    let greeted = greeted.answers(200, "渠道自己的回答", "The channel's own answer.", [own()]).refuses(
        404,
        "没有这个渠道,或它不回答 GET",
        "`no_such_route`: no such channel, or it answers no GET.",
    );
    vec![ours(pushed), ours(greeted)]
}

fn plain(status: StatusCode, text: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

/// Not now, and when to come again.
fn come_again(text: &'static str) -> Answer {
    let mut answer = plain(StatusCode::SERVICE_UNAVAILABLE, text);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(COME_AGAIN));
    answer
}

fn written(reply: Reply) -> Answer {
    let mut answer = Response::new(Full::new(reply.body));
    *answer.status_mut() = reply.status;
    *answer.headers_mut() = reply.headers;
    answer
}

/// Why a body did not come.
enum NoBody {
    TooLarge,
    TooSlow,
    Broken,
}

impl Front {
    /// Answers one push.
    pub(super) async fn push(&self, peer: SocketAddr, request: Request<Incoming>) -> Answer {
        let name = request.uri().path().strip_prefix(PATHS).unwrap_or_default();
        let entry = self.entries.get(name);
        let (channel, gate) = match entry.as_deref() {
            None => return plain(StatusCode::NOT_FOUND, "no such channel\n"),
            Some(Entry::Shut) => return come_again("this channel is off\n"),
            Some(Entry::Retired) => return come_again("this channel is not configured at present\n"),
            Some(Entry::Open(channel, gate)) => (channel, gate),
        };
        let Some((Door::Http { body_limit }, receive)) = &channel.connector.receive else {
            return plain(StatusCode::NOT_FOUND, "this channel takes no pushes\n");
        };
        let Ok(_place) = self.pushes.try_acquire() else { return come_again("too much at once\n") };
        let began = Instant::now();
        let (head, body) = request.into_parts();
        let body = match self.read(body, *body_limit).await {
            Ok(body) => body,
            Err(why) => return no_body(why, gate, *body_limit),
        };
        let target = head.uri.path_and_query().map_or_else(String::new, |target| target.as_str().to_owned());
        let push = Push {
            method: head.method,
            target,
            headers: head.headers,
            body: Personal::new(body),
            peer,
            received_at: Timestamp::now(),
            envelope: None,
        };
        let came = take_in(&self.intake, channel, gate, receive.as_ref(), &push).await;
        let answer = answered(came, receive.as_ref(), &push);
        gate.took(began.elapsed());
        answer
    }

    /// Reads the whole body within the limits.
    async fn read(&self, body: Incoming, limit: usize) -> Result<Bytes, NoBody> {
        if body.size_hint().lower() > limit as u64 {
            return Err(NoBody::TooLarge);
        }
        match tokio::time::timeout(self.body_timeout, Limited::new(body, limit).collect()).await {
            Err(_) => Err(NoBody::TooSlow),
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(NoBody::TooLarge),
            Ok(Err(_)) => Err(NoBody::Broken),
        }
    }
}

fn no_body(why: NoBody, gate: &Gate, limit: usize) -> Answer {
    let mut answer = match why {
        NoBody::TooLarge => {
            gate.too_large(limit);
            plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large\n")
        }
        NoBody::TooSlow => {
            gate.refused("too_slow");
            plain(StatusCode::REQUEST_TIMEOUT, "the body did not come in time\n")
        }
        NoBody::Broken => {
            gate.refused("broken");
            plain(StatusCode::BAD_REQUEST, "the body is broken\n")
        }
    };
    // What follows on this connection could be the rest of the body.
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// What the far side is told, in the channel's own words.
fn answered(came: Came, receive: &dyn Receive, push: &Push) -> Answer {
    match came {
        Came::Handshake(reply) => written(reply),
        Came::Taken(taken) => written(receive.answer(push, Told::Taken(&taken))),
        Came::Refused(refusal) => written(receive.answer(push, Told::Refused(&refusal))),
        Came::Failed => {
            let mut reply = receive.answer(push, Told::Failed);
            reply.headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static(COME_AGAIN));
            written(reply)
        }
    }
}
