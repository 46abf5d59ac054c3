//! 书记市长信箱 of the city: a back end without a picture at its door, whose lists and letters are the JSON that its own pages
//! load; files are handed up before the answer that names them.

use std::io;

use huiliu_contract::Secret;

use super::portals::{BackEnd, Manner};
use super::sheets::written;
use super::{Asking, Matter};
use crate::portal::{Loss, PortalOptions};

static MANNER: Manner = Manner { channel: "shuji-shizhang", number, act, keys: &[] };

/// 办件编号: digits only, as such systems count them in a year.
fn number(serial: u64, matter: &Matter) -> String {
    format!("{}{:06}", written(matter.handed_at, "%Y"), 1_800 + serial)
}

fn act(asking: &Asking) -> Option<(&'static str, &str)> {
    match asking {
        Asking::Urge(text) => Some(("催办", text)),
        Asking::Redo(text) => Some(("退回重办", text)),
        Asking::Withdraw(text) => Some(("来信人撤回", text)),
        Asking::Supervise(_) | Asking::Supplement(_) => None,
    }
}

/// Starts the far side; it returns when it can be asked.
///
/// # Errors
///
/// If no port is free.
pub async fn start() -> io::Result<BackEnd> {
    let options = PortalOptions {
        user: "hdx_rexian".into(),
        password: Secret::new("sjsz-nobody-knows-2"),
        loss: Loss::Redirect,
        totals: true,
        ..PortalOptions::new(0)
    };
    BackEnd::start(&MANNER, options).await
}
