//! What lays out text, written so that a tree of it is cheap: closed in order, text only in cells, no deeper than allowed.
//!
//! Divisions only break lines here: pages nest them by the hundred, and each level multiplies the work of laying out.

/// Elements that stay.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// A paragraph; it holds text and breaks only.
    Paragraph,
    /// The text of a division; as a paragraph, without room around it.
    Line,
    /// A quote, a list, one of its items, or text laid out by its author.
    Frame(&'static str),
    Table,
    Row,
    Cell,
}

impl Kept {
    fn tag(self) -> &'static str {
        match self {
            Self::Paragraph => "p",
            Self::Line => "div",
            Self::Frame(name) => name,
            Self::Table => "table",
            Self::Row => "tr",
            Self::Cell => "td",
        }
    }

    fn is_leaf(self) -> bool {
        matches!(self, Self::Paragraph | Self::Line)
    }
}

/// Tables in tables beyond this only break lines.
const MOST_TABLES: usize = 6;

/// HTML that was cut down.
pub(super) struct Reduced {
    pub(super) html: String,
    /// How many rows of tables it has.
    pub(super) rows: usize,
    /// What it costs to lay out: for each element and each line the levels that it stands in.
    pub(super) work: usize,
}

/// Writes HTML whose elements are closed in their order.
pub(super) struct Writer {
    out: String,
    open: Vec<Kept>,
    levels: usize,
    rows: usize,
    work: usize,
    /// What comes next begins a line.
    broken: bool,
}

impl Writer {
    pub(super) fn new(room: usize, levels: usize) -> Self {
        Self { out: String::with_capacity(room), open: Vec::new(), levels, rows: 0, work: 0, broken: false }
    }

    /// What was written; what is still open is closed by whoever reads it.
    pub(super) fn finish(self) -> Reduced {
        Reduced { html: self.out, rows: self.rows, work: self.work }
    }

    /// How many bytes were written.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    pub(super) fn text(&mut self, text: &str) {
        let between = self.broken || matches!(self.open.last(), Some(Kept::Table | Kept::Row));
        if text.is_empty() || (between && text.trim_ascii().is_empty()) {
            return;
        }
        // Where the author laid out text, its line ends are lines.
        if self.open.contains(&Kept::Frame("pre")) {
            self.work += memchr::memchr_iter(b'\n', text.as_bytes()).count() * self.open.len();
        }
        self.words(text);
    }

    pub(super) fn start(&mut self, name: &str) {
        match name {
            "br" => {
                self.work += self.open.len() + 1;
                self.words("<br>");
            }
            "p" => self.block(Kept::Paragraph),
            "ul" => self.block(Kept::Frame("ul")),
            "ol" => self.block(Kept::Frame("ol")),
            "blockquote" => self.block(Kept::Frame("blockquote")),
            "pre" => self.block(Kept::Frame("pre")),
            "li" => {
                self.close_item();
                self.block(Kept::Frame("li"));
            }
            "table" => match self.open.iter().filter(|kept| **kept == Kept::Table).count() {
                ..MOST_TABLES => self.block(Kept::Table),
                _ => self.end_line(),
            },
            "tr" => self.row(),
            "td" | "th" => self.cell(),
            _ if is_division(name) => self.end_line(),
            _ => {}
        }
    }

    pub(super) fn close(&mut self, name: &str) {
        if is_division(name) {
            return self.end_line();
        }
        let is = |kept: &Kept| match *kept {
            Kept::Line => false,
            Kept::Cell => matches!(name, "td" | "th"),
            other => other.tag() == name,
        };
        let own = matches!(name, "table" | "tr" | "td" | "th");
        // The end of anything else closes nothing outside of its cell.
        let fence = self.open.iter().rposition(|kept| *kept == Kept::Cell).filter(|_| !own);
        if let Some(at) = self.open.iter().rposition(is).filter(|at| fence.is_none_or(|fence| *at > fence)) {
            self.truncate(at);
        }
    }

    /// Text or a break, in a cell wherever a table is open, and on a line of its own where one has to begin.
    fn words(&mut self, words: &str) {
        self.flow();
        if std::mem::take(&mut self.broken) && !self.open.last().is_some_and(|kept| kept.is_leaf()) {
            self.open(Kept::Line);
        }
        self.out.push_str(words);
    }

    fn block(&mut self, kept: Kept) {
        self.flow();
        self.end_line();
        self.open(kept);
    }

    /// A row begins: whatever is open within its table ends.
    fn row(&mut self) {
        let Some(table) = self.open.iter().rposition(|kept| *kept == Kept::Table) else { return self.end_line() };
        self.truncate(table + 1);
        self.rows += 1;
        self.open(Kept::Row);
    }

    fn cell(&mut self) {
        let Some(table) = self.open.iter().rposition(|kept| *kept == Kept::Table) else {
            // A cell of no table still stands apart from the one before.
            return self.text("&nbsp;&nbsp;");
        };
        match self.open.get(table + 1) {
            Some(Kept::Row) => self.truncate(table + 2),
            _ => self.row(),
        }
        self.open(Kept::Cell);
    }

    fn flow(&mut self) {
        if matches!(self.open.last(), Some(Kept::Table | Kept::Row)) {
            self.cell();
        }
    }

    fn end_line(&mut self) {
        if self.open.last().is_some_and(|kept| kept.is_leaf()) {
            self.truncate(self.open.len() - 1);
        }
        self.broken = true;
    }

    /// An item of a list ends where the next begins.
    fn close_item(&mut self) {
        let border = |kept: &Kept| matches!(kept, Kept::Frame("ul" | "ol") | Kept::Cell);
        let from = self.open.iter().rposition(border).map_or(0, |at| at + 1);
        let inner = self.open.get(from..).unwrap_or_default();
        if let Some(at) = inner.iter().position(|kept| *kept == Kept::Frame("li")) {
            self.truncate(from + at);
        }
    }

    fn open(&mut self, kept: Kept) {
        // Tables have room for a row and a cell, without which they cannot hold text; and text always has a line.
        let always = matches!(kept, Kept::Row | Kept::Cell) || kept.is_leaf();
        if self.open.len() >= self.levels && !always {
            self.broken = true;
            return;
        }
        self.broken = false;
        self.open.push(kept);
        self.work += self.open.len();
        self.out.push('<');
        self.out.push_str(kept.tag());
        self.out.push('>');
    }

    fn truncate(&mut self, to: usize) {
        while self.open.len() > to {
            if let Some(kept) = self.open.pop() {
                // Where no tree is built, this is all that keeps cells apart.
                self.out.push_str(if kept == Kept::Cell { " </" } else { "</" });
                self.out.push_str(kept.tag());
                self.out.push('>');
            }
        }
    }
}

/// Elements that only begin and end lines.
fn is_division(name: &str) -> bool {
    const DIVISIONS: [&str; 24] = [
        "div", "section", "article", "header", "footer", "address", "center", "dl", "dt", "dd", "fieldset", "form",
        "figure", "main", "aside", "nav", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "caption",
    ];
    DIVISIONS.contains(&name)
}
