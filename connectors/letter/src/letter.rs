//! What a letter is when it has been read.

use std::fmt;

use bytes::Bytes;
use huiliu_contract::{Remark, Timestamp};

use crate::{Fields, Identity};

/// A mail as people read it. Its Debug tells how much of everything there is and nothing of what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Every header field, decoded, in the letter's order.
    pub fields: Fields,
    /// The first Subject, on one line, without hidden characters; empty where there is none.
    pub subject: String,
    /// Who wrote it: the addresses of the first From.
    pub from: Vec<Address>,
    /// Where answers are wanted (Reply-To).
    pub reply_to: Vec<Address>,
    /// To whom it went.
    pub to: Vec<Address>,
    /// Who got a copy.
    pub cc: Vec<Address>,
    /// The address that the last server wrote down as the envelope's sender, without brackets; empty for `<>`, which no
    /// program may answer (RFC 5321 section 4.5.5). None where no server wrote one.
    pub return_path: Option<String>,
    /// When its author claims to have sent it. A date without a zone is in the site's zone.
    pub date: Option<Timestamp>,
    /// The first Message-ID, without `<>` and blanks, case kept.
    pub message_id: Option<String>,
    /// The ids that it answers, without `<>`.
    pub in_reply_to: Vec<String>,
    /// The ids of the letters before it, oldest first, without `<>`.
    pub references: Vec<String>,
    /// All that a person reads: the plain text, or the HTML laid out as text. Lines end in `\n`.
    pub text: String,
    /// The HTML as it stands, for whoever looks for links and quotes.
    pub html: Option<String>,
    /// Everything that came with it, in the letter's order.
    pub files: Vec<LetterFile>,
    /// The letters within it (message/rfc822, `.eml`), each with its own files. They stand among [`Letter::files`] as well.
    pub letters: Vec<Letter>,
    /// What a mail program reports of another letter (RFC 3462).
    pub report: Option<Report>,
    /// The charset of the subject, a name or the text was told by its bytes, because its label was missing or wrong.
    pub charset_guessed: bool,
    /// What was odd, for people. Nothing of the letter's words.
    pub notes: Vec<Remark>,
    /// Why the letter itself cannot be read, if it cannot: it is encrypted.
    pub unreadable: Option<Remark>,
    /// By what it is known again.
    pub identity: Identity,
}

/// A name and an address, either of which may be empty.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// The name, decoded, without hidden characters. It is what its author wrote, and often a lie.
    pub name: String,
    /// The address as it stands, without `<>`.
    pub address: String,
}

/// A file that came with a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct LetterFile {
    /// What it is called here: one path element of at most 120 characters, without hidden or control characters or such as
    /// no file system takes, and different from all others of the letter. Never empty.
    pub name: String,
    /// What it was called in the letter, decoded; empty where it had no name.
    pub original_name: String,
    /// Its type in lower case, as declared.
    pub media_type: String,
    /// Its bytes, shared with the letter's where it was carried as it is.
    pub bytes: Bytes,
    /// What sort of file it is.
    pub sort: FileSort,
}

/// What a file is in its letter. Told by its content where its content tells it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FileSort {
    /// Something the author added.
    File,
    /// A picture inside the HTML.
    Inline,
    /// A letter; it is read as well, see [`Letter::letters`].
    Letter,
    /// A packed archive, left as it is.
    Archive,
    /// Encrypted: a letter's content, or an archive with a password.
    Encrypted,
    /// Outlook's own wrapping (winmail.dat). What is in it stands behind it, as far as it can be taken apart.
    Tnef,
    /// An invitation.
    Calendar,
    /// The signature of the letter, which is no file of the author's.
    Signature,
    /// A part of a report that programs read.
    Notice,
}

impl FileSort {
    /// Its one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Inline => "inline",
            Self::Letter => "letter",
            Self::Archive => "archive",
            Self::Encrypted => "encrypted",
            Self::Tnef => "tnef",
            Self::Calendar => "calendar",
            Self::Signature => "signature",
            Self::Notice => "notice",
        }
    }
}

/// A report about another letter (multipart/report, RFC 3462).
#[derive(Clone, PartialEq, Eq)]
pub struct Report {
    /// What it reports.
    pub kind: ReportKind,
    /// The part that programs read (RFC 3464, RFC 8098), as text.
    pub status: String,
    /// The header fields of the letter that it reports of, where it brought them.
    pub returned: Option<Fields>,
}

/// What a report is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ReportKind {
    /// Whether a letter was delivered (RFC 3464).
    DeliveryStatus,
    /// Whether it was shown to its reader (RFC 8098).
    DispositionNotification,
    /// Something else.
    #[default]
    Other,
}

/// What cannot be taken as a mail at all: it has neither header fields nor a body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotALetter {
    /// Why, for people.
    pub reason: Remark,
}

impl fmt::Display for NotALetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason.en)
    }
}

impl std::error::Error for NotALetter {}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let notes: Vec<&str> = self.notes.iter().map(|note| note.en.as_str()).collect();
        f.debug_struct("Letter")
            .field("fields", &self.fields.iter().count())
            .field("from", &self.from.len())
            .field("to", &self.to.len())
            .field("cc", &self.cc.len())
            .field("date", &self.date)
            .field("text", &self.text.len())
            .field("html", &self.html.as_ref().map(String::len))
            .field("files", &self.files)
            .field("letters", &self.letters)
            .field("report", &self.report)
            .field("charset_guessed", &self.charset_guessed)
            .field("notes", &notes)
            .field("unreadable", &self.unreadable.is_some())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(••••)")
    }
}

impl fmt::Debug for LetterFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LetterFile({}, {} bytes)", self.sort.word(), self.bytes.len())
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, status, returned } = self;
        write!(f, "Report({kind:?}, {} bytes, returned: {})", status.len(), returned.is_some())
    }
}
