//! A file taken apart: tables with the remarks before, in and behind them.

use toml_edit::{DocumentMut, Item, Key, RawString, Table, Value};

/// A file.
pub(super) struct Blocks {
    /// Remarks that stand apart at the beginning.
    pub(super) head: Vec<String>,
    /// Keys before any table, then tables.
    pub(super) blocks: Vec<Block>,
    /// Remarks that stand apart at the end.
    pub(super) foot: Vec<String>,
}

/// One table.
#[derive(Default)]
pub(super) struct Block {
    /// The first name of its path; none for keys before any table.
    pub(super) root: Option<String>,
    /// Lines of remarks before it; an empty one is a blank line.
    pub(super) lead: Vec<String>,
    /// `[a.b]`; empty for keys before any table.
    pub(super) header: String,
    /// The remark behind the header; empty if there is none.
    pub(super) remark: String,
    /// Its keys.
    pub(super) entries: Vec<Entry>,
    /// Remarks right behind its last line.
    pub(super) tail: Vec<String>,
}

/// One key.
pub(super) struct Entry {
    /// Lines of remarks before it; an empty one is a blank line.
    pub(super) lead: Vec<String>,
    /// As it was written, dots and quotes included.
    pub(super) key: String,
    /// As it was written.
    pub(super) value: String,
    /// The remark behind it; empty if there is none.
    pub(super) remark: String,
}

impl Blocks {
    pub(super) fn read(document: &DocumentMut) -> Self {
        let mut tables = Vec::new();
        collect(document.as_table(), &mut Vec::new(), &mut tables);
        tables.sort_by_key(|found| found.position);
        let mut top = Block { entries: entries(document.as_table()), ..Block::default() };
        let mut head = Vec::new();
        // What stands before the first thing of all, and apart from it, is about the whole file.
        let mut apart = |lead: &mut Vec<String>| {
            if let Some(last) = lead.iter().rposition(String::is_empty) {
                head = lead.drain(..=last).collect();
            }
        };
        let mut blocks = Vec::new();
        if let Some(first) = top.entries.first_mut() {
            apart(&mut first.lead);
            blocks.push(top);
        }
        for found in tables {
            let mut lead = lines(found.table.decor().prefix());
            match blocks.last_mut() {
                None => apart(&mut lead),
                // Remarks right behind a table's last line belong to it, not to the next one.
                Some(before) => before.tail = until_blank(&mut lead),
            }
            blocks.push(Block {
                root: found.path.first().map(|key| key.get().to_owned()),
                lead,
                header: found.header(),
                remark: remark(found.table.decor().suffix()),
                entries: entries(found.table),
                tail: Vec::new(),
            });
        }
        let mut foot = lines(Some(document.trailing()));
        if let Some(last) = blocks.last_mut() {
            last.tail = until_blank(&mut foot);
        }
        Self { head, blocks, foot }
    }

    /// Every remark, sorted; remarks inside of values stay with their values.
    pub(super) fn remarks(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.head.iter().chain(&self.foot).map(String::as_str).collect();
        for block in &self.blocks {
            all.extend(block.lead.iter().chain(&block.tail).map(String::as_str));
            all.push(&block.remark);
            for entry in &block.entries {
                all.extend(entry.lead.iter().map(String::as_str));
                all.push(&entry.remark);
            }
        }
        all.retain(|line| !line.is_empty());
        all.sort_unstable();
        all
    }
}

/// A table with a header of its own.
struct Found<'d> {
    position: Option<isize>,
    path: Vec<&'d Key>,
    table: &'d Table,
    is_one_of_several: bool,
}

impl Found<'_> {
    fn header(&self) -> String {
        let path = dotted(&self.path);
        if self.is_one_of_several { format!("[[{path}]]") } else { format!("[{path}]") }
    }
}

fn collect<'d>(table: &'d Table, path: &mut Vec<&'d Key>, found: &mut Vec<Found<'d>>) {
    for (name, item) in table {
        let Some(key) = table.key(name) else { continue };
        path.push(key);
        match item {
            Item::Table(inner) => {
                if !inner.is_dotted() && !inner.is_implicit() {
                    found.push(Found {
                        position: inner.position(),
                        path: path.clone(),
                        table: inner,
                        is_one_of_several: false,
                    });
                }
                collect(inner, path, found);
            }
            Item::ArrayOfTables(several) => {
                for inner in several {
                    found.push(Found {
                        position: inner.position(),
                        path: path.clone(),
                        table: inner,
                        is_one_of_several: true,
                    });
                    collect(inner, path, found);
                }
            }
            Item::Value(_) | Item::None => {}
        }
        path.pop();
    }
}

fn entries(table: &Table) -> Vec<Entry> {
    let entry = |(path, value): (Vec<&Key>, &Value)| {
        let lead = path.last().and_then(|key| key.leaf_decor().prefix());
        let mut bare = value.clone();
        bare.decor_mut().clear();
        Entry {
            lead: lines(lead),
            key: dotted(&path),
            value: bare.to_string().trim().to_owned(),
            remark: remark(value.decor().suffix()),
        }
    };
    table.get_values().into_iter().map(entry).collect()
}

fn dotted(path: &[&Key]) -> String {
    path.iter().map(|key| key.display_repr()).collect::<Vec<_>>().join(".")
}

fn text(raw: Option<&RawString>) -> &str {
    raw.and_then(RawString::as_str).unwrap_or_default()
}

fn remark(raw: Option<&RawString>) -> String {
    text(raw).trim().to_owned()
}

/// Lines of remarks; blank lines as empty ones, never two in a row.
fn lines(raw: Option<&RawString>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for line in text(raw).lines().map(str::trim) {
        if !line.is_empty() || out.last().is_none_or(|last| !last.is_empty()) {
            out.push(line.to_owned());
        }
    }
    out
}

/// Takes the lines before the first blank one.
fn until_blank(lines: &mut Vec<String>) -> Vec<String> {
    let end = lines.iter().position(String::is_empty).unwrap_or(lines.len());
    lines.drain(..end).collect()
}
