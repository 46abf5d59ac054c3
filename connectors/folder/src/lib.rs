//! The connector kind `folder` (表格文件): staff drop what a portal exports into a folder, and take answers out of one.
//!
//! # How a file goes through
//!
//! A file is taken when it is complete: unchanged for `settle`, or renamed in. What it is, is told by its content. It is
//! walked through once, before the first row is handed out: so a file that is torn, or whose numbers cannot be trusted, is
//! refused as a whole with its reason and stays in `refused/`, and nothing of it was taken. Its rows lie meanwhile in an
//! unnamed file beside the inbox, which vanishes with the process, so that a million rows cost no memory.
//!
//! Rows are handed out two hundred at a time. One bad row stops no other: it is kept as unreadable. The cursor names the
//! file by its digest and says how many rows were handed out; after a restart the file is walked again and read on from
//! there. When the cursor says that a file is through, all its rows are committed: then the answer `NAME.结果.xlsx` is
//! written, and the file leaves the inbox. What became of each row is heard after each commit and noted in `.huiliu/`
//! (numbers and words, nothing of a citizen's); rows of which nothing was heard because the process ended say so.
//!
//! # Who a row is
//!
//! Its number column, exactly as it stands there; with a `scope` the year or the file's name before it. A number that a
//! spreadsheet has cut (16 digits or more, scientific notation) is never read, and a column that runs 1, 2, 3 … is no
//! number: then the whole file is refused. Without a number, where `if_no_id = "hash"`: a digest of the cells and which
//! occurrence of it in the file it is.

mod answer;
mod aside;
mod build;
mod bundle;
mod head;
mod inbox;
mod item;
mod json;
mod merged;
mod options;
mod outbox;
mod plan;
mod poll;
mod reading;
mod spool;
mod told;
mod words;
mod xml;

pub use options::{
    ColumnOption, Connect, IfNoId, Names, Options, PollOptions, Proof, ReturnOptions, ReturnTo, Scope, SheetLimits,
    SheetOptions, Sheets,
};

use huiliu_contract::{Connector, ConnectorKind, Misconfigured, Site};

/// The kind `folder`.
pub struct Folder;

impl ConnectorKind for Folder {
    const NAME: &'static str = "folder";
    const SUMMARY: &'static str = "takes spreadsheets that staff drop into a folder";
    const SUMMARY_ZH: &'static str = "表格文件";
    type Options = Options;

    fn build(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        build::connector(options, site)
    }
}
