//! Papers: what the house prints for people to keep (the quarterly section, ledgers, the shift's paper, reconciliations).
//! One model, and one writer a form. It counts nothing and knows no ticket.

/// A paper.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Paper {
    /// What stands at its top.
    pub title: String,
    /// What follows, in order.
    pub blocks: Vec<Block>,
}

/// A piece of a paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// A heading inside the paper.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A note in small print: what was counted how, what changed since.
    Note(String),
    /// A table.
    Table(Table),
}

/// A table of a paper.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Table {
    /// What it is called; at most 31 characters become a sheet's name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; each as long as there are columns.
    pub rows: Vec<Vec<String>>,
    /// Whether the last row is the sum of those above it.
    pub summed: bool,
}

/// A column of a table.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Column {
    /// Its head.
    pub name: String,
    /// Whether it holds figures, which stand at the right.
    pub is_figure: bool,
}
