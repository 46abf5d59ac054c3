//! A TOML file as a plain value in which every key knows its place. What the keys mean is not its matter.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::{Mistake, Source, Text};

/// Deeper nesting is refused: no configuration needs it, and walking it costs stack.
const MAX_DEPTH: usize = 32;

/// Where a key and its value stand, in bytes of the source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spot {
    /// The key; for a member of a list, its value.
    pub key: Range<usize>,
    /// The value.
    pub value: Range<usize>,
}

/// A parsed file.
///
/// Dates and times become text in the value; [`is_moment`](Self::is_moment) tells them apart. Dotted keys
/// name places: `poll.list.items`, members of lists by their index from 0: `aliases.1`.
#[derive(Clone, Debug)]
pub struct Document {
    source: Source,
    value: Value,
    spots: BTreeMap<String, Spot>,
    moments: BTreeSet<String>,
    under: Option<Arc<Under>>,
}

/// What of another file lies under this one.
#[derive(Debug)]
struct Under {
    /// The other text behind so many blanks that its spans are those of [`Source::under`].
    padded: String,
    /// The nodes taken from it, each whole.
    adopted: Vec<Vec<String>>,
}

impl Document {
    /// Parses a source; every syntax mistake at once.
    pub fn parse(source: Source) -> Result<Self, Vec<Mistake>> {
        let (tree, errors) = DeTable::parse_recoverable(&source.text);
        if !errors.is_empty() {
            let mut mistakes: Vec<Mistake> = errors.iter().map(|error| syntax(&source, error)).collect();
            mistakes.dedup_by_key(|mistake| mistake.place);
            return Err(mistakes);
        }
        let mut taker = Taker { source: &source, spots: BTreeMap::new(), moments: BTreeSet::new(), mistakes: vec![] };
        let value = taker.table(tree.get_ref(), "", 0);
        let Taker { spots, moments, mistakes, .. } = taker;
        match mistakes.is_empty() {
            true => Ok(Self { source, value, spots, moments, under: None }),
            false => Err(mistakes),
        }
    }

    /// This file with nodes of another one where it has none: each of `adopted` is a path that the other has and this one
    /// has not, below a table that both have. Everything taken keeps its place in the other file.
    #[must_use]
    pub(super) fn over(mut self, other: &Self, adopted: Vec<Vec<String>>) -> Self {
        let offset = self.source.text.len() + 1;
        let shifted = |span: &Range<usize>| span.start + offset..span.end + offset;
        for path in &adopted {
            let Some((last, parents)) = path.split_last() else { continue };
            let pointer = |names: &[String]| names.iter().try_fold(other.value(), |value, name| value.get(name));
            let into = parents.iter().try_fold(&mut self.value, |value, name| value.get_mut(name));
            if let (Some(Value::Object(into)), Some(value)) = (into, pointer(path)) {
                into.insert(last.clone(), value.clone());
            }
            let at = path.join(".");
            let inside = |key: &str| key.strip_prefix(&at).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            let spots = other.spots.iter().filter(|(key, _)| inside(key));
            let spots =
                spots.map(|(key, spot)| (key.clone(), Spot { key: shifted(&spot.key), value: shifted(&spot.value) }));
            self.spots.extend(spots);
            self.moments.extend(other.moments.iter().filter(|key| inside(key)).cloned());
        }
        let padded = format!("{:offset$}{}", "", other.source.text);
        self.source.under = Some(Arc::new(other.source.clone()));
        self.under = Some(Arc::new(Under { padded, adopted }));
        self
    }

    /// Whether what stands at a dotted key came from the file under this one.
    pub(super) fn is_adopted(&self, key: &str) -> bool {
        self.spots.get(key).is_some_and(|spot| self.is_under(spot))
    }

    fn is_under(&self, spot: &Spot) -> bool {
        spot.key.start > self.source.text.len()
    }

