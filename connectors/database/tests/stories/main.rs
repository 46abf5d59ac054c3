//! Stories of exchange databases: each is told to a real PostgreSQL and, where it is theirs too, to a real MariaDB.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod answers;
mod charsets;
mod cut;
mod failing;
mod files;
mod ground;
mod guarded;
mod keeps;
mod line;
mod marked;
mod options;
mod reading;
mod scene;
mod types;
mod walked;
