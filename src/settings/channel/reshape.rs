//! `[reshape]` (高级处理): a channel's own program, written in `channel.toml` or in a file beside it; and where in which file
//! each of its bytes stands.

use std::ops::Range;
use std::path::{Component, Path};

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::document::Document;
use super::super::{Mistake, Source, Text, reading};

/// `[reshape]`. Exactly one of `program` and `file` is written.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReshapeTable {
    /// The program (VRL), at most 64 KiB, best between three single quotes. It runs on each document before the rules read it.
    #[schemars(extend("x-zh" = "程序(VRL),每件来件先经它整理,再按字段对应读;写在三个英文单引号之间"))]
    pub program: Option<String>,
    /// The program's file, in the channel's folder.
    #[schemars(length(min = 1), extend("x-zh" = "程序写在渠道文件夹里的哪个文件,例如 reshape.vrl"))]
    pub file: Option<String>,
}

/// A channel's program, not yet compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reshaping {
    /// The program.
    pub text: String,
    source: Source,
    /// Where in the source the program begins; none where escapes make its text another than what is written there.
    begins: Option<usize>,
    /// What holds the program: the literal, or the whole file.
    whole: Range<usize>,
}

impl Reshaping {
    /// A program that is a whole file.
    pub fn of_file(source: Source) -> Self {
        let whole = 0..source.text.len();
        Self { text: source.text.clone(), source, begins: Some(0), whole }
    }

    /// The file in which it stands.
    pub fn path(&self) -> &Path {
        &self.source.path
    }

    /// A mistake at a span of the program.
    pub fn mistake(&self, span: &Range<usize>, problem: Text) -> Mistake {
        let span = self.begins.map_or_else(|| self.whole.clone(), |begins| begins + span.start..begins + span.end);
        Mistake::at(&self.source, span, "reshape", problem)
    }

    /// The file's name and the line (from 1) in which a byte of the program stands.
    pub fn line(&self, byte: usize) -> (String, usize) {
        let at = self.begins.map_or(self.whole.start, |begins| begins + byte);
        let name = self.source.at(at).0.path.file_name().map(|name| name.to_string_lossy().into_owned());
        (name.unwrap_or_default(), self.source.place(at).0)
    }
}

/// The program of a channel, from its file if it has one of its own.
pub(super) fn read(dir: &Path, document: &Document) -> Result<Option<Reshaping>, Vec<Mistake>> {
    let Some(table) = document.value().get("reshape") else { return Ok(None) };
    let text = |key: &str| table.get(key).and_then(serde_json::Value::as_str);
    match (text("program"), text("file")) {
        (Some(text), None) => Ok(Some(written(document, text))),
        (None, Some(file)) => Ok(Some(Reshaping::of_file(reading::plain(&dir.join(file))?))),
        // Said by `check`.
        _ => Ok(None),
    }
}

fn written(document: &Document, text: &str) -> Reshaping {
    let source = document.source();
    let whole = document.spot("reshape.program").map_or(0..0, |spot| spot.value.clone());
    // It may stand in a preset.
    let (holds, start) = source.at(whole.start);
    let literal = holds.text.get(start..start + whole.len()).unwrap_or_default();
    let open = ["'''\n", "\"\"\"\n", "'''", "\"\"\"", "'", "\""].into_iter().find(|open| literal.starts_with(open));
    let begins = open.map(|open| whole.start + open.len());
    let begins = begins
        .filter(|begins| holds.text.get(begins - whole.start + start..).is_some_and(|rest| rest.starts_with(text)));
    Reshaping { text: text.to_owned(), source: source.clone(), begins, whole }
}

/// What no schema says of `[reshape]`: one of the two keys, and a file that lies in the channel's folder.
pub(super) fn check(document: &Document) -> Option<Mistake> {
    let table = document.value().get("reshape")?.as_object()?;
    let (key, problem, remedy) = match (table.get("program"), table.get("file").and_then(serde_json::Value::as_str)) {
        (Some(_), Some(_)) => (
            "reshape.file",
            Text::new("program 和 file 只能写一个", "`program` and `file` exclude each other"),
            Text::new("程序写在这里就删掉 file,写在文件里就删掉 program", "keep the one that holds the program"),
        ),
        (None, None) => (
            "reshape",
            Text::new("没有写程序", "neither `program` nor `file` is written"),
            Text::new(
                "写 program = '''…''' 或 file = \"reshape.vrl\";不需要就删掉 [reshape]",
                "write program = '''…''' or file = \"reshape.vrl\", or delete [reshape]",
            ),
        ),
        (None, Some(file)) if !Path::new(file).components().all(|part| matches!(part, Component::Normal(_))) => (
            "reshape.file",
            Text::new(format!("“{file}”不在渠道文件夹里"), format!("`{file}` does not lie in the channel's folder")),
            Text::new(
                "把文件放进渠道文件夹,这里只写文件名,例如 reshape.vrl",
                "put the file into the channel's folder and write its name only, for example reshape.vrl",
            ),
        ),
        _ => return None,
    };
    Some(document.mistake_of_key(key, problem).remedy(remedy))
}
