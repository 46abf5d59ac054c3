//! The bytes of a connection, with or without TLS, and a guard over what comes: how much an answer may have in all, and how
//! much one literal may announce. The client under it would set aside half a gibibyte for whoever says so.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// The longest announcement of a literal that is one: `{`, twenty digits, `+`, `}`, CR.
const TAIL: usize = 24;

/// Says that more came than was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct TooMuch;

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more came than was asked for")
    }
}

impl std::error::Error for TooMuch {}

/// What is underneath.
pub(super) enum Under {
    /// As it is.
    Plain(TcpStream),
    /// Behind a handshake.
    Secured(Box<TlsStream<TcpStream>>),
}

/// A connection.
pub(super) struct Wire {
    under: Under,
    guard: Guard,
}

impl Wire {
    /// Watches over a connection.
    pub(super) fn new(under: Under) -> Self {
        Self { under, guard: Guard::default() }
    }

    /// Gives the connection back, for a handshake over it.
    pub(super) fn into_under(self) -> Under {
        self.under
    }

    /// From here on so many bytes may come in all, and so many in one literal; the first `keep` of them are remembered.
    pub(super) fn allow(&mut self, all: u64, literal: u64, keep: usize) {
        self.guard.left = all;
        self.guard.literal = literal;
        self.guard.keep = keep;
        self.guard.heard.clear();
    }

    /// What came since [`Self::allow`], as far as it was to be remembered.
    pub(super) fn heard(&self) -> &[u8] {
        &self.guard.heard
    }
}

/// Follows what comes: lines, and literals between them.
struct Guard {
    left: u64,
    literal: u64,
    keep: usize,
    heard: Vec<u8>,
    /// How much of a literal is still to come.
    inside: u64,
    /// The end of the line that is coming.
    tail: Vec<u8>,
}

impl Default for Guard {
    fn default() -> Self {
        Self { left: 64 * 1024, literal: 4096, keep: 2048, heard: Vec::new(), inside: 0, tail: Vec::new() }
    }
}

impl Guard {
    fn watch(&mut self, bytes: &[u8]) -> Result<(), TooMuch> {
        let room = self.keep.saturating_sub(self.heard.len());
        self.heard.extend(bytes.iter().take(room));
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or(TooMuch)?;
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.inside > 0 {
                let some = usize::try_from(self.inside).unwrap_or(usize::MAX).min(rest.len());
                rest = rest.get(some..).unwrap_or_default();
                self.inside -= some as u64;
                continue;
            }
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (line, behind) = rest.split_at(end.unwrap_or(rest.len()));
            let from = line.len().saturating_sub(TAIL);
            self.tail.extend(line.get(from..).unwrap_or_default());
            let more = self.tail.len().saturating_sub(TAIL);
            self.tail.drain(..more);
            if end.is_some() {
                self.inside = announced(&self.tail).unwrap_or(0);
                self.tail.clear();
                if self.inside > self.literal {
                    return Err(TooMuch);
                }
            }
            rest = behind.get(1..).unwrap_or_default();
        }
        Ok(())
    }
}

/// The length that the end of a line announces for the literal behind it (RFC 3501, 4.3); beyond all numbers it is the highest.
fn announced(line: &[u8]) -> Option<u64> {
    let inner = line.strip_suffix(b"}\r")?;
    let open = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = inner.get(open + 1..)?;
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| std::str::from_utf8(digits).ok()?.parse().ok()).map(|number| number.unwrap_or(u64::MAX))
}

/// Nothing that came is shown.
impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.under {
            Under::Plain(_) => "Wire(plain)",
            Under::Secured(_) => "Wire(secured)",
        })
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = to.filled().len();
        ready!(match &mut self.under {
            Under::Plain(stream) => Pin::new(stream).poll_read(cx, to),
            Under::Secured(stream) => Pin::new(stream).poll_read(cx, to),
        })?;
        let came = to.filled().get(before..).unwrap_or_default();
        Poll::Ready(self.guard.watch(came).map_err(io::Error::other))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.under {
            Under::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Under::Secured(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.under {
            Under::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Under::Secured(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.under {
            Under::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Under::Secured(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn guard(all: u64, literal: u64) -> Guard {
        Guard { left: all, literal, ..Guard::default() }
    }

    #[test]
    fn a_literal_beyond_the_limit_is_refused_before_it_comes() {
        for announced in ["{401}", "{4294967296}", "{99999999999999999999}", "{401+}"] {
            let line = format!("* 1 FETCH (UID 1 BODY[] {announced}\r\n");
            assert!(guard(10_000, 400).watch(line.as_bytes()).is_err(), "{announced}");
        }
        assert!(guard(10_000, 400).watch(b"* 1 FETCH (UID 1 BODY[] {400}\r\n").is_ok());
    }

    #[test]
    fn what_stands_in_a_letter_announces_nothing() {
        let letter = "a line\r\n{999999}\r\nanother\r\n";
        let answer = format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\n{letter})\r\n* 2 EXISTS\r\n", letter.len());
        assert!(guard(10_000, 400).watch(answer.as_bytes()).is_ok());
        assert!(guard(10_000, 400).watch(b"* OK {12x}\r\n").is_ok());
    }

    #[test]
    fn an_answer_without_end_is_cut_off() {
        let mut guard = guard(1000, 400);
        assert!(guard.watch(&[b'x'; 1000]).is_ok());
        assert!(guard.watch(b"x").is_err());
    }

    proptest! {
        #[test]
        fn it_does_not_matter_in_which_pieces_it_comes(cuts in prop::collection::vec(1usize..9, 1..40), body in 0usize..40) {
            let answer = format!("* 1 FETCH (BODY[] {{{body}}}\r\n{} {{7}}\r\n1234567)\r\n* X {{500}}\r\n", "{9}\r\n{".repeat(body).get(..body).unwrap());
            let mut guard = guard(10_000, 400);
            let (mut at, mut refused) = (0usize, false);
            for cut in cuts.into_iter().chain([usize::MAX]) {
                let to = at.saturating_add(cut).min(answer.len());
                refused = guard.watch(&answer.as_bytes()[at..to]).is_err();
                at = to;
                if refused || at == answer.len() {
                    break;
                }
            }
            prop_assert!(refused && at + 2 >= answer.len(), "only the last literal is too long");
        }
    }
}
