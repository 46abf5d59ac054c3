//! Notices without a machine-readable part: NetEase and QQ send a page, qmail a text of its own.

use huiliu_contract::Personal;

use super::{Recipient, Verdict, code};
use crate::Fields;
use crate::meaning::{address, plain, thread};

/// Characters of a notice that are looked at.
const LOOKED_AT: usize = 64 * 1024;

/// Words beside the address that failed, or on the line before it.
const BESIDE: [&str; 14] = [
    "收件人",
    "收信人",
    "不存在",
    "无法送达",
    "无法投递",
    "无法发送",
    "未能送达",
    "被退回",
    "recipient",
    "failed",
    "undeliver",
    "could not be delivered",
    "rejected",
    "no such user",
];

/// Words of a server that tries on.
const LATER: [&str; 6] = ["delayed", "延迟", "will be retried", "will keep trying", "继续尝试", "稍后重试"];

/// Words of an address that is not there, for servers that give no code.
const GONE: [&str; 9] = [
    "不存在",
    "已停用",
    "被禁用",
    "已注销",
    "no such user",
    "user unknown",
    "unknown user",
    "does not exist",
    "user not found",
];

/// The address that a notice speaks of. Its sender and whom it was sent to are not meant, nor are servers' boxes.
pub(super) fn recipient(fields: &Fields, text: &str) -> Option<Recipient> {
    let text = plain::first(text, LOOKED_AT);
    let own: Vec<&str> = ["from", "to", "reply-to", "return-path"]
        .into_iter()
        .flat_map(|name| fields.all(name))
        .flat_map(address::of_field)
        .take(100)
        .collect();
    let is_meant = |address: &str| {
        let local = address::local(address);
        local != "postmaster"
            && local != "mailer-daemon"
            && !local.starts_with("kefu")
            && !own.iter().any(|own| own.eq_ignore_ascii_case(address))
    };
    let mut any = None;
    let mut before = false;
    for (_, line) in plain::lines(text) {
        let says = BESIDE.into_iter().any(|word| plain::find(line, word).is_some());
        // The second half of a Message-ID looks like an address.
        let is_id = plain::find(line, "message-id").is_some();
        let meant =
            address::all(line).into_iter().map(|(_, address)| address).find(|address| !is_id && is_meant(address));
        if let Some(address) = meant {
            if says || before {
                return Some(judged(address, text));
            }
            any.get_or_insert(address);
        }
        before = says || (before && line.trim().is_empty());
    }
    any.map(|address| judged(address, text))
}

/// What a text says of an address.
pub(super) fn judged(address: &str, text: &str) -> Recipient {
    let text = plain::first(text, LOOKED_AT);
    let says = |words: &[&str]| words.iter().any(|word| plain::find(text, word).is_some());
    let code = code::exact("", text);
    let verdict = if code.class() != Some(5) && says(&LATER) { Verdict::Delayed } else { Verdict::Failed };
    Recipient {
        address: Personal::new(address.to_owned()),
        action: String::new(),
        status: code.to_string(),
        diagnostic: Personal::default(),
        verdict,
        permanent: verdict == Verdict::Failed && (code.is_permanent() || (code.class().is_none() && says(&GONE))),
    }
}

/// The ids of a copy of our letter that stands in the text.
pub(super) fn message_ids(text: &str) -> Vec<String> {
    let lines = plain::lines(plain::first(text, LOOKED_AT)).into_iter();
    let values = lines.filter_map(|(_, line)| plain::behind(line.trim_start_matches(['>', ' ']), "message-id:"));
    values.take(3).flat_map(thread::ids).collect()
}
