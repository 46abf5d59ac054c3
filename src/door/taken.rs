//! The path of a push behind its door: it is verified and read, then committed, and only then said to be taken.

use std::sync::Arc;

use huiliu_contract::{Item, Push, Receive, Received, Refusal, Remark, Reply, Taken, Unreadable, What};

use super::Gate;
use crate::channel::Channel;
use crate::intake::{How, Intake};
use crate::store::NotAccepted;

/// What came of a push. Whatever is to be on disk is there.
#[derive(Debug)]
pub enum Came {
    /// The far side only tested the address; nothing was kept.
    Handshake(Reply),
    /// It was taken: one for each item, in their order.
    Taken(Vec<Taken>),
    /// It is not taken, for a reason that repeating will not change. What could not be read or mapped is kept all the same.
    Refused(Refusal),
    /// Our own failure: nothing is promised, and it is to be told again.
    Failed,
}

/// Takes a push of a channel in. It counts what came of it and logs what a person should know, without a word of its content.
pub async fn take_in(intake: &Intake, channel: &Arc<Channel>, gate: &Gate, receive: &dyn Receive, push: &Push) -> Came {
    let received = match receive.receive(push).await {
        Ok(received) => received,
        Err(refusal) => return refuse(intake, channel, gate, push, refusal).await,
    };
    let (items, once) = match received {
        Received::Handshake(reply) => return Came::Handshake(reply),
        Received::Submissions { items, once } => (items, once),
    };
    let once = once.map(|once| (once, intake.body_digest(push.body.reveal())));
    let how = How { once, ..How::default() };
    match intake.take(channel, items, how).await {
        Ok(done) => {
            done.taken.iter().for_each(|taken| gate.count(taken.what));
            let unmapped = |taken: &Taken| taken.what == What::Unmapped;
            if channel.refuses_unmappable() && done.taken.iter().any(unmapped) {
                return Came::Refused(Refusal::Unmappable { reason: done.unmapped.unwrap_or_default() });
            }
            Came::Taken(done.taken)
        }
        Err(NotAccepted::Replayed) => {
            gate.refused(Refusal::Replayed.word());
            Came::Refused(Refusal::Replayed)
        }
        Err(error) => {
            tracing::error!(channel = %channel.code, %error, "a push could not be kept; the far side is asked to come again");
            gate.failed();
            Came::Failed
        }
    }
}

/// Keeps what was verified but cannot be read, before anybody is told no.
async fn refuse(intake: &Intake, channel: &Arc<Channel>, gate: &Gate, push: &Push, refusal: Refusal) -> Came {
    gate.refused(refusal.word());
    if let Refusal::Unreadable { raw, reason } = &refusal {
        let item = Item::Unreadable(Unreadable {
            raw: raw.clone(),
            reason: Remark::new(format!("推送的内容读不出:{reason}"), reason.clone()),
        });
        if let Err(error) = intake.take(channel, vec![item], How::default()).await {
            tracing::error!(channel = %channel.code, %error, "an unreadable push could not be kept");
            gate.failed();
            return Came::Failed;
        }
    }
    tracing::warn!(channel = %channel.code, peer = %push.peer, reason = refusal.word(), "a push was refused");
    Came::Refused(refusal)
}
