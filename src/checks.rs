//! What `check` needs beyond the settings: the kinds, the mapping, the forwarder. Contacts nobody, but for `--online`.

mod first;
mod letter;
mod letters;
mod listener;
mod online;

use std::path::Path;

use serde_json::Value;

use crate::cli::{Checks, OnlineOrder, Sample, SampleVerdict, Walked};
use crate::gateway::{build_alarms, build_asked, build_channel, build_core, letters_elsewhere, mapping, rehearse};
use crate::intake::{HandedIn, NotOpened, look_over};
use crate::kinds::KINDS;
use crate::normalize::samples::{self, Verdict};
use crate::outgoing;
use crate::preview::Rehearsal;
use crate::settings::{ChannelSettings, ChannelSite, Gateway, KindInfo, Lang, Mistake, Text, Variables};
use crate::signing::Signing;
use crate::store::Keys;

/// Checks over the one list of kinds.
#[derive(Debug)]
pub struct Checking {
    /// The environment that secrets may come from.
    pub variables: Variables,
}

impl Checks for Checking {
    fn kinds(&self) -> Vec<KindInfo> {
        KINDS.iter().map(|kind| (kind.info)()).collect()
    }

    fn core(&self, gateway: &Gateway) -> Vec<Mistake> {
        let asked = build_asked(gateway, &self.variables, KINDS).err();
        let alarms = build_alarms(gateway, &self.variables).err();
        build_core(gateway, &self.variables).err().into_iter().chain(asked).chain(alarms).flatten().collect()
    }

    fn channel(&self, gateway: &Gateway, channel: &ChannelSettings) -> Vec<Mistake> {
        match build_channel(channel, gateway, &self.variables, KINDS) {
            Ok((connector, _)) => letters_elsewhere(channel, &connector, gateway, &self.variables, KINDS),
            Err(mistakes) => mistakes,
        }
    }

    fn rehearse(&self, gateway: &Gateway, channel: &ChannelSettings, asks: bool) -> Result<Rehearsal, Vec<Mistake>> {
        rehearse(channel, gateway, &self.variables, KINDS, asks)
    }

    fn signing(&self, gateway: &Gateway, channel: &ChannelSettings) -> Result<Vec<Signing>, Vec<Mistake>> {
        let site = ChannelSite::new(channel.code.clone(), gateway, &self.variables, &Keys::of_no_house());
        Signing::all(channel, &site)
    }

    fn online(&self, gateway: &Gateway, order: &OnlineOrder<'_>) -> std::io::Result<Vec<Walked>> {
        online::walk(gateway, &self.variables, order)
    }

    fn look_over(
        &self,
        gateway: &Gateway,
        channel: &ChannelSettings,
        name: &str,
        path: &Path,
    ) -> Result<Result<HandedIn, NotOpened>, Vec<Mistake>> {
        let (connector, mapping) = build_channel(channel, gateway, &self.variables, KINDS)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            let text = Text::new(format!("命令运行环境起不来:{error}"), format!("the command cannot run: {error}"));
            vec![Mistake::whole(path, text)]
        })?;
        Ok(runtime.block_on(look_over(&connector, &mapping, name, path)))
    }

    fn sample(&self, gateway: &Gateway, channel: &ChannelSettings, sample: &Sample) -> SampleVerdict {
        if let Some(told) = somebodys(sample) {
            return SampleVerdict::Real(told);
        }
        let mapping = match mapping(channel, gateway) {
            Ok(mapping) => mapping,
            Err(_) => {
                return SampleVerdict::Failed(Text::new(
                    "字段对应有误,先改好再验样例",
                    "the mapping is wrong; mend it first",
                ));
            }
        };
        let verdict = match sample
            .input
            .extension()
            .and_then(|end| end.to_str())
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "eml" => match self.letter(gateway, channel, sample) {
                Ok(verdict) => verdict,
                Err(failed) => return failed,
            },
            "form" => samples::judge(&mapping, &form(&sample.document), sample.expected.as_deref()),
            _ => samples::run(&mapping, &sample.document, sample.expected.as_deref()),
        };
        match verdict {
            Verdict::Same => SampleVerdict::Same,
            Verdict::New(found) => SampleVerdict::New(found),
            Verdict::Differs { changes, found } => {
                let shown = |lang| changes.iter().map(|change| change.shown(lang)).collect::<Vec<_>>().join("\n");
                SampleVerdict::Differs { changes: Text::new(shown(Lang::Zh), shown(Lang::En)), found }
            }
            Verdict::Unmappable(why) => SampleVerdict::Failed(Text::new(why.shown(Lang::Zh), why.shown(Lang::En))),
            Verdict::Unreadable(text) => SampleVerdict::Failed(text),
        }
    }
}

/// What is said of a sample with the number of somebody who lives; it never repeats the number.
fn somebodys(sample: &Sample) -> Option<Text> {
    let file = sample.input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let found = outgoing::somebodys(&sample.document);
    let lines = found.iter().map(|one| {
        let (zh, en) = match &one.place {
            outgoing::Place::At(at) => (format!("{file} 的“{at}”"), format!("{file}, at `{at}`")),
            outgoing::Place::Line(n) => (format!("{file} 第 {n} 行"), format!("{file}, line {n}")),
        };
        match one.kind {
            outgoing::Kind::Phone => Text::new(
                format!("{zh}:这是一个普通的手机号;样例里换成谁也不是的号码,例如 13800000001(第4至7位是0)"),
                format!("{en}: this is an ordinary mobile number; write one that is nobody's, for example 13800000001 (zeros in places 4 to 7)"),
            ),
            _ => Text::new(
                format!("{zh}:这是一个有效的身份证号;样例里把最后一位改成不对的,就谁也不是"),
                format!("{en}: this is a valid resident identity number; change its last place, so that it is nobody's"),
            ),
        }
    });
    let (zh, en): (Vec<_>, Vec<_>) = lines.map(|line| (line.zh, line.en)).unzip();
    (!zh.is_empty()).then(|| Text::new(zh.join("\n"), en.join("\n")))
}

/// A form sample as the document that rules read; a key that comes twice is a list.
fn form(body: &[u8]) -> Value {
    let mut document = serde_json::Map::new();
    for (key, value) in url::form_urlencoded::parse(body.trim_ascii_end()) {
        let value = Value::from(value.into_owned());
        match document.get_mut(key.as_ref()) {
            None => drop(document.insert(key.into_owned(), value)),
            Some(Value::Array(list)) => list.push(value),
            Some(one) => *one = Value::from(vec![one.take(), value]),
        }
    }
    Value::Object(document)
}
