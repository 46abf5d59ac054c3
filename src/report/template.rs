//! The files that say how a report reads: plain lines with named places in braces.
//!
//! A line is a paragraph. `#` begins a remark; `标题:` and `小标题:` begin headings, `表:` names a table, and a line `说明` is
//! where it is said what was counted how. A name in braces that nobody knows is a mistake with its line.

use std::path::{Path, PathBuf};

/// What the program has in it, word for word what lies in `config/report`.
const BUILT_IN: [(&str, &str); 2] = [
    ("季度专报", include_str!("../../config/report/季度专报.txt")),
    ("月度通报", include_str!("../../config/report/月度通报.txt")),
];

/// The template of a quarter, a year, or free days.
pub const QUARTERLY: &str = "季度专报";
/// The template of a month.
pub const MONTHLY: &str = "月度通报";

/// A place in a line that is filled in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The house.
    House,
    /// The period.
    Span,
    /// The period before.
    Before,
    /// How many were accepted.
    Accepted,
    /// How many were concluded.
    Closed,
    /// How many were not.
    Open,
    /// The rate of those concluded.
    Rate,
    /// The channels of the preamble, in parentheses.
    Preamble,
    /// The itemised list, behind a comma.
    Items,
    /// How many tickets.
    Tickets,
    /// The types with their shares.
    Kinds,
    /// The five largest categories with their shares.
    Categories,
    /// The same, compared with the period before.
    Changes,
}

impl Place {
    const ALL: [(&'static str, Self); 13] = [
        ("单位", Self::House),
        ("时段", Self::Span),
        ("上期", Self::Before),
        ("受理", Self::Accepted),
        ("办结", Self::Closed),
        ("未办结", Self::Open),
        ("办结率", Self::Rate),
        ("含渠道", Self::Preamble),
        ("其中", Self::Items),
        ("工单", Self::Tickets),
        ("类型占比", Self::Kinds),
        ("类别前五", Self::Categories),
        ("类别环比", Self::Changes),
    ];
}

/// A table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TableOf {
    /// Channels.
    Channels,
    /// Units.
    Units,
    /// Types.
    Kinds,
    /// Categories.
    Categories,
}

impl TableOf {
    const ALL: [(&'static str, Self); 4] = [
        ("分渠道", Self::Channels),
        ("承办单位", Self::Units),
        ("诉求类型", Self::Kinds),
        ("诉求类别", Self::Categories),
    ];
}

/// Text, or a place in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Bit {
    /// Text as it stands there.
    Plain(String),
    /// What is filled in.
    Place(Place),
}

/// A line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// What stands at the top.
    Title(Vec<Bit>),
    /// A heading.
    Heading(Vec<Bit>),
    /// A paragraph.
    Text(Vec<Bit>),
    /// A table.
    Table(TableOf),
    /// What was counted how.
    Notes,
}

/// A template, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    /// What it is called.
    pub name: String,
    /// Its lines.
    pub pieces: Vec<Piece>,
}

/// Why a template cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{en}")]
pub struct BadTemplate {
    /// In Chinese, with the line and what is allowed.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// The text of a template that the program has in it.
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

impl Template {
    /// Reads a template; `file` is named in what is wrong.
    ///
    /// # Errors
    ///
    /// If a name in braces, or of a table, is not known, or a brace is not closed: with its line.
    pub fn read(name: &str, file: &str, text: &str) -> Result<Self, BadTemplate> {
        let mut pieces = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim_start_matches('\u{feff}').trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let piece = piece(line).map_err(|wrong| wrong.at(file, at + 1))?;
            pieces.push(piece);
        }
        Ok(Self { name: name.into(), pieces })
    }
}

/// Everything that is wrong in the templates of a folder, file by file; a folder that is not there has none.
pub fn wrong_templates(folder: &Path) -> Vec<BadTemplate> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "txt")).collect();
    files.sort();
    let wrong = |path: PathBuf| {
        let shown = path.display().to_string();
        match std::fs::read_to_string(&path) {
            Ok(text) => Template::read("", &shown, &text).err(),
            Err(why) => Some(BadTemplate {
                zh: format!("{shown} 读不出来:{why}"),
                en: format!("cannot read {shown}: {why}"),
            }),
        }
    };
    files.into_iter().filter_map(wrong).collect()
}

