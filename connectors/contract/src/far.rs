//! Far sides that can be walked to: what a person is told, step by step, before a channel is switched on.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::Remark;

/// How one step went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Went {
    /// As it should.
    Right,
    /// It serves, but somebody should look at it.
    Mind,
    /// It was not tried, and the step says why.
    Skipped,
    /// It failed; nothing behind it was tried.
    Wrong,
}

impl Went {
    /// One stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Mind => "mind",
            Self::Skipped => "skipped",
            Self::Wrong => "wrong",
        }
    }
}

/// One step on the way to a far side. Nothing secret or personal stands in it, and nothing that the far side said but what
/// its lower layers show to everybody: addresses, certificates, a status.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// One stable word: `name`, `route`, `port`, `proxy`, `tls`, `certificate`, `http`, `smtp`, `clock`, `login`, `first_item`,
    /// `folder`, `space`, `listener`, `outside`, `allow`, `off` or `by_hand`.
    pub word: &'static str,
    /// How it went.
    pub went: Went,
    /// What was found.
    pub said: Remark,
    /// What helps; none where nothing needs help.
    pub remedy: Option<Remark>,
}

impl Step {
    /// A step without a remedy.
    pub fn new(word: &'static str, went: Went, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { word, went, said: Remark { en: en.into(), zh: zh.into() }, remedy: None }
    }

    /// Adds what helps.
    pub fn remedy(mut self, en: impl Into<String>, zh: impl Into<String>) -> Self {
        self.remedy = Some(Remark { en: en.into(), zh: zh.into() });
        self
    }

    /// Whether the walk ends here.
    pub fn ends(&self) -> bool {
        self.went == Went::Wrong
    }
}

/// What logging in anew does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Login {
    /// There is none.
    None,
    /// It gives one more token; those given before go on.
    Another,
    /// It may end the login that a running gateway holds, as it does with an account that people use.
    Ends,
}

/// A far side that a connector speaks with, or waits for. Walking to it moves no cursor, takes nothing in and tells nothing.
#[async_trait]
pub trait FarSide: Send + Sync {
    /// Where it is, for people; no secrets.
    fn address(&self) -> String;

    /// By which way it is reached: far sides with one address and one way are walked to once, for all channels that name
    /// them. No secrets.
    fn way(&self) -> String {
        self.address()
    }

    /// Walks there, no longer than `limit` for a step; the last step is the first that failed.
    async fn walk(&self, limit: Duration) -> Vec<Step>;

    /// When the certificate ends that it shows; none where it shows none, or the way there ends before. Nothing is sent.
    async fn certificate_ends(&self, _limit: Duration) -> Option<Timestamp> {
        None
    }

    /// What [`Self::log_in`] would do.
    fn login(&self) -> Login {
        Login::None
    }

    /// Logs in, once: also what this connector asks later logs in no second time. None where there is no login.
    async fn log_in(&self, _limit: Duration) -> Option<Step> {
        None
    }

    /// Whether the first item comes from here, when this connector's [`crate::Poll::preview`] is asked.
    fn is_polled(&self) -> bool {
        false
    }
}
