//! Learning a channel from a sample: which of a far side's columns is which field, where the list and the number of an item
//! stand, how times are written and what codes mean; then the text of a `channel.toml` that says so, with a remark on every
//! line, and a sample beside it that is nobody's. It guesses, and says where. A pure room.
//!
//! The parts stand for themselves: [`document`] tells what a sample is, `list` and `sheet` find the items, `words` is the
//! dictionary, `shape` knows values by their form, `id` and `fields` judge columns, `mask` hides persons, [`mod@write`] writes.

mod codes;
mod columns;
pub mod document;
mod fields;
mod id;
mod list;
mod mask;
pub mod pages;
mod shape;
mod sheet;
#[cfg(test)]
mod tests;
mod words;
pub mod write;

use serde_json::Value;

use crate::settings::Text;
pub use codes::{CodeTable, Codes};
pub use document::Form;
pub use fields::FieldGuess;
pub use id::Id;
pub use list::List;
pub use sheet::Table;
pub use words::Sure;

use columns::{Column, columns};
use document::Sample;
use list::Holds;
use words::words;

/// How submissions come: the connector kinds that a channel can be written for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// We ask.
    Asks,
    /// We are told.
    Told,
    /// Sheets are dropped into a folder.
    Sheets,
    /// People enter them.
    Entered,
}

impl Way {
    /// All of them, in the order in which people are asked.
    pub const ALL: [Self; 4] = [Self::Asks, Self::Told, Self::Sheets, Self::Entered];

    /// The kind's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asks => "rest",
            Self::Told => "webhook",
            Self::Sheets => "folder",
            Self::Entered => "manual",
        }
    }

    /// What it is called on screens.
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            Self::Asks => ("接口轮询", "an interface that is asked"),
            Self::Told => ("接口接收", "pushes to us"),
            Self::Sheets => ("表格文件", "sheets in a folder"),
            Self::Entered => ("手工登记", "entered by hand"),
        };
        Text::new(zh, en)
    }
}

/// What a person has chosen already.
#[derive(Clone, Copy, Default, Debug)]
pub struct Wishes<'a> {
    /// How submissions come.
    pub way: Option<Way>,
    /// Where the list stands: a JSON pointer, `/` for the whole document.
    pub list: Option<&'a str>,
    /// Which column is the items' number.
    pub id: Option<&'a str>,
    /// Whether rows of a sheet are known by what stands in them, because they have no number.
    pub no_id: bool,
}

/// What an item is there for, and how that is told.
#[derive(Clone, PartialEq, Debug)]
pub struct ActsGuess {
    /// The column that tells it, as rules name it.
    pub from: String,
    /// Its codes; ours are those of `[acts]`.
    pub codes: CodeTable,
    /// The column that names the earlier item.
    pub refer: Option<String>,
}

/// What was learnt of a sample.
#[derive(Clone, PartialEq, Debug)]
pub struct Learnt {
    /// How submissions come.
    pub way: Way,
    /// How documents are written; none of sheets.
    pub form: Option<Form>,
    /// Where the list stands; none of sheets, and where one letter comes at a time.
    pub list: Option<List>,
    /// The sheet, taken apart.
    pub table: Option<Table>,
    /// The items' number; none where rows are known by what stands in them.
    pub id: Option<Id>,
    /// Fields, in their order.
    pub fields: Vec<FieldGuess>,
    /// Code tables.
    pub codes: Codes,
    /// What items are there for.
    pub acts: Option<ActsGuess>,
    /// Columns that only tell that an item was touched, as JSON pointers.
    pub touched: Vec<String>,
    /// Columns that nothing reads; they go on as 其他内容.
    pub unread: Vec<String>,
    /// The items.
    pub items: Vec<Value>,
}

/// So many items are looked at.
const ITEMS: usize = 2000;

