//! Learning a web back end from pages that a person has saved: which table is the list and how a row is opened, which
//! label of a letter's page is which field, which box of a form takes the answer. Pages come in any order; what each of them
//! is, is told by what it shows. A pure room.

mod document;
mod list;
mod reply;
mod saved;
mod spelt;
#[cfg(test)]
mod tests;
mod write;

use serde_json::Value;

use super::codes::{self, Codes};
use super::columns::{Column, columns};
use super::fields;
use super::id::Id;
use super::words::Sure;
use super::{ActsGuess, Learnt, Way};
use crate::settings::Text;

pub use list::{KeyGuess, ListGuess};
pub use reply::{BoxGuess, ReplyGuess};
pub use saved::Sort;
pub use write::{Change, rewritten};

use saved::Saved;

/// A page that a person has saved.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// What the file is called: 列表.html says what it is, where the page itself leaves it open.
    pub name: &'a str,
    /// What stands in it.
    pub bytes: &'a [u8],
}

/// What was learnt of saved pages.
#[derive(Clone, Debug)]
pub struct Pages {
    /// What each file is, in the order of the files.
    pub sorts: Vec<(String, Sort)>,
    /// The list; none if no page shows one.
    pub list: Option<ListGuess>,
    /// What an empty list shows; none if no page of one was given.
    pub empty: Option<String>,
    /// Fields, codes and acts, of a letter's page; of the list's rows where there is no such page.
    pub learnt: Option<Learnt>,
    /// Where a letter's page was saved from, and the labels that it shows.
    pub letter: Option<Letter>,
    /// The form that takes the answer.
    pub reply: Option<ReplyGuess>,
    /// What a person must look at.
    pub notes: Vec<Text>,
}

/// A letter's own page.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Where it was saved from, if the browser wrote that down.
    pub url: Option<String>,
    /// The label before its number, if it is the same as in the list.
    pub id: Option<String>,
    /// The labels that become fields, as the page shows them.
    pub labels: Vec<String>,
    /// How many letters were looked at.
    pub count: usize,
}

