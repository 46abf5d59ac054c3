//! Stories of mails on their way: told to a scripted server where the line must break at a certain word, and to a real Exim.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod away;
mod exim;
mod options;
mod refused;
mod scene;
mod taken;
