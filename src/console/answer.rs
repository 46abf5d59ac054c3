//! What the console answers: a value with stable field names, or a problem with a stable code and its text in both
//! languages.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::settings::{Lang, Text};
use crate::store::StoreError;

/// The answer to one request: one line on the socket.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It was done; the value is one of [`super::view`].
    Done(Value),
    /// It was not.
    Problem(Problem),
}

/// What sort of problem; the command's exit status follows from it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The house failed (disk, database, a bug).
    Failed,
    /// What was asked makes no sense (a number with a wrong check digit, nothing to find).
    Invalid,
    /// It is not there.
    NotFound,
    /// Neither a daemon nor the store can be reached, or only a running daemon can do it.
    Unreachable,
    /// It may not be done, or not now.
    Refused,
}

/// Why something was not done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{en}")]
pub struct Problem {
    /// What sort.
    pub code: Code,
    /// For people, in Chinese, with what helps.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Problem {
    /// A problem of a sort, told in both languages.
    pub fn new(code: Code, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, zh: zh.into(), en: en.into() }
    }

    /// Something that is not there.
    pub fn not_found(text: Text) -> Self {
        Self::new(Code::NotFound, text.zh, text.en)
    }

    /// Something that may not be done.
    pub fn refused(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Code::Refused, zh, en)
    }

    /// Something that makes no sense.
    pub fn invalid(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Code::Invalid, zh, en)
    }

    /// The text in one language.
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let en = error.to_string();
        match error {
            StoreError::NotFound => Self::new(Code::NotFound, "没有找到", "not found"),
            StoreError::Refused(_) => Self::new(Code::Refused, format!("现在不能这样做:{en}"), en),
            StoreError::Held { holder } => Self::new(
                Code::Unreachable,
                format!("数据目录正被进程 {holder} 使用,却连不上它;请确认汇流在运行,或结束那个进程"),
                format!("{en}, yet it does not answer; see whether huiliu runs, or end that process"),
            ),
            StoreError::Closed => {
                Self::new(Code::Unreachable, "汇流正在停止,稍后再试", "huiliu is stopping, try again later")
            }
            StoreError::Newer { found, known } => {
                Self::new(Code::Unreachable, format!("数据库版本是 {found},这个程序只认到 {known};请换回新版程序"), en)
            }
            StoreError::File { path, why } => {
                Self::new(Code::Unreachable, format!("{path} 打不开:{why}"), format!("cannot use {path}: {why}"))
            }
            StoreError::Database(_) | StoreError::Seal(_) => Self::new(Code::Failed, format!("存储出错:{en}"), en),
        }
    }
}
