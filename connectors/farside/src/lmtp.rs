//! The site's mail server, as far as we meet it: it hands letters over by LMTP (RFC 2033) and hears what becomes of each
//! recipient. What it does not hear, it must tell again.

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, ToSocketAddrs, UnixStream};
use tokio::time::timeout;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// One answer: the code, and all its lines without it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// The code, such as 250.
    pub code: u16,
    /// The words behind it, of every line.
    pub lines: Vec<String>,
}

impl Reply {
    /// Whether it says that the letter is kept.
    pub fn is_taken(&self) -> bool {
        self.code / 100 == 2
    }

    /// Whether it says to come again.
    pub fn is_for_later(&self) -> bool {
        self.code / 100 == 4
    }

    /// The words of the last line.
    pub fn text(&self) -> &str {
        self.lines.last().map_or("", String::as_str)
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// One connection.
pub struct Lmtp {
    line: BufReader<Box<dyn Stream>>,
    /// What the other side offered.
    pub offered: Vec<String>,
}

impl Lmtp {
    /// Connects to a port, hears the greeting and says LHLO.
    ///
    /// # Errors
    ///
    /// Nobody listens, or they do not speak LMTP, or they do not take us now.
    pub async fn connect(at: impl ToSocketAddrs) -> io::Result<Self> {
        let stream = TcpStream::connect(at).await?;
        stream.set_nodelay(true)?;
        Self::open(Box::new(stream)).await
    }

    /// The same at a socket of this machine.
    ///
    /// # Errors
    ///
    /// As for [`Lmtp::connect`].
    pub async fn connect_socket(at: &Path) -> io::Result<Self> {
        Self::open(Box::new(UnixStream::connect(at).await?)).await
    }

    async fn open(stream: Box<dyn Stream>) -> io::Result<Self> {
        let mut lmtp = Self { line: BufReader::new(stream), offered: Vec::new() };
        let greeting = lmtp.hear().await?;
        if greeting.code != 220 {
            return Err(io::Error::other(format!("greeted with {} {}", greeting.code, greeting.text())));
        }
        let offer = lmtp.say("LHLO mail.example\r\n").await?;
        if offer.code != 250 {
            return Err(io::Error::other(format!("LHLO was answered {} {}", offer.code, offer.text())));
        }
        lmtp.offered = offer.lines.into_iter().skip(1).collect();
        Ok(lmtp)
    }

    /// Hands one letter over: one answer for each recipient, in their order. The empty `from` is that of a bounce. A letter
    /// without a line end at its end is given one, as the way demands.
    ///
    /// # Errors
    ///
    /// The line broke before everything was answered: nobody knows what became of those who were not.
    pub async fn deliver(&mut self, from: &str, to: &[&str], raw: &[u8]) -> io::Result<Vec<Reply>> {
        let sender = self.say(&format!("MAIL FROM:<{from}> SIZE={} BODY=8BITMIME\r\n", raw.len())).await?;
        if !sender.is_taken() {
            return Ok(vec![sender; to.len()]);
        }
        let mut replies = Vec::new();
        for to in to {
            replies.push(self.say(&format!("RCPT TO:<{to}>\r\n")).await?);
        }
        if !replies.iter().any(Reply::is_taken) {
            self.say("RSET\r\n").await?;
            return Ok(replies);
        }
        let go = self.say("DATA\r\n").await?;
        if go.code != 354 {
            return Ok(replies.into_iter().map(|reply| if reply.is_taken() { go.clone() } else { reply }).collect());
        }
        self.write(&stuffed(raw)).await?;
        for reply in replies.iter_mut().filter(|reply| reply.is_taken()) {
            *reply = self.hear().await?;
        }
        Ok(replies)
    }

    /// Says goodbye.
    ///
    /// # Errors
    ///
    /// The line is broken.
    pub async fn quit(mut self) -> io::Result<()> {
        self.say("QUIT\r\n").await.map(drop)
    }

    /// Says one line as it is written here, and hears the answer.
    ///
    /// # Errors
    ///
    /// The line is broken, or what came is no answer.
    pub async fn say(&mut self, line: &str) -> io::Result<Reply> {
        self.write(line.as_bytes()).await?;
        self.hear().await
    }

    /// Sends bytes as they are, for whoever wants to misbehave.
    ///
    /// # Errors
    ///
    /// The line is broken.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.line.write_all(bytes).await?;
        self.line.flush().await
    }

    /// Hears one answer, all its lines.
    ///
    /// # Errors
    ///
    /// The line is broken, nothing came for 30 s, or what came is no answer.
    pub async fn hear(&mut self) -> io::Result<Reply> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            let read =
                timeout(PATIENCE, self.line.read_line(&mut line)).await.map_err(|_| io::ErrorKind::TimedOut)??;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let no_answer = || io::Error::other(format!("this is no answer: {line:?}"));
            let text = line.strip_suffix("\r\n").ok_or_else(no_answer)?;
            let (code, rest) = text.split_at_checked(3).ok_or_else(no_answer)?;
            let code: u16 = code.parse().map_err(|_| no_answer())?;
            lines.push(rest.get(1..).unwrap_or_default().to_owned());
            if !rest.starts_with('-') {
                return Ok(Reply { code, lines });
            }
        }
    }
}

/// A letter as it goes over the line: a dot before each line that begins with one, and the dot that ends it (RFC 5321, 4.5.2).
/// Only CR LF ends a line; a lone CR or LF is a byte of the letter.
pub fn stuffed(raw: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(raw.len() + raw.len() / 64 + 8);
    let mut before = [b'\r', b'\n'];
    for byte in raw {
        if *byte == b'.' && before == *b"\r\n" {
            wire.push(b'.');
        }
        wire.push(*byte);
        let [_, last] = before;
        before = [last, *byte];
    }
    wire.extend_from_slice(if before == *b"\r\n" { b".\r\n" } else { b"\r\n.\r\n" });
    wire
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_dressed_for_the_way() {
        for (raw, wire) in [
            ("", ".\r\n"),
            ("a", "a\r\n.\r\n"),
            ("a\r\n", "a\r\n.\r\n"),
            (".a\r\n.\r\n..\r\n", "..a\r\n..\r\n...\r\n.\r\n"),
            ("a\n.b\r.c", "a\n.b\r.c\r\n.\r\n"),
            ("a\r", "a\r\r\n.\r\n"),
        ] {
            assert_eq!(String::from_utf8(stuffed(raw.as_bytes())).unwrap(), wire, "{raw:?}");
        }
    }
}
