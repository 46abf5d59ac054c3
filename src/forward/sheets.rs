//! A core that imports sheets: events as rows in its own columns, and its numbers as they come back in sheets.

use std::path::{Path, PathBuf};

use huiliu_contract::{FarSide, Misconfigured};
use huiliu_kit::walk::FolderSide;
use huiliu_sheet::{Column, Page, PageColumn, Row, Sheet, Unwritable, header};

use super::form::{About, Form};
use crate::settings::{FileCore, Settle, Text};
use crate::store::SheetPlan;
use crate::ticket::Spoken;
use crate::words::bad_number;

/// The name of a sheet, before its time.
pub const NAME: &str = "热线导入";

/// What the file is called in which a returned sheet is answered, behind its own name.
pub const ANSWER: &str = ".结果.xlsx";

/// A core that imports sheets, built.
#[derive(Clone, Debug)]
pub struct SheetCore {
    /// Where sheets are written.
    pub outbox: PathBuf,
    /// How long after a sheet the next one may be written (ms).
    pub every: i64,
    /// The most rows of one sheet.
    pub batch: usize,
    /// From which place of a ticket's lane on events are with the core as soon as their sheet is written, if any are.
    pub settles_written: Option<u32>,
    /// Where the core's sheets lie.
    pub returned: Option<PathBuf>,
    form: Form,
    ours: String,
    number: String,
    event: Option<String>,
}

/// A row of a returned sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReturnedRow {
    /// Its number as people see it.
    pub row: u32,
    /// Our number as it stands there.
    pub ours: String,
    /// The core's number as it stands there.
    pub number: String,
    /// Both, with the event's place where the sheet tells it; or what is wrong.
    pub read: Result<(Spoken, String, Option<u32>), Text>,
}

impl SheetCore {
    /// Builds it from `[core]`; all mistakes at once. Folders are meant from `base` on.
    pub fn build(settings: &FileCore, base: &Path, wrong: &mut Vec<Misconfigured>) -> Option<Self> {
        let before = wrong.len();
        let form = Form::build(&settings.columns, "core.columns", wrong);
        if wrong.len() == before && !form.holds("ticket") {
            wrong.push(Misconfigured::new(
                "core.columns",
                "no column holds {ticket}: a returned row could not be matched; add one, such as { name = \"汇流编号\", value = \"{ticket}\" }",
                "没有一栏填 {ticket},返回表对不上;加一栏,例如 { name = \"汇流编号\", value = \"{ticket}\" }",
            ));
        }
        let told = match (&settings.returned, &settings.number, settings.settle) {
            (Some(_), None, _) => Some((
                "core.number",
                "`returned` is written, but not in which column the core's number stands; write `number`",
                "写了 returned,没有写热线工单号在哪一栏;补上 number",
            )),
            (None, Some(_), _) => Some((
                "core.number",
                "this is read only with `returned`; write that too, or delete this",
                "只在写了 returned 时才用;补上 returned,或删掉这一行",
            )),
            (Some(_), _, Settle::Written) => Some((
                "core.settle",
                "`written` is for a core that returns nothing, yet `returned` is written; keep one",
                "settle = \"written\" 用于热线不返回表的情形,又写了 returned;只留一样",
            )),
            _ => None,
        };
        if settings.event.is_some() && (settings.returned.is_none() || !form.holds("sequence")) {
            wrong.push(Misconfigured::new(
                "core.event",
                "this needs `returned`, and a column of ours that holds {sequence}",
                "要同时写 returned,并且导入表里有一栏填 {sequence}",
            ));
        }
        wrong.extend(told.map(|(key, en, zh)| Misconfigured::new(key, en, zh)));
        let (outbox, returned) =
            (base.join(&settings.outbox), settings.returned.as_deref().map(|path| base.join(path)));
        if returned.as_ref() == Some(&outbox) {
            wrong.push(Misconfigured::new(
                "core.returned",
                "this is the outbox: our own sheets would be read as the core's; write another folder",
                "和 outbox 是同一个文件夹,会把自己写的表当成返回表;换一个文件夹",
            ));
        }
        (wrong.len() == before).then(|| Self {
            outbox,
            every: i64::try_from(settings.every.0.as_millis()).unwrap_or(i64::MAX),
            batch: usize::from(settings.batch.max(1)),
            settles_written: match (settings.settle, &settings.event) {
                (Settle::Written, _) => Some(1),
                (Settle::Returned, None) => Some(2),
                (Settle::Returned, Some(_)) => None,
            },
            returned,
            form,
            ours: settings.ours.clone(),
            number: settings.number.clone().unwrap_or_default(),
            event: settings.event.clone(),
        })
    }

