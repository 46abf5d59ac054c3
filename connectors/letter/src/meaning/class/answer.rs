//! Whether an automatic receipt may go out: never to a machine, never where nobody wants one, never where the sender may be
//! somebody else (RFC 3834, section 2).

use huiliu_contract::Remark;

use super::{Class, Look, Signs, Sorted, signs};
use crate::Fields;
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
    let machine: [Look; 8] = [
        signs::echo,
        signs::receipt,
        signs::failure,
        signs::automatic,
        signs::list,
        signs::notice,
        signs::meeting,
        signs::spam,
    ];
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
    let check = if auth.dmarc.as_deref() == Some("fail") { "DMARC" } else { "SPF/DKIM" };
    Some(Remark::new(format!("发件人验证({check})未通过"), format!("the check of its sender ({check}) failed")))
}

/// The one address to which an answer goes: that of `Reply-To` where it is a single one in the domain of `From` or in one of
/// `domains`, else that of `From`. Never that of `Cc`, and never several: whoever writes a letter cannot have others written
/// to. `None` where no sender is named.
pub fn answer_to<'a>(fields: &'a Fields, domains: &[String]) -> Option<&'a str> {
    let from = fields.all("from").find_map(|value| address::of_field(value).into_iter().next())?;
    let wished: Vec<&str> = fields.all("reply-to").flat_map(address::of_field).collect();
    let domain = |address: &'a str| address.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
    let [wish] = wished.as_slice() else { return Some(from) };
    let is_near = domain(wish).eq_ignore_ascii_case(domain(from))
        || domains.iter().any(|own| own.trim().trim_start_matches('@').eq_ignore_ascii_case(domain(wish)));
    Some(if is_near { wish } else { from })
}
