//! What is wrong with a program, and where: the language's own findings in its own words (English) within ours, and what is
//! ours alone.

use std::ops::Range;

use vrl::diagnostic::{Diagnostic as Found, Note};

use super::{MAX_TEXT, allowed};

/// One mistake in a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The language's number for it, as its documents list them; 0 where it is ours.
    pub code: usize,
    /// Where, in bytes of the program.
    pub span: Range<usize>,
    /// What was found, in Chinese; the language's own words stay English.
    pub zh: String,
    /// What was found, in English.
    pub en: String,
    /// What to do, Chinese first.
    pub remedy: Option<(String, String)>,
}

impl Diagnostic {
    pub(super) fn own(span: Range<usize>, problem: (String, String), remedy: (String, String)) -> Self {
        Self { code: 0, span, zh: problem.0, en: problem.1, remedy: Some(remedy) }
    }

    pub(super) fn too_long(bytes: usize) -> Self {
        Self::own(
            0..0,
            (
                format!("程序有{bytes}字节,最多{MAX_TEXT}"),
                format!("the program has {bytes} bytes, at most {MAX_TEXT} are allowed"),
            ),
            ("请把程序缩短;一般十几行就够".into(), "make it shorter; a dozen lines will do".into()),
        )
    }

    pub(super) fn empty() -> Self {
        Self::own(
            0..0,
            ("程序是空的".into(), "the program is empty".into()),
            ("写上程序,或删掉 [reshape]".into(), "write the program, or delete [reshape]".into()),
        )
    }

    pub(super) fn unknown_zone(zone: &str) -> Self {
        Self::own(
            0..0,
            (format!("程序语言不认得时区“{zone}”"), format!("the program's language knows no zone `{zone}`")),
            (
                "在 gateway.toml 里写通用的时区名,例如 zone = \"Asia/Shanghai\"".into(),
                "write a common name in gateway.toml, for example zone = \"Asia/Shanghai\"".into(),
            ),
        )
    }

    pub(super) fn of(text: &str, found: &Found) -> Self {
        let label = found.labels().iter().find(|label| label.primary).or_else(|| found.labels().first());
        let bound = |at: usize| at.min(text.len());
        let span = label.map_or(0..0, |label| bound(label.span.start())..bound(label.span.end()));
        let word = text.get(span.clone()).unwrap_or_default();
        if let Some(forbidden) = allowed::forbidden(word).filter(|_| found.code == UNDEFINED_FUNCTION) {
            return Self::forbidden(word, span, forbidden);
        }
        let labels = found.labels().iter().map(|label| label.message.as_str());
        let said: Vec<&str> = std::iter::once(found.message()).chain(labels).filter(|said| !said.is_empty()).collect();
        let said = said.join("; ");
        let code = found.code;
        Self {
            code,
            span,
            zh: format!("程序写得不对(VRL E{code:03}):{said}"),
            en: format!("VRL E{code:03}: {said}"),
            remedy: ours(code, word).or_else(|| remedy(found.notes())),
        }
    }

    fn forbidden(name: &str, span: Range<usize>, why: &allowed::Forbidden) -> Self {
        Self {
            code: UNDEFINED_FUNCTION,
            span,
            zh: format!("不能用函数 {name}:{}", why.why_zh),
            en: format!("`{name}` cannot be called: {}", why.why),
            remedy: Some((why.instead_zh.to_owned(), why.instead.to_owned())),
        }
    }
}

// The language's codes: an expression or assignment that may fail, a function that it does not know, a sign out of place.
const FALLIBLE_EXPRESSION: usize = 100;
const FALLIBLE_ASSIGNMENT: usize = 103;
const UNDEFINED_FUNCTION: usize = 105;
const UNRECOGNIZED_TOKEN: usize = 203;

/// What helps with the mistakes that are made most.
fn ours(code: usize, word: &str) -> Option<(String, String)> {
    let (zh, en) = match code {
        FALLIBLE_EXPRESSION | FALLIBLE_ASSIGNMENT => (
            "可能失败的要写明怎么办:函数名后加 !(失败的那件停下来请人看),或在后面写 ?? 和失败时用的值",
            "say what happens if it fails: ! behind the function's name (that document waits for a person), or ?? and \
             what is taken then",
        ),
        UNRECOGNIZED_TOKEN if !word.is_ascii() => (
            "中文的字段名要加英文双引号,例如 .\"标题\";标点用英文输入法的",
            "put a name that is not ASCII between quotes, for example .\"标题\"; write ASCII marks",
        ),
        _ => return None,
    };
    Some((zh.to_owned(), en.to_owned()))
}

/// What the language advises. Its addresses are left out: where this runs, nobody can open them.
fn remedy(notes: &[Note]) -> Option<(String, String)> {
    let notes = notes.iter().filter(|note| matches!(note, Note::Hint(_) | Note::Example(_) | Note::Basic(_)));
    let notes: Vec<String> =
        notes.map(|note| note.to_string().trim().to_owned()).filter(|note| !note.is_empty()).collect();
    let said = notes.join(" ");
    (!said.is_empty()).then(|| (said.clone(), said))
}
