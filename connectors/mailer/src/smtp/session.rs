//! One session: greeted, logged in, ready for mails.

use std::time::{Duration, Instant};

use huiliu_contract::{Fault, Reached};
use huiliu_kit::multipart::upload;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Noop, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use rustls::pki_types::ServerName;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::hello::{self, Offered, Refused};
use super::line::{Line, Spoken};
use super::refusal::{self, Step};
use super::{Door, Who};
use crate::mail::Envelope;
use crate::options::Tls;

/// How long a session may rest before it is not used again: servers hang up after a minute or more.
const RESTS: Duration = Duration::from_secs(45);
/// How long it may rest before it is asked whether it is still there.
const FRESH: Duration = Duration::from_secs(5);

/// A session with a server.
pub(crate) struct Session {
    connection: AsyncSmtpConnection,
    used: Instant,
}

/// A delivery that came to nothing.
pub(crate) struct Undelivered {
    pub(crate) fault: Fault,
    /// Whether the line broke before any of the mail was sent.
    pub(crate) broke: bool,
}

impl Session {
    /// Connects, greets and logs in.
    pub(crate) async fn open(door: &Door) -> Result<Self, Fault> {
        let mut session = Self::greeted(door).await?;
        if let Some(who) = &door.who {
            session.log_in(door, who).await?;
        }
        Ok(session)
    }

    /// Connects and greets, and says no word about who we are.
    pub(crate) async fn greeted(door: &Door) -> Result<Self, Fault> {
        let mut stream = door.dial().await?;
        let id = door.client_id(&stream);
        let mut first: &[u8] = b"";
        if door.tls == Tls::Starttls {
            hello::ask_for_tls(&mut stream, &id, door.limit).await.map_err(|refused| before(&refused))?;
            // Behind the handshake the server does not greet again; the client of the crate waits for it.
            first = b"220 again\r\n";
        }
        let line = match &door.trust {
            None => Line::Plain(stream),
            Some((_, config)) => {
                let name = ServerName::try_from(door.host())
                    .map_err(|_| Fault::malformed("the mail server's host is no name that a certificate could have"))?;
                let shake = TlsConnector::from(config.clone()).connect(name, stream);
                let secured = timeout(door.limit, shake).await;
                let secured = secured.map_err(|_| no_tls("no answer in time"))?;
                Line::Tls(Box::new(secured.map_err(|error| no_tls(&error.to_string()))?))
            }
        };
        let greet = AsyncSmtpConnection::connect_with_transport(Box::new(Spoken::new(line, first)), &id);
        let greeted = async { greet.await.map_err(|error| refusal::fault(Step::Hello, &error)) };
        let connection = door.in_time("the greeting", Box::pin(greeted)).await?;
        Ok(Self { connection, used: Instant::now() })
    }

    async fn log_in(&mut self, door: &Door, who: &Who) -> Result<(), Fault> {
        let ways: &[Mechanism] = if who.token { &[Mechanism::Xoauth2] } else { &[Mechanism::Plain, Mechanism::Login] };
        let credentials = Credentials::new(who.user.expose().to_owned(), who.proof.expose().to_owned());
        let asked = async {
            let asked = self.connection.auth(ways, &credentials).await;
            asked.map(drop).map_err(|error| refusal::fault(Step::Login, &error))
        };
        door.in_time("the login", Box::pin(asked)).await
    }

    /// What the server offers.
    pub(crate) fn offered(&self) -> Offered {
        let info = self.connection.server_info();
        let known = [(Mechanism::Plain, "PLAIN"), (Mechanism::Login, "LOGIN"), (Mechanism::Xoauth2, "XOAUTH2")];
        let logins = known.into_iter().filter(|(way, _)| info.supports_auth_mechanism(*way)).map(|(_, word)| word);
        Offered::of_logins(logins)
    }

    /// Whether it can be used again; one that rested a while is asked.
    pub(crate) async fn is_there(&mut self, limit: Duration) -> bool {
        let rested = self.used.elapsed();
        if self.connection.has_broken() || rested > RESTS {
            return false;
        }
        rested < FRESH || matches!(timeout(limit, Box::pin(self.connection.command(Noop))).await, Ok(Ok(_)))
    }

    /// Delivers one mail; what the server said when it took it.
    pub(crate) async fn deliver(
        &mut self,
        door: &Door,
        envelope: &Envelope,
        bytes: &[u8],
    ) -> Result<String, Undelivered> {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut parameters = Vec::new();
        if !envelope.is_ascii() {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let fault = Fault::malformed("this mail server takes no addresses beyond ASCII");
                return Err(Undelivered { fault, broke: false });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let from = Mail::new(envelope.0.from().cloned(), parameters);
        self.say(door, Step::Sender, from).await?;
        for to in envelope.0.to() {
            self.say(door, Step::Reader, Rcpt::new(to.clone(), Vec::new())).await?;
        }
        self.say(door, Step::Data, Data).await?;
        let limit = upload::time_for(size, door.limit);
        let told = timeout(limit, Box::pin(self.connection.message(bytes))).await;
        let fault = match told {
            Ok(Ok(taken)) => {
                self.used = Instant::now();
                return Ok(taken.message().collect::<Vec<_>>().join(" "));
            }
            Ok(Err(error)) => refusal::fault(Step::Mail, &error),
            Err(_) => Fault::unavailable("the mail server said nothing of the mail in time", Reached::Maybe),
        };
        Err(Undelivered { fault, broke: false })
    }

    /// Says one word of a delivery, before any of the mail.
    async fn say(&mut self, door: &Door, step: Step, word: impl std::fmt::Display) -> Result<(), Undelivered> {
        match timeout(door.limit, Box::pin(self.connection.command(word))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                let broke = error.status().is_none() && !error.is_client();
                Err(Undelivered { fault: refusal::fault(step, &error), broke })
            }
            Err(_) => {
                let fault = Fault::unavailable("the mail server did not answer in time (`timeout`)", Reached::No);
                Err(Undelivered { fault, broke: false })
            }
        }
    }

    /// Takes back what was begun; whether the session can be used again.
    pub(crate) async fn takes_back(&mut self, limit: Duration) -> bool {
        self.used = Instant::now();
        matches!(timeout(limit, Box::pin(self.connection.command(Rset))).await, Ok(Ok(_)))
    }

    /// Says goodbye.
    pub(crate) async fn quit(mut self, limit: Duration) {
        // Nothing hangs on the answer.
        let _ = timeout(limit, Box::pin(self.connection.command(Quit))).await;
    }
}

fn no_tls(why: &str) -> Fault {
    Fault::unavailable(format!("no TLS with the mail server: {why}"), Reached::No)
}

/// What failed before TLS.
fn before(refused: &Refused) -> Fault {
    match refused {
        Refused::Line(error) => Fault::unavailable(
            format!("the line to the mail server was cut at the greeting: {}", error.kind()),
            Reached::No,
        ),
        Refused::NotSmtp => Fault::unavailable("what listens there does not speak as a mail server does", Reached::No),
        Refused::Code(code) => refusal::refused(Step::Hello, *code, ""),
        Refused::NoTls => Fault::denied("the mail server offers no STARTTLS, and nothing is sent in the clear"),
    }
}
