//! A connection to the far side, straight or through a proxy.

use std::future::{Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use ::http::Uri;
use huiliu_contract::{Step, Went};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tower::Service;

use super::{Way, dial, end, name, note};
use crate::route::tls::{self, bare};
use crate::route::{Proxy, Scheme};

/// Whatever carries bytes.
pub(super) trait Pipe: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Pipe for T {}

/// A connection, however it was made.
pub(super) type Stream = Box<dyn Pipe>;

/// Goes there, and notes the steps.
pub(super) async fn reach(
    way: &Way,
    addresses: &[SocketAddr],
    limit: Duration,
    steps: &mut Vec<Step>,
) -> Result<Stream, ()> {
    let stream = dial::dial(way, addresses, limit, steps).await?;
    let Some(proxy) = &way.route.proxy else { return Ok(Box::new(stream)) };
    // What goes in clear through a proxy of HTTP is asked of the proxy itself: the step HTTP shows it.
    if way.url.scheme() == "http" && proxy.scheme != Scheme::Socks5 {
        let (en, zh) = (format!("{} is asked", proxy.address()), format!("由 {} 转去", proxy.address()));
        note(steps, Step::new("proxy", Went::Right, en, zh))?;
        return Ok(Box::new(stream));
    }
    let target = target(way, proxy, limit, steps).await?;
    match timeout(limit, through(way, proxy, Box::new(stream), target)).await {
        Ok(Ok(stream)) => {
            let en = format!("{} lets us through", proxy.address());
            note(steps, Step::new("proxy", Went::Right, en, format!("代理 {} 放行", proxy.address())))?;
            Ok(stream)
        }
        Ok(Err(why)) => end(steps, refused(proxy, &why)),
        Err(_) => end(steps, refused(proxy, &format!("nothing came back within {} s", limit.as_secs()))),
    }
}

/// What the proxy is told to connect to: a name, or with SOCKS an address that was looked up here.
async fn target(way: &Way, proxy: &Proxy, limit: Duration, steps: &mut Vec<Step>) -> Result<Uri, ()> {
    let host = way.url.host_str().unwrap_or_default();
    let port = way.url.port_or_known_default().unwrap_or_default();
    let host = match proxy.scheme {
        Scheme::Socks5 => {
            let found = name::of(way, host, port, limit, steps).await?;
            found.first().map(ToString::to_string).ok_or(())?
        }
        _ => format!("{host}:{port}"),
    };
    format!("{}://{host}", way.url.scheme()).parse().map_err(|_| ())
}

async fn through(way: &Way, proxy: &Proxy, stream: Stream, target: Uri) -> Result<Stream, String> {
    let at: Uri = proxy.address().parse().map_err(|_| "its address is none".to_owned())?;
    match proxy.scheme {
        Scheme::Socks5 => {
            let mut socks = SocksV5::new(at, Once(Some(stream)));
            if let Some((user, password)) = proxy.who() {
                socks = socks.with_auth(user.into(), password.into());
            }
            let done = socks.call(target).await.map_err(|error| error.to_string())?;
            Ok(done.into_inner())
        }
        Scheme::Http | Scheme::Https => {
            let stream = if proxy.scheme == Scheme::Https { sealed(way, proxy, stream).await? } else { stream };
            let mut tunnel = Tunnel::new(at, Once(Some(stream)));
            if let Some(header) = proxy.header() {
                tunnel = tunnel.with_auth(header);
            }
            let done = tunnel.call(target).await.map_err(|error| error.to_string())?;
            Ok(done.into_inner())
        }
    }
}

/// TLS with the proxy itself, by the same check as everything else.
async fn sealed(way: &Way, proxy: &Proxy, stream: Stream) -> Result<Stream, String> {
    let pem = way.route.ca_file.as_deref().map(std::fs::read).transpose().map_err(|error| error.to_string())?;
    let verifier = tls::verifier(&way.route, &pem.unwrap_or_default(), "").map_err(|bad| bad.problem)?;
    let config = tls::config(verifier).map_err(|error| error.to_string())?;
    let name = ServerName::try_from(bare(&proxy.host).to_owned()).map_err(|error| error.to_string())?;
    let sealed = TlsConnector::from(std::sync::Arc::new(config)).connect(name, stream).await;
    Ok(Box::new(sealed.map_err(|error| error.to_string())?))
}

/// Hands out the one connection that was made already.
struct Once(Option<Stream>);

impl Service<Uri> for Once {
    type Response = TokioIo<Stream>;
    type Error = io::Error;
    type Future = Ready<io::Result<TokioIo<Stream>>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.take().map(TokioIo::new).ok_or_else(|| io::ErrorKind::NotConnected.into()))
    }
}

fn refused(proxy: &Proxy, why: &str) -> Step {
    let at = proxy.address();
    let step = Step::new(
        "proxy",
        Went::Wrong,
        format!("{at} does not let us through ({why})"),
        format!("代理 {at} 不放行({why})"),
    );
    step.remedy(
        "check `proxy`: its kind, `user` and `password`; and whether its people let this host and port through",
        "核对 proxy 的类型、user、password;再问管代理的人,这个主机和端口放行没有",
    )
}
