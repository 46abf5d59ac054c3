//! A platform with a paged list and write-backs (省级12345热线), and with every bad day such a platform has.
//! It believes nothing the gateway says about itself: it counts on its own.

mod door;
pub(crate) mod guard;
mod item;
mod options;
mod service;
mod state;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::desk::{Answers, Told, WrittenBack};
use crate::port::Port;
pub use door::{Doorkeeper, TOKEN};
pub use options::{Envelope, Gate, PlatformOptions, Trick};
pub use state::PlatformStats;
use state::State;

/// A running platform; it stops when it is dropped.
///
/// `GET` and `POST /order/list` give the list: the page by `pageNum`, by `offset` or by `cursor`, its size
/// as `pageSize`, only what changed at or after `updateBegin` (`yyyy-MM-dd HH:mm:ss`, Beijing time), or only
/// numbers (`seq`) above `afterSeq`, and no later than `updateEnd`; parameters in the query, in a JSON object or in a form. Any other
/// `/order/{verb}` is the desk's, see [`Answers`], but for `/order/detail`, which shows the item of `orderNo` whole as
/// `/data`, and `/order/count`, which tells as `/data/total` how many there are in such a time. What is hidden is listed only where
/// `all` is asked for. Where tokens are given out, see [`Doorkeeper`]. `GET /stats` prints the count.
#[derive(Debug)]
pub struct Platform {
    state: Arc<Mutex<State>>,
    answers: Answers,
    port: Port,
}

impl Platform {
    /// Starts a platform; it returns when it can be asked.
    pub async fn start(options: PlatformOptions) -> io::Result<Self> {
        let listen = options.listen;
        let state = Arc::new(Mutex::new(State::new(options)));
        let answers = state.lock().unwrap_or_else(PoisonError::into_inner).answers.clone();
        let router = guard::before(service::router(Arc::clone(&state)).merge(answers.router()), &answers);
        let port = Port::open(router, listen).await?;
        Ok(Self { state, answers, port })
    }

    /// Where it listens, also while it is shut.
    pub fn addr(&self) -> SocketAddr {
        self.port.addr()
    }

    /// Its address as `connect.url` wants it.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// Adds so many items, each later than all before.
    pub fn grow(&self, items: u64) {
        self.with(|state| state.grow(items));
    }

    /// Adds an item with members of the caller's own in place of the invented ones; its number and times stay the
    /// platform's.
    pub fn grow_with(&self, own: Map<String, Value>) {
        self.with(|state| state.grow_with(own));
    }

    /// Adds an item without a number: a malformed one, which stays.
    pub fn grow_malformed(&self) {
        self.with(State::grow_malformed);
    }

    /// Changes an item's text; its time becomes the latest of all, so it moves to the end of the list.
    /// False where there is no such item.
    pub fn revise(&self, number: &str) -> bool {
        self.with(|state| state.revise(number))
    }

    /// Takes an item off the list, as one that was handled elsewhere.
    pub fn remove(&self, number: &str) -> bool {
        self.with(|state| state.remove(number))
    }

    /// Keeps an item off its list, or lists it again, and counts it all the same. False where nothing is changed by that.
    pub fn hide(&self, number: &str, hidden: bool) -> bool {
        self.with(|state| state.hide(number, hidden))
    }

    /// From now on its counts are wrong by so much.
    pub fn lie(&self, by: i64) {
        self.with(|state| state.lie = by);
    }

    /// The next list requests meet these, in this order; then all is well again.
    pub fn play(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.with(|state| state.tricks.extend(tricks));
    }

    /// The next requests for details meet these.
    pub fn play_on_details(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.with(|state| state.detail_tricks.extend(tricks));
    }

    /// The next write-backs meet these.
    pub fn play_on_write_backs(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.answers.play(tricks);
    }

    /// Lets in only who shows this from now on.
    pub fn change_gate(&self, gate: Gate) {
        self.answers.change_gate(gate.clone());
        self.with(|state| state.options.gate = gate);
    }

    /// What it counted.
    pub fn stats(&self) -> PlatformStats {
        self.with(|state| state.stats())
    }

    /// The numbers of all items that are listed now, in the list's order; none for a malformed one.
    pub fn numbers(&self) -> Vec<Option<String>> {
        self.with(|state| state.numbers())
    }

    /// An item as the list holds it now.
    pub fn document(&self, number: &str) -> Option<Value> {
        self.with(|state| state.document(number))
    }

    /// The write-backs it took, in their order; a key told again stands here once.
    pub fn written_back(&self) -> Vec<WrittenBack> {
        self.answers.written_back()
    }

    /// What it was told about an item, in order and each time it really was.
    pub fn told(&self, item: &str) -> Vec<Told> {
        self.answers.told(item)
    }

    /// The desk that takes write-backs: its states, its tricks, its own count.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Closes the port and all connections.
    pub async fn shut(&self) {
        self.port.shut().await;
    }

    /// Opens the same port again.
    pub async fn reopen(&self) -> io::Result<()> {
        self.port.reopen().await
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
