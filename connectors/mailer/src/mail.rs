//! One mail, before it is bytes; and what stands on its envelope.

use huiliu_contract::{Fault, Personal};
use jiff::Timestamp;

/// A mail to one reader. The same mail always makes the same bytes.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The reader's address.
    pub to: Personal<String>,
    /// The subject; nothing in it can begin another header.
    pub subject: Personal<String>,
    /// The text.
    pub text: Personal<String>,
    /// The same as HTML.
    pub html: Option<Personal<String>>,
    /// Its id, without angle brackets.
    pub message_id: String,
    /// The id of the mail that it answers, without angle brackets. One that is no id is left out.
    pub in_reply_to: Option<String>,
    /// The ids of the mails before it, oldest first, without angle brackets. What is no id is left out.
    pub references: Vec<String>,
    /// When it was written; a second is the smallest part that a mail can tell.
    pub date: Timestamp,
    /// How it came about, if no person wrote it: then it says so, and asks machines not to answer.
    pub automatic: Option<Automatic>,
    /// Further headers, by name.
    pub headers: Vec<(String, String)>,
    /// Files that go along.
    pub files: Vec<File>,
}

/// How a mail came about that no person wrote (RFC 3834, 5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Automatic {
    /// It answers another mail.
    Replied,
    /// Something happened here.
    Generated,
}

/// A file that goes along with a mail.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name.
    pub name: Personal<String>,
    /// Its media type, if it is known.
    pub media_type: Option<String>,
    /// Its bytes.
    pub bytes: Personal<Vec<u8>>,
}

/// Who sends and who gets, as the servers between are told (RFC 5321, 2.3.1).
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope(pub(crate) lettre::address::Envelope);

/// Without the reader's address.
impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let from = self.0.from().map(ToString::to_string);
        f.debug_struct("Envelope").field("from", &from).finish_non_exhaustive()
    }
}

impl Envelope {
    /// From this address, or from nobody, to one reader.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] if one of them is no address.
    pub fn new(from: Option<&str>, to: &str) -> Result<Self, Fault> {
        let from = from.map(|from| address(from, "the sender")).transpose()?;
        lettre::address::Envelope::new(from, vec![address(to, "the reader")?])
            .map(Self)
            .map_err(|_| Fault::malformed("the envelope names no reader"))
    }

    /// Whether every server can take it: addresses beyond ASCII need SMTPUTF8 (RFC 6531).
    pub(crate) fn is_ascii(&self) -> bool {
        let ascii = |address: &lettre::Address| AsRef::<str>::as_ref(address).is_ascii();
        self.0.from().is_none_or(ascii) && self.0.to().iter().all(ascii)
    }
}

/// Whether mail can go to a text.
pub fn is_address(text: &str) -> bool {
    address(text, "").is_ok()
}

/// Reads an address; `whose` is for the error, which does not repeat it.
pub(crate) fn address(text: &str, whose: &str) -> Result<lettre::Address, Fault> {
    text.trim().parse().map_err(|_| Fault::malformed(format!("{whose} has no address that mail can go to")))
}

/// An id as it stands between angle brackets (RFC 5322, 3.6.4), or none where it could not stand there: an id holds no space,
/// no bracket and nothing beyond ASCII, and a line has no room for more than 998 bytes.
pub(crate) fn id(text: &str) -> Option<&str> {
    let text = text.trim();
    let bare = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
    let sound = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>');
    (!bare.is_empty() && bare.len() <= 900 && bare.bytes().all(sound)).then_some(bare)
}
