//! What people are told, in both languages. Places are named; what stands in a cell is not quoted.

use huiliu_contract::{BadFile, Remark};
use huiliu_sheet::Unreadable;

/// A sentence in both languages.
pub(crate) fn remark(zh: impl Into<String>, en: impl Into<String>) -> Remark {
    Remark { zh: zh.into(), en: en.into() }
}

/// Why a file is not taken, as its reader says it.
pub(crate) fn bad(why: Unreadable) -> BadFile {
    BadFile(Remark { en: why.en, zh: why.zh })
}

/// A refusal of our own, through a reader.
pub(crate) fn refuse(zh: impl Into<String>, en: impl Into<String>) -> Unreadable {
    Unreadable::new("refused", zh, en)
}

/// Trouble with the disk, never with what stands in a file.
pub(crate) fn disk(why: &std::io::Error) -> Unreadable {
    Unreadable::new(
        "disk",
        format!("收件文件夹读写出错({});请看磁盘空间和权限", why.kind()),
        format!("the inbox could not be read or written ({}); look at free space and permissions", why.kind()),
    )
}

/// A sheet as it is called in sentences; text files have none.
pub(crate) fn sheet_zh(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("工作表“{name}”") }
}

/// The same in English.
pub(crate) fn sheet_en(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("sheet `{name}` ") }
}
