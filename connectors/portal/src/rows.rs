//! The rows of a list: by which number an item is known, what opens it, and what its row says. Reads what was shown; asks
//! for nothing.

use huiliu_contract::{ExternalId, Fault};
use huiliu_kit::pick::{Pointer, scalar, sort_of};
use huiliu_kit::stamp::Stamp;
use huiliu_kit::success::Judge;
use huiliu_page::{Labelled, ListRow, Page, RowsBy, Selector};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use crate::reader::links;
use crate::seen::Seen;

/// Where the parts of a row stand: heads of a page, or places of JSON.
#[derive(Debug)]
pub(crate) struct ListRule {
    pub(crate) way: ListWay,
    pub(crate) key: Option<KeyRule>,
    pub(crate) empty: Option<String>,
    /// The time by which the list is sorted.
    pub(crate) time: Option<(String, Stamp)>,
    pub(crate) zone: TimeZone,
}

/// How a list is written.
#[derive(Debug)]
pub(crate) enum ListWay {
    Html { rows: RowsBy, id: Option<String>, link: Option<String>, total: Option<Selector> },
    Json { items: Pointer, id: Option<Pointer>, total: Option<Pointer>, judge: Judge },
}

/// What opens an item.
#[derive(Debug)]
pub(crate) enum KeyRule {
    Call(String, usize),
    Mark(String),
    Param(String),
    At(Pointer),
}

/// A row.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Row {
    /// The item's number, or why it has none.
    pub(crate) id: Result<ExternalId, String>,
    pub(crate) key: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) cells: Value,
    pub(crate) time: Option<Timestamp>,
    pub(crate) digest: u64,
}

/// A row whose item is to be opened.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) id: String,
    pub(crate) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    pub(crate) cells: Value,
    pub(crate) digest: u64,
}

/// A page of a list.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Listed {
    pub(crate) rows: Vec<Row>,
    pub(crate) total: Option<u64>,
}

impl ListRule {
    /// The rows of a page.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] where it is not laid out as the file says; that it is empty must be said in words.
    pub(crate) fn read(&self, seen: &Seen) -> Result<Listed, Fault> {
        match &self.way {
            ListWay::Html { rows, id, link, total } => {
                let page = seen.page()?;
                Judge::default().accept(&seen.answer, Timestamp::now())?;
                let found = self.found(page, rows).map_err(|fault| fault.quoting(seen.answer.quote()))?;
                let row = |row: ListRow| self.row(row, id.as_deref(), link.as_deref(), seen);
                let total = total.as_ref().and_then(|at| page.css(at).first().and_then(|found| number(&found.text)));
                Ok(Listed { rows: found.into_iter().map(row).collect(), total })
            }
            ListWay::Json { items, id, total, judge } => {
                let document = seen.document(judge)?;
                let total = total.as_ref().and_then(|at| scalar(at.get(&document)?)?.trim().parse().ok());
                let rows = match items.get(&document) {
                    Some(Value::Array(rows)) => rows.clone(),
                    None | Some(Value::Null)
                        if self.empty.as_ref().is_some_and(|word| seen.says(std::slice::from_ref(word))) =>
                    {
                        Vec::new()
                    }
                    found => {
                        let what = sort_of(found);
                        return Err(Fault::malformed(format!(
                            "a list is expected at `{items}` (`poll.list.items`), there is {what}"
                        ))
                        .quoting(seen.answer.quote()));
                    }
                };
                if let Some(word) =
                    self.empty.as_ref().filter(|word| rows.is_empty() && !seen.says(std::slice::from_ref(*word)))
                {
                    return Err(silent(word).quoting(seen.answer.quote()));
                }
                Ok(Listed { rows: rows.into_iter().map(|row| self.json_row(row, id.as_ref())).collect(), total })
            }
        }
    }

    fn found(&self, page: &Page, rows: &RowsBy) -> Result<Vec<ListRow>, Fault> {
        let says_empty = || self.empty.as_ref().is_some_and(|word| page.shows(word));
        match page.rows(rows) {
            Ok(found) if !found.is_empty() => Ok(found),
            Ok(_) | Err(_) if says_empty() => Ok(Vec::new()),
            Ok(_) => Err(silent(self.empty.as_deref().unwrap_or_default())),
            Err(changed) => Err(Fault::malformed(format!("the list is not laid out as it was: {changed}"))),
        }
    }

