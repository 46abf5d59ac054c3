//! Logins that a person does: a far side that shows a picture (验证码), rests after mistakes, and yields to a colleague's
//! browser. The connector speaks with the far side; the gateway asks people, keeps the session and knows the hours.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

use crate::{Fault, Keepsake, Personal, Secret};

/// How a login stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Logged in.
    In {
        /// Since when.
        since: Timestamp,
        /// Until when at the longest, where the file says so.
        until: Option<Timestamp>,
    },
    /// Not logged in, and the connector logs in by itself at the next call.
    Out,
    /// Not logged in; a person has to solve a picture (要人登录).
    Person {
        /// Since when.
        since: Timestamp,
    },
    /// Somebody uses the account in a browser (账号已在别处登录); nothing is sent there.
    Yielded {
        /// Until when they are left alone.
        until: Timestamp,
    },
    /// Refused, or answered wrongly so often as the file allows: no login is made before a person resumes it.
    Resting {
        /// Since when.
        since: Timestamp,
        /// Why, in our own English words; nothing the outside said.
        why: String,
    },
}

impl Standing {
    /// One stable word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::In { .. } => "in",
            Self::Out => "out",
            Self::Person { .. } => "person",
            Self::Yielded { .. } => "yielded",
            Self::Resting { .. } => "resting",
        }
    }
}

/// A picture to be read by a person, as the far side gave it this moment. Only the last one given can be answered.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// What it is answered by; made by the connector, meaningless elsewhere.
    pub id: String,
    /// The picture.
    pub image: Personal<Bytes>,
    /// Its media type, told by its first bytes.
    pub media_type: &'static str,
    /// Until when the far side takes an answer, where the file says so.
    pub until: Option<Timestamp>,
}

/// What became of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answered {
    /// Logged in.
    In,
    /// The picture was read wrongly.
    Wrong {
        /// How many answers are left before the login rests.
        left: u32,
    },
    /// The picture is not the last one, or its time is over: nothing was sent, a new one is needed.
    Late,
    /// The login rests now: the password was refused, or the last try was wrong.
    Resting {
        /// Why, in our own English words.
        why: String,
    },
}

/// The part of a connector that is logged in with an account that people use too, one session for all it does.
///
/// What it remembers (cookies, failed tries, that it rests) outlives the process by [`Self::keepsake`] and
/// [`Self::adopt`]: a restart neither forgets a session nor begins the counting of tries anew.
#[async_trait]
pub trait Attended: Send + Sync {
    /// Takes up what was kept before a restart; called once, before anything else, and not at all where nothing was kept.
    /// What another address or account gave is not taken.
    fn adopt(&self, kept: &Keepsake);

    /// What is to be kept now, if it changed since this was asked last.
    fn keepsake(&self) -> Option<Keepsake>;

    /// How it stands.
    fn standing(&self) -> Standing;

    /// Whether logins need a person at all.
    fn needs_person(&self) -> bool;

    /// Fetches a picture now; asked again it is another one (换一张). Also while a session holds, for people want a fresh
    /// one before they leave: the old one goes on until an answer has brought the new one.
    ///
    /// # Errors
    ///
    /// [`Fault::Denied`] while the login rests, [`Fault::Unavailable`] while it yields or the far side is away,
    /// [`Fault::Malformed`] where what came is no picture.
    async fn challenge(&self) -> Result<Challenge, Fault>;

    /// Logs in with what a person read.
    ///
    /// # Errors
    ///
    /// As [`Self::challenge`]; an answer that may have arrived counts as a try.
    async fn answer(&self, id: &str, text: &Secret) -> Result<Answered, Fault>;

    /// A person has mended the account or takes the risk: tries count from the front, and nothing is yielded any more.
    fn resume(&self);

    /// Keeps the session alive, if that is due; says after how long to come again, none where nothing keeps it alive. Only
    /// asked while logged in; that a session is found to be lost is told by [`Self::standing`] afterwards.
    async fn tend(&self) -> Option<Duration>;

    /// Whether the session, left alone and not asked for anything but [`Self::tend`], would be over at that time.
    fn ends_before(&self, at: Timestamp) -> bool;
}
