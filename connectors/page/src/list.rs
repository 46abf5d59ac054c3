//! Lists: rows known by the heads over them or by a selector, their cells by their heads, and where a row leads.

use scraper::ElementRef;

use crate::grid::{Cell, Row, rows as table_rows};
use crate::label::{LONGEST, alike, bare, folded, may_be, same};
use crate::pairs::{Pair, inside};
use crate::{Call, Labelled, LayoutChanged, Page, Selector, links, seen};

/// By what the rows of a list are known.
#[derive(Clone, PartialEq, Debug)]
pub struct RowsBy {
    known: Known,
    cells: Vec<(String, Selector)>,
}

#[derive(Clone, PartialEq, Debug)]
enum Known {
    Heads(Vec<String>),
    Css(Selector),
}

impl RowsBy {
    /// The rows under the table's heads that hold all of these labels.
    pub fn heads<I: IntoIterator<Item = S>, S: Into<String>>(labels: I) -> Self {
        Self { known: Known::Heads(labels.into_iter().map(Into::into).collect()), cells: Vec::new() }
    }

    /// The elements that a selector finds. Rows of a table have their cells by its heads; of heads themselves and of rows
    /// that are none (暂无数据, 合计) nothing is told. Other elements have a cell for each label in them.
    pub fn css(selector: Selector) -> Self {
        Self { known: Known::Css(selector), cells: Vec::new() }
    }

    /// Also a cell of that name in each row: the first that a selector finds there.
    #[must_use]
    pub fn cell(mut self, name: impl Into<String>, selector: Selector) -> Self {
        self.cells.push((name.into(), selector));
        self
    }
}

/// A row of a list.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ListRow {
    /// The cells by the heads over them (as [`bare`] writes them), in their order. Of a head in two rows the lower one
    /// counts, with the upper one and a slash before it where two are called alike.
    pub cells: Vec<(String, Labelled)>,
    /// What the page notes at the row for its scripts: `id` and `data-…` of the row, and as `value` what a tick before it
    /// stands for.
    pub marks: Vec<(String, String)>,
    /// The calls that a click on the row makes.
    pub calls: Vec<Call>,
}

impl std::fmt::Debug for ListRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ListRow({} cells)", self.cells.len())
    }
}

impl ListRow {
    /// The cell under that head.
    pub fn cell(&self, label: &str) -> Option<&Labelled> {
        let found = self.cells.iter().find(|(name, _)| same(name, label));
        found.or_else(|| self.cells.iter().find(|(name, _)| alike(name, label))).map(|(_, cell)| cell)
    }

    /// What the page notes under that name.
    pub fn mark(&self, name: &str) -> Option<&str> {
        self.marks.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A table with heads.
struct List<'a> {
    heads: Vec<(usize, String)>,
    rows: Vec<Row<'a>>,
}

pub(crate) fn rows(page: &Page, by: &RowsBy) -> Result<Vec<ListRow>, LayoutChanged> {
    let tables: Vec<ElementRef<'_>> = page.all("table").filter(|table| !seen::is_buried(table)).collect();
    match &by.known {
        Known::Heads(labels) => {
            let list = find(&tables, labels)?;
            Ok(list.rows.iter().filter(|row| is_row(row, &list.heads)).map(|row| told(row, &list.heads, by)).collect())
        }
        Known::Css(selector) => selected(page, &tables, selector, by),
    }
}

pub(crate) fn all(page: &Page) -> Vec<(Vec<String>, usize)> {
    let tables: Vec<ElementRef<'_>> = page.all("table").filter(|table| !seen::is_buried(table)).collect();
    let lists = tables.iter().enumerate().filter_map(|(at, table)| {
        let rows = table_rows(table);
        let head = rows.iter().position(|row| is_head(row))?;
        let list = below(&tables, at, rows, head);
        let count = list.rows.iter().filter(|row| is_row(row, &list.heads)).count();
        let heads: Vec<String> = list.heads.into_iter().map(|(_, name)| name).filter(|name| !name.is_empty()).collect();
        (heads.len() > 1).then_some((heads, count))
    });
    lists.collect()
}

/// Whether a row is heads by its own looks.
fn is_head(row: &Row<'_>) -> bool {
    let told = row.cells.iter().filter(|cell| !said(cell).is_empty());
    let words: Vec<bool> = told.map(|cell| may_be(&said(cell))).collect();
    let marked = row.in_head || row.cells.iter().all(|cell| cell.is_head || said(cell).is_empty());
    words.len() > 1 && words.iter().all(|word| *word) && (marked || words.len() > 2)
}

fn said(cell: &Cell<'_>) -> String {
    seen::glance(&cell.element, LONGEST * 2)
}

/// The innermost table in whose heads all these labels stand.
fn find<'a>(tables: &[ElementRef<'a>], labels: &[String]) -> Result<List<'a>, LayoutChanged> {
    let mut nearest: (usize, Vec<String>) = (0, Vec::new());
    for (at, table) in tables.iter().enumerate().rev() {
        let rows = table_rows(table);
        for head in 0..rows.len() {
            let Some(row) = rows.get(head) else { break };
            if row.cells.len() < 2 {
                continue;
            }
            let (names, _) = names(&rows, head);
            let has = |label: &&String| names.iter().any(|(_, name)| same(name, label) || alike(name, label));
            let found = labels.iter().filter(has).count();
            if found == labels.len() {
                return Ok(below(tables, at, rows, head));
            }
            if found > nearest.0 || (nearest.1.is_empty() && is_head(row)) {
                nearest = (found, names.into_iter().map(|(_, name)| name).filter(|name| may_be(name)).collect());
            }
        }
    }
    let missing = labels.iter().filter(|label| !nearest.1.iter().any(|name| alike(name, label)));
    let missing: Vec<String> = missing.cloned().collect();
    let missing = if missing.is_empty() { labels.to_vec() } else { missing };
    Err(LayoutChanged { missing, seen: nearest.1 })
}

