//! The yearly files of holidays (`holidays-2026.toml`): which the State Council's notices name, so that working
//! days can be counted. What they mean for a count is the business of `workdays`.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::document::{Document, typed};
use super::walk::Check;
use super::{Day, Gateway, Mistake, Text, reading, schema};
use crate::workdays::{Calendar, Place, Span, Wrong, WrongDay, Year};

/// One year, as it is written down from the notice.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidayFile {
    /// The number of the notice.
    #[serde(default)]
    #[schemars(extend("x-zh" = "通知的文号"))]
    pub notice: Option<String>,
    /// The holidays, each from its first to its last day.
    #[schemars(extend("x-zh" = "放假的日子,一个节一行"))]
    pub holidays: Vec<Holiday>,
    /// The Saturdays and Sundays that are worked instead.
    #[serde(default)]
    #[schemars(extend("x-zh" = "调休上班的周六、周日"))]
    pub makeup: Vec<Day>,
}

/// Days off in a row.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// What is celebrated.
    #[schemars(extend("x-zh" = "节日"))]
    pub name: String,
    /// The first day.
    #[schemars(extend("x-zh" = "第一天"))]
    pub from: Day,
    /// The last day, the first one if it is not said.
    #[serde(default)]
    #[schemars(extend("x-zh" = "最后一天,只放一天可以不写"))]
    pub to: Option<Day>,
}

/// Reads every `holidays-YYYY.toml` of a configuration folder.
pub(super) fn load(dir: &Path) -> Result<Calendar, Vec<Mistake>> {
    let listed = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = listed.filter(|path| stem(path).is_some()).collect();
    files.sort();
    let check = Check::new(schema::of::<HolidayFile>());
    let (mut years, mut mistakes) = (Vec::new(), Vec::new());
    for path in files {
        match year_of(&path, &check) {
            Ok(year) => years.push(year),
            Err(found) => mistakes.extend(found),
        }
    }
    if mistakes.is_empty() { Ok(Calendar::new(years)) } else { Err(mistakes) }
}

/// What stands between `holidays-` and `.toml`.
fn stem(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.strip_prefix("holidays-")?.strip_suffix(".toml")
}

fn year_of(path: &Path, check: &Check) -> Result<Year, Vec<Mistake>> {
    let written = stem(path).unwrap_or_default();
    let Some(year) = written.parse().ok().filter(|year| written.len() == 4 && (2000..=2099).contains(year)) else {
        let text =
            Text::new(format!("文件名里的“{written}”不是年份"), format!("`{written}` in the file's name is no year"));
        let remedy = Text::new("改名成 holidays-2026.toml 这样", "name it as in holidays-2026.toml");
        return Err(vec![Mistake::whole(path, text).remedy(remedy)]);
    };
    let document = Document::parse(reading::read(path)?)?;
    let mistakes = check.whole(document.value(), &document);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let file: HolidayFile =
        typed(document.value(), "").map_err(|(key, problem)| vec![document.mistake(&key, problem)])?;
    let spans: Vec<Span> = file
        .holidays
        .iter()
        .map(|holiday| Span { from: holiday.from.0, to: holiday.to.unwrap_or(holiday.from).0 })
        .collect();
    let makeup: Vec<_> = file.makeup.iter().map(|day| day.0).collect();
    Year::new(year, &spans, &makeup)
        .map_err(|wrong| wrong.iter().map(|wrong| mistake(&document, &file, year, wrong)).collect())
}

fn mistake(document: &Document, file: &HolidayFile, year: i16, wrong: &Wrong) -> Mistake {
    let key = match wrong.place {
        Place::Makeup(n) => format!("makeup.{n}"),
        Place::Holiday(n) => {
            let from = file.holidays.get(n).is_some_and(|holiday| holiday.from.0 == wrong.date);
            let to = file.holidays.get(n).and_then(|holiday| holiday.to).is_some_and(|to| to.0 == wrong.date);
            match (from, to) {
                (true, _) => format!("holidays.{n}.from"),
                (_, true) => format!("holidays.{n}.to"),
                _ => format!("holidays.{n}"),
            }
        }
    };
    let date = wrong.date;
    let (problem, remedy) = match wrong.what {
        WrongDay::OtherYear => (
            Text::new(format!("{date} 不在 {year} 年"), format!("{date} does not lie in {year}")),
            Text::new(
                format!("改正日期;确是 {0} 年的,写到 holidays-{0}.toml", date.year()),
                format!("mend the day, or write it to holidays-{}.toml", date.year()),
            ),
        ),
        WrongDay::Backwards => (
            Text::new(format!("最后一天 {date} 早于第一天"), format!("the last day, {date}, lies before the first")),
            Text::new("from 写第一天,to 写最后一天", "`from` is the first day, `to` the last"),
        ),
        WrongDay::Twice => (
            Text::new(format!("{date} 写了两遍"), format!("{date} stands twice")),
            Text::new("一天只写一次", "write each day once"),
        ),
        WrongDay::AlsoHoliday => (
            Text::new(format!("{date} 既写了放假又写了上班"), format!("{date} is both a holiday and a make-up day")),
            Text::new("对照通知,两处去掉一处", "look it up in the notice and take one of them out"),
        ),
        WrongDay::NoWeekend => (
            Text::new(
                format!("{date} 不是周六、周日,本来就上班"),
                format!("{date} is no Saturday or Sunday: it is worked anyway"),
            ),
            Text::new(
                "对照通知改正;这里只写调休上班的周六、周日",
                "look it up in the notice; only worked Saturdays and Sundays stand here",
            ),
        ),
    };
    document.mistake(&key, problem).remedy(remedy)
}

impl Gateway {
    /// The years whose file is missing: the running year, and from 1 December on the next one.
    pub fn missing_years(&self, now: Timestamp) -> Vec<i16> {
        let today = now.to_zoned(self.settings.zone.0.clone()).date();
        let next = (today.month() == 12).then(|| today.year() + 1);
        std::iter::once(today.year()).chain(next).filter(|year| !self.calendar.knows(*year)).collect()
    }

    /// What people must be told about years whose file is missing: the running year, and from 1 December on the
    /// next one. Names the file to make.
    pub fn missing_holidays(&self, now: Timestamp) -> Vec<Text> {
        self.missing_years(now)
            .into_iter()
            .map(|year| {
                let file = self.dir.join(format!("holidays-{year}.toml"));
                let file = file.display();
                Text::new(
                    format!(
                        "缺少 {year} 年的节假日文件:工作日时限只按周一至周五算,法定节假日和调休都没算进去。\
                         请照国务院办公厅通知做一个 {file}(样子见随程序带的 holidays-2026.toml)"
                    ),
                    format!(
                        "the holidays of {year} are missing: working days are counted Monday to Friday, without holidays \
                         and make-up days. Make {file} from the State Council's notice (as in the shipped \
                         holidays-2026.toml)"
                    ),
                )
            })
            .collect()
    }
}
