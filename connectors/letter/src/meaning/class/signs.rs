//! The signs of each class, as machines leave them in header fields.

use huiliu_contract::Remark;

use super::{MOST_HOPS, Signs};
use crate::Fields;
use crate::meaning::address;
use crate::meaning::plain::{behind, narrowed};

fn field_says(name: &str, value: &str) -> Remark {
    Remark::new(format!("邮件头 {name} 为 {value}"), format!("the field {name} says {value}"))
}

fn field_stands(name: &str) -> Remark {
    Remark::new(format!("带有邮件头 {name}"), format!("it bears the field {name}"))
}

fn subject_begins(with: &str) -> Remark {
    Remark::new(format!("主题以「{with}」开头"), format!("the subject begins with “{with}”"))
}

/// The addresses that claim to have sent it. A second `From` is a trick; it counts here like the first.
pub(super) fn senders(fields: &Fields) -> Vec<&str> {
    fields.all("from").flat_map(address::of_field).collect()
}

/// Our own mail come back.
pub(super) fn echo(signs: &Signs<'_>) -> Option<Remark> {
    if signs.ours {
        return Some(Remark::new("邮件标识由本系统生成", "its Message-ID is of our making"));
    }
    let is_own = |address: &str| signs.own.iter().any(|own| own.trim().eq_ignore_ascii_case(address));
    if senders(signs.fields).into_iter().any(is_own) {
        return Some(Remark::new("发件人是本方邮箱", "it claims to come from our own address"));
    }
    if signs.fields.get("x-hotline-id").is_some() {
        return Some(field_stands("X-Hotline-Id"));
    }
    // Others mark their mail by this field too; ours names one of our addresses.
    if signs.fields.all("x-loop").any(|value| is_own(value.trim()) || address::of_field(value).into_iter().any(is_own))
    {
        return Some(Remark::new("邮件头 X-Loop 是本方邮箱", "the field X-Loop names our own address"));
    }
    (signs.received > MOST_HOPS).then(|| {
        Remark::new(
            format!("经过 {} 次转递,超过 {MOST_HOPS} 次", signs.received),
            format!("it went through {} servers, more than {MOST_HOPS}", signs.received),
        )
    })
}

/// Subjects of notices that something *was* delivered.
const DELIVERED: [&str; 6] =
    ["Successful Mail Delivery Report", "Delivered:", "已送达:", "Relayed:", "已中继:", "送达回执"];

/// A report that is no failure: a receipt of reading (RFC 8098) or of delivery. It comes before failures, because these
/// too are sent with an empty return path.
pub(super) fn receipt(signs: &Signs<'_>) -> Option<Remark> {
    let report = signs.report?.trim().to_ascii_lowercase();
    match report.as_str() {
        "" => None,
        "disposition-notification" => Some(Remark::new("已读回执", "a receipt of reading")),
        "delivery-status" => {
            let subject = subject(signs.fields);
            let delivered = DELIVERED.into_iter().any(|word| begins(&subject, word));
            delivered.then(|| Remark::new("送达回执", "a receipt of delivery"))
        }
        _ => Some(Remark::new("机器生成的报告邮件", "a report that a machine made")),
    }
}

/// Subjects with which servers begin notices of failure.
const FAILED: [&str; 15] = [
    "系统退信",
    "退信",
    "投递失败",
    "邮件投递失败",
    "无法投递",
    "未送达",
    "未传递",
    "Undelivered",
    "Undeliverable",
    "Delivery Status",
    "Delivery failure",
    "Mail delivery failed",
    "Mail Delivery Failure",
    "Failure notice",
    "Returned mail",
];

/// What the names of servers' own boxes are.
const SERVERS: [&str; 2] = ["mailer-daemon", "postmaster"];

/// A notice of failure by any sign but an empty return path alone.
pub(super) fn failure(signs: &Signs<'_>) -> Option<Remark> {
    if signs.report.is_some_and(|report| report.trim().eq_ignore_ascii_case("delivery-status")) {
        return Some(Remark::new("投递状态报告", "a report of the state of delivery"));
    }
    if signs.fields.get("x-failed-recipients").is_some() {
        return Some(field_stands("X-Failed-Recipients"));
    }
    let senders = senders(signs.fields);
    if let Some(server) = SERVERS.into_iter().find(|name| senders.iter().any(|from| address::local(from) == *name)) {
        return Some(Remark::new(format!("发件人是 {server}"), format!("it was sent by {server}")));
    }
    let subject = subject(signs.fields);
    if let Some(word) = FAILED.into_iter().find(|word| begins(&subject, word)) {
        return Some(subject_begins(word));
    }
    // `来自qq.com的退信`: the server's name stands between.
    let named = subject.strip_prefix("来自").and_then(|rest| rest.strip_suffix("的退信")).map(str::trim);
    let is_server = named.is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
    });
    is_server.then(|| Remark::new("主题为「来自…的退信」", "the subject is “来自…的退信”"))
}

/// An empty return path and nothing that makes it an automatic answer (these are sent with an empty one too, RFC 3834).
pub(super) fn no_return(signs: &Signs<'_>) -> Option<Remark> {
    has_empty_return(signs.fields).then(|| Remark::new("退信地址为空", "its return path is empty"))
}

/// Whether the envelope said that nobody wants an answer.
pub(super) fn has_empty_return(fields: &Fields) -> bool {
    fields.get("return-path").is_some_and(|value| {
        let inner = value.trim().trim_start_matches('<').trim_end_matches('>').trim();
        inner.is_empty()
    })
}

