//! 省长信箱: a back end of pages in GBK, whose door shows a picture; the province urges, supervises and sends back by the
//! letter's state, and judges each answer.

use std::io;
use std::time::Duration;

use huiliu_contract::Secret;

use super::portals::{BackEnd, Manner};
use super::sheets::written;
use super::{Asking, Matter};
use crate::portal::PortalOptions;

static MANNER: Manner = Manner {
    channel: "shengzhang",
    number,
    act,
    // People are there at any hour.
    keys: &[("login.captcha.hours", Some("\"daily 00:00-24:00\"")), ("login.captcha.before_leaving", None)],
};

fn number(serial: u64, matter: &Matter) -> String {
    format!("SZXX{}{serial:05}", written(matter.handed_at, "%Y%m"))
}

fn act(asking: &Asking) -> Option<(&'static str, &str)> {
    match asking {
        Asking::Urge(text) => Some(("催办", text)),
        Asking::Supervise(text) => Some(("督办", text)),
        Asking::Redo(text) => Some(("退回重办", text)),
        Asking::Withdraw(text) => Some(("来信人撤回", text)),
        Asking::Supplement(_) => None,
    }
}

/// Starts the far side; it returns when it can be asked.
///
/// # Errors
///
/// If no port is free.
pub async fn start() -> io::Result<BackEnd> {
    let options = PortalOptions {
        user: "hengdong12345".into(),
        password: Secret::new("szxx-nobody-knows-1"),
        captcha: Some(Duration::from_secs(90)),
        gbk: true,
        ..PortalOptions::new(0)
    };
    BackEnd::start(&MANNER, options).await
}
