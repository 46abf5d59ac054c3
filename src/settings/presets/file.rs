//! One preset: its file, what it is for, and what it may not say.

use std::path::Path;

use huiliu_contract::SecretRef;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Check, Document, KindInfo, Mistake, Text};
use crate::settings::channel::compose;
use crate::settings::document::{join, typed};
use crate::settings::{Source, reading, references, schema, walk};

/// Tables of a channel's file that say who a channel is: no two channels share them.
const WHO: [&str; 2] = ["channel", "ledger"];

/// Keys that say with whom and as whom a channel speaks, or where its files lie.
const WITH_WHOM: [(&str, &[&str]); 3] = [
    ("connect", &["kind", "preset", "budget", "url", "inbox", "host", "address", "user", "password"]),
    ("login", &["user", "password"]),
    ("return", &["url", "file"]),
];

/// A named bundle of defaults.
#[derive(Clone, Debug)]
pub struct Preset {
    /// Its name: `[a-z0-9-]{1,40}`.
    pub name: String,
    /// One line that says what it is for; empty where its file cannot be read.
    pub summary: Text,
    /// The connector kinds it is for; empty: for all.
    pub kinds: Vec<String>,
    /// Whether it is a file of the site, not one that comes with the program.
    pub is_own: bool,
    /// What it says, or everything that is wrong with it alone.
    pub document: Result<Document, Vec<Mistake>>,
}

/// `[preset]`: what a preset is for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PresetTable {
    /// One line of Chinese.
    #[schemars(length(min = 1, max = 100), extend("x-zh" = "一句话说明,中文"))]
    zh: String,
    /// One line of English; the Chinese one if it is not written.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200), extend("x-zh" = "一句话说明,英文;不写就用中文的"))]
    en: Option<String>,
    /// The connector kinds it is for; absent: for all.
    #[serde(default)]
    #[schemars(extend("x-zh" = "给哪几种接入方式用;不写就都可以"))]
    kinds: Vec<String>,
}

impl Preset {
    /// One that comes with the program.
    pub(super) fn shipped(name: &str, text: &str) -> Self {
        Self::read(name.into(), Ok(Source::new(format!("preset {name}"), text)), false)
    }

    /// A file of the site.
    pub(super) fn own(path: &Path) -> Self {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut preset = Self::read(name, reading::read(path), true);
        let right = (1..=40).contains(&preset.name.len())
            && preset.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !right {
            let text = Text::new(
                format!("文件名“{}”不能作预设的名字", preset.name),
                format!("`{}` cannot be a preset's name", preset.name),
            );
            let remedy =
                Text::new("改用小写英文字母、数字和 -,最多40个", "use lower-case letters, digits and -, at most 40");
            preset.document = Err(vec![Mistake::whole(path, text).remedy(remedy)]);
        }
        preset
    }

    /// The same, refused because the program has one of that name.
    pub(super) fn taking_a_name(mut self) -> Self {
        let path = format!("{}.toml", self.name);
        let path = self.document.as_ref().map_or_else(|_| path.into(), |document| document.source().path.clone());
        let text = Text::new(
            format!("“{}”是随程序带的预设,不能用同样的名字", self.name),
            format!("`{}` is a preset that comes with the program", self.name),
        );
        let remedy = Text::new("文件换个名字,渠道里也跟着改", "rename the file, and name it so in the channels");
        self.document = Err(vec![Mistake::whole(&path, text).remedy(remedy)]);
        self
    }

    fn read(name: String, source: Result<Source, Vec<Mistake>>, is_own: bool) -> Self {
        let mut preset =
            Self { name, summary: Text::new("", ""), kinds: Vec::new(), is_own, document: Err(Vec::new()) };
        preset.document = source.and_then(Document::parse).and_then(|document| {
            let table = head(&document)?;
            preset.summary = Text::new(&table.zh, table.en.as_ref().unwrap_or(&table.zh));
            preset.kinds = table.kinds;
            let wrong = says_who(&document);
            if wrong.is_empty() { Ok(document) } else { Err(wrong) }
        });
        preset
    }

