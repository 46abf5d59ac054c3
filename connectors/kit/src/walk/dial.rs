//! The way and the port: a connection to the first address that takes one, and why none did.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use huiliu_contract::{Step, Went};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::{Way, end, note};

/// Why an address took no connection.
enum Halt {
    /// It is there, and nothing listens.
    Refused,
    /// No way leads there.
    Unreachable(io::Error),
    /// Nothing came back.
    Silent,
    /// The address that we were to leave from is not ours.
    NotOurs,
    /// Something else.
    Other(io::Error),
}

/// Connects, and notes two steps: the way there, and the port.
pub(super) async fn dial(
    way: &Way,
    addresses: &[SocketAddr],
    limit: Duration,
    steps: &mut Vec<Step>,
) -> Result<TcpStream, ()> {
    let mut last = None;
    for at in addresses {
        match connect(way, *at, limit).await {
            Ok(stream) => {
                let from = stream.local_addr().map(|from| from.ip().to_string()).unwrap_or_default();
                let en = format!("{} is reached from {from}", at.ip());
                note(steps, Step::new("route", Went::Right, en, format!("从本机 {from} 能到 {}", at.ip())))?;
                let (en, zh) = (format!("{} is open", at.port()), format!("{} 开着", at.port()));
                note(steps, Step::new("port", Went::Right, en, zh))?;
                return Ok(stream);
            }
            // Of several addresses the one that is there tells the most.
            Err(halt) if last.is_none() || matches!(halt, Halt::Refused) => last = Some((*at, halt)),
            Err(_) => {}
        }
    }
    let Some((at, halt)) = last else { return Err(()) };
    if matches!(halt, Halt::Refused) {
        let en = format!("{} answers", at.ip());
        note(steps, Step::new("route", Went::Right, en, format!("能到 {}", at.ip())))?;
    }
    end(steps, told(way, at, halt, limit))
}

/// A connection to one address, from where the route says.
pub(super) async fn again(way: &Way, at: SocketAddr, limit: Duration) -> Option<TcpStream> {
    connect(way, at, limit).await.ok()
}

async fn connect(way: &Way, at: SocketAddr, limit: Duration) -> Result<TcpStream, Halt> {
    let socket = if at.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.map_err(Halt::Other)?;
    if let Some(bind) = way.route.bind {
        socket.bind((bind, 0).into()).map_err(|error| match error.kind() {
            ErrorKind::AddrNotAvailable => Halt::NotOurs,
            _ => Halt::Other(error),
        })?;
    }
    match timeout(limit, socket.connect(at)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(match error.kind() {
            ErrorKind::ConnectionRefused => Halt::Refused,
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Halt::Unreachable(error),
            ErrorKind::TimedOut => Halt::Silent,
            ErrorKind::AddrNotAvailable => Halt::NotOurs,
            _ => Halt::Other(error),
        }),
        Err(_) => Err(Halt::Silent),
    }
}

fn told(way: &Way, at: SocketAddr, halt: Halt, limit: Duration) -> Step {
    let (ip, port) = (at.ip(), at.port());
    let step = |word, en: String, zh: String| Step::new(word, Went::Wrong, en, zh);
    match halt {
        Halt::Refused => step(
            "port",
            format!("{port} is closed: {ip} refused the connection"),
            format!("{port} 没有开:{ip} 拒绝连接"),
        )
        .remedy(
            "check the port; perhaps the program there is not running, or a firewall refuses us: tell its people our address",
            "核对端口;也可能对方程序没有启动,或防火墙不放行:把本机地址报给对方",
        ),
        Halt::Unreachable(error) => step(
            "route",
            format!("no way leads to {ip} ({error})"),
            format!("到 {ip} 没有路({error})"),
        )
        .remedy(
            "is the right line up (extranet, VPN)? With several network cards, write `bind`; with a proxy, `proxy`",
            "看政务外网专线、VPN 通没通;有几块网卡的写 bind,要走代理的写 proxy",
        ),
        Halt::Silent => {
            let seconds = limit.as_secs();
            step(
                "route",
                format!("{ip} port {port}: nothing came back within {seconds} s"),
                format!("{ip} 端口 {port}:{seconds} 秒没有回音"),
            )
            .remedy(
                "a firewall on the way that swallows what it does not let through, most often: ask for our address to be let \
                 through; or the address is wrong, or a proxy is needed (`proxy`)",
                "多半是路上的防火墙没放行:报本机地址请对方放行;也可能地址不对,或要走代理(proxy)",
            )
        }
        Halt::NotOurs => {
            let bind = way.route.bind.map(|ip| ip.to_string()).unwrap_or_default();
            step(
                "route",
                format!("this machine has no address {bind} (`bind`)"),
                format!("本机没有 {bind} 这个地址(bind)"),
            )
            .remedy("`ip address` lists those there are", "用 ip address 看本机有哪些地址")
        }
        Halt::Other(error) => {
            step("route", format!("no connection to {at} ({error})"), format!("连不上 {at}({error})"))
        }
    }
}
