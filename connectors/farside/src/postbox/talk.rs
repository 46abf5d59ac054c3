//! One connection: words in, answers out.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{Shared, Taken, Trick};

/// Why a connection ends.
enum End {
    /// It was told to hang up, or asked to.
    Told,
    /// The line.
    Line,
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Line
    }
}

struct Talk {
    stream: BufReader<TcpStream>,
    shared: Shared,
    let_in: bool,
    from: Option<String>,
    to: Vec<String>,
}

/// Speaks until one of the two hangs up.
pub(super) async fn talk(stream: TcpStream, shared: Shared) {
    let let_in = shared.manner.account.is_none();
    let mut talk = Talk { stream: BufReader::new(stream), shared, let_in, from: None, to: Vec::new() };
    // Why it ended is the tests' affair, not its own.
    if let Err(End::Told) = talk.go().await {
        let _ = talk.stream.get_mut().shutdown().await;
    }
}

impl Talk {
    async fn go(&mut self) -> Result<(), End> {
        self.say(b"220 postbox.example.test ESMTP\r\n").await?;
        loop {
            let line = self.line().await?;
            let word = line.split(' ').next().unwrap_or_default().to_uppercase();
            // A password is nobody's business, not even a test's.
            let noted = if word == "AUTH" { "AUTH ••••" } else { line.as_str() };
            if self.played(&word, noted).await? {
                continue;
            }
            match word.as_str() {
                "EHLO" => {
                    self.say(
                        b"250-postbox.example.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n",
                    )
                    .await?;
                }
                "AUTH" => self.log_in(&line).await?,
                "MAIL" if !self.let_in => self.say(b"530 5.7.0 authentication required\r\n").await?,
                "MAIL" => {
                    let from = angled(&line);
                    if from.is_empty() && self.shared.manner.no_empty_sender {
                        self.say(b"553 Mail from must equal authorized user\r\n").await?;
                        continue;
                    }
                    (self.from, self.to) = (Some(from), Vec::new());
                    self.say(b"250 ok\r\n").await?;
                }
                "RCPT" => {
                    self.to.push(angled(&line));
                    self.say(b"250 ok\r\n").await?;
                }
                "DATA" => self.take().await?,
                "RSET" => {
                    (self.from, self.to) = (None, Vec::new());
                    self.say(b"250 ok\r\n").await?;
                }
                "NOOP" => self.say(b"250 ok\r\n").await?,
                "QUIT" => {
                    self.say(b"221 bye\r\n").await?;
                    return Err(End::Told);
                }
                _ => self.say(b"502 unknown\r\n").await?,
            }
        }
    }

    /// Plays a trick, if one is to be played at this word.
    async fn played(&mut self, word: &str, noted: &str) -> Result<bool, End> {
        match self.shared.heard(word, noted) {
            None => Ok(false),
            Some(Trick::Say(_, bytes)) => {
                self.say(&bytes).await?;
                Ok(true)
            }
            Some(Trick::HangUp(_)) => Err(End::Told),
            Some(Trick::Stall(_)) => std::future::pending().await,
        }
    }

    async fn take(&mut self) -> Result<(), End> {
        self.say(b"354 go on\r\n").await?;
        let mut bytes = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Err(End::Line);
            }
            if line == b".\r\n" {
                break;
            }
            bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let trick = self.shared.heard(".", ".");
        if !matches!(trick, Some(Trick::Say(..))) {
            let taken = Taken { from: self.from.clone().unwrap_or_default(), to: self.to.clone(), bytes };
            self.shared.state().taken.push(taken);
        }
        match trick {
            None => self.say(b"250 2.0.0 ok: queued as POSTBOX1\r\n").await?,
            Some(Trick::Say(_, bytes)) => self.say(&bytes).await?,
            Some(Trick::HangUp(_)) => return Err(End::Told),
            Some(Trick::Stall(_)) => std::future::pending().await,
        }
        if self.shared.manner.hangs_up_after_mail { Err(End::Told) } else { Ok(()) }
    }

    async fn log_in(&mut self, line: &str) -> Result<(), End> {
        let mut words = line.split(' ').skip(1);
        let (way, first) = (words.next().unwrap_or_default().to_uppercase(), words.next().map(str::to_owned));
        let offered = match way.as_str() {
            "PLAIN" => {
                let plain = opened(&first.unwrap_or_default());
                let mut parts = plain.split('\0').skip(1).map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            "LOGIN" => {
                self.say(b"334 VXNlcm5hbWU6\r\n").await?;
                let user = opened(&self.line().await?);
                self.say(b"334 UGFzc3dvcmQ6\r\n").await?;
                (user, opened(&self.line().await?))
            }
            "XOAUTH2" => {
                let plain = opened(&first.unwrap_or_default());
                let part = |name: &str| {
                    plain.split('\u{1}').find_map(|part| part.strip_prefix(name)).unwrap_or_default().to_owned()
                };
                (part("user="), part("auth=Bearer "))
            }
            _ => return Ok(self.say(b"504 unknown way\r\n").await?),
        };
        self.let_in = self.shared.manner.account.as_ref().is_none_or(|account| *account == offered);
        match self.let_in {
            true => self.say(b"235 welcome\r\n").await?,
            // As a Chinese server says it: 用户名或密码错误, in GBK.
            false => self.say(b"535 \xd3\xc3\xbb\xa7\xc3\xfb\xbb\xf2\xc3\xdc\xc2\xeb\xb4\xed\xce\xf3\r\n").await?,
        }
        Ok(())
    }

    async fn line(&mut self) -> Result<String, End> {
        let mut line = Vec::new();
        match self.stream.read_until(b'\n', &mut line).await? {
            0 => Err(End::Line),
            _ => Ok(String::from_utf8_lossy(&line).trim_end().to_owned()),
        }
    }

    async fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes).await
    }
}

/// What stands between angle brackets.
fn angled(line: &str) -> String {
    let rest = line.split_once('<').map(|(_, rest)| rest).unwrap_or_default();
    rest.split_once('>').map(|(inside, _)| inside.to_owned()).unwrap_or_default()
}

fn opened(base64: &str) -> String {
    STANDARD.decode(base64.trim()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
