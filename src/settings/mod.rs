//! What operators write: `gateway.toml` and one folder a channel, read with every mistake at its place.

mod mistake;

pub use mistake::{Lang, Mistake, Source, Text};
