//! `[alarms]` of `gateway.toml`: what is told to people outside, to whom, how often, and when not.

mod check;
mod kind;
mod outlet;
mod urgent;

use std::collections::BTreeMap;

use huiliu_contract::Period;
use huiliu_mailer::MailerOptions;
use schemars::JsonSchema;
use serde::Deserialize;

pub use kind::{AlarmKind, Always, Press};
pub use outlet::{Address, AlarmOutlet, OutletKind, OutletPreset};

use super::{Hours, Remind, Silence, TimeOfDay};

/// What is told to people outside.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AlarmSettings {
    /// Where alarms go; without any they stand on screens and in metrics only.
    #[schemars(extend("x-zh" = "告警送到哪里;一个也不写,就只在屏幕和指标里"))]
    pub to: Vec<AlarmOutlet>,
    /// The account by which outlets of kind `mail` leave.
    #[schemars(extend("x-zh" = "kind = \"mail\" 的出口用哪个账号发邮件"))]
    pub mail: Option<Box<MailerOptions>>,
    /// How soon an urgent alarm is told again while it lasts and nobody took it; 1m to 1h.
    #[schemars(extend("x-zh" = "紧急的告警隔多久再发(1m 到 1h)"))]
    pub repeat_urgent: Period,
    /// The same for an ordinary one; 10m to 24h.
    #[schemars(extend("x-zh" = "一般的告警隔多久再发(10m 到 24h)"))]
    pub repeat: Period,
    /// After how long outlets of level 2 are told what nobody took; 1m to 12h.
    #[schemars(extend("x-zh" = "多久没人认领就发给第二个号码(level = 2)"))]
    pub second_after: Period,
    /// When only urgent alarms are told; at most half of the day.
    #[schemars(extend("x-zh" = "静默时段:只发紧急的,一般的等到时段结束;加起来不超过12小时"))]
    pub quiet: Option<Hours>,
    /// When the working morning begins: until then an alarm can be snoozed, and what was taken is told again.
    #[schemars(extend("x-zh" = "上班时间:告警最多推迟到下一个工作日的这个时候;认领了没解决的,到这时再提醒"))]
    pub morning: TimeOfDay,
    /// When the daily digest is sent, to outlets with `digest = true`.
    #[schemars(extend("x-zh" = "每天的小结几点发"))]
    pub digest: Remind,
    /// What is near: due by the end of so many working days, or within so many days.
    #[schemars(extend("x-zh" = "还有多久到期算临期,例如 2 workdays"))]
    pub near: Silence,
    /// How long a channel's far side may be away before it is told; 1s to 24h.
    #[schemars(extend("x-zh" = "渠道对方不通多久才告警"))]
    pub away: Period,
    /// The same for the core; 1s to 24h.
    #[schemars(extend("x-zh" = "热线系统不通多久才告警"))]
    pub core_away: Period,
    /// How many MiB must be free on the disk of the data folder.
    #[schemars(range(min = 100), extend("x-zh" = "数据目录所在磁盘至少要剩多少MiB"))]
    pub disk_mib: u64,
    /// How many days before its end a certificate or a secret is told; 1 to 90.
    #[schemars(range(min = 1, max = 90), extend("x-zh" = "证书、密钥到期前多少天开始提醒(定期换的密码提前10天)"))]
    pub ends_within_days: u16,
    /// What letters are told as urgent by: a group's name on the left, what the title, the text or the urgency may say on the
    /// right. It only alarms; it decides nothing. What is written here takes the place of the shipped list.
    #[schemars(extend("x-zh" = "紧急词:左边是组名,右边是标题、正文、紧急程度里出现就告警的词;只告警,不改变办理;写了就代替自带的词表"))]
    pub urgent_words: BTreeMap<String, Vec<String>>,
    /// Kinds that are not told; 紧急件, 收不到 and 回不去 cannot be among them.
    #[schemars(extend("x-zh" = "不要的告警种类;紧急件、收不到、回不去这三类关不掉"))]
    pub off: Vec<AlarmKind>,
    /// An address that is asked once a minute, for a watch that misses us when we stop asking.
    #[schemars(extend("x-zh" = "每分钟访问一次这个地址,给外面的看门服务:它等不到就知道网关停了"))]
    pub heartbeat: Option<Address>,
}

impl Default for AlarmSettings {
    fn default() -> Self {
        Self {
            to: Vec::new(),
            mail: None,
            repeat_urgent: Period::seconds(900),
            repeat: Period::seconds(3600),
            second_after: Period::seconds(900),
            quiet: Hours::parse("22:00-07:00").ok(),
            morning: TimeOfDay(jiff::civil::time(8, 30, 0, 0)),
            digest: Remind { workdays: true, at: jiff::civil::time(8, 30, 0, 0) },
            near: Silence::Workdays(2),
            away: Period::seconds(1800),
            core_away: Period::seconds(600),
            disk_mib: 2048,
            ends_within_days: 15,
            urgent_words: urgent::shipped(),
            off: Vec::new(),
            heartbeat: None,
        }
    }
}

impl AlarmSettings {
    /// Whether a kind is told at all.
    pub fn tells(&self, kind: AlarmKind) -> bool {
        !self.off.contains(&kind)
    }
}
