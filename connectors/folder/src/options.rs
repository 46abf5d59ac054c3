//! What an operator may write for a folder of spreadsheets. Nothing is checked or looked up here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use huiliu_contract::{Period, ReturnWord};
use huiliu_kit::xml::XmlOptions;
use schemars::JsonSchema;
use serde::Deserialize;

/// The tables of `channel.toml` that belong to this kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Where the files lie.
    #[schemars(extend("x-zh" = "怎么连"))]
    pub connect: Connect,
    /// Nothing of its own: how often it is looked into.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么取"))]
    pub poll: Option<PollOptions>,
    /// How the sheets are read.
    #[schemars(extend("x-zh" = "表格怎么读"))]
    pub sheet: SheetOptions,
    /// How outcomes are carried back; without it nothing is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么回"))]
    pub r#return: Option<ReturnOptions>,
}

/// `[connect]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// The folder into which files are dropped, beside the configuration folder; it is made if it is not there.
    #[schemars(extend("x-zh" = "收表的文件夹,写相对于 config 上一级的路径,例如 收件/政协云;没有会自动建"))]
    pub inbox: PathBuf,
    /// How long a file that was taken is kept in `已收/`; absent: it is deleted once all its rows are committed.
    #[serde(default)]
    #[schemars(extend("x-zh" = "收过的原表在“已收”里留多久,例如 180d;不写就收完即删(每行原文已加密存库)"))]
    pub keep: Option<Period>,
    /// How long a file must lie unchanged before it is taken, 5s by default, 10m at most.
    #[serde(default)]
    #[schemars(extend("x-zh" = "文件多久没有变化才算传完,默认5s"))]
    pub settle: Option<Period>,
}

/// `[poll]`, of which this kind has nothing of its own.
#[derive(Clone, Default, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PollOptions {}

/// `[sheet]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetOptions {
    /// Which sheets are read: `all` (default) that people see, or a list of names.
    #[serde(default)]
    #[schemars(extend("x-zh" = "读哪些工作表:\"all\" 看得见的都读(默认),或写名字的清单"))]
    pub sheets: Sheets,
    /// Names of columns that stand in the row of heads; it is found by them among the first 30 rows.
    #[schemars(length(min = 1), extend("x-zh" = "同时出现这几个栏名的那一行就是表头(在前30行里找)"))]
    pub header: Vec<String>,
    /// Other names of columns, by the name that rules below and `[fields]` use.
    #[serde(default)]
    #[schemars(extend("x-zh" = "栏名的别的叫法,例如 { \"建议内容\" = [\"内容\"] }"))]
    pub aliases: BTreeMap<String, Vec<String>>,
    /// Rows that the heads take, 1 (default) or 2; two are joined as `大类/小类`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "表头占几行:1(默认)或 2;两行的栏名写成 大类/小类"))]
    pub head_rows: Option<u8>,
    /// Columns in which merged cells hold for all their rows.
    #[serde(default)]
    #[schemars(extend("x-zh" = "这些栏里合并的格子往下补;别的栏里有合并,那几行停下问人"))]
    pub fill_down: Vec<String>,
    /// Rows that begin with one of these words are no items; 合计, 总计, 小计, 填表人, 审核人, 制表人 by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "第一格是这些字的行不要;默认 合计、总计、小计、填表人、审核人、制表人"))]
    pub skip_rows: Option<Vec<String>>,
    /// The column of an item's number, or several that make one together.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每条自己的编号在哪一栏,或几栏合起来算;不能用“序号”"))]
    pub id: Option<Names>,
    /// In what a number is the only one of its kind; absent: in the channel.
    #[serde(default)]
    #[schemars(extend("x-zh" = "编号在什么范围内不重复;不写就是整个渠道"))]
    pub scope: Option<Scope>,
    /// What becomes of a row without a number: `ask` (default) or `hash`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "没有编号的行:ask 停下问人(默认) | hash 按内容识别"))]
    pub if_no_id: IfNoId,
    /// Where the list stands in a `.json` or `.xml` file, for example `/data/rows`; absent: a `.json` file is the list. In
    /// XML it is a list also where one element came, or none.
    #[serde(default)]
    #[schemars(extend("x-zh" = "收 .json、.xml 文件时,列表在哪,例如 /data/rows;.json 不写就是整个文件,.xml 要写"))]
    pub items: Option<String>,
    /// How XML becomes a document: the root element is its one member, attributes are `@name`, text beside them `#text`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "收 .xml 文件时怎么读;根元素是最外面一层,属性写 @名,属性旁边的文字写 #text"))]
    pub xml: Option<XmlOptions>,
    /// Bounds of a file; the defaults fit what people export.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一个文件最多多大"))]
    pub limits: SheetLimits,
}

