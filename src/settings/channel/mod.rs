//! `channel.toml` as types: what every channel has, whatever its kind. The kind's own keys stay a value for the kind.

mod acts;
mod back;
mod between;
mod captcha;
pub(in crate::settings) mod compose;
mod deadline;
mod files;
mod kinds;
mod ledger;
mod load;
mod pulse;
mod reshape;
mod route;
mod same;

use std::path::PathBuf;
use std::sync::Arc;

use huiliu_contract::{Misconfigured, Period, Rate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::{Document, typed};
use super::{Day, Hours, Mistake, Remind, Source, Text};

pub use acts::{ActsTable, AfterClose, AfterSupervise, AfterSupplement, AfterUrge, DecisionTable, UnknownItem};
pub use back::{Fallback, ReturnCodes, ReturnTable, Said, Sign, Uncertain, Wording};
pub use captcha::CaptchaTable;
pub use deadline::{DayUnit, DeadlineFrom, DeadlineTable};
pub use files::{FileType, FilesTable};
pub use kinds::KindInfo;
pub use ledger::{Ledger, SecretEnd};
pub use load::{ChannelFile, Channels, NoSuchChannel};
pub use pulse::{BadSilence, Expect, ExpectOn, ExpectPer, Silence};
pub use reshape::{ReshapeTable, Reshaping};
pub use route::{RouteTable, RoutedTable};
pub use same::{Pattern, SameLetterTable};

/// One channel, checked as far as settings can; its kind and its mapping are built from here.
#[derive(Clone, Debug)]
pub struct ChannelSettings {
    /// The folder's name: `[a-z0-9-]{1,40}`.
    pub code: String,
    /// The channel's folder.
    pub dir: PathBuf,
    /// `[channel]`.
    pub channel: ChannelTable,
    /// Whose memory of external ids this channel shares; its own code unless set.
    pub namespace: String,
    /// `[ledger]`.
    pub ledger: Ledger,
    /// `[connect]`, the part every kind has.
    pub connect: ConnectTable,
    /// `[poll]`, the part every polled kind has.
    pub poll: PollTable,
    /// `[login.captcha]`, the part every kind with logins by people has.
    pub captcha: CaptchaTable,
    /// `[acts]`; absent takes every item for a matter of its own.
    pub acts: Option<ActsTable>,
    /// `[route]`; absent takes every item for the channel's own.
    pub route: Option<RouteTable>,
    /// `[deadline]`; absent computes no time limit.
    pub deadline: Option<DeadlineTable>,
    /// `[files]`; absent fetches nothing.
    pub files: Option<FilesTable>,
    /// `[reshape]`, not yet compiled; absent leaves documents as they come.
    pub reshape: Option<Arc<Reshaping>>,
    /// `[same_letter]`; absent compares texts as they are.
    pub same_letter: Arc<SameLetterTable>,
    /// `[return]`, the part every channel has.
    pub back: ReturnTable,
    /// Whether the file has a `[return]`; without it nothing goes back.
    pub has_return: bool,
    /// The options of the kind: one object with those of the file's tables that belong to it, without
    /// the keys of [`ConnectTable`], [`PollTable`] and [`ReturnTable`]; as `ConnectorKind::Options` reads them.
    pub options: serde_json::Value,
    pub(super) document: Arc<Document>,
}

impl ChannelSettings {
    /// The file, for mistakes found later (in the mapping, by the kind).
    pub fn source(&self) -> &Source {
        self.document.source()
    }

    /// The file's tree with places, parsed anew from [`source`](Self::source): `[fields]` and `[codes]` are
    /// handed to the mapping from here. Not for the hot path.
    pub fn tree(&self) -> Spanned<DeTable<'_>> {
        self.document.tree()
    }

    /// What the file says, whatever its remarks and the order of its lines: equal for files that say the same.
    pub fn meaning(&self) -> String {
        self.document.meaning()
    }

    /// Whether what stands at a dotted key came from the preset.
    pub fn is_of_preset(&self, key: &str) -> bool {
        self.document.is_adopted(key)
    }

    /// The file with its preset under it, as one value.
    pub fn value(&self) -> &serde_json::Value {
        self.document.value()
    }

    /// Where a dotted key stands, for the order in which things are told: the file's own keys before those of its preset.
    pub fn place_of(&self, key: &str) -> Option<usize> {
        self.document.spot(key).map(|spot| spot.key.start)
    }

    /// What a person fills in who enters a letter for this channel, in the order of the file: our field, and its name in
    /// the document.
    pub fn entered(&self) -> Vec<(String, String)> {
        let tree = self.tree();
        let Some(DeValue::Table(fields)) = tree.get_ref().get("fields").map(Spanned::get_ref) else {
            return Vec::new();
        };
        let place = |value: &DeValue<'_>| match value {
            DeValue::String(place) => Some(place.to_string()),
            DeValue::Table(rule) => match rule.get("from").map(Spanned::get_ref) {
                Some(DeValue::String(place)) => Some(place.to_string()),
                _ => None,
            },
            _ => None,
        };
        let told = fields
            .iter()
            .filter_map(|(key, value)| Some((key.span().start, key.get_ref().to_string(), place(value.get_ref())?)));
        let mut told: Vec<_> = told.collect();
        told.sort();
        told.into_iter().map(|(_, field, place)| (field, place)).collect()
    }

    /// A mistake that the kind found, at the place of its key or of the nearest table around it.
    pub fn mistake(&self, found: &Misconfigured) -> Mistake {
        let text = Text::new(found.problem_zh.clone(), found.problem.clone());
        self.document.mistake(&found.key, text)
    }

    /// The options as the kind's type. The walk has checked them against the same type's schema, so what fails
    /// here is what a schema cannot say.
    pub fn options_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, Vec<Mistake>> {
        typed(&self.options, "").map_err(|(key, problem)| vec![self.document.mistake(&key, problem)])
    }

    /// Whether items of a time lie before the channel's `start_from`, in the site's zone.
    pub fn is_before_start(&self, at: jiff::Timestamp, zone: &jiff::tz::TimeZone) -> bool {
        self.channel.start_from.and_then(|day| day.begins(zone)).is_some_and(|start| at < start)
    }
}

