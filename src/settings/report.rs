//! `[report]` of `gateway.toml`: what the office has to decide before figures can be printed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the printed report counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReportSettings {
    /// The house in whose name the report is printed.
    #[schemars(length(min = 1, max = 60), extend("x-zh" = "专报上的单位名称"))]
    pub house: String,
    /// Which time decides to what period a submission belongs.
    #[schemars(extend("x-zh" = "按哪个时间归入哪一期"))]
    pub by: CountedBy,
    /// Whether a submission that joined the ticket of another channel counts in its own channel too.
    #[schemars(extend("x-zh" = "并单的来件在自己的渠道里还算不算"))]
    pub joined: bool,
    /// Whether a submission that its source took back (撤诉, 上级收回, 退单 granted) still counts as accepted.
    #[schemars(extend("x-zh" = "撤诉、上级收回、同意退单的还算不算受理"))]
    pub ended: bool,
    /// Whether submissions from before their channel's `start_from` (历史件) count; those that were registered as handled by
    /// hand count in any case.
    #[schemars(extend("x-zh" = "启用日期之前的历史件算不算;登记过热线工单号的总是算"))]
    pub historic: bool,
    /// Whether the office's 有效工单 have these submissions in them.
    #[schemars(extend("x-zh" = "非话务渠道的件在不在有效工单里面"))]
    pub effective: Effective,
}

impl Default for ReportSettings {
    fn default() -> Self {
        Self {
            house: "12345政务服务热线中心".into(),
            by: CountedBy::default(),
            joined: true,
            ended: true,
            historic: false,
            effective: Effective::default(),
        }
    }
}

/// Which time of a submission decides to what period it belongs. Where it is not known, the next one does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountedBy {
    /// When the citizen sent it.
    #[default]
    #[schemars(extend("x-zh" = "群众提交时间"))]
    Submitted,
    /// When the channel handed it over.
    #[schemars(extend("x-zh" = "转派时间"))]
    Handed,
    /// When the gateway received it.
    #[schemars(extend("x-zh" = "汇流收到时间"))]
    Received,
    /// When the core took it.
    #[schemars(extend("x-zh" = "热线收下时间"))]
    CoreAccepted,
}

impl CountedBy {
    /// What people call it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Submitted => "群众提交时间",
            Self::Handed => "转派时间",
            Self::Received => "汇流收到时间",
            Self::CoreAccepted => "热线收下时间",
        }
    }
}

/// Where the submissions of these channels stand beside the office's 有效工单, which count calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effective {
    /// They are among them.
    #[schemars(extend("x-zh" = "在有效工单里面"))]
    Inside,
    /// They are counted apart.
    #[default]
    #[schemars(extend("x-zh" = "在有效工单之外,另算"))]
    Beside,
}
