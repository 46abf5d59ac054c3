//! A file is walked through once: heads found, titles and totals told from items, merged cells settled, numbers looked at
//! as a column. What comes of it lies in a spool, so that nothing is handed out of a file that turns out to be torn.

use std::collections::HashMap;
use std::path::Path;

use huiliu_contract::Remark;
use huiliu_sheet::{About as Sheet, Format, Limits, Row, Unreadable, Visit, plain, walk};

use crate::head::{Head, NoHead, WITHIN};
use crate::item::{self, About};
use crate::json;
use crate::merged::Merged;
use crate::options::IfNoId;
use crate::plan::{HELD, InScope, Plan};
use crate::spool::{Kept, Part, Record, Spool, Writer};
use crate::words::{disk, refuse, remark, sheet_en, sheet_zh};
use crate::xml;

/// A file that was walked through.
pub(crate) struct Read {
    pub(crate) spool: Spool,
    pub(crate) sheets: Vec<About>,
    pub(crate) remarks: Vec<Remark>,
}

/// Walks through a file; its rows lie in an unnamed file in `dir` afterwards.
pub(crate) fn read(path: &Path, dir: &Path, plan: &Plan) -> Result<Read, Unreadable> {
    let format = huiliu_sheet::format(path, &plan.limits)?;
    let writer = Writer::new(dir).map_err(|why| disk(&why))?;
    let mut reading = Reading::new(plan, writer);
    match format {
        Format::Json => reading.json(json::items(path, plan)?)?,
        Format::Xml => reading.json(xml::items(path, plan)?)?,
        Format::Xls | Format::Html => {
            let limits = Limits { bytes: plan.limits.bytes.min(HELD), cells: 2_000_000, ..plan.limits };
            walk(path, &limits, &mut reading)?;
        }
        Format::Xlsx | Format::Text | Format::Xml2003 => {
            walk(path, &plan.limits, &mut reading)?;
        }
    }
    reading.done()
}

struct Reading<'p> {
    plan: &'p Plan,
    writer: Writer,
    sheets: Vec<About>,
    remarks: Vec<Remark>,
    present: Option<Present>,
    /// How often a row's digest was seen in this file.
    seen: HashMap<u64, u32>,
    /// What the nearest row of a sheet without heads lacks.
    missing: Option<Unreadable>,
}

/// The sheet that is walked through.
struct Present {
    about: Sheet,
    merged: Merged,
    /// Rows before the heads are found.
    waiting: Vec<Row>,
    /// What the rows below the heads are read by.
    known: Option<About>,
    /// Places of columns that are filled down.
    fills: Vec<usize>,
    /// The numbers of the first items.
    first: Vec<String>,
    width: usize,
    skipped: u32,
    hidden: u32,
}

/// So many numbers are looked at to tell whether they run 1, 2, 3 ….
const RUN: usize = 50;

impl Visit for Reading<'_> {
    fn sheet(&mut self, about: Sheet) -> Result<bool, Unreadable> {
        self.end_sheet()?;
        let wanted = match &self.plan.sheets {
            Some(names) => names.contains(&plain(&about.name)),
            None => !about.hidden,
        };
        if !wanted {
            if self.plan.sheets.is_none() {
                let name = &about.name;
                self.remarks.push(remark(
                    format!("工作表“{name}”是隐藏的,没有读;要读就取消隐藏,或写进 [sheet] sheets"),
                    format!("sheet `{name}` is hidden and was not read; unhide it, or name it in `sheet.sheets`"),
                ));
            }
            return Ok(false);
        }
        let merged = Merged::new(about.merged.clone());
        self.present = Some(Present {
            about,
            merged,
            waiting: Vec::new(),
            known: None,
            fills: Vec::new(),
            first: Vec::new(),
            width: 0,
            skipped: 0,
            hidden: 0,
        });
        Ok(true)
    }

    fn row(&mut self, row: Row) -> Result<(), Unreadable> {
        let Some(present) = &mut self.present else { return Ok(()) };
        if present.known.is_some() {
            return self.below(row);
        }
        present.waiting.push(row);
        // One more than may be titles: heads may take two rows.
        if present.waiting.len() > WITHIN { self.find_head() } else { Ok(()) }
    }
}

impl<'p> Reading<'p> {
    fn new(plan: &'p Plan, writer: Writer) -> Self {
        let (sheets, remarks) = (Vec::new(), Vec::new());
        Self { plan, writer, sheets, remarks, present: None, seen: HashMap::new(), missing: None }
    }

    fn put(&mut self, record: &Record) -> Result<(), Unreadable> {
        self.writer.put(record).map_err(|why| disk(&why))
    }