/// `[channel]`: who this is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelTable {
    /// The channel's code; if written it must be the folder's name.
    #[serde(default)]
    #[schemars(extend("x-zh" = "内部代号,与文件夹同名"))]
    pub code: Option<String>,
    /// The name on screens and in reports.
    #[schemars(length(min = 1, max = 40), extend("x-zh" = "页面、报表上的名字"))]
    pub name: String,
    /// Former names; searches and reports know them.
    #[serde(default)]
    #[schemars(extend("x-zh" = "旧叫法"))]
    pub aliases: Vec<String>,
    /// Off, trial or live.
    #[serde(default)]
    #[schemars(extend("x-zh" = "状态"))]
    pub state: ChannelState,
    /// Items older than this day are known, but never forwarded or answered.
    #[serde(default)]
    #[schemars(extend("x-zh" = "启用日期,早于这一天的件只登记"))]
    pub start_from: Option<Day>,
    /// The memory of external ids; absent is the channel's own.
    #[serde(default)]
    #[schemars(length(min = 1, max = 40), extend("x-zh" = "来源编号的归属,几个渠道共用时才写"))]
    pub namespace: Option<String>,
    /// How the channel appears in printed reports.
    #[serde(default)]
    #[schemars(extend("x-zh" = "报表上的写法"))]
    pub report: Report,
    /// What the far side of a push is told when its submission cannot be mapped; it is kept either way.
    #[serde(default)]
    #[schemars(extend("x-zh" = "认不出的来件怎么回对方"))]
    pub unmappable: OnUnmappable,
    /// Whether the far side tells again what was not acknowledged.
    #[serde(default)]
    #[schemars(extend("x-zh" = "没收到应答时对方会不会重发"))]
    pub repush: bool,
    /// For how long nothing may come, although it usually does, before a person is told; absent: nobody is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "平时有来件,多久没有就告警;不写就不看"))]
    pub silence: Option<Silence>,
    /// How many submissions a day is expected to bring; absent: any number.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一天应当来多少件,少了多了都告警;不写就不看"))]
    pub expect: Option<Expect>,
    /// Members of the document that do not make it another one, as JSON pointers.
    #[serde(default)]
    #[schemars(inner(regex(pattern = "^(/[^/]*)+$")), extend("x-zh" = "比较是否改过时不看的字段"))]
    pub ignore: Vec<String>,
    /// When somebody is reminded that nothing came that day.
    #[serde(default)]
    #[schemars(extend("x-zh" = "到点还没交表就提醒;没有新件用 huiliu channel nothing-today 记下"))]
    pub remind: Option<Remind>,
}

