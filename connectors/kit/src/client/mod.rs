//! One HTTP client a TLS identity. It sends one request and reads one answer; it never retries, never
//! leaves for another host, never waits without a limit and never reads without one.

mod answer;
pub(crate) mod trouble;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use http::Method;
use huiliu_contract::{Fault, Misconfigured};
use reqwest::redirect::{Attempt, Policy};
use url::Url;

use crate::tap;

pub use answer::Answer;
pub use reqwest::{Request, RequestBuilder};

/// What a client needs to be built.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ClientOptions {
    /// The longest time for one request, from the first byte out to the last byte in.
    pub timeout: Duration,
    /// Certificates to trust instead of the system's, as PEM; for far sides that sign their own.
    pub ca_file: Option<PathBuf>,
    /// Whether anything is asked by `https`; without it no certificates are loaded at all.
    pub tls: bool,
    /// Hosts that a redirect may lead to, besides the host that was asked.
    pub allow_hosts: Vec<String>,
    /// The largest answer taken, in bytes after unpacking.
    pub body_cap: usize,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            ca_file: None,
            tls: true,
            allow_hosts: Vec::new(),
            body_cap: 16 * 1024 * 1024,
        }
    }
}

/// The longest time to get a connection, unless the whole request has less.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Redirects followed for one request.
const HOPS: usize = 3;

/// Clients by what was asked for, and the bytes of the certificates that stood in the file then.
type Built = HashMap<(ClientOptions, Vec<u8>), Client>;

/// A client with its connections. Cloning shares them.
#[derive(Clone)]
pub struct Client {
    inner: reqwest::Client,
    body_cap: usize,
}

impl Client {
    /// A client with these options. `ca_key` is the dotted key under which the CA file stands, for the error. Who asks for
    /// the same as somebody before shares that one: a client holds some hundred KiB.
    ///
    /// Proxies of the environment are not used: traffic goes where the configuration says, and nowhere else.
    pub fn build(options: ClientOptions, ca_key: &str) -> Result<Self, Misconfigured> {
        static BUILT: LazyLock<Mutex<Built>> = LazyLock::new(Mutex::default);
        // A certificate file that was changed makes another client.
        let pem = options.ca_file.as_deref().map(|file| pem(file, ca_key)).transpose()?;
        let wanted = (options, pem.unwrap_or_default());
        if let Some(built) = BUILT.lock().unwrap_or_else(PoisonError::into_inner).get(&wanted) {
            return Ok(built.clone());
        }
        let built = Self::anew(wanted.0.clone(), &wanted.1, ca_key)?;
        BUILT.lock().unwrap_or_else(PoisonError::into_inner).insert(wanted, built.clone());
        Ok(built)
    }

    fn anew(options: ClientOptions, pem: &[u8], ca_key: &str) -> Result<Self, Misconfigured> {
        let hosts = options.allow_hosts;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("huiliu/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT.min(options.timeout))
            .read_timeout(options.timeout)
            .timeout(options.timeout)
            .gzip(true)
            .referer(false)
            .no_proxy()
            .retry(reqwest::retry::never())
            .redirect(Policy::custom(
                move |attempt| if may_follow(&attempt, &hosts) { attempt.follow() } else { attempt.stop() },
            ));
        if let Some(file) = &options.ca_file {
            builder = builder.tls_certs_only(certificates(file, pem, ca_key)?);
        } else if !options.tls {
            builder = builder.tls_certs_only([]);
        }
        let inner = builder.build().map_err(|error| {
            let why = trouble::chain(&error.without_url());
            Misconfigured::new(
                ca_key,
                format!("no client can be built: {why}"),
                "建立不了 HTTPS 客户端,请检查证书文件和系统根证书",
            )
        })?;
        Ok(Self { inner, body_cap: options.body_cap })
    }

    /// Begins a request.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.inner.request(method, url)
    }

    /// Sends one request and reads its whole answer, whatever its status.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, Fault> {
        self.execute(Self::written(request)?).await
    }

    /// A request as it goes out. It fails before anything is sent.
    pub fn written(request: RequestBuilder) -> Result<Request, Fault> {
        request.build().map_err(trouble::fault)
    }

    /// As [`Self::send`], for a request that is written already: whatever fails here, the far side may have taken it,
    /// unless it is unavailable and [`huiliu_contract::Reached::No`].
    pub async fn execute(&self, request: Request) -> Result<Answer, Fault> {
        let heard = tap::leaves(&request);
        let answer = self.fetch(request).await;
        tap::answered(heard, &answer);
        answer
    }

    async fn fetch(&self, request: Request) -> Result<Answer, Fault> {
        let mut response = self.inner.execute(request).await.map_err(trouble::fault)?;
        let told = response.content_length().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        if told > self.body_cap {
            return Err(self.too_large());
        }
        let mut body = Vec::with_capacity(told);
        while let Some(chunk) = response.chunk().await.map_err(trouble::fault)? {
            if body.len() + chunk.len() > self.body_cap {
                return Err(self.too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status: response.status(), headers: std::mem::take(response.headers_mut()), body: body.into() })
    }

    fn too_large(&self) -> Fault {
        Fault::malformed(format!("the answer is larger than {} bytes; ask for smaller pages", self.body_cap))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("body_cap", &self.body_cap).finish_non_exhaustive()
    }
}

/// Only 307 and 308 keep method and body; following another redirect could turn a write-back into a
/// harmless-looking GET. A step from https down to http is never taken.
fn may_follow(attempt: &Attempt<'_>, hosts: &[String]) -> bool {
    let Some(from) = attempt.previous().last() else { return false };
    let to = attempt.url();
    let same = to.host_str() == from.host_str() && to.port_or_known_default() == from.port_or_known_default();
    let allowed = to.host_str().is_some_and(|host| hosts.iter().any(|allowed| allowed == host));
    matches!(attempt.status().as_u16(), 307 | 308)
        && attempt.previous().len() <= HOPS
        && (same || allowed)
        && (to.scheme() == from.scheme() || to.scheme() == "https")
}

fn pem(file: &Path, key: &str) -> Result<Vec<u8>, Misconfigured> {
    std::fs::read(file).map_err(|error| {
        let shown = file.display();
        let problem = format!("{shown} cannot be read: {}", error.kind());
        Misconfigured::new(key, problem, format!("读不了证书文件 {shown};请检查路径和权限"))
    })
}

fn certificates(file: &Path, pem: &[u8], key: &str) -> Result<Vec<reqwest::Certificate>, Misconfigured> {
    let shown = file.display();
    match reqwest::Certificate::from_pem_bundle(pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(Misconfigured::new(
            key,
            format!("{shown} holds no certificate; a PEM file with BEGIN CERTIFICATE is needed"),
            format!("{shown} 里没有证书;需要含 BEGIN CERTIFICATE 的 PEM 文件"),
        )),
    }
}