fn piece(line: &str) -> Result<Piece, Wrong> {
    let behind = |head: &str| line.strip_prefix(head)?.strip_prefix([':', '\u{ff1a}']).map(str::trim);
    if line == "说明" {
        return Ok(Piece::Notes);
    }
    if let Some(name) = behind("表") {
        return known(&TableOf::ALL, name).map(Piece::Table).ok_or_else(|| Wrong::table(name));
    }
    if let Some(rest) = behind("标题") {
        return bits(rest).map(Piece::Title);
    }
    match behind("小标题") {
        Some(rest) => bits(rest).map(Piece::Heading),
        None => bits(line).map(Piece::Text),
    }
}

fn bits(line: &str) -> Result<Vec<Bit>, Wrong> {
    let (mut bits, mut rest) = (Vec::new(), line);
    while let Some((plain, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').ok_or_else(|| Wrong::open(behind))?;
        let place = known(&Place::ALL, name.trim()).ok_or_else(|| Wrong::place(name.trim()))?;
        if !plain.is_empty() {
            bits.push(Bit::Plain(plain.into()));
        }
        bits.push(Bit::Place(place));
        rest = after;
    }
    if !rest.is_empty() {
        bits.push(Bit::Plain(rest.into()));
    }
    Ok(bits)
}

fn known<T: Copy>(all: &[(&'static str, T)], name: &str) -> Option<T> {
    all.iter().find(|(known, _)| *known == name).map(|(_, one)| *one)
}

/// What is wrong in a line.
struct Wrong {
    zh: String,
    en: String,
}

impl Wrong {
    fn place(name: &str) -> Self {
        Self::unknown("{", name, "}", Place::ALL.map(|(known, _)| known).as_slice())
    }

    fn table(name: &str) -> Self {
        Self::unknown("表:", name, "", TableOf::ALL.map(|(known, _)| known).as_slice())
    }

    fn unknown(before: &str, name: &str, behind: &str, all: &[&str]) -> Self {
        let near = all.iter().min_by_key(|known| strsim::damerau_levenshtein(known, name)).copied().unwrap_or_default();
        let all = all.join("、");
        Self {
            zh: format!("没有“{before}{name}{behind}”,是不是“{before}{near}{behind}”?可用的:{all}"),
            en: format!("there is no `{before}{name}{behind}`; did you mean `{before}{near}{behind}`? Known: {all}"),
        }
    }

    fn open(behind: &str) -> Self {
        let start: String = behind.chars().take(10).collect();
        Self {
            zh: format!("“{{{start}”少了右边的花括号"),
            en: format!("the brace before `{start}` is not closed; write `}}` behind the name"),
        }
    }

    fn at(self, file: &str, line: usize) -> BadTemplate {
        BadTemplate { zh: format!("{file} 第{line}行:{}", self.zh), en: format!("{file}:{line}: {}", self.en) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_has_in_it_can_be_read() {
        for (name, text) in BUILT_IN {
            let template = Template::read(name, "built-in", text).unwrap();
            assert!(
                matches!(template.pieces.first(), Some(Piece::Title(_))) && template.pieces.contains(&Piece::Notes)
            );
        }
        assert_eq!(built_in("周报"), None);
    }

    #[test]
    fn lines_are_what_they_begin_with() {
        let text = "\u{feff}# 说明行\n标题:{单位}\n\n小标题: 一、受理\n表:分渠道\n 共{ 受理 }件{其中}。\n说明\n";
        let template = Template::read("x", "x.txt", text).unwrap();
        let place = |place| Bit::Place(place);
        assert_eq!(
            template.pieces,
            [
                Piece::Title(vec![place(Place::House)]),
                Piece::Heading(vec![Bit::Plain("一、受理".into())]),
                Piece::Table(TableOf::Channels),
                Piece::Text(vec![
                    Bit::Plain("共".into()),
                    place(Place::Accepted),
                    Bit::Plain("件".into()),
                    place(Place::Items),
                    Bit::Plain("。".into()),
                ]),
                Piece::Notes,
            ]
        );
    }

    #[test]
    fn a_mistake_names_its_line_and_what_was_meant() {
        let wrong = |text: &str| Template::read("x", "config/report/x.txt", text).unwrap_err();
        let place = wrong("标题:x\n\n共{受里}件");
        assert!(
            place.zh.starts_with("config/report/x.txt 第3行:没有“{受里}”,是不是“{受理}”?可用的:单位、"),
            "{}",
            place.zh
        );
        assert!(place.en.starts_with("config/report/x.txt:3: there is no `{受里}`; did you mean `{受理}`?"));
        assert!(wrong("表:渠道").zh.contains("第1行:没有“表:渠道”,是不是“表:分渠道”?"));
        assert!(wrong("共{受理件").zh.contains("第1行:“{受理件”少了右边的花括号"));
    }
}
