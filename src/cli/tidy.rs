//! `huiliu channel fmt`: channel files as they are to be laid out. What they say, and every remark, stays.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use clap::Args;
use serde_json::json;

use super::output::{Failure, Output, WRONG};
use super::site::Site;
use crate::layout::{NotLaidOut, laid_out};
use crate::settings::{ChannelFile, Lang, Mistake, Source, Text};
use crate::words::say;

/// Lays out channel files.
#[derive(Args, Debug)]
pub(super) struct Fmt {
    /// Which channels; all of them if none is named.
    names: Vec<String>,
    /// Only tell which are not laid out, and change nothing; 1 if there are any.
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(super) fn run(self, site: &Site) -> Result<Output, Failure> {
        let files: Vec<&ChannelFile> = match self.names.as_slice() {
            [] => site.channels.iter().collect(),
            names => names.iter().map(|name| site.channel(name)).collect::<Result<_, _>>()?,
        };
        let (mut changed, mut as_is, mut mistakes) = (Vec::new(), 0, Vec::new());
        for file in files {
            let path = file.dir.join("channel.toml");
            match difference(&path)? {
                Ok(None) => as_is += 1,
                Ok(Some(text)) => {
                    if !self.check {
                        replace(&path, &text).map_err(|error| {
                            let shown = path.display();
                            Failure::io(&format!("{shown} 写不了"), &format!("cannot write {shown}"), &error)
                        })?;
                    }
                    changed.push(path);
                }
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes.into());
        }
        let lang = site.look.lang;
        let mut lines: Vec<String> = changed.iter().map(|path| path.display().to_string()).collect();
        lines.push(match (changed.len(), self.check, lang) {
            (0, _, _) => say(lang, "都已排齐", "all are laid out").into(),
            (n, true, Lang::Zh) => format!("{n} 个没有排齐;去掉 --check 就排齐"),
            (n, true, Lang::En) => format!("{n} are not laid out; without --check they will be"),
            (n, false, Lang::Zh) => format!("排齐了 {n} 个"),
            (n, false, Lang::En) => format!("{n} laid out"),
        });
        let json = json!({ "changed": changed, "as_they_were": as_is, "written": !self.check });
        let status = if self.check && !changed.is_empty() { WRONG } else { 0 };
        Ok(Output::new(json, lines.join("\n")).status(status))
    }
}

/// The text that a file should have, if it is another one; or why it cannot be laid out.
fn difference(path: &Path) -> Result<Result<Option<String>, Mistake>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let shown = path.display();
        let remedy = say(Lang::Zh, "(要用 UTF-8 编码保存)", "");
        Failure::io(&format!("{shown} 读不了{remedy}"), &format!("cannot read {shown} (it must be UTF-8)"), &error)
    })?;
    Ok(match laid_out(&text) {
        Ok(out) => Ok((out != text).then_some(out)),
        Err(NotLaidOut::NotToml { at, why }) => {
            let problem = Text::new(
                format!("从这里起读不懂,没有排({why})"),
                format!("it cannot be understood from here on, and is left as it is ({why})"),
            );
            let source = Source::new(path, text);
            let mistake = match at {
                Some(at) => Mistake::at(&source, at..at, "", problem),
                None => Mistake::whole(path, problem),
            };
            Err(mistake.remedy(Text::new("先用 huiliu check 把它改对", "mend it first; huiliu check helps")))
        }
        Err(NotLaidOut::WouldChange) => Err(Mistake::whole(
            path,
            Text::new(
                "排齐后意思或注释会变,没有动它;请报告这个文件",
                "laid out it would say something else or lose a remark, so it is left as it is; please report this file",
            ),
        )),
    })
}

/// Written aside and renamed over the old one, with its permissions: a reader never sees half a file.
pub(super) fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut aside = tempfile::Builder::new().prefix(".channel-").tempfile_in(folder)?;
    aside.write_all(text.as_bytes())?;
    aside.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
    aside.as_file().sync_all()?;
    aside.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}
