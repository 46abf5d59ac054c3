//! Letters of a back end: invented ones, the same each time, and those that were handed to it. Nobody in them lives.

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

use crate::roads::Matter;

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
    /// Whether an invented one has a file.
    pub(super) file: bool,
    /// What a letter says that was handed to the back end; none for an invented one.
    pub(super) handed: Option<Box<Handed>>,
}

/// A letter that was handed to the back end.
#[derive(Clone, Debug)]
pub(super) struct Handed {
    /// Its number.
    pub(super) number: String,
    /// What opens it, which is not its number.
    pub(super) key: String,
    /// By what its writer asks for it.
    pub(super) query_code: String,
    /// What it says.
    pub(super) matter: Matter,
    /// What stands as the upper level's word to it.
    pub(super) opinion: String,
    /// How many lists were shown since its page was.
    pub(super) lists_since: Option<u8>,
    /// The state into which it goes once the county has it, and what is said to that.
    pub(super) wanted: Option<(&'static str, String)>,
    /// How often it was read by the public, as it stands in the list.
    pub(super) hits: u64,
    /// How often its state was read while it was judged.
    pub(super) looks: u8,
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
            handed: None,
        }
    }

    /// A letter that is handed to the back end.
    pub(super) fn handed(seq: u64, number: String, matter: Matter) -> Self {
        // As such systems draw them: ten digits that say nothing.
        let code = (seq + 41).wrapping_mul(2_654_435_761) % 10_000_000_000;
        let handed = Handed {
            key: format!("{}", 700_000 + seq * 37),
            query_code: format!("{code:010}"),
            opinion: "请按职责办理,并将结果答复来信人。".into(),
            lists_since: None,
            wanted: None,
            hits: 3,
            looks: 0,
            number,
            matter,
        };
        let at = handed.matter.handed_at;
        Self { file: false, handed: Some(Box::new(handed)), ..Self::new(seq, at, false) }
    }

    /// Its number.
    pub(super) fn number(&self) -> String {
        self.handed.as_ref().map_or_else(|| format!("SP2026{:07}", self.seq), |handed| handed.number.clone())
    }

    /// Whether this number or key means it.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.number() == name || self.handed.as_ref().is_some_and(|handed| handed.key == name)
    }

    /// Whether the county still has something to do with it.
    pub(super) fn is_open(&self) -> bool {
        ["待办理", "催办", "督办", "退回重办", "来信人撤回"].contains(&self.state.as_str())
    }

    /// A list was shown. What the upper level wants of a letter it says once the county surely has it: its page was shown, a
    /// list after that, and nothing of it is judged.
    pub(super) fn is_listed(&mut self) {
        let Some(handed) = &mut self.handed else { return };
        let lists = handed.lists_since.map_or(0, |lists| lists.saturating_add(1));
        handed.lists_since = handed.lists_since.map(|_| lists);
        if lists < 2 || self.state.ends_with("待审") || self.state == "待审核" {
            return;
        }
        // Only what is concluded is done again.
        let in_time = |(state, _): &mut (&str, String)| *state != "退回重办" || self.state == "已办结";
        if let Some((state, said)) = handed.wanted.take_if(in_time) {
            state.clone_into(&mut self.state);
            handed.opinion = said;
            handed.looks = 0;
        }
    }

    /// Its page was shown whole. Whoever judges has read what was answered when it is looked at for the second time.
    pub(super) fn is_shown(&mut self) {
        let Some(handed) = &mut self.handed else { return };
        handed.lists_since.get_or_insert(0);
        let judged = match self.state.as_str() {
            "待审核" => "已办结",
            "延期待审" => "已延期",
            "退单待审" => "已退单",
            _ => return,
        };
        handed.looks += 1;
        if handed.looks >= 2 {
            judged.clone_into(&mut self.state);
            handed.looks = 0;
        }
    }

    fn matter(&self) -> (&'static str, &'static str, &'static str) {
        MATTERS[usize::try_from(self.seq % 4).unwrap_or_default()]
    }

    pub(super) fn title(&self) -> String {
        self.handed.as_ref().map_or_else(|| self.matter().1.into(), |handed| handed.matter.title.clone())
    }

    /// Who wrote it.
    pub(super) fn writer(&self) -> String {
        self.handed.as_ref().map_or_else(|| format!("诉求人{}", self.seq), |handed| handed.matter.name.clone())
    }

    /// When it came, in Beijing.
    pub(super) fn time(&self) -> String {
        minute(self.handed.as_ref().map_or(self.at, |handed| handed.matter.submitted_at))
    }

    /// The day it came.
    pub(super) fn day(&self) -> String {
        self.time().chars().take(10).collect()
    }

    pub(super) fn content(&self) -> String {
        if let Some(handed) = &self.handed {
            return handed.matter.content.clone();
        }
        let changed = if self.revision > 0 { format!("(第{}次更正)", self.revision) } else { String::new() };
        format!("{}(第 {} 件){changed}", self.matter().2, self.seq)
    }

    /// Labels and what stands behind them on its page, but for its text and its files.
    pub(super) fn labels(&self) -> Vec<(&'static str, String)> {
        if let Some(handed) = &self.handed {
            return handed.labels(&self.state, &self.reason);
        }
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
        if let Some(handed) = &self.handed {
            return handed.matter.file.clone();
        }
        self.file.then(|| (format!("现场{}.jpg", self.seq), format!("\u{ff}JPEG of {}", self.seq).into_bytes()))
    }
}

impl Handed {
    /// Labels and what stands behind them on its page; what its matter does not tell is left out, as such pages do.
    fn labels(&self, state: &str, reason: &str) -> Vec<(&'static str, String)> {
        let matter = &self.matter;
        let mut all = vec![
            ("信件编号", self.number.clone()),
            ("查询码", self.query_code.clone()),
            ("标题", matter.title.clone()),
            ("来信类别", format!("我要{}", matter.sort)),
            ("来信人", matter.name.clone()),
            ("联系电话", matter.phone.clone()),
            ("联系地址", matter.address.clone()),
            ("事发地点", matter.place.clone()),
            ("是否公开", if matter.agree_public { "公开" } else { "不公开" }.into()),
            ("是否保密", if matter.confidential { "是" } else { "否" }.into()),
            ("来信时间", minute(matter.submitted_at)),
            ("转办时间", minute(matter.handed_at)),
            ("办理期限", matter.deadline.map(day).unwrap_or_default()),
            ("转办意见", self.opinion.clone()),
            ("办件状态", state.into()),
            ("审核意见", reason.into()),
        ];
        all.extend(matter.parent_no.clone().map(|number| ("原平台编号", number)));
        all
    }
}

/// A time in Beijing, to the minute.
pub(super) fn minute(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(offset(8))).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A day in Beijing.
pub(super) fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(offset(8))).strftime("%Y-%m-%d").to_string()
}
