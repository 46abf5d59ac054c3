//! From a grid to a workbook. Every cell is written as text: a number by which something is called keeps its digits,
//! and nothing that was typed becomes a formula.

use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Format, FormatAlign, Workbook, Worksheet, XlsxError};

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

/// What is particular about a sheet to be written.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Manner {
    /// So many last columns people do not see.
    pub hidden: usize,
    /// Columns, from 0, that hold figures: they stand at the right, and whole numbers of at most 15 digits are numbers.
    pub figures: Vec<usize>,
    /// Whether the last row is the sum of those above it, in bold.
    pub summed: bool,
    /// Words that make a cell's text red.
    pub marks: Vec<&'static str>,
}

/// Writes a workbook of these sheets.
///
/// # Errors
///
/// If a sheet's name or a list of words is longer than a workbook takes.
pub fn write(pages: &[Page]) -> Result<Vec<u8>, Unwritable> {
    let plain = Manner::default();
    drawn(pages.iter().map(|page| (page, &plain)))
}

/// Writes a workbook of one sheet, whose last columns people do not see: by what stands there, rows are known again.
///
/// # Errors
///
/// As [`write`](write()).
pub fn write_keyed(page: &Page, hidden: usize) -> Result<Vec<u8>, Unwritable> {
    drawn([(page, &Manner { hidden, ..Manner::default() })].into_iter())
}

/// Writes a workbook of sheets that hold figures.
///
/// # Errors
///
/// As [`write`](write()).
pub fn write_figures(pages: &[(Page, Manner)]) -> Result<Vec<u8>, Unwritable> {
    drawn(pages.iter().map(|(page, manner)| (page, manner)))
}

fn drawn<'a>(pages: impl Iterator<Item = (&'a Page, &'a Manner)>) -> Result<Vec<u8>, Unwritable> {
    let mut book = Workbook::new();
    for (page, manner) in pages {
        let sheet = book.add_worksheet();
        sheet.set_name(&page.name)?;
        heads(sheet, page, manner)?;
        cells(sheet, page, manner)?;
    }
    Ok(book.save_to_buffer()?)
}

/// Whether a row of heads stands above the rest, as a number of rows.
fn headed(page: &Page) -> u32 {
    u32::from(page.columns.iter().any(|column| !column.name.is_empty()))
}

fn heads(sheet: &mut Worksheet, page: &Page, manner: &Manner) -> Result<(), XlsxError> {
    let text = Format::new().set_num_format("@").set_text_wrap();
    let head = Format::new().set_num_format("@").set_bold().set_text_wrap().set_background_color("DDEBF7");
    let first = headed(page);
    for (n, column) in (0u16..).zip(&page.columns) {
        if first > 0 {
            sheet.write_string_with_format(0, n, &column.name, &head)?;
        }
        sheet.set_column_width(n, column.width)?;
        sheet.set_column_format(n, &text)?;
        if usize::from(n) >= page.columns.len().saturating_sub(manner.hidden) {
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
    if first > 0 {
        sheet.set_freeze_panes(1, 0)?;
    }
    Ok(())
}

fn cells(sheet: &mut Worksheet, page: &Page, manner: &Manner) -> Result<(), XlsxError> {
    let text = Format::new().set_num_format("@").set_text_wrap();
    let red = text.clone().set_font_color("C00000");
    let looks = [text.clone(), text.set_align(FormatAlign::Right), Format::new()];
    let bold = looks.clone().map(Format::set_bold);
    for (n, (row, cells)) in (headed(page)..).zip(&page.rows).enumerate() {
        let is_sum = manner.summed && n + 1 == page.rows.len();
        let [text, figure, number] = if is_sum { &bold } else { &looks };
        for (column, cell) in (0u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            let is_figure = manner.figures.contains(&usize::from(column));
            match whole_number(cell).filter(|_| is_figure) {
                Some(whole) => sheet.write_number_with_format(row, column, whole, number)?,
                None => {
                    let is_marked = manner.marks.iter().any(|mark| cell.contains(mark));
                    let look = match (is_marked, is_figure) {
                        (true, _) => &red,
                        (false, true) => figure,
                        (false, false) => text,
                    };
                    sheet.write_string_with_format(row, column, fitted(cell), look)?
                }
            };
        }
    }
    Ok(())
}

/// A whole number as it is written without ornaments, if a cell holds it exactly.
fn whole_number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits.len() <= 15 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_padded = digits.starts_with('0') && text != "0";
    if is_plain && !is_padded { text.parse().ok() } else { None }
}

/// A text that fits into a cell.
fn fitted(text: &str) -> String {
    if text.len() <= LONGEST || text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
