//! What was learnt, written into the channel's file: values in their places, remarks on them, everything else as it was.

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::list::KeyGuess;
use super::reply::put;
use super::spelt::{key, one_line, paged, plain, rule, said};
use super::{Letter, ListGuess, Pages, ReplyGuess};
use crate::layout::laid_out;
use crate::learn::Learnt;
use crate::learn::codes::{CodeTable, quoted};
use crate::learn::words::Sure;
use crate::learn::write::FILL_IN;
use crate::normalize::field_zh;
use crate::settings::{Lang, Text};

/// What must be looked at stands where this is written.
const CHECK: &str = "【待核】";

/// A value of the file that becomes another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Its key.
    pub key: String,
    /// What the key means.
    pub what: Text,
    /// What stood there; none if nothing did.
    pub before: Option<String>,
    /// What stands there now.
    pub now: String,
}

/// The text of a `channel.toml` with what was learnt in it, and what that changes. A file that says all of it already comes
/// back as it was.
///
/// # Errors
///
/// If the text is no TOML, or could not be laid out.
pub fn rewritten(text: &str, pages: &Pages, lang: Lang) -> Result<(String, Vec<Change>), Text> {
    let document: DocumentMut = text.parse().map_err(|why: toml_edit::TomlError| {
        let why = why.message();
        Text::new(
            format!("channel.toml 读不懂({why}),没有动它;先用 huiliu check 改对"),
            format!(
                "channel.toml cannot be understood ({why}) and is left as it is; mend it first, huiliu check helps"
            ),
        )
    })?;
    let base = document.get("connect").and_then(|table| table.get("url")).and_then(Item::as_str).map(str::to_owned);
    let mut file = Writer { document, lang, base, changes: Vec::new() };
    if let Some(list) = &pages.list {
        file.list(list, pages);
    }
    if let Some(learnt) = &pages.learnt {
        file.fields(learnt);
        file.codes(learnt);
        file.acts(learnt);
    }
    if let Some(reply) = &pages.reply {
        file.reply(reply);
    }
    if file.changes.is_empty() {
        return Ok((text.to_owned(), Vec::new()));
    }
    let out = laid_out(&file.document.to_string()).map_err(|why| {
        Text::new(
            format!("改好的 channel.toml 排不齐({why:?}),没有写入;请报告这个问题"),
            format!("the changed channel.toml cannot be laid out ({why:?}); nothing was written, please report this"),
        )
    })?;
    Ok((out, file.changes))
}

struct Writer {
    document: DocumentMut,
    lang: Lang,
    /// The address that paths are added to.
    base: Option<String>,
    changes: Vec<Change>,
}

/// What a person has to do about a line.
#[derive(Clone, Copy)]
enum Mark {
    None,
    Check,
    Fill,
}

impl Writer {
    /// Puts a value; a key that says the same already is left with its remark.
    fn put(&mut self, table: &[&str], key: &str, value: &str, what: Text, mark: Mark) {
        let Ok(mut new) = value.parse::<Value>() else { return };
        let remark = format!(
            "{}{}",
            what.in_lang(self.lang),
            match mark {
                Mark::None => "",
                Mark::Check => CHECK,
                Mark::Fill => FILL_IN,
            }
        );
        let full = [table, &[key]].concat().join(".");
        let Some(into) = self.table(table) else { return };
        let before = into.get(key).map(said);
        if before.as_deref() == Some(plain(value).as_str()) {
            return;
        }
        let kept =
            into.get(key).and_then(Item::as_value).and_then(|old| old.decor().suffix()).and_then(|own| own.as_str());
        let own = kept.map(str::trim).filter(|own| own.starts_with('#')).map(|own| format!(" {own}"));
        new.decor_mut().set_prefix(" ");
        // Remarks stand behind a line; within a value in braces there is no room for one.
        if table.len() == 1 {
            let own =
                own.map(|own| if matches!(mark, Mark::Check) && !own.contains(CHECK) { own + CHECK } else { own });
            new.decor_mut().set_suffix(own.unwrap_or_else(|| format!(" # {}", one_line(&remark))));
        }
        into.insert(key, Item::Value(new));
        self.changes.push(Change { key: full, what, before, now: plain(value) });
    }

    fn table(&mut self, path: &[&str]) -> Option<&mut dyn TableLike> {
        let (first, rest) = path.split_first()?;
        let root = self.document.as_table_mut();
        if !root.contains_key(first) {
            root.insert(first, Item::Table(Table::new()));
        }
        let mut at = root.get_mut(first)?.as_table_like_mut()?;
        for name in rest {
            if !at.contains_key(name) {
                at.insert(name, Item::Value(Value::InlineTable(toml_edit::InlineTable::new())));
            }
            at = at.get_mut(name)?.as_table_like_mut()?;
        }
        Some(at)
    }

    fn has(&self, table: &str, key: &str) -> bool {
        self.document.get(table).and_then(|table| table.get(key)).is_some()
    }

    /// A member of an existing table, as text.
    fn text(&self, table: &str, key: &str, member: &str) -> Option<String> {
        let table = self.document.get(table)?.get(key)?;
        table.get(member)?.as_str().map(str::to_owned)
    }

