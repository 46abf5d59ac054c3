//! What went wrong with a mail server, sorted by what to do next. The words are ours; what the server said is quoted apart, and
//! never logged.

use std::borrow::Cow;
use std::io;
use std::time::Duration;

use encoding_rs::GB18030;
use huiliu_contract::{Fault, Reached};

use super::wire::TooMuch;

/// What sort of trouble it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What {
    /// Not now: no connection, a cut line, silence, a server that says good-bye. The connection is of no use any more.
    Lost,
    /// It said what cannot be read. The connection is of no use any more.
    Odd,
    /// It refused this command, by NO or BAD; the connection goes on.
    Refused,
    /// It refused the login.
    Login,
    /// It opens nothing for whoever has not said who he is; the connection is of no use any more.
    Unsafe,
    /// It accepts who we are, and will not let us in all the same: a person has to mend it.
    Denied,
}

/// A failure on a connection.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub(super) what: What,
    /// What happened, in our words.
    message: Cow<'static, str>,
    /// What the server said.
    said: Option<String>,
}

/// A failure whose cause may be blurred is not repeated before so long.
const PATIENCE: Duration = Duration::from_secs(60);

impl Trouble {
    /// Of this sort.
    pub(super) fn new(what: What, message: impl Into<Cow<'static, str>>) -> Self {
        Self { what, message: message.into(), said: None }
    }

    /// Not now.
    pub(super) fn lost(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(What::Lost, message)
    }

    /// By what reading or writing failed with. The text of an error may quote a letter: it is thrown away.
    pub(super) fn of_io(error: &io::Error) -> Self {
        if error.get_ref().is_some_and(|inner| inner.is::<TooMuch>()) {
            return Self::new(What::Odd, "the server sent more than was asked for");
        }
        match error.kind() {
            io::ErrorKind::Other | io::ErrorKind::InvalidData => {
                Self::new(What::Odd, "the server answered in a form that cannot be read")
            }
            kind => Self::lost(format!("the connection was cut ({kind})")),
        }
    }

    /// Adds what the server said.
    pub(super) fn saying(mut self, text: impl Into<String>) -> Self {
        self.said = Some(text.into()).filter(|text: &String| !text.trim().is_empty());
        self
    }

    /// The same under other words.
    pub(super) fn while_(mut self, doing: &str) -> Self {
        self.message = format!("{doing}: {}", self.message).into();
        self
    }

    /// The same as another sort.
    pub(super) fn becoming(mut self, what: What) -> Self {
        self.what = what;
        self
    }

    /// Whether the connection goes on.
    pub(super) fn leaves_the_line(&self) -> bool {
        self.what == What::Refused
    }

    /// What happened, in our words.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// Whether the server said these words, in whatever case.
    pub(super) fn says(&self, words: &str) -> bool {
        self.said.as_ref().is_some_and(|said| said.to_lowercase().contains(words))
    }

    /// As the gateway hears it. `again` says that a login was refused before, the last time too.
    pub(super) fn fault(self, again: bool) -> Fault {
        let (message, said) = (self.message.into_owned(), self.said);
        let fault = match self.what {
            What::Lost | What::Unsafe => Fault::unavailable(message, Reached::No),
            What::Odd | What::Refused => Fault::malformed(message),
            What::Denied => Fault::denied(message),
            What::Login if again => Fault::denied(message),
            // Some providers have one sentence for a wrong password, a service that is off, too many logins and a busy server.
            What::Login => Fault::Unavailable {
                message: format!("{message}; it is tried once more"),
                retry_after: Some(PATIENCE),
                reached: Reached::No,
                quoted: None,
            },
        };
        match said {
            Some(said) => fault.quoting(said),
            None => fault,
        }
    }
}

/// What a server said, as text: UTF-8, or else what Chinese providers write.
pub(super) fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_login_is_tried_once_more_and_then_a_person_is_needed() {
        let refused = Trouble::new(What::Login, "the login was refused").saying("Login fail");
        assert!(matches!(refused.clone().fault(false), Fault::Unavailable { retry_after: Some(PATIENCE), .. }));
        assert!(matches!(refused.fault(true), Fault::Denied { .. }));
    }

    #[test]
    fn what_cannot_be_read_is_not_quoted() {
        let error = io::Error::other("Error during parsing of \"Subject: 张三 13800000000\"");
        let trouble = Trouble::of_io(&error);
        assert_eq!(trouble.what, What::Odd);
        assert!(!format!("{trouble:?}").contains("张三"), "{trouble:?}");
        let cut = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert_eq!(Trouble::of_io(&cut).what, What::Lost);
    }

    #[test]
    fn failures_in_gbk_are_readable() {
        let (bytes, ..) = encoding_rs::GBK.encode("登录失败,请使用授权码");
        assert_eq!(text(&bytes), "登录失败,请使用授权码");
        assert_eq!(text("登录失败".as_bytes()), "登录失败");
    }
}
