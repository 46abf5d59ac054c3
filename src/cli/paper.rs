//! Papers on the screen or into a file, in the form that was asked for.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::json;

use super::output::{Failure, Output};
use crate::console::{Code, Problem};
use crate::paper::{Form, Paper, written};
use crate::settings::Lang;

/// How a paper is to be written, and where.
#[derive(Args, Debug)]
pub(super) struct AsPaper {
    /// In which form; else by the ending of --out, else text.
    #[arg(long, value_name = "FORM", value_enum)]
    format: Option<FormArg>,
    /// Into this file; one that is there already is not overwritten.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum FormArg {
    /// For the screen
    Text,
    /// Markdown
    Md,
    /// Values parted by commas
    Csv,
    /// A workbook
    Xlsx,
    /// A document
    Docx,
    /// JSON
    Json,
}

impl FormArg {
    fn form(self) -> Form {
        match self {
            Self::Text => Form::Text,
            Self::Md => Form::Markdown,
            Self::Csv => Form::Csv,
            Self::Xlsx => Form::Xlsx,
            Self::Docx => Form::Docx,
            Self::Json => Form::Json,
        }
    }

    /// The form that a file's ending means.
    fn of(file: &Path) -> Option<Self> {
        let ending = file.extension()?.to_str()?.to_lowercase();
        if ending == "txt" { Some(Self::Text) } else { Self::from_str(&ending, true).ok() }
    }
}

impl AsPaper {
    /// Into a workbook.
    pub(super) fn workbook(file: PathBuf) -> Self {
        Self { format: Some(FormArg::Xlsx), out: Some(file) }
    }

    /// Makes the file, so that nothing is put on record for a paper that cannot be written.
    pub(super) fn begin(self) -> Result<Sheet, Failure> {
        let named = self.out.as_deref().and_then(FormArg::of);
        let form = self.format.or(named).unwrap_or(FormArg::Text).form();
        if form.is_binary() && self.out.is_none() {
            return Err(Problem::invalid(
                "这种格式不能显示在屏幕上;加 --out 文件名",
                "this form is not for a screen; add --out FILE",
            )
            .into());
        }
        let file = self.out.map(|path| create(&path).map(|file| (path, file))).transpose()?;
        Ok(Sheet { form, file })
    }
}

/// Where a paper goes. A file that nothing was written to goes away again.
#[derive(Debug)]
pub(super) struct Sheet {
    form: Form,
    file: Option<(PathBuf, File)>,
}

impl Sheet {
    /// Writes the paper; `data` is what it was made of, for `--json`.
    pub(super) fn finish(self, paper: &Paper, data: impl Serialize, lang: Lang) -> Result<Output, Failure> {
        let bytes = bytes(paper, self.form)?;
        self.write(&bytes, data, lang)
    }

    /// The same for a paper whose `text` is known already, and that programs would rather be told as `data`.
    pub(super) fn finish_as(
        self,
        paper: &Paper,
        text: &str,
        data: impl Serialize,
        lang: Lang,
    ) -> Result<Output, Failure> {
        let bytes = match self.form {
            Form::Text => text.as_bytes().to_vec(),
            Form::Json => serde_json::to_vec_pretty(&data).unwrap_or_default(),
            form => bytes(paper, form)?,
        };
        self.write(&bytes, data, lang)
    }

    fn write(mut self, bytes: &[u8], data: impl Serialize, lang: Lang) -> Result<Output, Failure> {
        let Some((path, mut file)) = self.file.take() else {
            return Ok(Output::new(data, String::from_utf8_lossy(bytes)));
        };
        let shown = path.display();
        if let Err(why) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            let failure = Failure::io(&format!("{shown} 写不了"), &format!("cannot write {shown}"), &why);
            self.file = Some((path, file));
            return Err(failure);
        }
        let text = match lang {
            Lang::Zh => format!("已写好 {shown}"),
            Lang::En => format!("wrote {shown}"),
        };
        Ok(Output::new(json!({ "file": path, "data": serde_json::to_value(data).unwrap_or_default() }), text))
    }
}

fn bytes(paper: &Paper, form: Form) -> Result<Vec<u8>, Failure> {
    written(paper, form).map_err(|why| Problem::new(Code::Failed, format!("写不出来:{why}"), why.to_string()).into())
}

impl Drop for Sheet {
    fn drop(&mut self) {
        if let Some((path, _)) = self.file.take() {
            // Whoever asked hears why nothing was written; an empty file left behind says nothing more.
            drop(std::fs::remove_file(path));
        }
    }
}

/// Makes a file that is not there yet.
pub(super) fn create(file: &Path) -> Result<File, Failure> {
    File::create_new(file).map_err(|why| match why.kind() {
        std::io::ErrorKind::AlreadyExists => Problem::refused(
            format!("已经有 {} 了,没有覆盖;换个文件名,或先移走它", file.display()),
            format!("{} is there already and was not overwritten; choose another name or move it away", file.display()),
        )
        .into(),
        _ => Failure::io(&format!("{} 写不了", file.display()), &format!("cannot write {}", file.display()), &why),
    })
}
