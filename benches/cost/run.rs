//! The whole walk under load: pushed, mapped, sealed, kept, forwarded one a request. Loopback only.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt, Full};
use huiliu::gateway::{Gateway, Start};
use huiliu::kinds::KINDS;
use huiliu::settings::{self, Lang, Variables};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::cpu::Used;
use crate::letter;

/// Connections that push at once.
const CONNECTIONS: usize = 64;
/// Nothing takes longer than this, or the bench fails.
const PATIENCE: Duration = Duration::from_secs(300);

/// What the run showed; CPU in µs a ticket.
pub(crate) struct Ran {
    /// How many were measured.
    pub(crate) submissions: u64,
    /// From the first push to the last acknowledgement.
    pub(crate) accepted_in: Duration,
    /// From the first push to the last event at the core.
    pub(crate) delivered_in: Duration,
    /// The gateway's workers.
    pub(crate) gateway: f64,
    /// The store's writer.
    pub(crate) writer: f64,
    /// The load.
    pub(crate) load: f64,
    /// The core.
    pub(crate) sink: f64,
}

/// The settings of `tests/bench`, with data and addresses of this run.
pub(crate) fn settings(data: &Path, core: SocketAddr) -> (settings::Gateway, Variables) {
    let variables = [
        ("HUILIU__DATA", data.display().to_string()),
        ("HUILIU__HTTP__LISTEN", "127.0.0.1:0".to_owned()),
        ("HUILIU__CORE__URL", format!("http://{core}/tickets")),
    ];
    let variables: Variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench");
    let settings = settings::Gateway::load(&folder, &variables)
        .unwrap_or_else(|wrong| panic!("{}", wrong.iter().map(|one| one.shown(Lang::En)).collect::<String>()));
    (settings, variables)
}

/// Runs a gateway, warms it up, and measures `n` submissions.
pub(crate) fn run(n: u64) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let (gw, load, sink) = (runtime("gw", 2), runtime("load", 1), runtime("sink", 1));
    let heard = Arc::new(AtomicU64::new(0));
    let listener = sink.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let core = listener.local_addr().unwrap();
    sink.spawn(listen(listener, heard.clone()));
    let (settings, variables) = settings(folder.path(), core);
    let metrics = huiliu::telemetry::metrics();
    let start = Start { settings, variables, kinds: KINDS, strict: true, metrics };
    let gateway =
        gw.block_on(Box::pin(Gateway::start(start))).unwrap_or_else(|error| panic!("{}", error.shown(Lang::En)));

    let warm = n / 5;
    load.block_on(push(gateway.address, 0, warm));
    settled(&gw, &gateway, &heard, warm);
    let before = Used::now();
    let began = Instant::now();
    load.block_on(push(gateway.address, warm, warm + n));
    let accepted_in = began.elapsed();
    let delivered_in = settled(&gw, &gateway, &heard, warm + n).duration_since(began);
    let after = Used::now();
    gw.block_on(gateway.stop());

    let each = |name| after.micros_since(&before, name) / n as f64;
    Ran {
        submissions: n,
        accepted_in,
        delivered_in,
        gateway: each("gw"),
        writer: each("store-writer"),
        load: each("load"),
        sink: each("sink"),
    }
}

fn runtime(name: &str, workers: usize) -> Runtime {
    // What ends takes its booked time with it, so threads that may block are kept.
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(workers).thread_name(name).thread_keep_alive(PATIENCE).enable_all().build().unwrap()
}

/// Waits until the core has heard so many and everything is on disk; gives when it had heard them.
fn settled(gw: &Runtime, gateway: &Gateway, heard: &AtomicU64, all: u64) -> Instant {
    let began = Instant::now();
    while heard.load(Ordering::Acquire) < all {
        let so_far = heard.load(Ordering::Acquire);
        assert!(began.elapsed() < PATIENCE, "the core heard {so_far} of {all} events in time");
        std::thread::sleep(Duration::from_millis(1));
    }
    let delivered = Instant::now();
    // The last answers have to reach the gateway before what they settle can be waited for.
    std::thread::sleep(Duration::from_millis(100));
    gw.block_on(gateway.store.flush());
    std::thread::sleep(Duration::from_millis(100));
    delivered
}

/// Pushes the submissions `from..to` over all connections; each waits for its acknowledgement before the next.
async fn push(gateway: SocketAddr, from: u64, to: u64) {
    let next = Arc::new(AtomicU64::new(from));
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        connections.spawn(one_connection(gateway, next.clone(), to));
    }
    let all = async { while connections.join_next().await.transpose().unwrap().is_some() {} };
    tokio::time::timeout(PATIENCE, all).await.expect("the pushes are answered in time");
}

async fn one_connection(gateway: SocketAddr, next: Arc<AtomicU64>, to: u64) {
    let mut stream = TcpStream::connect(gateway).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answer = Vec::new();
    loop {
        let k = next.fetch_add(1, Ordering::Relaxed);
        if k >= to {
            return;
        }
        let body = letter::body(k);
        let request = format!(
            "POST /channels/bench HTTP/1.1\r\nhost: {gateway}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len(),
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        answer.clear();
        while !is_whole(&answer) {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "the gateway closed the connection");
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
    }
}

/// Whether head and body of an answer have come; the gateway always tells the length.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = std::str::from_utf8(&answer[..end]).unwrap().to_ascii_lowercase();
    let length = head.split("content-length:").nth(1).expect("the answer tells its length");
    let length: usize = length.split("\r\n").next().unwrap().trim().parse().unwrap();
    answer.len() >= end + 4 + length
}

/// A core that says yes to everything and counts.
async fn listen(listener: TcpListener, heard: Arc<AtomicU64>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let heard = heard.clone();
        let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let heard = heard.clone();
            async move {
                request.into_body().collect().await?;
                heard.fetch_add(1, Ordering::Release);
                Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::from_static(b"{}"))))
            }
        });
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        // A connection that ends early belongs to a gateway that stops.
        tokio::spawn(async move { drop(connection.await) });
    }
}
