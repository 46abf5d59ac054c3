//! `huiliu channel learn`: a web back end's channel, from pages that a person has saved. What it would change is shown first,
//! and counts when a person agrees.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::hooks::{Checks, Sample, SampleVerdict};
use super::output::{Failure, Output};
use super::prompt::Prompt;
use super::site::Site;
use super::table::clean_text;
use super::tidy::replace;
use crate::console::{Code, Problem};
use crate::learn::pages::{Change, File as Saved, Pages, learn, rewritten};
use crate::settings::{ChannelFile, Lang, Text};
use crate::words::say;

/// Learns a web back end from saved pages.
#[derive(Args, Debug)]
pub(super) struct Learn {
    /// Which channel.
    name: String,
    /// The saved pages in any order: the list, one letter or several, an empty list, the form for answers.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only show what would be changed.
    #[arg(long)]
    dry_run: bool,
    /// Write it without asking.
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
}

/// The kind of channel that reads pages.
const KIND: &str = "portal";

/// No saved page is larger.
const MOST: u64 = 8 << 20;

/// What is written beside the channel's file.
#[derive(Default)]
struct Proof {
    sample: Option<PathBuf>,
    ticket: Option<Value>,
    why_not: Option<Text>,
}

impl Learn {
    pub(super) fn run(self, site: &Site, checks: &dyn Checks, prompt: &mut dyn Prompt) -> Result<Output, Failure> {
        let lang = site.look.lang;
        let channel = site.channel(&self.name).map_err(not_there)?;
        let path = channel.dir.join("channel.toml");
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        is_of_pages(&self.name, &text)?;
        let files =
            self.files.iter().map(|path| Ok((shown(path), bytes(path)?))).collect::<Result<Vec<_>, Failure>>()?;
        let saved: Vec<Saved<'_>> = files.iter().map(|(name, bytes)| Saved { name, bytes }).collect();
        let pages = learn(&saved).map_err(wrong)?;
        let (new, changes) = rewritten(&text, &pages, lang).map_err(wrong)?;
        let told = difference(&pages, &changes, lang);
        if changes.is_empty() || self.dry_run {
            let end = match changes.is_empty() {
                true => say(lang, "和现在写的一样,没有可改的", "the file says all of that already"),
                false => say(
                    lang,
                    "只是看看,没有写入;去掉 --dry-run 就写入",
                    "nothing was written; without --dry-run it would be",
                ),
            };
            return Ok(Output::new(
                value(&self.name, &pages, &changes, false, &Proof::default()),
                format!("{told}\n{end}"),
            ));
        }
        if !self.yes {
            agreed(&told, lang, prompt)?;
        }
        replace(&path, &new).map_err(|error| {
            let shown = path.display();
            Failure::io(&format!("{shown} 写不了"), &format!("cannot write {shown}"), &error)
        })?;
        let proof = proof(site, checks, channel, &pages)?;
        let mut lines: Vec<String> = self.yes.then_some(told).into_iter().collect();
        lines.extend(ended(site, channel, &path, &proof));
        Ok(Output::new(value(&self.name, &pages, &changes, true, &proof), lines.join("\n")))
    }
}

/// Says how a channel comes to be that is not there yet.
fn not_there(failure: Failure) -> Failure {
    let Failure::Problem(mut problem) = failure else { return failure };
    problem.zh += ";还没有这个渠道的,先建文件夹 channels/代号,照 connectors/portal/README.md 的例子写好 [channel]、[connect]、[fields],再来学";
    problem.en += "; if there is no such channel yet, make its folder channels/CODE with [channel], [connect] and [fields] as in the \
                   example of connectors/portal/README.md, and learn then";
    Failure::Problem(problem)
}

/// Fails unless the channel is one of a web back end.
fn is_of_pages(name: &str, text: &str) -> Result<(), Failure> {
    let table: Option<toml::Table> = text.parse().ok();
    let kind = table.as_ref().and_then(|table| table.get("connect")?.get("kind")?.as_str());
    match kind {
        Some(KIND) | None => Ok(()),
        Some(other) => Err(Failure::from(Problem::new(
            Code::Refused,
            format!("渠道“{name}”的接入方式是 {other},不是网站后台({KIND});照网页学的只能是网站后台"),
            format!("channel `{name}` is of the kind {other}; only a web back end ({KIND}) is learnt from pages"),
        ))),
    }
}

fn wrong(why: Text) -> Failure {
    Failure::from(Problem::new(Code::Failed, why.zh, why.en))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let shown = path.display();
    Failure::io(&format!("{shown} 打不开"), &format!("cannot open {shown}"), error)
}

fn shown(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    if file.metadata().map_err(|error| unreadable(path, &error))?.is_dir() {
        let shown = path.display();
        return Err(wrong(Text::new(
            format!("{shown} 是文件夹;请给和它同名的 .html 文件"),
            format!("{shown} is a folder; give the .html file of that name"),
        )));
    }
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    Ok(bytes)
}

