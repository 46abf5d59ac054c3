//! As little of HTTP/1.1 as both ends need: messages of a told length over connections that are kept. A client library
//! would take more of the machine than what is measured here.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection.
pub(crate) struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Bytes of the message that was read last.
    read: usize,
}

/// One request or answer.
pub(crate) struct Message<'a> {
    head: &'a str,
    /// The body.
    pub(crate) body: &'a [u8],
}

impl Line {
    /// On a connection that the other side opened.
    pub(crate) fn on(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8 * 1024), read: 0 })
    }

    /// Opens one.
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        Self::on(TcpStream::connect(address).await?)
    }

    /// Sends what is written already.
    pub(crate) async fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.stream.write_all(message).await
    }

    /// The next message; none when the other side closed the connection behind the last one.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Message<'_>>> {
        self.buffer.drain(..self.read);
        self.read = 0;
        let (head, whole) = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                let whole = end + 4 + length(text(&self.buffer[..end])?)?;
                if self.buffer.len() >= whole {
                    break (end, whole);
                }
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        };
        self.read = whole;
        Ok(Some(Message { head: text(&self.buffer[..head])?, body: &self.buffer[head + 4..whole] }))
    }

    /// Sends a request and reads its answer, which has to say 200.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Message<'_>, String> {
        self.send(request).await.map_err(|error| format!("a request could not be sent: {error}"))?;
        let answer = self.next().await.map_err(|error| format!("an answer could not be read: {error}"))?;
        let answer = answer.ok_or("the gateway closed the connection instead of an answer")?;
        if !answer.head.starts_with("HTTP/1.1 200 ") {
            return Err(format!("{}: {}", answer.first_line(), String::from_utf8_lossy(answer.body)));
        }
        Ok(answer)
    }
}

impl Message<'_> {
    /// The request's or the status line.
    pub(crate) fn first_line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }
}

/// An answer that says yes, with a body of JSON.
pub(crate) fn yes(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

fn text(head: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(head).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// How long the body is. Neither side sends one in pieces.
fn length(head: &str) -> io::Result<usize> {
    let told = header(head, "content-length").and_then(|length| length.parse().ok());
    told.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("no length is told: {head}")))
}
