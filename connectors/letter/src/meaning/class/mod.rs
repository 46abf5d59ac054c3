//! What sort of mail it is: the citizen's own letter, or something that a machine sent. The first sign that holds decides,
//! and is told.
//!
//! The order is that of what does most harm when it is missed: our own echo, a notice of failure, an automatic answer, a
//! list, a notice of some system, a meeting, spam. Whatever shows none of these signs is a letter.

mod answer;
mod signs;
#[cfg(test)]
mod tests;

use huiliu_contract::Remark;

use crate::Fields;

pub use answer::{answer_to, may_be_answered};

/// More `Received` fields than this on one letter are a letter that goes round.
pub const MOST_HOPS: usize = 25;

/// What sort of mail it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// What we sent ourselves, come back.
    Loop,
    /// A notice that something was not delivered, or is late (RFC 3464 and its kin).
    Bounce,
    /// An automatic answer (RFC 3834).
    AutoReply,
    /// A mailing list, or bulk mail.
    List,
    /// A notice of some system, a receipt of reading or of delivery.
    Notice,
    /// A meeting and nothing else.
    Calendar,
    /// What a filter took for spam.
    Spam,
    /// Somebody's letter.
    Letter,
}

impl Class {
    /// Every class, in the order in which they are looked for.
    pub const ALL: [Self; 8] =
        [Self::Loop, Self::Bounce, Self::AutoReply, Self::List, Self::Notice, Self::Calendar, Self::Spam, Self::Letter];

    /// One stable word for lists, metrics and logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::Bounce => "bounce",
            Self::AutoReply => "auto_reply",
            Self::List => "list",
            Self::Notice => "notice",
            Self::Calendar => "calendar",
            Self::Spam => "spam",
            Self::Letter => "letter",
        }
    }

    /// Its name on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loop => "本方回环",
            Self::Bounce => "退信",
            Self::AutoReply => "自动回复",
            Self::List => "邮件列表",
            Self::Notice => "系统通知",
            Self::Calendar => "日程邀请",
            Self::Spam => "垃圾邮件",
            Self::Letter => "来信",
        }
    }

    /// The class of a [word](Self::word).
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }
}

/// What a letter shows of itself.
#[derive(Clone, Copy)]
pub struct Signs<'a> {
    /// Its header fields.
    pub fields: &'a Fields,
    /// The `report-type` of a `multipart/report`.
    pub report: Option<&'a str>,
    /// Our own addresses.
    pub own: &'a [String],
    /// Its Message-ID, or a tag in it, was made by us: the caller has verified it.
    pub ours: bool,
    /// It lay in a folder for junk.
    pub junk: bool,
    /// It holds a calendar part and nothing that a person wrote.
    pub calendar: bool,
    /// Configured senders of notices: addresses, or domains written as `@example.cn`.
    pub notices: &'a [String],
    /// How many `Received` fields it bears.
    pub received: usize,
}

/// What sort of mail it is, and which sign says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sorted {
    /// The class.
    pub class: Class,
    /// The sign, without anything personal.
    pub reason: Remark,
}

/// Looks for one sort of sign.
type Look = fn(&Signs<'_>) -> Option<Remark>;

/// Sorts a letter by its signs.
pub fn sort(signs: &Signs<'_>) -> Sorted {
    let looks: [(Class, Look); 9] = [
        (Class::Loop, signs::echo),
        (Class::Notice, signs::receipt),
        (Class::Bounce, signs::failure),
        (Class::AutoReply, signs::automatic),
        (Class::Bounce, signs::no_return),
        (Class::List, signs::list),
        (Class::Notice, signs::notice),
        (Class::Calendar, signs::meeting),
        (Class::Spam, signs::spam),
    ];
    let found = looks.into_iter().find_map(|(class, look)| look(signs).map(|reason| Sorted { class, reason }));
    found.unwrap_or_else(|| Sorted {
        class: Class::Letter,
        reason: Remark::new("没有任何自动邮件的特征", "nothing shows that a machine sent it"),
    })
}
