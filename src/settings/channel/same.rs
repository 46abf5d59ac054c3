//! `[same_letter]`: how a letter of this channel is known again when it comes by another one (并单).

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// `[same_letter]`. It changes only what is compared: the ticket keeps the whole text.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SameLetterTable {
    /// What this road adds to the citizen's text, as regular expressions (转办语, source tails): left out when texts are
    /// compared. `(?s)` in front lets a dot stand for line ends too.
    #[schemars(with = "Vec<String>", extend("x-zh" = "比对正文时去掉的套话(正则表达式),例如 ^【转办】[^\n]*\n、【来源[^】]*】$"))]
    pub strip: Vec<Pattern>,
    /// The number of characters after which this road cuts a text, 30 or more: a text that reached it is compared as the
    /// beginning of the other.
    #[schemars(range(min = 30, max = 1_000_000), extend("x-zh" = "对方把正文截到多少字;到了这个长度就按开头比对"))]
    pub cut: Option<u32>,
    /// Whether a letter of this channel joins by itself the ticket that another channel's made; absent is yes. Else the new
    /// ticket only names the other.
    #[schemars(extend("x-zh" = "确认是同一来信时自动并单,默认 true;写 false 就只提示"))]
    pub join: Option<bool>,
}

impl SameLetterTable {
    /// Whether a letter may join a ticket by itself.
    pub fn joins(&self) -> bool {
        self.join.unwrap_or(true)
    }
}

/// A regular expression of the file.
#[derive(Clone, Debug)]
pub struct Pattern(pub Regex);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        let wrong = |why: String| serde::de::Error::custom(format!("`{written}` is no regular expression: {why}"));
        let pattern = Regex::new(&written).map_err(|bad| wrong(bad.to_string().lines().last().unwrap_or("").into()))?;
        if pattern.is_match("") {
            return Err(wrong("it fits an empty text".into()));
        }
        Ok(Self(pattern))
    }
}
