//! Why a program failed on a document. It names places in the program and never what stood in the document: the reason
//! is shown in lists, logged and told to the far side.

use vrl::compiler::ExpressionError;
use vrl::diagnostic::DiagnosticMessage;

use super::allowed;

/// Why a program failed on a document.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Failed {
    /// The call of a function failed (`parse_int!(.n)`), at this byte of the program.
    Call {
        /// The function.
        name: &'static str,
        /// Where the call stands.
        at: usize,
    },
    /// The program gave the document up (`abort`), at this byte.
    Aborted {
        /// Where.
        at: usize,
        /// What it said, if the words stand in the program; others may hold what stood in the document.
        said: Option<String>,
    },
    /// Something else failed, at this byte where it is known.
    Other {
        /// Where.
        at: Option<usize>,
    },
    /// More steps than a document of this size may take.
    TooLong {
        /// How many it may take.
        steps: usize,
    },
    /// The result has more bytes than this.
    TooLarge {
        /// How many it may have.
        most: usize,
    },
    /// The result is nested deeper than this.
    TooDeep {
        /// How deep it may be.
        most: usize,
    },
    /// The result holds bytes that are no text.
    NotText,
    /// The result holds a number that is not finite.
    NotFinite,
    /// The result is no object.
    NotAnObject,
    /// The language itself failed.
    Defect,
}

impl Failed {
    pub(super) fn of(text: &str, error: &ExpressionError) -> Self {
        match error {
            ExpressionError::Abort { span, message } => {
                Self::Aborted { at: span.start(), said: message.clone().filter(|said| is_written(text, said)) }
            }
            _ => {
                // Of calls within calls the innermost labels the error first.
                let at = error.labels().first().map(|label| label.span.start());
                let named = at.and_then(|at| Some((called(text.get(at..)?)?, at)));
                named.map_or(Self::Other { at }, |(name, at)| Self::Call { name, at })
            }
        }
    }

    /// The byte of the program that failed, where one did.
    pub fn at(&self) -> Option<usize> {
        match self {
            Self::Call { at, .. } | Self::Aborted { at, .. } => Some(*at),
            Self::Other { at } => *at,
            _ => None,
        }
    }

    /// Why, in Chinese; quotes nothing of the document.
    pub fn zh(&self) -> String {
        match self {
            Self::Call { name, .. } => format!("函数 {name} 处理不了这件的内容"),
            Self::Aborted { said: Some(said), .. } => format!("程序放弃了这件:{said}"),
            Self::Aborted { said: None, .. } => "程序放弃了这件(abort)".into(),
            Self::Other { .. } => "程序在这件上没有执行成功".into(),
            Self::TooLong { steps } => format!("执行超过{steps}步"),
            Self::TooLarge { most } => format!("处理后的内容太大,超过{most}字节"),
            Self::TooDeep { most } => format!("处理后的内容嵌套太深,超过{most}层"),
            Self::NotText => "处理后有一项不是 UTF-8 文字".into(),
            Self::NotFinite => "处理后有一个数不是有限的数".into(),
            Self::NotAnObject => "处理后整件不再是对象".into(),
            Self::Defect => "程序语言内部出错".into(),
        }
    }

    /// Why, in English; quotes nothing of the document.
    pub fn en(&self) -> String {
        match self {
            Self::Call { name, .. } => format!("the call of `{name}` failed on this document"),
            Self::Aborted { said: Some(said), .. } => format!("the program gave it up: {said}"),
            Self::Aborted { said: None, .. } => "the program gave it up (abort)".into(),
            Self::Other { .. } => "the program failed on this document".into(),
            Self::TooLong { steps } => format!("the program took more than {steps} steps"),
            Self::TooLarge { most } => format!("the result has more than {most} bytes"),
            Self::TooDeep { most } => format!("the result is nested deeper than {most} levels"),
            Self::NotText => "the result holds bytes that are not UTF-8 text".into(),
            Self::NotFinite => "the result holds a number that is not finite".into(),
            Self::NotAnObject => "what the program left is no object".into(),
            Self::Defect => "the language itself failed".into(),
        }
    }
}

/// Whether the program writes these very words as a text: then they are its author's and no document's.
fn is_written(program: &str, said: &str) -> bool {
    [['"', '"'], ['\'', '\'']].iter().any(|[open, close]| program.contains(&format!("{open}{said}{close}")))
}

/// The function whose call begins here.
fn called(text: &str) -> Option<&'static str> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    allowed::names().into_iter().find(|known| *known == &text[..end])
}
