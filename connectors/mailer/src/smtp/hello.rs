//! The first words in the clear: the greeting, EHLO and STARTTLS (RFC 3207). Not one byte is read beyond the answer to
//! STARTTLS, so nothing that somebody put on the line before the handshake can be taken for an answer behind it.

use std::io::{self, ErrorKind};
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// The longest answer to a word, in bytes.
const LONGEST: usize = 64 * 1024;

/// What the server offers, one word or line an extension, upper case.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Offered(Vec<String>);

impl Offered {
    /// What a server offers of which only the logins are known.
    pub(super) fn of_logins<'a>(logins: impl Iterator<Item = &'a str>) -> Self {
        Self(vec![format!("AUTH {}", logins.collect::<Vec<_>>().join(" "))])
    }

    /// Whether it offers STARTTLS.
    pub(crate) fn starttls(&self) -> bool {
        self.0.iter().any(|line| line == "STARTTLS")
    }

    /// The ways to log in that it offers.
    pub(crate) fn logins(&self) -> Vec<&str> {
        // Old servers write an equals sign.
        let lists = self.0.iter().filter_map(|line| line.strip_prefix("AUTH ").or_else(|| line.strip_prefix("AUTH=")));
        let mut found: Vec<_> = lists.flat_map(str::split_whitespace).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Why the first words came to nothing.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The line ended, or nothing came in time.
    Line(io::Error),
    /// What listens there does not speak SMTP.
    NotSmtp,
    /// It said no, with this code.
    Code(u16),
    /// It offers no STARTTLS.
    NoTls,
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Line(error)
    }
}

/// Hears the greeting and says who we are; what is offered.
pub(crate) async fn greet(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    id: &ClientId,
    limit: Duration,
) -> Result<Offered, Refused> {
    let heard = answer(stream, limit).await?;
    expect(&heard, 220)?;
    let heard = ask(stream, &format!("EHLO {id}\r\n"), limit).await?;
    expect(&heard, 250)?;
    Ok(Offered(heard.lines.into_iter().skip(1).map(|line| line.to_uppercase()).collect()))
}

/// Greets, and asks for TLS; what comes next is the handshake.
pub(crate) async fn ask_for_tls(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    id: &ClientId,
    limit: Duration,
) -> Result<(), Refused> {
    if !greet(stream, id, limit).await?.starttls() {
        return Err(Refused::NoTls);
    }
    expect(&ask(stream, "STARTTLS\r\n", limit).await?, 220)
}

struct Heard {
    code: u16,
    lines: Vec<String>,
}

fn expect(heard: &Heard, code: u16) -> Result<(), Refused> {
    if heard.code == code { Ok(()) } else { Err(Refused::Code(heard.code)) }
}

async fn ask(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    word: &str,
    limit: Duration,
) -> Result<Heard, Refused> {
    let say = async {
        stream.write_all(word.as_bytes()).await?;
        stream.flush().await
    };
    timeout(limit, say).await.map_err(|_| late())??;
    answer(stream, limit).await
}

async fn answer(stream: &mut (impl AsyncRead + Unpin), limit: Duration) -> Result<Heard, Refused> {
    timeout(limit, Box::pin(lines(stream))).await.map_err(|_| late())?
}

fn late() -> Refused {
    Refused::Line(ErrorKind::TimedOut.into())
}

/// One answer of one line or several (RFC 5321, 4.2.1), byte by byte: a few hundred bytes, once a connection.
async fn lines(stream: &mut (impl AsyncRead + Unpin)) -> Result<Heard, Refused> {
    let (mut lines, mut line, mut total) = (Vec::new(), Vec::new(), 0);
    loop {
        match stream.read_u8().await? {
            b'\n' => {}
            byte => {
                line.push(byte);
                total += 1;
                if total > LONGEST {
                    return Err(Refused::NotSmtp);
                }
                continue;
            }
        }
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        line.clear();
        let code = text.get(..3).and_then(|code| code.parse().ok()).ok_or(Refused::NotSmtp)?;
        let rest = text.get(3..).unwrap_or_default();
        let more = rest.starts_with('-');
        if !more && !rest.is_empty() && !rest.starts_with(' ') {
            return Err(Refused::NotSmtp);
        }
        lines.push(rest.get(1..).unwrap_or_default().trim().to_owned());
        if !more {
            return Ok(Heard { code, lines });
        }
    }
}
