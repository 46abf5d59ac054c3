//! A file put together again: which table comes where, and in which column things begin.

use unicode_width::UnicodeWidthStr;

use super::blocks::{Block, Blocks, Entry};
use super::place;

/// The column in which remarks begin at least, so that those of short tables stand one below the other.
const REMARKS: usize = 40;
/// A line that is longer does not move the remarks of the others; its own stands right behind it.
const LONG: usize = 60;
/// A key that is longer does not move the `=` of the others.
const LONG_KEY: usize = 24;

/// The text.
pub(super) fn written(file: &Blocks) -> String {
    let mut out = String::new();
    block_of_lines(&file.head, &mut out);
    let mut order: Vec<&Block> = file.blocks.iter().collect();
    // Keys before any table must stay before any table; the sort is stable.
    order.sort_by_key(|block| block.root.as_deref().map_or((0, 0), |root| (1, place(root))));
    for block in order {
        apart(&mut out);
        one(block, &mut out);
    }
    apart(&mut out);
    block_of_lines(&file.foot, &mut out);
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    out
}

fn one(block: &Block, out: &mut String) {
    block_of_lines(&block.lead, out);
    let keys =
        block.entries.iter().map(|entry| entry.key.width()).filter(|width| *width <= LONG_KEY).max().unwrap_or(0);
    let code = |entry: &Entry| {
        let gap = keys.saturating_sub(entry.key.width());
        format!("{}{} = {}", entry.key, " ".repeat(gap), entry.value)
    };
    let codes: Vec<String> = block.entries.iter().map(code).collect();
    let remarked = block.entries.iter().zip(&codes).filter(|(entry, _)| !entry.remark.is_empty());
    let widths = remarked.map(|(_, code)| code.as_str()).chain((!block.remark.is_empty()).then_some(&*block.header));
    let widths = widths.filter(|code| !code.contains('\n')).map(UnicodeWidthStr::width);
    let column = widths.filter(|width| *width <= LONG).max().map_or(REMARKS, |width| REMARKS.max(width)) + 2;
    if !block.header.is_empty() {
        line(&block.header, &block.remark, column, out);
    }
    for (n, (entry, code)) in block.entries.iter().zip(&codes).enumerate() {
        let begins = n == 0 && !block.header.is_empty();
        let skipped = usize::from(begins && entry.lead.first().is_some_and(String::is_empty));
        block_of_lines(&entry.lead[skipped..], out);
        line(code, &entry.remark, column, out);
    }
    block_of_lines(&block.tail, out);
}

fn line(code: &str, remark: &str, column: usize, out: &mut String) {
    out.push_str(code);
    if !remark.is_empty() {
        let last = code.rsplit('\n').next().unwrap_or_default();
        let gap = if code.contains('\n') { 2 } else { column.saturating_sub(last.width()).max(2) };
        out.push_str(&" ".repeat(gap));
        out.push_str(remark);
    }
    out.push('\n');
}

fn block_of_lines(lines: &[String], out: &mut String) {
    for line in lines {
        if line.is_empty() {
            apart(out);
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
}

/// Exactly one blank line, except at the very beginning.
fn apart(out: &mut String) {
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}
