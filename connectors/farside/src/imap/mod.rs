//! A small mail server (IMAP) that misbehaves as real ones do and cannot be told to: each habit and each broken letter by itself.
//! It counts by itself, and notes every command it is given.

mod book;
mod talk;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use book::Book;

/// The account that is let in.
pub const USER: &str = "hotline@example.test";
/// Its password.
pub const PASSWORD: &str = "only-for-this-test";

/// What the server does otherwise than it should.
#[derive(Clone, Debug, Default)]
pub struct Habits {
    /// It opens no folder for whoever has not said who he is (NetEase).
    pub unsafe_login: bool,
    /// It does not list that it hears who we are.
    pub hides_id: bool,
    /// It says of no folder which number comes next (NetEase).
    pub no_uidnext: bool,
    /// It cannot tell of new letters.
    pub no_idle: bool,
    /// While somebody waits it says so often that it is still there.
    pub keep_alive: Option<Duration>,
    /// It can neither move nor delete single letters for good.
    pub plain: bool,
    /// The next logins are refused with these bytes, one each.
    pub refusals: Vec<Vec<u8>>,
    /// A refusal of a command that nobody gave comes before the login is answered.
    pub stale_refusal: bool,
    /// A command that begins so is never answered.
    pub silent: Option<&'static str>,
    /// A command that begins so is refused.
    pub refuses: Option<&'static str>,
    /// It says good-bye once, after so many bodies of one answer.
    pub bye_after: Option<usize>,
    /// It answers with things that nobody asked for.
    pub chatty: bool,
}

/// What is wrong with a letter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// Its body is NIL.
    Nil,
    /// No answer speaks of it, though it is there.
    Missing,
    /// Its body is refused.
    Refused,
    /// The line ends in the middle of its body.
    Cut,
    /// Its body announces so many bytes, as this text.
    Announces(&'static str),
    /// These bytes come instead of what should.
    Garbage(&'static [u8]),
    /// Its size is told as this.
    Size(u64),
    /// So many bytes of its body are left out, the first time only.
    ShortOnce(usize),
}

/// A letter of the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// Its number.
    pub uid: u32,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// When it came.
    pub at: Timestamp,
    /// What is wrong with it.
    pub flaw: Flaw,
    /// Its flags.
    pub flags: Vec<String>,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    habits: Mutex<Habits>,
    book: Mutex<Book>,
    came: Notify,
}

/// A running server on 127.0.0.1, without TLS.
#[derive(Debug)]
pub struct ImapServer {
    addr: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl ImapServer {
    /// Opens a server with an empty inbox and a folder of junk.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub async fn open(habits: Habits) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared { habits: Mutex::new(habits), book: Mutex::default(), came: Notify::new() });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { addr, shared, task })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.addr.port()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.shared.book()
    }

    /// Changes its habits from the next command on.
    pub fn habits(&self, change: impl FnOnce(&mut Habits)) {
        change(&mut self.shared.habits());
    }

    /// A letter comes into a folder; its number.
    pub fn deliver(&self, folder: &str, raw: impl Into<Vec<u8>>, flaw: Flaw) -> u32 {
        let uid = self.book().add(folder, raw.into(), flaw);
        self.shared.came.notify_waiters();
        uid
    }

    /// Changes what a folder holds.
    pub fn change(&self, folder: &str, how: impl FnOnce(&mut Vec<Stored>)) {
        how(&mut self.book().folder(folder).letters);
    }

    /// What a folder holds.
    pub fn letters(&self, folder: &str) -> Vec<Stored> {
        self.book().folder(folder).letters.clone()
    }

    /// Numbers a folder anew from one on, and says so or not (UIDVALIDITY).
    pub fn renumber(&self, folder: &str, validity: Option<u32>) {
        self.book().renumber(folder, validity);
    }

    /// Every command so far, without its tag and what is secret in it.
    pub fn commands(&self) -> Vec<String> {
        self.book().commands.clone()
    }

    /// How many connections there were at once at most, and in all.
    pub fn connections(&self) -> (usize, usize) {
        let book = self.book();
        (book.most, book.all)
    }
}

impl Drop for ImapServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn habits(&self) -> MutexGuard<'_, Habits> {
        self.habits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut talks = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        talks.spawn(async move {
            shared.book().enter();
            // A line that is cut is what many of these stories are about.
            let _ = talk::talk(stream, &shared).await;
            shared.book().leave();
        });
        while talks.try_join_next().is_some() {}
    }
}
