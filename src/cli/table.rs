//! Tables and cards in columns: CJK takes two cells, 80 columns are enough, and what came from outside cannot
//! steer the terminal.

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

pub(super) use crate::paper::{clean, clean_text};
use crate::settings::Lang;
use crate::words::head;

/// The width that everything fits into where there is no terminal.
const WIDTH: u16 = 80;

/// A column that should not be broken is broken nevertheless if it is wider than this.
const WHOLE: u16 = 24;

/// How screens are written.
#[derive(Clone, Debug)]
pub(super) struct Look {
    /// In which language.
    pub(super) lang: Lang,
    /// In which zone times are shown.
    pub(super) zone: TimeZone,
    /// How wide; none takes the terminal's width, or 80.
    pub(super) width: Option<u16>,
}

impl Look {
    /// A time in the site's zone, to the minute; a dash if there is none.
    pub(super) fn time(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(|| "-".into(), |at| at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string())
    }

    /// The same without the year, for rows whose ticket number tells it.
    pub(super) fn short(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%m-%d %H:%M").to_string()
    }

    /// A table with heads by name; the columns named in `whole` are broken only if they are very long.
    pub(super) fn table(&self, heads: &[&'static str], whole: &[usize], rows: Vec<Vec<String>>) -> String {
        let heads: Vec<_> = heads.iter().map(|name| head(name, self.lang)).collect();
        self.titled(&heads, whole, rows)
    }

    /// The same with heads as people read them.
    pub(super) fn titled(&self, heads: &[&str], whole: &[usize], rows: Vec<Vec<String>>) -> String {
        let mut table = self.bare();
        table.load_style(NOTHING.header_separator(LineStyle::none().fill('-').junction('-')));
        table.set_header(heads);
        for row in rows {
            table.add_row(row.iter().map(|cell| clean(cell)));
        }
        self.written(table, whole)
    }

    /// Names and values, one a line; those without a value are left out.
    pub(super) fn card(&self, fields: &[(&'static str, String)]) -> String {
        let named = fields.iter().map(|(name, value)| (head(name, self.lang).to_owned(), value.clone()));
        self.pairs(&named.collect::<Vec<_>>())
    }

    /// The same for names that are what people read already.
    pub(super) fn pairs(&self, pairs: &[(String, String)]) -> String {
        let mut table = self.bare();
        table.load_style(NOTHING);
        for (name, value) in pairs.iter().filter(|(_, value)| !matches!(value.as_str(), "" | "-")) {
            table.add_row(vec![clean(name), clean_text(value)]);
        }
        if table.is_empty() { String::new() } else { self.written(table, &[0]) + "\n" }
    }

    fn bare(&self) -> Table {
        let mut table = Table::new();
        table.set_content_arrangement(ContentArrangement::Dynamic);
        match self.width {
            Some(width) => table.set_width(width),
            None if !table.is_tty() => table.set_width(WIDTH),
            None => &mut table,
        };
        table
    }

    fn written(&self, mut table: Table, whole: &[usize]) -> String {
        let longest = table.column_max_content_widths();
        for (n, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 1));
            if whole.contains(&n) && longest.get(n).is_some_and(|width| *width <= WHOLE) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        table.trim_fmt()
    }

    /// A heading over what follows; nothing if nothing follows.
    pub(super) fn section(&self, name: &'static str, body: &str) -> String {
        if body.is_empty() { String::new() } else { format!("\n[{}]\n{}\n", head(name, self.lang), body.trim_end()) }
    }

    /// A JSON value for people: text as it is, anything else indented.
    pub(super) fn value(&self, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::String(text) => clean_text(text),
            // Control characters are escaped in JSON already.
            other => format!("{other:#}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn look(lang: Lang) -> Look {
        Look { lang, zone: TimeZone::get("Asia/Shanghai").unwrap(), width: Some(80) }
    }

    #[test]
    fn times_are_the_sites() {
        let at = "2026-11-22T16:30:00Z".parse().unwrap();
        assert_eq!(look(Lang::Zh).time(Some(at)), "2026-11-23 00:30");
        assert_eq!(look(Lang::Zh).time(None), "-");
    }

    #[test]
    fn what_came_from_outside_cannot_steer_the_terminal() {
        let text = look(Lang::En).table(&["title"], &[], vec![vec!["a\u{1b}[2Jb\u{202e}c\r\nd".into()]]);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && text.contains("a [2Jb c"), "{text:?}");
    }

    proptest! {
        #[test]
        fn every_table_fits(rows in proptest::collection::vec("[一-龥a-z0-9 ]{0,60}", 1..5)) {
            let rows = rows.into_iter().map(|cell| vec!["261122-00017".into(), cell.clone(), cell]).collect();
            let text = look(Lang::Zh).table(&["number", "channel", "title"], &[0], rows);
            let wide = |c: char| if c > '\u{2e80}' { 2 } else { 1 };
            for line in text.lines() {
                prop_assert!(line.chars().map(wide).sum::<usize>() <= 80, "{line}");
            }
        }
    }
}