    /// The folders, for who wants to look at them.
    pub fn far(&self) -> Vec<Box<dyn FarSide>> {
        let folder =
            |path: &PathBuf, waiting| -> Box<dyn FarSide> { Box::new(FolderSide { path: path.clone(), waiting }) };
        let sheets: fn(&str) -> bool = |name| !name.starts_with(['.', '~']) && !name.ends_with(ANSWER);
        let returned = self.returned.iter().map(|path| folder(path, Some(sheets)));
        std::iter::once(folder(&self.outbox, None)).chain(returned).collect()
    }

    /// The sheet of a plan, the same in every attempt. `about` says of each row what is known besides.
    ///
    /// # Errors
    ///
    /// If a workbook does not take it.
    pub fn workbook<'a>(
        &self,
        plan: &'a SheetPlan,
        about: impl Fn(&'a str, Option<&'a str>) -> About<'a>,
    ) -> Result<Vec<u8>, Unwritable> {
        let column = |name: &str| PageColumn { name: name.into(), width: 20, choice: None };
        let cells = |(fresh, number): &'a (crate::store::Fresh, Option<String>)| {
            let filled = self.form.fill(fresh, &about(&fresh.channel, number.as_deref()));
            filled.into_iter().map(|(_, text)| text).collect()
        };
        let page = Page {
            name: NAME.into(),
            columns: self.form.names().map(column).collect(),
            rows: plan.rows.iter().map(cells).collect(),
            ready: 0,
        };
        huiliu_sheet::write(&[page])
    }

    /// The rows of a returned sheet; what is wrong with the whole of it, if its columns are not there.
    ///
    /// # Errors
    ///
    /// If no row names both columns.
    pub fn rows(&self, sheet: &Sheet) -> Result<Vec<ReturnedRow>, Text> {
        let wanted = [Some(&self.ours), Some(&self.number), self.event.as_ref()].into_iter().flatten();
        let columns: Vec<Column<'_>> = wanted.map(|name| Column { name, aliases: &[] }).collect();
        let needed: [&[usize]; 3] = [&[0], &[1], &[2]];
        let found = header(sheet, &columns, needed.get(..columns.len()).unwrap_or_default()).map_err(|_| {
            let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
            Text::new(
                format!(
                    "工作表“{}”里没有一行同时有这几栏:{};栏名写在 [core] 的 ours、number、event",
                    sheet.name,
                    names.join("、")
                ),
                format!(
                    "no row of sheet `{}` names all of {}; they are `ours`, `number` and `event` under [core]",
                    sheet.name,
                    names.join(", ")
                ),
            )
        })?;
        let at = |n: usize| found.at.get(n).copied().flatten();
        let (Some(ours), Some(number)) = (at(0), at(1)) else { return Ok(Vec::new()) };
        let below = sheet.rows.iter().filter(|row| row.number > found.row);
        Ok(below.filter_map(|row| read(row, ours, number, at(2))).collect())
    }
}

/// One row; none where neither number says anything.
fn read(row: &Row, ours: usize, number: usize, event: Option<usize>) -> Option<ReturnedRow> {
    let (ours, number) = (row.cell(ours), row.cell(number));
    let (ours_text, number_text) = (ours.trimmed().to_owned(), number.trimmed().to_owned());
    if ours_text.is_empty() && number_text.is_empty() {
        return None;
    }
    let read = numbers(&ours_text, number).and_then(|(ours, number)| {
        let event = event.map(|event| {
            row.cell(event)
                .trimmed()
                .parse()
                .map_err(|_| Text::new("流转序号这一格不是数字", "the event's place is no number"))
        });
        Ok((ours, number, event.transpose()?))
    });
    Some(ReturnedRow { row: row.number, ours: ours_text, number: number_text, read })
}

