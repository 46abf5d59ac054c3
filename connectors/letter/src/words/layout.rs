//! What lays out text, written so that a tree of it is cheap: closed in order, text only in cells, no deeper than allowed.

/// Elements that stay, as far as they nest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Paragraph,
    Block(&'static str),
    Table,
    Row,
    Cell,
}

impl Kept {
    fn tag(self) -> &'static str {
        match self {
            Self::Paragraph => "p",
            Self::Block(name) => name,
            Self::Table => "table",
            Self::Row => "tr",
            Self::Cell => "td",
        }
    }
}

/// Tables in tables beyond this are laid out as blocks: each level multiplies the work of laying out.
const MOST_TABLES: usize = 6;

/// HTML that was cut down.
pub(super) struct Reduced {
    pub(super) html: String,
    /// How many rows of tables it has.
    pub(super) rows: usize,
}

/// Writes HTML whose elements are closed in their order.
pub(super) struct Writer {
    out: String,
    open: Vec<Kept>,
    levels: usize,
    rows: usize,
}

impl Writer {
    pub(super) fn new(room: usize, levels: usize) -> Self {
        Self { out: String::with_capacity(room), open: Vec::new(), levels, rows: 0 }
    }

    /// What was written; what is still open is closed by whoever reads it.
    pub(super) fn finish(self) -> Reduced {
        Reduced { html: self.out, rows: self.rows }
    }

    pub(super) fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if matches!(self.open.last(), Some(Kept::Table | Kept::Row)) && text.trim_ascii().is_empty() {
            return;
        }
        self.flow();
        self.out.push_str(text);
    }

    pub(super) fn start(&mut self, name: &str) {
        let block = match name {
            "br" => {
                self.flow();
                return self.out.push_str("<br>");
            }
            "table" => {
                let tables = self.open.iter().filter(|kept| **kept == Kept::Table).count();
                if tables < MOST_TABLES { Kept::Table } else { Kept::Block("div") }
            }
            "tr" => return self.row(),
            "td" | "th" => return self.cell(),
            "p" => Kept::Paragraph,
            "ul" => Kept::Block("ul"),
            "ol" => Kept::Block("ol"),
            "li" => {
                self.close_within("li", &["ul", "ol"]);
                Kept::Block("li")
            }
            "blockquote" => Kept::Block("blockquote"),
            "pre" => Kept::Block("pre"),
            _ if is_block(name) => Kept::Block("div"),
            _ => return,
        };
        self.flow();
        self.end_paragraph();
        self.open(block);
    }

    /// A row begins: whatever is open within its table ends.
    fn row(&mut self) {
        let Some(table) = self.open.iter().rposition(|kept| *kept == Kept::Table) else {
            return self.out.push_str("<br>");
        };
        self.truncate(table + 1);
        self.rows += 1;
        self.open(Kept::Row);
    }

    fn cell(&mut self) {
        let Some(table) = self.open.iter().rposition(|kept| *kept == Kept::Table) else {
            // Cells of a table that was not kept, or of none.
            return self.out.push_str("&nbsp;&nbsp;");
        };
        match self.open.get(table + 1) {
            Some(Kept::Row) => self.truncate(table + 2),
            _ => self.row(),
        }
        self.open(Kept::Cell);
    }

    pub(super) fn close(&mut self, name: &str) {
        let is = |kept: &Kept| match *kept {
            Kept::Block("div") => is_block(name),
            Kept::Cell => matches!(name, "td" | "th"),
            other => other.tag() == name,
        };
        // The end of a block closes nothing outside of its cell.
        let fence = if matches!(name, "table" | "tr" | "td" | "th") {
            None
        } else {
            self.open.iter().rposition(|kept| *kept == Kept::Cell)
        };
        if let Some(at) = self.open.iter().rposition(is).filter(|at| fence.is_none_or(|fence| *at > fence)) {
            self.truncate(at);
        } else if is_block(name) {
            // The end of a block that was left out for its depth still ends a line.
            self.flow();
            self.out.push_str("<br>");
        }
    }

    /// Text must stand in a cell wherever a table is open.
    fn flow(&mut self) {
        if matches!(self.open.last(), Some(Kept::Table | Kept::Row)) {
            self.cell();
        }
    }

    fn end_paragraph(&mut self) {
        if self.open.last() == Some(&Kept::Paragraph) {
            self.truncate(self.open.len() - 1);
        }
    }

    fn close_within(&mut self, name: &str, borders: &[&str]) {
        let border = |kept: &Kept| matches!(kept, Kept::Block(block) if borders.contains(block)) || *kept == Kept::Cell;
        let from = self.open.iter().rposition(border).map_or(0, |at| at + 1);
        let inner = self.open.get(from..).unwrap_or_default();
        if let Some(at) = inner.iter().position(|kept| matches!(kept, Kept::Block(block) if *block == name)) {
            self.truncate(from + at);
        }
    }

    fn open(&mut self, kept: Kept) {
        // Room is left for the row and the cell of a table, without which it cannot hold text.
        let room = if matches!(kept, Kept::Row | Kept::Cell) { 2 } else { 0 };
        if self.open.len() >= self.levels + room {
            self.out.push_str("<br>");
            return;
        }
        self.open.push(kept);
        self.out.push('<');
        self.out.push_str(kept.tag());
        self.out.push('>');
    }

    fn truncate(&mut self, to: usize) {
        while self.open.len() > to {
            if let Some(kept) = self.open.pop() {
                self.out.push_str("</");
                self.out.push_str(kept.tag());
                self.out.push('>');
            }
        }
    }
}

fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 24] = [
        "div", "section", "article", "header", "footer", "address", "center", "dl", "dt", "dd", "fieldset", "form",
        "figure", "main", "aside", "nav", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "caption",
    ];
    BLOCKS.contains(&name)
}
