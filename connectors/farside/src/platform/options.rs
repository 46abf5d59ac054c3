//! How a platform is set up, and what can go wrong with it on purpose.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use huiliu_contract::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::door::Doorkeeper;
use crate::scheme::Checker;

/// How a platform is set up.
#[derive(Clone, Debug)]
pub struct PlatformOptions {
    /// Where to listen; port 0 takes a free one. This machine only.
    pub listen: SocketAddr,
    /// How many items there are at first.
    pub items: u64,
    /// The time of the first item; each further one is a second later.
    pub from: Timestamp,
    /// Whom it lets in.
    pub gate: Gate,
    /// The most items it puts on a page, whatever it is asked for.
    pub most: u64,
    /// What stands around a list.
    pub envelope: Envelope,
    /// How long it thinks before each list.
    pub delay: Duration,
    /// To how many characters its lists cut a text, followed by dots; `/order/detail` shows it whole. None: not at all.
    pub cut: Option<usize>,
}

impl PlatformOptions {
    /// A platform with so many items since the first of November 2026 that lets in everybody.
    pub fn new(items: u64) -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            items,
            // 2026-11-01 08:00 in Beijing.
            from: Timestamp::constant(1_793_491_200, 0),
            gate: Gate::Open,
            most: 1000,
            envelope: Envelope::default(),
            delay: Duration::ZERO,
            cut: None,
        }
    }
}

/// Whom a platform lets in.
#[derive(Clone, Debug)]
pub enum Gate {
    /// Everybody.
    Open,
    /// Who shows a bearer token.
    Bearer(Secret),
    /// Who gives this name and password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// Who sends this header.
    ApiKey {
        /// The header.
        header: String,
        /// Its content.
        value: Secret,
    },
    /// Who shows a token that was given to them here.
    Session(Doorkeeper),
    /// Who signs, and seals where that is agreed; answers are signed and sealed likewise.
    Signed(Checker),
}

/// What stands around a list: JSON pointers, and the value that means success.
#[derive(Clone, PartialEq, Debug)]
pub struct Envelope {
    /// Where the code stands, and what it is when all is well.
    pub success: (String, Value),
    /// Where the list stands; empty for a bare list without an envelope.
    pub items: String,
    /// Where the total stands, if it is told.
    pub total: Option<String>,
    /// Where the next cursor stands, in answers to requests without page number and offset.
    pub next: String,
    /// Where the link to the next page stands in such answers, if it is told; a `Link` header always tells it.
    pub link: Option<String>,
    /// Where the number of items in the answer itself stands, if it is told.
    pub rows: Option<String>,
    /// Whether answers are XML in GB2312, with all of it inside an element `response`, instead of JSON.
    pub xml: bool,
}

impl Default for Envelope {
    fn default() -> Self {
        Self {
            success: ("/code".into(), json!(200)),
            items: "/data/records".into(),
            total: Some("/data/total".into()),
            next: "/data/next".into(),
            link: None,
            rows: None,
            xml: false,
        }
    }
}

/// One bad moment. It meets one request and is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trick {
    /// It answers this status; `Retry-After` as it is written, if it is.
    Status(u16, Option<String>),
    /// HTTP 200, but this code in the body.
    Code(String),
    /// The answer breaks off in its middle. A write-back was taken all the same.
    CutBody,
    /// The connection is closed without a word. A write-back was taken all the same.
    HangUp,
    /// The connection is closed and nothing was taken; from outside it looks like [`Self::HangUp`].
    Lost,
    /// A write-back is taken, and then this status is answered, as by a proxy that lost patience.
    TakenThen(u16),
    /// A write-back is taken after so long a wait, then all is well.
    Slow(Duration),
    /// It gives the page before once more.
    SamePageAgain,
    /// It answers with a page for people.
    Html,
    /// It answers success, without a list.
    NoList,
    /// Nothing bad; for places in a row of tricks.
    Nothing,
}

impl Trick {
    /// A spell of 503 over so many requests, each asking to wait so many seconds.
    pub fn spell(requests: usize, retry_after: u64) -> impl Iterator<Item = Self> {
        std::iter::repeat_n(Self::Status(503, Some(retry_after.to_string())), requests)
    }
}
