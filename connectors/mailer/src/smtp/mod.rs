//! Speaking with the server: one connection, every step with a limit of its own, and each failure told by the step at which it
//! came, for only that says whether the mail may have arrived.

mod hello;
mod line;
mod refusal;
mod session;

use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{Fault, Reached, Secret};
use huiliu_kit::route::Trust;
use huiliu_kit::walk::Way;
use lettre::transport::smtp::extension::ClientId;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::options::Tls;

pub(crate) use hello::{Offered, Refused, ask_for_tls, greet};
pub(crate) use session::Session;

/// Where the server is, and who we are to it.
pub(crate) struct Door {
    /// For walking there, and for names and addresses.
    pub(crate) way: Way,
    pub(crate) tls: Tls,
    /// The check of certificates, and the same as a client takes it; none where no TLS is spoken.
    pub(crate) trust: Option<(Trust, Arc<ClientConfig>)>,
    pub(crate) who: Option<Who>,
    pub(crate) helo: Option<String>,
    /// The longest time for one step.
    pub(crate) limit: Duration,
}

/// Who we are there.
pub(crate) struct Who {
    pub(crate) user: Secret,
    pub(crate) proof: Secret,
    /// Whether the proof is a token.
    pub(crate) token: bool,
}

impl Door {
    /// The host as certificates know it.
    pub(crate) fn host(&self) -> String {
        let host = self.way.url.host_str().unwrap_or_default();
        host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host).to_owned()
    }

    /// An open connection.
    pub(crate) async fn dial(&self) -> Result<TcpStream, Fault> {
        let mut steps = Vec::new();
        let found = Box::pin(self.way.reach(self.limit, &mut steps)).await;
        let stream = found.ok_or_else(|| {
            let last = steps.pop().map(|step| step.said.en).unwrap_or_else(|| "it has no address".into());
            Fault::unavailable(format!("the mail server cannot be reached: {last}"), Reached::No)
        })?;
        // Commands are short, and each waits for its answer.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    /// What we call ourselves.
    pub(crate) fn client_id(&self, stream: &TcpStream) -> ClientId {
        match (&self.helo, stream.local_addr().map(|at| at.ip())) {
            (Some(name), _) => ClientId::Domain(name.clone()),
            (None, Ok(std::net::IpAddr::V4(ip))) => ClientId::Ipv4(ip),
            (None, Ok(std::net::IpAddr::V6(ip))) => ClientId::Ipv6(ip),
            (None, Err(_)) => ClientId::Domain("localhost".into()),
        }
    }

    /// Waits no longer than the file says for what certainly sends nothing.
    pub(crate) async fn in_time<T>(
        &self,
        what: &str,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        match timeout(self.limit, work).await {
            Ok(done) => done,
            Err(_) => Err(Fault::unavailable(format!("{what} was not answered in time (`timeout`)"), Reached::No)),
        }
    }
}
