//! Where letters meet the channels.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method};
use huiliu_contract::{Door, Envelope, Personal, Push, Refusal, Taken};
use tokio::sync::Semaphore;

use super::reply::Verdict;
use super::session::{Found, House, Letter};
use crate::door::{Addressed, Came, Entries, Entry, take_in};
use crate::intake::Intake;

/// Everything a letter may need.
pub struct Post {
    /// The channels.
    pub entries: Arc<Entries>,
    /// Where submissions go.
    pub intake: Intake,
    /// Pushes under way at once, by whichever door.
    pub pushes: Arc<Semaphore>,
}

/// The house as one peer sees it.
pub(super) struct Counter {
    pub(super) post: Arc<Post>,
    pub(super) peer: SocketAddr,
}

impl Post {
    /// Whose letters come under an address: as it is written, in lower case, or without a `+detail` behind the name.
    fn whose(&self, address: &str) -> Addressed {
        let address = address.to_lowercase();
        let found = self.entries.addressed(&address);
        if matches!(found, Addressed::To(_)) {
            return found;
        }
        match without_detail(&address).map(|plain| self.entries.addressed(&plain)) {
            Some(plain @ Addressed::To(_)) => plain,
            Some(Addressed::Away) => Addressed::Away,
            _ => found,
        }
    }
}

/// `hotline+road@a.example` without its detail (RFC 5233); none where it has none.
fn without_detail(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let (name, _) = local.split_once('+').filter(|(name, _)| !name.is_empty())?;
    Some(format!("{name}@{domain}"))
}

#[async_trait]
impl House for Counter {
    fn largest(&self) -> Option<usize> {
        self.post.entries.largest_letter()
    }

    fn find(&self, address: &str) -> Found {
        match self.post.whose(address) {
            Addressed::To(entry) => limit(&entry).map_or(Found::Away, Found::Open),
            Addressed::Away => Found::Away,
            Addressed::Nobody => Found::Nobody,
        }
    }

    /// The channel is looked up anew: it may have been swapped, or switched off, while the letter came.
    async fn take(&self, letter: &Letter, to: &Personal<String>) -> Verdict {
        let Ok(_place) = self.post.pushes.try_acquire() else { return Verdict::Busy };
        let Addressed::To(entry) = self.post.whose(to.reveal()) else { return Verdict::Away };
        let Entry::Open(channel, gate) = entry.as_ref() else { return Verdict::Away };
        let Some((Door::Lmtp { body_limit, .. }, receive)) = &channel.connector.receive else { return Verdict::Away };
        let Some(body) = letter.body.as_ref().filter(|body| body.len() <= *body_limit) else {
            gate.too_large(*body_limit);
            return Verdict::TooLarge;
        };
        let began = Instant::now();
        let push = push(letter, body.clone(), to, self.peer);
        let came = Box::pin(take_in(&self.post.intake, channel, gate, receive.as_ref(), &push)).await;
        gate.took(began.elapsed());
        let verdict = verdict(came);
        if verdict.is_none() {
            tracing::error!(channel = %channel.code, "a letter was read, but nothing of it was to be kept; it is not acknowledged");
            gate.failed();
        }
        verdict.unwrap_or(Verdict::Failed)
    }
}

fn limit(entry: &Entry) -> Option<usize> {
    match entry {
        Entry::Open(channel, _) => match &channel.connector.receive {
            Some((Door::Lmtp { body_limit, .. }, _)) => Some(*body_limit),
            _ => None,
        },
        Entry::Shut | Entry::Retired => None,
    }
}

/// A letter for one recipient as a push. It has no method, path or headers of HTTP; the method is that of what is told.
fn push(letter: &Letter, body: Bytes, to: &Personal<String>, peer: SocketAddr) -> Push {
    Push {
        method: Method::POST,
        target: String::new(),
        headers: HeaderMap::new(),
        body: Personal::new(body),
        peer,
        received_at: letter.received_at,
        envelope: Some(Envelope { from: letter.from.clone(), to: to.clone() }),
    }
}

/// What the mail server is told; none where nothing is on disk although nobody refused.
fn verdict(came: Came) -> Option<Verdict> {
    Some(match came {
        Came::Handshake(_) => return None,
        Came::Taken(taken) => Verdict::Taken(words(&taken)?),
        Came::Failed => Verdict::Failed,
        Came::Refused(refusal) => match &refusal {
            Refusal::Unreadable { .. } => Verdict::KeptUnread,
            Refusal::TooLarge(_) => Verdict::TooLarge,
            Refusal::NotVerified(_) | Refusal::UnknownKey | Refusal::Forbidden => Verdict::Forbidden,
            Refusal::Stale { .. } | Refusal::Replayed | Refusal::Unmappable { .. } => Verdict::Refused(refusal.word()),
        },
    })
}

/// The ticket's number, for the mail server's log; what it was taken for where there is none.
fn words(taken: &[Taken]) -> Option<String> {
    let words = taken.iter().map(|one| match &one.ticket {
        Some(ticket) => format!("{ticket} {}", one.what.word()),
        None => one.what.word().to_owned(),
    });
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then(|| words.join(" "))
}
