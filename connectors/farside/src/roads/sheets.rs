//! What roads by spreadsheet share: letters that wait for the sheet of the day, the sheet as it is put into the folder, and
//! the person who carries the sheets of answers back and looks at each of their rows.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use calamine::{Data, Reader, Xlsx};
use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

use super::{Asking, Fitting, Matter, Road, Tally};
use crate::dice::Dice;

/// How one road by spreadsheet writes.
pub trait Form: Send + Sync + 'static {
    /// The shipped channel's code.
    const CHANNEL: &'static str;
    /// Where its sheets are dropped, below the house.
    const INBOX: &'static str;
    /// The folder of the sheets of answers, below the house.
    const OUTBOX: &'static str;

    /// The number of its letter of this serial number, from 1.
    fn number(serial: u64, matter: &Matter) -> String;

    /// The word for what is asked and the text that goes with it; none where it has no such act.
    fn act(asking: &Asking) -> Option<(&'static str, &str)>;

    /// The sheet of this serial number, from 1: the file's name and its bytes.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    fn sheet(serial: u64, lines: &[Line]) -> io::Result<(String, Vec<u8>)>;
}

/// What becomes one row.
#[derive(Clone, Debug)]
pub struct Line {
    /// The letter's number.
    pub number: String,
    /// What it says.
    pub matter: Matter,
    /// What is asked about it, and in which words; none tells the letter itself.
    pub act: Option<(&'static str, String)>,
}

/// A road by spreadsheet.
pub struct Sheets<F> {
    book: Mutex<Book>,
    form: PhantomData<fn() -> F>,
}

#[derive(Default)]
struct Book {
    house: PathBuf,
    /// What each letter says now.
    letters: BTreeMap<String, Matter>,
    /// What goes into the next sheet.
    waiting: Vec<Line>,
    /// The letters of the sheet before.
    before: Vec<String>,
    sheets: u64,
    /// Rows of answers that were carried back already, cell by cell.
    carried: BTreeSet<Vec<String>>,
    closed: BTreeMap<String, String>,
    /// Letters that were answered, handed back or declined.
    answered: BTreeSet<String>,
    /// Letters that are to be done again.
    again: BTreeSet<String>,
    dice: Option<Dice>,
    tally: Tally,
}

impl<F: Form> Sheets<F> {
    /// A road that has handed nothing over yet.
    pub fn new() -> Self {
        Self { book: Mutex::default(), form: PhantomData }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: Form> Default for Sheets<F> {
    fn default() -> Self {
        Self::new()
    }
}

/// A time in Beijing, as it is written here.
pub(super) fn written(at: Timestamp, how: &str) -> String {
    at.to_zoned(TimeZone::fixed(offset(8))).strftime(how).to_string()
}

fn unknown(number: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no letter {number} was handed over"))
}

#[async_trait]
impl<F: Form> Road for Sheets<F> {
    fn channel(&self) -> &'static str {
        F::CHANNEL
    }

    fn fitting(&self, house: &Path) -> Fitting {
        self.book().house = house.to_owned();
        let key = |key: &str, value: Option<&str>| (key.to_owned(), value.map(str::to_owned));
        let keys = vec![
            key("channel.remind", None),
            key("connect.settle", Some("\"200ms\"")),
            key("poll.every", Some("\"200ms\"")),
            key("poll.hours", None),
            key("return.proof", None),
        ];
        Fitting { keys, ..Fitting::default() }
    }

    /// It is not pushed to.
    fn meet(&self, _: std::net::SocketAddr) {}

    fn play_faults(&self, seed: Option<u64>) {
        self.book().dice = seed.map(Dice::new);
    }

    async fn hand_over(&self, matter: &Matter) -> io::Result<String> {
        let mut book = self.book();
        book.tally.handed += 1;
        let number = F::number(book.tally.handed, matter);
        book.letters.insert(number.clone(), matter.clone());
        book.wait(&number, None)?;
        Ok(number)
    }

    async fn repeat(&self, number: &str) -> io::Result<()> {
        let mut book = self.book();
        book.wait(number, None)?;
        book.tally.repeated += 1;
        Ok(())
    }

    async fn revise(&self, number: &str, content: &str) -> io::Result<bool> {
        let mut book = self.book();
        content.clone_into(&mut book.letters.get_mut(number).ok_or_else(|| unknown(number))?.content);
        book.wait(number, None)?;
        book.tally.revised += 1;
        Ok(true)
    }

    async fn ask(&self, number: &str, asking: &Asking) -> io::Result<bool> {
        let Some((word, text)) = F::act(asking) else { return Ok(false) };
        let mut book = self.book();
        book.wait(number, Some((word, text.to_owned())))?;
        book.tally.acts += 1;
        if matches!(asking, Asking::Redo(_)) {
            book.answered.remove(number);
            book.again.insert(number.to_owned());
        }
        Ok(true)
    }

    async fn flush(&self) -> io::Result<()> {
        let (folder, name, bytes, slowly) = {
            let mut book = self.book();
            if book.waiting.is_empty() {
                return Ok(());
            }
            let mut lines = std::mem::take(&mut book.waiting);
            let overlaps = book.happens(3);
            if overlaps {
                let again = book.overlap(&lines);
                lines.splice(0..0, again);
            }
            book.before = lines.iter().filter(|line| line.act.is_none()).map(|line| line.number.clone()).collect();
            book.sheets += 1;
            let (name, bytes) = F::sheet(book.sheets, &lines)?;
            (book.house.join(F::INBOX), name, bytes, book.happens(2))
        };
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(&name);
        if !slowly {
            return std::fs::write(path, bytes);
        }
        // Copied over a slow line, with the mark of a program that has it open beside it.
        let mark = folder.join(format!("~${name}"));
        std::fs::write(&mark, b"opened")?;
        let (front, rest) = bytes.split_at(bytes.len() / 2);
        let mut file = std::fs::File::create(&path)?;
        file.write_all(front)?;
        tokio::time::sleep(Duration::from_millis(60)).await;
        file.write_all(rest)?;
        std::fs::remove_file(mark)
    }

    async fn carry(&self, house: &Path) -> io::Result<()> {
        let folder = house.join(F::OUTBOX);
        let Ok(files) = std::fs::read_dir(&folder) else { return Ok(()) };
        let mut books: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
        books.retain(|path| path.extension().is_some_and(|ending| ending == "xlsx"));
        books.sort();
        for path in books {
            let rows = opened(&std::fs::read(&path)?)?;
            let mut book = self.book();
            rows.into_iter().for_each(|row| book.judge(row));
        }
        Ok(())
    }

    fn tally(&self) -> Tally {
        let book = self.book();
        Tally { closed: book.closed.len() as u64, ..book.tally }
    }

    fn closed(&self) -> BTreeMap<String, String> {
        self.book().closed.clone()
    }

    fn unanswered(&self) -> Vec<String> {
        let book = self.book();
        book.letters.keys().filter(|number| !book.answered.contains(*number)).cloned().collect()
    }
}

impl Book {
    /// Puts a row for the next sheet.
    fn wait(&mut self, number: &str, act: Option<(&'static str, String)>) -> io::Result<()> {
        let matter = self.letters.get(number).cloned().ok_or_else(|| unknown(number))?;
        self.waiting.push(Line { number: number.to_owned(), matter, act });
        Ok(())
    }

    /// Whether a fault that comes once in so many times comes now.
    fn happens(&mut self, times: u64) -> bool {
        let happens = self.dice.as_mut().is_some_and(|dice| dice.once_in(times));
        self.tally.faults += u64::from(happens);
        happens
    }

    /// The letters of the sheet before once more: the export began too early. Those that this sheet changes are not among
    /// them.
    fn overlap(&mut self, lines: &[Line]) -> Vec<Line> {
        let here: BTreeSet<&str> = lines.iter().map(|line| line.number.as_str()).collect();
        let mut seen = BTreeSet::new();
        let before = self.before.iter().filter(|number| !here.contains(number.as_str()) && seen.insert(*number));
        let line = |number: &String| {
            Some(Line { number: number.clone(), matter: self.letters.get(number)?.clone(), act: None })
        };
        let again: Vec<Line> = before.filter_map(line).collect();
        self.tally.repeated += again.len() as u64;
        again
    }

    /// Carries one row of answers back, as far as it is believed. A row that was carried before is left alone.
    fn judge(&mut self, row: Answer) {
        if !self.carried.insert(row.cells.clone()) {
            return;
        }
        let known = self.letters.contains_key(&row.number);
        let open = !self.closed.contains_key(&row.number) || self.again.remove(&row.number);
        match row.state.as_str() {
            "办结" if known && open && !row.answer.is_empty() && !row.unit.is_empty() => {
                self.answered.insert(row.number.clone());
                self.closed.insert(row.number, row.answer);
            }
            "公开答复" if known && !row.answer.is_empty() => {}
            "申请退单" | "申请延期" | "不予受理" | "转其他渠道" if known && !row.reason.is_empty() => {
            }
            _ => self.tally.refused += 1,
        }
    }
}

/// One row of a sheet of answers.
struct Answer {
    number: String,
    state: String,
    unit: String,
    answer: String,
    reason: String,
    cells: Vec<String>,
}

/// The rows of a sheet of answers, by what stands above them.
fn opened(bytes: &[u8]) -> io::Result<Vec<Answer>> {
    let odd = |why: calamine::XlsxError| io::Error::other(format!("the sheet of answers does not open: {why}"));
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(odd)?;
    let Some(sheet) = book.worksheet_range_at(0) else { return Ok(Vec::new()) };
    let sheet = sheet.map_err(odd)?;
    let mut rows = sheet.rows().map(|row| row.iter().map(text).collect::<Vec<String>>());
    let heads = rows.next().unwrap_or_default();
    let answer = |cells: Vec<String>| {
        let under = |head: &str| {
            let at = heads.iter().position(|found| found == head);
            at.and_then(|at| cells.get(at)).cloned().unwrap_or_default()
        };
        Answer {
            number: under("编号"),
            state: under("办理情况"),
            unit: under("承办单位"),
            answer: under("答复内容"),
            reason: under("原因"),
            cells,
        }
    };
    Ok(rows.map(answer).collect())
}

fn text(cell: &Data) -> String {
    match cell {
        Data::String(text) => text.clone(),
        other => other.to_string(),
    }
}
