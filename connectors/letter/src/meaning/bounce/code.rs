//! Codes of why a letter did not arrive: `5.1.1` (RFC 3463) and `550` (RFC 5321).

use std::fmt;

use crate::meaning::plain;

/// Words of a full mailbox, where a server has no exact code for it.
const FULL: [&str; 9] =
    ["quota", "mailbox full", "mailbox is full", "storage", "空间不足", "空间已满", "邮箱已满", "容量已满", "容量不足"];

/// A code of RFC 3463. What is not known is 0; a code of which nothing is known is no code.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Code {
    class: u16,
    subject: u16,
    detail: u16,
}

impl Code {
    /// 2 for done, 4 for later, 5 for never.
    pub(super) fn class(self) -> Option<u16> {
        (self.class != 0).then_some(self.class)
    }

    /// Never, but for a full mailbox (5.2.2): people empty these.
    pub(super) fn is_permanent(self) -> bool {
        self.class == 5 && !(self.subject == 2 && self.detail == 2)
    }

    /// How much it says: nothing, the class, the subject, all.
    fn exactness(self) -> u8 {
        u8::from(self.class != 0) + u8::from(self.class != 0 && self.subject != 0) + u8::from(self.detail != 0)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.class {
            0 => Ok(()),
            class => write!(f, "{class}.{}.{}", self.subject, self.detail),
        }
    }
}

/// The more exact of a `Status` and what a diagnosis holds. Exim writes `5.0.0` beside `550 5.1.1`.
pub(super) fn exact(status: &str, diagnostic: &str) -> Code {
    let (status, told) = (enhanced(status), in_text(diagnostic));
    let code = if told.exactness() > status.exactness() { told } else { status };
    let is_full = || FULL.into_iter().any(|word| plain::find(diagnostic, word).is_some());
    if code.class == 5 && code.exactness() == 1 && is_full() { Code { class: 5, subject: 2, detail: 2 } } else { code }
}

/// The first code of RFC 3463 in a text, else the class of the first reply of RFC 5321.
pub(super) fn in_text(text: &str) -> Code {
    let code = enhanced(text);
    if code.class != 0 { code } else { Code { class: reply(text), subject: 0, detail: 0 } }
}

/// Runs of digits and dots: a code among them is exactly three numbers, so no address of a host is taken for one.
fn enhanced(text: &str) -> Code {
    runs(text, |c| c.is_ascii_digit() || c == '.')
        .filter_map(|(run, _)| {
            let mut numbers = run.trim_end_matches('.').split('.');
            let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
            let fits = numbers.next().is_none() && class.len() == 1 && subject.len() <= 3 && detail.len() <= 3;
            let code =
                Code { class: class.parse().ok()?, subject: subject.parse().ok()?, detail: detail.parse().ok()? };
            (fits && matches!(code.class, 2 | 4 | 5)).then_some(code)
        })
        .next()
        .unwrap_or_default()
}

/// The class of the first three-digit reply that stands as servers write one: followed by a blank, a dash or a sign.
fn reply(text: &str) -> u16 {
    runs(text, |c| c.is_ascii_alphanumeric() || c == '.')
        .filter(|(run, next)| {
            run.len() == 3
                && run.bytes().all(|byte| byte.is_ascii_digit())
                && run.starts_with(['4', '5'])
                && run.as_bytes().get(1).is_some_and(|second| *second <= b'5')
                && next.is_none_or(|next| " -:,;#)\r\n".contains(next))
        })
        .find_map(|(run, _)| run.get(0..1)?.parse().ok())
        .unwrap_or_default()
}

/// The runs of such characters, each with the character behind it.
fn runs(text: &str, takes: impl Fn(char) -> bool) -> impl Iterator<Item = (&str, Option<char>)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(&takes)?;
        let from = plain::part(rest, start..rest.len());
        let end = from.find(|c| !takes(c)).unwrap_or(from.len());
        let (run, behind) = (plain::part(from, 0..end), plain::part(from, end..from.len()));
        rest = behind;
        Some((run, behind.chars().next()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_exact_code_is_taken() {
        for (status, diagnostic, code, permanent) in [
            ("5.0.0", "smtp; 550 5.1.1 <x@y> no such user", "5.1.1", true),
            ("5.1.1", "smtp; 550 5.0.0 no", "5.1.1", true),
            ("5.1.10 (unknown)", "", "5.1.10", true),
            ("5.2.2", "smtp; 552 mailbox full", "5.2.2", false),
            ("5.0.0", "smtp; 550-5.2.2 full", "5.2.2", false),
            ("5.0.0", "smtp; 552 Quota exceeded", "5.2.2", false),
            ("", "smtp; 550 用户邮箱空间不足", "5.2.2", false),
            ("5.0.0", "smtp; 550 from 192.5.1.1 refused", "5.0.0", true),
            ("", "smtp; 550 no such user", "5.0.0", true),
            ("4.4.1", "smtp; timed out", "4.4.1", false),
            ("4.0.0", "smtp; 550 5.1.1 unknown", "5.1.1", true),
            ("", "smtp; 451 try later", "4.0.0", false),
            ("", "connection to port 587x refused in room 550a", "", false),
            ("5.7.1.2", "2026", "", false),
        ] {
            let found = exact(status, diagnostic);
            assert_eq!((found.to_string().as_str(), found.is_permanent()), (code, permanent), "{status} {diagnostic}");
        }
    }
}
