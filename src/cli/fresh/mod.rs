//! `huiliu channel new`: a channel's folder from a sample, or by a few questions. Nothing that is there is overwritten, and
//! the folder appears as a whole: written aside, tried, then renamed.

mod ask;
mod folder;
mod shown;

use std::io::Read;

use clap::Args;
use jiff::Timestamp;
use pinyin::ToPinyin;

use super::hooks::Checks;
use super::output::{Failure, Output};
use super::prompt::Prompt;
use super::site::Site;
use crate::console::{Code, Problem};
use crate::learn::write::{About, Back, channel};
use crate::learn::{Learnt, Way, Wishes, learn};
use crate::settings::Text;

/// Makes a channel.
#[derive(Args, Debug)]
pub(super) struct New {
    /// Its name, for example 政协云.
    name: Option<String>,
    /// The sample: JSON or XML as the far side answers or pushes it, a sheet, a saved page with a table; - is standard
    /// input.
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
    /// Its code, the folder's name; else the pinyin of its name.
    #[arg(long)]
    code: Option<String>,
    /// Its kind (rest, webhook, folder, manual); else the sample tells.
    #[arg(long)]
    kind: Option<String>,
    /// Where the list stands in the sample, for example /data/rows; / where the sample is the list.
    #[arg(long, value_name = "POINTER")]
    list: Option<String>,
    /// Which column is the number of an item.
    #[arg(long, value_name = "COLUMN", conflicts_with = "no_id")]
    id: Option<String>,
    /// The sheet has no number: rows are known by what stands in them.
    #[arg(long)]
    no_id: bool,
}

/// What is known before anything is written.
struct Plan {
    name: String,
    code: String,
    way: Way,
    learnt: Option<Learnt>,
    url: Option<String>,
    inbox: Option<String>,
    back: Back,
}

impl New {
    pub(super) fn run(
        self,
        site: &Site,
        checks: &dyn Checks,
        prompt: &mut dyn Prompt,
        now: Timestamp,
    ) -> Result<Output, Failure> {
        let plan = self.plan(site, prompt)?;
        let about = About {
            name: &plan.name,
            code: &plan.code,
            today: now.to_zoned(site.look.zone.clone()).date(),
            lang: site.look.lang,
            way: plan.way,
            url: plan.url.as_deref(),
            inbox: plan.inbox.as_deref(),
            back: plan.back,
        };
        let text = channel(&about, plan.learnt.as_ref()).map_err(|why| wrong(why, Code::Failed))?;
        let made = folder::make(site, checks, &plan.code, &text, plan.learnt.as_ref())?;
        Ok(shown::shown(site, &plan, &text, &made))
    }

    fn plan(self, site: &Site, prompt: &mut dyn Prompt) -> Result<Plan, Failure> {
        let way = self.kind.as_deref().map(way).transpose()?;
        if self.from.is_none() && way != Some(Way::Entered) {
            if !prompt.is_there() {
                return Err(wrong(
                    Text::new(
                        "没有样例,也没有人在终端前回答问题;请给样例:huiliu channel new 名称 --from 文件(- 是标准输入),\
                         手工登记的渠道写 --kind manual",
                        "there is no sample, and nobody at a terminal to be asked; give a sample: huiliu channel new NAME \
                         --from FILE (- is standard input), or --kind manual for a channel that people enter",
                    ),
                    Code::Invalid,
                ));
            }
            return ask::plan(self, way, site, prompt);
        }
        let Some(name) = self.name.clone() else {
            return Err(wrong(
                Text::new(
                    "没写渠道的名字:huiliu channel new 名称 --from 文件",
                    "the channel's name is missing: huiliu channel new NAME --from FILE",
                ),
                Code::Invalid,
            ));
        };
        let code = free_code(site, &name, self.code.as_deref())?;
        let learnt = match &self.from {
            Some(_) if way == Some(Way::Entered) => {
                return Err(wrong(
                    Text::new(
                        "手工登记的渠道不用样例;去掉 --from",
                        "a channel that people enter needs no sample; leave out --from",
                    ),
                    Code::Invalid,
                ));
            }
            Some(file) => Some(self.learnt(way, file)?),
            None => None,
        };
        let way = learnt.as_ref().map_or(Way::Entered, |learnt| learnt.way);
        let back = if way == Way::Sheets { Back::Sheet { approve: true } } else { Back::ByHand };
        Ok(Plan { name, code, way, learnt, url: None, inbox: None, back })
    }

