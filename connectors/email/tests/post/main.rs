//! Stories of answers by mail: what is composed, what leaves, what is withheld, and what came of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod answers;
mod exim;
mod files;
mod options;
mod receipts;
mod scene;
mod uncertain;
