//! Our own listener, for whoever comes to us: does it listen? Whether others reach it cannot be seen from this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{FarSide, Step, Went};
use huiliu_kit::client::{Client, ClientOptions};
use tokio::time::timeout;

/// The listener, and the path below it that somebody comes to.
struct Listener {
    at: SocketAddr,
    path: String,
}

/// It as something to look at.
pub(super) fn side(at: SocketAddr, path: String) -> Box<dyn FarSide> {
    Box::new(Listener { at, path })
}

#[async_trait]
impl FarSide for Listener {
    fn address(&self) -> String {
        format!("http://{}{}", self.at, self.path)
    }

    async fn walk(&self, limit: Duration) -> Vec<Step> {
        let own = match self.at.port() {
            0 => Step::new(
                "listener",
                Went::Skipped,
                "it takes a free port at each start",
                "每次启动取一个空闲端口,没法查",
            ),
            _ => self.listens(limit).await,
        };
        let path = &self.path;
        let from_here = self.at.ip().is_loopback();
        let outside = match from_here {
            true => Step::new(
                "outside",
                Went::Mind,
                format!("it listens on this machine only; others reach {path} through a reverse proxy, or not at all"),
                format!("只监听本机;外面要经反向代理才到得了 {path}"),
            ),
            false => Step::new(
                "outside",
                Went::Skipped,
                format!("whether the far side reaches {path} cannot be seen from here: ask it to open the address"),
                format!("对方到不到得了 {path},这里看不出来:请对方访问一下"),
            ),
        };
        vec![own, outside]
    }
}

impl Listener {
    async fn listens(&self, limit: Duration) -> Step {
        let at = reached_at(self.at);
        let silent = || {
            Step::new(
                "listener",
                Went::Mind,
                format!("nothing of ours listens on {at}"),
                format!("{at} 上没有汇流在听"),
            )
            .remedy(
                "start it with huiliu run; if it runs, another program has the port",
                "先 huiliu run;已经在运行的话,端口被别的程序占了",
            )
        };
        let options = ClientOptions { timeout: limit, tls: false, ..ClientOptions::default() };
        let client = Client::build(options, "http.listen").ok();
        let url = format!("http://{at}/health/live").parse().ok();
        let Some((client, url)) = client.zip(url) else { return silent() };
        match timeout(limit, client.send(client.request(http::Method::GET, url))).await {
            Ok(Ok(answer)) if answer.status.is_success() && answer.body.trim_ascii() == b"live" => {
                Step::new("listener", Went::Right, format!("we listen on {at}"), format!("汇流在 {at} 上听着"))
            }
            _ => silent(),
        }
    }
}

/// Where a listener on all addresses is reached from this machine.
pub(super) fn reached_at(at: SocketAddr) -> SocketAddr {
    let ip = match at.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    (ip, at.port()).into()
}