    /// The text it was parsed from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The whole file as a value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The spanned tree once more, for readers that want places at every node (the mapping).
    pub fn tree(&self) -> Spanned<DeTable<'_>> {
        let mut tree = DeTable::parse_recoverable(&self.source.text).0;
        if let Some(under) = &self.under {
            let mut other = DeTable::parse_recoverable(&under.padded).0;
            for path in &under.adopted {
                adopt(tree.get_mut(), other.get_mut(), path);
            }
        }
        tree
    }

    /// A mistake about a key that is not there: at the nearest table of this file that should hold it, not of the one under
    /// it, for what is missing is for this one to say.
    pub fn mistake_of_missing(&self, key: &str, problem: Text) -> Mistake {
        let mut at = key;
        while self.spots.get(at).is_none_or(|spot| self.is_under(spot)) {
            let Some((parent, _)) = at.rsplit_once('.') else {
                return Mistake { key: key.into(), ..Mistake::whole(&self.source.path, problem) };
            };
            at = parent;
        }
        Mistake { key: key.into(), ..self.mistake_of_key(at, problem) }
    }

    /// Where a dotted key stands, or the nearest table around it.
    pub fn spot(&self, key: &str) -> Option<&Spot> {
        let mut key = key.replace('[', ".").replace(']', "");
        loop {
            if let Some(spot) = self.spots.get(&key) {
                return Some(spot);
            }
            key.truncate(key.rfind('.')?);
        }
    }

    /// Whether a bare date or time stands at a dotted key.
    pub fn is_moment(&self, key: &str) -> bool {
        self.moments.contains(key)
    }

    /// What stands in the file, whatever its remarks and the order of its lines: the same text for files that say the same.
    pub(super) fn meaning(&self) -> String {
        format!("{}\n{:?}", self.value, self.moments)
    }

    /// A mistake at the value of a dotted key, or at the nearest table around it.
    pub fn mistake(&self, key: &str, problem: Text) -> Mistake {
        match self.spot(key) {
            Some(spot) => Mistake::at(&self.source, spot.value.clone(), key, problem),
            None => Mistake { key: key.into(), ..Mistake::whole(&self.source.path, problem) },
        }
    }

    /// A mistake at a dotted key itself.
    pub fn mistake_of_key(&self, key: &str, problem: Text) -> Mistake {
        match self.spot(key) {
            Some(spot) => Mistake::at(&self.source, spot.key.clone(), key, problem),
            None => Mistake { key: key.into(), ..Mistake::whole(&self.source.path, problem) },
        }
    }
}

/// Moves one node of a tree into another.
fn adopt<'t>(into: &mut DeTable<'t>, from: &mut DeTable<'t>, path: &[String]) {
    match path {
        [] => {}
        [last] => {
            if let Some((key, value)) = from.remove_entry(last.as_str()) {
                into.insert(key, value);
            }
        }
        [first, rest @ ..] => {
            let tables = into.get_mut(first.as_str()).zip(from.get_mut(first.as_str()));
            if let Some((into, from)) = tables
                && let (DeValue::Table(into), DeValue::Table(from)) = (into.get_mut(), from.get_mut())
            {
                adopt(into, from, rest);
            }
        }
    }
}

/// Reads a checked value as its type; what is still wrong then is named by its dotted key below `at`.
pub(super) fn typed<T: DeserializeOwned>(value: &Value, at: &str) -> Result<T, (String, Text)> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inner = error.path().to_string();
        let key = match (at, inner.as_str()) {
            ("", ".") => String::new(),
            ("", inner) => inner.into(),
            (at, ".") => at.into(),
            (at, inner) => format!("{at}.{inner}"),
        };
        let why = error.into_inner();
        (key, Text::new(format!("这个值用不了:{why}"), format!("the value cannot be used: {why}")))
    })
}

struct Taker<'a> {
    source: &'a Source,
    spots: BTreeMap<String, Spot>,
    moments: BTreeSet<String>,
    mistakes: Vec<Mistake>,
}

impl Taker<'_> {
    fn table(&mut self, table: &DeTable<'_>, at: &str, depth: usize) -> Value {
        let mut out = Map::new();
        for (key, value) in table {
            let name = join(at, key.get_ref());
            let taken = self.value(value, key.span(), &name, depth);
            out.insert(key.get_ref().to_string(), taken);
        }
        Value::Object(out)
    }

    fn list(&mut self, list: &DeArray<'_>, at: &str, depth: usize) -> Value {
        let members = list.iter().enumerate();
        members.map(|(n, value)| self.value(value, value.span(), &join(at, &n.to_string()), depth)).collect()
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, key: Range<usize>, at: &str, depth: usize) -> Value {
        self.spots.insert(at.into(), Spot { key, value: value.span() });
        let wrong = |taker: &mut Self, zh: &str, en: &str| {
            taker.mistakes.push(Mistake::at(taker.source, value.span(), at, Text::new(zh, en)));
            Value::Null
        };
        match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Boolean(flag) => Value::Bool(*flag),
            DeValue::Datetime(moment) => {
                self.moments.insert(at.into());
                Value::String(moment.to_string())
            }
            DeValue::Integer(whole) => match i64::from_str_radix(whole.as_str(), whole.radix()) {
                Ok(n) => Value::Number(n.into()),
                Err(_) => wrong(
                    self,
                    "整数太大;编号请加英文引号",
                    "the number does not fit 64 bits; quote it if it is a code",
                ),
            },
            DeValue::Float(part) => match part.as_str().parse().ok().and_then(Number::from_f64) {
                Some(n) => Value::Number(n),
                None => wrong(self, "这个小数用不了", "the number is not finite"),
            },
            DeValue::Array(_) | DeValue::Table(_) if depth == MAX_DEPTH => {
                wrong(self, "嵌套太深", "the tables are nested too deeply")
            }
            DeValue::Array(list) => self.list(list, at, depth + 1),
            DeValue::Table(table) => self.table(table, at, depth + 1),
        }
    }
}