    /// Whether a channel of this kind may name it.
    pub fn fits(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|known| known == kind)
    }

    /// What it says, without what it is for; nothing where its file is wrong.
    pub fn body(&self) -> Value {
        let mut body = self.document.as_ref().ok().and_then(|document| document.value().as_object().cloned());
        if let Some(body) = &mut body {
            body.remove("preset");
        }
        Value::Object(body.unwrap_or_default())
    }

    /// Every value that it says, by dotted key, in the order of its file.
    pub fn leaves(&self) -> Vec<(String, Value)> {
        let mut out = Vec::new();
        collect(&self.body(), "", &mut out);
        if let Ok(document) = &self.document {
            out.sort_by_key(|(key, _)| document.spot(key).map(|spot| spot.key.start));
        }
        out
    }

    /// What of it goes to a kind whose file has this schema: a preset for several kinds has tables that only some of them
    /// know.
    pub(super) fn body_for(&self, root: &Value) -> Value {
        let mut body = self.body();
        if let (2.., Some(body)) = (self.kinds.len(), body.as_object_mut()) {
            body.retain(|name, _| root["properties"].get(name).is_some());
        }
        body
    }

    /// Everything wrong with it, for the kinds that it is for.
    pub(super) fn mistakes_for(&self, kinds: &[KindInfo]) -> Vec<Mistake> {
        let document = match &self.document {
            Err(mistakes) => return mistakes.clone(),
            Ok(document) => document,
        };
        let known: Vec<_> = kinds.iter().map(|kind| (kind.name.to_owned(), Some(kind.summary_zh.to_owned()))).collect();
        let mut mistakes = Vec::new();
        for (n, name) in self.kinds.iter().enumerate().filter(|(_, name)| kinds.iter().all(|kind| kind.name != **name))
        {
            let text = Text::new(format!("没有“{name}”这种接入方式"), format!("there is no kind `{name}`"));
            let mistake = document.mistake(&format!("preset.kinds.{n}"), text);
            mistakes.push(mistake.remedy(walk::allowed(name, &known)));
        }
        let body = self.body();
        if self.kinds.is_empty() {
            mistakes.extend(Check::new(compose::common(kinds)).layer(&body, document));
        }
        let mut strange: Vec<String> = body.as_object().into_iter().flat_map(Map::keys).cloned().collect();
        let mut tables = Vec::new();
        for kind in kinds.iter().filter(|kind| self.kinds.iter().any(|name| name == kind.name)) {
            let check = Check::new(compose::whole(kind));
            let found = check.layer(&self.body_for(check.root()), document);
            mistakes.extend(found.into_iter().filter(|one| !mistakes.contains(one)).collect::<Vec<_>>());
            tables.extend(walk::possible_keys(check.root(), check.root()));
        }
        strange.retain(|name| self.kinds.len() > 1 && tables.iter().all(|(known, _)| known != name));
        mistakes.extend(strange.iter().map(|name| {
            let text = Text::new(format!("没有“{name}”这个键"), format!("unknown key `{name}`"));
            document.mistake_of_key(name, text).remedy(walk::allowed(name, &tables))
        }));
        mistakes
    }
}

fn collect(value: &Value, at: &str, out: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(table) if at.is_empty() || !table.is_empty() => {
            table.iter().for_each(|(key, value)| collect(value, &join(at, key), out));
        }
        value => out.push((at.to_owned(), value.clone())),
    }
}

/// `[preset]`, checked.
fn head(document: &Document) -> Result<PresetTable, Vec<Mistake>> {
    let mut root = schema::of::<PresetTable>();
    let defs = root.get_mut("$defs").map(Value::take).unwrap_or_default();
    let root = serde_json::json!({ "type": "object", "properties": { "preset": root }, "required": ["preset"], "$defs": defs });
    let wrong = Check::new(root).whole(document.value(), document);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    typed(&document.value()["preset"], "preset").map_err(|(key, problem)| vec![document.mistake(&key, problem)])
}

/// Whatever it says that each channel must say itself.
fn says_who(document: &Document) -> Vec<Mistake> {
    let value = document.value();
    let tables = WHO.iter().filter(|name| value.get(**name).is_some()).map(|name| (*name).to_owned());
    let keys = WITH_WHOM.iter().flat_map(|(table, keys)| {
        let written = value.get(*table).and_then(Value::as_object);
        let written = keys.iter().filter(move |key| written.is_some_and(|written| written.contains_key(**key)));
        written.map(|key| join(table, key))
    });
    let mut said: Vec<String> = tables.chain(keys).collect();
    said.extend(value.as_object().into_iter().flat_map(|value| secrets(value, "")));
    said.sort();
    said.dedup();
    let remedy = || {
        Text::new(
            "预设只写各渠道都一样的;这一项删掉,写在渠道自己的 channel.toml 里",
            "a preset says what many channels share; delete this, and write it in the channel's own channel.toml",
        )
    };
    let mistake = |key: &String| {
        let text = Text::new(format!("预设里不能写 {key}"), format!("a preset cannot say `{key}`"));
        document.mistake_of_key(key, text).remedy(remedy())
    };
    said.iter().map(mistake).collect()
}

/// Where secrets are pointed to.
fn secrets(table: &Map<String, Value>, at: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (key, value) in table {
        let place = join(at, key);
        match value {
            Value::Object(_) if serde_json::from_value::<SecretRef>(value.clone()).is_ok() => out.push(place),
            Value::Object(inner) => out.extend(secrets(inner, &place)),
            Value::Array(list) if list.iter().any(|one| !references(one).is_empty()) => out.push(place),
            _ => {}
        }
    }
    out
}
