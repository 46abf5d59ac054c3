//! Walking to a far side, step by step, and saying what was found: the name, the way there, the port, TLS, the certificate,
//! HTTP, the clock. It asks for nothing but the address itself, says who we are to nobody but a proxy, and sends nothing
//! behind a handshake that the ordinary check would refuse.
//!
//! Steps are said in both languages. What goes wrong is told with what usually helps; what the far side says in its body is
//! never shown.

mod certificate;
mod clock;
mod dial;
mod folder;
mod hello;
mod http;
mod name;
mod proxied;
mod shake;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{FarSide, Fault, Login, Step, Went};
use jiff::Timestamp;
use tokio::net::TcpStream;
use url::Url;

use crate::client::Client;
use crate::line::Line;
use crate::route::{Route, Trust};

pub use folder::FolderSide;

/// Whereto and how it is walked.
#[derive(Clone, Debug)]
pub struct Way {
    /// The address.
    pub url: Url,
    /// By which way.
    pub route: Route,
    /// Hosts that may be asked, the address's own among them.
    pub hosts: Vec<String>,
    /// How near the far side's clock must be to ours for its signatures to hold; none where nothing is signed with a time.
    pub window: Option<Duration>,
}

impl Way {
    /// Scheme, host and port.
    pub fn address(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{}://{host}:{port}", self.url.scheme()),
            None => format!("{}://{host}", self.url.scheme()),
        }
    }

    /// All steps up to the first that fails. `client` is the one that requests leave by.
    pub async fn walk(&self, client: &Client, limit: Duration) -> Vec<Step> {
        let mut steps = Vec::new();
        // The walk's own words are in its steps; that it ended early is too.
        let _ = self.steps(client, limit, &mut steps).await;
        steps
    }

    /// When the certificate ends that is shown there, trusted or not. Nothing is sent behind the handshake.
    pub async fn certificate_ends(&self, client: &Client, limit: Duration) -> Option<Timestamp> {
        let verifier = client.verifier().filter(|_| self.url.scheme() == "https")?;
        let mut steps = Vec::new();
        let addresses = name::addresses(self, limit, &mut steps).await.ok()?;
        let stream = proxied::reach(self, &addresses, limit, &mut steps).await.ok()?;
        let shown = shake::shake(self, stream, verifier, &addresses, limit, &mut steps).await.ok()?;
        certificate::ends(&shown)
    }

    async fn steps(&self, client: &Client, limit: Duration, steps: &mut Vec<Step>) -> Result<(), ()> {
        let addresses = name::addresses(self, limit, steps).await?;
        let stream = proxied::reach(self, &addresses, limit, steps).await?;
        if let Some(verifier) = client.verifier().filter(|_| self.url.scheme() == "https") {
            let shown = shake::shake(self, stream, verifier, &addresses, limit, steps).await?;
            certificate::judge(self, &shown, steps)?;
        }
        http::ask(self, client, limit, steps).await
    }
}

/// A way to what does not speak HTTP, walked piece by piece by whoever knows what is spoken there.
impl Way {
    /// The name, the way and the port, as steps; the open connection, if it came so far.
    pub async fn reach(&self, limit: Duration, steps: &mut Vec<Step>) -> Option<TcpStream> {
        let addresses = name::addresses(self, limit, steps).await.ok()?;
        dial::dial(self, &addresses, limit, steps).await.ok()
    }

    /// The handshake over a connection on which TLS comes next, and the certificate, as steps; whether both are right. No
    /// word is sent behind it.
    pub async fn secured(&self, stream: TcpStream, trust: &Trust, limit: Duration, steps: &mut Vec<Step>) -> bool {
        match shake::shake(self, Box::new(stream), &trust.0, &[], limit, steps).await {
            Ok(shown) => certificate::judge(self, &shown, steps).is_ok(),
            Err(()) => false,
        }
    }

