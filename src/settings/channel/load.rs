//! Reads the folders below `channels/`: each for itself, then what holds between them (names, namespaces).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    ChannelSettings, ChannelState, ChannelTable, KindInfo, Wording, captcha, compose, deadline, files, pulse, reshape,
    route,
};
use crate::settings::document::{Document, typed};
use crate::settings::presets::Presets;
use crate::settings::walk::Check;
use crate::settings::{GatewaySettings, Mistake, Text, reading, walk};

/// One channel folder, whatever became of it.
#[derive(Clone, Debug)]
pub struct ChannelFile {
    /// The folder's name.
    pub code: String,
    /// The folder.
    pub dir: PathBuf,
    /// The names by which people may call it, as far as they could be read: name, then aliases.
    pub names: Vec<String>,
    /// The channel, or everything that is wrong with its file.
    pub result: Result<ChannelSettings, Vec<Mistake>>,
}

impl ChannelFile {
    /// The tag of the channel that is called so, where this one brings the letters of several.
    pub fn tag_of(&self, called: &str) -> Option<&str> {
        self.result.as_ref().ok()?.route.as_ref()?.tag_of(called.trim())
    }
}

/// Every channel folder, by code.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    files: Vec<ChannelFile>,
}

/// No channel is called so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoSuchChannel(pub Text);

impl Channels {
    /// Reads all channels below a configuration folder. A folder that cannot be listed has none.
    pub(in crate::settings) fn load(dir: &Path, gateway: &GatewaySettings, kinds: &[KindInfo]) -> Self {
        let listed = std::fs::read_dir(dir.join("channels")).into_iter().flatten().flatten();
        let folders = listed.map(|entry| entry.path()).filter(|path| path.is_dir());
        let (checks, presets) = (Checks::new(kinds), Presets::load(dir));
        let mut files: Vec<_> = folders
            .filter_map(|path| {
                let code = path.file_name()?.to_string_lossy().into_owned();
                (!code.starts_with('.')).then(|| read(code, path, gateway, &checks, &presets))
            })
            .collect();
        files.sort_by(|a, b| a.code.cmp(&b.code));
        super::between::check(&mut files);
        Self { files }
    }

    /// Reads one channel's folder, wherever it lies, as the channel of this code.
    pub(in crate::settings) fn one(
        code: &str,
        dir: &Path,
        gateway: &GatewaySettings,
        (kinds, presets): (&[KindInfo], &Presets),
    ) -> ChannelFile {
        read(code.to_owned(), dir.to_path_buf(), gateway, &Checks::new(kinds), presets)
    }

    /// Checked anew against one another, where files of two readings lie together.
    #[must_use]
    pub fn checked(mut self) -> Self {
        super::between::check(&mut self.files);
        self
    }

    /// The file of this code.
    pub fn of(&self, code: &str) -> Option<&ChannelFile> {
        self.files.iter().find(|file| file.code == code)
    }

    /// All of them, by code.
    pub fn iter(&self) -> impl Iterator<Item = &ChannelFile> {
        self.files.iter()
    }

    /// Those whose files are right.
    pub fn good(&self) -> impl Iterator<Item = &ChannelSettings> {
        self.files.iter().filter_map(|file| file.result.as_ref().ok())
    }

    /// The mistakes of all files.
    pub fn mistakes(&self) -> impl Iterator<Item = &Mistake> {
        self.files.iter().filter_map(|file| file.result.as_ref().err()).flatten()
    }

    /// The channel of this code, name or alias.
    pub fn resolve(&self, called: &str) -> Result<&ChannelFile, NoSuchChannel> {
        let called = called.trim();
        let by_code = self.files.iter().find(|file| file.code == called);
        let found = by_code.or_else(|| self.files.iter().find(|file| file.names.iter().any(|name| name == called)));
        found.ok_or_else(|| self.no_such(called))
    }

