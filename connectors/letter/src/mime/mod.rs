//! The structure of a letter (RFC 2045, 2046): its block of header fields, its parts, and what each of them is.
//!
//! Header fields are found by the mail parser, which keeps their offsets. The parts are walked here: its own walk has no
//! limits, and a letter of 50 MB made for it costs minutes or, by a million letters within each other, the stack.

mod block;
mod body;
mod leaf;
mod part;
mod sections;
mod take;
mod walk;

pub(crate) use block::{Block, block};
pub(crate) use body::{Bodies, bodies};
pub(crate) use walk::{Budget, Found, walk};