    /// Finds the heads among the rows that wait, and lets those go on.
    fn find_head(&mut self) -> Result<(), Unreadable> {
        let Some(present) = &mut self.present else { return Ok(()) };
        let waiting = std::mem::take(&mut present.waiting);
        let name = &present.about.name;
        let (zh, en) = (sheet_zh(name), sheet_en(name));
        let head = match Head::find(&waiting, &present.about.merged, self.plan) {
            Ok(head) => head,
            Err(NoHead::Twice { row, name }) => {
                return Err(refuse(
                    format!("{zh}第 {row} 行有两个“{name}”栏,不知道该读哪一个;请删掉或改名一个"),
                    format!("{en}row {row} names column `{name}` twice; delete or rename one of them"),
                ));
            }
            Err(NoHead::Near { row, missing }) => {
                return Err(refuse(
                    format!(
                        "{zh}第 {row} 行像是表头,但缺“{}”;请补上栏名,或在 [sheet] aliases 写明它在这张表里的叫法",
                        missing.join("”“")
                    ),
                    format!(
                        "{en}row {row} looks like the heads but lacks `{}`; add it, or write what it is called here into `sheet.aliases`",
                        missing.join("`, `")
                    ),
                ));
            }
            Err(NoHead::Nothing) => {
                let names: Vec<&str> = (0..self.plan.needed).map(|at| self.plan.name(at)).collect();
                self.missing = Some(refuse(
                    format!("{zh}前 {WITHIN} 行里没有表头;表头要同时有“{}”这几栏", names.join("”“")),
                    format!("{en}has no heads in its first {WITHIN} rows; they name `{}`", names.join("`, `")),
                ));
                if !waiting.is_empty() {
                    self.remarks.push(remark(
                        format!("{zh}没有找到表头,没有读"),
                        format!("{en}has no row of heads and was not read"),
                    ));
                }
                self.present = None;
                return Ok(());
            }
        };
        if let Some(absent) = self.plan.id.iter().find(|at| head.place(**at).is_none())
            && self.plan.if_no_id == IfNoId::Ask
        {
            let (row, name) = (head.row, self.plan.name(*absent));
            return Err(refuse(
                format!("{zh}第 {row} 行的表头里没有编号栏“{name}”;请补上这一栏,或在 [sheet] aliases 写明它的叫法"),
                format!(
                    "{en}the heads in row {row} have no column `{name}` of the number; add it, or write its name into `sheet.aliases`"
                ),
            ));
        }
        present.fills = self.plan.fill_down.iter().filter_map(|at| head.place(*at)).collect();
        let last = head.row + (self.plan.head_rows as u32 - 1);
        let first = head.row;
        present.known = Some(About { name: present.about.name.clone(), head: Some(head), width: 0 });
        for row in waiting {
            match row.number {
                number if number < first => self.other(row, Part::Other)?,
                number if number <= last => self.other(row, Part::Head)?,
                _ => self.below(row)?,
            }
        }
        Ok(())
    }

    fn other(&mut self, row: Row, part: Part) -> Result<(), Unreadable> {
        let Some(present) = &mut self.present else { return Ok(()) };
        present.width = present.width.max(row.cells.len());
        let record = record(self.sheets.len(), row, part);
        self.put(&record)
    }

    /// A row below the heads.
    fn below(&mut self, mut row: Row) -> Result<(), Unreadable> {
        let (plan, sheet) = (self.plan, self.sheets.len());
        let Some(present) = &mut self.present else { return Ok(()) };
        let Some((about, head)) = present.known.as_ref().and_then(|about| Some((about, about.head.as_ref()?))) else {
            return Ok(());
        };
        let is_named = |at: usize| head.names.get(at).is_some_and(Option::is_some);
        let own = row.cells.iter().enumerate().any(|(at, cell)| is_named(at) && !cell.trimmed().is_empty());
        let fills = &present.fills;
        let merged = present.merged.over(&mut row, |at| fills.contains(&at), is_named);
        if !own {
            return self.other(row, Part::Other);
        }
        if head.is_again(&row, plan) {
            return self.other(row, Part::Head);
        }
        if is_skipped(&row, head, plan) {
            present.skipped += 1;
            return self.other(row, Part::Other);
        }
        if present.about.hides(row.number) {
            present.hidden += 1;
        }
        present.width = present.width.max(row.cells.len());
        let mut record = record(sheet, row, Part::Item);
        record.merged = merged.map(|(region, at)| (region, head.names.get(at).cloned().flatten().unwrap_or_default()));
        settle(&mut record, about, plan, &mut present.first, &mut self.seen);
        let full = present.first.len() == RUN;
        self.put(&record)?;
        if full { self.look_at_numbers() } else { Ok(()) }
    }

    /// A column that runs 1, 2, 3 … counts rows; in the next file the same numbers are other people's.
    fn look_at_numbers(&self) -> Result<(), Unreadable> {
        self.present.as_ref().map_or(Ok(()), |present| self.look_at(&present.first, &present.about.name))
    }

