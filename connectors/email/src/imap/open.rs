//! From nothing to a logged-in connection: connect, TLS, greeting, login, what the server can do, and who we are.

use std::time::Duration;

use async_imap::imap_proto::{Response, Status};
use async_imap::{Authenticator, Client, Session};
use huiliu_contract::Secret;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::build::{Door, Proof};
use super::line::{Can, Cost, Line, goodbye, of_client, quoted};
use super::options::ImapTls;
use super::trouble::{Trouble, What, text};
use super::wire::{Under, Wire};

/// The longest time for a connection to stand, and for a handshake.
const CONNECT: Duration = Duration::from_secs(20);
/// The longest token in a file.
const TOKEN: u64 = 64 * 1024;

/// Opens a connection and logs in, once. `tell` says that the server is told who we are even if it lists no such command.
///
/// # Errors
///
/// [`What::Login`] where it is the login that was refused.
pub(super) async fn open(door: &Door, tell: bool) -> Result<Line, Trouble> {
    let client = Box::pin(greeted(door)).await?;
    let session = Box::pin(logged_in(door, client)).await?;
    let mut line = Line { session, can: Can::default(), within: door.within, opened: None, told: false };
    line.can = able(&mut line).await?;
    if line.can.id || tell || door.netease {
        introduce(door, &mut line).await?;
        line.told = true;
    }
    Ok(line)
}

/// A connection to the server, without a word said on it.
pub(super) async fn dial(door: &Door) -> Result<TcpStream, Trouble> {
    let mut steps = Vec::new();
    let stream = door.way.reach(CONNECT, &mut steps).await.ok_or_else(|| {
        let why = steps.last().map(|step| step.said.en.clone()).unwrap_or_default();
        Trouble::lost(format!("no connection: {why}"))
    })?;
    // Commands are short and answered one by one: none waits for another to fill a packet.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// A client of a server that has greeted us, behind TLS where that is wanted.
async fn greeted(door: &Door) -> Result<Client<Wire>, Trouble> {
    let stream = dial(door).await?;
    match door.tls {
        ImapTls::Implicit => welcome(door, Under::Secured(Box::new(shaken(door, stream).await?))).await,
        ImapTls::Off => welcome(door, Under::Plain(stream)).await,
        ImapTls::Starttls => {
            let under = started(door, stream).await?;
            let secured = Under::Secured(Box::new(shaken(door, under).await?));
            // No second greeting comes, and what was read before the handshake is forgotten: it may be anybody's.
            Ok(Client::new(Wire::new(secured)))
        }
    }
}

/// Asks a server to go over to TLS, and gives the connection back for the handshake.
pub(super) async fn started(door: &Door, stream: TcpStream) -> Result<TcpStream, Trouble> {
    let mut client = welcome(door, Under::Plain(stream)).await?;
    let asked = timeout(door.within, client.run_command_and_check_ok("STARTTLS", None)).await;
    match asked {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            return Err(match of_client(&error) {
                refused if refused.what == What::Refused => Trouble::new(
                    What::Denied,
                    "the server does not go over to TLS (STARTTLS); ask its people, or write `tls = \"implicit\"`",
                ),
                other => other,
            });
        }
        Err(_) => return Err(silent()),
    }
    match client.into_inner().into_under() {
        Under::Plain(stream) => Ok(stream),
        Under::Secured(_) => Err(Trouble::lost("TLS was spoken already")),
    }
}

async fn shaken(door: &Door, stream: TcpStream) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Trouble> {
    let Some((_, config)) = &door.trust else { return Err(Trouble::lost("no TLS is spoken here")) };
    let host = door.host.trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host)
        .map_err(|_| Trouble::new(What::Denied, "the host is no name that a certificate could have"))?;
    let shaking = TlsConnector::from(config.clone()).connect(name, stream);
    match timeout(CONNECT, shaking).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(unshaken(&error)),
        Err(_) => Err(silent()),
    }
}

fn unshaken(error: &std::io::Error) -> Trouble {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    Trouble::lost(match inner {
        Some(rustls::Error::InvalidCertificate(why)) => {
            format!("the server's certificate is not accepted ({why}); `huiliu check --online` says more")
        }
        Some(other) => format!("no TLS could be agreed on ({other})"),
        None => format!("the connection was cut during the handshake ({})", error.kind()),
    })
}

fn silent() -> Trouble {
    Trouble::lost("no answer in time (`connect.timeout`)")
}

/// Hears the greeting (RFC 3501, 7.1).
async fn welcome(door: &Door, under: Under) -> Result<Client<Wire>, Trouble> {
    let mut client = Client::new(Wire::new(under));
    let heard = timeout(door.within.min(CONNECT), client.read_response()).await.map_err(|_| silent())?;
    let greeting = heard.map_err(|error| Trouble::of_io(&error))?.ok_or_else(|| Trouble::lost("the server hung up"))?;
    goodbye(greeting.parsed())?;
    match greeting.parsed() {
        Response::Data { status: Status::Ok, .. } => Ok(client),
        // Whoever is logged in already cannot be asked for TLS any more, and is not us.
        _ => Err(Trouble::new(What::Odd, "what listens there does not greet as a mail server does")),
    }
}

/// Says a token (XOAUTH2), and an empty line to whatever is answered to it: the refusal comes behind that.
struct Bearer<'a> {
    user: &'a Secret,
    token: &'a str,
    said: bool,
}

