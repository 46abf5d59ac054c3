//! `huiliu sign`: a message of a channel signed, or a push verified, step by step, to be laid beside the partner's document.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use huiliu_kit::recipe::{Traced, Way};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::hooks::Checks;
use super::output::{Failure, OK, Output, WRONG};
use super::site::Site;
use super::table::clean_text;
use crate::console::Problem;
use crate::outgoing::covered;
use crate::settings::{Lang, Text};
use crate::signing::{Found, Given, Message, Signing, look};
use crate::words::say;

/// The largest sample, in bytes.
const LARGEST: u64 = 16 << 20;

/// Signs a sample as a channel would, or verifies one as it would, and shows every step; contacts nobody.
#[derive(Args, Debug)]
pub(super) struct Sign {
    /// Which channel.
    name: String,
    /// The message: an HTTP request as text (request line, headers, an empty line, body), or a body alone; `-` is standard
    /// input.
    #[arg(long, value_name = "FILE")]
    sample: PathBuf,
    /// The time to sign with, as the message writes it; else now.
    #[arg(long, value_name = "TEXT")]
    stamp: Option<String>,
    /// The nonce to sign with; else a new one.
    #[arg(long, value_name = "TEXT")]
    nonce: Option<String>,
    /// What the partner's example has: a text to be signed, or a signature; several in the order of the steps. 1 if any
    /// differs.
    #[arg(long, value_name = "TEXT")]
    expect: Vec<String>,
    /// Which recipe, where the channel has several: `connect` or `return`; `connect` by default.
    #[arg(long, value_name = "TABLE")]
    of: Option<String>,
}

impl Sign {
    pub(super) fn run(self, site: &Site, checks: &dyn Checks, now: Timestamp) -> Result<Output, Failure> {
        let file = site.channel(&self.name)?;
        let channel = file.result.as_ref().map_err(Clone::clone)?;
        let all = checks.signing(&site.gateway, channel)?;
        let signing = self.chosen(&all)?;
        let sample = read(&self.sample)?;
        let refused = |text: Text| {
            let shown = self.sample.display();
            Failure::from(Problem::invalid(format!("{shown}:{}", text.zh), format!("{shown}: {}", text.en)))
        };
        let message = Message::read(&sample, &signing.bare).map_err(refused)?;
        let given = Given { stamp: self.stamp.as_deref(), nonce: self.nonce.as_deref() };
        let steps = signing.trace(&message, given, now).map_err(refused)?;
        let found = look(&steps, &self.expect);
        let lang = site.look.lang;
        let mut text = head(&channel.channel.name, signing, &message, lang);
        for (at, step) in steps.iter().enumerate() {
            text += &shown(at, step, signing.opens, lang);
        }
        for (expected, found) in self.expect.iter().zip(&found) {
            text += &format!("\n{}\n", compared(found, &steps).in_lang(lang));
            if !matches!(found, Found::Same(_)) {
                text += &format!("    {}{}\n", say(lang, "要的是 ", "wanted: "), clean_text(expected));
            }
        }
        let failed = steps.iter().any(|step| step.fails);
        let right = !failed && found.iter().all(|found| matches!(found, Found::Same(_)));
        let json = json!({
            "channel": channel.code, "recipe": signing.key, "way": way_word(signing.way),
            "method": message.method.as_str(), "target": message.target.split('?').next(),
            "steps": steps.iter().map(|step| step_json(step, signing.opens)).collect::<Vec<_>>(),
            "expected": found.iter().map(|found| found_json(found, &steps)).collect::<Vec<_>>(),
            "right": right,
        });
        Ok(Output::new(json, text).status(if right { OK } else { WRONG }))
    }

    fn chosen<'s>(&self, all: &'s [Signing]) -> Result<&'s Signing, Failure> {
        let found = match self.of.as_deref() {
            None => all.first(),
            Some(table) => all.iter().find(|one| one.key == table || one.key.starts_with(&format!("{table}."))),
        };
        found.ok_or_else(|| {
            let known: Vec<_> = all.iter().map(|one| one.key).collect();
            let (zh, en) = match known.as_slice() {
                [] => (
                    "这个渠道没有签名办法(recipe);用预设或自己写,见 huiliu presets".to_owned(),
                    "this channel has no recipe; name a preset or write one, see `huiliu presets`".to_owned(),
                ),
                known => (
                    format!("那里没有签名办法;这个渠道有 {}", known.join("、")),
                    format!("there is no recipe; this channel has {}", known.join(", ")),
                ),
            };
            Problem::not_found(Text::new(zh, en)).into()
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let took = if path == Path::new("-") {
        std::io::stdin().lock().take(LARGEST).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
    };
    let shown = path.display();
    took.map_err(|error| {
        Failure::io(&format!("样例 {shown} 读不了"), &format!("cannot read the sample {shown}"), &error)
    })?;
    Ok(bytes)
}

fn way_word(way: Way) -> &'static str {
    match way {
        Way::Out => "out",
        Way::In => "in",
    }
}