    fn look_at(&self, first: &[String], name: &str) -> Result<(), Unreadable> {
        let runs = first.len() >= 3 && first.iter().zip(1u32..).all(|(found, n)| found.parse() == Ok(n));
        if !runs || self.plan.scope != InScope::Channel {
            return Ok(());
        }
        let column = self.plan.id.first().map_or("", |at| self.plan.name(*at));
        let (zh, en) = (sheet_zh(name), sheet_en(name));
        Err(refuse(
            format!(
                "{zh}的“{column}”栏是 1、2、3……这样的序号,「序号」不能作编号(下一张表又从 1 开始,会认成同一件);请在 [sheet] id 写对方自己的编号,没有就写 if_no_id = \"hash\" 并删掉 id"
            ),
            format!(
                "{en}column `{column}` runs 1, 2, 3 …: it counts rows and is no number of an item; name the far side's own number in `sheet.id`, or delete it and write if_no_id = \"hash\""
            ),
        ))
    }

    fn end_sheet(&mut self) -> Result<(), Unreadable> {
        if self.present.as_ref().is_some_and(|present| present.known.is_none()) {
            self.find_head()?;
        }
        self.look_at_numbers()?;
        let Some(present) = self.present.take() else { return Ok(()) };
        let (name, hidden, skipped) = (&present.about.name, present.hidden, present.skipped);
        let (zh, en) = (sheet_zh(name), sheet_en(name));
        if hidden > 0 {
            self.remarks.push(remark(
                format!("{zh}有 {hidden} 行是隐藏的,也收了"),
                format!("{en}has {hidden} hidden rows; they were taken too"),
            ));
        }
        if skipped > 0 {
            self.remarks.push(remark(
                format!("{zh}有 {skipped} 行合计、填表人等,没有当来件"),
                format!("{en}has {skipped} rows of totals and signatures; they are no items"),
            ));
        }
        self.sheets.extend(present.known.map(|about| About { width: present.width, ..about }));
        Ok(())
    }

    fn json(&mut self, items: Vec<serde_json::Value>) -> Result<(), Unreadable> {
        let about = About { name: String::new(), head: None, width: 0 };
        let mut first = Vec::new();
        for (row, json) in (1u32..).zip(items) {
            let mut record = record(0, Row { number: row, cells: Vec::new() }, Part::Item);
            record.json = Some(json);
            settle(&mut record, &about, self.plan, &mut first, &mut self.seen);
            self.put(&record)?;
        }
        self.sheets.push(about);
        self.look_at(&first, "")
    }

    fn done(mut self) -> Result<Read, Unreadable> {
        self.end_sheet()?;
        if self.sheets.is_empty() {
            return Err(self.missing.unwrap_or_else(|| {
                refuse(
                    "文件里没有要读的工作表;请看 [sheet] sheets 写得对不对,工作表是不是隐藏了",
                    "the file holds no sheet that is to be read; see `sheet.sheets`, and whether sheets are hidden",
                )
            }));
        }
        let spool = self.writer.done().map_err(|why| disk(&why))?;
        Ok(Read { spool, sheets: self.sheets, remarks: self.remarks })
    }
}

fn record(sheet: usize, row: Row, part: Part) -> Record {
    let cells = row.cells.into_iter().map(Kept::of).collect();
    Record { sheet, row: row.number, part, cells, digest: None, merged: None, json: None }
}

/// Looks at the number of an item as one of its column, or gives it the digest that stands for one.
fn settle(record: &mut Record, about: &About, plan: &Plan, first: &mut Vec<String>, seen: &mut HashMap<u64, u32>) {
    let look = first.len() <= RUN;
    let hash = plan.if_no_id == IfNoId::Hash;
    if !look && !hash {
        return;
    }
    let written = item::written(record, about, plan);
    if written.is_none() && hash {
        let digest = item::digest_of(&item::document(record, about), plan);
        let short = digest.get(..16).and_then(|half| u64::from_str_radix(half, 16).ok()).unwrap_or_default();
        let count = seen.entry(short).or_default();
        *count += 1;
        record.digest = Some((digest, *count));
    }
    if look {
        first.push(written.unwrap_or_default());
    }
}

/// Whether a row is a total or a signature: it begins with such a word, and has no number of its own besides it.
fn is_skipped(row: &Row, head: &Head, plan: &Plan) -> bool {
    let Some((at, first)) = row.cells.iter().enumerate().find(|(_, cell)| !cell.trimmed().is_empty()) else {
        return false;
    };
    let said = first.trimmed();
    let begins = plan.skip.iter().any(|word| {
        plain(said) == *word
            || said.strip_prefix(word.as_str()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    });
    let numbered = plan
        .id
        .iter()
        .any(|id| head.place(*id).is_some_and(|place| place != at && !row.cell(place).trimmed().is_empty()));
    begins && !numbered
}
