//! A mistake in a configuration file: where, what was found, what is allowed, what helps; both languages.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The language of what operators see.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese.
    #[default]
    #[schemars(extend("x-zh" = "中文"))]
    Zh,
    /// English.
    #[schemars(extend("x-zh" = "英文"))]
    En,
}

/// One sentence in both languages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// Chinese, in the words of the office.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Takes both; Chinese first, because that is what operators read.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The sentence in one language.
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// A text file with its path, so that a byte offset can be told as line and column.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Source {
    /// Where it was read.
    pub path: PathBuf,
    /// What stands in it, without byte order mark, with `\n` line ends.
    pub text: String,
    /// What lies under it (a preset): offsets past the end of `text` are offsets into this one.
    pub under: Option<Arc<Source>>,
}

impl Source {
    /// A text of its own, with nothing under it.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), under: None }
    }

    /// Which text a byte offset lies in, this one or the one under it, and where in that.
    pub fn at(&self, byte: usize) -> (&Source, usize) {
        match &self.under {
            Some(under) if byte > self.text.len() => under.at(byte - self.text.len() - 1),
            _ => (self, byte),
        }
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    pub fn place(&self, byte: usize) -> (usize, usize) {
        let (source, byte) = self.at(byte);
        source.place_here(byte)
    }

    fn place_here(&self, byte: usize) -> (usize, usize) {
        let mut end = byte.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[start..].chars().count() + 1)
    }
}

/// One mistake. Mistakes are collected and shown all at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// The file.
    pub file: PathBuf,
    /// Line and column, from 1, where they are known.
    pub place: Option<(usize, usize)>,
    /// The dotted key, empty when the whole file is meant.
    pub key: String,
    /// What was found and why it cannot be.
    pub problem: Text,
    /// What is allowed, or what to do.
    pub remedy: Option<Text>,
}

impl Mistake {
    /// A mistake at a place in a file.
    pub fn at(source: &Source, span: Range<usize>, key: impl Into<String>, problem: Text) -> Self {
        Self {
            file: source.at(span.start).0.path.clone(),
            place: Some(source.place(span.start)),
            key: key.into(),
            problem,
            remedy: None,
        }
    }

    /// A mistake of a whole file.
    pub fn whole(file: &Path, problem: Text) -> Self {
        Self { file: file.to_path_buf(), place: None, key: String::new(), problem, remedy: None }
    }

    /// Adds what is allowed, or what to do.
    pub fn remedy(mut self, remedy: Text) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// The mistake as one or two lines for a person.
    pub fn shown(&self, lang: Lang) -> String {
        use fmt::Write;
        let mut out = self.file.display().to_string();
        if let Some((line, column)) = self.place {
            let _ = write!(out, ":{line}:{column}");
        }
        if !self.key.is_empty() {
            let _ = write!(out, " [{}]", self.key);
        }
        let _ = write!(out, " {}", self.problem.in_lang(lang));
        if let Some(remedy) = &self.remedy {
            let _ = write!(out, "\n    → {}", remedy.in_lang(lang));
        }
        out
    }
}
