//! Texts that may leave (对外文本): every public text is looked through before it goes to a source, and what must not
//! leave is named with its place, so that a screen can mark it. A pure room: it decides nothing and changes nothing.

mod answer;
mod example;
mod marks;
mod numbers;
mod parts;
mod people;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use answer::{findings, speaks};
pub use example::{Place, Somebodys, somebodys};
pub use marks::{Mark, bracketed, covered, masked, sign};
pub use parts::{Part, compose, named};
use serde::{Deserialize, Serialize};

use crate::settings::Text;
use crate::ticket::{letters_only, plates_in};

/// What is known about the ticket and the far side; the text is judged against it.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The sender's name.
    pub sender: Option<&'a str>,
    /// The name of whom it is about.
    pub accused: Option<&'a str>,
    /// The internal note that came with the public text; nothing of it may leave.
    pub note: Option<&'a str>,
    /// The citizen's own letter, title and text: what it says itself is no secret of the note.
    pub letter: &'a str,
    /// Telephone numbers that may be named, however they are written: the office's own.
    pub allowed: &'a [&'a str],
    /// Whether the citizen asked for confidentiality.
    pub confidential: bool,
    /// Whether the citizen agreed to be made public; silence is no agreement.
    pub agree_public: Option<bool>,
    /// Whether the far side publishes what it gets.
    pub published: bool,
    /// Fewer letters than this are too short to be an answer.
    pub least: usize,
    /// The most characters that the far side takes.
    pub most: Option<usize>,
}

impl Default for About<'_> {
    /// Nothing known, nothing published, at least ten letters.
    fn default() -> Self {
        Self {
            sender: None,
            accused: None,
            note: None,
            letter: "",
            allowed: &[],
            confidential: false,
            agree_public: None,
            published: false,
            least: 10,
            most: None,
        }
    }
}

/// What sort of thing must not leave.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A mainland mobile or landline number that is nobody's public one.
    Phone,
    /// A resident identity number (GB 11643).
    ResidentId,
    /// A bank card's number.
    BankCard,
    /// A number plate.
    Plate,
    /// An e-mail address.
    Email,
    /// The sender's full name.
    SenderName,
    /// The full name of whom it is about.
    AccusedName,
    /// Words of the internal note.
    InternalNote,
    /// No letter at all.
    Empty,
    /// Too few letters.
    TooShort,
    /// More characters than the far side takes.
    TooLong,
    /// The ticket is confidential and the far side publishes.
    Confidential,
    /// The citizen did not agree to be public and the far side publishes.
    NotAgreed,
}

impl Kind {
    /// The stable word for records and `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::ResidentId => "resident_id",
            Self::BankCard => "bank_card",
            Self::Plate => "plate",
            Self::Email => "email",
            Self::SenderName => "sender_name",
            Self::AccusedName => "accused_name",
            Self::InternalNote => "internal_note",
            Self::Empty => "empty",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Confidential => "confidential",
            Self::NotAgreed => "not_agreed",
        }
    }

    /// Whether it stands somewhere in the text; else the whole text is at fault.
    pub fn has_place(self) -> bool {
        !matches!(self, Self::Empty | Self::TooShort | Self::Confidential | Self::NotAgreed)
    }

    /// Whether what was found is somebody's data.
    pub fn is_personal(self) -> bool {
        use Kind::{AccusedName, BankCard, Email, Phone, Plate, ResidentId, SenderName};
        matches!(self, Phone | ResidentId | BankCard | Plate | Email | SenderName | AccusedName)
    }

    /// What a person is told; it never repeats what was found.
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            Self::Phone => ("有电话号码", "there is a telephone number"),
            Self::ResidentId => ("有身份证号", "there is a resident identity number"),
            Self::BankCard => ("有银行卡号", "there is a bank card's number"),
            Self::Plate => ("有车牌号", "there is a number plate"),
            Self::Email => ("有电子邮箱地址", "there is an e-mail address"),
            Self::SenderName => ("有诉求人全名,可写成某先生、某女士", "there is the sender's full name"),
            Self::AccusedName => ("有被反映对象全名", "there is the full name of whom it is about"),
            Self::InternalNote => ("有内部意见里的话", "there are words of the internal note"),
            Self::Empty => ("没有内容", "it says nothing"),
            Self::TooShort => ("内容太短,不像答复", "it is too short for an answer"),
            Self::TooLong => ("超过对方允许的长度,从标出处起放不下", "it is longer than the far side takes"),
            Self::Confidential => {
                ("诉求人要求保密,而对方会公开", "the ticket is confidential, and the far side publishes")
            }
            Self::NotAgreed => (
                "诉求人没有同意公开,而对方会公开",
                "the citizen did not agree to be public, and the far side publishes",
            ),
        };
        Text::new(zh, en)
    }
}

/// One thing that must not leave as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// Where, in bytes of the text, on character boundaries; the whole text where no place is at fault.
    pub range: Range<usize>,
}

impl Finding {
    /// What a person is told.
    pub fn text(&self) -> Text {
        self.kind.text()
    }
}

/// Everything in a text that must not leave, by place. An empty list lets it go.
pub fn check(text: &str, about: &About<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut find = |kind, range| found.push(Finding { kind, range });
    for (kind, range) in numbers::numbers(text, about.allowed).into_iter().chain(numbers::emails(text)) {
        find(kind, range);
    }
    for (range, _) in plates_in(text) {
        find(Kind::Plate, range);
    }
    for (kind, name) in [(Kind::SenderName, about.sender), (Kind::AccusedName, about.accused)] {
        for range in name.map(|name| people::names(text, name)).into_iter().flatten() {
            find(kind, range);
        }
    }
    for range in about.note.map(|note| people::told(text, note, about.letter)).into_iter().flatten() {
        find(Kind::InternalNote, range);
    }
    let whole = 0..text.len();
    match letters_only(text).chars().count() {
        0 => find(Kind::Empty, whole.clone()),
        letters if letters < about.least => find(Kind::TooShort, whole.clone()),
        _ => {}
    }
    if let Some((end, _)) = about.most.and_then(|most| text.char_indices().nth(most)) {
        find(Kind::TooLong, end..text.len());
    }
    if about.published && about.confidential {
        find(Kind::Confidential, whole.clone());
    }
    if about.published && about.agree_public != Some(true) {
        find(Kind::NotAgreed, whole);
    }
    found.sort_by_key(|finding| (finding.range.start, finding.range.end, finding.kind));
    found
}
