//! `huiliu import --handled …`: letters that people copied into the core by hand, from the list that they kept.

use std::path::{Path, PathBuf};

use clap::Args;
use huiliu_sheet::{Column, Header, Limits, NotAnId, Row, Sheet, letters};
use serde_json::{Map, Value, json};

use super::output::{Failure, OK, Output, WRONG};
use super::site::Site;
use super::table::{Look, clean_text};
use crate::console::view::{BecameView, TextView};
use crate::console::{Problem, Request};
use crate::intake::HandledRow;
use crate::words::{HANDLED, say, word};

/// So many rows go in one request.
const ROWS_AT_ONCE: usize = 100;

/// The columns, by the names people give them; the first two are needed. A channel's own name of its id comes before.
const COLUMNS: [Column<'static>; 7] = [
    Column {
        name: "来源编号", aliases: &["编号", "信件编号", "来信编号", "来件编号", "上级编号", "原平台编号"]
    },
    Column { name: "热线工单号", aliases: &["工单编号", "工单号", "热线工单编号", "12345工单号"] },
    Column { name: "标题", aliases: &["主题", "来信标题", "诉求标题"] },
    Column { name: "姓名", aliases: &["诉求人", "来信人", "联系人"] },
    Column { name: "电话", aliases: &["联系电话", "手机", "手机号", "手机号码", "电话号码"] },
    Column { name: "日期", aliases: &["时间", "来信时间", "来信日期", "提交时间", "收到时间"] },
    Column { name: "状态", aliases: &["办理状态", "办理情况"] },
];
const NEEDED: [&[usize]; 2] = [&[0], &[1]];

/// Imports what was done before.
#[derive(Args, Debug)]
pub(super) struct Import {
    /// The list of letters that were copied into the core by hand (.xlsx, .xls or .csv), one a row.
    #[arg(long, value_name = "FILE")]
    handled: PathBuf,
    /// By which channel they came.
    #[arg(long)]
    channel: String,
    /// Only tells what would become of each row.
    #[arg(long)]
    dry_run: bool,
}

/// A row, and what became of it.
struct Line {
    sheet: String,
    row: u32,
    external_id: String,
    state: String,
    ticket: Option<String>,
    reason: Option<TextView>,
}

impl Import {
    pub(super) fn run(self, site: &Site) -> Result<Output, Failure> {
        let shown = self.handled.display().to_string();
        let limits = Limits::default();
        let bytes = std::fs::read(&self.handled)
            .map_err(|error| Failure::io(&format!("{shown} 打不开"), &format!("cannot read {shown}"), &error))?;
        let book = huiliu_sheet::read(&bytes, &limits)
            .map_err(|why| Problem::invalid(format!("{shown}:{}", why.zh), format!("{shown}: {}", why.en)))?;
        let own = own_id(site, &self.channel)?;
        let (mut lines, mut rows) = (Vec::new(), Vec::new());
        for sheet in book.sheets.iter().filter(|sheet| !sheet.hidden) {
            let Ok(header) = found(sheet, own.as_deref()) else { continue };
            twice(&self.handled, sheet, &header)?;
            for row in sheet.rows.iter().filter(|row| row.number > header.row) {
                let mut line = Line {
                    sheet: sheet.name.clone(),
                    row: row.number,
                    external_id: String::new(),
                    state: "unsent".into(),
                    ticket: None,
                    reason: None,
                };
                match read(sheet, &header, row) {
                    Ok(read) => {
                        line.external_id.clone_from(&read.external_id);
                        rows.push((lines.len(), read));
                    }
                    Err(reason) => (line.state, line.reason) = ("refused".into(), Some(reason)),
                }
                lines.push(line);
            }
        }
        if lines.is_empty() {
            return Err(no_header(&shown).into());
        }
        let failure = send(site, &self.channel, rows, &mut lines, self.dry_run).err();
        let unreached = lines.iter().all(|line| line.ticket.is_none());
        // Where nothing was reached, the reason is all there is to say.
        if let Some(Failure::Problem(problem)) = failure.as_ref().filter(|_| unreached) {
            return Err(problem.clone().into());
        }
        let clean = failure.is_none() && lines.iter().all(|line| !matches!(line.state.as_str(), "refused" | "unsent"));
        let json = json!({ "file": self.handled, "dry_run": self.dry_run, "rows": lines.iter().map(shown_json).collect::<Vec<_>>() });
        let mut text = report(&site.look, &lines, self.dry_run);
        if let Some(Failure::Problem(problem)) = &failure {
            text += &format!("\n{}", problem.in_lang(site.look.lang));
        }
        Ok(Output::new(json, text).status(if clean { OK } else { WRONG }))
    }
}

/// What the channel's own file calls the column of the id, where it says so.
fn own_id(site: &Site, channel: &str) -> Result<Option<String>, Failure> {
    let file = site.channel(channel)?;
    let Ok(settings) = &file.result else { return Ok(None) };
    let places = ["/sheet/id", "/poll/list/id", "/receive/id"];
    Ok(places.iter().find_map(|at| settings.options.pointer(at)?.as_str()).map(str::to_owned))
}

/// The row of heads; a column of the channel's own id is meant before any other.
fn found(sheet: &Sheet, own: Option<&str>) -> Result<Header, huiliu_sheet::NoHeader> {
    let mut columns = COLUMNS;
    let only = [Column { name: own.unwrap_or_default(), aliases: &[] }];
    if own.is_some()
        && let Some(first) = columns.first_mut()
    {
        *first = only[0];
        if let Ok(header) = huiliu_sheet::header(sheet, &columns, &NEEDED) {
            return Ok(header);
        }
    }
    huiliu_sheet::header(sheet, &COLUMNS, &NEEDED)
}

