//! The rows of a file that was walked through, in an unnamed file that vanishes with the process.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use huiliu_sheet::{Cell, Sort};
use serde::{Deserialize, Serialize};

/// What a row is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Part {
    /// A title, a total, a remark.
    Other,
    /// Heads of columns.
    Head,
    /// An item.
    Item,
}

/// A row, as it was read.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Which of the sheets.
    pub(crate) sheet: usize,
    /// Its number, from 1; of an item of JSON its place in the list.
    pub(crate) row: u32,
    /// What it is.
    pub(crate) part: Part,
    /// Its cells.
    pub(crate) cells: Vec<(Kept, String)>,
    /// The digest by which it is known, and which occurrence of it in the file this is, where it has no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<(String, u32)>,
    /// The merged region and the column in which nothing says for which row its value holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) merged: Option<(String, String)>,
    /// The item of a JSON file, as it stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) json: Option<serde_json::Value>,
}

/// A cell's sort, as it is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Kept {
    E,
    T,
    N,
    D,
    B,
    X,
}

impl Kept {
    pub(crate) fn of(cell: Cell) -> (Self, String) {
        let sort = match cell.sort {
            Sort::Empty => Self::E,
            Sort::Text => Self::T,
            Sort::Number => Self::N,
            Sort::Date => Self::D,
            Sort::Boolean => Self::B,
            Sort::Error => Self::X,
        };
        (sort, cell.text)
    }

    pub(crate) fn sort(self) -> Sort {
        match self {
            Self::E => Sort::Empty,
            Self::T => Sort::Text,
            Self::N => Sort::Number,
            Self::D => Sort::Date,
            Self::B => Sort::Boolean,
            Self::X => Sort::Error,
        }
    }
}

impl Record {
    /// A cell's text and sort, from 0; empty where there is none.
    pub(crate) fn cell(&self, column: usize) -> (Sort, &str) {
        self.cells.get(column).map_or((Sort::Empty, ""), |(sort, text)| (sort.sort(), text))
    }
}

/// A spool that is being written.
pub(crate) struct Writer {
    file: BufWriter<File>,
    at: u64,
    items: u64,
    /// Where every [`STEP`]-th item stands.
    steps: Vec<u64>,
}

const STEP: u64 = 256;

impl Writer {
    pub(crate) fn new(dir: &Path) -> std::io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 18, tempfile::tempfile_in(dir)?);
        Ok(Self { file, at: 0, items: 0, steps: Vec::new() })
    }

    pub(crate) fn put(&mut self, record: &Record) -> std::io::Result<()> {
        let line = serde_json::to_vec(record)?;
        if record.part == Part::Item {
            if self.items.is_multiple_of(STEP) {
                self.steps.push(self.at);
            }
            self.items += 1;
        }
        let length = u32::try_from(line.len()).map_err(std::io::Error::other)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(&line)?;
        self.at += 4 + u64::from(length);
        Ok(())
    }

    pub(crate) fn done(self) -> std::io::Result<Spool> {
        let file = self.file.into_inner().map_err(|why| why.into_error())?;
        let mut spool =
            Spool { file: BufReader::with_capacity(1 << 18, file), steps: self.steps, items: self.items, next: 0 };
        spool.to(0)?;
        Ok(spool)
    }
}

/// A spool that is read, item after item.
pub(crate) struct Spool {
    file: BufReader<File>,
    steps: Vec<u64>,
    items: u64,
    /// The item that comes next.
    next: u64,
}

impl Spool {
    /// How many items there are.
    pub(crate) fn items(&self) -> u64 {
        self.items
    }

    /// Goes to an item.
    pub(crate) fn to(&mut self, item: u64) -> std::io::Result<()> {
        if item == self.next && item != 0 {
            return Ok(());
        }
        let step = usize::try_from(item / STEP).unwrap_or(usize::MAX);
        match self.steps.get(step) {
            Some(at) => {
                self.file.seek(SeekFrom::Start(*at))?;
                self.next = (item / STEP) * STEP;
            }
            None => {
                self.file.seek(SeekFrom::Start(self.steps.last().copied().unwrap_or_default()))?;
                self.next = (self.steps.len() as u64).saturating_sub(1) * STEP;
            }
        }
        while self.next < item {
            if self.item()?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// The next item; none at the end.
    pub(crate) fn item(&mut self) -> std::io::Result<Option<Record>> {
        while let Some(record) = self.record()? {
            if record.part == Part::Item {
                self.next += 1;
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// Shows every row from the first on.
    pub(crate) fn each(&mut self, mut see: impl FnMut(Record) -> std::io::Result<()>) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        while let Some(record) = self.record()? {
            see(record)?;
        }
        self.next = 0;
        self.to(0)
    }

    fn record(&mut self) -> std::io::Result<Option<Record>> {
        let mut length = [0; 4];
        match self.file.read_exact(&mut length) {
            Err(why) if why.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        let mut line = vec![0; u32::from_le_bytes(length) as usize];
        self.file.read_exact(&mut line)?;
        Ok(Some(serde_json::from_slice(&line)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_found_again_from_anywhere() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Writer::new(dir.path()).unwrap();
        for n in 0..1000u32 {
            let part = if n % 3 == 0 { Part::Other } else { Part::Item };
            let cells = vec![Kept::of(Cell::text(n.to_string()))];
            let record = Record { sheet: 0, row: n, part, cells, digest: None, merged: None, json: None };
            writer.put(&record).unwrap();
        }
        let mut spool = writer.done().unwrap();
        let all: Vec<u32> = std::iter::from_fn(|| spool.item().unwrap()).map(|record| record.row).collect();
        assert_eq!(all.len() as u64, spool.items());
        for item in [0, 1, 255, 256, 257, 511, 512, 600, 665] {
            spool.to(item).unwrap();
            assert_eq!(spool.item().unwrap().unwrap().row, all[item as usize], "{item}");
        }
        spool.to(666).unwrap();
        assert_eq!(spool.item().unwrap(), None);
        let mut seen = 0;
        spool
            .each(|_| {
                seen += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!((seen, spool.item().unwrap().unwrap().row), (1000, 1));
    }
}