    fn no_such(&self, called: &str) -> NoSuchChannel {
        let words = self.files.iter().flat_map(|file| std::iter::once(&file.code).chain(&file.names));
        if let Some(feeder) = self.files.iter().find(|file| file.tag_of(called).is_some()) {
            let name = feeder.names.first().unwrap_or(&feeder.code);
            return NoSuchChannel(Text::new(
                format!("“{called}”的来件装在渠道“{name}”里,这件事要对“{name}”做"),
                format!("`{called}` comes by the channel `{name}`: this is done to `{name}`"),
            ));
        }
        let near = walk::nearest(called, words.map(String::as_str)).or_else(|| {
            let part = |name: &&String| name.contains(called) || called.contains(name.as_str());
            self.files.iter().flat_map(|file| &file.names).find(part).map(String::as_str)
        });
        let list = || self.files.iter().map(|file| file.names.first().unwrap_or(&file.code).as_str());
        let (zh, en) = match near {
            Some(near) => (format!("是不是“{near}”?"), format!("did you mean `{near}`?")),
            None if self.files.is_empty() => ("还没有配置任何渠道".into(), "no channel is configured yet".into()),
            None => {
                let list: Vec<_> = list().collect();
                (format!("现有:{}", list.join("、")), format!("there are: {}", list.join(", ")))
            }
        };
        NoSuchChannel(Text::new(
            format!("没有叫“{called}”的渠道;{zh}"),
            format!("no channel is called `{called}`; {en}"),
        ))
    }
}

impl FromIterator<ChannelFile> for Channels {
    /// Files of several readings, as they are; see [`Channels::checked`].
    fn from_iter<T: IntoIterator<Item = ChannelFile>>(files: T) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_by(|a, b| a.code.cmp(&b.code));
        Self { files }
    }
}

/// The schemas, composed once for all channels.
struct Checks<'a> {
    kinds: Vec<(&'a KindInfo, Check)>,
    common: Check,
}

impl<'a> Checks<'a> {
    fn new(kinds: &'a [KindInfo]) -> Self {
        let whole = kinds.iter().map(|kind| (kind, Check::new(compose::whole(kind))));
        Self { kinds: whole.collect(), common: Check::new(compose::common(kinds)) }
    }

    /// The kind that a file names and its schema; without one only the common part can be checked.
    fn of(&self, value: &Value) -> (Option<&'a KindInfo>, &Check) {
        let named = value.pointer("/connect/kind").and_then(Value::as_str);
        let found = self.kinds.iter().find(|(kind, _)| Some(kind.name) == named);
        found.map_or((None, &self.common), |(kind, check)| (Some(*kind), check))
    }
}

fn read(code: String, dir: PathBuf, gateway: &GatewaySettings, checks: &Checks<'_>, presets: &Presets) -> ChannelFile {
    let path = dir.join("channel.toml");
    let document = if path.exists() {
        reading::read(&path).and_then(Document::parse)
    } else {
        let text = Text::new("这个渠道文件夹里没有 channel.toml", "the channel's folder holds no channel.toml");
        let remedy =
            Text::new("从样板渠道复制一份,或删掉这个空文件夹", "copy one from a shipped channel, or remove the folder");
        Err(vec![Mistake::whole(&path, text).remedy(remedy)])
    };
    let names = document.as_ref().map(|document| names(document.value())).unwrap_or_default();
    let document = document.and_then(|document| {
        let (kind, check) = checks.of(document.value());
        presets.under(document, kind, check)
    });
    let result = document.and_then(|document| settle(&code, &dir, document, gateway, checks));
    ChannelFile { code, dir, names, result }
}

