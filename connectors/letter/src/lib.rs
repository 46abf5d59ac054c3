//! A mail as people read it: its words in whatever charset they were written, its files, what it answers, and what sort of
//! mail it is. Pure: bytes in, a letter out.

mod document;
mod fields;
mod files;
mod how;
mod identity;
mod letter;
pub mod meaning;
mod mime;
mod notes;
mod read;
mod words;

pub use fields::Fields;
pub use how::{How, Limits};
pub use identity::{Identity, identity};
pub use letter::{Address, FileSort, Letter, LetterFile, NotALetter, Report, ReportKind};
pub use read::{read, read_shared};
