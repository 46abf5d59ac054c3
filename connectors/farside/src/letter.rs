//! Invented letters, the same ones each time. Nobody in them lives.

use serde_json::{Value, json};

/// A letter as a pushing portal holds it.
#[derive(Clone, PartialEq, Debug)]
pub struct Letter {
    /// The portal's own number; it stands in the document as `letterNo`.
    pub number: String,
    /// The whole letter.
    pub document: Value,
}

const MATTERS: [(&str, &str, &str); 5] = [
    ("我要求助", "路灯不亮", "解放路口的路灯已经坏了三天,晚上出行不便,请尽快修复。"),
    ("我要投诉", "夜间施工噪声", "工地夜里十二点以后还在打桩,老人孩子睡不好,请协调。"),
    ("我要咨询", "医保转移办理", "想咨询医保关系转移需要带哪些材料、在哪个窗口办。"),
    ("我要建议", "增加公交班次", "建议早高峰增加三路公交的班次,现在要等半个小时。"),
    ("我要举报", "占道经营", "菜市场门口每天有人占道摆摊,车辆无法通行。"),
];

impl Letter {
    /// The letter with this serial number.
    pub fn invented(serial: u32) -> Self {
        let number = format!("XX2026{serial:06}");
        let (kind, title, content) = MATTERS[serial as usize % MATTERS.len()];
        let document = json!({
            "letterNo": number,
            "letterType": kind,
            "title": title,
            "content": format!("{content}(第 {serial} 件)"),
            "name": format!("来信人{serial}"),
            "phone": format!("1380000{:04}", serial % 10_000),
            "address": format!("虚构路 {} 号", serial % 300 + 1),
            "isPublic": if serial.is_multiple_of(2) { "是" } else { "否" },
            "submitTime": format!("2026-12-{:02} {:02}:{:02}:00", serial % 28 + 1, serial % 24, serial % 60),
        });
        Self { number, document }
    }

    /// The same letter after its sender changed the text.
    #[must_use]
    pub fn revised(&self, addition: &str) -> Self {
        let mut document = self.document.clone();
        let content = document["content"].as_str().unwrap_or_default().to_owned();
        document["content"] = Value::String(format!("{content}{addition}"));
        Self { number: self.number.clone(), document }
    }

    /// The body of a push that holds this letter alone.
    pub fn body(&self) -> Vec<u8> {
        self.document.to_string().into_bytes()
    }
}
