//! A server that takes mail by SMTP, for tests: it keeps every mail byte for byte, and refuses, stalls or hangs up where it is
//! told to. It speaks in the clear, on this machine only; real servers are in [`crate::servers`].

mod talk;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// One mail that was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Who sends, by the envelope; empty for nobody.
    pub from: String,
    /// Who gets.
    pub to: Vec<String>,
    /// The mail, without what transport adds.
    pub bytes: Vec<u8>,
}

/// What it does once, the next time that a word is heard: `EHLO`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `.` (the end of a mail), `NOOP`,
/// `RSET`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trick {
    /// It answers with these bytes, and does not do what it was asked.
    Say(&'static str, Vec<u8>),
    /// It hangs up without an answer. A mail whose end was heard is kept.
    HangUp(&'static str),
    /// It says nothing any more.
    Stall(&'static str),
}

impl Trick {
    fn word(&self) -> &'static str {
        match self {
            Self::Say(word, _) | Self::HangUp(word) | Self::Stall(word) => word,
        }
    }
}

/// How it is, all the time.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Whom it lets in, user and password (or token); none asks for no login.
    pub account: Option<(String, String)>,
    /// It refuses the empty sender as NetEase does.
    pub no_empty_sender: bool,
    /// It hangs up after each mail, once it has answered.
    pub hangs_up_after_mail: bool,
}

#[derive(Default)]
struct State {
    taken: Vec<Taken>,
    heard: Vec<String>,
    tricks: Vec<Trick>,
    connections: usize,
}

/// What a connection knows of the whole.
#[derive(Clone, Default)]
struct Shared {
    state: Arc<Mutex<State>>,
    manner: Arc<Manner>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a word, and what shall be done once at it.
    fn heard(&self, word: &str, line: &str) -> Option<Trick> {
        let mut state = self.state();
        state.heard.push(line.to_owned());
        let at = state.tricks.iter().position(|trick| trick.word() == word)?;
        Some(state.tricks.remove(at))
    }
}

/// The server, on a free port of this machine. It ends when it is dropped.
pub struct Postbox {
    port: u16,
    shared: Shared,
    task: JoinHandle<()>,
}

impl Postbox {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// If no port can be had.
    pub async fn open(manner: Manner) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let shared = Shared { manner: Arc::new(manner), ..Shared::default() };
        let task = tokio::spawn(accept(listener, shared.clone()));
        Ok(Self { port, shared, task })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it shall do once.
    pub fn plays(&self, trick: Trick) {
        self.shared.state().tricks.push(trick);
    }

    /// The mails that it took, in their order.
    pub fn taken(&self) -> Vec<Taken> {
        self.shared.state().taken.clone()
    }

    /// The words that it heard, in their order, without the mails and without passwords.
    pub fn heard(&self) -> Vec<String> {
        self.shared.state().heard.clone()
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.state().connections
    }
}

impl Drop for Postbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Takes connections until it is aborted; what it carries ends with it.
async fn accept(listener: TcpListener, shared: Shared) {
    let mut carried = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        shared.state().connections += 1;
        carried.spawn(talk::talk(stream, shared.clone()));
        while carried.try_join_next().is_some() {}
    }
}
