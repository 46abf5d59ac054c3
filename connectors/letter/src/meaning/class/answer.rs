//! Whether an automatic receipt may go out: never to a machine, never where nobody wants one, never where the sender may be
//! somebody else (RFC 3834, section 2).

use huiliu_contract::Remark;

use super::{Class, Signs, Sorted, signs};
use crate::meaning::address;
use crate::meaning::authentication::{Authentication, Verdict};

/// Beginnings of boxes that nobody reads, without the signs that part words.
const UNREAD: [&str; 5] = ["noreply", "donotreply", "dontreply", "mailerdaemon", "postmaster"];

/// Whether an automatic receipt may be sent for it.
///
/// # Errors
///
/// Why not, without anything personal. A letter that a person has put into another class is held by its own signs still.
pub fn may_be_answered(signs: &Signs<'_>, sorted: &Sorted, auth: Option<&Authentication>) -> Result<(), Remark> {
    let refusal = match sorted.class {
        Class::Letter => refusal(signs, auth),
        class => Some(Remark::new(
            format!("{}不发回执", class.name()),
            format!("no receipt goes to mail of the class {}", class.word()),
        )),
    };
    refusal.map_or(Ok(()), Err)
}

fn refusal(signs: &Signs<'_>, auth: Option<&Authentication>) -> Option<Remark> {
    let fields = signs.fields;
    let machine = [signs::echo, signs::receipt, signs::failure, signs::automatic, signs::list, signs::spam];
    if let Some(sign) = machine.into_iter().find_map(|look| look(signs)) {
        return Some(sign);
    }
    if signs::has_empty_return(fields) {
        return Some(Remark::new("退信地址为空,不能自动回复", "its return path is empty: it must not be answered"));
    }
    match signs::senders(fields).as_slice() {
        [] => return Some(Remark::new("没有发件人地址", "it names no sender")),
        [from] => {
            let local: String = address::local(from).chars().filter(|c| !matches!(c, '-' | '_' | '.')).collect();
            if UNREAD.into_iter().any(|name| local.starts_with(name)) {
                return Some(Remark::new("发件人邮箱不收信(no-reply)", "its sender reads no mail (no-reply)"));
            }
        }
        _ => return Some(Remark::new("发件人不止一个", "it names several senders")),
    }
    if let Some(word) = signs::suppressed(fields) {
        return Some(Remark::new(
            format!("邮件头 X-Auto-Response-Suppress 为 {word}"),
            format!("the field X-Auto-Response-Suppress says {word}"),
        ));
    }
    let auth = auth.filter(|auth| auth.verdict == Verdict::Fail)?;
    let check = if auth.dmarc.is_some() { "DMARC" } else { "SPF/DKIM" };
    Some(Remark::new(format!("发件人验证({check})未通过"), format!("the check of its sender ({check}) failed")))
}