fn head(name: &str, signing: &Signing, message: &Message, lang: Lang) -> String {
    let way = match signing.way {
        Way::Out => say(lang, "发出的请求", "a request that goes out"),
        Way::In => say(lang, "收到的推送", "a push that comes in"),
    };
    // What stands in the query may be personal; the steps show what of it is signed.
    let path = message.target.split('?').next().unwrap_or_default();
    let whose = if message.bare { say(lang, "(按渠道文件)", " (as the channel's file says)") } else { "" };
    format!("{name} · [{}] · {way}\n{} {}{whose}\n", signing.key, message.method, clean_text(path))
}

/// What a step yields. What the sample shows by itself its owner may see; what only our key opens is a citizen's words, of
/// which numbers and addresses of persons are hidden as everywhere.
fn value(step: &Traced, opens: bool) -> String {
    if opens && !step.is_digest { covered(&step.value) } else { step.value.clone() }
}

fn shown(at: usize, step: &Traced, opens: bool, lang: Lang) -> String {
    let said = match lang {
        Lang::Zh => &step.said.zh,
        Lang::En => &step.said.en,
    };
    let value: String = clean_text(&value(step, opens)).lines().map(|line| format!("    {line}\n")).collect();
    format!("\n{}. {}  {said}\n{value}", at + 1, step.name)
}

fn compared(found: &Found, steps: &[Traced]) -> Text {
    let step = |at: usize| (at + 1, steps.get(at).map(|step| step.name.as_str()).unwrap_or_default());
    match found {
        Found::Same(at) => {
            let (number, name) = step(*at);
            Text::new(format!("✓ 和第 {number} 步 {name} 的结果一致"), format!("✓ the same as step {number}, {name}"))
        }
        Found::Case(at) => {
            let (number, name) = step(*at);
            Text::new(
                format!("✗ 和第 {number} 步 {name} 只差大小写:给这一步写 case = \"upper\" 或 \"lower\""),
                format!(
                    "✗ step {number}, {name}, differs in the case of letters only: give it `case = \"upper\"` or \"lower\""
                ),
            )
        }
        Found::Differs(at, Some(place)) => {
            let (number, name) = step(*at);
            Text::new(
                format!("✗ 哪一步都不是这样;最像的是第 {number} 步 {name},从第 {place} 个字起不同"),
                format!(
                    "✗ no step yields this; nearest is step {number}, {name}, which differs from character {place} on"
                ),
            )
        }
        Found::Differs(at, None) => {
            let (number, name) = step(*at);
            Text::new(
                format!(
                    "✗ 第 {number} 步 {name} 的结果不是这样;先把它前面的待签内容用 --expect 和对方文档比对,再核对密钥、时间、随机串"
                ),
                format!(
                    "✗ step {number}, {name}, yields another value; compare the text before it by --expect first, then the key, the time and the nonce"
                ),
            )
        }
        Found::Nothing => Text::new("✗ 没有可以比对的步骤", "✗ there is no step to compare with"),
    }
}

fn step_json(step: &Traced, opens: bool) -> Value {
    json!({ "name": step.name, "said": { "zh": step.said.zh, "en": step.said.en }, "value": value(step, opens), "fails": step.fails })
}

fn found_json(found: &Found, steps: &[Traced]) -> Value {
    let name = |at: &usize| steps.get(*at).map(|step| step.name.clone());
    match found {
        Found::Same(at) => json!({ "found": "same", "step": name(at) }),
        Found::Case(at) => json!({ "found": "case", "step": name(at) }),
        Found::Differs(at, place) => json!({ "found": "differs", "step": name(at), "from": place }),
        Found::Nothing => json!({ "found": "nothing", "step": null }),
    }
}
