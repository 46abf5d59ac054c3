//! A portal that pushes its letters (书记县长信箱): it tells a letter again until it is acknowledged, and
//! counts by itself what it sent and what it was told. It believes only what was answered.

mod count;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use count::Count;
pub use count::MailboxStats;

use crate::desk::{Desk, Told};
use crate::letter::Letter;
use crate::platform::Gate;
use crate::proof::Proof;

/// How a mailbox is set up.
#[derive(Clone, Debug)]
pub struct MailboxOptions {
    /// Where to push, without a query.
    pub url: String,
    /// How it proves who it is.
    pub proof: Proof,
    /// How often a push is tried at most; at least once.
    pub tries: u32,
    /// How long it waits between two tries; a Retry-After shortens nothing and lengthens nothing.
    pub pause: Duration,
    /// JSON pointer of the ticket number in an acknowledgement.
    pub ticket_at: String,
    /// JSON pointer of the list in the acknowledgement of a list, and the names in it are `external_id`
    /// and `ticket`.
    pub items_at: String,
    /// Under which name a list of letters is pushed.
    pub list_name: String,
    /// What it says its pushes are, unless its proof says another thing.
    pub media_type: &'static str,
}

impl MailboxOptions {
    /// A mailbox that fits the shipped envelopes: sixty tries, half a second apart.
    pub fn new(url: impl Into<String>, proof: Proof) -> Self {
        Self {
            url: url.into(),
            proof,
            tries: 60,
            pause: Duration::from_millis(500),
            ticket_at: "/ticket".into(),
            items_at: "/items".into(),
            list_name: "letters".into(),
            media_type: "application/json",
        }
    }
}

/// What came of a push.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pushed {
    /// Acknowledged by 2xx; the ticket number, if one was told.
    Acknowledged(Option<String>),
    /// Refused by a status that telling again does not change.
    Refused(u16),
    /// Never acknowledged in all tries; the last status, none for no answer at all.
    GaveUp(Option<u16>),
}

/// A running portal.
#[derive(Debug)]
pub struct Mailbox {
    options: MailboxOptions,
    client: reqwest::Client,
    count: Mutex<Count>,
    /// Makes the nonces of two mailboxes in one process differ.
    start: Timestamp,
    desk: Option<Desk>,
}

/// The answer to one try.
struct Answer {
    status: u16,
    body: Value,
}

/// What an acknowledgement names: letters with their ticket numbers.
type Named = Vec<(String, Option<String>)>;

