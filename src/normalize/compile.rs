//! From what was written to what can run, once: `[fields]` and `[codes]` become rules, or all their mistakes
//! at their places.

use regex::Regex;
use toml::Spanned;
use toml::de::DeValue;

use super::clean::Clean;
use super::field::{FIELDS, Field, Shape};
use super::keys::{Keys, Notes, kind_zh, nearest};
use super::path::{Path, Reads};
use super::rule::{Make, Rule};
use super::tables::Codes;
use super::take::{Step, Take};
use super::{Basis, Mapping};
use crate::settings::{Mistake, Source, Text};

impl Mapping {
    /// Compiles `[fields]` and, if there is one, `[codes]` of a channel, both as parsed from `source`.
    ///
    /// Fails with every mistake, in the order of the file.
    pub fn compile(
        source: &Source,
        fields: &Spanned<DeValue<'_>>,
        codes: Option<&Spanned<DeValue<'_>>>,
        basis: &Basis<'_>,
    ) -> Result<Self, Vec<Mistake>> {
        let mut notes = Notes { source, list: Vec::new() };
        let codes = Codes::read(codes, &mut notes);
        let mut rules = Vec::new();
        match fields.get_ref().as_table() {
            Some(table) => {
                let mut compiler = Compiler { codes: &codes, basis, notes: &mut notes };
                let mut placed: Vec<(usize, Rule)> = table
                    .iter()
                    .filter_map(|(key, value)| Some((key.span().start, compiler.rule(key, value)?)))
                    .collect();
                placed.sort_by_key(|(start, _)| *start);
                rules.extend(placed.into_iter().map(|(_, rule)| rule));
            }
            None => notes.say(
                fields.span(),
                "fields",
                Text::new("[fields] 应是一组 字段 = 规则", "[fields] must be a table of rules"),
                Text::new("例如 [fields] 下写 title = \"标题\"", "for example title = \"subject\" under [fields]"),
            ),
        }
        let speaks = |rule: &Rule| matches!(rule.field.name, "title" | "content" | "attachments");
        if notes.list.is_empty() && !rules.iter().any(speaks) {
            notes.say(
                fields.span(),
                "fields",
                Text::new("标题、正文、附件一样都没对应", "none of title, content and attachments is mapped"),
                Text::new(
                    "至少写一个:title、content 或 attachments",
                    "map at least one of title, content, attachments",
                ),
            );
        }
        let elsewhere: Vec<Path> = basis.elsewhere.iter().filter_map(|place| Path::parse(place)).collect();
        if notes.list.is_empty() {
            let reads = reads(&rules, &elsewhere);
            return Ok(Self { rules, reads, acts: None, route: None, program: None });
        }
        notes.list.sort_by(|a, b| (a.place, &a.key).cmp(&(b.place, &b.key)));
        Err(notes.list)
    }
}

fn reads(rules: &[Rule], elsewhere: &[Path]) -> Reads {
    let mut reads = Reads::default();
    elsewhere.iter().for_each(|path| reads.add(path));
    rules.iter().flat_map(Rule::places).for_each(|path| reads.add(path));
    reads
}

/// What compiles one rule after the other.
pub(super) struct Compiler<'c, 'n, 's> {
    pub(super) codes: &'c Codes<'c>,
    pub(super) basis: &'c Basis<'c>,
    pub(super) notes: &'n mut Notes<'s>,
}

