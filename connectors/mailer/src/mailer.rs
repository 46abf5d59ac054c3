//! The account by which mail leaves, ready: composes, delivers, keeps one connection.

use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{FarSide, Fault, Misconfigured, Reached, Site};
use lettre::message::Mailbox;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::compose;
use crate::dkim::Dkim;
use crate::far::Far;
use crate::mail::{Envelope, Mail};
use crate::options::{MailerOptions, Sender};
use crate::smtp::{Door, Session};

/// How long a mail waits for the one before it.
const TURN: Duration = Duration::from_secs(60);

/// An account at a mail server. It has one connection at a time: providers count them.
pub struct Mailer {
    pub(crate) door: Arc<Door>,
    pub(crate) from: Mailbox,
    pub(crate) sender: Sender,
    pub(crate) dkim: Option<Dkim>,
    pub(crate) idle: Mutex<Option<Session>>,
}

/// Without who we are.
impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer")
            .field("at", &self.door.way.address())
            .field("tls", &self.door.tls)
            .finish_non_exhaustive()
    }
}

impl Mailer {
    /// Builds it, without contacting anybody; `section` is the table in which its options stand.
    ///
    /// # Errors
    ///
    /// All that is wrong with them.
    pub fn build(options: &MailerOptions, section: &str, site: &dyn Site) -> Result<Self, Vec<Misconfigured>> {
        crate::build::mailer(options, section, site)
    }

    /// The address that mails come from.
    pub fn from(&self) -> &str {
        self.from.email.as_ref()
    }

    /// The domain of that address.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// The envelope of a mail to this reader. `token` stands in the sender's address where one is made for each mail: letters
    /// and digits, at most 40.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] if one of them is no address.
    pub fn envelope(&self, to: &str, token: &str) -> Result<Envelope, Fault> {
        match &self.sender {
            Sender::Account => Envelope::new(Some(self.from()), to),
            Sender::Empty => Envelope::new(None, to),
            Sender::Bounce(before, behind) => Envelope::new(Some(&format!("{before}{token}{behind}")), to),
        }
    }

    /// The bytes of a mail, signed where that is set up: the same mail always makes the same.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] if the reader has no address that mail can go to, or the mail no id.
    pub fn compose(&self, mail: &Mail) -> Result<Vec<u8>, Fault> {
        let bytes = compose::bytes(&self.from, mail)?;
        match &self.dkim {
            Some(dkim) => dkim.sign(&bytes, mail.date),
            None => Ok(bytes),
        }
    }

    /// Delivers one mail to the server; what the server said when it took it, often its own number for it.
    ///
    /// # Errors
    ///
    /// [`Fault::Unavailable`] where the server cannot be reached or says that it does not take it now; with
    /// [`Reached::Maybe`] only where the line was cut or the time was over behind the first byte of the mail.
    /// [`Fault::Denied`] where it refuses who we are, [`Fault::Malformed`] where it refuses this mail or its reader for good.
    /// What it said is quoted, never told.
    pub async fn send(&self, envelope: &Envelope, bytes: &[u8]) -> Result<String, Fault> {
        let turn = timeout(TURN, self.idle.lock()).await;
        let mut idle =
            turn.map_err(|_| Fault::unavailable("the mail before it is still being delivered", Reached::No))?;
        let limit = self.door.limit;
        // Whoever drops this call in the middle leaves no half-used connection behind.
        let kept = idle.take();
        let (mut session, mut again) = match kept {
            Some(mut session) => match session.is_there(limit).await {
                true => (session, true),
                false => (Box::pin(Session::open(&self.door)).await?, false),
            },
            None => (Box::pin(Session::open(&self.door)).await?, false),
        };
        loop {
            let undelivered = match Box::pin(session.deliver(&self.door, envelope, bytes)).await {
                Ok(said) => {
                    *idle = Some(session);
                    return Ok(said);
                }
                Err(undelivered) => undelivered,
            };
            // It was kept from an earlier mail, and the server has hung up since: nothing of this one was sent.
            if undelivered.broke && again {
                again = false;
                session = Box::pin(Session::open(&self.door)).await?;
                continue;
            }
            let usable = matches!(undelivered.fault, Fault::Malformed { .. }) && session.takes_back(limit).await;
            if usable {
                *idle = Some(session);
            }
            return Err(undelivered.fault);
        }
    }

    /// Ends the connection that is kept, if there is one.
    pub async fn rest(&self) {
        if let Some(session) = self.idle.lock().await.take() {
            session.quit(self.door.limit).await;
        }
    }

    /// The server as a far side, for `check --online`: it is greeted and logged in to, and no mail is sent.
    pub fn far(&self) -> Box<dyn FarSide> {
        Box::new(Far { door: Arc::clone(&self.door) })
    }
}
