//! What may be said when: the commands of one connection, without the line they came by. The grammar is `smtp-proto`'s.

use async_trait::async_trait;
use bytes::Bytes;
use huiliu_contract::Personal;
use jiff::Timestamp;
use smtp_proto::{Error, MAIL_BODY_7BIT, MAIL_BODY_8BITMIME, MAIL_SMTPUTF8, MailFrom, RcptTo, Request};

use super::body::Body;
use super::reply::{self, Reply, Verdict};

/// Recipients of one letter; RFC 5321, 4.5.3.1.8 asks for 100.
const MOST_RECIPIENTS: usize = 100;

/// Mistakes after which a peer is sent away. What follows from an earlier refusal in a pipeline is none.
const MOST_MISTAKES: u32 = 10;

/// The channels, as a connection sees them.
#[async_trait]
pub(super) trait House: Send + Sync {
    /// The largest letter that anybody takes, in bytes; none where nobody takes letters now.
    fn largest(&self) -> Option<usize>;

    /// Who takes letters under an address.
    fn find(&self, address: &str) -> Found;

    /// Takes a letter in for one recipient: it is on disk when this says so.
    async fn take(&self, letter: &Letter, to: &Personal<String>) -> Verdict;
}

/// Who takes letters under an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// A channel that runs, and takes letters up to so many bytes.
    Open(usize),
    /// A channel that takes nothing in now.
    Away,
    /// Nobody.
    Nobody,
}

/// A letter that came whole.
#[derive(Debug)]
pub(super) struct Letter {
    /// Its bytes; none where it was longer than any of its recipients takes.
    pub(super) body: Option<Bytes>,
    /// The sender; none where it is empty.
    pub(super) from: Option<Personal<String>>,
    /// When its end came.
    pub(super) received_at: Timestamp,
}

/// What is to be done behind a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Listen to the next command.
    Listen,
    /// Read a letter up to its dot.
    ReadLetter,
    /// Read so many bytes, and say [`Session::chunk`].
    ReadChunk {
        /// How many bytes.
        size: usize,
        /// Whether they are the letter's last.
        last: bool,
    },
    /// Hang up.
    HangUp,
}

/// One connection, as far as it has come.
#[derive(Default)]
pub(super) struct Session {
    greeted: bool,
    transaction: Option<Transaction>,
    mistakes: u32,
}

/// A letter in the making.
#[derive(Default)]
struct Transaction {
    from: Option<Personal<String>>,
    /// The size that was declared, in bytes; 0 where none was.
    declared: usize,
    recipients: Vec<Personal<String>>,
    /// The most that any of them takes.
    limit: usize,
    /// What came in chunks so far.
    chunks: Option<Body>,
}

impl Session {
    /// Hears one line, its CR LF included, and writes what is answered.
    pub(super) fn hear(&mut self, line: &[u8], house: &dyn House, out: &mut Vec<u8>) -> Then {
        let heard = match Request::parse(&mut line.iter()) {
            Ok(request) => self.request(request, house, out),
            Err(error) => Err(no_request(&error)),
        };
        match heard {
            Ok(then) => then,
            Err(reply) => {
                self.mistakes += 1;
                if self.mistakes >= MOST_MISTAKES {
                    Reply::TOO_MANY_MISTAKES.write(out);
                    return Then::HangUp;
                }
                reply.write(out);
                Then::Listen
            }
        }
    }

    fn request(
        &mut self,
        request: Request<std::borrow::Cow<'_, str>>,
        house: &dyn House,
        out: &mut Vec<u8>,
    ) -> Result<Then, Reply> {
        let reply = match request {
            Request::Lhlo { .. } => {
                (self.greeted, self.transaction) = (true, None);
                reply::offer(house.largest(), out);
                return Ok(Then::Listen);
            }
            Request::Mail { from } => self.mail(from, house)?,
            Request::Rcpt { to } => self.rcpt(to, house)?,
            Request::Data => match &self.transaction {
                Some(Transaction { chunks: Some(_), .. }) => Reply::CHUNKS_ALREADY,
                Some(transaction) if !transaction.recipients.is_empty() => {
                    reply::go_on(out);
                    return Ok(Then::ReadLetter);
                }
                _ => Reply::NOBODY_TO_TAKE_IT,
            },
            Request::Bdat { chunk_size, is_last } => return Ok(Then::ReadChunk { size: chunk_size, last: is_last }),
            Request::Rset => {
                self.transaction = None;
                Reply::OK
            }
            Request::Noop { .. } => Reply::OK,
            Request::Vrfy { .. } => Reply::MAYBE,
            Request::Quit => {
                Reply::BYE.write(out);
                return Ok(Then::HangUp);
            }
            Request::Ehlo { .. } | Request::Helo { .. } => return Err(Reply::SAY_LHLO),
            Request::Auth { .. }
            | Request::Expn { .. }
            | Request::Help { .. }
            | Request::Etrn { .. }
            | Request::Atrn { .. }
            | Request::Burl { .. }
            | Request::StartTls => return Err(Reply::NOT_HERE),
        };
        reply.write(out);
        Ok(Then::Listen)
    }

