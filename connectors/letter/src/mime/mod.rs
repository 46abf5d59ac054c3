//! The structure of a letter (RFC 2045, 2046): its block of header fields, its parts, and what each of them is.
//!
//! Header fields are found by the mail parser, which keeps their offsets. The parts are walked here, since its own walk has no
//! limits: 2 MB of multiparts without their boundaries took it 44 seconds, and 3 MB of letters within each other ended the
//! process, because its tree of a hundred thousand levels is taken down level by level on the stack.

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