impl Mailbox {
    /// Sets a portal up; it pushes nothing by itself.
    pub fn new(options: MailboxOptions) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?;
        Ok(Self { options, client, count: Mutex::default(), start: Timestamp::now(), desk: None })
    }

    /// Opens a desk at which the portal is told what became of its letters; it lets in who shows this.
    pub async fn with_desk(mut self, gate: Gate) -> io::Result<Self> {
        self.desk = Some(Desk::open(gate).await?);
        Ok(self)
    }

    /// The desk, if one was opened.
    pub fn desk(&self) -> Option<&Desk> {
        self.desk.as_ref()
    }

    /// What it was told about a letter, in order and each time it really was; nothing without a desk.
    pub fn told(&self, letter: &str) -> Vec<Told> {
        self.desk.as_ref().map(|desk| desk.answers().told(letter)).unwrap_or_default()
    }

    /// Pushes one letter until it is acknowledged or refused.
    pub async fn push(&self, letter: &Letter) -> Pushed {
        let tickets = |answer: &Answer| {
            let ticket = answer.body.pointer(&self.options.ticket_at).and_then(Value::as_str);
            vec![(letter.number.clone(), ticket.map(str::to_owned))]
        };
        self.until_acknowledged(letter.body().into(), &[&letter.number], &tickets).await
    }

    /// Pushes a letter twice, as a portal does whose first acknowledgement got lost.
    pub async fn push_twice(&self, letter: &Letter) -> (Pushed, Pushed) {
        (self.push(letter).await, self.push(letter).await)
    }

    /// Pushes letters as one list, until it is acknowledged or refused as a whole.
    pub async fn push_list(&self, letters: &[Letter]) -> Pushed {
        self.push_list_with(letters, &[]).await
    }

    /// The same with further elements behind the letters that are no letters at all.
    pub async fn push_list_with(&self, letters: &[Letter], malformed: &[Value]) -> Pushed {
        let elements: Vec<&Value> = letters.iter().map(|letter| &letter.document).chain(malformed).collect();
        let body = json!({ self.options.list_name.as_str(): elements }).to_string();
        let numbers: Vec<&str> = letters.iter().map(|letter| letter.number.as_str()).collect();
        lock(&self.count).stats.malformed += malformed.len() as u64;
        let tickets = |answer: &Answer| {
            let items = answer.body.pointer(&self.options.items_at).and_then(Value::as_array);
            let text = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
            items
                .into_iter()
                .flatten()
                .filter_map(|item| Some((text(item, "external_id")?, text(item, "ticket"))))
                .collect()
        };
        self.until_acknowledged(body.into(), &numbers, &tickets).await
    }

    /// Pushes any body once, rightly proven, and gives the status; none for no answer.
    pub async fn push_malformed(&self, body: impl Into<Bytes>) -> Option<u16> {
        lock(&self.count).stats.malformed += 1;
        let answer = self.once(body.into(), &self.options.proof).await;
        answer.map(|answer| answer.status)
    }

    /// Pushes a letter once with another secret than the agreed one, and gives the status.
    pub async fn push_unproven(&self, letter: &Letter) -> Option<u16> {
        let proof = self.options.proof.with_secret("somebody-else");
        self.once(letter.body().into(), &proof).await.map(|answer| answer.status)
    }

    /// Its counts so far.
    pub fn stats(&self) -> MailboxStats {
        lock(&self.count).stats()
    }

    /// The letters that were acknowledged, with the ticket numbers it was told.
    pub fn acknowledged(&self) -> BTreeMap<String, Option<String>> {
        lock(&self.count).acknowledged.clone()
    }

    /// The letters that were sent and not acknowledged.
    pub fn open(&self) -> Vec<String> {
        lock(&self.count).open()
    }

    async fn until_acknowledged(
        &self,
        body: Bytes,
        numbers: &[&str],
        tickets: &(dyn Fn(&Answer) -> Named + Sync),
    ) -> Pushed {
        lock(&self.count).sent(numbers);
        let mut last = None;
        for attempt in 0..self.options.tries.max(1) {
            if attempt > 0 {
                lock(&self.count).stats.told_again += 1;
                tokio::time::sleep(self.options.pause).await;
            }
            let Some(answer) = self.once(body.clone(), &self.options.proof).await else {
                last = None;
                continue;
            };
            last = Some(answer.status);
            match answer.status {
                200..300 => {
                    let tickets = tickets(&answer);
                    let mut count = lock(&self.count);
                    count.acknowledged(numbers, &tickets);
                    return Pushed::Acknowledged(tickets.into_iter().next().and_then(|(_, ticket)| ticket));
                }
                408 | 429 | 500.. => {}
                status => {
                    lock(&self.count).stats.refused += 1;
                    return Pushed::Refused(status);
                }
            }
        }
        lock(&self.count).stats.gave_up += 1;
        Pushed::GaveUp(last)
    }

    async fn once(&self, body: Bytes, proof: &Proof) -> Option<Answer> {
        let nonce = {
            let mut count = lock(&self.count);
            count.stats.pushes += 1;
            format!("{:x}-{}", self.start.as_nanosecond(), count.stats.pushes)
        };
        // Signatures are over the path, not over where it stands.
        let path =
            self.options.url.find("://").and_then(|at| Some(at + 3 + self.options.url.get(at + 3..)?.find('/')?));
        let (host, path) = self.options.url.split_at_checked(path?)?;
        let sent = proof.sent(path, self.options.media_type, &body, Timestamp::now(), &nonce);
        let mut request = self.client.post(format!("{host}{}", sent.target));
        for (name, value) in sent.headers {
            request = request.header(name, value);
        }
        let response = request.body(sent.body).send().await.ok()?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.ok()?;
        Some(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
    }
}

/// A counter that panicked elsewhere is still a counter.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
