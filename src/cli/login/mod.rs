//! `huiliu channel login`: a person reads the picture of this moment and logs in. At a terminal it goes on until they are in
//! or give up; scripts make two calls.

pub(super) mod terminal;

use std::fs::{OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde_json::json;

use super::output::{Failure, OK, Output, REFUSED};
use super::prompt::Prompt;
use super::site::Site;
use super::table::{Look, clean_text};
use crate::console::view::{LoginAnswered, LoginView, PictureView};
use crate::console::{Code, LoginStep, Problem, Request};
use crate::settings::Lang;
use crate::words::{LOGINS, say, word};

/// Logs a channel in by a picture that a person reads.
#[derive(Args, Debug)]
pub(super) struct Login {
    /// Which channel.
    name: String,
    /// Where the picture is written; a private temporary file if not given. An existing file is overwritten.
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// What the picture says, for scripts; together with --challenge.
    #[arg(long, value_name = "TEXT", requires = "challenge", conflicts_with = "image")]
    answer: Option<String>,
    /// Which picture is answered, as the call before said.
    #[arg(long, value_name = "ID", requires = "answer")]
    challenge: Option<String>,
}

/// Where pictures lie: where they were asked to, or in a private folder that goes away.
struct Shelf {
    place: Option<PathBuf>,
    folder: Option<tempfile::TempDir>,
}

impl Login {
    pub(super) fn run(self, site: &Site, prompt: &mut dyn Prompt) -> Result<Output, Failure> {
        let Self { name, image, answer, challenge } = self;
        if let Some((answer, challenge)) = answer.zip(challenge) {
            let (json, done) = answered(site, &name, challenge, answer)?;
            let status = if done.became == "in" { OK } else { REFUSED };
            return Ok(Output::new(json, said(&site.look, &name, &done)).status(status));
        }
        if !prompt.is_there() {
            return once(site, &name, image);
        }
        converse(site, &name, Shelf::new(image)?, prompt)
    }
}

/// The first call of a script: the picture in a file, and what it is answered by.
fn once(site: &Site, name: &str, image: Option<PathBuf>) -> Result<Output, Failure> {
    let Some(image) = image else {
        return Err(Problem::invalid(
            "没有人在终端前:写上 --image 文件,看图后再用 --challenge 编号 --answer 验证码",
            "nobody is at a terminal: add --image FILE, then call again with --challenge ID --answer TEXT",
        )
        .into());
    };
    let (mut json, picture) = fetched(site, name)?;
    write(&image, &picture)?;
    if let Some(fields) = json.as_object_mut() {
        fields.remove("image");
        fields.insert("file".into(), json!(image));
    }
    let seconds = seconds(site.look.lang, &picture);
    let (path, id) = (image.display(), clean_text(&picture.challenge));
    let text = match site.look.lang {
        Lang::Zh => format!("验证码图片:{path}{seconds}\n编号:{id}"),
        Lang::En => format!("picture: {path}{seconds}\nchallenge: {id}"),
    };
    Ok(Output::new(json, text))
}

/// Picture after picture, until somebody is in, gives up, or the login rests.
fn converse(site: &Site, name: &str, shelf: Shelf, prompt: &mut dyn Prompt) -> Result<Output, Failure> {
    let lang = site.look.lang;
    if let Some(folder) = &shelf.folder {
        prompt.leaves_with(folder.path());
    }
    let standing = Request::Login { channel: name.into(), step: LoginStep::Standing };
    let (_, before) = site.ask::<LoginView>(standing, None)?;
    let mut remark = if before.standing == "in" && !before.renew {
        say(lang, "现在已登录;要重新登录就接着填\n", "logged in as it is; go on to log in afresh\n").to_owned()
    } else {
        String::new()
    };
    loop {
        let (_, picture) = fetched(site, name)?;
        let path = shelf.put(&picture)?;
        let question = question(lang, &remark, &path, &picture);
        prompt.show(&decoded(&picture)?, &picture.media_type);
        let text = ask(prompt, &question)?;
        if text.is_empty() {
            remark.clear();
            continue;
        }
        let (json, done) = answered(site, name, picture.challenge, text)?;
        remark = said(&site.look, name, &done) + "\n";
        match done.became.as_str() {
            "wrong" => {
                let last = say(
                    lang,
                    "再错一次就停止登录、等人处理;还要试吗?(y/N)",
                    "one more wrong answer and the login rests until a person resumes it; go on? (y/N) ",
                );
                let goes_on = done.left != Some(1) || {
                    let answer = ask(prompt, &format!("{remark}{last}"))?;
                    ["y", "yes", "是"].contains(&answer.to_lowercase().as_str())
                };
                if !goes_on {
                    return Ok(Output::new(json, say(lang, "没有再试", "left as it is")).status(REFUSED));
                }
            }
            "late" => {}
            "in" => return Ok(Output::new(json, remark)),
            _ => return Ok(Output::new(json, remark).status(REFUSED)),
        }
    }
}

fn ask(prompt: &mut dyn Prompt, question: &str) -> Result<String, Failure> {
    prompt.ask(question).map_err(|error| Failure::io("没有读到输入", "nothing was read", &error))
}

fn question(lang: Lang, remark: &str, path: &Path, picture: &PictureView) -> String {
    let (path, seconds) = (path.display(), seconds(lang, picture));
    match lang {
        Lang::Zh => format!("{remark}验证码图片:{path}{seconds}\n图上写的是(直接回车换一张,Ctrl-C 退出):"),
        Lang::En => {
            format!("{remark}picture: {path}{seconds}\nwhat it says (just Enter for another one, Ctrl-C leaves): ")
        }
    }
}

fn seconds(lang: Lang, picture: &PictureView) -> String {
    match (picture.seconds_left, lang) {
        (None, _) => String::new(),
        (Some(left), Lang::Zh) => format!("(还剩 {left} 秒)"),
        (Some(left), Lang::En) => format!(" ({left} seconds left)"),
    }
}

/// What became of an answer.
fn said(look: &Look, name: &str, done: &LoginAnswered) -> String {
    let lang = look.lang;
    let why = done.why.as_deref().map(clean_text).unwrap_or_default();
    match (done.became.as_str(), done.left, lang) {
        ("in", _, Lang::Zh) => match done.write_backs {
            0 => "已登录,马上接着取件".into(),
            n => format!("已登录,马上接着取件;等着的 {n} 件回传也接着发"),
        },
        ("in", _, Lang::En) => match done.write_backs {
            0 => "logged in, polls go on at once".into(),
            n => format!("logged in, polls go on at once, and so do {n} write-backs that waited"),
        },
        ("wrong", Some(left), Lang::Zh) => format!("验证码不对,还可以试 {left} 次"),
        ("wrong", Some(left), Lang::En) => format!("not what the picture says; {left} more tries"),
        ("wrong", None, _) => say(lang, "验证码不对", "not what the picture says").into(),
        ("late", ..) => {
            say(lang, "这张图过期了,没有提交;换一张", "that picture is over, nothing was sent; here is another one")
                .into()
        }
        (_, _, Lang::Zh) => format!("登录已停,等人处理({why});先确认账号没有问题,再运行 huiliu channel resume {name}"),
        (_, _, Lang::En) => format!("the login rests ({why}); see to the account, then huiliu channel resume {name}"),
    }
}

fn fetched(site: &Site, name: &str) -> Result<(serde_json::Value, PictureView), Failure> {
    site.ask(Request::Login { channel: name.into(), step: LoginStep::Picture }, None)
}

fn answered(
    site: &Site,
    name: &str,
    challenge: String,
    answer: String,
) -> Result<(serde_json::Value, LoginAnswered), Failure> {
    site.ask(Request::Login { channel: name.into(), step: LoginStep::Answer { challenge, answer } }, None)
}

fn decoded(picture: &PictureView) -> Result<Vec<u8>, Failure> {
    let wrong = |_| Problem::new(Code::Failed, "看不懂返回的图片", "the picture in the answer is not understood");
    Ok(STANDARD.decode(&picture.image).map_err(wrong)?)
}

/// Writes a picture for its owner alone.
fn write(path: &Path, picture: &PictureView) -> Result<(), Failure> {
    let bytes = decoded(picture)?;
    let written = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(&bytes)
    };
    let shown = path.display();
    written().map_err(|error| Failure::io(&format!("{shown} 写不了"), &format!("cannot write {shown}"), &error))
}

