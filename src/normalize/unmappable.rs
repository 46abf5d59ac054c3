//! Why a submission could not be mapped: every field that failed, and never the value itself, because the
//! reason is shown in lists, logged and told to the far side.

use std::fmt;

use crate::settings::{Lang, Text};

/// One field that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failed {
    /// The key in `[fields]`; empty where the whole document is meant.
    pub field: &'static str,
    /// What the field is called on screens.
    pub field_zh: &'static str,
    /// The rule, in short: `codes = "type"`, `date`, …
    pub rule: String,
    /// Where in the document, as the rule's writer named it.
    pub place: String,
    /// What was found there and why it cannot be; quotes no value.
    pub reason: Text,
    /// What to do.
    pub remedy: Text,
}

/// Why a submission could not be mapped.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Unmappable {
    /// Every field that failed, in the order of `[fields]` in the mapping.
    pub failed: Vec<Failed>,
}

impl Unmappable {
    /// The reasons for a person, two lines each.
    pub fn shown(&self, lang: Lang) -> String {
        let mut out = String::new();
        for failed in &self.failed {
            let line = match lang {
                Lang::Zh => format!(
                    "{}{}:{}\n    → {}\n",
                    failed.head(lang),
                    failed.at(lang),
                    failed.reason.zh,
                    failed.remedy.zh
                ),
                Lang::En => format!(
                    "{}{}: {}\n    → {}\n",
                    failed.head(lang),
                    failed.at(lang),
                    failed.reason.en,
                    failed.remedy.en
                ),
            };
            out.push_str(&line);
        }
        out.truncate(out.trim_end().len());
        out
    }
}

impl Failed {
    fn head(&self, lang: Lang) -> String {
        match (self.field, lang) {
            ("", Lang::Zh) => "整件".into(),
            ("", Lang::En) => "the document".into(),
            (field, Lang::Zh) => format!("{}({field})", self.field_zh),
            (field, Lang::En) => field.into(),
        }
    }

    fn at(&self, lang: Lang) -> String {
        let rule = if self.rule.is_empty() { String::new() } else { format!(" [{}]", self.rule) };
        match (self.place.as_str(), lang) {
            ("", _) => rule,
            (place, Lang::Zh) => format!(" ← “{place}”{rule}"),
            (place, Lang::En) => format!(" from {place:?}{rule}"),
        }
    }
}

impl fmt::Display for Unmappable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the submission does not map")?;
        for (i, failed) in self.failed.iter().enumerate() {
            f.write_str(if i == 0 { ": " } else { "; " })?;
            write!(f, "{}{}: {}", failed.head(Lang::En), failed.at(Lang::En), failed.reason.en)?;
        }
        Ok(())
    }
}

