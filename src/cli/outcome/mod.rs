//! `huiliu outcome …`: outcomes (办理反馈) that come as a sheet instead of from the core by itself.

mod import;
mod report;
mod template;

use std::path::PathBuf;

use clap::Subcommand;

use super::output::{Failure, Output};
use super::site::Site;

/// Outcomes that come as a sheet.
#[derive(Subcommand, Debug)]
pub(super) enum Outcome {
    /// Writes an empty sheet to be filled in.
    Template {
        /// The file to write; an existing one is not overwritten.
        #[arg(value_name = "FILE.xlsx", default_value = "办理反馈.xlsx")]
        file: PathBuf,
        /// With a row for each live ticket that nothing has concluded yet.
        #[arg(long)]
        open: bool,
    },
    /// Takes a filled-in sheet (.xlsx, .xls or .csv); the same sheet again takes nothing twice.
    Import {
        /// The file.
        file: PathBuf,
        /// Only tells what would become of each row.
        #[arg(long)]
        dry_run: bool,
    },
}

impl Outcome {
    pub(super) fn run(self, site: &Site) -> Result<Output, Failure> {
        match self {
            Self::Template { file, open } => template::write(site, &file, open),
            Self::Import { file, dry_run } => import::run(site, &file, dry_run),
        }
    }
}