/// The rows under a row of heads; where a table holds its heads alone, those of the next table as wide.
fn below<'a>(tables: &[ElementRef<'a>], at: usize, rows: Vec<Row<'a>>, head: usize) -> List<'a> {
    let (heads, deep) = names(&rows, head);
    let width = rows.get(head).map_or(0, Row::width);
    let rest: Vec<Row<'a>> = rows.into_iter().skip(head + deep).collect();
    if !rest.is_empty() {
        return List { heads, rows: rest };
    }
    let next = tables.iter().skip(at + 1).take(3).map(table_rows);
    let rows = next.into_iter().find(|rows| rows.iter().any(|row| row.width() == width)).unwrap_or_default();
    List { heads, rows: rows.into_iter().filter(|row| !row.cells.iter().all(|cell| cell.is_head)).collect() }
}

/// The heads of the columns, and how many rows they take.
fn names(rows: &[Row<'_>], head: usize) -> (Vec<(usize, String)>, usize) {
    let Some(row) = rows.get(head) else { return (Vec::new(), 1) };
    let grouped = row.cells.iter().any(|cell| cell.across > 1) && row.cells.iter().any(|cell| cell.down > 1);
    let mut told: Vec<(usize, String, String)> = Vec::new();
    for cell in &row.cells {
        let under = rows.get(head + 1).filter(|_| grouped && cell.down == 1 && cell.across > 1);
        let lower: Vec<&Cell<'_>> = under.into_iter().flat_map(|row| &row.cells).collect();
        let own = lower.iter().filter(|sub| (cell.column..cell.column + cell.across).contains(&sub.column));
        let own: Vec<(usize, String, String)> =
            own.map(|sub| (sub.column, bare(&said(cell)), bare(&said(sub)))).collect();
        if own.is_empty() {
            told.push((cell.column, String::new(), bare(&said(cell))));
        } else {
            told.extend(own);
        }
    }
    let count = |name: &str| told.iter().filter(|(_, _, other)| other == name).count();
    let told = told.iter().map(|(column, group, name)| {
        let name = if group.is_empty() || count(name) == 1 { name.clone() } else { format!("{group}/{name}") };
        (*column, name)
    });
    (told.collect(), if grouped { 2 } else { 1 })
}

/// Whether a row is one of the list's: not a remark over all columns, not a sum, not heads again.
fn is_row(row: &Row<'_>, heads: &[(usize, String)]) -> bool {
    if row.cells.is_empty() || (row.cells.len() == 1 && heads.len() > 1) || row.in_head {
        return false;
    }
    let first = row.cells.iter().map(|cell| folded(&said(cell))).find(|text| !text.is_empty());
    let Some(first) = first else { return false };
    if ["合计", "总计", "小计", "总数"].iter().any(|sum| first.starts_with(sum)) {
        return false;
    }
    let again = row.cells.iter().all(|cell| {
        let head = heads.iter().find(|(column, _)| *column == cell.column).map_or("", |(_, name)| name.as_str());
        head.is_empty() || alike(&said(cell), head)
    });
    !again
}

fn told(row: &Row<'_>, heads: &[(usize, String)], by: &RowsBy) -> ListRow {
    let mut out = noted(&row.element);
    for cell in &row.cells {
        let head = heads.iter().find(|(column, _)| (cell.column..cell.column + cell.across).contains(column));
        if let Some((_, name)) = head.filter(|(_, name)| !name.is_empty()) {
            out.cells.push((name.clone(), Labelled::of(&cell.element)));
        }
    }
    own_cells(&row.element, by, &mut out);
    out
}

fn own_cells(element: &ElementRef<'_>, by: &RowsBy, out: &mut ListRow) {
    for (name, selector) in &by.cells {
        if let Some(found) = element.select(&selector.compiled).next() {
            out.cells.retain(|(known, _)| known != name);
            out.cells.push((name.clone(), Labelled::of(&found)));
        }
    }
}

/// What a row's own element says to scripts.
fn noted(element: &ElementRef<'_>) -> ListRow {
    let attrs = element.value().attrs().filter(|(name, _)| *name == "id" || name.starts_with("data-"));
    let mut marks: Vec<(String, String)> = attrs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let tick = element
        .descendants()
        .filter_map(ElementRef::wrap)
        .find(|inner| seen::name(inner) == "input" && matches!(seen::kind(inner).as_str(), "checkbox" | "radio"));
    if let Some(value) = tick.and_then(|tick| tick.value().attr("value")).filter(|value| !value.is_empty()) {
        marks.push(("value".to_owned(), value.to_owned()));
    }
    ListRow { marks, calls: links::link(element).map(|link| link.calls).unwrap_or_default(), ..ListRow::default() }
}

fn selected(
    page: &Page,
    tables: &[ElementRef<'_>],
    selector: &Selector,
    by: &RowsBy,
) -> Result<Vec<ListRow>, LayoutChanged> {
    let found: Vec<ElementRef<'_>> = page.select(selector).filter(|element| !seen::is_buried(element)).collect();
    if found.is_empty() {
        return Err(LayoutChanged { missing: vec![selector.written().to_owned()], seen: Vec::new() });
    }
    let mut out = Vec::new();
    let mut known: Option<(ElementRef<'_>, List<'_>)> = None;
    for element in found {
        if seen::name(&element) != "tr" {
            let mut pairs: Vec<Pair> = Vec::new();
            inside(&element, &mut pairs);
            let mut row = noted(&element);
            row.cells = pairs.into_iter().map(|pair| (bare(&pair.label), pair.value)).collect();
            own_cells(&element, by, &mut row);
            out.push(row);
            continue;
        }
        let table = element.ancestors().filter_map(ElementRef::wrap).find(|around| seen::name(around) == "table");
        let Some(table) = table else { continue };
        if known.as_ref().is_none_or(|(last, _)| *last != table) {
            let rows = table_rows(&table);
            let head = rows.iter().position(is_head);
            let heads = match head {
                Some(head) => names(&rows, head).0,
                None => above(tables, &table, &rows),
            };
            known = Some((table, List { heads, rows }));
        }
        let Some((_, List { heads, rows })) = &known else { continue };
        if let Some(row) = rows.iter().find(|row| row.element == element).filter(|row| is_row(row, heads))
            && !(row.cells.iter().all(|cell| cell.is_head))
        {
            out.push(told(row, heads, by));
        }
    }
    Ok(out)
}

/// Heads in a table of their own, before this one and as wide.
fn above(tables: &[ElementRef<'_>], table: &ElementRef<'_>, rows: &[Row<'_>]) -> Vec<(usize, String)> {
    let width = rows.first().map_or(0, Row::width);
    let at = tables.iter().position(|known| known == table).unwrap_or(0);
    let before = tables[..at].iter().rev().take(3).map(table_rows);
    let found = before.into_iter().find(|rows| rows.len() == 1 && rows.first().is_some_and(|row| row.width() == width));
    found.map(|rows| names(&rows, 0).0).unwrap_or_default()
}
