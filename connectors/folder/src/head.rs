//! The row of heads of one sheet: where each column stands, and what it is called in the documents.

use std::collections::HashSet;

use huiliu_sheet::{Cell, Column, Region, Row, Sheet, header, plain};

use crate::plan::Plan;

/// What every row of a sheet is read by.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Head {
    /// The number of its (first) row.
    pub(crate) row: u32,
    /// How the columns are called, by place; none where a column has no name.
    pub(crate) names: Vec<Option<String>>,
    /// Where the columns that rules name stand, as in [`Plan::columns`].
    pub(crate) at: Vec<Option<usize>>,
}

/// Why no head was found.
pub(crate) enum NoHead {
    /// No row is near.
    Nothing,
    /// This row lacks these columns.
    Near { row: u32, missing: Vec<String> },
    /// This column that a rule names stands there twice.
    Twice { row: u32, name: String },
}

/// So many rows from the top may be titles and remarks.
pub(crate) const WITHIN: usize = 30;

impl Head {
    /// Finds it among the first rows of a sheet.
    pub(crate) fn find(rows: &[Row], merged: &[Region], plan: &Plan) -> Result<Self, NoHead> {
        let joined: Vec<Row> = match plan.head_rows {
            1 => rows.iter().take(WITHIN).cloned().collect(),
            _ => (0..rows.len().min(WITHIN)).map(|n| two(rows, n, merged)).collect(),
        };
        let aliases: Vec<Vec<&str>> =
            plan.columns.iter().map(|(_, others)| others.iter().map(String::as_str).collect()).collect();
        let columns: Vec<Column<'_>> =
            plan.columns.iter().zip(&aliases).map(|((name, _), aliases)| Column { name, aliases }).collect();
        let groups: Vec<[usize; 1]> = (0..plan.needed).map(|at| [at]).collect();
        let needed: Vec<&[usize]> = groups.iter().map(<[usize; 1]>::as_slice).collect();
        let sheet = Sheet { rows: joined, ..Sheet::default() };
        let found = header(&sheet, &columns, &needed).map_err(|none| match none.nearest {
            Some(row) => {
                NoHead::Near { row, missing: none.missing.iter().map(|at| plan.name(*at).to_owned()).collect() }
            }
            None => NoHead::Nothing,
        })?;
        if let Some((_, name)) = found.twice.first() {
            return Err(NoHead::Twice { row: found.row, name: name.clone() });
        }
        let mut names: Vec<Option<String>> = Vec::new();
        let mut put = |place: usize, name: String| {
            if names.len() <= place {
                names.resize(place + 1, None);
            }
            if let Some(slot) = names.get_mut(place) {
                *slot = Some(name);
            }
        };
        let mut taken: HashSet<String> = HashSet::new();
        for (at, place) in found.at.iter().enumerate() {
            if let Some(place) = place {
                taken.insert(plan.name(at).to_owned());
                put(*place, plan.name(at).to_owned());
            }
        }
        for (place, name) in &found.others {
            let name: String = name.split_whitespace().collect();
            // A name that stands there again is told apart by a count.
            let again = (2..).map(|n| format!("{name}({n})"));
            let free = std::iter::once(name.clone()).chain(again).find(|name| !taken.contains(name));
            let free = free.unwrap_or(name);
            taken.insert(free.clone());
            put(*place, free);
        }
        Ok(Self { row: found.row, names, at: found.at })
    }

    /// Where a column that a rule names stands.
    pub(crate) fn place(&self, at: usize) -> Option<usize> {
        self.at.get(at).copied().flatten()
    }

    /// Whether a row is the row of heads once more, as at the top of each printed page.
    pub(crate) fn is_again(&self, row: &Row, plan: &Plan) -> bool {
        (0..plan.needed).all(|at| {
            let said = self.place(at).map(|place| plain(&row.cell(place).text)).unwrap_or_default();
            plan.columns
                .get(at)
                .is_some_and(|(name, others)| plain(name) == said || others.iter().any(|other| plain(other) == said))
        })
    }
}

/// Two rows of heads as one: what stands above holds for the columns that it spans.
fn two(rows: &[Row], n: usize, merged: &[Region]) -> Row {
    let (Some(top), below) = (rows.get(n), rows.get(n + 1)) else { return Row { number: 0, cells: Vec::new() } };
    let below = below.filter(|row| row.number == top.number + 1);
    let width = top.cells.len().max(below.map_or(0, |row| row.cells.len()));
    let spans = |place: usize| {
        merged.iter().find(|region| {
            region.top <= top.number && top.number <= region.bottom && (region.left..=region.right).contains(&place)
        })
    };
    // A text file has no merged cells: there an empty head belongs to the one on its left.
    let carries = merged.is_empty();
    let mut left = String::new();
    let cells = (0..width).map(|place| {
        let own = top.cell(place).trimmed();
        let upper = match spans(place) {
            Some(region) => top.cell(region.left).trimmed().to_owned(),
            None if own.is_empty() && carries => left.clone(),
            None => own.to_owned(),
        };
        let lower = below.map_or("", |row| row.cell(place).trimmed());
        // A head over both rows is spanned downwards, or simply has nothing below.
        let down = spans(place).is_some_and(|region| region.bottom > top.number);
        left.clone_from(&upper);
        Cell::text(match (upper.as_str(), lower) {
            (_, "") if own.is_empty() && !down => String::new(),
            (upper, "") => upper.to_owned(),
            ("", lower) => lower.to_owned(),
            (upper, _) if down => upper.to_owned(),
            (upper, lower) => format!("{upper}/{lower}"),
        })
    });
    Row { number: top.number, cells: cells.collect() }
}
