//! Which field of the ticket comes from where, by which code tables; and how it is told what an item is there for.

use huiliu_contract::Act;
use serde_json::{Map, Value};

use super::Line;
use super::leaves::shown;
use crate::normalize::field_zh;
use crate::settings::{AfterSupervise, AfterSupplement, AfterUrge, ChannelSettings, UnknownItem};

/// How many codes of a table are told; of a longer one the number stands for the rest.
const CODES: usize = 30;

/// Where a rule takes its value, with the words between which it stands.
const TAKES: [&str; 9] = ["from", "column", "label", "links_under", "css", "template", "join", "value", "lat"];

/// Every rule, then every code table.
pub(super) fn lines(channel: &ChannelSettings) -> Vec<Line> {
    let table = |name: &str| channel.value().get(name).and_then(Value::as_object);
    let empty = Map::new();
    let codes = table("codes").unwrap_or(&empty);
    let mut rules: Vec<_> = table("fields").into_iter().flatten().collect();
    rules.sort_by_key(|(name, _)| channel.place_of(&format!("fields.{name}")));
    let rules = rules.into_iter().map(|(name, rule)| field(name, rule, codes));
    rules.chain(codes.iter().map(|(name, table)| code_table(name, table))).collect()
}

fn field(name: &str, rule: &Value, codes: &Map<String, Value>) -> Line {
    let (mut taken, mut more, mut more_en) = (String::new(), Vec::new(), Vec::new());
    match rule {
        Value::Object(rule) => {
            for (key, value) in rule {
                let value = shown(value);
                match key.as_str() {
                    "value" => taken = format!("“{value}”(固定)"),
                    key if TAKES.contains(&key) => taken = value,
                    "codes" => {
                        let count = codes.get(&value).and_then(Value::as_object).map_or(0, Map::len);
                        more.push(format!("对照表 {value},{count} 个代码"));
                        more_en.push(format!("table {value}, {count} codes"));
                    }
                    "optional" if value == "true" => {
                        more.push("可以没有".into());
                        more_en.push("may be absent".into());
                    }
                    "required" if value == "true" => {
                        more.push("必须有".into());
                        more_en.push("must be there".into());
                    }
                    "default" => {
                        more.push(format!("没有就写“{value}”"));
                        more_en.push(format!("else `{value}`"));
                    }
                    "date" => {
                        more.push(format!("时间写法 {value}"));
                        more_en.push(format!("written {value}"));
                    }
                    "clean" => {
                        more.push(cleaned(&value));
                        more_en.push(format!("clean = {value}"));
                    }
                    "split" => {
                        more.push(format!("按 {value} 拆开"));
                        more_en.push(format!("split at {value}"));
                    }
                    key => {
                        more.push(format!("{key} = {value}"));
                        more_en.push(format!("{key} = {value}"));
                    }
                }
            }
        }
        other => taken = shown(other),
    }
    let bracket =
        |more: Vec<String>, gap: &str| if more.is_empty() { String::new() } else { format!("({})", more.join(gap)) };
    let (zh, en) = (bracket(more, ","), bracket(more_en, "; "));
    let gap = if en.is_empty() { "" } else { " " };
    Line::new(
        format!("{} ← {taken}{zh}", field_zh(name)),
        format!("{name} <- {}{gap}{en}", taken.replace("(固定)", " (fixed)")),
        &[&format!("fields.{name}")],
    )
}

/// How a text is cleaned, by the words of the file.
fn cleaned(names: &str) -> String {
    let word = |name: &str| match name {
        "html" => "去掉网页标记".to_owned(),
        "phone" => "电话号码整理".into(),
        "id" => "证件号码整理".into(),
        "width" => "全角变半角".into(),
        "trim" => "去掉头尾空格".into(),
        other => format!("clean = {other}"),
    };
    names.split('、').map(word).collect::<Vec<_>>().join(",")
}