    fn learnt(&self, way: Option<Way>, file: &str) -> Result<Learnt, Failure> {
        let wishes = Wishes { way, list: self.list.as_deref(), id: self.id.as_deref(), no_id: self.no_id };
        learn(&bytes(file)?, &wishes).map_err(|why| wrong(why, Code::Failed))
    }
}

fn wrong(why: Text, code: Code) -> Failure {
    Problem::new(code, why.zh, why.en).into()
}

/// So much of a sample is read; nobody learns more from more.
const MOST: u64 = 64 << 20;

fn bytes(file: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = match file {
        "-" => std::io::stdin().lock().take(MOST + 1).read_to_end(&mut bytes),
        file => std::fs::File::open(file).and_then(|opened| opened.take(MOST + 1).read_to_end(&mut bytes)),
    };
    read.map_err(|error| {
        Failure::io(&format!("样例 {file} 打不开"), &format!("cannot read the sample {file}"), &error)
    })?;
    if bytes.len() as u64 > MOST {
        let zh = format!("样例 {file} 超过 64 MiB;截一部分就够了");
        return Err(wrong(
            Text::new(zh, format!("the sample {file} has more than 64 MiB; a part of it will do")),
            Code::Failed,
        ));
    }
    Ok(bytes)
}

fn way(kind: &str) -> Result<Way, Failure> {
    let found = Way::ALL.into_iter().find(|way| way.word() == kind || way.text().zh == kind);
    found.ok_or_else(|| {
        let zh: Vec<_> = Way::ALL.iter().map(|way| format!("{} {}", way.word(), way.text().zh)).collect();
        let en: Vec<_> = Way::ALL.iter().map(|way| way.word()).collect();
        wrong(
            Text::new(
                format!("没有“{kind}”这种接入方式;有:{}", zh.join("、")),
                format!("there is no kind `{kind}`; there are: {}", en.join(", ")),
            ),
            Code::Invalid,
        )
    })
}

/// The code of a new channel: what was asked for, or the pinyin of its name; one that nobody has.
fn free_code(site: &Site, name: &str, wanted: Option<&str>) -> Result<String, Failure> {
    if name.trim().is_empty() || name.chars().count() > 40 {
        let text = Text::new("渠道的名字要有 1 到 40 个字", "a channel's name has 1 to 40 characters");
        return Err(wrong(text, Code::Invalid));
    }
    if let Some(other) = site.channels.iter().find(|file| file.names.iter().any(|known| known == name)) {
        return Err(wrong(
            Text::new(
                format!("已经有叫“{name}”的渠道(代号 {});换一个名字,或直接改那个渠道的文件", other.code),
                format!(
                    "a channel is called `{name}` already (code {}); take another name, or change that channel's file",
                    other.code
                ),
            ),
            Code::Refused,
        ));
    }
    let code = wanted.map_or_else(|| spelt(name), str::to_owned);
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(1..=40).contains(&code.len()) || !code.bytes().all(letter) {
        return Err(wrong(
            Text::new(
                format!("“{code}”不能作代号;用 --code 写一个:小写英文字母、数字和 -,最多40个"),
                format!("`{code}` cannot be a code; give one by --code: lower-case letters, digits and -, at most 40"),
            ),
            Code::Invalid,
        ));
    }
    let path = site.gateway.dir.join("channels").join(&code);
    if path.symlink_metadata().is_ok() {
        let shown = path.display();
        return Err(wrong(
            Text::new(
                format!("{shown} 已经有了,不会覆盖;用 --code 换一个代号"),
                format!("{shown} is there already and is not overwritten; take another code by --code"),
            ),
            Code::Refused,
        ));
    }
    Ok(code)
}

/// A name in pinyin: letters and digits stay, all else is left out.
fn spelt(name: &str) -> String {
    let one = |c: char| match c.to_pinyin() {
        Some(pinyin) => pinyin.plain().replace('ü', "v"),
        None if c.is_ascii_alphanumeric() || c == '-' => c.to_ascii_lowercase().to_string(),
        None => String::new(),
    };
    let all: String = name.chars().map(one).collect();
    all.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::spelt;

    #[test]
    fn a_name_is_spelt() {
        assert_eq!(spelt("政协云"), "zhengxieyun");
        assert_eq!(spelt("省级12345热线(新)"), "shengji12345rexianxin");
        assert_eq!(spelt("绿色 Mail-Box"), "lvsemail-box");
        assert_eq!(spelt("!"), "");
    }
}