/// Learns from a sample: an answer, a push, a sheet.
///
/// # Errors
///
/// If it cannot be read, holds no submissions, or it cannot be told which list or which number is meant; with what helps.
pub fn learn(sample: &[u8], wishes: &Wishes<'_>) -> Result<Learnt, Text> {
    let (way, form, list, table, items) = match document::read(sample)? {
        Sample::Sheets(book) => {
            fits(wishes.way, &[Way::Sheets], ("一张表格", "a sheet"))?;
            let mut table = sheet::table(&book)?;
            let items = std::mem::take(&mut table.rows);
            (Way::Sheets, None, None, Some(table), items)
        }
        Sample::Document(document, form) => {
            fits(
                wishes.way,
                &[Way::Asks, Way::Told],
                ("接口的内容(JSON 或 XML)", "an interface's document (JSON or XML)"),
            )?;
            match list::find(&document, form == Form::Xml, wishes.list)? {
                Holds::List(list, items) => {
                    let items = items.into_iter().take(ITEMS).cloned().collect();
                    (wishes.way.unwrap_or(Way::Asks), Some(form), Some(list), None, items)
                }
                Holds::One => {
                    fits(wishes.way, &[Way::Told], ("单独一件来信,不是列表", "one letter and no list"))?;
                    (Way::Told, Some(form), None, None, vec![document])
                }
            }
        }
    };
    let columns = columns(&items);
    let id = match (wishes.no_id, way) {
        (true, Way::Sheets) => None,
        (true, _) => {
            return Err(Text::new(
                "只有表格可以没有编号(--no-id);接口来的每一件都要有编号,不然改了的件和新件分不清",
                "only sheets can do without a number (--no-id); what an interface brings needs one, else a changed item cannot be \
                 told from a new one",
            ));
        }
        (false, _) => Some(id::find(&columns, table.as_ref(), wishes.id)?),
    };
    let mut learnt = Learnt {
        way,
        form,
        list,
        table,
        id,
        fields: Vec::new(),
        codes: Codes::default(),
        acts: None,
        touched: Vec::new(),
        unread: Vec::new(),
        items,
    };
    learnt.judge(&columns)?;
    Ok(learnt)
}

fn fits(wished: Option<Way>, ways: &[Way], (zh, en): (&str, &str)) -> Result<(), Text> {
    let Some(wished) = wished.filter(|way| !ways.contains(way)) else { return Ok(()) };
    let list = ways.iter().map(|way| way.word()).collect::<Vec<_>>().join("、");
    Err(Text::new(
        format!("样例是{zh},和 --kind {}({})对不上;改用 --kind {list},或换一份样例", wished.word(), wished.text().zh),
        format!(
            "the sample is {en}, which --kind {} does not take; use --kind {list}, or another sample",
            wished.word()
        ),
    ))
}

impl Learnt {
    fn judge(&mut self, columns: &[Column]) -> Result<(), Text> {
        let role =
            |role: &str| columns.iter().find(|column| list::is_role(role, &column.name) && !column.texts().is_empty());
        let act = role("act").filter(|column| codes::may_be(&column.texts()));
        let refer = act.and_then(|_| role("refer"));
        let mut taken: Vec<Vec<String>> = self.id.iter().map(|id| id.path.clone()).collect();
        taken.extend(act.iter().chain(&refer).map(|column| column.path.clone()));
        self.fields = fields::find(columns, &taken, &mut self.codes);
        let counts = |one: &FieldGuess| matches!(one.field, "title" | "content" | "attachments");
        if !self.fields.iter().any(counts) {
            let all: Vec<_> = columns.iter().map(Column::written).collect();
            return Err(Text::new(
                format!("样例里认不出标题、正文、附件,一样都没有就成不了来件;有这些栏:{}", all.join("、")),
                format!(
                    "neither a title nor a text nor files are found in the sample; there are these columns: {}",
                    all.join(", ")
                ),
            ));
        }
        self.acts = act.map(|column| ActsGuess {
            from: column.written(),
            codes: codes::acts(&column.texts()),
            refer: refer.map(Column::written),
        });
        let touched = columns.iter().filter(|column| words().role("touched", &column.name).is_some());
        let read = |column: &&Column| {
            taken.contains(&column.path) || self.fields.iter().any(|one| one.from.contains(&column.path))
        };
        self.touched =
            touched.clone().filter(|column| !read(column)).map(|column| columns::pointer(&column.path)).collect();
        self.unread = columns.iter().filter(|column| !read(column)).map(Column::written).collect();
        Ok(())
    }

    /// An item with everything in it that is somebody's replaced by something of the same form that is nobody's.
    pub fn masked(&self, item: &Value) -> Value {
        mask::masked(self, item)
    }
}
