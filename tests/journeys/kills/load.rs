//! The load under which the gateway is killed: portals that push until they are told yes, and a platform that
//! grows. They keep their own books.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use huiliu_farside::core::Core;
use huiliu_farside::letter::Letter;
use huiliu_farside::platform::Platform;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::written::TOKEN;

/// Connections that push.
const CONNECTIONS: usize = 6;
/// Every so many letters, one is changed afterwards.
const CHANGED: u32 = 4;
/// So far behind the pushes the core may be before the portals rest.
const BEHIND: usize = 400;

/// What the portals know.
#[derive(Default)]
pub(super) struct Books {
    /// Every ticket number that an acknowledgement ever named for a letter; must be one.
    pub(super) tickets: Mutex<BTreeMap<String, BTreeSet<String>>>,
    /// Letters whose change was acknowledged too.
    pub(super) changed: Mutex<BTreeSet<String>>,
    /// Pushes under way at this moment.
    pub(super) under_way: AtomicUsize,
    /// Pushes that were sent and whose connection then broke without an answer.
    pub(super) cut: AtomicUsize,
    /// Answers that were no acknowledgement.
    pub(super) refused: Mutex<Vec<String>>,
}

/// Load that runs until it is ended.
pub(super) struct Load {
    pub(super) books: Arc<Books>,
    address: watch::Sender<String>,
    over: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

struct Portal {
    books: Arc<Books>,
    address: watch::Receiver<String>,
    over: Arc<AtomicBool>,
    client: reqwest::Client,
    serial: Arc<AtomicU32>,
    core: Arc<Core>,
}

impl Load {
    pub(super) fn start(address: String, core: Arc<Core>, platform: Arc<Platform>) -> Self {
        let (address, listening) = watch::channel(address);
        let (books, over, serial) = (Arc::new(Books::default()), Arc::new(AtomicBool::new(false)), Arc::default());
        let mut tasks = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
            let portal = Portal {
                books: books.clone(),
                address: listening.clone(),
                over: over.clone(),
                client,
                serial: Arc::clone(&serial),
                core: core.clone(),
            };
            tasks.spawn(portal.run());
        }
        let ended = over.clone();
        tasks.spawn(async move {
            let mut turn = 0;
            while !ended.load(Ordering::Relaxed) {
                turn += 1;
                // Mostly a few, now and then several pages.
                platform.grow(if turn % 12 == 0 { 45 } else { 2 });
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
        });
        Self { books, address, over, tasks }
    }

    /// The gateway listens elsewhere now.
    pub(super) fn moved(&self, address: String) {
        self.address.send_replace(address);
    }

    /// Begins nothing new; what was begun is pushed until it is acknowledged.
    pub(super) async fn end(self) -> Arc<Books> {
        self.over.store(true, Ordering::Relaxed);
        let mut tasks = self.tasks;
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
        self.books
    }
}

impl Portal {
    async fn run(self) {
        while !self.over.load(Ordering::Relaxed) {
            let acknowledged = self.books.tickets.lock().unwrap().len();
            if acknowledged > BEHIND + usize::try_from(self.core.stats().tickets).unwrap() {
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            }
            let serial = self.serial.fetch_add(1, Ordering::Relaxed);
            let letter = Letter::invented(serial);
            self.push(&letter).await;
            if serial.is_multiple_of(CHANGED) {
                self.push(&letter.revised("补充一句。")).await;
                self.books.changed.lock().unwrap().insert(letter.number);
            }
        }
    }

    /// Pushes until there is an answer.
    async fn push(&self, letter: &Letter) {
        loop {
            let url = format!("{}/channels/letters", self.address.borrow().as_str());
            let push = self.client.post(url).bearer_auth(TOKEN).header("content-type", "application/json");
            self.books.under_way.fetch_add(1, Ordering::Relaxed);
            let answer = async {
                let answer = push.body(letter.body()).send().await?;
                Ok::<_, reqwest::Error>((answer.status(), answer.bytes().await?))
            };
            let answer = answer.await;
            self.books.under_way.fetch_sub(1, Ordering::Relaxed);
            match answer {
                Ok((status, body)) if status.is_success() => return self.acknowledged(letter, &body),
                // A gateway that stops or is full may ask us to come again; nothing else is an answer here.
                Ok((status, _)) if status.as_u16() == 503 => {}
                Ok((status, _)) => self.books.refused.lock().unwrap().push(format!("{}: {status}", letter.number)),
                Err(error) if error.is_connect() => {}
                Err(_) => drop(self.books.cut.fetch_add(1, Ordering::Relaxed)),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn acknowledged(&self, letter: &Letter, body: &[u8]) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let ticket = body["ticket"].as_str().unwrap_or_default().to_owned();
        self.books.tickets.lock().unwrap().entry(letter.number.clone()).or_default().insert(ticket);
    }
}
