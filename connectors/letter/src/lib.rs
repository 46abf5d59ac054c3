//! A mail as people read it: its words in whatever charset they were written, its files, what it answers, and what sort of
//! mail it is. Pure: bytes in, a letter out.

mod fields;
pub mod meaning;

pub use fields::Fields;
