//! A core that fetches: it asks for events, believes nothing of what it gets, and counts in a book of its own what it kept.

use serde_json::{Value, json};

use super::Stats;
use super::book::{Book, Took};

/// A core that fetches. What it fetched is its own only once it kept it; before that it dies with it.
#[derive(Debug)]
pub struct Fetcher {
    client: reqwest::Client,
    url: String,
    token: String,
    /// Behind which place it asks.
    after: i64,
    book: Book,
    fetched: Vec<Fetched>,
}

/// One event as it was offered.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Its place in the stream.
    pub seq: i64,
    /// The whole event.
    pub event: Value,
}

/// Why what was offered cannot be right, or could not be had.
#[derive(Debug, thiserror::Error)]
pub enum NotFetched {
    /// The line broke.
    #[error(transparent)]
    Line(#[from] reqwest::Error),
    /// The gateway said no.
    #[error("answered {0}: {1}")]
    Refused(u16, String),
    /// A place is not behind the one before it, or a key is not of its event.
    #[error("not a stream: {0}")]
    Wrong(String),
}

impl Fetcher {
    /// One that asks a gateway at this address, from the beginning.
    pub fn new(url: impl Into<String>, token: impl Into<String>) -> Result<Self, NotFetched> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { client, url: url.into(), token: token.into(), after: 0, book: Book::default(), fetched: Vec::new() })
    }

    /// Asks another address: the gateway moved.
    pub fn turn_to(&mut self, url: impl Into<String>) {
        self.url = url.into();
    }

    /// Fetches at most `limit` events behind what it fetched last, waiting so long (`30s`) for some; keeps none of them yet.
    pub async fn fetch(&mut self, limit: usize, wait: &str) -> Result<&[Fetched], NotFetched> {
        let url = format!("{}/api/v1/events?after={}&limit={limit}&wait={wait}", self.url, self.after);
        let answer = self.client.get(url).bearer_auth(&self.token).send().await?;
        let (status, body) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            return Err(NotFetched::Refused(status.as_u16(), body));
        }
        let wrong = |what: &str| NotFetched::Wrong(what.into());
        let body: Value = serde_json::from_str(&body).map_err(|_| wrong("no JSON"))?;
        // In an envelope the list is the body, and places are text.
        let list = body.as_array().or_else(|| body["events"].as_array()).ok_or_else(|| wrong("no list"))?;
        let begin = self.fetched.len();
        for one in list {
            let place = one["seq"].as_i64().or_else(|| one["seq"].as_str()?.parse().ok());
            let seq = place.filter(|seq| *seq > self.after).ok_or_else(|| wrong("places do not rise"))?;
            let event = if one["specversion"] == "1.0" { &one["data"] } else { &one["event"] };
            let key = format!("{}-{}", event["ticket"].as_str().unwrap_or_default(), event["sequence"]);
            if event["idempotency_key"] != json!(key) {
                return Err(wrong("a key is not of its event"));
            }
            self.after = seq;
            self.fetched.push(Fetched { seq, event: event.clone() });
        }
        Ok(self.fetched.get(begin..).unwrap_or_default())
    }

    /// Dies: what it fetched and did not keep is gone, and it begins anew behind nothing.
    pub fn die(&mut self) {
        self.fetched.clear();
        self.after = 0;
    }

    /// Keeps all that it fetched, except events whose title holds `refusing`, and says so to the gateway.
    pub async fn keep(&mut self, refusing: Option<&str>) -> Result<Value, NotFetched> {
        let (mut numbers, mut refused) = (serde_json::Map::new(), Vec::new());
        let Some(upto) = self.fetched.last().map(|last| last.seq) else { return Ok(Value::Null) };
        for one in self.fetched.drain(..) {
            let title = one.event["data"]["matter"]["title"].as_str().unwrap_or_default();
            if refusing.is_some_and(|word| title.contains(word)) {
                refused.push(json!({ "seq": one.seq, "reason": "it holds a word that is not taken" }));
                continue;
            }
            let key = one.event["idempotency_key"].as_str().unwrap_or_default();
            if let (Took::Taken { order, .. }, Some(ticket)) = (self.book.take(key), one.event["ticket"].as_str()) {
                numbers.insert(ticket.to_owned(), order.into());
            }
        }
        self.acknowledge(&json!({ "upto": upto, "numbers": numbers, "refused": refused })).await
    }

    /// Says to the gateway up to where it has what it was offered.
    pub async fn acknowledge(&self, said: &Value) -> Result<Value, NotFetched> {
        let url = format!("{}/api/v1/events/ack", self.url);
        let answer = self.client.post(url).bearer_auth(&self.token).json(said).send().await?;
        let (status, body) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            return Err(NotFetched::Refused(status.as_u16(), body));
        }
        serde_json::from_str(&body).map_err(|_| NotFetched::Wrong("no JSON".into()))
    }

    /// Its counts so far.
    pub fn stats(&self) -> Stats {
        self.book.stats
    }

    /// Every distinct key it kept, in the order of keeping.
    pub fn keys(&self) -> &[String] {
        self.book.keys()
    }
}