fn names(value: &Value) -> Vec<String> {
    let channel = &value["channel"];
    let aliases = channel["aliases"].as_array().into_iter().flatten();
    std::iter::once(&channel["name"]).chain(aliases).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// From a parsed file to a channel: the walk, then types, then what no schema says.
fn settle(
    code: &str,
    dir: &Path,
    document: Document,
    gateway: &GatewaySettings,
    checks: &Checks<'_>,
) -> Result<ChannelSettings, Vec<Mistake>> {
    let value = document.value();
    let (kind, check) = checks.of(value);
    let mut mistakes = check.whole(value, &document);
    mistakes.extend(beyond_the_schema(code, &document, gateway));
    mistakes.sort_by_key(|mistake| mistake.place);
    let Some(kind) = kind.filter(|_| mistakes.is_empty()) else { return Err(mistakes) };
    let part = |name: &str, common: bool| cut(value, name, common);
    let wrong = |(key, problem): (String, Text)| vec![document.mistake(&key, problem)];
    let channel: ChannelTable = typed(&value["channel"], "channel").map_err(wrong)?;
    let ledger = typed(&part_or_empty(value, "ledger"), "ledger").map_err(wrong)?;
    let connect = typed(&Value::Object(part("connect", true).unwrap_or_default()), "connect").map_err(wrong)?;
    let poll = typed(&Value::Object(part("poll", true).unwrap_or_default()), "poll").map_err(wrong)?;
    let captcha = typed(&cut_inside(value, "login", "captcha"), "login.captcha").map_err(wrong)?;
    let acts = value.get("acts").map(|table| typed(table, "acts")).transpose().map_err(wrong)?;
    let route = value.get("route").map(|table| typed(table, "route")).transpose().map_err(wrong)?;
    let deadline = value.get("deadline").map(|table| typed(table, "deadline")).transpose().map_err(wrong)?;
    let files = value.get("files").map(|table| typed(table, "files")).transpose().map_err(wrong)?;
    let reshape = reshape::read(dir, &document)?.map(Arc::new);
    let same_letter = typed(&part_or_empty(value, "same_letter"), "same_letter").map_err(wrong)?;
    let back = typed(&Value::Object(part("return", true).unwrap_or_default()), "return").map_err(wrong)?;
    let own = kind.sections().filter_map(|name| Some((name.to_owned(), Value::Object(part(name, false)?))));
    let options = Value::Object(own.collect());
    let namespace = channel.namespace.clone().unwrap_or_else(|| code.to_owned());
    Ok(ChannelSettings {
        code: code.into(),
        dir: dir.into(),
        channel,
        namespace,
        ledger,
        connect,
        poll,
        captcha,
        acts,
        route,
        deadline,
        files,
        reshape,
        same_letter: Arc::new(same_letter),
        back,
        has_return: value.get("return").is_some(),
        options,
        document: Arc::new(document),
    })
}

fn part_or_empty(value: &Value, name: &str) -> Value {
    value.get(name).cloned().unwrap_or_else(|| Value::Object(Map::new()))
}

/// A table of the file: only its common keys, or only the others; none if the file has no such table.
fn cut(value: &Value, name: &str, common: bool) -> Option<Map<String, Value>> {
    let shared = compose::COMMON.iter().find(|(section, _)| *section == name).map_or(&[][..], |(_, keys)| keys);
    let table = value.get(name)?.as_object()?;
    let wanted = table.iter().filter(|(key, _)| shared.contains(&key.as_str()) == common);
    let mut cut: Map<String, Value> = wanted.map(|(key, value)| (key.clone(), value.clone())).collect();
    for (_, inside, keys) in compose::COMMON_INSIDE.iter().filter(|(section, ..)| *section == name && !common) {
        let Some(inside) = cut.get_mut(*inside).and_then(Value::as_object_mut) else { continue };
        inside.retain(|key, _| !keys.contains(&key.as_str()));
    }
    Some(cut)
}

/// The gateway's keys of a table inside a table of the file.
fn cut_inside(value: &Value, name: &str, table: &str) -> Value {
    let keys = compose::COMMON_INSIDE.iter().find(|(section, inside, _)| (*section, *inside) == (name, table));
    let keys = keys.map_or(&[][..], |(.., keys)| keys);
    let inside = value.get(name).and_then(|section| section.get(table)).and_then(Value::as_object);
    let wanted = inside.into_iter().flatten().filter(|(key, _)| keys.contains(&key.as_str()));
    Value::Object(wanted.map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn beyond_the_schema(code: &str, document: &Document, gateway: &GatewaySettings) -> Vec<Mistake> {
    let value = document.value();
    let mut mistakes = Vec::new();
    let right = (1..=40).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !right {
        let text = Text::new(
            format!("文件夹名“{code}”不能作渠道代号"),
            format!("the folder's name `{code}` cannot be a channel's code"),
        );
        let remedy = Text::new(
            "改用小写英文字母、数字和 -,最多40个;中文名写在 [channel] name",
            "use lower-case letters, digits and -, at most 40; other names go to [channel] name",
        );
        mistakes.push(Mistake::whole(&document.source().path, text).remedy(remedy));
    }
    if let Some(written) = value.pointer("/channel/code").and_then(Value::as_str).filter(|written| *written != code) {
        let text = Text::new(
            format!("代号“{written}”和文件夹名“{code}”不一样"),
            format!("the code `{written}` is not the folder's name `{code}`"),
        );
        let remedy = Text::new("删掉这一行,或改成和文件夹名一样", "delete this line, or make both equal");
        mistakes.push(document.mistake("channel.code", text).remedy(remedy));
    }
    let budget = value.pointer("/connect/budget").and_then(Value::as_str);
    if let Some(name) = budget.filter(|name| !gateway.budgets.contains_key(*name)) {
        let known: Vec<_> = gateway.budgets.iter().map(|(name, rate)| (name.clone(), Some(rate.to_string()))).collect();
        let text = Text::new(
            format!("gateway.toml 的 [budgets] 里没有“{name}”"),
            format!("gateway.toml declares no budget `{name}` in [budgets]"),
        );
        let remedy = match known.is_empty() {
            true => Text::new(
                "在 gateway.toml 写 [budgets] 一栏,例如 sheng = \"60/min\"",
                "declare it in gateway.toml, for example [budgets] sheng = \"60/min\"",
            ),
            false => walk::allowed(name, &known),
        };
        mistakes.push(document.mistake("connect.budget", text).remedy(remedy));
    }
    mistakes.extend(captcha::check(document));
    mistakes.extend(deadline::check(document));
    mistakes.extend(files::check(document));
    mistakes.extend(pulse::check(document));
    mistakes.extend(reshape::check(document));
    mistakes.extend(route::check(document));
    mistakes.extend(of_the_way_back(document));
    mistakes
}

/// What the common part of `[return]` says in vain, or cannot say.
fn of_the_way_back(document: &Document) -> Vec<Mistake> {
    let Some(back) = document.value().get("return").and_then(Value::as_object) else { return Vec::new() };
    let mut mistakes = Vec::new();
    for name in ["greeting", "ending"] {
        let bad = back.get(name).and_then(Value::as_str).and_then(|text| Wording::parse(text).err());
        let found = bad.map(|bad| bad.at_key(&format!("return.{name}")));
        mistakes.extend(found.map(|found| document.mistake(&found.key, Text::new(found.problem_zh, found.problem))));
    }
    if back.contains_key("wants") && back.get("manual") != Some(&Value::Bool(true)) {
        let text = Text::new(
            "wants 只在由人到对方后台回复时才用,这里没有写 manual = true",
            "`wants` is read only where a person answers, and `manual = true` is not written",
        );
        let remedy = Text::new(
            "写上 manual = true,或删掉 wants;接口回传时写了哪几样就回哪几样",
            "write manual = true, or delete this; a machine carries back what has a way",
        );
        mistakes.push(document.mistake("return.wants", text).remedy(remedy));
    }
    mistakes
}

/// Who keeps what two channels both claim: those in operation before the others, then by code.
pub(super) fn seniority(file: &ChannelFile) -> (bool, String) {
    let live = file.result.as_ref().is_ok_and(|channel| channel.channel.state == ChannelState::Live);
    (!live, file.code.clone())
}

/// The right channels by what they claim.
pub(super) fn claims<'a>(
    files: &'a [ChannelFile],
    of: impl Fn(&'a ChannelSettings) -> Vec<(String, String)>,
) -> BTreeMap<String, Vec<(usize, String)>> {
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|n| seniority(&files[*n]));
    let mut out: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for n in order {
        let Ok(channel) = &files[n].result else { continue };
        for (claim, key) in of(channel) {
            out.entry(claim).or_default().push((n, key));
        }
    }
    out
}
