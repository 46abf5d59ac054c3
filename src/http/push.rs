//! The door for pushes: body, verification, intake, and only then the channel's own acknowledgement.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use huiliu_contract::{
    Answer as Told, Door, Item, Personal, Push, Receive, Received, Refusal, Remark, Reply, Taken, What,
};
use hyper::body::{Body, Incoming};
use jiff::Timestamp;

use super::route::{About, Content, Route, Tag, text};
use super::{Answer, Entry, Front};
use crate::channel::Channel;
use crate::intake::{How, Intaken};
use crate::store::NotAccepted;

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

/// The counters of one channel's door.
pub struct Gate {
    taken: [metrics::Counter; 8],
    failed: metrics::Counter,
    latency: metrics::Histogram,
}

const WHATS: [What; 8] =
    [What::New, What::Repeat, What::Revised, What::Joined, What::Act, What::Unmapped, What::Held, What::Unticketed];

impl Gate {
    /// The counters of a channel.
    pub fn new(channel: &str) -> Self {
        let counter = |what: What| metrics::counter!("huiliu_submissions_total", "channel" => channel.to_owned(), "what" => what.word());
        Self {
            taken: WHATS.map(counter),
            failed: metrics::counter!("huiliu_push_failed_total", "channel" => channel.to_owned()),
            latency: metrics::histogram!("huiliu_push_seconds", "channel" => channel.to_owned()),
        }
    }

    fn count(&self, what: What) {
        if let Some(counter) = WHATS.iter().position(|other| *other == what).and_then(|at| self.taken.get(at)) {
            counter.increment(1);
        }
    }
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
            Err(why) => return self.no_body(why, channel, *body_limit),
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
        let answer = self.taken_in(channel, gate, receive.as_ref(), &push).await;
        gate.latency.record(began.elapsed());
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

    fn no_body(&self, why: NoBody, channel: &Channel, limit: usize) -> Answer {
        let (refusal, mut answer) = match why {
            NoBody::TooLarge => {
                (Refusal::TooLarge(limit).word(), plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large\n"))
            }
            NoBody::TooSlow => ("too_slow", plain(StatusCode::REQUEST_TIMEOUT, "the body did not come in time\n")),
            NoBody::Broken => ("broken", plain(StatusCode::BAD_REQUEST, "the body is broken\n")),
        };
        refused(channel, refusal);
        // What follows on this connection could be the rest of the body.
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        answer
    }

    async fn taken_in(&self, channel: &Arc<Channel>, gate: &Gate, receive: &dyn Receive, push: &Push) -> Answer {
        let received = match receive.receive(push).await {
            Ok(received) => received,
            Err(refusal) => return self.refuse(channel, gate, receive, push, refusal).await,
        };
        let (items, once) = match received {
            Received::Handshake(reply) => return written(reply),
            Received::Submissions { items, once } => (items, once),
        };
        let once = once.map(|once| (once, self.intake.body_digest(push.body.reveal())));
        let how = How { once, ..How::default() };
        match self.intake.take(channel, items, how).await {
            Ok(done) => {
                done.taken.iter().for_each(|taken| gate.count(taken.what));
                written(acknowledge(channel, receive, push, &done))
            }
            Err(NotAccepted::Replayed) => {
                refused(channel, Refusal::Replayed.word());
                written(receive.answer(push, Told::Refused(&Refusal::Replayed)))
            }
            Err(error) => {
                tracing::error!(channel = %channel.code, %error, "a push could not be kept; the far side is asked to come again");
                failed(gate, receive, push)
            }
        }
    }

    /// Keeps what was verified but cannot be read, then says no in the channel's own words.
    async fn refuse(
        &self,
        channel: &Arc<Channel>,
        gate: &Gate,
        receive: &dyn Receive,
        push: &Push,
        refusal: Refusal,
    ) -> Answer {
        refused(channel, refusal.word());
        if let Refusal::Unreadable { raw, reason } = &refusal {
            let item = Item::Unreadable(huiliu_contract::Unreadable {
                raw: raw.clone(),
                reason: Remark::new(format!("推送的内容读不出:{reason}"), reason.clone()),
            });
            if let Err(error) = self.intake.take(channel, vec![item], How::default()).await {
                tracing::error!(channel = %channel.code, %error, "an unreadable push could not be kept");
                return failed(gate, receive, push);
            }
        }
        tracing::warn!(channel = %channel.code, peer = %push.peer, reason = refusal.word(), "a push was refused");
        written(receive.answer(push, Told::Refused(&refusal)))
    }
}

/// What the far side is told after the commit.
fn acknowledge(channel: &Channel, receive: &dyn Receive, push: &Push, done: &Intaken) -> Reply {
    let unmapped = |taken: &&Taken| taken.what == What::Unmapped;
    if channel.refuses_unmappable() && done.taken.iter().any(|taken| unmapped(&taken)) {
        let reason = done.unmapped.clone().unwrap_or_default();
        return receive.answer(push, Told::Refused(&Refusal::Unmappable { reason }));
    }
    receive.answer(push, Told::Taken(&done.taken))
}

/// Our own failure, in the channel's words.
fn failed(gate: &Gate, receive: &dyn Receive, push: &Push) -> Answer {
    gate.failed.increment(1);
    let mut reply = receive.answer(push, Told::Failed);
    reply.headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static(COME_AGAIN));
    written(reply)
}

fn refused(channel: &Channel, word: &'static str) {
    metrics::counter!("huiliu_push_refused_total", "channel" => channel.code.to_string(), "reason" => word)
        .increment(1);
}
