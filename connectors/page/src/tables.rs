//! Labels in tables: before the next cell, several pairs in a row, above a cell, or heads over the one row of a list.

use scraper::ElementRef;

use crate::Labelled;
use crate::grid::{Cell, Row, rows};
use crate::label::{LONGEST, folded, has_colon, may_be};
use crate::pairs::{Pair, Sure, inside, take};
use crate::seen;

/// The pairs of a table and of what lies in its cells.
pub(crate) fn pairs(table: &ElementRef<'_>, out: &mut Vec<Pair>) {
    table.child_elements().filter(|child| seen::name(child) == "caption").for_each(|caption| inside(&caption, out));
    let rows: Vec<Row<'_>> = rows(table).into_iter().filter(|row| !row.cells.is_empty()).collect();
    if let Some(head) = list_head(&rows) {
        return list(&rows, head, out);
    }
    let by_place = by_place(&rows);
    let mut at = 0;
    while let Some(row) = rows.get(at) {
        at += 1;
        if let ([cell], Some(Row { cells: below, .. })) = (row.cells.as_slice(), rows.get(at))
            && let [below] = below.as_slice()
            && may_be(&said(cell))
            && (cell.is_head || has_colon(&said(cell)) || !may_be(&said(below)))
            && rows.len() > 1
            && below.across >= cell.across
        {
            take(&said(cell), &below.element, Sure::Likely, out);
            at += 1;
            continue;
        }
        one(row, by_place, out);
    }
}

fn said(cell: &Cell<'_>) -> String {
    seen::glance(&cell.element, LONGEST * 2)
}

/// Label and value, label and value, along a row.
fn one(row: &Row<'_>, by_place: bool, out: &mut Vec<Pair>) {
    let mut at = 0;
    while let Some(cell) = row.cells.get(at) {
        let next = row.cells.get(at + 1);
        match label(cell, next, by_place && at % 2 == 0) {
            Some(sure) => {
                at += 1;
                match next {
                    Some(value) if surely(value).is_none() => {
                        take(&said(cell), &value.element, sure, out);
                        at += 1;
                    }
                    _ => out.push(Pair { label: said(cell), value: Labelled::default(), sure }),
                }
            }
            None => {
                inside(&cell.element, out);
                at += 1;
            }
        }
    }
}

/// Whether a cell is a label before that next one.
fn label(cell: &Cell<'_>, next: Option<&Cell<'_>>, by_place: bool) -> Option<Sure> {
    if let Some(sure) = surely(cell) {
        // A head or colon at the end of a row stands before nothing: a note, or a label without a value.
        return (next.is_some() || has_colon(&said(cell))).then_some(sure);
    }
    let next = next?;
    let words = said(cell);
    if !may_be(&words) || has_links(&cell.element) {
        return None;
    }
    let dressed = dress(&cell.element) != dress(&next.element) && !dress(&cell.element).is_empty();
    (dressed || by_place).then_some(Sure::Likely)
}

/// Whether the page itself says that a cell is a label.
fn surely(cell: &Cell<'_>) -> Option<Sure> {
    let words = said(cell);
    let boxes = || cell.element.descendants().filter_map(ElementRef::wrap).any(|inner| seen::boxed(&inner).is_some());
    let told = cell.is_head || has_colon(&words) || is_named_cell(&cell.element);
    (told && may_be(&words) && !boxes()).then_some(Sure::Told)
}

/// By what the makers of a page tell cells of labels from those of values.
fn dress(cell: &ElementRef<'_>) -> String {
    let value = cell.value();
    let told = ["class", "align", "bgcolor", "style"].iter().filter_map(|key| value.attr(key));
    told.collect::<Vec<_>>().join("|").to_lowercase()
}

fn has_links(element: &ElementRef<'_>) -> bool {
    element.descendants().filter_map(ElementRef::wrap).any(|inner| seen::name(&inner) == "a")
}

fn classes<'a>(element: &ElementRef<'a>) -> impl Iterator<Item = &'a str> {
    element.value().attr("class").unwrap_or("").split_whitespace()
}

