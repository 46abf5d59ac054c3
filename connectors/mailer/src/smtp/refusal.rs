//! What a failed step means: for the mail, for its reader, or for who we are. Pure.

use std::error::Error as _;

use huiliu_contract::{Fault, Reached};
use lettre::transport::smtp;

/// At which step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// The greeting, EHLO.
    Hello,
    /// AUTH.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Reader,
    /// DATA, before any of it was sent.
    Data,
    /// The mail itself, and the word about it.
    Mail,
}

impl Step {
    fn spoken(self) -> &'static str {
        match self {
            Self::Hello => "the greeting",
            Self::Login => "the login",
            Self::Sender => "the sender",
            Self::Reader => "the reader's address",
            Self::Data => "the word that a mail follows",
            Self::Mail => "the mail",
        }
    }

    /// What a failure means of which nobody said that nothing was taken.
    pub(crate) fn reached(self) -> Reached {
        if self == Self::Mail { Reached::Maybe } else { Reached::No }
    }
}

/// A failure of the client at a step.
pub(crate) fn fault(step: Step, error: &smtp::Error) -> Fault {
    let what = step.spoken();
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    match error.status().map(u16::from) {
        Some(code) => refused(step, code, &said),
        None if step == Step::Login && error.is_client() => Fault::denied(
            "the mail server offers no way to log in that is known here, or asks for more than a password",
        ),
        None if error.is_client() => Fault::malformed(format!("{what} cannot be said to this mail server")),
        None if error.is_response() => {
            Fault::unavailable(format!("the mail server's answer to {what} was cut off, or is none"), step.reached())
        }
        None => Fault::unavailable(format!("the line to the mail server was cut at {what}"), step.reached()),
    }
}

/// A refusal with its code and what was said. Where the server said no, nothing was taken, whatever the step.
pub(crate) fn refused(step: Step, code: u16, said: &str) -> Fault {
    let what = step.spoken();
    let fault = match code {
        // It is this reader who gets nothing now: a full mailbox, or a server that lets strangers wait. Others may.
        450..=452 if step == Step::Reader => {
            Fault::put_off(format!("the mail server does not take {what} now ({code})"))
        }
        400..500 => Fault::unavailable(format!("the mail server does not take {what} now ({code})"), Reached::No),
        _ if ours(step, code, said) => {
            Fault::denied(format!("the mail server does not take us for who we say we are, at {what} ({code})"))
        }
        _ => Fault::malformed(format!("the mail server refused {what} for good ({code})")),
    };
    if said.is_empty() { fault } else { fault.quoting(said) }
}

/// Whether it is about who we are, not about this mail: logins and senders. Some servers take every sender at first and refuse
/// a wrong one at the reader or behind the mail.
fn ours(step: Step, code: u16, said: &str) -> bool {
    match (step, code) {
        (_, 530 | 535 | 538) => true,
        (Step::Hello | Step::Login, _) => true,
        // The mail is larger than the server takes (RFC 1870).
        (Step::Sender, 552) => false,
        (Step::Sender, _) => true,
        _ => {
            let said = said.to_lowercase();
            said.contains("mail from")
                && ["must equal", "must be same", "must be the same"].iter().any(|words| said.contains(words))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_about_us_or_about_the_mail_by_its_step_and_its_words() {
        let word = |step, code, said: &str| refused(step, code, said).word();
        for (step, code, said, wanted) in [
            (Step::Login, 535, "authentication failed", "denied"),
            (Step::Sender, 553, "Mail from must equal authorized user", "denied"),
            (Step::Sender, 501, "mail from address must be same as authorization user", "denied"),
            (Step::Reader, 553, "Mail from must equal authorized user", "denied"),
            (Step::Reader, 530, "login first", "denied"),
            (Step::Mail, 554, "DT:SPM", "malformed"),
            (Step::Sender, 552, "too big", "malformed"),
            (Step::Reader, 550, "5.1.1 no such user", "malformed"),
            (Step::Reader, 553, "not a mailbox here", "malformed"),
            (Step::Reader, 451, "greylisted", "put_off"),
            (Step::Reader, 452, "4.2.2 mailbox full", "put_off"),
            (Step::Reader, 421, "closing", "unavailable"),
            (Step::Mail, 421, "later", "unavailable"),
        ] {
            assert_eq!(word(step, code, said), wanted, "{step:?} {code} {said}");
        }
    }

    #[test]
    fn what_the_server_said_is_quoted_and_never_told() {
        let fault = refused(Step::Reader, 550, "用户 13800000001 不存在");
        assert!(!fault.to_string().contains("13800000001"), "{fault}");
        let Fault::Malformed { quoted: Some(quoted), .. } = fault else { panic!("{fault}") };
        assert_eq!(quoted.reveal(), "用户 13800000001 不存在");
    }

    #[test]
    fn a_refusal_behind_the_mail_is_certain() {
        let fault = refused(Step::Mail, 451, "");
        assert!(matches!(fault, Fault::Unavailable { reached: Reached::No, .. }), "{fault}");
    }
}
