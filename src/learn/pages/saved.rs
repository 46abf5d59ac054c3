//! A saved page, and what it is.

use huiliu_page::{Charset, Kind, Limits, Page};

use super::{File, list};
use crate::learn::words::words;
use crate::settings::Text;

/// What a page is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// A list of letters.
    List,
    /// A list without any.
    Empty,
    /// One letter.
    Letter,
    /// A form that takes an answer.
    Reply,
    /// The page that asks for name and password.
    Login,
    /// Nothing that helps.
    Other,
}

impl Sort {
    /// What it is called.
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            Self::List => ("列表页", "a list"),
            Self::Empty => ("空的列表页", "an empty list"),
            Self::Letter => ("详情页", "a letter"),
            Self::Reply => ("答复页", "a form for answers"),
            Self::Login => ("登录页,没有用上", "a login page, not used"),
            Self::Other => ("认不出是什么页,没有用上", "not recognised, not used"),
        };
        Text::new(zh, en)
    }
}

/// A saved page, read.
pub(super) struct Saved {
    pub(super) name: String,
    pub(super) page: Page,
    pub(super) sort: Sort,
    /// From where the browser saved it.
    pub(super) url: Option<String>,
}

/// Reads a file; fails with its name and what helps.
pub(super) fn read(file: &File<'_>) -> Result<Saved, Text> {
    let limits = Limits { bytes: 8 << 20, ..Limits::default() };
    let page = Page::read(file.bytes, None, Charset::Auto, &limits)
        .map_err(|why| Text::new(format!("{}:{}", file.name, why.zh), format!("{}: {}", file.name, why.en)))?;
    let sort = sort(&page, file.name);
    Ok(Saved { name: file.name.to_owned(), sort, url: url(file.bytes), page })
}

/// Browsers write it as `<!-- saved from url=(0042)https://… -->`.
fn url(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let (_, rest) = head.split_once("saved from url=(")?;
    let (_, url) = rest.split_once(')')?;
    let url: String = url.chars().take_while(|c| !c.is_whitespace()).collect();
    url.starts_with("http").then_some(url)
}

fn sort(page: &Page, name: &str) -> Sort {
    let forms = page.forms();
    let has = |kind: Kind| forms.iter().any(|form| form.fields.iter().any(|field| field.kind == kind));
    let listed = list::best(page);
    let rows = listed.as_ref().map_or(0, |(_, rows)| *rows);
    let known = page.labels().iter().filter(|(label, _)| !words().senses(label).is_empty()).count();
    let name = name.to_lowercase();
    let called = |words: &[&str]| words.iter().any(|word| name.contains(word));
    // A list of one row looks like a letter, a letter with its history like a list: then the file's name decides.
    if called(&["空", "empty", "无数据"]) && listed.is_some() && rows == 0 {
        return Sort::Empty;
    }
    if called(&["回复", "答复", "reply", "办结"]) && has(Kind::Area) {
        return Sort::Reply;
    }
    if called(&["详情", "detail", "view"]) && known > 0 {
        return Sort::Letter;
    }
    if called(&["列表", "list"]) && rows > 0 {
        return Sort::List;
    }
    let by_list = listed.as_ref().map_or(0, |(heads, _)| list::known(heads));
    match () {
        () if has(Kind::Password) => Sort::Login,
        () if rows > 1 && by_list > 1 && by_list + 2 > known => Sort::List,
        () if has(Kind::Area) && known < 4 => Sort::Reply,
        () if known > 2 => Sort::Letter,
        () if rows > 0 && by_list > 1 => Sort::List,
        () if by_list > 1 && list::empty_words(page).is_some() => Sort::Empty,
        () if has(Kind::Area) => Sort::Reply,
        () if known > 0 => Sort::Letter,
        () => Sort::Other,
    }
}
