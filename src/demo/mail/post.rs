//! The citizens' side of the mailbox: their mail server, which hands letters over and comes again until it hears that they
//! are kept, and the postbox where our mails arrive. It counts by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use huiliu_contract::Secret;
use huiliu_farside::lmtp::{Lmtp, Reply};
use huiliu_farside::postbox::{Manner, Postbox, Trick};
use huiliu_farside::roads::Fitting;
use jiff::ToSpan;
use jiff::civil::Date;

use super::super::Trouble;
use super::mails::Mail;
use super::written::Letter;
use super::{ADDRESS, CHANNEL};

/// How long a letter waits in the mail server's queue at most.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long the mail server rests between two attempts.
const REST: Duration = Duration::from_millis(200);

/// Ports that the system gives to nobody who asks for any: one found free stays free while the gateway is down.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// The mail server and the postbox.
pub(in super::super) struct Post {
    postbox: Postbox,
    lmtp: SocketAddr,
    password: String,
    day: Date,
    book: Mutex<Book>,
    shown: Mutex<BTreeSet<String>>,
}

/// What the mail server knows of what it handed over.
#[derive(Clone, Default, Debug)]
pub(super) struct Book {
    /// Letters that are kept, in their order.
    pub(super) kept: Vec<Kept>,
    /// How often a letter was handed over that had been kept before.
    pub(super) again: u64,
    /// Attempts after which a letter stayed in the queue.
    pub(super) waited: u64,
    /// What the gateway said of a letter that it had said otherwise before.
    pub(super) otherwise: u64,
}

/// A letter that the gateway said it has kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) letter: Letter,
    /// The ticket's number, where it named one.
    pub(super) number: Option<String>,
    /// What it said became of the letter.
    pub(super) word: String,
}

impl Post {
    /// Opens the postbox and finds a place for the gateway's listener. `to` is the last day of the quarter.
    pub(in super::super) async fn open(to: Date) -> Result<Self, Trouble> {
        let password = format!("{:016x}", fastrand::u64(..));
        let account = Some((ADDRESS.to_owned(), password.clone()));
        let postbox = Postbox::open(Manner { account, ..Manner::default() }).await?;
        // Servers that do not know a sender yet say: come again. The first receipt meets one.
        postbox.plays(Trick::Say("RCPT", b"451 4.7.1 greylisted, come again\r\n".to_vec()));
        let day = to.saturating_add(1.day());
        Ok(Self { postbox, lmtp: free_port()?, password, day, book: Mutex::default(), shown: Mutex::default() })
    }

    /// The day on which letters are written: the first behind the quarter.
    pub(in super::super) fn day(&self) -> Date {
        self.day
    }

    /// Where the gateway is to listen for letters.
    pub(in super::super) fn lmtp(&self) -> SocketAddr {
        self.lmtp
    }

    /// What the shipped file needs: letters come by LMTP, and answers go to the postbox.
    pub(in super::super) fn fitting(&self) -> Fitting {
        let mut fitting = Fitting::default();
        for key in ["connect.imap", "poll"] {
            fitting.keys.push((key.into(), None));
        }
        for (key, value) in [
            ("connect.addresses", format!("[\"{ADDRESS}\"]")),
            ("connect.lmtp", "{}".to_owned()),
            ("return.retries", "[\"500ms\", \"1s\", \"2s\", \"5s\"]".to_owned()),
            ("return.smtp.host", "\"127.0.0.1\"".to_owned()),
            ("return.smtp.port", self.postbox.port().to_string()),
            ("return.smtp.tls", "\"none\"".to_owned()),
            ("return.smtp.user", format!("\"{ADDRESS}\"")),
            ("return.smtp.from", format!("\"{ADDRESS}\"")),
        ] {
            fitting.keys.push((key.into(), Some(value)));
        }
        fitting.secrets.push((format!("{CHANNEL}.smtp"), Secret::new(self.password.as_str())));
        fitting
    }

    /// Hands a letter over, again and again until it is kept.
    pub(super) async fn hand_over(&self, letter: Letter) -> Result<(), Trouble> {
        let began = Instant::now();
        loop {
            match self.tried(&letter).await {
                Ok(reply) if reply.is_taken() => {
                    self.note(letter, &reply);
                    return Ok(());
                }
                Ok(reply) if !reply.is_for_later() => {
                    let said = format!("{} {}", reply.code, reply.text());
                    return Err(Trouble::new(format!("来信被拒收:{said}"), format!("a letter was refused: {said}")));
                }
                waits if began.elapsed() > PATIENCE => {
                    let said = waits.map_or_else(|error| error.to_string(), |reply| reply.text().to_owned());
                    return Err(Trouble::new(
                        format!("来信一直投不进去:{said}"),
                        format!("a letter stays in the queue: {said}"),
                    ));
                }
                _ => self.book_now().waited += 1,
            }
            tokio::time::sleep(REST).await;
        }
    }

    async fn tried(&self, letter: &Letter) -> io::Result<Reply> {
        let mut line = Lmtp::connect(self.lmtp).await?;
        let reply = line.deliver(letter.from, &[ADDRESS], &letter.raw).await?.into_iter().next();
        // Whether we parted well changes nothing about the letter.
        let _ = line.quit().await;
        reply.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn note(&self, letter: Letter, reply: &Reply) {
        let words: Vec<&str> = reply.text().split(' ').skip(1).collect();
        let (number, word) = match words[..] {
            [number, word] => (Some(number.to_owned()), word.to_owned()),
            _ => (None, words.join(" ")),
        };
        let mut book = self.book_now();
        match book.kept.iter().find(|kept| kept.letter.id == letter.id).cloned() {
            Some(kept) => {
                book.again += 1;
                book.otherwise += u64::from(kept.number != number || word != "repeat");
            }
            None => book.kept.push(Kept { letter, number, word }),
        }
    }

    /// What was handed over so far.
    pub(super) fn book(&self) -> Book {
        self.book_now().clone()
    }

    /// Whether nobody was shown this mail before; from now on somebody was.
    pub(super) fn is_first_look(&self, mail: &Mail) -> bool {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).insert(mail.id.clone())
    }

    fn book_now(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Different mails that lie in the postbox, by their ids, each with how often it came; and how many cannot be read.
    pub(super) fn mails(&self) -> (Vec<(Mail, u64)>, u64) {
        let (mut mails, mut places, mut strange) = (Vec::new(), BTreeMap::new(), 0);
        for taken in self.postbox.taken() {
            let Some(mail) = Mail::read(&taken) else {
                strange += 1;
                continue;
            };
            let place = *places.entry(mail.id.clone()).or_insert(mails.len());
            match mails.get_mut(place) {
                // Under one id there is one mail.
                Some((known, times)) if *known == mail => *times += 1,
                Some(_) => strange += 1,
                None => mails.push((mail, 1)),
            }
        }
        (mails, strange)
    }
}

/// A port of this machine where nobody listens.
fn free_port() -> io::Result<SocketAddr> {
    let ports = std::iter::repeat_with(|| fastrand::u16(PORTS)).take(200);
    let mut tried =
        ports.map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|bound| bound.local_addr()));
    tried.find_map(Result::ok).ok_or_else(|| io::ErrorKind::AddrInUse.into())
}
