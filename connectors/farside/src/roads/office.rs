//! A road with a counter: letters are listed there for whoever asks, or pushed by who stands beside it; what the county
//! answers is told there.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use async_trait::async_trait;
use huiliu_contract::Secret;
use jiff::Timestamp;

use super::hands::{Counter, Pusher, lock};
use super::{Asking, Fitting, Matter, Road, Tally};

/// A road with a counter; it stops when it is dropped.
pub struct Office {
    channel: &'static str,
    counter: Counter,
    pusher: Option<Pusher>,
    fitting: Fitting,
}

impl Office {
    pub(super) fn new(channel: &'static str, counter: Counter, pusher: Option<Pusher>, fitting: Fitting) -> Self {
        Self { channel, counter, pusher, fitting }
    }

    /// Pushes what stands under a number now, where this road pushes.
    async fn push(&self, number: &str) -> io::Result<()> {
        let (Some(pusher), Some(document)) = (&self.pusher, self.counter.document(number)) else { return Ok(()) };
        let again = pusher.push(number, document, self.counter.faults()).await?;
        self.counter.book(|book| book.told_again(again));
        Ok(())
    }
}

/// The fitting of a road that lists: asked twice a second, within its pace.
pub(super) fn listed(url: &str, path: &str) -> Fitting {
    Fitting::default()
        .key("connect.url", &format!("\"{url}{path}\""))
        .key("connect.limit", "\"40/s\"")
        .key("poll.every", "\"500ms\"")
        .key("poll.since.overlap", "\"5s\"")
        .back()
}

impl Fitting {
    pub(super) fn key(mut self, key: &str, value: &str) -> Self {
        self.keys.push((key.into(), Some(value.into())));
        self
    }

    pub(super) fn secret(mut self, name: &str, secret: &str) -> Self {
        self.secrets.push((name.into(), Secret::new(secret)));
        self
    }

    /// The pace of what goes back, and whence files may be fetched.
    pub(super) fn back(self) -> Self {
        self.key("return.watch", "\"1s\"")
            .key("return.retries", "[\"500ms\", \"1s\", \"2s\", \"5s\"]")
            .key("files.allow_hosts", "[\"127.0.0.1\"]")
            .key("files.allow_private", "[\"127.0.0.1\"]")
    }
}

#[async_trait]
impl Road for Office {
    fn channel(&self) -> &'static str {
        self.channel
    }

    fn fitting(&self, _house: &Path) -> Fitting {
        self.fitting.clone()
    }

    fn meet(&self, gateway: SocketAddr) {
        if let Some(pusher) = &self.pusher {
            pusher.meet(gateway);
        }
    }

    fn play_faults(&self, seed: Option<u64>) {
        lock(self.counter.faults()).play(seed);
    }

    async fn hand_over(&self, matter: &Matter) -> io::Result<String> {
        let number = self.counter.hand_over(matter);
        self.push(&number).await?;
        Ok(number)
    }

    async fn repeat(&self, number: &str) -> io::Result<()> {
        self.counter.book(|book| book.repeat(number, Timestamp::now()))?;
        self.push(number).await
    }

    async fn revise(&self, number: &str, content: &str) -> io::Result<bool> {
        self.counter.book(|book| book.revise(number, content, Timestamp::now()))?;
        self.push(number).await.map(|()| true)
    }

    async fn ask(&self, number: &str, asking: &Asking) -> io::Result<bool> {
        if !self.counter.knows(asking) {
            return Ok(false);
        }
        let own = self.counter.ask(number, asking).await?;
        self.push(&own).await.map(|()| true)
    }

    fn tally(&self) -> Tally {
        self.counter.tally()
    }

    fn closed(&self) -> BTreeMap<String, String> {
        self.counter.book(|book| book.closed())
    }

    fn unanswered(&self) -> Vec<String> {
        self.counter.book(|book| book.unanswered())
    }
}