impl Authenticator for &mut Bearer<'_> {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        if std::mem::replace(&mut self.said, true) {
            return String::new();
        }
        format!("user={}\x01auth=Bearer {}\x01\x01", self.user.expose(), self.token)
    }
}

async fn logged_in(door: &Door, mut client: Client<Wire>) -> Result<Session<Wire>, Trouble> {
    client.get_mut().allow(64 * 1024, 4096, 4096);
    let user = &door.user;
    let read;
    let token = match &door.proof {
        Proof::Password(_) => None,
        Proof::Token(token) => Some(token),
        Proof::TokenFile(path) => {
            read = token_of(path).await?;
            Some(&read)
        }
    };
    let login = async {
        match (token, &door.proof) {
            (Some(token), _) => {
                let mut bearer = Bearer { user, token: token.expose(), said: false };
                client.authenticate("XOAUTH2", &mut bearer).await
            }
            (None, Proof::Password(password)) => client.login(user.expose(), password.expose()).await,
            (None, _) => return Err(Trouble::lost("there is no token")),
        }
        .map_err(|(error, mut client)| refused(&error, client.get_mut().heard()))
    };
    timeout(door.within, login).await.unwrap_or_else(|_| Err(silent().while_("the login")))
}

/// The token as it stands there now.
async fn token_of(path: &std::path::Path) -> Result<Secret, Trouble> {
    let bad = |why: &str| Trouble::lost(format!("the file of `connect.token` {why}"));
    let size =
        tokio::fs::metadata(path).await.map_err(|error| bad(&format!("cannot be read ({})", error.kind())))?.len();
    if size > TOKEN {
        return Err(bad("is too large for a token"));
    }
    let text =
        tokio::fs::read_to_string(path).await.map_err(|error| bad(&format!("cannot be read ({})", error.kind())))?;
    let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(bad("is empty"));
    }
    Ok(Secret::new(text))
}

/// Why a login failed, with what the server said in whatever charset it said it.
fn refused(error: &async_imap::error::Error, heard: &[u8]) -> Trouble {
    let mut lines = heard.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let is_refusal = |line: &&[u8]| {
        let mut words = line.split(|byte| *byte == b' ');
        let (tag, word) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        tag != b"*" && tag != b"+" && (word.eq_ignore_ascii_case(b"NO") || word.eq_ignore_ascii_case(b"BAD"))
    };
    let said = lines.rfind(is_refusal).map(text);
    let trouble = of_client(error);
    // A refusal that cannot be read as the grammar has it is one all the same.
    let refused = matches!(trouble.what, What::Refused | What::Odd) && said.is_some();
    let said = said.unwrap_or_default();
    if !refused {
        return trouble.while_("the login").saying(said);
    }
    let code = said.to_uppercase();
    // RFC 5530: not for who we are.
    if ["[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]"].iter().any(|word| code.contains(word)) {
        return Trouble::lost("the server cannot log anybody in at the moment").saying(said);
    }
    let message = "the server refused the login: user, password (most Chinese providers want an authorisation code), token, or \
                   IMAP is switched off for the account";
    Trouble::new(What::Login, message).saying(said)
}

/// Asks what the server can do, now that it knows who asks.
async fn able(line: &mut Line) -> Result<Can, Trouble> {
    let mut can = Can::default();
    let cost = line.plain();
    line.run("CAPABILITY", cost, |answer| {
        if let Response::Capabilities(all) = answer {
            for one in all {
                let async_imap::imap_proto::Capability::Atom(word) = one else { continue };
                match word.to_uppercase().as_str() {
                    "ID" => can.id = true,
                    "IDLE" => can.idle = true,
                    "MOVE" => can.moves = true,
                    "UIDPLUS" => can.uidplus = true,
                    _ => {}
                }
            }
        }
    })
    .await?;
    Ok(can)
}

/// Says who we are (RFC 2971), before anything is opened: NetEase lets nobody else read.
async fn introduce(door: &Door, line: &mut Line) -> Result<(), Trouble> {
    let mut words = vec!["\"name\"".to_owned(), quoted("Huiliu")];
    words.extend(["\"version\"".to_owned(), quoted(env!("CARGO_PKG_VERSION"))]);
    words.extend(["\"vendor\"".to_owned(), quoted("Huiliu")]);
    if let Some(contact) = &door.contact {
        words.extend(["\"support-email\"".to_owned(), quoted(contact)]);
    }
    let cost = Cost { keep: 0, ..line.plain() };
    match line.run(&format!("ID ({})", words.join(" ")), cost, |_| {}).await {
        // Who does not want to know it need not.
        Err(trouble) if !trouble.leaves_the_line() => Err(trouble.while_("ID")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use async_imap::error::Error;

    use super::*;

    #[test]
    fn a_refusal_is_told_with_what_was_said_in_whatever_charset() {
        let (gbk, ..) = encoding_rs::GBK.encode("A0001 NO 登录失败,请使用授权码登录\r\n");
        let trouble = refused(&Error::No(String::new()), &gbk);
        assert_eq!(trouble.what, What::Login);
        assert!(trouble.says("请使用授权码登录"), "{trouble:?}");
        assert!(!trouble.message().contains("授权码"), "what was said is quoted apart");
    }

    #[test]
    fn a_busy_server_is_no_wrong_password() {
        let busy = refused(&Error::No(String::new()), b"* OK hello\r\nA0001 NO [UNAVAILABLE] try later\r\n");
        assert_eq!(busy.what, What::Lost);
        let cut = refused(&Error::ConnectionLost, b"* BYE too many connections\r\n");
        assert_eq!(cut.what, What::Lost);
    }
}
