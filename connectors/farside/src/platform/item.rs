//! Invented orders, the same ones each time. Nobody in them lives.

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use serde_json::{Map, Value, json};

/// One order of the platform.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) seq: u64,
    pub(super) revision: u64,
    pub(super) updated: Timestamp,
    pub(super) malformed: bool,
    /// Members that stand in place of the invented ones.
    pub(super) own: Map<String, Value>,
}

const MATTERS: [(&str, &str, &str, &str); 4] = [
    ("2", "城市管理/市政设施/道路照明/路灯不亮", "路灯不亮", "新民路南段的路灯已经三天不亮,晚上出行不便,请尽快修复。"),
    ("3", "生态环境/噪声污染/施工噪声", "夜间施工噪声", "小区旁的工地夜里还在打桩,老人孩子睡不好,请协调处理。"),
    ("1", "社会保障/医疗保险", "医保转移怎么办", "想咨询医保关系转移需要哪些材料、在哪个窗口办理。"),
    ("5", "交通运输/公共交通", "建议增加公交班次", "早高峰三路公交要等半个小时,建议增加班次。"),
];

/// Beijing time, in which platforms print without saying so.
pub(super) fn beijing() -> TimeZone {
    TimeZone::fixed(offset(8))
}

/// How platforms print a time.
pub(super) const TIME: &str = "%Y-%m-%d %H:%M:%S";

impl Order {
    /// Its number, as a citizen would hear it.
    pub(super) fn number(&self) -> String {
        format!("SP2026{:07}", self.seq)
    }

    /// The order as the list holds it; without a number where it is malformed.
    pub(super) fn document(&self) -> Value {
        let seq = self.seq;
        let (kind, category, title, content) = MATTERS[usize::try_from(seq % 4).unwrap_or_default()];
        let time = |at: Timestamp| at.to_zoned(beijing()).strftime(TIME).to_string();
        let changed = if self.revision > 0 { format!("(第{}次更正)", self.revision) } else { String::new() };
        let mut document = json!({
            "seq": seq,
            "bizType": "01",
            "orderTitle": title,
            "orderContent": format!("{content}(第 {seq} 件){changed}"),
            "orderType": kind,
            "questionName": category,
            "callerName": format!("诉求人{seq}"),
            "callerSex": (seq % 3).to_string(),
            "callerPhone": format!("1380000{:04}", seq % 10_000),
            "address": format!("虚构县新民路 {} 号", seq % 300 + 1),
            "isSecret": "0",
            "isOpen": (seq % 2).to_string(),
            "callTime": time(self.updated - jiff::SignedDuration::from_hours(1)),
            "dispatchTime": time(self.updated),
            "updateTime": time(self.updated),
            "transferOpinion": "请按规定时限办理并反馈。",
        });
        for (name, value) in &self.own {
            document[name] = value.clone();
        }
        if self.revision > 0
            && let Some(Value::String(text)) = self.own.get("orderContent")
        {
            document["orderContent"] = json!(format!("{text}{changed}"));
        }
        if !self.malformed {
            document["orderNo"] = Value::String(self.number());
        }
        document
    }
    /// The order as a list holds it that shows only so many characters of a text, and no telephone number.
    pub(super) fn cut(&self, length: usize) -> Value {
        let mut document = self.document();
        if let Some(Value::String(text)) = document.get("orderContent")
            && text.chars().count() > length
        {
            document["orderContent"] = text.chars().take(length).chain(['\u{2026}']).collect::<String>().into();
        }
        if let Some(members) = document.as_object_mut() {
            members.remove("callerPhone");
        }
        document
    }
}
