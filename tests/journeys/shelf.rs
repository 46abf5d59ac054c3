//! A far side where files wait: it serves what a story says, breaks lines where it says, and counts who asks.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a request gets.
#[derive(Clone)]
pub(crate) enum Served {
    /// The whole of it.
    Whole(&'static str, Vec<u8>),
    /// Only so many bytes of it, then the line breaks.
    Cut(&'static str, Vec<u8>, usize),
    /// It is elsewhere.
    Elsewhere(String),
    /// Only a status.
    Status(u16),
}

type Rule = dyn Fn(&str, u32) -> Served + Send + Sync;

/// The far side.
pub(crate) struct Shelf {
    at: SocketAddr,
    asked: Arc<Mutex<HashMap<String, u32>>>,
}

impl Shelf {
    /// Serves by a rule: what the path gets when it is asked for the so many-th time, from 1.
    pub(crate) async fn open(rule: impl Fn(&str, u32) -> Served + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(HashMap::new()));
        let (rule, counts): (Arc<Rule>, _) = (Arc::new(rule), asked.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, rule.clone(), counts.clone()));
            }
        });
        Self { at, asked }
    }

    /// A link to something on it, by address.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    /// The same link, by another name of this machine.
    pub(crate) fn link_by_name(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.at.port())
    }

    /// How often a path was asked for.
    pub(crate) fn asked(&self, path: &str) -> u32 {
        self.asked.lock().unwrap().get(path).copied().unwrap_or(0)
    }
}

async fn serve(mut stream: TcpStream, rule: Arc<Rule>, counts: Arc<Mutex<HashMap<String, u32>>>) {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|part| part == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(n) => head.extend_from_slice(&buffer[..n]),
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let count = {
        let mut counts = counts.lock().unwrap();
        let count = counts.entry(path.clone()).or_insert(0);
        *count += 1;
        *count
    };
    let (front, body, cut) = match rule(&path, count) {
        Served::Whole(kind, body) => (format!("200 OK\r\ncontent-type: {kind}"), body, usize::MAX),
        Served::Cut(kind, body, at) => (format!("200 OK\r\ncontent-type: {kind}"), body, at),
        Served::Elsewhere(to) => (format!("302 Found\r\nlocation: {to}"), Vec::new(), usize::MAX),
        Served::Status(status) => (format!("{status} Status"), Vec::new(), usize::MAX),
    };
    let length = body.len();
    let front = format!("HTTP/1.1 {front}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    // Whoever asked may hang up in the middle.
    let _ = stream.write_all(front.as_bytes()).await;
    let _ = stream.write_all(&body[..cut.min(length)]).await;
    let _ = stream.shutdown().await;
}
