//! One row of a sheet, read: an outcome of a ticket, or everything that is wrong with it. Pure.

use huiliu_contract::{Outcome, OutcomeKind, Unit, UnitRole};
use huiliu_kit::stamp::Stamp;
use huiliu_sheet::{Cell, Header, NotAnId, Row, Sort, letters};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::columns::{SOLVED, kind};
use super::{Entry, Field};
use crate::settings::Text;
use crate::ticket::mask_text;

/// What a row holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Filled {
    /// Nothing but the ticket's number: nobody filled it in yet.
    Not,
    /// An outcome.
    Told(Box<Entry>),
}

/// Something wrong in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// The column as people see it: its letters and its name.
    pub column: String,
    /// What was found, cut short, numbers of persons masked; empty where there is nothing.
    pub found: String,
    /// What is wrong, what is allowed, and what helps.
    pub problem: Text,
}

/// Characters of a cell that are told again.
const TOLD: usize = 30;

/// The most days that may be asked for.
const MOST_DAYS: u32 = 9999;

/// The longest number by which something is called, in bytes.
const LONGEST_NUMBER: usize = 200;

/// Reads a row; times without a zone are meant in `zone`.
///
/// # Errors
///
/// Everything that is wrong with it, at once.
pub fn read(row: &Row, header: &Header, zone: &TimeZone) -> Result<Filled, Vec<Wrong>> {
    let mut reader = Reader { row, header, wrong: Vec::new() };
    if reader.is_unfilled() {
        return Ok(Filled::Not);
    }
    let (number, core_number) = (reader.id(Field::Number), reader.id(Field::CoreNumber));
    if number.is_none() && core_number.is_none() && reader.wrong.is_empty() {
        let place = if header.at.first().copied().flatten().is_some() { Field::Number } else { Field::CoreNumber };
        reader.tell(place, "汇流编号和热线工单号都没有填;填一个", "neither 汇流编号 nor 热线工单号 is given; give one");
    }
    let id = reader.id(Field::Id);
    let (kind, at, days, solved) = (reader.kind(), reader.at(zone), reader.days(), reader.solved());
    let mut units = reader.units(Field::Lead, UnitRole::Lead);
    units.extend(reader.units(Field::Assisting, UnitRole::Assisting));
    let way = reader.text(Field::Way);
    let (public_reply, internal_note) = (reader.text(Field::PublicReply), reader.text(Field::InternalNote));
    let (reason, satisfaction, into) = (reader.text(Field::Reason), reader.text(Field::Satisfaction), reader.target());
    match (kind, at) {
        (Some(kind), Some(at)) if reader.wrong.is_empty() => {
            let outcome =
                Outcome { kind, at, units, way, public_reply, internal_note, reason, days, solved, into, satisfaction };
            Ok(Filled::Told(Box::new(Entry { id, number, core_number, outcome })))
        }
        _ => Err(reader.wrong),
    }
}

