//! What a submission is there for (来件性质): a matter of its own, or something about an earlier one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a submission asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A matter of its own (新件).
    #[default]
    #[schemars(extend("x-zh" = "新件"))]
    New,
    /// The citizen adds something (补充).
    #[schemars(extend("x-zh" = "补充"))]
    Supplement,
    /// It is asked where the answer stays (催办).
    #[schemars(extend("x-zh" = "催办"))]
    Urge,
    /// The upper level supervises the handling (督办).
    #[schemars(extend("x-zh" = "督办"))]
    Supervise,
    /// The upper level sends it back to be done again (退回重办).
    #[schemars(extend("x-zh" = "退回重办"))]
    Redo,
    /// The citizen takes it back (撤诉).
    #[schemars(extend("x-zh" = "撤诉"))]
    Withdraw,
    /// The upper level takes it back (上级收回).
    #[schemars(extend("x-zh" = "上级收回"))]
    Recall,
    /// The upper level decided about a 退单 or 延期 of ours (审批结果).
    #[schemars(extend("x-zh" = "审批结果"))]
    Decision,
    /// The citizen rates the handling (评价).
    #[schemars(extend("x-zh" = "评价"))]
    Rating,
}

impl Act {
    /// Its one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Supplement => "supplement",
            Self::Urge => "urge",
            Self::Supervise => "supervise",
            Self::Redo => "redo",
            Self::Withdraw => "withdraw",
            Self::Recall => "recall",
            Self::Decision => "decision",
            Self::Rating => "rating",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_word_is_its_json() {
        for act in [Act::New, Act::Supplement, Act::Urge, Act::Supervise, Act::Redo, Act::Withdraw, Act::Recall] {
            assert_eq!(serde_json::to_value(act).unwrap(), act.word());
        }
        assert_eq!(serde_json::from_str::<Act>("\"decision\"").unwrap(), Act::Decision);
        assert_eq!(serde_json::from_str::<Act>("\"rating\"").unwrap(), Act::Rating);
    }
}
