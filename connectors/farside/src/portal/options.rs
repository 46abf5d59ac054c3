//! How an office's back end is set up, and what is changed about it on purpose.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use huiliu_contract::Secret;
use jiff::Timestamp;

/// How a back end is set up.
#[derive(Clone, Debug)]
pub struct PortalOptions {
    /// Where to listen; port 0 takes a free one. This machine only.
    pub listen: SocketAddr,
    /// How many letters there are at first.
    pub items: u64,
    /// The time of the first letter; each further one is a minute later.
    pub from: Timestamp,
    /// The account.
    pub user: String,
    /// Its password, as it is to arrive: where the page's script turns it into a digest, that digest.
    pub password: Secret,
    /// For how long a captcha is good; none: logins show none.
    pub captcha: Option<Duration>,
    /// After how many wrong passwords the account is locked.
    pub lock_after: u64,
    /// How a session that is over is told.
    pub loss: Loss,
    /// After how long a silence a session is over; none: never.
    pub idle: Option<Duration>,
    /// After how long a session is over whatever happens; none: never.
    pub lasts: Option<Duration>,
    /// Whether pages, and the forms that come back, are in GBK instead of UTF-8.
    pub gbk: bool,
    /// Whether the detail of a letter is a `dl` instead of a table of labels.
    pub dl: bool,
    /// Whether the newest letter stands first.
    pub newest_first: bool,
    /// Whether the list tells how many letters there are.
    pub totals: bool,
    /// How many letters a page has that asks for no number.
    pub size: u64,
    /// Whether it looks at what it is told, and refuses what is about no letter of its own, or empty.
    pub strict: bool,
}

impl PortalOptions {
    /// A back end with so many letters since the first of November 2026, without captcha, whose sessions do not end.
    pub fn new(items: u64) -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            items,
            // 2026-11-01 08:00 in Beijing.
            from: Timestamp::constant(1_793_491_200, 0),
            user: "hotline".into(),
            password: Secret::new(PASSWORD),
            captcha: None,
            lock_after: 5,
            loss: Loss::Page,
            idle: None,
            lasts: None,
            gbk: false,
            dl: false,
            newest_first: false,
            totals: false,
            size: 20,
            strict: false,
        }
    }
}

/// The password of [`PortalOptions::new`].
pub const PASSWORD: &str = "not-for-anybodys-eyes-7";

/// How a session that is over is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loss {
    /// By a page with status 200 that looks like any other and says 请重新登录.
    Page,
    /// By a redirect to the login page.
    Redirect,
}

/// What the list looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// As it should.
    Usual,
    /// Its heads have other names.
    Renamed,
    /// There is no table any more.
    Gone,
    /// There are no rows, and nothing says that there is nothing.
    Silent,
}
