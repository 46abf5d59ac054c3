//! Files that lie in the database: measured first, so that a page of them is bounded, then read with the rows they belong to.

use std::collections::BTreeMap;

use huiliu_contract::{Attachment, AttachmentSource, Personal};
use serde_json::{Value, json};

use crate::cell::{Cell, Column, Sort};
use crate::door::Door;
use crate::engine::Engine;
use crate::name::Table;
use crate::plan::bound;
use crate::session::{BUDGET, Failure, Session, picked};
use crate::sql::Sql;

/// The files of one page together, in bytes; of more, the rows go to the next page.
const TOGETHER: usize = 64 << 20;

/// Where files are.
pub(crate) struct FilesPlan {
    pub(crate) engine: Engine,
    pub(crate) table: Table,
    /// The column of the number of the row they belong to.
    pub(crate) of: String,
    pub(crate) name: String,
    pub(crate) bytes: String,
    /// The largest file taken, in bytes.
    pub(crate) most: usize,
}

/// The files of one row.
#[derive(Default)]
pub(crate) struct OfRow {
    /// As its document names them.
    pub(crate) named: Vec<Value>,
    /// Those that were taken.
    pub(crate) taken: Vec<Attachment>,
}

/// What was measured of the files of some rows.
pub(crate) struct Measured {
    columns: Vec<Column>,
    /// By number: how many bytes its files have that are taken.
    sizes: BTreeMap<String, usize>,
}

impl Measured {
    /// How many of these rows, the first at least, have files that fit into one page.
    pub(crate) fn fitting(&self, numbers: &[Option<String>]) -> usize {
        let mut sum = 0usize;
        let fits = numbers.iter().take_while(|number| {
            let size = number.as_ref().and_then(|number| self.sizes.get(number)).copied().unwrap_or_default();
            sum = sum.saturating_add(size);
            sum <= TOGETHER
        });
        fits.count().max(1)
    }
}

impl FilesPlan {
    /// Measures the files of these rows.
    pub(crate) async fn measure(
        &self,
        session: &mut Session,
        door: &Door,
        numbers: &[Option<String>],
    ) -> Result<Measured, Failure> {
        let engine = self.engine;
        let names = [&self.of, &self.name, &self.bytes].map(|name| engine.quoted(name)).join(", ");
        let columns = session.columns(door, &format!("SELECT {names} FROM {}", self.table.quoted)).await?;
        if columns.get(2).is_none_or(|column| column.sort != Sort::Bytes) {
            return Err(Failure::malformed(format!(
                "the column `{}` (poll.files.bytes) holds no bytes (bytea, blob)",
                self.bytes
            )));
        }
        let size = Column { name: self.bytes.clone(), sort: Sort::Int, unknown: None };
        let asked = [columns[0].clone(), size];
        let length = match engine {
            Engine::Postgresql => format!("CAST(octet_length({}) AS text)", engine.quoted(&self.bytes)),
            Engine::Mysql => format!("OCTET_LENGTH({})", engine.quoted(&self.bytes)),
        };
        let mut sql = Sql::new(
            engine,
            format!("SELECT {}, {length} FROM {} WHERE ", picked(engine, &columns[0]), self.table.quoted),
        );
        self.of_these(&mut sql, numbers, columns[0].sort)?;
        let mut sizes = BTreeMap::new();
        for row in session.rows(door, &sql, &asked, BUDGET).await?.rows {
            let [of, size] = &row[..] else { continue };
            let size = size.text().and_then(|text| text.parse::<usize>().ok()).filter(|size| *size <= self.most);
            if let (Some(of), Some(size)) = (of.text(), size) {
                *sizes.entry(of).or_default() += size;
            }
        }
        Ok(Measured { columns, sizes })
    }

    /// Reads the files of these rows, by their numbers.
    pub(crate) async fn read(
        &self,
        session: &mut Session,
        door: &Door,
        measured: &Measured,
        numbers: &[Option<String>],
    ) -> Result<BTreeMap<String, OfRow>, Failure> {
        let engine = self.engine;
        let [of, name, bytes] = &measured.columns[..] else { return Ok(BTreeMap::new()) };
        let size = Column { name: self.bytes.clone(), sort: Sort::Int, unknown: None };
        let quoted = engine.quoted(&self.bytes);
        let (length, cast) = match engine {
            Engine::Postgresql => (format!("octet_length({quoted})"), format!("CAST(octet_length({quoted}) AS text)")),
            Engine::Mysql => (format!("OCTET_LENGTH({quoted})"), format!("OCTET_LENGTH({quoted})")),
        };
        let mut files: BTreeMap<String, OfRow> = BTreeMap::new();
        // A row at a time: so no more than one page of files is ever held, whatever else lies there.
        for number in numbers.iter().flatten() {
            let text = format!(
                "SELECT {}, {}, {cast}, CASE WHEN {length} <= {} THEN {quoted} END FROM {} WHERE ",
                picked(engine, of),
                picked(engine, name),
                self.most,
                self.table.quoted
            );
            let mut sql = Sql::new(engine, text);
            self.of_these(&mut sql, &[Some(number.clone())], of.sort)?;
            sql.add(" ORDER BY ").name(&self.name);
            let asked = [of.clone(), name.clone(), size.clone(), bytes.clone()];
            let rows = session.rows(door, &sql, &asked, TOGETHER).await?;
            for row in rows.rows {
                let [_, name, size, bytes] = &row[..] else { continue };
                let Some(size) = size.text().and_then(|text| text.parse::<u64>().ok()) else { continue };
                files.entry(number.clone()).or_default().add(name, size, bytes);
            }
            if rows.cut {
                // Said, not dropped silently: what one row has beyond a whole page of files stays there.
                files.entry(number.clone()).or_default().named.push(json!({ "more": true, "skipped": true }));
            }
        }
        Ok(files)
    }

    fn of_these(&self, sql: &mut Sql, numbers: &[Option<String>], sort: Sort) -> Result<(), Failure> {
        let numbers = numbers.iter().flatten().map(|number| bound(number, sort)).collect::<Result<Vec<_>, _>>()?;
        sql.name(&self.of).add(" IN ").list(numbers);
        Ok(())
    }
}

impl OfRow {
    fn add(&mut self, name: &Cell, size: u64, bytes: &Cell) {
        let name =
            name.text().filter(|name| !name.is_empty()).unwrap_or_else(|| format!("file-{}", self.named.len() + 1));
        let Cell::Bytes(bytes) = bytes else {
            self.named.push(json!({ "name": name, "size": size, "skipped": true }));
            return;
        };
        self.named.push(json!({ "name": name, "size": size }));
        let source = AttachmentSource::Bytes(Personal::new(bytes.clone().into()));
        self.taken.push(Attachment { name: Personal::new(name), media_type: None, source });
    }
}