impl Shelf {
    fn new(place: Option<PathBuf>) -> Result<Self, Failure> {
        let folder = match &place {
            Some(_) => None,
            None => Some(
                tempfile::Builder::new()
                    .prefix("huiliu-")
                    .tempdir()
                    .map_err(|error| Failure::io("临时文件夹建不了", "no temporary folder can be made", &error))?,
            ),
        };
        Ok(Self { place, folder })
    }

    /// Puts a picture in the place of the one before.
    fn put(&self, picture: &PictureView) -> Result<PathBuf, Failure> {
        let ending = match picture.media_type.as_str() {
            "image/png" => "png",
            "image/gif" => "gif",
            "image/bmp" => "bmp",
            "image/webp" => "webp",
            _ => "jpg",
        };
        let in_folder = || Some(self.folder.as_ref()?.path().join(format!("picture.{ending}")));
        let path = self.place.clone().or_else(in_folder).unwrap_or_else(|| PathBuf::from("picture"));
        write(&path, picture)?;
        Ok(path)
    }
}

/// How a login stands, in a few words, and what a person can do about it; `code` is the channel's.
pub(super) fn stands(look: &Look, login: &LoginView, code: &str) -> String {
    let lang = look.lang;
    let mut text = word(LOGINS, &login.standing, lang).to_owned();
    let (since, until) = (login.since.map(|at| look.time(Some(at))), login.until.map(|at| look.time(Some(at))));
    if let Some(since) = since {
        text += &match lang {
            Lang::Zh => format!(",{since} 起"),
            Lang::En => format!(" since {since}"),
        };
    }
    if let Some(until) = until {
        text += &match (login.standing.as_str(), lang) {
            ("yielded", Lang::Zh) => format!(",让到 {until}"),
            ("yielded", Lang::En) => format!(", left alone until {until}"),
            (_, Lang::Zh) => format!(",最晚到 {until}"),
            (_, Lang::En) => format!(", until {until} at the latest"),
        };
    }
    if let Some(why) = &login.why {
        text += &format!(" ({})", clean_text(why));
    }
    let wanted = match login.standing.as_str() {
        "person" => Some(format!("huiliu channel login {code}")),
        "resting" => Some(format!("huiliu channel resume {code}")),
        _ if login.renew => Some(match lang {
            Lang::Zh => format!("撑不到下次有人,下班前请重新登录:huiliu channel login {code}"),
            Lang::En => {
                format!("ends before people are there again, log in afresh before leaving: huiliu channel login {code}")
            }
        }),
        _ => None,
    };
    match wanted {
        Some(wanted) => format!("{text};{}{wanted}", if lang == Lang::En { " " } else { "" }),
        None => text,
    }
}
