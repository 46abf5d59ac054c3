//! The answer: the same sheets with what became of each row, drawn row by row, so that its size does not count.

use std::io::BufRead;
use std::path::Path;

use huiliu_contract::Remark;
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use crate::item::{About, item};
use crate::plan::Plan;
use crate::reading::Read;
use crate::spool::{Part, Record};
use crate::told::{Notes, shown};

/// What stands above the added columns.
const ADDED: [&str; 3] = ["状态", "汇流编号", "原因"];
/// Most characters that a cell takes.
const LONGEST: usize = 32_767;

struct Looks {
    text: Format,
    head: Format,
    good: Format,
    bad: Format,
}

impl Looks {
    fn new() -> Self {
        let text = Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
        Self {
            head: text.clone().set_bold().set_background_color("DDEBF7"),
            good: text.clone().set_font_color(Color::RGB(0x0037_5623)),
            bad: text.clone().set_font_color(Color::RGB(0x00C0_0000)),
            text,
        }
    }
}

/// Writes what became of every row of a file.
pub(crate) fn rows(
    read: &mut Read,
    notes: Option<impl BufRead>,
    plan: &Plan,
    file: &str,
    to: &Path,
) -> std::io::Result<()> {
    let looks = Looks::new();
    let mut book = book(to)?;
    let mut notes = Notes::new(notes);
    let Read { spool, sheets, remarks } = read;
    let (mut present, mut at) = (None, 0u64);
    spool.each(|record| {
        let Some(about) = sheets.get(record.sheet) else { return Ok(()) };
        if present != Some(record.sheet) {
            let sheet = book.add_worksheet_with_constant_memory().map_err(other)?;
            begin(sheet, record.sheet, about, &looks).map_err(other)?;
            present = Some(record.sheet);
        }
        let last = book.worksheets_mut().last_mut().ok_or(std::io::ErrorKind::Other)?;
        let added = match record.part {
            Part::Item => {
                let (_, why) = item(&record, about, plan, file);
                let shown = shown(notes.of(at), why.as_ref());
                at += 1;
                Some((shown.state, shown.ticket, shown.why))
            }
            _ => None,
        };
        row(last, &record, about, plan, added, &looks).map_err(other)
    })?;
    let mut remarks: Vec<&Remark> = remarks.iter().collect();
    let none = crate::words::remark("文件里没有来件", "the file holds no items");
    if at == 0 {
        remarks.push(&none);
    }
    say(&mut book, &remarks, &looks).map_err(other)?;
    save(book, to)
}

/// Writes why a file as a whole was not taken, or had nothing new.
pub(crate) fn whole(remarks: &[&Remark], to: &Path) -> std::io::Result<()> {
    let mut book = book(to)?;
    say(&mut book, remarks, &Looks::new()).map_err(other)?;
    save(book, to)
}

fn book(to: &Path) -> std::io::Result<Workbook> {
    let mut book = Workbook::new();
    // What lies on the disk meanwhile lies beside the answer, unnamed.
    if let Some(dir) = to.parent() {
        book.set_tempdir(dir).map_err(other)?;
    }
    Ok(book)
}

fn begin(sheet: &mut Worksheet, n: usize, about: &About, looks: &Looks) -> Result<(), XlsxError> {
    if about.name.is_empty() || sheet.set_name(&about.name).is_err() {
        sheet.set_name(format!("表{}", n + 1))?;
    }
    let width = places(about);
    for place in 0..width {
        sheet.set_column_width(place, 18)?;
    }
    for (place, (wide, name)) in (width..).zip([10u16, 22, 48].into_iter().zip(ADDED)) {
        sheet.set_column_width(place, wide)?;
        if about.head.is_none() {
            sheet.write_string_with_format(0, place, name, &looks.head)?;
        }
    }
    match &about.head {
        Some(head) => sheet.set_freeze_panes(head.row, 0)?,
        None => {
            sheet.write_string_with_format(0, 0, "编号", &looks.head)?;
            sheet.set_freeze_panes(1, 0)?
        }
    };
    Ok(())
}

/// How many columns stand before the added ones.
fn places(about: &About) -> u16 {
    if about.head.is_none() { 1 } else { u16::try_from(about.width).unwrap_or(u16::MAX - 3) }
}

fn row(
    sheet: &mut Worksheet,
    record: &Record,
    about: &About,
    plan: &Plan,
    added: Option<(&'static str, String, String)>,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let number = if about.head.is_some() { record.row.saturating_sub(1) } else { record.row };
    let format = if record.part == Part::Head { &looks.head } else { &looks.text };
    for (place, (_, text)) in (0u16..).zip(&record.cells) {
        if !text.is_empty() {
            sheet.write_string_with_format(number, place, fitted(text), format)?;
        }
    }
    if record.json.is_some()
        && let Some(id) = crate::item::written(record, about, plan)
    {
        sheet.write_string_with_format(number, 0, fitted(&id), format)?;
    }
    let width = places(about);
    match added {
        Some((state, ticket, why)) => {
            let look = if state == "待处理" { &looks.bad } else { &looks.good };
            sheet.write_string_with_format(number, width, state, look)?;
            sheet.write_string_with_format(number, width + 1, fitted(&ticket), &looks.text)?;
            sheet.write_string_with_format(number, width + 2, fitted(&why), &looks.text)?;
        }
        None if about.head.as_ref().is_some_and(|head| head.row == record.row) => {
            for (place, name) in (width..).zip(ADDED) {
                sheet.write_string_with_format(number, place, name, &looks.head)?;
            }
        }
        None => {}
    }
    Ok(())
}

/// A sheet of remarks; none without remarks.
fn say(book: &mut Workbook, remarks: &[&Remark], looks: &Looks) -> Result<(), XlsxError> {
    if remarks.is_empty() {
        return Ok(());
    }
    let sheet = book.add_worksheet_with_constant_memory()?;
    if sheet.set_name("说明").is_err() {
        sheet.set_name("汇流说明")?;
    }
    sheet.set_column_width(0, 100)?;
    for (n, remark) in (0u32..).zip(remarks) {
        sheet.write_string_with_format(n, 0, fitted(&format!("{}\n{}", remark.zh, remark.en)), &looks.text)?;
    }
    Ok(())
}

/// Writes it under another name first, so that nobody opens half of it.
fn save(mut book: Workbook, to: &Path) -> std::io::Result<()> {
    let dir = to.parent().ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut file = tempfile::Builder::new().prefix(".huiliu-").tempfile_in(dir)?;
    book.save_to_writer(std::io::BufWriter::new(file.as_file_mut())).map_err(other)?;
    readable(file.as_file())?;
    file.as_file().sync_all()?;
    file.persist(to).map_err(|why| why.error)?;
    Ok(())
}

/// A temporary file is its owner's alone; people share the folder, so the folder decides.
#[cfg(unix)]
pub(crate) fn readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o660))
}

#[cfg(not(unix))]
pub(crate) fn readable(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

fn other(why: XlsxError) -> std::io::Error {
    std::io::Error::other(why)
}

fn fitted(text: &str) -> String {
    if text.len() <= LONGEST || text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
