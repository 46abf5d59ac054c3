//! Merged cells over the rows of a sheet, in one pass: filled down where that is declared, else told.

use std::collections::VecDeque;

use huiliu_sheet::{Cell, Region, Row, letters};

/// The regions of a sheet, as far as rows have come.
#[derive(Default)]
pub(crate) struct Merged {
    /// Those that lie ahead, from the top.
    ahead: VecDeque<Region>,
    /// Those that the present row lies in, with the value of their first cell.
    here: Vec<(Region, Option<Cell>)>,
}

impl Merged {
    pub(crate) fn new(mut regions: Vec<Region>) -> Self {
        regions.sort_by_key(|region| (region.top, region.left));
        Self { ahead: regions.into(), here: Vec::new() }
    }

    /// Goes on to a row. Columns that `fills` are given the region's value; for the first other column that `counts` and
    /// that shares a value with another row or column, gives the region and the column.
    pub(crate) fn over(
        &mut self,
        row: &mut Row,
        fills: impl Fn(usize) -> bool,
        counts: impl Fn(usize) -> bool,
    ) -> Option<(String, usize)> {
        self.here.retain(|(region, _)| region.bottom >= row.number);
        while let Some(region) = self.ahead.pop_front_if(|region| region.top <= row.number) {
            if region.bottom >= row.number {
                self.here.push((region, None));
            }
        }
        let mut told = None;
        for (region, value) in &mut self.here {
            if region.top == row.number {
                *value = Some(row.cell(region.left).clone());
            }
            let counted = (region.left..=region.right).filter(|at| counts(*at)).count();
            for at in region.left..=region.right {
                if fills(at) {
                    if let Some(value) = value.as_ref().filter(|value| !value.text.is_empty()) {
                        if row.cells.len() <= at {
                            row.cells.resize(at + 1, Cell::default());
                        }
                        if let Some(cell) = row.cells.get_mut(at) {
                            cell.clone_from(value);
                        }
                    }
                } else if counts(at) && (region.bottom > region.top || counted > 1) && told.is_none() {
                    let (from, to) = (letters(region.left), letters(region.right));
                    told = Some((format!("{from}{}:{to}{}", region.top, region.bottom), at));
                }
            }
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32, cells: &[&str]) -> Row {
        Row { number, cells: cells.iter().map(|text| Cell::text(*text)).collect() }
    }

    #[test]
    fn declared_columns_are_filled_and_others_are_told() {
        let regions = vec![
            Region { top: 5, left: 2, bottom: 6, right: 2 },
            Region { top: 2, left: 0, bottom: 4, right: 0 },
            Region { top: 8, left: 1, bottom: 8, right: 2 },
        ];
        let mut merged = Merged::new(regions);
        let mut over = |mut row: Row| {
            let told = merged.over(&mut row, |at| at == 0, |at| at < 3);
            (row.cell(0).text.clone(), told)
        };
        assert_eq!(over(row(2, &["张三", "a"])), ("张三".into(), None));
        assert_eq!(over(row(4, &["", "b"])), ("张三".into(), None));
        assert_eq!(over(row(5, &["", "c", "d"])), (String::new(), Some(("C5:C6".into(), 2))));
        assert_eq!(over(row(6, &["李四", "c"])), ("李四".into(), Some(("C5:C6".into(), 2))));
        assert_eq!(over(row(8, &["王五", "c"])), ("王五".into(), Some(("B8:C8".into(), 1))));
        assert_eq!(over(row(9, &["赵六", "c"])), ("赵六".into(), None));
    }
}
