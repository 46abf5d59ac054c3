//! The list: which table it is, which head is over the numbers, how a row is opened, how pages follow each other.

use huiliu_page::{Link, ListRow, Page, RowsBy};
use serde_json::Value;

use super::saved::Saved;
use super::{document, is_state};
use crate::learn::columns::columns;
use crate::learn::id;
use crate::learn::words::words;
use crate::settings::Text;

/// What was learnt of a list.
#[derive(Clone, Debug)]
pub struct ListGuess {
    /// The heads of its table.
    pub heads: Vec<String>,
    /// How many rows it shows.
    pub rows: usize,
    /// The head over the items' numbers.
    pub id: Option<String>,
    /// The head over the link that opens an item.
    pub link: Option<String>,
    /// What opens an item where no link does.
    pub key: Option<KeyGuess>,
    /// Where the page was saved from.
    pub url: Option<String>,
    /// The parameter that says which page is meant.
    pub page: Option<String>,
    /// The rows' states, as they are written.
    pub(super) states: Vec<String>,
    /// The rows' numbers, and what opens each.
    pub(super) numbers: Vec<String>,
    pub(super) keys: Vec<String>,
    /// The rows as documents.
    pub(super) documents: Vec<Value>,
}

/// What opens an item where no link does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyGuess {
    /// An argument of a call, counted from 1.
    Call(String, usize),
    /// What the row notes under a name.
    Mark(String),
}

/// How many heads are words that the dictionary knows.
pub(super) fn known(heads: &[String]) -> usize {
    let known =
        |head: &&String| !words().senses(head).is_empty() || words().role("id", head).is_some() || is_state(head);
    heads.iter().filter(known).count()
}

/// The list of a page that says most to us: its heads, and how many rows are under them.
pub(super) fn best(page: &Page) -> Option<(Vec<String>, usize)> {
    page.lists().into_iter().max_by_key(|(heads, rows)| (known(heads), *rows))
}

pub(super) fn worth(page: &Page) -> (usize, usize) {
    best(page).map_or((0, 0), |(heads, rows)| (known(&heads), rows))
}

/// What a list without rows says: 暂无数据.
pub(super) fn empty_words(page: &Page) -> Option<String> {
    let text = page.text();
    let says = |line: &&str| {
        let few = line.chars().count() <= 20;
        few && ["暂无", "没有数据", "无数据", "没有记录", "无记录", "没有找到", "无符合", "没有符合"]
            .iter()
            .any(|word| line.contains(word))
    };
    text.lines().map(str::trim).find(says).map(str::to_owned)
}

pub(super) fn learn(saved: &Saved, notes: &mut Vec<Text>) -> ListGuess {
    let (heads, _) = best(&saved.page).unwrap_or_default();
    let rows = saved.page.rows(&RowsBy::heads(heads.iter().cloned())).unwrap_or_default();
    let documents: Vec<Value> = rows.iter().map(|row| document::from(row.cells.clone())).collect();
    let plain: Vec<Value> = documents.iter().map(document::without_markup).collect();
    let columns: Vec<_> = columns(&plain).into_iter().filter(|column| column.path.len() == 1).collect();
    let id = match id::find(&columns, None, None) {
        Ok(id) => Some(id.path.first().cloned().unwrap_or_default()),
        Err(why) => {
            notes.push(Text::new(format!("列表里的编号:{}", why.zh), format!("the numbers in the list: {}", why.en)));
            None
        }
    };
    let link = link(&rows);
    let (key, keys) = match &link {
        Some(_) => (None, Vec::new()),
        None => key(&rows).map_or((None, Vec::new()), |(key, keys)| (Some(key), keys)),
    };
    if link.is_none() && key.is_none() {
        notes.push(Text::new(
            "列表的行里没有能打开详情的链接;详情的网址要自己写在 poll.detail 里",
            "no row of the list has a link that opens an item; write the address of details into poll.detail",
        ));
    }
    let texts = |wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
        let cells = rows.iter().flat_map(|row| &row.cells).filter(|(head, _)| wanted(head));
        cells.map(|(_, cell)| cell.text.clone()).filter(|text| !text.is_empty()).collect()
    };
    ListGuess {
        rows: rows.len(),
        states: texts(&is_state),
        numbers: texts(&|head| Some(head) == id.as_deref()),
        link,
        key,
        keys,
        id,
        page: page_param(&saved.page),
        url: saved.url.clone(),
        heads,
        documents,
    }
}

