//! What `check --online` found, as lines for people and as JSON.

use huiliu_contract::{Remark, Step, Went};
use serde_json::{Value, json};

use super::hooks::Walked;
use crate::settings::Lang;
use crate::words::say;

/// Steps by their words, in both languages.
const STEPS: [(&str, &str, &str); 18] = [
    ("name", "域名", "name"),
    ("route", "路由", "route"),
    ("port", "端口", "port"),
    ("proxy", "代理", "proxy"),
    ("tls", "TLS", "TLS"),
    ("certificate", "证书", "certificate"),
    ("http", "HTTP", "HTTP"),
    ("smtp", "发信", "SMTP"),
    ("clock", "时钟", "clock"),
    ("login", "登录", "login"),
    ("first_item", "第一件", "first item"),
    ("folder", "文件夹", "folder"),
    ("space", "磁盘", "space"),
    ("listener", "接收端口", "listener"),
    ("outside", "外面", "from outside"),
    ("allow", "谁能推", "who may push"),
    ("off", "停用", "off"),
    ("by_hand", "手工", "by hand"),
];

/// How many steps went wrong.
pub(super) fn wrong(walked: &[Walked]) -> usize {
    walked.iter().flat_map(|one| &one.steps).filter(|(_, step)| step.went == Went::Wrong).count()
}

/// A line for each far side, and below it one for each step.
pub(super) fn lines(walked: &[Walked], lang: Lang) -> Vec<String> {
    walked.iter().flat_map(|one| side(one, lang)).collect()
}

fn side(one: &Walked, lang: Lang) -> Vec<String> {
    let (and, colon) = match lang {
        Lang::Zh => ("、", ":"),
        Lang::En => (", ", ": "),
    };
    let whose: Vec<_> = one.whose.iter().map(|name| name.in_lang(lang)).collect();
    let whose = whose.join(and);
    let head = match (one.address.as_str(), lang) {
        ("", _) => whose,
        (address, Lang::Zh) => format!("{address}({whose})"),
        (address, Lang::En) => format!("{address} ({whose})"),
    };
    let mut lines = vec![head];
    for (of, step) in &one.steps {
        let of = of.as_ref().map(|of| format!("[{}] ", of.in_lang(lang))).unwrap_or_default();
        let said = said(&step.said, lang).replace('\n', "\n      ");
        lines.push(format!("  {} {of}{}{colon}{said}", mark(step.went), word(step, lang)));
        lines.extend(step.remedy.as_ref().map(|remedy| format!("      → {}", self::said(remedy, lang))));
    }
    lines
}

fn mark(went: Went) -> &'static str {
    match went {
        Went::Right => "✓",
        Went::Mind => "!",
        Went::Skipped => "-",
        Went::Wrong => "✗",
    }
}

fn word(step: &Step, lang: Lang) -> &'static str {
    let known = STEPS.iter().find(|(word, ..)| *word == step.word);
    known.map_or(step.word, |(_, zh, en)| say(lang, zh, en))
}

fn said(remark: &Remark, lang: Lang) -> &str {
    match lang {
        Lang::Zh => &remark.zh,
        Lang::En => &remark.en,
    }
}

/// The same with stable names.
pub(super) fn json(walked: &[Walked]) -> Value {
    let both = |remark: &Remark| json!({ "zh": remark.zh, "en": remark.en });
    let step = |(of, step): &(Option<crate::settings::Text>, Step)| {
        json!({
            "step": step.word, "went": step.went.word(), "of": of.as_ref().map(|of| &of.zh), "said": both(&step.said),
            "remedy": step.remedy.as_ref().map(both),
        })
    };
    let side = |one: &Walked| {
        json!({
            "address": one.address, "right": wrong(std::slice::from_ref(one)) == 0,
            "whose": one.whose.iter().map(|name| &name.zh).collect::<Vec<_>>(),
            "steps": one.steps.iter().map(step).collect::<Vec<_>>(),
        })
    };
    walked.iter().map(side).collect()
}
