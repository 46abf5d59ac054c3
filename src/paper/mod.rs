//! Papers: what the house prints for people to keep (the quarterly section, ledgers, the shift's paper, reconciliations).
//! One model, and one writer a form. It counts nothing and knows no ticket.

mod csv;
mod docx;
mod markdown;
mod plain;
mod text;
mod xlsx;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::csv::csv;
pub use docx::docx;
pub use markdown::markdown;
pub use plain::{clean, clean_text};
pub use text::text;
pub use xlsx::xlsx;

/// A paper.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Paper {
    /// What stands at its top.
    pub title: String,
    /// What follows, in order.
    pub blocks: Vec<Block>,
}

/// A piece of a paper.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A heading inside the paper.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A note in small print: what was counted how, what changed since.
    Note(String),
    /// A table.
    Table(Table),
}

/// A table of a paper.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Table {
    /// What it is called; at most 31 characters become a sheet's name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; each as long as there are columns.
    pub rows: Vec<Vec<String>>,
    /// Whether the last row is the sum of those above it.
    pub summed: bool,
}

/// A column of a table.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Column {
    /// Its head.
    pub name: String,
    /// Whether it holds figures, which stand at the right.
    pub is_figure: bool,
}

/// Marks that make a cell red where a form has colours: what somebody must see to.
pub const MARKS: [&str; 6] = ["【待填】", "【快到期】", "【已过期】", "(TO FILL IN)", "(ENDS SOON)", "(OVER)"];

fn is_marked(cell: &str) -> bool {
    MARKS.iter().any(|mark| cell.contains(mark))
}

/// The form in which a paper is written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Form {
    /// For a screen, 80 columns wide.
    #[default]
    Text,
    /// Markdown, with tables.
    Markdown,
    /// Values parted by commas, in UTF-8 with a byte order mark.
    Csv,
    /// A workbook.
    Xlsx,
    /// A document as government papers look.
    Docx,
    /// The model as it is.
    Json,
}

impl Form {
    /// Whether it is for programs that open files, not for a screen.
    #[must_use]
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Xlsx | Self::Docx)
    }
}

/// Why a paper was not written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// No workbook can be made of it.
    #[error(transparent)]
    Workbook(#[from] huiliu_sheet::Unwritable),
    /// It cannot be packed.
    #[error("the document cannot be packed: {0}")]
    Packed(#[from] zip::result::ZipError),
    /// It is too large for the machine.
    #[error("the document cannot be packed: {0}")]
    Output(#[from] std::io::Error),
    /// Its rows cannot be written.
    #[error("the rows cannot be written: {0}")]
    Rows(#[from] ::csv::Error),
}

/// A paper in a form.
///
/// # Errors
///
/// If the form cannot hold it: a workbook takes at most 16 384 columns and 1 048 576 rows a table.
pub fn written(paper: &Paper, form: Form) -> Result<Vec<u8>, Unwritable> {
    match form {
        Form::Text => Ok(text(paper).into_bytes()),
        Form::Markdown => Ok(markdown(paper).into_bytes()),
        Form::Csv => csv(paper),
        Form::Xlsx => xlsx(paper),
        Form::Docx => docx(paper),
        Form::Json => Ok(json(paper).into_bytes()),
    }
}

/// The model as JSON, for programs.
#[must_use]
pub fn json(paper: &Paper) -> String {
    // Texts and truth values only: there is nothing in it that JSON could not say.
    serde_json::to_string_pretty(paper).unwrap_or_default() + "\n"
}