impl<'c> Compiler<'c, '_, '_> {
    fn rule(&mut self, key: &Spanned<std::borrow::Cow<'c, str>>, value: &'c Spanned<DeValue<'c>>) -> Option<Rule> {
        let name = key.get_ref().as_ref();
        let Some(field) = Field::named(name) else {
            self.unknown_field(name, key.span());
            return None;
        };
        let full = format!("fields.{name}");
        let keys = match value.get_ref() {
            DeValue::Table(table) => Keys::of(full, value.span(), table),
            DeValue::String(_) | DeValue::Array(_) => Keys::bare(full, value),
            other => {
                let problem = Text::new(
                    format!("规则应是字段名、列表或 {{ … }},写成了{}", kind_zh(other)),
                    format!("a rule is a name, a list or {{ … }}, found {}", other.type_str()),
                );
                let remedy = Text::new("固定值写 { value = \"…\" }", "for a constant write { value = \"…\" }");
                self.notes.say(value.span(), &full, problem, remedy);
                return None;
            }
        };
        let before = self.notes.list.len();
        self.known_keys(field, &keys);
        let take = self.take(field, &keys);
        let steps = self.steps(field, &keys);
        let make = self.make(field, &keys);
        let (required, fallback) = self.missing(field, &keys);
        // Every part has been looked at, so that all mistakes of the rule are told at once.
        if self.notes.list.len() > before {
            return None;
        }
        let optional = keys.get("optional").is_some_and(|value| value.get_ref().as_bool() == Some(true));
        let rule = Rule { field, short: short(&keys), take: take?, steps, make: make?, required, optional, fallback };
        self.constant(&rule, &keys);
        Some(rule)
    }

    fn unknown_field(&mut self, name: &str, span: std::ops::Range<usize>) {
        let remedy = match nearest(name, FIELDS.iter().map(|field| (field.name, field.zh))) {
            Some((near, zh)) => Text::new(format!("是不是 {near}({zh})?"), format!("did you mean {near} ({zh})?")),
            None => {
                let all =
                    FIELDS.iter().map(|field| format!("{}({})", field.name, field.zh)).collect::<Vec<_>>().join(" ");
                Text::new(format!("可用的字段:{all}"), format!("the fields are: {all}"))
            }
        };
        let problem = Text::new(format!("统一工单没有字段 {name}"), format!("the ticket has no field {name}"));
        self.notes.say(span, &format!("fields.{name}"), problem, remedy);
    }

    /// Keys that no rule has, or that do not fit what the field takes.
    fn known_keys(&mut self, field: Field, keys: &Keys<'_>) {
        let allowed = field.shape.keys();
        for (key, span) in keys.names().filter(|(key, _)| !allowed.contains(key)) {
            let all = allowed.join(" ");
            let elsewhere = FIELDS.iter().any(|other| other.shape.keys().contains(&key));
            let (zh, en) = field.shape.words();
            let problem = if elsewhere {
                Text::new(
                    format!("{}({})是{zh},不能用 {key}", field.name, field.zh),
                    format!("{} ({}) is {en}, {key} does not fit", field.name, field.zh),
                )
            } else {
                Text::new(format!("规则里没有 {key} 这一项"), format!("a rule has no key {key}"))
            };
            let remedy = match nearest(key, allowed.iter().map(|name| (*name, ""))) {
                Some((near, _)) if !elsewhere => Text::new(format!("是不是 {near}?"), format!("did you mean {near}?")),
                _ => Text::new(format!("可用:{all}"), format!("allowed: {all}")),
            };
            self.notes.say(span, &keys.full(key), problem, remedy);
        }
    }

