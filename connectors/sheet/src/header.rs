//! The row in which the columns are named, found by their names wherever it stands.

use crate::Sheet;

/// A column by the names people give it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column<'a> {
    /// Its own name.
    pub name: &'a str,
    /// Other names.
    pub aliases: &'a [&'a str],
}

/// Where the columns stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// The number of its row, from 1.
    pub row: u32,
    /// For each wanted column its place, from 0; none where the sheet has no such column.
    pub at: Vec<Option<usize>>,
    /// Columns that were not asked for, by place and name.
    pub others: Vec<(usize, String)>,
    /// Columns that are named a second time, by place and name.
    pub twice: Vec<(usize, String)>,
}

/// No row names the columns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoHeader {
    /// What the nearest row lacks, as places in the wanted columns; all that is needed where no row is near.
    pub missing: Vec<usize>,
    /// The nearest row.
    pub nearest: Option<u32>,
}

/// So many rows from the top may be titles and remarks.
const WITHIN: usize = 30;

/// A name as it is compared: without blanks, marks and brackets' width, small letters.
pub fn plain(name: &str) -> String {
    let letters = name.chars().filter_map(|c| match c {
        c if c.is_whitespace() => None,
        '*' | '\u{ff0a}' | ':' | '\u{ff1a}' | '\u{200b}' | '\u{feff}' => None,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0),
        c => Some(c),
    });
    letters.flat_map(char::to_lowercase).collect()
}

/// Finds the row that names most of the columns, and in it one of each of the `needed` groups (places in `columns`).
///
/// # Errors
///
/// If none of the first rows does.
pub fn header(sheet: &Sheet, columns: &[Column<'_>], needed: &[&[usize]]) -> Result<Header, NoHeader> {
    let known: Vec<Vec<String>> = columns
        .iter()
        .map(|column| [column.name].iter().chain(column.aliases).map(|name| plain(name)).collect())
        .collect();
    let mut best: Option<(usize, Header)> = None;
    for row in sheet.rows.iter().take(WITHIN) {
        let mut found = Header { row: row.number, at: vec![None; columns.len()], others: vec![], twice: vec![] };
        for (place, cell) in row.cells.iter().enumerate() {
            let name = plain(&cell.text);
            if name.is_empty() {
                continue;
            }
            match known.iter().position(|names| names.contains(&name)).and_then(|n| found.at.get_mut(n)) {
                Some(at @ None) => *at = Some(place),
                Some(Some(_)) => found.twice.push((place, cell.trimmed().to_owned())),
                None => found.others.push((place, cell.trimmed().to_owned())),
            }
        }
        let count = found.at.iter().flatten().count();
        if count > best.as_ref().map_or(0, |(most, _)| *most) {
            best = Some((count, found));
        }
    }
    let lacks = |header: Option<&Header>| -> Vec<usize> {
        let has = |n: &usize| header.is_some_and(|header| header.at.get(*n).is_some_and(Option::is_some));
        needed.iter().filter(|group| !group.iter().any(has)).filter_map(|group| group.first().copied()).collect()
    };
    match best {
        Some((_, header)) if lacks(Some(&header)).is_empty() => Ok(header),
        // One name alone may stand anywhere in a remark.
        Some((2.., header)) => Err(NoHeader { missing: lacks(Some(&header)), nearest: Some(header.row) }),
        _ => Err(NoHeader { missing: lacks(None), nearest: None }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cell, Row};

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let row = |(n, cells): (usize, &&[&str])| Row {
            number: n as u32 + 1,
            cells: cells.iter().map(|text| Cell::text(*text)).collect(),
        };
        Sheet { rows: rows.iter().enumerate().map(row).collect(), ..Sheet::default() }
    }

    const COLUMNS: [Column<'static>; 3] = [
        Column { name: "汇流编号", aliases: &["工单编号"] },
        Column { name: "热线工单号", aliases: &[] },
        Column { name: "公开答复(可公开)", aliases: &["答复"] },
    ];

    #[test]
    fn the_header_is_found_below_a_title_whatever_its_blanks() {
        let found = header(
            &sheet(&[
                &["答复情况表"],
                &["序号", "工单 编号*", "公开答复\u{ff08}可公开\u{ff09}\u{ff1a}", "备注"],
                &["1", "x", "y", "z"],
            ]),
            &COLUMNS,
            &[&[0, 1], &[2]],
        )
        .unwrap();
        assert_eq!((found.row, found.at), (2, vec![Some(1), None, Some(2)]));
        assert_eq!(found.others, [(0, "序号".to_owned()), (3, "备注".to_owned())]);
    }

    #[test]
    fn what_is_missing_is_told_of_the_nearest_row() {
        let none = header(&sheet(&[&["序号", "热线工单号", "工单编号"]]), &COLUMNS, &[&[0, 1], &[2]]).unwrap_err();
        assert_eq!(none, NoHeader { missing: vec![2], nearest: Some(1) });
        let none = header(&sheet(&[&["答复"], &["x"]]), &COLUMNS, &[&[0, 1], &[2]]).unwrap_err();
        assert_eq!(none, NoHeader { missing: vec![0, 2], nearest: None });
        let twice = header(&sheet(&[&["工单编号", "汇流编号", "答复"]]), &COLUMNS, &[&[0, 1], &[2]]).unwrap();
        assert_eq!(twice.twice, [(1, "汇流编号".to_owned())]);
    }
}
