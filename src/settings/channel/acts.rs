//! `[acts]`: what each item of a channel is there for, and about which earlier one.

use std::collections::BTreeMap;

use huiliu_contract::Act;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[acts]`; without it every item is a matter of its own.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActsTable {
    /// Where in the document it stands what the item is there for: a name, a dotted path or a JSON pointer. Nothing there
    /// means a matter of its own.
    #[serde(default)]
    #[schemars(length(min = 1), extend("x-zh" = "来件性质在哪一栏"))]
    pub from: Option<String>,
    /// Instead of `from`: the visible label of a page behind which it stands; `refer` is a label then, too.
    #[serde(default)]
    #[schemars(length(min = 1), extend("x-zh" = "网页上写着来件性质的栏目名(代替 from;这时 refer 也写栏目名)"))]
    pub label: Option<String>,
    /// The far side's words and ours. A word that is not listed needs a person.
    #[schemars(extend("x-zh" = "对方的说法 → 来件性质;没列出的会停下来问人"))]
    pub codes: BTreeMap<String, Act>,
    /// Where the number of the item stands that it is about; absent, or nothing there, means that it bears that number
    /// itself.
    #[serde(default)]
    #[schemars(length(min = 1), extend("x-zh" = "指的是哪一件:原来那件的来源编号在哪一栏;不写就是同一个编号"))]
    pub refer: Option<String>,
    /// Where the number of an earlier item stands that a matter of its own speaks of: the new ticket names the old one.
    #[serde(default)]
    #[schemars(length(min = 1), extend("x-zh" = "新件提到的是哪一件:那件的来源编号在哪一栏;新工单会写明它"))]
    pub names: Option<String>,
    /// What is done with an act about an item that never came here; absent lets it wait for the item.
    #[serde(default)]
    #[schemars(extend("x-zh" = "指的那一件没有来过怎么办:wait 等它来(默认),new 当作新件"))]
    pub unknown: UnknownItem,
    /// How a decision of the upper level (审批结果) is read.
    #[serde(default)]
    #[schemars(extend("x-zh" = "审批结果怎么读"))]
    pub decision: Option<DecisionTable>,
    /// What is done with an act about a ticket that is concluded.
    #[serde(default)]
    #[schemars(extend("x-zh" = "办结以后再来的怎么办"))]
    pub after_close: AfterClose,
}

impl ActsTable {
    /// Where it stands what an item is there for, as it is written; none if that is told in no way, or in two.
    pub fn place(&self) -> Option<&str> {
        match (&self.from, &self.label) {
            (Some(place), None) | (None, Some(place)) => Some(place),
            _ => None,
        }
    }
}

/// What is done with an act about an item that never came here.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnknownItem {
    /// It waits for the item; a person is told after three days.
    #[default]
    #[schemars(extend("x-zh" = "等它来,三天不来告诉人"))]
    Wait,
    /// It is a matter of its own.
    #[schemars(extend("x-zh" = "当作新件"))]
    New,
}

/// How a decision is read.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionTable {
    /// Where it stands.
    #[schemars(length(min = 1), extend("x-zh" = "同意还是不同意,在哪一栏"))]
    pub from: String,
    /// The words that grant it.
    #[schemars(extend("x-zh" = "哪些说法算同意"))]
    pub approved: Vec<String>,
    /// The words that refuse it.
    #[schemars(extend("x-zh" = "哪些说法算不同意"))]
    pub refused: Vec<String>,
}

/// What is done with an act about a concluded ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AfterClose {
    /// An urging; absent answers it again.
    #[schemars(extend("x-zh" = "办结后的催办"))]
    pub urge: AfterUrge,
    /// A supplement; absent makes a new ticket that names the old one.
    #[schemars(extend("x-zh" = "办结后的补充"))]
    pub supplement: AfterSupplement,
    /// A supervision; absent opens the ticket again, with a new deadline.
    #[schemars(extend("x-zh" = "办结后的督办"))]
    pub supervise: AfterSupervise,
}

/// What an urging about a concluded ticket does. An answer that has not reached the source is brought to the front first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterUrge {
    /// The answer that the source was told goes there once more, and the core is not asked again. Where none was told the
    /// core is.
    #[default]
    #[schemars(extend("x-zh" = "再次答复(把已回传的答复再发一次);没有答复过的,告诉热线系统"))]
    AnswerAgain,
    /// The core is told, as before.
    #[schemars(extend("x-zh" = "告诉热线系统"))]
    Tell,
}

/// What a supplement to a concluded ticket becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterSupplement {
    /// A new ticket that names the old one.
    #[default]
    #[schemars(extend("x-zh" = "另立新件,注明原件"))]
    New,
    /// The core is told, as before.
    #[schemars(extend("x-zh" = "告诉热线系统"))]
    Tell,
}

/// What a supervision of a concluded ticket does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterSupervise {
    /// The ticket is open again, with a new deadline, and is counted as done again (发回重办).
    #[default]
    #[schemars(extend("x-zh" = "重新打开,重算时限,计入发回重办"))]
    Reopen,
    /// The core is told, as before.
    #[schemars(extend("x-zh" = "告诉热线系统"))]
    Tell,
}