/// Learns from saved pages.
///
/// # Errors
///
/// If a file is no page, or no page shows a list, a letter or a form; with what helps.
pub fn learn(files: &[File<'_>]) -> Result<Pages, Text> {
    let saved: Vec<Saved> = files.iter().map(saved::read).collect::<Result<_, _>>()?;
    let mut pages = Pages {
        sorts: saved.iter().map(|one| (one.name.clone(), one.sort)).collect(),
        list: None,
        empty: None,
        learnt: None,
        letter: None,
        reply: None,
        notes: Vec::new(),
    };
    let of = |sort: Sort| saved.iter().filter(move |one| one.sort == sort);
    if let Some(found) = of(Sort::List).max_by_key(|one| list::worth(&one.page)) {
        pages.list = Some(list::learn(found, &mut pages.notes));
    }
    pages.empty = of(Sort::Empty).find_map(|one| list::empty_words(&one.page));
    let letters: Vec<&Saved> = of(Sort::Letter).collect();
    let documents: Vec<Value> = match (letters.as_slice(), &pages.list) {
        ([], Some(list)) => list.documents.clone(),
        (letters, list) => {
            let rows = list.as_ref().map(|list| list.documents.as_slice()).unwrap_or_default();
            let id = list.as_ref().and_then(|list| list.id.as_deref());
            letters.iter().map(|letter| document::with_row(document::of(&letter.page), rows, id)).collect()
        }
    };
    if !documents.is_empty() {
        pages.letter = letters.first().map(|first| Letter {
            url: first.url.clone(),
            id: None,
            labels: Vec::new(),
            count: letters.len(),
        });
        pages.judge(documents);
    }
    let id = pages.learnt.as_ref().and_then(|learnt| learnt.id.as_ref()).map(|id| id.at.clone());
    let numbers: Vec<String> = pages.numbers(id.as_deref());
    let keys = pages.list.as_ref().map(|list| list.keys.clone()).unwrap_or_default();
    pages.reply = of(Sort::Reply).find_map(|one| reply::learn(one, &numbers, &keys));
    if pages.list.is_none() && pages.letter.is_none() && pages.reply.is_none() {
        return Err(Text::new(
            "这些网页里既没有列表,也没有一件来信的详情,也没有答复的表单;请在浏览器里打开列表页、详情页,各“网页另存为”一份再来",
            "these pages show neither a list nor a letter nor a form; open the list and a letter in a browser, save each page, and try again",
        ));
    }
    pages.missing();
    Ok(pages)
}

impl Pages {
    /// Which label is which field.
    fn judge(&mut self, documents: Vec<Value>) {
        let plain: Vec<Value> = documents.iter().map(document::without_markup).collect();
        let columns = columns(&plain);
        let id = self.list.as_ref().and_then(|list| list.id.clone());
        let id = id.filter(|id| columns.iter().any(|column| column.path == [id.as_str()]));
        let number = id.clone().or_else(|| only_number(&columns));
        let act = columns.iter().find(|column| is_state(&column.name));
        let mut seen: Vec<String> = act.map(Column::texts).unwrap_or_default();
        seen.extend(self.list.iter().flat_map(|list| list.states.iter().cloned()));
        let act = act.filter(|_| codes::may_be(&seen)).map(|column| (column, codes::acts(&seen)));
        // A state that is never more than new tells nothing; asked of every letter it would only stop some.
        let act = act.filter(|(_, table)| table.rows.values().any(|ours| ours != "\"new\""));
        let mut taken: Vec<Vec<String>> = number.iter().map(|id| vec![id.clone()]).collect();
        taken.extend(columns.iter().filter(|column| is_state(&column.name)).map(|column| column.path.clone()));
        let mut tables = Codes::default();
        let mut found = fields::find(&columns, &taken, &mut tables);
        document::mark_up(&documents, &mut found);
        let labels = found.iter().filter(|one| one.sure == Sure::Name).filter_map(|one| one.from.first());
        let labels: Vec<String> =
            labels.filter(|path| path.len() == 1).filter_map(|path| path.first().cloned()).collect();
        let read =
            |column: &&Column| found.iter().any(|one| one.from.contains(&column.path)) || taken.contains(&column.path);
        let unread =
            columns.iter().filter(|column| !read(column) && column.path.len() == 1).map(Column::written).collect();
        if let Some(letter) = &mut self.letter {
            letter.id = id;
            letter.labels = labels;
        }
        self.learnt = Some(Learnt {
            way: Way::Asks,
            form: None,
            list: None,
            table: None,
            id: number.map(|at| Id { path: vec![at.clone()], at, sure: Sure::Name }),
            acts: act.map(|(column, codes)| ActsGuess { from: column.written(), codes, refer: None }),
            fields: found,
            codes: tables,
            touched: Vec::new(),
            unread,
            items: documents,
        });
    }

    /// The numbers of the letters that pages show: what stands for them in addresses is `{id}`.
    fn numbers(&self, id: Option<&str>) -> Vec<String> {
        let letters = self.learnt.iter().flat_map(|learnt| &learnt.items);
        let letters = letters.filter_map(|item| item.get(id?)?.as_str().map(str::to_owned));
        let rows = self.list.iter().flat_map(|list| list.numbers.iter().cloned());
        letters.chain(rows).filter(|number| !number.is_empty()).collect()
    }

    /// What no page told.
    fn missing(&mut self) {
        if self.list.is_none() {
            self.notes.push(Text::new(
                "没有列表页,[poll] 没有动;请把列表页也另存一份",
                "there is no page of a list, so [poll] is left as it is; save that page, too",
            ));
        }
        if self.letter.is_none() && self.list.is_some() {
            self.notes.push(Text::new(
                "没有详情页,字段是照列表的栏目写的;请把一件来信的详情页也另存一份",
                "there is no page of a letter, so the fields are those of the list; save a letter's page, too",
            ));
        }
        if self.letter.as_ref().is_some_and(|letter| letter.count == 1) {
            self.notes.push(Text::new(
                "只看了一件来信的详情;不同类别的各存一份一起给,代码会更全",
                "only one letter was looked at; give several of different sorts, and more codes are known",
            ));
        }
        let speaks = |learnt: &Learnt| learnt.fields.iter().any(|one| matches!(one.field, "title" | "content"));
        if self.learnt.as_ref().is_some_and(|learnt| !speaks(learnt)) {
            self.notes.push(Text::new(
                "没认出哪一栏是标题、哪一栏是正文,请自己写上",
                "neither a title nor a text is recognised; write them yourself",
            ));
        }
    }

    /// A sample of the page's document that is nobody's: only what is read, masked.
    pub fn sample(&self) -> Option<Value> {
        let learnt = self.learnt.as_ref()?;
        let item = learnt.items.first()?;
        Some(document::only_read(&learnt.masked(item), learnt))
    }
}

/// What tells how far the far side has come.
fn is_state(name: &str) -> bool {
    matches!(name, "办件状态" | "信件状态" | "来信状态" | "工单状态" | "办理状态" | "处理状态" | "状态" | "当前状态")
}

/// The one label that is called as numbers are, where no list says which it is.
fn only_number(columns: &[Column]) -> Option<String> {
    let called = columns.iter().filter_map(|column| Some((super::words::words().role("id", &column.name)?, column)));
    let best = called.max_by_key(|((sure, rank), _)| (*sure, std::cmp::Reverse(*rank)));
    best.and_then(|(_, column)| column.path.first().cloned())
}