struct Reader<'a> {
    row: &'a Row,
    header: &'a Header,
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
    fn place(&self, field: Field) -> Option<usize> {
        let n = Field::all().position(|one| one == field)?;
        self.header.at.get(n).copied().flatten()
    }

    fn cell(&self, field: Field) -> &Cell {
        self.place(field).map_or(Cell::EMPTY, |place| self.row.cell(place))
    }

    fn tell(&mut self, field: Field, zh: impl Into<String>, en: impl Into<String>) {
        let letters = self.place(field).map(letters).unwrap_or_default();
        let cell = self.cell(field).trimmed();
        let mut found: String = cell.chars().take(TOLD).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if cell.chars().nth(TOLD).is_some() {
            found.push('…');
        }
        let column = format!("{letters} {}", field.name()).trim_start().to_owned();
        self.wrong.push(Wrong { column, found: mask_text(&found), problem: Text::new(zh, en) });
    }

    fn is_unfilled(&self) -> bool {
        let numbers = [Field::Number, Field::CoreNumber, Field::Id];
        Field::all().filter(|field| !numbers.contains(field)).all(|field| self.cell(field).trimmed().is_empty())
    }

    /// A text as it stands there; what is an error of the sheet is told.
    fn text(&mut self, field: Field) -> Option<String> {
        let cell = self.cell(field);
        let text = cell.trimmed().to_owned();
        if cell.sort == Sort::Error {
            self.tell(field, "这一格是公式出的错;改成文字", "the cell holds an error of a formula; write text");
            return None;
        }
        (!text.is_empty()).then_some(text)
    }

    fn id(&mut self, field: Field) -> Option<String> {
        match self.cell(field).id().map(str::to_owned) {
            Ok(text) if text.is_empty() => None,
            Ok(text) if text.len() > LONGEST_NUMBER => {
                self.tell(field, "编号太长,最多200字节", "a number has at most 200 bytes");
                None
            }
            Ok(text) => Some(text),
            Err(why) => {
                let zh = match why {
                    NotAnId::TooLong => "16位以上的数字存成了数值,末几位已经不对",
                    NotAnId::Scientific => "编号成了科学计数法,后面的数字已经没了",
                    NotAnId::Fraction => "编号不能带小数",
                    NotAnId::OtherSort => "这不是编号(是日期、逻辑值或公式出的错)",
                };
                self.tell(
                    field,
                    format!("{zh};请把该列设为“文本”,重填后重新导入"),
                    format!("{why}; format the column as text, type it anew and import again"),
                );
                None
            }
        }
    }

    /// One of the words of a closed column.
    fn unlisted(&mut self, field: Field) {
        let words = field.words().map(|(words, _)| words.join("、")).unwrap_or_default();
        match self.cell(field).trimmed().is_empty() {
            true => self.tell(field, format!("没有填;可以填:{words}"), format!("nothing is given; allowed: {words}")),
            false => self.tell(field, format!("没有这个选项;可以填:{words}"), format!("not allowed; allowed: {words}")),
        }
    }

    fn kind(&mut self) -> Option<OutcomeKind> {
        let found = kind(&huiliu_sheet::plain(&self.cell(Field::Kind).text));
        if found.is_none() {
            self.unlisted(Field::Kind);
        }
        found
    }

    fn solved(&mut self) -> Option<String> {
        let text = huiliu_sheet::plain(&self.text(Field::Solved)?);
        let found = SOLVED.iter().find(|(word, others)| *word == text || others.contains(&text.as_str()));
        if found.is_none() {
            self.unlisted(Field::Solved);
        }
        found.map(|(word, _)| (*word).to_owned())
    }

    fn at(&mut self, zone: &TimeZone) -> Option<Timestamp> {
        let cell = self.cell(Field::At);
        let found = matches!(cell.sort, Sort::Text | Sort::Date).then(|| moment(cell.trimmed(), zone)).flatten();
        if found.is_none() {
            self.tell(
                Field::At,
                "不是能看懂的时间;写成 2026-12-03 09:30 这样",
                "not a time; write it like 2026-12-03 09:30",
            );
        }
        found
    }

    fn days(&mut self) -> Option<u32> {
        let text = self.text(Field::Days)?;
        let digits = text.trim_end_matches(['天', '日']).trim();
        let days = digits.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
        if days.is_none() {
            self.tell(
                Field::Days,
                format!("不是天数;写 1 到 {MOST_DAYS} 的整数"),
                format!("write a whole number, 1 to {MOST_DAYS}"),
            );
        }
        days
    }

    fn units(&mut self, field: Field, role: UnitRole) -> Vec<Unit> {
        let Some(text) = self.text(field) else { return Vec::new() };
        names(&text).map(|name| Unit { name: name.to_owned(), role }).collect()
    }

    /// A number as well as a name may stand there: digits that are lost are told.
    fn target(&mut self) -> Option<String> {
        match self.cell(Field::Into).sort {
            Sort::Number => self.id(Field::Into),
            _ => self.text(Field::Into),
        }
    }
}

/// The names in a text that holds several.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(['、', ',', '\u{ff0c}', ';', '\u{ff1b}', '\n']).map(str::trim).filter(|name| !name.is_empty())
}

/// A time as people write it; a day alone is its beginning.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    const FORMS: [&str; 3] = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd"];
    let text: String = text
        .chars()
        .map(|c| match c {
            '年' | '月' | '/' | '.' => '-',
            '日' | '号' | 'T' => ' ',
            '\u{ff1a}' | '时' | '点' => ':',
            '分' => ' ',
            '\u{ff10}'..='\u{ff19}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => c,
        })
        .collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = serde_json::Value::String(text.trim_end_matches(':').to_owned());
    FORMS.iter().filter_map(|form| Stamp::parse(form).ok()).find_map(|form| form.read(&text, zone))
}

