//! The second half of compiling a rule: what is made of a text, by what the field takes.

use jiff::tz::TimeZone;

use super::compile::Compiler;
use super::date::{BadPattern, Format};
use super::field::{Field, Shape};
use super::files::Files;
use super::keys::Keys;
use super::path::Path;
use super::rule::{Dates, Make};
use super::tables::{Cell, Legal};
use crate::settings::Text;
use crate::ticket::{Category, MatterType, Sex};

impl<'c> Compiler<'c, '_, '_> {
    /// What the rule makes of its text.
    pub(super) fn make(&mut self, field: Field, keys: &Keys<'c>) -> Option<Make> {
        let coded = keys.get("codes").is_some();
        Some(match field.shape {
            Shape::Text if coded => Make::Coded(self.codes.table(keys, &texts(), self.notes)?),
            Shape::Text => Make::Text,
            Shape::Type | Shape::Sex | Shape::Flag if coded => self.coded(field, keys)?,
            Shape::Type => Make::Type { legal: self.basis.legal_types() },
            Shape::Sex => Make::Sex,
            Shape::Flag => Make::Flag,
            Shape::Time => Make::Time(self.dates(keys)?.unwrap_or_else(|| self.iso())),
            Shape::Deadline => Make::Deadline(self.dates(keys)?),
            Shape::Path => {
                let default = keys.get("join").map(|_| "/".to_owned());
                let split = keys.text("split", self.notes).map(|(split, _)| split.to_owned()).or(default);
                let table = if coded { Some(self.codes.table(keys, &levels(), self.notes)?) } else { None };
                Make::Path { split, table }
            }
            Shape::Files => Make::Files(Files {
                split: keys.text("split", self.notes).map(|(split, _)| split.to_owned()),
                name: keys.path("name", self.notes).or_else(|| linked(keys, "name")),
                url: keys.path("url", self.notes).or_else(|| linked(keys, "url")),
                media_type: keys.path("media_type", self.notes),
                size: keys.path("size", self.notes),
            }),
            Shape::Point => self.point(keys)?,
            Shape::Instruction => {
                let by = keys.path("by", self.notes);
                let dates = self.dates(keys)?;
                let at = keys.path("at", self.notes).map(|path| (path, dates.unwrap_or_else(|| self.iso())));
                if at.is_none() && keys.get("date").is_some() {
                    self.together(keys, "at", "date");
                }
                Make::Instruction { by, at }
            }
        })
    }