    /// An address as the file writes paths: below the channel's address.
    fn path(&self, url: &str) -> Option<String> {
        let url = url.split('#').next().unwrap_or(url);
        let base = self.base.as_deref()?;
        let base = base.split(['?', '#']).next().unwrap_or(base);
        if let Some(rest) = url.strip_prefix(base.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/')) {
            return Some(rest.to_owned());
        }
        let host = |url: &str| url.split('/').take(3).collect::<Vec<_>>().join("/");
        (host(url) == host(base)).then(|| format!("/{}", url.split('/').skip(3).collect::<Vec<_>>().join("/")))
    }

    fn list(&mut self, list: &ListGuess, pages: &Pages) {
        let mut members: Vec<(String, String)> = Vec::new();
        let old = self.document.get("poll").and_then(|poll| poll.get("list")).and_then(Item::as_table_like);
        if let Some(old) = old {
            members.extend(old.iter().map(|(key, item)| (key.to_owned(), said(item))));
        }
        let mut set = |key: &str, value: Option<String>| {
            members.retain(|(known, _)| known != key);
            members.extend(value.map(|value| (key.to_owned(), value)));
        };
        let asked = self.text("poll", "list", "get").or_else(|| self.text("poll", "list", "post"));
        let mut mark = Mark::None;
        if asked.as_deref().is_none_or(|asked| asked.contains("【待")) {
            let path = list
                .url
                .as_deref()
                .and_then(|url| self.path(url))
                .map(|path| paged(&put(&path, &[], ""), list.page.as_deref()));
            mark = if path.is_some() { Mark::Check } else { Mark::Fill };
            set("get", Some(quoted(&path.unwrap_or_else(|| FILL_IN.to_owned()))));
        }
        if let Some(id) = &list.id {
            set("id", Some(quoted(id)));
        } else if self.text("poll", "list", "id").is_none() {
            set("id", Some(quoted(CHECK)));
        }
        if let Some(link) = &list.link {
            set("link", Some(quoted(link)));
        }
        match &list.key {
            Some(KeyGuess::Call(name, at)) => {
                let arg = if *at == 1 { String::new() } else { format!(", arg = {at}") };
                set("key", Some(format!("{{ call = {}{arg} }}", quoted(name))));
            }
            Some(KeyGuess::Mark(name)) => set("key", Some(format!("{{ mark = {} }}", quoted(name)))),
            None => {}
        }
        let text = members.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ");
        let heads = list.heads.join("、");
        let what = Text::new(format!("列表;表头有:{heads}"), format!("the list; its heads: {heads}"));
        self.put(&["poll"], "list", &format!("{{ {text} }}"), what, mark);
        if list.page.is_some() && !self.has("poll", "page") {
            let size = list.rows.max(1);
            let what = Text::new("翻页;每页多少行请核对", "pages; check how many rows a page has");
            self.put(&["poll"], "page", &format!("{{ by = \"number\", first = 1, size = {size} }}"), what, Mark::Check);
        }
        let empty = pages.empty.clone();
        let known = self.has("poll", "empty");
        let what = || Text::new("列表没有行时页面上的字,不见这几个字就算页面变了", "what a list without rows shows");
        match empty {
            Some(words) => self.put(&["poll"], "empty", &quoted(&words), what(), Mark::None),
            None if !known => self.put(&["poll"], "empty", &quoted(FILL_IN), what(), Mark::Fill),
            None => {}
        }
        if let Some(letter) = &pages.letter {
            self.detail(list, letter, pages);
        }
    }

    fn detail(&mut self, list: &ListGuess, letter: &Letter, pages: &Pages) {
        let mut members: Vec<(String, String)> = Vec::new();
        let old = self.document.get("poll").and_then(|poll| poll.get("detail")).and_then(Item::as_table_like);
        if let Some(old) = old {
            members.extend(old.iter().map(|(key, item)| (key.to_owned(), said(item))));
        }
        let has = |members: &[(String, String)], key: &str| members.iter().any(|(known, _)| known == key);
        let mut mark = Mark::None;
        if list.link.is_none() && !has(&members, "get") && !has(&members, "post") {
            let ids = pages.numbers(letter.id.as_deref());
            let path = letter.url.as_deref().and_then(|url| self.path(url));
            let path = path.map(|path| put(&put(&path, &ids, "{id}"), &list.keys, "{key}"));
            let path = path.filter(|path| path.contains('{'));
            mark = if path.is_some() { Mark::Check } else { Mark::Fill };
            let which = if list.key.is_some() { "{key}" } else { "{id}" };
            members.push(("get".to_owned(), quoted(&path.unwrap_or_else(|| format!("{FILL_IN}{which}")))));
        }
        if let Some(id) = letter.id.as_ref().filter(|_| !has(&members, "id")) {
            members.push(("id".to_owned(), quoted(id)));
        }
        if !letter.labels.is_empty() && !has(&members, "needs") {
            let needs = letter.labels.iter().take(3).map(|label| quoted(label)).collect::<Vec<_>>().join(", ");
            members.push(("needs".to_owned(), format!("[{needs}]")));
        }
        let text = members.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ");
        let what =
            Text::new("详情页;needs 是必须看得到的栏目", "an item's page; `needs` are labels that must be there");
        self.put(&["poll"], "detail", &format!("{{ {text} }}"), what, mark);
    }

