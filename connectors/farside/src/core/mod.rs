//! A core ticket system (热线系统) that takes events on `POST /tickets`, one or a list, keeps its own
//! count, and fails on demand. What it has been told is told to nobody but `GET /stats` and `GET /keys`.

mod book;
mod faults;
mod fetcher;
mod replies;
mod service;
mod worker;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use book::Stats;
pub use faults::{Faults, Refuse, RefuseHow};
pub use fetcher::{Fetched, Fetcher, NotFetched};
pub use worker::{Ticket, Work, Worked, Worker};

use crate::parts::FileSeen;
use crate::port::Port;

/// How a core is set up.
#[derive(Clone, Debug)]
pub struct CoreOptions {
    /// Where to listen; port 0 takes a free one.
    pub at: SocketAddr,
    /// JSON pointer of the idempotency key in an event; the header counts first when one event comes alone.
    pub key_at: String,
    /// What is failed from the start.
    pub faults: Faults,
}

impl Default for CoreOptions {
    fn default() -> Self {
        Self { at: SocketAddr::from(([127, 0, 0, 1], 0)), key_at: "/key".into(), faults: Faults::default() }
    }
}

/// A running core. It stops when it is dropped.
#[derive(Debug)]
pub struct Core {
    port: Port,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    key_at: String,
    book: Mutex<book::Book>,
    faults: Mutex<Faults>,
    /// Who is told of each event that was taken and had not been taken before.
    hears: Mutex<Option<tokio::sync::mpsc::UnboundedSender<serde_json::Value>>>,
    /// Rung by `POST /control`, so that [`serve`] looks whether the port shall be shut.
    down: tokio::sync::Notify,
}

impl Core {
    /// Starts it.
    pub async fn start(options: CoreOptions) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            key_at: options.key_at,
            book: Mutex::default(),
            faults: Mutex::new(options.faults),
            hears: Mutex::default(),
            down: tokio::sync::Notify::new(),
        });
        let port = Port::open(service::router(Arc::clone(&shared)), options.at).await?;
        Ok(Self { port, shared })
    }

    /// Where it listens, also while it is down.
    pub fn addr(&self) -> SocketAddr {
        self.port.addr()
    }

    /// Where events go.
    pub fn url(&self) -> String {
        format!("http://{}/tickets", self.addr())
    }

    /// Its counts so far.
    pub fn stats(&self) -> Stats {
        lock(&self.shared.book).stats
    }

    /// Every distinct key taken, in the order of coming.
    pub fn keys(&self) -> Vec<String> {
        lock(&self.shared.book).keys().to_vec()
    }

    /// The files that came with events, by their keys, in the order of coming and each time they came.
    pub fn brought(&self) -> Vec<(String, Vec<FileSeen>)> {
        lock(&self.shared.book).brought().to_vec()
    }

    /// Every event that is taken from now on, each once, in the order of coming. Who asked before hears nothing more.
    fn hear(&self) -> tokio::sync::mpsc::UnboundedReceiver<serde_json::Value> {
        let (tell, heard) = tokio::sync::mpsc::unbounded_channel();
        *lock(&self.shared.hears) = Some(tell);
        heard
    }

    /// Refuses every request that brings files with 413, or none any more.
    pub fn refuse_files(&self, refuse: bool) {
        lock(&self.shared.faults).refuse_files = refuse;
    }

    /// Waits so long before every answer.
    pub fn slow(&self, wait: Duration) {
        lock(&self.shared.faults).slow_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    }

    /// Answers the next so many requests 503 with this Retry-After.
    pub fn spell(&self, requests: u64, retry_after_s: u64) {
        let mut faults = lock(&self.shared.faults);
        faults.unavailable = requests;
        faults.retry_after_s = retry_after_s;
    }

    /// Refuses events whose JSON holds this text, from now on.
    pub fn refuse(&self, holding: &str, how: RefuseHow) {
        lock(&self.shared.faults).refuse.push(Refuse { holding: holding.into(), how });
    }

    /// Refuses nothing any more.
    pub fn refuse_nothing(&self) {
        lock(&self.shared.faults).refuse.clear();
    }

    /// Takes the next so many requests and hangs up without an answer.
    pub fn drop_answers(&self, requests: u64) {
        lock(&self.shared.faults).drop_answers = requests;
    }

    /// Closes the port and every connection.
    pub async fn down(&self) {
        self.port.shut().await;
    }

    /// Opens the same port again.
    pub async fn up(&self) -> io::Result<()> {
        self.port.reopen().await
    }
}

/// Keeps a core running as a process of its own, until the future is dropped. What `POST /control` says of
/// `down_s` is done here.
pub async fn serve(core: Core) -> io::Result<()> {
    loop {
        core.shared.down.notified().await;
        let seconds = std::mem::take(&mut lock(&core.shared.faults).down_s);
        if seconds > 0 {
            // The answer to the control request goes out first.
            tokio::time::sleep(Duration::from_millis(100)).await;
            core.down().await;
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            core.up().await?;
        }
    }
}

/// A counter that panicked elsewhere is still a counter.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