/// The head over links that lead from each row elsewhere; a title's before others.
fn link(rows: &[ListRow]) -> Option<String> {
    let leads = |head: &&String| {
        let hrefs: Vec<Option<&Link>> = rows
            .iter()
            .map(|row| row.cell(head).and_then(|cell| cell.links.iter().find(|link| !link.href.is_empty())))
            .collect();
        let mut all: Vec<&str> = hrefs.iter().flatten().map(|link| link.href.as_str()).collect();
        let whole = all.len() == rows.len() && !rows.is_empty();
        all.sort_unstable();
        all.dedup();
        whole && all.len() == rows.len()
    };
    let heads: Vec<String> = rows.first()?.cells.iter().map(|(head, _)| head.clone()).collect();
    let mut leading: Vec<&String> = heads.iter().filter(leads).collect();
    leading.sort_by_key(|head| !words().senses(head).iter().any(|one| one.field == "title"));
    leading.first().map(|head| (*head).clone())
}

/// What opens each row by a script, or what the row notes for one.
fn key(rows: &[ListRow]) -> Option<(KeyGuess, Vec<String>)> {
    let first = rows.first()?;
    let calls = |row: &ListRow| -> Vec<huiliu_page::Call> {
        let links = row.cells.iter().flat_map(|(_, cell)| &cell.links);
        links.flat_map(|link| link.calls.clone()).chain(row.calls.iter().cloned()).collect()
    };
    let apart = |keys: &[String]| {
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        keys.len() == rows.len() && sorted.len() == keys.len() && keys.iter().all(|key| !key.is_empty())
    };
    let opens = |name: &str| {
        ["view", "show", "detail", "open", "look", "info", "edit"].iter().any(|word| name.to_lowercase().contains(word))
    };
    let mut named: Vec<(String, usize)> =
        calls(first).iter().flat_map(|call| (1..=call.args.len()).map(|at| (call.name.clone(), at))).collect();
    named.sort_by_key(|(name, at)| (!opens(name), *at));
    for (name, at) in named {
        let of = |row: &ListRow| {
            calls(row).iter().find(|call| call.name == name).and_then(|call| call.args.get(at - 1).cloned())
        };
        let keys: Vec<String> = rows.iter().filter_map(of).collect();
        if apart(&keys) {
            return Some((KeyGuess::Call(name, at), keys));
        }
    }
    let names = first.marks.iter().map(|(name, _)| name.clone());
    names.into_iter().find_map(|name| {
        let keys: Vec<String> = rows.iter().filter_map(|row| row.mark(&name).map(str::to_owned)).collect();
        apart(&keys).then_some((KeyGuess::Mark(name), keys))
    })
}

/// Parameters by which pages are asked for.
const PAGES: [&str; 14] = [
    "page",
    "pageno",
    "pagenum",
    "pageindex",
    "currentpage",
    "curpage",
    "pagenumber",
    "pagecurrent",
    "currpage",
    "cpage",
    "pn",
    "p",
    "gotopage",
    "currentpageno",
];

/// The parameter of links to other pages, or the field of a form that pages are asked for by.
fn page_param(page: &Page) -> Option<String> {
    let paged = |name: &str| PAGES.contains(&name.replace(['_', '.'], "").to_lowercase().as_str());
    let of = |href: &str| {
        let (_, query) = href.split_once('?')?;
        let pairs = query.split(['&', '#']).filter_map(|pair| pair.split_once('='));
        let mut found = pairs.filter(|(name, value)| paged(name) && value.bytes().all(|b| b.is_ascii_digit()));
        found.next().map(|(name, _)| name.to_owned())
    };
    let linked = page.links().iter().find_map(|link| of(&link.href));
    linked.or_else(|| {
        let fields = page.forms().into_iter().flat_map(|form| form.fields);
        fields.map(|field| field.name).find(|name| paged(name))
    })
}
