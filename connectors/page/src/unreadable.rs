//! Why a page is not read, or not read as was agreed; in both languages, with what helps. Nothing of what stands on the
//! page is quoted, except the labels and heads that a layout is known by.

/// Why bytes are not read as a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// One stable word: `empty`, `too_large`, `too_deep`, `other_format`, `mht`, `json`.
    pub word: &'static str,
    /// For people, in Chinese, with what helps.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Unreadable {
    pub(crate) fn new(word: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { word, zh: zh.into(), en: en.into() }
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for Unreadable {}

/// A page that is not laid out as was agreed: what it should show is not there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LayoutChanged {
    /// The labels, heads or selectors that were looked for and not found.
    pub missing: Vec<String>,
    /// The heads of the table that comes nearest, if any does: words of the page's makers, never a citizen's.
    pub seen: Vec<String>,
}

impl LayoutChanged {
    /// What is missing, in Chinese.
    pub fn zh(&self) -> String {
        let seen = if self.seen.is_empty() {
            String::new()
        } else {
            format!(";最接近的表格有:{}", self.seen.join("、"))
        };
        format!("页面上找不到:{}{seen}", self.missing.join("、"))
    }
}

impl std::fmt::Display for LayoutChanged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the page does not show: {}", self.missing.join(", "))?;
        if self.seen.is_empty() { Ok(()) } else { write!(f, "; the nearest table has: {}", self.seen.join(", ")) }
    }
}

impl std::error::Error for LayoutChanged {}