    /// When the certificate ends that is shown over a connection on which TLS comes next, trusted or not. No word is sent
    /// behind the handshake.
    pub async fn shown_until(&self, stream: TcpStream, trust: &Trust, limit: Duration) -> Option<Timestamp> {
        let mut steps = Vec::new();
        let shown = shake::shake(self, Box::new(stream), &trust.0, &[], limit, &mut steps).await.ok()?;
        certificate::ends(&shown)
    }
}

/// Notes a step; an error where the walk ends with it.
fn note(steps: &mut Vec<Step>, step: Step) -> Result<(), ()> {
    let ends = step.ends();
    steps.push(step);
    if ends { Err(()) } else { Ok(()) }
}

/// Notes the step that ends the walk.
fn end<T>(steps: &mut Vec<Step>, step: Step) -> Result<T, ()> {
    steps.push(step);
    Err(())
}

/// The far side at the other end of a line.
pub(crate) struct LineSide {
    pub(crate) line: Arc<Line>,
    pub(crate) way: Way,
    pub(crate) polled: bool,
}

#[async_trait]
impl FarSide for LineSide {
    fn address(&self) -> String {
        self.way.address()
    }

    fn way(&self) -> String {
        format!("{} {:?} {:?}", self.way.address(), self.way.route, self.way.window)
    }

    async fn walk(&self, limit: Duration) -> Vec<Step> {
        Box::pin(self.way.walk(&self.line.client, limit)).await
    }

    async fn certificate_ends(&self, limit: Duration) -> Option<Timestamp> {
        Box::pin(self.way.certificate_ends(&self.line.client, limit)).await
    }

    fn login(&self) -> Login {
        match &self.line.session {
            None => Login::None,
            Some(session) if session.is_an_accounts() => Login::Ends,
            Some(_) => Login::Another,
        }
    }

    async fn log_in(&self, limit: Duration) -> Option<Step> {
        let session = self.line.session.as_ref()?;
        Some(match tokio::time::timeout(limit, session.try_once(&self.line.client)).await {
            Ok(Ok(())) => Step::new("login", Went::Right, "logged in, once", "登录成功(只登录了一次)"),
            Ok(Err(fault)) => refused(&fault),
            Err(_) => {
                let seconds = limit.as_secs();
                let en = format!("no answer to the login within {seconds} s; it is not made again");
                Step::new("login", Went::Wrong, en, format!("登录请求 {seconds} 秒没有应答;不再登录第二次"))
            }
        })
    }

    fn is_polled(&self) -> bool {
        self.polled
    }
}

fn refused(fault: &Fault) -> Step {
    let zh = match fault {
        Fault::Denied { .. } | Fault::Malformed { .. } => "对方拒绝登录;不再登录第二次",
        Fault::Unavailable { .. } | Fault::PutOff { .. } => "登录没有成功,对方没有给出能用的应答;不再登录第二次",
        Fault::NeedsPerson { .. } => "登录要人来做",
    };
    Step::new("login", Went::Wrong, fault.to_string(), format!("{zh}({fault})")).remedy(
        "check user and password (or id and secret), and that the account is neither locked nor in use elsewhere",
        "核对用户名、密码(或编号、密钥),看账号是否被锁、是否正被别人用着",
    )
}

/// A far side that is walked to by a client of its own, for who has no [`Line`].
pub struct ClientSide {
    /// Whereto and how.
    pub way: Way,
    /// The client that requests leave by.
    pub client: Client,
}

#[async_trait]
impl FarSide for ClientSide {
    fn address(&self) -> String {
        self.way.address()
    }

    fn way(&self) -> String {
        format!("{} {:?} {:?}", self.way.address(), self.way.route, self.way.window)
    }

    async fn walk(&self, limit: Duration) -> Vec<Step> {
        Box::pin(self.way.walk(&self.client, limit)).await
    }

    async fn certificate_ends(&self, limit: Duration) -> Option<Timestamp> {
        Box::pin(self.way.certificate_ends(&self.client, limit)).await
    }
}
