//! What we say: a code of RFC 5321, its enhanced status (RFC 3463), and words for whoever reads a mail server's log.

use std::borrow::Cow;

/// One line of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reply {
    code: u16,
    status: &'static str,
    text: Cow<'static, str>,
}

/// What became of a letter for one recipient.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// It is on disk; the words are its ticket's number, or what it was taken for.
    Taken(String),
    /// It is on disk for a person: nobody could read it.
    KeptUnread,
    /// It is larger than this recipient takes.
    TooLarge,
    /// Whoever sent it may not, or did not prove that they may.
    Forbidden,
    /// It is not taken for another reason that repeating will not change; one stable word.
    Refused(&'static str),
    /// The channel takes nothing in now.
    Away,
    /// Too much is under way.
    Busy,
    /// It could not be kept, by our own fault.
    Failed,
}

impl Reply {
    pub(super) const LINE_TOO_LONG: Self = Self::fixed(421, "4.5.2", "line too long");
    pub(super) const BARE_END: Self =
        Self::fixed(421, "4.5.2", "a line ends with CR LF, and holds neither CR, LF nor NUL");
    pub(super) const OK: Self = Self::fixed(250, "2.0.0", "ok");
    pub(super) const SENDER_OK: Self = Self::fixed(250, "2.1.0", "ok");
    pub(super) const RECIPIENT_OK: Self = Self::fixed(250, "2.1.5", "ok");
    pub(super) const CHUNK_OK: Self = Self::fixed(250, "2.0.0", "chunk taken");
    pub(super) const BYE: Self = Self::fixed(221, "2.0.0", "bye");
    pub(super) const MAYBE: Self = Self::fixed(252, "2.5.0", "hand the letter over, and see");
    pub(super) const STOPPING: Self = Self::fixed(421, "4.3.2", "stopping, come again");
    pub(super) const SILENT: Self = Self::fixed(421, "4.4.2", "nothing came in time");
    pub(super) const TOO_MANY_MISTAKES: Self = Self::fixed(421, "4.7.0", "too many mistakes");
    pub(super) const TOO_MANY_LINES: Self = Self::fixed(421, "4.3.2", "too many connections, come again");
    pub(super) const STRANGER: Self = Self::fixed(554, "5.7.1", "this address may not hand letters over");
    pub(super) const NO_COMMAND: Self = Self::fixed(500, "5.5.1", "no such command");
    pub(super) const NOT_HERE: Self = Self::fixed(502, "5.5.1", "not offered here");
    pub(super) const SAY_LHLO: Self = Self::fixed(500, "5.5.1", "this is LMTP: say LHLO");
    pub(super) const SYNTAX: Self = Self::fixed(501, "5.5.4", "this cannot be read");
    pub(super) const NO_SENDER: Self = Self::fixed(501, "5.1.7", "this is no sender's address");
    pub(super) const NO_RECIPIENT: Self = Self::fixed(501, "5.1.3", "this is no recipient's address");
    pub(super) const PARAMETER: Self = Self::fixed(555, "5.5.4", "a parameter that is not offered here");
    pub(super) const LHLO_FIRST: Self = Self::fixed(503, "5.5.1", "LHLO comes first");
    pub(super) const ONE_SENDER: Self = Self::fixed(503, "5.5.1", "there is a sender already; RSET begins anew");
    pub(super) const MAIL_FIRST: Self = Self::fixed(503, "5.5.1", "MAIL comes first");
    pub(super) const NOBODY_TO_TAKE_IT: Self = Self::fixed(503, "5.5.1", "no recipient was taken");
    pub(super) const CHUNKS_ALREADY: Self =
        Self::fixed(503, "5.5.1", "the letter comes in chunks already; go on with BDAT");
    pub(super) const TOO_MANY_RECIPIENTS: Self = Self::fixed(452, "4.5.3", "too many recipients; give the rest again");
    pub(super) const UNKNOWN: Self = Self::fixed(550, "5.1.1", "no channel takes letters under this address");
    pub(super) const AWAY: Self = Self::fixed(450, "4.2.1", "the channel takes nothing in now, come again");
    pub(super) const TOO_LARGE: Self = Self::fixed(552, "5.3.4", "the letter is larger than the channel takes");

    const fn fixed(code: u16, status: &'static str, text: &'static str) -> Self {
        Self { code, status, text: Cow::Borrowed(text) }
    }

    /// What one recipient is told at the end of a letter. Nothing below 300 is said of what is not on disk.
    pub(super) fn to(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Taken(words) => Self { code: 250, status: "2.0.0", text: Cow::Owned(words) },
            Verdict::KeptUnread => Self::fixed(250, "2.0.0", "kept for a person, it cannot be read"),
            Verdict::TooLarge => Self::TOO_LARGE,
            Verdict::Forbidden => Self::fixed(550, "5.7.1", "not taken from this sender"),
            Verdict::Refused(word) => Self { code: 554, status: "5.6.0", text: format!("not taken: {word}").into() },
            Verdict::Away => Self::AWAY,
            Verdict::Busy => Self::fixed(451, "4.3.2", "too much at once, come again"),
            Verdict::Failed => Self::fixed(451, "4.3.0", "it could not be kept, come again"),
        }
    }

    /// Writes it as the last, or only, line of an answer.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("{} {} {}\r\n", self.code, self.status, self.text).as_bytes());
    }
}

/// Writes the greeting of a connection.
pub(super) fn greet(out: &mut Vec<u8>) {
    out.extend_from_slice(format!("220 {} LMTP ready\r\n", name()).as_bytes());
}

/// Writes the answer to LHLO: what is offered. `largest` is the largest letter in bytes, none where nobody takes letters now
/// (RFC 1870: the limit is not told).
pub(super) fn offer(largest: Option<usize>, out: &mut Vec<u8>) {
    let size = largest.map_or_else(|| "SIZE".to_owned(), |largest| format!("SIZE {largest}"));
    let offered = ["PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "CHUNKING", &size];
    out.extend_from_slice(format!("250-{}\r\n", name()).as_bytes());
    for (at, word) in offered.iter().enumerate() {
        let mark = if at + 1 == offered.len() { ' ' } else { '-' };
        out.extend_from_slice(format!("250{mark}{word}\r\n").as_bytes());
    }
}

/// Writes that a letter may come now.
pub(super) fn go_on(out: &mut Vec<u8>) {
    out.extend_from_slice(b"354 go on; CR LF . CR LF ends it\r\n");
}

/// What we call ourselves: the mail server knows where it connected to, and nobody else reads it.
fn name() -> &'static str {
    "huiliu"
}