/// What each page is, what would become of the file, and what is left for a person.
fn difference(pages: &Pages, changes: &[Change], lang: Lang) -> String {
    let mut lines: Vec<String> =
        pages.sorts.iter().map(|(name, sort)| format!("{name}: {}", sort.text().in_lang(lang))).collect();
    for change in changes {
        let what = clean_text(change.what.in_lang(lang));
        lines.push(format!("{} {what}", change.key));
        lines.extend(change.before.iter().map(|before| format!("    {} {before}", say(lang, "原来", "was"))));
        lines.push(format!("    {} {}", say(lang, "现在", "now"), change.now));
    }
    let unread = pages.learnt.iter().flat_map(|learnt| &learnt.unread).map(String::as_str).collect::<Vec<_>>();
    if !unread.is_empty() {
        let unread = clean_text(&unread.join("、"));
        lines.push(match lang {
            Lang::Zh => format!("没对应的栏目,原样留在“其他内容”里:{unread}"),
            Lang::En => format!("labels that nothing reads stay as they came: {unread}"),
        });
    }
    lines.extend(pages.notes.iter().map(|note| format!("! {}", note.in_lang(lang))));
    lines.join("\n")
}

/// Asks whether the changes shall count.
fn agreed(told: &str, lang: Lang, prompt: &mut dyn Prompt) -> Result<(), Failure> {
    if !prompt.is_there() {
        return Err(Failure::from(Problem::new(
            Code::Refused,
            format!("{told}\n没有人在终端前同意,没有写入;看过没有问题,加 --yes 写入"),
            format!("{told}\nnobody is at a terminal to agree, so nothing was written; if that is right, add --yes"),
        )));
    }
    let question = say(lang, "就这样写入吗?(输入 是 或 y,回车不写)", "Write it? (y, Enter does not) ");
    let said = prompt
        .ask(&format!("{told}\n{question}"))
        .map_err(|error| Failure::io("没有问到", "nothing was answered", &error))?;
    if matches!(said.to_lowercase().as_str(), "y" | "yes" | "是") {
        return Ok(());
    }
    Err(Failure::from(Problem::new(Code::Refused, "没有写入".to_owned(), "nothing was written".to_owned())))
}

/// A sample of what was learnt and the ticket it yields, beside the file.
fn proof(site: &Site, checks: &dyn Checks, channel: &ChannelFile, pages: &Pages) -> Result<Proof, Failure> {
    let Some(document) = pages.sample() else { return Ok(Proof::default()) };
    let document = format!("{document:#}\n").into_bytes();
    let folder = Site::samples(channel);
    let cannot = |error: io::Error| {
        let shown = folder.display();
        Failure::io(&format!("{shown} 里写不了"), &format!("cannot write in {shown}"), &error)
    };
    fs::create_dir_all(&folder).map_err(cannot)?;
    let named = |n: usize, end: &str| folder.join(format!("{n:02}-page.{end}.json"));
    let free =
        (1..=99).find(|n| !named(*n, "in").exists() || fs::read(named(*n, "in")).is_ok_and(|own| own == document));
    let Some(n) = free else { return Ok(Proof::default()) };
    let sample = Sample {
        name: format!("{n:02}-page"),
        input: named(n, "in"),
        document,
        expectation: named(n, "ticket"),
        expected: None,
    };
    let read = site.gateway.channel_at(&channel.code, &channel.dir, &site.kinds);
    let settings = match read.result {
        Ok(settings) => settings,
        Err(_) => {
            put(&sample.input, &sample.document).map_err(cannot)?;
            let why = Text::new(
                "channel.toml 还有要改的,样例的预期结果没有生成",
                "channel.toml is not right yet, so no ticket is expected of the sample",
            );
            return Ok(Proof { sample: Some(sample.input), ticket: None, why_not: Some(why) });
        }
    };
    match checks.sample(&site.gateway, &settings, &sample) {
        SampleVerdict::New(ticket) => {
            put(&sample.input, &sample.document).map_err(cannot)?;
            put(&sample.expectation, format!("{ticket:#}\n").as_bytes()).map_err(cannot)?;
            Ok(Proof { sample: Some(sample.input), ticket: Some(ticket), why_not: None })
        }
        SampleVerdict::Failed(why) | SampleVerdict::Real(why) => Ok(Proof { why_not: Some(why), ..Proof::default() }),
        SampleVerdict::Same | SampleVerdict::Differs { .. } => Ok(Proof::default()),
    }
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn ended(site: &Site, channel: &ChannelFile, path: &Path, proof: &Proof) -> Vec<String> {
    let lang = site.look.lang;
    let mut lines = vec![match lang {
        Lang::Zh => format!("已写入 {}", path.display()),
        Lang::En => format!("written to {}", path.display()),
    }];
    lines.extend(proof.sample.iter().map(|sample| match lang {
        Lang::Zh => format!("样例(已脱敏) {}", sample.display()),
        Lang::En => format!("a sample, which is nobody's: {}", sample.display()),
    }));
    lines.extend(proof.why_not.iter().map(|why| clean_text(why.in_lang(lang))));
    let code = &channel.code;
    lines.push(match lang {
        Lang::Zh => format!("接着做:填好【待填】、核对【待核】的行,再跑 huiliu check {code}"),
        Lang::En => format!("next: fill in what says 【待填】, check what says 【待核】, then huiliu check {code}"),
    });
    lines
}

fn value(name: &str, pages: &Pages, changes: &[Change], written: bool, proof: &Proof) -> Value {
    let files = pages.sorts.iter().map(|(file, sort)| json!({ "file": file, "is": sort.text().en }));
    let changes = changes.iter().map(|one| json!({ "key": one.key, "before": one.before, "now": one.now }));
    json!({
        "channel": name,
        "files": files.collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
        "notes": pages.notes.iter().map(|note| note.en.as_str()).collect::<Vec<_>>(),
        "written": written,
        "sample": proof.sample,
        "ticket": proof.ticket,
    })
}