/// Which sheets are read.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Sheets {
    /// `all`.
    Word(AllSheets),
    /// These, hidden or not.
    List(Vec<String>),
}

impl Default for Sheets {
    fn default() -> Self {
        Self::Word(AllSheets::All)
    }
}

/// All sheets that people see.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AllSheets {
    /// All that people see.
    #[schemars(extend("x-zh" = "看得见的都读"))]
    All,
}

/// One name or several.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Names {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Names {
    /// All of them.
    pub fn list(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// In what a number is the only one of its kind.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Scope {
    /// In its file: numbers begin anew in each, whose name stands before them.
    #[schemars(extend("x-zh" = "每个文件从头编号"))]
    File,
    /// In a year: the year of this column stands before it.
    #[schemars(extend("x-zh" = "每年从头编号,写年份看哪一栏"))]
    Year(String),
}

/// What becomes of a row without a number.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IfNoId {
    /// It waits for a person.
    #[default]
    #[schemars(extend("x-zh" = "停下问人"))]
    Ask,
    /// It is known by what stands in it.
    #[schemars(extend("x-zh" = "按内容识别"))]
    Hash,
}

/// `sheet.limits`
#[derive(Clone, Default, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SheetLimits {
    /// MiB of a file, 512 by default; 32 at most for `.xls` and web pages, 16 for `.json`.
    #[schemars(extend("x-zh" = "文件最多多少 MiB,默认512"))]
    pub mib: Option<u32>,
    /// The last row, 1048576 by default and at most.
    #[schemars(extend("x-zh" = "最多多少行,默认1048576"))]
    pub rows: Option<u32>,
    /// Columns, 256 by default, 16000 at most.
    #[schemars(extend("x-zh" = "最多多少栏,默认256"))]
    pub columns: Option<u32>,
}

/// `[return]`
#[derive(Clone, Default, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReturnOptions {
    /// Where answers go: `outbox`, a spreadsheet a day.
    #[schemars(extend("x-zh" = "回到哪里:outbox 每天一张表,由人导回对方"))]
    pub to: Option<ReturnTo>,
    /// The file, beside the configuration folder; `{date}` is the day.
    #[schemars(extend("x-zh" = "表放在哪,写相对于 config 上一级的路径,例如 发件/政协云/政协云答复-{date}.xlsx"))]
    pub file: Option<String>,
    /// Its columns: known words, or `{ name = \"…\", value = \"{public_reply}\" }`.
    #[schemars(extend("x-zh" = "有哪几栏:写现成的栏名,或 { name = \"栏名\", value = \"{public_reply}\" }"))]
    pub columns: Vec<ColumnOption>,
    /// Which outcomes are written; returned, extended, replied, closed, declined and redirected by default.
    #[schemars(extend("x-zh" = "哪几样写进表里;默认 申请退单、申请延期、公开答复、办结、不予受理、转其他渠道"))]
    pub carries: Option<Vec<ReturnWord>>,
    /// Whether a row counts as answered when it is written (`none`, default), or when a person says so (`ask`).
    #[schemars(extend("x-zh" = "怎么算回传了:none 写进表就算(默认) | ask 等人点“已导回”"))]
    pub proof: Proof,
}

impl ReturnOptions {
    /// Whether anything of this kind is written.
    pub fn is_written(&self) -> bool {
        self.to.is_some()
            || self.file.is_some()
            || !self.columns.is_empty()
            || self.carries.is_some()
            || self.proof != Proof::None
    }
}

/// Where answers go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnTo {
    /// A spreadsheet a day.
    #[schemars(extend("x-zh" = "每天一张表"))]
    Outbox,
}

/// A column of the answers.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ColumnOption {
    /// A known word.
    Word(String),
    /// One of one's own.
    Own(OwnColumn),
}

/// A column of one's own.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnColumn {
    /// What stands above it.
    #[schemars(extend("x-zh" = "栏名"))]
    pub name: String,
    /// What stands in it, with placeholders.
    #[schemars(extend("x-zh" = "内容,可用 {id}、{unit}、{public_reply} 等"))]
    pub value: String,
}

/// When a row counts as answered.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// When it is written.
    #[default]
    #[schemars(extend("x-zh" = "写进表就算"))]
    None,
    /// When a person says that it was brought back.
    #[schemars(extend("x-zh" = "等人点“已导回”"))]
    Ask,
}