/// What went wrong at one field, before it is put into words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Why {
    /// A list or an object where one value is needed.
    NotOne(&'static str),
    /// Nothing there, and the rule says `required`.
    Missing,
    /// A label that the page does not show, but one that is nearly the same.
    NoLabel { near: String },
    /// `after` or `find` does not occur in what is there, and the rule says `required`.
    NoMatch,
    /// Not in the code table.
    NotListed { table: String, allowed: String },
    /// No channel that is known.
    NotRouted { allowed: String },
    /// Nothing says by which channel it came.
    NoTag,
    /// No type, sex or yes-or-no that is known.
    NotAllowed { allowed: String },
    /// None of the formats fits.
    NotADate { formats: String },
    /// More levels than tickets carry.
    TooDeep(usize),
    /// No pair of numbers in degrees.
    NotAPoint,
    /// An entry of the attachments with neither link nor name.
    NotAFile(usize),
    /// Neither title nor text nor files.
    SaysNothing,
    /// The document is no object.
    NotAnObject(&'static str),
}

impl Why {
    pub(super) fn reason(&self) -> Text {
        match self {
            Self::NotOne(found) => {
                Text::new(format!("这里是{},需要单个值", kind_zh(found)), format!("found {found}, one value is needed"))
            }
            Self::Missing => Text::new("必填,但没有值", "nothing is there, and the rule says required"),
            Self::NoLabel { near } => Text::new(
                format!("页面上没有这个栏目名,有一个相近的“{near}”"),
                format!("the page has no such label, but the similar `{near}`"),
            ),
            Self::NoMatch => {
                Text::new("必填,但没找到要截取的内容", "the wanted part does not occur, and the rule says required")
            }
            Self::NotListed { table, .. } => Text::new(
                format!("代码不在对照表 [codes] {table} 里"),
                format!("the code is not listed in [codes] {table}"),
            ),
            Self::NotRouted { .. } => Text::new(
                "认不出是哪个渠道的:标记不在 [route.to] 里",
                "the channel cannot be told: the tag is not listed in [route.to]",
            ),
            Self::NoTag => Text::new("认不出是哪个渠道的:这里没有标记", "the channel cannot be told: there is no tag"),
            Self::NotAllowed { .. } => Text::new("不是认得的值", "the value is not one of those known"),
            Self::NotADate { .. } => Text::new("不是规定格式的时间", "the value is no time in the given format"),
            Self::TooDeep(levels) => Text::new(
                format!("类别有{levels}级,最多4级"),
                format!("the category has {levels} levels, at most 4 are allowed"),
            ),
            Self::NotAPoint => Text::new("不是合法的经纬度", "the value is no longitude and latitude in degrees"),
            Self::NotAFile(at) => Text::new(
                format!("第{}个附件既没有地址也没有名称", at + 1),
                format!("entry {} of the attachments has neither link nor name", at + 1),
            ),
            Self::SaysNothing => {
                Text::new("标题、正文、附件都没有", "there is neither title nor content nor attachment")
            }
            Self::NotAnObject(found) => Text::new(
                format!("来件是{},需要对象", kind_zh(found)),
                format!("the submission is {found}, an object is needed"),
            ),
        }
    }

    pub(super) fn remedy(&self) -> Text {
        match self {
            Self::NotOne(_) => Text::new(
                "把右边写到具体一项,例如 a.0 或 a.name",
                "name one item on the right-hand side, for example a.0 or a.name",
            ),
            Self::Missing | Self::NoMatch => Text::new(
                "请对方补齐后重推;可以没有的,去掉 required",
                "ask the source to fill it in and send again; if it may be missing, remove required",
            ),
            Self::NoLabel { near } => Text::new(
                format!("是不是 label = \"{near}\"?确实可以没有的,写 optional = true"),
                format!("did you mean label = \"{near}\"? if it may be missing, write optional = true"),
            ),
            Self::NotListed { table, allowed } => Text::new(
                format!("在 {table} 里补上这个代码(已列:{allowed}),或写 default"),
                format!("add the code to {table} (listed: {allowed}), or give a default"),
            ),
            Self::NotRouted { allowed } => Text::new(
                format!("在 [route.to] 里补上这个标记(已列:{allowed}),或写 other = \"…\" 算作已列的一个"),
                format!("add the tag to [route.to] (listed: {allowed}), or say by other = \"…\" what it counts as"),
            ),
            Self::NoTag => Text::new(
                "检查 [route] 的 from;确实可以没有的,写 other = \"…\" 算作已列的一个",
                "check where [route] looks; if it may be missing, say by other = \"…\" what it counts as",
            ),
            Self::NotAllowed { allowed } => Text::new(
                format!("可用:{allowed};对方用代码的,加 codes 对照表"),
                format!("allowed: {allowed}; if the source uses codes, add a codes table"),
            ),
            Self::NotADate { formats } => Text::new(
                format!("现有格式:{formats};在 date 里补上对方的格式"),
                format!("given: {formats}; add the source's format to date"),
            ),
            Self::TooDeep(_) => Text::new("检查 split 的分隔符", "check the separator in split"),
            Self::NotAPoint => Text::new("检查 lat、lng 或 order", "check lat and lng, or order"),
            Self::NotAFile(_) => Text::new("检查 attachments 的 name、url", "check name and url of attachments"),
            Self::SaysNothing => Text::new(
                "检查 title、content、attachments 右边的名称是否与来件一致",
                "check that the names on the right of title, content and attachments are those of the document",
            ),
            Self::NotAnObject(_) => Text::new("检查取件的 items 指向", "check where items points"),
        }
    }
}

fn kind_zh(found: &str) -> &'static str {
    match found {
        "a list" => "列表",
        "an object" => "对象",
        "a number" => "数字",
        "text" => "文字",
        "null" => "空",
        _ => "是/否",
    }
}
