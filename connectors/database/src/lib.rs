//! The connector kind `database` (前置库): reads a view or a table of an exchange database, and writes back into it by bound
//! parameters. One poll is one page, read in one read-only transaction; it never loops, sleeps, retries or stores.
//!
//! # What is found
//!
//! A *walk* reads page after page in the order of a column, by keys and never by counting, until a page is short; the next walk
//! begins a bit before the highest mark of the last one. By time that bit is a length of time (`lookback`): a row that becomes
//! visible with a stamp at most so much older than the newest one seen, or than our clock, is found. By number it is a number
//! of rows (`rows_back`): a row whose smaller number was drawn early and committed late is found, as long as not more rows
//! with greater numbers were taken meanwhile. What is read again is told again; the store knows it. Rows without a mark
//! are read at the front of every walk.
//!
//! A row that is changed is found by time if its time moves, and by number while it is within `rows_back`. What is deleted is not
//! noticed. Without `since` every walk reads all.
//!
//! # What is never done
//!
//! No text of the outside, and no value of the configuration, becomes part of a statement: names are quoted as names, all else
//! is bound. Reading sessions are read-only by the database's own switch; a writing session is opened only where `poll.taken` or
//! `return` says what to write.

mod build;
mod care;
mod cell;
mod census;
mod door;
mod engine;
mod explain;
mod far;
mod files;
mod item;
mod moment;
mod name;
mod options;
mod outlet;
mod place;
mod plan;
mod read;
mod saved;
mod session;
mod spelled;
mod sql;

pub use engine::Engine;
pub use options::{
    Census, Connect, Files, Options, PollOptions, ReturnOptions, Since, SinceBy, Status, Sweep, Taken, Tls, Way,
};

use huiliu_contract::{Connector, ConnectorKind, Misconfigured, Sentence, Site};

/// The kind `database`.
pub struct Database;

impl ConnectorKind for Database {
    const NAME: &'static str = "database";
    const SUMMARY: &'static str = "reads a view or table of an exchange database and writes back into it";
    const SUMMARY_ZH: &'static str = "前置库";
    type Options = Options;

    fn explain(options: &Options, _: &str) -> Vec<Sentence> {
        explain::explain(options)
    }

    fn build(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        build::connector(options, site)
    }
}
