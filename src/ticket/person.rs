//! The two people of a ticket: who asks (诉求人) and who is complained about (被反映对象).

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Sex as GB/T 2261.1 lists it; written in the words of the office.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Sex {
    /// Male.
    #[serde(rename = "男")]
    Male,
    /// Female.
    #[serde(rename = "女")]
    Female,
    /// The source says that it does not know.
    #[serde(rename = "未知")]
    Unknown,
    /// The person did not say.
    #[serde(rename = "未说明")]
    Unstated,
}

impl Sex {
    /// The words a source or a code table may use.
    pub const WORDS: [&'static str; 4] = ["男", "女", "未知", "未说明"];

    /// Reads one of [`Sex::WORDS`].
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "男" => Some(Self::Male),
            "女" => Some(Self::Female),
            "未知" => Some(Self::Unknown),
            "未说明" => Some(Self::Unstated),
            _ => None,
        }
    }
}

/// Who sent the submission (诉求人). Printed by `Debug` as dots.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Name (姓名).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Sex (性别).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// In what role the person speaks (身份), for example 公众, 政协委员, 人大代表, 企业.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Organisation or company (单位).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Telephone from which the person can be reached (联系电话).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// A further way of contact (其他联系方式): a second number, WeChat, QQ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// E-mail address (电子邮箱).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Sort of identity document (证件类型), as the source names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_type: Option<String>,
    /// Number of the identity document (证件号码).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_no: Option<String>,
    /// Where the person lives (联系地址); the place of the matter is elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The person wrote without a name (匿名).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anonymous: Option<bool>,
    /// The person asks that who they are be kept from the unit (保密). Not the same as `agree_public`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidential: Option<bool>,
    /// The person agrees that letter and answer are published (同意公开).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agree_public: Option<bool>,
}

impl Person {
    /// True if nothing at all is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(…)")
    }
}

/// Whom the matter is about (被反映对象). Printed by `Debug` as dots.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Accused {
    /// Name (姓名).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Telephone (电话).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Organisation or company (单位).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}

impl Accused {
    /// True if nothing at all is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for Accused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Accused(…)")
    }
}
