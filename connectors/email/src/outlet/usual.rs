//! What is written where the channel's file says nothing: subjects, texts, and which domains are the public's.

use huiliu_contract::OutcomeKind;

/// The line above which people shall answer. What comes back is cut at it, so it stands first in all that we send.
pub const LINE: &str = "——请在此线以上回复——";

/// The subject.
pub(super) const SUBJECT: &str = "Re: {subject}〔编号 {number}〕";

/// What a mail without a subject is called.
pub(super) const NO_SUBJECT: &str = "您的来信";

/// The text of a kind of outcome.
pub(super) fn text(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Signed => {
            "\
您好:

您发来的邮件已经收到,编号 {number}。
查询码:{code}(请勿告诉他人)
查询办法:{lookup}

我们会按规定办理,结果将回复到这个邮箱。要补充情况,直接回复本邮件即可。

本邮件由系统自动发出。"
        }
        OutcomeKind::Extended => {
            "\
{greeting}
您反映的事项情况比较复杂,需要延长办理时间,办好后再答复您。
延长:{days} 天
原因:{reason}
{public_reply}
{ending}

编号 {number}"
        }
        OutcomeKind::Declined => {
            "\
{greeting}
您反映的事项不予受理。
理由:{reason}
{public_reply}
{ending}

编号 {number}。有不同意见或要补充的,直接回复本邮件即可。"
        }
        OutcomeKind::Redirected => {
            "\
{greeting}
您反映的事项请通过其他渠道办理:{into}
{public_reply}
{ending}

编号 {number}。有不明白的,直接回复本邮件即可。"
        }
        _ => {
            "\
{reply}

承办单位:{unit}
{date}

编号 {number}。对答复有意见或要补充的,直接回复本邮件即可。"
        }
    }
}

/// Domains at which anybody can have an address: how many mails go there says nothing about one office or firm.
pub(super) const PUBLIC: [&str; 29] = [
    "126.com",
    "139.com",
    "163.com",
    "188.com",
    "189.cn",
    "21cn.com",
    "263.net",
    "aliyun.com",
    "foxmail.com",
    "gmail.com",
    "hotmail.com",
    "icloud.com",
    "live.cn",
    "live.com",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "qq.com",
    "sina.cn",
    "sina.com",
    "sogou.com",
    "sohu.com",
    "tom.com",
    "vip.163.com",
    "vip.qq.com",
    "wo.cn",
    "yahoo.com",
    "yeah.net",
];