/// Fields whose presence alone says that a machine answered; what says `no` in one is not meant.
const ANSWERERS: [&str; 6] =
    ["X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-AutoReply-From", "X-Mail-Autoreply", "X-Autogenerated"];

/// Subjects with which programs begin an automatic answer.
const ANSWERED: [&str; 8] =
    ["自动回复", "自动答复", "外出", "Automatic reply", "Auto reply", "Auto:", "Auto-reply", "Out of Office"];

/// An automatic answer.
pub(super) fn automatic(signs: &Signs<'_>) -> Option<Remark> {
    let fields = signs.fields;
    for value in fields.all("auto-submitted") {
        let word = value.split([';', ' ', '\t', '(']).find(|word| !word.is_empty()).unwrap_or_default();
        if !word.is_empty() && !word.eq_ignore_ascii_case("no") {
            let known = ["auto-replied", "auto-generated", "auto-notified"].into_iter();
            let said = known.into_iter().find(|known| word.eq_ignore_ascii_case(known));
            return Some(
                said.map_or_else(|| field_stands("Auto-Submitted"), |word| field_says("Auto-Submitted", word)),
            );
        }
    }
    let answers = fields.get("in-reply-to").is_some() || fields.get("references").is_some();
    if answers && let Some(word) = suppressed(fields) {
        return Some(Remark::new(
            format!("邮件头 X-Auto-Response-Suppress 为 {word},且是回复"),
            format!("the field X-Auto-Response-Suppress says {word}, and it answers a mail"),
        ));
    }
    for name in ANSWERERS {
        let lower = name.to_ascii_lowercase();
        if fields.all(&lower).any(|value| !matches!(value.trim().to_ascii_lowercase().as_str(), "no" | "false" | "0")) {
            return Some(field_stands(name));
        }
    }
    if let Some(word) = precedence(fields, &["auto_reply", "auto-reply"]) {
        return Some(field_says("Precedence", word));
    }
    let subject = subject(fields);
    ANSWERED.into_iter().find(|word| begins(&subject, word)).map(subject_begins)
}

/// Which kind of automatic answer the sender's server wants none of, if of ours. Reports and receipts we never send.
pub(super) fn suppressed(fields: &Fields) -> Option<&'static str> {
    let values: Vec<&str> = fields.all("x-auto-response-suppress").collect();
    ["All", "AutoReply", "OOF"].into_iter().find(|word| {
        values.iter().any(|value| value.split([',', ';', ' ']).any(|said| said.trim().eq_ignore_ascii_case(word)))
    })
}

/// Which of these words stands in `Precedence`.
pub(super) fn precedence(fields: &Fields, words: &[&'static str]) -> Option<&'static str> {
    fields
        .all("precedence")
        .find_map(|value| words.iter().copied().find(|word| value.trim().eq_ignore_ascii_case(word)))
}

/// A mailing list, or bulk mail.
pub(super) fn list(signs: &Signs<'_>) -> Option<Remark> {
    for name in ["List-Id", "List-Unsubscribe", "List-Post", "Feedback-ID"] {
        if signs.fields.get(&name.to_ascii_lowercase()).is_some() {
            return Some(field_stands(name));
        }
    }
    precedence(signs.fields, &["bulk", "list", "junk"]).map(|word| field_says("Precedence", word))
}

/// A configured sender of notices.
pub(super) fn notice(signs: &Signs<'_>) -> Option<Remark> {
    let listed = |address: &&str| {
        signs.notices.iter().map(|written| written.trim()).any(|written| match written.strip_prefix('@') {
            Some(domain) => address.rsplit_once('@').is_some_and(|(_, own)| own.eq_ignore_ascii_case(domain)),
            None => address.eq_ignore_ascii_case(written),
        })
    };
    senders(signs.fields)
        .iter()
        .any(listed)
        .then(|| Remark::new("发件人在系统通知名单中", "its sender is on the list of those who send notices"))
}

/// A meeting and nothing else.
pub(super) fn meeting(signs: &Signs<'_>) -> Option<Remark> {
    signs.calendar.then(|| Remark::new("只有日程,没有正文", "it holds a meeting and no text"))
}

/// What a filter took for spam.
pub(super) fn spam(signs: &Signs<'_>) -> Option<Remark> {
    if signs.junk {
        return Some(Remark::new("在垃圾邮件文件夹中", "it lay in the folder for junk"));
    }
    ["X-Spam-Flag", "X-Spam-Status"].into_iter().find_map(|name| {
        let lower = name.to_ascii_lowercase();
        let yes = signs.fields.all(&lower).any(|value| {
            behind(value.trim(), "yes").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        });
        yes.then(|| field_says(name, "Yes"))
    })
}

/// The subject, half-width, without tags in square brackets before it.
fn subject(fields: &Fields) -> String {
    let narrow = narrowed(fields.get("subject").unwrap_or_default());
    let mut rest = narrow.trim();
    while let Some((tag, behind)) = rest.strip_prefix('[').and_then(|tagged| tagged.split_once(']')) {
        if tag.chars().count() > 20 || behind.trim().is_empty() {
            break;
        }
        rest = behind.trim_start();
    }
    rest.trim_start_matches(['【', '[']).to_owned()
}

/// Whether a subject begins with these words as a program writes them: alone, or with a sign behind them. People begin
/// sentences with the same words: `外出务工人员…`, `退信局…`.
fn begins(subject: &str, words: &str) -> bool {
    let Some(rest) = behind(subject, words) else { return false };
    if words.ends_with(':') {
        return true;
    }
    if words.is_ascii() {
        return !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    }
    let rest = ["通知", "提醒", "报告"].into_iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || ":-—–/|]】([(".contains(c))
}
