//! How content a citizen said to be (满意度), on the scale of five that all others are mapped to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A level of satisfaction, the highest first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Satisfaction {
    /// 非常满意.
    #[schemars(extend("x-zh" = "非常满意"))]
    VerySatisfied,
    /// 满意.
    #[schemars(extend("x-zh" = "满意"))]
    Satisfied,
    /// 基本满意.
    #[schemars(extend("x-zh" = "基本满意"))]
    BasicallySatisfied,
    /// 不满意.
    #[schemars(extend("x-zh" = "不满意"))]
    Dissatisfied,
    /// 非常不满意.
    #[schemars(extend("x-zh" = "非常不满意"))]
    VeryDissatisfied,
}

impl Satisfaction {
    /// Every level, the highest first.
    pub const ALL: [Self; 5] =
        [Self::VerySatisfied, Self::Satisfied, Self::BasicallySatisfied, Self::Dissatisfied, Self::VeryDissatisfied];

    /// Its one word: in configuration, in records, in logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::VerySatisfied => "very_satisfied",
            Self::Satisfied => "satisfied",
            Self::BasicallySatisfied => "basically_satisfied",
            Self::Dissatisfied => "dissatisfied",
            Self::VeryDissatisfied => "very_dissatisfied",
        }
    }
}
