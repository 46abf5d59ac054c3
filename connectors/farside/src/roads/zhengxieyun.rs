//! 政协云: a clerk exports what members of the CPPCC suggest, as a workbook whose cells are merged where one member wrote
//! several, and carries the answers back.

use std::io;

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::sheets::{Form, Line, Sheets, written};
use super::{Asking, Matter};

/// The road.
pub type Zhengxieyun = Sheets<Export>;

/// How its export is written.
pub struct Export;

const HEADS: [&str; 12] = [
    "序号",
    "委员姓名",
    "联系电话",
    "界别",
    "编号",
    "类别",
    "建议标题",
    "建议内容",
    "地点",
    "提交时间",
    "办理期限",
    "备注",
];

/// The columns that are merged over the suggestions of one member.
const MERGED: std::ops::RangeInclusive<u16> = 1..=3;

impl Form for Export {
    const CHANNEL: &'static str = "zhengxieyun";
    const INBOX: &'static str = "收件/政协云";
    const OUTBOX: &'static str = "发件/政协云";

    fn number(serial: u64, matter: &Matter) -> String {
        format!("ZXY{}{serial:04}", written(matter.handed_at, "%Y%m%d"))
    }

    /// Members are answered or not; nothing is asked by sheet.
    fn act(_: &Asking) -> Option<(&'static str, &str)> {
        None
    }

    fn sheet(serial: u64, lines: &[Line]) -> io::Result<(String, Vec<u8>)> {
        let bytes = drawn(lines).map_err(io::Error::other)?;
        Ok((format!("政协云微建议导出({serial}).xlsx"), bytes))
    }
}

/// The member who wrote it: what is merged.
fn member(matter: &Matter) -> [&str; 3] {
    [&matter.name, &matter.phone, matter.org.as_deref().unwrap_or("无界别")]
}

fn sort(matter: &Matter) -> &str {
    if matter.sort == "建议" { "微建议" } else { &matter.sort }
}

fn drawn(lines: &[Line]) -> Result<Vec<u8>, XlsxError> {
    // The suggestions of one member stand together, in the order in which they came.
    let mut members: Vec<Vec<&Line>> = Vec::new();
    for line in lines {
        match members.iter_mut().find(|known| member(&known[0].matter) == member(&line.matter)) {
            Some(known) => known.push(line),
            None => members.push(vec![line]),
        }
    }
    let mut book = Workbook::new();
    let title = Format::new().set_bold().set_align(FormatAlign::Center);
    let sheet = book.add_worksheet();
    sheet.set_name("微建议")?;
    sheet.merge_range(0, 0, 0, 11, "衡东县政协委员微建议交办清单", &title)?;
    for (at, head) in (0..).zip(HEADS) {
        sheet.write_string_with_format(1, at, head, &title)?;
    }
    let mut row = 2;
    for suggestions in &members {
        let first = row;
        for line in suggestions {
            suggestion(sheet, row, line)?;
            row += 1;
        }
        let whole = Format::new().set_num_format("@").set_align(FormatAlign::VerticalCenter);
        for (at, said) in MERGED.zip(member(&suggestions[0].matter)) {
            match row - first {
                1 => sheet.write_string_with_format(first, at, said, &whole)?,
                _ => sheet.merge_range(first, at, row - 1, at, said, &whole)?,
            };
        }
    }
    sheet.write_string(row, 0, "合计")?;
    sheet.write_number(row, 1, lines.len() as f64)?;
    sheet.write_string(row + 1, 0, "填表人")?;
    book.save_to_buffer()
}

/// The cells of one suggestion that are its own.
fn suggestion(sheet: &mut Worksheet, row: u32, line: &Line) -> Result<(), XlsxError> {
    let matter = &line.matter;
    sheet.write_number(row, 0, f64::from(row - 1))?;
    let note = matter.parent_no.as_ref().map(|number| format!("省长信箱编号:{number}"));
    let texts = [
        (4, line.number.as_str()),
        (5, sort(matter)),
        (6, &matter.title),
        (7, &matter.content),
        (8, &matter.place),
        (9, &written(matter.submitted_at, "%Y-%m-%d %H:%M")),
        (11, note.as_deref().unwrap_or_default()),
    ];
    for (at, text) in texts {
        sheet.write_string(row, at, text)?;
    }
    if let Some(deadline) = matter.deadline {
        let day = ExcelDateTime::parse_from_str(&written(deadline, "%Y-%m-%d"))?;
        sheet.write_datetime_with_format(row, 10, &day, &Format::new().set_num_format("yyyy/m/d"))?;
    }
    Ok(())
}
