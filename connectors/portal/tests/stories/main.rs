//! What the kind `portal` does with an office's back end, on good days and bad.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod channel;
mod keeps;
mod letters;
mod logins;
mod options;
mod replies;
