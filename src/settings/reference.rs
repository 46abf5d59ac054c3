//! The reference of every key, rendered from the types: as Markdown for people, and key by key for screens.

use serde_json::{Map, Value};

use super::channel::{KindInfo, compose};
use super::walk::{self, meaning, views};
use super::{Text, schema};

/// Tables in tables that are told; ours are four deep.
const DEEPEST: usize = 7;

/// What the keys of one kind's channels are for.
#[derive(Clone, Debug)]
pub struct Keys {
    root: Value,
}

impl Keys {
    /// The keys of a channel of this kind, the common ones among them.
    pub fn of(kind: &KindInfo) -> Self {
        Self { root: compose::whole(kind) }
    }

    /// What a dotted key is for; for an entry of a free table, what the table is for.
    pub fn meaning(&self, key: &str) -> Option<Text> {
        let (mut at, mut found) = (&self.root, None);
        for name in key.split('.') {
            let Some(next) = walk::named(&self.root, at, name) else { break };
            at = next;
            let said = meaning(&self.root, at);
            found = said.zh.map(|zh| Text::new(zh.clone(), said.en.unwrap_or(zh))).or(found);
        }
        found
    }
}

/// The keys that belong to a kind alone, as Markdown.
pub fn of_kind(kind: &KindInfo) -> String {
    render(&kind.schema, &[])
}

/// The keys that every channel has, whatever its kind, as Markdown.
pub fn of_channels(kinds: &[KindInfo]) -> String {
    render(&compose::common(kinds), &["fields", "codes"])
}

/// The keys of `gateway.toml`, as Markdown.
pub fn of_gateway() -> String {
    render(&schema::gateway(), &[])
}

/// One heading a table, and one for what stands in none. What is `free` is described elsewhere.
fn render(root: &Value, free: &[&str]) -> String {
    let empty = Map::new();
    let known = root.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required = required(root.as_object().unwrap_or(&empty));
    let mut out = String::new();
    let mut top = Rows { root, rows: Vec::new() };
    let mut tables = Vec::new();
    for (name, schema) in known.iter().filter(|(name, _)| !free.contains(&name.as_str())) {
        let mut rows = Rows { root, rows: Vec::new() };
        rows.below(schema, name, 0);
        if rows.rows.is_empty() {
            top.key(name, schema, required.contains(&name.as_str()), 0);
        } else {
            tables.push((name, schema, rows));
        }
    }
    if !top.rows.is_empty() {
        out += &format!("### 不在表里的键 · Keys outside tables\n\n{}", top.table());
    }
    for (name, schema, rows) in tables {
        let said = meaning(root, schema);
        let (zh, en) = (said.zh.unwrap_or_default(), said.en.unwrap_or_default());
        let en = if en.starts_with('`') { String::new() } else { format!("\n\n{}", cell(&en)) };
        out += &format!("### `[{name}]` {}{en}\n\n{}", cell(&zh), rows.table());
    }
    out
}

fn required(view: &Map<String, Value>) -> Vec<&str> {
    view.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

struct Rows<'a> {
    root: &'a Value,
    rows: Vec<[String; 5]>,
}

impl<'a> Rows<'a> {
    fn table(&self) -> String {
        let mut out = String::from("| 键 Key | 类型 Type | 默认 Default | 含义 | Meaning |\n|---|---|---|---|---|\n");
        for row in &self.rows {
            out += &format!("| {} |\n", row.join(" | "));
        }
        out.push('\n');
        out
    }

    /// One key, and what lies below it.
    fn key(&mut self, path: &str, schema: &'a Value, required: bool, depth: usize) {
        let said = meaning(self.root, schema);
        let default = match (required, default(self.root, schema)) {
            (true, _) => "必填 required".to_owned(),
            (false, Some(value)) => format!("`{value}`"),
            (false, None) => String::new(),
        };
        let kind = self.sort(schema, 0);
        let texts = [said.zh.unwrap_or_default(), said.en.unwrap_or_default()].map(|text| cell(&text));
        let [zh, en] = texts;
        self.rows.push([format!("`{path}`"), cell(&kind), default, zh, en]);
        self.below(schema, path, depth + 1);
    }