fn twice(file: &Path, sheet: &Sheet, header: &Header) -> Result<(), Failure> {
    let Some((place, name)) = header.twice.first() else { return Ok(()) };
    let (shown, at) = (file.display(), letters(*place));
    Err(Problem::invalid(
        format!("{shown}:工作表“{}”第 {} 行 {at} 列“{name}”和前面的栏重复;请删掉一个或改名", sheet.name, header.row),
        format!(
            "{shown}: sheet `{}` row {}: column {at} `{name}` is there twice; delete or rename one",
            sheet.name, header.row
        ),
    )
    .into())
}

fn no_header(shown: &str) -> Problem {
    Problem::invalid(
        format!("{shown}:没有找到登记的行;表头要有“来源编号”(或渠道自己的编号栏)和“热线工单号”两栏,下面一行一件"),
        format!(
            "{shown}: no row to register is found; the heads need 来源编号 (or the channel's own id) and 热线工单号"
        ),
    )
}

/// One row, or why it cannot be.
fn read(sheet: &Sheet, header: &Header, row: &Row) -> Result<HandledRow, TextView> {
    let place = |n: usize| header.at.get(n).copied().flatten();
    let id = |n: usize, zh: &str| -> Result<String, TextView> {
        let Some(at) = place(n) else { return Err(wrong(row, n, zh, "没有这一栏", "there is no such column")) };
        match row.cell(at).id() {
            Ok("") => Err(wrong(row, at, zh, "没有填", "is empty")),
            Ok(text) => Ok(text.to_owned()),
            Err(NotAnId::TooLong | NotAnId::Scientific) => Err(wrong(
                row,
                at,
                zh,
                "是数字格式,位数已丢;请把该列设为“文本”,重新填写",
                "is a number that lost digits; make the column text and type it again",
            )),
            Err(_) => Err(wrong(row, at, zh, "不是编号", "is no number by which something is called")),
        }
    };
    let (external_id, core_number) = (id(0, "来源编号")?, id(1, "热线工单号")?);
    let text = |n: usize| place(n).map(|at| row.cell(at).trimmed().to_owned()).filter(|text| !text.is_empty());
    let heads = sheet.rows.iter().find(|other| other.number == header.row);
    let mut whole = Map::new();
    for (at, head) in heads.iter().flat_map(|heads| heads.cells.iter().enumerate()) {
        let (head, told) = (head.trimmed(), row.cell(at).trimmed());
        if !head.is_empty() && !told.is_empty() {
            whole.insert(head.to_owned(), Value::String(told.to_owned()));
        }
    }
    Ok(HandledRow {
        external_id,
        core_number,
        row: whole,
        title: text(2),
        name: text(3),
        phone: text(4),
        at: text(5),
        status: text(6),
    })
}

/// A cell that cannot be read; its value is not quoted.
fn wrong(row: &Row, at: usize, head: &str, zh: &str, en: &str) -> TextView {
    let (n, column) = (row.number, letters(at));
    TextView {
        zh: format!("第 {n} 行 {column} 列“{head}”{zh}"), en: format!("row {n}, column {column} `{head}` {en}")
    }
}

/// Hands rows over, some at a time.
fn send(
    site: &Site,
    channel: &str,
    rows: Vec<(usize, HandledRow)>,
    lines: &mut [Line],
    dry: bool,
) -> Result<(), Failure> {
    let mut left = rows.into_iter().peekable();
    while left.peek().is_some() {
        let (places, batch): (Vec<_>, Vec<_>) = left.by_ref().take(ROWS_AT_ONCE).unzip();
        let request = Request::HandledImport { channel: channel.to_owned(), rows: batch, dry };
        let (_, became) = site.ask::<Vec<BecameView>>(request, None)?;
        for (place, became) in places.into_iter().zip(became) {
            if let Some(line) = lines.get_mut(place) {
                (line.state, line.ticket, line.reason) = (became.state, became.ticket, became.reason);
            }
        }
    }
    Ok(())
}

fn shown_json(line: &Line) -> Value {
    json!({
        "sheet": line.sheet, "row": line.row, "external_id": line.external_id, "state": line.state,
        "ticket": line.ticket, "reason": line.reason,
    })
}

fn report(look: &Look, lines: &[Line], dry: bool) -> String {
    let lang = look.lang;
    let told = |text: &TextView| clean_text(say(lang, &text.zh, &text.en));
    let rows = lines.iter().map(|line| {
        vec![
            line.row.to_string(),
            line.external_id.clone(),
            word(HANDLED, &line.state, lang).to_owned(),
            line.ticket.clone().unwrap_or_else(|| "-".into()),
            line.reason.as_ref().map(told).unwrap_or_default(),
        ]
    });
    let mut text = look.table(&["row", "external_id", "state", "number", "reason"], &[0, 3], rows.collect());
    let count = |state: &str| lines.iter().filter(|line| line.state == state).count();
    let counts = HANDLED.iter().map(|(state, ..)| (*state, count(state))).filter(|(_, n)| *n > 0);
    let counts: Vec<_> = counts.map(|(state, n)| format!("{} {n}", word(HANDLED, state, lang))).collect();
    text += &format!("\n{}", counts.join(say(lang, ",", ", ")));
    if dry {
        text += say(lang, "(试看,没有登记)", " (dry run, nothing was registered)");
    }
    text
}
