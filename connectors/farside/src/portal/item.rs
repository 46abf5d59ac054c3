//! Invented letters of a back end, the same ones each time. Nobody in them lives.

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

/// One letter.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) seq: u64,
    pub(super) revision: u64,
    pub(super) at: Timestamp,
    /// It stands in the list without its number.
    pub(super) malformed: bool,
    pub(super) state: String,
    /// What was said about its state.
    pub(super) reason: String,
    /// Where it stands in the list, if not by its time.
    pub(super) file: bool,
}

const MATTERS: [(&str, &str, &str); 4] = [
    ("我要求助", "路灯不亮", "新民路南段的路灯已经三天不亮,晚上出行不便,请尽快修复。"),
    ("我要投诉", "夜间施工噪声", "小区旁的工地夜里还在打桩,老人孩子睡不好,请协调处理。"),
    ("我要咨询", "医保转移怎么办", "想咨询医保关系转移需要哪些材料、在哪个窗口办理。"),
    ("我要建议", "建议增加公交班次", "早高峰三路公交要等半个小时,建议增加班次。"),
];

/// The state of a letter before anybody answers it.
pub const FIRST: &str = "待办理";

impl Letter {
    pub(super) fn new(seq: u64, at: Timestamp, malformed: bool) -> Self {
        Self {
            seq,
            revision: 0,
            at,
            malformed,
            state: FIRST.into(),
            reason: String::new(),
            file: seq.is_multiple_of(5),
        }
    }

    /// Its number.
    pub(super) fn number(&self) -> String {
        format!("SP2026{:07}", self.seq)
    }

    fn matter(&self) -> (&'static str, &'static str, &'static str) {
        MATTERS[usize::try_from(self.seq % 4).unwrap_or_default()]
    }

    pub(super) fn title(&self) -> String {
        self.matter().1.into()
    }

    /// When it came, in Beijing.
    pub(super) fn time(&self) -> String {
        self.at.to_zoned(TimeZone::fixed(offset(8))).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The day it came.
    pub(super) fn day(&self) -> String {
        self.time().chars().take(10).collect()
    }

    pub(super) fn content(&self) -> String {
        let changed = if self.revision > 0 { format!("(第{}次更正)", self.revision) } else { String::new() };
        format!("{}(第 {} 件){changed}", self.matter().2, self.seq)
    }

    /// Labels and what stands behind them on its page, but for its text and its files.
    pub(super) fn labels(&self) -> Vec<(&'static str, String)> {
        let seq = self.seq;
        vec![
            ("信件编号", self.number()),
            ("标题", self.title()),
            ("来信类别", self.matter().0.into()),
            ("来信人", format!("诉求人{seq}")),
            ("联系电话", format!("1380000{:04}", seq % 10_000)),
            ("联系地址", format!("虚构县新民路 {} 号", seq % 300 + 1)),
            ("是否公开", if seq.is_multiple_of(2) { "是" } else { "否" }.into()),
            ("来信时间", self.time()),
            ("办件状态", self.state.clone()),
            ("审核意见", self.reason.clone()),
        ]
    }

    /// Its file, if it has one: name and bytes.
    pub(super) fn file(&self) -> Option<(String, Vec<u8>)> {
        self.file.then(|| (format!("现场{}.jpg", self.seq), format!("\u{ff}JPEG of {}", self.seq).into_bytes()))
    }
}
