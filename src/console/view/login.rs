//! Logins that a person does.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the login of a channel stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Login")]
pub struct LoginView {
    /// `in`; `out` (it logs in by itself at the next call); `person` (a person has to log in); `yielded` (somebody else uses
    /// the account); `resting` (no login is made before a person resumes it).
    pub standing: String,
    /// Since when; null for `out` and `yielded`.
    pub since: Option<Timestamp>,
    /// Until when at the longest: the session, where the far side's rules are known, or how long others are left alone.
    pub until: Option<Timestamp>,
    /// Why it rests.
    pub why: Option<String>,
    /// Whether logins need a person at all.
    pub people: bool,
    /// Whether a fresh login is wanted before people leave, for the session ends before they are there again.
    pub renew: bool,
    /// Write-backs that wait for the far side.
    pub write_backs: usize,
}

impl LoginView {
    /// Whether somebody should know of it.
    pub fn is_unusual(&self) -> bool {
        self.renew || matches!(self.standing.as_str(), "person" | "yielded" | "resting")
    }
}

/// A channel whose login somebody should know of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LoginAlarm {
    /// The channel's code.
    pub channel: String,
    /// The channel's name.
    pub name: String,
    /// How its login stands.
    #[serde(flatten)]
    pub login: LoginView,
}

/// A picture that a person has to read (验证码).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "LoginPicture")]
pub struct PictureView {
    /// What it is answered by; only the last one given can be answered.
    pub challenge: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes, in base64.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub image: String,
    /// Until when the far side takes an answer, where that is known.
    pub until: Option<Timestamp>,
    /// How many seconds that is from now on.
    pub seconds_left: Option<u64>,
}

impl std::fmt::Debug for PictureView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PictureView(…)")
    }
}

/// What became of an answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "LoginAnswered")]
pub struct LoginAnswered {
    /// `in`: logged in; `wrong`: read wrongly; `late`: not the last picture, or its time is over, and nothing was sent;
    /// `resting`: no login is made any more before a person resumes it.
    pub became: String,
    /// How many wrong answers more lead to `resting`; for `wrong` only.
    pub left: Option<u32>,
    /// Why it rests; for `resting` only.
    pub why: Option<String>,
    /// Write-backs that waited for the far side.
    pub write_backs: usize,
}
