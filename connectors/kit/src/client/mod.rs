//! One HTTP client a TLS identity. It sends one request and reads one answer; it never retries, never
//! leaves for another host, never waits without a limit and never reads without one.

mod answer;
pub(crate) mod trouble;

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use huiliu_contract::{Fault, Misconfigured};
use jiff::Timestamp;
use reqwest::ClientBuilder;
use reqwest::redirect::{Attempt, Policy};
use url::Url;

use crate::recipe::Recipe;
use crate::tap;

pub use answer::Answer;
pub use reqwest::{Request, RequestBuilder};

use crate::route::tls::{self, Verifier};
use crate::route::{Route, trust::pem};

/// What a client needs to be built.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ClientOptions {
    /// The longest time for one request, from the first byte out to the last byte in.
    pub timeout: Duration,
    /// By which way requests leave, and whose certificates are trusted.
    pub route: Route,
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
            route: Route::default(),
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
    /// What judges certificates; none where nothing is asked by https.
    verifier: Option<Verifier>,
}

impl Client {
    /// A client with these options. `ca_key` is the dotted key under which the CA file stands, for the error. Who asks for
    /// the same as somebody before shares that one: a client holds some hundred KiB.
    ///
    /// Proxies of the environment are not used: traffic goes where the configuration says, and nowhere else.
    pub fn build(options: ClientOptions, ca_key: &str) -> Result<Self, Misconfigured> {
        static BUILT: LazyLock<Mutex<Built>> = LazyLock::new(Mutex::default);
        // A certificate file that was changed makes another client.
        let pem = options.route.ca_file.as_deref().map(|file| pem(file, ca_key)).transpose()?;
        let wanted = (options, pem.unwrap_or_default());
        if let Some(built) = BUILT.lock().unwrap_or_else(PoisonError::into_inner).get(&wanted) {
            return Ok(built.clone());
        }
        let built = Self::anew(wanted.0.clone(), &wanted.1, ca_key)?;
        BUILT.lock().unwrap_or_else(PoisonError::into_inner).insert(wanted, built.clone());
        Ok(built)
    }

    fn anew(options: ClientOptions, pem: &[u8], ca_key: &str) -> Result<Self, Misconfigured> {
        let wants_tls = options.tls || options.route.ca_file.is_some();
        let verifier = wants_tls.then(|| tls::verifier(&options.route, pem, ca_key)).transpose()?;
        let inner = builder(&options, verifier.clone()).map_err(|why| {
            let zh = "建立不了 HTTPS 客户端,请检查证书文件和系统根证书";
            Misconfigured::new(ca_key, format!("no client can be built: {why}"), zh)
        })?;
        Ok(Self { inner, body_cap: options.body_cap, verifier })
    }

    /// What judges certificates; none where nothing is asked by https.
    pub(crate) fn verifier(&self) -> Option<&Verifier> {
        self.verifier.as_ref()
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
        self.execute_opened(request, None).await
    }

    /// As [`Self::execute`], for a request that is signed already; its answer is verified and opened as the recipe says. Of
    /// an answer that is none of the far side's own (a proxy's 502) the status is heard and nothing else.
    pub async fn execute_opened(&self, request: Request, recipe: Option<&Recipe>) -> Result<Answer, Fault> {
        let heard = tap::leaves(&request);
        let answer = match (self.fetch(request).await, recipe) {
            (Ok(answer), Some(recipe)) => {
                let (status, headers) = (answer.status, answer.headers.clone());
                match recipe.open(answer, Timestamp::now()) {
                    Err(_) if !status.is_success() => Ok(Answer { status, headers, body: Bytes::new() }),
                    opened => opened,
                }
            }
            (answer, _) => answer,
        };
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

fn builder(options: &ClientOptions, verifier: Option<Verifier>) -> Result<reqwest::Client, String> {
    let hosts = options.allow_hosts.clone();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("huiliu/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT.min(options.timeout))
        .read_timeout(options.timeout)
        .timeout(options.timeout)
        .gzip(true)
        .referer(false)
        .retry(reqwest::retry::never())
        .redirect(Policy::custom(
            move |attempt| if may_follow(&attempt, &hosts) { attempt.follow() } else { attempt.stop() },
        ));
    let builder = match verifier {
        Some(verifier) => builder.tls_backend_preconfigured(tls::config(verifier).map_err(|error| error.to_string())?),
        None => builder.tls_certs_only([]),
    };
    let builder = leaving(builder, &options.route).map_err(|error| trouble::chain(&error.without_url()))?;
    builder.build().map_err(|error| trouble::chain(&error.without_url()))
}

/// The way out: what the route says, and nothing that the environment says.
pub(crate) fn leaving(builder: ClientBuilder, route: &Route) -> reqwest::Result<ClientBuilder> {
    let mut builder = builder.no_proxy();
    if let Some(proxy) = &route.proxy {
        let mut through = reqwest::Proxy::all(proxy.address())?;
        if let Some((user, password)) = proxy.who() {
            through = through.basic_auth(user, password);
        }
        builder = builder.proxy(through);
    }
    for (host, addresses) in &route.resolve {
        // Port 0: the address says the port.
        let addresses: Vec<_> = addresses.iter().map(|ip| (*ip, 0).into()).collect();
        builder = builder.resolve_to_addrs(host, &addresses);
    }
    Ok(match route.bind {
        Some(ip) => builder.local_address(ip),
        None => builder,
    })
}