    fn mail<T: AsRef<str>>(&mut self, from: MailFrom<T>, house: &dyn House) -> Result<Reply, Reply> {
        if !self.greeted {
            return Err(Reply::LHLO_FIRST);
        }
        if self.transaction.is_some() {
            return Err(Reply::ONE_SENDER);
        }
        const OFFERED: u64 = MAIL_BODY_7BIT | MAIL_BODY_8BITMIME | MAIL_SMTPUTF8;
        let others = from.flags & !OFFERED != 0
            || from.env_id.is_some()
            || from.auth.is_some()
            || from.trans_id.is_some()
            || from.solicit.is_some()
            || from.mtrk.is_some()
            || (from.by, from.mt_priority) != (0, 0)
            || (from.hold_for, from.hold_until) != (0, 0);
        if others {
            return Err(Reply::PARAMETER);
        }
        if house.largest().is_some_and(|largest| from.size > largest) {
            return Ok(Reply::TOO_LARGE);
        }
        let address = Some(from.address.as_ref()).filter(|address| !address.is_empty());
        let from_whom = address.map(|address| Personal::new(address.to_owned()));
        self.transaction = Some(Transaction { from: from_whom, declared: from.size, ..Transaction::default() });
        Ok(Reply::SENDER_OK)
    }

    fn rcpt<T: AsRef<str>>(&mut self, to: RcptTo<T>, house: &dyn House) -> Result<Reply, Reply> {
        let Some(transaction) = &mut self.transaction else { return Ok(Reply::MAIL_FIRST) };
        if to.flags != 0 || to.orcpt.is_some() || to.rrvs != 0 {
            return Err(Reply::PARAMETER);
        }
        if transaction.chunks.is_some() {
            return Err(Reply::CHUNKS_ALREADY);
        }
        if transaction.recipients.len() >= MOST_RECIPIENTS {
            return Ok(Reply::TOO_MANY_RECIPIENTS);
        }
        Ok(match house.find(to.address.as_ref()) {
            Found::Nobody => Reply::UNKNOWN,
            Found::Away => Reply::AWAY,
            Found::Open(limit) if transaction.declared > limit => Reply::TOO_LARGE,
            Found::Open(limit) => {
                transaction.limit = transaction.limit.max(limit);
                transaction.recipients.push(Personal::new(to.address.as_ref().to_owned()));
                Reply::RECIPIENT_OK
            }
        })
    }

    /// Where a letter that comes after `DATA` is kept meanwhile.
    pub(super) fn body(&self) -> Body {
        Body::new(self.transaction.as_ref().map_or(0, |transaction| transaction.limit))
    }

    /// Where the bytes of a chunk go; they come all the same where they have no letter, and go nowhere.
    pub(super) fn chunks(&mut self) -> Body {
        let begun = self.transaction.as_mut().and_then(|transaction| transaction.chunks.take());
        begun.unwrap_or_else(|| self.body())
    }

    /// A chunk came whole: the letter, if that was its last; else what is answered is written.
    pub(super) fn chunk(&mut self, body: Body, last: bool, out: &mut Vec<u8>) -> Option<Body> {
        match &mut self.transaction {
            Some(transaction) if !transaction.recipients.is_empty() => {
                if last {
                    return Some(body);
                }
                transaction.chunks = Some(body);
                Reply::CHUNK_OK.write(out);
            }
            _ => Reply::NOBODY_TO_TAKE_IT.write(out),
        }
        None
    }

    /// A letter came whole: it, and those who shall be answered, in their order. The connection is ready for the next one.
    pub(super) fn letter(&mut self, body: Body, received_at: Timestamp) -> (Letter, Vec<Personal<String>>) {
        self.mistakes = 0;
        let transaction = self.transaction.take().unwrap_or_default();
        (Letter { body: body.whole(), from: transaction.from, received_at }, transaction.recipients)
    }
}

/// What is said to a line that is no request.
fn no_request(error: &Error) -> Reply {
    match error {
        Error::UnknownCommand => Reply::NO_COMMAND,
        Error::InvalidSenderAddress => Reply::NO_SENDER,
        Error::InvalidRecipientAddress => Reply::NO_RECIPIENT,
        Error::UnsupportedParameter { .. } => Reply::PARAMETER,
        Error::SyntaxError { .. }
        | Error::InvalidParameter { .. }
        | Error::NeedsMoreData { .. }
        | Error::ResponseTooLong
        | Error::InvalidResponse { .. } => Reply::SYNTAX,
    }
}