    fn fields(&mut self, learnt: &Learnt) {
        for one in &learnt.fields {
            let mark = if one.open || one.sure != Sure::Name { Mark::Check } else { Mark::None };
            let what = Text::new(field_zh(one.field), one.field.replace('_', " "));
            self.put(&["fields"], one.field, &rule(one), what, mark);
        }
    }

    /// Codes that the file does not list yet; what a person wrote there stays.
    fn codes(&mut self, learnt: &Learnt) {
        for (name, table) in &learnt.codes.0 {
            let what = match name.as_str() {
                "yes_no" => Text::new("是否", "yes or no"),
                other => Text::new(field_zh(other), other.replace('_', " ")),
            };
            self.table_of_codes(&["codes"], name, table, what);
        }
    }

    fn table_of_codes(&mut self, path: &[&str], name: &str, table: &CodeTable, what: Text) {
        let old = self.document.get(path[0]).and_then(|table| table.get(name)).and_then(Item::as_table_like);
        let mut rows: Vec<(String, String)> = Vec::new();
        if let Some(old) = old {
            rows.extend(old.iter().map(|(code, item)| (code.to_owned(), said(item))));
        }
        for (code, ours) in &table.rows {
            if !rows.iter().any(|(known, _)| known == code) {
                rows.push((code.clone(), ours.clone()));
            }
        }
        let open: Vec<&str> =
            table.open.iter().map(String::as_str).filter(|code| !rows.iter().any(|(known, _)| known == code)).collect();
        let what = if open.is_empty() {
            what
        } else {
            let open = open.join("、");
            Text::new(
                format!("{};还见过 {open},看不出意思,来了会停下来问人", what.zh),
                format!("{}; also seen, and not known: {open}", what.en),
            )
        };
        let rows = rows.iter().map(|(code, ours)| format!("{} = {ours}", quoted(code))).collect::<Vec<_>>().join(", ");
        let mark = if table.guessed || !open.is_empty() { Mark::Check } else { Mark::None };
        self.put(path, name, &format!("{{ {rows} }}"), what, mark);
    }

    fn acts(&mut self, learnt: &Learnt) {
        let Some(acts) = &learnt.acts else { return };
        if self.has("acts", "from") {
            return;
        }
        let what = Text::new("来件性质在哪一栏", "where that stands");
        self.put(&["acts"], "label", &quoted(&acts.from), what, Mark::Check);
        let what = Text::new("对方的说法 → 来件性质;没列出的会停下来问人", "the far side's words and ours");
        self.table_of_codes(&["acts"], "codes", &acts.codes, what);
    }

    fn reply(&mut self, reply: &ReplyGuess) {
        let mut members: Vec<(String, String)> = Vec::new();
        let form = self.text("return", "closed", "form").filter(|form| !form.contains("【待"));
        // An address of one letter alone is none for the others.
        let found = reply.url.as_deref().and_then(|url| self.path(url)).filter(|path| path.contains('{'));
        let path = form.or(found).unwrap_or_else(|| format!("{FILL_IN}{{id}}"));
        members.push(("form".to_owned(), quoted(&path)));
        let filled = reply.boxes.iter().filter_map(|one| Some(format!("{} = {}", key(&one.name), one.fill.as_ref()?)));
        members.push(("fill".to_owned(), format!("{{ {} }}", filled.collect::<Vec<_>>().join(", "))));
        members.extend(reply.files.iter().map(|name| ("files".to_owned(), quoted(name))));
        let old = self.document.get("return").and_then(|back| back.get("closed")).and_then(Item::as_table_like);
        let ours = ["form", "fill", "files"];
        let kept = old.map(|old| old.iter().map(|(key, item)| (key.to_owned(), said(item))).collect::<Vec<_>>());
        members.extend(kept.into_iter().flatten().filter(|(key, _)| !ours.contains(&key.as_str())));
        if !members.iter().any(|(key, _)| key == "done_when") && !self.has("return", "done_when") {
            members.push(("done_when".to_owned(), format!("[{}]", quoted(FILL_IN))));
        }
        let told = reply.boxes.iter().map(|one| {
            let choices = if one.choices.is_empty() { String::new() } else { format!(":{}", one.choices.join("/")) };
            let label = one.label.as_deref().unwrap_or("没有栏目名");
            let open = if one.fill.is_none() { "没填" } else { "已填" };
            format!("{}({label}{choices},{open})", one.name)
        });
        let told = told.collect::<Vec<_>>().join("、");
        let what = Text::new(format!("办结;表单里的框:{told}"), format!("concluded; the form's boxes: {told}"));
        let text = members.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ");
        self.put(&["return"], "closed", &format!("{{ {text} }}"), what, Mark::Check);
    }
}
