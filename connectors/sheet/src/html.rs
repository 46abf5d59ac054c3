//! Tables of a web page: many systems export one and call it `.xls`. The page is cut into tags and never built as a tree,
//! so that its nesting costs nothing.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use crate::guard::Limits;
use crate::unreadable::Unreadable;
use crate::walk::{About, Visit};
use crate::{Cell, Region, Row};

/// Tables inside of tables; what lies deeper is text of the cell around it.
const DEPTH: usize = 16;

/// Shows the tables of a page, each as a sheet, in the order in which they end. Tables without a value are none.
pub(crate) fn tables(page: &str, limits: &Limits, visit: &mut dyn Visit) -> Result<(), Unreadable> {
    let reader = Reader { limits: *limits, state: RefCell::default() };
    let tokenizer = Tokenizer::new(reader, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(page));
    // The sink never asks it to stop, so it takes all at once.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut state = tokenizer.sink.state.take();
    while let Some(open) = state.open.pop() {
        state.close(open);
    }
    if let Some(why) = state.wrong {
        return Err(why);
    }
    let tables: Vec<Table> = state.done.into_iter().filter(|table| !table.rows.is_empty()).collect();
    limits.sheets(tables.len())?;
    if tables.is_empty() {
        return Err(Unreadable::other("没有表格的网页", "a web page without a table"));
    }
    let several = tables.len() > 1;
    for (n, table) in tables.into_iter().enumerate() {
        let name = if several { format!("表{}", n + 1) } else { String::new() };
        let about = About { name, hidden: false, merged: table.merged, hidden_rows: table.hidden };
        if visit.sheet(about)? {
            table.rows.into_iter().try_for_each(|row| visit.row(row))?;
        }
    }
    Ok(())
}

struct Reader {
    limits: Limits,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    open: Vec<Table>,
    done: Vec<Table>,
    /// Tables beyond the depth that are open.
    beyond: usize,
    count: usize,
    wrong: Option<Unreadable>,
}

#[derive(Default)]
struct Table {
    rows: Vec<Row>,
    merged: Vec<Region>,
    hidden: Vec<(u32, u32)>,
    /// Rows begun so far: the number of the present one.
    number: u32,
    cells: Vec<Cell>,
    /// For each column, the last row that a cell above reaches down to.
    taken: Vec<u32>,
    in_row: bool,
    /// The text of the present cell, its place, and how far it reaches.
    cell: Option<(String, usize, usize, u32)>,
}

impl Table {
    fn begin_row(&mut self, hidden: bool) {
        self.end_row();
        self.number = self.number.saturating_add(1);
        self.in_row = true;
        if hidden {
            match self.hidden.last_mut() {
                Some((_, last)) if last.saturating_add(1) == self.number => *last = self.number,
                _ => self.hidden.push((self.number, self.number)),
            }
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        let cells = std::mem::take(&mut self.cells);
        if self.in_row && cells.iter().any(|cell| !cell.text.is_empty()) {
            self.rows.push(Row { number: self.number, cells });
        }
        self.in_row = false;
    }

    fn begin_cell(&mut self, across: usize, down: u32) {
        if !self.in_row {
            self.begin_row(false);
        }
        self.end_cell();
        let mut at = self.cells.len();
        while self.taken.get(at).is_some_and(|last| *last >= self.number) {
            at += 1;
        }
        self.cells.resize(at, Cell::default());
        self.cell = Some((String::new(), at, across, down));
    }

    fn end_cell(&mut self) {
        let Some((text, at, across, down)) = self.cell.take() else { return };
        self.cells.push(Cell::text(tidy(&text)));
        self.cells.resize(at + across, Cell::default());
        let bottom = self.number.saturating_add(down - 1);
        if across > 1 || down > 1 {
            self.merged.push(Region { top: self.number, left: at, bottom, right: at + across - 1 });
        }
        if down > 1 {
            if self.taken.len() < at + across {
                self.taken.resize(at + across, 0);
            }
            self.taken.iter_mut().skip(at).take(across).for_each(|last| *last = bottom);
        }
    }
}

impl State {
    fn close(&mut self, mut table: Table) {
        table.end_row();
        self.done.push(table);
    }