    /// The keys of a table, of each way in which it may be written, of the members of a list.
    fn below(&mut self, schema: &'a Value, path: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for view in views(self.root, schema) {
            let required = required(view);
            for (name, inner) in view.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let place = format!("{path}.{name}");
                let tag = view.get("properties").and_then(Value::as_object).is_some_and(|keys| keys.len() == 1);
                match view.get("x-zh").filter(|_| tag && inner.get("x-zh").is_none()) {
                    // The branch of a choice speaks for its only key.
                    Some(zh) => self.way(&place, inner, zh, view, depth),
                    None => self.key(&place, inner, required.contains(&name.as_str()), depth),
                }
            }
            for word in ["anyOf", "oneOf", "allOf"] {
                for way in view.get(word).and_then(Value::as_array).into_iter().flatten() {
                    self.below(way, path, depth);
                }
            }
            if let Some(items) = view.get("items") {
                self.below(items, &format!("{path}[]"), depth);
            }
            if let Some(free) = view.get("additionalProperties").filter(|free| free.is_object()) {
                self.below(free, &format!("{path}.…"), depth);
            }
        }
    }

    fn way(&mut self, path: &str, schema: &'a Value, zh: &Value, view: &'a Map<String, Value>, depth: usize) {
        let en = view.get("description").and_then(Value::as_str).unwrap_or_default();
        let row = [
            format!("`{path}`"),
            cell(&self.sort(schema, 0)),
            String::new(),
            cell(zh.as_str().unwrap_or_default()),
            cell(en),
        ];
        self.rows.push(row);
        self.below(schema, path, depth + 1);
    }

    /// What may be written, in a few words of both languages.
    fn sort(&self, schema: &'a Value, depth: usize) -> String {
        if depth > 3 {
            return "…".into();
        }
        let views = views(self.root, schema);
        let word = |view: &&Map<String, Value>| view.get("const").and_then(Value::as_str).map(str::to_owned);
        if let Some(word) = views.iter().find_map(word) {
            let zh = views.iter().find_map(|view| view.get("x-zh")?.as_str());
            return zh.map_or_else(|| format!("`{word}`"), |zh| format!("`{word}` {zh}"));
        }
        for view in &views {
            for key in ["oneOf", "anyOf"] {
                let Some(ways) = view.get(key).and_then(Value::as_array) else { continue };
                let ways = ways.iter().filter(|way| way.get("type").and_then(Value::as_str) != Some("null"));
                let mut sorts: Vec<String> = ways.map(|way| self.sort(way, depth + 1)).collect();
                sorts.dedup();
                return sorts.join(" / ");
            }
            if let Some(words) = view.get("enum").and_then(Value::as_array) {
                let words = words.iter().map(|word| format!("`{}`", word.as_str().unwrap_or_default()));
                return words.collect::<Vec<_>>().join(" / ");
            }
        }
        let formed = views.iter().skip(1).find(|view| view.contains_key("pattern") || view.contains_key("format"));
        if let Some(zh) = formed.and_then(|view| view.get("x-zh")?.as_str()) {
            return zh.to_owned();
        }
        let types: Vec<_> = views.iter().flat_map(|view| walk::types(view)).collect();
        match types.first().copied() {
            Some("string") => "文字 text".into(),
            Some("integer") => format!("整数 number{}", range(&views)),
            Some("number") => "数字 number".into(),
            Some("boolean") => "`true` / `false`".into(),
            Some("array") => {
                let of = views.iter().find_map(|view| view.get("items")).map(|items| self.sort(items, depth + 1));
                format!("列表 list:{}", of.unwrap_or_else(|| "任意 any".into()))
            }
            Some("object") => {
                let free =
                    views.iter().find_map(|view| view.get("additionalProperties")).filter(|free| free.is_object());
                match free.map(|free| self.sort(free, depth + 1)) {
                    Some(of) => format!("一组 名称 = {of}"),
                    None => "表 table".into(),
                }
            }
            _ => "任意 any".into(),
        }
    }
}

fn range(views: &[&Map<String, Value>]) -> String {
    let bound = |name: &str| views.iter().find_map(|view| view.get(name).and_then(Value::as_f64));
    match (bound("minimum").filter(|least| *least != 0.0), bound("maximum")) {
        (Some(least), Some(most)) => format!(" {least}–{most}"),
        (Some(least), None) => format!(" ≥ {least}"),
        (None, Some(most)) => format!(" ≤ {most}"),
        (None, None) => String::new(),
    }
}

/// What is there where nothing is written, if the types say so and it is not merely nothing.
fn default(root: &Value, schema: &Value) -> Option<String> {
    let value = views(root, schema).into_iter().find_map(|view| view.get("default"))?;
    let empty = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(_) => true,
        _ => false,
    };
    (!empty).then(|| value.to_string())
}

/// A text that stands in one cell of a table.
fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}
