//! Why a file is not read, in both languages, with what helps. Nothing of what stands in it is told.

/// Why a file is not read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// One stable word.
    pub word: &'static str,
    /// For people, in Chinese, with what helps.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Unreadable {
    /// One stable word, and what people are told.
    pub fn new(word: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { word, zh: zh.into(), en: en.into() }
    }

    /// A file of another sort.
    pub(crate) fn other(zh: &str, en: &str) -> Self {
        Self::new(
            "other_format",
            format!("这是{zh},不能当表格读;请用 Excel 或 WPS 打开,另存为“Excel 工作簿(.xlsx)”"),
            format!("this is {en}; open it in Excel or WPS and save it as .xlsx"),
        )
    }

    /// A file with a password.
    pub(crate) fn password() -> Self {
        Self::new(
            "password",
            "表格设了打开密码;请去掉密码后另存一份",
            "the workbook has a password; save a copy without one",
        )
    }

    /// A file that is torn or not what it seems.
    pub(crate) fn broken(why: impl std::fmt::Display) -> Self {
        Self::new(
            "broken",
            format!("表格打不开,可能没有传完或已损坏({why});请重新导出一份"),
            format!("the workbook does not open, it may be cut off or damaged ({why}); export it anew"),
        )
    }

    /// A file beyond a limit.
    pub(crate) fn beyond(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new("too_large", zh, en)
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for Unreadable {}
