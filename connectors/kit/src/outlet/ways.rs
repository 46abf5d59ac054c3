//! One way for each kind of outcome that leaves, whatever a way is for a kind of far side.

use huiliu_contract::OutcomeKind;
use schemars::JsonSchema;
use serde::Deserialize;

/// The ways home by their keys in `[return]`. There is none for 退回补正, which never leaves.
///
/// It is flattened into a table that refuses unknown keys. Such a table cannot be flattened into a third one: serde would
/// refuse the keys in here too. [`super::ReturnOptions`] is, into the options of kinds that are told, so it writes its ways out.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(bound(deserialize = "W: Deserialize<'de>"))]
pub struct Ways<W> {
    /// 签收.
    #[serde(default)]
    #[schemars(extend("x-zh" = "签收"))]
    pub signed: Option<W>,
    /// 申请退单.
    #[serde(default)]
    #[schemars(extend("x-zh" = "申请退单"))]
    pub returned: Option<W>,
    /// 申请延期.
    #[serde(default)]
    #[schemars(extend("x-zh" = "申请延期"))]
    pub extended: Option<W>,
    /// 阶段反馈.
    #[serde(default)]
    #[schemars(extend("x-zh" = "阶段反馈"))]
    pub progressed: Option<W>,
    /// 公开答复.
    #[serde(default)]
    #[schemars(extend("x-zh" = "公开答复"))]
    pub replied: Option<W>,
    /// 办结.
    #[serde(default)]
    #[schemars(extend("x-zh" = "办结"))]
    pub closed: Option<W>,
    /// 不予受理.
    #[serde(default)]
    #[schemars(extend("x-zh" = "不予受理"))]
    pub declined: Option<W>,
    /// 转其他渠道.
    #[serde(default)]
    #[schemars(extend("x-zh" = "转其他渠道"))]
    pub redirected: Option<W>,
    /// 并单.
    #[serde(default)]
    #[schemars(extend("x-zh" = "并单"))]
    pub merged: Option<W>,
    /// 回访.
    #[serde(default)]
    #[schemars(extend("x-zh" = "回访"))]
    pub visited: Option<W>,
}

impl<W> Default for Ways<W> {
    fn default() -> Self {
        Self {
            signed: None,
            returned: None,
            extended: None,
            progressed: None,
            replied: None,
            closed: None,
            declined: None,
            redirected: None,
            merged: None,
            visited: None,
        }
    }
}

impl<W> Ways<W> {
    /// Every kind of outcome that can leave, with its way.
    pub fn each(&self) -> [(OutcomeKind, Option<&W>); 10] {
        [
            (OutcomeKind::Signed, self.signed.as_ref()),
            (OutcomeKind::ReturnedToSource, self.returned.as_ref()),
            (OutcomeKind::Extended, self.extended.as_ref()),
            (OutcomeKind::Progressed, self.progressed.as_ref()),
            (OutcomeKind::Replied, self.replied.as_ref()),
            (OutcomeKind::Closed, self.closed.as_ref()),
            (OutcomeKind::Declined, self.declined.as_ref()),
            (OutcomeKind::Redirected, self.redirected.as_ref()),
            (OutcomeKind::Merged, self.merged.as_ref()),
            (OutcomeKind::Visited, self.visited.as_ref()),
        ]
    }

    /// Whether no way is written.
    pub fn is_empty(&self) -> bool {
        self.each().iter().all(|(_, way)| way.is_none())
    }
}