fn numbers(ours: &str, number: &huiliu_sheet::Cell) -> Result<(Spoken, String), Text> {
    let wrong = |zh: &str, en: &str| Err(Text::new(zh, en));
    if ours.is_empty() {
        return wrong("没有汇流编号", "our number is missing");
    }
    if number.trimmed().is_empty() {
        return wrong(
            "没有热线工单号;补上后再放进来",
            "the core's number is missing; add it and put the sheet here again",
        );
    }
    match (Spoken::parse(ours), number.id()) {
        (Ok(ours), Ok(number)) if number.len() <= 64 => Ok((ours, number.to_owned())),
        (Ok(_), Ok(_)) => wrong("热线工单号太长", "the core's number is too long"),
        (Ok(_), Err(_)) => wrong(
            "热线工单号这一格是数字,位数已丢;把这一栏设成文本,重新导出",
            "the core's number is kept as a number and has lost digits; make the column text and export it again",
        ),
        (Err(bad), _) => Err(bad_number(bad)),
    }
}

/// Whether a file in the folder of returned sheets is one: not hidden, not half of one, not an answer of ours.
pub fn is_returned(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ends = |ending: &str| name.to_lowercase().ends_with(ending);
    let sheet = [".xlsx", ".xls", ".csv", ".et"].into_iter().any(ends);
    sheet && !name.starts_with(['.', '~']) && !name.ends_with(ANSWER)
}

#[cfg(test)]
mod tests {
    use huiliu_sheet::Cell;

    use super::*;

    fn core() -> SheetCore {
        SheetCore {
            outbox: PathBuf::new(),
            every: 0,
            batch: 1,
            settles_written: None,
            returned: None,
            form: Form::default(),
            ours: "汇流编号".into(),
            number: "工单编号".into(),
            event: None,
        }
    }

    fn sheet(rows: &[[Cell; 2]]) -> Sheet {
        let heads = [Cell::text("工单编号"), Cell::text("汇流编号")];
        let row = |(n, cells): (usize, &[Cell; 2])| Row { number: n as u32 + 1, cells: cells.to_vec() };
        Sheet { rows: [heads].iter().chain(rows).enumerate().map(row).collect(), ..Sheet::default() }
    }

    #[test]
    fn each_row_of_a_returned_sheet_is_read_or_says_why_not() {
        let ours = Spoken::new(jiff::civil::date(2026, 11, 22), 17).unwrap();
        let text = |text: &str| Cell::text(text);
        let rows = core()
            .rows(&sheet(&[
                [text("RX-1"), text(&ours.to_string())],
                [text(""), text(&ours.to_string())],
                [text("RX-2"), text("261122-99")],
                [Cell::new("430424202611270001", huiliu_sheet::Sort::Number), text(&ours.to_string())],
                [text(""), text("")],
            ]))
            .unwrap();
        assert_eq!(rows.iter().map(|row| row.row).collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert_eq!(rows[0].read, Ok((ours, "RX-1".into(), None)));
        assert!(rows[1..].iter().all(|row| row.read.is_err()), "{rows:?}");
        let none = core().rows(&Sheet { name: "表".into(), ..Sheet::default() }).unwrap_err();
        assert!(none.zh.contains("工单编号") && none.en.contains("number"), "{none:?}");
    }

    #[test]
    fn our_own_answers_and_half_files_are_not_read() {
        let is = |name: &str| is_returned(Path::new(name));
        assert!(is("/x/返回 1.xlsx") && is("返回.XLS") && is("a.csv"));
        assert!(
            !is("返回.结果.xlsx")
                && !is("~$返回.xlsx")
                && !is(".返回.xlsx")
                && !is("返回.xlsx.part")
                && !is("说明.docx")
        );
    }
}
