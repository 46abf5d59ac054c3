//! What a letter means: what sort of mail it is, what a notice of failure says, which words are the citizen's own, who wrote
//! it and how to reach them, and which letter it answers.
//!
//! Everything here is pure, takes decoded header fields and texts, and walks over them a bounded number of times. Nothing
//! is looked up, and nothing personal stands in a reason or in `Debug`.

pub mod authentication;
pub mod bounce;
pub mod class;
pub mod clouds;
pub mod contact;
pub mod forward;
pub mod quote;
pub mod thread;

mod address;
mod plain;

#[cfg(test)]
mod any;
