//! Which old TLS a far side speaks that speaks none of ours: one greeting by hand (RFC 4346, 7.4.1.2), and the version in its
//! answer. Nothing else is done with it.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// TLS 1.1.
const OFFER: u16 = 0x0302;
/// Suites of those years: ECDHE and RSA with AES and 3DES in CBC.
const SUITES: [u16; 8] = [0xc014, 0xc013, 0xc00a, 0xc009, 0x0035, 0x002f, 0x000a, 0x00ff];

/// The version that the far side answers an old greeting with; none if it answers with no greeting.
pub(super) async fn offered(mut stream: TcpStream, host: &str) -> Option<u16> {
    stream.write_all(&greeting(host)).await.ok()?;
    // A record's head, a handshake's head, and the version.
    let mut head = [0; 11];
    stream.read_exact(&mut head).await.ok()?;
    let is_greeting = head[0] == 22 && head[5] == 2;
    is_greeting.then(|| u16::from_be_bytes([head[9], head[10]]))
}

/// Its name.
pub(super) fn word(version: u16) -> &'static str {
    match version {
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        _ => "SSL 2.0",
    }
}

fn greeting(host: &str) -> Vec<u8> {
    let mut body = OFFER.to_be_bytes().to_vec();
    // Nothing is kept secret by it: the answer's version is all that is read.
    body.extend([0x5a; 32]);
    body.push(0);
    body.extend(counted(&SUITES.iter().flat_map(|suite| suite.to_be_bytes()).collect::<Vec<_>>()));
    body.extend([1, 0]);
    body.extend(counted(&extensions(host)));
    let mut message = vec![1, 0];
    message.extend(counted(&body));
    let mut record = vec![22, 3, 1];
    record.extend(counted(&message));
    record
}

fn extensions(host: &str) -> Vec<u8> {
    let mut out = Vec::new();
    if host.parse::<std::net::IpAddr>().is_err() {
        let mut name = vec![0];
        name.extend(counted(host.as_bytes()));
        out.extend([0, 0]);
        out.extend(counted(&counted(&name)));
    }
    // Curves P-256, P-384, P-521; points in full.
    out.extend([0, 10, 0, 8, 0, 6, 0, 23, 0, 24, 0, 25]);
    out.extend([0, 11, 0, 2, 1, 0]);
    out
}

/// Bytes behind their number, which fits two bytes: names and lists here are short.
fn counted(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    length.to_be_bytes().into_iter().chain(bytes.iter().copied()).collect()
}
