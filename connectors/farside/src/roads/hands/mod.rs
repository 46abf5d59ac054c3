//! Hands that the roads of JSON, XML and HTTP share: the book of letters, faults by a seed, the counter where letters are
//! listed and answers are told, and the pusher.

mod book;
mod counter;
mod faults;
mod pusher;

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

pub(super) use book::{Book, Rules, Saying, Shown};
pub(super) use counter::{Counter, Deed, Manner};
pub(super) use faults::{Faults, Moment};
pub(super) use pusher::Pusher;

/// A time as this road prints it, in Beijing.
pub(super) fn beijing(at: Timestamp, pattern: &str) -> String {
    at.to_zoned(TimeZone::fixed(offset(8))).strftime(pattern).to_string()
}

/// The day of a time, as numbers begin with it.
pub(super) fn day(at: Timestamp) -> String {
    beijing(at, "%Y%m%d")
}

/// How most roads print a time.
pub(super) const TIME: &str = "%Y-%m-%d %H:%M:%S";

/// The code that stands for a word in a table; the word itself where none does.
pub(super) fn code<'a>(table: &[(&'a str, &'a str)], word: &'a str) -> &'a str {
    table.iter().find(|(ours, _)| *ours == word).map_or(word, |(_, theirs)| theirs)
}

/// A book that panicked elsewhere is still a book.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
