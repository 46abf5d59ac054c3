//! `gateway.toml` as types: what holds for the whole house. Reading, layering and checking it is `load`'s work.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use huiliu_contract::{Period, Rate, Satisfaction, SecretRef};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AlarmSettings, CoreTable, Lang, LmtpSettings, ReconcileSettings, ReloadSettings, ReportSettings};

/// Everything `gateway.toml` and its environment say, checked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GatewaySettings {
    /// The language of what operators see; absent follows `LANG`.
    #[schemars(extend("x-zh" = "界面语言"))]
    pub lang: Lang,
    /// The zone in which times without one are meant, by its IANA name.
    #[schemars(extend("x-zh" = "时区"))]
    pub zone: Zone,
    /// The folder of the store, its keys and its socket. Relative to the parent of the configuration
    /// folder; absolute once loaded.
    #[schemars(extend("x-zh" = "数据目录"))]
    pub data: PathBuf,
    /// The listener.
    #[schemars(extend("x-zh" = "接收端口"))]
    pub http: HttpSettings,
    /// The listener for letters that a mail server hands over; absent is none.
    #[schemars(extend("x-zh" = "接收邮件服务器投来的信(LMTP);不写就不开"))]
    pub lmtp: Option<LmtpSettings>,
    /// The log.
    #[schemars(extend("x-zh" = "运行日志"))]
    pub log: LogSettings,
    /// Keys given from outside.
    #[schemars(extend("x-zh" = "加密密钥"))]
    pub keys: KeySettings,
    /// Bounds of what the gateway takes on at once.
    #[schemars(extend("x-zh" = "上限"))]
    pub limits: Limits,
    /// Rates that channels share by naming them in `[connect] budget`.
    #[schemars(extend("x-zh" = "共用限速"))]
    pub budgets: BTreeMap<String, Rate>,
    /// The core system; absent is one that a person types into (`kind = "manual"`).
    #[schemars(extend("x-zh" = "热线系统;不写就是手工登记"))]
    pub core: Option<CoreTable>,
    /// What words of satisfaction mean, beside the plain ones: the word on the left, its level on the right.
    #[schemars(extend("x-zh" = "满意度对照:左边是热线的说法,右边是五级中的哪一级;常用说法不用写"))]
    pub satisfaction: BTreeMap<String, Satisfaction>,
    /// How changed files come to count.
    #[schemars(extend("x-zh" = "改了配置怎样生效"))]
    pub reload: ReloadSettings,
    /// How the printed report counts.
    #[schemars(extend("x-zh" = "专报怎样统计"))]
    pub report: ReportSettings,
    /// What is told to people outside, and to whom.
    #[schemars(extend("x-zh" = "告警:告诉谁、隔多久、什么时候不打扰"))]
    pub alarms: AlarmSettings,
    /// When what came is held against what far sides say they have.
    #[schemars(extend("x-zh" = "对账"))]
    pub reconcile: ReconcileSettings,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            lang: Lang::default(),
            zone: Zone::default(),
            data: PathBuf::from("data"),
            http: HttpSettings::default(),
            lmtp: None,
            log: LogSettings::default(),
            keys: KeySettings::default(),
            limits: Limits::default(),
            budgets: BTreeMap::new(),
            core: None,
            satisfaction: BTreeMap::new(),
            reload: ReloadSettings::default(),
            report: ReportSettings::default(),
            alarms: AlarmSettings::default(),
            reconcile: ReconcileSettings::default(),
        }
    }
}

/// The listener for pushes, the core's outcomes and operations.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// Address and port; port 0 takes a free one.
    #[schemars(with = "String", extend("x-zh" = "监听地址和端口", "format" = "socket-address"))]
    pub listen: SocketAddr,
    /// How long the head of a request may take.
    #[schemars(extend("x-zh" = "等请求头最长多久"))]
    pub header_timeout: Period,
    /// How long the body of a request may take.
    #[schemars(extend("x-zh" = "等请求正文最长多久"))]
    pub body_timeout: Period,
    /// How long a stop waits for what is under way.
    #[schemars(extend("x-zh" = "停机时最多等多久"))]
    pub stop_within: Period,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8612),
            header_timeout: Period::seconds(10),
            body_timeout: Period::seconds(30),
            stop_within: Period::seconds(20),
        }
    }
}

