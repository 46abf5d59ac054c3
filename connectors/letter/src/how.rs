//! How far a letter is read: its limits, and the zone of times that name none.

use jiff::tz::TimeZone;

/// How letters are read.
#[derive(Clone, Debug)]
pub struct How {
    /// What a letter may cost; see [`Limits`].
    pub limits: Limits,
    /// The zone of a date that names none.
    pub zone: TimeZone,
}

impl Default for How {
    /// The usual limits; dates without a zone are UTC.
    fn default() -> Self {
        Self { limits: Limits::default(), zone: TimeZone::UTC }
    }
}

/// What one letter may cost. What lies beyond a limit is left out and noted; no limit makes a letter unreadable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of a letter. Of a larger one only its head and the first [`Limits::excerpt`] bytes are read.
    pub bytes: usize,
    /// Bytes that are read of a letter that is too large.
    pub excerpt: usize,
    /// Bytes of one block of header fields.
    pub head: usize,
    /// Bytes of one header field.
    pub field: usize,
    /// Parts, those of nested letters among them.
    pub parts: usize,
    /// Levels of parts within parts and letters within letters. It keeps the stack from running over, so no setting
    /// lifts it over [`Limits::MOST_LEVELS`].
    pub levels: usize,
    /// Bytes of all decoded parts, as a multiple of the letter's.
    pub decoded: usize,
    /// Bytes of a part of HTML of which a tree is built; a larger one is only stripped of its tags, and its words are taken up
    /// to four times as many bytes.
    pub html: usize,
    /// Levels of quotes, lists and tables that a tree of HTML may have. Divisions and formatting make no levels. What all
    /// HTML of a letter may cost to lay out is bounded as well, whatever is set here.
    pub html_levels: usize,
    /// Files, those of nested letters among them.
    pub files: usize,
    /// Addresses of one field.
    pub addresses: usize,
    /// Ids of `References`; the last ones are kept.
    pub references: usize,
}

impl Limits {
    /// So many levels the stack bears for certain.
    pub const MOST_LEVELS: usize = 100;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 50 << 20,
            excerpt: 256 << 10,
            head: 256 << 10,
            field: 32 << 10,
            parts: 1000,
            levels: 50,
            decoded: 4,
            html: 2 << 20,
            html_levels: 500,
            files: 200,
            addresses: 500,
            references: 50,
        }
    }
}
