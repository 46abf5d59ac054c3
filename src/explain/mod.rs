//! A channel in plain words: what it is, how letters come, how they are known again, what becomes of them, what goes back
//! and what is promised; and where each setting comes from. It reads what the settings say; it builds nothing and contacts
//! nobody.

mod back;
mod fields;
mod house;
mod leaves;
mod promises;
mod route;
mod way;
mod who;

use huiliu_contract::{Sentence, Topic};
use serde_json::{Value, json};

use crate::settings::{ChannelSettings, Channels, Gateway, KindInfo, Lang, Text};

/// Everything that is said of a channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// Under headings, in the order in which people read it.
    pub parts: Vec<Part>,
    /// Every setting that is written somewhere.
    pub settings: Vec<Setting>,
}

/// What is said under one heading.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// A stable word.
    pub name: &'static str,
    /// The heading.
    pub title: Text,
    /// The sentences.
    pub lines: Vec<Line>,
}

/// One sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// What is said.
    pub text: Text,
    /// The dotted keys that it speaks for, each with all below it; none: it holds whatever is written.
    pub keys: Vec<String>,
    /// Where what it says comes from; none where it speaks for no key.
    pub origin: Option<Origin>,
}

/// Where the settings behind a sentence come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Nothing is written: it is as it is without.
    Default,
    /// The channel's file.
    Written,
    /// The preset.
    Preset,
    /// Both; these keys are the preset's.
    Both(Vec<String>),
}

/// One setting that is written in the channel's file or its preset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// Its dotted key.
    pub key: String,
    /// Its value; secrets are only ever pointed to.
    pub value: Value,
    /// Whether the preset says it, and not the channel's file.
    pub of_preset: bool,
}

/// What the explanation looks at besides the channel itself.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// `gateway.toml`.
    pub gateway: &'a Gateway,
    /// All channels, for what they share.
    pub channels: &'a Channels,
    /// The channel's kind.
    pub kind: &'a KindInfo,
}

/// Says what a channel does. `meaning` tells what a key is for, where no sentence speaks for it.
pub fn explain(channel: &ChannelSettings, around: &Around<'_>, meaning: &dyn Fn(&str) -> Option<Text>) -> Explanation {
    let said = (around.kind.explain)(&channel.options, &channel.code);
    let of = |topic: Topic| said.iter().filter(move |one| one.topic == topic).map(Line::from);
    let settings = leaves::of(channel);
    let parts = [
        ("who", "这是什么", "What it is", who::lines(channel, around)),
        ("arrives", "来件怎么来", "How submissions come", of(Topic::Arrives).collect()),
        ("when", "什么时候,多快", "When, and how fast", way::lines(channel, around)),
        (
            "known",
            "怎么认出是同一件",
            "How a submission is known again",
            of(Topic::Known).chain(house::known(channel, around)).collect(),
        ),
        ("fields", "哪栏是哪栏", "Which field is which", fields::lines(channel)),
        ("acts", "来件性质", "What an item is there for", fields::acts(channel)),
        ("route", "一个系统装着几个渠道", "Several channels in one", route::lines(channel)),
        ("deadline", "办理时限", "Deadlines", house::deadline(channel)),
        ("files", "附件", "Files", house::files(channel)),
        ("joining", "并单", "Joining", house::joining(channel)),
        ("alarms", "提醒和告警", "Reminders and alarms", house::alarms(channel)),
        (
            "answered",
            "对方会得到什么应答",
            "What the far side is told at once",
            of(Topic::Answered).chain(way::unmappable(channel, around)).collect(),
        ),
        ("returns", "结果怎么回", "What goes back", back::lines(channel, of(Topic::Returns).collect())),
        ("promises", "保证什么", "What is promised", promises::lines(channel, around)),
    ];
    let mut parts: Vec<_> =
        parts.into_iter().map(|(name, zh, en, lines)| Part { name, title: Text::new(zh, en), lines }).collect();
    let spoken_for: Vec<String> =
        parts.iter().flat_map(|part| &part.lines).flat_map(|line| line.keys.clone()).collect();
    let others = settings.iter().filter(|one| !spoken_for.iter().any(|key| leaves::lies_in(&one.key, key)));
    let others = others.map(|one| leaves::line(one, meaning(&one.key))).collect();
    parts.push(Part { name: "others", title: Text::new("其他设置", "Other settings"), lines: others });
    parts.retain(|part| !part.lines.is_empty());
    for line in parts.iter_mut().flat_map(|part| &mut part.lines) {
        line.origin = leaves::origin(line, &settings);
    }
    Explanation { parts, settings }
}

impl Line {
    /// A sentence that speaks for these keys.
    fn new(zh: impl Into<String>, en: impl Into<String>, keys: &[&str]) -> Self {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        Self { text: Text::new(zh, en), keys, origin: None }
    }
}

impl From<&Sentence> for Line {
    fn from(said: &Sentence) -> Self {
        Self { text: Text::new(&said.zh, &said.en), keys: said.keys.clone(), origin: None }
    }
}

impl Explanation {
    /// For programs: stable field names, both languages.
    pub fn to_json(&self, preset: Option<&str>) -> Value {
        let text = |text: &Text| json!({ "zh": text.zh, "en": text.en });
        let line = |line: &Line| {
            let origin = line.origin.as_ref().map(|origin| match origin {
                Origin::Default => "default",
                Origin::Written => "written",
                Origin::Preset => "preset",
                Origin::Both(_) => "both",
            });
            json!({ "text": text(&line.text), "keys": line.keys, "origin": origin })
        };
        let parts = self.parts.iter().map(|part| {
            let lines: Vec<_> = part.lines.iter().map(line).collect();
            json!({ "part": part.name, "title": text(&part.title), "lines": lines })
        });
        let settings = self.settings.iter().map(|one| {
            let preset = preset.filter(|_| one.of_preset);
            json!({ "key": one.key, "value": one.value, "origin": if one.of_preset { "preset" } else { "written" }, "preset": preset })
        });
        json!({ "parts": parts.collect::<Vec<_>>(), "settings": settings.collect::<Vec<_>>() })
    }
}

impl Origin {
    /// In a few words.
    pub fn shown(&self, preset: Option<&str>, lang: Lang) -> String {
        let name = preset.unwrap_or("?");
        match (self, lang) {
            (Self::Default, Lang::Zh) => "默认".into(),
            (Self::Default, Lang::En) => "default".into(),
            (Self::Written, Lang::Zh) => "写明".into(),
            (Self::Written, Lang::En) => "written".into(),
            (Self::Preset, Lang::Zh) => format!("预设 {name}"),
            (Self::Preset, Lang::En) => format!("preset {name}"),
            (Self::Both(keys), Lang::Zh) => format!("写明;预设 {name}:{}", keys.join("、")),
            (Self::Both(keys), Lang::En) => format!("written; preset {name}: {}", keys.join(", ")),
        }
    }
}
