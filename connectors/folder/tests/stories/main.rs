//! Stories of a folder of spreadsheets, with real files on a real disk.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(unreachable_pub, reason = "the hands are shared between stories")]

mod answers;
mod files;
mod house;
mod looks;
mod outbox;
mod rows;
mod written;