    fn tag(&mut self, tag: &Tag, limits: &Limits) {
        let begins = tag.kind == TagKind::StartTag;
        match (&*tag.name, begins) {
            ("table", true) if self.open.len() >= DEPTH => self.beyond += 1,
            ("table", true) => self.open.push(Table::default()),
            ("table", false) if self.beyond > 0 => self.beyond -= 1,
            ("table", false) => {
                if let Some(table) = self.open.pop() {
                    self.close(table);
                }
            }
            _ if self.beyond > 0 => {}
            (name, begins) => {
                let Some(table) = self.open.last_mut() else { return };
                match (name, begins) {
                    ("tr", true) => table.begin_row(is_hidden(tag)),
                    ("tr", false) => table.end_row(),
                    ("td" | "th", true) => {
                        let across = span(tag, "colspan").min(limits.columns as u32).max(1) as usize;
                        let down = span(tag, "rowspan").min(limits.rows).max(1);
                        self.count += 1;
                        table.begin_cell(across, down);
                        let at = table.cell.as_ref().map_or(0, |cell| cell.1 + across - 1);
                        if let Err(why) = limits.cell("", table.number.max(1), at, self.count) {
                            self.wrong.get_or_insert(why);
                        }
                    }
                    ("td" | "th", false) => table.end_cell(),
                    ("br", _) | ("p" | "div" | "li", true) => {
                        if let Some((text, ..)) = &mut table.cell
                            && !text.trim().is_empty()
                        {
                            text.push(LINE);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn text(&mut self, text: &str, limits: &Limits) {
        let Some(table) = self.open.last_mut() else { return };
        let number = table.number;
        if let Some((cell, at, ..)) = &mut table.cell {
            cell.push_str(text);
            if cell.len() > limits.length
                && let Err(why) = limits.text("", number, *at, cell)
            {
                self.wrong.get_or_insert(why);
            }
        }
    }
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        if state.wrong.is_some() {
            return TokenSinkResult::Continue;
        }
        match token {
            Token::TagToken(tag) => {
                state.tag(&tag, &self.limits);
                match (&*tag.name, tag.kind) {
                    ("script", TagKind::StartTag) => return TokenSinkResult::RawData(RawKind::ScriptData),
                    ("style" | "xmp" | "iframe" | "noembed" | "noframes", TagKind::StartTag) => {
                        return TokenSinkResult::RawData(RawKind::Rawtext);
                    }
                    ("title" | "textarea", TagKind::StartTag) => {
                        return TokenSinkResult::RawData(RawKind::Rcdata);
                    }
                    _ => {}
                }
            }
            Token::CharacterTokens(text) => state.text(&text, &self.limits),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Stands for a line's end that the page means, while blanks are still as they were typed.
const LINE: char = '\u{e000}';

/// Blanks as a browser shows them.
fn tidy(text: &str) -> String {
    let lines = text.split(LINE).map(|line| {
        let words = line.split(|c: char| c.is_whitespace() && c != '\u{3000}').filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

fn span(tag: &Tag, name: &str) -> u32 {
    attribute(tag, name).and_then(|said| said.trim().parse().ok()).unwrap_or(1)
}

fn is_hidden(tag: &Tag) -> bool {
    let style = attribute(tag, "style").unwrap_or_default();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    style.to_ascii_lowercase().contains("display:none") || attribute(tag, "hidden").is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::walk::Collect;

    fn read(page: &str) -> Result<Vec<crate::Sheet>, Unreadable> {
        let mut all = Collect::default();
        tables(page, &Limits::default(), &mut all)?;
        Ok(all.sheets)
    }

    fn texts(sheet: &crate::Sheet) -> Vec<(u32, Vec<&str>)> {
        sheet.rows.iter().map(|row| (row.number, row.cells.iter().map(|cell| cell.text.as_str()).collect())).collect()
    }

    #[test]
    fn a_table_is_read_with_its_merged_cells() {
        let page = "<html><style>td { <table> }</style><table><tr><th colspan=3>来信&nbsp;汇总<tr><td>编号<td>姓名<td>内容\
            <tr><td>430424202611270001</td><td rowspan='2'>张三</td><td>路灯<br>不亮 &amp;\n  没人修</td></tr>\
            <tr style='display: none'><td>B2</td><td>积水</td></tr><tr></tr></table>";
        let sheets = read(page).unwrap();
        assert_eq!(
            texts(&sheets[0]),
            [
                (1, vec!["来信 汇总", "", ""]),
                (2, vec!["编号", "姓名", "内容"]),
                (3, vec!["430424202611270001", "张三", "路灯\n不亮 & 没人修"]),
                (4, vec!["B2", "", "积水"]),
            ]
        );
        let wanted = [Region { top: 1, left: 0, bottom: 1, right: 2 }, Region { top: 3, left: 1, bottom: 4, right: 1 }];
        assert_eq!(sheets[0].merged, wanted);
    }

    #[test]
    fn tables_inside_of_tables_are_sheets_and_depth_costs_nothing() {
        let sheets = read("<table><tr><td>外<table><tr><td>内</td></tr></table></td></tr></table>").unwrap();
        let found: Vec<_> = sheets.iter().map(|sheet| (sheet.name.as_str(), texts(sheet))).collect();
        assert_eq!(found, [("表1", vec![(1, vec!["内"])]), ("表2", vec![(1, vec!["外"])])]);
        let deep = "<table><tr><td>".repeat(100_000);
        assert!(read(&deep).is_err());
        assert!(read("<p>没有</p>").unwrap_err().en.contains("without a table"));
    }

    #[test]
    fn what_goes_beyond_a_limit_is_told() {
        let wide = format!("<table><tr>{}</tr></table>", "<td>x</td>".repeat(300));
        assert_eq!(read(&wide).unwrap_err().word, "too_large");
        let long = format!("<table><tr><td>{}</td></tr></table>", "长".repeat(40_000));
        assert_eq!(read(&long).unwrap_err().word, "too_large");
    }

    proptest! {
        #[test]
        fn no_page_makes_the_reader_panic(page in "(<(/?)(table|tr|td|br|script)( (rowspan|colspan)=[0-9]{1,6})?>|a|\n){0,60}") {
            let _ = read(&page);
        }
    }
}
