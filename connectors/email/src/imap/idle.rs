//! Waiting until the server tells of something new (IDLE, RFC 2177). The timer is ours: a server that says "still here" again
//! and again would keep one of silence going for ever.

use std::pin::Pin;
use std::time::Duration;

use async_imap::imap_proto::{MailboxDatum, Response, Status};
use tokio::sync::futures::Notified;
use tokio::time::{Instant, timeout, timeout_at};

use super::line::{Line, goodbye, of_client};
use super::trouble::{Trouble, What};

/// What may come while we wait, in bytes: short lines only.
const TALK: u64 = 16 << 20;

/// Waits in the folder that is open until something is new there, the time is over, or somebody else wants the connection.
///
/// # Errors
///
/// [`What::Refused`] where the server will not wait after all; else what ended the connection.
pub(super) async fn idle(line: &mut Line, limit: Duration, mut wanted: Pin<&mut Notified<'_>>) -> Result<(), Trouble> {
    let until = Instant::now() + limit;
    line.session.as_mut().allow(TALK, 4096, 0);
    let (within, session) = (line.within, &mut line.session);
    let begun = async {
        let tag = session.run_command("IDLE").await.map_err(|error| of_client(&error))?;
        let mut news = false;
        loop {
            let answer = session.read_response().await.map_err(|error| Trouble::of_io(&error))?;
            let answer = answer.ok_or_else(|| Trouble::lost("the server hung up"))?;
            match answer.parsed() {
                Response::Continue(_) => return Ok((tag, news)),
                Response::Done { tag: of, .. } if *of == tag => {
                    return Err(Trouble::new(
                        What::Refused,
                        "the server does not tell of new letters (IDLE) after all",
                    ));
                }
                other => {
                    goodbye(other)?;
                    // What came between the last look and this is told before the waiting begins.
                    news |= is_news(other);
                }
            }
        }
    };
    let (tag, mut news) = timeout(within, begun).await.unwrap_or_else(|_| Err(silent()))?;
    while !news {
        let heard = tokio::select! {
            () = wanted.as_mut() => break,
            heard = timeout_at(until, session.read_response()) => heard,
        };
        let Ok(answer) = heard else { break };
        let answer = answer.map_err(|error| Trouble::of_io(&error))?;
        let answer = answer.ok_or_else(|| Trouble::lost("the server hung up"))?;
        goodbye(answer.parsed())?;
        news = is_news(answer.parsed());
    }
    let ended = async {
        session.run_command_untagged("DONE").await.map_err(|error| of_client(&error))?;
        loop {
            let answer = session.read_response().await.map_err(|error| Trouble::of_io(&error))?;
            let answer = answer.ok_or_else(|| Trouble::lost("the server hung up"))?;
            match answer.parsed() {
                Response::Done { tag: of, .. } if *of == tag => return Ok(()),
                other => goodbye(other)?,
            }
        }
    };
    timeout(within, ended).await.unwrap_or_else(|_| Err(silent()))
}

fn silent() -> Trouble {
    Trouble::lost("no answer in time (`connect.timeout`)")
}

/// Whether something changed in the folder. That the server is still there changes nothing.
fn is_news(answer: &Response<'_>) -> bool {
    match answer {
        Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_)) => true,
        Response::Expunge(_) | Response::Vanished { .. } | Response::Fetch(..) => true,
        Response::Data { status, .. } => !matches!(status, Status::Ok | Status::Bye),
        _ => false,
    }
}
