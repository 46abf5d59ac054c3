//! A proxy between us and a far side, as offices have one: it tunnels (CONNECT), asks in our stead (an address in full), or
//! speaks SOCKS 5; and it counts for itself what it was asked for.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A running proxy on this machine.
#[derive(Debug)]
pub struct Proxy {
    addr: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Rules {
    asked: Arc<Mutex<Vec<String>>>,
    /// The one line of a head that lets somebody through.
    who: Option<String>,
}

impl Proxy {
    /// Opens it for whoever says who they are; for anybody without.
    pub async fn start(who: Option<(&str, &str)>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let who = who.map(|(user, password)| {
            format!("proxy-authorization: basic {}", STANDARD.encode(format!("{user}:{password}")).to_lowercase())
        });
        let rules = Rules { asked: Arc::clone(&asked), who };
        Ok(Self { addr, asked, task: tokio::spawn(accept(listener, rules)) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Whereto it was asked to go, in the order of asking; also in vain.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, rules: Rules) {
    let mut lines = JoinSet::new();
    loop {
        while lines.try_join_next().is_some() {}
        if let Ok((stream, _)) = listener.accept().await {
            let rules = rules.clone();
            // A line that breaks is its two ends' affair.
            lines.spawn(async move { drop(serve(stream, rules).await) });
        }
    }
}

async fn serve(mut stream: TcpStream, rules: Rules) -> io::Result<()> {
    let first = stream.read_u8().await?;
    if first == 5 {
        return socks(stream, rules).await;
    }
    let mut head = vec![first];
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    note(&rules, target);
    if rules.who.as_ref().is_some_and(|who| !head.to_lowercase().lines().any(|line| line == who)) {
        let no = "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n";
        return stream.write_all(no.as_bytes()).await;
    }
    if method == "CONNECT" {
        let mut far = TcpStream::connect(target).await?;
        stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
        copy_bidirectional(&mut stream, &mut far).await?;
        return Ok(());
    }
    let rest = target.strip_prefix("http://").unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut far = TcpStream::connect(host).await?;
    far.write_all(head.replacen(target, &format!("/{path}"), 1).as_bytes()).await?;
    copy_bidirectional(&mut stream, &mut far).await?;
    Ok(())
}

/// SOCKS 5 without a password (RFC 1928), addresses of IPv4 only.
async fn socks(mut stream: TcpStream, rules: Rules) -> io::Result<()> {
    let methods = stream.read_u8().await?;
    stream.read_exact(&mut vec![0; methods.into()]).await?;
    stream.write_all(&[5, 0]).await?;
    let mut asked = [0; 10];
    stream.read_exact(&mut asked).await?;
    let [5, 1, _, 1, a, b, c, d, high, low] = asked else {
        note(&rules, "a name");
        return stream.write_all(&[5, 8, 0, 1, 0, 0, 0, 0, 0, 0]).await;
    };
    let at = SocketAddr::from(([a, b, c, d], u16::from_be_bytes([high, low])));
    note(&rules, &at.to_string());
    let mut far = TcpStream::connect(at).await?;
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    copy_bidirectional(&mut stream, &mut far).await?;
    Ok(())
}

fn note(rules: &Rules, target: &str) {
    rules.asked.lock().unwrap_or_else(PoisonError::into_inner).push(target.to_owned());
}