    fn row(&self, row: ListRow, id: Option<&str>, link: Option<&str>, seen: &Seen) -> Row {
        let mut cells = Map::new();
        let mut linked = Map::new();
        for (head, cell) in &row.cells {
            cells.insert(head.clone(), cell.text.trim().into());
            let found = links(cell, &seen.url);
            if !found.is_empty() {
                linked.insert(head.clone(), found.into());
            }
        }
        if !linked.is_empty() {
            cells.insert("@links".into(), linked.into());
        }
        let cell = |name: &str| row.cell(name).map(|cell| cell.text.trim().to_owned()).filter(|text| !text.is_empty());
        let key = self.key.as_ref().and_then(|key| key.of_row(&row, link, &seen.url));
        let id = match id {
            Some(name) => known(cell(name), &format!("under “{name}”")),
            None => known(key.clone(), "where `poll.list.key` says"),
        };
        let time = self.time.as_ref().and_then(|(name, stamp)| stamp.read(&Value::String(cell(name)?), &self.zone));
        let url = link.and_then(|name| row.cell(name)).and_then(|cell| opens(cell, &seen.url));
        let cells = Value::Object(cells);
        let digest = digest(&[cells.to_string().as_bytes(), url.as_deref().unwrap_or_default().as_bytes()]);
        Row { id, key, url, cells, time, digest }
    }

    fn json_row(&self, row: Value, id: Option<&Pointer>) -> Row {
        let text = |at: &Pointer| at.get(&row).and_then(scalar).map(|text| text.into_owned());
        let key = match &self.key {
            Some(KeyRule::At(at)) => text(at),
            _ => None,
        };
        let id = match id {
            Some(at) => at.get(&row).map_or_else(
                || Err(format!("there is no number at `{at}`")),
                |found| ExternalId::from_value(found).map_err(|why| format!("at `{at}`: {why}")),
            ),
            None => known(key.clone(), "where `poll.list.key` says"),
        };
        let time =
            self.time.as_ref().and_then(|(at, stamp)| stamp.read(Pointer::parse(at).ok()?.get(&row)?, &self.zone));
        let digest = digest(&[row.to_string().as_bytes()]);
        Row { id, key, url: None, cells: row, time, digest }
    }
}

impl KeyRule {
    fn of_row(&self, row: &ListRow, link: Option<&str>, page: &Url) -> Option<String> {
        let linked = || link.and_then(|name| row.cell(name)).into_iter().chain(row.cells.iter().map(|(_, cell)| cell));
        let found = match self {
            Self::Mark(name) => row.mark(name).map(str::to_owned),
            Self::Call(name, arg) => {
                let in_cells = linked().flat_map(|cell| &cell.links).flat_map(|link| &link.calls);
                let call = row.calls.iter().chain(in_cells).find(|call| call.name == *name);
                call.and_then(|call| call.args.get(*arg).cloned())
            }
            Self::Param(name) => linked().flat_map(|cell| &cell.links).find_map(|link| {
                let url = page.join(&link.href).ok()?;
                url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
            }),
            Self::At(_) => None,
        };
        found.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty())
    }
}

/// The number of an item, as it stands there.
fn known(text: Option<String>, place: &str) -> Result<ExternalId, String> {
    let text = text.ok_or_else(|| format!("there is no number {place}"))?;
    ExternalId::new(text).map_err(|why| format!("{place}: {why}"))
}

/// Where a click on a cell leads.
fn opens(cell: &Labelled, page: &Url) -> Option<String> {
    let href = cell.links.iter().map(|link| link.href.trim()).find(|href| !href.is_empty())?;
    page.join(href).ok().filter(|url| matches!(url.scheme(), "http" | "https")).map(String::from)
}

/// The one number of a text such as 共 53 条; none where there is none, or several.
fn number(text: &str) -> Option<u64> {
    let mut found = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let first = found.next()?.parse().ok()?;
    found.next().is_none().then_some(first)
}

fn silent(word: &str) -> Fault {
    let message = format!(
        "the list has no rows, and nothing on it says so (`poll.empty`: “{word}”): the layout was changed, or something else came"
    );
    Fault::malformed(message)
}

/// FNV-1a, the same from release to release: it compares what is shown with what was shown; nobody gains by forging it.
pub(crate) fn digest(parts: &[&[u8]]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    parts.iter().fold(0xcbf2_9ce4_8422_2325, |hash, part| part.iter().chain(&[0xff]).fold(hash, step))
}

impl Row {
    /// As it waits to be opened.
    pub(crate) fn waiting(&self) -> Option<Waiting> {
        let id = self.id.as_ref().ok()?.to_string();
        let key = self.key.clone().unwrap_or_else(|| id.clone());
        Some(Waiting { id, key, url: self.url.clone(), cells: self.cells.clone(), digest: self.digest })
    }
}

/// A row for people who cannot be shown more: its cells as a document.
pub(crate) fn document(row: &Row) -> Value {
    match &row.cells {
        cells @ Value::Object(_) => cells.clone(),
        other => json!({ "row": other }),
    }
}