#[cfg(test)]
mod tests {
    use huiliu_sheet::{Column, Sheet, header};

    use super::super::{COLUMNS, NEEDED};
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn row(cells: Vec<Cell>) -> Result<Filled, Vec<Wrong>> {
        let names = COLUMNS.iter().map(|column: &Column<'_>| Cell::text(column.name)).collect();
        let sheet = Sheet { rows: vec![Row { number: 1, cells: names }], ..Sheet::default() };
        let header = header(&sheet, &COLUMNS, &NEEDED).unwrap();
        read(&Row { number: 2, cells }, &header, &zone())
    }

    fn texts(cells: &[&str]) -> Vec<Cell> {
        cells.iter().map(|text| Cell::text(*text)).collect()
    }

    #[test]
    fn a_full_row_is_an_outcome() {
        let Ok(Filled::Told(entry)) = row(texts(&[
            "261122-00017",
            "",
            "申请延期",
            "2026/12/3 9:30",
            "县住建局",
            "城管局\u{ff0c}供电公司",
            "转办",
            "答复",
            "备注",
            "雨",
            "5天",
            "是",
            "还凑合",
            "市供水公司",
            "FK1",
        ])) else {
            panic!("a row that is right")
        };
        assert_eq!((entry.number.as_deref(), entry.id.as_deref()), (Some("261122-00017"), Some("FK1")));
        let outcome = entry.outcome;
        assert_eq!(outcome.at.to_string(), "2026-12-03T01:30:00Z");
        assert_eq!(
            (outcome.kind, outcome.days, outcome.solved.as_deref()),
            (OutcomeKind::Extended, Some(5), Some("解决"))
        );
        let units: Vec<_> = outcome.units.iter().map(|unit| (unit.name.as_str(), unit.role)).collect();
        let assisting = UnitRole::Assisting;
        assert_eq!(units, [("县住建局", UnitRole::Lead), ("城管局", assisting), ("供电公司", assisting)]);
        assert_eq!(outcome.satisfaction.as_deref(), Some("还凑合"));
    }

    #[test]
    fn a_row_with_a_number_alone_is_not_filled_in_yet() {
        assert_eq!(row(texts(&["261122-00017", "HD1", " "])), Ok(Filled::Not));
    }

    #[test]
    fn everything_wrong_is_told_at_once_with_its_place() {
        let mut cells = texts(&["", "", "办节", "昨天", "", "", "", "", "", "", "几天", "也许"]);
        cells[1] = Cell::number(430_424_202_611_270_001.0);
        let wrong = row(cells).unwrap_err();
        let told: Vec<_> = wrong.iter().map(|wrong| (wrong.column.as_str(), wrong.problem.zh.as_str())).collect();
        assert_eq!(told.len(), 5, "{told:?}");
        assert!(told[0].0 == "B 热线工单号" && told[0].1.contains("请把该列设为“文本”"), "{told:?}");
        assert!(told[1].0 == "C 办理反馈" && told[1].1.contains("签收、"), "{told:?}");
        assert_eq!(wrong[1].found, "办节");
        let nothing = row(texts(&["", "", "", "2026-12-03"])).unwrap_err();
        assert_eq!(nothing.len(), 2, "{nothing:?}");
        assert!(nothing[0].problem.zh.contains("都没有填"));
    }

    #[test]
    fn what_is_told_again_holds_no_telephone_number() {
        let wrong = row(texts(&["1", "", "请致电13812345678,谢谢", "2026-12-03"])).unwrap_err();
        assert!(!wrong[0].found.contains("13812345678"), "{wrong:?}");
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for text in
            ["2026-12-03 09:30:00", "2026/12/3 9:30", "2026年12月3日 9时30分", "2026.12.03 09:30", "2026-12-03T09:30"]
        {
            assert_eq!(moment(text, &zone()).unwrap().to_string(), "2026-12-03T01:30:00Z", "{text}");
        }
        assert_eq!(moment("2026年12月3日", &zone()).unwrap().to_string(), "2026-12-02T16:00:00Z");
        for text in ["", "12:00:00", "2026-13-01", "45994", "明天"] {
            assert_eq!(moment(text, &zone()), None, "{text}");
        }
    }
}
