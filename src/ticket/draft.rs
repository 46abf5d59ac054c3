//! The draft: what the mapping of one submission yields. What the gateway knows (its number, when it
//! received it) is not in it.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Accused, Matter, Person, Spoken};

/// What the mapping of one submission yields, in groups. Absent means that the source did not tell.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Draft {
    /// Who asks (诉求人).
    #[serde(default, skip_serializing_if = "Person::is_empty")]
    pub person: Person,
    /// Whom it is about (被反映对象).
    #[serde(default, skip_serializing_if = "Accused::is_empty")]
    pub accused: Accused,
    /// What it is about (诉求事项).
    #[serde(default, skip_serializing_if = "Matter::is_empty")]
    pub matter: Matter,
    /// Leaders' notes and transfer opinions (批示、转办意见). Never public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instructions: Vec<Instruction>,
    /// Unit and way of handling, as the source proposes them.
    #[serde(default, skip_serializing_if = "Handling::is_empty")]
    pub handling: Handling,
    /// When things happened, by the source's account.
    #[serde(default, skip_serializing_if = "Times::is_empty")]
    pub times: Times,
    /// By when the upper level wants it done (办理时限).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// Files that came with it (附件).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// What it has to do with other letters and tickets, as the source tells it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// With what the citizen looks the letter up (查询码).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_code: Option<String>,
    /// The number that another channel gave to the same letter (上级编号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_no: Option<String>,
    /// The channel under which it is counted and shown, where one far side brings the letters of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
    /// Fields of the source that no rule reads, kept as they came.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

impl Draft {
    /// True if there is something to handle: a title, a text or at least one file. An empty text with
    /// files is a letter; a draft with none of the three is not.
    pub fn says_something(&self) -> bool {
        let told = |text: &Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
        told(&self.matter.title) || told(&self.matter.content) || !self.files.is_empty()
    }

    /// The form of one part of a ticket that is split (拆单): all as in the whole's `version`, but about this matter alone.
    /// Its files are the whole's, handed out under the whole's number.
    pub fn part(&self, whole: Spoken, version: u32, title: &str, content: &str) -> Self {
        let mut part = self.clone();
        part.matter.title = Some(title.to_owned());
        part.matter.content = Some(content.to_owned());
        part.files.iter_mut().for_each(|file| file.spell_own(whole, version));
        part.links.push(Link { relation: Relation::SplitOf, number: whole.to_string() });
        part
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("matter", &self.matter).finish_non_exhaustive()
    }
}

/// One of several channels whose letters one far side brings (一个系统装着几个渠道).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Via {
    /// The far side's own word for it.
    pub tag: String,
    /// What it is called, for example 省长信箱.
    pub name: String,
}

/// A leader's note or an opinion of the office that passed the letter on. Printed by `Debug` as dots.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Instruction {
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What was written.
    pub text: String,
}

impl fmt::Debug for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Instruction(…)")
    }
}

/// Unit and way of handling.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Handling {
    /// The unit that is to handle it (承办单位).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The way (办理方式), for example 转办, 督办.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<String>,
}

impl Handling {
    /// True if nothing at all is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The times a source tells. When the gateway received a ticket and when the core accepted it are not here.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Times {
    /// When the matter happened (发生时间).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// When the citizen sent it (群众提交时间).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<Timestamp>,
    /// When the channel handed it over (转派时间).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_at: Option<Timestamp>,
}

impl Times {
    /// True if nothing at all is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A time limit (办理时限): the upper level's own, or one that the gateway counted because the source gave none.
///
/// It is the upper level's exactly where `verbatim` is there, and the gateway's exactly where `rule` is there; never both.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Deadline {
    /// As the source gave it, word for word. Absent if the source gave none and the gateway counted by `rule`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verbatim: Option<String>,
    /// The moment meant, where the channel says how to read or to count it. A bare date means the end of that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed: Option<Timestamp>,
    /// By what rule of the channel the moment was counted. Absent if it is the source's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<DeadlineRule>,
}

/// By what rule a time limit was counted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DeadlineRule {
    /// The rule as the office says it: 10个工作日, 5日, 24小时.
    pub limit: String,
    /// The moment it was counted from: when the channel handed the letter over, else when the citizen sent it, else when
    /// the gateway received it.
    pub since: Timestamp,
    /// True if the holidays of a year that was counted through were not known: working days were then taken to be
    /// Monday to Friday. Absent if all were known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncertain: bool,
}

/// A file that came with a submission. Its name and link are printed by `Debug` as dots.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct File {
    /// The name the source gave it, not made safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Media type, if told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Size in bytes, if told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Its SHA-256, in hexadecimal, if its bytes came along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Its SM3 (GB/T 32905-2016), in hexadecimal, if its bytes came along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sm3: Option<String>,
    /// Where the gateway hands it out, below its own address, if it keeps or fetches it: ask there until it answers 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where it waits, if the source gave a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Which of the parts that came with the submission it is, from 0, if its bytes came along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
}

impl File {
    /// As what the place of the gateway's own copy stands in a stored draft, where the ticket's number is not yet known.
    const OWN: &'static str = "files/";

    /// Notes that the gateway keeps or fetches it; `place` is its place among the draft's files, from 0.
    pub fn set_own(&mut self, place: u32) {
        self.url = Some(format!("{}{}", Self::OWN, place + 1));
    }

    /// Where the gateway hands it out, below its own address.
    pub fn own_url(ticket: Spoken, version: u32, place: u32) -> String {
        format!("/api/v1/tickets/{ticket}/files/{}?version={version}", place + 1)
    }

    /// Where the gateway hands out what an event added to the ticket: a supplement, or what another road says.
    pub fn said_url(ticket: Spoken, event: u32, place: u32) -> String {
        format!("/api/v1/tickets/{ticket}/files/{}?event={event}", place + 1)
    }

    /// Writes the place of the gateway's own copy out in full.
    pub(super) fn spell_own(&mut self, ticket: Spoken, version: u32) {
        if let Some(place) = self.own() {
            self.url = Some(Self::own_url(ticket, version, place));
        }
    }

    /// The same for what an event added.
    pub fn spell_said(&mut self, ticket: Spoken, event: u32) {
        if let Some(place) = self.own() {
            self.url = Some(Self::said_url(ticket, event, place));
        }
    }

    fn own(&self) -> Option<u32> {
        self.url.as_deref()?.strip_prefix(Self::OWN)?.parse::<u32>().ok()?.checked_sub(1)
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("media_type", &self.media_type).field("size", &self.size).finish_non_exhaustive()
    }
}

/// What one letter has to do with another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same person asks the same again (重复诉求).
    RepeatOf,
    /// The same letter by another road.
    SameLetter,
    /// It supervises the other (督办).
    Supervises,
    /// One of several made of the other (拆单).
    SplitOf,
    /// It touches the other in some way.
    Related,
}

/// A link to another letter or ticket.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// What it has to do with it.
    pub relation: Relation,
    /// The other's number, as whoever made the link wrote it.
    pub number: String,
}
