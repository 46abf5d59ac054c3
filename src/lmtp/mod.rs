//! The listener for the site's own mail server: LMTP (RFC 2033, on RFC 5321). A letter is a push with one envelope recipient,
//! and each recipient is answered by itself, only after its letter is on disk.
//!
//! What is read off the line and what is answered stands in rooms that know nothing of the house: `wire` finds lines,
//! `dots` finds the end of a letter, `session` knows what may be said when, and `talk` carries it over a line with its
//! time limits. `post` is where they meet the channels.
//!
//! LMTP has no queue on our side and no credentials: whoever may connect may hand letters over. So the line is a socket of
//! this machine, or peers are named.

mod body;
mod dots;
mod listener;
mod post;
mod reply;
mod session;
mod talk;
#[cfg(test)]
mod talk_tests;
mod wire;

pub use listener::{Listener, serve};
pub use post::Post;
pub use talk::Times;
