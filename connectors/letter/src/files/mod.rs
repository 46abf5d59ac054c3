//! The files of a letter: what they are called, and what Outlook wrapped.

mod mapi;
mod name;
mod tnef;

pub(crate) use name::Names;
pub(crate) use tnef::tnef;