/// Whether a channel runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChannelState {
    /// Nothing is taken in.
    #[schemars(extend("x-zh" = "停用"))]
    Off,
    /// Taken in and counted apart; nothing is forwarded or written back.
    #[default]
    #[schemars(extend("x-zh" = "试运行,只收不转不回"))]
    Trial,
    /// In operation.
    #[schemars(extend("x-zh" = "正式"))]
    Live,
}

impl ChannelState {
    /// The stable word for the store, logs and metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Trial => "trial",
            Self::Live => "live",
        }
    }
}

/// What a far side is told when its verified submission cannot be mapped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnUnmappable {
    /// Success without a number.
    #[default]
    #[schemars(extend("x-zh" = "照收,转人工处理"))]
    Accept,
    /// A refusal.
    #[schemars(extend("x-zh" = "回绝对方"))]
    Refuse,
}

/// How a channel appears in printed reports.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// What its items are called: 转派工单, 信件.
    #[schemars(extend("x-zh" = "来件叫什么,例如 转派工单、信件"))]
    pub noun: String,
    /// The measure word: 件, 封.
    #[schemars(extend("x-zh" = "量词,例如 件、封"))]
    pub measure: String,
    /// Its place in the itemised sentence and in tables; absent comes last.
    #[schemars(extend("x-zh" = "正文和表格里的顺序,不写排在最后"))]
    pub order: Option<u32>,
    /// Its place in the list of channels in the opening paragraph; absent is not in it.
    #[schemars(extend("x-zh" = "开头一段“含某某等渠道”里的顺序,不写就不列"))]
    pub preamble: Option<u32>,
}

impl Default for Report {
    fn default() -> Self {
        Self { noun: "来件".into(), measure: "件".into(), order: None, preamble: None }
    }
}

/// `[connect]`, the part every kind has.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectTable {
    /// The connector kind.
    #[schemars(extend("x-zh" = "接入方式"))]
    pub kind: String,
    /// The named bundle of defaults (`huiliu presets`) that lies under this file; what is written here wins.
    #[serde(default)]
    #[schemars(length(min = 1, max = 40), extend("x-zh" = "预设:一组现成的写法,见 huiliu presets;这里写了的以这里为准"))]
    pub preset: Option<String>,
    /// How often the far side is asked at most.
    #[serde(default)]
    #[schemars(extend("x-zh" = "限速"))]
    pub limit: Option<Rate>,
    /// The shared rate in `[budgets]` of `gateway.toml` that it also counts against.
    #[serde(default)]
    #[schemars(extend("x-zh" = "共用限速的名字"))]
    pub budget: Option<String>,
}

/// `[poll]`, the part every polled kind has.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PollTable {
    /// How often it is polled; absent is every five minutes.
    #[schemars(extend("x-zh" = "多久取一次"))]
    pub every: Option<Period>,
    /// When it may be polled; absent is always.
    #[schemars(extend("x-zh" = "什么时段可以取"))]
    pub hours: Option<Hours>,
}

impl PollTable {
    /// How often it is polled.
    pub fn period(&self) -> Period {
        self.every.unwrap_or(Period::seconds(300))
    }
}
