//! A file full of items that somebody hands in: how a kind takes it apart piece by piece, and answers with what became
//! of each.

use std::path::Path;

use async_trait::async_trait;

use crate::{Item, Taken};

/// What became of one item, after the commit: for kinds whose answer is a file that people read.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// What the store made of it.
    pub taken: Taken,
    /// Why it waits for a person, English and Chinese; quotes nothing of another citizen's.
    pub why: Option<Remark>,
}

/// A sentence for people, in both languages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remark {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Remark {
    /// Takes both; Chinese first, because that is what operators read.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// A file that cannot be taken apart at all: what it is, what is allowed, what helps.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", .0.en)]
pub struct BadFile(pub Remark);

/// The half of a connector to which files are handed in: dropped into a folder, uploaded, or named on the command line.
#[async_trait]
pub trait HandIn: Send + Sync {
    /// Opens a file of this channel. `name` is what people call it; `path` is where its bytes lie, complete and unchanging.
    /// What the file is, is told by its content.
    ///
    /// # Errors
    ///
    /// If nothing in it can be read.
    async fn open(&self, name: &str, path: &Path) -> Result<Box<dyn Bundle>, BadFile>;
}

/// An opened file. It is read as it is taken, so that its size does not count.
#[async_trait]
pub trait Bundle: Send {
    /// The next items in their order, at most `most`; none at the end. Items that cannot be read are `Item::Unreadable`.
    ///
    /// # Errors
    ///
    /// If the file breaks off. What was handed out before stands.
    async fn items(&mut self, most: usize) -> Result<Vec<Item>, BadFile>;

    /// What became of the items that [`items`](Self::items) gave last, one each, in their order.
    fn told(&mut self, told: &[Told]);

    /// What people should know of the file as a whole: hidden rows that were taken, sheets that were left out.
    fn remarks(&self) -> Vec<Remark>;

    /// Writes the answer: the same rows with what became of each.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    async fn answer(self: Box<Self>, to: &Path) -> Result<(), BadFile>;
}