fn code_table(name: &str, table: &Value) -> Line {
    let table = table.as_object();
    let count = table.map_or(0, Map::len);
    let told = |yes: &str, no: &str| {
        let one = |(code, word): (&String, &Value)| match word {
            Value::Bool(true) => format!("{code}={yes}"),
            Value::Bool(false) => format!("{code}={no}"),
            other => format!("{code}={}", shown(other)),
        };
        table.into_iter().flatten().take(CODES).map(one).collect::<Vec<_>>().join("、")
    };
    let (zh, en) = (told("是", "否"), told("yes", "no"));
    let more = if count > CODES { "……" } else { "" };
    Line::new(
        format!("对照表 {name}({count} 个代码):{zh}{more};没列出的停下来问人"),
        format!("Table {name} ({count} codes): {en}{more}; a code that is not listed waits for a person"),
        &[&format!("codes.{name}")],
    )
}

/// What an act is called.
fn act(act: Act) -> (&'static str, &'static str) {
    match act {
        Act::New => ("新件", "new"),
        Act::Supplement => ("补充", "supplement"),
        Act::Urge => ("催办", "urging"),
        Act::Supervise => ("督办", "supervision"),
        Act::Redo => ("退回重办", "to be done again"),
        Act::Withdraw => ("撤诉", "withdrawal"),
        Act::Recall => ("上级收回", "recall"),
        Act::Decision => ("审批结果", "decision"),
        Act::Rating => ("评价", "rating"),
    }
}

/// How it is told what an item is there for, and what is done after the ticket is concluded.
pub(super) fn acts(channel: &ChannelSettings) -> Vec<Line> {
    let Some(acts) = &channel.acts else {
        return vec![Line::new("没写 [acts]:来的都是新件", "Every item is a matter of its own", &["acts"])];
    };
    let told = acts.codes.iter().map(|(word, is)| (format!("{word}={}", act(*is).0), format!("{word}={}", act(*is).1)));
    let (zh, en): (Vec<_>, Vec<_>) = told.unzip();
    let place = acts.place().unwrap_or_default();
    let mut lines = vec![
        Line::new(
            format!("看 {place} 一栏:{};没列出的停下来问人", zh.join("、")),
            format!("By {place}: {}; any other word waits for a person", en.join(", ")),
            &["acts.from", "acts.label", "acts.codes"],
        ),
        match &acts.refer {
            Some(place) => {
                let (zh, en) = match acts.unknown {
                    UnknownItem::Wait => {
                        ("那件还没来就先留着,来了自动对上", "if that did not come yet, it waits for it")
                    }
                    UnknownItem::New => ("那件没有来过就当作新件", "if that never came, it is a matter of its own"),
                };
                Line::new(
                    format!("指的是哪一件:{place};{zh}"),
                    format!("What it is about: {place}; {en}"),
                    &["acts.refer", "acts.unknown"],
                )
            }
            None => Line::new("指的是同一个编号的那件", "It is about the item of the same number", &["acts.refer"]),
        },
    ];
    if let Some(place) = &acts.names {
        lines.push(Line::new(
            format!("新件在 {place} 里提到哪一件,新工单就写明哪一件"),
            format!("A matter of its own that names another one ({place}) says so in its ticket"),
            &["acts.names"],
        ));
    }
    if let Some(decision) = &acts.decision {
        let (approved, refused) = (decision.approved.join("、"), decision.refused.join("、"));
        lines.push(Line::new(
            format!("审批结果看 {}:同意是 {approved},不同意是 {refused}", decision.from),
            format!("Decisions by {}: granted is {approved}, refused is {refused}", decision.from),
            &["acts.decision"],
        ));
    }
    let after = &acts.after_close;
    let urge = match after.urge {
        AfterUrge::AnswerAgain => ("催办的再次答复", "an urging is answered again"),
        AfterUrge::Tell => ("催办的告诉热线", "an urging is told to the core"),
    };
    let supplement = match after.supplement {
        AfterSupplement::New => ("补充的另立新件", "a supplement makes a new ticket"),
        AfterSupplement::Tell => ("补充的告诉热线", "a supplement is told to the core"),
    };
    let supervise = match after.supervise {
        AfterSupervise::Reopen => ("督办的重新打开", "a supervision opens it again"),
        AfterSupervise::Tell => ("督办的告诉热线", "a supervision is told to the core"),
    };
    lines.push(Line::new(
        format!("办结以后再来:{},{},{}", urge.0, supplement.0, supervise.0),
        format!("After the end: {}, {}, {}", urge.1, supplement.1, supervise.1),
        &["acts.after_close"],
    ));
    lines
}
