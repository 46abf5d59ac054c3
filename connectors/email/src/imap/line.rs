//! A logged-in connection: one command at a time, each with a time limit of its own, its answer held against its tag.
//!
//! The client underneath ends several answers without saying that the server refused or broke off; so commands are sent and
//! answers read here, and only their grammar is its own.

use std::time::Duration;

use async_imap::Session;
use async_imap::imap_proto::{Response, Status};
use tokio::time::timeout;

use super::trouble::{Trouble, What};
use super::wire::Wire;

/// How much an answer may have that holds no letters; lists of UIDs have up to eleven bytes each.
const PLAIN: u64 = 64 << 20;
/// The longest literal in such an answer: the name of a folder.
const NAME: u64 = 64 * 1024;

/// What the server can do, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Can {
    pub(super) id: bool,
    pub(super) idle: bool,
    pub(super) moves: bool,
    pub(super) uidplus: bool,
}

/// The folder that is open.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Opened {
    /// As it goes over the wire.
    pub(super) wire: String,
    /// Its UIDVALIDITY; nought where the server has none.
    pub(super) validity: u32,
    /// The UID that the next letter will have; some servers do not say.
    pub(super) next: Option<u32>,
    /// Whether it may be written to.
    pub(super) writes: bool,
}

/// What a command may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// The longest time.
    pub(super) within: Duration,
    /// How many bytes may come in all.
    pub(super) all: u64,
    /// How many in one literal.
    pub(super) literal: u64,
    /// How many of the first are remembered, for [`Line::heard`].
    pub(super) keep: usize,
}

/// A connection on which somebody is logged in.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) session: Session<Wire>,
    pub(super) can: Can,
    /// The longest time for an ordinary command.
    pub(super) within: Duration,
    pub(super) opened: Option<Opened>,
    /// Whether the server was told who we are (RFC 2971).
    pub(super) told: bool,
}

impl Line {
    /// What an ordinary command may cost.
    pub(super) fn plain(&self) -> Cost {
        Cost { within: self.within, all: PLAIN, literal: NAME, keep: 0 }
    }

    /// Sends a command and reads to its end; `each` hears all that comes before that. Gives the text of its OK.
    ///
    /// # Errors
    ///
    /// [`What::Refused`] for NO and BAD; anything else ends the connection. What `each` heard until then stands.
    pub(super) async fn run(
        &mut self,
        command: &str,
        cost: Cost,
        mut each: impl FnMut(&Response<'_>),
    ) -> Result<String, Trouble> {
        self.session.as_mut().allow(cost.all, cost.literal, cost.keep);
        let session = &mut self.session;
        let talk = async move {
            let tag = session.run_command(command).await.map_err(|error| of_client(&error))?;
            loop {
                let answer = session.read_response().await.map_err(|error| Trouble::of_io(&error))?;
                let answer = answer.ok_or_else(|| Trouble::lost("the server hung up"))?;
                match answer.parsed() {
                    Response::Done { tag: of, status, outcome } if *of == tag => {
                        let said = outcome.information.as_deref().unwrap_or_default();
                        return match status {
                            Status::Ok => Ok(said.to_owned()),
                            _ => Err(Trouble::new(What::Refused, "the server refused a command").saying(said)),
                        };
                    }
                    other => {
                        goodbye(other)?;
                        each(other);
                    }
                }
            }
        };
        timeout(cost.within, talk).await.unwrap_or_else(|_| Err(Trouble::lost("no answer in time (`connect.timeout`)")))
    }

    /// The same, for commands whose answer has nothing to hear.
    pub(super) async fn tell(&mut self, command: &str) -> Result<String, Trouble> {
        let cost = self.plain();
        self.run(command, cost, |_| {}).await
    }

    /// The first bytes of the last answer, as far as they were to be remembered.
    pub(super) fn heard(&mut self) -> Vec<u8> {
        self.session.as_mut().heard().to_vec()
    }

    /// Says good-bye, as far as the server still listens.
    pub(super) async fn leave(mut self) {
        let cost = Cost { within: Duration::from_secs(2), ..self.plain() };
        // Its answer is a BYE, and whatever it is: nothing follows.
        let _ = self.run("LOGOUT", cost, |_| {}).await;
    }
}

/// That the server ends the connection.
pub(super) fn goodbye(answer: &Response<'_>) -> Result<(), Trouble> {
    match answer {
        Response::Data { status: Status::Bye, outcome } => {
            let said = outcome.information.as_deref().unwrap_or_default();
            Err(Trouble::lost("the server said good-bye").saying(said))
        }
        _ => Ok(()),
    }
}

/// By what the client failed with. Its words may quote a letter or a password: they are thrown away.
pub(super) fn of_client(error: &async_imap::error::Error) -> Trouble {
    use async_imap::error::Error;
    match error {
        Error::Io(error) => Trouble::of_io(error),
        Error::ConnectionLost => Trouble::lost("the server hung up"),
        Error::No(_) | Error::Bad(_) => Trouble::new(What::Refused, "the server refused a command"),
        Error::Validate(_) => Trouble::new(What::Denied, "a name or a password holds a line break"),
        _ => Trouble::new(What::Odd, "the server answered in a form that cannot be read"),
    }
}

/// A text as a command has it: in quotes (RFC 3501, `quoted`). Line breaks are none of it.
pub(super) fn quoted(text: &str) -> String {
    let text = text.replace(['\r', '\n'], "").replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}
