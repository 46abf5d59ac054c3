//! The connector kind of letters by mail (电子邮箱): asked of a mailbox by IMAP, or handed over by the site's own mail server,
//! and answered in the same thread.

mod aside;
mod build;
mod door;
mod explain;
pub mod imap;
mod options;
pub mod outlet;
mod reader;
mod saved;
pub mod tag;

use huiliu_contract::{Connector, ConnectorKind, Misconfigured, Sentence, Site};

pub use options::{Connect, LmtpOptions, Options, ReceiveOptions};

/// The kind.
#[derive(Clone, Copy, Debug)]
pub struct Email;

impl ConnectorKind for Email {
    const NAME: &'static str = "email";
    const SUMMARY: &'static str = "takes letters out of a mailbox, or has them handed over, and answers them";
    const SUMMARY_ZH: &'static str = "电子邮箱";
    type Options = Options;

    fn explain(options: &Options, _: &str) -> Vec<Sentence> {
        explain::explain(options)
    }

    fn build(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        build::connector(options, site)
    }
}