/// A dotted key below another.
pub(super) fn join(at: &str, key: &str) -> String {
    if at.is_empty() { key.into() } else { format!("{at}.{key}") }
}

/// The parser's errors in plain words; its own words stay in English behind them where none of these fits.
fn syntax(source: &Source, error: &toml::de::Error) -> Mistake {
    let found = error.message().split(", expected").next().unwrap_or_default();
    let span = error.span().unwrap_or(0..0);
    let (zh, remedy) = plain(found);
    let problem = Text::new(zh.map_or_else(|| format!("写法不对:{found}"), Into::into), format!("not TOML: {found}"));
    let mistake = Mistake::at(source, span, "", problem);
    match remedy {
        Some((zh, en)) => mistake.remedy(Text::new(zh, en)),
        None => mistake,
    }
}

type Pair = (&'static str, &'static str);

fn plain(found: &str) -> (Option<&'static str>, Option<Pair>) {
    const QUOTE: Pair =
        ("文字两头要有英文引号,例如 name = \"省长信箱\"", "put text between ASCII quotes, for example name = \"x\"");
    const CLOSE: Pair =
        ("看这一行和上一行的括号、引号有没有成对", "look for an unpaired bracket or quote here or in the line above");
    match found {
        "duplicate key" => (
            Some("这个键写了两遍"),
            Some(("删掉一个;同名的 [表] 也只能写一次", "delete one; a table, too, may stand only once")),
        ),
        "string values must be quoted" => (Some("文字没有加引号"), Some(QUOTE)),
        "invalid value" | "missing value" | "missing value for key" => {
            (Some("等号右边的值写得不对或者没写"), Some(QUOTE))
        }
        "invalid basic string" | "invalid multi-line basic string" | "missing opening quote" => {
            (Some("引号没有成对"), Some(CLOSE))
        }
        "missing escaped value" | "too few unicode value digits" => (
            Some("反斜杠后面的写法不对"),
            Some((
                "要写反斜杠本身就写两个 \\\\,或者整段改用英文单引号",
                "write two backslashes, or put the text between single quotes",
            )),
        ),
        "invalid unquoted key" | "unquoted keys cannot be empty" => (
            Some("键名只能用英文字母、数字、- 和 _;中文键名要加英文双引号"),
            Some((
                "例如 \"我要投诉\" = \"投诉\"",
                "keys are letters, digits, - and _; put any other key between ASCII quotes",
            )),
        ),
        "key with no value" | "missing assignment between key-value pairs" => (
            Some("这一行少了等号"),
            Some(("写成 键 = 值;只是说明文字就在行首加 #", "write key = value, or # in front of a remark")),
        ),
        "unclosed array" | "unclosed inline table" | "unclosed table" | "unclosed array table" => {
            (Some("括号没有成对"), Some(CLOSE))
        }
        "missing comma between array elements" | "missing comma between key-value pairs" => {
            (Some("两项之间少了英文逗号"), None)
        }
        "extra comma in array" | "extra comma in inline table" => (Some("多了一个逗号"), None),
        "extra `=`" | "extra assignment between key-value pairs" => (Some("多了一个等号"), None),
        "unexpected key or value" | "unexpected content" => (Some("这里多了内容,一行只写一个 键 = 值"), Some(CLOSE)),
        "unexpected leading zero" => {
            (Some("数字不能以 0 开头"), Some(("编号、电话请加英文引号", "quote it if it is a code or a phone number")))
        }
        "recursion limit" | "cannot recurse further; max recursion depth met" => (Some("嵌套太深"), None),
        _ => (None, None),
    }
}