    /// What a table makes of a code, for the fields that have a list of their own.
    fn coded(&mut self, field: Field, keys: &Keys<'c>) -> Option<Make> {
        Some(match field.shape {
            Shape::Type => {
                let legal = self.basis.legal_types();
                let of = |cell: Cell<'_>| match cell {
                    Cell::Text(text) if legal.iter().any(|known| known == text) => Some(MatterType(text.to_owned())),
                    _ => None,
                };
                let all = legal.join(" ");
                let allowed = Text::new(
                    format!("可用:{all};本地另有的类型先加进网关设置"),
                    format!("allowed: {all}; types of the site's own go into the gateway's settings first"),
                );
                Make::CodedType(self.codes.table(keys, &Legal { of: &of, allowed }, self.notes)?)
            }
            Shape::Sex => {
                let of = |cell: Cell<'_>| match cell {
                    Cell::Text(text) => Sex::from_word(text),
                    Cell::Flag(_) => None,
                };
                let all = Sex::WORDS.join(" ");
                let allowed = Text::new(format!("可用:{all}"), format!("allowed: {all}"));
                Make::CodedSex(self.codes.table(keys, &Legal { of: &of, allowed }, self.notes)?)
            }
            Shape::Flag => {
                let of = |cell: Cell<'_>| match cell {
                    Cell::Flag(flag) => Some(flag),
                    Cell::Text(_) => None,
                };
                let allowed = Text::new("右边写 true 或 false,不加引号", "write true or false without quotes");
                Make::CodedFlag(self.codes.table(keys, &Legal { of: &of, allowed }, self.notes)?)
            }
            _ => return None,
        })
    }

    fn iso(&self) -> Dates {
        Dates { formats: vec![Format::Iso], zone: self.basis.zone.clone() }
    }

    /// The formats under `date`; `Some(None)` if there are none, `None` after a mistake.
    #[expect(clippy::option_option, reason = "no formats and wrong formats are two things")]
    fn dates(&mut self, keys: &Keys<'_>) -> Option<Option<Dates>> {
        let zone = match keys.text("zone", self.notes) {
            None => Some(self.basis.zone.clone()),
            Some((name, span)) => {
                let zone = TimeZone::get(name).ok();
                if zone.is_none() {
                    let problem = Text::new(format!("没有时区 {name}"), format!("there is no time zone {name}"));
                    let remedy = Text::new("例如 Asia/Shanghai", "for example Asia/Shanghai");
                    self.notes.say(span, &keys.full("zone"), problem, remedy);
                }
                zone
            }
        };
        if keys.get("date").is_none() {
            if keys.get("zone").is_some() {
                self.together(keys, "date", "zone");
            }
            return Some(None);
        }
        let mut formats = Vec::new();
        for (text, span) in keys.texts("date", self.notes)? {
            match Format::parse(text) {
                Ok(format) => formats.push(format),
                Err(bad) => self.notes.say(span, &keys.full("date"), bad_pattern(&bad), pattern_help()),
            }
        }
        Some(Some(Dates { formats, zone: zone? }))
    }

    fn point(&mut self, keys: &Keys<'_>) -> Option<Make> {
        let split = keys.text("split", self.notes).map_or(",", |(split, _)| split).to_owned();
        let pair = keys.get("lat").is_some();
        match keys.text("order", self.notes) {
            Some(("lat_lng", _)) if !pair => Some(Make::Point { split, lat_first: true }),
            Some(("lng_lat", _)) if !pair => Some(Make::Point { split, lat_first: false }),
            None if pair => Some(Make::Point { split, lat_first: true }),
            found => {
                let span = found.map_or_else(|| keys.span.clone(), |(_, span)| span);
                let problem = Text::new("坐标先写经度还是纬度没说清", "it is not said which coordinate comes first");
                let remedy = Text::new(
                    "写 order = \"lng_lat\" 或 \"lat_lng\";分两个字段的写 lat 和 lng,不写 order",
                    "write order = \"lng_lat\" or \"lat_lng\"; for two fields write lat and lng without order",
                );
                self.notes.say(span, &keys.full("order"), problem, remedy);
                None
            }
        }
    }
}

/// Links of a page are told by the connector, always under these names.
fn linked(keys: &Keys<'_>, name: &str) -> Option<Path> {
    keys.get("links_under").map(|_| Path::label(name))
}

fn texts() -> Legal<'static, String> {
    let of: &'static dyn Fn(Cell<'_>) -> Option<String> = &|cell| match cell {
        Cell::Text(text) if !text.trim().is_empty() => Some(text.to_owned()),
        _ => None,
    };
    Legal { of, allowed: Text::new("右边写文字", "the right-hand side must be text") }
}

fn levels() -> Legal<'static, Vec<String>> {
    let of: &'static dyn Fn(Cell<'_>) -> Option<Vec<String>> = &|cell| match cell {
        Cell::Text(text) => {
            let levels: Vec<String> = text.split('/').map(|level| level.trim().to_owned()).collect();
            ((1..=Category::LEVELS).contains(&levels.len()) && levels.iter().all(|level| !level.is_empty()))
                .then_some(levels)
        }
        Cell::Flag(_) => None,
    };
    Legal {
        of, allowed: Text::new("右边写类别,1到4级,用 / 隔开", "write a category of 1 to 4 levels, divided by /")
    }
}

fn bad_pattern(bad: &BadPattern) -> Text {
    match bad {
        BadPattern::Letters(letters) => {
            Text::new(format!("时间格式里不认得 {letters}"), format!("{letters} means nothing in a date pattern"))
        }
        BadPattern::NoDay => Text::new("时间格式里没有完整的年月日", "a date pattern needs year, month and day"),
        BadPattern::Twice(c) => {
            Text::new(format!("时间格式里 {c} 出现了两次"), format!("{c} stands twice in the date pattern"))
        }
    }
}

fn pattern_help() -> Text {
    Text::new(
        "年 yyyy 月 MM 日 dd 时 HH 分 mm 秒 ss(注意大小写),或 iso、unix、unix_ms、excel(表格里的日期数)、zh(2025年3月1日)",
        "yyyy MM dd HH mm ss (mind the case), or iso, unix, unix_ms, excel (a sheet's day number), zh (2025年3月1日)",
    )
}