    fn take(&mut self, field: Field, keys: &Keys<'_>) -> Option<Take> {
        let point = field.shape == Shape::Point && (keys.get("lat").is_some() || keys.get("lng").is_some());
        let sources = ["from", "label", "links_under", "css", "column", "value", "template", "join"];
        let given: Vec<&str> = sources.into_iter().filter(|key| keys.get(key).is_some()).collect();
        match (given.as_slice(), point) {
            ([], true) => {
                let (lat, lng) = (keys.path("lat", self.notes), keys.path("lng", self.notes));
                if lat.is_none() || lng.is_none() {
                    self.together(keys, "lat", "lng");
                }
                Some(Take::Pair(lat?, lng?))
            }
            (["from"], false) => keys.paths("from", self.notes).map(Take::First),
            ([key @ ("label" | "links_under" | "css" | "column")], false) => {
                let markup = keys.says("clean", "html");
                let place = |text: &str| match *key {
                    "label" => Path::shown(text, markup),
                    "links_under" => Path::links(text),
                    "css" => Path::selected(text, markup),
                    _ => Path::label(text),
                };
                Some(Take::First(keys.texts(key, self.notes)?.into_iter().map(|(text, _)| place(text)).collect()))
            }
            (["template"], false) => keys.template("template", self.notes).map(Take::Template),
            (["join"], false) => {
                let with =
                    keys.text("with", self.notes).map_or(if field.shape == Shape::Path { "/" } else { "" }, |(t, _)| t);
                Some(Take::Join(keys.paths("join", self.notes)?, with.to_owned()))
            }
            (["value"], false) => self.value(keys).map(Take::Constant),
            ([], false) => {
                let problem = Text::new("没写从哪里取", "the rule does not say where to take the value");
                let remedy = Text::new("写 from = \"对方字段\"", "write from = \"their field\"");
                self.notes.say(keys.span.clone(), &keys.name, problem, remedy);
                None
            }
            (several, _) => {
                let mut all: Vec<&str> = several.to_vec();
                all.extend(point.then_some("lat"));
                let all = all.join(" ");
                let problem = Text::new(format!("{all} 只能写一样"), format!("only one of {all} can be given"));
                let remedy = Text::new("留一样,其余删掉", "keep one, remove the others");
                self.notes.say(keys.span.clone(), &keys.name, problem, remedy);
                None
            }
        }
    }

    /// Notes that two keys need each other.
    pub(super) fn together(&mut self, keys: &Keys<'_>, one: &str, other: &str) {
        let problem = Text::new(format!("{one} 和 {other} 要一起写"), format!("{one} and {other} belong together"));
        let remedy = Text::new(format!("补上缺的 {one} 或 {other}"), format!("add the missing {one} or {other}"));
        self.notes.say(keys.span.clone(), &keys.name, problem, remedy);
    }

    fn value(&mut self, keys: &Keys<'_>) -> Option<String> {
        for key in ["codes", "default", "clean", "after", "find", "required", "optional"] {
            if let Some(other) = keys.get(key) {
                let problem = Text::new(
                    format!("value 是固定值,不能再用 {key}"),
                    format!("value is a constant, {key} does not fit"),
                );
                let remedy = Text::new(format!("删掉 value 或 {key}"), format!("remove value or {key}"));
                self.notes.say(other.span(), &keys.full(key), problem, remedy);
            }
        }
        match keys.get("value")?.get_ref() {
            DeValue::Boolean(flag) => Some(flag.to_string()),
            _ => keys.text("value", self.notes).map(|(text, _)| text.to_owned()),
        }
    }

    fn steps(&mut self, field: Field, keys: &Keys<'_>) -> Vec<Step> {
        let mut steps = Vec::new();
        for (name, span) in keys.texts("clean", self.notes).unwrap_or_default() {
            if let Some(clean) = Clean::named(name) {
                steps.push(Step::Clean(clean));
                continue;
            }
            let all = Clean::NAMES.join(" ");
            let remedy = match nearest(name, Clean::NAMES.iter().map(|name| (*name, ""))) {
                Some((near, _)) => {
                    Text::new(format!("是不是 {near}?可用:{all}"), format!("did you mean {near}? allowed: {all}"))
                }
                None => Text::new(format!("可用:{all}"), format!("allowed: {all}")),
            };
            let problem = Text::new(format!("没有清洗办法 {name}"), format!("there is no cleaning {name}"));
            self.notes.say(span, &keys.full("clean"), problem, remedy);
        }
        if let Some((mark, _)) = keys.text("after", self.notes) {
            steps.push(Step::After(mark.to_owned()));
        }
        if let Some((pattern, span)) = keys.text("find", self.notes) {
            match Regex::new(pattern) {
                Ok(regex) => steps.push(Step::Find(regex)),
                Err(error) => {
                    let detail = error.to_string();
                    let detail = detail.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    let problem = Text::new(
                        format!("正则表达式有误:{detail}"),
                        format!("the regular expression is wrong: {detail}"),
                    );
                    let remedy = Text::new(
                        "改正表达式;只要标记后面的词,用 after 更省事",
                        "mend the expression; after is simpler for the word behind a mark",
                    );
                    self.notes.say(span, &keys.full("find"), problem, remedy);
                }
            }
        }
        if field.shape == Shape::Text {
            let take = keys.ordinal("take", self.notes);
            match (keys.text("split", self.notes), take) {
                (Some((split, _)), Some(which)) => steps.push(Step::Part(split.to_owned(), which)),
                (None, None) => {}
                _ if keys.get("split").is_some() && keys.get("take").is_some() => {}
                _ => self.together(keys, "split", "take"),
            }
        }
        steps
    }