impl HttpSettings {
    /// Whether the listener can be reached from this machine only.
    pub fn is_loopback(&self) -> bool {
        self.listen.ip().is_loopback()
    }
}

/// What is logged and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// For people or for machines.
    #[schemars(extend("x-zh" = "日志格式"))]
    pub format: LogFormat,
    /// The least weighty line that is written.
    #[schemars(extend("x-zh" = "日志级别"))]
    pub level: LogLevel,
}

/// The form of a log line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    #[schemars(extend("x-zh" = "给人看"))]
    Human,
    /// One JSON object a line.
    #[schemars(extend("x-zh" = "给程序看"))]
    Json,
}

/// The weight of a log line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Only what failed.
    #[schemars(extend("x-zh" = "只记出错"))]
    Error,
    /// Also what needs an eye.
    #[schemars(extend("x-zh" = "加上提醒"))]
    Warn,
    /// Also what happens in the ordinary course.
    #[default]
    #[schemars(extend("x-zh" = "平时用这个"))]
    Info,
    /// Also each step.
    #[schemars(extend("x-zh" = "排查问题时用"))]
    Debug,
    /// Everything.
    #[schemars(extend("x-zh" = "全部"))]
    Trace,
}

impl LogLevel {
    /// The word, as a log filter takes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// Keys of the store, where the site keeps them itself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KeySettings {
    /// The key that seals bodies; absent uses the key file made at the first start.
    #[schemars(extend("x-zh" = "加密存储的密钥;不写就用首次启动时生成的密钥文件"))]
    pub data: Option<SecretRef>,
    /// The key of the blind keys, which does not rotate; absent uses the key file made at the first start.
    #[schemars(extend("x-zh" = "比对用的密钥,启用后不能换;不写就用首次启动时生成的密钥文件"))]
    pub matching: Option<SecretRef>,
}

/// How much the gateway takes on at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Connections open at once, 1 to 65535; further ones wait unaccepted.
    #[schemars(range(min = 1, max = 65535), extend("x-zh" = "同时最多几个连接"))]
    pub connections: u32,
    /// Pushes under way at once, 1 to 65535; further ones are answered 503.
    #[schemars(range(min = 1, max = 65535), extend("x-zh" = "同时最多处理几个推送"))]
    pub pushes: u32,
    /// The largest outcome that the core may post as a form of parts, its files included, in MiB, 1 to 4096.
    #[schemars(range(min = 1, max = 4096), extend("x-zh" = "热线一次办理反馈连附件最大多少MiB"))]
    pub answer_mib: u32,
    /// The largest file that may be handed in over the interface, in MiB, 1 to 4096.
    #[schemars(range(min = 1, max = 4096), extend("x-zh" = "接口上传的文件最大多少MiB"))]
    pub upload_mib: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 1024, pushes: 1024, answer_mib: 200, upload_mib: 200 }
    }
}

/// A time zone by its IANA name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone(pub jiff::tz::TimeZone);

impl Default for Zone {
    /// Asia/Shanghai, from the tables built into the program.
    fn default() -> Self {
        let beijing = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        Self(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap_or(beijing))
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        jiff::tz::TimeZone::get(&String::deserialize(from)?).map(Self).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.iana_name().unwrap_or("+08"))
    }
}

impl JsonSchema for Zone {
    fn schema_name() -> Cow<'static, str> {
        "Zone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "iana-zone", "default": "Asia/Shanghai",
            "description": "A time zone by its IANA name.", "x-zh": "时区名,例如 Asia/Shanghai" })
    }
}
