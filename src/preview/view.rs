//! What a look shows, with the field names that `--json` promises.

use huiliu_contract::Remark;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::settings::{Lang, Text};

/// A sentence for people, in both languages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PreviewNote")]
pub struct Note {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Note {
    /// Both texts.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl From<Remark> for Note {
    fn from(remark: Remark) -> Self {
        Self { zh: remark.zh, en: remark.en }
    }
}

impl From<Text> for Note {
    fn from(text: Text) -> Self {
        Self { zh: text.zh, en: text.en }
    }
}

/// A look at a channel.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Preview {
    /// The channel's code.
    pub channel: String,
    /// Its name.
    pub name: String,
    /// Its connector kind.
    pub kind: String,
    /// `live`: the far side was asked; `saved`: a file was read.
    pub way: String,
    /// Whether personal data is hidden. Secrets always are.
    pub masked: bool,
    /// From where the far side was asked.
    pub began: Option<BeganView>,
    /// What was sent and answered, in its order.
    pub exchanges: Vec<ExchangeView>,
    /// What stands in the file, where it can be shown.
    pub saved: Option<BodyView>,
    /// The rows, in the far side's order.
    pub rows: Vec<RowView>,
    /// Where the channel would be left.
    pub next: Option<BeganView>,
    /// Whether a poll would ask for the next page at once.
    pub more: bool,
    /// Why it broke off, if it did.
    pub fault: Option<FaultView>,
    /// What people should know besides.
    pub notes: Vec<Note>,
}

impl Preview {
    /// Whether nothing failed and every row maps.
    pub fn is_clean(&self) -> bool {
        self.fault.is_none() && self.rows.iter().all(|row| row.reasons.is_null())
    }
}

/// A place in a far side's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PreviewPlace")]
pub struct BeganView {
    /// The cursor's own text; null at the front.
    pub cursor: Option<String>,
    /// What it says.
    pub note: Note,
}

/// One request and what was answered.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PreviewExchange")]
pub struct ExchangeView {
    /// Whether it was a login.
    pub login: bool,
    /// The method.
    pub method: String,
    /// The address, its parameters decoded.
    pub address: String,
    /// The headers, by name and value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<BodyView>,
    /// The answer.
    pub answer: Option<AnswerView>,
    /// Why there is none, in our words.
    pub failed: Option<String>,
}

/// An answer.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PreviewAnswer")]
pub struct AnswerView {
    /// The HTTP status.
    pub status: u16,
    /// The headers, by name and value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<BodyView>,
}

/// A body.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PreviewBody")]
pub struct BodyView {
    /// `json`, `xml` (as the document that rules read), `form`, `text` or `bytes`.
    pub form: String,
    /// What stands in it; of a form its names and values, of bytes how many they are.
    pub content: Value,
}

/// One row of what came.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PreviewRow")]
pub struct RowView {
    /// 来源编号; null for what could not be told apart.
    pub external_id: Option<String>,
    /// The source's own version.
    pub version: Option<String>,
    /// When the far side says that it handed it over.
    pub sent_at: Option<Timestamp>,
    /// The document, as it came.
    pub document: Value,
    /// What each rule read and made, in the order of the channel's file.
    pub fields: Vec<FieldView>,
    /// What it is there for, where that is not a matter of its own.
    pub act: Option<String>,
    /// Of what class it is where it is no submission by itself, such as `bounce`; then no ticket is made of it.
    #[serde(default)]
    pub unticketed: Option<String>,
    /// Why it is taken for that; null where it is a submission.
    #[serde(default)]
    pub unticketed_reason: Value,
    /// The unified ticket; null where it does not map.
    pub ticket: Value,
    /// Why it does not map; null where it does.
    pub reasons: Value,
    /// How many files came with it.
    pub files: usize,
}

/// What one rule read and made.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PreviewField")]
pub struct FieldView {
    /// The key in `[fields]`.
    pub field: String,
    /// What the field is called on screens.
    pub field_zh: String,
    /// The rule in short; empty where it takes what is there.
    pub rule: String,
    /// Every place that it looks at.
    pub found: Vec<FoundValue>,
    /// What it made, as it stands in the ticket; null where it made nothing.
    pub became: Value,
    /// Whether it failed; the row's reasons say why.
    pub failed: bool,
}

/// What stands at a place of a document.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PreviewFound")]
pub struct FoundValue {
    /// The place, as the channel's file names it.
    pub place: String,
    /// What stands there; null where there is nothing.
    pub value: Value,
}

/// Why a look broke off.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PreviewFault")]
pub struct FaultView {
    /// [`huiliu_contract::Fault::word`].
    pub word: String,
    /// Our own message.
    pub message: String,
    /// What the far side said, where no exchange shows it.
    pub quoted: Option<String>,
}
