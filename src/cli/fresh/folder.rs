//! The folder on disk: written aside, read as the channel it will be, tried on the sample's items, then renamed to its place.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::wrong;
use crate::cli::hooks::{Checks, Sample, SampleVerdict};
use crate::cli::output::Failure;
use crate::cli::site::Site;
use crate::console::Code;
use crate::learn::Learnt;
use crate::settings::Text;

/// What was made.
pub(super) struct Made {
    /// Where it lies.
    pub(super) dir: PathBuf,
    /// The ticket that the sample yields; none without a sample.
    pub(super) ticket: Option<Value>,
    /// How many items were tried, and how many of them can be mapped.
    pub(super) tried: usize,
    pub(super) mapped: usize,
    /// Why the first one that cannot be mapped is not, with its place in the sample, from 1.
    pub(super) first_not: Option<(usize, Text)>,
}

/// So many items are tried.
const TRIED: usize = 50;
/// What the sample beside the file is called.
const NAME: &str = "01-new";

pub(super) fn make(
    site: &Site,
    checks: &dyn Checks,
    code: &str,
    text: &str,
    learnt: Option<&Learnt>,
) -> Result<Made, Failure> {
    let channels = site.gateway.dir.join("channels");
    let cannot = |error: &io::Error| {
        let shown = channels.display();
        Failure::io(&format!("{shown} 里写不了"), &format!("cannot write in {shown}"), error)
    };
    fs::create_dir_all(&channels).map_err(|error| cannot(&error))?;
    // A name with a dot before it is no channel; whatever fails below takes it away again.
    let aside = tempfile::Builder::new().prefix(".new-").tempdir_in(&channels).map_err(|error| cannot(&error))?;
    let dir = channels.join(code);
    let made = fill(aside.path(), &dir, site, checks, (code, text), learnt)?;
    open_to_readers(aside.path()).map_err(|error| cannot(&error))?;
    if dir.symlink_metadata().is_ok() {
        let shown = dir.display();
        let text = Text::new(
            format!("{shown} 刚刚有了,没有覆盖"),
            format!("{shown} has just appeared and is not overwritten"),
        );
        return Err(wrong(text, Code::Refused));
    }
    fs::rename(aside.path(), &dir).map_err(|error| cannot(&error))?;
    let _ = aside.keep();
    File::open(&channels).and_then(|folder| folder.sync_all()).map_err(|error| cannot(&error))?;
    Ok(made)
}

fn fill(
    aside: &Path,
    dir: &Path,
    site: &Site,
    checks: &dyn Checks,
    (code, text): (&str, &str),
    learnt: Option<&Learnt>,
) -> Result<Made, Failure> {
    let cannot = |error: io::Error| Failure::io("渠道文件夹写不了", "cannot write the channel's folder", &error);
    put(&aside.join("channel.toml"), text.as_bytes()).map_err(cannot)?;
    let read = site.gateway.channel_at(code, aside, &site.kinds);
    let settings = read.result.and_then(|settings| {
        let mistakes = checks.channel(&site.gateway, &settings);
        if mistakes.is_empty() { Ok(settings) } else { Err(mistakes) }
    });
    let settings = settings.map_err(|mut mistakes| {
        // Where it would have stood; nothing of it is there.
        mistakes.iter_mut().for_each(|mistake| mistake.file = dir.join("channel.toml"));
        Failure::from(mistakes)
    })?;
    let mut made = Made { dir: dir.to_path_buf(), ticket: None, tried: 0, mapped: 0, first_not: None };
    let Some(learnt) = learnt else { return Ok(made) };
    let samples = aside.join("samples");
    fs::create_dir(&samples).map_err(cannot)?;
    for (n, item) in learnt.items.iter().take(TRIED).enumerate() {
        let document = format!("{:#}\n", learnt.masked(item)).into_bytes();
        let sample = Sample {
            name: NAME.into(),
            input: samples.join(format!("{NAME}.in.json")),
            document,
            expectation: samples.join(format!("{NAME}.ticket.json")),
            expected: None,
        };
        made.tried += 1;
        match checks.sample(&site.gateway, &settings, &sample) {
            SampleVerdict::New(ticket) => {
                made.mapped += 1;
                if made.ticket.is_none() {
                    put(&sample.input, &sample.document).map_err(cannot)?;
                    put(&sample.expectation, format!("{ticket:#}\n").as_bytes()).map_err(cannot)?;
                    made.ticket = Some(ticket);
                }
            }
            SampleVerdict::Failed(why) | SampleVerdict::Real(why) => {
                made.first_not.get_or_insert((n + 1, why));
            }
            SampleVerdict::Same | SampleVerdict::Differs { .. } => {}
        }
    }
    if let (None, Some((n, why))) = (&made.ticket, &made.first_not) {
        return Err(wrong(
            Text::new(
                format!("照样例写出的字段对应,样例里一件也认不出,没有写入;第 {n} 件:\n{}", why.zh),
                format!(
                    "of what was made of the sample no item of it can be mapped, so nothing was written; item {n}:\n{}",
                    why.en
                ),
            ),
            Code::Failed,
        ));
    }
    Ok(made)
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A folder made aside is the maker's alone; a channel's is read by the daemon, whoever that runs as.
fn open_to_readers(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755))
}
