//! From a grid to a workbook. Every cell is written as text: a number by which something is called keeps its digits,
//! and nothing that was typed becomes a formula.

use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Format, Workbook, XlsxError};

/// A sheet to be written.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Page {
    /// Its name, at most 31 characters.
    pub name: String,
    /// Its columns; without a name in any of them there is no row of heads.
    pub columns: Vec<PageColumn>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// So many rows below the heads are made ready for typing: as text, with the choices offered.
    pub ready: u32,
}

/// A column of a sheet to be written.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct PageColumn {
    /// What stands above it.
    pub name: String,
    /// Its width in characters.
    pub width: u16,
    /// What may be chosen in it.
    pub choice: Option<Choice>,
}

/// What may be chosen in a column.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Choice {
    /// The words, together at most 255 characters.
    pub words: Vec<String>,
    /// Whether anything else may be typed as well.
    pub open: bool,
    /// What is said where something else was typed.
    pub otherwise: String,
}

/// Why a workbook was not written: a name or text is longer than a workbook takes.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be written: {0}")]
pub struct Unwritable(#[from] XlsxError);

/// Most characters that a cell takes; what is longer is cut, with a mark.
const LONGEST: usize = 32_767;

/// Writes a workbook of these sheets.
///
/// # Errors
///
/// If a sheet's name or a list of words is longer than a workbook takes.
pub fn write(pages: &[Page]) -> Result<Vec<u8>, Unwritable> {
    drawn(pages, 0)
}

/// Writes a workbook of one sheet, whose last columns people do not see: by what stands there, rows are known again.
///
/// # Errors
///
/// As [`write`](write()).
pub fn write_keyed(page: &Page, hidden: usize) -> Result<Vec<u8>, Unwritable> {
    drawn(std::slice::from_ref(page), hidden)
}

fn drawn(pages: &[Page], hidden: usize) -> Result<Vec<u8>, Unwritable> {
    let mut book = Workbook::new();
    let text = Format::new().set_num_format("@").set_text_wrap();
    let head = Format::new().set_num_format("@").set_bold().set_text_wrap().set_background_color("DDEBF7");
    for page in pages {
        let sheet = book.add_worksheet();
        sheet.set_name(&page.name)?;
        let headed = page.columns.iter().any(|column| !column.name.is_empty());
        let first = u32::from(headed);
        for (n, column) in (0u16..).zip(&page.columns) {
            if headed {
                sheet.write_string_with_format(0, n, &column.name, &head)?;
            }
            sheet.set_column_width(n, column.width)?;
            sheet.set_column_format(n, &text)?;
            if usize::from(n) >= page.columns.len().saturating_sub(hidden) {
                sheet.set_column_hidden(n)?;
            }
            if let (Some(choice), 1..) = (&column.choice, page.ready) {
                let (words, last) = (&choice.words, first.saturating_add(page.ready - 1));
                let style =
                    if choice.open { DataValidationErrorStyle::Information } else { DataValidationErrorStyle::Stop };
                let offered = DataValidation::new()
                    .allow_list_strings(words)?
                    .set_error_style(style)
                    .show_error_message(!choice.open)
                    .set_error_message(&choice.otherwise)?;
                sheet.add_data_validation(first, n, last, n, &offered)?;
            }
        }
        if headed {
            sheet.set_freeze_panes(1, 0)?;
        }
        for (row, cells) in (first..).zip(&page.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                if !cell.is_empty() {
                    sheet.write_string_with_format(row, column, fitted(cell), &text)?;
                }
            }
        }
    }
    Ok(book.save_to_buffer()?)
}

/// A text that fits into a cell.
fn fitted(text: &str) -> String {
    if text.len() <= LONGEST || text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