/// Whether an element's class says that it is a label.
pub(crate) fn is_named_label(element: &ElementRef<'_>) -> bool {
    classes(element).any(|class| {
        let class = class.to_ascii_lowercase();
        let part = |word: &str| class.split(['-', '_']).any(|part| part == word);
        part("label") || part("lbl") || part("key") || class.ends_with("label") || class.ends_with("lbl")
    })
}

fn is_named_cell(element: &ElementRef<'_>) -> bool {
    is_named_label(element)
        || classes(element).any(|class| {
            let class = class.to_ascii_lowercase();
            let part = |word: &str| class.split(['-', '_']).any(|part| part == word);
            ["th", "tit", "title", "head", "bt", "tdtitle", "thead", "field"].iter().any(|word| part(word))
        })
}

/// Whether the cells of a table are labels and values by their place alone: in every row that has several, each first of
/// two may be a label, and no two of a column are the same.
fn by_place(rows: &[Row<'_>]) -> bool {
    let pairs: Vec<&Row<'_>> = rows.iter().filter(|row| row.cells.len() > 1).collect();
    let even = pairs.iter().all(|row| row.cells.len() % 2 == 0 && row.cells.len() <= 8);
    let mut labels: Vec<String> = Vec::new();
    for row in &pairs {
        labels.extend(row.cells.iter().step_by(2).map(|cell| folded(&said(cell))).filter(|label| !label.is_empty()));
    }
    let good = labels.iter().all(|label| may_be(label) && label.chars().count() >= 2);
    let count = labels.len();
    labels.sort_unstable();
    labels.dedup();
    even && good && labels.len() == count && pairs.len() > 1
}

/// The row of heads, if the table is a list.
fn list_head(rows: &[Row<'_>]) -> Option<usize> {
    let at = rows.iter().position(|row| row.cells.len() > 1)?;
    let (head, rest) = (rows.get(at)?, rows.get(at + 1..)?);
    if head.cells.iter().all(|cell| cell.is_head || folded(&said(cell)).is_empty())
        && head.cells.iter().any(|cell| cell.is_head)
    {
        // `<th>` before `<th>` in every row are labels without values, not heads.
        let repeated = rest.iter().any(|row| row.cells.len() > 1 && row.cells.iter().all(|cell| cell.is_head));
        return (!repeated || rest.iter().any(|row| row.cells.iter().all(|cell| !cell.is_head))).then_some(at);
    }
    if head.in_head {
        return Some(at);
    }
    let words = |row: &Row<'_>| row.cells.iter().all(|cell| may_be(&said(cell)) && surely(cell).is_none());
    let alike = |row: &Row<'_>| {
        let dressed = row.cells.first().map(|cell| dress(&cell.element));
        row.cells.iter().all(|cell| Some(dress(&cell.element)) == dressed && cell.across == 1)
    };
    let even = rest.iter().all(|row| row.width() == head.width() || row.cells.len() == 1);
    let list = head.cells.len() >= 3 && words(head) && alike(head) && even && !rest.is_empty() && !by_place(rows);
    list.then_some(at)
}

/// A list of one row tells its heads' values; one of several rows tells no labels. What lies in its cells may.
fn list(rows: &[Row<'_>], head: usize, out: &mut Vec<Pair>) {
    let Some(heads) = rows.get(head) else { return };
    let data: Vec<&Row<'_>> =
        rows.iter().skip(head + 1).filter(|row| !row.cells.iter().all(|cell| cell.is_head)).collect();
    if let [only] = data.as_slice()
        && only.cells.len() == heads.cells.len()
    {
        for (head, cell) in heads.cells.iter().zip(&only.cells).filter(|(head, _)| may_be(&said(head))) {
            take(&said(head), &cell.element, Sure::Likely, out);
        }
        return;
    }
    for cell in rows.iter().flat_map(|row| &row.cells) {
        let holds = cell.element.descendants().skip(1).filter_map(ElementRef::wrap);
        if holds.into_iter().any(|inner| matches!(seen::name(&inner), "table" | "dl" | "form")) {
            inside(&cell.element, out);
        }
    }
}
