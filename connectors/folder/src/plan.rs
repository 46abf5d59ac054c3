//! `[sheet]`, compiled: the columns by their names, and the rules that hold for rows.

use std::sync::Arc;

use huiliu_contract::{Blind, Misconfigured, Site};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::pick::Pointer;
use huiliu_kit::xml::{Reading, XmlOptions};
use huiliu_sheet::{Limits, plain};

use crate::options::{AllSheets, IfNoId, Scope, SheetOptions, Sheets};

/// How sheets are read.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The channel's code: it stands in front of what is digested, so that two channels' digests differ.
    pub(crate) channel: String,
    /// By what rows without a number are digested.
    pub(crate) blind: Arc<dyn Blind>,
    /// The sheets that are read, by their plain names; none reads all that people see.
    pub(crate) sheets: Option<Vec<String>>,
    /// Columns that rules name, with their other names; those of the row of heads first.
    pub(crate) columns: Vec<(String, Vec<String>)>,
    /// So many of them must stand in the row of heads.
    pub(crate) needed: usize,
    /// Places in `columns`.
    pub(crate) fill_down: Vec<usize>,
    /// Places in `columns`.
    pub(crate) id: Vec<usize>,
    /// What numbers are the only ones in.
    pub(crate) scope: InScope,
    /// What becomes of a row without a number.
    pub(crate) if_no_id: IfNoId,
    /// Plain words by which rows are left out.
    pub(crate) skip: Vec<String>,
    /// Rows that the heads take.
    pub(crate) head_rows: usize,
    /// Where the list of a JSON or XML file stands; none for the file itself.
    pub(crate) items: Option<Pointer>,
    /// How XML is read; none where no list is named.
    pub(crate) xml: Option<Reading>,
    /// Bounds of a file.
    pub(crate) limits: Limits,
}

/// In what a number is the only one of its kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum InScope {
    Channel,
    File,
    /// The year of this place in `columns`.
    Year(usize),
}

/// What web pages, workbooks of Excel 97 and JSON may have at most: they are held in memory.
pub(crate) const HELD: usize = 32 << 20;
/// What a JSON file may have at most.
pub(crate) const JSON: usize = 16 << 20;
/// The table of a workbook's different texts is held in memory as well.
const STRINGS: u64 = 96 << 20;
/// The last row of any spreadsheet.
const LAST_ROW: u32 = 1_048_576;

const SKIP: [&str; 6] = ["合计", "总计", "小计", "填表人", "审核人", "制表人"];

