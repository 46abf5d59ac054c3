//! Where a far side takes what is written back to it, whatever sort of far side it is: by verb and by key. It keeps
//! a state for each item, can be asked for it, counts by itself what it was told, and fails on demand.

mod book;
mod service;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;

pub use book::{DeskStats, FIRST, Told, WrittenBack};

use crate::platform::{Envelope, Gate, Trick, guard};
use crate::port::Port;
use crate::scheme::Checker;
use book::Book;

/// The book of a desk: what it was told, and what it shall do next. Cloning shares it.
///
/// `POST /order/{verb}` (JSON, a form, or a form of parts with files) is a write-back of the item that the body names as
/// `orderNo` or `letterNo`: `sign`, `back`,
/// `delay`, `finish`, `reply`, `decline`, `redirect` and `merge` change its state, any other verb leaves it.
/// `POST` or `GET /order/status` answers `/data/state` and `/data/reason`.
#[derive(Clone, Debug)]
pub struct Answers(Arc<Mutex<Book>>);

impl Answers {
    /// An empty book.
    pub fn new(gate: Gate, envelope: Envelope) -> Self {
        Self(Arc::new(Mutex::new(Book::new(gate, envelope))))
    }

    /// The desk's HTTP.
    pub(crate) fn router(&self) -> Router {
        service::router(self.clone())
    }

    /// What it was told about an item, in order and each time; what was refused is not told.
    pub fn told(&self, item: &str) -> Vec<Told> {
        self.lock().told(item)
    }

    /// How often it was told about an item by a verb with a key.
    pub fn times(&self, item: &str, verb: &str, key: &str) -> usize {
        self.told(item).iter().filter(|told| told.verb == verb && told.key.as_deref() == Some(key)).count()
    }

    /// The write-backs it took, in their order; a key told again stands here once.
    pub fn written_back(&self) -> Vec<WrittenBack> {
        self.lock().written_back.clone()
    }

    /// The state of an item and the reason that was given for it.
    pub fn state(&self, item: &str) -> (String, Option<String>) {
        self.lock().state(item)
    }

    /// Puts an item into a state: approved, refused, sent back.
    pub fn set_state(&self, item: &str, state: &str, reason: Option<&str>) {
        self.lock().set_state(item, state, reason);
    }

    /// Whether what concludes an item, hands it back or asks for time is judged first; it is not at first.
    pub fn judge(&self, judges: bool) {
        self.lock().judges = judges;
    }

    /// Answers in XML from now on, as [`Envelope::xml`] says.
    pub fn write_xml(&self) {
        self.lock().envelope.xml = true;
    }

    /// The next write-backs meet these.
    pub fn play(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.lock().tricks.extend(tricks);
    }

    /// The next questions about a state meet these.
    pub fn play_on_status(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.lock().status_tricks.extend(tricks);
    }

    /// Lets in only who shows this from now on.
    pub fn change_gate(&self, gate: Gate) {
        self.lock().gate = gate;
    }

    /// How what comes is checked, where it must be signed, and what stands around an answer.
    pub(crate) fn checked_by(&self) -> Option<(Checker, Envelope)> {
        let book = self.lock();
        match &book.gate {
            Gate::Signed(checker) => Some((checker.clone(), book.envelope.clone())),
            _ => None,
        }
    }

    /// What it counted.
    pub fn stats(&self) -> DeskStats {
        self.lock().stats()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A desk with a port of its own; it stops when it is dropped.
#[derive(Debug)]
pub struct Desk {
    answers: Answers,
    port: Port,
}

impl Desk {
    /// Opens a desk on a free port of this machine.
    pub async fn open(gate: Gate) -> io::Result<Self> {
        let answers = Answers::new(gate, Envelope::default());
        let router = guard::before(answers.router(), &answers);
        let port = Port::open(router, (Ipv4Addr::LOCALHOST, 0).into()).await?;
        Ok(Self { answers, port })
    }

    /// Its book.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Where it listens, also while it is shut.
    pub fn addr(&self) -> SocketAddr {
        self.port.addr()
    }

    /// Its address, as `url` wants it.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// Closes the port and all connections.
    pub async fn shut(&self) {
        self.port.shut().await;
    }

    /// Opens the same port again.
    pub async fn reopen(&self) -> io::Result<()> {
        self.port.reopen().await
    }
}
