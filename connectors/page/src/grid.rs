//! A table's own rows and cells, each in the columns that it covers.

use scraper::ElementRef;

use crate::seen;

/// No cell covers more columns or rows than this, whatever it claims.
const WIDEST: usize = 100;

/// A cell and where it stands.
#[derive(Clone)]
pub(crate) struct Cell<'a> {
    pub(crate) element: ElementRef<'a>,
    pub(crate) column: usize,
    pub(crate) across: usize,
    pub(crate) down: usize,
    pub(crate) is_head: bool,
}

/// A row and its cells.
#[derive(Clone)]
pub(crate) struct Row<'a> {
    pub(crate) element: ElementRef<'a>,
    pub(crate) cells: Vec<Cell<'a>>,
    /// Whether it stands in a `<thead>`.
    pub(crate) in_head: bool,
}

impl Row<'_> {
    /// Columns that the row's own cells cover.
    pub(crate) fn width(&self) -> usize {
        self.cells.iter().map(|cell| cell.across).sum()
    }
}

/// The rows of a table that are its own, not those of tables inside; rows that nobody sees are none.
pub(crate) fn rows<'a>(table: &ElementRef<'a>) -> Vec<Row<'a>> {
    let mut out = Vec::new();
    // For each column, how many further rows a cell above covers.
    let mut covered: Vec<usize> = Vec::new();
    let mut each = |row: ElementRef<'a>, in_head: bool| {
        if !seen::is_hidden(&row) {
            out.push(Row { element: row, cells: cells(&row, &mut covered), in_head });
        }
    };
    for part in table.child_elements().filter(|part| !seen::is_hidden(part)) {
        match seen::name(&part) {
            "tr" => each(part, false),
            name @ ("thead" | "tbody" | "tfoot") => {
                part.child_elements().filter(|row| seen::name(row) == "tr").for_each(|row| each(row, name == "thead"));
            }
            _ => {}
        }
    }
    out
}

fn cells<'a>(row: &ElementRef<'a>, covered: &mut Vec<usize>) -> Vec<Cell<'a>> {
    let mut out = Vec::new();
    let mut column = 0;
    let mut fresh: Vec<(usize, usize)> = Vec::new();
    for element in row.child_elements() {
        if !matches!(seen::name(&element), "td" | "th") || seen::is_hidden(&element) {
            continue;
        }
        while covered.get(column).is_some_and(|rows| *rows > 0) {
            column += 1;
        }
        let span = |key: &str| {
            let written = element.value().attr(key).and_then(|text| text.trim().parse::<usize>().ok());
            written.unwrap_or(1).clamp(1, WIDEST)
        };
        let (across, down) = (span("colspan"), span("rowspan"));
        out.push(Cell { element, column, across, down, is_head: seen::name(&element) == "th" });
        fresh.extend((column..column + across).map(|at| (at, down - 1)));
        column += across;
    }
    covered.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
    for (at, rows) in fresh {
        if covered.len() <= at {
            covered.resize(at + 1, 0);
        }
        covered[at] = rows;
    }
    out
}