    fn missing(&mut self, field: Field, keys: &Keys<'_>) -> (bool, Option<String>) {
        let required = keys.flag("required", self.notes);
        let optional = keys.flag("optional", self.notes);
        if required == Some(true) && (optional == Some(true) || keys.get("default").is_some()) {
            let problem =
                Text::new("required 与 optional、default 不能同时用", "required excludes optional and default");
            let remedy = Text::new("留一样", "keep one of them");
            self.notes.say(keys.span.clone(), &keys.name, problem, remedy);
        }
        let fallback = match keys.get("default") {
            Some(value) if keys.get("codes").is_none() || field.shape == Shape::Path => match value.get_ref() {
                DeValue::Boolean(flag) => Some(flag.to_string()),
                _ => keys.text("default", self.notes).map(|(text, _)| text.to_owned()),
            },
            _ => None,
        };
        // With a table, what a path falls back to is the table's own value, not a path of the source.
        let fallback = fallback.filter(|_| keys.get("codes").is_none());
        (required.unwrap_or(optional == Some(false)), fallback)
    }

    /// A constant, or what a rule falls back to, is tried at once: it must be legal for the field.
    fn constant(&mut self, rule: &Rule, keys: &Keys<'_>) {
        let (key, text) = match (&rule.take, &rule.fallback) {
            (Take::Constant(text), _) => ("value", text),
            (_, Some(text)) => ("default", text),
            _ => return,
        };
        let trial = Rule {
            take: Take::Constant(text.clone()),
            steps: Vec::new(),
            make: trial(&rule.make),
            short: String::new(),
            fallback: None,
            ..*rule
        };
        if let Err((_, why)) = trial.run(&serde_json::Value::Null) {
            let reason = why.reason();
            let problem = Text::new(format!("{key}:{}", reason.zh), format!("{key}: {}", reason.en));
            let span = keys.get(key).map_or_else(|| keys.span.clone(), Spanned::span);
            self.notes.say(span, &keys.full(key), problem, why.remedy());
        }
    }
}

/// A stand-in that judges a constant as the rule itself would.
fn trial(make: &Make) -> Make {
    match make {
        Make::Type { legal } => Make::Type { legal: legal.clone() },
        Make::Sex => Make::Sex,
        Make::Flag => Make::Flag,
        Make::Path { split, .. } => Make::Path { split: split.clone(), table: None },
        _ => Make::Text,
    }
}

/// The rule in short, for the list of what failed.
fn short(keys: &Keys<'_>) -> String {
    let told = ["codes", "date", "find", "after", "split", "template", "join"];
    let told = told.into_iter().filter_map(|key| {
        let value = keys.get(key)?;
        Some(value.get_ref().as_str().map_or_else(|| key.to_owned(), |text| format!("{key} = {text:?}")))
    });
    told.collect::<Vec<_>>().join(", ")
}
