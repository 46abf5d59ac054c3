//! The file of a day: read, a row added, written anew beside it and put in its place, so that it is whole at every moment.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use huiliu_contract::{Fault, Reached};
use huiliu_sheet::{Limits, Page, PageColumn, read, write_keyed};

/// What stands above the hidden column by which a row is known again.
pub(super) const KEY: &str = "汇流键";
/// Keys of all rows that were ever written, beside the files: one a line.
const KEYS: &str = ".huiliu-keys.txt";
/// Rows of a day's file.
const MOST: usize = 50_000;

/// Adds a row, unless its key was written before.
pub(super) fn add(path: &Path, row: &[(String, String)], key: &str) -> Result<(), Fault> {
    let dir = path.parent().ok_or_else(|| Fault::malformed("the day's file has no folder"))?;
    let trouble = |why: io::Error| {
        let kind = why.kind();
        Fault::unavailable(
            format!("the day's file cannot be written ({kind}); is it open in a program, or the disk full?"),
            Reached::No,
        )
    };
    fs::create_dir_all(dir).map_err(trouble)?;
    // Another process of ours may write as well.
    let lock = OpenOptions::new().create(true).append(true).read(true).open(dir.join(KEYS)).map_err(trouble)?;
    lock.lock().map_err(trouble)?;
    let written = fs::read_to_string(dir.join(KEYS)).map_err(trouble)?;
    if written.lines().any(|line| line == key) {
        return Ok(());
    }
    let mut page = present(path, trouble)?;
    let keys = page.columns.len() - 1;
    if !page.rows.iter().any(|row| row.get(keys).is_some_and(|known| known == key)) {
        put(&mut page, row, key);
        if page.rows.len() > MOST {
            return Err(Fault::malformed(format!("the day's file would have more than {MOST} rows; move it away")));
        }
        let bytes = write_keyed(&page, 1).map_err(|why| Fault::malformed(why.to_string()))?;
        replace(path, dir, &bytes).map_err(trouble)?;
    }
    // Kept after the row: between the two lines the row itself is found again by its key.
    note(lock, key).map_err(trouble)
}

/// The file as it is; a new one where there is none.
fn present(path: &Path, trouble: impl Fn(io::Error) -> Fault) -> Result<Page, Fault> {
    let mut page = Page { name: "办理反馈".into(), columns: vec![column(KEY)], rows: Vec::new(), ready: 0 };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(page),
        Err(why) => return Err(trouble(why)),
    };
    let foreign = || {
        Fault::malformed(
            "the day's file is there, but is not one that was written here (its column 汇流键 is missing, or it does not open); move it away",
        )
    };
    let mut book = read(&bytes, &Limits::default()).map_err(|_| foreign())?;
    let sheet = book.sheets.drain(..).next().ok_or_else(foreign)?;
    let mut rows = sheet.rows.into_iter();
    let head = rows.next().filter(|row| row.number == 1).ok_or_else(foreign)?;
    let names: Vec<String> = head.cells.into_iter().map(|cell| cell.text).collect();
    let keys = names.iter().position(|name| name == KEY).ok_or_else(foreign)?;
    let others: Vec<usize> = (0..names.len()).filter(|at| *at != keys).collect();
    page.columns =
        others.iter().filter_map(|at| names.get(*at)).map(|name| column(name)).chain([column(KEY)]).collect();
    page.rows = rows.map(|row| others.iter().chain([&keys]).map(|at| row.cell(*at).text.clone()).collect()).collect();
    Ok(page)
}

/// Puts a row into the columns of its names; new ones come before the key.
fn put(page: &mut Page, row: &[(String, String)], key: &str) {
    for (name, _) in row {
        if !page.columns.iter().any(|column| column.name == *name) {
            let at = page.columns.len() - 1;
            page.columns.insert(at, column(name));
            page.rows.iter_mut().for_each(|row| row.insert(at.min(row.len()), String::new()));
        }
    }
    let cell = |column: &PageColumn| match column.name.as_str() {
        KEY => key.to_owned(),
        name => row.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone()).unwrap_or_default(),
    };
    let cells = page.columns.iter().map(cell).collect();
    page.rows.push(cells);
}

fn column(name: &str) -> PageColumn {
    let width = match name {
        "答复内容" | "公开答复" => 60,
        "原因" => 40,
        "编号" | "承办单位" | "主办单位" | "协办单位" | "办结时间" | "反馈时间" => 22,
        _ => 14,
    };
    PageColumn { name: name.to_owned(), width, choice: None }
}

fn replace(path: &Path, dir: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".huiliu-").tempfile_in(dir)?;
    file.write_all(bytes)?;
    crate::answer::readable(file.as_file())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|why| why.error)?;
    File::open(dir)?.sync_all()
}

fn note(mut keys: File, key: &str) -> io::Result<()> {
    writeln!(keys, "{key}")?;
    keys.sync_all()
}
