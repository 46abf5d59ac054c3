//! The kinds of alarms: one stable word each, what people call it, how hard it presses, and which cannot be switched off.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of alarm.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// A letter speaks of danger to life, or is marked most urgent; a person must look at once.
    #[schemars(extend("x-zh" = "紧急件"))]
    Urgent,
    /// The gateway's heartbeat stopped; only `huiliu watch` can tell.
    #[schemars(extend("x-zh" = "网关停摆"))]
    Stopped,
    /// The gateway runs and channels of it are deaf; only `huiliu watch` tells it.
    #[schemars(extend("x-zh" = "收不到"))]
    Deaf,
    /// Nothing came by a channel for long, although something usually does.
    #[schemars(extend("x-zh" = "长时间无来件"))]
    Silent,
    /// A person has to log in.
    #[schemars(extend("x-zh" = "要人登录"))]
    Login,
    /// A far side does not accept who we are.
    #[schemars(extend("x-zh" = "对方拒绝"))]
    Denied,
    /// A channel's far side is away for long.
    #[schemars(extend("x-zh" = "对方长时间不通"))]
    Away,
    /// A channel's file is wrong.
    #[schemars(extend("x-zh" = "渠道配置有错"))]
    Broken,
    /// A channel that brought letters lately is off, or its folder is gone.
    #[schemars(extend("x-zh" = "渠道停用"))]
    Off,
    /// What the far side has and what was taken are not the same.
    #[schemars(extend("x-zh" = "对账有差"))]
    Gap,
    /// An answer or a signing did not arrive, and its deadline is near.
    #[schemars(extend("x-zh" = "回不去"))]
    Homeward,
    /// The core system is away.
    #[schemars(extend("x-zh" = "热线系统不通"))]
    CoreAway,
    /// Tickets are near their deadline.
    #[schemars(extend("x-zh" = "临期"))]
    DeadlineNear,
    /// Tickets are past their deadline.
    #[schemars(extend("x-zh" = "超期"))]
    DeadlinePast,
    /// The disk of the data folder is nearly full.
    #[schemars(extend("x-zh" = "磁盘快满"))]
    Disk,
    /// A far side's certificate ends soon.
    #[schemars(extend("x-zh" = "证书快到期"))]
    Certificate,
    /// A channel's secret ends soon by its ledger.
    #[schemars(extend("x-zh" = "密钥快到期"))]
    Secret,
    /// A channel's table of the day is missing.
    #[schemars(extend("x-zh" = "未交表"))]
    Unhanded,
    /// The holidays of a year are missing.
    #[schemars(extend("x-zh" = "缺节假日文件"))]
    Holidays,
    /// A day brought another number of submissions than expected.
    #[schemars(extend("x-zh" = "来件数异常"))]
    Unexpected,
}

/// How hard an alarm presses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Press {
    /// Day and night, in short intervals.
    Urgent,
    /// Outside the quiet hours, in longer intervals.
    Ordinary,
    /// Once a working morning.
    Daily,
}

/// What cannot be switched off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Always {
    /// 紧急件.
    Urgent,
    /// 收不到.
    Deaf,
    /// 回不去.
    Homeward,
}

impl AlarmKind {
    /// All of them, the hardest first.
    pub const ALL: [Self; 20] = [
        Self::Urgent,
        Self::Stopped,
        Self::Deaf,
        Self::Denied,
        Self::Login,
        Self::Silent,
        Self::Away,
        Self::Broken,
        Self::Off,
        Self::Gap,
        Self::Homeward,
        Self::CoreAway,
        Self::Disk,
        Self::DeadlinePast,
        Self::DeadlineNear,
        Self::Unhanded,
        Self::Secret,
        Self::Certificate,
        Self::Holidays,
        Self::Unexpected,
    ];

    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Stopped => "stopped",
            Self::Deaf => "deaf",
            Self::Silent => "silent",
            Self::Login => "login",
            Self::Denied => "denied",
            Self::Away => "away",
            Self::Broken => "broken",
            Self::Off => "off",
            Self::Gap => "gap",
            Self::Homeward => "homeward",
            Self::CoreAway => "core_away",
            Self::DeadlineNear => "deadline_near",
            Self::DeadlinePast => "deadline_past",
            Self::Disk => "disk",
            Self::Certificate => "certificate",
            Self::Secret => "secret",
            Self::Unhanded => "unhanded",
            Self::Holidays => "holidays",
            Self::Unexpected => "unexpected",
        }
    }

    /// The kind of a word; none where no kind has it.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// How hard it presses.
    pub fn press(self) -> Press {
        match self {
            Self::Urgent | Self::Stopped | Self::Deaf | Self::Disk => Press::Urgent,
            Self::DeadlineNear
            | Self::DeadlinePast
            | Self::Certificate
            | Self::Secret
            | Self::Holidays
            | Self::Unexpected => Press::Daily,
            _ => Press::Ordinary,
        }
    }

    /// As part of what it cannot be switched off; none if it can.
    pub fn always(self) -> Option<Always> {
        match self {
            Self::Urgent => Some(Always::Urgent),
            Self::Homeward => Some(Always::Homeward),
            Self::Stopped
            | Self::Deaf
            | Self::Silent
            | Self::Login
            | Self::Denied
            | Self::Away
            | Self::Broken
            | Self::Off
            | Self::Gap => Some(Always::Deaf),
            _ => None,
        }
    }

    /// Whether it tells of something that happened, not of a state: it is over when somebody took it.
    pub fn is_event(self) -> bool {
        self == Self::Urgent
    }
}

impl Always {
    /// What it is called.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Urgent => "紧急件",
            Self::Deaf => "收不到",
            Self::Homeward => "回不去",
        }
    }

    /// Why it cannot be switched off, in Chinese and English.
    pub fn why(self) -> (&'static str, &'static str) {
        match self {
            Self::Urgent => {
                ("人命关天的件没人看,出了事追究的是单位", "nobody would look at a letter about danger to life")
            }
            Self::Deaf => ("收不到件而不知道,件就漏了", "letters would be missed and nobody would know"),
            Self::Homeward => {
                ("答复没回到上级平台而不知道,就超期了", "answers would miss their deadline and nobody would know")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_word_of_its_own() {
        for kind in AlarmKind::ALL {
            assert_eq!(AlarmKind::of(kind.word()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
        assert_eq!(AlarmKind::of("nothing"), None);
    }
}