impl Plan {
    /// Compiles it; every mistake is told.
    pub(crate) fn read(options: &SheetOptions, site: &dyn Site, wrong: &mut Mistakes) -> Option<Self> {
        let before = wrong.count();
        let mut columns: Vec<(String, Vec<String>)> = Vec::new();
        for name in &options.header {
            if plain(name).is_empty() {
                wrong.tell("sheet.header", "a name of a column is empty", "栏名不能空着");
            } else if columns.iter().any(|(known, _)| plain(known) == plain(name)) {
                wrong.tell("sheet.header", &format!("`{name}` is named twice"), &format!("“{name}”写了两遍"));
            } else {
                columns.push((name.clone(), Vec::new()));
            }
        }
        if columns.is_empty() {
            wrong.tell(
                "sheet.header",
                "no column is named; write the names by which the row of heads is known",
                "一个栏名也没写;请写上表头那一行里一定有的栏名",
            );
        }
        let needed = columns.len();
        let mut place = |name: &str| match columns.iter().position(|(known, _)| plain(known) == plain(name)) {
            Some(at) => at,
            None => {
                columns.push((name.to_owned(), Vec::new()));
                columns.len() - 1
            }
        };
        let id: Vec<usize> = options.id.iter().flat_map(|names| names.list()).map(|name| place(name)).collect();
        let fill_down: Vec<usize> = options.fill_down.iter().map(|name| place(name)).collect();
        let scope = match &options.scope {
            None => InScope::Channel,
            Some(Scope::File) => InScope::File,
            Some(Scope::Year(name)) => InScope::Year(place(name)),
        };
        for name in options.aliases.keys() {
            place(name);
        }
        for (name, others) in &options.aliases {
            let found = |name: &str| columns.iter().position(|(known, _)| plain(known) == plain(name));
            let at = found(name);
            for other in others.iter().filter(|other| found(other).is_some_and(|found| Some(found) != at)) {
                wrong.tell(
                    &format!("sheet.aliases.{name}"),
                    &format!("`{other}` is the name of another column; an alias names one column only"),
                    &format!("“{other}”已经是另一栏的名字;一个叫法只能指一栏"),
                );
            }
            if let Some((_, known)) = at.and_then(|at| columns.get_mut(at)) {
                known.extend(others.iter().cloned());
            }
        }
        if id.is_empty() && options.if_no_id == IfNoId::Ask {
            wrong.tell(
                "sheet.id",
                "nothing says which column holds an item's number; name it, or write if_no_id = \"hash\" so that rows are \
                 known by what stands in them",
                "没有写编号在哪一栏;请写上,或写 if_no_id = \"hash\" 按内容识别",
            );
        }
        if id.is_empty() && options.scope.is_some() {
            wrong.tell(
                "sheet.scope",
                "there is no `sheet.id` whose scope this would be",
                "没有写 sheet.id,这一项没有用处",
            );
        }
        if let Some(at) = id.iter().find(|at| fill_down.contains(at)) {
            let name = columns.get(*at).map(|(name, _)| name.clone()).unwrap_or_default();
            wrong.push(Misconfigured::new(
                "sheet.fill_down",
                format!("`{name}` is the number of an item; filled down, several items would have one number"),
                format!("“{name}”是编号;往下补会让几条共用一个编号"),
            ));
        }
        let head_rows = options.head_rows.unwrap_or(1);
        if !(1..=2).contains(&head_rows) {
            wrong.tell("sheet.head_rows", "heads take 1 or 2 rows", "表头只能占 1 行或 2 行");
        }
        let sheets = match &options.sheets {
            Sheets::Word(AllSheets::All) => None,
            Sheets::List(names) if names.is_empty() => {
                wrong.tell(
                    "sheet.sheets",
                    "the list is empty; write \"all\" or names",
                    "清单是空的;请写 \"all\" 或工作表的名字",
                );
                None
            }
            Sheets::List(names) => Some(names.iter().map(|name| plain(name)).collect()),
        };
        let items = wrong.pointer(options.items.as_ref(), "sheet.items");
        let xml = xml(options, wrong);
        let skip = match &options.skip_rows {
            Some(words) => words.iter().map(|word| plain(word)).filter(|word| !word.is_empty()).collect(),
            None => SKIP.map(str::to_owned).to_vec(),
        };
        let limits = limits(options, wrong)?;
        (wrong.count() == before).then(|| Self {
            channel: site.channel().to_owned(),
            blind: site.blind(),
            sheets,
            columns,
            needed,
            fill_down,
            id,
            scope,
            if_no_id: options.if_no_id,
            skip,
            head_rows: usize::from(head_rows),
            items,
            xml,
            limits,
        })
    }

    /// The name of a column that rules name.
    pub(crate) fn name(&self, at: usize) -> &str {
        self.columns.get(at).map_or("", |(name, _)| name)
    }
}

/// The list of items is a list in XML too, also where one came.
fn xml(options: &SheetOptions, wrong: &mut Mistakes) -> Option<Reading> {
    let mut xml = options.xml.clone().unwrap_or_default();
    if options.xml.is_some() && options.items.is_none() {
        wrong.tell(
            "sheet.items",
            "`sheet.xml` is written, so it must be told where the list stands, for example `/letters/letter`",
            "写了 sheet.xml 就要写列表在哪,例如 /letters/letter",
        );
    }
    // A place that is no path of elements is no list of XML; such a file is refused when it comes.
    let items = options.items.as_ref()?;
    let listed = [std::slice::from_ref(items), &xml.lists].concat();
    let own = Reading::build(&XmlOptions { lists: listed.clone(), ..xml.clone() }, "sheet.xml").ok();
    if own.is_none() {
        xml.lists.retain(|path| path != items);
        wrong.take_all(Reading::build(&xml, "sheet.xml"))?;
    }
    own
}

fn limits(options: &SheetOptions, wrong: &mut Mistakes) -> Option<Limits> {
    let mut within = |written: Option<u32>, usual: u32, most: u32, key: &str| {
        let value = written.unwrap_or(usual);
        if !(1..=most).contains(&value) {
            wrong.tell(
                &format!("sheet.limits.{key}"),
                &format!("a number from 1 to {most} is needed"),
                &format!("要在 1 到 {most} 之间"),
            );
            return None;
        }
        Some(value)
    };
    let mib = within(options.limits.mib, 512, 4096, "mib");
    let rows = within(options.limits.rows, LAST_ROW, LAST_ROW, "rows");
    let columns = within(options.limits.columns, 256, 16_000, "columns");
    let (mib, rows, columns) = (mib? as usize, rows?, columns? as usize);
    Some(Limits {
        bytes: mib << 20,
        unpacked: (mib as u64) << 24,
        rows,
        columns,
        cells: (rows as usize).saturating_mul(columns),
        strings: STRINGS,
        ..Limits::default()
    })
}
