//! The connection as the client of the crate takes it: with TLS or without, and with the server's texts made UTF-8. Chinese
//! servers explain their refusals in GBK, and a client that takes UTF-8 only would take the refusal for a broken line.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use encoding_rs::GB18030;
use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// The longest line of an answer that is held back to be decoded whole (RFC 5321, 4.5.3.1.5 has 512).
const LONGEST: usize = 8192;

/// With TLS, or without.
pub(super) enum Line {
    /// Everybody on the way can read it.
    Plain(TcpStream),
    /// Nobody can.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Line {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }

    fn poll_into(&mut self, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, to),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, to),
        }
    }
}

/// A line whose answers are UTF-8.
pub(super) struct Spoken {
    line: Line,
    /// What came of a line whose end has not come.
    open: Vec<u8>,
    /// What can be read.
    ready: Vec<u8>,
    /// How much of it was.
    read: usize,
}

impl Spoken {
    /// `first` is read before anything that comes: the greeting of a server that has greeted already.
    pub(super) fn new(line: Line, first: &[u8]) -> Self {
        Self { line, open: Vec::new(), ready: first.to_vec(), read: 0 }
    }

    fn take(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.open.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.open.len() > LONGEST {
                let line = std::mem::take(&mut self.open);
                self.ready.extend_from_slice(text(&line).as_bytes());
            }
        }
    }
}

/// UTF-8 where it is that, else GBK in its largest form.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => GB18030.decode_without_bom_handling(bytes).0,
    }
}

impl AsyncRead for Spoken {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let this = &mut *self;
            let rest = this.ready.get(this.read..).unwrap_or_default();
            if !rest.is_empty() {
                let count = rest.len().min(to.remaining());
                to.put_slice(rest.get(..count).unwrap_or_default());
                this.read += count;
                return Poll::Ready(Ok(()));
            }
            this.ready.clear();
            this.read = 0;
            let mut space = [0; 2048];
            let mut piece = ReadBuf::new(&mut space);
            ready!(this.line.poll_into(cx, &mut piece))?;
            if piece.filled().is_empty() {
                let last = std::mem::take(&mut this.open);
                if last.is_empty() {
                    return Poll::Ready(Ok(()));
                }
                this.ready.extend_from_slice(text(&last).as_bytes());
            }
            let came = piece.filled().to_vec();
            this.take(&came);
        }
    }
}

impl AsyncWrite for Spoken {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.line {
            Line::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Line::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line {
            Line::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Line::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line {
            Line::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Line::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}

impl AsyncTokioStream for Spoken {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.line.socket().peer_addr()
    }
}

/// Without what is spoken.
impl fmt::Debug for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Spoken(…)")
    }
}
