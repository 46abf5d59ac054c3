//! Conversations over real sockets, with a house that has two mailboxes and says what it is told to say.

mod endings;
mod letters;
mod refusals;
mod whatever;

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::Personal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::reply::Verdict;
use super::session::{Found, House, Letter};
use super::talk::{Times, talk};

const PATIENT: Times = Times { silence: Duration::from_secs(60), letter: Duration::from_secs(60) };

/// `big@` takes 1000 bytes, `small@` 20, `off@` nothing now.
struct Fake {
    says: Mutex<HashMap<&'static str, Verdict>>,
    /// To whom, from whom, and what.
    taken: Mutex<Vec<(String, String, Vec<u8>)>>,
    /// How often a letter was to be taken in.
    asked: AtomicUsize,
    /// How many letters may be taken in; a letter waits for its place.
    places: Semaphore,
}

impl Fake {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            says: Mutex::default(),
            taken: Mutex::default(),
            asked: AtomicUsize::new(0),
            places: Semaphore::new(1000),
        })
    }

    fn says(&self, to: &'static str, verdict: Verdict) {
        self.says.lock().unwrap().insert(to, verdict);
    }

    fn taken(&self) -> Vec<(String, String, Vec<u8>)> {
        self.taken.lock().unwrap().clone()
    }

    fn bodies(&self) -> Vec<Vec<u8>> {
        self.taken().into_iter().map(|(_, _, body)| body).collect()
    }
}

fn limit(address: &str) -> Option<usize> {
    [("big@a.example", 1000), ("small@a.example", 20)].into_iter().find(|(own, _)| *own == address).map(|(_, n)| n)
}

#[async_trait]
impl House for Fake {
    fn largest(&self) -> Option<usize> {
        Some(1000)
    }

    fn find(&self, address: &str) -> Found {
        match limit(address) {
            Some(limit) => Found::Open(limit),
            None if address == "off@a.example" => Found::Away,
            None => Found::Nobody,
        }
    }

    async fn take(&self, letter: &Letter, to: &Personal<String>) -> Verdict {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.places.acquire().await.unwrap().forget();
        let to = to.reveal().clone();
        let Some(body) = letter.body.as_ref().filter(|body| body.len() <= limit(&to).unwrap()) else {
            return Verdict::TooLarge;
        };
        if let Some(verdict) = self.says.lock().unwrap().get(to.as_str()) {
            return verdict.clone();
        }
        let from = letter.from.as_ref().map(|from| from.reveal().clone()).unwrap_or_default();
        let mut taken = self.taken.lock().unwrap();
        taken.push((to, from, body.to_vec()));
        Verdict::Taken(format!("no. {}", taken.len()))
    }
}

/// The house with a listener.
struct Desk {
    house: Arc<Fake>,
    at: SocketAddr,
    stop: CancellationToken,
    lines: TaskTracker,
}

async fn desk(times: Times) -> Desk {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let desk = Desk {
        house: Fake::new(),
        at: listener.local_addr().unwrap(),
        stop: CancellationToken::new(),
        lines: TaskTracker::new(),
    };
    let (house, stop, lines) = (desk.house.clone(), desk.stop.clone(), desk.lines.clone());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (house, stop) = (house.clone(), stop.clone());
            lines.spawn(async move { drop(talk(stream, &*house, times, &stop).await) });
        }
    });
    desk
}

impl Desk {
    /// All that is answered to these bytes until we hang up; they go in pieces of this size.
    async fn told(&self, said: &[u8], piece: usize) -> String {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        stream.set_nodelay(true).unwrap();
        for piece in said.chunks(piece) {
            // Who was sent away in between is not listened to any more.
            if stream.write_all(piece).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
        heard(&mut stream).await
    }
}

/// Everything up to the end of the line.
async fn heard(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    match timeout(Duration::from_secs(60), stream.read_to_end(&mut heard)).await.unwrap() {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{error}"),
    }
    String::from_utf8(heard).unwrap()
}

fn codes(told: &str) -> Vec<&str> {
    told.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(|line| &line[..9.min(line.len())]).collect()
}
